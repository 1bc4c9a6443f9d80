"""To look at something, or to refer to it, changes nothing; and nothing changes after ``build``."""

from __future__ import annotations

import inspect
import random
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import numbagenn as engine
from numbagenn.compat import v4_9 as legacy
from tests import a_few
from tests.numbagenn.language.disturbed_code import plan_of
from tests.numbagenn.networks import add_cells, new_model, pulled, steps

NEVER = np.finfo(np.float32).min

SENDER = engine.create_neuron_model(
    "sender",
    params=["Vthr"],
    vars=[("V", "scalar")],
    sim_code="V += Isyn + table[id % 2] + 0.1 * gennrand_uniform();",
    threshold_condition_code="V >= Vthr",
    reset_code="V = 0.0;",
    extra_global_params=[("table", "scalar*")],
)
RECEIVER = engine.create_neuron_model(
    "receiver",
    params=["Vthr"],
    vars=[("V", "scalar"), ("since", "scalar")],
    additional_input_vars=[("extra", "scalar", 0.0)],
    sim_code="V += Isyn + extra; since = t - st;",
    threshold_condition_code="V >= Vthr",
    reset_code="V = 0.0;",
)
PLASTIC = engine.create_weight_update_model(
    "plastic",
    params=["rate"],
    vars=[("g", "scalar")],
    pre_vars=[("x", "scalar")],
    post_vars=[("y", "scalar")],
    pre_neuron_var_refs=[("V_pre", "scalar", engine.VarAccessMode.READ_ONLY)],
    pre_spike_syn_code="addToPost(g); addToPostDelay(0.5 * g, 1u); addToPre(0.01); g += rate * x;",
    pre_event_threshold_condition_code="V_pre > 0.7",
    pre_event_syn_code="g *= 0.99;",
    pre_spike_code="x += 1.0;",
    post_dynamics_code="y += 0.5;",
)
SHAPE = engine.create_postsynaptic_model(
    "shape",
    params=["decay"],
    vars=[("gain", "scalar")],
    sim_code="injectCurrent(gain * inSyn); inSyn *= decay;",
)
TABLE = engine.create_var_init_snippet(
    "table", extra_global_params=[("values", "scalar*")], var_init_code="value = values[id % 2];"
)


def described() -> Any:
    """Return a model with parts of every kind, that is not built."""
    model = new_model("looks", batch_size=2)
    model.seed = 3
    a = model.add_neuron_population("a", 6, SENDER, {"Vthr": 1.0}, {"V": engine.init_var(TABLE)})
    b = model.add_neuron_population("b", 4, RECEIVER, {"Vthr": 2.0}, {"V": 0.0, "since": 0.0})
    a.vars["V"].extra_global_params["values"].set_init_values([0.1, 0.6])
    a.extra_global_params["table"].set_init_values([0.3, 0.4])
    a.spike_recording_enabled = a.spike_event_recording_enabled = True
    b.set_param_dynamic("Vthr")
    shape = engine.init_postsynaptic(SHAPE, {"decay": 0.5}, {"gain": 0.75})
    values = ({"rate": 0.1}, {"g": 0.2}, {"x": 0.0}, {"y": 0.0})
    update = engine.init_weight_update(PLASTIC, *values, pre_var_refs={"V_pre": "V"})
    ab = model.add_synapse_population("ab", "DENSE", a, b, update, shape)
    ab.axonal_delay_steps, ab.max_dendritic_delay_timesteps, ab.post_target_var = 2, 3, "extra"
    model.add_synapse_population(
        "ba",
        "SPARSE",
        b,
        a,
        engine.init_weight_update("StaticPulse", {}, {"g": 0.25}),
        engine.init_postsynaptic("DeltaCurr"),
        engine.init_sparse_connectivity("FixedProbability", {"prob": 0.5}),
    )
    model.add_current_source("noise", "GaussianNoise", b, {"mean": 0.2, "sd": 0.1})
    for name, pop in model.neuron_populations.items():
        halve = engine.create_custom_update_model(
            "halve", vars=[("n", "int")], var_refs=[("V", "scalar")], update_code="V *= 0.5; n++;"
        )
        references = {"V": engine.create_var_ref(pop, "V")}
        model.add_custom_update(f"{name}_halve", "Halve", halve, {}, {"n": 0}, references)
    return model


