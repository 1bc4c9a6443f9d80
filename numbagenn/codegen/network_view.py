"""What the code generator needs to know of a network."""

from __future__ import annotations

from typing import Protocol

from numbagenn.base.types import Precision
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


def records_spikes(group: NeuronGroup) -> bool:
    """Return whether the spikes of a population are recorded, if it can have any."""
    return group.can_spike and group.spike_recording_enabled
