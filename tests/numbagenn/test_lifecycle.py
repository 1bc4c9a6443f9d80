"""The life of a model: built, loaded, stepped, unloaded; what is on the host and on the device."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import numbagenn as engine
from numbagenn import VarAccess
from numbagenn.language.code_strings import CodeStringError
from tests.numbagenn.networks import (
    FLUSH,
    INTEGRATE_AND_FIRE,
    PIXEL,
    START,
    add_cells,
    add_reset,
    connect,
    new_model,
    pulled,
    pushed,
    steps,
)

N, M = 5, 3
WEIGHTS = np.linspace(-0.5, 1.0, N * M, dtype=np.float32)
MAGNITUDES = np.array([0.0, 0.25, 0.5, 0.75, 1.5], np.float32)


FAILING = engine.create_neuron_model("failing", sim_code="assert(t < 0.0);")


def network(batch_size: int = 1, timing: bool = False, fails: bool = False) -> Any:
    """Return a two-layer network that is built; if it `fails`, every step raises when it is run."""
    model = new_model("lifecycle", batch_size)
    model.timing_enabled = timing
    a, b = add_cells(model, "A", N), add_cells(model, "B", M)
    model.add_current_source("in", PIXEL, a, {}, {"magnitude": MAGNITUDES})
    synapses = connect(model, a, b, WEIGHTS)
    add_reset(model)
    if fails:
        model.add_neuron_population("C", 1, FAILING, {}, {})
    reference = {"num_spikes": engine.create_src_spike_count_var_ref(synapses)}
    model.add_custom_update("A_flush", "Flush", FLUSH, {}, {}, reference)
    a.spike_recording_enabled = b.spike_recording_enabled = True
    model.build()
    return model


def parts(model: Any) -> tuple[Any, Any, Any]:
    pops = model.neuron_populations
    return pops["A"], pops["B"], model.current_sources["in"]


@pytest.fixture
def model() -> Any:
    result = network()
    result.load(num_recording_timesteps=4)
    return result


def state(model: Any) -> dict[str, np.ndarray]:
    return {
        f"{name} {key}": pulled(pop, key)
        for name, pop in model.neuron_populations.items()
        for key in ("V", "count")
    }


def assert_same(found: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> None:
    assert found.keys() == expected.keys()
    for key, values in expected.items():
        np.testing.assert_array_equal(found[key], values, err_msg=key)


# Life ----------------------------------------------------------------------------------------


def test_a_description_is_neither_built_nor_loaded() -> None:
    model = new_model()
    pop = add_cells(model, "A", N)
    assert model.num_neurons == N
    assert (model.batch_size, model.dt, model.seed, model.timing_enabled) == (1, 1.0, 0, False)
    assert engine.GeNNModel().dt == 0.5
    assert pop.vars["V"].view is None
    assert pop.vars["V"].current_view is None
    assert "not built" in repr(model)
    assert "not loaded" in repr(pop.vars["V"])
    model.build()
    assert pop.vars["V"].view is None
    model.load()
    assert pop.vars["V"].view.shape == (N,)
    assert "loaded" in repr(model)


def test_clock_counts_steps(model: Any) -> None:
    assert (model.timestep, model.t) == (0, 0.0)
    for number in range(1, 5):
        model.step_time()
        assert (model.timestep, model.t) == (number, float(number))
    model.timestep = 10
    assert model.t == 10.0
    model.step_time()
    assert model.timestep == 11


def test_clock_in_code_is_the_clock_of_the_model() -> None:
    clock = engine.create_neuron_model(
        "clock",
        vars=[("T", "timepoint"), ("D", "timepoint"), ("ids", "unsigned int"), ("b", "int")],
        sim_code="T = t; D = dt; ids = id + num_neurons * 100; b = batch + 10 * num_batch;",
    )
    model = engine.GeNNModel("float", "clock", time_precision="double")
    model.dt = 0.1
    model.batch_size = 2
    pop = model.add_neuron_population("A", 3, clock, {}, {"T": -1, "D": 0, "ids": 0, "b": 0})
    model.build()
    model.load()
    steps(model, 3)
    assert pulled(pop, "T").dtype == np.float64
    assert (pulled(pop, "T") == 0.2).all()
    assert (pulled(pop, "D") == 0.1).all()
    assert pulled(pop, "ids").tolist() == [[300, 301, 302]] * 2
    assert pulled(pop, "b").tolist() == [[20] * 3, [21] * 3]
    model.timestep = 1000
    model.step_time()
    assert (pulled(pop, "T") == 1000 * 0.1).all()


def test_unload_drops_everything_and_load_starts_afresh(model: Any) -> None:
    a, b, source = parts(model)
    steps(model, 7)
    expected = state(model)
    pushed(source, "magnitude", 9.0)
    model.step_time()
    model.unload()
    for pop in (a, b):
        for variable in pop.vars.values():
            assert variable.view is variable._view is variable._array is None
    assert model._runtime is None
    assert not model._loaded
    with pytest.raises(RuntimeError, match="loaded"):
        _ = model.t

    model.load(num_recording_timesteps=2)
    assert (model.timestep, model.t, model.neuron_update_time) == (0, 0.0, 0.0)
    np.testing.assert_array_equal(source.vars["magnitude"].values, MAGNITUDES)
    assert not a.vars["V"].values.any()
    steps(model, 7)
    assert_same(state(model), expected)


def test_spikes_in_flight_do_not_survive_unloading(model: Any) -> None:
    _, b, source = parts(model)
    pushed(source, "magnitude", 9.0)
    model.step_time()
    model.unload()
    model.load(num_recording_timesteps=1)
    pushed(source, "magnitude", 0.0)
    steps(model, 2)
    assert not pulled(b, "V").any()


def test_steps_that_wait_are_dropped_by_unload(model: Any) -> None:
    steps(model, 3)
    model.unload()
    model.load(num_recording_timesteps=1)
    assert model.timestep == 0
    assert not pulled(parts(model)[0], "V").any()


def test_two_models_of_one_description_are_independent() -> None:
    one, other = network(), network()
    assert one._kernels is other._kernels
    one.load(4)
    other.load(4)
    pushed(parts(one)[2], "magnitude", 0.0)
    steps(one, 3)
    steps(other, 3)
    assert not pulled(parts(one)[0], "V").any()
    assert pulled(parts(other)[0], "V").any()


def test_flushing_a_model_that_is_not_loaded_does_nothing() -> None:
    new_model().flush()


# Timers --------------------------------------------------------------------------------------

TIMERS = (
    "init_time",
    "init_sparse_time",
    "neuron_update_time",
    "presynaptic_update_time",
    "postsynaptic_update_time",
    "synapse_dynamics_time",
)


@pytest.mark.parametrize("batch_size", [1, 3])
def test_timers_change_no_result(batch_size: int) -> None:
    results = []
    for timing in (False, True):
        model = network(batch_size, timing)
        model.load(num_recording_timesteps=10)
        steps(model, 6)
        model.custom_update("Reset")
        steps(model, 4)
        times = {name: getattr(model, name) for name in TIMERS}
        times["reset"] = model.get_custom_update_time("Reset")
        assert all(isinstance(value, float) and value >= 0 for value in times.values())
        working = {"init_time", "neuron_update_time", "presynaptic_update_time", "reset"}
        assert {name for name, value in times.items() if value > 0} == (
            working if timing else set()
        )
        assert model.get_custom_update_time("Flush") == 0.0
        model.step_time()
        assert (model.neuron_update_time > times["neuron_update_time"]) == timing
        model.pull_recording_buffers_from_device()
        spikes = [
            column
            for pop in model.neuron_populations.values()
            for batch in pop.spike_recording_data
            for column in batch
        ]
        results.append((state(model), spikes))
    assert_same(results[0][0], results[1][0])
    for one, other in zip(results[0][1], results[1][1], strict=True):
        np.testing.assert_array_equal(one, other)


# Host and device -----------------------------------------------------------------------------


def test_a_host_write_is_invisible_until_it_is_pushed(model: Any) -> None:
    a, _, source = parts(model)
    source.vars["magnitude"].view[:] = 0.125
    model.step_time()
    np.testing.assert_array_equal(pulled(a, "V"), np.where(MAGNITUDES >= 1, 0, MAGNITUDES))
    source.vars["magnitude"].push_to_device()
    before = a.vars["V"].values
    model.step_time()
    np.testing.assert_array_equal(pulled(a, "V"), before + np.float32(0.125))


def test_a_device_change_is_invisible_until_it_is_pulled(model: Any) -> None:
    variable = parts(model)[0].vars["V"]
    view = variable.view
    steps(model, 2)
    model.flush()
    assert not view.any()
    assert not variable.values.any()
    variable.pull_from_device()
    assert view.any()
    assert variable.view is view


def test_a_pull_overwrites_what_was_not_pushed(model: Any) -> None:
    variable = parts(model)[0].vars["V"]
    variable.values = 7.0
    variable.pull_from_device()
    assert not variable.values.any()


def test_pushing_one_variable_leaves_the_others(model: Any) -> None:
    a, _, _ = parts(model)
    a.vars["V"].values = 0.5
    a.vars["count"].values = 3
    a.vars["V"].push_to_device()
    a.vars["count"].pull_from_device()
    assert not a.vars["count"].values.any()
    assert (pulled(a, "V") == 0.5).all()


def test_view_is_live_and_values_are_copies(model: Any) -> None:
    variable = parts(model)[0].vars["V"]
    variable.view[1] = 2.5
    assert variable.values[1] == 2.5
    copy = variable.values
    copy[:] = 9.0
    assert variable.values[1] == 2.5
    assert variable.current_view is variable.view
    np.testing.assert_array_equal(variable.current_values, variable.values)
    with pytest.raises(AttributeError):
        variable.view = copy
    with pytest.raises(AttributeError):
        variable.current_values = copy
    variable.values = copy
    assert (variable.view == 9.0).all()
    variable.values = list(range(N))
    assert variable.values.tolist() == list(range(N))
    variable.values = np.ones((1, N))
    assert variable.values.tolist() == [1.0] * N


def observe_pull(model: Any) -> None:
    parts(model)[0].vars["count"].pull_from_device()


def observe_push(model: Any) -> None:
    parts(model)[1].vars["V"].push_to_device()


def observe_update(model: Any) -> None:
    model.custom_update("Flush")


def observe_recording(model: Any) -> None:
    model.pull_recording_buffers_from_device()


def observe_timer(model: Any) -> None:
    _ = model.neuron_update_time


def observe_clock(model: Any) -> None:
    model.timestep = model.timestep


@pytest.mark.parametrize(
    "observe",
    [observe_pull, observe_push, observe_update, observe_recording, observe_timer, observe_clock],
)
def test_steps_wait_until_something_could_see_them(observe: Callable[[Any], None]) -> None:
    model = network(fails=True)
    model.load(num_recording_timesteps=3)
    steps(model, 3)
    assert (model.timestep, model.t) == (3, 3.0)
    assert parts(model)[0].vars["V"].values.tolist() == [0.0] * N
    with pytest.raises(CodeStringError, match="Assertion failed"):
        observe(model)
    observe(model)
    assert model.timestep == 3


def test_steps_do_not_wait_for_ever(model: Any) -> None:
    failing = network(fails=True)
    failing.load(num_recording_timesteps=4)
    with pytest.raises(CodeStringError, match="Assertion failed"):
        steps(failing, 2500)
    steps(model, 2500)
    assert pulled(parts(model)[0], "count").tolist() == [0, 625, 1250, 1250, 2500]


def test_a_push_takes_effect_between_the_steps_around_it(model: Any) -> None:
    a, _, source = parts(model)
    pushed(source, "magnitude", 0.25)
    steps(model, 2)
    pushed(source, "magnitude", 0.125)
    steps(model, 3)
    assert pulled(a, "V").tolist() == [0.875] * N


# Shapes and initial values -------------------------------------------------------------------

SHAPES = {
    VarAccess.READ_WRITE: ((N,), (3, N)),
    VarAccess.READ_ONLY: ((N,), (N,)),
    VarAccess.READ_ONLY_DUPLICATE: ((N,), (3, N)),
    VarAccess.READ_ONLY_SHARED_NEURON: ((1,), (3, 1)),
}
TYPED = {"a": "scalar", "b": "unsigned int", "c": "bool", "d": "uint8_t", "e": "double"}


def shapes_model(batch_size: int) -> tuple[Any, Any]:
    own = [
        (f"{name}_{access.name}", ctype, access)
        for access in VarAccess
        for name, ctype in TYPED.items()
    ]
    reader = engine.create_neuron_model(
        "reader",
        vars=[*own, ("sum", "scalar")],
        sim_code="sum = " + " + ".join(f"a_{access.name}" for access in VarAccess) + ";",
    )
    model = new_model("shapes", batch_size)
    pop = model.add_neuron_population(
        "A", N, reader, {}, {name: 1 for name, *_ in own} | {"sum": 0.0}
    )
    return model, pop


@pytest.mark.parametrize("batch_size", [1, 3])
def test_shapes_and_types_of_variables(batch_size: int) -> None:
    model, pop = shapes_model(batch_size)
    model.build()
    model.load()
    for access, shapes in SHAPES.items():
        for name, ctype in TYPED.items():
            variable = pop.vars[f"{name}_{access.name}"]
            assert variable.view.shape == shapes[batch_size > 1]
            assert variable.view.dtype == engine.types.Precision().resolve(ctype).dtype
            assert (variable.values == 1).all()
    for number, access in enumerate(VarAccess):
        variable = pop.vars[f"a_{access.name}"]
        variable.values = np.arange(variable.view.size).reshape(variable.view.shape) * 10**number
        variable.push_to_device()
    model.step_time()
    rows = np.arange(batch_size * N).reshape(batch_size, N)
    expected = rows + 10 * np.arange(N) + 100 * rows + 1000 * np.arange(batch_size)[:, None]
    assert pulled(pop, "sum").tolist() == (expected if batch_size > 1 else expected[0]).tolist()


@pytest.mark.parametrize("batch_size", [1, 3])
def test_synapses_and_inputs_have_shapes_too(batch_size: int) -> None:
    shared = engine.create_weight_update_model(
        "shared",
        vars=[
            ("g", "scalar", VarAccess.READ_ONLY),
            ("w", "scalar"),
            ("k", "scalar", VarAccess.READ_ONLY_SHARED_NEURON),
        ],
        pre_spike_syn_code="addToPost(g + w + k); w += 1.0;",
    )
    keep = engine.create_postsynaptic_model(
        "keep", vars=[("seen", "scalar")], sim_code="seen = inSyn;"
    )
    model = new_model("synapses", batch_size)
    a, b = add_cells(model, "A", N), add_cells(model, "B", M)
    model.add_current_source("on", "DC", a, {"amp": 1.0})
    sg = model.add_synapse_population(
        "S", "DENSE", a, b,
        engine.init_weight_update(shared, {}, {"g": np.arange(N * M), "w": 0.0, "k": 100.0}),
        engine.init_postsynaptic(keep, {}, {"seen": 0.0}),
    )  # fmt: skip
    model.build()
    assert sg.out_post.view is None
    model.load()
    batches = (batch_size,) if batch_size > 1 else ()
    assert sg.vars["g"].view.shape == (N * M,)
    assert sg.vars["w"].view.shape == (*batches, N * M)
    assert sg.vars["k"].view.shape == (*batches, 1)
    assert sg.psm_vars["seen"].view.shape == (*batches, M)
    assert sg.out_post.view.shape == (batch_size, M)
    steps(model, 3)
    # All of A spiked in the first two steps that B has heard of.
    column = np.arange(N * M).reshape(N, M).sum(axis=0)
    sg.out_post.pull_from_device()
    expected = [list(2 * column + 2 * N * 100 + N)] * batch_size
    assert sg.out_post.view.tolist() == expected
    assert sg.out_post.values.tolist() == expected
    sg.psm_vars["seen"].pull_from_device()
    assert np.atleast_2d(sg.psm_vars["seen"].view).tolist() == expected
    assert (pulled(sg, "w") == 2).all()
    sg.out_post.view[:] = 0
    sg.out_post.push_to_device()
    model.step_time()
    sg.out_post.pull_from_device()
    assert sg.out_post.view.tolist() == [list(column + N * 102)] * batch_size


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.5, [0.5] * N),
        (np.float64(0.5), [0.5] * N),
        (np.array(0.5), [0.5] * N),
        (3, [3] * N),
        (True, [1] * N),
        (range(N), list(range(N))),
        ([5, 4, 3, 2, 1], [5, 4, 3, 2, 1]),
        (np.arange(N), list(range(N))),
        (engine.init_var("Constant", {"constant": 2.5}), [2.5] * N),
        (0.1, [float(np.float32(0.1))] * N),
    ],
)
@pytest.mark.parametrize("batch_size", [1, 3])
def test_initial_values(batch_size: int, value: Any, expected: list[float]) -> None:
    model, pop = shapes_model(batch_size)
    pop.vars["a_READ_WRITE"].set_init_values(value)
    pop.vars["sum"].set_init_values(7.0)
    model.build()
    model.load()
    found = pop.vars["a_READ_WRITE"].values
    assert found.tolist() == (expected if batch_size == 1 else [expected] * batch_size)
    # They are on the device as well.
    assert pulled(pop, "a_READ_WRITE").tolist() == found.tolist()
    assert (pulled(pop, "sum") == 7.0).all()


def test_initial_values_for_each_batch() -> None:
    model, pop = shapes_model(3)
    rows = np.arange(3 * N).reshape(3, N)
    pop.vars["a_READ_WRITE"].set_init_values(rows)
    pop.vars["a_READ_ONLY_DUPLICATE"].set_init_values(rows[:1])
    pop.vars["a_READ_ONLY_SHARED_NEURON"].set_init_values([[1], [2], [3]])
    model.build()
    model.load()
    assert pop.vars["a_READ_WRITE"].values.tolist() == rows.tolist()
    assert pop.vars["a_READ_ONLY_DUPLICATE"].values.tolist() == [rows[0].tolist()] * 3
    assert pop.vars["a_READ_ONLY_SHARED_NEURON"].values.tolist() == [[1], [2], [3]]


def test_numbers_go_through_the_scalar_type_first() -> None:
    model, pop = shapes_model(1)
    pop.vars["b_READ_WRITE"].set_init_values(16777217)
    pop.vars["e_READ_WRITE"].set_init_values(0.1)
    pop.vars["d_READ_WRITE"].set_init_values(2.7)
    model.build()
    model.load()
    assert set(pop.vars["b_READ_WRITE"].values) == {16777216}
    assert set(pop.vars["e_READ_WRITE"].values) == {float(np.float32(0.1))}
    assert set(pop.vars["d_READ_WRITE"].values) == {2}


def test_values_without_an_initialiser_are_zero() -> None:
    model = new_model()
    pop = model.add_neuron_population(
        "A", N, INTEGRATE_AND_FIRE, {"Vthr": 1.0}, START | {"V": None}
    )
    model.build()
    model.load()
    assert not pop.vars["V"].values.any()


# Names ---------------------------------------------------------------------------------------


AWKWARD = [
    "neuron",
    "pre",
    "spike",
    "spikes",
    "fired",
    "total",
    "count",
    "range",
    "first",
    "batch_2",
    "np",
    "math",
    "float32",
    "int64",
    "out_post",
    "num_batch_elements",
    "num_elements",
    "timestep",
    "collect",
    "V",
    "V_array",
    "V_array_array",
    "min",
    "t",
    "id",
    "n1",
    "simulate",
]


@pytest.mark.slow
def test_names_never_clash_with_the_engines_own() -> None:
    initial = dict.fromkeys(AWKWARD, 0.0)
    cell = engine.create_neuron_model(
        "awkward",
        vars=[(name, "scalar") for name in AWKWARD],
        params=["lambda", "def"],
        sim_code=" ".join(f"{name} += Isyn;" for name in AWKWARD),
        threshold_condition_code="V >= 2.0",
    )
    update = engine.create_custom_update_model(
        'awkward """ \\N \n',
        var_refs=[(name, "scalar") for name in AWKWARD],
        update_code=" ".join(f"{name} += 1.0;" for name in AWKWARD),
    )
    model = new_model("awkward", batch_size=3)
    first = model.add_neuron_population("1", 2, cell, {"lambda": 2, "def": 1}, initial)
    references = {key: engine.create_var_ref(first, key) for key in AWKWARD}
    model.add_custom_update("1", "All", update, {}, {}, references)
    others = [
        add_cells(model, name, 2, threshold=2.0) for name in ("1_V", "A", "A_V", "simulate", "def")
    ]
    for pop in (first, *others):
        model.add_current_source(pop.name, PIXEL, pop, {}, {"magnitude": 1.0})
        connect(model, pop, pop, [0.0] * 4, name=pop.name)
        pop.spike_recording_enabled = True
    model.build()
    model.load(num_recording_timesteps=3)
    # Nothing may be carried over from one batch element to the next, either.
    engine.set_num_threads(1)
    try:
        steps(model, 3)
        model.custom_update("All")
    finally:
        engine.set_num_threads(None)
    model.pull_recording_buffers_from_device()
    for key in AWKWARD:
        assert pulled(first, key).tolist() == [[4.0, 4.0]] * 3, key
    for times, ids in first.spike_recording_data:
        assert times.tolist() == [1, 1, 2, 2]
        assert ids.tolist() == [1, 0, 1, 0]
    for pop in others:
        assert pulled(pop, "V").tolist() == [[1.0, 1.0]] * 3, pop
        assert pulled(pop, "count").tolist() == [[1, 1]] * 3, pop
        assert [ids.tolist() for _, ids in pop.spike_recording_data] == [[1, 0]] * 3, pop


def test_a_failing_derived_parameter_is_named() -> None:
    model = engine.GeNNModel("float", "derived")
    neuron = engine.create_neuron_model(
        "derived",
        params=["tau"],
        vars=[("V", "scalar")],
        derived_params=[("decay", lambda pars, dt: dt / pars["tua"])],
        sim_code="V *= decay;",
    )
    model.add_neuron_population("pop", 2, neuron, {"tau": 5.0}, {"V": 0.0})
    with pytest.raises(RuntimeError, match=r"Derived parameter 'decay' of .*'pop' .*'tua'"):
        model.build()


def test_hints_for_a_gpu_are_kept() -> None:
    model = engine.GeNNModel("float", "hints")
    neuron = engine.create_neuron_model("still", vars=[("V", "scalar")], sim_code="V += Isyn;")
    pop = model.add_neuron_population("pop", 2, neuron, {}, {"V": 0.0})
    synapses = model.add_synapse_population(
        "link",
        "DENSE",
        pop,
        pop,
        engine.init_weight_update("StaticPulse", {}, {"g": 1.0}),
        engine.init_postsynaptic("DeltaCurr"),
    )
    synapses.num_threads_per_spike = 4
    assert synapses.num_threads_per_spike == 4
