"""Fused postsynaptic models: what several synapse populations bring is added up first.

Populations of the same kind are added up in the order of their names. Between others, as between
those of different axonal delays, the order is left open.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np

from tests.conformance.case_parts import (
    accumulators,
    keep,
    read,
    scheduled,
    trace,
    wide,
)
from tests.conformance.casebook import Arrays, case


def sources(pygenn: ModuleType, model: Any, rng: np.random.Generator, *names: str) -> list[Any]:
    """Add populations of five neurons that spike at random."""
    neuron = keep(model, scheduled(pygenn))
    return [
        model.add_neuron_population(
            name,
            5,
            neuron,
            {},
            {"schedule": rng.integers(0, 2**32, 5, dtype=np.uint32), "k": 0, "now": 0},
        )
        for name in names
    ]


def fusing(pygenn: ModuleType, name: str, precision: str) -> Any:
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.1
    model.fuse_postsynaptic_models = True
    return model


def two_inputs(pygenn: ModuleType, model: Any, number: int) -> Any:
    """Add a population that keeps apart what arrives at each of two inputs."""
    neuron = pygenn.create_neuron_model(
        "two_inputs",
        vars=[("V", "scalar"), ("I", "scalar"), ("J", "scalar")],
        additional_input_vars=[("Jsyn", "scalar", 0.0)],
        sim_code="I = Isyn; J = Jsyn; V += (Isyn - 0.5 * V) * dt;",
    )
    state = {"V": 0.0, "I": 0.0, "J": 0.0}
    return model.add_neuron_population("post", number, keep(model, neuron), {}, state)


@case("float", "double")
def fused_currents(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Three alike, of which two drive the same input; one is cleared through any of its parts."""
    rng = np.random.default_rng(261)
    model = fusing(pygenn, name, precision)
    pres = sources(pygenn, model, rng, "b", "c", "a")
    post = two_inputs(pygenn, model, 7)
    groups = []
    for pre, target in zip(pres, ("Isyn", "Jsyn", "Isyn"), strict=True):
        group = model.add_synapse_population(
            f"from_{pre.name}",
            "DENSE",
            pre,
            post,
            pygenn.init_weight_update("StaticPulse", {}, {"g": wide(rng, 35)}),
            pygenn.init_postsynaptic("ExpCurr", {"tau": 3.0}),
        )
        group.post_target_var = target
        groups.append(group)
    clear = pygenn.create_custom_update_model(
        "clear", var_refs=[("out", "scalar"), ("V", "scalar")], update_code="out = 0.0;"
    )
    for number in (0, 2):
        refs = {
            "out": pygenn.create_out_post_var_ref(groups[number]),
            "V": pygenn.create_var_ref(post, "V"),
        }
        model.add_custom_update(
            f"clear_{number}", f"Clear{number}", keep(model, clear), {}, {}, refs
        )
    model.build()
    model.load()
    arrays: Arrays = {}
    for phase in ("start", "Clear0", "Clear2"):
        if phase != "start":
            model.custom_update(phase)
        found = trace(model, 13, I=(post, "I"), J=(post, "J"), V=(post, "V"))
        arrays |= {f"{phase}_{key}": values for key, values in found.items()}
    arrays["out_of_their_own"] = np.array([group.out_post is not None for group in groups])
    arrays["out"] = read(groups[1].out_post)
    model.unload()
    return arrays


