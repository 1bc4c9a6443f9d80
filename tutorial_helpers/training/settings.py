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
    held_out : int
        One image in so many is kept from training, to choose by.
    batch : int
        Images per update of the weights.
    weight_decay : float
        Of AdamW, in the stages with ordinary networks.
    teacher_epochs : int
        How often the teacher is shown every training image; 0 for no teacher, which leaves the
        labels.
    teacher_learning_rate : float
        Where the cosine decay to zero starts, as for the other two.
    copies : int
        How often every training image is redrawn for the network of rates and that of spikes.
    epochs : int
        How often the network of rates is shown every training image, as one of its copies.
    learning_rate : float
        Of the network of rates.
    steps : int
        Of 1 ms: for how long the spiking network is shown an image when the scales are chosen.
    few_steps : tuple of int
        Numbers of steps at which the network for few steps is to have its answer.
    few_epochs : int
        How often that network is shown every training image, as one of its copies.
    few_learning_rate : float
        Of that network.
    """

    seed: int = 1
    held_out: int = 6
    batch: int = 128
    weight_decay: float = 1e-3
    teacher_epochs: int = 16
    teacher_learning_rate: float = 1e-3
    copies: int = 32
    epochs: int = 320
    learning_rate: float = 1e-2
    steps: int = 100
    few_steps: tuple[int, ...] = (12, 20, 30)
    few_epochs: int = 30
    few_learning_rate: float = 2e-3


class Recipe(NamedTuple):
    """How one of the sets of weights is made.

    Attributes
    ----------
    description : str
        What the set is for, in one line.
    few_steps : bool
        Whether the spiking network is fine-tuned for few steps.
    """

    description: str
    few_steps: bool


#: The sets that ``python -m tutorial_helpers train --set NAME`` can make.
RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {
        "default": Recipe("for 100 steps an image, as in chapters 1 to 4", few_steps=False),
        "few_steps": Recipe("for 12 to 30 steps an image", few_steps=True),
    }
)
