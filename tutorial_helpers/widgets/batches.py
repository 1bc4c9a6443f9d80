"""A widget of the batch size: what it does to the time that an image takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from tutorial_helpers.figures import plot_time_per_image
from tutorial_helpers.inference import classify
from tutorial_helpers.models import build_classifier
from tutorial_helpers.widgets.panel import Panel, choice, drawn, panel

_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
_SHORTEST = 0.02  # seconds; what is measured for less time says little


def batch_size(
    weights: Sequence[NDArray[np.floating[Any]]],
    images: NDArray[np.uint8],
    *,
    sizes: Sequence[int] = _SIZES,
    timesteps: int = 100,
) -> Panel:
    """Measure the time that an image takes in batches of the size that is chosen.

    Every size is measured once in the beginning, and again whenever it is chosen.

    Parameters
    ----------
    weights : sequence of ndarray
        From `data.load_weights`.
    images : ndarray of uint8, shape (n, 784)
        Images to classify, at least as many as the largest size.
    sizes : sequence of int
        Batch sizes to choose from, ascending, at least two.
    timesteps : int
        For how many steps of 1 ms to show each image.

    Returns
    -------
    Panel

    Raises
    ------
    ValueError
        If there are fewer images than the largest batch holds.

    Examples
    --------
    >>> from tutorial_helpers.data import load_mnist, load_weights
    >>> images, labels = load_mnist("test")
    >>> turned = batch_size(load_weights(), images, sizes=[1, 64])
    >>> turned.alt.startswith("Time for an image in batches of 1: ")
    True
    """
    if max(sizes) > len(images):
        raise ValueError(
            f"images should be at least as many as the largest of sizes, {max(sizes)}, "
            f"not {len(images)}; pass more images, or leave out the largest sizes."
        )
    networks = {
        size: build_classifier(weights, batch_size=size, name=f"turned_batches_of_{size}")
        for size in sizes
    }

    def measured(size: int) -> float:
        """Return the seconds for an image, the best of a few tries."""
        batch = images[:size]
        classify(networks[size], batch, timesteps=timesteps)
        best, spent = np.inf, 0.0
        while spent < _SHORTEST:
            seconds = classify(networks[size], batch, timesteps=timesteps).seconds
            best, spent = min(best, seconds / size), spent + seconds
        return float(best)

    seconds = {size: measured(size) for size in sizes}

    def draw(size: int) -> Figure:
        return plot_time_per_image(list(seconds), list(seconds.values()), size)

    def answer(size: int) -> str:
        seconds[size] = measured(size)
        return drawn(draw(size))

    controls = {"size": choice("batch size", sizes[-1], list(sizes))}
    return panel(controls, answer, draw(sizes[-1]))
