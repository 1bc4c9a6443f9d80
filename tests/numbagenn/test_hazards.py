"""What PyGeNN 5.4 does badly, decided one by one: done well here, or refused with a remedy."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np
import pytest

import numbagenn as engine
from numbagenn.language.code_strings import CodeStringError
from tests.numbagenn.networks import add_cells, connect, new_model, pulled, steps


def results(code: str, *variables: str, ctype: str = "int64_t", start: float = 0) -> list[Any]:
    """Run code once in a neuron and give its variables."""
    model = new_model()
    neuron = engine.create_neuron_model(
        "calculating", vars=[(name, ctype) for name in variables], sim_code=code
    )
    pop = model.add_neuron_population("pop", 1, neuron, {}, dict.fromkeys(variables, start))
    model.build()
    model.load()
    model.step_time()
    return [pulled(pop, name).item() for name in variables]


def test_models_of_one_name_are_independent() -> None:
    """PyGeNN compiles both into one library."""
    models = []
    for amount in (1.0, 2.0):
        model = new_model("twin")
        neuron = engine.create_neuron_model(
            "adding", vars=[("V", "scalar")], sim_code=f"V += {amount};"
        )
        pop = model.add_neuron_population("pop", 2, neuron, {}, {"V": 0.0})
        model.build()
        models.append((model, pop, amount))
    for model, _, _ in models:
        model.load()
    for model, pop, amount in models:
        steps(model, 3)
        assert pulled(pop, "V").tolist() == [3 * amount] * 2


@pytest.mark.slow
def test_descriptions_live_as_long_as_they_are_used() -> None:
    """PyGeNN frees what only it refers to, and the process ends."""
    model = new_model()
    source = add_cells(model, "source", 2, threshold=0.0)
    target = add_cells(model, "target", 2, threshold=9.0)
    model.add_synapse_population(
        "inline",
        "DENSE",
        source,
        target,
        engine.init_weight_update(
            engine.create_weight_update_model(
                "w", vars=[("g", "scalar")], pre_spike_syn_code="addToPost(2.0 * g);"
            ),
            {},
            {
                "g": engine.init_var(
                    engine.create_var_init_snippet("i", var_init_code="value = id_pre;")
                )
            },
        ),
        engine.init_postsynaptic(
            engine.create_postsynaptic_model("p", sim_code="injectCurrent(inSyn); inSyn = 0.0;")
        ),
    )
    gc.collect()
    model.build()
    gc.collect()
    model.load()
    steps(model, 2)
    assert pulled(target, "V").tolist() == [2.0, 2.0]


def test_arithmetic_is_that_of_c() -> None:
    """PyGeNN writes ``--k`` for ``- -k``, and looks at 32 bits of what ``abs`` is given."""
    a, b = results("int k = 5; a = - -k; b = k;", "a", "b")
    assert (a, b) == (5, 5)
    (a,) = results("a = abs(a);", "a", start=-(2.0**40))
    assert a == 2**40


def test_a_local_may_hide_one_of_an_outer_block() -> None:
    a, b = results("int k = 1; { int k = 2; a = k; } b = k;", "a", "b")
    assert (a, b) == (2, 1)


def test_a_function_is_called_or_refused() -> None:
    with pytest.raises(CodeStringError, match="'exp' is a function; call it"):
        results("a = exp;", "a", ctype="scalar")


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("a /= 2;", "x = x / y"),
        ("a = 8 >> 1;", "divide by a power of two"),
        ("a >>= 1;", "divide by a power of two"),
        ("a = .5;", r"write 0\.5"),
        ("/* no */ a = 1;", "use //"),
        ("unsigned long long k = 1; a = k;", "mean 'unsigned long'"),
    ],
)
def test_what_pygenn_cannot_read_is_refused_with_a_remedy(code: str, remedy: str) -> None:
    with pytest.raises(RuntimeError, match=remedy):
        results(code, "a")


def test_min_and_max_of_two_types_are_refused() -> None:
    """PyGeNN makes C++ of it that does not compile."""
    for function in ("min", "max"):
        with pytest.raises(CodeStringError, match="of one type, not 'int' and 'unsigned int'"):
            results(f"a = {function}(1, 2u);", "a")
        with pytest.raises(CodeStringError, match="of one type"):
            results(f"int k = 1; unsigned int m = 2u; a = {function}(m, k);", "a")


def test_current_sources_read_their_neurons() -> None:
    """PyGeNN 5.4.0 has the argument, and fails on it."""
    model = new_model()
    leak = engine.create_current_source_model(
        "leak",
        neuron_var_refs=[("v", "scalar", engine.VarAccessMode.READ_ONLY)],
        injection_code="injectCurrent(-0.5 * v);",
    )
    pop = add_cells(model, "pop", 2, threshold=9.0)
    model.add_current_source("leak", leak, pop, {}, {}, {"v": "V"})
    model.build()
    model.load()
    pop.vars["V"].values = [4.0, -8.0]
    pop.vars["V"].push_to_device()
    steps(model, 2)
    assert pulled(pop, "V").tolist() == [1.0, -2.0]


def test_recording_is_switched_on_in_time() -> None:
    """In PyGeNN it gives garbage when it is too late, and ends the process with 0 steps."""
    model = new_model()
    pop = add_cells(model, "pop", 2)
    pop.spike_recording_enabled = True
    model.build()
    with pytest.raises(RuntimeError, match="already built"):
        pop.spike_recording_enabled = False
    with pytest.raises((RuntimeError, ValueError), match="num_recording_timesteps"):
        model.load(num_recording_timesteps=0)
    assert not model._loaded
    model.load(num_recording_timesteps=1)


def test_nothing_changes_after_building() -> None:
    model = new_model()
    source, target = add_cells(model, "source", 2), add_cells(model, "target", 2)
    group = connect(model, source, target, np.ones(4))
    model.build()
    for thing, name, value in (
        (model, "dt", 0.5),
        (model, "batch_size", 2),
        (model, "timing_enabled", True),
        (model, "fuse_postsynaptic_models", True),
        (group, "axonal_delay_steps", 2),
        (group, "max_dendritic_delay_timesteps", 2),
        (group, "post_target_var", "Isyn"),
    ):
        with pytest.raises(RuntimeError, match=f"already built: cannot set {name}"):
            setattr(thing, name, value)
    assert (model.dt, model.batch_size, group.axonal_delay_steps) == (1.0, 1, 0)


@pytest.mark.parametrize(
    ("name", "value"), [("dt", 0.0), ("dt", -1.0), ("batch_size", 0), ("batch_size", -1)]
)
def test_sizes_and_times_are_positive(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=name):
        setattr(new_model(), name, value)
    with pytest.raises(ValueError, match="at least 1"):
        add_cells(new_model(), "none", 0)


def test_arrays_are_not_stretched_in_silence() -> None:
    """PyGeNN takes an array of one value for all, even where a list went wrong."""
    model = new_model()
    neuron = engine.create_neuron_model("holder", vars=[("V", "scalar")])
    with pytest.raises(ValueError, match="give the number itself"):
        model.add_neuron_population("pop", 3, neuron, {}, {"V": [1.0]})


@pytest.mark.parametrize("which", ["create_spike_time_var_ref", "create_prev_spike_time_var_ref"])
def test_references_to_spike_times_keep_them(which: str) -> None:
    """PyGeNN 5.4.0 cannot load such a model unless some code asks for the times as well."""
    model = new_model()
    pop = add_cells(model, "pop", 1, threshold=0.0)
    look = engine.create_custom_update_model(
        "look",
        vars=[("seen", "timepoint")],
        var_refs=[("when", "timepoint", engine.VarAccessMode.READ_ONLY)],
        update_code="seen = when;",
    )
    refs = {"when": getattr(engine, which)(pop)}
    update = model.add_custom_update("look", "Look", look, {}, {"seen": 0.0}, refs)
    model.build()
    model.load()
    steps(model, 4)
    model.custom_update("Look")
    assert pulled(update, "seen").tolist() == [3.0 if which == "create_spike_time_var_ref" else 2.0]


def test_sparse_synapses_are_numbered_one_by_one() -> None:
    """PyGeNN leaves out as many numbers as a row is shorter than the longest."""
    model = new_model()
    source, target = add_cells(model, "source", 3, threshold=0.0), add_cells(model, "target", 3)
    ids = ("on_spike", "always", "first")
    noting = engine.create_weight_update_model(
        "noting",
        vars=[(name, "int") for name in ids],
        pre_spike_syn_code="on_spike = id_syn;",
        synapse_dynamics_code="always = id_syn;",
    )
    start = engine.create_var_init_snippet("start", var_init_code="value = id_syn;")
    number = engine.create_custom_update_model(
        "number", vars=[("id", "int")], var_refs=[("first", "int")], update_code="id = id_syn;"
    )
    values = {"on_spike": -1, "always": -1, "first": engine.init_var(start)}
    group = model.add_synapse_population(
        "sparse", "SPARSE", source, target,
        engine.init_weight_update(noting, {}, values), engine.init_postsynaptic("DeltaCurr"),
    )  # fmt: skip
    group.set_sparse_connections([0, 2, 2, 2], [1, 0, 2, 1])
    refs = {"first": engine.create_wu_var_ref(group, "first")}
    update = model.add_custom_update("number", "Number", number, {}, {"id": -1}, refs)
    model.build()
    model.load()
    steps(model, 2)
    model.custom_update("Number")
    for owner, name in (*((group, name) for name in ids), (update, "id")):
        assert pulled(owner, name).tolist() == [0, 1, 2, 3], name


def test_synapses_may_have_code_for_spikes_and_events_of_one_neuron() -> None:
    """PyGeNN's CPU backend cannot build this; events come before spikes."""
    both = engine.create_weight_update_model(
        "both",
        vars=[("w", "scalar")],
        post_neuron_var_refs=[("V", "scalar", engine.VarAccessMode.READ_ONLY)],
        post_event_threshold_condition_code="V > 1.5",
        post_event_syn_code="w *= 10.0;",
        post_spike_syn_code="w += 1.0;",
    )
    ramp = engine.create_neuron_model(
        "ramp", vars=[("V", "scalar")], sim_code="V += 1.0;", threshold_condition_code="V > 2.5"
    )
    model = new_model()
    pop = model.add_neuron_population("pop", 2, ramp, {}, {"V": 0.0})
    group = model.add_synapse_population(
        "within",
        "DENSE",
        pop,
        pop,
        engine.init_weight_update(both, {}, {"w": 1.0}, post_var_refs={"V": "V"}),
        engine.init_postsynaptic("DeltaCurr"),
    )
    model.build()
    model.load()
    seen = []
    for _ in range(5):
        steps(model, 1)
        seen.append(pulled(group, "w")[0])
    # V is 1, 2, 3, …; events from the second step on and spikes from the third, each a step later.
    assert seen == [1.0, 1.0, 10.0, 101.0, 1011.0]


