"""Custom connectivity updates: what they do to rows, and what becomes of all else."""

from __future__ import annotations

import os
import re
import signal
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import numbagenn as engine
from numbagenn import VarAccess, VarAccessMode, create_var_ref, create_wu_var_ref
from numbagenn.language.code_strings import CodeStringError

create = engine.create_custom_connectivity_update_model
CELL = engine.create_neuron_model("cell", vars=[("V", "scalar")], sim_code="V += 1.0;")
WEIGHT = engine.create_weight_update_model(
    "weight",
    vars=[("g", "scalar", VarAccess.READ_ONLY), ("w", "scalar")],
    pre_spike_syn_code="addToPost(g * w);",
)
# Given in no order; four rows, of which the third has none.
PRE, POST = np.array([3, 0, 0, 1, 0, 3]), np.array([1, 4, 0, 2, 2, 0])
ROWS = [[0, 2, 4], [2], [], [0, 1]]


def network(
    update: Any = None, *, batch_size: int = 1, room: int = 6, **given: Any
) -> tuple[Any, Any, Any]:
    """Return a model, its synapses, and an update of them, which runs as ``change``."""
    model = engine.GeNNModel("double", "network")
    model.dt, model.batch_size, model.seed = 1.0, batch_size, 5
    pre = model.add_neuron_population("pre", 4, CELL, {}, {"V": np.arange(4.0)})
    post = model.add_neuron_population("post", 5, CELL, {}, {"V": np.arange(5.0)})
    synapses = model.add_synapse_population(
        "link",
        "SPARSE",
        pre,
        post,
        engine.init_weight_update(WEIGHT, {}, {"g": 10.0 * PRE + POST, "w": 0.5}),
        engine.init_postsynaptic("DeltaCurr"),
    )
    synapses.set_sparse_connections(PRE, POST)
    synapses.max_connections = room
    group = None
    if update is not None:
        if update.var_refs and "var_refs" not in given:
            given["var_refs"] = {
                one.name: create_wu_var_ref(synapses, one.name) for one in update.var_refs
            }
        group = model.add_custom_connectivity_update("u", "change", synapses, update, **given)
    return model, synapses, group


def loaded(update: Any, **given: Any) -> tuple[Any, Any, Any]:
    model, synapses, group = network(update, **given)
    model.build()
    model.load()
    return model, synapses, group


def rows(synapses: Any) -> list[list[int]]:
    synapses.pull_connectivity_from_device()
    pre, post = synapses.get_sparse_pre_inds(), synapses.get_sparse_post_inds()
    return [post[pre == row].tolist() for row in range(4)]


def values(group: Any, name: str) -> list[float]:
    group.vars[name].pull_from_device()
    return list(group.vars[name].values.tolist())


def changed(code: str, **parts: Any) -> tuple[list[list[int]], list[float]]:
    """Return the rows, and g, after an update has run once."""
    update = create("update", var_refs=[("g", "scalar")], row_update_code=code, **parts)
    model, synapses, _ = loaded(update)
    model.custom_update("change")
    return rows(synapses), values(synapses, "g")


def test_the_last_synapse_takes_the_place_of_one_that_is_removed() -> None:
    found, g = changed("for_each_synapse { if(id_post == 0) { remove_synapse(); } }")
    assert found == [[4, 2], [2], [], [1]]
    assert g == [4.0, 2.0, 12.0, 31.0]


def test_all_synapses_can_be_removed_and_the_moved_one_comes_next() -> None:
    assert changed("for_each_synapse { remove_synapse(); }") == ([[], [], [], []], [])


def test_break_leaves_the_loop_and_continue_goes_on() -> None:
    code = """
    for_each_synapse {
        if(id_post == 2) { continue; }
        if(id_post == 4) { break; }
        remove_synapse();
    }
    """
    assert changed(code)[0] == [[4, 2], [2], [], []]


