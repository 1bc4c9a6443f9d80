"""Modules that run initialisation snippets: their text, and what it takes to call them.

Each snippet is a module of its own, in which sizes and parameters are arguments.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from numbagenn.base.types import Precision, ResolvedType
from numbagenn.codegen.initialisation_code import InitCode, Layout, connectivity_code, value_code
from numbagenn.codegen.kernel_numbers import (
    ConnectArrays,
    ConnectNumbers,
    InitialiseNumbers,
    parameters_of,
    types_of,
)
from numbagenn.codegen.rendering import rendered
from numbagenn.language.arithmetic import literal
from numbagenn.language.fault_sites import FaultSites
from numbagenn.language.kernel_names import FAULTS
from numbagenn.models.descriptions import SparseConnectivityInitSnippet, VarInitSnippet


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
    snippet: VarInitSnippet, precision: Precision, ctype: ResolvedType, layout: Layout
) -> InitModule:
    """Return the module whose kernel ``initialise`` gives a variable of type `ctype` its values.

    Raises
    ------
    CodeStringError
        If the code uses what a variable of this kind does not have.
    """
    code = value_code(snippet, precision, ctype, layout)
    inds = ("pre_inds", "post_inds") if layout == "sparse" else ()
    arrays = {**dict.fromkeys(inds, "uint32[::1]"), "values": f"{ctype.signature_name}[::1]"}
    return _module(
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
        "connectivity.jinja",
        code,
        precision,
        ConnectNumbers,
        types_of(ConnectArrays, precision.time),
        total=total,
        draws=code.draws or bool(total),
    )


def _module(
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
    source = rendered(
        template,
        code=code,
        parameters=", ".join(types),
        signature=", ".join(types.values()),
        **context,
    )
    return InitModule(source, tuple(ctype for _, ctype in code.params), code.faults)
