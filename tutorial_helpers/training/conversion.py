"""From the network of rates to the network of spikes, by scaling both layers."""

from __future__ import annotations

import itertools
import math
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

from tutorial_helpers.training.network import THRESHOLD, Weights
from tutorial_helpers.training.scoring import accuracy
from tutorial_helpers.training.spiking import simulate_counts

#: For each layer, the scales to choose from.
Scales = tuple[tuple[float, ...], tuple[float, ...]]

# The share of the threshold that a layer's strongest sums add per step. A small share makes few
# spikes, too few for an answer after few steps. A large share makes each spike overshoot.
SCALES: Scales = ((0.2, 0.25, 0.35, 0.5), (0.5, 0.7, 1.0))
TUNING_SCALES: Scales = ((0.7, 1.0, 1.4), (1.5, 2.0, 2.5, 3.0))


class Conversion(NamedTuple):
    """What `convert` chooses.

    Attributes
    ----------
    weights : Weights
        The weights of the spiking network.
    scales : tuple of float
        The scales of the two layers.
    accuracy : float
        Accuracy of the spiking network with these weights, from 0 to 1.
    """

    weights: Weights
    scales: tuple[float, float]
    accuracy: float


def convert(
    weights: Weights,
    typical: jax.Array,
    images: NDArray[np.uint8],
    labels: NDArray[Any],
    *,
    steps: tuple[int, ...],
    scales: Scales = SCALES,
    progress: bool = True,
) -> Conversion:
    """Normalise trained weights with the scales that make the spiking network right most often.

    Parameters
    ----------
    weights : Weights
        The weights of the ordinary network.
    typical : jax.Array of float32, shape (n, 784)
        Firing rates of the inputs for the images that normalisation is based on.
    images : ndarray of uint8, shape (m, 784)
        Held-out images to choose by.
    labels : ndarray, shape (m,)
        The digits.
    steps : tuple of int
        Numbers of steps of 1 ms after which the network should be right; their mean counts.
    scales : Scales
        The scales to choose from.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    Conversion
        The best of the pairs of scales.

    Examples
    --------
    >>> from tutorial_helpers.training.rates import init_weights, rates_from_pixels
    >>> images, labels = np.full((1, 784), 200, dtype=np.uint8), np.array([7])
    >>> weights = init_weights(jax.random.key(0))
    >>> typical = rates_from_pixels(jnp.asarray(images))
    >>> found = convert(weights, typical, images, labels, steps=(5,), progress=False)
    >>> found.weights.hidden.shape
    (784, 128)
    """
    best = Conversion(weights, (0.0, 0.0), -1.0)
    pairs = list(itertools.product(*scales))
    for pair in tqdm(pairs, "conversion", unit="pair of scales", disable=not progress):
        candidate = normalise(weights, typical, *pair)
        found = mean_accuracy(candidate, images, labels, steps)
        # A tie goes to the smaller scales, which make fewer spikes to compute.
        if found > best.accuracy:
            best = Conversion(candidate, pair, found)
    return best


def mean_accuracy(
    weights: Weights, images: NDArray[np.uint8], labels: NDArray[Any], steps: tuple[int, ...]
) -> float:
    """Compute the accuracy of the spiking network, as a mean over some numbers of steps.

    Parameters
    ----------
    weights : Weights
        The weights of the spiking network.
    images : ndarray of uint8, shape (n, 784)
        Grey levels, 0 to 255.
    labels : ndarray, shape (n,)
        The digits.
    steps : tuple of int
        Numbers of steps of 1 ms.

    Returns
    -------
    float
        From 0 to 1.

    Examples
    --------
    >>> weights = Weights(jnp.zeros((784, 128)), jnp.zeros((128, 10)))
    >>> mean_accuracy(weights, np.zeros((4, 784), np.uint8), np.array([0, 1, 2, 0]), (5, 9))
    0.5
    """
    counts = simulate_counts(weights, images, steps)
    return sum(accuracy(each, labels) for each in counts) / len(steps)


def normalise(
    weights: Weights, rates: jax.Array, hidden_scale: float = 1.0, output_scale: float = 1.0
) -> Weights:
    """Scale trained weights for spiking neurons with a threshold of 5.

    Data-based normalisation (Diehl et al. 2015, "Fast-classifying, high-accuracy spiking deep
    networks through weight and threshold balancing"): a layer is divided by the strongest sum
    that it makes of real images, so that this sum adds one threshold per step to a spiking neuron,
    and the next layer makes up for it. Because the very strongest sums are outliers, the 99.9th
    percentile counts. Scales below 1 leave a layer that much below its threshold.

    Parameters
    ----------
    weights : Weights
        The weights of the ordinary network.
    rates : jax.Array of float32, shape (n, 784)
        Firing rates of the inputs for typical images, in spikes per step.
    hidden_scale, output_scale : float
        Share of the threshold that the strongest sums of each layer should reach per step.

    Returns
    -------
    Weights
        The weights of the spiking network.

    Raises
    ------
    ValueError
        If a scale is not a finite number above 0.

    Examples
    --------
    >>> weights = Weights(jnp.ones((784, 128)), jnp.ones((128, 10)))
    >>> scaled = normalise(weights, jnp.full((1, 784), 0.5))
    >>> float((jnp.full(784, 0.5) @ scaled.hidden)[0])  # the threshold, once per step
    5.0
    """
    for name, scale in (("hidden_scale", hidden_scale), ("output_scale", output_scale)):
        if not 0 < scale < math.inf:
            raise ValueError(f"{name} should be a finite number above 0, not {scale!r}.")
    hidden = jax.nn.relu(rates @ weights.hidden)
    strongest_hidden = jnp.percentile(hidden, 99.9)
    strongest_output = jnp.percentile(hidden @ weights.output, 99.9)
    to_hidden = hidden_scale / strongest_hidden
    to_output = output_scale / strongest_output
    # A hidden neuron spikes hidden * to_hidden times per step, which the output layer undoes.
    return Weights(
        weights.hidden * (THRESHOLD * to_hidden),
        weights.output * (THRESHOLD * to_output / to_hidden),
    )
