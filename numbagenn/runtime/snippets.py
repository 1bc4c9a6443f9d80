"""What calls of initialisation snippets have in common, whatever the snippets compute."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from numbagenn.base.array_conventions import Array
from numbagenn.codegen.initialisation import InitModule
from numbagenn.memory.faults import Faults
from numbagenn.models.descriptions import Model

Result = TypeVar("Result")


def constants_of(module: InitModule, snippet: Model, params: Mapping[str, float]) -> list[Any]:
    """Return the parameters of a snippet in the order and the exact types of its kernel."""
    values = [params[param.name] for param in snippet.constants]
    return [
        ctype.dtype.type(value) for ctype, value in zip(module.param_types, values, strict=True)
    ]


def run_snippet(
    module: InitModule,
    snippet: Model,
    call: Callable[[list[Array]], Result],
    *,
    arrays: Mapping[str, Array],
    title: str,
) -> Result:
    """Return what the call of a kernel returns, and raise if the kernel reports a fault.

    Parameters
    ----------
    module, snippet
        The module of the kernel, and the snippet that it runs.
    call
        Calls the kernel. It is given the arrays that the code indexes, and the record of faults if
        the code can have any.
    arrays
        Values of the snippet's extra global parameters.
    title
        What is initialised, for messages.

    Raises
    ------
    CodeStringError
        If an index is outside its array, or an assertion fails.
    """
    # Other variables may share this code, but not the faults of this one.
    faults = Faults(replace(module.faults, title=title))
    faults.allocate(np.dtype(np.float64), 1)
    assert faults.device is not None
    given = [arrays[item.name] for item in snippet.extra_global_params]
    result = call([*given, *([faults.device[0]] if module.faults.sites else [])])
    found = faults.error()
    if found is not None:
        raise found[1]
    return result
