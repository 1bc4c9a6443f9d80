"""Diagrams: pictures that explain how things hang together, without data.

`svg.py` holds what they are drawn with; `tools/pictures.py` draws all of them into `docs/`.
"""

from collections.abc import Callable
from functools import partial

from tutorial_helpers.figures.diagrams.competition import competition
from tutorial_helpers.figures.diagrams.learning import blame, learning_steps, sheets
from tutorial_helpers.figures.diagrams.memory import batch, host_and_device, references
from tutorial_helpers.figures.diagrams.network import SUBJECTS, network
from tutorial_helpers.figures.diagrams.spikes import spikes_in_flight
from tutorial_helpers.figures.diagrams.svg import Diagram

#: What draws each diagram, under the name of its file.
EVERY: dict[str, Callable[[], Diagram]] = {
    **{f"network_{lit}": partial(network, lit) for lit in SUBJECTS},
    "host_and_device": host_and_device,
    "references": references,
    "spikes_in_flight": spikes_in_flight,
    "batch": batch,
    "blame": blame,
    "sheets": sheets,
    "learning_steps": learning_steps,
    "competition": competition,
}

__all__ = [
    "EVERY",
    "SUBJECTS",
    "Diagram",
    "batch",
    "blame",
    "competition",
    "host_and_device",
    "learning_steps",
    "network",
    "references",
    "sheets",
    "spikes_in_flight",
]