def test_a_synapse_is_added_at_the_end_of_its_row() -> None:
    found, g = changed("add_synapse(id_pre, 100.0 + row_length);")
    assert found == [[0, 2, 4, 0], [2, 1], [2], [0, 1, 3]]
    assert g == [0.0, 2.0, 4.0, 103.0, 12.0, 101.0, 100.0, 30.0, 31.0, 102.0]


def test_a_synapse_that_is_added_in_the_loop_is_visited_too() -> None:
    code = """
    int visited = 0;
    for_each_synapse {
        visited++;
        if(visited == 1 && id_pre == 1) { add_synapse(4, 7.0); }
        g += visited;
    }
    """
    assert changed(code)[1] == [1.0, 4.0, 7.0, 13.0, 9.0, 31.0, 33.0]


def test_a_synapse_that_is_replaced_is_visited_again() -> None:
    code = """
    int left = row_length;
    for_each_synapse {
        if(left > 0) {
            add_synapse(id_post == 0 ? 3u : id_post, -g);
            remove_synapse();
            left--;
        }
    }
    """
    assert changed(code) == ([[3, 2, 4], [2], [], [3, 1]], [0.0, 2.0, 4.0, -12.0, 30.0, 31.0])


def test_names_that_row_code_knows() -> None:
    code = """
    a = id_pre; b = num_pre; c = num_post; d = row_stride; e = row_length; f = t + dt + batch;
    for_each_synapse { g = id_syn; }
    """
    names = "abcdef"
    update = create(
        "update",
        pre_vars=[(name, "scalar") for name in names],
        var_refs=[("g", "scalar")],
        row_update_code=code,
    )
    model, synapses, group = loaded(update, pre_vars=dict.fromkeys(names, -1.0))
    for _ in range(3):
        model.step_time()
    model.custom_update("change")
    found = {}
    for name in names:
        group.pre_vars[name].pull_from_device()
        found[name] = group.pre_vars[name].values.tolist()
    assert found == {
        "a": [0, 1, 2, 3],
        "b": [4] * 4,
        "c": [5] * 4,
        "d": [6] * 4,
        "e": [3, 1, 0, 2],
        "f": [4] * 4,
    }
    assert values(synapses, "g") == [0, 1, 2, 6, 18, 19]


@pytest.mark.parametrize("batch_size", [1, 5])
def test_variables_that_are_not_referred_to_follow_and_start_from_0(batch_size: int) -> None:
    update = create(
        "update",
        row_update_code="""
        for_each_synapse { if(id_post == 0) { remove_synapse(); } }
        add_synapse(3);
        """,
    )
    model, synapses, _ = loaded(update, batch_size=batch_size)
    w = np.arange(1.0, 1.0 + 6 * batch_size).reshape(batch_size, 6)
    synapses.vars["w"].values = w if batch_size > 1 else w[0]
    synapses.vars["w"].push_to_device()
    model.custom_update("change")
    assert rows(synapses) == [[4, 2, 3], [2, 3], [3], [1, 3]]
    expected = [[one[2], one[1], 0, one[3], 0, 0, one[5], 0] for one in w]
    assert np.reshape(values(synapses, "w"), (batch_size, 8)).tolist() == expected
    assert values(synapses, "g") == [4, 2, 0, 12, 0, 0, 31, 0]


def test_add_synapse_sets_what_each_batch_element_has_one_of() -> None:
    update = create(
        "update",
        vars=[("own", "int")],
        var_refs=[("w", "scalar")],
        row_update_code="""
        for_each_synapse { if(id_post == 0) { remove_synapse(); } }
        add_synapse(3, id_pre, 0.25);
        """,
    )
    model, synapses, group = loaded(update, batch_size=3, vars={"own": np.arange(6)})
    w = np.arange(1.0, 19.0).reshape(3, 6)
    synapses.vars["w"].values = w
    synapses.vars["w"].push_to_device()
    model.custom_update("change")
    expected = [[one[2], one[1], 0.25, one[3], 0.25, 0.25, one[5], 0.25] for one in w]
    assert np.array(values(synapses, "w")).tolist() == expected
    # Given in the order of the pairs: 0 to 4 was the second of them.
    assert values(group, "own") == [1, 4, 0, 3, 1, 2, 0, 3]


