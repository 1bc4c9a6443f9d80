"""What the machine can do at best, by small kernels: rows added, bytes copied, neurons updated."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Any, NamedTuple

import numba
import numpy as np

#: Bytes of the array that is copied, far more than caches hold.
COPIED = 64 * 2**20

#: Neurons that are updated again and again, few enough to stay in the nearest cache.
NEURONS = 512

#: Least time of one measurement, in s.
LEAST_SECONDS = 0.03


@numba.njit(nogil=True)  # type: ignore[untyped-decorator]
def add_rows(rows: Any, order: Any, totals: Any, repeats: int) -> None:
    """Add rows to totals, eight in a pass, so that totals are read and written rarely."""
    for _ in range(repeats):
        for first in range(0, order.size - 7, 8):
            a, b, c, d = order[first], order[first + 1], order[first + 2], order[first + 3]
            e, f, g, h = order[first + 4], order[first + 5], order[first + 6], order[first + 7]
            for post in range(totals.size):
                total = totals[post] + rows[a, post] + rows[b, post] + rows[c, post]
                total += rows[d, post]
                total += rows[e, post]
                total += rows[f, post]
                totals[post] = total + rows[g, post] + rows[h, post]


@numba.njit(nogil=True)  # type: ignore[untyped-decorator]
def update_neurons(voltages: Any, inputs: Any, counts: Any, threshold: Any, repeats: int) -> None:
    """Integrate, compare, count and reset."""
    for _ in range(repeats):
        for neuron in range(voltages.size):
            voltage = voltages[neuron] + inputs[neuron]
            spike = voltage >= threshold
            counts[neuron] += np.uint32(spike)
            voltages[neuron] = type(voltage)(0) if spike else voltage


@numba.njit(nogil=True)  # type: ignore[untyped-decorator]
def add_in_registers(values: Any, step: Any, repeats: int) -> None:
    """Add sixteen times to each value that is loaded."""
    for _ in range(repeats):
        for element in range(values.size):
            value = values[element]
            for _ in range(16):
                value += step
            values[element] = value


class Ceiling(NamedTuple):
    """Something to be measured.

    Parameters
    ----------
    amount
        Bytes or operations in one repeat.
    prepare
        Returns what does a number of repeats, on memory of its own.
    """

    amount: float
    prepare: Callable[[], Callable[[int], None]]


def ceilings(shape: tuple[int, int], dtype: type[np.floating[Any]]) -> dict[str, Ceiling]:
    """Return what can be measured.

    Parameters
    ----------
    shape
        Rows and columns of the weights between the first two layers.
    dtype
        Type of weights and voltages.

    Returns
    -------
    dict
        ``"weights"``: bytes of rows of weights that are read and added, from wherever a matrix of
        this shape stays; ``"nearest"``: the same of as few rows as stay in the nearest cache;
        ``"copy"``: bytes read and written by a copy of memory; ``"additions"``: additions to what
        is in registers; ``"updates"``: neurons integrated, compared, counted and reset.
    """
    count, width = shape
    size = np.dtype(dtype).itemsize
    few = max(8, min(count, 2**14 // (width * size)) // 8 * 8)

    def rows(number: int) -> Callable[[], Callable[[int], None]]:
        def prepare() -> Callable[[int], None]:
            random = np.random.default_rng(1)
            weights = random.random((number, width)).astype(dtype)
            order = random.permutation(number)
            totals = np.zeros(width, dtype)
            return lambda repeats: add_rows(weights, order, totals, repeats)

        return prepare

    def copy() -> Callable[[int], None]:
        source, target = np.ones(COPIED, np.uint8), np.zeros(COPIED, np.uint8)

        def run(repeats: int) -> None:
            for _ in range(repeats):
                np.copyto(target, source)

        return run

    def additions() -> Callable[[int], None]:
        values = np.zeros(NEURONS, dtype)
        return lambda repeats: add_in_registers(values, dtype(1e-30), repeats)

    def updates() -> Callable[[int], None]:
        voltages, inputs = np.zeros(NEURONS, dtype), np.full(NEURONS, 0.3, dtype)
        counts = np.zeros(NEURONS, np.uint32)
        return lambda repeats: update_neurons(voltages, inputs, counts, dtype(5), repeats)

    return {
        "weights": Ceiling(count // 8 * 8 * width * size, rows(count)),
        "nearest": Ceiling(few * width * size, rows(few)),
        "copy": Ceiling(2 * COPIED, copy),
        "additions": Ceiling(16 * NEURONS, additions),
        "updates": Ceiling(NEURONS, updates),
    }


def rate(ceiling: Ceiling, threads: int) -> float:
    """Measure one of them on so many threads at once, and return how much is done in a second."""
    runs = [ceiling.prepare() for _ in range(threads)]
    for run in runs:
        run(1)
    repeats = 1
    with ThreadPoolExecutor(threads) as pool:
        while True:
            start = perf_counter()
            list(pool.map(lambda run: run(repeats), runs))  # noqa: B023 - done at once
            seconds = perf_counter() - start
            if seconds >= LEAST_SECONDS:
                return threads * repeats * ceiling.amount / seconds
            repeats *= 2
