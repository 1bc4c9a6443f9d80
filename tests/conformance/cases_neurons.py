"""Neurons: inputs, access, built-in models."""

from __future__ import annotations

from types import ModuleType

import numpy as np
from case_parts import injector, pull, push, recorded_spikes, scheduled, static_dense, trace, wide
from casebook import Arrays, case


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