def test_spikes_take_the_new_connections() -> None:
    spiking = engine.create_neuron_model(
        "spiking", vars=[("x", "scalar")], sim_code="x = Isyn;", threshold_condition_code="true"
    )
    model = engine.GeNNModel("double", "network")
    model.dt = 1.0
    pre = model.add_neuron_population("pre", 3, spiking, {}, {"x": 0.0})
    post = model.add_neuron_population("post", 3, spiking, {}, {"x": 0.0})
    weight = engine.create_weight_update_model(
        "weight",
        vars=[("g", "scalar", VarAccess.READ_ONLY)],
        pre_spike_syn_code="addToPost(g);",
        post_spike_syn_code="addToPre(g);",
    )
    synapses = model.add_synapse_population(
        "link",
        "SPARSE",
        pre,
        post,
        engine.init_weight_update(weight, {}, {"g": [1.0, 2.0, 4.0]}),
        engine.init_postsynaptic("DeltaCurr"),
    )
    synapses.set_sparse_connections([0, 1, 2], [0, 1, 2])
    synapses.max_connections = 2
    update = create(
        "update",
        var_refs=[("g", "scalar")],
        row_update_code="if(id_pre == 0) { for_each_synapse { remove_synapse(); } } "
        "else { add_synapse(0, 8.0); }",
    )
    model.add_custom_connectivity_update(
        "u", "change", synapses, update, var_refs={"g": create_wu_var_ref(synapses, "g")}
    )
    model.build()
    model.load()

    def inputs() -> list[list[float]]:
        model.step_time()
        model.step_time()
        for one in (pre, post):
            one.vars["x"].pull_from_device()
        return [one.vars["x"].values.tolist() for one in (pre, post)]

    assert inputs() == [[1, 2, 4], [1, 2, 4]]
    model.custom_update("change")
    assert inputs() == [[0, 10, 12], [16, 2, 4]]


def test_an_update_of_synapses_runs_before_and_is_sized_by_what_there_is() -> None:
    update = create("update", row_update_code="for_each_synapse { remove_synapse(); break; }")
    model, synapses, _ = network(update)
    double = engine.create_custom_update_model(
        "double",
        vars=[("was", "scalar")],
        var_refs=[("g", "scalar")],
        update_code="was = g; g = 2 * g;",
    )
    doubling = model.add_custom_update(
        "d", "change", double, {}, {"was": 0.0}, {"g": create_wu_var_ref(synapses, "g")}
    )
    model.build()
    model.load()
    model.custom_update("change")
    assert values(doubling, "was") == [4.0, 2.0, 31.0]
    assert values(synapses, "g") == [8.0, 4.0, 62.0]
    model.custom_update("change")
    assert values(doubling, "was") == [4.0]
    assert values(synapses, "g") == [8.0]


def test_loading_again_starts_from_the_first_connections() -> None:
    update = create("update", row_update_code="for_each_synapse { remove_synapse(); }")
    model, synapses, _ = loaded(update)
    model.custom_update("change")
    assert rows(synapses) == [[], [], [], []]
    model.unload()
    model.load()
    assert rows(synapses) == ROWS
    assert values(synapses, "g") == [0.0, 2.0, 4.0, 12.0, 30.0, 31.0]


def test_the_host_sees_new_connections_once_they_are_pulled() -> None:
    model, synapses, _ = loaded(create("update", row_update_code="add_synapse(0);"))
    assert len(synapses.get_sparse_pre_inds()) == 6
    model.custom_update("change")
    with pytest.raises(RuntimeError, match="still on the device"):
        synapses.get_sparse_pre_inds()
    synapses.vars["g"].values = np.arange(10.0)
    synapses.vars["g"].push_to_device()
    assert values(synapses, "g") == [*range(10)]
    assert synapses.max_connections == 6