def old() -> Any:
    """Return a model of PyGeNN 4.9, that is not built."""
    model = legacy.GeNNModel("float", "old_looks")
    model.dT = 1.0
    lif = {"C": 1.0, "TauM": 20.0, "Vrest": 0.0, "Vreset": 0.0}
    lif |= {"Vthresh": 0.2, "Ioffset": 0.5, "TauRefrac": 1.0}
    for name in "ab":
        model.add_neuron_population(name, 3, "LIF", lif, {"V": 0.0, "RefracTime": 0.0})
    model.add_synapse_population(
        "ab",
        "DENSE_INDIVIDUALG",
        2,
        "a",
        "b",
        "StaticPulse",
        {},
        {"g": 0.1},
        {},
        {},
        "ExpCurr",
        {"tau": 3.0},
        {},
    )
    model.neuron_populations["a"].spike_recording_enabled = True
    return model


models = pytest.mark.parametrize("describe", a_few([old, described]))


@pytest.fixture(autouse=True)
def no_word_of_deprecated_names() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        yield


# Looks ------------------------------------------------------------------------------------------

# Methods that do something, as their names say.
ACTS = ("build", "load", "unload", "end", "step_time", "reinitialise", "push_", "pull_")


def variables(model: Any) -> list[Any]:
    found = []
    for group in model._groups():
        tables = [table for name, table in vars(group).items() if name.endswith(("vars", "params"))]
        found += [one for table in tables if isinstance(table, dict) for one in table.values()]
        found += [variable for _, variable in group.buffers() if variable is not None]
    return [one for one in found if hasattr(one, "pull_from_device")]


def takes_nothing(method: Any) -> bool:
    parameters = inspect.signature(method).parameters.values()
    return all(one.default is not one.empty or one.kind is one.VAR_KEYWORD for one in parameters)


def looks(model: Any) -> list[Callable[[], object]]:
    """Return all that can be looked at and referred to in a model, as functions."""
    found: list[Callable[[], object]] = []
    for thing in (model, *model._groups(), *variables(model)):
        for name in dir(thing):
            if name.startswith(("_", *ACTS)):
                continue

            def look(thing: Any = thing, name: str = name) -> None:
                value = getattr(thing, name)
                if inspect.ismethod(value) and takes_nothing(value):
                    value()

            found.append(look)
        found += [lambda thing=thing: repr(thing), lambda thing=thing: dir(thing)]
    names = {variable.name for variable in variables(model)}
    for factory in (getattr(engine, name) for name in engine.__all__ if name.endswith("_ref")):
        for group in model._groups():
            if len(inspect.signature(factory).parameters) == 1:
                found.append(lambda factory=factory, group=group: factory(group))
            else:
                found += [lambda f=factory, g=group, n=name: f(g, n) for name in sorted(names)]
    return found


def look_around(model: Any, seed: int) -> None:
    """Look at everything, in an order of its own; what cannot be looked at says so."""
    every = looks(model)
    random.Random(seed).shuffle(every)
    for look in every:
        try:
            look()
        except (RuntimeError, AttributeError, TypeError) as error:
            message = str(error).split("\n")[0]
            assert message[-1] in ".?", message


