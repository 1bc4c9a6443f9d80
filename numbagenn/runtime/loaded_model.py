"""A loaded model: its memory, the queue of steps, and the calls of the compiled kernels.

Asking for a step only counts it. The waiting steps run as soon as a result is needed. Each batch
element then runs through all of them before the next one starts, so that its state stays in the
cache. This is exact, because batch elements do not interact inside a step.

Ctrl-C may come between any two lines here. So all work is recorded as a job before it begins, see
`jobs`. The next call first finishes what was asked for before.
"""

from __future__ import annotations

import secrets
import threading
from collections import Counter as Counts
from collections import deque
from collections.abc import Callable, Container, Iterable, Sequence
from functools import partial
from operator import attrgetter, itemgetter
from time import perf_counter
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from numbagenn.base.array_conventions import Array
from numbagenn.base.types import TIMEPOINT, Precision
from numbagenn.codegen.arguments import Memory, Scratch
from numbagenn.codegen.batch_parts import is_inside
from numbagenn.codegen.custom_update_functions import CustomUpdateCall
from numbagenn.codegen.event_kinds import PHASES, WHOLE_STEP, Phase
from numbagenn.codegen.kernel_numbers import ConnectivityNumbers, SimulateNumbers, UpdateNumbers
from numbagenn.kernels.batch_counter import Counter, new_batch_counter
from numbagenn.kernels.memory_table import memory_table
from numbagenn.kernels.printing import write_printed
from numbagenn.kernels.shared_steps import first_of_part
from numbagenn.memory.buffers import Buffer, aligned_zeros
from numbagenn.memory.connections import SparseConnectivity
from numbagenn.memory.faults import Faults, allocate_together
from numbagenn.memory.rows import changed_variables
from numbagenn.memory.variables import Variable
from numbagenn.network.connectivity_updates import CustomConnectivityUpdate
from numbagenn.network.custom_updates import CustomUpdateWU
from numbagenn.network.groups import Group
from numbagenn.network.neuron_groups import NeuronGroup
from numbagenn.network.synapse_groups import SynapseGroup
from numbagenn.runtime.interrupts import unwatch, watch
from numbagenn.runtime.jobs import (
    ConnectivityJob,
    PhaseJob,
    PreparedUpdate,
    Queued,
    SharedJob,
    Steps,
    UpdateJob,
)
from numbagenn.runtime.memory_footprint import check_footprint
from numbagenn.runtime.sharing import Sharing
from numbagenn.runtime.starting_state import make_connections, starting_values
from numbagenn.runtime.threads import parallel_for

if TYPE_CHECKING:
    from numbagenn.codegen.plan import Plan

#: Number of steps that may wait. A longer queue is not faster, and makes progress bars jump.
LONGEST_QUEUE = 1000

# Batch elements that threads simulate at the same time are at least a part of the batch apart.
_PARTS_OF_BATCH = 16

# The elements of a custom update that keep one thread busy; a second one helps only with more.
_ELEMENTS_PER_PART = 1 << 18


def _with_own_synapses(groups: Iterable[Group]) -> list[SynapseGroup]:
    """Return the populations whose connections are not those of another population."""
    synapses = (group for group in groups if isinstance(group, SynapseGroup))
    return [group for group in synapses if not group.shares_synapses]


