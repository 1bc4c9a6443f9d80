"""Delays of either side: what is kept for them, in which shape, and what they leave alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import numbagenn as engine
from tests.numbagenn.networks import add_cells, connect, new_model, pulled, steps

READ_ONLY = engine.VarAccessMode.READ_ONLY
CLOCK = engine.create_neuron_model(
    "clock", vars=[("V", "scalar")], sim_code="V = t;", threshold_condition_code="t == 2.0"
)
KEEPING = engine.create_postsynaptic_model(
    "keeping", vars=[("q", "scalar")], sim_code="q = t; injectCurrent(inSyn); inSyn = 0.0;"
)


def two(code: dict[str, str], **settings: int) -> tuple[Any, Any]:
    """Return a model of two clocks, and the synapses from the one to the other."""
    model = new_model()
    pre, post = (model.add_neuron_population(name, 2, CLOCK, {}, {"V": -1.0}) for name in "ab")
    update = engine.create_weight_update_model(
        "update",
        vars=[("w", "scalar"), ("d", "int")],
        pre_vars=[("x", "scalar")],
        post_vars=[("y", "scalar"), ("z", "scalar")],
        post_neuron_var_refs=[("V", "scalar", READ_ONLY)],
        psm_var_refs=[("q", "scalar", READ_ONLY)],
        post_dynamics_code="y = t;",
        **code,
    )
    init = engine.init_weight_update(
        update,
        {},
        {"w": 0.0, "d": np.arange(4)},
        {"x": 0.0},
        {"y": -1.0, "z": -1.0},
        post_var_refs={"V": "V"},
        psm_var_refs={"q": "q"},
    )
    psm = engine.init_postsynaptic(KEEPING, {}, {"q": -1.0})
    group = model.add_synapse_population("ab", "DENSE", pre, post, init, psm)
    for name, value in settings.items():
        setattr(group, name, value)
    return model, group


def loaded(code: dict[str, str], **settings: int) -> tuple[Any, Any]:
    model, group = two(code, **settings)
    model.build()
    model.load()
    return model, group


def test_times_are_kept_for_a_delay_that_no_spikes_have() -> None:
    """PyGeNN cannot load this model."""
    model, group = loaded({"synapse_dynamics_code": "w = st_post;"}, back_prop_delay_steps=2)
    assert group.trg.spike_times.view.shape == (3, 2)
    seen = []
    for _ in range(7):
        steps(model, 1)
        seen.append(float(pulled(group, "w")[0]))
    never = float(np.finfo(np.float32).min)
    # The spike at 2 ms arrives three steps later.
    assert seen == [never] * 5 + [5.0] * 2


@pytest.mark.parametrize(
    ("code", "shapes"),
    [
        ("w += 1.0;", {"V": (2,), "y": (4, 2), "z": (4, 2), "q": (2,)}),
        ("w += V + q;", {"V": (4, 2), "y": (4, 2), "z": (4, 2), "q": (4, 2)}),
    ],
)
def test_what_synapses_read_is_kept_in_slots(code: str, shapes: dict[str, Any]) -> None:
    _, group = loaded({"post_spike_syn_code": code}, back_prop_delay_steps=3)
    variables = {**group.trg.vars, **group.post_vars, **group.psm_vars}
    assert {name: variable.view.shape for name, variable in variables.items()} == shapes
    assert group.pre_vars["x"].view.shape == (2,)


def test_a_delay_of_other_synapses_of_the_population_counts() -> None:
    model, group = two({"synapse_dynamics_code": "w = V;"})
    connect(model, group.trg, group.src, np.zeros(4)).axonal_delay_steps = 4
    model.build()
    model.load()
    assert group.trg.vars["V"].view.shape == (5, 2)
    assert group.post_vars["y"].view.shape == (2,)
    steps(model, 3)
    assert pulled(group, "w").tolist() == [1.0] * 4


def test_a_long_delay_that_nothing_learns_by_changes_nothing() -> None:
    def voltages(delay: int) -> list[float]:
        model = new_model()
        source, target = add_cells(model, "a", 3, 0.5), add_cells(model, "b", 2, 1.5)
        connect(model, target, add_cells(model, "c", 2), np.ones(4))
        connect(model, source, target, np.full(6, 0.3)).back_prop_delay_steps = delay
        model.add_current_source("dc", "DC", source, {"amp": 0.2})
        model.build()
        assert "unpack_history" in model.generated_code
        model.load()
        steps(model, 70)
        return [float(v) for name in "abc" for v in pulled(model.neuron_populations[name], "V")]

    assert voltages(0) == voltages(45)
