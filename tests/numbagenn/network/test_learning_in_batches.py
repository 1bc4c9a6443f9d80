"""Networks that learn, five side by side: each learns what it learns alone, on any threads."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest

import numbagenn as engine
from numbagenn.runtime import loaded_model
from tests.numbagenn.networks import new_model, pulled, pushed

Access, UpdateAccess = engine.VarAccess, engine.CustomUpdateVarAccess
BATCH, PRE, POST, STEPS = 5, 7, 4, 40

CELL = engine.create_neuron_model(
    "cell",
    vars=[("V", "scalar"), ("drive", "scalar"), ("count", "unsigned int")],
    sim_code="V += (drive + Isyn - 0.1 * V) * dt;",
    threshold_condition_code="V >= 1.0",
    reset_code="V = 0.0; count++;",
)
STDP = {"tauPlus": 4.7, "tauMinus": 5.3, "Aplus": 0.031, "Aminus": 0.027, "Wmin": 0.0, "Wmax": 0.9}
TRACES: dict[str, Any] = {
    "vars": [("g", "scalar"), ("n", "unsigned int")],
    "pre_vars": [("x", "scalar")],
    "post_vars": [("y", "scalar")],
    "pre_spike_code": "x += 1.0;",
    "post_spike_code": "y += 1.0;",
    "pre_dynamics_code": "x *= 0.9;",
    "post_dynamics_code": "y *= 0.85;",
    "pre_spike_syn_code": "addToPost(g); g -= 0.013 * y; n++;",
    "post_spike_syn_code": "g += 0.017 * x; n += 100u;",
}
# What one synapse writes, and what an update of weights takes from it.
ELIGIBLE: dict[str, Any] = {
    "vars": [("g", "scalar"), ("e", "scalar")],
    "post_neuron_var_refs": [("V", "scalar")],
    "pre_spike_syn_code": "addToPost(g); e += 0.3 * V;",
    "synapse_dynamics_code": "e -= 0.11 * e * dt;",
}
MODELS = {
    "traces": engine.create_weight_update_model("traces", **TRACES),
    "eligible": engine.create_weight_update_model("eligible", **ELIGIBLE),
    "shared": engine.create_weight_update_model(
        "shared", **{**ELIGIBLE, "vars": [("g", "scalar", Access.READ_ONLY), ("e", "scalar")]}
    ),
    "dynamics": engine.create_weight_update_model(
        "dynamics",
        vars=[("g", "scalar"), ("d", "scalar")],
        pre_spike_syn_code="addToPost(g); d = 0.5;",
        synapse_dynamics_code="g += (0.3 - g) * 0.02 * dt + 0.01 * d; d *= 0.9;",
    ),
    "events": engine.create_weight_update_model(
        "events",
        vars=[("g", "scalar")],
        pre_neuron_var_refs=[("V", "scalar")],
        post_neuron_var_refs=[("W", "scalar")],
        pre_event_threshold_condition_code="V > 0.6",
        pre_event_syn_code="addToPost(0.2 * g * V); g -= 0.003 * W;",
        post_spike_syn_code="g += 0.02;",
    ),
}
REFERENCES: dict[str, dict[str, Any]] = {
    "eligible": {"post_var_refs": {"V": "V"}},
    "shared": {"post_var_refs": {"V": "V"}},
    "events": {"pre_var_refs": {"V": "V"}, "post_var_refs": {"W": "V"}},
}
LEARN = engine.create_custom_update_model(
    "learn", var_refs=[("g", "scalar"), ("e", "scalar")], update_code="g += 0.05 * e; e *= 0.5;"
)
SUM = engine.create_custom_update_model(
    "sum",
    vars=[("total", "scalar", UpdateAccess.REDUCE_BATCH_SUM)],
    var_refs=[("e", "scalar")],
    update_code="total = e; e *= 0.5;",
)
APPLY = engine.create_custom_update_model(
    "apply", var_refs=[("g", "scalar"), ("total", "scalar")], update_code="g += 0.01 * total;"
)

KINDS = ["stdp", "traces", "eligible", "dynamics", "events"]
LAYOUTS = ["DENSE", "SPARSE"]


@pytest.fixture(params=[1, 2, 5], autouse=True)
def threads(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # Custom updates are shared between threads even where they are small.
    monkeypatch.setattr(loaded_model, "_ELEMENTS_PER_PART", 1)
    engine.set_num_threads(request.param)
    yield
    engine.set_num_threads(None)


def connected() -> tuple[np.ndarray, np.ndarray]:
    """Return all pairs but a few."""
    return np.nonzero(np.random.default_rng(5).random((PRE, POST)) < 0.8)


def add_synapses(model: Any, kind: str, layout: str, delays: bool) -> Any:
    pre, post = (
        model.add_neuron_population(name, size, CELL, {}, {"V": 0.0, "drive": 0.0, "count": 0})
        for name, size in (("pre", PRE), ("post", POST))
    )
    if kind == "stdp":
        update = engine.init_weight_update("STDP", STDP, {"g": 0.0})
    else:
        given = MODELS[kind]
        update = engine.init_weight_update(
            given,
            {},
            {var.name: 0 for var in given.vars},
            {var.name: 0.0 for var in given.pre_vars},
            {var.name: 0.0 for var in given.post_vars},
            **REFERENCES.get(kind, {}),
        )
    group = model.add_synapse_population(
        "synapses", layout, pre, post, update, engine.init_postsynaptic("DeltaCurr")
    )
    if layout == "SPARSE":
        group.set_sparse_connections(*connected())
    if delays:
        group.axonal_delay_steps, group.back_prop_delay_steps = 2, 1
    return group


@cache
def built(kind: str, layout: str, delays: bool, batch_size: int, number: int) -> Any:
    """Return a network, built; each is used again, which loading it afresh allows.

    Those that are needed at the same time have different numbers.
    """
    model = new_model(f"{kind}_{layout}", batch_size)
    model.dt = 0.3
    group = add_synapses(model, kind, layout, delays)
    weights = {
        name: engine.create_wu_var_ref(group, name) for name in ("g", "e") if name in group.vars
    }
    if kind == "eligible":
        model.add_custom_update("learn", "Learn", LEARN, {}, {}, weights)
    if kind == "shared":
        only = {"e": weights["e"]}
        total = model.add_custom_update("sum", "Sum", SUM, {}, {"total": 0.0}, only)
        both = {"g": weights["g"], "total": engine.create_wu_var_ref(total, "total")}
        model.add_custom_update("apply", "Apply", APPLY, {}, {}, both)
    for population in model.neuron_populations.values():
        population.spike_recording_enabled = True
    model.build()
    return model


def fresh(
    kind: str,
    layout: str,
    delays: bool,
    drives: np.ndarray,
    weights: np.ndarray,
    number: int = 0,
) -> Any:
    """Return a network that starts from weights, and from a drive for each batch element."""
    model = built(kind, layout, delays, len(drives), number)
    if model._loaded:
        model.unload()
    model.load(num_recording_timesteps=STEPS)
    group = model.synapse_populations["synapses"]
    # One copy for each batch element, where there are copies.
    pushed(group, "g", np.broadcast_to(weights, np.shape(group.vars["g"].values)))
    for name, part in (("pre", drives[:, :PRE]), ("post", drives[:, PRE:])):
        values = part if len(drives) > 1 else part[0]
        pushed(model.neuron_populations[name], "drive", values)
    return model


def results(model: Any) -> list[dict[str, np.ndarray]]:
    """Return what each batch element has become."""
    model.pull_recording_buffers_from_device()
    size = model.batch_size
    found: list[dict[str, np.ndarray]] = [{} for _ in range(size)]
    groups = [*model.neuron_populations.values(), *model.synapse_populations.values()]
    for group in groups:
        for kind in ("vars", "pre_vars", "post_vars"):
            for name, variable in getattr(group, kind, {}).items():
                variable.pull_from_device()
                values = np.array(variable.values)
                is_shared = size == 1 or len(values) != size or variable.buffer.is_shared
                for batch, one in enumerate(found):
                    one[f"{group.name}.{name}"] = values if is_shared else values[batch]
    for name, population in model.neuron_populations.items():
        for one, (times, ids) in zip(found, population.spike_recording_data, strict=True):
            one[f"{name}.times"], one[f"{name}.ids"] = times, ids
    return found


def same_bits(found: dict[str, np.ndarray], expected: dict[str, np.ndarray], batch: int) -> None:
    assert found.keys() == expected.keys()
    for key, values in expected.items():
        assert values.tobytes() == found[key].tobytes(), f"{key} of batch element {batch}"


def start_of(layout: str) -> tuple[np.ndarray, np.ndarray]:
    """Return a drive for each neuron of each batch element, and a weight for each synapse."""
    rng = np.random.default_rng(11)
    drives = rng.uniform(0.1, 0.9, (BATCH, PRE + POST)).astype(np.float32)
    number = PRE * POST if layout == "DENSE" else len(connected()[0])
    return drives, rng.uniform(0.05, 0.4, number).astype(np.float32)


@pytest.mark.parametrize("delays", [False, True], ids=["at once", "delayed"])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("kind", KINDS)
def test_each_of_a_batch_learns_what_it_learns_alone(kind: str, layout: str, delays: bool) -> None:
    drives, weights = start_of(layout)

    def learnt(some: np.ndarray) -> list[dict[str, np.ndarray]]:
        model = fresh(kind, layout, delays, some, weights)
        for step in range(STEPS):
            model.step_time()
            if kind == "eligible" and step % 8 == 7:
                model.custom_update("Learn")
        return results(model)

    together = learnt(drives)
    for batch, drive in enumerate(drives):
        (alone,) = learnt(drive[np.newaxis])
        same_bits(together[batch], alone, batch)
    # They did learn, and each something else.
    final = [one["synapses.g"].tobytes() for one in together]
    assert len({*final, weights.tobytes()}) == BATCH + 1
    assert all(len(one["post.ids"]) for one in together)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_weights_that_a_batch_shares_learn_from_all_of_it(layout: str) -> None:
    drives, weights = start_of(layout)
    batch = fresh("shared", layout, False, drives, weights)
    alone = [
        fresh("shared", layout, False, drive[np.newaxis], weights, number)
        for number, drive in enumerate(drives)
    ]
    for _ in range(4):
        for model in (batch, *alone):
            for _ in range(10):
                model.step_time()
            model.custom_update("Sum")
        batch.custom_update("Apply")
        expected = np.zeros_like(weights)
        for model in alone:
            # Of a single network, the sum over the batch is what it has.
            expected = expected + pulled(model.custom_updates["sum"], "total")
        assert pulled(batch.custom_updates["sum"], "total").tobytes() == expected.tobytes()
        before, weights = weights, weights + np.float32(0.01) * expected
        learnt = pulled(batch.synapse_populations["synapses"], "g")
        assert learnt.tobytes() == weights.tobytes() != before.tobytes()
        for model in alone:
            pushed(model.synapse_populations["synapses"], "g", weights)
    for number, (found, model) in enumerate(zip(results(batch), alone, strict=True)):
        (expected_of_one,) = results(model)
        same_bits(found, expected_of_one, number)