class LoadedModel:
    """A model in memory.

    Parameters
    ----------
    plan
        The plan of the model.
    kernels
        Its compiled module.
    groups
        All parts of the model, whose memory will be allocated.
    batch_size, precision, timing_enabled, seed
        Properties of the model when it was built.
    num_recording_timesteps
        Steps that a recording holds.
    """

    def __init__(
        self,
        plan: Plan,
        kernels: ModuleType,
        groups: Iterable[Group],
        *,
        batch_size: int,
        precision: Precision,
        timing_enabled: bool,
        seed: int,
        num_recording_timesteps: int | None,
    ) -> None:
        start = perf_counter()
        self._plan, self._kernels = plan, kernels
        self._batch_size = batch_size
        self._precision = precision
        self._timing_enabled = timing_enabled
        #: Number of steps that were asked for since the model was loaded, and when to run them.
        self.steps_asked = 0
        self.steps_at_flush = self._longest_queue
        # How many of them are done, and by how much the number of the next one exceeds that.
        self._steps_done = 0
        self._timestep_offset = 0
        # Work that has begun and, after an interrupt, may be unfinished.
        self._steps: Steps | None = None
        #: Custom updates that wait with the steps, and by the names of groups which ones can.
        self.queue: list[Queued] = []
        self.queued_groups: dict[str, list[int]] = {}
        #: How many of the former may wait, where it does not matter what else does.
        self.most_queued = 0 if plan.updates_first else LONGEST_QUEUE - 1
        self._updates: deque[UpdateJob | ConnectivityJob] = deque()
        # How often each custom connectivity update has run.
        self._runs: Counts[str] = Counts()
        self._prepared_updates: dict[str, list[PreparedUpdate]] = {}
        self._faults_unread = False
        # The counter that a signal is written to between two jobs.
        self._idle = new_batch_counter()
        # 0 asks for different numbers at each load.
        self.seed = seed or secrets.randbits(63)
        self._owned: list[Buffer] = []
        # Where threads share the steps, they share all memory.
        self._thread_local = SimpleNamespace() if plan.shared else threading.local()
        groups = list(groups)
        # In order, one batch element runs after the other, because each sees what earlier ones
        # have assigned.
        self._in_order = plan.in_order
        self._synapses = _with_own_synapses(groups)
        self._populations_to_check = [
            group
            for group in groups
            if isinstance(group, NeuronGroup) and group.model.value_warning is not None
        ]
        self._groups_of_synapses = [
            group
            for group in groups
            if isinstance(group, (SynapseGroup, CustomUpdateWU, CustomConnectivityUpdate))
        ]
        # Rows have as much room after an update as before.
        self._strides = {
            group.name: group.row_stride for group in self._synapses if group.is_changeable
        }
        connecting = self._initialise(groups, num_recording_timesteps)
        self._sharing = Sharing(self._neurons_to_share(groups))
        if plan.shared:
            self._share_out(1)
        self.times = dict.fromkeys(("init", *(phase.timer for phase in PHASES)), 0.0)
        # By part, as there are timers, and group.
        self.custom_update_times: dict[tuple[str, str], float] = {}
        if timing_enabled:
            self.times["init"] = perf_counter() - start
            if any(isinstance(group.connections, SparseConnectivity) for group in self._synapses):
                self.times["init_sparse"] = connecting
                self.times["init"] -= connecting

    def _initialise(self, groups: list[Group], num_recording_timesteps: int | None) -> float:
        """Make the memory of all groups, and return the seconds that connecting took."""
        try:
            return self._make_memory(groups, num_recording_timesteps)
        finally:
            write_printed()

    def _make_memory(self, groups: list[Group], num_recording_timesteps: int | None) -> float:
        """Allocate and fill the memory of all groups, and return the seconds that connecting took.

        The size of sparse synapses is known only once they are made, so sizes are checked twice.
        """
        plan, batch_size, precision = self._plan, self._batch_size, self._precision
        check = partial(
            check_footprint,
            groups,
            recorders=plan.recorders,
            scratch=plan.scratch,
            most_threads=1 if plan.in_order else batch_size,
            batch_size=batch_size,
            precision=precision,
            num_recording_timesteps=num_recording_timesteps,
        )
        check()
        for call in plan.connectivity_updates.values():
            call.update.rows.check_room(self._strides[call.update.synapse_group.name])
        used = {
            *plan.buffers,
            *(buffer for call in plan.custom_updates.values() for buffer in call.buffers),
            *(buffer for call in plan.connectivity_updates.values() for buffer in call.buffers),
        }
        # Code that connects neurons and initialises variables needs these before anything else.
        for group in groups:
            self._allocate_global(group, used)
        start = perf_counter()
        make_connections(groups, batch_size, self.seed)
        connecting = perf_counter() - start
        check()
        for group in groups:
            for buffer, variable in group.buffers():
                self._allocate(group, buffer, variable)
        for synapse_group in self._synapses:
            synapse_group.connections.fill()
        self._faults = sorted(
            (b for b in used if isinstance(b, Faults)), key=lambda b: b.places.title
        )
        self._fault_records = allocate_together(self._faults, batch_size)
        self._owned += self._faults
        for recorder in plan.recorders:
            assert num_recording_timesteps is not None
            recorder.allocate(num_recording_timesteps, batch_size)
        return connecting

    def _neurons_to_share(self, groups: list[Group]) -> int:
        """Return how many neurons threads can share; none where rows of synapses are unordered."""
        sparse = [
            group.connections
            for group in self._synapses
            if isinstance(group.connections, SparseConnectivity)
        ]
        if not self._plan.shared or not all(one.rows_are_sorted for one in sparse):
            return 0
        return sum(group.num_neurons for group in groups if isinstance(group, NeuronGroup))

    def _share_out(self, parts: int) -> None:
        """Make so many parts of the neurons, for as many threads."""
        for group in self._synapses:
            if isinstance(group.connections, SparseConnectivity):
                ends = (
                    int(first_of_part.py_func(group.trg.num_neurons, part, parts))
                    for part in range(1, parts + 1)
                )
                group.connections.share_out([*ends])
        # It has the addresses of arrays that are no more.
        self._thread_local.__dict__.clear()
        self._parts = parts

    def _allocate(self, group: Group, buffer: Buffer, variable: Variable | None) -> None:
        ctype = self._precision.resolve(buffer.type)
        initial = None
        if variable is not None:
            initial = starting_values(group, variable, self._batch_size, self.seed)
        buffer.allocate(ctype.dtype, self._batch_size)
        self._owned.append(buffer)
        if initial is not None:
            buffer.fill_device(initial)
            # A third array of this size may not fit into memory.
            del initial
            buffer.pull()
        elif buffer.type == TIMEPOINT:
            # No spike so far: the earliest time that can be expressed.
            buffer.fill(np.asarray(np.finfo(ctype.dtype).min))

    def _allocate_global(self, group: Group, used: Container[Buffer]) -> None:
        """Allocate what a group has once for all elements and the whole batch."""
        for array in group.extra_global_arrays():
            if array.buffer in used:
                array.refuse_if_empty()
            if array.allocate(self._precision.resolve(array.type).dtype):
                self._owned.append(array.buffer)
        for params in group.dynamic_params():
            for buffer in params.buffers.values():
                self._allocate(group, buffer, None)
            params.start(self._precision)

    def _device(self, buffer: Buffer) -> Array:
        """Return a device array in the shape that kernels take."""
        _, device = buffer.arrays
        return device.reshape(len(device), -1, buffer.columns) if buffer.columns else device

    def _memory_table(self) -> NDArray[np.int64]:
        """Return the table of all that this thread works on while it simulates."""
        if not hasattr(self._thread_local, "table"):
            memory = self._plan.memory
            # Kept, because the table itself keeps no arrays.
            parts = self._thread_local.parts = {array: self._part(array) for array in {*memory}}
            self._thread_local.table = memory_table(parts[array] for array in memory)
        table: NDArray[np.int64] = self._thread_local.table
        return table

    def _part(self, array: Memory) -> tuple[Array, int]:
        """Return the first part of an array, and how many bytes the parts are apart."""
        if isinstance(array, Scratch):
            return aligned_zeros(array.shape, np.dtype(array.dtype)), 0
        if isinstance(array, Buffer):
            device = self._device(array)
            return device[0], device.strides[0] if array.per_batch else 0
        assert array.device is not None
        return array.device[0], array.device.strides[0]

    @property
    def _longest_queue(self) -> int:
        """Number of steps that may wait; what prints does so at once."""
        return 1 if self._plan.prints else LONGEST_QUEUE

    @property
    def buffers(self) -> list[Buffer]:
        """All memory of the model."""
        return list(self._owned)

    def release(self) -> None:
        """Drop all memory."""
        for buffer in self._owned:
            buffer.release()
        for synapse_group in self._synapses:
            synapse_group.connections.forget()
        for recorder in self._plan.recorders:
            recorder.release()

    @property
    def timestep(self) -> int:
        """Number of the next step."""
        return self.steps_asked + self._timestep_offset

    @timestep.setter
    def timestep(self, value: int) -> None:
        self.flush()
        self._timestep_offset = value - self.steps_asked

    def flush(self) -> None:
        """Run all steps that have been asked for.

        Raises
        ------
        RuntimeError
            If an interrupt has left a step in the middle.
        """
        if self._updates or self._steps_done < self.steps_asked or self.queue:
            self._check_ranges()
            for population in self._populations_to_check:
                population.warn_of_suspicious_values()
            # One watch covers all the work here, because starting one for each job would take
            # longer.
            before = watch(self._idle)
            try:
                while self._updates:
                    update = self._updates[0]
                    if isinstance(update, ConnectivityJob):
                        self._run_connectivity(update)
                    else:
                        self._run_update(update)
                    self._updates.popleft()
                while self._steps_done < self.steps_asked or self.queue:
                    self._run_steps()
            finally:
                unwatch(before)
        if self._faults_unread:
            self._raise_faults()

    def _check_ranges(self) -> None:
        """Let batch elements run in order from now on if what the host wrote calls for that."""
        for buffer in self._plan.ranges:
            if buffer.is_new and not self._in_order:
                buffer.is_new = False
                self._in_order = not is_inside(buffer, self._plan.ranges)

    def _run_steps(self) -> None:
        """Finish the steps that have begun, or else begin those that are waiting."""
        steps = self._steps
        if steps is None:
            steps = self._steps = self._next_steps()
        while steps.phases:
            job = steps.phases[0]
            start = perf_counter()
            self._simulate(steps, job)
            if self._timing_enabled:
                self.times[job.phase.timer] += perf_counter() - start
            steps.phases.popleft()
        # An interrupt may come at any line, and then all of them run again.
        self._steps_done = steps.last
        if self.queue is steps.queue:
            self.queue = self.queue[steps.num_queued :]
        self.steps_at_flush = steps.last + self._longest_queue
        self._steps = None

    def _next_steps(self) -> Steps:
        first, queue = self._steps_done, self.queue
        job, updates_first = self._phase_job(WHOLE_STEP), self._plan.updates_first
        whole = deque([job])
        if queue and updates_first:
            job.progress[:] = -1
        if not self._timing_enabled and not self._in_order:
            return Steps(first, self.steps_asked, whole, queue, len(queue), updates_first)
        updates = sum(step == first for _, step in queue)
        if updates:
            return Steps(first, first, whole, queue, updates)
        return Steps(first, first + 1, deque(map(self._phase_job, self._plan.phases)), queue, 0)

    def _phase_job(self, phase: Phase) -> PhaseJob:
        if self._plan.shared:
            threads = self._sharing.threads(self.steps_asked - self._steps_done)
            if threads > self._parts:
                self._share_out(threads)
            return SharedJob(phase, threads, self._parts)
        return PhaseJob(phase, self._batch_size, 1 if self._in_order else self._batch_size)

    def _raise_faults(self) -> None:
        """Raise an error for the first fault since the last call."""
        found = []
        if np.count_nonzero(self._fault_records):
            found = [error for error in (faults.error() for faults in self._faults) if error]
        self._faults_unread = False
        if found:
            raise min(found, key=itemgetter(0))[1]

    def _simulate(self, steps: Steps, job: PhaseJob) -> None:
        """Let all batch elements do the rest of a phase of some steps."""
        simulate = self._kernels.simulate
        kinds, num_steps = steps.program
        numbers = SimulateNumbers(
            progress=job.progress,
            kinds=kinds,
            num_batch=self._batch_size,
            parts=1 if self._in_order else _PARTS_OF_BATCH,
            timestep=steps.first + self._timestep_offset,
            steps_done=steps.first,
            seed=self.seed,
            num_steps=num_steps,
            phases=job.phase.bit,
        )

        def kernel(counter: Counter) -> None:
            simulate(counter, *numbers, self._memory_table())

        self._faults_unread = bool(self._faults)
        # Made before other threads can look for it.
        self._memory_table()
        job.finish(kernel)
        write_printed()
        if isinstance(job, SharedJob) and job.is_shared:
            self._sharing.note(went_well=not job.became_alone)

    def custom_update(self, group_name: str, names: Callable[[str], Iterable[str]]) -> None:
        """Run the custom updates of a group, after all steps so far, or let them wait with these.

        `names` returns their names, given that of the group.
        """
        queued = self.queued_groups.get(group_name)
        if queued is None:
            # Either all updates of a group can wait, or none.
            numbers = (self._plan.custom_updates[name].in_queue for name in names(group_name))
            queued = [number for number in numbers if number]
            self.queued_groups[group_name] = queued
        if queued:
            if self._plan.updates_first and self._steps_done < self.steps_asked:
                self.flush()
            self.queue.append((queued, self.steps_asked))
            if len(self.queue) >= LONGEST_QUEUE:
                self.flush()
            return
        self.flush()
        if group_name not in self._prepared_updates:
            calls = sorted(
                (self._plan.custom_updates[name] for name in names(group_name)),
                key=attrgetter("stage"),
            )
            self._prepared_updates[group_name] = [self._prepare(group_name, call) for call in calls]
        before, after = self._connectivity_jobs(group_name)
        self._updates = deque(
            [*before, *map(UpdateJob, self._prepared_updates[group_name]), *after]
        )
        self.flush()

    def _connectivity_jobs(
        self, group_name: str
    ) -> tuple[Sequence[ConnectivityJob], Sequence[ConnectivityJob]]:
        """Return code of custom connectivity updates that runs before and after other updates."""
        if not self._plan.connectivity_updates:
            return (), ()
        changes = [
            call
            for call in self._plan.connectivity_updates.values()
            if call.update.update_group_name == group_name
        ]
        runs = [(call, self._runs[call.update.name]) for call in changes]
        self._runs.update(call.update.name for call in changes)
        return (
            [ConnectivityJob(*one, on_host=True) for one in runs if one[0].on_host],
            [ConnectivityJob(*one, on_host=False) for one in runs if one[0].on_rows],
        )

    def _prepare(self, group_name: str, call: CustomUpdateCall) -> PreparedUpdate:
        """Return a custom update ready to run, in parts if it takes long."""
        size = self._batch_size if call.per_batch else 1
        count = call.count if call.counted is None else call.counted.count
        most_batch_elements, most_elements = size, max(1, count)
        if call.elements_apart and (size == 1 or not call.batch_elements_apart):
            most_elements = max(1, _ELEMENTS_PER_PART // (size * call.at_once)) * call.at_once
        elif call.batch_elements_apart:
            most_batch_elements = max(1, _ELEMENTS_PER_PART // max(1, count))
        return PreparedUpdate(
            group_name=group_name,
            call=call,
            kernel=None if call.function is None else getattr(self._kernels, call.function),
            numbers=UpdateNumbers(
                num_batch_elements=size,
                num_elements=count,
                most_batch_elements=most_batch_elements,
                most_elements=most_elements,
            ),
            num_parts=max(1, -(-count // most_elements)) * -(-size // most_batch_elements),
            arguments=(*map(self._device, call.buffers), *call.numbers),
            can_fail=any(isinstance(buffer, Faults) for buffer in call.buffers),
        )

    def _run_update(self, update: UpdateJob) -> None:
        """Do the rest of a custom update."""
        prepared, call = update.prepared, update.prepared.call
        function = prepared.kernel
        start = perf_counter()
        for buffer in call.touched:
            buffer.touch()
        if function is not None:
            # Replacing the two numbers by name would take as long as a small update.
            *always, _, _ = prepared.numbers
            timestep = self._steps_done + self._timestep_offset
            self._faults_unread |= prepared.can_fail
            update.finish(function, *always, timestep, self._steps_done, *prepared.arguments)
            write_printed()
        for buffer in call.broadcast:
            slots = buffer.in_slots
            slots[:] = slots[:, [self._steps_done % buffer.slots]]
        if call.transposed is not None:
            source, target = map(self._device, call.transposed)

            def transpose(first: int, last: int) -> None:
                np.copyto(target[first:last], source[first:last].transpose(0, 2, 1))

            parallel_for(transpose, len(source), max(1, _ELEMENTS_PER_PART // source[0].size))
        if self._timing_enabled:
            part = "update" if call.transposed is None else "transpose"
            spent = self.custom_update_times.get((part, prepared.group_name), 0.0)
            self.custom_update_times[part, prepared.group_name] = spent + perf_counter() - start

    def _run_connectivity(self, job: ConnectivityJob) -> None:
        """Do the rest of a custom connectivity update: its code of the host, or that of rows."""
        if job.is_done:
            return
        start = perf_counter()
        update = job.call.update
        connections, stride = update.connections, self._strides[update.synapse_group.name]
        if job.on_host:
            update.rows.note_lengths(connections)
        elif not job.is_spread:
            update.rows.spread(connections, stride)
            job.is_spread = True
        call = job.call.on_host if job.on_host else job.call.on_rows
        assert call is not None
        numbers = ConnectivityNumbers(
            num_rows=1 if job.on_host else connections.num_pre,
            num_pre=connections.num_pre,
            num_post=update.synapse_group.trg.num_neurons,
            row_stride=stride,
            seed=self.seed,
            stream=call.stream,
            run=job.run,
            timestep=self._steps_done + self._timestep_offset,
            steps_since_load=self._steps_done,
        )
        arrays = [
            buffer.arrays[0] if is_on_host else self._device(buffer)
            for buffer, is_on_host in call.arrays
        ]
        self._faults_unread |= any(isinstance(buffer, Faults) for buffer in call.buffers)
        job.finish(getattr(self._kernels, call.kernel), *numbers, *arrays, *call.numbers)
        write_printed()
        for buffer in call.buffers:
            buffer.is_new = True
        done = perf_counter()
        if not job.on_host:
            self._rearrange(job, stride)
        if self._timing_enabled:
            self._add_time("host" if job.on_host else "update", update, done - start)
            self._add_time("remap", update, perf_counter() - done)
        job.is_done = True
        update.rows.release()

    def _add_time(self, part: str, update: CustomConnectivityUpdate, seconds: float) -> None:
        key = part, update.update_group_name
        self.custom_update_times[key] = self.custom_update_times.get(key, 0.0) + seconds

    def _rearrange(self, job: ConnectivityJob, stride: int) -> None:
        """Put the rows of synapses together again, and let all of their variables follow."""
        update = job.call.update
        connections = update.connections
        variables = changed_variables(
            [
                [variable.buffer for variable in group.vars.values()]
                for group in self._groups_of_synapses
                if group.synapse_group is update.synapse_group
            ]
        )
        if job.result is None:
            job.result = update.rows.put_together(connections, stride, variables)
        # From here on nothing depends on what is replaced, so all of it can be done again.
        synapses, rearranged = job.result
        connections.replace(*synapses)
        for one in rearranged:
            one.replace()
        # They have the addresses of arrays that are no more.
        self._thread_local = SimpleNamespace() if self._plan.shared else threading.local()
        self._prepared_updates.clear()

    def pull_recordings(self) -> None:
        """Copy all recordings to the host, after all steps so far."""
        self.flush()
        for recorder in self._plan.recorders:
            recorder.pull(self.timestep)