def test_host_code_works_on_the_copies_of_the_host() -> None:
    update = create(
        "update",
        params=["p"],
        pre_vars=[("a", "int")],
        post_vars=[("b", "scalar")],
        extra_global_params=[("e", "int*")],
        host_update_code="""
        pullRowLengthFromDevice();
        for(unsigned int i = 0; i < num_pre; i++) { a[i] += 10 * row_length[i]; }
        for(unsigned int j = 0; j < num_post; j++) { b[j] = p * j; }
        int *second = e + 1;
        *second = num_post + row_stride;
        pushaToDevice();
        pushbToDevice();
        pusheToDevice(1);
        """,
        row_update_code="""
        a += 1;
        e[2] += e[1];
        for_each_synapse { if(b > 5.0) { remove_synapse(); } }
        """,
    )
    model, synapses, group = network(
        update, params={"p": 2.0}, pre_vars={"a": 0}, post_vars={"b": 0}
    )
    group.extra_global_params["e"].set_init_values([1, 2, 3])
    model.build()
    model.load()
    model.custom_update("change")
    assert group.pre_vars["a"].values.tolist() == [30, 10, 0, 20]
    group.pre_vars["a"].pull_from_device()
    assert group.pre_vars["a"].values.tolist() == [31, 11, 1, 21]
    # The second element was written and only the first one copied.
    assert group.extra_global_params["e"].values.tolist() == [1, 11, 3]
    group.extra_global_params["e"].pull_from_device()
    assert group.extra_global_params["e"].values.tolist() == [1, 2, 11]
    assert rows(synapses) == [[0, 2], [2], [], [0, 1]]


def test_each_run_draws_other_numbers_and_each_load_with_a_seed_the_same() -> None:
    update = create(
        "update",
        pre_vars=[("x", "scalar")],
        row_update_code="x = gennrand_uniform();",
    )
    model, _, group = loaded(update, pre_vars={"x": 0.0})

    def drawn() -> list[float]:
        model.custom_update("change")
        group.pre_vars["x"].pull_from_device()
        return list(group.pre_vars["x"].values.tolist())

    first, second = drawn(), drawn()
    assert len({*first, *second}) == 8
    model.unload()
    model.load()
    assert [drawn(), drawn()] == [first, second]


def test_a_dynamic_parameter_of_an_update() -> None:
    update = create("update", params=["p"], pre_vars=[("x", "scalar")], row_update_code="x = p;")
    model, _, group = network(update, params={"p": 1.0}, pre_vars={"x": 0.0})
    group.set_param_dynamic("p")
    model.build()
    model.load()
    group.set_dynamic_param_value("p", 3.0)
    model.custom_update("change")
    group.pre_vars["x"].pull_from_device()
    assert group.pre_vars["x"].values.tolist() == [3.0] * 4


def test_timers_tell_the_parts_apart() -> None:
    update = create("update", row_update_code="add_synapse(0);", host_update_code="int x = 0;")
    model, _, _ = network(update)
    model.timing_enabled = True
    model.build()
    model.load()
    assert model.get_custom_update_time("change") == 0.0
    model.custom_update("change")
    assert model.get_custom_update_time("change") > 0.0
    assert model.get_custom_update_remap_time("change") > 0.0
    assert model.get_custom_update_host_time("change") > 0.0


