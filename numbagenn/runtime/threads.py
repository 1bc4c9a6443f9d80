"""Threads that share the batches of a model."""

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

from numbagenn.base.wording import checked_integer, shown
from numbagenn.kernels.batch_counter import FINISHED, STOP, Stop
from numbagenn.runtime.interrupts import GRACE, unwatch, watch

Turns = np.ndarray[Any, Any]
Result = TypeVar("Result")

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


class _Handout:
    """Work that other threads have been asked to join.

    Nothing here needs a lock that an interrupt could leave locked: each place of a list is written
    by one thread alone.

    Parameters
    ----------
    work
        What each thread is to call.
    number
        How many threads are asked.
    turns
        What `work` looks at to know whether to stop, if it does.
    """

    def __init__(self, work: Callable[[], None], number: int, turns: Turns | None) -> None:
        self._work = work
        self._turns = turns
        self._started = [False] * number
        self._ended = [False] * number
        self._closed = False
        self._news: SimpleQueue[None] = SimpleQueue()
        self.error: BaseException | None = None

    def join_in(self, number: int) -> None:
        """Do the work, as the thread with some number, unless it is too late for that."""
        self._started[number] = True
        # In this order: who closes looks at what has started afterwards.
        if not self._closed:
            try:
                self._work()
            except BaseException as error:
                self.error = error
        self._ended[number] = True
        self._news.put(None)

    def close(self, timeout: float | None = None) -> bool:
        """Let nobody begin any more, wait for those who have, and return whether all have ended."""
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
        """Have everybody stop, in the middle of a step if they must, and wait for that.

        Returns whether all have ended, which they may not have where `patience` limits the wait.
        """
        self._closed = True
        if self._turns is not None:
            self._turns[STOP] = max(Stop.SOON, self._turns[STOP])
            if self.close(GRACE):
                return True
            self._turns[STOP] = Stop.NOW
        return self.close(patience)


class _OfThread(threading.local):
    #: The last hand-out of this thread, until it is known that everybody has ended.
    handout: _Handout | None = None


_of_thread = _OfThread()


class _Crew:
    """The threads of this process that others ask for help."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[tuple[_Handout, int]] = SimpleQueue()
        self._threads: list[threading.Thread] = []

    def help_with(self, handout: _Handout, number: int) -> None:
        """Ask a number of threads to join in."""
        while len(self._threads) < number:
            thread = threading.Thread(target=self._serve, name="simulate", daemon=True)
            thread.start()
            self._threads.append(thread)
        for place in range(number):
            self._queue.put((handout, place))

    def _serve(self) -> None:
        while True:
            handout, place = self._queue.get()
            handout.join_in(place)
            # Memory of a model must not live on because of what was done last.
            del handout


@cache
def _crew(process: int) -> _Crew:
    """Return the crew of a process. A fork takes no threads along, so each has its own."""
    return _Crew()


@atexit.register
def settle() -> None:
    """End what an interrupt has left behind of the last work of this thread."""
    if _of_thread.handout is not None:
        _of_thread.handout.stop()
        _of_thread.handout = None


def together(
    work: Callable[[], None], most: int, turns: Turns | None = None, number: int | None = None
) -> None:
    """Call ``work()`` on several threads at once, of which this is one.

    After an interrupt some of it may not be done, and some may still be running: `settle` ends
    that, as the next call does.

    Parameters
    ----------
    work
        Does what there is to do, together with other calls of itself. It should release the GIL.
    most
        Number of threads beyond which there is nothing for another one to do.
    turns
        What `work` looks at to know whether to stop, if it does, see `turns`.
    number
        When so many turns are finished everything is done. To be woken takes longer than most work
        lasts, so a look at that comes first, for a moment; calls that find nothing left to do may
        then end later. Without it, all of them have ended on return.
    """
    settle()
    before = None if turns is None else watch(turns)
    try:
        threads = min(get_num_threads(), most) if most > 1 else 1
        if threads == 1:
            work()
        else:
            _hand_out(work, threads - 1, turns, number)
    finally:
        unwatch(before)


def _hand_out(
    work: Callable[[], None], helpers: int, turns: Turns | None, number: int | None
) -> None:
    handout = _of_thread.handout = _Handout(work, helpers, turns)
    try:
        _crew(os.getpid()).help_with(handout, helpers)
        work()
        if turns is None or number is None or not _soon(turns, number):
            handout.close()
    except BaseException:
        if handout.stop(GRACE / 2):
            _of_thread.handout = None
        raise
    _of_thread.handout = None
    if handout.error is not None:
        raise handout.error


def aside(work: Callable[[], Result]) -> Result:
    """Return ``work()``, called on another thread where this is the main one.

    Only the main thread is ever interrupted. So what takes long and looks at nothing meanwhile,
    such as a compiler, runs on another, and an interrupt ends the wait for it: it is finished all
    the same, and its result is lost.
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

    threading.Thread(target=run, name="aside").start()
    while not outcome:
        # A wait without a limit cannot be interrupted on Windows.
        with contextlib.suppress(Empty):
            news.get(timeout=0.05)
    return outcome[0]()


def _raised(error: BaseException) -> NoReturn:
    raise error


def _soon(turns: Turns, number: int) -> bool:
    """Look again and again, for a moment, whether so many turns are finished."""
    end = perf_counter() + _MOMENT
    while turns[FINISHED] < number:
        if perf_counter() > end:
            return False
    return True


def share(
    work: Callable[[int, int], None], count: int, minimum: int = 1, turns: Turns | None = None
) -> None:
    """Call ``work(first, last)`` for parts of ``range(count)``, on all threads.

    Parameters
    ----------
    work
        Does one part. It should release the GIL.
    count
        Number of items.
    minimum
        Least number of items that are worth a call of their own.
    turns
        What `work` looks at to know whether to stop, if it does, see `turns`.
    """
    threads = get_num_threads()
    # A few parts for each thread, so that one that is held up leaves its share to the others.
    size = max(minimum, count if threads == 1 else -(-count // (4 * threads)), 1)
    parts = deque(range(0, max(1, count), size))

    def take_parts() -> None:
        while True:
            try:
                first = parts.popleft()
            except IndexError:
                return
            try:
                work(first, min(first + size, count))
            except BaseException:
                # Nobody wants the rest.
                parts.clear()
                raise

    together(take_parts, len(parts), turns)
