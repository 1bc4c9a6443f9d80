"""PyGeNN 4.9's weight update PiecewiseSTDP, against its rule written in Python."""

from __future__ import annotations

import numpy as np
import pytest

import numbagenn as engine
from numbagenn.compat.v4_9.builtin_models import find
from numbagenn.models.descriptions import WeightUpdateModel

RULE = {"tLrn": 25.0, "tChng": 100.0, "tDecay": 50000.0, "tPunish10": 100000.0}
RULE |= {"tPunish01": 200.0, "gMax": 0.15, "gMid": 0.075, "gSlope": 33.33}
RULE |= {"tauShift": 10.0, "gSyn0": 0.00006}
#: When the presynaptic neuron spikes, and each of the postsynaptic ones, in steps of 1 ms.
PRE, POSTS = 60, (5, 30, 47, 52, 60, 63, 75, 85, 110, 160)


def change(after: float) -> float:
    """Return by how much a weight changes, if the spikes are so many ms apart."""
    slope = 2 * RULE["gMax"] / (RULE["tChng"] * RULE["tLrn"])
    top = RULE["gMax"] / RULE["tChng"]
    late = (1 / RULE["tPunish01"] + 1 / RULE["tChng"]) * RULE["tLrn"] * RULE["tChng"] / 2
    early = -(1 / RULE["tPunish10"] + 1 / RULE["tChng"]) * RULE["tLrn"] * RULE["tChng"] / 2
    if after > late:
        return -RULE["gMax"] / RULE["tPunish01"]
    if after > 0:
        return top - slope * after
    if after > early:
        return top + slope * after
    return -RULE["gMax"] / RULE["tPunish10"]


def test_weights_change_as_the_rule_says() -> None:
    cell = engine.create_neuron_model(
        "cell", vars=[("when", "int")], threshold_condition_code="t == (scalar)when"
    )
    model = engine.GeNNModel("double", "piecewise")
    model.dt = 1.0
    ends = [
        model.add_neuron_population("pre", 1, cell, {}, {"when": PRE}),
        model.add_neuron_population("post", len(POSTS), cell, {}, {"when": np.array(POSTS)}),
    ]
    synapses = model.add_synapse_population(
        "synapses",
        "DENSE",
        *ends,
        engine.init_weight_update(
            find("PiecewiseSTDP", WeightUpdateModel, "a test"), RULE, {"g": 0.07, "gRaw": 0.07}
        ),
        engine.init_postsynaptic("DeltaCurr"),
    )
    model.build()
    model.load()
    for _ in range(200):
        model.step_time()
    raw, weights = synapses.vars["gRaw"], synapses.vars["g"]
    raw.pull_from_device()
    weights.pull_from_device()
    expected = []
    for post in POSTS:
        # The first of both spikes finds that the other neuron has never spiked.
        shift = RULE["tauShift"]
        at_pre = change(post - PRE - shift if post <= PRE else -np.inf)
        at_post = change(post - PRE - shift if post >= PRE else np.inf)
        expected.append(0.07 + at_pre + at_post)
    np.testing.assert_allclose(raw.view, expected, rtol=1e-12)
    squashed = RULE["gMax"] / 2 * (np.tanh(RULE["gSlope"] * (raw.view - RULE["gMid"])) + 1)
    np.testing.assert_allclose(weights.view, squashed, rtol=1e-12)
    assert len(set(np.sign(raw.view - 0.07))) > 1


def test_it_is_of_4_9_alone() -> None:
    with pytest.raises(AttributeError, match="no attribute 'PiecewiseSTDP'"):
        engine.init_weight_update("PiecewiseSTDP", RULE, {"g": 0.0, "gRaw": 0.0})
