"""Fine-tuning of the spiking network itself, for answers after few steps.

Conversion knows only rates. With few steps there are few spikes, and rates do not say which of them
matter. So the network is trained as it runs, with its resets and delays, on its spike counts at the
steps at which it should have an answer.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from numpy.typing import NDArray

from tutorial_helpers.training.network import PIXEL_SCALE, Weights
from tutorial_helpers.training.spiking import counts_by_step, simulate_counts


class Tuned(NamedTuple):
    """What fine-tuning changes.

    Attributes
    ----------
    weights : Weights
        The weights of the spiking network.
    log_gains : jax.Array of float32, shape (len(steps),)
        Logarithm of what a spike is worth in the scores, for each number of steps. Only training
        needs it, because it changes no answer.
    """

    weights: Weights
    log_gains: jax.Array


def count_loss(
    tuned: Tuned, images: jax.Array, targets: jax.Array, steps: tuple[int, ...]
) -> jax.Array:
    """Compute the mean cross-entropy of the spike counts after some numbers of steps.

    The scores are the spike counts of the outputs, times a gain. After few steps the gain is large,
    because a lead of one spike is worth more where there are few.

    Parameters
    ----------
    tuned : Tuned
        The spiking network, and its gains.
    images : jax.Array of uint8, shape (n, 784)
        Grey levels, 0 to 255.
    targets : jax.Array of float32, shape (n, 10)
        How likely each digit is, by the teacher or by the label.
    steps : tuple of int
        Numbers of steps of 1 ms after which the counts matter.

    Returns
    -------
    jax.Array of float32, scalar
        In nats, the mean over the numbers of steps.

    Examples
    --------
    >>> silent = Weights(jnp.zeros((784, 128)), jnp.zeros((128, 10)))
    >>> images, targets = jnp.zeros((1, 784), jnp.uint8), jnp.full((1, 10), 0.1)
    >>> round(float(count_loss(Tuned(silent, jnp.zeros(1)), images, targets, (4,))), 4)  # log(10)
    2.3026
    """
    currents = images.astype(jnp.float32) / PIXEL_SCALE
    counts = counts_by_step(tuned.weights, currents, max(steps))
    chosen = counts[jnp.array(steps) - 1]
    scores = chosen * jnp.exp(tuned.log_gains)[:, None, None]
    each: jax.Array = optax.softmax_cross_entropy(scores, targets)
    return each.mean()


def first_gains(
    weights: Weights,
    images: NDArray[np.uint8],
    labels: NDArray[np.int32],
    steps: tuple[int, ...],
) -> jax.Array:
    """Find the gains that suit a network best, so that training does not begin by unlearning.

    Parameters
    ----------
    weights : Weights
        The weights of the spiking network.
    images : ndarray of uint8, shape (n, 784)
        Grey levels, 0 to 255.
    labels : ndarray of int32, shape (n,)
        The digits.
    steps : tuple of int
        Numbers of steps of 1 ms after which the counts matter.

    Returns
    -------
    jax.Array of float32, shape (len(steps),)
        The logarithms, the best of 40 between 0.05 and 5 by the cross-entropy.

    Examples
    --------
    >>> weights = Weights(jnp.full((784, 128), 5.0), jnp.full((128, 10), 5.0))
    >>> images, labels = np.full((1, 784), 255, np.uint8), np.array([3], np.int32)
    >>> first_gains(weights, images, labels, (10, 20)).shape
    (2,)
    """
    candidates = jnp.log(jnp.geomspace(0.05, 5.0, 40))
    best = []
    for each in simulate_counts(weights, images, steps):
        counts = jnp.asarray(each)
        losses = [
            optax.softmax_cross_entropy_with_integer_labels(counts * jnp.exp(gain), labels).mean()
            for gain in candidates
        ]
        best.append(candidates[jnp.argmin(jnp.stack(losses))])
    return jnp.stack(best)
