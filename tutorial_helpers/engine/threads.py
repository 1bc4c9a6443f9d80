"""Threads that share the batches of a model."""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache
from time import perf_counter
from typing import Any

import numpy as np

from tutorial_helpers.engine.wording import checked_integer, shown

# In seconds.
_MOMENT = 200e-6

# Beyond the processors of any machine, more threads are a slip of the pen.
_MOST_THREADS = 1024

_num_threads: int | None = None


def available_threads() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def get_num_threads() -> int:
    """Return how many threads simulate.

    It is what `set_num_threads` said last, else the environment variable ``TUTORIAL_THREADS``,
    else the number of available processors.

    Raises
    ------
    ValueError
        If the environment variable is not an integer from 1 to 1024.
    """
    if _num_threads is not None:
        return _num_threads
    given = os.environ.get("TUTORIAL_THREADS", "")
    if not given:
        return available_threads()
    number = int(given) if re.fullmatch("[0-9]{1,9}", given) else 0
    if not 1 <= number <= _MOST_THREADS:
        raise ValueError(
            f"Environment variable TUTORIAL_THREADS must be an integer from 1 to {_MOST_THREADS}, "
            f"not {shown(given)}; correct or unset it."
        )
    return number


def set_num_threads(number: int | np.integer[Any] | None) -> None:
    """Set how many threads simulate; results do not depend on it.

    Parameters
    ----------
    number
        From 1 to 1024, or None for the default.
    """
    global _num_threads
    if number is not None:
        fix = "give None for as many as there are processors"
        number = checked_integer("The number of threads", number, 1, _MOST_THREADS, fix=fix)
    _num_threads = number


@cache
def _pool(number: int, process: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(number, thread_name_prefix="simulate")


def together(
    work: Callable[[], None], most: int, finished: Callable[[], bool] | None = None
) -> None:
    """Call ``work()`` on several threads at once, of which this is one.

    Parameters
    ----------
    work
        Does what there is to do, together with other calls of itself. It should release the GIL.
    most
        Number of threads beyond which there is nothing for another one to do.
    finished
        Tells whether everything is done. To be woken takes longer than most work lasts, so this is
        asked for a moment before; calls that find nothing left to do may then end later. Without
        it, all of them have ended on return.
    """
    threads = min(get_num_threads(), most)
    if threads <= 1:
        work()
        return
    # A pool does not survive a fork, so each process has its own.
    pool = _pool(threads - 1, os.getpid())
    others = [pool.submit(work) for _ in range(threads - 1)]
    done = False
    try:
        work()
        done = finished is not None and _soon(finished)
    finally:
        # After an interrupt, too: what has begun must end before anything else uses the memory.
        if not done:
            try:
                wait(others)
            finally:
                wait(others)
    if not done:
        for other in others:
            other.result()


def _soon(finished: Callable[[], bool]) -> bool:
    """Ask again and again, for a moment."""
    end = perf_counter() + _MOMENT
    while not finished():
        if perf_counter() > end:
            return False
    return True


def share(work: Callable[[int, int], None], count: int, minimum: int = 1) -> None:
    """Call ``work(first, last)`` for parts of ``range(count)``, on all threads.

    Parameters
    ----------
    work
        Does one part. It should release the GIL.
    count
        Number of items.
    minimum
        Least number of items that are worth a call of their own.
    """
    threads = get_num_threads()
    # A few parts for each thread, so that one that is held up leaves its share to the others.
    size = max(minimum, -(-count // (4 * threads)))
    if threads == 1 or size >= count:
        work(0, count)
        return
    parts = deque(range(0, count, size))

    def take_parts() -> None:
        while True:
            try:
                first = parts.popleft()
            except IndexError:
                return
            work(first, min(first + size, count))

    together(take_parts, len(parts))
