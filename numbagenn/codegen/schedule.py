"""A schedule: the functions that a network needs, in the order in which a kernel calls them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numbagenn.codegen.arguments import SimulateMemory
    from numbagenn.codegen.neuron_functions import NeuronFunction
    from numbagenn.codegen.synapse_functions import SynapseFunction


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """How one kernel simulates a network.

    Parameters
    ----------
    template, neuron_template
        Files that print the kernel, and the functions that simulate neurons.
    steps
        How many steps of a population are run before those of the next one.
    synapses
        The functions that run the code of synapses.
    neurons
        The functions that simulate populations, in the order of a step or a block.
    incoming
        What synapses have added up before, and the array that it goes on in, by name; nothing where
        it stays where it is.
    memory
        What all of these work on, named.
    """

    template: str
    neuron_template: str
    steps: int
    synapses: Sequence[SynapseFunction]
    neurons: Sequence[NeuronFunction]
    incoming: Sequence[tuple[str, str]]
    memory: SimulateMemory
