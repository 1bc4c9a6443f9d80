"""Extra global parameters: arrays that belong to a group and are read and written by index."""

from __future__ import annotations

from types import ModuleType

import numpy as np

from tests.conformance.case_parts import (
    accumulators,
    pull,
    read,
    read_values,
    senders,
    trace,
    wide,
    write,
)
from tests.conformance.casebook import Arrays, case


@case("float", "double")
def arrays_of_neurons(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Neurons read a table of numbers and write to another; both change from the host."""
    neuron = pygenn.create_neuron_model(
        "looking_up",
        params=[("size", "unsigned int")],
        vars=[("V", "scalar"), ("k", "unsigned int")],
        sim_code="""
        V = table[(id + k) % size] + 0.5 * offsets[id];
        history[(k % 4u) * num_neurons + id] = V;
        counts[id] += (int)V;
        k++;
        """,
        threshold_condition_code="V > table[0]",
        reset_code="counts[id] += 1000;",
        extra_global_params=[
            ("table", "scalar*"),
            ("offsets", "int*"),
            ("history", "scalar*"),
            ("counts", "int*"),
        ],
    )
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    pop = model.add_neuron_population("pop", 3, neuron, {"size": 7}, {"V": 0.0, "k": 0})
    given = {
        "table": np.linspace(-1.0, 2.0, 7) ** 3,
        "offsets": np.array([3, -2, 1]),
        "history": np.zeros(12),
        "counts": [5, 6, 7],
    }
    for key, values in given.items():
        pop.extra_global_params[key].set_init_values(values)
    model.build()
    model.load()
    arrays = {f"first_{key}": read(pop.extra_global_params[key]) for key in given}
    arrays |= trace(model, 6, V=(pop, "V"))
    arrays |= {key: read(pop.extra_global_params[key]) for key in given}
    write(pop.extra_global_params["table"], np.arange(7) * 0.3)
    write(pop.extra_global_params["counts"], [0, 0, -50])
    arrays |= {f"{key}_later": rows for key, rows in trace(model, 5, V=(pop, "V")).items()}
    arrays |= {f"{key}_later": read(pop.extra_global_params[key]) for key in given}
    model.unload()
    # what was given stays with the model
    model.load()
    arrays |= {f"{key}_anew": read(pop.extra_global_params[key]) for key in given}
    model.unload()
    return arrays


@case("float", "double")
def arrays_everywhere(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Current sources, weight updates and postsynaptic models have arrays of their own."""
    rng = np.random.default_rng(201)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    playing = pygenn.create_current_source_model(
        "playing",
        vars=[("k", "unsigned int")],
        injection_code="injectCurrent(score[k * num_neurons + id]); k++;",
        extra_global_params=[("score", "scalar*")],
    )
    looked_up = pygenn.create_weight_update_model(
        "looked_up",
        vars=[("kind", "uint8_t")],
        pre_spike_syn_code="addToPost(strength[kind]);",
        synapse_dynamics_code="addToPost(0.001 * strength[(id_pre + id_post) % 4]);",
        extra_global_params=[("strength", "scalar*")],
    )
    shaped = pygenn.create_postsynaptic_model(
        "shaped",
        sim_code="injectCurrent(inSyn * gain[id]); seen[id] += inSyn; inSyn = 0.0;",
        extra_global_params=[("gain", "scalar*"), ("seen", "scalar*")],
    )
    pre, post = senders(pygenn, model, rng, 5), accumulators(pygenn, model, 4)
    group = model.add_synapse_population(
        "link",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update(looked_up, {}, {"kind": rng.integers(0, 4, 20)}),
        pygenn.init_postsynaptic(shaped),
    )
    drive = model.add_current_source("drive", playing, post, {}, {"k": 0})
    drive.extra_global_params["score"].set_init_values(wide(rng, 16 * 4))
    group.extra_global_params["strength"].set_init_values(wide(rng, 4))
    group.psm_extra_global_params["gain"].set_init_values([0.5, -1.0, 2.0, 0.1])
    group.psm_extra_global_params["seen"].set_init_values(np.zeros(4))
    model.build()
    model.load()
    arrays = trace(model, 8, I=(post, "I"))
    write(group.extra_global_params["strength"], [0.1, 0.2, 0.4, -0.8])
    arrays |= {f"{key}_later": rows for key, rows in trace(model, 8, I=(post, "I")).items()}
    arrays["seen"] = read(group.psm_extra_global_params["seen"])
    model.unload()
    return arrays


@case("float", "double")
def arrays_and_updates(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Custom updates with an array of their own, and with references to arrays of others."""
    mode = pygenn.VarAccessMode
    neuron = pygenn.create_neuron_model(
        "writing",
        vars=[("V", "scalar")],
        sim_code="V += level[id]; log[id] = V;",
        extra_global_params=[("level", "scalar*"), ("log", "scalar*")],
    )
    collect = pygenn.create_custom_update_model(
        "collect",
        vars=[("best", "scalar")],
        var_refs=[("V", "scalar", mode.READ_ONLY)],
        extra_global_params=[("weights", "scalar*")],
        extra_global_param_refs=[("level", "scalar*"), ("log", "scalar*")],
        update_code="""
        best = 0.0;
        for(unsigned int k = 0; k < num_neurons; k++) {
            best += weights[k] * log[k];
        }
        level[id] = -0.5 * level[id] + V;
        """,
    )
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.5
    pop = model.add_neuron_population("pop", 4, neuron, {}, {"V": [1.0, 2.0, 3.0, 4.0]})
    pop.extra_global_params["level"].set_init_values([0.1, 0.2, 0.3, 0.4])
    pop.extra_global_params["log"].set_init_values(np.zeros(4))
    update = model.add_custom_update(
        "collect",
        "Collect",
        collect,
        {},
        {"best": 0.0},
        {"V": pygenn.create_var_ref(pop, "V")},
        {key: pygenn.create_egp_ref(pop, key) for key in ("level", "log")},
    )
    update.extra_global_params["weights"].set_init_values([0.5, -0.25, 0.125, 1.0])
    model.build()
    model.load()
    arrays: Arrays = {}
    for turn in range(3):
        arrays[f"V{turn}"] = trace(model, 3, V=(pop, "V"))["V"]
        model.custom_update("Collect")
        arrays[f"best{turn}"] = pull(update, "best")
        arrays[f"level{turn}"] = read(pop.extra_global_params["level"])
        arrays[f"log{turn}"] = read(pop.extra_global_params["log"])
    model.unload()
    return arrays


@case("float", "double")
def arrays_in_initialisation(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Initial values of neurons and synapses are looked up in arrays that the user gives."""
    rng = np.random.default_rng(203)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    tabled = pygenn.create_var_init_snippet(
        "tabled",
        params=["scale"],
        var_init_code="value = scale * numbers[id_pre] + id_post;",
        extra_global_params=[("numbers", "scalar*")],
    )
    by_neuron = pygenn.create_var_init_snippet(
        "by_neuron",
        var_init_code="value = numbers[id] * 2.0;",
        extra_global_params=[("numbers", "scalar*")],
    )
    neuron = pygenn.create_neuron_model(
        "accumulator", vars=[("V", "scalar"), ("I", "scalar")], sim_code="I = Isyn; V += Isyn;"
    )
    pre = senders(pygenn, model, rng, 5)
    state = {"V": pygenn.init_var(by_neuron), "I": 0.0}
    arrays: Arrays = {}
    groups, watch = [], {}
    for matrix in ("DENSE", "SPARSE"):
        post = model.add_neuron_population(f"post_{matrix}", 6, neuron, {}, state)
        post.vars["V"].extra_global_params["numbers"].set_init_values(np.arange(6) * 0.1)
        group = model.add_synapse_population(
            matrix,
            matrix,
            pre,
            post,
            pygenn.init_weight_update(
                "StaticPulse", {}, {"g": pygenn.init_var(tabled, {"scale": 0.5})}
            ),
            pygenn.init_postsynaptic("DeltaCurr"),
        )
        group.vars["g"].extra_global_params["numbers"].set_init_values([1.0, -1.0, 0.3, 0.7, 5.0])
        groups.append(group)
        watch[f"{matrix}_V"] = (post, "V")
    groups[1].set_sparse_connections(np.array([4, 0, 3, 3, 0]), np.array([1, 5, 2, 0, 0]))
    model.build()
    model.load()
    arrays["dense_g"] = pull(groups[0], "g")
    arrays["sparse_g"] = read_values(groups[1].vars["g"])
    arrays |= trace(model, 8, **watch)
    model.unload()
    return arrays