@case("float", "double")
def fused_pulses(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Inputs that last for a step, after an axonal delay."""
    rng = np.random.default_rng(262)
    model = fusing(pygenn, name, precision)
    post = accumulators(pygenn, model, 40)
    for pre in sources(pygenn, model, rng, "b", "c", "a"):
        group = model.add_synapse_population(
            f"from_{pre.name}",
            "DENSE",
            pre,
            post,
            pygenn.init_weight_update("StaticPulse", {}, {"g": wide(rng, 200)}),
            pygenn.init_postsynaptic("DeltaCurr"),
        )
        group.axonal_delay_steps = 3
    model.build()
    model.load()
    arrays = trace(model, 70, I=(post, "I"), V=(post, "V"))
    model.unload()
    return arrays


@case("float", "double")
def fused_dendritic_delays(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Delayed sparse inputs, fused where they can be delayed by equally many steps."""
    rng = np.random.default_rng(263)
    model = fusing(pygenn, name, precision)
    pres = sources(pygenn, model, rng, "a", "b", "c")
    post = two_inputs(pygenn, model, 9)
    groups = []
    for pre, target, most in zip(pres, ("Isyn", "Isyn", "Jsyn"), (9, 9, 6), strict=True):
        i, j = np.nonzero(rng.random((5, 9)) < 0.6)
        values = {"g": wide(rng, i.size), "d": rng.integers(0, 6, i.size)}
        group = model.add_synapse_population(
            f"from_{pre.name}",
            "SPARSE",
            pre,
            post,
            pygenn.init_weight_update("StaticPulseDendriticDelay", {}, values),
            pygenn.init_postsynaptic("ExpCurr", {"tau": 0.7}),
        )
        group.set_sparse_connections(i, j)
        group.post_target_var = target
        group.max_dendritic_delay_timesteps = most
        groups.append(group)
    model.build()
    model.load()
    arrays = trace(model, 50, I=(post, "I"), J=(post, "J"), V=(post, "V"))
    arrays["out_of_their_own"] = np.array([group.out_post is not None for group in groups])
    model.unload()
    return arrays


@case("float", "double")
def fused_models_of_ones_own(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Models with a variable, a reference and a derived parameter, and equal code."""
    rng = np.random.default_rng(264)
    model = fusing(pygenn, name, precision)
    pres = sources(pygenn, model, rng, "a", "b", "c", "d", "e")
    post = two_inputs(pygenn, model, 6)
    groups = []
    for number, pre in enumerate(pres):
        rising = pygenn.create_postsynaptic_model(
            f"rising_{number % 2}",
            params=["rate", "gain"],
            vars=[("x", "scalar")],
            derived_params=[("part", lambda pars, dt: pars["rate"] * dt / 3.0)],
            neuron_var_refs=[("V", "scalar")],
            sim_code="x += part * (inSyn - x); injectCurrent(gain * (x - V)); inSyn *= 0.75;",
        )
        # The fourth starts from other values, and the gain of the last one may be changed.
        group = model.add_synapse_population(
            f"from_{pre.name}",
            "DENSE",
            pre,
            post,
            pygenn.init_weight_update("StaticPulse", {}, {"g": wide(rng, 30)}),
            pygenn.init_postsynaptic(
                keep(model, rising),
                {"rate": 0.9, "gain": 1.3},
                {"x": 0.5 if number == 3 else 0.1},
                {"V": pygenn.create_var_ref(post, "V")},
            ),
        )
        group.post_target_var = "Jsyn" if number > 2 else "Isyn"
        groups.append(group)
    groups[4].set_ps_param_dynamic("gain")
    model.build()
    model.load()
    arrays = trace(model, 40, I=(post, "I"), J=(post, "J"), V=(post, "V"))
    arrays["out_of_their_own"] = np.array([group.out_post is not None for group in groups])
    arrays["x_in_view"] = np.array([group.psm_vars["x"].view is not None for group in groups])
    arrays["x"] = np.stack([read(group.psm_vars["x"]) for group in groups[3:]])
    model.unload()
    return arrays


@case("float", "double")
def fused_feedback(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """What two populations add to the input of the neurons from which both start."""
    rng = np.random.default_rng(265)
    model = fusing(pygenn, name, precision)
    neuron = pygenn.create_neuron_model(
        "echo",
        vars=[("schedule", "unsigned int"), ("k", "unsigned int"), ("I", "scalar")],
        sim_code="I = Isyn; const unsigned int now = schedule & (1u << (k % 32u)); k++;",
        threshold_condition_code="now != 0u",
    )
    state = {"schedule": rng.integers(0, 2**32, 6, dtype=np.uint32), "k": 0, "I": 0.0}
    pre = model.add_neuron_population("pre", 6, neuron, {}, state)
    update = pygenn.create_weight_update_model(
        "both_ways",
        vars=[("g", "scalar"), ("h", "scalar")],
        pre_spike_syn_code="addToPost(g); addToPre(h);",
    )
    posts = [accumulators(pygenn, model, number, f"post{number}") for number in (4, 7)]
    for post in posts:
        values = {key: wide(rng, 6 * post.num_neurons) for key in "gh"}
        model.add_synapse_population(
            f"to_{post.name}",
            "DENSE",
            pre,
            post,
            pygenn.init_weight_update(keep(model, update), {}, values),
            pygenn.init_postsynaptic("DeltaCurr"),
        )
    model.build()
    model.load()
    arrays = trace(model, 30, I=(pre, "I"), first=(posts[0], "I"), second=(posts[1], "I"))
    model.unload()
    return arrays
