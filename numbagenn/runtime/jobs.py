"""Work that kernels do exactly once, however often Ctrl-C interrupts it.

A job is made before its work begins, and knows at any moment what is left. So the call that is
interrupted does nothing twice, and a later one finishes it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

import numpy as np

from numbagenn.base.array_conventions import Array
from numbagenn.codegen.connectivity_update_functions import ConnectivityCall
from numbagenn.codegen.custom_update_functions import CustomUpdateCall
from numbagenn.codegen.event_kinds import Phase
from numbagenn.codegen.kernel_numbers import Integers, UpdateNumbers
from numbagenn.kernels.batch_counter import ABORTED, FINISHED, Counter, new_batch_counter
from numbagenn.kernels.shared_steps import ALONE, new_shared_counter
from numbagenn.memory.rows import Rearranged
from numbagenn.runtime.threads import run_on_threads, stop_interrupted_work


class Job:
    """Batch elements, or parts of an update, that a kernel takes from a counter.

    Parameters
    ----------
    number
        The number of them.
    most_threads
        Number of threads that may share them.
    """

    def __init__(self, number: int, most_threads: int) -> None:
        self._number = number
        self._most_threads = most_threads
        self._begun = False
        self._counter = new_batch_counter()

    def finish(self, kernel: Callable[..., None], *arguments: object) -> None:
        """Call a kernel with a counter of the remaining work and with arguments, until all is done.

        Raises
        ------
        RuntimeError
            If an interrupt has left some work half done.
        """
        while True:
            if self._begun:
                stop_interrupted_work()
                if self._counter[ABORTED]:
                    raise RuntimeError(
                        "The model was interrupted in the middle of a step: call model.unload() "
                        "and model.load() to start again."
                    )
                if self._counter[FINISHED] == self._number:
                    return
                self._counter = self._remaining()
            self._begun = True
            work = partial(kernel, self._counter, *arguments)
            run_on_threads(work, self._most_threads, self._counter, self._number)
            if self._counter[FINISHED] == self._number:
                return

    def _remaining(self) -> Counter:
        """Return a counter of the remaining work: whatever was taken is finished."""
        return new_batch_counter(self._counter[FINISHED])


class PhaseJob(Job):
    """One phase, or all phases, of some steps, by batch element.

    Parameters
    ----------
    phase
        The phase.
    batch_size, most_threads
        Number of batch elements, and of threads that may share them.
    """

    def __init__(self, phase: Phase, batch_size: int, most_threads: int) -> None:
        super().__init__(batch_size, most_threads)
        self.phase = phase
        # Number of steps that each batch element has done.
        self.progress = np.zeros(batch_size, np.int64)

    def _remaining(self) -> Counter:
        # Each batch element may have stopped between two steps, so all of them run again.
        return new_batch_counter()


#: Custom updates that wait: their numbers in ``simulate``, and how many steps come before them.
Queued = tuple[list[int], int]


class SharedJob(PhaseJob):
    """Steps of one network that threads share.

    Parameters
    ----------
    phase
        All phases.
    threads, parts
        Number of threads, of which one alone does everything, and number of parts.
    """

    def __init__(self, phase: Phase, threads: int, parts: int) -> None:
        super().__init__(phase, 1, threads)
        self._parts = parts
        self._counter = self._remaining()

    @property
    def is_shared(self) -> bool:
        """Whether several threads began it."""
        return self._most_threads > 1

    @property
    def became_alone(self) -> bool:
        """Whether one thread did the rest, because another one had kept it waiting."""
        return bool(self._counter[ALONE])

    def _remaining(self) -> Counter:
        alone = self._most_threads == 1
        return new_shared_counter(self._parts, int(self.progress[0]), alone=alone)


@dataclass(eq=False)
class Steps:
    """Steps that have begun, with custom updates in between, and their phases left.

    Parameters
    ----------
    first, last
        The first step, and the one after the last.
    phases
        The phases that are left.
    queue, num_queued
        A list of custom updates that wait, and how many of its entries are among these steps.
    updates_first
        Whether these run ahead of all steps.
    """

    first: int
    last: int
    phases: deque[PhaseJob]
    queue: list[Queued]
    num_queued: int
    updates_first: bool = False

    @property
    def program(self) -> tuple[Integers, int]:
        """What ``simulate`` runs: `kinds` and `num_steps` of `SimulateNumbers`."""
        number = self.last - self.first
        if not self.num_queued:
            return _steps_alone(number), number
        if self.updates_first:
            queued = self.queue[: self.num_queued]
            return np.array([kind for numbers, _ in queued for kind in numbers], np.int64), number
        program: list[int] = []
        done = self.first
        for numbers, step in self.queue[: self.num_queued]:
            if step > done:
                program += [0] * (step - done)
                done = step
            program += numbers
        program += [0] * (self.last - done)
        return np.array(program, np.int64), len(program)


@cache
def _zeros(number: int) -> Integers:
    return np.zeros(number, np.int64)


def _steps_alone(number: int) -> Integers:
    """Return the kinds of so many steps, or more, and of nothing else."""
    return _zeros(1 << max(10, number.bit_length()))


@dataclass(frozen=True, kw_only=True)
class PreparedUpdate:
    """A custom update with the arguments of its kernel, the same each time it runs.

    Parameters
    ----------
    group_name, call
        What it is.
    kernel
        Its compiled function; None where it has no code.
    numbers
        What it takes before its arrays, but for the time, which is set for each run.
    num_parts
        Number of parts, which threads can share.
    arguments
        Its arrays, and then its parameters if the kernel takes them.
    can_fail
        Whether its code can have a fault while it runs.
    """

    group_name: str
    call: CustomUpdateCall
    kernel: Callable[..., None] | None
    numbers: UpdateNumbers
    num_parts: int
    arguments: tuple[Array | np.generic, ...]
    can_fail: bool


#: Both neurons of each synapse, and the arrays of variables.
Result = tuple[tuple[Array, Array], list[Rearranged]]


class ConnectivityJob(Job):
    """Code of a custom connectivity update that has begun: on the host, or for all rows.

    Parameters
    ----------
    call
        The update.
    on_host
        Whether it is the code of the host.
    run
        How often the update ran before.
    """

    def __init__(self, call: ConnectivityCall, run: int, *, on_host: bool) -> None:
        super().__init__(1 if on_host else call.update.connections.num_pre, 1)
        self.call = call
        self.on_host = on_host
        self.run = run
        #: Whether the rows have room to grow, and are not to be copied again.
        self.is_spread = False
        #: The connections and the variables of synapses after the update, once they are known.
        self.result: Result | None = None
        self.is_done = False


class UpdateJob(Job):
    """A custom update that has begun, part by part."""

    def __init__(self, prepared: PreparedUpdate) -> None:
        super().__init__(prepared.num_parts, prepared.num_parts)
        self.prepared = prepared