def results(describe: Callable[[], Any], look: Callable[[Any], None]) -> tuple[Any, list[Any]]:
    """Return what a model is built into, and what it does, if somebody looks all the time."""
    model = describe()
    look(model)
    model.build()
    plan = plan_of(model)
    look(model)
    assert plan_of(model) == plan
    seen: list[Any] = [model.generated_code]
    for _ in range(2):
        model.load(num_recording_timesteps=9)
        look(model)
        for count in (1, 3, 5):
            steps(model, count)
            look(model)
            if model.custom_updates:
                model.custom_update("Halve")
            look(model)
        model.pull_recording_buffers_from_device()
        seen += [
            array for pair in model.neuron_populations["a"].spike_recording_data for array in pair
        ]
        for variable in variables(model):
            if variable.buffer.device is not None:
                variable.pull_from_device()
                look(model)
                seen.append(variable.buffer.host.copy())
        model.unload()
        look(model)
    return plan, seen


@models
def test_looks_change_nothing(describe: Callable[[], Any]) -> None:
    plan, seen = results(describe, lambda model: None)
    assert sum(np.any(one) for one in seen[1:]) > len(seen) / 2
    for seed in range(3):
        other_plan, other_seen = results(
            describe, lambda model, seed=seed: look_around(model, seed)
        )
        assert other_plan == plan
        assert len(other_seen) == len(seen)
        for one, other in zip(seen, other_seen, strict=True):
            np.testing.assert_array_equal(one, other)


# Spike times ------------------------------------------------------------------------------------

NOTE = engine.create_custom_update_model(
    "note",
    vars=[("seen", "timepoint")],
    var_refs=[("when", "timepoint", engine.VarAccessMode.READ_ONLY)],
    update_code="seen = when;",
)
TIMES = {
    "spike_times": engine.create_spike_time_var_ref,
    "prev_spike_times": engine.create_prev_spike_time_var_ref,
}
times = pytest.mark.parametrize("which", TIMES)


def two_populations() -> tuple[Any, Any, Any]:
    model = new_model("times")
    return model, add_cells(model, "a", 3, threshold=0.0), add_cells(model, "b", 4)


@times
def test_a_reference_that_nothing_takes_changes_nothing(which: str) -> None:
    model, a, _ = two_populations()
    expected = plan_of(model)
    TIMES[which](a)
    assert plan_of(model) == expected
    model.build()
    TIMES[which](a)
    model.load()
    TIMES[which](a)
    steps(model, 2)
    with pytest.raises(RuntimeError, match="not kept, as nothing uses them"):
        getattr(a, which)


@times
def test_spike_times_are_kept_for_the_update_that_takes_the_reference(which: str) -> None:
    model, a, b = two_populations()
    reference = TIMES[which](a)
    update = model.add_custom_update("U", "U", NOTE, {}, {"seen": 0.0}, {"when": reference})
    assert (a.keeps_spike_times, b.keeps_spike_times) == (True, False)
    assert a.keeps_prev_spike_times is (which == "prev_spike_times")
    model.build()
    model.load()
    steps(model, 3)
    model.custom_update("U")
    expected = [2.0 if which == "spike_times" else 1.0] * 3
    assert pulled(update, "seen").tolist() == expected
    getattr(a, which).pull_from_device()
    assert getattr(a, which).values.tolist() == expected


@times
def test_an_update_that_cannot_be_added_keeps_nothing(which: str) -> None:
    model, a, b = two_populations()
    both = engine.create_custom_update_model(
        "both", var_refs=[("when", "timepoint"), ("V", "scalar")], update_code="V = when;"
    )
    references = {"when": TIMES[which](a), "V": engine.create_var_ref(b, "V")}
    with pytest.raises(RuntimeError, match="same size"):
        model.add_custom_update("U", "U", both, {}, {}, references)
    assert not a.keeps_spike_times
    assert plan_of(model) == plan_of(two_populations()[0])


