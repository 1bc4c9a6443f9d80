"""A schedule: the functions that a network needs, in the order in which a kernel calls them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from numbagenn.codegen.arguments import SimulateMemory
from numbagenn.codegen.block_steps import BlockSteps, NeuronBlock
from numbagenn.codegen.blocks import Blocks
from numbagenn.codegen.network_view import NetworkView
from numbagenn.codegen.single_steps import NeuronStep, SingleSteps
from numbagenn.codegen.synapse_functions import SynapseFunction, codes_of_synapses


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """How one kernel simulates a network.

    In each block of steps, some populations run for all of its steps, one population after the
    other. Then the rest of the network runs step by step. Either may be missing.

    Parameters
    ----------
    block_steps
        How many steps a block has; without blocks it is 1.
    synapses
        The functions that run the code of synapses.
    blocks
        The functions that simulate populations block by block, in the order of a block.
    steps
        The functions that simulate populations step by step, in the order of a step.
    incoming
        What synapses have added up before, and the array that it goes on in, by name; nothing where
        it stays where it is.
    memory
        What all of these work on, named.
    """

    block_steps: int
    synapses: Sequence[SynapseFunction]
    blocks: Sequence[NeuronBlock]
    steps: Sequence[NeuronStep]
    incoming: Sequence[tuple[str, str]]
    memory: SimulateMemory


def make_schedule(network: NetworkView, blocks: Blocks) -> Schedule:
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
    stepwise = [group for group in network.neuron_populations.values() if not blocks.run(group)]
    return Schedule(
        block_steps=blocks.steps,
        synapses=synapses,
        blocks=[in_blocks.neuron_function(group, synapses) for group in blocks.order],
        steps=[in_steps.neuron_function(group) for group in stepwise],
        incoming=[in_blocks.incoming(group) for group in groups if blocks.sums_ahead(group)],
        memory=memory,
    )
