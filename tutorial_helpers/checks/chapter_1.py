"""Checks of chapter 1: a neuron by hand, and a neuron model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import time_ns
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutorial_helpers.checks.report import Case, report
from tutorial_helpers.pygenn import GeNNModel, create_current_source_model


def spikes_of_pixel(answer: Callable[[int], int]) -> None:
    """Check how often the neuron of a pixel spikes in 100 steps (chapter 1).

    Parameters
    ----------
    answer
        Takes a grey level from 0 to 255, and returns the number of spikes.
    """

    def cases() -> Iterator[Case]:
        hint = "Count a spike when the voltage is 5 or more, and start again from 0."
        for grey, spikes in ((255, 50), (200, 33), (100, 20), (0, 0)):
            yield f"spikes_of_pixel({grey})", answer(grey), spikes, hint
        hint = "Add up in single precision: np.float32(100) and np.float32(0)."
        for grey in range(256):
            spikes = _spikes(np.float32(grey) / np.float32(100))
            yield f"spikes_of_pixel({grey})", answer(grey), spikes, hint

    report(cases(), "A whole number of steps passes until a spike, so many greys share one rate.")


def _spikes(current: np.float32, threshold: float = 5.0, steps: int = 100) -> int:
    """Count the spikes of an integrate-and-fire neuron with a constant current."""
    voltage, spikes = np.float32(0), 0
    for _ in range(steps):
        voltage += current
        if voltage >= threshold:
            voltage, spikes = np.float32(0), spikes + 1
    return spikes


def gentle_neuron(answer: Callable[[], Any]) -> None:
    """Check a neuron model that subtracts the threshold when it spikes (chapter 1).

    Parameters
    ----------
    answer
        Returns the neuron model.
    """

    def cases() -> Iterator[Case]:
        neuron = answer()
        hint = "Return what create_neuron_model gives."
        # of numbagenn's models, and of PyGeNN's
        if not (hasattr(neuron, "reset_code") or hasattr(neuron, "get_reset_code")):
            yield "gentle_neuron()", neuron, "a neuron model", hint
            return
        hint = "In reset_code, take Vthr away from V instead of setting V to 0."
        greys = np.arange(0, 255, 25)  # their sums are exact, so no rounding decides
        thresholds = (5, 4)
        counts = _spikes_of_model(neuron, greys / np.float32(100), thresholds)
        for threshold, row in zip(thresholds, counts, strict=True):
            for grey, spikes in zip(greys, row, strict=True):
                tried = f"the number of spikes at grey {grey} with a threshold of {threshold} mV"
                yield tried, spikes, grey // threshold, hint

    report(cases(), "Nothing is lost in the reset, so the rate follows the grey level evenly.")


def _spikes_of_model(
    neuron: Any, currents: NDArray[np.float32], thresholds: tuple[int, ...]
) -> list[NDArray[np.int64]]:
    """Count the spikes in 100 steps, for each threshold a neuron for each constant current."""
    source = create_current_source_model(
        "constant_current",
        vars=[("magnitude", "scalar")],
        injection_code="injectCurrent(magnitude);",
    )
    # real PyGeNN keeps what it has compiled by the name of the model
    model = GeNNModel("float", f"checked_{time_ns()}")
    model.dt = 1.0
    layers = [
        model.add_neuron_population(
            f"cells_{threshold}", len(currents), neuron, {"Vthr": float(threshold)}, {"V": 0.0}
        )
        for threshold in thresholds
    ]
    for layer in layers:
        layer.spike_recording_enabled = True
        name = f"currents_of_{layer.name}"
        model.add_current_source(name, source, layer, {}, {"magnitude": currents})
    model.build()
    model.load(num_recording_timesteps=100)
    for _ in range(100):
        model.step_time()
    model.pull_recording_buffers_from_device()
    neurons = [layer.spike_recording_data[0][1] for layer in layers]
    return [np.bincount(ids, minlength=len(currents)) for ids in neurons]
