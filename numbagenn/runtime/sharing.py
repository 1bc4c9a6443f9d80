"""How many threads share the steps of a network, if its steps can be shared."""

from __future__ import annotations

from numbagenn.runtime.threads import get_num_threads

# Fewer neurons, times steps, are done before another thread has woken up.
_LEAST_WORK = 1 << 18

# After so many jobs alone at most, threads share one again to see whether that goes well now.
_LONGEST_PAUSE = 64


class Sharing:
    """Decides for each job how many threads share it.

    Where other programs keep the processors busy, a thread that is not running holds up those that
    are. So after a job in which that happened, one thread runs the next ones alone: the more of
    them, the more often it happened.

    Parameters
    ----------
    neurons
        Number of neurons of the network; 0 if its steps cannot be shared.
    """

    def __init__(self, neurons: int) -> None:
        self._neurons = neurons
        self._pause = 0
        self._alone = 0

    def threads(self, steps: int) -> int:
        """Return how many threads share a job of so many steps, which now begins."""
        if not self._neurons or steps * self._neurons < _LEAST_WORK:
            return 1
        if self._alone > 0:
            self._alone -= 1
            return 1
        return get_num_threads()

    def note(self, *, went_well: bool) -> None:
        """Note how a job went that several threads shared."""
        self._pause = self._pause // 2 if went_well else min(2 * self._pause + 1, _LONGEST_PAUSE)
        if not went_well:
            self._alone = self._pause
