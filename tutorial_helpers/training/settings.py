"""What a training run is told, and the recipes of the sets of weights in ``data/``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple


@dataclass(frozen=True)
class Settings:
    """Everything that decides the weights, besides the images.

    All of it is plain numbers, so that it can be kept as JSON, beside a checkpoint or the weights.

    Attributes
    ----------
    seed : int
        Of the split, the initial weights, the order of the images and their augmentation.
    epochs : int
        How often the network of rates is shown every training image.
    batch : int
        Images per update of the weights.
    learning_rate : float
        Where the cosine decay to zero starts.
    weight_decay : float
        Of AdamW.
    held_out : int
        One image in so many is kept from training, to choose by.
    steps : int
        Of 1 ms: for how long the spiking network is shown an image when the scales are chosen.
    """

    seed: int = 1
    epochs: int = 120
    batch: int = 128
    learning_rate: float = 1e-2
    weight_decay: float = 1e-3
    held_out: int = 6
    steps: int = 100


class Recipe(NamedTuple):
    """How one of the sets of weights is made.

    Attributes
    ----------
    description : str
        What the set is for, in one line.
    settings : Settings
        What makes it.
    """

    description: str
    settings: Settings


#: The sets that ``python -m tutorial_helpers train --set NAME`` can make.
RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {"default": Recipe("for 100 steps an image, as the notebooks show them", Settings())}
)
