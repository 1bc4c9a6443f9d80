"""Updates that leave out rows of zeros do what they do with all rows, whatever wrote these."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import numbagenn as engine
from numbagenn import CustomUpdateVarAccess as Access
from numbagenn import VarAccess, VarAccessMode, create_var_ref, create_wu_var_ref
from numbagenn.codegen import touched_rows
from numbagenn.runtime import loaded_model
from tests import a_few
from tests.numbagenn.networks import new_model, pulled, pushed, steps
from tests.numbagenn.profiles import examples

BATCH, PRE, POST = 3, 9, touched_rows._FEWEST_COLUMNS + 1

CELL = engine.create_neuron_model(
    "cell",
    vars=[("x", "scalar"), ("got", "scalar")],
    sim_code="got = Isyn;",
    threshold_condition_code="x > 0.5",
)
READ = VarAccessMode.READ_ONLY
ENDS: dict[str, Any] = {
    "pre_neuron_var_refs": [("x_pre", "scalar", READ)],
    "post_neuron_var_refs": [("x_post", "scalar", READ)],
}
# Everything that can write a variable of synapses, by the way in which it is run.
CODE: dict[str, dict[str, Any]] = {
    "events": {
        **ENDS,
        "pre_spike_syn_code": "addToPost(g); dG += 1.0;",
        "pre_event_threshold_condition_code": "x_pre < -0.5",
        "pre_event_syn_code": "dG = x_pre * x_post; addToPre(g);",
        "post_event_threshold_condition_code": "x_post < -0.5",
        "post_event_syn_code": "dG -= x_pre;",
    },
    "short events": {
        **ENDS,
        "pre_event_threshold_condition_code": "x_pre < -0.5",
        "pre_event_syn_code": "dG = x_pre;",
    },
    "blocks": {"pre_spike_syn_code": "addToPost(g); dG += g;"},
    "dynamics": {**ENDS, "synapse_dynamics_code": "dG += x_pre * x_post;"},
}
UPDATES: dict[str, str] = {
    "gather": "Sum = dG; dG = 0.0;",
    "mean": "scalar part = dG / num_batch; Sum = part * scale; dG *= scale;",
    "both": "Sum = dG + other; dG = 0.0; other = 0.0;",
    "clear": "dG = 0.0;",
    "copy": "other = dG;",
    "twice": "Sum = dG; again = 2.0 * dG; dG = 0.0;",
    # This runs for all synapses.
    "spoil": "if (id_pre == 2u && batch == 1u) dG = id_post;",
}
# What the references are to.
TARGETS = {"dG": "dG", "other": "other", "again": "dG"}


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let an update of these few synapses be made of several parts, for several threads."""
    monkeypatch.setattr(loaded_model, "_ELEMENTS_PER_PART", 2 * BATCH * POST)
    yield
    engine.set_num_threads(None)


def added(kind: str, connectivity: str = "DENSE", batch_size: int = BATCH) -> Any:
    """Return a model that is not built, with all updates."""
    model = new_model("touched", batch_size)
    start = {"x": 0.0, "got": 0.0}
    a, b = (
        model.add_neuron_population(name, n, CELL, {}, start)
        for name, n in (("A", PRE), ("B", POST))
    )
    weight = engine.create_weight_update_model(
        "weight",
        vars=[("g", "scalar", VarAccess.READ_ONLY), ("dG", "scalar"), ("other", "scalar")],
        **CODE[kind],
    )
    ends = [{"x_pre": create_var_ref(a, "x")}, {"x_post": create_var_ref(b, "x")}]
    pairs = np.nonzero(np.indices((PRE, POST)).sum(axis=0) % 3)
    count = PRE * POST if connectivity == "DENSE" else len(pairs[0])
    weights = {"g": np.linspace(-1.0, 1.0, count), "dG": 0.0, "other": 0.0}
    s = model.add_synapse_population(
        "S", connectivity, a, b,
        engine.init_weight_update(
            weight, {}, weights, {}, {}, *(ends if ENDS.items() <= CODE[kind].items() else [])
        ),
        engine.init_postsynaptic("DeltaCurr"),
    )  # fmt: skip
    if connectivity == "SPARSE":
        s.set_sparse_connections(*pairs)
    for name, code in UPDATES.items():
        sums = "Sum" in code
        update = engine.create_custom_update_model(
            name,
            params=["scale"],
            vars=[("Sum", "scalar", Access.REDUCE_BATCH_SUM)] if sums else [],
            var_refs=[(key, "scalar") for key in TARGETS if key in code],
            update_code=code,
        )
        references = {key: create_wu_var_ref(s, TARGETS[key]) for key in TARGETS if key in code}
        model.add_custom_update(
            name, name, update, {"scale": 0.25}, {"Sum": 0.0} if sums else {}, references
        )
    return model


