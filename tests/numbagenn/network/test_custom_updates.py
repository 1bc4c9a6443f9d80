"""Custom updates: what they see, what they change, and what they leave alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import numbagenn as engine
from numbagenn import CustomUpdateVarAccess, VarAccess, VarAccessMode
from tests.numbagenn.networks import (
    FLUSH,
    PIXEL,
    add_cells,
    add_reset,
    connect,
    new_model,
    pulled,
    pushed,
    steps,
)

N = 4


@pytest.fixture(autouse=True)
def threads() -> Iterator[None]:
    yield
    engine.set_num_threads(None)


def update_model(code: str, *references: tuple[Any, ...], **parts: Any) -> Any:
    return engine.create_custom_update_model(
        "test", var_refs=list(references), update_code=code, **parts
    )


def add(model: Any, name: str, update: Any, group: str = "G", **given: Any) -> Any:
    return model.add_custom_update(
        name, group, update, given.pop("params", {}), given.pop("own", {}), given
    )


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("batch_size", [1, 5])
def test_reset_reaches_every_neuron_of_every_batch_element(batch_size: int, number: int) -> None:
    engine.set_num_threads(number)
    model = new_model("reset", batch_size)
    pops = [add_cells(model, "A", N), add_cells(model, "B", 2)]
    add_reset(model)
    model.build()
    model.load()
    for pop in pops:
        for name in ("V", "count"):
            pushed(
                pop, name, np.arange(1, pop.vars[name].view.size + 1).reshape(-1, pop.num_neurons)
            )
    model.custom_update("Reset")
    for pop in pops:
        # The host still has what was pushed.
        assert pop.vars["V"].values.all()
        assert not pulled(pop, "V").any()
        assert not pulled(pop, "count").any()


def test_groups_run_by_themselves() -> None:
    model = new_model("groups")
    a, b = add_cells(model, "A", N), add_cells(model, "B", N)
    up = update_model("V += 1.0;", ("V", "scalar"))
    first = add(model, "first", up, "One", V=engine.create_var_ref(a, "V"))
    add(model, "second", up, "Two", V=engine.create_var_ref(b, "V"))
    add(model, "third", up, "Two", V=engine.create_var_ref(b, "V"))
    assert first.update_group_name == "One"
    assert set(model.custom_updates) == {"first", "second", "third"}
    model.build()
    model.load()
    model.custom_update("One")
    assert (pulled(a, "V")[0], pulled(b, "V")[0]) == (1, 0)
    model.custom_update("Two")
    assert (pulled(a, "V")[0], pulled(b, "V")[0]) == (1, 2)


@pytest.mark.parametrize("batch_size", [1, 3])
def test_what_code_sees(batch_size: int) -> None:
    model = new_model("sees", batch_size)
    model.dt = 0.5
    a, b = add_cells(model, "A", N), add_cells(model, "B", 3)
    weights = engine.create_weight_update_model("w", vars=[("g", "scalar")], pre_spike_syn_code="")
    sg = model.add_synapse_population(
        "S", "DENSE", a, b, engine.init_weight_update(weights, {}, {"g": 0.0}),
        engine.init_postsynaptic("DeltaCurr"),
    )  # fmt: skip
    add(
        model, "neurons",
        update_model(
            "V = id + 10 * num_neurons + 100 * batch + 1000 * num_batch + 10000 * t + 100000 * dt;",
            ("V", "scalar"),
        ),
        V=engine.create_var_ref(a, "V"),
    )  # fmt: skip
    add(
        model, "synapses",
        update_model(
            "g = id_syn + 100 * id_pre + 1000 * id_post + 10000 * num_pre + 100000 * num_post "
            "+ 1000000 * batch;",
            ("g", "scalar"),
        ),
        g=engine.create_wu_var_ref(sg, "g"),
    )  # fmt: skip
    model.build()
    model.load()
    steps(model, 4)
    model.custom_update("G")
    batch = np.arange(batch_size)[:, None]
    expected = np.arange(N) + 10 * N + 100 * batch + 1000 * batch_size + 10000 * 2 + 50000
    # t is the time of the next step.
    assert np.atleast_2d(pulled(a, "V")).tolist() == expected.tolist()
    pre, post = np.divmod(np.arange(N * 3), 3)
    expected = np.arange(N * 3) + 100 * pre + 1000 * post + 10000 * N + 300000 + 1000000 * batch
    assert np.atleast_2d(pulled(sg, "g")).tolist() == expected.tolist()


@pytest.mark.parametrize("batch_size", [1, 3])
def test_own_variables_and_parameters(batch_size: int) -> None:
    update = update_model(
        "seen = V; total += k * V + twice + one; calls++;",
        ("V", "scalar", VarAccessMode.READ_ONLY),
        params=["k"],
        derived_params=[("twice", lambda pars, dt: 2 * pars["k"] * dt)],
        vars=[
            ("seen", "scalar"),
            ("total", "double"),
            ("calls", "unsigned int"),
            ("one", "scalar", CustomUpdateVarAccess.READ_ONLY_SHARED_NEURON),
        ],
    )
    model = new_model("own", batch_size)
    a = add_cells(model, "A", N)
    own = add(
        model, "U", update, params={"k": 3.0}, V=engine.create_var_ref(a, "V"),
        own={"seen": 0.0, "total": [1, 2, 3, 4], "calls": 0, "one": 0.25},
    )  # fmt: skip
    assert own.vars["seen"].view is None
    model.build()
    model.load()
    shape = (batch_size, N) if batch_size > 1 else (N,)
    assert own.vars["total"].view.shape == shape
    assert own.vars["one"].view.shape == ((batch_size, 1) if batch_size > 1 else (1,))
    voltage = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    pushed(a, "V", voltage)
    model.custom_update("G")
    model.custom_update("G")
    np.testing.assert_array_equal(pulled(own, "seen"), voltage)
    assert (pulled(own, "calls") == 2).all()
    np.testing.assert_array_equal(
        pulled(own, "total"), np.arange(1, 5) + 2 * (3.0 * voltage + 6.0 + 0.25)
    )
    np.testing.assert_array_equal(pulled(a, "V"), voltage)


def test_variables_of_an_update_are_read_by_another() -> None:
    model = new_model("chain", 2)
    a = add_cells(model, "A", N)
    keep = update_model(
        "seen = V;", ("V", "scalar", VarAccessMode.READ_ONLY), vars=[("seen", "scalar")]
    )
    own = add(model, "keep", keep, "Keep", V=engine.create_var_ref(a, "V"), own={"seen": 0})
    give = update_model("V = seen + 1.0;", ("V", "scalar"), ("seen", "scalar"))
    add(
        model, "give", give, "Give",
        V=engine.create_var_ref(a, "V"), seen=engine.create_var_ref(own, "seen"),
    )  # fmt: skip
    model.build()
    model.load()
    pushed(a, "V", [[1, 2, 3, 4], [5, 6, 7, 8]])
    model.custom_update("Keep")
    pushed(a, "V", 0.0)
    model.custom_update("Give")
    assert pulled(a, "V").tolist() == [[2, 3, 4, 5], [6, 7, 8, 9]]


def test_references_reach_everything_that_has_variables() -> None:
    model = new_model("reach", 2)
    a, b = add_cells(model, "A", N), add_cells(model, "B", 3)
    source = model.add_current_source("in", PIXEL, a, {}, {"magnitude": 0.5})
    leak = engine.create_postsynaptic_model("leak", vars=[("x", "scalar")], sim_code="x += inSyn;")
    sg = connect(model, a, b, np.ones(N * 3), engine.init_postsynaptic(leak, {}, {"x": 1.0}))
    halve = update_model("x = 0.5 * x;", ("x", "scalar"))
    for name, reference in {
        "source": engine.create_var_ref(source, "magnitude"),
        "psm": engine.create_psm_var_ref(sg, "x"),
        "out_post": engine.create_out_post_var_ref(sg),
    }.items():
        add(model, name, halve, x=reference)
    model.build()
    model.load()
    sg.out_post.view[:] = 8.0
    sg.out_post.push_to_device()
    model.custom_update("G")
    sg.out_post.pull_from_device()
    sg.psm_vars["x"].pull_from_device()
    assert (pulled(source, "magnitude") == 0.25).all()
    assert (sg.psm_vars["x"].view == 0.5).all()
    assert (sg.out_post.view == 4.0).all()


def test_weights_that_are_shared_are_updated_once() -> None:
    model = new_model("shared", 3)
    a, b = add_cells(model, "A", N), add_cells(model, "B", 3)
    sg = connect(model, a, b, np.arange(N * 3))
    grow = update_model("g += 1.0 + 10.0 * batch + 100.0 * (num_batch - 1);", ("g", "scalar"))
    add(model, "grow", grow, g=engine.create_wu_var_ref(sg, "g"))
    model.build()
    model.load()
    model.custom_update("G")
    # There is one copy of READ_ONLY variables, and code of an update may write it.
    assert pulled(sg, "g").tolist() == list(range(1, 13))


def test_a_shared_variable_is_read_by_an_update_of_the_whole_batch() -> None:
    cell = engine.create_neuron_model(
        "cell",
        vars=[("V", "scalar"), ("rest", "scalar", VarAccess.READ_ONLY)],
        sim_code="V = 5.0;",
    )
    model = new_model("rest", 3)
    a = model.add_neuron_population("A", N, cell, {}, {"V": 0.0, "rest": range(N)})
    back = update_model("V = rest;", ("V", "scalar"), ("rest", "scalar", VarAccessMode.READ_ONLY))
    references = {name: engine.create_var_ref(a, name) for name in ("V", "rest")}
    add(model, "back", back, **references)
    model.build()
    model.load()
    model.step_time()
    model.custom_update("G")
    assert pulled(a, "V").tolist() == [list(range(N))] * 3


@pytest.mark.parametrize("number", [1, 3])
def test_large_updates_are_shared_between_threads(number: int) -> None:
    engine.set_num_threads(number)
    model = new_model("large", 16)
    a = model.add_neuron_population(
        "A", 20_000, engine.create_neuron_model("x", vars=[("V", "scalar")]), {}, {"V": 0.0}
    )
    add(
        model,
        "U",
        update_model("V += id + batch;", ("V", "scalar")),
        V=engine.create_var_ref(a, "V"),
    )
    model.build()
    model.load()
    model.custom_update("G")
    expected = np.arange(20_000) + np.arange(16)[:, None]
    np.testing.assert_array_equal(pulled(a, "V"), expected.astype(np.float32))


def test_empty_code_does_nothing() -> None:
    model = new_model("empty")
    a = add_cells(model, "A", N)
    add(model, "U", update_model("", ("V", "scalar")), V=engine.create_var_ref(a, "V"))
    model.build()
    model.load()
    pushed(a, "V", 0.5)
    model.custom_update("G")
    assert (pulled(a, "V") == 0.5).all()


# Spikes in flight ----------------------------------------------------------------------------


def in_flight(batch_size: int = 1) -> tuple[Any, Any, Any]:
    model = new_model("flight", batch_size)
    a, b = add_cells(model, "A", N), add_cells(model, "B", 2, threshold=100.0)
    c = add_cells(model, "C", 1, threshold=100.0)
    synapses = connect(model, a, b, np.ones((N, 2)))
    connect(model, a, c, np.ones((N, 1)))
    add_reset(model)
    add(
        model, "flush", FLUSH, "Flush",
        num_spikes=engine.create_src_spike_count_var_ref(synapses),
    )  # fmt: skip
    model.build()
    model.load()
    pushed(a, "V", 2.0)
    model.step_time()
    return model, b, c


@pytest.mark.parametrize("batch_size", [1, 3])
def test_spikes_in_flight_survive_a_reset(batch_size: int) -> None:
    model, b, c = in_flight(batch_size)
    model.custom_update("Reset")
    model.step_time()
    assert (pulled(b, "V") == N).all()
    assert (pulled(c, "V") == N).all()


@pytest.mark.parametrize("batch_size", [1, 3])
def test_spikes_in_flight_are_removed_by_their_count(batch_size: int) -> None:
    model, b, c = in_flight(batch_size)
    model.custom_update("Flush")
    model.step_time()
    # To all targets of the population.
    assert not pulled(b, "V").any()
    assert not pulled(c, "V").any()
    # Once: later spikes arrive.
    pushed(model.neuron_populations["A"], "V", 2.0)
    steps(model, 2)
    assert (pulled(b, "V") == N).all()


def test_pushing_and_pulling_leave_spikes_in_flight() -> None:
    model, b, _ = in_flight()
    pushed(model.neuron_populations["A"], "V", 0.0)
    pushed(b, "V", 0.0)
    model.timestep = 0
    model.step_time()
    assert (pulled(b, "V") == N).all()


def test_number_of_spikes_in_flight_can_be_read() -> None:
    model = new_model("number", 2)
    a, b = add_cells(model, "A", N), add_cells(model, "B", 2)
    synapses = connect(model, a, b, np.zeros(N * 2))
    read = update_model(
        "seen = k;", ("k", "uint32_t", VarAccessMode.READ_ONLY), vars=[("seen", "unsigned int")]
    )
    own = add(model, "U", read, own={"seen": 0}, k=engine.create_src_spike_count_var_ref(synapses))
    model.build()
    model.load()
    pushed(a, "V", [[2, 0, 2, 0], [2, 2, 0, 2]])
    model.step_time()
    model.custom_update("G")
    assert pulled(own, "seen").ravel().tolist() == [2, 3]


def test_spike_times_can_be_read_and_set() -> None:
    model = new_model("times")
    a = add_cells(model, "A", N)
    shift = update_model("last += 0.5; V = last;", ("last", "timepoint"), ("V", "scalar"))
    add(
        model, "U", shift,
        last=engine.create_spike_time_var_ref(a), V=engine.create_var_ref(a, "V"),
    )  # fmt: skip
    model.build()
    model.load()
    low = np.finfo(np.float32).min
    assert (a.spike_times.view == low).all() or not a.spike_times.view.any()
    model.step_time()
    pushed(a, "V", [0.0, 2.0, 0.0, 2.0])
    model.step_time()
    a.spike_times.pull_from_device()
    assert a.spike_times.values.tolist() == [low, 1.0, low, 1.0]
    model.custom_update("G")
    assert pulled(a, "V").tolist() == [low, 1.5, low, 1.5]
