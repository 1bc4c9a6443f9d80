"""Widgets turned as a front end turns them: by setting the values of their controls."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from tutorial_helpers.data import load_mnist, load_weights
from tutorial_helpers.models import Classifier, build_classifier
from tutorial_helpers.widgets.panel import Panel

N = 300


@cache
def digits() -> tuple[np.ndarray, np.ndarray]:
    images, labels = load_mnist("test")
    return images[:N], labels[:N]


@cache
def network() -> Classifier:
    return build_classifier(load_weights(), batch_size=128)


def sliders(shown: Panel) -> dict[int, Any]:
    """Return the controls that can be dragged, by their places among all."""
    places = enumerate(shown.box.children)
    return {number: child for number, child in places if hasattr(child, "continuous_update")}


def answer(shown: Panel) -> str:
    return shown.box.children[-1].value


def turn(shown: Panel, number: int, value: Any) -> str:
    """Set one of the controls, as a front end does, and return what it answers."""
    shown.box.children[number].value = value
    return answer(shown)
