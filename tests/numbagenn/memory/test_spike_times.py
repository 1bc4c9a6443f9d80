"""Spike times are kept where something uses them, and only there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import numbagenn as engine
from numbagenn.base.types import TIMEPOINT
from numbagenn.compat import v4_9 as legacy
from tests.numbagenn.every_part import described, old
from tests.numbagenn.language.disturbed_code import plan_of
from tests.numbagenn.networks import add_cells, new_model, pulled, steps

NEVER = np.finfo(np.float32).min


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
    with pytest.raises(RuntimeError, match="is not kept, as nothing uses it"):
        getattr(a, which).pull_from_device()


def test_times_that_nothing_uses_take_no_memory() -> None:
    model, a, b = two_populations()
    when = engine.create_prev_spike_time_var_ref(a)
    model.add_custom_update("U", "U", NOTE, {}, {"seen": 0.0}, {"when": when})
    assert [buffer.name for buffer, _ in a.buffers() if buffer.type == TIMEPOINT] == [
        "a_st",
        "a_prev_st",
    ]
    assert not any(buffer.type == TIMEPOINT for buffer, _ in b.buffers())


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
