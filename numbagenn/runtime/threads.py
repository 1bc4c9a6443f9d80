"""Threads that share the batch elements of a model."""

from __future__ import annotations

import atexit
import contextlib
import os
import re
import threading
from collections import deque
from collections.abc import Callable
from functools import cache, partial
from operator import gt
from queue import Empty, SimpleQueue
from time import perf_counter
from typing import Any, NoReturn, TypeVar

import numpy as np

from numbagenn.base.number_checks import checked_integer
from numbagenn.base.wording import shown
from numbagenn.kernels.batch_counter import FINISHED, STOP, Counter, Stop
from numbagenn.runtime.interrupts import GRACE, unwatch, watch

Result = TypeVar("Result")

# In seconds.
_MOMENT = 200e-6

# No machine has more processors, so a larger number is a mistake.
_MOST_THREADS = 1024

_num_threads: int | None = None


def available_threads() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def get_num_threads() -> int:
    """Return how many threads simulate.

    The number is the one that `set_num_threads` was last given, or else that of the environment
    variable ``NUMBAGENN_THREADS``, or else the number of available processors.

    Raises
    ------
    ValueError
        If the environment variable is not an integer from 1 to 1024.
    """
    if _num_threads is not None:
        return _num_threads
    given = os.environ.get("NUMBAGENN_THREADS", "")
    if not given:
        return available_threads()
    number = int(given) if re.fullmatch("[0-9]{1,9}", given) else 0
    if not 1 <= number <= _MOST_THREADS:
        raise ValueError(
            f"Environment variable NUMBAGENN_THREADS must be an integer from 1 to {_MOST_THREADS}, "
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


class _SharedWork:
    """Work that helper threads have been asked to join.

    There is no lock here that an interrupt could leave locked: each element of a list is written by
    one thread alone.

    Parameters
    ----------
    work
        The function that each thread calls.
    number
        How many threads are asked to join.
    counter
        The batch counter in which `work` sees whether to stop, if there is one.
    """

    def __init__(self, work: Callable[[], None], number: int, counter: Counter | None) -> None:
        self._work = work
        self._counter = counter
        self._started = [False] * number
        self._ended = [False] * number
        self._closed = False
        self._news: SimpleQueue[None] = SimpleQueue()
        self.error: BaseException | None = None

    def join_in(self, number: int) -> None:
        """Do the work as the thread with this number, unless it is too late."""
        self._started[number] = True
        # The order matters: `close` sets `_closed` first, and looks at `_started` afterwards.
        if not self._closed:
            try:
                self._work()
            except BaseException as error:
                self.error = error
        self._ended[number] = True
        self._news.put(None)

    def close(self, timeout: float | None = None) -> bool:
        """Let no more threads begin, wait for those that have, and return whether all ended."""
        self._closed = True
        end = None if timeout is None else perf_counter() + timeout
        while any(map(gt, self._started, self._ended)):
            if end is not None and perf_counter() > end:
                return False
            # A wait without a limit cannot be interrupted on Windows.
            with contextlib.suppress(Empty):
                self._news.get(timeout=0.05 if end is None else _MOMENT)
        return True

    def stop(self, patience: float | None = None) -> bool:
        """Stop all threads, if necessary in the middle of a step, and return whether all ended.

        Where `patience` limits the wait, some may still be running.
        """
        self._closed = True
        if self._counter is not None:
            self._counter[STOP] = max(Stop.SOON, self._counter[STOP])
            if self.close(GRACE):
                return True
            self._counter[STOP] = Stop.NOW
        return self.close(patience)


class _OfThread(threading.local):
    #: The last work that this thread shared, until all threads are known to have ended.
    work: _SharedWork | None = None


_of_thread = _OfThread()


class _HelperThreads:
    """Threads that wait for work to join; they start when they are first needed, and stay."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[tuple[_SharedWork, int]] = SimpleQueue()
        self._threads: list[threading.Thread] = []

    def help_with(self, work: _SharedWork, number: int) -> None:
        """Ask a number of threads to join in."""
        while len(self._threads) < number:
            thread = threading.Thread(target=self._serve, name="simulate", daemon=True)
            thread.start()
            self._threads.append(thread)
        for place in range(number):
            self._queue.put((work, place))

    def _serve(self) -> None:
        while True:
            work, place = self._queue.get()
            work.join_in(place)
            # This must not keep the memory of a model alive until there is other work.
            del work


@cache
def _helpers_of(process: int) -> _HelperThreads:
    """Return the helper threads of this process. A fork does not inherit its parent's."""
    return _HelperThreads()


@atexit.register
def stop_interrupted_work() -> None:
    """Stop the helpers that are still at the last work of this thread after an interrupt."""
    if _of_thread.work is not None:
        _of_thread.work.stop()
        _of_thread.work = None


def run_on_threads(
    work: Callable[[], None], most: int, counter: Counter | None = None, number: int | None = None
) -> None:
    """Call ``work()`` on several threads at once, including this one.

    After an interrupt some of the work may not be done, and helpers may still be running. They are
    stopped by `stop_interrupted_work`, and by the next call of this function.

    Parameters
    ----------
    work
        Does its share of the work. It should release the GIL.
    most
        Number of threads that can have a share.
    counter
        The batch counter in which `work` sees whether to stop, if there is one.
    number
        All work is done when the counter says that this many are finished. Waking a thread takes
        longer than most work, so this thread first watches the counter for a moment. Helpers that
        find nothing left to do may then end after the return. Without a number, all have ended.
    """
    if _of_thread.work is not None:
        stop_interrupted_work()
    before = None if counter is None else watch(counter)
    try:
        threads = 1 if most == 1 else min(get_num_threads(), most)
        if threads == 1:
            work()
        else:
            _run_with_helpers(work, threads - 1, counter, number)
    finally:
        unwatch(before)


def _run_with_helpers(
    work: Callable[[], None], helpers: int, counter: Counter | None, number: int | None
) -> None:
    shared = _of_thread.work = _SharedWork(work, helpers, counter)
    try:
        _helpers_of(os.getpid()).help_with(shared, helpers)
        work()
        if counter is None or number is None or not _finished_soon(counter, number):
            shared.close()
    except BaseException:
        if shared.stop(GRACE / 2):
            _of_thread.work = None
        raise
    _of_thread.work = None
    if shared.error is not None:
        raise shared.error


def run_off_main_thread(work: Callable[[], Result]) -> Result:
    """Return ``work()``, which runs on another thread if this is the main one.

    Only the main thread is interrupted. A compiler takes long and never checks whether to stop, so
    it runs on another thread. An interrupt ends the wait; the compiler then finishes, and its
    result is lost.
    """
    if threading.current_thread() is not threading.main_thread():
        return work()
    outcome: list[Callable[[], Result]] = []
    news: SimpleQueue[None] = SimpleQueue()

    def run() -> None:
        try:
            result = work()
            outcome.append(lambda: result)
        except BaseException as error:
            outcome.append(partial(_raised, error))
        news.put(None)

    threading.Thread(target=run, name="off main thread").start()
    while not outcome:
        # A wait without a limit cannot be interrupted on Windows.
        with contextlib.suppress(Empty):
            news.get(timeout=0.05)
    return outcome[0]()


def _raised(error: BaseException) -> NoReturn:
    raise error


def _finished_soon(counter: Counter, number: int) -> bool:
    """Watch a counter for a moment, and return whether this many are finished."""
    end = perf_counter() + _MOMENT
    while counter[FINISHED] < number:
        if perf_counter() > end:
            return False
    return True


def parallel_for(
    work: Callable[[int, int], None], count: int, minimum: int = 1, counter: Counter | None = None
) -> None:
    """Call ``work(first, last)`` for parts that make up ``range(count)``, on all threads.

    Parameters
    ----------
    work
        Does one part. It should release the GIL.
    count
        Number of items.
    minimum
        Least number of items in a part; with fewer, a call costs more than it saves.
    counter
        The batch counter in which `work` sees whether to stop, if there is one.
    """
    threads = get_num_threads()
    # Several parts for each thread, so that a delayed thread leaves its share to the others.
    size = max(minimum, count if threads == 1 else -(-count // (4 * threads)), 1)
    parts = deque(range(0, max(1, count), size))

    def run_parts() -> None:
        while True:
            try:
                first = parts.popleft()
            except IndexError:
                return
            try:
                work(first, min(first + size, count))
            except BaseException:
                # The error ends everything, so the rest is not needed.
                parts.clear()
                raise

    run_on_threads(run_parts, len(parts), counter)
