"""What blocks of steps need beside single ones: spikes, arrivals and trains of a whole block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from numbagenn.base.layout import table_size
from numbagenn.codegen.arguments import Memory
from numbagenn.codegen.description import Description, records_spikes
from numbagenn.codegen.loop_builder import Loop
from numbagenn.codegen.schedule import BLOCK_STEPS, Blocks
from numbagenn.network.neuron_groups import NeuronGroup
from numbagenn.network.synapse_groups import SynapseGroup

# Populations of fewer neurons are not worth code that is faster and takes longer to compile: to
# update several of them for some steps, and to add several rows of weights to them.
VECTOR, WIDE = 8, 32


def inputs_of_block(model: Description, group: SynapseGroup, memory: Memory) -> str:
    """Return the name of the array of what arrives from some synapses in the steps of a block."""
    scalar = model.types.scalar.numpy_name
    return memory.room(group.name, "inputs", scalar, BLOCK_STEPS, group.trg.num_neurons)


def spikes_of_block(group: NeuronGroup, memory: Memory) -> dict[str, str]:
    """Return the names of what is known of the spikes of a population in a block of steps."""
    count = group.num_neurons
    return {
        "spike_bits": memory.room(group.name, "spike_bits", "uint32", count),
        "recent": memory.room(group.name, "recent", "uint32", count),
        "spikes": memory.row(group.spikes_buffer),
        "num_spikes": memory.row(group.spike_count_buffer),
        "faults": memory.row(group.spike_faults),
        "recorded": memory.local(group.name, "recorded") if records_spikes(group) else "",
    }


def _after(group: SynapseGroup) -> str:
    """Return what to append to names of what depends on when spikes arrive."""
    return f"_after_{group.axonal_delay_steps}" if group.axonal_delay_steps else ""


def arrivals_of_block(group: SynapseGroup, memory: Memory) -> dict[str, str]:
    """Return the names of what is known of the spikes that arrive in a block of steps."""
    source, after = group.src.name, _after(group)
    # One more, for the end of the list.
    shape = ("uint32", group.src.num_neurons + 1)
    return {
        "trains": memory.room(source, f"trains{after}", *shape),
        "pre_inds": memory.room(source, f"pre_inds{after}", *shape),
        "num_active": memory.local(source, f"num_active{after}"),
    }


def lists_of_arrivals(
    functions: Sequence[Mapping[str, Any]], blocks: Blocks, memory: Memory
) -> list[dict[str, Any]]:
    """Return what lists are made of the spikes of a population: for each delay, a shared one."""
    lists: dict[int, dict[str, Any]] = {}
    for function in functions:
        group = function["group"]
        delay = group.axonal_delay_steps
        entry = lists.setdefault(
            delay,
            {
                **arrivals_of_block(group, memory),
                "delay": delay,
                "ahead": blocks.known_ahead(group),
                "by_train": None,
            },
        )
        if function["by_train"]:
            entry["by_train"] = trains_of_block(group, memory)
    return list(lists.values())


def can_be_summed_by_train(group: SynapseGroup, loop: Loop) -> bool:
    """Return whether what a spike adds is the same each time, and worth being summed up."""
    return not loop.stores and group.connectivity is None and group.trg.num_neurons >= WIDE


def trains_of_block(group: SynapseGroup, memory: Memory) -> dict[str, Any]:
    """Return the names of what is known of presynaptic neurons with the same spike train."""
    source, count, after = group.src.name, group.src.num_neurons, _after(group)
    room = {
        "distinct": memory.room(source, f"distinct{after}", "uint32", count),
        "begins": memory.room(source, f"begins{after}", "uint32", count + 1),
        "members": memory.room(source, f"members{after}", "uint32", count),
        "group_of": memory.room(source, "group_of", "uint32", count),
        "table": memory.room(source, "table", "uint32", table_size(count)),
    }
    number = memory.local(source, f"num_trains{after}")
    return {**room, "num_trains": number, "room": list(room.values())}