def test_neurons_connected_with_each_other_have_events_of_both_sides() -> None:
    """Within one population PyGeNN takes the presynaptic condition for both sides."""
    read_only = engine.VarAccessMode.READ_ONLY
    both = engine.create_weight_update_model(
        "both",
        vars=[("forth", "int"), ("back", "int")],
        pre_neuron_var_refs=[("V_pre", "scalar", read_only)],
        post_neuron_var_refs=[("V_post", "scalar", read_only)],
        pre_event_threshold_condition_code="V_pre > 2.5",
        pre_event_syn_code="forth++;",
        post_event_threshold_condition_code="V_post > 6.5",
        post_event_syn_code="back++;",
    )
    ramp = engine.create_neuron_model("ramp", vars=[("V", "scalar")], sim_code="V += id + 1;")
    model = new_model()
    pop = model.add_neuron_population("pop", 2, ramp, {}, {"V": 0.0})
    group = model.add_synapse_population(
        "within",
        "DENSE",
        pop,
        pop,
        engine.init_weight_update(
            both,
            {},
            {"forth": 0, "back": 0},
            pre_var_refs={"V_pre": "V"},
            post_var_refs={"V_post": "V"},
        ),
        engine.init_postsynaptic("DeltaCurr"),
    )
    pop.spike_event_recording_enabled = True
    model.build()
    model.load(num_recording_timesteps=9)
    steps(model, 9)
    # V is 1, 2, … and 2, 4, …; what the last step sends does not arrive any more.
    assert pulled(group, "forth").tolist() == [6, 6, 7, 7]
    assert pulled(group, "back").tolist() == [2, 5, 2, 5]
    model.pull_recording_buffers_from_device()
    ((times, ids),) = group.pre_spike_event_recording_data
    assert times[ids == 0].tolist() == [2, 3, 4, 5, 6, 7, 8]
    assert times[ids == 1].tolist() == [1, 2, 3, 4, 5, 6, 7, 8]
    ((times, ids),) = group.post_spike_event_recording_data
    assert times[ids == 0].tolist() == [6, 7, 8]
    assert times[ids == 1].tolist() == [3, 4, 5, 6, 7, 8]
