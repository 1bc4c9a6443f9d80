"""Diagrams: pictures that explain how things hang together, without data."""

from tutorial_helpers.figures.diagrams.memory import batch, host_and_device, references
from tutorial_helpers.figures.diagrams.network import network
from tutorial_helpers.figures.diagrams.spikes import spikes_in_flight
from tutorial_helpers.figures.diagrams.svg import Diagram

__all__ = ["Diagram", "batch", "host_and_device", "network", "references", "spikes_in_flight"]
