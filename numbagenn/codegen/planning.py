"""The build plan: which functions a model needs, on which memory, and their text.

The plan is made once, when the model is built. It knows sizes, parameters and the graph of
populations; the batch size and the values of variables come later.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from numbagenn.codegen.arguments import SimulateMemory, array_type, assigns_shared
from numbagenn.codegen.block_steps import BlockSteps
from numbagenn.codegen.blocks import blocks_of_steps
from numbagenn.codegen.custom_updates import functions_of_custom_updates
from numbagenn.codegen.event_kinds import NEURON_UPDATE, PHASES, PRESYNAPTIC_UPDATE
from numbagenn.codegen.kernel_numbers import SimulateNumbers, parameters_of
from numbagenn.codegen.network_view import NetworkView, records_spikes
from numbagenn.codegen.plan import Plan
from numbagenn.codegen.rendering import rendered
from numbagenn.codegen.single_steps import RECORDED, SingleSteps
from numbagenn.language.arithmetic import constant_literal
from numbagenn.memory.recording import Recorder

# Batch elements that threads simulate at the same time are at least a part of the batch apart.
_PARTS_OF_BATCH = 16


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
    in_order
        Whether batch elements are simulated in order.
    parts_of_batch
        Between how many parts of the batch threads go to and fro, if not.
    """

    parameters: str
    signature: str
    rows: list[str]
    time: str
    dt: str
    in_order: bool
    parts_of_batch: int = _PARTS_OF_BATCH


def make_plan(model: NetworkView) -> Plan:
    """Return the plan of a model.

    Raises
    ------
    RuntimeError
        If a parameter does not fit into its type.
    """
    # A timer measures the phases of a step separately, so steps then run one by one.
    if not model.timing_enabled:
        blocks = blocks_of_steps(model.neuron_populations, model.synapse_populations.values())
        if blocks is not None:
            plan = _plan(model, BlockSteps(model, blocks))
            if not plan.in_order:
                return plan
    return _plan(model, SingleSteps(model))


def _plan(model: NetworkView, schedule: SingleSteps | BlockSteps) -> Plan:
    """Return the plan for a schedule."""
    memory = schedule.memory
    synapses, neurons = schedule.functions()
    recorders = _recorders(model, schedule)
    # What synapses have added up before a block needs a name before all names are listed.
    incoming = schedule.incoming()
    updates, calls = functions_of_custom_updates(model)
    in_order = model.batch_size > 1 and assigns_shared(memory.arrays)
    # Every step has the first two, whether or not there is something to do in them.
    phases = {NEURON_UPDATE, PRESYNAPTIC_UPDATE, *(one.code.kind.phase for one in synapses)}
    source = rendered(
        "module.jinja",
        schedule=schedule,
        synapse_functions=synapses,
        neuron_functions=neurons,
        custom_update_functions=updates,
        phases=PHASES,
        neuron_update=NEURON_UPDATE,
        incoming=incoming,
        simulate=_simulate_kernel(model, memory, recorders, in_order=in_order),
    )
    return Plan(
        source=source,
        buffers=tuple(memory.arrays),
        recorders=tuple(recorders.values()),
        scratch=tuple(memory.scratch.values()),
        phases=tuple(phase for phase in PHASES if phase in phases),
        custom_updates=calls,
        in_order=in_order,
    )


def _recorders(model: NetworkView, schedule: SingleSteps | BlockSteps) -> dict[str, Recorder]:
    """Return all recordings by the names that ``simulate`` has for them."""
    memory, recorders = schedule.memory, {}
    for group in schedule.populations:
        if records_spikes(group):
            recorders[memory.local(group.name, "recorded")] = group.recorder
    for synapses in model.synapse_populations.values():
        for side, events in synapses.events.items():
            if synapses.records_events(side):
                recorders[memory.local(synapses.name, RECORDED[side])] = events.recorder
    return recorders


def _simulate_kernel(
    model: NetworkView, memory: SimulateMemory, recorders: Iterable[str], *, in_order: bool
) -> SimulateKernel:
    types = {
        **parameters_of(SimulateNumbers, model.types.time),
        **{name: array_type(buffer, model.types) for buffer, name in memory.arrays.items()},
        **dict.fromkeys(recorders, "uint32[:,:,::1]"),
        **{name: scratch.type for name, scratch in memory.scratch.items()},
    }
    return SimulateKernel(
        parameters=", ".join(types),
        signature=", ".join(types.values()),
        rows=memory.row_lines(),
        time=model.types.time.numpy_name,
        dt=constant_literal(model.dt, model.types.time),
        in_order=in_order,
    )
