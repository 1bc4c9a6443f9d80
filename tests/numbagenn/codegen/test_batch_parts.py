"""Batch elements that assign arrays: those with parts of their own run on all threads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import numbagenn
from numbagenn import GeNNModel, create_custom_update_model, create_neuron_model, create_var_ref
from numbagenn.codegen.batch_parts import ranges_that_keep_apart

NEURONS, RING, BATCH, STEPS = 5, 3, 4, 20

CODE = """
    const int at = ((batch * num_neurons) + id) * Ring;
    x += 0.1 * (id + 1) * (batch + 1);
    ring[at + place] = ring[at + place] * 0.5 + x;
    place++;
    if (place >= Ring) { place = 0; }
    total += ring[at];
    """


def network(code: str = CODE, batch_size: int = BATCH, start: Any = 0, update: str = "") -> Any:
    model = GeNNModel("float", "ring")
    model.batch_size = batch_size
    neuron = create_neuron_model(
        "ring",
        params=[("Ring", "int")],
        vars=[("x", "scalar"), ("total", "scalar"), ("place", "int"), ("other", "int")],
        extra_global_params=[("ring", "scalar*")],
        sim_code=code,
    )
    values = {"x": 0.0, "total": 0.0, "place": start, "other": 0}
    pop = model.add_neuron_population("pop", NEURONS, neuron, {"Ring": RING}, values)
    pop.extra_global_params["ring"].set_init_values(np.zeros(2 * BATCH * NEURONS * RING))
    if update:
        reset = create_custom_update_model(
            "reset", var_refs=[("place", "int"), ("other", "int")], update_code=update
        )
        refs = {name: create_var_ref(pop, name) for name in ("place", "other")}
        model.add_custom_update("reset", "Reset", reset, {}, {}, refs)
    return model


def limits(model: Any) -> dict[str, tuple[float, float]] | None:
    found = ranges_that_keep_apart(model)
    return None if found is None else {buffer.name: ends for buffer, ends in found.items()}


@pytest.mark.parametrize(
    ("code", "options", "expected"),
    [
        (CODE, {}, {"pop_place": (0, 2)}),
        (CODE, {"update": "place = 1;"}, {"pop_place": (0, 2)}),
        (CODE, {"update": "place = other; other = 2;"}, {"pop_place": (0, 2), "pop_other": (0, 2)}),
        (CODE, {"start": [0, 1, 2, 1, 0]}, {"pop_place": (0, 2)}),
        ("ring[batch * num_neurons + id] += x;", {}, {}),
        ("ring[batch * 6 + id + 1] += x;", {}, {}),
        ("x += ring[0];", {}, {}),
        # A part has to hold all of its neurons.
        ("ring[batch * 4 + id] += x;", {}, None),
        ("ring[batch * 5 + id + 1] += x;", {}, None),
        # All indices have to be in it, those that are read, too.
        ("ring[batch * 5 + id] += ring[id];", {}, None),
        ("ring[batch * 5 + id] += ring[batch * 6 + id];", {}, None),
        ("ring[id] += x;", {}, None),
        ("ring[batch * 5 + other] += x;", {"update": "other++;"}, None),
        (CODE.replace("place >= Ring", "place > Ring"), {}, None),
        (CODE.replace("place = 0;", "place = -1;"), {}, None),
        (CODE, {"start": RING}, None),
        (CODE, {"start": numbagenn.init_var("Constant", {"constant": 0})}, None),
        (CODE, {"update": "place--;"}, None),
        (CODE, {"update": "place = other; other += 1;"}, None),
        ("scalar *p = ring; p[batch * 5 + id] += x;", {}, None),
    ],
)
def test_what_keeps_batch_elements_apart(
    code: str, options: dict[str, Any], expected: dict[str, Any] | None
) -> None:
    model = network(code, **options)
    assert limits(model) == expected


def traced(threads: int, writes: list[int] | None = None, **options: Any) -> dict[str, Any]:
    numbagenn.set_num_threads(threads)
    try:
        model = network(**options)
        model.build()
        model.load()
        pop = model.neuron_populations["pop"]
        for turn in range(2):
            for _ in range(STEPS):
                model.step_time()
            if writes is not None and not turn:
                pop.vars["place"].view[..., :] = writes
                pop.vars["place"].push_to_device()
        found = {}
        for name in ("total", "place"):
            pop.vars[name].pull_from_device()
            found[name] = pop.vars[name].values
        ring = pop.extra_global_params["ring"]
        ring.pull_from_device()
        return {**found, "ring": ring.values}
    finally:
        numbagenn.set_num_threads(None)


def test_results_do_not_depend_on_threads() -> None:
    one = traced(1)
    assert one["total"].std() > 0
    for threads in (2, 3):
        for name, values in traced(threads).items():
            np.testing.assert_array_equal(values, one[name], name)


def test_elements_do_as_alone() -> None:
    same = CODE.replace("(batch + 1)", "2")
    alone = traced(1, code=same, batch_size=1)
    found = traced(3, code=same)
    for element in range(BATCH):
        np.testing.assert_array_equal(found["total"][element], alone["total"])


def test_values_of_the_host_that_reach_into_other_parts_put_elements_in_order() -> None:
    """What is written beyond a part is seen by the next batch element, in the same step."""
    # Other code for the same, of which nothing is known.
    unknown = CODE.replace("place++;", "place = (int)(place + 1.0);")
    assert limits(network(unknown)) is None
    writes = [0, 1, RING * NEURONS, 2, -2]
    in_order = traced(3, writes, code=unknown)
    assert (in_order["ring"] != traced(3, code=unknown)["ring"]).any()
    for threads in (1, 3):
        found = traced(threads, writes)
        for name, values in found.items():
            np.testing.assert_array_equal(values, in_order[name], name)


def test_updates_between_steps_in_order() -> None:
    """Updates that wait with the steps run in their place where batch elements run in order."""

    def run(beyond: int) -> np.ndarray:
        model = network(update="place = 0; other++;")
        model.build()
        assert "elif kind == 1" in model.generated_code
        model.load()
        pop = model.neuron_populations["pop"]
        pop.vars["place"].view[:] = beyond
        pop.vars["place"].push_to_device()
        for _ in range(4):
            model.custom_update("Reset")
            model.step_time()
            model.custom_update("Reset")
            model.step_time()
            model.step_time()
        pop.vars["other"].pull_from_device()
        pop.vars["total"].pull_from_device()
        assert (pop.vars["other"].values == 8).all()
        return pop.vars["total"].values

    np.testing.assert_array_equal(run(0), run(RING))
