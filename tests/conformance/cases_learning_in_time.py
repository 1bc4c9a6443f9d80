"""Learning that looks at time: errors that go back from spike to spike, and traces of synapses.

Kinds of EventProp and of e-prop, with errors that need no exponential functions.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np

from tests.conformance.case_parts import keep, pull, push, recorded_spikes, senders, trace
from tests.conformance.casebook import Arrays, case

DT, STEPS, TURNS = 0.1, 24, 4
SIZES = (7, 5, 3)

# Room for more networks than one, side by side.
RING, COPIES = 3, 5

AT = "const int at = ((batch * num_neurons) + id) * Ring;"
BACKWARD = """
    const scalar back = Length - t - dt;
    if (Back) {
        %s
        ReadAt--;
        if (ReadAt < 0) ReadAt = Ring - 1;
        Back = 0;
    }
    if (ReadAt != ReadEnd && fabs(back - Times[at + ReadAt] - dt) < 0.01 * dt) Back = 1;
    """
WRITE = """
    if (WriteAt != ReadEnd) {
        Times[at + WriteAt] = t;
        %s
        WriteAt++;
        if (WriteAt >= Ring) {
            WriteAt = 0;
        }
    }
    """
TURN_BACK = """
    ReadAt = WriteAt - 1;
    if (ReadAt < 0) {
        ReadAt = Ring - 1;
    }
    ReadEnd = WriteStart;
    WriteStart = ReadAt;
    V = 0.0; LambdaV = 0.0; LambdaI = 0.0;
    """
PLACES = ("WriteAt", "ReadAt", "WriteStart", "ReadEnd")
STATE = ("V", "LambdaV", "LambdaI")


def ring_neurons(pygenn: ModuleType) -> tuple[Any, Any, Any]:
    ring = [(name, "int") for name in PLACES]
    arrays = [("Times", "scalar*")]
    given = {"params": ["Length", ("Ring", "int")]}
    inputs = pygenn.create_neuron_model(
        "latencies",
        vars=[("When", "scalar"), ("Back", "uint8_t"), *[(n, "scalar") for n in STATE], *ring],
        extra_global_params=arrays,
        sim_code=AT + BACKWARD % "",
        threshold_condition_code="fabs(t - When) < 0.5 * dt || fabs(t - When - 0.5) < 0.5 * dt",
        reset_code=WRITE % "",
        **given,
    )
    hidden = pygenn.create_neuron_model(
        "adjoint",
        vars=[*[(n, "scalar") for n in STATE], ("Back", "uint8_t"), *ring],
        additional_input_vars=[("Iback", "scalar", 0.0)],
        extra_global_params=[*arrays, ("Slopes", "scalar*")],
        sim_code=AT
        + "LambdaI = (0.7 * LambdaV) + (0.9 * LambdaI); LambdaV *= 0.95;"
        + BACKWARD % "LambdaV += (1.0 / Slopes[at + ReadAt]) * (LambdaV + Iback);"
        + "V = (0.95 * V) + (0.3 * Isyn);",
        threshold_condition_code="V >= 1.0",
        reset_code=WRITE % "Slopes[at + WriteAt] = Isyn + 0.1;" + "V = 0.0;",
        **given,
    )
    output = pygenn.create_neuron_model(
        "readout",
        params=["Length"],
        vars=[(n, "scalar") for n in (*STATE, "Mean", "Missing")],
        sim_code="""
        LambdaI = Missing + (0.9 * (LambdaI - Missing)) + (0.2 * LambdaV);
        LambdaV = Missing + (0.95 * (LambdaV - Missing));
        V = (0.95 * V) + Isyn;
        Mean += V / Length;
        """,
    )
    return inputs, hidden, output


@case("float", "double")
def ring_buffers(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Spikes go into ring buffers, parts of arrays, and errors come back by them a turn later."""
    rng = np.random.default_rng(511)
    read = pygenn.VarAccessMode.READ_ONLY
    model = pygenn.GeNNModel(precision, name)
    model.dt = DT
    models = ring_neurons(pygenn)
    numbers = {"Length": DT * STEPS, "Ring": RING}
    start = {**dict.fromkeys(STATE, 0.0), "Back": 0}
    start |= {"WriteAt": 0, "ReadAt": RING - 1, "WriteStart": RING - 1, "ReadEnd": RING - 1}
    ends = {"Mean": 0.0, "Missing": 0.0, **dict.fromkeys(STATE, 0.0)}
    layers = [
        model.add_neuron_population(*given)
        for given in (
            ("inputs", SIZES[0], models[0], numbers, {**start, "When": 0.0}),
            ("hidden", SIZES[1], models[1], numbers, start),
            ("output", SIZES[2], models[2], {"Length": DT * STEPS}, ends),
        )
    ]
    for layer, arrays in zip(layers, (["Times"], ["Times", "Slopes"]), strict=False):
        layer.spike_recording_enabled = True
        for array in arrays:
            empty = np.zeros(COPIES * layer.num_neurons * RING)
            layer.extra_global_params[array].set_init_values(empty)
    common = {
        "vars": [("g", "scalar", pygenn.VarAccess.READ_ONLY), ("dG", "scalar")],
        "pre_neuron_var_refs": [("Back", "uint8_t", read)],
        "post_neuron_var_refs": [("LambdaI", "scalar", read), ("LambdaV", "scalar", read)],
        "pre_spike_syn_code": "addToPost(g);",
        "pre_event_threshold_condition_code": "Back",
    }
    learn = "dG -= LambdaI * 0.3;"
    updates = [
        pygenn.create_weight_update_model("first", pre_event_syn_code=learn, **common),
        pygenn.create_weight_update_model(
            "later", pre_event_syn_code=learn + "addToPre(g * (LambdaV - LambdaI));", **common
        ),
    ]
    keep(model, (models, updates))
    groups = []
    for k, update in enumerate(updates):
        pre, post = layers[k : k + 2]
        refs = {key: pygenn.create_var_ref(post, key) for key in ("LambdaI", "LambdaV")}
        g = rng.normal(0.5, 0.6, SIZES[k] * SIZES[k + 1])
        made = pygenn.init_weight_update(
            update,
            {},
            {"g": g, "dG": 0.0},
            {},
            {},
            {"Back": pygenn.create_var_ref(pre, "Back")},
            refs,
        )
        groups.append(
            model.add_synapse_population(
                f"synapses{k}",
                "DENSE",
                pre,
                post,
                made,
                pygenn.init_postsynaptic("ExpCurr", {"tau": 0.6}),
            )
        )
    groups[1].pre_target_var = "Iback"
    back = keep(
        model,
        pygenn.create_custom_update_model(
            "turn_back",
            params=[("Ring", "int")],
            var_refs=[*[(n, "scalar") for n in STATE], *[(n, "int") for n in PLACES]],
            update_code=TURN_BACK,
        ),
    )
    for layer in layers[:2]:
        refs = {n: pygenn.create_var_ref(layer, n) for n in (*STATE, *PLACES)}
        model.add_custom_update(f"back_{layer.name}", "Back", back, {"Ring": RING}, {}, refs)
    model.build()
    model.load(num_recording_timesteps=STEPS)
    arrays: Arrays = {}
    for turn in range(TURNS):
        model.custom_update("Back")
        push(layers[0], "When", DT * rng.integers(0, STEPS - 6, SIZES[0]))
        push(layers[2], "Missing", rng.normal(0.0, 0.3, SIZES[2]))
        model.timestep = 0
        for _ in range(STEPS):
            model.step_time()
        spikes = recorded_spikes(model, inputs=layers[0], hidden=layers[1])
        arrays |= {f"{key}_{turn}": values for key, values in spikes.items()}
        for layer, names in zip(layers, (PLACES, (*STATE, *PLACES), (*STATE, "Mean")), strict=True):
            arrays |= {f"{key}_{layer.name}_{turn}": pull(layer, key) for key in names}
        arrays |= {f"dG_{group.name}_{turn}": pull(group, "dG") for group in groups}
    model.unload()
    return arrays


