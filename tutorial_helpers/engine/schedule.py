"""The order in which populations are simulated: step by step, or each for many steps at once.

Spikes take at least one step to arrive. Where the graph of populations has no loop, a population
can therefore be simulated for a whole block of steps before those that it projects to: its state
stays in the cache meanwhile, and a row of weights, once fetched, is added for all the spikes of its
neuron in the block. What a postsynaptic neuron receives in one step is still summed in the order of
the presynaptic neurons, so both schedules give the same bits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from tutorial_helpers.engine.groups import NeuronGroup, SynapseGroup
from tutorial_helpers.engine.snippets import ends_with_zeroing

#: Steps in a block: one bit of a 32-bit word for each.
BLOCK_STEPS = 32


def order_for_blocks(
    populations: Mapping[str, NeuronGroup], synapses: Iterable[SynapseGroup]
) -> list[NeuronGroup] | None:
    """Return the order in which populations can be simulated block by block.

    Parameters
    ----------
    populations
        All neuron populations.
    synapses
        All synapse populations.

    Returns
    -------
    list of NeuronGroup or None
        Presynaptic before postsynaptic populations; None where that is not possible, so that all
        have to be simulated one step at a time.
    """
    sources: dict[str, list[str]] = {name: [] for name in populations}
    for group in synapses:
        if not _can_be_summed_ahead(group):
            return None
        sources[group.trg.name].append(group.src.name)
    try:
        order = list(TopologicalSorter(sources).static_order())
    except CycleError:
        return None
    return [populations[name] for name in order]


def _can_be_summed_ahead(group: SynapseGroup) -> bool:
    """Return whether the input of each step is a sum of its own, known before the step is run.

    It is not where input outlasts its step, as in a decaying current, or depends on the time, on
    the state of neurons, or on anything but the spikes of the step before; nor where code indexes
    arrays or asserts, as it tells the time when that goes wrong.
    """
    model = group.weight_update.model
    of_neurons = (
        *(model.pre_vars, model.post_vars, model.pre_neuron_var_refs),
        *(model.post_neuron_var_refs, model.psm_var_refs),
    )
    return (
        ends_with_zeroing(group.postsynaptic.model.sim_code, "inSyn")
        and group.axonal_delay_steps == 0
        and not group.has_events
        and model.synapse_dynamics_code.is_blank
        and not any(of_neurons)
        and not model.extra_global_params
        and not re.search(
            r"\b(t|(prev_)?st_(pre|post)|addToPre|addToPostDelay|assert)\b",
            model.pre_spike_syn_code.text,
        )
    )
