"""Which networks have steps that threads share.

Batch elements keep threads busy where there are enough of them. A single large network can instead
be shared out by postsynaptic neurons: each thread adds up the input of its own neurons, in the
usual order, and then runs them. That is exact, as long as what a thread does in a step with one
neuron depends on what other neurons were before that step, and not on what they become in it.
"""

from __future__ import annotations

from numbagenn.codegen.event_kinds import kinds_of
from numbagenn.codegen.network_view import NetworkView
from numbagenn.network.neuron_groups import NeuronGroup
from numbagenn.network.synapse_groups import SynapseGroup

# Waiting for each other takes two threads half a microsecond or a whole one in each step. So many
# neurons, with some spikes, take three times as long.
_FEWEST_NEURONS = 8_000

# One thread makes the lists of spikes, population by population. With fewer neurons in each, on
# average, that takes as long as the work that threads share.
_FEWEST_IN_A_POPULATION = 128

# Times of spikes and events of presynaptic neurons, which run in the same step.
_TIMES_OF_PRE = {"st_pre", "prev_st_pre", "set_pre", "prev_set_pre"}


def can_be_shared(network: NetworkView) -> bool:
    """Return whether threads can share the steps of a network, and whether that is worthwhile.

    The code of its neurons and synapses must have no place that can fail, or the first fault would
    depend on the threads. Only translating the code shows that.
    """
    populations = network.neuron_populations.values()
    return (
        network.batch_size == 1
        and not network.timing_enabled
        and not network.custom_connectivity_updates
        and sum(group.num_neurons for group in populations)
        >= max(_FEWEST_NEURONS, _FEWEST_IN_A_POPULATION * len(populations))
        and not any(_looks_back(group) for group in populations)
        and not any(_crosses(group) for group in network.synapse_populations.values())
    )


def _looks_back(group: NeuronGroup) -> bool:
    """Return whether neurons begin a step with the list of those that spiked in the last one."""
    return group.keeps_prev_spike_times


def _crosses(group: SynapseGroup) -> bool:
    """Return whether synapses read presynaptic neurons or add to them, or are not in rows alone."""
    model = group.weight_update.model
    return bool(
        model.pre_vars
        or group.shared_kernel
        or model.pre_neuron_var_refs
        or not _TIMES_OF_PRE.isdisjoint(model.built_in(model.synapse_usage))
        or "addToPre" in model.synapse_usage.called
        or any(kind.by_column for kind in kinds_of(group))
        or any(events.prev_times is not None for events in group.events.values())
    )
