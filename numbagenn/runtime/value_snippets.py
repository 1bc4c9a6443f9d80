"""Initial values by code: snippets are compiled, and run for every element of a variable.

What is compiled for one variable serves all others of the same type, in any model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from numbagenn.base.array_conventions import Array
from numbagenn.base.types import Precision, ResolvedType
from numbagenn.codegen.initialisation import InitModule, VariableKind, value_module
from numbagenn.codegen.kernel_numbers import InitialiseNumbers
from numbagenn.kernels.batch_counter import ABORTED, new_batch_counter
from numbagenn.models.descriptions import VarInitSnippet
from numbagenn.runtime.compilation import compiled
from numbagenn.runtime.snippets import SnippetContext, constants_of, run_snippet
from numbagenn.runtime.threads import parallel_for

# The elements that keep one thread busy; a second thread helps only with more.
_ELEMENTS_PER_CALL = 1 << 15


@lru_cache(maxsize=256)
def value_kernel(
    snippet: VarInitSnippet,
    precision: Precision,
    ctype: ResolvedType,
    kind: VariableKind,
    kernel_size: tuple[int, ...] = (),
) -> tuple[InitModule, Any]:
    """Return the module of a snippet for a variable of some type, and its compiled kernel.

    Raises
    ------
    CodeStringError
        If the code uses what a variable of this kind does not have.
    """
    module = value_module(snippet, precision, ctype, kind, kernel_size)
    return module, compiled(module.source).initialise


def initial_values(
    snippet: VarInitSnippet,
    params: Mapping[str, float],
    ctype: ResolvedType,
    kind: VariableKind,
    shape: Sequence[int],
    context: SnippetContext,
    *,
    count: int | None = None,
    inds: tuple[Array, Array] | None = None,
    kernel_size: tuple[int, ...] = (),
    places: Array | None = None,
) -> Array:
    """Run a snippet for every element of a variable.

    Parameters
    ----------
    snippet
        The snippet.
    params
        Values of its parameters and derived parameters.
    ctype, kind
        Type of the variable, and what it has a value for.
    shape
        ``(num_neurons,)``, ``(num_pre, num_post)`` for a variable of synapses, or the size of the
        kernel.
    context
        What the snippet is run for.
    count
        Number of values, if it is not the number of neurons or synapses: 1 if they share one
        value.
    inds
        For synapses that are a list: the presynaptic and the postsynaptic neuron of each, as two
        arrays of ``uint32``.
    kernel_size, places
        If the code names places in a kernel: its size in each dimension and, for synapses in a
        list, the place of each.

    Returns
    -------
    ndarray
        One value for each element, the same for all batch elements.

    Raises
    ------
    CodeStringError
        If the code uses what such a variable does not have, or has a fault while it runs.
    """
    module, kernel = value_kernel(snippet, context.precision, ctype, kind, kernel_size)
    if count is None:
        count = int(np.prod(shape)) if inds is None else len(inds[0])
    values = np.zeros(count, ctype.dtype)
    # Neurons have one dimension, which kernels treat as the postsynaptic one; so have places.
    num_pre, num_post = shape if kind in ("dense", "sparse") else (1, int(np.prod(shape)))
    time_step = context.time_step
    constants = constants_of(module, snippet, params)
    trailing = [*(inds or ()), *(() if places is None or not kernel_size else (places,)), values]

    def call(shared: Sequence[Array]) -> None:
        arguments = [*constants, *shared, *trailing]
        # The first fault is reported, and texts come in order, so one thread has to go through all
        # elements.
        in_order = module.faults.sites or snippet.prints
        least = count if in_order else _ELEMENTS_PER_CALL
        counter = new_batch_counter()

        def part(first: int, last: int) -> None:
            numbers = InitialiseNumbers(
                first=first,
                last=last,
                seed=context.seed,
                stream=context.stream,
                num_batch=context.num_batch,
                num_pre=num_pre,
                num_post=num_post,
                dt=time_step,
            )
            kernel(counter, *numbers, *arguments)

        parallel_for(part, count, least, counter)
        if counter[ABORTED]:
            raise RuntimeError(
                f"Initialising {context.title} was interrupted: call model.load() again."
            )

    run_snippet(module, snippet, call, context)
    return values
