"""Checks of chapter 5: another normalisation, and another reset. They do without JAX."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutorial_helpers.checks.report import Case, as_numbers, report
from tutorial_helpers.training.network import Weights


def normalise_by(
    answer: Callable[[float], Any], normalised: Any, ordinary: Any, rates: Any
) -> None:
    """Check a normalisation with any percentile (chapter 5).

    Parameters
    ----------
    answer
        Takes a percentile, and returns weights, a pair of `hidden` and `output`.
    normalised
        What `training.normalise` returns, with the percentile 99.9.
    ordinary
        The weights of the ordinary network.
    rates
        Firing rates of the inputs for typical images, shape (n, 784).
    """

    def cases() -> Iterator[Case]:
        for percentile in (99.9, 100, 90):
            right = normalised
            if percentile != 99.9:
                right = _normalised(ordinary, np.asarray(rates), percentile)
            found = answer(percentile)
            if not isinstance(found, (tuple, list)) or len(found) != 2:
                hint = "Return training.Weights(hidden, output)."
                yield f"normalise_by({percentile})", found, "a pair of hidden and output", hint
                return
            for layer, mine, wanted in zip(Weights._fields, found, right, strict=True):
                name = f"the {layer} weights with {percentile}"
                yield from _compared(name, mine, np.asarray(wanted), _HINTS[layer])

    report(cases(), "Now let the solution's loop show what the strongest sum costs in few steps.")


_HINTS = {
    "hidden": "Make the sum at this percentile 5 mV: at 100, the largest of all sums.",
    "output": "What you take from the hidden weights, give back to the output weights.",
}


def _normalised(ordinary: Any, rates: NDArray[Any], percentile: float) -> list[NDArray[Any]]:
    """Scale the weights of the ordinary network as `training.normalise` does."""
    hidden, output = np.asarray(ordinary.hidden), np.asarray(ordinary.output)
    sums = np.maximum(rates @ hidden, 0)
    strongest, score = (np.percentile(each, percentile) for each in (sums, sums @ output))
    return [5 * hidden / strongest, 5 * output * strongest / score]


def _compared(name: str, found: Any, wanted: NDArray[Any], hint: str) -> Iterator[Case]:
    """Compare the shape of weights, then their size, and then each of them."""
    weights = as_numbers(found)
    if weights is None or weights.shape != wanted.shape:
        yield name, found, f"an array of shape {wanted.shape}", "A layer keeps its shape."
        return
    share = float(np.mean(np.abs(weights)) / np.mean(np.abs(wanted)))
    # On a GPU, JAX multiplies matrices with few digits.
    yield f"the size of {name}, as a share of what it should be,", round(share, 2), 1.0, hint
    near = np.isclose(weights, wanted, rtol=1e-2, atol=1e-2 * float(np.max(np.abs(wanted))))
    hint = "Multiply all weights of a layer by one number, and change nothing else."
    yield f"the number of {name} that differ", int(np.sum(~near)), 0, hint


def gentle_counts(answer: Callable[[Any, Any, int], Any]) -> None:
    """Check a spiking network whose reset subtracts the threshold (chapter 5).

    Parameters
    ----------
    answer
        Takes weights, images and a number of steps, and returns output spike counts.
    """

    def cases() -> Iterator[Case]:
        # multiples of powers of two, so that no order of the sums rounds; no neuron saturates
        rng = np.random.default_rng(1)
        hidden: Any = rng.integers(-3, 5, (784, 128)).astype(np.float32) / 32
        output: Any = rng.integers(-3, 5, (128, 10)).astype(np.float32) / 16
        weights = Weights(hidden, output)
        images = 50 * rng.integers(0, 6, (2, 784)).astype(np.uint8)
        hint = "Take 5 mV from the neurons that spiked, and nothing from the others."
        for steps in (3, 10, 40):
            tried = f"the counts of two made-up images after {steps} steps"
            yield tried, answer(weights, images, steps), _gentle(weights, images, steps), hint

    report(cases(), "Nothing is lost in the reset, so a rate is what the weights ask for.")


def _gentle(weights: Any, images: NDArray[np.uint8], steps: int) -> NDArray[np.float32]:
    """Count the output spikes of neurons that subtract the threshold."""
    voltages = [np.zeros((len(images), size), np.float32) for size in (784, 128, 10)]
    spikes = [np.zeros_like(voltage) for voltage in voltages]
    counts = np.zeros_like(voltages[-1])
    for _ in range(steps):
        arrived = [images / np.float32(100), *map(np.matmul, spikes, weights)]
        for layer, (voltage, more) in enumerate(zip(voltages, arrived, strict=True)):
            voltage += more
            spikes[layer] = (voltage >= 5).astype(np.float32)
            voltage -= 5 * spikes[layer]
        counts += spikes[-1]
    return counts
