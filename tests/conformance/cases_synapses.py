"""Dense synapses: weight update models, postsynaptic models, sums of inputs."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType

import numpy as np

from tests.conformance.case_parts import (
    accumulator,
    accumulators,
    injector,
    pull,
    read,
    scheduled,
    senders,
    trace,
    wide,
)
from tests.conformance.casebook import Arrays, case


@case("float", "double")
def exp_curr(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Two decaying inputs converge; the first one's accumulator is zeroed on the way."""
    rng = np.random.default_rng(31)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.5
    source, target, dc = scheduled(pygenn), accumulator(pygenn), injector(pygenn)
    reset = pygenn.create_custom_update_model(
        "reset_input", var_refs=[("out", "scalar"), ("V", "scalar")], update_code="out = 0.0;"
    )
    schedule = rng.integers(0, 2**32, 6, dtype=np.uint32)
    state = {"schedule": schedule, "k": 0, "now": 0}
    pre = model.add_neuron_population("pre", 6, source, {}, state)
    post = model.add_neuron_population("post", 5, target, {}, {"V": 0.0, "I": 0.0})
    groups = [
        model.add_synapse_population(
            f"tau{tau:.0f}",
            "DENSE",
            pre,
            post,
            pygenn.init_weight_update("StaticPulse", {}, {"g": wide(rng, 30)}),
            pygenn.init_postsynaptic("ExpCurr", {"tau": tau}),
        )
        for tau in (3.0, 10.0)
    ]
    offset = rng.uniform(-1, 1, 5).astype(np.float32)
    model.add_current_source("offset", dc, post, {}, {"magnitude": offset})
    refs = {
        "out": pygenn.create_out_post_var_ref(groups[0]),
        "V": pygenn.create_var_ref(post, "V"),
    }
    model.add_custom_update("forget", "Forget", reset, {}, {}, refs)
    model.build()
    model.load()
    arrays: Arrays = {"schedule": schedule}
    for phase in ("before", "after"):
        found = trace(model, 16, V=(post, "V"), I=(post, "I"))
        arrays |= {f"{phase}_{key}": value for key, value in found.items()}
        for group in groups:
            arrays[f"{phase}_out_{group.name}"] = read(group.out_post)
        model.custom_update("Forget")
    arrays["forgotten"] = read(groups[0].out_post)
    model.unload()
    return arrays


