"""Blocks of steps and single steps: when each is chosen, and that they give the same bits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from numbagenn import (
    GeNNModel,
    create_neuron_model,
    create_postsynaptic_model,
    create_weight_update_model,
    init_postsynaptic,
    init_weight_update,
)
from numbagenn.codegen.blocks import BLOCK_STEPS, Blocks, blocks_of_steps
from tests import a_few

SIZES = {"first": 40, "second": 33, "third": 9}

NEURON = create_neuron_model(
    "drifting",
    params=["Vthr", "drift"],
    vars=[("V", "scalar"), ("last", "scalar")],
    sim_code="V += Isyn + drift * (1.0 + id % 7); last = t - st;",
    threshold_condition_code="V >= Vthr",
    reset_code="V = 0.0;",
)
SILENT = create_neuron_model("silent", vars=[("V", "scalar")], sim_code="V += Isyn;")
TIMED = create_weight_update_model(
    "timed", vars=[("g", "scalar")], pre_spike_syn_code="addToPost(g * t);"
)
STATIC = "StaticPulse"
FORWARD = [("first", "second"), ("second", "third"), ("first", "third")]


def network(
    connections: list[tuple[str, str]],
    *,
    timing: bool = False,
    weight_update: Any = STATIC,
    postsynaptic: tuple[Any, ...] = ("DeltaCurr", {}),
    batch_size: int = 3,
    order: tuple[str, ...] = tuple(SIZES),
    delays: dict[tuple[str, str], int] | None = None,
) -> GeNNModel:
    rng = np.random.default_rng(5)
    model = GeNNModel("float", "schedule")
    model.dt = 0.1
    model.batch_size = batch_size
    model.timing_enabled = timing
    drift = {"first": 0.7, "second": 0.1, "third": 0.0}
    weights = {
        pair: rng.normal(0.3, 1.0, SIZES[pair[0]] * SIZES[pair[1]]).astype(np.float32)
        for pair in connections
    }
    for name in order:
        population = model.add_neuron_population(
            name, SIZES[name], NEURON, {"Vthr": 5.0, "drift": drift[name]}, {"V": 0.0, "last": 0.0}
        )
        population.spike_recording_enabled = True
    populations = model.neuron_populations
    for source, target in connections:
        link = model.add_synapse_population(
            f"{source}_{target}",
            "DENSE",
            populations[source],
            populations[target],
            init_weight_update(weight_update, {}, {"g": weights[source, target]}),
            init_postsynaptic(*postsynaptic),
        )
        link.axonal_delay_steps = (delays or {}).get((source, target), 0)
    return model


def blocks(model: GeNNModel) -> Blocks | None:
    return blocks_of_steps(model)


def order(model: GeNNModel) -> list[str] | None:
    found = blocks(model)
    return None if found is None else [group.name for group in found.order]


def results(model: GeNNModel, splits: list[int]) -> list[np.ndarray]:
    """Run in pieces, something being observed after each; return all that can be seen."""
    model.build()
    total = sum(splits)
    model.load(num_recording_timesteps=total)
    start = np.arange(3 * SIZES["first"], dtype=np.float32).reshape(3, -1) % 5
    voltage = model.neuron_populations["first"].vars["V"]
    voltage.values = start
    voltage.push_to_device()
    seen = []
    for steps in splits:
        for _ in range(steps):
            model.step_time()
        for population in model.neuron_populations.values():
            for variable in population.vars.values():
                variable.pull_from_device()
                seen.append(variable.values)
    model.pull_recording_buffers_from_device()
    for name in SIZES:
        for times, ids in model.neuron_populations[name].spike_recording_data:
            seen += [times, ids]
    model.unload()
    return seen


def test_presynaptic_before_postsynaptic() -> None:
    assert order(network(FORWARD, order=("third", "second", "first"))) == list(SIZES)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param({"connections": [("first", "first")]}, id="self-recurrent"),
        pytest.param({"connections": [("first", "second"), ("second", "first")]}, id="loop of two"),
        pytest.param(
            {"connections": FORWARD, "postsynaptic": ("ExpCurr", {"tau": 2.0})}, id="decaying"
        ),
        pytest.param({"connections": FORWARD, "weight_update": TIMED}, id="depends on time"),
    ],
)
def test_single_steps_where_blocks_are_not_possible(arguments: dict[str, Any]) -> None:
    assert order(network(**arguments)) is None


def synapse(code: str, *others: str) -> Any:
    """Return a weight update model with a code string, and with parameters beside its weight."""
    return create_weight_update_model(
        "x",
        vars=[("g", "scalar")],
        derived_params=[(name, lambda pars, dt: 0.5) for name in others],
        pre_spike_syn_code=code,
    )


@pytest.mark.parametrize(
    ("code", "others", "possible"),
    [
        ("addToPost(g); // weight at time t", "", True),
        ("// not addToPre(x), nor assert(x)\naddToPost(g);", "", True),
        ("scalar t = g; addToPost(t);", "", True),
        ("addToPost(g * t);", "", False),
        ("{ scalar t = g; } addToPost(g * t);", "", False),
        ("scalar t = t; addToPost(g);", "", False),
        # A name that the model declares hides what has it elsewhere.
        ("addToPost(g * t);", "t", True),
        ("addToPost(g); if (g > 1.0) { addToPre(g); }", "", False),
        ("assert(g > -9.0); addToPost(g);", "", False),
    ],
)
def test_what_code_uses_decides_whether_it_can_run_ahead(
    code: str, others: str, possible: bool
) -> None:
    model = network(FORWARD, weight_update=synapse(code, *others.split()))
    assert (blocks(model) is not None) is possible


@pytest.mark.parametrize(
    ("code", "variables", "possible"),
    [
        ("injectCurrent(inSyn); inSyn = 0.0; // inSyn *= 0.5;", "", True),
        ("{ scalar x = inSyn; injectCurrent(x); (inSyn) = (0.0);; }", "", True),
        ("injectCurrent(inSyn); // inSyn = 0.0;", "", False),
        ("injectCurrent(inSyn); { scalar inSyn = 1.0; inSyn = 0.0; }", "", False),
        ("injectCurrent(1.0); inSyn = 0.0;", "inSyn", False),
    ],
)
def test_input_that_does_not_outlast_its_step(code: str, variables: str, possible: bool) -> None:
    names = variables.split()
    shape = create_postsynaptic_model("x", vars=[(n, "scalar") for n in names], sim_code=code)
    postsynaptic = (shape, {}, dict.fromkeys(names, 0.0))
    model = network(FORWARD, postsynaptic=postsynaptic)
    assert (blocks(model) is not None) is possible


@pytest.mark.parametrize(
    "splits", a_few([[1, 31, 33, 35], [100], [32, 32, 36], [7] * 10 + [30]]), ids=str
)
def test_blocks_and_single_steps_give_the_same_bits(splits: list[int]) -> None:
    # The timers of a model need single steps.
    in_blocks = results(network(FORWARD), splits)
    in_steps = results(network(FORWARD, timing=True), splits)
    assert len(in_blocks) == len(in_steps)
    assert any(array.size for array in in_blocks)
    for block, step in zip(in_blocks, in_steps, strict=True):
        np.testing.assert_array_equal(block, step)


LOOP = [("first", "second"), ("second", "third"), ("third", "first"), ("second", "second")]


@pytest.mark.parametrize(
    ("connections", "delays", "steps"),
    [
        pytest.param(FORWARD, [3, 31, 5], BLOCK_STEPS, id="forward"),
        pytest.param(FORWARD, [3, 32, 5], None, id="longer than a word"),
        pytest.param(LOOP, [0, 0, 12, 8], 9, id="two loops"),
        pytest.param(LOOP, [7, 9, 2, 30], 10, id="the longest of a loop"),
        pytest.param(LOOP, [0, 0, 40, 30], None, id="a loop longer than a word"),
        pytest.param(LOOP, [0, 0, 31, 31], BLOCK_STEPS, id="as long as a word"),
        pytest.param(LOOP, [1, 2, 1, 9], None, id="not worth it"),
        pytest.param(LOOP, [0, 0, 9, 0], None, id="a loop without delay"),
    ],
)
def test_blocks_are_as_long_as_delays_allow(
    connections: list[tuple[str, str]], delays: list[int], steps: int | None
) -> None:
    delayed = dict(zip(connections, delays, strict=True))
    found = blocks(network(connections, delays=delayed))
    assert (found.steps if found is not None else None) == steps


@pytest.mark.parametrize(
    ("connections", "delays"),
    [
        pytest.param(FORWARD, [0, 3, 3], id="one delay"),
        pytest.param(
            [*FORWARD, ("third", "third")],
            [2, 31, 0, 30],
            id="long delays",
            marks=pytest.mark.slow,
        ),
        pytest.param(LOOP, [0, 0, 12, 8], id="two loops", marks=pytest.mark.slow),
        pytest.param(LOOP, [7, 9, 2, 30], id="one loop and a longer one", marks=pytest.mark.slow),
    ],
)
@pytest.mark.slow  # blocks are compared with single steps above, delays in conformance
@pytest.mark.parametrize("splits", [[1, 2, 5, 31, 33, 28], [100], [3] * 33 + [1]], ids=str)
def test_delays_in_blocks_are_those_of_single_steps(
    connections: list[tuple[str, str]], delays: list[int], splits: list[int]
) -> None:
    delayed = dict(zip(connections, delays, strict=True))
    assert blocks(network(connections, delays=delayed)) is not None
    in_blocks = results(network(connections, delays=delayed), splits)
    in_steps = results(network(connections, delays=delayed, timing=True), splits)
    assert len(in_blocks) == len(in_steps)
    for block, step in zip(in_blocks, in_steps, strict=True):
        np.testing.assert_array_equal(block, step)


def test_input_set_by_hand_arrives_once() -> None:
    seen = []
    for timing in (False, True):
        model = network(FORWARD, timing=timing)
        model.build()
        model.load(num_recording_timesteps=2)
        input_of_third = model.synapse_populations["second_third"].out_post
        input_of_third.view[:] = np.arange(9, dtype=np.float32)
        input_of_third.push_to_device()
        for _ in range(2):
            model.step_time()
        voltage = model.neuron_populations["third"].vars["V"]
        voltage.pull_from_device()
        input_of_third.pull_from_device()
        assert not input_of_third.view.any()
        seen.append(voltage.values)
        model.unload()
    assert seen[0].any()
    np.testing.assert_array_equal(*seen)


def test_a_population_without_a_threshold_sends_nothing() -> None:
    model = GeNNModel("float", "silent")
    source = model.add_neuron_population("source", 3, SILENT, {}, {"V": 9.0})
    target = model.add_neuron_population("target", 2, SILENT, {}, {"V": 0.0})
    model.add_synapse_population(
        "link",
        "DENSE",
        source,
        target,
        init_weight_update(STATIC, {}, {"g": 1.0}),
        init_postsynaptic("DeltaCurr"),
    )
    model.build()
    model.load()
    for _ in range(40):
        model.step_time()
    target.vars["V"].pull_from_device()
    assert not target.vars["V"].values.any()


def test_synapses_of_neurons_that_cannot_spike_deliver_what_is_pushed() -> None:
    model = GeNNModel("float", "mute")
    a = model.add_neuron_population("A", 2, SILENT, {}, {"V": 0.0})
    b = model.add_neuron_population("B", 3, SILENT, {}, {"V": 0.0})
    weights = init_weight_update("StaticPulse", {}, {"g": 1.0})
    synapses = model.add_synapse_population(
        "S", "DENSE", a, b, weights, init_postsynaptic("DeltaCurr")
    )
    model.build()
    model.load()
    synapses.out_post.view[:] = [[1.0, 2.0, 3.0]]
    synapses.out_post.push_to_device()
    for _ in range(3):
        model.step_time()
    b.vars["V"].pull_from_device()
    assert b.vars["V"].values.tolist() == [1.0, 2.0, 3.0]
