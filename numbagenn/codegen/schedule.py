"""A schedule: the functions that a network needs, in the order in which a kernel calls them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numbagenn.codegen.arguments import SimulateMemory
    from numbagenn.codegen.block_steps import NeuronBlock
    from numbagenn.codegen.single_steps import NeuronStep
    from numbagenn.codegen.synapse_functions import SynapseFunction


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
    shared
        Whether threads share the steps, of which there are then no blocks.
    """

    block_steps: int
    synapses: Sequence[SynapseFunction]
    blocks: Sequence[NeuronBlock]
    steps: Sequence[NeuronStep]
    incoming: Mapping[str, str]
    memory: SimulateMemory
    shared: bool = False
