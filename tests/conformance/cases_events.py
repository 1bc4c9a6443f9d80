"""Spike-like events: what synapses see of neurons without a spike."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
from case_parts import (
    accumulators,
    keep,
    pull,
    read,
    recorded_events,
    recorded_spikes,
    trace,
    wide,
)
from casebook import Arrays, case


def rising(pygenn: ModuleType, model: Any, number: int, name: str = "pre") -> Any:
    """Add neurons that rise at different speeds, and fall back when they spike."""
    neuron = pygenn.create_neuron_model(
        "rising",
        params=["top"],
        vars=[("V", "scalar"), ("speed", "scalar"), ("I", "scalar")],
        sim_code="I = Isyn; V += speed + Isyn;",
        threshold_condition_code="V >= top",
        reset_code="V = -0.5;",
    )
    state = {"V": 0.0, "speed": 0.1 + 0.07 * np.arange(number), "I": 0.0}
    return model.add_neuron_population(name, number, keep(model, neuron), {"top": 2.0}, state)


@case("float", "double")
def events(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """An event in every step above a level, beside spikes; dense, and recorded."""
    rng = np.random.default_rng(191)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    read_only = pygenn.VarAccessMode.READ_ONLY
    graded = pygenn.create_weight_update_model(
        "graded",
        params=["level"],
        vars=[("g", "scalar", pygenn.VarAccess.READ_ONLY), ("n", "unsigned int")],
        pre_neuron_var_refs=[("V_pre", "scalar", read_only)],
        pre_event_threshold_condition_code="V_pre > level",
        pre_event_syn_code="addToPost(g * (V_pre - level)); n++;",
        pre_spike_syn_code="addToPost(10.0 * g);",
    )
    pre, post = rising(pygenn, model, 35), accumulators(pygenn, model, 3)
    group = model.add_synapse_population(
        "graded",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update(
            graded,
            {"level": 1.0},
            {"g": wide(rng, 105), "n": 0},
            pre_var_refs={"V_pre": pygenn.create_var_ref(pre, "V")},
        ),
        pygenn.init_postsynaptic("DeltaCurr"),
    )
    pre.spike_recording_enabled = True
    pre.spike_event_recording_enabled = True
    model.build()
    model.load(num_recording_timesteps=20)
    arrays = trace(model, 20, I=(post, "I"))
    arrays |= recorded_spikes(model, in_order=False, pre=pre)
    arrays |= recorded_events(model, "pre", events=group)
    arrays["n"] = pull(group, "n")
    model.unload()
    return arrays


@case("float", "double")
def events_sparse_delayed(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Events through sparse synapses, at once and late, with conditions of their own."""
    rng = np.random.default_rng(192)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.5
    band = pygenn.create_weight_update_model(
        "band",
        params=["low", "high"],
        vars=[("g", "scalar")],
        pre_neuron_var_refs=[("V_pre", "scalar", pygenn.VarAccessMode.READ_ONLY)],
        pre_event_threshold_condition_code="V_pre > low && V_pre <= high",
        pre_event_syn_code="addToPost(g * V_pre); g *= 0.9;",
    )
    pre = rising(pygenn, model, 8)
    groups, watch = [], {}
    for delay, low, high in ((0, 0.25, 1.0), (3, 1.0, 1.75)):
        post = accumulators(pygenn, model, 4, f"post{delay}")
        i, j = np.nonzero(rng.random((8, 4)) < 0.5)
        group = model.add_synapse_population(
            f"after{delay}",
            "SPARSE",
            pre,
            post,
            pygenn.init_weight_update(
                band,
                {"low": low, "high": high},
                {"g": wide(rng, len(i))},
                pre_var_refs={"V_pre": pygenn.create_var_ref(pre, "V")},
            ),
            pygenn.init_postsynaptic("DeltaCurr"),
        )
        group.set_sparse_connections(i, j)
        group.axonal_delay_steps = delay
        groups.append(group)
        watch[f"after{delay}"] = (post, "I")
    pre.spike_event_recording_enabled = True
    model.build()
    model.load(num_recording_timesteps=30)
    arrays = trace(model, 30, **watch)
    for group in groups:
        arrays |= recorded_events(model, "pre", **{f"events_{group.name}": group})
    model.unload()
    return arrays


