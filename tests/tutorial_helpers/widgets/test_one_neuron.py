"""The widget of one neuron: without a leak it is that of the network."""

from __future__ import annotations

import numpy as np
import pytest

from tests.tutorial_helpers.widgets.turning import answer, turn
from tutorial_helpers import widgets
from tutorial_helpers.models import integrate_and_fire, pixel_current
from tutorial_helpers.pygenn import GeNNModel
from tutorial_helpers.widgets.one_neuron import simulate_neuron


@pytest.mark.parametrize("threshold", [1.0, 5.0, 7.75])
def test_without_leak_it_is_the_neuron_of_the_engine(threshold: float) -> None:
    currents = np.arange(0, 4.1, 0.1)
    model = GeNNModel("float", "neuron_without_leak")
    model.dt = 1.0
    start = {"V": 0.0, "SpikeCount": 0}
    cells = model.add_neuron_population(
        "cells", len(currents), integrate_and_fire, {"Vthr": threshold}, start
    )
    model.add_current_source("inputs", pixel_current, cells, {}, {"magnitude": currents})
    model.build()
    model.load()
    engine, count = np.zeros((100, len(currents)), np.float32), cells.vars["SpikeCount"]
    for step in range(100):
        model.step_time()
        cells.vars["V"].pull_from_device()
        engine[step] = cells.vars["V"].view
    count.pull_from_device()
    for number, current in enumerate(currents):
        voltages, spikes = simulate_neuron(current, threshold, 0.0, 100)
        np.testing.assert_array_equal(voltages, engine[:, number])
        assert spikes.sum() == count.view[number]


def test_a_leak_takes_its_share_of_the_voltage() -> None:
    voltages, _ = simulate_neuron(1.0, 5.0, 0.5, 60)
    np.testing.assert_allclose(voltages, 2 - 2.0 ** -np.arange(60))


@pytest.mark.slow
def test_turning_the_leak() -> None:
    shown = widgets.neuron()
    assert "7 spikes without leak; 5 spikes with a leak of 10 % per step" in answer(shown)
    assert "7 spikes without leak; 0 spikes with a leak of 25 % per step" in turn(shown, 2, 0.25)
