"""The plan of a network: the text of its kernels, on which memory they work, how updates are run.

It is made once, when the model is built. It knows sizes, parameters and the graph of populations;
the batch size and the values of variables come later.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from numbagenn.codegen.alike import Step, shared
from numbagenn.codegen.arguments import Memory, Scratch, SimulateMemory
from numbagenn.codegen.batch_parts import Limits, ranges_that_keep_apart
from numbagenn.codegen.block_steps import BlockSteps
from numbagenn.codegen.blocks import Blocks, blocks_of_steps
from numbagenn.codegen.connectivity_update_functions import (
    ConnectivityCall,
    kernels_of_connectivity_updates,
)
from numbagenn.codegen.custom_update_functions import CustomUpdateCall, kernels_of_custom_updates
from numbagenn.codegen.event_kinds import (
    NEURON_UPDATE,
    PHASES,
    PRESYNAPTIC_UPDATE,
    SYNAPSE_DYNAMICS,
    Phase,
)
from numbagenn.codegen.kernel_numbers import SimulateNumbers, parameters_of
from numbagenn.codegen.late_dynamics import LATE_STEPS, LateDynamics, late_codes, late_dynamics
from numbagenn.codegen.network_view import NetworkView, prints
from numbagenn.codegen.queued_updates import queued_updates
from numbagenn.codegen.rendering import rendered, rendered_module
from numbagenn.codegen.schedule import Schedule
from numbagenn.codegen.shares import can_be_shared
from numbagenn.codegen.single_steps import SingleSteps, SynapseStep
from numbagenn.codegen.synapse_functions import SynapseCode, SynapseFunction, codes_of_synapses
from numbagenn.codegen.touched_rows import note_touched_rows
from numbagenn.language.arithmetic import constant_literal
from numbagenn.memory.buffers import Buffer
from numbagenn.memory.faults import Faults
from numbagenn.memory.recording import Recorder


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What building a model results in.

    Parameters
    ----------
    source
        Text of the module with all kernels.
    memory
        What the kernel ``simulate`` works on, in the order of its table, in which
        something can be more than once. Each thread that runs it
        needs scratch arrays of its own, which hold zeros before the first time.
    phases
        The phases of a step in which there is something to do.
    custom_updates
        By name: how each custom update is run.
    connectivity_updates
        The same of custom connectivity updates.
    in_order
        Whether all batch elements must have finished a phase of a step before any goes on, one
        after the other, because they share arrays that code assigns, or print.
    prints
        Whether code prints, so that no step may wait.
    shared
        Whether threads share the steps, instead of batch elements. Scratch arrays then are the same
        for all of them.
    updates_first
        Whether custom updates that wait run ahead of all steps that wait, as the spikes between two
        blocks of steps are not where an update would look for them.
    ranges
        Memory that must stay in a range, or else batch elements have to run in order, too.
    """

    source: str
    memory: tuple[Memory, ...]
    phases: tuple[Phase, ...]
    custom_updates: Mapping[str, CustomUpdateCall]
    connectivity_updates: Mapping[str, ConnectivityCall]
    in_order: bool
    prints: bool
    shared: bool
    updates_first: bool
    ranges: Mapping[Buffer, Limits]

    @property
    def buffers(self) -> list[Buffer]:
        """What belongs to the parts of the model."""
        return [array for array in dict.fromkeys(self.memory) if isinstance(array, Buffer)]

    @property
    def recorders(self) -> list[Recorder]:
        """All recordings."""
        return [array for array in dict.fromkeys(self.memory) if isinstance(array, Recorder)]

    @property
    def scratch(self) -> list[Scratch]:
        """All scratch arrays."""
        return [array for array in dict.fromkeys(self.memory) if isinstance(array, Scratch)]


