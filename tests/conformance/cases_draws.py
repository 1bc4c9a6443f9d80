"""Random numbers: many draws, whose distribution is compared, not the numbers."""

from __future__ import annotations

from types import ModuleType

import numpy as np

from tests.conformance.case_parts import keep, pull, read_values
from tests.conformance.casebook import Arrays, case

MANY = 2000


def sample(values: np.ndarray) -> np.ndarray:
    """Give draws in single precision, which is enough to tell distributions apart."""
    return values.astype(np.float32)


@case("float", "double")
def draws_in_code(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Every function that draws, once for each of many neurons."""
    calls = {
        "uniform": "gennrand_uniform()",
        "normal": "gennrand_normal()",
        "exponential": "gennrand_exponential()",
        "log_normal": "gennrand_log_normal(0.25, 0.5)",
        "gamma": "gennrand_gamma(2.5)",
        "narrow_gamma": "gennrand_gamma(0.5)",
        "binomial": "gennrand_binomial(20, 0.3)",
        "whole": "gennrand() % 1000u",
    }
    neuron = pygenn.create_neuron_model(
        "drawing",
        vars=[(key, "scalar") for key in calls],
        sim_code="".join(f"{key} = {call};\n" for key, call in calls.items()),
    )
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    model.seed = 251
    pop = model.add_neuron_population("pop", MANY, neuron, {}, dict.fromkeys(calls, 0.0))
    model.build()
    model.load()
    model.step_time()
    arrays = {f"{key}_sample": sample(pull(pop, key)) for key in calls}
    model.unload()
    return arrays


@case("float", "double")
def draws_of_initial_values(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """The built-in snippets that draw, and one of one's own, for neurons."""
    snippets = {
        "uniform": ("Uniform", {"min": -1.0, "max": 3.0}),
        "normal": ("Normal", {"mean": 2.0, "sd": 0.5}),
        "clipped": ("NormalClipped", {"mean": 0.0, "sd": 1.0, "min": -0.5, "max": 2.0}),
        "delay": ("NormalClippedDelay", {"mean": 4.0, "sd": 2.0, "min": 1.0, "max": 9.0}),
        "exponential": ("Exponential", {"lambda": 0.25}),
        "gamma": ("Gamma", {"a": 4.0, "b": 0.5}),
        "binomial": ("Binomial", {"n": 12, "p": 0.25}),
    }
    own = pygenn.create_var_init_snippet(
        "own",
        params=["p"],
        var_init_code="value = (gennrand_uniform() < p) ? gennrand_normal() : -1.0;",
    )
    neuron = pygenn.create_neuron_model(
        "holder", vars=[(key, "scalar") for key in (*snippets, "own")]
    )
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.5
    model.seed = 252
    keep(model, own)
    state = {key: pygenn.init_var(kind, params) for key, (kind, params) in snippets.items()}
    state["own"] = pygenn.init_var(own, {"p": 0.75})
    pop = model.add_neuron_population("pop", MANY, neuron, {}, state)
    model.build()
    model.load()
    arrays = {f"{key}_sample": sample(pull(pop, key)) for key in state}
    model.unload()
    return arrays


@case("float", "double")
def draws_of_models(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """The built-in neuron and current sources that draw."""
    counting = pygenn.create_neuron_model(
        "counting", vars=[("V", "scalar"), ("last", "scalar")], sim_code="last = Isyn; V += Isyn;"
    )
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.5
    model.seed = 253
    add = model.add_neuron_population
    source = add("source", MANY, "Poisson", {"rate": 100.0}, {"timeStepToSpike": 0.0})
    start = {"V": 0.0, "last": 0.0}
    counted = add("counted", MANY, counting, {}, start)
    noisy = add("noisy", MANY, counting, {}, start)
    bombarded = add("bombarded", MANY, counting, {}, start)
    model.add_synapse_population(
        "one_to_one",
        "SPARSE",
        source,
        counted,
        pygenn.init_weight_update("StaticPulseConstantWeight", {"g": 1.0}),
        pygenn.init_postsynaptic("DeltaCurr"),
        pygenn.init_sparse_connectivity("OneToOne"),
    )
    model.add_current_source("noise", "GaussianNoise", noisy, {"mean": 0.5, "sd": 2.0})
    params = {"weight": 0.1, "tauSyn": 5.0, "rate": 200.0}
    model.add_current_source("bombardment", "PoissonExp", bombarded, params, {"current": 0.0})
    model.build()
    model.load()
    for _ in range(100):
        model.step_time()
    arrays = {
        f"{pop.name}_{key}_sample": sample(pull(pop, key))
        for pop in (counted, noisy, bombarded)
        for key in ("V", "last")
        if pop is not counted or key == "V"
    }
    model.unload()
    return arrays


@case("float")
def draws_of_connections(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """How many synapses each neuron has, and how many of them twice, by every built-in snippet."""
    size = 400
    kinds = {
        "FixedProbability": {"prob": 0.1},
        "FixedProbabilityNoAutapse": {"prob": 0.1},
        "FixedNumberPostWithReplacement": {"num": 30},
        "FixedNumberPreWithReplacement": {"num": 30},
        "FixedNumberTotalWithReplacement": {"num": 12000},
    }
    neuron = pygenn.create_neuron_model("holder", vars=[("V", "scalar")])
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    model.seed = 254
    pop = model.add_neuron_population("pop", size, neuron, {}, {"V": 0.0})
    weight = pygenn.init_var("Normal", {"mean": 1.0, "sd": 0.25})
    groups = [
        model.add_synapse_population(
            kind,
            "SPARSE",
            pop,
            pop,
            pygenn.init_weight_update("StaticPulse", {}, {"g": weight}),
            pygenn.init_postsynaptic("DeltaCurr"),
            pygenn.init_sparse_connectivity(kind, params),
        )
        for kind, params in kinds.items()
    ]
    model.build()
    model.load()
    arrays: Arrays = {}
    for group in groups:
        group.pull_connectivity_from_device()
        i = np.asarray(group.get_sparse_pre_inds()).astype(np.int64)
        j = np.asarray(group.get_sparse_post_inds()).astype(np.int64)
        matrix = np.zeros((size, size), np.int64)
        np.add.at(matrix, (i, j), 1)
        arrays[f"{group.name}_out_sample"] = matrix.sum(axis=1).astype(np.int16)
        arrays[f"{group.name}_in_sample"] = matrix.sum(axis=0).astype(np.int16)
        arrays[f"{group.name}_twice_sample"] = (matrix > 1).sum(axis=1).astype(np.int16)
        arrays[f"{group.name}_self"] = np.array(np.trace(matrix) > 0)
        assert (np.diff(i) >= 0).all()
        arrays[f"{group.name}_g_sample"] = sample(read_values(group.vars["g"])[:MANY])
    model.unload()
    return arrays
