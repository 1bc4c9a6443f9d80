"""The ordinary network, which computes with firing rates where the spiking network has spikes."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import optax

from tutorial_helpers.training.network import PIXEL_SCALE, SHAPE, THRESHOLD, Weights


def rates_from_pixels(pixels: jax.Array) -> jax.Array:
    """Compute the firing rate of the input neuron that each pixel drives.

    The neuron gains ``pixel / 100`` per step. When it reaches 5 it spikes and starts again from
    zero, which is in every ``ceil(500 / pixel)``-th step. So the rates are coarse, 1/2, 1/3, 1/4
    and so on, and never exceed one spike in two steps. In float32, sums of 0.02, 0.04, 0.1 and 0.2
    stay just below 5 at first, so these faint pixels spike one step later than the formula says.

    Parameters
    ----------
    pixels : jax.Array of any shape
        Grey levels, 0 to 255.

    Returns
    -------
    jax.Array of float32, same shape
        Spikes per step of 1 ms.

    Examples
    --------
    >>> rates_from_pixels(jnp.array([0, 125, 249, 250, 255])) * 60
    Array([ 0., 15., 20., 30., 30.], dtype=float32)
    """
    pixels = pixels.astype(jnp.float32)
    period = jnp.ceil(THRESHOLD * PIXEL_SCALE / jnp.maximum(pixels, 1.0))
    return jnp.where(pixels > 0, 1.0 / period, 0.0)


def init_weights(key: jax.Array, shape: tuple[int, int, int] = SHAPE) -> Weights:
    """Draw the initial weights from a normal distribution of variance 2 / fan-in.

    With this variance, signals neither die out nor grow from one layer of rectifiers to the next
    (He et al. 2015, "Delving deep into rectifiers").

    Parameters
    ----------
    key : jax.Array
        A JAX random key.
    shape : tuple of int
        Neurons per layer.

    Returns
    -------
    Weights
        Of type float32.

    Examples
    --------
    >>> init_weights(jax.random.key(0)).output.shape
    (128, 10)
    """
    keys = jax.random.split(key)
    layers = zip(keys, shape[:-1], shape[1:], strict=True)
    return Weights(*(jax.random.normal(k, (n, m)) * jnp.sqrt(2 / n) for k, n, m in layers))


def logits(weights: Weights, rates: jax.Array) -> jax.Array:
    """Compute the ten scores that the ordinary network gives each image.

    Parameters
    ----------
    weights : Weights
        The weights of the ordinary network.
    rates : jax.Array of float32, shape (n, 784)
        Firing rates of the inputs, in spikes per step.

    Returns
    -------
    jax.Array of float32, shape (n, 10)
        The highest is the answer.

    Examples
    --------
    >>> weights = Weights(jnp.ones((784, 128)), jnp.ones((128, 10)))
    >>> logits(weights, jnp.full((1, 784), 0.5))[0, 0]  # 784 * 0.5 * 128
    Array(50176., dtype=float32)
    """
    hidden: jax.Array = jax.nn.relu(rates @ weights.hidden)
    return hidden @ weights.output


def loss(weights: Weights, rates: jax.Array, labels: jax.Array) -> jax.Array:
    """Compute the mean cross-entropy of the ordinary network.

    Parameters
    ----------
    weights : Weights
        The weights of the ordinary network.
    rates : jax.Array of float32, shape (n, 784)
        Firing rates of the inputs, in spikes per step.
    labels : jax.Array of int32, shape (n,)
        The digits.

    Returns
    -------
    jax.Array of float32, scalar
        In nats.

    Examples
    --------
    >>> silent = Weights(jnp.zeros((784, 128)), jnp.zeros((128, 10)))
    >>> round(float(loss(silent, jnp.zeros((1, 784)), jnp.array([3]))), 4)  # log(10)
    2.3026
    """
    scores = logits(weights, rates)
    each: jax.Array = optax.softmax_cross_entropy_with_integer_labels(scores, labels)
    return each.mean()


def target_loss(weights: Weights, rates: jax.Array, targets: jax.Array) -> jax.Array:
    """Compute the mean cross-entropy of the ordinary network against probabilities.

    Parameters
    ----------
    weights : Weights
        The weights of the ordinary network.
    rates : jax.Array of float32, shape (n, 784)
        Firing rates of the inputs, in spikes per step.
    targets : jax.Array of float32, shape (n, 10)
        How likely each digit is, by the teacher or by the label.

    Returns
    -------
    jax.Array of float32, scalar
        In nats. It cannot fall below the entropy of the targets.

    Examples
    --------
    >>> silent = Weights(jnp.zeros((784, 128)), jnp.zeros((128, 10)))
    >>> round(float(target_loss(silent, jnp.zeros((1, 784)), jnp.full((1, 10), 0.1))), 4)  # log(10)
    2.3026
    """
    each: jax.Array = optax.softmax_cross_entropy(logits(weights, rates), targets)
    return each.mean()
