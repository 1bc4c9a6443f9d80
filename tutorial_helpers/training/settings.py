"""The settings of a training run, and the recipes of the sets of weights in ``data/``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple


@dataclass(frozen=True)
class Settings:
    """Everything besides the images that decides the weights.

    The settings are plain numbers, so they can be saved as JSON, in a checkpoint or with weights.

    Attributes
    ----------
    seed : int
        Seed of the split, the initial weights, the order of the images and their augmentation.
    held_out : int
        One image in this many is held out from training, to choose by.
    batch : int
        Images per update of the weights.
    weight_decay : float
        Weight decay of AdamW, in the stages with ordinary networks.
    teacher_epochs : int
        How often the teacher is shown every training image. With 0 there is no teacher, and the
        network learns from the labels.
    teacher_learning_rate : float
        Learning rate of the teacher, from which a cosine falls to zero, as for the other two.
    copies : int
        How often every training image is redrawn for the networks of rates and of spikes.
    epochs : int
        How often the network of rates is shown every training image, as one of its copies.
    learning_rate : float
        Learning rate of the network of rates.
    steps : int
        For how many steps of 1 ms the spiking network is shown an image when scales are chosen, if
        it is not fine-tuned.
    tuning_steps : tuple of int
        Numbers of steps after which the network should have its answer, in fine-tuning.
    tuning_epochs : int
        How often the spiking network is shown every training image, as one of its copies.
    tuning_learning_rate : float
        Learning rate of the spiking network.
    """

    seed: int = 1
    held_out: int = 6
    batch: int = 128
    weight_decay: float = 1e-3
    teacher_epochs: int = 16
    teacher_learning_rate: float = 1e-3
    copies: int = 32
    epochs: int = 400
    learning_rate: float = 1e-2
    steps: int = 100
    tuning_steps: tuple[int, ...] = (12, 20, 30)
    tuning_epochs: int = 60
    tuning_learning_rate: float = 3e-3


class Recipe(NamedTuple):
    """How one of the sets of weights is made.

    Attributes
    ----------
    description : str
        What the set is for, in one line.
    fine_tuning : bool
        Whether the spiking network itself is trained, after the conversion.
    """

    description: str
    fine_tuning: bool


#: The sets that ``python -m tutorial_helpers train --set NAME`` can make.
RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {
        "default": Recipe(
            "for 12 steps an image or more, as the notebooks show them", fine_tuning=True
        ),
        "converted": Recipe(
            "for 100 steps an image, converted from rates and not fine-tuned", fine_tuning=False
        ),
    }
)
