"""The spiking network in JAX, the same one that `tutorial_helpers.models` describes in PyGeNN.

It can be differentiated, with a surrogate for the slope of the threshold. So it can be trained as
it runs, with its resets and delays.
"""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from tutorial_helpers.training.network import PIXEL_SCALE, THRESHOLD, Weights

# Voltages of the hidden and of the output neurons, spikes of the hidden ones, counts of outputs.
_State = tuple[jax.Array, jax.Array, jax.Array, jax.Array]


@jax.custom_jvp
def emit(v: jax.Array) -> jax.Array:
    """Return 1 where a neuron spikes, else 0, with a slope to train by.

    The slope of a step is 0 almost everywhere, and teaches nothing. A triangle takes its place. It
    is highest at the threshold, and 0 at V = 0 and at twice the threshold: near the threshold, a
    little more input would have changed what the neuron does (Esser et al. 2016, "Convolutional
    networks for fast, energy-efficient neuromorphic computing").

    Parameters
    ----------
    v : jax.Array of float32
        Membrane voltages, in mV.

    Returns
    -------
    jax.Array of float32, same shape
        Spikes.

    Examples
    --------
    >>> emit(jnp.array([4.0, 5.0, 6.0]))
    Array([0., 1., 1.], dtype=float32)
    >>> jax.grad(emit)(jnp.float32(7.5))  # half of the highest slope, which is 1 / threshold
    Array(0.1, dtype=float32)
    """
    return (v >= THRESHOLD).astype(jnp.float32)


@emit.defjvp
def _slope(primals: tuple[jax.Array], tangents: tuple[jax.Array]) -> tuple[jax.Array, jax.Array]:
    (v,), (change,) = primals, tangents
    triangle = jnp.maximum(0.0, 1.0 - jnp.abs(v - THRESHOLD) / THRESHOLD)
    return emit(v), triangle / THRESHOLD * change


def input_spikes(currents: jax.Array, steps: int) -> jax.Array:
    """Compute the spike trains of the input neurons.

    Parameters
    ----------
    currents : jax.Array of float32, shape (n, 784)
        What each input neuron gains in every step, in mV.
    steps : int
        Number of steps of 1 ms.

    Returns
    -------
    jax.Array of float32, shape (steps, n, 784)
        1 where a neuron spikes, else 0.

    Examples
    --------
    >>> input_spikes(jnp.array([[2.5]]), 4).ravel()
    Array([0., 1., 0., 1.], dtype=float32)
    """

    def step(v: jax.Array, _: None) -> tuple[jax.Array, jax.Array]:
        return _fire(v + currents)

    return jax.lax.scan(step, jnp.zeros_like(currents), None, length=steps)[1]


def counts_by_step(weights: Weights, currents: jax.Array, steps: int) -> jax.Array:
    """Run the spiking network, and count the spikes of its outputs up to every step.

    All neurons start at V = 0. In each step of 1 ms, an input neuron gains its current, and the
    other neurons gain the weights of the neurons that spiked in the *previous* step. A neuron that
    then has V >= 5 spikes and starts again from zero.

    Parameters
    ----------
    weights : Weights
        The weights of the spiking network.
    currents : jax.Array of float32, shape (n, 784)
        What each input neuron gains in every step, in mV.
    steps : int
        Number of steps of 1 ms.

    Returns
    -------
    jax.Array of float32, shape (steps, n, 10)
        Whole numbers, which can be differentiated with respect to the weights: see `emit`.

    Examples
    --------
    >>> weights = Weights(jnp.full((1, 1), 5.0), jnp.full((1, 1), 5.0))
    >>> counts_by_step(weights, jnp.array([[2.5]]), 6).ravel()  # spikes pass two layers
    Array([0., 0., 0., 1., 1., 2.], dtype=float32)
    """
    # A spike arrives one step after it was emitted, so none arrives in the first step.
    arriving = jnp.roll(input_spikes(currents, steps), 1, axis=0).at[0].set(0.0)

    def step(state: _State, to_hidden: jax.Array) -> tuple[_State, jax.Array]:
        v_hidden, v_output, hidden_spikes, counts = state
        to_output = hidden_spikes @ weights.output
        v_hidden, hidden_spikes = _fire(v_hidden + to_hidden)
        v_output, output_spikes = _fire(v_output + to_output)
        counts = counts + output_spikes
        return (v_hidden, v_output, hidden_spikes, counts), counts

    hidden = jnp.zeros((len(currents), weights.hidden.shape[1]))
    output = jnp.zeros((len(currents), weights.output.shape[1]))
    counts: jax.Array = jax.lax.scan(
        step, (hidden, output, hidden, output), arriving @ weights.hidden
    )[1]
    return counts


