"""Initial values by code: snippets compiled, and run for every element of a variable.

What is compiled for one variable serves all others of the same type, in any model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np

from numbagenn.base.layout import Array
from numbagenn.base.types import Precision, ResolvedType
from numbagenn.codegen.initialisation import ElementKind, InitModule, value_module
from numbagenn.codegen.kernel_numbers import InitialiseNumbers
from numbagenn.kernels.batch_counter import ABORTED, new_batch_counter
from numbagenn.language.arithmetic import constant
from numbagenn.memory.faults import Faults
from numbagenn.models.descriptions import Model, VarInitSnippet
from numbagenn.runtime.compilation import compiled
from numbagenn.runtime.threads import parallel_for

Result = TypeVar("Result")

# The elements that keep one thread busy; a second thread helps only with more.
_ELEMENTS_PER_CALL = 1 << 15


def arguments_of(module: InitModule, model: Model, params: Mapping[str, float]) -> list[Any]:
    """Return the parameters of a snippet in the order and the exact types of its kernel."""
    values = [params[param.name] for param in model.constants]
    return [
        ctype.dtype.type(value) for ctype, value in zip(module.param_types, values, strict=True)
    ]


def run(
    module: InitModule,
    arrays: Mapping[str, Array],
    model: Model,
    title: str,
    work: Callable[..., Result],
) -> Result:
    """Call a kernel with the arrays that its code indexes, and raise if it reports a fault.

    Parameters
    ----------
    module, model
        The module of the kernel, and the snippet that it runs.
    arrays
        Values of the snippet's extra global parameters.
    title
        What is initialised, for messages.
    work
        Calls the kernel with the list of arguments that it is given.

    Raises
    ------
    CodeStringError
        If an index is outside its array, or an assertion fails.
    """
    # Other variables may share this code, but not the faults of this one.
    faults = Faults(replace(module.faults, title=title))
    faults.allocate(np.dtype(np.float64), 1)
    assert faults.device is not None
    given = [arrays[item.name] for item in model.extra_global_params]
    result = work([*given, *([faults.device[0]] if module.faults.sites else [])])
    found = faults.error()
    if found is not None:
        raise found[1]
    return result


@lru_cache(maxsize=256)
def value_kernel(
    snippet: VarInitSnippet, precision: Precision, ctype: ResolvedType, kind: ElementKind
) -> tuple[InitModule, Any]:
    """Return the module of a snippet for a variable of some type, and its compiled kernel.

    Raises
    ------
    CodeStringError
        If the code uses what a variable of this kind does not have.
    """
    module = value_module(snippet, precision, ctype, kind)
    return module, compiled(module.source).initialise


def initial_values(
    snippet: VarInitSnippet,
    params: Mapping[str, float],
    ctype: ResolvedType,
    precision: Precision,
    dt: float,
    shape: Sequence[int],
    *,
    count: int | None = None,
    inds: tuple[Array, Array] | None = None,
    num_batch: int = 1,
    seed: int = 0,
    stream: int = 0,
    arrays: Mapping[str, Array] | None = None,
    title: str = "a variable",
) -> Array:
    """Run a snippet for every element of a variable.

    Parameters
    ----------
    snippet
        The snippet.
    params
        Values of its parameters and derived parameters.
    ctype
        Type of the variable.
    precision, dt, num_batch
        Of the model: its precision, the length of a step in ms, the batch size.
    shape
        ``(num_neurons,)``, or ``(num_pre, num_post)`` for a variable of synapses.
    count
        Number of values, if it is not the number of neurons or synapses: 1 if they share one
        value.
    inds
        For synapses that are a list: the presynaptic and the postsynaptic neuron of each, as two
        arrays of ``uint32``.
    seed, stream
        These decide the random numbers: the seed of the model, and a number that belongs to this
        variable alone (`streams.stream_number`).
    arrays
        Values of the snippet's extra global parameters.
    title
        The variable, for messages.

    Returns
    -------
    ndarray
        One value for each element, the same for all batch elements.

    Raises
    ------
    CodeStringError
        If the code uses what such a variable does not have, or has a fault while it runs.
    """
    kind: ElementKind = "neurons" if len(shape) == 1 else "dense" if inds is None else "sparse"
    module, kernel = value_kernel(snippet, precision, ctype, kind)
    if count is None:
        count = int(np.prod(shape)) if inds is None else len(inds[0])
    values = np.zeros(count, ctype.dtype)
    # Neurons have one dimension, which kernels treat as the postsynaptic one.
    num_pre, num_post = shape if len(shape) == 2 else (1, shape[0])
    time = precision.time.dtype.type(constant(dt, precision.time))
    constants = arguments_of(module, snippet, params)
    trailing = [*(inds or ()), values]

    def work(shared: Sequence[Any]) -> None:
        arguments = [*constants, *shared, *trailing]
        # The first fault is reported, so one thread has to go through all elements in order.
        least = count if module.faults.sites else _ELEMENTS_PER_CALL
        counter = new_batch_counter()

        def part(first: int, last: int) -> None:
            numbers = InitialiseNumbers(
                first=first,
                last=last,
                seed=seed,
                stream=stream,
                num_batch=num_batch,
                num_pre=num_pre,
                num_post=num_post,
                dt=time,
            )
            kernel(counter, *numbers, *arguments)

        parallel_for(part, count, least, counter)
        if counter[ABORTED]:
            raise RuntimeError(f"Initialising {title} was interrupted: call model.load() again.")

    run(module, arrays or {}, snippet, title, work)
    return values
