"""What the code generator needs to know of a network."""

from __future__ import annotations

from typing import Protocol

from numbagenn.base.types import Precision
from numbagenn.models.descriptions import Model
from numbagenn.network.connectivity_updates import CustomConnectivityUpdate
from numbagenn.network.current_sources import CurrentSource
from numbagenn.network.custom_updates import CustomUpdateBase
from numbagenn.network.neuron_groups import NeuronGroup
from numbagenn.network.synapse_groups import SynapseGroup


class NetworkView(Protocol):
    """A network as the code generator sees it."""

    neuron_populations: dict[str, NeuronGroup]
    synapse_populations: dict[str, SynapseGroup]
    current_sources: dict[str, CurrentSource]
    custom_updates: dict[str, CustomUpdateBase]
    custom_connectivity_updates: dict[str, CustomConnectivityUpdate]
    types: Precision

    @property
    def dt(self) -> float:
        """Length of a step in ms."""

    @property
    def batch_size(self) -> int:
        """Number of batch elements."""

    @property
    def timing_enabled(self) -> bool:
        """Whether the phases of each step are to be timed."""

    @property
    def optimize_code(self) -> bool:
        """Whether sums may be taken in another order, which rounds them differently."""


def prints(network: NetworkView) -> bool:
    """Return whether any code prints that runs in steps or between them."""
    synapses = network.synapse_populations.values()
    models: list[Model] = [
        *(group.model for group in network.neuron_populations.values()),
        *(group.model for group in network.current_sources.values()),
        *(group.weight_update.model for group in synapses),
        *(group.postsynaptic.model for group in synapses),
        *(group.model for group in network.custom_updates.values()),
        *(group.model for group in network.custom_connectivity_updates.values()),
    ]
    return any(model.prints for model in models)


def records_spikes(group: NeuronGroup) -> bool:
    """Return whether the spikes of a population are recorded, if it can have any."""
    return group.can_spike and group.spike_recording_enabled