@case("float", "double")
def events_of_variables(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Conditions on a presynaptic variable of the synapses, and neurons that never spike."""
    rng = np.random.default_rng(193)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    counting = pygenn.create_weight_update_model(
        "counting",
        params=[("every", "int")],
        vars=[("g", "scalar")],
        pre_vars=[("k", "int"), ("x", "scalar")],
        pre_neuron_var_refs=[("V_pre", "scalar", pygenn.VarAccessMode.READ_ONLY)],
        pre_dynamics_code="k++; x = 0.5 * x + V_pre;",
        pre_event_threshold_condition_code="(k + id) % every == 0",
        pre_event_syn_code="addToPost(g * x);",
    )
    ramp = pygenn.create_neuron_model(
        "ramp", vars=[("V", "scalar")], sim_code="V += 0.25 * (id + 1u);"
    )
    pre = model.add_neuron_population("pre", 5, ramp, {}, {"V": 0.0})
    post = accumulators(pygenn, model, 3)
    group = model.add_synapse_population(
        "counting",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update(
            counting,
            {"every": 3},
            {"g": wide(rng, 15)},
            {"k": [0, 1, 2, 3, 4], "x": 0.0},
            pre_var_refs={"V_pre": pygenn.create_var_ref(pre, "V")},
        ),
        pygenn.init_postsynaptic("DeltaCurr"),
    )
    model.build()
    model.load()
    arrays = trace(model, 16, I=(post, "I"))
    arrays |= {key: read(group.pre_vars[key]) for key in ("k", "x")}
    model.unload()
    return arrays


@case("float")
def events_and_refractoriness(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """A neuron that must fall below its threshold to spike again sends events all the while."""
    rng = np.random.default_rng(194)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    neuron = pygenn.create_neuron_model(
        "wave",
        vars=[("V", "scalar"), ("n", "unsigned int")],
        sim_code="V += (n % 8u < 4u) ? 0.5 : -0.5; n++;",
        threshold_condition_code="V >= 1.0",
        reset_code="V += 0.125;",
        auto_refractory_required=True,
    )
    above = pygenn.create_weight_update_model(
        "above",
        vars=[("g", "scalar")],
        pre_neuron_var_refs=[("V_pre", "scalar", pygenn.VarAccessMode.READ_ONLY)],
        pre_event_threshold_condition_code="V_pre >= 1.0",
        pre_event_syn_code="addToPost(g * V_pre);",
        pre_spike_syn_code="addToPost(100.0 * g);",
    )
    pre = model.add_neuron_population("pre", 4, neuron, {}, {"V": 0.0, "n": [0, 1, 2, 5]})
    post = accumulators(pygenn, model, 2)
    group = model.add_synapse_population(
        "above",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update(
            above,
            {},
            {"g": wide(rng, 8)},
            pre_var_refs={"V_pre": pygenn.create_var_ref(pre, "V")},
        ),
        pygenn.init_postsynaptic("DeltaCurr"),
    )
    pre.spike_recording_enabled = True
    pre.spike_event_recording_enabled = True
    model.build()
    model.load(num_recording_timesteps=24)
    arrays = trace(model, 24, I=(post, "I"), V=(pre, "V"))
    arrays |= recorded_spikes(model, pre=pre) | recorded_events(model, "pre", events=group)
    model.unload()
    return arrays


@case("float", "double")
def events_of_targets(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Events of postsynaptic neurons change synapses, and reach the presynaptic ones."""
    rng = np.random.default_rng(195)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    backward = pygenn.create_weight_update_model(
        "backward",
        vars=[("g", "scalar")],
        post_neuron_var_refs=[("V_post", "scalar", pygenn.VarAccessMode.READ_ONLY)],
        post_event_threshold_condition_code="V_post > 1.0",
        post_event_syn_code="addToPre(g * V_post); g -= 0.125;",
    )
    pre, post = accumulators(pygenn, model, 3, "pre"), rising(pygenn, model, 6, "post")
    group = model.add_synapse_population(
        "backward",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update(
            backward,
            {},
            {"g": wide(rng, 18)},
            post_var_refs={"V_post": pygenn.create_var_ref(post, "V")},
        ),
        pygenn.init_postsynaptic("DeltaCurr"),
    )
    post.spike_event_recording_enabled = True
    model.build()
    model.load(num_recording_timesteps=20)
    arrays = trace(model, 20, I=(pre, "I"))
    arrays |= recorded_events(model, "post", events=group)
    arrays["g"] = pull(group, "g")
    model.unload()
    return arrays
