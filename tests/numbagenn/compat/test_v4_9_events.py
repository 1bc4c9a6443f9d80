"""The arrays of spikes and of spike-like events that populations have in PyGeNN 4.9."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import numbagenn as engine
from numbagenn.compat import v4_9 as legacy
from numbagenn.language.code_strings import CodeStringError

STEPS = 12


def network(batch_size: int = 1, delay: int = 2, second_condition: str = "") -> SimpleNamespace:
    """Neurons that spike when their id is that of the step, and count what reaches others."""
    model = legacy.GeNNModel("float", "events")
    model.dT = 1.0
    model.batch_size = batch_size
    sender = legacy.create_custom_neuron_class(
        "sender",
        var_name_types=[("x", "scalar")],
        sim_code="$(x) = fmod($(t) + $(id), 5.0);",
        threshold_condition_code="$(x) == 0.0",
        is_auto_refractory_required=False,
    )
    counter = legacy.create_custom_neuron_class(
        "counter", var_name_types=[("n", "scalar")], sim_code="$(n) += $(Isyn);"
    )
    pre = model.add_neuron_population("pre", 7, sender, {}, {"x": 0.0})
    post = model.add_neuron_population("post", 7, counter, {}, {"n": 0.0})
    conditions = ["$(x_pre) >= 3.0", second_condition]
    for place, condition in enumerate(filter(None, conditions)):
        synapses = legacy.create_custom_weight_update_class(
            "synapses",
            var_name_types=[("g", "scalar")],
            sim_code="$(addToInSyn, $(g));",
            event_threshold_condition_code=condition,
            event_code="$(addToInSyn, 100.0 * $(g) + 0.0 * ($(seT_pre) + $(prev_seT_pre)));",
        )
        syn = model.add_synapse_population(
            f"syn{place}", "SPARSE_INDIVIDUALG", delay, pre, post, synapses, {}, {"g": 1.0}, {}, {},
            "DeltaCurr", {}, {}, legacy.init_connectivity("OneToOne", {}),
        )  # fmt: skip
        assert syn.pop.get_delay_steps() == delay
    pre.spike_recording_enabled = pre.spike_event_recording_enabled = True
    model.build()
    model.load(num_recording_timesteps=STEPS)
    return SimpleNamespace(model=model, pre=pre, post=post)


def rows(lists: Any, counts: Any, batch: int, slot: int) -> list[int]:
    """Return the neurons that one list holds."""
    return list(map(int, lists[batch, slot, : counts[batch, slot]]))


@pytest.mark.parametrize("batch_size", [1, 3])
@pytest.mark.parametrize("second_condition", ["", "$(x_pre) <= 1.0"])
def test_lists_hold_what_is_recorded(batch_size: int, second_condition: str) -> None:
    parts = network(batch_size, second_condition=second_condition)
    model, pre = parts.model, parts.pre
    assert pre.spikes.shape == pre.spike_events.shape == (batch_size, 3, 7)
    assert pre.spike_count.shape == pre.spike_event_count.shape == (batch_size, 3)
    listed: list[list[list[int]]] = []
    for step in range(STEPS):
        model.step_time()
        pre.pull_spikes_from_device()
        pre.pull_spike_events_from_device()
        slot = (step + 1) % 3
        assert list(pre.spike_que_ptr) == [slot]
        spikes = rows(pre.spikes, pre.spike_count, batch_size - 1, slot)
        events = rows(pre.spike_events, pre.spike_event_count, batch_size - 1, slot)
        if step > 1:
            before = rows(pre.spikes, pre.spike_count, 0, (slot - 1) % 3)
            assert before == listed[-1][0]
        listed.append([spikes, events])
        model.pull_current_spikes_from_device("pre")
        model.pull_current_spike_events_from_device("pre")
        current = [pre.current_spikes, pre.current_spike_events]
        current = [one if batch_size == 1 else one[-1] for one in current]
        assert [list(one) for one in current] == listed[-1]
    model.pull_recording_buffers_from_device()
    for which, data in enumerate((pre.spike_recording_data, pre.spike_event_recording_data)):
        times, ids = data if batch_size == 1 else data[-1]
        found = [list(ids[times == step]) for step in range(STEPS)]
        assert found == [both[which] for both in listed]


@pytest.mark.parametrize("batch_size", [1, 2])
def test_lists_that_are_written_are_delivered(batch_size: int) -> None:
    parts = network(batch_size, delay=1)
    model, pre, post = parts.model, parts.pre, parts.post
    for _ in range(4):
        model.step_time()
    pre.pull_spikes_from_device()
    pre.pull_spike_events_from_device()
    slot = int(pre.spike_que_ptr[0])
    # What was emitted in the last step is replaced, in any order; the step before it is kept.
    pre.spikes[-1, slot, :2] = [6, 1]
    pre.spike_count[-1, slot] = 2
    pre.spike_event_count[-1, slot] = 0
    model.push_spikes_to_device("pre")
    pre.push_spike_events_to_device()
    post.vars["n"].view[:] = 0.0
    post.push_var_to_device("n")
    model.step_time()
    post.vars["n"].view[:] = 0.0
    post.push_var_to_device("n")
    model.step_time()
    post.pull_var_from_device("n")
    arrived = post.vars["n"].view.reshape(batch_size, 7)
    np.testing.assert_array_equal(arrived[-1], [0, 1, 0, 0, 0, 0, 1])
    if batch_size > 1:
        assert (arrived[0] != arrived[-1]).any()
    pre.current_spike_events = [[0], [3]][:batch_size] if batch_size > 1 else [3]
    pre.push_current_spike_events_to_device()
    for _ in range(2):
        post.vars["n"].view[:] = 0.0
        post.push_var_to_device("n")
        model.step_time()
    post.pull_var_from_device("n")
    arrived = post.vars["n"].view.reshape(batch_size, 7)[-1]
    assert list(np.flatnonzero(arrived >= 100.0)) == [3]


def test_event_times() -> None:
    parts = network(second_condition="$(x_pre) <= 1.0")
    model, pre = parts.model, parts.pre
    for _ in range(9):
        model.step_time()
    pre.pull_spike_event_times_from_device()
    pre.pull_prev_spike_event_times_from_device()
    assert pre.spike_event_times.shape == (1, 3, 7)
    slot = int(pre.spike_que_ptr[0])
    x = [(np.arange(9) + neuron) % 5 for neuron in range(7)]
    times = [np.flatnonzero((one >= 3) | (one <= 1)) for one in x]
    np.testing.assert_array_equal(pre.spike_event_times[0, slot], [one[-1] for one in times])
    expected = [one[one < 8][-1] for one in times]
    np.testing.assert_array_equal(pre.prev_spike_event_times[0, slot], expected)
    pre.spike_event_times[:] = 5.0
    pre.push_spike_event_times_to_device()
    pre.spike_event_times[:] = 0.0
    pre.pull_spike_event_times_from_device()
    assert (pre.spike_event_times == 5.0).all()


def test_lists_are_there_while_the_model_is_loaded() -> None:
    parts = network()
    parts.model.unload()
    assert parts.pre.spikes is parts.pre.spike_count is parts.pre.spike_events is None
    assert parts.pre.spike_que_ptr is None
    with pytest.raises(RuntimeError, match="Spikes of neuron population 'pre' cannot be read"):
        parts.pre.pull_spikes_from_device()


def test_mistakes_in_lists() -> None:
    parts = network()
    pre = parts.pre
    pre.spikes[0, 0, 0], pre.spike_count[0, 0] = 7, 1
    with pytest.raises(ValueError, match=r"Spikes of .* must be of neurons from 0 to 6, not "):
        pre.push_spikes_to_device()
    pre.spike_count[0, 0] = 8
    with pytest.raises(ValueError, match="must be at most 7, not 8"):
        pre.push_spikes_to_device()
    with pytest.raises(RuntimeError, match=r"Nothing defines spike-like events of .*'post'"):
        parts.post.pull_spike_events_from_device()


# --- Neurons and their own events -----------------------------------------------------------------


def asking(conditions: list[str], batch_size: int = 1, delay: int = 0, dt: float = 1.0) -> Any:
    """Return what neurons see of the times of their events, step by step, and their values."""
    model = legacy.GeNNModel("double", "asking")
    model.dT, model.batch_size = dt, batch_size
    cell = legacy.create_custom_neuron_class(
        "cell",
        var_name_types=[("x", "scalar"), ("last", "scalar"), ("previous", "scalar")],
        sim_code="""
        $(last) = $(seT);
        $(previous) = $(prev_seT);
        $(x) = fmod($(x) + 1.0 + $(id), 7.0);
        const scalar shown = $(x) - 1.0;
        { const scalar hidden = 2.0; }
        """,
    )
    size = 5
    start = np.arange(size * batch_size, dtype=float)
    start = start if batch_size == 1 else start.reshape(batch_size, size)
    pop = model.add_neuron_population(
        "pop", size, cell, {}, {"x": start, "last": 0.0, "previous": 0.0}
    )
    for place, condition in enumerate(conditions):
        rule = legacy.create_custom_weight_update_class(
            "rule", event_threshold_condition_code=condition, event_code="$(addToInSyn, 1.0);"
        )
        model.add_synapse_population(
            f"s{place}", "DENSE_GLOBALG", delay, pop, pop, rule, {}, {}, {}, {}, "DeltaCurr", {}, {}
        )
    model.build()
    model.load()
    seen = []
    for _ in range(14):
        model.step_time()
        pop.pull_state_from_device()
        seen.append([pop.vars[name].view.reshape(-1) + 0.0 for name in ("x", "last", "previous")])
    return np.array(seen)


@pytest.mark.parametrize(("batch_size", "delay", "dt"), [(1, 0, 1.0), (3, 0, 0.5), (1, 2, 1.0)])
@pytest.mark.parametrize(
    ("conditions", "holds"),
    [
        (["$(x_pre) > 4.0"], lambda x: x > 4.0),
        (["shown > 4.0"], lambda x: x > 5.0),
        (["shown > 3.5 + DT", "$(x_pre) == 0.0"], None),
    ],
)
def test_neurons_know_when_their_last_event_was(
    conditions: list[str], holds: Any, batch_size: int, delay: int, dt: float
) -> None:
    seen = asking(conditions, batch_size, delay, dt)
    holds = holds or (lambda x: (x - 1.0 > 3.5 + dt) | (x == 0.0))
    last = np.full(seen.shape[2], np.finfo(np.float64).min)
    for step, (x, found, previous) in enumerate(seen):
        np.testing.assert_array_equal(found, last)
        np.testing.assert_array_equal(previous, last)
        last[holds(x)] = step * dt
    assert (last >= 0.0).all()


def test_a_neuron_without_events() -> None:
    assert (asking([])[:, 1] < -1e300).all()


@pytest.mark.parametrize("name", ["hidden", "other"])
def test_conditions_know_no_other_locals(name: str) -> None:
    with pytest.raises(ValueError, match=f"uses '{name}', which is no local variable of the sim"):
        asking([f"{name} > 1.0"])


def test_neurons_of_5_do_not_know_their_events() -> None:
    with pytest.raises(CodeStringError, match="Undefined name 'set'"):
        engine.create_neuron_model("x", vars=[("a", "scalar")], sim_code="a = set;")