def test_synapses_that_cannot_be_added_keep_nothing() -> None:
    timed = legacy.create_custom_weight_update_class(
        "timed", var_name_types=[("g", "scalar")], sim_code="$(addToInSyn, $(g) * $(sT_post));"
    )
    model = old()
    with pytest.raises(TypeError, match="axonal_delay_steps"):
        model.add_synapse_population(
            "ba",
            "DENSE_INDIVIDUALG",
            0.5,
            "b",
            "a",
            timed,
            {},
            {"g": 1.0},
            {},
            {},
            "DeltaCurr",
            {},
            {},
        )
    assert not model.neuron_populations["a"].keeps_spike_times
    assert plan_of(model) == plan_of(old())


@pytest.mark.parametrize("name", ["st_pre", "st_post", "prev_st_pre", "prev_st_post"])
def test_spike_times_are_kept_for_code_that_uses_them(name: str) -> None:
    def model_with(code: str) -> tuple[Any, Any, Any]:
        model, a, b = two_populations()
        update = engine.create_weight_update_model(
            "x", vars=[("g", "scalar")], pre_spike_syn_code=code
        )
        model.add_synapse_population(
            "ab",
            "DENSE",
            a,
            b,
            engine.init_weight_update(update, {}, {"g": 1.0}),
            engine.init_postsynaptic("DeltaCurr"),
        )
        return (model, a, b) if name.endswith("pre") else (model, b, a)

    for code in (f"addToPost(g); // {name}", f"scalar {name} = 1.0; addToPost(g * {name});"):
        _, a, b = model_with(code)
        assert {a.keeps_spike_times, b.keeps_spike_times} == {False}
    _model, used, other = model_with(f"addToPost(g * {name});")
    assert used.keeps_spike_times
    assert used.keeps_prev_spike_times is name.startswith("prev")
    assert not other.keeps_spike_times


def test_a_reference_to_spike_times_is_none_to_a_variable() -> None:
    model = new_model()
    neuron = engine.create_neuron_model("x", vars=[("prev_st", "timepoint")])
    pop = model.add_neuron_population("pop", 2, neuron, {}, {"prev_st": 0.0})
    source = engine.create_current_source_model(
        "s", neuron_var_refs=[("when", "timepoint")], injection_code="injectCurrent(when);"
    )
    wrong = {"when": engine.create_prev_spike_time_var_ref(pop)}
    with pytest.raises(RuntimeError, match="must be to a variable of neuron population 'pop'"):
        model.add_current_source("s", source, pop, {}, {}, wrong)
    model.add_current_source(
        "s", source, pop, {}, {}, {"when": engine.create_var_ref(pop, "prev_st")}
    )


# What is set too late ---------------------------------------------------------------------------


def settable(thing: Any) -> list[str]:
    kinds = {name: getattr(type(thing), name) for name in dir(type(thing))}
    return [
        name
        for name, kind in kinds.items()
        if isinstance(kind, property) and kind.fset is not None and not name.startswith("_")
    ]


@models
def test_groups_do_not_change_once_they_are_built(describe: Callable[[], Any]) -> None:
    model, built = describe(), describe()
    built.build()
    names = set()
    for group, same in zip(model._groups(), built._groups(), strict=True):
        for name in settable(group):
            if name == "max_connections" and group.connections.inds is None:
                continue
            names.add(name)
            value = getattr(group, name)
            setattr(group, name, value)
            with pytest.raises(RuntimeError, match=f"already built: cannot set .*of {group.title}"):
                setattr(same, name, value)
        for name in ("set_param_dynamic", "set_wu_param_dynamic", "set_ps_param_dynamic"):
            if hasattr(group, name):
                with pytest.raises((RuntimeError, AttributeError), match=r"built|two sets"):
                    getattr(same, name)("Vthr")
    assert {"spike_recording_enabled", "axonal_delay_steps", "post_target_var"} <= names
    assert plan_of(built) == plan_of(describe())


#: What a model can be told while it is built, and why that changes no plan.
AT_ANY_TIME = {
    "seed": "is looked at when the model is loaded",
    "timestep": "is the clock of the loaded model",
    "t": "is the clock of the loaded model, in 4.9",
}