TRACED = """
    const scalar e = Trace * Psi;
    scalar filtered = Eligible;
    filtered = (filtered * 0.9) + e;
    dG += (filtered * E) + ((Rate - 0.01) * 0.1 * e);
    Eligible = filtered;
    """
SLOPE = """
    Rate *= 0.99;
    if (Left > 0.0) Psi = 0.0;
    else Psi = 0.3 * fmax(0.0, 1.0 - fabs((V - Vthr) / Vthr));
    """


@case("float", "double")
def eligibility_traces(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """All synapses keep traces in every step, and after each step updates say what is missing."""
    rng = np.random.default_rng(512)
    read, access = pygenn.VarAccessMode.READ_ONLY, pygenn.VarAccess
    model = pygenn.GeNNModel(precision, name)
    model.dt = DT
    inputs_model = pygenn.create_neuron_model(
        "latencies",
        vars=[("When", "scalar")],
        sim_code="",
        threshold_condition_code="fabs(t - When) < 0.5 * dt || fabs(t - When - 0.4) < 0.5 * dt",
    )
    hidden_model = pygenn.create_neuron_model(
        "hidden",
        vars=[("V", "scalar"), ("Left", "scalar"), ("E", "scalar")],
        additional_input_vars=[("Feedback", "scalar", 0.0)],
        sim_code="E = Feedback; V = (0.9 * V) + Isyn; if (Left > 0.0) { Left -= dt; }",
        threshold_condition_code="V >= 0.6 && Left <= 0.0",
        reset_code="V -= 0.6; Left = 0.25;",
    )
    output_model = pygenn.create_neuron_model(
        "output",
        vars=[
            ("V", "scalar"),
            ("E", "scalar"),
            ("Share", "scalar"),
            ("Label", "uint8_t", access.READ_ONLY_SHARED_NEURON),
        ],
        sim_code="V = (0.9 * V) + Isyn; E = Share - ((id == Label) ? 1.0 : 0.0);",
    )
    common: dict[str, Any] = {
        "pre_vars": [("Trace", "scalar")],
        "pre_spike_code": "Trace += 1.0;",
        "pre_dynamics_code": "Trace *= 0.9;",
        "pre_spike_syn_code": "addToPost(g);",
    }
    first = pygenn.create_weight_update_model(
        "first",
        params=["Vthr"],
        vars=[("g", "scalar", access.READ_ONLY), ("Eligible", "scalar"), ("dG", "scalar")],
        post_vars=[("Psi", "scalar"), ("Rate", "scalar")],
        post_neuron_var_refs=[(key, "scalar", read) for key in ("Left", "V", "E")],
        post_spike_code="Rate += 0.01;",
        post_dynamics_code=SLOPE,
        synapse_dynamics_code=TRACED,
        **common,
    )
    second = pygenn.create_weight_update_model(
        "second",
        vars=[("g", "scalar", access.READ_ONLY), ("dG", "scalar")],
        post_neuron_var_refs=[("E", "scalar", read)],
        synapse_dynamics_code="dG += Trace * E; addToPre(g * E);",
        **common,
    )
    largest = pygenn.create_custom_update_model(
        "largest",
        vars=[("Largest", "scalar", pygenn.CustomUpdateVarAccess.REDUCE_NEURON_MAX)],
        var_refs=[("V", "scalar", read)],
        update_code="Largest = fabs(V);",
    )
    shared = pygenn.create_custom_update_model(
        "shared",
        var_refs=[("V", "scalar", read), ("Largest", "scalar", read), ("Share", "scalar")],
        update_code="Share = (V + t) / (Largest + 1.0);",
    )
    clear = pygenn.create_custom_update_model(
        "clear", var_refs=[("V", "scalar"), ("E", "scalar")], update_code="V *= 0.5; E = 0.0;"
    )
    keep(model, (inputs_model, hidden_model, output_model, first, second, largest, shared, clear))
    layers = [
        model.add_neuron_population(*given)
        for given in (
            ("inputs", SIZES[0], inputs_model, {}, {"When": 0.0}),
            ("hidden", SIZES[1], hidden_model, {}, {"V": 0.0, "Left": 0.0, "E": 0.0}),
            ("output", SIZES[2], output_model, {}, {"V": 0.0, "E": 0.0, "Share": 0.0, "Label": 0}),
        )
    ]
    groups = []
    for k, update in enumerate((first, second)):
        pre, post = layers[k : k + 2]
        own = {"g": rng.normal(0.3, 0.4, SIZES[k] * SIZES[k + 1]), "dG": 0.0}
        own |= {} if k else {"Eligible": 0.0}
        keys = ("E",) if k else ("Left", "V", "E")
        made = pygenn.init_weight_update(
            update,
            {} if k else {"Vthr": 0.6},
            own,
            {"Trace": 0.0},
            {} if k else {"Psi": 0.0, "Rate": 0.0},
            {},
            {key: pygenn.create_var_ref(post, key) for key in keys},
        )
        groups.append(
            model.add_synapse_population(
                f"synapses{k}", "DENSE", pre, post, made, pygenn.init_postsynaptic("DeltaCurr")
            )
        )
    groups[1].pre_target_var = "Feedback"
    refs = {"V": pygenn.create_var_ref(layers[2], "V")}
    top = model.add_custom_update("largest", "Largest", largest, {}, {"Largest": 0.0}, refs)
    refs |= {
        "Largest": pygenn.create_var_ref(top, "Largest"),
        "Share": pygenn.create_var_ref(layers[2], "Share"),
    }
    model.add_custom_update("shared", "Shared", shared, {}, {}, refs)
    for layer in layers[1:]:
        refs = {key: pygenn.create_var_ref(layer, key) for key in ("V", "E")}
        model.add_custom_update(f"clear_{layer.name}", "Clear", clear, {}, {}, refs)
    model.build()
    model.load()
    arrays: Arrays = {}
    for turn in range(TURNS):
        model.custom_update("Clear")
        push(layers[0], "When", DT * rng.integers(0, STEPS - 6, SIZES[0]))
        push(layers[2], "Label", rng.integers(0, SIZES[2], 1))
        model.timestep = 0
        for _ in range(STEPS):
            model.step_time()
            model.custom_update("Largest")
            model.custom_update("Shared")
        for layer, keys in zip(layers[1:], (("V", "Left", "E"), ("V", "E", "Share")), strict=True):
            arrays |= {f"{key}_{layer.name}_{turn}": pull(layer, key) for key in keys}
        arrays[f"Largest_{turn}"] = pull(top, "Largest")
        arrays |= {f"dG_{group.name}_{turn}": pull(group, "dG") for group in groups}
        arrays[f"Eligible_{turn}"] = pull(groups[0], "Eligible")
    model.unload()
    return arrays


@case("float", "double")
def learned_delays(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Each synapse learns its weight and, in parts of a step, how late it reaches its neuron."""
    rng = np.random.default_rng(513)
    read = pygenn.VarAccessMode.READ_ONLY
    model = pygenn.GeNNModel(precision, name)
    model.dt = DT
    neuron = pygenn.create_neuron_model(
        "slow",
        vars=[("V", "scalar"), ("Slope", "scalar")],
        sim_code="Slope = (0.7 * Slope) + Isyn; V = (0.9 * V) + (Slope * dt);",
    )
    late = pygenn.create_weight_update_model(
        "late",
        vars=[("g", "scalar"), ("d", "scalar"), ("dG", "scalar"), ("dD", "scalar")],
        post_neuron_var_refs=[("V", "scalar", read), ("Slope", "scalar", read)],
        pre_spike_syn_code="""
        const int steps = (int)round(d);
        addToPostDelay(g, steps);
        dG += V[steps];
        dD += g * (V[steps] - Slope[steps]);
        """,
    )
    learn = pygenn.create_custom_update_model(
        "learn",
        params=["rate", "longest"],
        vars=[("m", "scalar"), ("v", "scalar")],
        var_refs=[("gradient", "scalar"), ("value", "scalar")],
        update_code="""
        m = (0.9 * m) + (0.1 * gradient);
        v = (0.99 * v) + (0.01 * gradient * gradient);
        value = fmin(fmax(value - ((rate * m) / (sqrt(v) + 1E-8)), -longest), longest);
        value = (longest > 1.0) ? fabs(value) : value;
        gradient = 0.0;
        """,
    )
    keep(model, (neuron, late, learn))
    pre = senders(pygenn, model, rng, 6)
    post = model.add_neuron_population("post", 5, neuron, {}, {"V": 0.0, "Slope": 0.0})
    start = {"g": rng.normal(0.2, 0.3, 30), "d": rng.uniform(0, 7, 30), "dG": 0.0, "dD": 0.0}
    refs = {key: pygenn.create_var_ref(post, key) for key in ("V", "Slope")}
    update = pygenn.init_weight_update(late, {}, start, {}, {}, {}, refs)
    group = model.add_synapse_population(
        "late", "DENSE", pre, post, update, pygenn.init_postsynaptic("ExpCurr", {"tau": 0.5})
    )
    group.max_dendritic_delay_timesteps = 8
    for gradient, value, rate, longest in (("dG", "g", 0.05, 1.0), ("dD", "d", 0.4, 7.0)):
        refs = {
            "gradient": pygenn.create_wu_var_ref(group, gradient),
            "value": pygenn.create_wu_var_ref(group, value),
        }
        settings = {"rate": rate, "longest": longest}
        model.add_custom_update(
            f"learn_{value}", "Learn", learn, settings, {"m": 0.0, "v": 0.0}, refs
        )
    model.build()
    model.load()
    arrays: Arrays = {}
    for turn in range(TURNS):
        arrays |= {f"V_{turn}": trace(model, STEPS, V=(post, "V"))["V"]}
        model.custom_update("Learn")
        arrays |= {f"{key}_{turn}": pull(group, key) for key in ("g", "d", "dG")}
    model.unload()
    return arrays
