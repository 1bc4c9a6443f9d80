"""Properties of batches: a batch is nothing but its elements, and a sum has one order.

Every network is described once and compiled once. What is drawn at random (weights, inputs, when to
look and when to reset) is pushed to it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import numbagenn as engine
from tests.numbagenn.networks import FLUSH, PIXEL, add_cells, add_reset, connect, new_model, pushed

Arrays = dict[str, np.ndarray]
# What happens: a number of steps, or the name of a group of custom updates.
Schedule = list[int | str]

STEPS = 12
INPUTS = 9
DT = 0.3
TAU = 2.5
THRESHOLD = 1.0

ADAPTIVE = engine.create_weight_update_model(
    "adaptive", vars=[("g", "scalar")], pre_spike_syn_code="addToPost(g); g *= 0.9;"
)
DECAY = engine.create_custom_update_model(
    "decay", var_refs=[("g", "scalar")], update_code="g -= 0.125 * g;"
)
ZERO = engine.create_custom_update_model("zero", var_refs=[("x", "scalar")], update_code="x = 0.0;")


@cache
def built(kind: str, batch_size: int) -> Any:
    """Return a network, built; the kernels of all its batch sizes are the same."""
    model = new_model(kind, batch_size)
    model.dt = DT
    a, b = add_cells(model, "A", INPUTS, THRESHOLD), add_cells(model, "B", 11, THRESHOLD)
    model.add_current_source("in", PIXEL, a, {}, {"magnitude": 0.0})
    zeros = np.zeros(INPUTS * 11)
    if kind == "exponential":
        synapses = connect(model, a, b, zeros, engine.init_postsynaptic("ExpCurr", {"tau": TAU}))
        reference = {"x": engine.create_out_post_var_ref(synapses)}
        model.add_custom_update("zero", "Reset", ZERO, {}, {}, reference)
    elif kind == "adaptive":
        synapses = model.add_synapse_population(
            "A_B", "DENSE", a, b, engine.init_weight_update(ADAPTIVE, {}, {"g": zeros}),
            engine.init_postsynaptic("DeltaCurr"),
        )  # fmt: skip
        reference = {"g": engine.create_wu_var_ref(synapses, "g")}
        model.add_custom_update("decay", "Decay", DECAY, {}, {}, reference)
    else:
        synapses = connect(model, a, b, zeros)
    if kind == "recurrent":
        connect(model, a, a, np.zeros(INPUTS**2))
    if kind != "adaptive":
        model.add_custom_update("no", "Decay", ZERO, {}, {}, {"x": engine.create_var_ref(b, "V")})
    add_reset(model)
    reference = {"num_spikes": engine.create_src_spike_count_var_ref(synapses)}
    model.add_custom_update("flush", "Flush", FLUSH, {}, {}, reference)
    a.spike_recording_enabled = b.spike_recording_enabled = True
    model.build()
    return model


KINDS = ("forward", "recurrent", "exponential", "adaptive")


def fresh(kind: str, images: np.ndarray, weights: Arrays) -> Any:
    """Return a network that starts with the given images, one for each batch element."""
    model = built(kind, len(images))
    if model._loaded:
        model.unload()
    model.load(num_recording_timesteps=STEPS)
    for name, values in weights.items():
        if name in model.synapse_populations:
            pushed(model.synapse_populations[name], "g", values.reshape(1, -1))
    pushed(model.current_sources["in"], "magnitude", images if len(images) > 1 else images[0])
    return model


def arrays(model: Any, spikes: bool = True) -> Arrays:
    """Return all that can be seen of a network, with an axis for the batch elements in front."""
    result = {}
    for group in (*model.neuron_populations.values(), *model.synapse_populations.values()):
        for name, variable in group.vars.items():
            variable.pull_from_device()
            per_batch = variable.buffer.per_batch
            rows = np.atleast_2d(variable.values)
            result[f"{group.name}.{name}"] = (
                rows if per_batch else rows.repeat(model.batch_size, axis=0)
            )
    for group in model.synapse_populations.values():
        group.out_post.pull_from_device()
        result[f"{group.name}.out_post"] = group.out_post.values
    if spikes:
        model.pull_recording_buffers_from_device()
        for pop in model.neuron_populations.values():
            fired = np.zeros((model.batch_size, STEPS, pop.num_neurons), bool)
            for batch, (times, ids) in enumerate(pop.spike_recording_data):
                first = model.timestep - STEPS
                fired[batch, np.rint(times / DT).astype(int) - first, ids] = True
            result[f"{pop.name}.spikes"] = fired
    return result


def simulate(kind: str, images: np.ndarray, weights: Arrays, schedule: Schedule) -> Arrays:
    model = fresh(kind, images, weights)
    for event in schedule:
        if isinstance(event, str):
            model.custom_update(event)
        else:
            for _ in range(event):
                model.step_time()
    return arrays(model)


def assert_same(found: Arrays, expected: Arrays) -> None:
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        assert found[name].dtype == values.dtype
        np.testing.assert_array_equal(found[name], values, err_msg=name)


@st.composite
def problems(draw: Any, batch: int = 4) -> tuple[np.ndarray, Arrays, Schedule]:
    """Draw images, weights and a schedule of `STEPS` steps in all."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scale = draw(st.sampled_from([0.3, 1.0, 3.0]))
    images = rng.uniform(-0.5, 4.0, (batch, INPUTS)).astype(np.float32)
    weights = {
        "A_B": rng.normal(0.1, scale, (INPUTS, 11)).astype(np.float32),
        "A_A": rng.normal(0.0, scale, (INPUTS, INPUTS)).astype(np.float32),
    }
    cuts = sorted(draw(st.lists(st.integers(0, STEPS), max_size=3)))
    schedule: Schedule = []
    for first, last in zip([0, *cuts], [*cuts, STEPS], strict=True):
        schedule += [last - first, draw(st.sampled_from(["Reset", "Flush", "Decay"]))]
    return images, weights, schedule[:-1]