def _fire(v: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Return the voltages after the spikes, and the spikes.

    No gradient flows through the reset, because it would reward a neuron for keeping its voltage by
    not spiking (Zenke & Vogels 2021, "The remarkable robustness of surrogate gradient learning for
    instilling complex function in spiking neural networks").
    """
    spikes = emit(v)
    return v * (1.0 - jax.lax.stop_gradient(spikes)), spikes


def simulate_spikes(
    weights: Weights, images: NDArray[np.uint8], steps: int = 100, batch: int = 250
) -> NDArray[np.float32]:
    """Run the spiking network on many images, and count the spikes of its outputs.

    Parameters
    ----------
    weights : Weights
        The weights of the spiking network.
    images : ndarray of uint8, shape (n, 784)
        Grey levels, 0 to 255.
    steps : int
        Number of steps of 1 ms.
    batch : int
        Images at a time. The result does not depend on it.

    Returns
    -------
    ndarray of float32, shape (n, 10)
        Whole numbers.

    Examples
    --------
    >>> weights = Weights(jnp.full((784, 128), 5.0), jnp.full((128, 10), 5.0))
    >>> image = np.zeros((1, 784), dtype=np.uint8)
    >>> image[0, 0] = 255  # spikes in every second step, its spikes pass two layers
    >>> simulate_spikes(weights, image, steps=10)[0, 0]
    np.float32(4.0)
    """
    counts: NDArray[np.float32] = simulate_counts(weights, images, (steps,), batch)[0]
    return counts


def simulate_counts(
    weights: Weights, images: NDArray[np.uint8], steps: tuple[int, ...], batch: int = 250
) -> NDArray[np.float32]:
    """Run the spiking network on many images, and count spikes after several numbers of steps.

    Parameters
    ----------
    weights : Weights
        The weights of the spiking network.
    images : ndarray of uint8, shape (n, 784)
        Grey levels, 0 to 255.
    steps : tuple of int
        Numbers of steps of 1 ms.
    batch : int
        Images at a time. The result does not depend on it.

    Returns
    -------
    ndarray of float32, shape (len(steps), n, 10)
        Whole numbers.

    Examples
    --------
    >>> weights = Weights(jnp.full((784, 128), 5.0), jnp.full((128, 10), 5.0))
    >>> images = np.full((1, 784), 255, dtype=np.uint8)
    >>> simulate_counts(weights, images, (3, 4, 10))[:, 0, 0]
    array([0., 1., 4.], dtype=float32)
    """
    parts = []
    for start in range(0, len(images), batch):
        # Divided here, because a compiler may turn it into a product, which rounds differently.
        currents = images[start : start + batch].astype(np.float32) / np.float32(PIXEL_SCALE)
        parts.append(np.asarray(_counts_at(weights, currents, steps)))
    return np.concatenate(parts, axis=1)


@partial(jax.jit, static_argnames="steps")
def _counts_at(weights: Weights, currents: jax.Array, steps: tuple[int, ...]) -> jax.Array:
    return counts_by_step(weights, currents, max(steps))[jnp.array(steps) - 1]
