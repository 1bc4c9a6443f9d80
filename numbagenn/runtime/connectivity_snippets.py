"""Sparse connectivity by code: snippets are compiled, and run for every row or column."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any

import numpy as np

from numbagenn.base.array_conventions import Array
from numbagenn.base.available_memory import check_memory
from numbagenn.base.types import Precision
from numbagenn.codegen.initialisation import InitModule, connectivity_module
from numbagenn.codegen.kernel_numbers import ConnectArrays, ConnectNumbers
from numbagenn.kernels.batch_counter import STOP, new_batch_counter
from numbagenn.memory.connections import BYTES_OF_PAIR
from numbagenn.models.connection_limits import max_column_length, max_row_length
from numbagenn.models.descriptions import SparseConnectivityInitSnippet
from numbagenn.models.given_values import ConnectivityInit, evaluate_parameters
from numbagenn.runtime.compilation import compiled
from numbagenn.runtime.snippets import SnippetContext, constants_of, run_snippet
from numbagenn.runtime.threads import run_on_threads

# Number of synapses for which memory is allocated at first, unless there are known to be fewer.
_ALLOCATED_AT_FIRST = 1 << 22


@lru_cache(maxsize=256)
def connectivity_kernel(
    snippet: SparseConnectivityInitSnippet, precision: Precision
) -> tuple[InitModule, Any]:
    """Return the module of a snippet, and its compiled kernel."""
    module = connectivity_module(snippet, precision)
    return module, compiled(module.source).connect


def build_connectivity(
    init: ConnectivityInit,
    num_pre: int,
    num_post: int,
    context: SnippetContext,
    *,
    bytes_of_synapse: int = 0,
) -> tuple[Array, Array]:
    """Return which neurons an initialiser connects.

    Parameters
    ----------
    init
        From `init_sparse_connectivity`.
    num_pre, num_post
        Sizes of the presynaptic and the postsynaptic population.
    context
        What the snippet is run for.
    bytes_of_synapse
        How much memory each synapse will take, besides the arrays that are returned.

    Returns
    -------
    tuple of ndarray
        For each synapse its presynaptic and its postsynaptic neuron, as two ``uint32`` arrays,
        ordered by presynaptic neuron; within a row as they were added, or by postsynaptic neuron
        where the code builds columns. A pair may occur more than once. The batch shares them.

    Raises
    ------
    RuntimeError
        If the snippet has no code, or a row or column gets more synapses than it may have.
    IndexError
        If ``addSynapse`` is given a neuron that does not exist.
    MemoryError
        If there is not enough memory for the synapses.
    """
    snippet, title = init.snippet, context.title

    def check(number: int) -> None:
        what = f"Connectivity of {number:,} synapses ({title})"
        check_memory(what, number * (BYTES_OF_PAIR + bytes_of_synapse), "connect fewer neurons")

    if snippet.expected is not None:
        check(snippet.expected(num_pre, num_post, init.params))
    if snippet.row_build_code.is_blank and snippet.col_build_code.is_blank:
        raise RuntimeError(
            f"{snippet.title} connects nothing: call set_sparse_connections(pre, post) of {title} "
            "before model.load(), or use a snippet with code."
        )
    params = evaluate_parameters(title, snippet, init.params, context.dt, context.precision)
    by_row = not snippet.row_build_code.is_blank
    num_lines, line_size = (num_pre, num_post) if by_row else (num_post, num_pre)
    row_limit = max_row_length(init, num_pre, num_post)
    limit = row_limit if by_row else max_column_length(init, num_pre, num_post)
    numbers = ConnectNumbers(
        seed=context.seed,
        stream=context.stream,
        num_batch=context.num_batch,
        num_pre=num_pre,
        num_post=num_post,
        line_size=line_size,
        limit=limit,
        dt=context.time_step,
    )
    targets, lengths = _run(snippet, params, context, numbers, num_lines, check)
    lines = np.repeat(np.arange(num_lines, dtype=np.uint32), lengths)
    pre, post = (lines, targets) if by_row else (targets, lines)
    if not by_row:
        _check_rows(np.bincount(pre, minlength=num_pre), row_limit, snippet, title)
    return (pre, post) if by_row else _in_rows(pre, post)


def _run(
    snippet: SparseConnectivityInitSnippet,
    params: Mapping[str, float],
    context: SnippetContext,
    numbers: ConnectNumbers,
    num_lines: int,
    check: Callable[[int], None],
) -> tuple[Array, Array]:
    """Return the targets of all rows or columns, one after the other, and how many each has."""
    module, kernel = connectivity_kernel(snippet, context.precision)
    constants = constants_of(module, snippet, params)
    lengths = np.zeros(num_lines, np.int64)
    problem = np.zeros(2, np.int64)
    allocated = min(num_lines * numbers.limit, _ALLOCATED_AT_FIRST)
    while True:
        targets = np.zeros(allocated, np.uint32)
        written = ConnectArrays(targets=targets, lengths=lengths, problem=problem)
        call = partial(_called, kernel, [*numbers, *constants], written)
        try:
            found = run_snippet(module, snippet, call, context)
        except ValueError:
            raise _out_of_bounds(snippet, context.title, numbers, problem) from None
        if found <= allocated:
            return targets[:found], lengths
        # The second attempt gives the same synapses, because its random numbers start at the same
        # place.
        check(found)
        allocated = found


def _called(kernel: Any, before: list[Any], after: ConnectArrays, shared: list[Array]) -> int:
    results: list[int] = []
    while not results:
        counter = new_batch_counter()

        def work(counter: Array = counter) -> None:
            results.append(int(kernel(counter, *before, *shared, *after)))

        run_on_threads(work, 1, counter)
        if counter[STOP]:
            # A signal stopped the kernel but raised no error, so it runs again.
            results.clear()
    return results[0]


def _out_of_bounds(
    snippet: SparseConnectivityInitSnippet, title: str, numbers: ConnectNumbers, problem: Array
) -> Exception:
    line_size, limit = numbers.line_size, numbers.limit
    index, line = (int(number) for number in problem)
    by_row = not snippet.row_build_code.is_blank
    side, other = ("pre", "post") if by_row else ("post", "pre")
    where = f"{snippet.title}, for {title}, id_{side} = {line}"
    if not 0 <= index < line_size:
        return IndexError(
            f"addSynapse({index}) in the code of {where}: id_{other} must be at least 0 and below "
            f"num_{other} = {line_size}."
        )
    return _too_many(where, limit, "row" if by_row else "col")


def _too_many(where: str, limit: int, line: str) -> RuntimeError:
    return RuntimeError(
        f"{where}: more than {limit} synapses; give a calc_max_{line}_len_func that returns at "
        "least as many as there can be."
    )


def _check_rows(
    lengths: Array, limit: int, snippet: SparseConnectivityInitSnippet, title: str
) -> None:
    if lengths.size and lengths.max() > limit:
        where = f"{snippet.title}, for {title}, id_pre = {lengths.argmax()}"
        raise _too_many(where, limit, "row")


def _in_rows(pre: Array, post: Array) -> tuple[Array, Array]:
    # Columns come in order of the postsynaptic neurons. A stable sort preserves it in each row.
    order = np.argsort(pre, kind="stable")
    return pre[order], post[order]
