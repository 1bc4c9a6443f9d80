"""Initialisation snippets: their code, translated, and the modules that run it.

There are two kinds, for initial values of variables and for connectivity. Each snippet becomes a
module of its own. Parameters and sizes are arguments of its kernel, not constants in it, so one
compiled kernel serves every variable and model whose code and types are the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from numbagenn.base.types import Int64, Precision, ResolvedType, Uint32
from numbagenn.codegen.element_names import unavailable_names
from numbagenn.codegen.kernel_numbers import (
    ConnectArrays,
    ConnectNumbers,
    InitialiseNumbers,
    parameters_of,
    types_of,
)
from numbagenn.codegen.rendering import rendered_module
from numbagenn.codegen.reserved_names import INITIALISER_NAMES
from numbagenn.language.arithmetic import converted, literal
from numbagenn.language.fault_sites import FaultSites
from numbagenn.language.kernel_names import FAULTS
from numbagenn.language.symbols import Namer, Pointer, SpecialFunction, Symbol
from numbagenn.language.translator import Translator
from numbagenn.models.descriptions import (
    Model,
    SparseConnectivityInitSnippet,
    VarInitSnippet,
)

#: What a variable has a value for: neurons, or the synapses of a matrix or of lists.
VariableKind = Literal["neurons", "dense", "sparse"]

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
    snippet: VarInitSnippet, precision: Precision, ctype: ResolvedType, kind: VariableKind
) -> InitCode:
    """Translate the code that gives a variable of type `ctype` the value of one element.

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
    unavailable = unavailable_names("the variable is one", of_synapses=kind != "neurons")
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


def connectivity_code(snippet: SparseConnectivityInitSnippet, precision: Precision) -> InitCode:
    """Translate the code that builds one row of connectivity, or one column.

    Raises
    ------
    CodeStringError
        At the first mistake.
    """
    by_row = not snippet.row_build_code.is_blank
    line, other = ("pre", "post") if by_row else ("post", "pre")
    namer = Namer(INITIALISER_NAMES)
    names = {
        "dt": Symbol("dt", precision.time, writable=False, kind="built-in"),
        "num_batch": _built_in("uint32(num_batch)"),
        "num_pre": _built_in("uint32(num_pre)"),
        "num_post": _built_in("uint32(num_post)"),
        f"id_{line}": _built_in("uint32(line)"),
        # A whole row or column is built by one thread.
        f"id_{other}_begin": _built_in("uint32(0)"),
        "num_threads": _built_in("uint32(1)"),
    }
    if snippet.shared_total:
        names["row_length"] = _built_in("row_length")
    parameters, params = _parameters(snippet, precision, namer)
    pointers, arrays = _arrays(snippet, precision, namer)
    faults = FaultSites.of_loop("line", "np.nan")
    hint = f"this code builds a whole {'row' if by_row else 'column'}, one synapse after the other."
    unavailable: Mapping[str, str] = {**_NOT_YET, f"id_{other}": hint}
    add = SpecialFunction(
        (f"id_{other}",),
        lambda translator, index: [
            "num_synapses = add_synapse("
            f"targets, num_synapses, first, limit, line_size, {converted(index, Int64).code}, "
            "problem)"
        ],
    )
    translator = Translator(
        precision,
        {**names, **parameters, **pointers},
        namer,
        special={"addSynapse": add},
        unavailable=unavailable,
        random=True,
        faults=faults,
    )
    code = snippet.row_build_code if by_row else snippet.col_build_code
    lines = translator.statements(code)
    draws = bool(translator.draws)
    return InitCode(
        lines=tuple(lines), params=params, result="", draws=draws, arrays=arrays, faults=faults
    )


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
    snippet: VarInitSnippet, precision: Precision, ctype: ResolvedType, kind: VariableKind
) -> InitModule:
    """Return the module whose kernel ``initialise`` gives a variable of type `ctype` its values.

    Raises
    ------
    CodeStringError
        If the code uses what a variable of this kind does not have.
    """
    code = value_code(snippet, precision, ctype, kind)
    inds = ("pre_inds", "post_inds") if kind == "sparse" else ()
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


def connectivity_module(snippet: SparseConnectivityInitSnippet, precision: Precision) -> InitModule:
    """Return the module whose kernel ``connect`` builds all rows or columns of synapses."""
    code = connectivity_code(snippet, precision)
    names = [param.name for param in snippet.constants]
    total = code.params[names.index(snippet.shared_total)][0] if snippet.shared_total else ""
    return _module(
        "Connectivity",
        "connectivity.jinja",
        code,
        precision,
        ConnectNumbers,
        types_of(ConnectArrays, precision.time),
        total=total,
        draws=code.draws or bool(total),
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