@pytest.fixture(autouse=True)
def threads() -> Iterator[None]:
    yield
    engine.set_num_threads(None)


few = settings(max_examples=60, deadline=None)


@pytest.mark.parametrize("kind", KINDS)
@few
@given(problems())
def test_a_batch_is_its_images_one_by_one(kind: str, problem: Any) -> None:
    images, weights, schedule = problem
    together = simulate(kind, images, weights, schedule)
    alone = [simulate(kind, image[None], weights, schedule) for image in images]
    assert_same(together, {name: np.concatenate([one[name] for one in alone]) for name in together})


@pytest.mark.parametrize("kind", KINDS)
@few
@given(problems(), st.lists(st.integers(0, 3), min_size=4, max_size=4))
def test_the_place_in_the_batch_does_not_matter(kind: str, problem: Any, places: Any) -> None:
    images, weights, schedule = problem
    in_order = simulate(kind, images, weights, schedule)
    elsewhere = simulate(kind, images[places], weights, schedule)
    assert_same(elsewhere, {name: values[places] for name, values in in_order.items()})


@pytest.mark.parametrize("kind", KINDS)
@few
@given(problems(batch=9))
def test_the_number_of_threads_does_not_matter(kind: str, problem: Any) -> None:
    results = []
    for number in (1, 2, 7):
        engine.set_num_threads(number)
        results.append(simulate(kind, *problem))
    assert_same(results[1], results[0])
    assert_same(results[2], results[0])


@pytest.mark.parametrize("kind", KINDS)
@few
@given(problems(batch=3), st.lists(st.integers(0, STEPS), max_size=6))
def test_looking_changes_nothing(kind: str, problem: Any, looks: list[int]) -> None:
    images, weights, _ = problem
    model = fresh(kind, images, weights)
    for number in range(STEPS):
        if number in looks:
            for name, values in arrays(model, spikes=False).items():
                assert np.isfinite(values).all(), name
            # To push what was just pulled is no change, either.
            for pop in model.neuron_populations.values():
                pop.vars["V"].push_to_device()
        model.step_time()
    assert_same(arrays(model), simulate(kind, images, weights, [STEPS]))


@few
@given(problems(batch=2))
def test_images_in_turn_after_a_flush_are_images_alone(problem: Any) -> None:
    """Reset and flush together leave nothing of the image before."""
    images, weights, _ = problem
    for kind in ("forward", "exponential"):
        model = fresh(kind, images[:1], weights)
        for _ in range(STEPS):
            model.step_time()
        model.custom_update("Reset")
        model.custom_update("Flush")
        pushed(model.current_sources["in"], "magnitude", images[1])
        for _ in range(STEPS):
            model.step_time()
        assert_same(arrays(model), simulate(kind, images[1:], weights, [STEPS]))


