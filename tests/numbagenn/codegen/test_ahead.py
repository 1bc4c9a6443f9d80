"""What is computed once for each neuron at one end, and not once for each synapse."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest

import numbagenn as engine
from numbagenn import GeNNModel, init_postsynaptic, init_weight_update
from numbagenn.language import calls

CODES = {
    "a call": "g = 0.9 * g + (1.0 + {post}) * exp(({st_post} - t) / tau);",
    "a call of a call": "g = g + 0.1 * exp(-pow(1.0 + {post}, 0.5));",
    "a number below 0": "g = 0.9 * g + exp(-0.5 * (t - {st_post})) + pow({post} + 2.0, -1);",
    "a local": "scalar age = t - {st_post}; if (age > 2.0) g += 0.1 * exp(-age / tau);",
    "a local that changes": "scalar x = {post}; x += g; g += 0.01 * exp(-x);",
    "a local that hides another": "scalar x = {post}; {{ scalar x = g; g += 0.01 * exp(-x); }}",
    "the other end as well": "g += 0.01 * exp(-{post} - {pre});",
    "negative whole numbers": "g += 0.01 * exp({post} * (-7 / -2));",
    "whole numbers": "g += 0.01 * exp((scalar)(7 / (1 + (int){post})));",
}
AHEAD = {"a call", "a call of a call", "a number below 0", "a local"}


def build(code: str, side: str, batch_size: int = 1) -> GeNNModel:
    """Build a network that learns at the spikes of one side from the neurons of the other."""
    cell = engine.create_neuron_model(
        "cell",
        vars=[("V", "scalar"), ("x", "scalar")],
        sim_code="V += 0.3 + 0.05 * (id % 7) + Isyn; x = 0.9 * x + 0.1 * V;",
        threshold_condition_code="V >= 1.0",
        reset_code="V = 0.0;",
    )
    here, there = ("pre", "post") if side == "pre" else ("post", "pre")
    text = code.format(post=f"{there}_x", pre=f"{here}_x", st_post=f"st_{there}")
    adds = "addToPost(0.01 * g);"
    rule = engine.create_weight_update_model(
        "rule",
        params=["tau"],
        vars=[("g", "scalar")],
        pre_neuron_var_refs=[("pre_x", "scalar", engine.VarAccessMode.READ_ONLY)],
        post_neuron_var_refs=[("post_x", "scalar", engine.VarAccessMode.READ_ONLY)],
        pre_spike_syn_code=adds + text if side == "pre" else adds,
        post_spike_syn_code=text if side == "post" else "",
    )
    model = GeNNModel("float", "ahead")
    model.dt = 0.1
    model.batch_size = batch_size
    ends = [
        model.add_neuron_population(name, size, cell, {}, {"V": 0.0, "x": 0.5})
        for name, size in (("a", 9), ("b", 14))
    ]
    model.add_synapse_population(
        "ab",
        "DENSE",
        *ends,
        init_weight_update(
            rule,
            {"tau": 1.5},
            {"g": np.linspace(0.0, 1.0, 9 * 14)},
            {},
            {},
            {"pre_x": engine.create_var_ref(ends[0], "x")},
            {"post_x": engine.create_var_ref(ends[1], "x")},
        ),
        init_postsynaptic("DeltaCurr"),
    )
    model.build()
    return model


def weights(model: GeNNModel) -> bytes:
    """Return the bytes of all weights after some steps."""
    model.load()
    for _ in range(60):
        model.step_time()
    weights = model.synapse_populations["ab"].vars["g"]
    weights.pull_from_device()
    assert len(np.unique(weights.view)) > 20
    return bytes(weights.view.tobytes())


@pytest.mark.parametrize("side", ["pre", "post"])
@pytest.mark.parametrize("code", CODES)
def test_no_bit_depends_on_where_a_value_is_computed(code: str, side: str) -> None:
    model = build(CODES[code], side)
    assert ("_ahead_array" in model.generated_code) == (code in AHEAD)
    with patch.object(calls, "SLOW", ()):
        plain = build(CODES[code], side)
    assert "_ahead_array" not in plain.generated_code
    assert weights(model) == weights(plain)


@pytest.mark.parametrize("side", ["pre", "post"])
def test_every_batch_element_has_values_of_its_own(side: str) -> None:
    one, five = weights(build(CODES["a call"], side)), weights(build(CODES["a call"], side, 5))
    assert five == 5 * one
