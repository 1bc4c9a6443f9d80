"""In which order a neuron's inputs are added up, when models of one's own bring them."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np

from tests.conformance.case_parts import accumulators, keep, senders, trace, wide
from tests.conformance.casebook import Arrays, case

# A postsynaptic model, its parameters, what its variables start from, and what it reads.
Kind = tuple[Any, dict[str, float], dict[str, float], dict[str, str]]


def kinds_of_synapses(pygenn: ModuleType) -> list[Kind]:
    """Give models that differ in code, types, references and arrays, and those built in."""
    decay = ("decay", lambda pars, dt: np.exp(-dt / pars["tau"]))
    types, access = pygenn.types, pygenn.VarAccessMode
    filtered = pygenn.create_postsynaptic_model(
        "filtered",
        params=["tau"],
        derived_params=[decay],
        sim_code="""
            injectCurrent(0.7 * inSyn);
            inSyn *= decay;
        """,
    )
    slow = pygenn.create_postsynaptic_model(
        "slow",
        params=["tau", ("E", types.Float)],
        vars=[("s", "scalar"), ("k", "uint8_t")],
        neuron_var_refs=[("V", "scalar")],
        sim_code="s = 0.9 * s + inSyn; k++; injectCurrent(s * (E - 0.01 * V)); inSyn = 0.0;",
    )
    tabled = pygenn.create_postsynaptic_model(
        "tabled",
        vars=[("r", types.Double), ("n", types.Uint32), ("on", types.Bool)],
        neuron_var_refs=[("V", "scalar", access.READ_ONLY)],
        extra_global_params=[("table", "scalar*")],
        sim_code="r = 0.8 * r + inSyn; n++; on = !on; injectCurrent(r * table[n % 3u]); inSyn = 0;",
    )
    shaped = pygenn.create_postsynaptic_model(
        "shaped",
        vars=[("y", types.Float), ("i", types.Int16)],
        sim_code="$(y) = 0.6 * $(y) + $(inSyn); i -= 1; inSyn *= 0.3; injectCurrent(y);",
    )
    return [
        (filtered, {"tau": 2.0}, {}, {}),
        (slow, {"tau": 5.0, "E": 1.5}, {"s": 0.0, "k": 0}, {"V": "V"}),
        (tabled, {}, {"r": 0.0, "n": 0, "on": 0}, {"V": "I"}),
        (shaped, {}, {"y": 0.0, "i": 3}, {}),
        ("ExpCurr", {"tau": 2.5}, {}, {}),
        ("ExpCond", {"tau": 4.0, "E": 2.0}, {}, {"V": "V"}),
        ("DeltaCurr", {}, {}, {}),
    ]


def add_sources(pygenn: ModuleType, model: Any, post: Any, rng: np.random.Generator) -> None:
    """Add current sources of several kinds, one of them with a parameter that is dynamic."""
    kinds = [
        pygenn.create_current_source_model(
            "wave", params=["a"], injection_code="injectCurrent(a * sin(t + id));"
        ),
        pygenn.create_current_source_model(
            "saw", vars=[("k", "int")], injection_code="k++; injectCurrent(0.013 * (k % 7));"
        ),
        pygenn.create_current_source_model(
            "each",
            params=["a"],
            extra_global_params=[("of", "scalar*")],
            injection_code="injectCurrent(a * of[id]);",
        ),
    ]
    wave, saw, each = (keep(model, kind) for kind in kinds)
    model.add_current_source("wave", wave, post, {"a": 0.31}, {})
    model.add_current_source("saw", saw, post, {}, {"k": 3})
    source = model.add_current_source("each", each, post, {"a": 0.77}, {})
    source.extra_global_params["of"].set_init_values(rng.normal(0.0, 1.0, post.num_neurons))
    model.add_current_source("direct", "DC", post, {"amp": 0.0317})
    model.add_current_source("wave_again", wave, post, {"a": 0.11}, {})
    model.add_current_source("tuned", wave, post, {"a": 0.017}, {}).set_param_dynamic("a")


def all_kinds(pygenn: ModuleType, name: str, precision: str, *, fused: bool) -> Arrays:
    """Add up what two populations of synapses of each kind bring, and current sources."""
    rng = np.random.default_rng(3311)
    model = pygenn.GeNNModel(precision, name)
    model.dt, model.fuse_postsynaptic_models = 0.37, fused
    pre, post = senders(pygenn, model, rng, 12), accumulators(pygenn, model, 9)
    for again in range(2):
        for number, (kind, params, state, targets) in enumerate(kinds_of_synapses(pygenn)):
            refs = {ref: pygenn.create_var_ref(post, target) for ref, target in targets.items()}
            group = model.add_synapse_population(
                f"kind_{number}_{again}",
                "DENSE",
                pre,
                post,
                pygenn.init_weight_update("StaticPulse", {}, {"g": rng.normal(0.1, 0.2, 108)}),
                pygenn.init_postsynaptic(keep(model, kind), params, state, refs),
            )
            if "table" in group.psm_extra_global_params:
                group.psm_extra_global_params["table"].set_init_values([0.1, 0.7, 1.3])
            if again and number == 0:
                group.set_ps_param_dynamic("tau")
    add_sources(pygenn, model, post, rng)
    model.build()
    model.load()
    arrays = trace(model, 60, I=(post, "I"))
    model.unload()
    return arrays


@case("float", "double")
def sum_of_all_kinds(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    return all_kinds(pygenn, name, precision, fused=False)


@case("float", "double")
def sum_of_all_kinds_fused(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    return all_kinds(pygenn, name, precision, fused=True)


@case("float", "double")
def sum_of_many_inputs(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Add up so many that PyGeNN's way of sorting mixes those that are alike."""
    rng = np.random.default_rng(4096)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.3
    pre, post = senders(pygenn, model, rng, 8), accumulators(pygenn, model, 7)
    for number in range(37):
        kind, params = ("DeltaCurr", {}) if number % 5 == 2 else ("ExpCurr", {"tau": 1.0 + number})
        model.add_synapse_population(
            f"input_{number}",
            "DENSE",
            pre,
            post,
            pygenn.init_weight_update("StaticPulse", {}, {"g": wide(rng, 56)}),
            pygenn.init_postsynaptic(kind, params),
        )
    for number in range(19):
        model.add_current_source(f"source_{number}", "DC", post, {"amp": float(wide(rng, 1)[0])})
    model.build()
    model.load()
    arrays = trace(model, 30, I=(post, "I"))
    model.unload()
    return arrays


