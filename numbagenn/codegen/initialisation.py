"""Initialisation snippets: their code, translated, and the modules that run it.

There are two kinds, for initial values of variables and for connectivity. Each snippet becomes a
module of its own. Parameters and sizes are arguments of its kernel, not constants in it, so one
compiled kernel serves every variable and model whose code and types are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from numbagenn.base.types import Int64, Precision, ResolvedType, Uint32
from numbagenn.codegen.element_names import (
    kernel_names,
    unavailable_names,
    unavailable_names_of_kernel,
)
from numbagenn.codegen.kernel_numbers import (
    ConnectArrays,
    ConnectNumbers,
    ConnectSharedArrays,
    DiagonalNumbers,
    InitialiseNumbers,
    parameters_of,
    types_of,
)
from numbagenn.codegen.rendering import rendered_module
from numbagenn.codegen.reserved_names import INITIALISER_NAMES
from numbagenn.language.arithmetic import Expression, converted, literal
from numbagenn.language.code_strings import CodeString
from numbagenn.language.fault_sites import FaultSites
from numbagenn.language.kernel_names import FAULTS
from numbagenn.language.symbols import ElementLoop, Namer, Pointer, SpecialFunction, Symbol
from numbagenn.language.translator import Translator
from numbagenn.models.descriptions import (
    Model,
    SparseConnectivityInitSnippet,
    ToeplitzConnectivityInitSnippet,
    VarInitSnippet,
)

#: What a variable has a value for: neurons, the synapses of a matrix or of lists, or the places of
#: a kernel that synapses share.
VariableKind = Literal["neurons", "dense", "sparse", "kernel"]

_NOT_YET = {
    "t": "this code runs when the model is loaded, before time starts.",
    "batch": "all batch elements start from the same; num_batch is their number.",
}

# What code calls the place of an element, and how many there are, with the Python for it.
_OF_SYNAPSES = {
    "id_syn": "uint32(element)",
    "num_pre": "uint32(num_pre)",
    "num_post": "uint32(num_post)",
}
_PLACES: dict[VariableKind, dict[str, str]] = {
    "neurons": {"id": "uint32(element)", "num_neurons": "uint32(num_post)"},
    "dense": {
        "id_pre": "uint32(element // num_post)",
        "id_post": "uint32(element % num_post)",
        **_OF_SYNAPSES,
    },
    "sparse": {"id_pre": "pre_inds[element]", "id_post": "post_inds[element]", **_OF_SYNAPSES},
    "kernel": _OF_SYNAPSES,
}


@dataclass(frozen=True, kw_only=True)
class InitCode:
    """An initialisation snippet in Python.

    Parameters
    ----------
    lines
        The code, for one element, row or column.
    params
        Parameters and derived parameters in order: the name of each in the code, and its type.
    result
        Name of what the code assigns; blank where it does not.
    draws
        Whether it draws random numbers.
    arrays
        Extra global parameters in order: the name of each in the code, and the type of its
        elements.
    faults
        Where the code can fail.
    """

    lines: tuple[str, ...]
    params: tuple[tuple[str, ResolvedType], ...]
    result: str
    draws: bool
    arrays: tuple[tuple[str, ResolvedType], ...]
    faults: FaultSites


def _built_in(code: str) -> Symbol:
    return Symbol(code, Uint32, writable=False, kind="built-in")


def _parameters(
    model: Model, precision: Precision, namer: Namer
) -> tuple[dict[str, Symbol], tuple[tuple[str, ResolvedType], ...]]:
    names = {}
    for param in model.constants:
        ctype = precision.resolve(param.type)
        names[param.name] = Symbol(
            namer.unique(param.name), ctype, writable=False, kind="parameter"
        )
    return names, tuple((name.code, name.type) for name in names.values())


def _arrays(
    model: Model, precision: Precision, namer: Namer
) -> tuple[dict[str, Symbol], tuple[tuple[str, ResolvedType], ...]]:
    names = {}
    for item in model.extra_global_params:
        ctype, code = precision.resolve(item.type), namer.unique(item.name)
        title = f"extra global parameter '{item.name}'"
        # The order of the elements is not defined here, so nothing that they share is assigned.
        pointer = Pointer(array=code, offset="0", type=ctype, writable=False, title=title)
        names[item.name] = Symbol(code, ctype, writable=False, kind=title, pointer=pointer)
    return names, tuple((name.code, name.type) for name in names.values())


def value_code(
    snippet: VarInitSnippet,
    precision: Precision,
    ctype: ResolvedType,
    kind: VariableKind,
    kernel_size: Sequence[int] = (),
) -> InitCode:
    """Translate the code that gives a variable of type `ctype` the value of one element.

    `kernel_size` is that of the kernel that synapses share, if there is one.

    Raises
    ------
    CodeStringError
        At the first mistake.
    """
    namer = Namer(INITIALISER_NAMES)
    names = {
        "dt": Symbol("dt", precision.time, writable=False, kind="built-in"),
        "num_batch": _built_in("uint32(num_batch)"),
    }
    names |= {name: _built_in(text) for name, text in _PLACES[kind].items()}
    place = "element" if kind == "kernel" else "inds_in_kernel[element]"
    names |= {name: _built_in(text) for name, text in kernel_names(place, kernel_size).items()}
    unavailable = unavailable_names("the variable is one", of_synapses=kind != "neurons")
    if kind == "kernel":
        unavailable |= unavailable_names_of_kernel("the variable is one")
    if not kernel_size:
        reason = "only synapses that are connected by a rule such as Conv2D have a kernel."
        unavailable |= {"id_kernel": reason}
    parameters, params = _parameters(snippet, precision, namer)
    pointers, arrays = _arrays(snippet, precision, namer)
    value = Symbol(namer.unique("value"), ctype)
    faults = FaultSites.of_loop("element", "np.nan")
    translator = Translator(
        precision,
        {**names, "value": value, **parameters, **pointers},
        namer,
        unavailable=_NOT_YET | unavailable,
        random=True,
        faults=faults,
    )
    lines = translator.statements(snippet.var_init_code)
    draws = bool(translator.draws)
    return InitCode(
        lines=tuple(lines),
        params=params,
        result=value.code,
        draws=draws,
        arrays=arrays,
        faults=faults,
    )


def connectivity_code(
    snippet: SparseConnectivityInitSnippet, precision: Precision, kernel_dims: int = 0
) -> InitCode:
    """Translate the code that builds one row of connectivity, or one column.

    `kernel_dims` is the number of dimensions of the kernel of the synapses, if there is one.

    Raises
    ------
    CodeStringError
        At the first mistake.
    """
    by_row = not snippet.row_build_code.is_blank
    line, other = ("pre", "post") if by_row else ("post", "pre")
    names = {
        f"id_{line}": _built_in("uint32(line)"),
        # A whole row or column is built by one thread.
        f"id_{other}_begin": _built_in("uint32(0)"),
        "num_threads": _built_in("uint32(1)"),
    }
    if snippet.shared_total:
        names["row_length"] = _built_in("row_length")
    hint = f"this code builds a whole {'row' if by_row else 'column'}, one synapse after the other."
    translation = _ConnectTranslation(snippet, precision, names, {f"id_{other}": hint}, random=True)
    add = _adding(f"id_{other}", kernel_dims, "first, limit, line_size")
    translation.translator.special = {"addSynapse": add}
    return translation.run(snippet.row_build_code if by_row else snippet.col_build_code)


def diagonal_code(
    snippet: ToeplitzConnectivityInitSnippet, precision: Precision, kernel_dims: int
) -> InitCode:
    """Translate the code that builds one diagonal of connectivity.

    Raises
    ------
    CodeStringError
        At the first mistake.
    """
    hint = "it is known inside of for_each_synapse { … } alone."
    missing = {"id_pre": hint, "id_post": "addSynapse(id_post, …) says what it is."}
    names = {"id_diag": _built_in("uint32(line)")}
    translation = _ConnectTranslation(snippet, precision, names, missing, random=False)
    translation.translator.each_synapse = ElementLoop(
        head=["sections[0] += 1", "for pre in range(num_pre):", "    problem[1] = pre"],
        names={"id_pre": _built_in("uint32(pre)")},
        special={
            "addSynapse": _adding(
                "id_post",
                kernel_dims,
                "num_synapses, 1, num_post",
                ["count_synapse(lengths, (sections[0] - 1) * num_pre + pre)"],
            )
        },
        before_next=[],
    )
    return translation.run(snippet.diagonal_build_code)


class _ConnectTranslation:
    """The translation of a code string that connects neurons."""

    def __init__(
        self,
        snippet: SparseConnectivityInitSnippet | ToeplitzConnectivityInitSnippet,
        precision: Precision,
        names: Mapping[str, Symbol],
        unavailable: Mapping[str, str],
        *,
        random: bool,
    ) -> None:
        namer = Namer(INITIALISER_NAMES)
        parameters, self._params = _parameters(snippet, precision, namer)
        pointers, self._arrays = _arrays(snippet, precision, namer)
        self._faults = FaultSites.of_loop("line", "np.nan")
        built_in = {
            "dt": Symbol("dt", precision.time, writable=False, kind="built-in"),
            "num_batch": _built_in("uint32(num_batch)"),
            "num_pre": _built_in("uint32(num_pre)"),
            "num_post": _built_in("uint32(num_post)"),
        }
        self.translator = Translator(
            precision,
            {**built_in, **names, **parameters, **pointers},
            namer,
            unavailable={**_NOT_YET, **unavailable},
            random=random,
            faults=self._faults,
        )

    def run(self, code: CodeString) -> InitCode:
        """Translate the code."""
        lines = self.translator.statements(code)
        return InitCode(
            lines=tuple(lines),
            params=self._params,
            result="",
            draws=bool(self.translator.draws),
            arrays=self._arrays,
            faults=self._faults,
        )


def _adding(
    neuron: str, kernel_dims: int, limits: str, before: Sequence[str] = ()
) -> SpecialFunction:
    """Return ``addSynapse``, which takes a neuron and the place in the kernel, if there is one."""

    def lines(translator: Translator, index: Expression, *place: Expression) -> list[str]:
        result = [*before]
        if place:
            indices = "".join(f"{converted(one, Int64).code}, " for one in place)
            result += [
                f"place = place_in_kernel(({indices}), kernel_sizes, problem)",
                "if num_synapses < places.size:",
                "    places[num_synapses] = place",
            ]
        target = converted(index, Int64).code
        added = f"add_synapse(targets, num_synapses, {limits}, {target}, problem)"
        return [*result, f"num_synapses = {added}"]

    return SpecialFunction((neuron, *(f"k{axis}" for axis in range(kernel_dims))), lines)


@dataclass(frozen=True)
class InitModule:
    """A module with one kernel, which runs an initialisation snippet.

    The kernel takes its numbers (`InitialiseNumbers` or `ConnectNumbers`), the parameters and
    derived parameters of the snippet, its extra global parameters, the record of faults if it can
    have any, and then the arrays that it works on.

    Parameters
    ----------
    source
        Text of the module.
    param_types
        Types of the parameters and derived parameters.
    faults
        Where the code can fail.
    """

    source: str
    param_types: tuple[ResolvedType, ...]
    faults: FaultSites


def value_module(
    snippet: VarInitSnippet,
    precision: Precision,
    ctype: ResolvedType,
    kind: VariableKind,
    kernel_size: Sequence[int] = (),
) -> InitModule:
    """Return the module whose kernel ``initialise`` gives a variable of type `ctype` its values.

    Raises
    ------
    CodeStringError
        If the code uses what a variable of this kind does not have.
    """
    code = value_code(snippet, precision, ctype, kind, kernel_size)
    inds = ("pre_inds", "post_inds") if kind == "sparse" else ()
    if kind == "sparse" and kernel_size:
        inds = (*inds, "inds_in_kernel")
    arrays = {**dict.fromkeys(inds, "uint32[::1]"), "values": f"{ctype.signature_name}[::1]"}
    return _module(
        "Initial values of variables",
        "initial_values.jinja",
        code,
        precision,
        InitialiseNumbers,
        arrays,
        zero=literal(0, ctype),
    )


def connectivity_module(
    snippet: SparseConnectivityInitSnippet, precision: Precision, kernel_dims: int = 0
) -> InitModule:
    """Return the module whose kernel ``connect`` builds all rows or columns of synapses."""
    code = connectivity_code(snippet, precision, kernel_dims)
    names = [param.name for param in snippet.constants]
    total = code.params[names.index(snippet.shared_total)][0] if snippet.shared_total else ""
    return _module(
        "Connectivity",
        "connectivity.jinja",
        code,
        precision,
        ConnectNumbers,
        types_of(ConnectSharedArrays if kernel_dims else ConnectArrays, precision.time),
        total=total,
        draws=code.draws or bool(total),
        has_kernel=kernel_dims > 0,
    )


def diagonal_module(
    snippet: ToeplitzConnectivityInitSnippet, precision: Precision, kernel_dims: int
) -> InitModule:
    """Return the module whose kernel ``connect`` builds all diagonals of synapses."""
    return _module(
        "Toeplitz connectivity",
        "diagonals.jinja",
        diagonal_code(snippet, precision, kernel_dims),
        precision,
        DiagonalNumbers,
        types_of(ConnectSharedArrays, precision.time),
        has_kernel=True,
    )


def _module(
    title: str,
    template: str,
    code: InitCode,
    precision: Precision,
    numbers: type[NamedTuple],
    arrays: Mapping[str, str],
    **context: object,
) -> InitModule:
    types = {
        **parameters_of(numbers, precision.time),
        **{name: ctype.signature_name for name, ctype in code.params},
        **{name: f"{ctype.signature_name}[::1]" for name, ctype in code.arrays},
        **({FAULTS: "float64[::1]"} if code.faults.sites else {}),
        **arrays,
    }
    source = rendered_module(
        title,
        template,
        code=code,
        parameters=", ".join(types),
        signature=", ".join(types.values()),
        **context,
    )
    return InitModule(source, tuple(ctype for _, ctype in code.params), code.faults)
