"""What a learning network should do, in NumPy."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from tutorial_helpers.learning import LearningNetwork

SIZES = [20, 9, 7, 4]
STEPS = 12
THRESHOLD = 2.0


class Passed(NamedTuple):
    """What one batch leaves behind, a list entry for each layer."""

    counts: list[np.ndarray]
    voltages: list[np.ndarray]
    beliefs: np.ndarray
    errors: list[np.ndarray]
    gradients: list[np.ndarray]


def some_weights(sizes: list[int] = SIZES, seed: int = 3) -> list[np.ndarray]:
    """Draw weights that can be added up in any order without rounding."""
    rng = np.random.default_rng(seed)
    return [rng.integers(-12, 22, pair).astype(np.float32) / 16 for pair in pairwise(sizes)]


def some_images(number: int, seed: int = 4) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (number, SIZES[0]), dtype=np.uint8)
    return images, rng.integers(0, SIZES[-1], number)


def small(batch_size: int = 5, weights: list[np.ndarray] | None = None, **options: Any) -> Any:
    return LearningNetwork(
        some_weights() if weights is None else weights,
        **{"batch_size": batch_size, "timesteps": STEPS, "threshold": THRESHOLD, **options},
    )


def show(
    weights: list[np.ndarray], images: np.ndarray, precision: str = "float"
) -> tuple[list[np.ndarray], ...]:
    """Run integrate-and-fire neurons; return spike counts and voltages of each layer."""
    dtype = {"float": np.float32, "double": np.float64}[precision]
    sizes = [len(weights[0]), *(matrix.shape[1] for matrix in weights)]
    v, n, s = ([np.zeros((len(images), size), dtype) for size in sizes] for _ in range(3))
    for _ in range(STEPS):
        arriving = [images / np.float32(100), *(x @ w for x, w in zip(s, weights, strict=False))]
        for k, current in enumerate(arriving):
            v[k] += current
            s[k] = (v[k] >= THRESHOLD).astype(dtype)
            v[k] *= 1 - s[k]
            n[k] += s[k]
    return n, v


def learn(
    weights: list[np.ndarray], images: np.ndarray, labels: np.ndarray, precision: str = "float"
) -> Passed:
    """Show a batch, and find what is wrong and what each weight should do about it."""
    counts, voltages = show(weights, images, precision)
    n = [count.astype(np.float64) for count in counts]
    # These five lines are all there is to it.
    score = np.exp(n[-1] + voltages[-1].astype(np.float64) / THRESHOLD)
    beliefs = score / score.sum(axis=1, keepdims=True)
    errors = [np.eye(SIZES[-1])[labels] - beliefs]
    for k in range(len(weights) - 1, 0, -1):
        errors.insert(0, (errors[0] @ weights[k].T) * ((n[k] > 0) | (voltages[k] > 0)))
    gradients = [count.T @ error for count, error in zip(n, errors, strict=False)]
    return Passed(counts, voltages, beliefs, errors, gradients)


def pulled(group: Any, name: str, rows: int | None = None) -> np.ndarray:
    """Return a variable as it is on the device, as a matrix of so many rows."""
    group.vars[name].pull_from_device()
    view = np.array(group.vars[name].view)
    return view if rows is None else view.reshape(rows, -1)


def gradients(network: Any) -> list[np.ndarray]:
    pairs = zip(network.gradients, network.synapses, strict=True)
    return [pulled(group, "Gradient", of.src.num_neurons) for group, of in pairs]