def test_a_full_row_stays_as_it_is() -> None:
    model, synapses, _ = loaded(create("update", row_update_code="add_synapse(4);"), room=3)
    with pytest.raises(RuntimeError, match="row 0 is full: it has room for 3") as error:
        model.custom_update("change")
    assert "custom connectivity update 'u'" in str(error.value)
    assert rows(synapses) == [[0, 2, 4], [2, 4], [4], [0, 1, 4]]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("add_synapse(5);", "add_synapse(5, …) is given a neuron that does not exist"),
        ("add_synapse(-1);", "is given a neuron that does not exist"),
        ("for_each_synapse { remove_synapse(); remove_synapse(); }", "is removed twice"),
    ],
)
def test_mistakes_that_show_while_it_runs(code: str, message: str) -> None:
    model, _, _ = loaded(create("update", row_update_code=code))
    with pytest.raises(RuntimeError, match=re.escape(message)):
        model.custom_update("change")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("x = 1.0;", "Undefined name 'x'"),
        ("pre_x = id_post;", "'id_post' cannot be used here: it is known only inside"),
        ("remove_synapse();", "removes a synapse of for_each_synapse; call it there"),
        ("for_each_synapse { for_each_synapse { } }", "cannot be inside of another"),
        ("for_each_synapse { id_post = 1; }", "read-only"),
        ("for_each_synapse { post_x = 1.0; }", "read-only"),
        ("for_each_synapse { fixed = 1.0; }", "read-only"),
        ("row_length = 1;", "read-only"),
        ("add_synapse(1);", "takes 3 arguments, 1 given"),
        ("pre_x = num_batch;", "runs once for the whole batch"),
        ("pre_x = id;", "of synapses, not of neurons"),
        ("pushpre_xToDevice();", "Undefined function"),
        ("for_each_synapse g = 1.0", "';' missing"),
        ("g = 1.0;", "'g' cannot be used here: it is known only inside"),
    ],
)
def test_mistakes_in_code_of_rows(code: str, message: str) -> None:
    with pytest.raises(CodeStringError, match=re.escape(message)):
        create(
            "update",
            pre_vars=[("pre_x", "scalar")],
            post_vars=[("post_x", "scalar")],
            var_refs=[("g", "scalar"), ("fixed", "scalar", VarAccessMode.READ_ONLY)],
            row_update_code=code,
        )


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("row_length[0] = 1;", "read-only"),
        ("int i = id_pre;", "code of the host runs once"),
        ("add_synapse(0);", "Undefined function 'add_synapse'"),
        ("for_each_synapse { }", "belongs in the row update code"),
        ("g = 1.0;", "Undefined name 'g'"),
        ("pusheToDevice();", "takes 1 argument, 0 given"),
        ("pushpre_xToDevice(3);", "takes 0 arguments, 1 given"),
        ("pre_x = 3;", "pre_x"),
    ],
)
def test_mistakes_in_code_of_the_host(code: str, message: str) -> None:
    with pytest.raises(CodeStringError, match=re.escape(message)):
        create(
            "update",
            pre_vars=[("pre_x", "scalar")],
            var_refs=[("g", "scalar")],
            extra_global_params=[("e", "int*")],
            host_update_code=code,
        )


def test_for_each_synapse_belongs_in_row_code_alone() -> None:
    with pytest.raises(CodeStringError, match="belongs in the row update code"):
        engine.create_neuron_model("cell", sim_code="for_each_synapse { }")


REFERRING = create("referring", var_refs=[("g", "scalar")], row_update_code=";")
LOOKING = create("looking", pre_var_refs=[("V", "scalar")], row_update_code=";")
EMPTY = create("empty", row_update_code=";")


@pytest.mark.parametrize(
    ("add", "error", "message"),
    [
        (lambda m, s: m("u", "g", s, "nope"), AttributeError, "has no attribute 'nope'"),
        (lambda m, s: m("u", "g", "link", EMPTY), TypeError, "needs a synapse population"),
        (
            lambda m, s: m("u", "g", s, CELL),
            TypeError,
            "expected a custom connectivity",
        ),
        (lambda m, s: m("u", "g h", s, EMPTY), RuntimeError, "illegal character"),
        (lambda m, s: m("u", "g", s, EMPTY, {"p": 1}), RuntimeError, "expected 0 parameters"),
        (
            lambda m, s: m("u", "g", s, EMPTY, {}, {"v": 1}),
            RuntimeError,
            "Custom connectivity update u",
        ),
        (lambda m, s: m("u", "g", s, REFERRING), RuntimeError, "Variable reference"),
        (
            lambda m, s: m("u", "g", s, REFERRING, var_refs={"g": create_var_ref(s.src, "V")}),
            RuntimeError,
            "must refer to same synapse group",
        ),
        (
            lambda m, s: m("u", "g", s, LOOKING, pre_var_refs={"V": create_var_ref(s.trg, "V")}),
            RuntimeError,
            "must have the same size as presynaptic population",
        ),
        (
            lambda m, s: m("u", "g", s, LOOKING, pre_var_refs={"V": create_wu_var_ref(s, "g")}),
            RuntimeError,
            "must have the same size as presynaptic population",
        ),
    ],
)
def test_mistakes_when_it_is_added(
    add: Callable[..., Any], error: type[Exception], message: str
) -> None:
    model, synapses, _ = network()
    with pytest.raises(error, match=re.escape(message)):
        add(model.add_custom_connectivity_update, synapses)
    assert not model.custom_connectivity_updates
    assert not synapses.is_changeable