@cache
def loaded(kind: str) -> Any:
    model = added(kind)
    model.build()
    model.load()
    return model


def bits(array: np.ndarray) -> bytes:
    """Return the bits of numbers; there are several NaNs, and which it is no code decides."""
    return np.where(np.isnan(array), np.nan, array).astype(np.float32).tobytes()


def state(model: Any) -> dict[str, bytes]:
    groups = {**model.neuron_populations, **model.synapse_populations, **model.custom_updates}
    return {
        f"{name} {key}": bits(pulled(group, key))
        for name, group in groups.items()
        for key in group.vars
    }


SPECIAL = np.array([0.0, -0.0, 1.0, np.nan, np.inf, 1e-42, -3.5], np.float32)
OPERATIONS = st.lists(
    st.one_of(
        st.sampled_from([f"update {name}" for name in UPDATES]),
        st.sampled_from(
            ["steps 1", "steps 3", "push dG", "push other", "inputs", "unload", "zeros"]
        ),
    ),
    min_size=3,
    max_size=10,
)


def run(model: Any, operation: str, rng: np.random.Generator, full: bool = False) -> None:
    """Do something to a model; if `full`, its updates look at all rows."""
    action, _, what = operation.partition(" ")
    a, b = model.neuron_populations.values()
    (s,) = model.synapse_populations.values()
    if action == "update":
        for variable in s.vars.values() if full else ():
            variable.buffer.touch()
        model.custom_update(what)
    elif action == "steps":
        steps(model, int(what))
    elif action == "inputs":
        for group, size in ((a, PRE), (b, POST)):
            pushed(
                group,
                "x",
                rng.choice([-1.0, -0.0, 0.25, 1.0], (BATCH, size), p=[0.2, 0.5, 0.2, 0.1]),
            )
    elif action == "push":
        # some rows alone, into the view, which is pulled first
        s.vars[what].pull_from_device()
        rows = rng.random((BATCH, PRE)) < 0.2
        view = s.vars[what].view.reshape(BATCH, PRE, POST)
        view[rows] = rng.choice(SPECIAL, (rows.sum(), POST))
        s.vars[what].push_to_device()
    elif action == "zeros":
        pushed(s, "dG", 0.0)
    else:
        model.unload()
        model.load()


@pytest.mark.parametrize("kind", a_few(CODE))
@given(operations=OPERATIONS, seed=st.integers(0, 1000), threads=st.sampled_from([1, 2]))
@examples(60, 1000)
def test_leaving_out_rows_changes_no_bit(
    kind: str, operations: list[str], seed: int, threads: int
) -> None:
    engine.set_num_threads(threads)
    model = loaded(kind)
    states: dict[bool, list[dict[str, bytes]]] = {False: [], True: []}
    for full, found in states.items():
        rng = np.random.default_rng(seed)
        for operation in ["unload", "inputs", "steps 2", *operations, "update gather"]:
            run(model, operation, rng, full)
            found.append(state(model))
    assert states[False] == states[True]


def test_the_record_holds_the_rows_of_neurons_with_events() -> None:
    model = loaded("events")
    run(model, "unload", np.random.default_rng())
    (s,) = model.synapse_populations.values()
    record = s.vars["dG"].buffer.touched.arrays[1]
    assert record.all()
    model.custom_update("gather")
    assert not record.any()
    asks = np.arange(BATCH * PRE).reshape(BATCH, PRE) % 4 == 0
    pushed(model.neuron_populations["A"], "x", np.where(asks, -1.0, 0.0))
    pushed(model.neuron_populations["B"], "x", 1.0)
    steps(model, 2)
    model.flush()
    np.testing.assert_array_equal(record, asks)
    # Nothing else is read.
    s.vars["dG"].buffer.device[~np.repeat(asks, POST, axis=1)] = 100.0
    model.custom_update("gather")
    sums = pulled(model.custom_updates["gather"], "Sum").reshape(PRE, POST)
    np.testing.assert_array_equal(sums, np.repeat(-asks.sum(axis=0)[:, np.newaxis], POST, axis=1))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, {"gather", "mean", "both", "clear", "copy", "twice"}),
        ({"connectivity": "SPARSE"}, set()),
        ({"batch_size": 1}, set()),
    ],
)
def test_which_updates_leave_out_rows(options: dict[str, Any], expected: set[str]) -> None:
    model = added("events", **options)
    left_out = touched_rows.note_touched_rows(model)
    assert {name for name, variables in left_out.items() if variables} == expected


def test_what_no_update_clears_has_no_record() -> None:
    model = added("events")
    for name in ("gather", "both", "clear", "twice"):
        del model.custom_updates[name]
    assert not any(touched_rows.note_touched_rows(model).values())
    assert model.synapse_populations["S"].vars["dG"].buffer.touched is None
