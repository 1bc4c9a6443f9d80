"""Custom updates of neurons that wait with the steps, and run in their order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import numbagenn
from numbagenn import (
    CustomUpdateVarAccess,
    GeNNModel,
    VarAccess,
    VarAccessMode,
    create_custom_update_model,
    create_egp_ref,
    create_neuron_model,
    create_var_ref,
    init_postsynaptic,
    init_weight_update,
)
from numbagenn.runtime.loaded_model import LONGEST_QUEUE

SIZE = 6


def network(
    batch_size: int = 3, *, timed: bool = False, sizes: int = SIZE, decays: bool = True
) -> Any:
    """Return a network with some updates; it runs in single steps if its input decays."""
    model = GeNNModel("float", "updated")
    model.dt, model.batch_size, model.timing_enabled = 0.1, batch_size, timed
    neuron = create_neuron_model(
        "neuron",
        vars=[("V", "scalar"), ("Level", "scalar", VarAccess.READ_ONLY_SHARED_NEURON)],
        sim_code="V += 0.3 * Isyn + 0.1 * (id + batch + 1);",
        threshold_condition_code="V >= 1.0 + Level",
        reset_code="V = 0.0;",
    )
    one, two = (
        model.add_neuron_population(name, sizes, neuron, {}, {"V": 0.0, "Level": 0.0})
        for name in ("one", "two")
    )
    weights = np.linspace(-0.4, 0.9, sizes * sizes)
    model.add_synapse_population(
        "synapses",
        "DENSE",
        one,
        two,
        init_weight_update("StaticPulse", {}, {"g": weights}),
        init_postsynaptic("ExpCurr", {"tau": 0.7}) if decays else init_postsynaptic("DeltaCurr"),
    )
    read = VarAccessMode.READ_ONLY
    largest = create_custom_update_model(
        "largest",
        vars=[("Largest", "scalar", CustomUpdateVarAccess.REDUCE_NEURON_MAX)],
        var_refs=[("V", "scalar", read)],
        update_code="Largest = fabs(V);",
    )
    scaled = create_custom_update_model(
        "scaled",
        params=["Factor"],
        var_refs=[("Largest", "scalar", read), ("V", "scalar")],
        update_code="V = V * Factor / (1.0 + Largest) + 0.01 * t;",
    )
    level = create_custom_update_model(
        "level",
        var_refs=[("Largest", "scalar", read), ("Level", "scalar")],
        update_code="Level = 0.1 * Largest;",
    )
    mean = create_custom_update_model(
        "mean",
        vars=[("Sum", "scalar", CustomUpdateVarAccess.REDUCE_BATCH_SUM)],
        var_refs=[("V", "scalar", read)],
        update_code="Sum = V;",
    )
    refs = {"V": create_var_ref(two, "V")}
    top = model.add_custom_update("largest", "Largest", largest, {}, {"Largest": 0.0}, refs)
    refs["Largest"] = create_var_ref(top, "Largest")
    update = model.add_custom_update("scaled", "Scaled", scaled, {"Factor": 0.9}, {}, refs)
    update.set_param_dynamic("Factor")
    del refs["V"]
    refs["Level"] = create_var_ref(two, "Level")
    model.add_custom_update("level", "Level", level, {}, {}, refs)
    refs = {"V": create_var_ref(two, "V")}
    model.add_custom_update("mean", "Mean", mean, {}, {"Sum": 0.0}, refs)
    two.spike_recording_enabled = True
    return model


def run(model: Any, flush: bool, turns: int = 9, pace: int = 1) -> dict[str, Any]:
    model.build()
    model.load(num_recording_timesteps=3 * turns * pace)
    two, found = model.neuron_populations["two"], {}
    for turn in range(turns):
        model.custom_update("Largest")
        for _ in range(turn % 3 * pace):
            model.step_time()
        for name in ("Largest", "Scaled", "Level"):
            model.custom_update(name)
            if flush:
                model.flush()
        if turn == 5:
            model.custom_updates["scaled"].set_dynamic_param_value("Factor", 0.5)
        if turn == 6:
            model.custom_update("Mean")
            model.timestep = 40 * pace
    model.pull_recording_buffers_from_device()
    found["spikes"] = two.spike_recording_data
    for group, name in ((two, "V"), (two, "Level"), (model.custom_updates["largest"], "Largest"),
                        (model.custom_updates["mean"], "Sum")):  # fmt: skip
        group.vars[name].pull_from_device()
        found[name] = group.vars[name].values
    return found


@pytest.mark.parametrize("batch_size", [1, 3])
def test_waiting_changes_nothing(batch_size: int) -> None:
    expected = run(network(batch_size, timed=True), flush=True)
    for flush in (False, True):
        found = run(network(batch_size), flush)
        assert_same_spikes(found.pop("spikes"), expected["spikes"])
        for name, values in found.items():
            np.testing.assert_array_equal(values, expected[name], name)


@pytest.mark.parametrize("batch_size", [1, 5])
def test_updates_come_ahead_of_blocks_of_steps(batch_size: int) -> None:
    expected = run(network(batch_size, timed=True, decays=False), flush=True, pace=37)
    for threads in (1, 3):
        numbagenn.set_num_threads(threads)
        try:
            model = network(batch_size, decays=False)
            found = run(model, flush=False, pace=37)
        finally:
            numbagenn.set_num_threads(None)
        assert "for a whole block of steps" in model.generated_code
        assert _waits(model, "scaled")
        assert_same_spikes(found.pop("spikes"), expected["spikes"])
        for name, values in found.items():
            np.testing.assert_array_equal(values, expected[name], name)


def assert_same_spikes(found: Any, expected: Any) -> None:
    for one, other in zip(found, expected, strict=True):
        for mine, theirs in zip(one, other, strict=True):
            np.testing.assert_array_equal(mine, theirs)


def test_which_updates_wait() -> None:
    model = network()
    model.build()
    assert [name for name in ("largest", "scaled", "level") if _waits(model, name)] == [
        "largest",
        "scaled",
        "level",
    ]
    assert not _waits(model, "mean")  # it looks at the whole batch
    timed = network(timed=True)
    timed.build()
    assert not _waits(timed, "largest")


def test_updates_that_see_the_arrays_of_a_batch_do_not_wait() -> None:
    """Threads may be at different steps of two batch elements."""
    found = []
    for threads in (1, 3):
        numbagenn.set_num_threads(threads)
        try:
            found.append(seen_from_the_next())
        finally:
            numbagenn.set_num_threads(None)
    expected = 4.0 * ((np.arange(5)[:, None] + 1) % 5) + np.zeros(SIZE)
    for values in found:
        np.testing.assert_array_equal(values, expected)


def seen_from_the_next() -> np.ndarray:
    """Return what an update finds, after each of four steps, in the part of the next element."""
    model = GeNNModel("float", "seen")
    model.batch_size = 5
    writing = create_neuron_model(
        "writing",
        vars=[("seen", "scalar")],
        extra_global_params=[("ring", "scalar*")],
        sim_code="ring[batch * num_neurons + id] += batch;",
    )
    population = model.add_neuron_population("pop", SIZE, writing, {}, {"seen": 0.0})
    population.extra_global_params["ring"].set_init_values(np.zeros(5 * SIZE))
    looking = create_custom_update_model(
        "looking",
        var_refs=[("seen", "scalar")],
        extra_global_param_refs=[("ring", "scalar*")],
        update_code=f"seen = ring[((batch + 1) % 5) * {SIZE} + id];",
    )
    model.add_custom_update(
        "look",
        "Look",
        looking,
        {},
        {},
        {"seen": create_var_ref(population, "seen")},
        egp_refs={"ring": create_egp_ref(population, "ring")},
    )
    model.build()
    assert not _waits(model, "look")
    model.load()
    for _ in range(4):
        model.step_time()
        model.custom_update("Look")
    population.vars["seen"].pull_from_device()
    return population.vars["seen"].values


def _waits(model: Any, name: str) -> bool:
    return f"def run_{name}(" in model.generated_code


def test_many_updates_do_not_wait_for_ever() -> None:
    model = network()
    model.build()
    model.load(num_recording_timesteps=1)
    for _ in range(LONGEST_QUEUE + 5):
        model.custom_update("Largest")
    assert len(model._runtime.queue) < LONGEST_QUEUE


def test_threads_change_nothing() -> None:
    results = []
    for threads in (1, 3):
        numbagenn.set_num_threads(threads)
        try:
            results.append(run(network(5), flush=False))
        finally:
            numbagenn.set_num_threads(None)
    for name in ("V", "Level", "Largest", "Sum"):
        np.testing.assert_array_equal(results[0][name], results[1][name])
