"""Sparse connectivity by code: snippets are compiled, and run for every row or column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any

import numpy as np

from numbagenn.base.array_conventions import Array
from numbagenn.base.available_memory import check_memory
from numbagenn.base.types import Precision
from numbagenn.codegen.initialisation import InitModule, connectivity_module, diagonal_module
from numbagenn.codegen.kernel_numbers import ConnectNumbers, ConnectSharedArrays, DiagonalNumbers
from numbagenn.kernels.batch_counter import STOP, new_batch_counter
from numbagenn.kernels.printing import forget_printed, num_printed
from numbagenn.memory.connections import BYTES_OF_PAIR
from numbagenn.models.connection_limits import kernel_size, max_column_length, max_row_length
from numbagenn.models.descriptions import (
    SparseConnectivityInitSnippet,
    ToeplitzConnectivityInitSnippet,
)
from numbagenn.models.given_values import ConnectivityInit, ToeplitzInit, evaluate_parameters
from numbagenn.runtime.compilation import compiled
from numbagenn.runtime.snippets import SnippetContext, constants_of, run_snippet
from numbagenn.runtime.threads import run_on_threads

# Number of synapses for which memory is allocated at first, unless there are known to be fewer.
_ALLOCATED_AT_FIRST = 1 << 22


@lru_cache(maxsize=256)
def connectivity_kernel(
    snippet: SparseConnectivityInitSnippet, precision: Precision, kernel_dims: int = 0
) -> tuple[InitModule, Any]:
    """Return the module of a snippet, and its compiled kernel."""
    module = connectivity_module(snippet, precision, kernel_dims)
    return module, compiled(module.source).connect


@lru_cache(maxsize=256)
def diagonal_kernel(
    snippet: ToeplitzConnectivityInitSnippet, precision: Precision, kernel_dims: int
) -> tuple[InitModule, Any]:
    """Return the same for Toeplitz connectivity."""
    module = diagonal_module(snippet, precision, kernel_dims)
    return module, compiled(module.source).connect


def build_connectivity(
    init: ConnectivityInit,
    num_pre: int,
    num_post: int,
    context: SnippetContext,
    *,
    bytes_of_synapse: int = 0,
) -> tuple[Array, Array, Array | None]:
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
        For each synapse its presynaptic and its postsynaptic neuron and, if the snippet has a
        kernel, else None, its place in that, as ``uint32`` arrays,
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
    check = _memory_check(title, bytes_of_synapse)
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
    kernel = kernel_size(init)
    module, function = connectivity_kernel(snippet, context.precision, len(kernel))
    constants = constants_of(module, snippet, params)

    def run(written: ConnectSharedArrays) -> int:
        plain = written.targets, written.lengths, written.problem
        arrays: Sequence[Array] = written if kernel else plain
        call = partial(_called, function, [*numbers, *constants], arrays)
        return run_snippet(module, snippet, call, context)

    try:
        made = _run(run, kernel, num_lines, num_lines * limit, check)
    except _MisplacedError as problem:
        raise _out_of_bounds(snippet, title, numbers, kernel, problem.found) from None
    lines = np.repeat(np.arange(num_lines, dtype=np.uint32), made.lengths)
    pre, post = (lines, made.targets) if by_row else (made.targets, lines)
    places = made.places if kernel else None
    if by_row:
        return pre, post, places
    _check_rows(np.bincount(pre, minlength=num_pre), row_limit, snippet, title)
    # Columns come in order of the postsynaptic neurons. A stable sort preserves it in each row.
    order = np.argsort(pre, kind="stable")
    return pre[order], post[order], None if places is None else places[order]


def build_diagonals(
    init: ToeplitzInit, num_pre: int, num_post: int, context: SnippetContext, bytes_of_synapse: int
) -> tuple[Array, Array, Array]:
    """Return which neurons an initialiser connects, diagonal by diagonal.

    Parameters are those of `build_connectivity`, which also says what is raised.

    Returns
    -------
    tuple of ndarray
        How many synapses each presynaptic neuron has in each section; and for each synapse its
        postsynaptic neuron, and its place in the kernel. A section is a loop over the presynaptic
        neurons in the code of a diagonal.
    """
    snippet, title = init.snippet, context.title
    params = evaluate_parameters(title, snippet, init.params, context.dt, context.precision)
    numbers = DiagonalNumbers(
        num_batch=context.num_batch,
        num_pre=num_pre,
        num_post=num_post,
        num_diagonals=max_row_length(init, num_pre, num_post),
        dt=context.time_step,
    )
    kernel = kernel_size(init)
    module, function = diagonal_kernel(snippet, context.precision, len(kernel))
    constants = constants_of(module, snippet, params)

    def run(written: ConnectSharedArrays) -> int:
        call = partial(_called, function, [*numbers, *constants], written)
        return run_snippet(module, snippet, call, context)

    rows = num_pre * numbers.num_diagonals
    check = _memory_check(title, bytes_of_synapse)
    check(rows)
    try:
        made = _run(run, kernel, rows, rows, check, num_pre)
    except _MisplacedError as problem:
        index, pre, axis, place, diagonal = problem.found
        where = f"{snippet.title}, for {title}, id_diag = {diagonal}, id_pre = {pre}"
        outside = _outside_of_kernel(where, kernel, axis, place)
        raise outside or _no_neuron(where, "post", index, num_post) from None
    return made.lengths, made.targets, made.places


class _MisplacedError(Exception):
    """A synapse that cannot be, with the numbers that the kernel writes about it."""

    def __init__(self, found: list[int]) -> None:
        super().__init__()
        self.found = found


def _memory_check(title: str, bytes_of_synapse: int) -> Callable[[int], None]:
    def check(number: int) -> None:
        what = f"Connectivity of {number:,} synapses ({title})"
        check_memory(what, number * (BYTES_OF_PAIR + bytes_of_synapse), "connect fewer neurons")

    return check


def _run(
    run: Callable[[ConnectSharedArrays], int],
    kernel: tuple[int, ...],
    num_lines: int,
    most: int,
    check: Callable[[int], None],
    per_section: int = 0,
) -> ConnectSharedArrays:
    """Return the targets of all lines, one after the other, and how many each has.

    Parameters
    ----------
    run
        Runs the code, and returns how many synapses there are.
    kernel
        Size of the kernel.
    num_lines
        Number of rows or columns or, where the code makes sections of them, how many are expected.
    most
        How many synapses are expected.
    check
        Checks that there is memory for so many synapses.
    per_section
        Number of rows in a section, where the code makes sections.
    """
    allocated = min(most, _ALLOCATED_AT_FIRST)
    while True:
        written = ConnectSharedArrays(
            targets=np.zeros(allocated, np.uint32),
            places=np.zeros(allocated if kernel else 0, np.uint32),
            lengths=np.zeros(num_lines, np.int64),
            kernel_sizes=np.array(kernel, np.int64),
            sections=np.zeros(1, np.int64),
            problem=np.array([0, 0, -1, 0, 0]),
        )
        printed = num_printed()
        try:
            found = run(written)
        except ValueError:
            raise _MisplacedError([int(number) for number in written.problem]) from None
        needed = int(written.sections[0]) * per_section
        if found <= allocated and needed <= num_lines:
            return written._replace(
                targets=written.targets[:found],
                places=written.places[:found],
                lengths=written.lengths[:needed] if per_section else written.lengths,
            )
        # The second attempt gives the same synapses, because its random numbers start at the same
        # place, and prints the same.
        check(found)
        forget_printed(printed)
        allocated, num_lines = max(found, allocated), max(needed, num_lines)


def _called(kernel: Any, before: list[Any], after: Sequence[Array], shared: list[Array]) -> int:
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
    snippet: SparseConnectivityInitSnippet,
    title: str,
    numbers: ConnectNumbers,
    kernel: tuple[int, ...],
    found: list[int],
) -> Exception:
    index, line, axis, place, _ = found
    by_row = not snippet.row_build_code.is_blank
    side, other = ("pre", "post") if by_row else ("post", "pre")
    where = f"{snippet.title}, for {title}, id_{side} = {line}"
    outside = _outside_of_kernel(where, kernel, axis, place)
    if outside is not None:
        return outside
    if not 0 <= index < numbers.line_size:
        return _no_neuron(where, other, index, numbers.line_size)
    return _too_many(where, numbers.limit, "row" if by_row else "col")


def _no_neuron(where: str, side: str, index: int, number: int) -> IndexError:
    return IndexError(
        f"addSynapse({index}) in the code of {where}: id_{side} must be at least 0 and below "
        f"num_{side} = {number}."
    )


def _outside_of_kernel(
    where: str, kernel: tuple[int, ...], axis: int, place: int
) -> IndexError | None:
    if axis < 0:
        return None
    return IndexError(
        f"addSynapse(…) in the code of {where}: index {axis} of the kernel must be at least 0 and "
        f"below {kernel[axis]}, its size, not {place}."
    )


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