@case("float", "double")
def exp_cond(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """A conductance reads the neuron's voltage, and feeds back on it."""
    rng = np.random.default_rng(32)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.1
    source = scheduled(pygenn)
    neuron = pygenn.create_neuron_model(
        "leaky", vars=[("V", "scalar")], sim_code="V += (Isyn - V) * dt;"
    )
    schedule = rng.integers(0, 2**32, 4, dtype=np.uint32)
    state = {"schedule": schedule, "k": 0, "now": 0}
    pre = model.add_neuron_population("pre", 4, source, {}, state)
    start = rng.uniform(-60, -50, 3).astype(np.float32)
    post = model.add_neuron_population("post", 3, neuron, {}, {"V": start})
    model.add_synapse_population(
        "cond",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update(
            "StaticPulse", {}, {"g": rng.uniform(0, 0.1, 12).astype(np.float32)}
        ),
        pygenn.init_postsynaptic(
            "ExpCond",
            {"tau": 5.0, "E": -80.0},
            var_refs={"V": pygenn.create_var_ref(post, "V")},
        ),
    )
    model.build()
    model.load()
    arrays = trace(model, 32, V=(post, "V"))
    model.unload()
    return {"schedule": schedule, **arrays}


@case("float", "double")
def postsynaptic_models(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Postsynaptic models of one's own: variables, parameters, input that is never cleared."""
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.5
    rng = np.random.default_rng(33)
    source, target = scheduled(pygenn), accumulator(pygenn)
    filtered = pygenn.create_postsynaptic_model(
        "filtered",
        params=["tau"],
        derived_params=[("keep", lambda pars, dt: np.exp(-dt / pars["tau"]))],
        vars=[("y", "scalar"), ("calls", "int")],
        neuron_var_refs=[("I", "scalar", pygenn.VarAccessMode.READ_ONLY)],
        sim_code="""
        y = (y * keep) + inSyn;
        injectCurrent(y + (0.25 * I));
        inSyn = 0.0;
        calls++;
        """,
    )
    kept = pygenn.create_postsynaptic_model("kept", sim_code="injectCurrent(inSyn);")
    schedule = rng.integers(0, 2**32, 3, dtype=np.uint32)
    state = {"schedule": schedule, "k": 0, "now": 0}
    pre = model.add_neuron_population("pre", 3, source, {}, state)
    post = model.add_neuron_population("post", 4, target, {}, {"V": 0.0, "I": 0.0})
    other = model.add_neuron_population("other", 4, target, {}, {"V": 0.0, "I": 0.0})
    first = model.add_synapse_population(
        "first",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update("StaticPulse", {}, {"g": wide(rng, 12)}),
        pygenn.init_postsynaptic(
            filtered,
            {"tau": 4.0},
            {"y": np.arange(4, dtype=np.float32), "calls": 5},
            {"I": pygenn.create_var_ref(post, "I")},
        ),
    )
    model.add_synapse_population(
        "second",
        "DENSE",
        pre,
        other,
        pygenn.init_weight_update("StaticPulseConstantWeight", {"g": 0.1}),
        pygenn.init_postsynaptic(kept),
    )
    model.build()
    model.load()
    arrays = trace(model, 20, V=(post, "V"), I=(post, "I"), other_V=(other, "V"))
    for key in ("y", "calls"):
        arrays[key] = read(first.psm_vars[key])
    model.unload()
    return {"schedule": schedule, **arrays}


@case("float", "double")
def weight_updates(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Weight updates of one's own, in parallel between one pair, recurrent, and learning."""
    rng = np.random.default_rng(34)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    source = scheduled(pygenn)
    target = pygenn.create_neuron_model(
        "target",
        vars=[("V", "scalar"), ("I", "scalar")],
        sim_code="I = Isyn; V += Isyn;",
        threshold_condition_code="V >= 3.0",
        reset_code="V -= 3.0;",
    )
    scaled = pygenn.create_weight_update_model(
        "scaled",
        params=["scale"],
        vars=[("g", "scalar", pygenn.VarAccess.READ_ONLY)],
        pre_spike_syn_code="addToPost(g * scale);",
    )
    rectified = pygenn.create_weight_update_model(
        "rectified",
        vars=[("g", "scalar")],
        pre_spike_syn_code="if(g > 0.0) { addToPost(g); } else { addToPost(0.5 * g); }",
    )
    tiring = pygenn.create_weight_update_model(
        "tiring",
        params=["keep"],
        vars=[("g", "scalar"), ("uses", "uint8_t")],
        pre_spike_syn_code="""
        addToPost(g);
        g *= keep;
        uses++;
        if(uses % 4 == 0 && id_pre != id_post) {
            g += 0.25 * (id_pre + 1) / (scalar)num_post;
        }
        """,
    )
    schedule = rng.integers(0, 2**32, 8, dtype=np.uint32)
    state = {"schedule": schedule, "k": 0, "now": 0}
    pre = model.add_neuron_population("pre", 8, source, {}, state)
    post = model.add_neuron_population("post", 6, target, {}, {"V": 0.0, "I": 0.0})
    delta = "DeltaCurr"
    # sixteenths: three inputs of one neuron may be added in any order without rounding
    grid = rng.integers(-16, 17, (3, 48)) / 16.0
    model.add_synapse_population(
        "scaled",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update(scaled, {"scale": 0.5}, {"g": grid[0]}),
        pygenn.init_postsynaptic(delta),
    )
    model.add_synapse_population(
        "rectified",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update(rectified, {}, {"g": grid[1]}),
        pygenn.init_postsynaptic(delta),
    )
    model.add_synapse_population(
        "recurrent",
        "DENSE",
        post,
        post,
        pygenn.init_weight_update("StaticPulse", {}, {"g": rng.integers(-8, 9, 36) / 16.0}),
        pygenn.init_postsynaptic(delta),
    )
    alone = model.add_neuron_population("alone", 6, target, {}, {"V": 0.0, "I": 0.0})
    tired = model.add_synapse_population(
        "tired",
        "DENSE",
        pre,
        alone,
        pygenn.init_weight_update(tiring, {"keep": 0.9}, {"g": wide(rng, 48), "uses": 250}),
        pygenn.init_postsynaptic(delta),
    )
    model.build()
    model.load()
    arrays = trace(
        model,
        32,
        post_V=(post, "V"),
        post_I=(post, "I"),
        alone_V=(alone, "V"),
        alone_I=(alone, "I"),
    )
    arrays |= {"g": pull(tired, "g"), "uses": pull(tired, "uses")}
    model.unload()
    return {"schedule": schedule, **arrays}


def converging(
    pygenn: ModuleType,
    name: str,
    precision: str,
    postsynaptic: Sequence[tuple[str, dict[str, float]]],
    currents: int,
) -> Arrays:
    rng = np.random.default_rng(35)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    source, target, dc = scheduled(pygenn), accumulator(pygenn), injector(pygenn)
    pre = model.add_neuron_population("pre", 1, source, {}, {"schedule": 0b10010, "k": 0, "now": 0})
    post = model.add_neuron_population("post", 32, target, {}, {"V": 0.5, "I": 0.0})
    for k, (kind, params) in enumerate(postsynaptic):
        refs = {"V": pygenn.create_var_ref(post, "V")} if kind == "ExpCond" else {}
        model.add_synapse_population(
            f"{'zaqm'[k % 4]}{k}",
            "DENSE",
            pre,
            post,
            pygenn.init_weight_update("StaticPulse", {}, {"g": wide(rng, 32)}),
            pygenn.init_postsynaptic(kind, params, var_refs=refs),
        )
    for k in range(currents):
        model.add_current_source(f"{'zaqm'[k % 4]}c{k}", dc, post, {}, {"magnitude": wide(rng, 32)})
    model.build()
    model.load()
    arrays = trace(model, 8, I=(post, "I"))
    model.unload()
    return arrays


@case("float", "double")
def sum_of_like_inputs(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Synapse populations of one kind add to their target from the last added to the first.

    Current sources of one kind follow, from the first added to the last.
    """
    return converging(pygenn, name, precision, [("DeltaCurr", {})] * 5, currents=4)


@case("float", "double")
def sum_of_unlike_inputs(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Whatever the order of addition, ExpCurr comes before ExpCond and that before DeltaCurr."""
    kinds = [
        ("DeltaCurr", {}),
        ("ExpCurr", {"tau": 2.0}),
        ("ExpCond", {"tau": 3.0, "E": 1.0}),
        ("DeltaCurr", {}),
        ("ExpCurr", {"tau": 7.0}),
        ("ExpCond", {"tau": 4.0, "E": -1.0}),
    ]
    return converging(pygenn, name, precision, kinds, currents=1)


@case("float")
def synapse_ids(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """What ``id_syn`` of dense synapses is, in all code that knows it."""
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    noting = pygenn.create_weight_update_model(
        "noting",
        vars=[("g", "scalar"), ("where", "unsigned int"), ("always", "unsigned int")],
        pre_spike_syn_code="where = id_syn + 1u; addToPost(g);",
        synapse_dynamics_code="always = id_syn + 1u;",
    )
    number = pygenn.create_custom_update_model(
        "number",
        vars=[("place", "unsigned int")],
        var_refs=[("g", "scalar")],
        update_code="place = id_syn + 1u; g += id_syn;",
    )
    rng = np.random.default_rng(178)
    pre, post = senders(pygenn, model, rng, 5), accumulators(pygenn, model, 4)
    group = model.add_synapse_population(
        "noting",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update(noting, {}, {"g": 0.0, "where": 0, "always": 0}),
        pygenn.init_postsynaptic("DeltaCurr"),
    )
    refs = {"g": pygenn.create_wu_var_ref(group, "g")}
    update = model.add_custom_update("number", "Number", number, {}, {"place": 0}, refs)
    model.build()
    model.load()
    arrays = trace(model, 6, I=(post, "I"))
    model.custom_update("Number")
    arrays |= {f"{key}_later": rows for key, rows in trace(model, 3, I=(post, "I")).items()}
    arrays |= {key: pull(group, key) for key in ("where", "always", "g")}
    arrays["place"] = pull(update, "place")
    model.unload()
    return arrays
