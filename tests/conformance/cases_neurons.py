"""Neurons: inputs, access, built-in models."""

from __future__ import annotations

from types import ModuleType

import numpy as np

from tests.conformance.case_parts import (
    accumulator,
    injector,
    pull,
    push,
    read,
    recorded_spikes,
    scheduled,
    static_dense,
    trace,
    wide,
    write,
)
from tests.conformance.casebook import Arrays, case


@case("float", "double")
def additional_inputs(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Synapses and current sources that aim at an input of one's own."""
    rng = np.random.default_rng(81)
    neuron = pygenn.create_neuron_model(
        "two_inputs",
        vars=[("V", "scalar"), ("W", "scalar"), ("c", "unsigned int")],
        additional_input_vars=[("Iext", "scalar", 0.3), ("hits", "unsigned int", 2)],
        sim_code="V += Isyn; W += 2.0 * Iext; c += hits;",
    )
    source, dc = scheduled(pygenn), injector(pygenn)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    schedule = rng.integers(0, 2**32, 3, dtype=np.uint32)
    state = {"schedule": schedule, "k": 0, "now": 0}
    pre = model.add_neuron_population("pre", 3, source, {}, state)
    post = model.add_neuron_population("post", 4, neuron, {}, {"V": 0.0, "W": 0.0, "c": 0})
    static_dense(pygenn, model, "to_isyn", pre, post, wide(rng, 3, 4))
    static_dense(pygenn, model, "to_iext", pre, post, wide(rng, 3, 4)).post_target_var = "Iext"
    ones = np.ones((3, 4))
    static_dense(pygenn, model, "to_hits", pre, post, ones).post_target_var = "hits"
    for key, target in (("cs_isyn", "Isyn"), ("cs_iext", "Iext")):
        magnitude = wide(rng, 4)
        current = model.add_current_source(key, dc, post, {}, {"magnitude": magnitude})
        current.target_var = target
    model.build()
    model.load()
    arrays = trace(model, 16, V=(post, "V"), W=(post, "W"), c=(post, "c"))
    model.unload()
    return {"schedule": schedule, **arrays}


@case("float", "double")
def variable_access(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Read-only and shared variables of neurons, current sources and synapses."""
    access = pygenn.VarAccess
    neuron = pygenn.create_neuron_model(
        "shared",
        vars=[
            ("V", "scalar"),
            ("rate", "scalar", access.READ_ONLY),
            ("own", "scalar", access.READ_ONLY_DUPLICATE),
            ("gain", "scalar", access.READ_ONLY_SHARED_NEURON),
            ("count", "uint16_t", access.READ_WRITE),
        ],
        sim_code="V += rate * gain + own + Isyn; count += 300;",
    )
    current = pygenn.create_current_source_model(
        "counting",
        params=["slope"],
        vars=[
            ("k", "int"),
            ("level", "scalar", access.READ_ONLY),
            ("common", "scalar", access.READ_ONLY_SHARED_NEURON),
        ],
        injection_code="k++; if(k > 2) { injectCurrent(level * slope + common * t); }",
    )
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.1
    ramp = np.linspace(-1.0, 1.0, 6)
    pop = model.add_neuron_population(
        "pop",
        6,
        neuron,
        {},
        {"V": ramp, "rate": ramp * 0.3, "own": 0.01, "gain": np.array([1.7]), "count": 65000},
    )
    drive = model.add_current_source(
        "drive", current, pop, {"slope": 0.9}, {"k": 0, "level": ramp, "common": 0.6}
    )
    model.build()
    model.load()
    arrays = trace(model, 6, V=(pop, "V"), count=(pop, "count"), k=(drive, "k"))
    for key in ("rate", "own", "gain"):
        arrays[key] = pull(pop, key)
    # what the code cannot write, the host can
    push(pop, "gain", -0.3)
    push(pop, "rate", ramp[::-1])
    push(drive, "common", 2.0)
    arrays |= {f"{key}_later": value for key, value in trace(model, 4, V=(pop, "V")).items()}
    arrays["gain_later"] = pull(pop, "gain")
    model.unload()
    return arrays


@case("float", "double")
def built_in_neurons(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.5
    lif = {
        "C": 0.2,
        "TauM": 20.0,
        "Vrest": -60.0,
        "Vreset": -65.0,
        "Vthresh": -50.0,
        "Ioffset": 0.05,
        "TauRefrac": 3.0,
    }
    izhikevich = {"a": 0.02, "b": 0.2, "c": -65.0, "d": 8.0}
    variable = {key: value + np.linspace(0, 0.01, 4) for key, value in izhikevich.items()}
    pops = {
        "lif": model.add_neuron_population("lif", 4, "LIF", lif, {"V": -60.0, "RefracTime": 0.0}),
        "izh": model.add_neuron_population(
            "izh", 4, "Izhikevich", izhikevich, {"V": -65.0, "U": -13.0}
        ),
        "izhv": model.add_neuron_population(
            "izhv", 4, "IzhikevichVariable", {}, {"V": -65.0, "U": -13.0, **variable}
        ),
    }
    for key, amp in (("lif", 0.25), ("izh", 10.0), ("izhv", 10.0)):
        model.add_current_source(f"dc_{key}", "DC", pops[key], {"amp": amp}, {})
        pops[key].spike_recording_enabled = True
    # apart, so that the four neurons of a population do not all do the same
    ramp = np.linspace(0, 3.0, 4)
    model.build()
    model.load(num_recording_timesteps=200)
    push(pops["lif"], "V", -60.0 + ramp)
    push(pops["izh"], "V", -65.0 + ramp)
    arrays = trace(
        model,
        200,
        lif_V=(pops["lif"], "V"),
        lif_RefracTime=(pops["lif"], "RefracTime"),
        izh_V=(pops["izh"], "V"),
        izh_U=(pops["izh"], "U"),
        izhv_V=(pops["izhv"], "V"),
    )
    arrays |= recorded_spikes(model, **pops)
    model.unload()
    return arrays


@case("float", "double")
def spike_source_array(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Spikes at times that are given; late ones follow one a step; times change from the host."""
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.5
    trains = [[0.0, 1.0, 1.2, 1.4, 6.0], [], [2.26, 3.0, 3.0], [-5.0, 0.4, 4.5, 30.0]]
    ends = np.cumsum([len(train) for train in trains])
    starts = np.concatenate([[0], ends[:-1]])
    pop = model.add_neuron_population(
        "pop", 4, "SpikeSourceArray", {}, {"startSpike": starts, "endSpike": ends}
    )
    pop.extra_global_params["spikeTimes"].set_init_values(np.concatenate(trains))
    target = accumulator(pygenn)
    post = model.add_neuron_population("post", 2, target, {}, {"V": 0.0, "I": 0.0})
    weights = np.arange(8).reshape(4, 2) + 0.25
    static_dense(pygenn, model, "link", pop, post, weights)
    pop.spike_recording_enabled = True
    model.build()
    model.load(num_recording_timesteps=20)
    arrays = trace(model, 20, I=(post, "I"), startSpike=(pop, "startSpike"))
    arrays |= recorded_spikes(model, pop=pop)
    write(pop.extra_global_params["spikeTimes"], np.linspace(9.0, 14.0, 12))
    push(pop, "startSpike", [0, 5, 5, 8])
    push(pop, "endSpike", [5, 5, 8, 11])
    arrays |= {f"{key}_later": rows for key, rows in trace(model, 20, I=(post, "I")).items()}
    later = recorded_spikes(model, pop=pop)
    arrays |= {f"{key}_later": rows for key, rows in later.items()}
    model.unload()
    return arrays


@case("float", "double")
def traub_miles(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Hodgkin and Huxley's neuron with Traub and Miles's rates, driven by several currents."""
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.1
    params = {
        **{"gNa": 7.15, "ENa": 50.0, "gK": 1.43, "EK": -95.0},
        **{"gl": 0.02672, "El": -63.563, "C": 0.143},
    }
    state = {"V": -60.0, "m": 0.0529324, "h": 0.3176767, "n": 0.5961207}
    pop = model.add_neuron_population("pop", 4, "TraubMiles", params, state)
    dc = injector(pygenn)
    amplitudes = np.array([0.0, 0.2, 0.5, -0.1])
    model.add_current_source("drive", dc, pop, {}, {"magnitude": amplitudes})
    pop.spike_recording_enabled = True
    model.build()
    model.load(num_recording_timesteps=250)
    parts: list[Arrays] = []
    for _ in range(25):
        for _ in range(10):
            model.step_time()
        parts.append({f"{key}_libm_fed_back": pull(pop, key) for key in state})
    arrays = {key: np.stack([part[key] for part in parts]) for key in parts[0]}
    arrays |= recorded_spikes(model, pop=pop)
    model.unload()
    return arrays


@case("float", "double")
def rulkov_map(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Rulkov's map, which is a difference equation and knows no time step."""
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.5
    params = {"Vspike": 60.0, "alpha": 3.0, "y": -2.468, "beta": 0.0165}
    start = {"V": np.array([-60.0, -50.0, 20.0, -70.0]), "preV": -60.0}
    pop = model.add_neuron_population("pop", 4, "RulkovMap", params, start)
    dc = injector(pygenn)
    amplitudes = np.array([0.0, 200.0, 50.0, 900.0])
    model.add_current_source("drive", dc, pop, {}, {"magnitude": amplitudes})
    pop.spike_recording_enabled = True
    model.build()
    model.load(num_recording_timesteps=60)
    arrays = trace(model, 60, V=(pop, "V"), preV=(pop, "preV"))
    arrays |= recorded_spikes(model, pop=pop)
    model.unload()
    return arrays


@case("float", "double")
def references_of_postsynaptic_models(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """A postsynaptic model reads several variables, given by name and by reference."""
    rng = np.random.default_rng(241)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    mode = pygenn.VarAccessMode
    reading = pygenn.create_postsynaptic_model(
        "reading",
        params=["E"],
        neuron_var_refs=[
            ("V", "scalar", mode.READ_ONLY),
            ("n", "unsigned int", mode.READ_ONLY),
            ("gain", "scalar", mode.READ_ONLY),
        ],
        sim_code="injectCurrent(gain * inSyn * (E - V) / (n + 1u)); inSyn *= 0.5;",
    )
    neuron = pygenn.create_neuron_model(
        "read",
        vars=[
            ("V", "scalar"),
            ("n", "unsigned int"),
            ("gain", "scalar", pygenn.VarAccess.READ_ONLY_SHARED_NEURON),
        ],
        sim_code="V += Isyn;",
        threshold_condition_code="V > 1.0",
        reset_code="V = 0.0; n++;",
    )
    schedule = rng.integers(0, 2**32, 5, dtype=np.uint32)
    source = scheduled(pygenn)
    pre = model.add_neuron_population(
        "pre", 5, source, {}, {"schedule": schedule, "k": 0, "now": 0}
    )
    post = model.add_neuron_population("post", 3, neuron, {}, {"V": 0.0, "n": 0, "gain": 0.25})
    model.add_synapse_population(
        "link",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update("StaticPulse", {}, {"g": rng.uniform(0, 1, 15)}),
        pygenn.init_postsynaptic(
            reading,
            {"E": 2.0},
            {},
            {"V": "V", "n": pygenn.create_var_ref(post, "n"), "gain": "gain"},
        ),
    )
    model.build()
    model.load()
    arrays = trace(model, 24, V=(post, "V"), n=(post, "n"))
    model.unload()
    return arrays


@case("float", "double")
def spike_times_in_all_code(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """The time of the last spike, in all code that neurons run: in the reset code, too.

    One population has delayed spikes and its variables with them, the other does not spike while
    it is above its threshold.
    """
    rng = np.random.default_rng(84)
    seen = ("in_sim", "in_reset", "since")
    parts = {
        "params": ["threshold"],
        "vars": [("V", "scalar"), ("spikes", "int"), *((one, "timepoint") for one in seen)],
        "sim_code": "V += 0.4 + Isyn; in_sim = st;",
        "threshold_condition_code": "V > threshold && (spikes == 0 || t - st > 0.25)",
        "reset_code": "in_reset = st; since = t - st; spikes++; V -= 0.9 * threshold;",
    }
    plain = pygenn.create_neuron_model("plain", **parts)
    refractory = pygenn.create_neuron_model("refractory", auto_refractory_required=True, **parts)
    synapse = pygenn.create_weight_update_model(
        "noting",
        vars=[("g", "scalar")],
        pre_vars=[("on_pre_spike", "timepoint"), ("before_pre", "timepoint")],
        post_vars=[("on_post_spike", "timepoint"), ("before_post", "timepoint")],
        pre_spike_syn_code="addToPost(g);",
        pre_spike_code="on_pre_spike = st_pre;",
        pre_dynamics_code="before_pre = st_pre;",
        post_spike_code="on_post_spike = st_post;",
        post_dynamics_code="before_post = st_post;",
    )
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.1
    start = {"spikes": 0, **dict.fromkeys(seen, 0.0)}
    pops = [
        model.add_neuron_population(
            key,
            5,
            neuron,
            {"threshold": threshold},
            {
                "V": rng.uniform(0.0, 2.0, 5),
                **start,
            },
        )
        for key, neuron, threshold in (("pre", plain, 1.7), ("post", refractory, 2.3))
    ]
    never = {"on_pre_spike": 0.0, "before_pre": 0.0}, {"on_post_spike": 0.0, "before_post": 0.0}
    synapses = model.add_synapse_population(
        "synapses",
        "DENSE",
        *pops,
        pygenn.init_weight_update(synapse, {}, {"g": wide(rng, 5, 5).flatten()}, *never),
        pygenn.init_postsynaptic("DeltaCurr"),
    )
    synapses.axonal_delay_steps = 3
    model.build()
    model.load()
    arrays = trace(
        model,
        30,
        **{f"{pop.name}_{one}": (pop, one) for pop in pops for one in ("V", "spikes", *seen)},
    )
    for which, variables in (("pre", synapses.pre_vars), ("post", synapses.post_vars)):
        for key, variable in variables.items():
            arrays[f"{which}_{key}"] = read(variable)
    model.unload()
    return arrays
