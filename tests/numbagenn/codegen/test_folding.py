"""Neurons that one of their population stands for: no bit differs from simulating each of them."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numbagenn import (
    GeNNModel,
    create_current_source_model,
    create_neuron_model,
    init_postsynaptic,
    init_weight_update,
)

BATCH_SIZE, TARGETS = 3, 40

CELL = create_neuron_model(
    "cell",
    params=["Vthr", "leak"],
    vars=[("V", "scalar"), ("Count", "unsigned int")],
    sim_code="V += (Isyn - leak * V) * dt;",
    threshold_condition_code="V >= Vthr",
    reset_code="V = 0.0; Count++;",
)
DRIVE = create_current_source_model(
    "drive", vars=[("magnitude", "scalar")], injection_code="injectCurrent(magnitude);"
)
PARAMETERS, START = {"Vthr": 1.0, "leak": 0.05}, {"V": 0.0, "Count": 0}


class Network:
    """Neurons with a current each, and others that get their spikes.

    Sums of its weights are exact, so that their order does not matter.
    """

    def __init__(
        self, size: int, delay: int, cell: Any = CELL, precision: str = "float", **preferences: Any
    ) -> None:
        model = self.model = GeNNModel(precision, "folding", **preferences)
        model.dt, model.batch_size, model.seed = 0.3, BATCH_SIZE, 5
        self.source = model.add_neuron_population("source", size, cell, PARAMETERS, START)
        self.target = model.add_neuron_population("target", TARGETS, CELL, PARAMETERS, START)
        self.drive = model.add_current_source("drive", DRIVE, self.source, {}, {"magnitude": 0.0})
        weights = np.random.default_rng(3).integers(-8, 9, (size, TARGETS)) / 64
        synapses = model.add_synapse_population(
            "synapses",
            "DENSE",
            self.source,
            self.target,
            init_weight_update("StaticPulse", {}, {"g": weights.ravel()}),
            init_postsynaptic("DeltaCurr"),
        )
        synapses.axonal_delay_steps = delay
        model.build()
        model.load()

    def run(
        self, magnitude: np.ndarray, voltages: np.ndarray, steps: int, *, single: bool
    ) -> list[bytes]:
        """Set currents and voltages, run some steps, and return all that there is to see."""
        drive = self.drive.vars["magnitude"]
        for variable, values in ((drive, magnitude), (self.source.vars["V"], voltages)):
            variable.view[:] = values
            variable.push_to_device()
        for _ in range(steps):
            self.model.step_time()
            if single:
                self.source.vars["V"].pull_from_device()
        result = []
        variables = [group.vars[name] for group in (self.source, self.target) for name in START]
        for variable in [*variables, drive]:
            variable.pull_from_device()
            result.append(variable.view.tobytes())
        return result


@cache
def networks(
    size: int, delay: int, optimize_code: bool, precision: str = "float"
) -> tuple[Network, ...]:
    """Two networks that are the same, one for many steps at once and one for single steps."""
    return tuple(
        Network(size, delay, precision=precision, optimize_code=optimize_code) for _ in range(2)
    )


@pytest.mark.parametrize(
    ("size", "delay", "optimize_code", "precision"),
    [(100, 0, False, "float"), (64, 31, False, "double"), (70, 5, True, "float")],
)
@settings(deadline=None, max_examples=25)  # the first call compiles
@given(data=st.data())
def test_a_neuron_stands_for_others_to_the_last_bit(
    data: st.DataObject, size: int, delay: int, optimize_code: bool, precision: str
) -> None:
    at_once, step_by_step = networks(size, delay, optimize_code, precision)
    assert "move_together(" in at_once.model.generated_code
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    levels = data.draw(st.lists(st.floats(-1.0, 4.0, width=32), min_size=1, max_size=4))
    levels.append(data.draw(st.sampled_from([0.0, -0.0, 1.0, 3.75])))
    unlike = data.draw(st.sampled_from([0.0, 0.02, 0.3, 1.0]))
    shape = (BATCH_SIZE, size)
    magnitude = np.where(rng.random(shape) < unlike, rng.choice(levels, shape), levels[-1])
    odd = rng.choice([-0.0, 0.5, np.nan], shape)
    voltages = np.where(rng.random(shape) < unlike / 2, odd, 0.0)
    steps = data.draw(st.sampled_from([1, 31, 32, 33, 70, 96]))
    expected = step_by_step.run(magnitude, voltages, steps, single=True)
    assert at_once.run(magnitude, voltages, steps, single=False) == expected


@pytest.mark.parametrize(
    "sim_code",
    ["V += Isyn + gennrand_uniform();", "V += Isyn + id;"],
    ids=["noise", "index"],
)
def test_neurons_that_differ_without_their_state_are_simulated_one_by_one(sim_code: str) -> None:
    cell = create_neuron_model(
        "cell",
        params=["Vthr", "leak"],
        vars=[("V", "scalar"), ("Count", "unsigned int")],
        sim_code=sim_code,
        threshold_condition_code="V >= Vthr",
        reset_code="V = 0.0; Count++;",
    )
    assert "move_together(" not in Network(64, 0, cell).model.generated_code
