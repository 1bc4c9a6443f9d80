"""Extra global parameters: arrays that all elements and the batch share; references to them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import numbagenn as engine
from numbagenn import (
    create_current_source_model,
    create_custom_update_model,
    create_egp_ref,
    create_neuron_model,
    create_postsynaptic_model,
    create_psm_egp_ref,
    create_var_ref,
    create_weight_update_model,
    create_wu_egp_ref,
    init_postsynaptic,
    init_weight_update,
)
from numbagenn.base import types
from tests import a_few
from tests.numbagenn.networks import PIXEL, new_model, pulled, pushed, steps

NEURON = create_neuron_model(
    "neuron",
    vars=[("x", "scalar"), ("total", "scalar")],
    sim_code="x = table[id]; total += Isyn;",
    threshold_condition_code="marks[(int)t % 4]",
    extra_global_params=[("table", "scalar*"), ("marks", types.Bool), ("unused", "int*")],
)
SOURCE = create_current_source_model(
    "source", injection_code="injectCurrent(levels[id]);", extra_global_params=[("levels", "int*")]
)
WEIGHTS = create_weight_update_model(
    "weights",
    vars=[("kind", "uint8_t")],
    pre_spike_syn_code="addToPost(strength[kind]);",
    extra_global_params=[("strength", "double *")],
)
RECEPTOR = create_postsynaptic_model(
    "receptor",
    sim_code="injectCurrent(gain[id] * inSyn); inSyn = 0.0;",
    extra_global_params=[("gain", "float*")],
)
UPDATE = create_custom_update_model(
    "update",
    var_refs=[("x", "scalar")],
    update_code="table[id] = 2 * x + more[0]; strength[0] += 1.0; gain[1] = 0.5; levels[0]++;",
    extra_global_params=[("more", "int8_t*")],
    extra_global_param_refs=[
        ("table", "scalar*"),
        ("strength", "double*"),
        ("gain", "float *"),
        ("levels", "int*"),
    ],
)
MARKS = [True, False, True, False]


@pytest.fixture(autouse=True)
def default_threads() -> Iterator[None]:
    yield
    engine.set_num_threads(None)


def scene(batch_size: int = 1) -> SimpleNamespace:
    """Return a model with extra global parameters in every part, not built, and the parts."""
    model = new_model("arrays", batch_size)
    start = {"x": 0, "total": 0}
    a = model.add_neuron_population("a", 3, NEURON, {}, start)
    b = model.add_neuron_population("b", 2, NEURON, {}, start)
    source = model.add_current_source("source", SOURCE, a)
    synapses = model.add_synapse_population(
        "ab", "DENSE", a, b,
        init_weight_update(WEIGHTS, {}, {"kind": [0, 1, 0, 1, 1, 0]}), init_postsynaptic(RECEPTOR),
    )  # fmt: skip
    references = {
        "table": create_egp_ref(a, "table"),
        "strength": create_wu_egp_ref(synapses, "strength"),
        "gain": create_psm_egp_ref(synapses, "gain"),
        "levels": create_egp_ref(source, "levels"),
    }
    update = model.add_custom_update(
        "cu", "Update", UPDATE, {}, {}, {"x": create_var_ref(a, "x")}, references
    )
    for group in (a, b):
        group.extra_global_params["marks"].set_init_values(MARKS)
    a.extra_global_params["table"].set_init_values([1, 2, 3])
    b.extra_global_params["table"].set_init_values(np.array([4.5, 5.5]))
    source.extra_global_params["levels"].set_init_values(range(5, 9))
    synapses.extra_global_params["strength"].set_init_values((0.5, 0.25))
    synapses.psm_extra_global_params["gain"].set_init_values([1.0, 10.0])
    update.extra_global_params["more"].set_init_values([100])
    return SimpleNamespace(
        m=model, a=a, b=b, src=source, s=synapses, u=update, refs=references,
        e=a.extra_global_params["table"],
    )  # fmt: skip


@pytest.fixture
def parts(request: pytest.FixtureRequest) -> SimpleNamespace:
    made = scene(getattr(request, "param", 1))
    made.m.build()
    made.m.load()
    return made


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("parts", [1, 5], indirect=True)
def test_every_part_of_a_model_reads_its_arrays(parts: SimpleNamespace, threads: int) -> None:
    engine.set_num_threads(threads)
    steps(parts.m, 4)
    assert (pulled(parts.a, "x") == [1, 2, 3]).all()
    assert (pulled(parts.b, "x") == [4.5, 5.5]).all()
    assert (pulled(parts.a, "total") == [20, 24, 28]).all()
    # Spikes at 0 and 2 ms arrive at 1 and 3 ms: from one of each kind, and two of the other.
    assert (pulled(parts.b, "total") == [2 * 1.25, 2 * 10.0]).all()


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("parts", [1, 5], indirect=True)
def test_custom_updates_write_the_arrays_of_others(parts: SimpleNamespace, threads: int) -> None:
    engine.set_num_threads(threads)
    parts.m.step_time()
    parts.m.custom_update("Update")
    parts.e.pull_from_device()
    assert parts.e.values.tolist() == [102, 104, 106]
    strength = parts.s.extra_global_params["strength"]
    strength.pull_from_device()
    # The code runs for every neuron of every batch element, and all share the array.
    assert strength.values.tolist() == [0.5 + 3 * parts.m.batch_size, 0.25]
    levels = parts.src.extra_global_params["levels"]
    levels.pull_from_device()
    assert levels.values.tolist() == [5 + 3 * parts.m.batch_size, 6, 7, 8]
    parts.s.psm_extra_global_params["gain"].pull_from_device()
    assert parts.s.psm_extra_global_params["gain"].values.tolist() == [1.0, 0.5]
    parts.m.step_time()
    assert (pulled(parts.a, "x") == [102, 104, 106]).all()


@pytest.mark.parametrize("parts", [1, 5], indirect=True)
def test_arrays_are_used_like_variables(parts: SimpleNamespace) -> None:
    array = parts.e
    assert (array.name, array.group, array.type) == ("table", parts.a, "scalar")
    assert array.view.shape == (3,)
    assert array.view.dtype == np.float32
    assert parts.s.extra_global_params["strength"].view.dtype == np.float64
    assert parts.src.extra_global_params["levels"].view.dtype == np.int32
    assert parts.a.extra_global_params["marks"].view.dtype == np.bool_
    assert "extra global parameter 'table'" in repr(array)
    # What is written on the host takes effect once it is pushed, after the steps before.
    parts.m.step_time()
    array.view[:] = [7, 8, 9]
    assert (pulled(parts.a, "x") == [1, 2, 3]).all()
    parts.m.step_time()
    array.push_to_device()
    assert (pulled(parts.a, "x") == [1, 2, 3]).all()
    parts.m.step_time()
    assert (pulled(parts.a, "x") == [7, 8, 9]).all()
    array.values = 4
    array.pull_from_device()
    assert array.values.tolist() == [7, 8, 9]
    copied = array.values
    copied[:] = 0
    assert array.values.tolist() == [7, 8, 9]


def test_arrays_are_loaded_anew_and_may_change_their_length(parts: SimpleNamespace) -> None:
    parts.e.view[0] = 5
    parts.m.unload()
    assert parts.e.view is None
    parts.e.set_init_values(np.arange(100.0))
    parts.m.load()
    assert parts.e.view.shape == (100,)
    parts.m.step_time()
    assert pulled(parts.a, "x").tolist() == [0, 1, 2]


def test_unused_arrays_need_no_values(parts: SimpleNamespace) -> None:
    unused = parts.a.extra_global_params["unused"]
    assert unused.view is None
    with pytest.raises(RuntimeError, match=r"Cannot read extra global parameter 'unused'.*no val"):
        unused.values  # noqa: B018
    parts.m.unload()
    unused.set_init_values([])
    parts.m.load()
    assert unused.values.shape == (0,)


def test_initial_values_are_converted_like_arrays() -> None:
    parts = scene()
    parts.src.extra_global_params["levels"].set_init_values(np.array([2.9, -2.9, 7, 8]))
    parts.a.extra_global_params["marks"].set_init_values([0, 1, 2, 0])
    parts.m.build()
    parts.m.load()
    assert parts.src.extra_global_params["levels"].values.tolist() == [2, -2, 7, 8]
    assert parts.a.extra_global_params["marks"].values.tolist() == [False, True, True, False]


# Code of synapses, and what runs while a model is loaded ------------------------------------------

EVERYWHERE = create_weight_update_model(
    "everywhere",
    vars=[("g", "scalar")],
    pre_vars=[("seen", "scalar")],
    post_vars=[("seen_post", "scalar")],
    synapse_dynamics_code="g += e[0];",
    pre_spike_syn_code="addToPost(e[1]);",
    pre_event_threshold_condition_code="e[2] > 0.0 && id == (int)e[3]",
    pre_event_syn_code="addToPost(e[4]);",
    pre_dynamics_code="seen = e[id] + scale;",
    post_dynamics_code="seen_post = e[5 + id] + scale;",
    params=["scale"],
    extra_global_params=[("e", "scalar*")],
)


@pytest.mark.parametrize("threads", a_few([1, 3]))
@pytest.mark.parametrize("batch_size", a_few([1, 5]))
@pytest.mark.parametrize("matrix", ["DENSE", "SPARSE"])
def test_all_code_of_synapses_sees_arrays_and_dynamic_parameters(
    matrix: str, batch_size: int, threads: int
) -> None:
    engine.set_num_threads(threads)
    model = new_model("everywhere", batch_size)
    start = {"x": 0, "total": 0}
    pre = model.add_neuron_population("pre", 2, NEURON, {}, start)
    post = model.add_neuron_population("post", 3, NEURON, {}, start)
    for pop in (pre, post):
        pop.extra_global_params["table"].set_init_values([0, 0, 0])
        pop.extra_global_params["marks"].set_init_values([True] * 4)
    sg = model.add_synapse_population(
        "sg", matrix, pre, post,
        init_weight_update(
            EVERYWHERE, {"scale": 100.0}, {"g": 0.5}, {"seen": 0.0}, {"seen_post": 0.0}
        ),
        init_postsynaptic("DeltaCurr"),
    )  # fmt: skip
    if matrix == "SPARSE":
        sg.set_sparse_connections([0, 0, 0, 1, 1, 1], [0, 1, 2, 0, 1, 2])
    sg.extra_global_params["e"].set_init_values([0.25, 1.0, 2.0, 1.0, 16.0, 5.0, 6.0, 7.0])
    sg.set_wu_param_dynamic("scale")
    model.build()
    model.load()
    steps(model, 2)
    assert (pulled(sg, "g") == 1.0).all()
    for name, values in (("seen", [0.25, 1.0]), ("seen_post", [5.0, 6.0, 7.0])):
        variables = sg.pre_vars if name == "seen" else sg.post_vars
        variables[name].pull_from_device()
        assert (variables[name].values == np.array(values) + 100).all()
    # In the second step two spikes arrive at each, and the event of one of the two.
    assert (pulled(post, "total") == 2 * 1.0 + 16.0).all()
    sg.set_dynamic_param_value("scale", -0.25)
    model.step_time()
    sg.pre_vars["seen"].pull_from_device()
    assert (sg.pre_vars["seen"].values == [0.0, 0.75]).all()


REPEATED = engine.create_var_init_snippet(
    "repeated", var_init_code="value = cycle[id % 3];", extra_global_params=[("cycle", "scalar*")]
)
LISTED = engine.create_sparse_connect_init_snippet(
    "listed", row_build_code="addSynapse(targets[id_pre]);",
    extra_global_params=[("targets", "uint32_t*")],
)  # fmt: skip


def initialised(cycle: Any = (1, 2, 3), targets: Any = (1, 0)) -> tuple[Any, Any, Any]:
    """Return a model that is built, whose values and connections come from arrays."""
    model = new_model("initialised", 2)
    cell = create_neuron_model("cell", vars=[("v", "int"), ("w", "scalar")])
    start = {"v": engine.init_var(REPEATED), "w": engine.init_var(REPEATED)}
    pop = model.add_neuron_population("pop", 5, cell, {}, start)
    few = model.add_neuron_population("few", 2, cell, {}, {"v": 0, "w": 0})
    weights = init_weight_update("StaticPulseConstantWeight", {"g": 1.0})
    connectivity = engine.init_sparse_connectivity(LISTED)
    sg = model.add_synapse_population(
        "sg", "SPARSE", few, pop, weights, init_postsynaptic("DeltaCurr"), connectivity
    )
    if cycle is not None:
        pop.vars["v"].extra_global_params["cycle"].set_init_values(cycle)
    pop.vars["w"].extra_global_params["cycle"].set_init_values([0.5, 1.5, 2.5])
    if targets is not None:
        sg.connectivity_extra_global_params["targets"].set_init_values(targets)
    model.build()
    return model, pop, sg


def test_arrays_in_what_runs_while_loading() -> None:
    model, pop, sg = initialised()
    model.load()
    assert pulled(pop, "v").tolist() == [[1, 2, 3, 1, 2]] * 2
    assert pulled(pop, "w").tolist() == [[0.5, 1.5, 2.5, 0.5, 1.5]] * 2
    sg.pull_connectivity_from_device()
    assert sg.get_sparse_post_inds().tolist() == [1, 0]
    # Each variable has an array of its own, also for the same snippet. Every load reads it again.
    model.unload()
    pop.vars["v"].extra_global_params["cycle"].set_init_values([7, 8, 9, 10])
    sg.connectivity_extra_global_params["targets"].set_init_values([4, 3, 2])
    model.load()
    assert pulled(pop, "v").tolist() == [[7, 8, 9, 7, 8]] * 2
    sg.pull_connectivity_from_device()
    assert sg.get_sparse_post_inds().tolist() == [4, 3]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"cycle": None}, r"'cycle' of .*pop.* has no values, but code uses it"),
        ({"targets": None}, r"'targets' of .*sg.* has no values"),
        (
            {"cycle": [1, 2]},
            r"index 2 is outside extra global parameter 'cycle', which has 2 elements \(element 2 "
            r"of variable 'v' of neuron population 'pop'\)",
        ),
        ({"targets": [1]}, r"index 1 .*'targets', which has 1 element \(line 1 of syn.* 'sg'\)"),
    ],
)
def test_what_is_wrong_with_arrays_is_found_while_loading(
    given: dict[str, object], message: str
) -> None:
    model, pop, sg = initialised(**given)
    for _ in range(2):
        with pytest.raises(RuntimeError, match=message):
            model.load()
        assert not model._loaded
        assert pop.vars["w"].view is None
    pop.vars["v"].extra_global_params["cycle"].set_init_values([1, 2, 3])
    sg.connectivity_extra_global_params["targets"].set_init_values([0, 0])
    model.load()
    assert pulled(pop, "v").tolist() == [[1, 2, 3, 1, 2]] * 2


# Code that writes --------------------------------------------------------------------------------

TRACE = create_neuron_model(
    "trace",
    vars=[("V", "scalar")],
    sim_code="""
        V += Isyn;
        record[((int)t * num_batch + batch) * num_neurons + id] = V;
        order[next[0]++] = batch * num_neurons + id;
    """,
    extra_global_params=[("record", "scalar*"), ("order", "int*"), ("next", "int*")],
)


def traced(batch_size: int, threads: int, flush: bool) -> tuple[np.ndarray, np.ndarray]:
    engine.set_num_threads(threads)
    model = new_model("traced", batch_size)
    pop = model.add_neuron_population("pop", 3, TRACE, {}, {"V": 0})
    source = model.add_current_source("in", PIXEL, pop, {}, {"magnitude": 0})
    arrays = pop.extra_global_params
    arrays["record"].set_init_values(np.zeros(7 * batch_size * 3))
    arrays["order"].set_init_values(np.zeros(7 * batch_size * 3))
    arrays["next"].set_init_values([0])
    model.build()
    model.load()
    rows = np.arange(3 * batch_size).reshape(batch_size, 3)
    pushed(source, "magnitude", rows if batch_size > 1 else rows[0])
    for _ in range(7):
        model.step_time()
        if flush:
            model.flush()
    arrays["record"].pull_from_device()
    arrays["order"].pull_from_device()
    shape = (7, batch_size, 3)
    return arrays["record"].values.reshape(shape), arrays["order"].values.reshape(shape)


@pytest.mark.parametrize("batch_size", [1, 5])
@pytest.mark.parametrize(("threads", "flush"), [(1, False), (3, False), (3, True)])
def test_batches_write_shared_arrays_in_order(batch_size: int, threads: int, flush: bool) -> None:
    """Step by step, batch by batch, neuron by neuron, whatever the threads."""
    record, order = traced(batch_size, threads, flush)
    inputs = np.arange(3 * batch_size).reshape(batch_size, 3)
    expected = np.arange(1, 8)[:, None, None] * inputs
    assert (record == expected).all()
    assert (order == np.broadcast_to(inputs, order.shape)).all()


def test_only_writing_takes_batch_elements_apart() -> None:
    model = new_model("reading", 5)
    pop = model.add_neuron_population("pop", 2, NEURON, {}, {"x": 0, "total": 0})
    model.build()
    assert "block = timestep" in model.generated_code
    assert pop.name in model.generated_code
    writing = new_model("writing", 5)
    writing.add_neuron_population("pop", 2, TRACE, {}, {"V": 0})
    writing.build()
    assert "block = timestep" not in writing.generated_code


# SpikeSourceArray --------------------------------------------------------------------------------


def spiking(batch_size: int = 1, precision: str = "float") -> tuple[Any, Any]:
    """Return three neurons: spikes at 0 and 4 ms, none, and three that are due at once, late."""
    model = new_model("array", batch_size, precision)
    state = {"startSpike": [0, 2, 2], "endSpike": [2, 2, 5]}
    pop = model.add_neuron_population("pop", 3, "SpikeSourceArray", {}, state)
    pop.extra_global_params["spikeTimes"].set_init_values([0.0, 4.0, 1.5, 1.5, 1.5])
    pop.spike_recording_enabled = True
    model.build()
    model.load(num_recording_timesteps=6)
    return model, pop


@pytest.mark.parametrize("batch_size", [1, 5])
def test_spike_source_array(batch_size: int) -> None:
    model, pop = spiking(batch_size)
    steps(model, 6)
    model.pull_recording_buffers_from_device()
    assert len(pop.spike_recording_data) == batch_size
    for times, ids in pop.spike_recording_data:
        # One spike a step; what could not be sent follows.
        assert list(zip(times, ids, strict=True)) == [(0, 0), (2, 2), (3, 2), (4, 2), (4, 0)]
    assert (pulled(pop, "startSpike") == [2, 2, 5]).all()
    # New spikes for the next run, as a batch of inputs is presented.
    model.timestep = 0
    start = [0, 0, 0]
    pushed(pop, "startSpike", start)
    times = pop.extra_global_params["spikeTimes"]
    times.values = [5, 5, 5, 5, 5]
    times.push_to_device()
    steps(model, 6)
    model.pull_recording_buffers_from_device()
    for found, ids in pop.spike_recording_data:
        assert sorted(zip(found, ids, strict=True)) == [(5, 0), (5, 1), (5, 2)]


def test_batches_have_spikes_of_their_own() -> None:
    model, pop = spiking(2)
    pushed(pop, "startSpike", [[0, 0, 0], [1, 1, 1]])
    pushed(pop, "endSpike", [[1, 0, 0], [1, 2, 1]])
    steps(model, 6)
    model.pull_recording_buffers_from_device()
    (first, first_ids), (second, second_ids) = pop.spike_recording_data
    assert (first.tolist(), first_ids.tolist()) == ([0], [0])
    assert (second.tolist(), second_ids.tolist()) == ([4], [1])


def test_spikes_beyond_the_array_are_an_error() -> None:
    model, pop = spiking()
    pushed(pop, "endSpike", [2, 2, 9])
    steps(model, 6)
    with pytest.raises(RuntimeError, match="index 5 is outside extra global parameter 'spikeTime"):
        model.flush()


# Mistakes ----------------------------------------------------------------------------------------


def described(array: object) -> Callable[[SimpleNamespace], object]:
    return lambda s: create_neuron_model("x", extra_global_params=array)


def start(values: object) -> Callable[[SimpleNamespace], object]:
    return lambda s: s.e.set_init_values(values)


def update(s: SimpleNamespace, model: Any = UPDATE, **references: Any) -> Any:
    given = {"x": create_var_ref(s.a, "x")}
    return s.m.add_custom_update("more", "G", model, {}, {}, given, references)


def one(ctype: object) -> Any:
    return create_custom_update_model(
        "one", var_refs=[("x", "scalar")], extra_global_param_refs=[("e", ctype)],
        update_code="x = e[0];",
    )  # fmt: skip


MISTAKES: dict[str, tuple[Callable[[SimpleNamespace], object], type[Exception], str]] = {
    "no array": (
        described([("e", "scalar")]), RuntimeError,
        r"no longer supports non-array.* 'e' of neuron model 'x' is 'scalar'; write 'scalar\*'",
    ),
    "unknown type": (described([("e", "scaler*")]), RuntimeError, "did you mean 'scalar'"),
    "pointer to pointers": (described([("e", "int**")]), RuntimeError, r"Unknown .* 'int\*'"),
    "const array": (described([("e", "const int*")]), RuntimeError, "Unknown numeric type"),
    "only a star": (described([("e", "*")]), RuntimeError, "Unknown numeric type"),
    "type of NumPy": (described([("e", np.float32)]), TypeError, r"such as 'scalar\*'"),
    "name alone": (described(["e"]), TypeError, r"must be \(name, type\), such as"),
    "three parts": (described([("e", "int*", 3)]), TypeError, r"must be \(name, type\), such as"),
    "not a list": (described("e"), TypeError, "extra global parameters of .* must be a list"),
    "bad name": (described([("1e", "int*")]), RuntimeError, "'1e' starts with a digit"),
    "name twice": (described([("e", "int*")] * 2), RuntimeError, "Redeclaration of 'e'"),
    "name of a variable": (
        lambda s: create_neuron_model(
            "x", vars=[("e", "scalar")], extra_global_params=[("e", "int*")]
        ), RuntimeError, "Redeclaration of 'e'",
    ),
    "name of a parameter": (
        lambda s: create_weight_update_model(
            "x", params=["e"], extra_global_params=[("e", "int*")]
        ), RuntimeError, "Redeclaration of 'e'",
    ),
    "name of the input": (described([("Isyn", "int*")]), RuntimeError, "Redeclaration of 'Isyn'"),
    "used as number": (
        lambda s: create_neuron_model(
            "x", sim_code="scalar y = e;", extra_global_params=[("e", "int*")]
        ), RuntimeError, r"'e' is no number",
    ),
    "float index": (
        lambda s: create_current_source_model(
            "x", injection_code="injectCurrent(e[t]);", extra_global_params=[("e", "int*")]
        ), RuntimeError, "Invalid subscript index type 'float'",
    ),
    "single value": (start(3.0), ValueError, "sequence of numbers, not 3.0"),
    "None": (start(None), ValueError, "sequence of numbers, not None"),
    "snippet": (start(engine.init_var("Constant", {"constant": 1})), ValueError, "sequence"),
    "0-d array": (start(np.array(3.0)), ValueError, "sequence of numbers"),
    "matrix": (start(np.zeros((2, 3))), ValueError, r"one dimension, not of shape \(2, 3\); flat"),
    "text": (start("abc"), TypeError, "must start from"),
    "texts": (start(["a", "b"]), TypeError, "must start from numbers"),
    "ragged": (start([[1], [2, 3]]), TypeError, "different lengths"),
    "generator": (start(i for i in range(3)), TypeError, "a generator"),
    "set": (start({1, 2}), TypeError, "must start from"),
    "complex": (start([1j]), TypeError, "must start from numbers"),
    "pull before load": (lambda s: s.e.pull_from_device(), RuntimeError, "Cannot pull extra glob"),
    "push before load": (lambda s: s.e.push_to_device(), RuntimeError, "the model is not loaded"),
    "write before load": (
        lambda s: setattr(s.e, "values", 1), RuntimeError,
        "Cannot write extra global parameter 'table'",
    ),
    "view assigned": (lambda s: setattr(s.e, "view", 1), AttributeError, "view"),
    "unknown array": (
        lambda s: s.a.extra_global_params["tabel"], KeyError,
        "no extra global parameter 'tabel'; did you mean 'table'",
    ),
    "array of another part": (
        lambda s: s.s.extra_global_params["gain"], KeyError, "parameters are 'strength'",
    ),
    "array assigned": (
        lambda s: setattr(s.a, "extra_global_params", {}), AttributeError, "cannot be assigned",
    ),
    "unknown reference": (
        lambda s: create_egp_ref(s.a, "nope"), RuntimeError,
        r"Extra global parameter 'nope' not found: .* 'a' are 'table', 'marks', 'unused'",
    ),
    "reference to a synapse": (
        lambda s: create_egp_ref(s.s, "strength"), TypeError,
        "needs a neuron population, .* or custom connectivity update, not synapse population 'ab'",
    ),
    "reference of a neuron": (
        lambda s: create_wu_egp_ref(s.a, "table"), TypeError, "needs a synapse population",
    ),
    "receptor of a neuron": (
        lambda s: create_psm_egp_ref(s.a, "table"), TypeError, "needs a synapse population",
    ),
    "array of the receptor": (
        lambda s: create_wu_egp_ref(s.s, "gain"), RuntimeError, "'gain' not found: .*'strength'",
    ),
    "array of the weights": (
        lambda s: create_psm_egp_ref(s.s, "strength"), RuntimeError, "'strength' not found",
    ),
    "missing reference": (
        lambda s: update(s, table=s.refs["table"]), RuntimeError,
        "expected 4 Extra global parameter references? but got 1",
    ),
    "wrong reference": (
        lambda s: update(s, one("scalar*"), f=s.refs["table"]), RuntimeError,
        "missing target .* 'e'",
    ),
    "superfluous reference": (
        lambda s: s.m.add_custom_update(
            "cu2", "G", create_custom_update_model("v", var_refs=[("x", "scalar")]), {}, {},
            {"x": create_var_ref(s.a, "x")}, {"e": s.refs["table"]},
        ), RuntimeError, "expected 0",
    ),
    "reference by name": (
        lambda s: update(s, one("scalar*"), e="table"), TypeError, "must be what create_egp_ref",
    ),
    "reference to a variable": (
        lambda s: update(s, one("scalar*"), e=create_var_ref(s.a, "x")), TypeError,
        "must be what create_egp_ref",
    ),
    "type as resolved": (
        lambda s: update(s, one("float*"), e=s.refs["table"]), RuntimeError,
        r"Incompatible type .*'e'.* declared 'float\*', but 'table' of .* is 'scalar\*'",
    ),
    "another type": (
        lambda s: update(s, one("uint32_t*"), e=s.refs["levels"]), RuntimeError,
        "Incompatible type",
    ),
    "another model": (
        lambda s: update(s, one("scalar*"), e=create_egp_ref(OTHER.a, "table")), ValueError,
        "of another model",
    ),
    "written while loading": (
        lambda s: engine.create_var_init_snippet(
            "x", var_init_code="value = e[0]++;", extra_global_params=[("e", "scalar*")]
        ), RuntimeError, "'e' is read-only",
    ),
    "snippet without star": (
        lambda s: engine.create_sparse_connect_init_snippet(
            "x", row_build_code="addSynapse(0);", extra_global_params=[("e", "int")]
        ), RuntimeError, "non-array",
    ),
    "array of no snippet": (
        lambda s: s.a.vars["x"].extra_global_params["cycle"], KeyError,
        "Variable 'x' of neuron population 'a' has no extra global parameter 'cycle'",
    ),
    "array of no connectivity": (
        lambda s: s.s.connectivity_extra_global_params["list"], KeyError, "'list'; .* are none",
    ),
    "reference no array": (lambda s: one("scalar"), RuntimeError, "non-array"),
}  # fmt: skip

OTHER = scene()
SHARED = scene()


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_named(mistake: str) -> None:
    make, kind, message = MISTAKES[mistake]
    with pytest.raises(kind) as caught:
        make(SHARED)
    text = str(caught.value.args[0])
    assert re.search(message, text), text
    if mistake != "view assigned":  # Python's own words
        first, *shown = text.split("\n")
        assert first[-1] in ".?" or (shown and shown[-1].endswith("^")), text
    assert set(SHARED.m.custom_updates) == {"cu"}


def test_arrays_that_code_uses_need_values() -> None:
    parts = scene()
    parts.m.build()
    strength = parts.s.extra_global_params["strength"]
    strength._initial = None
    for _ in range(2):
        with pytest.raises(RuntimeError, match=r"'strength' of synapse population 'ab' has no val"):
            parts.m.load()
        assert parts.e.view is None
        assert parts.a.vars["x"].view is None
    strength.set_init_values([1, 2])
    parts.m.load()
    assert strength.values.tolist() == [1, 2]


def test_arrays_that_only_a_custom_update_uses_need_values() -> None:
    parts = scene()
    parts.u.extra_global_params["more"]._initial = None
    parts.m.build()
    with pytest.raises(RuntimeError, match="'more' of custom update 'cu' has no values"):
        parts.m.load()


@pytest.mark.parametrize("values", [[1, 2], np.zeros((2, 3)), [[1, 2, 3]] * 5])
def test_values_of_another_shape(parts: SimpleNamespace, values: object) -> None:
    with pytest.raises(ValueError, match=r"'table' .* needs values of shape \(3,\)"):
        parts.e.values = values


@pytest.mark.parametrize("batch_size", [1, 3])
def test_updates_see_the_whole_array_from_everywhere(batch_size: int) -> None:
    """Threads share large updates by parts, and each part sees all elements of an array."""
    count, longer = 300_000, 300_007
    rng = np.random.default_rng(5)
    own, referred = (rng.random(longer, dtype=np.float32) for _ in range(2))
    neuron = create_neuron_model(
        "neuron",
        vars=[("x", "scalar"), ("y", "scalar")],
        sim_code="",
        extra_global_params=[("table", "scalar*")],
    )
    update = create_custom_update_model(
        "update",
        var_refs=[("x", "scalar"), ("y", "scalar")],
        update_code=f"x = own[{longer - 1} - id]; y = table[id + 7] + table[0];",
        extra_global_params=[("own", "scalar*")],
        extra_global_param_refs=[("table", "scalar*")],
    )
    model = new_model("parts", batch_size)
    pop = model.add_neuron_population("pop", count, neuron, {}, {"x": 0.0, "y": 0.0})
    pop.extra_global_params["table"].set_init_values(referred)
    group = model.add_custom_update(
        "update",
        "Update",
        update,
        {},
        {},
        {name: create_var_ref(pop, name) for name in ("x", "y")},
        egp_refs={"table": create_egp_ref(pop, "table")},
    )
    group.extra_global_params["own"].set_init_values(own)
    model.build()
    model.load()
    model.custom_update("Update")
    for name, expected in (
        ("x", own[::-1][:count]),
        ("y", referred[7 : 7 + count] + referred[0]),
    ):
        found = pulled(pop, name)
        np.testing.assert_array_equal(np.broadcast_to(expected, found.shape), found, name)
