"""Every kind of code string that a model can hold, with a small model around each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numbagenn as engine

OWN: dict[str, Any] = {
    "params": ["theta"],
    "vars": [("V", "scalar"), ("i", "int"), ("u", "unsigned int"), ("b", "bool")],
    "extra_global_params": [("e", "scalar*"), ("n", "int*")],
}
START = {"V": 0.5, "i": 1, "u": 2, "b": 1}
PARAMS = {"theta": 1.5}
ALWAYS = engine.create_neuron_model(
    "always",
    vars=[("V", "scalar"), ("i", "int")],
    sim_code="V += Isyn;",
    threshold_condition_code="true",
)


def population(model: Any, name: str = "P", neuron: Any = ALWAYS) -> Any:
    if neuron is ALWAYS:
        return model.add_neuron_population(name, 3, neuron, {}, {"V": 0.0, "i": 1})
    return model.add_neuron_population(name, 3, neuron, PARAMS, START)


def new_model() -> Any:
    return engine.GeNNModel("float", "fuzz")


def of_neurons(**code: str) -> Any:
    model = new_model()
    population(model, neuron=engine.create_neuron_model("x", **OWN, **code))
    return model


def of_source(code: str) -> Any:
    source = engine.create_current_source_model("x", **OWN, injection_code=code)
    model = new_model()
    model.add_current_source("S", source, population(model), PARAMS, START)
    return model


def of_synapses(postsynaptic: Any = None, matrix: str = "DENSE", **code: str) -> Any:
    own = OWN | {"pre_vars": [("p", "scalar")], "post_vars": [("q", "scalar")]}
    update = engine.create_weight_update_model("x", **own, **code)
    model = new_model()
    first, second = population(model, "first"), population(model, "second")
    group = model.add_synapse_population(
        "S",
        matrix,
        first,
        second,
        engine.init_weight_update(update, PARAMS, START, {"p": 0.0}, {"q": 0.0}),
        postsynaptic or engine.init_postsynaptic("DeltaCurr"),
        engine.init_sparse_connectivity("OneToOne") if matrix == "SPARSE" else None,
    )
    # Code may call addToPostDelay.
    group.max_dendritic_delay_timesteps = 2
    return model


def of_events(side: str, condition: str, code: str) -> Any:
    if not (condition.strip() and code.strip()):
        # The one without the other is no model.
        return of_synapses()
    parts = {f"{side}_event_threshold_condition_code": condition, f"{side}_event_syn_code": code}
    return of_synapses(**parts)


def of_postsynaptic(code: str) -> Any:
    psm = engine.create_postsynaptic_model("x", **OWN, sim_code=code)
    return of_synapses(engine.init_postsynaptic(psm, PARAMS, START))


def of_update(code: str) -> Any:
    update = engine.create_custom_update_model(
        "x",
        params=OWN["params"],
        vars=[("u", "unsigned int"), ("b", "bool")],
        extra_global_params=OWN["extra_global_params"],
        var_refs=[("V", "scalar"), ("i", "int")],
        update_code=code,
    )
    model = new_model()
    pop = population(model)
    references = {name: engine.create_var_ref(pop, name) for name in ("V", "i")}
    model.add_custom_update("U", "U", update, PARAMS, {"u": 0, "b": 0}, references)
    return model


def of_initial_value(code: str) -> Any:
    snippet = engine.create_var_init_snippet(
        "x",
        params=OWN["params"],
        extra_global_params=OWN["extra_global_params"],
        var_init_code=code,
    )
    model = new_model()
    start = {"V": engine.init_var(snippet, PARAMS), "i": 0}
    model.add_neuron_population("P", 3, ALWAYS, {}, start)
    return model


def of_connectivity(**code: str) -> Any:
    snippet = engine.create_sparse_connect_init_snippet(
        "x", params=OWN["params"], extra_global_params=OWN["extra_global_params"], **code
    )
    model = new_model()
    first, second = population(model, "first"), population(model, "second")
    model.add_synapse_population(
        "S",
        "SPARSE",
        first,
        second,
        engine.init_weight_update("StaticPulse", {}, {"g": 1.0}),
        engine.init_postsynaptic("DeltaCurr"),
        engine.init_sparse_connectivity(snippet, PARAMS),
    )
    return model


# Every kind of code string: a model that holds it, and code that is valid there.
KINDS: dict[str, tuple[Callable[[str], Any], str]] = {
    "sim": (
        lambda code: of_neurons(sim_code=code),
        "scalar a = Isyn * dt; V += a; if (V > theta) { i++; } else { u = id % 3u; }",
    ),
    "threshold": (
        lambda code: of_neurons(threshold_condition_code=code),
        "V >= theta && (i != 3 || e[i] < t - st)",
    ),
    "reset": (
        lambda code: of_neurons(threshold_condition_code="V > 1.0", reset_code=code),
        "V = 0.0; for (int k = 0; k < 3; k++) { if (k == i) { continue; } n[k] += k; }",
    ),
    "injection": (of_source, "injectCurrent(V * sin(t)); b = !b; V = b ? 1.0 : theta;"),
    "postsynaptic": (of_postsynaptic, "injectCurrent(inSyn * theta); inSyn = 0.0;"),
    "pre_spike_syn": (
        lambda code: of_synapses(pre_spike_syn_code=code),
        "addToPost(V * theta); addToPre(e[id_pre]); i = (int)fmin(V, 3.0); V += p - q;",
    ),
    "sparse pre_spike_syn": (
        lambda code: of_synapses(matrix="SPARSE", pre_spike_syn_code=code),
        "addToPostDelay(V, 0); scalar *p2 = e + id_syn; *p2 -= st_pre; u += id_post;",
    ),
    "pre_event_syn": (
        lambda code: of_events("pre", "p > 0.5", code),
        "addToPost(V); do { i -= 2; } while (i > 0); V = (i, theta);",
    ),
    "post_event_syn": (
        lambda code: of_events("post", "q > 0.5", code),
        "addToPre(V * q); V -= (t - set_post > 2.0) ? p : theta; u = id_syn;",
    ),
    "post_spike_syn": (
        lambda code: of_synapses(post_spike_syn_code=code),
        "V += (t - st_pre) * theta; addToPre(p - q); i = (int)id_pre; e[0] = V;",
    ),
    "event condition": (
        lambda code: of_events("pre", code, ";"),
        "p > theta * dt && fabs(p) < 3.0f",
    ),
    "postsynaptic event condition": (
        lambda code: of_events("post", code, ";"),
        "q + id > theta || (q -= dt) < -1.0",
    ),
    "synapse_dynamics": (
        lambda code: of_synapses(synapse_dynamics_code=code),
        "V *= 0.5; switch (i) { case 0: u++; case 1: u += 2u; break; default: i = 0; }",
    ),
    "pre_spike": (lambda code: of_synapses(pre_spike_code=code), "p += theta; p = exp(-p * dt);"),
    "post_spike": (
        lambda code: of_synapses(post_spike_code=code),
        "q = t; while (q > 1.0) q -= 1;",
    ),
    "pre_dynamics": (lambda code: of_synapses(pre_dynamics_code=code), "p = p * 0.9 + id;"),
    "post_dynamics": (lambda code: of_synapses(post_dynamics_code=code), "q = max(1, 2) << 1;"),
    "custom update": (of_update, "V = theta; i = id; u = (uint8_t)i; b = V <= 2.0;"),
    "initial value": (of_initial_value, "value = gennrand_uniform() * theta + e[0] + id;"),
    "row build": (
        lambda code: of_connectivity(row_build_code=code),
        "for (unsigned int k = id_pre; k < num_post; k++) { if (k % 2u) addSynapse(k); }",
    ),
    "column build": (
        lambda code: of_connectivity(col_build_code=code),
        "unsigned int k = id_post; addSynapse(k % num_pre); addSynapse(0);",
    ),
}
