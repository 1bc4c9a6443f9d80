"""Blocks of steps and single steps: when each is chosen, and that they give the same bits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from numbagenn import (
    GeNNModel,
    VarAccessMode,
    create_neuron_model,
    create_postsynaptic_model,
    create_weight_update_model,
    init_postsynaptic,
    init_weight_update,
)
from numbagenn.codegen.blocks import BLOCK_STEPS, blocks_of_steps
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
DELTA = ("DeltaCurr", {})
_REFERRED = [("V", "scalar", VarAccessMode.READ_ONLY)]
#: What some synapses may have: a weight update model, its references, and a postsynaptic model.
STEPWISE: dict[str, tuple[Any, dict[str, Any], tuple[Any, ...]]] = {
    "decaying": (STATIC, {}, ("ExpCurr", {"tau": 2.0})),
    "time": (TIMED, {}, DELTA),
    "presynaptic events": (
        create_weight_update_model(
            "learning",
            vars=[("g", "scalar")],
            pre_neuron_var_refs=_REFERRED,
            pre_spike_syn_code="addToPost(g);",
            pre_event_threshold_condition_code="V > 4.5",
            pre_event_syn_code="g += 0.25;",
        ),
        {"pre_var_refs": {"V": "V"}},
        DELTA,
    ),
    "postsynaptic events": (
        create_weight_update_model(
            "learning",
            vars=[("g", "scalar")],
            post_neuron_var_refs=_REFERRED,
            pre_spike_syn_code="addToPost(g);",
            post_event_threshold_condition_code="V > 4.5",
            post_event_syn_code="g -= 0.25;",
        ),
        {"post_var_refs": {"V": "V"}},
        DELTA,
    ),
}
FORWARD = [("first", "second"), ("second", "third"), ("first", "third")]


def network(
    connections: list[tuple[str, str]],
    *,
    timing: bool = False,
    weight_update: Any = STATIC,
    postsynaptic: tuple[Any, ...] = ("DeltaCurr", {}),
    instead: dict[tuple[str, str], str] | None = None,
    batch_size: int = 3,
    order: tuple[str, ...] = tuple(SIZES),
    delays: dict[tuple[str, str], int] | None = None,
) -> GeNNModel:
    """Return a network; some of its synapses may have a kind of `STEPWISE` instead."""
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
        update, references, shape = STEPWISE.get(
            (instead or {}).get((source, target), ""), (weight_update, {}, postsynaptic)
        )
        link = model.add_synapse_population(
            f"{source}_{target}",
            "DENSE",
            populations[source],
            populations[target],
            init_weight_update(update, {}, {"g": weights[source, target]}, **references),
            init_postsynaptic(*shape),
        )
        link.axonal_delay_steps = (delays or {}).get((source, target), 0)
    return model


def order(model: GeNNModel) -> list[str]:
    """Return the populations that are simulated block by block."""
    return [group.name for group in blocks_of_steps(model).order]


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
    assert not order(network(**arguments))


TO_THIRD = ("second", "third")


@pytest.mark.parametrize(
    ("instead", "expected"),
    [
        # What decays, or looks at the time, takes the spikes of a block one step at a time.
        ({TO_THIRD: "decaying"}, ["first", "second"]),
        ({TO_THIRD: "time"}, ["first", "second"]),
        ({TO_THIRD: "postsynaptic events"}, ["first", "second"]),
        # The events are those of second, which therefore runs step by step.
        ({TO_THIRD: "presynaptic events"}, ["first"]),
        # So does all that follows.
        ({("first", "second"): "decaying"}, ["first"]),
        # Nothing could be summed up ahead.
        ({("first", "third"): "presynaptic events"}, []),
        (dict.fromkeys(FORWARD, "decaying"), []),
    ],
    ids=str,
)
def test_single_steps_are_for_those_that_need_them(
    instead: dict[tuple[str, str], str], expected: list[str]
) -> None:
    assert order(network(FORWARD, instead=instead)) == expected


def test_a_loop_does_not_end_the_blocks_of_what_it_is_driven_by() -> None:
    assert order(network([("first", "second"), TO_THIRD, ("third", "second")])) == ["first"]


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
    assert bool(order(model)) is possible


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
    assert bool(order(model)) is possible


SPLITS = [[1, 31, 33, 35], [100], [32, 32, 36], [7] * 10 + [30]]


def assert_same_bits(splits: list[int], **arguments: Any) -> None:
    """Raise unless a network gives the same results as in single steps."""
    found = results(network(**arguments), splits)
    # The timers of a model need single steps.
    expected = results(network(**arguments, timing=True), splits)
    assert len(found) == len(expected)
    assert any(array.size for array in found)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("splits", a_few(SPLITS), ids=str)
def test_blocks_and_single_steps_give_the_same_bits(splits: list[int]) -> None:
    assert_same_bits(splits, connections=FORWARD)


# Many more in `test_random_graphs`, run by the interpreter.
@pytest.mark.parametrize("splits", a_few(SPLITS), ids=str)
@pytest.mark.parametrize("kind", a_few(STEPWISE, 2))
def test_blocks_with_single_steps_in_them_give_the_same_bits(kind: str, splits: list[int]) -> None:
    delays = {("first", "second"): 1, TO_THIRD: 3}
    assert_same_bits(splits, connections=FORWARD, instead={TO_THIRD: kind}, delays=delays)


LOOP = [("first", "second"), ("second", "third"), ("third", "first"), ("second", "second")]


@pytest.mark.parametrize(
    ("connections", "delays", "steps"),
    [
        pytest.param(FORWARD, [3, 31, 5], BLOCK_STEPS, id="forward"),
        pytest.param(FORWARD, [3, 32, 5], BLOCK_STEPS, id="longer than a word"),
        pytest.param(LOOP, [0, 0, 12, 8], 9, id="two loops"),
        pytest.param(LOOP, [7, 9, 2, 30], 10, id="the longest of a loop"),
        pytest.param(LOOP, [0, 0, 40, 30], 0, id="a loop longer than a word"),
        pytest.param(LOOP, [0, 0, 31, 31], BLOCK_STEPS, id="as long as a word"),
        pytest.param(LOOP, [1, 2, 1, 9], 0, id="not worth it"),
        pytest.param(LOOP, [0, 0, 9, 0], 0, id="a loop without delay"),
    ],
)
def test_blocks_are_as_long_as_delays_allow(
    connections: list[tuple[str, str]], delays: list[int], steps: int
) -> None:
    delayed = dict(zip(connections, delays, strict=True))
    found = blocks_of_steps(network(connections, delays=delayed))
    assert (found.steps if found.order else 0) == steps


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
    assert order(network(connections, delays=delayed))
    assert_same_bits(splits, connections=connections, delays=delayed)


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