def test_dense_synapses_have_no_rows_to_change() -> None:
    model, synapses, _ = network()
    pulse = engine.init_weight_update("StaticPulse", {}, {"g": 1.0})
    dense = model.add_synapse_population(
        "dense", "DENSE", synapses.src, synapses.trg, pulse, synapses.ps_initialiser
    )
    with pytest.raises(RuntimeError, match="can only be attached to synapse groups with SPARSE"):
        model.add_custom_connectivity_update("u", "g", dense, EMPTY)


CONVOLUTION = {
    f"conv_{name}": size
    for name, size in {
        "kh": 1,
        "kw": 2,
        "ih": 1,
        "iw": 3,
        "ic": 1,
        "oh": 1,
        "ow": 3,
        "oc": 1,
    }.items()
}
NO_PADDING = {
    f"conv_{name}": size for name, size in (("sh", 1), ("sw", 1), ("padh", 0), ("padw", 1))
}


@pytest.mark.parametrize(
    ("matrix_type", "connectivity"),
    [
        ("BITMASK", engine.init_sparse_connectivity("OneToOne")),
        ("PROCEDURAL", engine.init_sparse_connectivity("OneToOne")),
        ("PROCEDURAL_KERNELG", engine.init_sparse_connectivity("Conv2D", CONVOLUTION | NO_PADDING)),
        ("TOEPLITZ", engine.init_toeplitz_connectivity("Conv2D", CONVOLUTION)),
        ("DENSE_PROCEDURALG", None),
    ],
)
def test_other_matrix_types_have_no_rows_to_change(matrix_type: str, connectivity: Any) -> None:
    model = engine.GeNNModel("float", "fixed")
    cells = model.add_neuron_population("cells", 3, CELL, {}, {"V": 0.0})
    pulse = engine.init_weight_update("StaticPulseConstantWeight", {"g": 1.0})
    fixed = model.add_synapse_population(
        "fixed",
        matrix_type,
        cells,
        cells,
        pulse,
        engine.init_postsynaptic("DeltaCurr"),
        connectivity,
    )
    with pytest.raises(
        RuntimeError, match=f"'fixed', which is {matrix_type}; add that as 'SPARSE'"
    ):
        model.add_custom_connectivity_update("u", "g", fixed, EMPTY)


def test_weights_from_a_kernel_follow_as_all_others_do() -> None:
    model = engine.GeNNModel("float", "kernel")
    model.dt = 1.0
    cells = model.add_neuron_population("cells", 3, CELL, {}, {"V": 0.0})
    synapses = model.add_synapse_population(
        "link",
        "SPARSE",
        cells,
        cells,
        engine.init_weight_update("StaticPulse", {}, {"g": engine.init_var("Kernel")}),
        engine.init_postsynaptic("DeltaCurr"),
        engine.init_sparse_connectivity("Conv2D", CONVOLUTION | NO_PADDING),
    )
    synapses.vars["g"].extra_global_params["kernel"].set_init_values([2.0, 3.0])
    update = create(
        "update", row_update_code="for_each_synapse { if(id_post == 1) { remove_synapse(); } }"
    )
    model.add_custom_connectivity_update("u", "change", synapses, update)
    model.build()
    for _ in range(2):
        model.load()
        assert values(synapses, "g") == [3.0, 2.0, 3.0, 2.0, 3.0]
        model.custom_update("change")
        synapses.pull_connectivity_from_device()
        assert [*synapses.get_sparse_post_inds()] == [0, 2, 2]
        assert values(synapses, "g") == [3.0, 2.0, 3.0]
        model.unload()


