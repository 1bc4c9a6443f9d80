"""Delays: how many past steps each population has to store, and which of its values.

A population whose spikes are delayed stores as many lists of spikes as its longest delay needs, in
slots that are reused in a cycle. Synapses read the variables of its neurons as they were when the
spike was emitted, so these are stored for as long. The same is true of the variables that delayed
synapses have at the neurons themselves. It is the axonal delay for presynaptic neurons and the
back-propagation delay for postsynaptic ones, of whose variables code can also take earlier values
by an index. All delays of one population share its slots.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from numbagenn.memory.buffers import Buffer
from numbagenn.memory.variables import Variable
from numbagenn.network.neuron_groups import NeuronGroup
from numbagenn.network.synapse_groups import SynapseGroup


def assign_slots(populations: Iterable[NeuronGroup], synapses: Iterable[SynapseGroup]) -> None:
    """Give all memory that is kept beyond one step as many slots as the delays need."""
    synapses = list(synapses)
    for group in synapses:
        group.check_dendritic_delays()
        for variables in (group.pre_vars, group.post_vars, group.psm_vars):
            for variable in variables.values():
                variable.buffer.slots = 1
        for events in group.events.values():
            for buffer in events.buffers():
                buffer.slots = 1
        group.den_delay_buffer.slots = group.max_dendritic_delay_timesteps
    for population in populations:
        outgoing = [group for group in synapses if group.src is population]
        incoming = [group for group in synapses if group.trg is population]
        _assign_slots(population, outgoing, incoming)


def _assign_slots(
    population: NeuronGroup, outgoing: list[SynapseGroup], incoming: list[SynapseGroup]
) -> None:
    for variable in population.vars.values():
        variable.buffer.slots = 1
    sent = [group.axonal_delay_steps for group in outgoing]
    # Blocks of steps cannot keep many lists, so there are only those that some code runs for.
    learnt = [group.back_prop_delay_steps for group in incoming if group.learns_from_spikes]
    for buffer in (population.spike_list.neurons, population.spike_list.count):
        buffer.slots = 1 + max([0, *sent, *learnt])
    late = [group.back_prop_delay_steps for group in incoming]
    earlier = [group.max_dendritic_delay_timesteps for group in incoming if group.indexed_variables]
    slots = 1 + max([0, *sent, *late, *earlier])
    delayed = [population.spike_time_buffer, population.prev_spike_time_buffer]
    for group in outgoing:
        delayed += _referred_to(population.vars, group.references.pre, group.usage.names)
        if "pre" in group.events:
            delayed += group.events["pre"].buffers()
        # Unlike those of neurons, whether the code of synapses reads them or not.
        if group.axonal_delay_steps:
            delayed += [variable.buffer for variable in group.pre_vars.values()]
    for group in incoming:
        is_late, indexed = group.back_prop_delay_steps > 0, group.indexed_variables
        delayed += _referred_to(population.vars, group.references.post, group.usage.names)
        if is_late and "post" in group.events:
            delayed += group.events["post"].buffers()
        delayed += [
            variable.buffer
            for name, variable in group.post_vars.items()
            if is_late or name in indexed
        ]
        names = group.usage.names if is_late else indexed
        delayed += _referred_to(group.psm_vars, group.references.post_psm, names)
    for buffer in delayed:
        buffer.slots = slots


def _referred_to(
    variables: Mapping[str, Variable], references: Mapping[str, str], names: Container[str]
) -> list[Buffer]:
    """Return the memory of variables that certain references are to."""
    return [variables[target].buffer for name, target in references.items() if name in names]
