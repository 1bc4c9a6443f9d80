"""Custom updates of sparse synapses, and of variables that are kept for later steps."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import numbagenn as engine
from numbagenn import CustomUpdateVarAccess as Access
from numbagenn import VarAccess, VarAccessMode, create_var_ref, create_wu_var_ref
from numbagenn.runtime import loaded_model
from tests import a_few
from tests.numbagenn.networks import add_cells, new_model, pulled, pushed

PRE, POST, DELAY = 5, 4, 3
# Given in no order.
WHERE = (np.array([4, 0, 2, 0, 4, 4, 1]), np.array([1, 3, 0, 0, 2, 0, 3]))
COUNT = len(WHERE[0])
ORDER = np.lexsort(WHERE[::-1])

CELL = engine.create_neuron_model(
    "cell", vars=[("V", "scalar")], sim_code="V += 1.0;", threshold_condition_code="V > 1000.0"
)
WEIGHT = engine.create_weight_update_model(
    "weight",
    vars=[("g", "scalar", VarAccess.READ_ONLY), ("w", "scalar")],
    pre_neuron_var_refs=[("V_pre", "scalar", VarAccessMode.READ_ONLY)],
    synapse_dynamics_code="addToPost(V_pre * g);",
)
PLACE = engine.create_custom_update_model(
    "place",
    vars=[("seen", "scalar"), ("start", "scalar")],
    var_refs=[("w", "scalar")],
    update_code="w = id_pre + 10 * id_post + 100 * num_pre + 1000 * num_post + 10000 * batch; "
    "seen = w + start;",
)
REDUCE = engine.create_custom_update_model(
    "reduce",
    vars=[("largest", "scalar", Access.REDUCE_BATCH_MAX)],
    var_refs=[("w", "scalar", VarAccessMode.READ_ONLY), ("g", "scalar", VarAccessMode.REDUCE_SUM)],
    update_code="largest = w; g = w;",
)
SHIFT = engine.create_custom_update_model(
    "shift", var_refs=[("V", "scalar")], update_code="V = 100.0 * (batch + 1) + id;"
)
LEVEL = engine.create_custom_update_model(
    "level",
    var_refs=[("V", "scalar", VarAccessMode.BROADCAST)],
    update_code="V = 50.0 * (batch + 1) + id;",
)
LOOK = engine.create_custom_update_model(
    "look",
    vars=[("total", "scalar", Access.REDUCE_NEURON_SUM)],
    var_refs=[("V", "scalar", VarAccessMode.READ_ONLY)],
    update_code="total = V;",
)


@pytest.fixture(autouse=True)
def threads() -> Iterator[None]:
    yield
    engine.set_num_threads(None)


@cache
def network(batch_size: int) -> SimpleNamespace:
    model = new_model("updates", batch_size)
    a = model.add_neuron_population("A", PRE, CELL, {}, {"V": 0.0})
    b = model.add_neuron_population("B", POST, CELL, {}, {"V": 0.0})
    weights = engine.init_weight_update(
        WEIGHT, {}, {"g": 0.0, "w": 0.0}, pre_var_refs={"V_pre": create_var_ref(a, "V")}
    )
    s = model.add_synapse_population(
        "S", "SPARSE", a, b, weights, engine.init_postsynaptic("DeltaCurr")
    )
    s.set_sparse_connections(*WHERE)
    s.axonal_delay_steps = DELAY
    parts = SimpleNamespace(model=model, a=a, b=b, s=s)

    def add(name: str, update: Any, own: Any, **references: Any) -> None:
        setattr(parts, name, model.add_custom_update(name, name, update, {}, own, references))

    w, g, voltage = create_wu_var_ref(s, "w"), create_wu_var_ref(s, "g"), create_var_ref(a, "V")
    add("place", PLACE, {"seen": 0.0, "start": np.arange(COUNT) / 8}, w=w)
    add("reduce", REDUCE, {"largest": 0.0}, w=w, g=g)
    add("shift", SHIFT, {}, V=voltage)
    add("level", LEVEL, {}, V=voltage)
    add("look", LOOK, {"total": 0.0}, V=voltage)
    model.build()
    model.load()
    return parts


@pytest.mark.slow
@pytest.mark.parametrize("number", [1, 7])
@pytest.mark.parametrize("batch_size", [1, 3])
def test_every_synapse_knows_its_place(
    batch_size: int, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loaded_model, "_ELEMENTS_PER_PART", 1)
    engine.set_num_threads(number)
    parts = network(batch_size)
    assert parts.place.synapse_group is parts.s
    parts.model.custom_update("place")
    pre, post = (ends[ORDER] for ends in WHERE)
    batch = np.arange(batch_size)[:, None] if batch_size > 1 else 0
    expected = pre + 10 * post + 100 * PRE + 1000 * POST + 10000 * batch
    assert pulled(parts.s, "w").tolist() == expected.tolist()
    # What an update owns is initialised in the order in which the connections were given.
    assert pulled(parts.place, "seen").tolist() == (expected + ORDER / 8).tolist()


@pytest.mark.parametrize("batch_size", a_few([3, 1]))
def test_sparse_weights_are_reduced_over_the_batch(batch_size: int) -> None:
    parts = network(batch_size)
    shape = (batch_size, COUNT) if batch_size > 1 else (COUNT,)
    values = np.random.default_rng(1).standard_normal(shape).astype(np.float32)
    pushed(parts.s, "w", values)
    parts.model.custom_update("reduce")
    rows = values.reshape(batch_size, COUNT)
    assert pulled(parts.s, "g").tolist() == np.cumsum(rows, axis=0)[-1].tolist()
    assert pulled(parts.reduce, "largest").tolist() == rows.max(axis=0).tolist()


@pytest.mark.parametrize("batch_size", [1, 3])
@pytest.mark.parametrize("done", range(DELAY + 2))
def test_updates_write_the_last_step_or_all(batch_size: int, done: int) -> None:
    parts = network(batch_size)
    model, a = parts.model, parts.a
    model.unload()
    model.load()
    for _ in range(done):
        model.step_time()
    slots = DELAY + 1
    number = np.arange(batch_size)[:, None] if batch_size > 1 else np.zeros((), int)
    ids = np.arange(PRE)
    before = pulled(a, "V")
    model.custom_update("shift")
    after = pulled(a, "V")
    shifted = 100.0 * (number + 1) + ids
    assert (a.vars["V"].current_values == shifted).all()
    others = [slot for slot in range(slots) if slot != done % slots]
    assert (after[..., others, :] == before[..., others, :]).all()
    model.custom_update("look")
    assert (pulled(parts.look, "total").ravel() == shifted.sum(axis=-1).ravel()).all()
    model.custom_update("level")
    level = 50.0 * (number + 1) + ids
    assert (pulled(a, "V") == level[..., None, :]).all()
    # The next step goes on from there.
    model.step_time()
    a.vars["V"].pull_from_device()
    assert (a.vars["V"].current_values == level + 1).all()


def test_sparse_weights_cannot_be_transposed() -> None:
    model = new_model("both")
    a = model.add_neuron_population("A", PRE, CELL, {}, {"V": 0.0})
    groups = []
    for name, kind in (("S", "SPARSE"), ("D", "DENSE")):
        weights = engine.init_weight_update("StaticPulse", {}, {"g": 0.0})
        groups.append(
            model.add_synapse_population(
                name, kind, a, a, weights, engine.init_postsynaptic("DeltaCurr")
            )
        )
    for one, other in (groups, groups[::-1]):
        with pytest.raises(
            RuntimeError, match="on DENSE synapses: synapse population 'S' is SPARSE"
        ):
            create_wu_var_ref(one, "g", other, "g")


@pytest.mark.parametrize("kind", ["DENSE", "SPARSE"])
def test_one_value_for_all_synapses_is_updated_once(kind: str) -> None:
    shared = engine.create_weight_update_model(
        "shared",
        vars=[("g", "scalar", VarAccess.READ_ONLY_SHARED_NEURON)],
        pre_spike_syn_code="addToPost(g);",
    )
    count = engine.create_custom_update_model(
        "count", var_refs=[("g", "scalar")], update_code="g += 1.0;"
    )
    model = new_model("once")
    a = model.add_neuron_population("A", PRE, CELL, {}, {"V": 0.0})
    weights = engine.init_weight_update(shared, {}, {"g": 0.0})
    s = model.add_synapse_population(
        "S", kind, a, a, weights, engine.init_postsynaptic("DeltaCurr")
    )
    if kind == "SPARSE":
        s.set_sparse_connections(*WHERE)
    model.add_custom_update("U", "U", count, {}, {}, {"g": create_wu_var_ref(s, "g")})
    model.build()
    model.load()
    model.custom_update("U")
    assert pulled(s, "g").tolist() == [1.0]


@pytest.mark.parametrize("matrix", ["DENSE", "SPARSE"])
def test_an_update_of_one_value_for_all_synapses_has_one_value_of_its_own(matrix: str) -> None:
    model = new_model("one_value", 1)
    cells = add_cells(model, "Cells", 3)
    weighted = engine.create_weight_update_model(
        "weighted",
        vars=[("g", "scalar", VarAccess.READ_ONLY_SHARED_NEURON)],
        pre_spike_syn_code="addToPost(g);",
    )
    connectivity = engine.init_sparse_connectivity("OneToOne") if matrix == "SPARSE" else None
    synapses = model.add_synapse_population(
        "Synapses",
        matrix,
        cells,
        cells,
        engine.init_weight_update(weighted, {}, {"g": 2.0}),
        engine.init_postsynaptic("DeltaCurr"),
        connectivity,
    )
    grown = engine.create_custom_update_model(
        "grown", vars=[("x", "scalar")], var_refs=[("g", "scalar")], update_code="x += g;"
    )
    reference = {"g": create_wu_var_ref(synapses, "g")}
    update = model.add_custom_update("Grow", "G", grown, {}, {"x": 1.0}, reference)
    model.build()
    model.load()
    model.custom_update("G")
    update.vars["x"].pull_from_device()
    assert update.vars["x"].values.tolist() == [3.0]