@case("float", "double")
def notation_of_genn_4(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Functions and times inside of ``$(…)``, as far as PyGeNN 5 reads them."""
    rng = np.random.default_rng(58)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.5
    pre, post = senders(pygenn, model, rng, 6), accumulators(pygenn, model, 5)
    old = pygenn.create_weight_update_model(
        "old",
        params=["rate"],
        vars=[("g", "scalar"), ("d", "uint8_t"), ("since", "scalar")],
        pre_spike_syn_code="""
            $(addToInSyn, $(g) * ($(id_post) + 1)); $(addToPre, 0.1 * $(g));
            $(addToInSynDelay, $(g), $(d));
            $(since) = $(t) - $(prev_sT_pre);
        """,
        synapse_dynamics_code="$(g) += $(rate) * exp(-($(t) - $(sT_pre)));",
    )
    group = model.add_synapse_population(
        "old",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update(
            keep(model, old), {"rate": 0.01}, {"g": 0.3, "d": [0, 1, 2] * 10, "since": 0.0}
        ),
        pygenn.init_postsynaptic("ExpCurr", {"tau": 2.0}),
    )
    group.max_dendritic_delay_timesteps = 3
    model.build()
    model.load()
    arrays = trace(model, 40, I=(post, "I"), g=(group, "g"), since=(group, "since"))
    model.unload()
    return arrays
