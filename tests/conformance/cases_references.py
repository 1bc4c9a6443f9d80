"""What custom updates can reach: each other's variables, transposes, the insides of groups."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np

from tests.conformance.case_parts import (
    accumulator,
    accumulators,
    keep,
    pull,
    push,
    read,
    senders,
    trace,
    wide,
)
from tests.conformance.casebook import Arrays, case


@case("float", "double")
def chained_updates(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """An update reads what another one owns, which that one changes in turn; steps in between."""
    mode = pygenn.VarAccessMode
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    neuron = pygenn.create_neuron_model("grow", vars=[("V", "scalar")], sim_code="V += 0.1 * id;")
    first = pygenn.create_custom_update_model(
        "first",
        vars=[("mean", "scalar"), ("n", "unsigned int")],
        var_refs=[("V", "scalar", mode.READ_ONLY)],
        update_code="n++; mean += (V - mean) / n;",
    )
    second = pygenn.create_custom_update_model(
        "second",
        vars=[("above", "int")],
        var_refs=[("V", "scalar"), ("mean", "scalar"), ("n", "unsigned int", mode.READ_ONLY)],
        update_code="above += (V > mean) ? 1 : -1; V = 0.5 * mean; mean = -mean * n;",
    )
    pop = model.add_neuron_population("pop", 5, neuron, {}, {"V": [1.0, -2.0, 3.0, 0.3, 0.7]})
    V = pygenn.create_var_ref(pop, "V")  # noqa: N806
    one = model.add_custom_update("one", "First", first, {}, {"mean": 0.25, "n": 0}, {"V": V})
    refs = {key: pygenn.create_var_ref(one, key) for key in ("mean", "n")}
    two = model.add_custom_update("two", "Second", second, {}, {"above": 0}, {"V": V, **refs})
    model.build()
    model.load()
    rows: dict[str, list[np.ndarray]] = {}
    for group in ("First", "First", "Second", "First", "Second", "Second"):
        model.step_time()
        model.custom_update(group)
        for key, (owner, variable) in {
            "V": (pop, "V"),
            "mean": (one, "mean"),
            "n": (one, "n"),
            "above": (two, "above"),
        }.items():
            rows.setdefault(key, []).append(pull(owner, variable))
    model.unload()
    return {key: np.stack(values) for key, values in rows.items()}


@case("float", "double")
def reductions_of_many(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Sums and maxima by variable and by reference, of several types, in ascending order."""
    rng = np.random.default_rng(221)
    access, mode = pygenn.CustomUpdateVarAccess, pygenn.VarAccessMode
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    holder = pygenn.create_neuron_model(
        "holder",
        vars=[
            ("x", "scalar"),
            ("k", "int"),
            ("total", "scalar", pygenn.VarAccess.READ_ONLY_SHARED_NEURON),
        ],
    )
    reduce = pygenn.create_custom_update_model(
        "reduce",
        params=["limit"],
        vars=[
            ("sum", "scalar", access.REDUCE_NEURON_SUM),
            ("largest", "scalar", access.REDUCE_NEURON_MAX),
            ("whole", "int", access.REDUCE_NEURON_SUM),
            ("most", "int", access.REDUCE_NEURON_MAX),
            ("count", "unsigned int", access.REDUCE_NEURON_SUM),
        ],
        var_refs=[("x", "scalar", mode.READ_ONLY), ("k", "int", mode.READ_ONLY)],
        update_code="""
        sum = x;
        largest = -x * x;
        whole = k * (int)id;
        most = -k;
        count = (x > limit) ? 1 : 0;
        """,
    )
    into = pygenn.create_custom_update_model(
        "into",
        var_refs=[("x", "scalar", mode.READ_ONLY), ("total", "scalar", mode.REDUCE_SUM)],
        update_code="total = 0.5 * x;",
    )
    x, k = wide(rng, 41), rng.integers(-1000, -1, 41)
    pop = model.add_neuron_population("pop", 41, holder, {}, {"x": x, "k": k, "total": 0.0})
    refs = {key: pygenn.create_var_ref(pop, key) for key in ("x", "k")}
    names = ("sum", "largest", "whole", "most", "count")
    update = model.add_custom_update(
        "reduce", "Reduce", reduce, {"limit": 1.0}, dict.fromkeys(names, 0), refs
    )
    refs = {"x": refs["x"], "total": pygenn.create_var_ref(pop, "total")}
    model.add_custom_update("into", "Reduce", into, {}, {}, refs)
    model.build()
    model.load()
    arrays: Arrays = {}
    for turn in range(2):
        model.custom_update("Reduce")
        arrays |= {f"{key}{turn}": pull(update, key) for key in names}
        arrays[f"total{turn}"] = pull(pop, "total")
        push(pop, "x", -0.1 * np.arange(41))
    model.unload()
    return {"x": x, "k": k, **arrays}


