"""The order in which populations are simulated: step by step, or each for many steps at once.

Spikes take at least one step to arrive. Where the graph of populations has no loop, a population
can therefore be simulated for a whole block of steps before those that it projects to: its state
stays in the cache meanwhile, and a row of weights, once fetched, is added for all the spikes of its
neuron in the block. In a loop, somewhere spikes have to arrive later than the block lasts, so it is
as long as the axonal delays of the loop allow. What a postsynaptic neuron receives in one step is
still summed in the order of the presynaptic neurons, so both schedules give the same bits.
"""

from __future__ import annotations

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


@dataclass(frozen=True)
class Blocks:
    """How populations can be simulated block by block.

    Parameters
    ----------
    order
        All populations. Those whose spikes arrive while a block lasts are before their targets.
    steps
        Number of steps in a block.
    """

    order: tuple[NeuronGroup, ...]
    steps: int

    def sent_before_block(self, group: SynapseGroup) -> bool:
        """Return whether all spikes that arrive in a block were sent before it began."""
        return group.axonal_delay_steps + 1 >= self.steps


def blocks_of_steps(network: NetworkView) -> Blocks | None:
    """Return how populations can be simulated block by block, in the longest blocks.

    Returns
    -------
    Blocks or None
        None where that is not possible, so that all have to be simulated one step at a time.
    """
    populations, groups = network.neuron_populations, network.synapse_populations.values()
    if not all(_can_be_summed_ahead(group) for group in groups):
        return None
    # Which neurons spiked in the last step is known from one step to the next alone.
    if any(population.keeps_prev_spike_times for population in populations.values()):
        return None
    lengths = {BLOCK_STEPS, *(group.axonal_delay_steps + 1 for group in groups)}
    for steps in sorted(lengths, reverse=True):
        if not _FEWEST_STEPS <= steps <= BLOCK_STEPS:
            continue
        sources: dict[str, list[str]] = {name: [] for name in populations}
        for group in groups:
            if group.axonal_delay_steps + 1 < steps:
                sources[group.trg.name].append(group.src.name)
        try:
            order = tuple(TopologicalSorter(sources).static_order())
        except CycleError:
            continue
        return Blocks(tuple(populations[name] for name in order), steps)
    return None


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
        and not model.extra_global_params
        and _STEPWISE_NAMES.isdisjoint(model.built_in(model.synapse_usage))
        and _STEPWISE_FUNCTIONS.isdisjoint(model.synapse_usage.called)
    )
