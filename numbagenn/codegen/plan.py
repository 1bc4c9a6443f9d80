"""The plan of a network: the text of its kernels, on which memory they work, how updates are run.

It is made once, when the model is built. It knows sizes, parameters and the graph of populations;
the batch size and the values of variables come later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from numbagenn.codegen.arguments import Scratch, SimulateMemory, array_type
from numbagenn.codegen.block_steps import BlockSteps
from numbagenn.codegen.blocks import Blocks, blocks_of_steps
from numbagenn.codegen.custom_update_functions import CustomUpdateCall, functions_of_custom_updates
from numbagenn.codegen.event_kinds import NEURON_UPDATE, PHASES, PRESYNAPTIC_UPDATE, Phase
from numbagenn.codegen.kernel_numbers import SimulateNumbers, parameters_of
from numbagenn.codegen.network_view import NetworkView
from numbagenn.codegen.rendering import rendered_module
from numbagenn.codegen.schedule import Schedule
from numbagenn.codegen.single_steps import SingleSteps
from numbagenn.codegen.synapse_functions import codes_of_synapses
from numbagenn.codegen.touched_rows import note_touched_rows
from numbagenn.language.arithmetic import constant_literal
from numbagenn.memory.buffers import Buffer
from numbagenn.memory.recording import Recorder
from numbagenn.models.descriptions import Model


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What building a model results in.

    Parameters
    ----------
    source
        Text of the module with all kernels.
    buffers
        Memory that the kernel ``simulate`` takes, in order.
    recorders
        Recordings that it takes after these.
    scratch
        Arrays that it takes after these; each thread that runs it needs some of its own, which hold
        zeros before the first time.
    phases
        The phases of a step in which there is something to do.
    custom_updates
        By name: how each custom update is run.
    in_order
        Whether all batch elements must have finished a phase of a step before any goes on, one
        after the other, because they share arrays that code assigns.
    """

    source: str
    buffers: tuple[Buffer, ...]
    recorders: tuple[Recorder, ...]
    scratch: tuple[Scratch, ...]
    phases: tuple[Phase, ...]
    custom_updates: Mapping[str, CustomUpdateCall]
    in_order: bool


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


def make_plan(network: NetworkView) -> Plan:
    """Return the plan of a network.

    Raises
    ------
    RuntimeError
        If a parameter does not fit into its type.
    """
    in_order = network.batch_size > 1 and _assigns_elements(network)
    left_out = note_touched_rows(network)
    # A timer measures the phases of a step separately, so steps then run one by one. Batch elements
    # that share what code assigns take turns in every step.
    single = network.timing_enabled or in_order
    schedule = _schedule(network, Blocks() if single else blocks_of_steps(network))
    memory = schedule.memory
    updates, calls = functions_of_custom_updates(network, left_out)
    # Every step has the first two, whether or not there is something to do in them.
    phases = {
        NEURON_UPDATE,
        PRESYNAPTIC_UPDATE,
        *(function.code.kind.phase for function in schedule.synapses),
    }
    source = rendered_module(
        "Kernels of one model",
        "module.jinja",
        schedule=schedule,
        custom_updates=updates,
        phases=PHASES,
        neuron_update=NEURON_UPDATE,
        simulate=_simulate_kernel(network, memory, in_order=in_order),
    )
    return Plan(
        source=source,
        buffers=tuple(memory.arrays),
        recorders=tuple(memory.recorders.values()),
        scratch=tuple(memory.scratch.values()),
        phases=tuple(phase for phase in PHASES if phase in phases),
        custom_updates=calls,
        in_order=in_order,
    )


def _schedule(network: NetworkView, blocks: Blocks) -> Schedule:
    """Return the schedule of a network of which some or all is simulated block by block."""
    memory = SimulateMemory()
    in_blocks = BlockSteps(network, blocks, memory)
    in_steps = SingleSteps(network, blocks, in_blocks, memory)
    synapses = [
        in_blocks.synapse_function(code)
        if blocks.sums_ahead(code.group)
        else in_steps.synapse_function(code)
        for code in codes_of_synapses(network)
    ]
    groups = network.synapse_populations.values()
    stepwise = [group for group in network.neuron_populations.values() if group not in blocks]
    return Schedule(
        block_steps=blocks.steps,
        synapses=synapses,
        blocks=[in_blocks.neuron_function(group, synapses) for group in blocks.order],
        steps=[in_steps.neuron_function(group) for group in stepwise],
        incoming=[in_blocks.incoming(group) for group in groups if blocks.sums_ahead(group)],
        memory=memory,
    )


def _assigns_elements(network: NetworkView) -> bool:
    """Return whether code of a step assigns elements of arrays, which the batch shares."""
    synapses = network.synapse_populations.values()
    models: list[Model] = [
        *(group.model for group in network.neuron_populations.values()),
        *(group.model for group in network.current_sources.values()),
        *(group.weight_update.model for group in synapses),
        *(group.postsynaptic.model for group in synapses),
    ]
    return any(model.assigns_elements for model in models)


def _simulate_kernel(
    network: NetworkView, memory: SimulateMemory, *, in_order: bool
) -> SimulateKernel:
    types = {
        **parameters_of(SimulateNumbers, network.types.time),
        **{name: array_type(buffer, network.types) for buffer, name in memory.arrays.items()},
        **dict.fromkeys(memory.recorders, "uint32[:,:,::1]"),
        **{name: scratch.type for name, scratch in memory.scratch.items()},
    }
    return SimulateKernel(
        parameters=", ".join(types),
        signature=", ".join(types.values()),
        rows=memory.row_lines(),
        time=network.types.time.numpy_name,
        dt=constant_literal(network.dt, network.types.time),
        in_order=in_order,
    )
