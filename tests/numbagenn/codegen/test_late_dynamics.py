"""Dynamics of synapses that wait for several steps, and then catch up in one pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest

import numbagenn as engine
from numbagenn import GeNNModel, init_postsynaptic, init_weight_update
from numbagenn.codegen import plan
from numbagenn.codegen.late_dynamics import LATE_STEPS

#: What the dynamics do, and what else is in the rule.
RULES: dict[str, tuple[str, dict[str, Any]]] = {
    "a trace and a gradient": ("e = 0.9 * e + Trace * V; d += e * Psi;", {}),
    "a branch": ("if (Trace > V) { d += Psi; } else { e -= 0.1 * Trace; }", {}),
    "a local": ("const scalar x = Trace * Psi; d += x * x;", {}),
    "long code": ("e += Trace; " * 5 + "d += e * V; " * 5, {}),
    "weights that only spikes read": ("d += g * Trace;", {}),
    "a parameter": ("d += Rate * Trace;", {}),
    "whole numbers": ("n += (int)(10.0 * Trace) - (n / 3);", {}),
    "both ends of one variable": ("d += Vpre * V;", {"refers": True}),
    "it adds to neurons": ("d += Trace; addToPost(0.001 * d);", {}),
    "it adds back": ("d += Trace; addToPre(0.001 * g);", {}),
    "time": ("d += 0.01 * t * Trace;", {}),
    "spikes change it": ("d += Trace;", {"spikes": "d *= 0.5;"}),
    "spikes read it": ("d += Trace;", {"spikes": "addToPost(0.001 * d);"}),
    "spikes change what it reads": ("d += g * Trace;", {"spikes": "g *= 0.99;"}),
    "the time of a spike": ("if (t == st_pre) { d += Trace; }", {}),
    "very long code": ("e += Trace; " * 20, {}),
}
LATE = {*list(RULES)[:8]}


def build(
    rule: str,
    *,
    batch_size: int = 1,
    sizes: tuple[int, int] = (70, 64),
    precision: str = "float",
    timing: bool = False,
) -> GeNNModel:
    """Build a network of which the synapses follow a rule, with an update that waits with steps."""
    dynamics, more = RULES[rule]
    read = engine.VarAccessMode.READ_ONLY
    refers = "refers" in more
    learning = engine.create_weight_update_model(
        "rule",
        params=["Rate"],
        vars=[("g", "scalar"), ("e", "scalar"), ("d", "scalar"), ("n", "int")],
        pre_vars=[("Trace", "scalar")],
        post_vars=[("Psi", "scalar")],
        post_neuron_var_refs=[("V", "scalar", read)],
        pre_neuron_var_refs=[("Vpre", "scalar", read)] if refers else [],
        pre_spike_code="Trace += 1.0;",
        pre_dynamics_code="Trace *= 0.9;",
        post_dynamics_code="Psi = 0.7 * Psi + 0.3 * V;",
        pre_spike_syn_code="addToPost(g);" + more.get("spikes", ""),
        synapse_dynamics_code=dynamics,
    )
    cell = engine.create_neuron_model(
        "cell",
        vars=[("V", "scalar")],
        sim_code="V += 0.11 + 0.013 * (id % 17) + 0.02 * batch + Isyn;",
        threshold_condition_code="V >= 1.0",
        reset_code="V = 0.0;",
    )
    model = GeNNModel(precision, "late")
    model.dt, model.batch_size, model.timing_enabled = 1.0, batch_size, timing
    pre, post = (
        model.add_neuron_population(name, size, cell, {}, {"V": 0.0})
        for name, size in zip("ab", sizes, strict=True)
    )
    post = pre if refers else post
    weights = np.random.default_rng(1).normal(0.0, 0.01, pre.num_neurons * post.num_neurons)
    group = model.add_synapse_population(
        "ab",
        "DENSE",
        pre,
        post,
        init_weight_update(
            learning,
            {"Rate": 0.5},
            {"g": weights, "e": 0.1, "d": 0.0, "n": 5},
            {"Trace": 0.0},
            {"Psi": 0.0},
            {"Vpre": engine.create_var_ref(pre, "V")} if refers else {},
            {"V": engine.create_var_ref(post, "V")},
        ),
        init_postsynaptic("DeltaCurr"),
    )
    group.set_wu_param_dynamic("Rate")
    damp = engine.create_custom_update_model(
        "damp", var_refs=[("V", "scalar")], update_code="V *= 0.95;"
    )
    model.add_custom_update("damp", "Damp", damp, {}, {}, {"V": engine.create_var_ref(post, "V")})
    model.build()
    model.load()
    return model


def run(model: GeNNModel, steps: int = 2 * LATE_STEPS + 11) -> bytes:
    """Return all variables of the synapses after some steps, updates, pulls and pushes."""
    group, seen = model.synapse_populations["ab"], []
    for step in range(steps):
        model.step_time()
        if step % 3 == 0:
            model.custom_update("Damp")
        if step == 21:
            group.set_dynamic_param_value("Rate", 0.25)
        if step == 25:
            group.vars["d"].pull_from_device()
            seen.append(group.vars["d"].values)
            group.vars["e"].values = 0.2
            group.vars["e"].push_to_device()
    for variable in group.vars.values():
        variable.pull_from_device()
        seen.append(variable.values)
    assert len(np.unique(np.concatenate([one.ravel() for one in seen]))) > 100
    return b"".join(one.tobytes() for one in seen)


def in_every_step(make: Callable[[], GeNNModel]) -> GeNNModel:
    """Return a model of which no dynamics wait."""
    with patch.object(plan, "late_codes", lambda codes: []):
        return make()


@pytest.mark.parametrize("rule", RULES)
def test_no_bit_depends_on_when_dynamics_run(rule: str) -> None:
    model, plain = build(rule), in_every_step(lambda: build(rule))
    assert ("waiting" in model.generated_code) == (rule in LATE)
    assert "waiting" not in plain.generated_code
    assert run(model) == run(plain)


@pytest.mark.parametrize("steps", [1, LATE_STEPS - 1, LATE_STEPS, LATE_STEPS + 1])
def test_any_number_of_steps_can_wait(steps: int) -> None:
    rule = "a trace and a gradient"
    make = (build(rule), in_every_step(lambda: build(rule)))
    assert len({run(model, steps + 26) for model in make}) == 1


@pytest.mark.parametrize(
    "settings",
    [
        {"batch_size": 3},
        {"sizes": (40, 300)},
        {"precision": "double"},
        {"timing": True},
    ],
    ids=str,
)
def test_so_does_any_network(settings: dict[str, Any]) -> None:
    rule = "a trace and a gradient"
    model = build(rule, **settings)
    assert "waiting" in model.generated_code
    assert run(model) == run(in_every_step(lambda: build(rule, **settings)))


def test_small_matrices_stay_in_the_cache_and_do_not_wait() -> None:
    assert "waiting" not in build("a local", sizes=(30, 20)).generated_code


def test_names_of_the_code_are_not_those_of_the_loop() -> None:
    names = {"x": "Trace_0", "y": "waiting", "z": "V_noted"}
    code = "scalar {x} = Trace; scalar {y} = V * {x}; scalar {z} = Psi; d += {x} + {y} * {z};"
    both = {
        "names": (code.format(**names), {}),
        "plain": (code.format(**{name: name for name in names}), {}),
    }
    with patch.dict(RULES, both):
        assert run(build("names")) == run(build("plain"))
