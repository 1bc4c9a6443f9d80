"""A widget of one image: how the answer grows with the number of steps."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from tutorial_helpers.figures import plot_reading
from tutorial_helpers.inference import counts_over_time
from tutorial_helpers.models import Classifier
from tutorial_helpers.widgets.panel import Panel, drawn, panel, slider


def image_and_steps(
    network: Classifier,
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    *,
    timesteps: int = 100,
) -> Panel:
    """Show an image, and how often each output neuron has spiked after some steps.

    All images are simulated once, in the beginning, with the counts of every step.

    Parameters
    ----------
    network : Classifier
        From `models.build_classifier`.
    images : ndarray of uint8, shape (n, 784)
        The images to choose from, for example the first 30 of the test set.
    labels : ndarray of uint8, shape (n,)
        The digits, 0 to 9.
    timesteps : int
        The largest number of steps.

    Returns
    -------
    Panel

    Examples
    --------
    >>> from tutorial_helpers.data import load_mnist, load_weights
    >>> from tutorial_helpers.models import build_classifier
    >>> images, labels = load_mnist("test")
    >>> network = build_classifier(load_weights(), batch_size=30)
    >>> image_and_steps(network, images[:30], labels[:30])
    A 7, read as 7 after 100 ms: 61 spikes of neuron 7.
    """
    counts, _ = counts_over_time(network, images, timesteps=timesteps)

    def draw(number: int, steps: int) -> Figure:
        shown = counts[steps - 1, number]
        highest = int(counts[-1, number].max())  # the scale stays while the bars grow
        return plot_reading(images[number], shown, int(labels[number]), steps, highest=highest)

    controls = {
        "number": slider("image", 0, 0, len(images) - 1),
        "steps": slider("steps (1 ms)", timesteps, 1, timesteps),
    }
    return panel(controls, lambda **values: drawn(draw(**values)), draw(0, timesteps))
