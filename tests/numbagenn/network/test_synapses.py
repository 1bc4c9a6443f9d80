"""Synapses in batches: sparse ones, delays, dynamics, events, variables of either side.

That a batch of one gives what PyGeNN gives is for the conformance cases; here batch elements have
to give what each gives alone, and what users may ask of synapses has to be answered.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import numbagenn as engine
from numbagenn import (
    create_custom_update_model,
    create_neuron_model,
    create_var_ref,
    create_weight_update_model,
    create_wu_pre_var_ref,
    create_wu_var_ref,
    init_postsynaptic,
    init_sparse_connectivity,
    init_weight_update,
    set_num_threads,
)
from tests.numbagenn.networks import add_cells, connect, new_model, pulled, steps

STEPS = 40
PRE, POST = [0, 2, 1, 0, 3, 2, 2, 4], [1, 0, 2, 3, 3, 2, 0, 1]

DRIVEN = create_neuron_model(
    "driven",
    params=["Vthr"],
    vars=[("V", "scalar"), ("drive", "scalar"), ("count", "unsigned int")],
    sim_code="V += Isyn + drive;",
    threshold_condition_code="V >= Vthr",
    reset_code="V = 0.0; count++;",
    additional_input_vars=[("Iback", "scalar", 0.0)],
)
EVERYTHING = create_weight_update_model(
    "everything",
    vars=[("g", "scalar"), ("uses", "unsigned int"), ("late", "uint8_t")],
    pre_vars=[("x", "scalar")],
    post_vars=[("y", "scalar")],
    pre_neuron_var_refs=[("V_pre", "scalar")],
    post_neuron_var_refs=[("V_post", "scalar")],
    pre_spike_syn_code="""
        uses++;
        addToPost(g * (x - 0.1 * y));
        addToPostDelay(0.125 * g, late);
        addToPre(0.01 * V_post);
    """,
    pre_event_threshold_condition_code="V_pre > 1.5 && x < 0.5",
    pre_event_syn_code="addToPost(0.0625); uses += 100;",
    post_event_threshold_condition_code="V_post > 0.5 && y < 0.75",
    post_event_syn_code="addToPre(0.02 * g * V_post + 0.01 * x); g *= 0.98; uses += 10000;",
    post_spike_syn_code="addToPre(0.01 * g * y); g += 0.01 * x; uses += 1000000;",
    synapse_dynamics_code="""
        addToPost(0.001 * V_pre);
        g += (set_pre > set_post) ? 0.001 : 0.002;
        g -= (prev_set_post > prev_set_pre) ? 0.0005 : 0.0;
    """,
    pre_spike_code="x += 1.0;",
    post_spike_code="y += 1.0;",
    pre_dynamics_code="x *= 0.75;",
    post_dynamics_code="y *= 0.5;",
)
DOUBLE = create_custom_update_model("double", var_refs=[("g", "scalar")], update_code="g *= 2.0;")


def build(
    matrix: str, drive: np.ndarray, batch_size: int, delay: int, *, timing: bool = False
) -> Any:
    """Load two populations, each driving the other; `drive` has a row for each batch element."""
    model = new_model("synapses", batch_size)
    model.timing_enabled = timing
    start = {"V": 0.0, "drive": drive if batch_size > 1 else drive[0], "count": 0}
    pre = model.add_neuron_population("pre", 5, DRIVEN, {"Vthr": 2.0}, start)
    post = model.add_neuron_population(
        "post", 4, DRIVEN, {"Vthr": 1.0}, {"V": 0.0, "drive": 0.05, "count": 0}
    )
    count = 20 if matrix == "DENSE" else len(PRE)
    group = model.add_synapse_population(
        "forth", matrix, pre, post,
        init_weight_update(
            EVERYTHING, {},
            {"g": np.arange(count) / 8 - 0.5, "uses": 0, "late": np.arange(count) % 4},
            {"x": 0.25}, {"y": 0.0}, {"V_pre": "V"}, {"V_post": "V"},
        ),
        init_postsynaptic("DeltaCurr"),
    )  # fmt: skip
    group.max_dendritic_delay_timesteps = 4
    group.axonal_delay_steps = group.back_prop_delay_steps = delay
    if matrix == "SPARSE":
        group.set_sparse_connections(PRE, POST)
    back = connect(model, post, pre, np.linspace(-0.5, 0.5, 20))
    back.axonal_delay_steps = 2
    model.add_custom_update("scale", "Scale", DOUBLE, {}, {}, {"g": create_wu_var_ref(group, "g")})
    for population in (pre, post):
        population.spike_recording_enabled = True
        population.spike_event_recording_enabled = True
    model.build()
    model.load(num_recording_timesteps=STEPS)
    return model


def results(model: Any, splits: tuple[int, ...] = (STEPS,)) -> list[list[np.ndarray]]:
    """Simulate, with one custom update half-way; return all state of each batch element."""
    group = model.synapse_populations["forth"]
    pre, post = model.neuron_populations.values()
    done = 0
    for split in splits:
        for _ in range(split):
            if done == STEPS // 2:
                model.custom_update("Scale")
            model.step_time()
            done += 1
        pulled(pre, "V")
    model.pull_recording_buffers_from_device()
    size = model.batch_size
    found: list[list[np.ndarray]] = [[] for _ in range(size)]
    variables = [
        *pre.vars.values(), *post.vars.values(), *group.vars.values(),
        *group.pre_vars.values(), *group.post_vars.values(), group.out_post,
    ]  # fmt: skip
    for variable in variables:
        variable.pull_from_device()
        values = variable.values
        for batch in range(size):
            found[batch].append(values[batch] if size > 1 or variable is group.out_post else values)
    recordings = [
        pre.spike_recording_data,
        post.spike_recording_data,
        group.pre_spike_event_recording_data,
        group.post_spike_event_recording_data,
    ]
    for recording in recordings:
        for batch in range(size):
            found[batch] += list(recording[batch])
    return found


def assert_same(found: list[np.ndarray], expected: list[np.ndarray]) -> None:
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("matrix", "delay"),
    [
        ("SPARSE", 3),
        *(
            pytest.param(*kind, marks=pytest.mark.slow)
            for kind in (("SPARSE", 0), ("DENSE", 0), ("DENSE", 3))
        ),
    ],
)
@pytest.mark.slow
def test_batch_elements_are_separate_runs(matrix: str, delay: int) -> None:
    drive = np.random.default_rng(3).uniform(0.0, 0.6, (3, 5)).astype(np.float32)
    together = results(build(matrix, drive, 3, delay))
    alone = [results(build(matrix, row[None], 1, delay))[0] for row in drive]
    for one, other in zip(together, alone, strict=True):
        assert_same(one, other)
    # All of it was put to use: spikes, events of both, and uses counted by all four.
    spikes, events, back = together[0][-8], together[0][-4], together[0][-2]
    assert min(len(spikes), len(events), len(back)) > 3
    uses = together[0][7]
    assert (uses % 100 > 0).any()
    assert (uses % 10000 >= 100).any()
    assert (uses % 1000000 >= 10000).any()
    assert (uses >= 1000000).any()
    for threads in (1, 2, 7):
        set_num_threads(threads)
        try:
            again = results(build(matrix, drive, 3, delay), (1, 6, 13, 20))
        finally:
            set_num_threads(None)
        for one, other in zip(again, together, strict=True):
            assert_same(one, other)


@pytest.mark.slow
@pytest.mark.parametrize("matrix", ["DENSE", "SPARSE"])
def test_timers_tell_phases_apart_and_change_nothing(matrix: str) -> None:
    drive = np.full((2, 5), 0.4, np.float32)
    model = build(matrix, drive, 2, 3, timing=True)
    for one, other in zip(results(model), results(build(matrix, drive, 2, 3)), strict=True):
        assert_same(one, other)
    times = (
        model.synapse_dynamics_time,
        model.presynaptic_update_time,
        model.postsynaptic_update_time,
        model.neuron_update_time,
    )
    assert min(times) > 0.0


@pytest.mark.slow
def test_loading_anew_is_a_fresh_start() -> None:
    drive = np.full((1, 5), 0.4, np.float32)
    model = build("SPARSE", drive, 1, 3)
    first = results(model)[0]
    model.unload()
    model.load(num_recording_timesteps=STEPS)
    assert_same(results(model)[0], first)


def test_variables_that_are_kept_for_a_delay_have_slots() -> None:
    model = build("DENSE", np.full((2, 5), 0.4, np.float32), 2, 3)
    group = model.synapse_populations["forth"]
    pre, post = model.neuron_populations.values()
    assert pre.vars["V"].view.shape == (2, 4, 5)
    assert group.pre_vars["x"].view.shape == (2, 4, 5)
    assert pre.vars["count"].view.shape == (2, 5)
    assert post.vars["V"].view.shape == group.post_vars["y"].view.shape == (2, 4, 4)
    assert post.vars["count"].view.shape == (2, 4)
    steps(model, 6)
    voltage = pre.vars["V"]
    voltage.pull_from_device()
    assert voltage.current_view.shape == (2, 5)
    np.testing.assert_array_equal(voltage.current_values, voltage.view[:, 6 % 4])
    # What is assigned without slots is assigned to all of them.
    voltage.values = np.arange(10.0).reshape(2, 5)
    assert (voltage.view == np.arange(10.0).reshape(2, 1, 5)).all()
    voltage.values = 7.0
    assert (voltage.view == 7.0).all()
    voltage.current_view[:] = 1.0
    assert voltage.view.sum() == 10 * 1.0 + 30 * 7.0
    with pytest.raises(ValueError, match=r"variable 'V' of neuron population 'pre' needs values"):
        voltage.values = np.zeros(4)


@pytest.mark.slow
@pytest.mark.parametrize("matrix", ["DENSE", "SPARSE"])
def test_blocks_and_steps_agree(matrix: str) -> None:
    found = []
    for timing in (False, True):
        model = new_model("schedules", 2)
        model.timing_enabled = timing
        first, second = add_cells(model, "first", 37), add_cells(model, "second", 9)
        source = model.add_current_source("dc", "DC", first, {"amp": 0.3})
        assert source.target_pop is first
        connectivity = (
            init_sparse_connectivity("FixedProbability", {"prob": 0.4})
            if matrix == "SPARSE" else None
        )  # fmt: skip
        model.add_synapse_population(
            "link", matrix, first, second,
            init_weight_update("StaticPulse", {}, {"g": 0.11}), init_postsynaptic("DeltaCurr"),
            connectivity,
        )  # fmt: skip
        second.spike_recording_enabled = True
        model.seed = 5
        model.build()
        assert ("spike_bits" in model.generated_code) == (not timing)
        model.load(num_recording_timesteps=70)
        steps(model, 70)
        model.pull_recording_buffers_from_device()
        found.append([pulled(second, "V"), *second.spike_recording_data[1]])
    assert len(found[0][1]) > 3
    assert_same(*found)


# What users ask of sparse synapses ----------------------------------------------------------------


def sparse(**parts: Any) -> tuple[Any, Any]:
    model = new_model("sparse", parts.pop("batch_size", 1))
    pre, post = add_cells(model, "pre", 5), add_cells(model, "post", 4)
    group = model.add_synapse_population(
        "ab", "SPARSE", pre, post,
        init_weight_update("StaticPulse", {}, {"g": parts.pop("g", 1.0)}),
        init_postsynaptic("DeltaCurr"), parts.pop("connectivity", None),
    )  # fmt: skip
    return model, group


def test_weights_are_given_in_the_order_of_the_connections() -> None:
    model, group = sparse(g=np.arange(8.0))
    group.set_sparse_connections(PRE, POST)
    assert group.max_connections == 3
    assert group.get_sparse_pre_inds().tolist() == sorted(PRE)
    order = group.synapse_order
    assert group.get_sparse_post_inds().tolist() == [POST[i] for i in order]
    model.build()
    model.load()
    assert group.vars["g"].values.tolist() == order.tolist()
    # From then on they are in the order in which they are stored.
    group.vars["g"].values = np.arange(8.0)
    group.vars["g"].push_to_device()
    assert pulled(group, "g").tolist() == list(range(8))


@pytest.mark.parametrize("given", [np.uint8, np.int32, np.int64])
def test_indices_have_the_types_of_pygenn(given: type) -> None:
    model, group = sparse()
    group.set_sparse_connections(np.array(PRE, given), np.array(POST, given))
    model.build()
    model.load()
    # Wide enough for the place of a synapse in a matrix, whatever its size.
    assert group.get_sparse_pre_inds().dtype == np.int64
    assert group.get_sparse_post_inds().dtype == given
    model, group = sparse(connectivity=init_sparse_connectivity("FixedProbability", {"prob": 0.5}))
    model.build()
    model.load()
    group.pull_connectivity_from_device()
    assert group.get_sparse_pre_inds().dtype == np.int64
    assert group.get_sparse_post_inds().dtype == np.uint32


def test_generated_connections_are_seen_once_pulled() -> None:
    model, group = sparse(connectivity=init_sparse_connectivity("OneToOne"))
    with pytest.raises(RuntimeError, match="not known yet"):
        group.get_sparse_pre_inds()
    model.build()
    with pytest.raises(IndexError, match="OneToOne"):
        model.load()  # there is no fifth postsynaptic neuron
    model, group = sparse(connectivity=init_sparse_connectivity("FixedProbability", {"prob": 0.5}))
    model.build()
    model.load()
    with pytest.raises(RuntimeError, match=r"call its pull_connectivity_from_device\(\) first"):
        group.get_sparse_post_inds()
    group.pull_connectivity_from_device()
    assert len(group.get_sparse_post_inds()) == len(group.get_sparse_pre_inds())
    model.unload()
    with pytest.raises(RuntimeError, match="not known yet"):
        group.get_sparse_pre_inds()


def test_given_connections_come_before_generated_ones() -> None:
    model, group = sparse(connectivity=init_sparse_connectivity("OneToOne"))
    group.set_sparse_connections([4], [0])
    model.build()
    model.load()
    assert (group.get_sparse_pre_inds(), group.get_sparse_post_inds()) == ([4], [0])


def test_a_population_may_have_no_synapses_at_all() -> None:
    model, group = sparse()
    group.set_sparse_connections([], [])
    model.build()
    model.load()
    steps(model, 3)
    assert group.vars["g"].values.shape == (0,)


WRONG = {
    "dense": (
        lambda m, s: connect(m, s.src, s.trg, np.ones(20), name="d").set_sparse_connections([], []),
        RuntimeError, "only supports SPARSE connectivity, and synapse population 'd' is DENSE",
    ),
    "lengths": (
        lambda m, s: s.set_sparse_connections([0, 1], [0]), ValueError, "not 2 and 1",
    ),
    "out of range": (
        lambda m, s: s.set_sparse_connections([0, 5], [0, 1]), ValueError,
        "presynaptic indices of synapse population 'ab' must be from 0 to 4; 5 is not",
    ),
    "negative": (
        lambda m, s: s.set_sparse_connections([0], [-1]), ValueError,
        "postsynaptic indices of synapse population 'ab' must be from 0 to 3; -1 is not",
    ),
    "fractions": (
        lambda m, s: s.set_sparse_connections([0.5], [1]), TypeError,
        "sequence of integers",
    ),
    "matrix of pairs": (
        lambda m, s: s.set_sparse_connections([[0, 1]], [[1, 2]]), TypeError,
        "sequence of integers",
    ),
    "negative delay": (
        lambda m, s: setattr(s, "axonal_delay_steps", -1), TypeError,
        "axonal_delay_steps of synapse population 'ab' must be at least 0, not -1",
    ),
    "fraction of a delay": (
        lambda m, s: setattr(s, "axonal_delay_steps", 1.5), TypeError, "not 1.5",
    ),
    "no dendritic delay": (
        lambda m, s: setattr(s, "max_dendritic_delay_timesteps", 0), TypeError, "at least 1, not 0",
    ),
    "input": (
        lambda m, s: setattr(s, "pre_target_var", "Iback"), RuntimeError,
        "no input variable 'Iback'",
    ),
    "late delay": (
        lambda m, s: (ready(m, s), setattr(s, "axonal_delay_steps", 2)), RuntimeError,
        "cannot set axonal_delay_steps of synapse population 'ab'",
    ),
    "late connections": (
        lambda m, s: (ready(m, s), s.set_sparse_connections([0], [0])), RuntimeError,
        "cannot be set while the model is loaded",
    ),
    "no connections": (
        lambda m, s: (m.build(), m.load()), RuntimeError,
        "give synapse population 'ab' an init_sparse_connectivity",
    ),
    "view": (
        lambda m, s: (ready(m, s), s.vars["g"].view), RuntimeError, "use 'values' of variable 'g'",
    ),
    "number": (
        lambda m, s: (ready(m, s), setattr(s.vars["g"], "values", 1.0)), TypeError,
        "needs one value for each synapse",
    ),
    "number of values": (
        lambda m, s: (ready(m, s), setattr(s.vars["g"], "values", [1.0])), ValueError,
        r"variable 'g' of synapse population 'ab' needs values of shape \(8,\)",
    ),
    "number of initial values": (
        lambda m, s: (s.vars["g"].set_init_values([1.0, 2.0]), ready(m, s)), ValueError,
        r"needs values of shape \(8,\), not \(2,\)",
    ),
    "pull before load": (
        lambda m, s: s.pull_connectivity_from_device(), RuntimeError, "call model.load",
    ),
    "events": (
        lambda m, s: s.pre_spike_event_recording_data, RuntimeError,
        "No presynaptic events are recorded from synapse population 'ab'",
    ),
    "events of targets": (
        lambda m, s: s.post_spike_event_recording_data, RuntimeError,
        "No postsynaptic events are recorded from synapse population 'ab'.*and its target",
    ),
    "delays that are not": (
        lambda m, s: engine.create_den_delay_var_ref(s), RuntimeError, "no dendritic delays",
    ),
    "presynaptic variable": (
        lambda m, s: create_wu_pre_var_ref(s, "x"), RuntimeError, "Variable 'x' not found",
    ),
}  # fmt: skip


def ready(model: Any, group: Any) -> None:
    group.set_sparse_connections(PRE, POST)
    model.build()
    model.load()


@pytest.mark.parametrize("mistake", WRONG)
def test_mistakes_are_named(mistake: str) -> None:
    make, kind, message = WRONG[mistake]
    with pytest.raises(kind, match=message):
        make(*sparse())


WRONG_REFERENCES = {
    "unknown": ({"V_pre": "U"}, RuntimeError, r"Variable 'U' not found: .* 'V_pre'"),
    "of another": (
        {"V_pre": "post"},
        RuntimeError,
        "must be to a variable of neuron",
    ),
    "missing": ({}, RuntimeError, "expected 1 Presynaptic neuron variable reference"),
    "type": ({"V_pre": "count"}, RuntimeError, "Incompatible type for variable reference 'V_pre'"),
}


@pytest.mark.parametrize("mistake", WRONG_REFERENCES)
def test_wrong_references_are_named(mistake: str) -> None:
    given, kind, message = WRONG_REFERENCES[mistake]
    model = new_model()
    pre, post = add_cells(model, "pre", 5), add_cells(model, "post", 4)
    reading = create_weight_update_model(
        "reading",
        pre_neuron_var_refs=[("V_pre", "scalar")],
        pre_spike_syn_code="addToPost(V_pre);",
    )
    if given.get("V_pre") == "post":
        given = {"V_pre": create_var_ref(post, "V")}
    with pytest.raises(kind, match=message):
        model.add_synapse_population(
            "ab", "DENSE", pre, post,
            init_weight_update(reading, pre_var_refs=given), init_postsynaptic("DeltaCurr"),
        )  # fmt: skip
    assert not model.synapse_populations