def test_a_name_can_be_given_once() -> None:
    model, synapses, _ = network(EMPTY)
    with pytest.raises(RuntimeError, match="connectivity update with duplicate name: u"):
        model.add_custom_connectivity_update("u", "g", synapses, EMPTY)


def test_a_batch_must_share_what_code_of_rows_reads() -> None:
    model, synapses, _ = network(batch_size=2)
    model.add_custom_connectivity_update(
        "u", "g", synapses, LOOKING, pre_var_refs={"V": create_var_ref(synapses.src, "V")}
    )
    with pytest.raises(RuntimeError, match="Presynaptic variables referenced by Custom"):
        model.build()
    reading = create(
        "reading", var_refs=[("w", "scalar")], row_update_code="for_each_synapse { w = 1.0; }"
    )
    model, _, _ = network(reading, batch_size=2)
    with pytest.raises(CodeStringError, match="each batch element has its own"):
        model.build()


def test_references_to_variables_of_an_update() -> None:
    own = create("own", pre_vars=[("x", "scalar")], vars=[("a", "scalar")], row_update_code=";")
    model, synapses, group = network(own, vars={"a": 1.0}, pre_vars={"x": 2.0})
    assert engine.create_pre_var_ref(group, "x").size == 4
    with pytest.raises(RuntimeError, match="Variable 'y' not found"):
        engine.create_post_var_ref(group, "y")
    with pytest.raises(TypeError, match="needs a custom connectivity update"):
        engine.create_pre_var_ref(synapses, "x")
    assert create_wu_var_ref(group, "a").synapses is synapses
    assert model.custom_connectivity_updates["u"] is group
    assert group.synapse_group is synapses


def test_an_update_that_is_unknown() -> None:
    model, _, _ = loaded(EMPTY)
    with pytest.raises(IndexError, match="Unknown custom update group 'chang'; did you"):
        model.custom_update("chang")


@pytest.mark.skipif(os.name == "nt", reason="a process on Windows cannot send itself Ctrl-C alone")
def test_an_interrupt_leaves_the_rest_of_the_rows_to_the_next_call() -> None:
    model = engine.GeNNModel("double", "network")
    model.dt = 1.0
    cells = model.add_neuron_population("cells", 400, CELL, {}, {"V": 0.0})
    synapses = model.add_synapse_population(
        "link",
        "SPARSE",
        cells,
        cells,
        engine.init_weight_update("StaticPulse", {}, {"g": 1.0}),
        engine.init_postsynaptic("DeltaCurr"),
        engine.init_sparse_connectivity("OneToOne"),
    )
    synapses.max_connections = 2
    slow = create(
        "slow",
        pre_vars=[("runs", "unsigned int"), ("x", "unsigned int")],
        var_refs=[("g", "scalar")],
        row_update_code="""
        runs++;
        for(unsigned int i = 0; i < 1000000u; i++) { x = 3u * x + 1u; }
        add_synapse((id_pre + 1) % num_post, id_pre);
        """,
    )
    weights = create_wu_var_ref(synapses, "g")
    group = model.add_custom_connectivity_update(
        "u", "change", synapses, slow, pre_vars={"runs": 0, "x": 1}, var_refs={"g": weights}
    )
    model.build()
    model.load()
    timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        model.custom_update("change")
    group.pre_vars["runs"].pull_from_device()
    assert group.pre_vars["runs"].values.tolist() == [1] * 400
    synapses.pull_connectivity_from_device()
    assert synapses.get_sparse_pre_inds().tolist() == [*np.repeat(np.arange(400), 2)]
    assert values(synapses, "g") == [g for row in range(400) for g in (1.0, row)]
