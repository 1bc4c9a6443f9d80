"""Diagrams: pictures that explain how things hang together, without data."""

from tutorial_helpers.figures.diagrams.network import network
from tutorial_helpers.figures.diagrams.svg import Diagram

__all__ = ["Diagram", "network"]
