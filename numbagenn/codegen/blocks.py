"""Which populations are simulated for many steps at once, and which step by step.

Spikes take at least one step to arrive. Where the graph of populations has no loop, a population
can therefore be simulated for a whole block of steps before those that it projects to: its state
stays in the cache meanwhile, and a row of weights, once fetched, is added for all the spikes of its
neuron in the block. In a loop, somewhere spikes have to arrive later than the block lasts, so it is
as long as the axonal delays of the loop allow. What a postsynaptic neuron receives in one step is
still summed in the order of the presynaptic neurons, so the order of steps changes no bit.

Some synapses need their neurons step by step, such as those with events. All that these neurons
project to then runs step by step as well, and everything else still runs block by block.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from numbagenn.codegen.event_kinds import kinds_of
from numbagenn.codegen.network_view import NetworkView
from numbagenn.language.endings import ends_with_zeroing
from numbagenn.network.neuron_groups import NeuronGroup
from numbagenn.network.synapse_groups import SynapseGroup

#: Steps in a block: one bit of a 32-bit word for each.
BLOCK_STEPS = 32

# What code must not use if its sums are to be ready before a block begins: names and functions.
_STEPWISE_NAMES = {"t", "st_pre", "st_post", "prev_st_pre", "prev_st_post"}
_STEPWISE_FUNCTIONS = {"addToPre", "addToPostDelay", "assert"}

# Blocks of fewer steps save nothing.
_FEWEST_STEPS = 4

# In a block, each population of neurons or synapses has code of its own, and compiling many of them
# takes longer than blocks save. In single steps, populations that are alike share their code. Only
# for large ones are blocks, which are two to three times as fast, worth some seconds.
_MOST_POPULATIONS = 16
_MOST_IF_LARGE = 40
_FEWEST_NEURONS_OF_LARGE = 64


@dataclass(frozen=True)
class Blocks:
    """What is simulated block by block; all other populations run step by step in each block.

    Parameters
    ----------
    order
        The populations. Those whose spikes arrive while a block lasts are before their targets.
    steps
        Number of steps in a block.
    """

    order: tuple[NeuronGroup, ...] = ()
    steps: int = 1

    def __contains__(self, population: NeuronGroup) -> bool:
        return population in self.order

    def sums_ahead(self, group: SynapseGroup) -> bool:
        """Return whether what some synapses bring in a block is summed up ahead."""
        return group.src in self and _can_be_summed_ahead(group)

    def sent_before_block(self, group: SynapseGroup) -> bool:
        """Return whether all spikes that arrive in a block were sent before it began."""
        return group.axonal_delay_steps + 1 >= self.steps


def blocks_of_steps(network: NetworkView) -> Blocks:
    """Return what can be simulated block by block, in the longest blocks.

    There are no populations in it where none can run ahead, where blocks would save nothing, or
    where compiling them would take too long.
    """
    stepwise = _with_targets(network, _stepwise(network))
    blocks = _longest_blocks(network, stepwise)
    # Sums that are ready before a population runs are what blocks are for.
    sums = sum(blocks.sums_ahead(group) for group in network.synapse_populations.values())
    if not sums and len(blocks.order) < len(network.neuron_populations):
        return Blocks()
    neurons = sum(group.num_neurons for group in blocks.order)
    are_large = neurons >= _FEWEST_NEURONS_OF_LARGE * len(blocks.order)
    most = _MOST_IF_LARGE if are_large else _MOST_POPULATIONS
    return blocks if len(blocks.order) + sums <= most else Blocks()


def _longest_blocks(network: NetworkView, stepwise: set[str]) -> Blocks:
    """Return the longest blocks in which populations can be simulated that are not stepwise."""
    groups = network.synapse_populations.values()
    lengths = {BLOCK_STEPS, *(group.axonal_delay_steps + 1 for group in groups)}
    possible = [steps for steps in lengths if _FEWEST_STEPS <= steps <= BLOCK_STEPS]
    while True:
        for steps in sorted(possible, reverse=True):
            try:
                return Blocks(_in_order(network, stepwise, steps), steps)
            except CycleError as error:
                loop = error.args[1]
        # Spikes go round this loop too fast for any blocks.
        stepwise = _with_targets(network, stepwise.union(loop))


def _stepwise(network: NetworkView) -> set[str]:
    """Return the names of populations that synapses need step by step."""
    # Which neurons spiked in the last step is known from one step to the next alone, and so are
    # the times of spikes that are kept for later steps.
    names = {
        name
        for name, group in network.neuron_populations.items()
        if group.keeps_prev_spike_times
        or (group.keeps_spike_times and group.spike_time_buffer.slots > 1)
    }
    for group in network.synapse_populations.values():
        if not _can_be_summed_ahead(group):
            names.add(group.trg.name)
            if _needs_source_in_step(group):
                names.add(group.src.name)
    return names


def _with_targets(network: NetworkView, names: set[str]) -> set[str]:
    """Return the names of populations and of all that they project to, directly or not."""
    groups = network.synapse_populations.values()
    while targets := {group.trg.name for group in groups if group.src.name in names} - names:
        names = names | targets
    return names


def _in_order(
    network: NetworkView, stepwise: Collection[str], steps: int
) -> tuple[NeuronGroup, ...]:
    """Return all populations but stepwise ones in the order of blocks of so many steps.

    Raises
    ------
    CycleError
        If that is not possible, with the names of populations in a loop.
    """
    populations = network.neuron_populations
    sources: dict[str, list[str]] = {name: [] for name in populations if name not in stepwise}
    for group in network.synapse_populations.values():
        if group.trg.name in sources and group.axonal_delay_steps + 1 < steps:
            sources[group.trg.name].append(group.src.name)
    return tuple(populations[name] for name in TopologicalSorter(sources).static_order())


def _can_be_summed_ahead(group: SynapseGroup) -> bool:
    """Return whether the input of each step can be summed up before the step is run.

    It cannot if input lasts for longer than its step, as in a decaying current, or if it depends on
    the time, on the state of neurons, or on anything but the spikes of the step before. Nor can it
    if code indexes arrays or asserts, because the message about a fault there includes the time.
    """
    model, postsynaptic = group.weight_update.model, group.postsynaptic.model
    of_neurons = (
        model.pre_vars,
        model.post_vars,
        model.pre_neuron_var_refs,
        model.post_neuron_var_refs,
        model.psm_var_refs,
    )
    return (
        "inSyn" not in postsynaptic.names
        and ends_with_zeroing(postsynaptic.sim_code.tree, "inSyn")
        and group.axonal_delay_steps < BLOCK_STEPS
        and all(kind.block_template is not None for kind in kinds_of(group))
        and not any(of_neurons)
        and not group.shared_kernel
        and not model.extra_global_params
        and _STEPWISE_NAMES.isdisjoint(model.built_in(model.synapse_usage))
        and _STEPWISE_FUNCTIONS.isdisjoint(model.synapse_usage.called)
    )


def _needs_source_in_step(group: SynapseGroup) -> bool:
    """Return whether some synapses need more of the presynaptic neurons than their last spikes.

    That is their state or events in a step, or to add to their input. Where code at both ends can
    index the same arrays, it may also find there what the other end has left.
    """
    model = group.weight_update.model
    return bool(
        "pre" in group.events
        or model.pre_vars
        or model.pre_neuron_var_refs
        or model.extra_global_params
        or not {"st_pre", "prev_st_pre"}.isdisjoint(model.built_in(model.synapse_usage))
        or "addToPre" in model.synapse_usage.called
        or group.axonal_delay_steps >= BLOCK_STEPS
    )