@models
def test_models_do_not_change_once_they_are_built(describe: Callable[[], Any]) -> None:
    model = describe()
    values = {name: getattr(model, name) for name in settable(model) if name not in AT_ANY_TIME}
    model.build()
    for name, value in values.items():
        with pytest.raises(RuntimeError, match="already built: cannot set"):
            setattr(model, name, value)
    assert {"dt", "batch_size", "timing_enabled"} <= {*values}


@models
def test_what_is_no_setting_cannot_be_assigned(describe: Callable[[], Any]) -> None:
    model = describe()
    expected = plan_of(model)
    tried = 0
    for thing in (*model._groups(), *variables(model)):
        others = {*settable(thing), *thing._hints, "view"}
        for name in [name for name in dir(thing) if not name.startswith("_")]:
            if name not in others:
                tried += 1
                with pytest.raises(AttributeError, match=f"^'{name}' of .* cannot be assigned; "):
                    setattr(thing, name, None)
    assert tried > 100
    read_only = [
        *(name for name in dir(type(model)) if isinstance(getattr(type(model), name), property)),
        *(name for name, value in vars(model).items() if isinstance(value, dict)),
        "types",
    ]
    for name in {*read_only} - {*settable(model)}:
        with pytest.raises(AttributeError, match=f"^'{name}' of a GeNNModel can(not| only) be "):
            setattr(model, name, None)
    assert plan_of(model) == expected


CHANGES: dict[str, Callable[[Any], object]] = {
    "assigned": lambda table: table.__setitem__(next(iter(table)), 1.0),
    "new": lambda table: table.__setitem__("new", 1.0),
    "deleted": lambda table: table.__delitem__(next(iter(table))),
    "updated": lambda table: table.update(new=1.0),
    "joined": lambda table: table.__ior__({"new": 1.0}),
    "popped": lambda table: table.pop(next(iter(table))),
    "emptied": lambda table: table.clear(),
    "with a default": lambda table: table.setdefault("new", 1.0),
}


@pytest.mark.parametrize("change", CHANGES)
def test_tables_of_groups_stay_as_they_are(change: str) -> None:
    model = described()
    tables = [
        table
        for group in model._groups()
        for name, table in vars(group).items()
        if name.endswith(("vars", "params")) and table and not name.startswith("_")
    ]
    assert len(tables) > 8
    for table in tables:
        before = dict(table)
        with pytest.raises(TypeError, match=r"keeps its .*: |cannot be assigned: "):
            CHANGES[change](table)
        assert table == before


# Initial values ---------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["described", "built", "loaded"])
def test_a_snippet_can_bring_its_arrays_later(when: str) -> None:
    model, a, _ = two_populations()
    actions: list[Callable[[], object]] = [model.build, model.load]
    for action in actions[: ["described", "built", "loaded"].index(when)]:
        action()
    assert not a.vars["V"].extra_global_params
    a.vars["V"].set_init_values(engine.init_var(TABLE))
    a.vars["V"].extra_global_params["values"].set_init_values([0.25, 0.5])
    if when == "described":
        model.build()
    if when == "loaded":
        assert pulled(a, "V").tolist() == [0.0] * 3
        model.unload()
    model.load()
    assert pulled(a, "V").tolist() == [0.25, 0.5, 0.25]
    model.unload()
    a.vars["V"].set_init_values(1.5)
    assert not a.vars["V"].extra_global_params
    model.load()
    assert pulled(a, "V").tolist() == [1.5] * 3


@pytest.mark.slow
def test_spike_times_start_from_none() -> None:
    model = described()
    spike_times = model.neuron_populations["b"].spike_times
    with pytest.raises(RuntimeError, match="starts from no spikes"):
        spike_times.set_init_values(1.0)
    model.build()
    model.load(num_recording_timesteps=1)
    spike_times.pull_from_device()
    assert (spike_times.values == NEVER).all()
