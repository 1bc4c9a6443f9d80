"""Models with parts of every kind, in the API of PyGeNN 5 and of 4.9."""

from __future__ import annotations

from typing import Any

import pytest

import numbagenn as engine
from numbagenn.compat import v4_9 as legacy
from tests import a_few
from tests.numbagenn.networks import new_model

SENDER = engine.create_neuron_model(
    "sender",
    params=["Vthr"],
    vars=[("V", "scalar")],
    sim_code="V += Isyn + table[id % 2] + 0.1 * gennrand_uniform();",
    threshold_condition_code="V >= Vthr",
    reset_code="V = 0.0;",
    extra_global_params=[("table", "scalar*")],
)
RECEIVER = engine.create_neuron_model(
    "receiver",
    params=["Vthr"],
    vars=[("V", "scalar"), ("since", "scalar")],
    additional_input_vars=[("extra", "scalar", 0.0)],
    sim_code="V += Isyn + extra; since = t - st;",
    threshold_condition_code="V >= Vthr",
    reset_code="V = 0.0;",
)
PLASTIC = engine.create_weight_update_model(
    "plastic",
    params=["rate"],
    vars=[("g", "scalar")],
    pre_vars=[("x", "scalar")],
    post_vars=[("y", "scalar")],
    pre_neuron_var_refs=[("V_pre", "scalar", engine.VarAccessMode.READ_ONLY)],
    pre_spike_syn_code="addToPost(g); addToPostDelay(0.5 * g, 1u); addToPre(0.01); g += rate * x;",
    pre_event_threshold_condition_code="V_pre > 0.7",
    pre_event_syn_code="g *= 0.99;",
    pre_spike_code="x += 1.0;",
    post_dynamics_code="y += 0.5;",
)
SHAPE = engine.create_postsynaptic_model(
    "shape",
    params=["decay"],
    vars=[("gain", "scalar")],
    sim_code="injectCurrent(gain * inSyn); inSyn *= decay;",
)
TABLE = engine.create_var_init_snippet(
    "table", extra_global_params=[("values", "scalar*")], var_init_code="value = values[id % 2];"
)


def described() -> Any:
    """Return a model with parts of every kind, that is not built."""
    model = new_model("looks", batch_size=2)
    model.seed = 3
    a = model.add_neuron_population("a", 6, SENDER, {"Vthr": 1.0}, {"V": engine.init_var(TABLE)})
    b = model.add_neuron_population("b", 4, RECEIVER, {"Vthr": 2.0}, {"V": 0.0, "since": 0.0})
    a.vars["V"].extra_global_params["values"].set_init_values([0.1, 0.6])
    a.extra_global_params["table"].set_init_values([0.3, 0.4])
    a.spike_recording_enabled = a.spike_event_recording_enabled = True
    b.set_param_dynamic("Vthr")
    shape = engine.init_postsynaptic(SHAPE, {"decay": 0.5}, {"gain": 0.75})
    values = ({"rate": 0.1}, {"g": 0.2}, {"x": 0.0}, {"y": 0.0})
    update = engine.init_weight_update(PLASTIC, *values, pre_var_refs={"V_pre": "V"})
    ab = model.add_synapse_population("ab", "DENSE", a, b, update, shape)
    ab.axonal_delay_steps, ab.max_dendritic_delay_timesteps, ab.post_target_var = 2, 3, "extra"
    model.add_synapse_population(
        "ba",
        "SPARSE",
        b,
        a,
        engine.init_weight_update("StaticPulse", {}, {"g": 0.25}),
        engine.init_postsynaptic("DeltaCurr"),
        engine.init_sparse_connectivity("FixedProbability", {"prob": 0.5}),
    )
    model.add_current_source("noise", "GaussianNoise", b, {"mean": 0.2, "sd": 0.1})
    for name, pop in model.neuron_populations.items():
        halve = engine.create_custom_update_model(
            "halve", vars=[("n", "int")], var_refs=[("V", "scalar")], update_code="V *= 0.5; n++;"
        )
        references = {"V": engine.create_var_ref(pop, "V")}
        model.add_custom_update(f"{name}_halve", "Halve", halve, {}, {"n": 0}, references)
    return model


def old() -> Any:
    """Return a model of PyGeNN 4.9, that is not built."""
    model = legacy.GeNNModel("float", "old_looks")
    model.dT = 1.0
    lif = {"C": 1.0, "TauM": 20.0, "Vrest": 0.0, "Vreset": 0.0}
    lif |= {"Vthresh": 0.2, "Ioffset": 0.5, "TauRefrac": 1.0}
    for name in "ab":
        model.add_neuron_population(name, 3, "LIF", lif, {"V": 0.0, "RefracTime": 0.0})
    model.add_synapse_population(
        "ab",
        "DENSE_INDIVIDUALG",
        2,
        "a",
        "b",
        "StaticPulse",
        {},
        {"g": 0.1},
        {},
        {},
        "ExpCurr",
        {"tau": 3.0},
        {},
    )
    model.neuron_populations["a"].spike_recording_enabled = True
    return model


models = pytest.mark.parametrize("describe", a_few([old, described]))


def variables(model: Any) -> list[Any]:
    found = []
    for group in model._groups():
        tables = [table for name, table in vars(group).items() if name.endswith(("vars", "params"))]
        found += [one for table in tables if isinstance(table, dict) for one in table.values()]
        found += [variable for _, variable in group.buffers() if variable is not None]
    return [one for one in found if hasattr(one, "pull_from_device")]
