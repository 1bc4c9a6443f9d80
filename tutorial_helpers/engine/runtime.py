"""A loaded model: its memory, the queue of steps, and the calls of the compiled kernels.

A step is only counted when it is asked for. All steps that are waiting run when something could
tell the difference: one batch after the other, each through all steps, so that its state stays in
the cache. Batches do not interact inside a step, which makes this exact.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Container, Iterable
from operator import itemgetter
from time import perf_counter
from types import ModuleType
from typing import Any

import numpy as np

from tutorial_helpers.engine.buffers import Buffer, aligned_zeros
from tutorial_helpers.engine.faults import Faults
from tutorial_helpers.engine.groups import Group
from tutorial_helpers.engine.neuron_groups import NeuronGroup
from tutorial_helpers.engine.plan import Plan
from tutorial_helpers.engine.plan_custom_updates import CustomUpdateCall
from tutorial_helpers.engine.synapse_groups import SynapseGroup
from tutorial_helpers.engine.threads import share, together
from tutorial_helpers.engine.types import TIMEPOINT, Precision
from tutorial_helpers.engine.variables import Variable

# Whole steps, or one phase of them.
_WHOLE, _SYNAPSES, _DYNAMICS, _NEURONS, _POSTSYNAPTIC = 15, 1, 2, 4, 8
_PHASES = (
    (_DYNAMICS, "synapse_dynamics"),
    (_SYNAPSES, "presynaptic_update"),
    (_POSTSYNAPTIC, "postsynaptic_update"),
    (_NEURONS, "neuron_update"),
)

#: Steps that may wait. More would not be faster, and a progress bar would know nothing of them.
LONGEST_QUEUE = 1000

# Elements below which a custom update is not worth a second thread.
_ELEMENTS_PER_CALL = 1 << 18


class Runtime:
    """A model in memory.

    Parameters
    ----------
    plan
        The plan of the model.
    kernels
        Its compiled module.
    groups
        All parts of the model, whose memory is to be allocated.
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
        batch_size: int,
        precision: Precision,
        timing_enabled: bool,
        seed: int,
        num_recording_timesteps: int | None,
    ) -> None:
        start = perf_counter()
        self._plan = plan
        self._kernels = kernels
        self._batch_size = batch_size
        self._precision = precision
        self._timing_enabled = timing_enabled
        self._timestep = 0
        self._simulated = 0
        # 0 stands for numbers that nobody can foresee.
        self.seed = seed or secrets.randbits(63)
        self.pending = 0
        self._owned: list[Buffer] = []
        self._of_thread = threading.local()
        groups = list(groups)
        used = {*plan.buffers, *(b for call in plan.custom_updates.values() for b in call.buffers)}
        # Code that connects neurons and initialises variables needs these before anything else.
        for group in groups:
            self._allocate_global(group, used)
        self._synapses = [group for group in groups if isinstance(group, SynapseGroup)]
        self._populations = [group for group in groups if isinstance(group, NeuronGroup)]
        connecting = perf_counter()
        for group in groups:
            group.size_memory(batch_size, self.seed)
        connecting = perf_counter() - connecting
        for group in groups:
            for buffer, variable in group.buffers():
                self._allocate(group, buffer, variable)
        for synapse_group in self._synapses:
            if synapse_group.connectivity is not None:
                synapse_group.connectivity.fill()
        self._faults = sorted((b for b in used if isinstance(b, Faults)), key=lambda b: b.title)
        for faults in self._faults:
            faults.allocate(precision.resolve(faults.type).dtype, batch_size)
            self._owned.append(faults)
        for recorder in plan.recorders:
            assert num_recording_timesteps is not None
            recorder.allocate(num_recording_timesteps, batch_size)
        self._arguments = [
            *(self._device(buffer) for buffer in plan.buffers),
            *(recorder.device for recorder in plan.recorders),
        ]
        self.times = dict.fromkeys(("init", *(name for _, name in _PHASES)), 0.0)
        # By part, as there are timers, and group.
        self.custom_update_times: dict[tuple[str, str], float] = {}
        if timing_enabled:
            self.times["init"] = perf_counter() - start
            if any(group.connectivity is not None for group in self._synapses):
                self.times["init_sparse"] = connecting
                self.times["init"] -= connecting

    def _allocate(self, group: Group, buffer: Buffer, variable: Variable | None) -> None:
        ctype = self._precision.resolve(buffer.type)
        initial = None
        if variable is not None:
            initial = group.initial_values(variable, self._batch_size, self.seed)
        buffer.allocate(ctype.dtype, self._batch_size)
        self._owned.append(buffer)
        assert buffer.device is not None
        if initial is not None:
            buffer.fill(initial)
        elif buffer.type == TIMEPOINT:
            # No spike so far: as long ago as can be expressed.
            buffer.fill(np.asarray(np.finfo(ctype.dtype).min))

    def _allocate_global(self, group: Group, used: Container[Buffer]) -> None:
        """Allocate what a group has once for all elements and batches."""
        for array in group.extra_global_arrays():
            if array.buffer in used:
                array.refuse_if_empty()
            if array.allocate(self._precision.resolve(array.type).dtype):
                self._owned.append(array.buffer)
        for params in group.dynamic_params():
            for buffer in params.buffers.values():
                self._allocate(group, buffer, None)
            params.start(self._precision)

    def _device(self, buffer: Buffer) -> np.ndarray[Any, Any]:
        """Return a device array in the shape that kernels take."""
        assert buffer.device is not None
        if buffer.columns:
            return buffer.device.reshape(len(buffer.device), -1, buffer.columns)
        return buffer.device

    def _scratch(self) -> list[np.ndarray[Any, Any]]:
        """Return the arrays that this thread uses while it simulates."""
        if not hasattr(self._of_thread, "scratch"):
            self._of_thread.scratch = [
                aligned_zeros(scratch.shape, np.dtype(scratch.dtype))
                for scratch in self._plan.scratch
            ]
        arrays: list[np.ndarray[Any, Any]] = self._of_thread.scratch
        return arrays

    @property
    def buffers(self) -> list[Buffer]:
        """All memory of the model."""
        return list(self._owned)

    def release(self) -> None:
        """Drop all memory."""
        for buffer in self._owned:
            buffer.release()
        for synapse_group in self._synapses:
            if synapse_group.connectivity is not None:
                synapse_group.connectivity.forget()
        for recorder in self._plan.recorders:
            recorder.release()

    @property
    def steps_done(self) -> int:
        """Number of steps since the model was loaded."""
        return self._simulated + self.pending

    @property
    def timestep(self) -> int:
        """Number of the next step."""
        return self._timestep + self.pending

    @timestep.setter
    def timestep(self, value: int) -> None:
        self.flush()
        self._timestep = value

    def flush(self) -> None:
        """Run all steps that have been asked for."""
        steps = self.pending
        if not steps:
            return
        for population in self._populations:
            population.warn_of_doubt()
        first_step, self._timestep, self.pending = self._timestep, self._timestep + steps, 0
        simulated, self._simulated = self._simulated, self._simulated + steps
        if not self._timing_enabled and not self._plan.in_lockstep:
            self._simulate(first_step, simulated, steps, _WHOLE)
            self._raise_faults()
            return
        for step in range(steps):
            for phase, name in _PHASES:
                if phase == _DYNAMICS and not self._plan.has_synapse_dynamics:
                    continue
                if phase == _POSTSYNAPTIC and not self._plan.has_postsynaptic_events:
                    continue
                start = perf_counter()
                self._simulate(first_step + step, simulated + step, 1, phase)
                if self._timing_enabled:
                    self.times[name] += perf_counter() - start
        self._raise_faults()

    def _raise_faults(self) -> None:
        """Raise an error for the first thing that went wrong in the steps that have just run."""
        found = [error for error in (faults.error() for faults in self._faults) if error]
        if found:
            raise min(found, key=itemgetter(0))[1]

    def _simulate(self, first_step: int, simulated: int, steps: int, phases: int) -> None:
        kernel, size, arguments = self._kernels.simulate, self._batch_size, self._arguments
        # The number of batches that have been begun, and of those that are finished.
        turns = np.zeros(2, np.int64)
        seed = self.seed

        def work() -> None:
            kernel(
                *(turns, size, first_step, simulated, seed, steps, phases),
                *(*arguments, *self._scratch()),
            )

        # In lockstep one batch runs after the other, as each sees what those before have assigned.
        most = 1 if self._plan.in_lockstep else size
        together(work, most, lambda: bool(turns[1] == size))

    def custom_update(self, group_name: str, names: Iterable[str]) -> None:
        """Run custom updates, after all steps so far."""
        self.flush()
        calls = [self._plan.custom_updates[name] for name in names]
        for call in sorted(calls, key=lambda call: call.stage):
            start = perf_counter()
            self._update(call)
            if self._timing_enabled:
                part = "update" if call.transposed is None else "transpose"
                spent = self.custom_update_times.get((part, group_name), 0.0)
                self.custom_update_times[part, group_name] = spent + perf_counter() - start
        self._raise_faults()

    def _update(self, call: CustomUpdateCall) -> None:
        size = self._batch_size if call.per_batch else 1
        if call.function is not None:
            kernel = getattr(self._kernels, call.function)
            arguments = [self._device(buffer) for buffer in call.buffers]
            count = call.count if call.counted is None else call.counted.count

            def run(first: int, last: int, begin: int, end: int) -> None:
                clock = (self._timestep, self._simulated)
                kernel(first, last, begin, end, size, *clock, *arguments)

            if call.elements_apart and (size == 1 or not call.batches_apart):
                least = max(1, _ELEMENTS_PER_CALL // size)
                share(lambda begin, end: run(0, size, begin, end), count, least)
            elif call.batches_apart:
                least = max(1, _ELEMENTS_PER_CALL // max(1, count))
                share(lambda first, last: run(first, last, 0, count), size, least)
            else:
                run(0, size, 0, count)
        for buffer in call.broadcast:
            assert buffer.device is not None
            slots = buffer.device.reshape(len(buffer.device), buffer.slots, buffer.count)
            slots[:] = slots[:, [self._simulated % buffer.slots]]
        if call.transposed is not None:
            source, target = map(self._device, call.transposed)

            def transpose(first: int, last: int) -> None:
                np.copyto(target[first:last], source[first:last].transpose(0, 2, 1))

            share(transpose, len(source), max(1, _ELEMENTS_PER_CALL // source[0].size))

    def pull_recordings(self) -> None:
        """Copy all recordings to the host, after all steps so far."""
        self.flush()
        for recorder in self._plan.recorders:
            recorder.pull(self._timestep)
