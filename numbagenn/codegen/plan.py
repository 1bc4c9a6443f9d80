"""The build plan: which functions a model needs, on which memory, and their text.

The plan is made once, when the model is built. It knows sizes, parameters and the graph of
populations; the number of batches and the values of variables come later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from numbagenn.codegen.arguments import LEADING, Memory, Scratch, array_type, assigns_shared
from numbagenn.codegen.blocks import inputs_of_block, lists_of_arrivals
from numbagenn.codegen.custom_updates import (
    CustomUpdateCall,
    functions_of_custom_updates,
)
from numbagenn.codegen.description import Description, records_spikes
from numbagenn.codegen.neurons import RECORDED, function_of_neurons
from numbagenn.codegen.rendering import rendered
from numbagenn.codegen.schedule import Blocks, blocks_of_steps
from numbagenn.codegen.synapses import functions_of_synapses
from numbagenn.language.arithmetic import constant_literal
from numbagenn.memory.buffers import Buffer
from numbagenn.memory.faults import Faults
from numbagenn.memory.recording import Recorder

# Batches that threads simulate at the same time are at least a part of the batch apart.
_PARTS_OF_BATCH = 16


@dataclass(frozen=True)
class Plan:
    """What building a model results in.

    Parameters
    ----------
    source
        Text of the module with all kernels of the model.
    buffers
        Memory that the kernel ``simulate`` takes, in order.
    recorders
        Recordings that it takes after these.
    scratch
        Arrays that it takes after these; each thread that runs it needs some of its own, which hold
        zeros before the first time.
    has_synapse_dynamics, has_postsynaptic_events
        Whether synapses have anything to do in every step, or for postsynaptic events.
    custom_updates
        By name: how each custom update is run.
    in_lockstep
        Whether all batches must have finished a phase of a step before any goes on, one after the
        other, because they share arrays that code assigns.
    """

    source: str
    buffers: tuple[Buffer, ...]
    recorders: tuple[Recorder, ...]
    scratch: tuple[Scratch, ...]
    has_synapse_dynamics: bool
    has_postsynaptic_events: bool
    custom_updates: Mapping[str, CustomUpdateCall]
    in_lockstep: bool


def make_plan(model: Description) -> Plan:
    """Return the plan of a model.

    Raises
    ------
    RuntimeError
        If a parameter does not fit into its type.
    """
    blocks = None
    # A timer has to tell the phases of a step apart, so steps are run one by one for it.
    if not model.timing_enabled:
        blocks = blocks_of_steps(model.neuron_populations, model.synapse_populations.values())
    plan = _plan(model, blocks)
    if blocks is not None and plan.in_lockstep:
        plan = _plan(model, None)
    return plan


def _plan(model: Description, blocks: Blocks | None) -> Plan:
    """Return the plan for a schedule: how to simulate blocks of steps, or None for single steps."""
    memory = Memory()
    populations = list(model.neuron_populations.values() if blocks is None else blocks.order)
    connections = list(model.synapse_populations.values())
    in_blocks = blocks is not None
    synapses = [
        function
        for group in connections
        for function in functions_of_synapses(model, group, memory, in_blocks)
    ]
    neurons = [function_of_neurons(model, group, memory, in_blocks) for group in populations]
    if blocks is not None:
        for function in neurons:
            outgoing = [item for item in synapses if item["group"].src.name == function["name"]]
            function["arrivals"] = lists_of_arrivals(outgoing, blocks, memory)
    recorders = []
    for group in populations:
        if records_spikes(group):
            recorders.append((memory.local(group.name, "recorded"), group.recorder))
    for synapse_group in connections:
        for side, events in synapse_group.events.items():
            if synapse_group.records_events(side):
                name = memory.local(synapse_group.name, RECORDED[side])
                recorders.append((name, events.recorder))
    incoming = [
        {
            "inputs": inputs_of_block(model, group, memory),
            "out_post": memory.row(group.out_post.buffer),
        }
        for group in (connections if in_blocks else ())
    ]
    update_functions, calls = functions_of_custom_updates(model)
    parameters = [
        *LEADING,
        *memory.arrays.values(),
        *(name for name, _ in recorders),
        *memory.scratch,
    ]
    types = [
        *("int64[::1]", "int64[::1]"),
        *(["int64"] * (len(LEADING) - 2)),
        *(array_type(buffer, model.types) for buffer in memory.arrays),
        *(["uint32[:,:,::1]"] * len(recorders)),
        *(scratch.type for scratch in memory.scratch.values()),
    ]
    in_lockstep = model.batch_size > 1 and assigns_shared(memory.arrays)
    source = rendered(
        "module.jinja",
        synapse_functions=synapses,
        neuron_functions=neurons,
        incoming=incoming,
        in_blocks=in_blocks,
        in_order=in_lockstep,
        parts_of_batch=_PARTS_OF_BATCH,
        draws=any("random_key" in item["loop"].scalars for item in neurons),
        uses_arrays=any(
            isinstance(buffer, Faults)
            for buffers in (memory.arrays, *(call.buffers for call in calls.values()))
            for buffer in buffers
        ),
        by_train=any(item["by_train"] for item in synapses),
        block_steps=blocks.steps if blocks is not None else 1,
        custom_update_functions=update_functions,
        simulate={
            "signature": ", ".join(types),
            "parameters": ", ".join(parameters),
            "rows": memory.row_lines(),
            "time": model.types.time.numpy_name,
            "dt": constant_literal(model.dt, model.types.time),
        },
    )
    return Plan(
        source,
        tuple(memory.arrays),
        tuple(recorder for _, recorder in recorders),
        tuple(memory.scratch.values()),
        any(function["kind"] == "dynamics" for function in synapses),
        any(function["kind"] == "columns" for function in synapses),
        calls,
        in_lockstep,
    )