# Against another simulator -------------------------------------------------------------------


def constant(value: float) -> np.float32:
    """Return a constant as it stands in PyGeNN's code, in ten significant digits."""
    return np.float32(f"{value:.9e}")


def reference(kind: str, image: np.ndarray, weights: Arrays) -> Arrays:
    """Simulate one image in plain NumPy, one presynaptic neuron after the other."""
    dt, threshold = constant(DT), constant(THRESHOLD)
    decay = constant(math.exp(-DT / TAU))
    mean = constant(TAU * (1 - math.exp(-DT / TAU)) / DT)
    targets = {"A_B": ("A", "B")} | ({"A_A": ("A", "A")} if kind == "recurrent" else {})
    sizes = {"A": INPUTS, "B": 11}
    voltage = {name: np.zeros(size, np.float32) for name, size in sizes.items()}
    count = {name: np.zeros(size, np.uint32) for name, size in sizes.items()}
    fired = {name: np.zeros((STEPS, size), bool) for name, size in sizes.items()}
    g = {name: weights[name].copy() for name in targets}
    out_post = {name: np.zeros(sizes[to], np.float32) for name, (_, to) in targets.items()}
    for step in range(STEPS):
        for name, (source, _) in targets.items():
            if step:
                for neuron in np.flatnonzero(fired[source][step - 1]):
                    out_post[name] += g[name][neuron]
                    if kind == "adaptive":
                        g[name][neuron] *= np.float32(0.9)
        for name, size in sizes.items():
            current = np.zeros(size, np.float32)
            for synapses, (_, to) in targets.items():
                if to == name and kind == "exponential":
                    current += mean * out_post[synapses]
                    out_post[synapses] *= decay
                elif to == name:
                    current += out_post[synapses]
                    out_post[synapses][:] = 0
            if name == "A":
                current += image
            voltage[name] += current * dt
            spikes = voltage[name] >= threshold
            voltage[name][spikes] = 0
            count[name] += spikes
            fired[name][step] = spikes
    result = {f"{name}.V": voltage[name] for name in sizes}
    result |= {f"{name}.count": count[name] for name in sizes}
    result |= {f"{name}.g": g[name].ravel() for name in targets}
    result |= {f"{name}.out_post": out_post[name] for name in targets}
    return result | {f"{name}.spikes": fired[name] for name in sizes}


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=100, deadline=None)
@given(problems())
def test_sums_are_taken_in_the_order_of_the_presynaptic_neurons(kind: str, problem: Any) -> None:
    images, weights, _ = problem
    expected = [reference(kind, image, weights) for image in images]
    found = simulate(kind, images, weights, [STEPS])
    assert_same(found, {name: np.stack([one[name] for one in expected]) for name in found})


def test_the_networks_do_something() -> None:
    """The properties above are not those of silence."""
    rng = np.random.default_rng(5)
    images = rng.uniform(-0.5, 4.0, (4, INPUTS)).astype(np.float32)
    weights = {name: rng.normal(0.1, 1.0, (INPUTS, n)) for name, n in (("A_B", 11), ("A_A", 9))}
    for kind in KINDS:
        found = simulate(kind, images, weights, [STEPS])
        assert found["A.spikes"].sum() > 50
        assert 10 < found["B.spikes"].sum() < 400
        assert len(np.unique(found["B.V"])) > 10


def test_many_spikes_at_once_are_summed_in_order_too() -> None:
    """More spikes than one pass over the targets takes, in numbers whose sum depends on order."""
    rng = np.random.default_rng(3)
    for number in (1, 7, 8, 9, 16, 61):
        model = new_model("many", 2)
        a, b = add_cells(model, "A", 61), add_cells(model, "B", 13, 1e30)
        weights = (rng.normal(size=(61, 13)) * 10.0 ** rng.integers(-6, 6, (61, 13))).astype("f4")
        connect(model, a, b, weights)
        spiking = np.sort(rng.choice(61, number, replace=False))
        model.build()
        model.load()
        start = np.zeros((2, 61), np.float32)
        start[1, spiking] = 1.0
        pushed(a, "V", start)
        model.step_time()
        model.step_time()
        b.vars["V"].pull_from_device()
        total = np.zeros(13, np.float32)
        for neuron in spiking:
            total += weights[neuron]
        np.testing.assert_array_equal(b.vars["V"].view, [np.zeros(13), total])
