"""What calls of initialisation snippets have in common, whatever the snippets compute."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np

from numbagenn.base.array_conventions import Array
from numbagenn.base.types import Precision
from numbagenn.codegen.initialisation import InitModule
from numbagenn.language.arithmetic import constant
from numbagenn.memory.faults import Faults
from numbagenn.models.descriptions import Model

Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class SnippetContext:
    """What a snippet is run for.

    Parameters
    ----------
    title
        What it initialises, for messages; for example ``"synapse population 'ab'"``.
    precision, dt, num_batch
        Of the model: its precision, the length of a step in ms, the batch size.
    seed, stream
        These decide the random numbers: the seed of the model, and a number that belongs to what is
        initialised alone (`random_streams.stream_number`).
    arrays
        Values of the snippet's extra global parameters.
    """

    title: str
    precision: Precision
    dt: float
    num_batch: int
    seed: int
    stream: int
    arrays: Mapping[str, Array]

    @property
    def time_step(self) -> Any:
        """The length of a step, in the type of times."""
        time = self.precision.time
        return time.dtype.type(constant(self.dt, time))


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
    context: SnippetContext,
) -> Result:
    """Return what the call of a kernel returns, and raise if the kernel reports a fault.

    Parameters
    ----------
    module, snippet
        The module of the kernel, and the snippet that it runs.
    call
        Calls the kernel. It is given the arrays that the code indexes, and the record of faults if
        the code can have any.
    context
        What the snippet is run for.

    Raises
    ------
    CodeStringError
        If an index is outside its array, or an assertion fails.
    """
    # Other variables may share this code, but not the faults of this one.
    faults = Faults(replace(module.faults, title=context.title))
    faults.allocate(np.dtype(np.float64), 1)
    given = [context.arrays[item.name] for item in snippet.extra_global_params]
    result = call([*given, *([faults.arrays[1][0]] if module.faults.sites else [])])
    found = faults.error()
    if found is not None:
        raise found[1]
    return result