@case("float", "double")
def reductions_of_weights(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """In a batch of one, a reduction over the batch is a copy."""
    rng = np.random.default_rng(222)
    access, mode = pygenn.CustomUpdateVarAccess, pygenn.VarAccessMode
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    mean = pygenn.create_custom_update_model(
        "mean",
        vars=[
            ("sum", "scalar", access.REDUCE_BATCH_SUM),
            ("top", "scalar", access.REDUCE_BATCH_MAX),
        ],
        var_refs=[("g", "scalar", mode.READ_ONLY)],
        update_code="sum = 2.0 * g; top = -g;",
    )
    own = pygenn.create_weight_update_model(
        "own", vars=[("g", "scalar")], pre_spike_syn_code="addToPost(g); g += 0.125;"
    )
    pre, post = senders(pygenn, model, rng, 4), accumulators(pygenn, model, 3)
    group = model.add_synapse_population(
        "link",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update(own, {}, {"g": wide(rng, 12)}),
        pygenn.init_postsynaptic("DeltaCurr"),
    )
    refs = {"g": pygenn.create_wu_var_ref(group, "g")}
    of_weights = model.add_custom_update("w", "Mean", mean, {}, {"sum": 0, "top": 0}, refs)
    refs = {"g": pygenn.create_var_ref(post, "V")}
    of_neurons = model.add_custom_update("n", "Mean", mean, {}, {"sum": 0, "top": 0}, refs)
    model.build()
    model.load()
    arrays = trace(model, 9, I=(post, "I"))
    model.custom_update("Mean")
    for key in ("sum", "top"):
        arrays[f"weights_{key}"] = pull(of_weights, key)
        arrays[f"neurons_{key}"] = pull(of_neurons, key)
    model.unload()
    return arrays


@case("float", "double")
def transposes(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Weights are copied to the synapses of the other direction, changed on the way or not."""
    rng = np.random.default_rng(223)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    pops = [
        model.add_neuron_population(
            key, n, keep(model, accumulator(pygenn)), {}, {"V": 0.0, "I": 0.0}
        )
        for key, n in (("a", 4), ("b", 3))
    ]
    learning = pygenn.create_weight_update_model(
        "learning", vars=[("g", "scalar")], pre_spike_syn_code="addToPost(g);"
    )
    groups = []
    for key, source, target in (
        ("forth", pops[0], pops[1]),
        ("back", pops[1], pops[0]),
        ("forth2", pops[0], pops[1]),
        ("back2", pops[1], pops[0]),
    ):
        groups.append(
            model.add_synapse_population(
                key,
                "DENSE",
                source,
                target,
                pygenn.init_weight_update(learning, {}, {"g": wide(rng, 12)}),
                pygenn.init_postsynaptic("DeltaCurr"),
            )
        )
    doubled = pygenn.create_custom_update_model(
        "doubled",
        params=["by"],
        vars=[("calls", "unsigned int")],
        var_refs=[("g", "scalar")],
        update_code="g = by * g + 0.1 * id_post; calls++;",
    )
    refs = {"variable": pygenn.create_wu_var_ref(groups[0], "g", groups[1], "g")}
    model.add_custom_update("plain", "Plain", "Transpose", {}, {}, refs)
    refs = {"g": pygenn.create_wu_var_ref(groups[2], "g", groups[3], "g")}
    model.add_custom_update("doubled", "Doubled", doubled, {"by": 1.0 / 3.0}, {"calls": 0}, refs)
    model.build()
    model.load()
    model.custom_update("Plain")
    arrays = {group.name: pull(group, "g") for group in groups}
    for turn in range(2):
        model.custom_update("Doubled")
        arrays |= {f"{group.name}_{turn}": pull(group, "g") for group in groups[2:]}
    push(groups[0], "g", np.arange(12) * 0.1)
    model.custom_update("Plain")
    arrays["pushed_back"] = pull(groups[1], "g")
    model.unload()
    return arrays


@case("float", "double")
def references_to_insides(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Custom updates set spike times, inputs that outlast a step, and postsynaptic variables."""
    rng = np.random.default_rng(224)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.5
    pre = senders(pygenn, model, rng, 4)
    neuron = pygenn.create_neuron_model(
        "since",
        vars=[("V", "scalar"), ("gap", "scalar"), ("I", "scalar")],
        sim_code="gap = t - st; I = Isyn; V += Isyn;",
        threshold_condition_code="V > 1.0",
        reset_code="V = 0.0;",
    )
    post = model.add_neuron_population("post", 3, neuron, {}, {"V": 0.0, "gap": 0.0, "I": 0.0})
    remembering = pygenn.create_postsynaptic_model(
        "remembering",
        vars=[("y", "scalar")],
        sim_code="y = (0.75 * y) + inSyn; injectCurrent(y); inSyn *= 0.5;",
    )
    group = model.add_synapse_population(
        "link",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update("StaticPulse", {}, {"g": wide(rng, 12)}),
        pygenn.init_postsynaptic(remembering, {}, {"y": 0.0}),
    )
    shift = pygenn.create_custom_update_model(
        "shift",
        vars=[("seen", "timepoint")],
        var_refs=[("when", "timepoint"), ("out", "scalar"), ("y", "scalar")],
        update_code="seen = when; when = t - 3.0 + id; out = 0.25 * out; y = -y;",
    )
    refs = {
        "when": pygenn.create_spike_time_var_ref(post),
        "out": pygenn.create_out_post_var_ref(group),
        "y": pygenn.create_psm_var_ref(group, "y"),
    }
    shifting = model.add_custom_update("shift", "Shift", shift, {}, {"seen": 0.0}, refs)
    model.build()
    model.load()
    arrays: Arrays = {}
    for turn in range(3):
        found = trace(model, 7, gap=(post, "gap"), I=(post, "I"))
        arrays |= {f"{key}{turn}": rows for key, rows in found.items()}
        model.custom_update("Shift")
        arrays[f"seen{turn}"] = pull(shifting, "seen")
        arrays[f"times{turn}"] = read(post.spike_times)
        arrays[f"out{turn}"] = read(group.out_post)
    model.unload()
    return arrays


@case("float", "double")
def dynamic_parameters_everywhere(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Parameters of every family that change between steps; derived ones stay as they were."""
    rng = np.random.default_rng(225)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.5
    pre = senders(pygenn, model, rng, 4)
    neuron = pygenn.create_neuron_model(
        "neuron",
        params=["leak", "top"],
        derived_params=[("keep", lambda pars, dt: 1.0 - pars["leak"] * dt)],
        vars=[("V", "scalar"), ("I", "scalar"), ("n", "unsigned int")],
        sim_code="I = Isyn; V = V * keep + leak * Isyn;",
        threshold_condition_code="V > top",
        reset_code="V = 0.0; n++;",
    )
    post = model.add_neuron_population(
        "post", 3, neuron, {"leak": 0.25, "top": 1.0}, {"V": 0.0, "I": 0.0, "n": 0}
    )
    source = pygenn.create_current_source_model(
        "source", params=[("k", "int"), "amp"], injection_code="injectCurrent(amp * k);"
    )
    drive = model.add_current_source("drive", source, post, {"k": 2, "amp": 0.1})
    update = pygenn.create_weight_update_model(
        "update",
        params=["gain"],
        vars=[("g", "scalar")],
        pre_spike_syn_code="addToPost(gain * g);",
    )
    postsynaptic = pygenn.create_postsynaptic_model(
        "postsynaptic", params=["keep"], sim_code="injectCurrent(inSyn); inSyn *= keep;"
    )
    group = model.add_synapse_population(
        "link",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update(update, {"gain": 1.0}, {"g": rng.uniform(-1, 2, 12)}),
        pygenn.init_postsynaptic(postsynaptic, {"keep": 0.5}),
    )
    add = pygenn.create_custom_update_model(
        "add", params=["what"], var_refs=[("V", "scalar")], update_code="V += what;"
    )
    refs = {"V": pygenn.create_var_ref(post, "V")}
    adding = model.add_custom_update("add", "Add", add, {"what": 0.3}, {}, refs)
    post.set_param_dynamic("leak")
    drive.set_param_dynamic("k")
    drive.set_param_dynamic("amp")
    group.set_wu_param_dynamic("gain")
    group.set_ps_param_dynamic("keep")
    adding.set_param_dynamic("what")
    model.build()
    model.load()
    watch = {"V": (post, "V"), "I": (post, "I"), "n": (post, "n")}
    parts = [trace(model, 4, **watch)]
    changes: list[tuple[Any, str, float]] = [
        (drive, "k", -3.9),
        (drive, "amp", 1.0 / 3.0),
        (group, "gain", 0.1),
        (group, "keep", 0.9),
        (post, "leak", 0.7),
    ]
    for owner, key, value in changes:
        owner.set_dynamic_param_value(key, value)
        parts.append(trace(model, 4, **watch))
        model.custom_update("Add")
    adding.set_dynamic_param_value("what", -1.1)
    model.custom_update("Add")
    parts.append(trace(model, 4, **watch))
    model.unload()
    # a value that was set does not outlive the simulation
    model.load()
    parts.append(trace(model, 4, **watch))
    model.unload()
    return {key: np.concatenate([part[key] for part in parts]) for key in watch}


@case("float")
def updates_of_shared_variables(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """What all neurons share is read by an update of each, and written by an update of its own."""
    mode = pygenn.VarAccessMode
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    holder = pygenn.create_neuron_model(
        "holder",
        vars=[("V", "scalar"), ("gain", "scalar", pygenn.VarAccess.READ_ONLY_SHARED_NEURON)],
        sim_code="V += gain;",
    )
    scale = pygenn.create_custom_update_model(
        "scale",
        var_refs=[("V", "scalar"), ("gain", "scalar", mode.READ_ONLY)],
        update_code="V *= gain;",
    )
    halve = pygenn.create_custom_update_model(
        "halve", var_refs=[("gain", "scalar")], update_code="gain *= 0.5;"
    )
    pop = model.add_neuron_population("pop", 4, holder, {}, {"V": [1, 2, 3, 4], "gain": 0.3})
    refs = {key: pygenn.create_var_ref(pop, key) for key in ("V", "gain")}
    model.add_custom_update("scale", "Scale", scale, {}, {}, refs)
    model.add_custom_update("halve", "Halve", halve, {}, {}, {"gain": refs["gain"]})
    model.build()
    model.load()
    arrays: Arrays = {}
    for turn, update in enumerate(("Scale", "Halve", "Scale", "Halve")):
        arrays[f"V{turn}"] = trace(model, 2, V=(pop, "V"))["V"]
        model.custom_update(update)
        arrays[f"after{turn}"] = pull(pop, "V")
        arrays[f"gain{turn}"] = pull(pop, "gain")
    model.unload()
    return arrays
