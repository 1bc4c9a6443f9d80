"""How long it takes until one thread sees what another one has written."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Any

from numbagenn.kernels.jit import kernel
from numbagenn.kernels.shared_steps import end_step, new_shared_counter, wait_for_step

_TURNS = 50_000
_TRIES = 5

# Looks after which a thread lets others run.
_PATIENCE = 1_000


@kernel("void(int64[::1], int64, int64)")
def _take_turns(counter: Any, number: int, turns: int) -> None:
    """End every other step, and wait for those that another thread ends."""
    for turn in range(turns):
        done = 2 * turn + number
        if done > 0:
            wait_for_step(counter, done - 1, _PATIENCE)
        end_step(counter, done)


def handover_seconds(turns: int = _TURNS) -> float:
    """Let two threads of a network end steps in turn, and return how long one waits, in s.

    The best of some tries, as others may have needed the processors.

    Examples
    --------
    >>> 0 < handover_seconds(100) < 1
    True
    """

    def seconds() -> float:
        counter = new_shared_counter(1, 0, alone=False)
        start = perf_counter()
        with ThreadPoolExecutor(2) as pool:
            for number in (0, 1):
                pool.submit(_take_turns, counter, number, turns)
        return (perf_counter() - start) / (2 * turns)

    return min(seconds() for _ in range(_TRIES))