@dataclass(frozen=True, kw_only=True)
class SimulateKernel:
    """The kernel ``simulate``, as templates print it.

    Parameters
    ----------
    parameters, signature
        Text of its parameters and of their types.
    rows
        Lines that take the rows of one batch element.
    time, dt
        Type of times, and text of the length of a step.
    phases
        What single steps do in each phase.
    lists, patience
        What ends a step that threads share, and how often a thread looks whether it has ended
        before it does not count on the others any more: for longer than any step takes.
    updates
        Calls of the custom updates that wait with the steps.
    late
        Calls of the functions that let dynamics catch up with so many steps at a time.
    """

    parameters: str
    signature: str
    rows: list[str]
    time: str
    dt: str
    phases: Mapping[Phase, Sequence[Step]]
    lists: Sequence[str]
    patience: int
    updates: Sequence[str]
    late: Sequence[str]
    late_steps: int = LATE_STEPS
    late_phase: Phase = SYNAPSE_DYNAMICS


def make_plan(network: NetworkView) -> Plan:
    """Return the plan of a network.

    Raises
    ------
    RuntimeError
        If a parameter does not fit into its type.
    """
    printing = prints(network)
    ranges = ranges_that_keep_apart(network) if network.batch_size > 1 else {}
    in_order = printing or ranges is None
    left_out = note_touched_rows(network)
    # A timer measures the phases of a step separately, so steps then run one by one. Batch elements
    # that share what code assigns, or print, take turns in every step, or may have to.
    single = network.timing_enabled or in_order or bool(ranges)
    blocks = Blocks() if single else blocks_of_steps(network)
    shared = not in_order and not blocks.order and can_be_shared(network)
    schedule = _schedule(network, blocks, shared=shared)
    if shared and _can_fail(schedule):
        shared = False
        schedule = _schedule(network, blocks, shared=False)
    waits = not (network.timing_enabled or in_order or shared)
    queued = queued_updates(network, schedule.memory) if waits else {}
    updates, calls = kernels_of_custom_updates(network, left_out, list(queued))
    connectivity_updates, connectivity_calls = kernels_of_connectivity_updates(network)
    # Every step has the first two, whether or not there is something to do in them.
    phases = {
        NEURON_UPDATE,
        PRESYNAPTIC_UPDATE,
        *(function.code.kind.phase for function in schedule.synapses),
    }
    steps = _steps(schedule, alike=not printing)
    source = rendered_module(
        "Kernels of one model",
        "module.jinja",
        functions=[
            *_functions(schedule, steps),
            *(update.function for update in queued.values() if update.function),
        ],
        simulate=_simulate(network, schedule, steps, [update.call for update in queued.values()]),
        updates={**updates, **connectivity_updates},
    )
    return Plan(
        source=source,
        memory=tuple(schedule.memory.table),
        phases=tuple(phase for phase in PHASES if phase in phases),
        custom_updates=calls,
        connectivity_updates=connectivity_calls,
        in_order=in_order,
        prints=printing,
        shared=shared,
        updates_first=bool(schedule.blocks),
        ranges=ranges or {},
    )


def _schedule(network: NetworkView, blocks: Blocks, *, shared: bool) -> Schedule:
    """Return the schedule of a network of which some or all is simulated block by block.

    Otherwise threads can share the steps.
    """
    memory = SimulateMemory(network.types)
    in_blocks = BlockSteps(network, blocks, memory)
    in_steps = SingleSteps(network, blocks, in_blocks, memory, shared=shared)
    codes = codes_of_synapses(network)
    # What threads share, they have to look at together.
    late = [] if shared else late_codes(codes)

    def function_of(code: SynapseCode) -> SynapseFunction:
        if code in late:
            return late_dynamics(code, memory)
        by_block = blocks.sums_ahead(code.group)
        return (in_blocks if by_block else in_steps).synapse_function(code)

    synapses = [function_of(code) for code in codes]
    stepwise = [group for group in network.neuron_populations.values() if group not in blocks]
    return Schedule(
        block_steps=blocks.steps,
        synapses=synapses,
        blocks=[in_blocks.neuron_function(group, synapses) for group in blocks.order],
        steps=[in_steps.neuron_function(group) for group in stepwise],
        incoming=in_blocks.incoming(),
        memory=memory,
        shared=shared,
    )


