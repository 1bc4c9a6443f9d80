"""Axonal delays: how many past steps each population has to store, and which of its values.

A population whose spikes are delayed stores as many lists of spikes as its longest delay needs, in
slots that are reused in a cycle. Synapses read the variables of its neurons as they were when the
spike was emitted, so these are stored for as long. The same is true of the presynaptic variables
of delayed synapses.
"""

from __future__ import annotations

from collections.abc import Iterable

from numbagenn.network.neuron_groups import NeuronGroup
from numbagenn.network.synapse_groups import SynapseGroup


def assign_slots(populations: Iterable[NeuronGroup], synapses: Iterable[SynapseGroup]) -> None:
    """Give all memory that is kept beyond one step as many slots as the delays need."""
    synapses = list(synapses)
    for group in synapses:
        group.check_dendritic_delays()
    for population in populations:
        outgoing = [group for group in synapses if group.src is population]
        slots = 1 + max((group.axonal_delay_steps for group in outgoing), default=0)
        delayed = [population.spikes.neurons, population.spikes.count]
        for variable in population.vars.values():
            variable.buffer.slots = 1
        population.spike_time_buffer.slots = population.prev_spike_time_buffer.slots = 1
        for group in outgoing:
            if "pre" in group.events:
                delayed += group.events["pre"].buffers()
            for variable in group.pre_vars.values():
                variable.buffer.slots = 1
                # Unlike those of neurons, whether the code of synapses reads them or not.
                if group.axonal_delay_steps:
                    delayed.append(variable.buffer)
            model = group.weight_update.model
            delayed += [
                population.vars[target].buffer
                for name, target in group.references.pre.items()
                if name in model.synapse_usage.names
            ]
            built_in = model.built_in(model.synapse_usage)
            if "st_pre" in built_in:
                delayed.append(population.spike_time_buffer)
            if "prev_st_pre" in built_in:
                delayed.append(population.prev_spike_time_buffer)
        for buffer in delayed:
            buffer.slots = slots
    for group in synapses:
        group.den_delay_buffer.slots = group.max_dendritic_delay_timesteps
