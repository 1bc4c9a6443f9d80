"""Recorded spikes: what is kept, in which order, and when it can be read."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import numbagenn as engine
from tests.numbagenn.networks import add_cells, connect, new_model, pushed, steps

# A neuron that spikes whenever it is told to, and one that never does.
TOLD = engine.create_neuron_model(
    "told", vars=[("go", "bool")], threshold_condition_code="go", reset_code="go = false;"
)
SILENT = engine.create_neuron_model("silent", vars=[("go", "bool")])


def told(number: int, batch_size: int = 1, dt: float = 1.0) -> tuple[Any, Any]:
    model = new_model("told", batch_size)
    model.dt = dt
    pop = model.add_neuron_population("A", number, TOLD, {}, {"go": 0})
    pop.spike_recording_enabled = True
    model.build()
    return model, pop


def play(model: Any, pop: Any, pattern: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Let neurons spike by a pattern of shape (steps, B, N), and return the recording."""
    for row in pattern:
        pushed(pop, "go", row if model.batch_size > 1 else row[0])
        model.step_time()
    model.pull_recording_buffers_from_device()
    return pop.spike_recording_data


def expected(pattern: np.ndarray, batch: int, start: int, dt: float) -> tuple[list, list]:
    """List spikes by step, word of 32 ascending, and neuron inside the word descending."""
    spikes = sorted(
        (step, neuron // 32, -neuron) for step, neuron in np.argwhere(pattern[:, batch])
    )
    return [start * dt + step * dt for step, _, _ in spikes], [-neuron for _, _, neuron in spikes]


def test_order_inside_a_step() -> None:
    model, pop = told(40)
    model.load(num_recording_timesteps=1)
    pattern = np.zeros((1, 1, 40), bool)
    pattern[0, 0, [1, 2, 3, 33, 35]] = True
    ((times, ids),) = play(model, pop, pattern)
    assert ids.tolist() == [3, 2, 1, 35, 33]
    assert times.tolist() == [0.0] * 5


@pytest.mark.parametrize("batch_size", [1, 3])
def test_recording_is_a_list_of_times_and_ids(batch_size: int) -> None:
    model, pop = told(5, batch_size)
    model.load(num_recording_timesteps=2)
    steps(model, 2)
    model.pull_recording_buffers_from_device()
    data = pop.spike_recording_data
    assert isinstance(data, list)
    assert len(data) == batch_size
    for times, ids in data:
        assert (times.dtype, ids.dtype) == (np.float64, np.int32)
        assert times.shape == ids.shape == (0,)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_everything_is_recorded_once(data: Any) -> None:
    number = data.draw(st.sampled_from([1, 31, 32, 33, 70]))
    batch_size = data.draw(st.sampled_from([1, 2]))
    length = data.draw(st.integers(1, 4))
    done = data.draw(st.integers(length, 11))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    pattern = rng.random((done, batch_size, number)) < data.draw(st.sampled_from([0.05, 0.5, 1]))
    model, pop = told(number, batch_size, dt=0.1)
    model.load(num_recording_timesteps=length)
    found = play(model, pop, pattern)
    for batch, (times, ids) in enumerate(found):
        # The ring holds the last steps, oldest first, at their true times.
        want = expected(pattern[-length:], batch, done - length, 0.1)
        assert (times.tolist(), ids.tolist()) == want


def test_reading_waits_for_a_full_buffer_and_a_pull() -> None:
    model, pop = told(3)
    model.load(num_recording_timesteps=2)
    with pytest.raises(RuntimeError, match=r"call model\.pull_recording_buffers_from_device"):
        _ = pop.spike_recording_data
    pushed(pop, "go", True)
    model.step_time()
    model.pull_recording_buffers_from_device()
    with pytest.raises(RuntimeError, match="1 of 2 steps"):
        _ = pop.spike_recording_data
    model.step_time()
    with pytest.raises(RuntimeError, match="1 of 2 steps"):
        _ = pop.spike_recording_data
    model.pull_recording_buffers_from_device()
    ((times, _),) = pop.spike_recording_data
    assert times.tolist() == [0.0] * 3


def test_what_was_pulled_does_not_change_until_the_next_pull() -> None:
    model, pop = told(3)
    model.load(num_recording_timesteps=1)
    pushed(pop, "go", True)
    model.step_time()
    model.pull_recording_buffers_from_device()
    steps(model, 3)
    model.flush()
    assert pop.spike_recording_data[0][1].tolist() == [2, 1, 0]
    assert pop.spike_recording_data[0][0].tolist() == [0.0] * 3
    model.pull_recording_buffers_from_device()
    assert pop.spike_recording_data[0][1].size == 0


def test_loading_again_forgets_the_recording() -> None:
    model, pop = told(3)
    model.load(num_recording_timesteps=1)
    pushed(pop, "go", True)
    model.step_time()
    model.pull_recording_buffers_from_device()
    model.unload()
    with pytest.raises(RuntimeError, match="not loaded"):
        _ = pop.spike_recording_data
    model.load(num_recording_timesteps=2)
    steps(model, 2)
    model.pull_recording_buffers_from_device()
    assert pop.spike_recording_data[0][1].size == 0


def test_only_populations_that_record_are_recorded() -> None:
    model = new_model("some")
    pops = {name: model.add_neuron_population(name, 3, TOLD, {}, {"go": 1}) for name in "AB"}
    pops["B"].spike_recording_enabled = True
    assert not pops["A"].spike_recording_enabled
    assert pops["A"].spike_event_recording_enabled is False
    model.build()
    model.load(num_recording_timesteps=1)
    model.step_time()
    model.pull_recording_buffers_from_device()
    assert pops["B"].spike_recording_data[0][1].tolist() == [2, 1, 0]
    with pytest.raises(RuntimeError, match="Nothing is recorded from neuron population 'A'"):
        _ = pops["A"].spike_recording_data


def test_number_of_steps_is_harmless_where_nothing_records() -> None:
    model = new_model("none")
    pop = model.add_neuron_population("A", 3, TOLD, {}, {"go": 1})
    model.build()
    model.load(num_recording_timesteps=7)
    model.step_time()
    pop.vars["go"].pull_from_device()
    assert not pop.vars["go"].view.any()


def test_neurons_that_cannot_spike_record_nothing() -> None:
    model = new_model("silent")
    loud = model.add_neuron_population("loud", 2, TOLD, {}, {"go": 1})
    silent = model.add_neuron_population("silent", 2, SILENT, {}, {"go": 1})
    loud.spike_recording_enabled = silent.spike_recording_enabled = True
    model.build()
    model.load(num_recording_timesteps=1)
    model.step_time()
    model.pull_recording_buffers_from_device()
    assert loud.spike_recording_data[0][1].tolist() == [1, 0]
    ((times, ids),) = silent.spike_recording_data
    assert times.size == ids.size == 0


def test_recording_changes_no_result() -> None:
    voltages = []
    for records in (False, True):
        model = new_model("either")
        a, b = add_cells(model, "A", 3), add_cells(model, "B", 2)
        connect(model, a, b, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
        model.add_current_source("dc", "DC", a, {"amp": 0.4})
        a.spike_recording_enabled = records
        model.build()
        model.load(num_recording_timesteps=5 if records else None)
        steps(model, 10)
        b.vars["V"].pull_from_device()
        voltages.append(b.vars["V"].values.tolist())
    assert voltages[0] == voltages[1]


def test_two_spikes_of_one_neuron_are_one_step_apart_at_least() -> None:
    model = new_model("all", 2)
    pop = add_cells(model, "A", 33, threshold=0.0)
    pop.spike_recording_enabled = True
    model.build()
    model.load(num_recording_timesteps=3)
    steps(model, 6)
    model.pull_recording_buffers_from_device()
    for times, ids in pop.spike_recording_data:
        assert times.tolist() == sorted([3.0, 4.0, 5.0] * 33)
        assert ids.tolist() == [*range(31, -1, -1), 32] * 3


# Rings: what a look shows, however often the buffer has wrapped since the last one -----------

DRIFTING = engine.create_neuron_model(
    "drifting",
    params=["drift"],
    vars=[("V", "scalar")],
    sim_code="V += Isyn + drift * (1.0 + id % 5u);",
    threshold_condition_code="V >= 1.0",
    reset_code="V = 0.0;",
)
EVENTFUL = engine.create_weight_update_model(
    "eventful",
    params=["g"],
    pre_neuron_var_refs=[("V_pre", "scalar")],
    post_neuron_var_refs=[("V_post", "scalar")],
    pre_spike_syn_code="addToPost(g);",
    pre_event_threshold_condition_code="V_pre > 0.6",
    pre_event_syn_code="addToPost(0.5 * g);",
    post_event_threshold_condition_code="V_post > 0.7",
    post_event_syn_code="addToPre(0.1 * g);",
)
# By what they are: pairs of populations, with the steps of axonal delay, and the weight update.
RINGS: dict[str, tuple[list[tuple[str, str, int]], Any]] = {
    "alone, in blocks of 32": ([], None),
    "feed-forward, in blocks of 32": ([("A", "B", 0)], "StaticPulseConstantWeight"),
    "feed-forward with delays": ([("A", "B", 3), ("A", "A", 31)], "StaticPulseConstantWeight"),
    "recurrent, in blocks of 5": ([("A", "B", 0), ("B", "A", 4)], "StaticPulseConstantWeight"),
    "recurrent, step by step": ([("A", "B", 0), ("B", "A", 0)], "StaticPulseConstantWeight"),
    "events": ([("A", "B", 2)], EVENTFUL),
}


@functools.cache
def ring(kind: str) -> Any:
    """Return a model in batches of two that records all that it can."""
    connections, weight_update = RINGS[kind]
    model = new_model("ring", batch_size=2)
    model.dt = 0.1
    for name, number, drift in (("A", 33, 0.06), ("B", 5, 0.11)):
        pop = model.add_neuron_population(name, number, DRIFTING, {"drift": drift}, {"V": 0.0})
        pop.spike_recording_enabled = pop.spike_event_recording_enabled = True
    for source, target, delay in connections:
        references = {"pre_var_refs": {"V_pre": "V"}, "post_var_refs": {"V_post": "V"}}
        group = model.add_synapse_population(
            f"{source}_{target}",
            "DENSE",
            *(model.neuron_populations[name] for name in (source, target)),
            engine.init_weight_update(
                weight_update, {"g": 0.02}, **(references if weight_update is EVENTFUL else {})
            ),
            engine.init_postsynaptic("DeltaCurr"),
        )
        group.axonal_delay_steps = delay
    model.build()
    return model


def recorded(model: Any) -> dict[tuple[str, int], set[tuple[int, int]]]:
    """Return the steps and neurons of each recording that was pulled, by name and batch element."""
    data = {name: pop.spike_recording_data for name, pop in model.neuron_populations.items()}
    for name, group in model.synapse_populations.items():
        if group.events:
            data[f"{name} pre"] = group.pre_spike_event_recording_data
            data[f"{name} post"] = group.post_spike_event_recording_data
    return {
        (name, batch): {
            (round(time / model.dt), int(neuron)) for time, neuron in zip(times, ids, strict=True)
        }
        for name, batches in data.items()
        for batch, (times, ids) in enumerate(batches)
    }


def start(model: Any, length: int) -> None:
    """Load a model, and have its batch elements differ."""
    if model.is_loaded:  # a run before failed
        model.unload()
    model.load(num_recording_timesteps=length)
    pushed(model.neuron_populations["A"], "V", np.arange(66).reshape(2, 33) % 10 / 10)


@functools.cache
def seen_step_by_step(kind: str) -> dict[tuple[str, int], set[tuple[int, int]]]:
    """Return all that a ring model records in 300 steps, as a look after every step shows it."""
    model = ring(kind)
    start(model, 1)
    everything: dict[tuple[str, int], set[tuple[int, int]]] = {}
    for _ in range(300):
        model.step_time()
        model.pull_recording_buffers_from_device()
        for key, found in recorded(model).items():
            everything.setdefault(key, set()).update(found)
    model.unload()
    return everything


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(
    length=st.integers(1, 100) | st.integers(1, 34),
    parts=st.lists(st.integers(1, 100), min_size=1, max_size=3),
    kind=st.sampled_from(list(RINGS)),
)
def test_a_look_shows_the_last_steps_however_often_the_buffer_wrapped(
    length: int, parts: list[int], kind: str
) -> None:
    model, everything = ring(kind), seen_step_by_step(kind)
    assert all(everything.values())
    start(model, length)
    done = 0
    for part in parts:
        steps(model, part)
        done += part
        model.pull_recording_buffers_from_device()
        if done < length:
            continue
        window = range(done - length, done)
        for key, found in recorded(model).items():
            expected = {(step, neuron) for step, neuron in everything[key] if step in window}
            assert found == expected, (key, length, parts)
    model.unload()
