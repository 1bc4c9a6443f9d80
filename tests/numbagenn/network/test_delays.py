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


def test_an_index_takes_the_value_of_so_many_steps_ago() -> None:
    code = {"synapse_dynamics_code": "w = V[d] + 100 * q[d];", "pre_spike_syn_code": "w = y;"}
    model, group = loaded(code, max_dendritic_delay_timesteps=3)
    shapes = [variable.view.shape for variable in (group.trg.vars["V"], group.psm_vars["q"])]
    assert shapes == [(4, 2), (4, 2)]
    assert group.post_vars["y"].view.shape == (2,)
    steps(model, 2)
    # In the step at 1 ms the last one was that at 0 ms, and before that there are initial values.
    assert pulled(group, "w").tolist() == [0.0, -101.0, -101.0, -101.0]
    steps(model, 4)
    assert pulled(group, "w").tolist() == [404.0, 303.0, 202.0, 101.0]


def test_a_variable_that_neurons_share_has_earlier_values_too() -> None:
    code = {"synapse_dynamics_code": "w = s[d];"}
    update = engine.create_weight_update_model(
        "update",
        vars=[("w", "scalar"), ("d", "int")],
        post_vars=[("s", "scalar", engine.VarAccess.READ_ONLY_SHARED_NEURON)],
        **code,
    )
    model = new_model()
    pre, post = add_cells(model, "a", 2), add_cells(model, "b", 3)
    init = engine.init_weight_update(update, {}, {"w": 0.0, "d": np.arange(6) % 3}, {}, {"s": 7.0})
    psm = engine.init_postsynaptic("DeltaCurr")
    group = model.add_synapse_population("ab", "DENSE", pre, post, init, psm)
    group.max_dendritic_delay_timesteps = 2
    model.build()
    model.load()
    assert group.post_vars["s"].view.shape == (3, 1)
    group.post_vars["s"].view[:] = [[1.0], [2.0], [3.0]]
    group.post_vars["s"].push_to_device()
    steps(model, 1)
    assert pulled(group, "w").tolist() == [1.0, 3.0, 2.0] * 2


@pytest.mark.parametrize(("given", "nearest"), [(4, 1.0), (10**6, 1.0), (-1, 4.0), (-(2**31), 4.0)])
def test_an_index_of_no_kept_step_is_an_error_and_does_no_harm(given: int, nearest: float) -> None:
    model, group = loaded({"synapse_dynamics_code": "w = V[d];"}, max_dendritic_delay_timesteps=3)
    steps(model, 5)
    group.vars["d"].view[:] = [0, given, 1, 2]
    group.vars["d"].push_to_device()
    model.step_time()
    with pytest.raises(RuntimeError, match=rf"a delay of {given} steps is outside 'V', of which"):
        model.flush()
    group.vars["w"].pull_from_device()
    assert group.vars["w"].view.tolist() == [4.0, nearest, 3.0, 2.0]


@pytest.mark.parametrize("index", ["4", "-1", "2 + 3"])
def test_an_index_that_is_written_down_is_checked_when_the_model_is_built(index: str) -> None:
    model, _ = two({"synapse_dynamics_code": f"w = V[{index}];"}, max_dendritic_delay_timesteps=3)
    if index == "2 + 3":
        model.build()
        model.load()
        model.step_time()
    with pytest.raises(RuntimeError, match=r"is outside 'V', of which delays from 0 to 3 are kept"):
        model.flush() if index == "2 + 3" else model.build()


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("w = V + V[d];", "'V' referenced both with and without delay"),
        ("w = V[0]; w += *V;", "Subscripted object is not a pointer"),
        ("V[0] = w;", "postsynaptic variable 'V' is read-only"),
        ("w = V[0.5];", "Invalid subscript index type"),
        ("w = x[d];", "Subscripted object is not a pointer: a delay can be the index of post"),
        ("w = w[d];", "Subscripted object is not a pointer"),
    ],
)
def test_what_cannot_have_an_index_is_refused(code: str, message: str) -> None:
    with pytest.raises(RuntimeError, match=message):
        two({"synapse_dynamics_code": code})


def test_how_many_earlier_steps_to_keep_has_to_be_set() -> None:
    model, group = two({"post_spike_syn_code": "w = q[d];"})
    with pytest.raises(RuntimeError, match=r"takes earlier values of q, as q\[delay\]"):
        model.build()
    group.max_dendritic_delay_timesteps = 1
    model.build()


def test_an_index_is_an_expression_as_any_other() -> None:
    """PyGeNN takes V[3 - d], without brackets, for V[3 + d]."""
    model, group = loaded(
        {"synapse_dynamics_code": "w = V[3 - d];"}, max_dendritic_delay_timesteps=3
    )
    steps(model, 6)
    assert pulled(group, "w").tolist() == [1.0, 2.0, 3.0, 4.0]
