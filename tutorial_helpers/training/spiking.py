"""The network of spikes, in JAX: the same network as `tutorial_helpers.models` has in PyGeNN."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from tutorial_helpers.training.network import PIXEL_SCALE, SHAPE, THRESHOLD, Weights


def simulate_spikes(
    weights: Weights, images: NDArray[np.uint8], steps: int = 100, batch: int = 500
) -> NDArray[np.float32]:
    """Run the spiking network and count the spikes of its outputs.

    All neurons start at V = 0. In each step of 1 ms, an input neuron gains ``pixel / 100``, and
    the other neurons gain the weights of those that spiked in the *previous* step. Whoever then
    has V >= 5 spikes and starts again from zero.

    Parameters
    ----------
    weights : Weights
        Of the spiking network.
    images : ndarray of uint8, shape (n, 784)
        Grey levels, 0 to 255.
    steps : int
        How many, of 1 ms.
    batch : int
        Images at a time; decides memory and speed alone.

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
    run = jax.jit(_spike_counts)
    parts = []
    for start in range(0, len(images), batch):
        # Divided here: a compiler may turn the division into a product, which rounds differently.
        currents = images[start : start + batch].astype(np.float32) / np.float32(PIXEL_SCALE)
        parts.append(np.asarray(run(weights, currents, steps)))
    return np.concatenate(parts)


def _spike_counts(weights: Weights, currents: jax.Array, steps: int) -> jax.Array:
    """Return the output counts (n, 10) for constant input currents (n, 784)."""

    def fire(v: jax.Array) -> tuple[jax.Array, jax.Array]:
        spikes = v >= THRESHOLD
        return jnp.where(spikes, 0.0, v), spikes.astype(v.dtype)

    def step(_: int, state: tuple[jax.Array, ...]) -> tuple[jax.Array, ...]:
        v_input, v_hidden, v_output, input_spikes, hidden_spikes, counts = state
        # The sums come first, from the spikes of the previous step: a delay of one step.
        to_hidden = input_spikes @ weights.hidden
        to_output = hidden_spikes @ weights.output
        v_input, input_spikes = fire(v_input + currents)
        v_hidden, hidden_spikes = fire(v_hidden + to_hidden)
        v_output, output_spikes = fire(v_output + to_output)
        counts = counts + output_spikes
        return v_input, v_hidden, v_output, input_spikes, hidden_spikes, counts

    layers = tuple(jnp.zeros((len(currents), size)) for size in SHAPE)
    # Not a scan: its length would be compiled in, and each number of steps compiled anew.
    counts: jax.Array = jax.lax.fori_loop(0, steps, step, (*layers, *layers))[-1]
    return counts
