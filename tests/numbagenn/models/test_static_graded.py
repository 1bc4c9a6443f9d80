"""The weight update `StaticGraded`, which PyGeNN 5.4 lists and cannot build."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

import numbagenn as engine
from numbagenn.compat.v4_9.builtin_models import find
from numbagenn.compat.v4_9.model import GeNNModel
from numbagenn.models.descriptions import WeightUpdateModel
from tests.conformance.agreement import compare
from tests.conformance.cases_time_steps import at_time_steps, graded
from tests.conformance.recordings import load


@pytest.mark.parametrize("precision", ["float", "double"])
def test_it_is_the_model_that_was_recorded(precision: str) -> None:
    built_in = at_time_steps(
        partial(graded, weight_update="StaticGraded"), engine, "graded", precision
    )
    compare(built_in, load(f"graded_at_time_steps_{precision}"))


def test_in_4_9_it_finds_the_voltage_by_itself() -> None:
    ramp = engine.create_neuron_model("ramp", vars=[("V", "scalar")], sim_code="V += 0.1;")
    keep = engine.create_neuron_model("keep", vars=[("I", "scalar")], sim_code="I += Isyn;")
    params, weights = {"Epre": 0.25, "Vslope": 0.5}, np.array([1.0, -1.0, 2.0, 0.5])

    old = GeNNModel("double", "old")
    old.dT = 0.3
    pre = old.add_neuron_population("pre", 2, ramp, {}, {"V": [0.0, 0.2]})
    post = old.add_neuron_population("post", 2, keep, {}, {"I": 0.0})
    old.add_synapse_population(
        "graded", "DENSE_INDIVIDUALG", 0, pre, post, "StaticGraded", params, {"g": weights}, {}, {},
        "DeltaCurr", {}, {},
    )  # fmt: skip
    old.build()
    old.load()
    for _ in range(6):
        old.step_time()
    post.pull_var_from_device("I")

    # Events of a step arrive in the next one, with the voltages that they were sent with.
    voltages = np.array([[0.0], [0.2]]) + 0.1 * np.arange(1, 6)
    sent = np.where(voltages > 0.25, np.tanh((voltages - 0.25) / 0.5), 0.0).sum(axis=1) * 0.3
    expected = np.maximum(weights.reshape(2, 2), 0.0).T @ sent
    np.testing.assert_allclose(post.vars["I"].view, expected, rtol=1e-12)
    assert find("StaticGraded", WeightUpdateModel, "a test").class_name == "StaticGraded"