def _can_fail(schedule: Schedule) -> bool:
    """Return whether a fault can happen in some code of the steps."""
    loops = [
        *(synapses.code.loop for synapses in schedule.synapses),
        *(neurons.loop for neurons in schedule.steps),
    ]
    return any(isinstance(one.buffer, Faults) for loop in loops for one in loop.arguments)


def _steps(schedule: Schedule, *, alike: bool) -> dict[Phase, list[Step]]:
    """Return what single steps do in each phase, of which those that are `alike` may be one.

    That changes their order, which is seen where they print.
    """
    steps: dict[Phase, list[Step]] = {phase: [] for phase in PHASES}
    for synapses in schedule.synapses:
        if isinstance(synapses, SynapseStep):
            text = rendered(synapses.template, synapses=synapses)
            # All synapses only look at the lists of neurons that spiked.
            read = frozenset(re.findall(r"\w+", synapses.arriving))
            steps[synapses.code.kind.phase].append(Step(text, synapses.call.text, read))
        elif isinstance(synapses, LateDynamics):
            text = rendered(synapses.template, synapses=synapses)
            lines = rendered("note_neurons.jinja", synapses=synapses)
            steps[synapses.code.kind.phase].append(Step(text, lines.strip()))
    for neurons in schedule.steps:
        text = rendered(neurons.template, neurons=neurons)
        lines = rendered("neuron_step.jinja", neurons=neurons)
        steps[NEURON_UPDATE].append(Step(text, lines.strip()))
    if not alike:
        return steps
    return {phase: list(shared(some, schedule.memory)) for phase, some in steps.items()}


def _functions(schedule: Schedule, steps: Mapping[Phase, Sequence[Step]]) -> list[str]:
    """Return the text of all functions that ``simulate`` calls, and of what it looks up."""
    ahead = [one for one in schedule.synapses if one.sums_ahead]
    single = [step for some in steps.values() for step in some]
    return [
        *(rendered(synapses.template, synapses=synapses) for synapses in ahead),
        *(rendered(neurons.template, neurons=neurons) for neurons in schedule.blocks),
        *(step.function for step in single),
        *("\n".join(step.tables) for step in single if step.tables),
    ]


def _simulate(
    network: NetworkView,
    schedule: Schedule,
    steps: Mapping[Phase, Sequence[Step]],
    updates: Sequence[str],
) -> str:
    """Return the text of the kernel ``simulate``."""
    time, memory = network.types.time, schedule.memory
    types = {**parameters_of(SimulateNumbers, time), "memory": "int64[:,::1]"}
    kernel = SimulateKernel(
        parameters=", ".join(types),
        signature=", ".join(types.values()),
        rows=[],
        time=time.numpy_name,
        dt=constant_literal(network.dt, time),
        phases=steps,
        lists=[
            rendered("shared_lists.jinja", neurons=neurons).strip()
            for neurons in schedule.steps
            if schedule.shared and neurons.lists
        ],
        patience=sum(group.num_neurons for group in network.neuron_populations.values()),
        updates=updates,
        late=[one.call.text for one in schedule.synapses if isinstance(one, LateDynamics)],
    )
    template = "simulate_shared.jinja" if schedule.shared else "simulate.jinja"
    text = rendered(template, schedule=schedule, simulate=kernel)
    # Arrays that only loops over groups take are not among these.
    words = {*re.findall(r"\w+", text)}
    kernel.rows.extend(
        memory.line(name, name, str(memory.place([name])))
        for name in memory.arrays
        if name in words
    )
    return rendered(template, schedule=schedule, simulate=kernel)
