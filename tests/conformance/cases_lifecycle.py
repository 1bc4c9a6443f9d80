"""Recording, life cycle, initial values."""

from __future__ import annotations

from types import ModuleType
from typing import Any

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
)
from tests.conformance.casebook import Arrays, case


@case("float", "double")
def recording_order(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """The raw recording: ids descend inside words of 32 neurons; the buffer is used again."""
    neuron = pygenn.create_neuron_model(
        "pattern",
        vars=[("k", "unsigned int")],
        sim_code="k++;",
        threshold_condition_code="(id * 7u + k * k) % 5u == 0u || id == 31u || id == 32u",
    )
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.1
    pops = {
        f"n{n}": model.add_neuron_population(f"n{n}", n, neuron, {}, {"k": n})
        for n in (1, 31, 32, 33, 75)
    }
    for pop in pops.values():
        pop.spike_recording_enabled = True
    model.build()
    model.load(num_recording_timesteps=7)
    arrays = {}
    for turn in range(3):
        for _ in range(7):
            model.step_time()
        raw = recorded_spikes(model, in_order=False, **pops)
        arrays |= {f"turn{turn}_{key}": value for key, value in raw.items()}
    model.unload()
    return arrays


@case("float", "double")
def spike_times(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """When each neuron last spiked, from a time before all times on."""
    # they are kept only where some code asks for them
    source = pygenn.create_neuron_model(
        "remembering",
        vars=[("schedule", "unsigned int"), ("k", "unsigned int"), ("since", "scalar")],
        sim_code="unsigned int now = schedule & (1u << k); k++; since = t - st;",
        threshold_condition_code="now != 0u",
    )
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.1
    schedule = np.array([0, 1, 2, 0b1010101, 2**32 - 1], np.uint32)
    state = {"schedule": schedule, "k": 0, "since": 0.0}
    pop = model.add_neuron_population("pop", 5, source, {}, state)
    model.build()
    model.load()
    times, since = [], []
    for _ in range(12):
        times.append(read(pop.spike_times))
        model.step_time()
        since.append(pull(pop, "since"))
    model.unload()
    return {"spike_times": np.stack(times), "since": np.stack(since)}


@case("float", "double")
def clock(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """The time on the host and in code, in steps of 0.1, set forward and back, and loaded again."""
    neuron = pygenn.create_neuron_model(
        "clock",
        vars=[("now", "timepoint"), ("last", "timepoint"), ("k", "unsigned int")],
        sim_code="now = t; last = st; k++;",
        threshold_condition_code="k % 3u == 0u",
    )
    look = pygenn.create_custom_update_model(
        "look", var_refs=[("now", "timepoint")], update_code="now = -t;"
    )
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.1
    pop = model.add_neuron_population("pop", 1, neuron, {}, {"now": 0.0, "last": 0.0, "k": 0})
    refs = {"now": pygenn.create_var_ref(pop, "now")}
    model.add_custom_update("look", "Look", look, {}, {}, refs)
    model.build()
    host: list[tuple[float, float]] = []
    device: list[np.ndarray] = []

    def note() -> None:
        host.append((float(model.timestep), model.t))
        device.append(np.concatenate([pull(pop, "now"), pull(pop, "last")]))

    for _ in range(2):
        model.load()
        note()
        for jump in (None, 1000, 123456, 0):
            if jump is not None:
                model.timestep = jump
                note()
            model.custom_update("Look")
            note()
            for _ in range(20):
                model.step_time()
                note()
        model.unload()
    return {"host": np.array(host), "device": np.stack(device)}


@case("float", "double")
def initial_values(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """What can be given for a variable, before it is loaded and after."""
    kinds = ("scalar", "unsigned int", "int", "uint8_t", "int16_t", "bool", "double", "int64_t")
    given: dict[str, Any] = {
        "whole": 7,
        "fraction": 2.7,
        "large": 16777217,
        "numpy": np.float32(1.1),
        "zero_d": np.array(3.9),
        "constant": pygenn.init_var("Constant", {"constant": 4.6}),
        "list": [1, 2, 3, 4],
        "range": range(4),
        "fractions": [0.1, 1.9, 2.5, 3.99],
        "wrapped": np.array([300, 256, 1000, 70000]),
        "view": np.arange(8.0)[::2],
    }
    # C says nothing about a float that is too large for an integer
    too_small = {"uint8_t": {"large"}, "int16_t": {"large"}}
    variables, state = [], {}
    for kind in kinds:
        for key, value in given.items():
            if key not in too_small.get(kind, ()):
                variable = f"{key}_{kind.replace(' ', '_')}"
                variables.append((variable, kind))
                state[variable] = value
    neuron = pygenn.create_neuron_model("initial", vars=variables, sim_code="")
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    pop = model.add_neuron_population("pop", 4, neuron, {}, state)
    pop.vars["list_scalar"].set_init_values([9.5, 8.5, 7.5, 6.5])
    pop.vars["fraction_int"].set_init_values(np.array([5, 6, 7, 8]))
    model.build()
    model.load()
    arrays = {variable: pull(pop, variable) for variable, _ in variables}

    later = pop.vars["whole_scalar"]
    settings = {"number": 0.1, "array": np.arange(4) * 0.3, "list": [4, 3, 2, 1]}
    for key, value in settings.items():
        later.values = value
        later.push_to_device()
        later.pull_from_device()
        arrays[f"values_{key}"] = later.values
    small = pop.vars["whole_uint8_t"]
    small.values = np.array([2.9, 255.0, 128.5, 0.1])
    small.push_to_device()
    small.pull_from_device()
    arrays["values_uint8"] = small.values
    # values is a copy, view is not
    small.values[:] = 1
    arrays["values_copy"] = np.array(small.view)
    small.view[1:3] = 77
    small.push_to_device()
    small.pull_from_device()
    arrays["values_view"] = small.values
    model.unload()
    # the values given stay with the model
    model.load()
    arrays["reloaded_whole_scalar"] = pull(pop, "whole_scalar")
    arrays["reloaded_list_scalar"] = pull(pop, "list_scalar")
    model.unload()
    return arrays


@case("float")
def initial_values_broadcast(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Arrays that are not of a variable's shape but can be stretched to it."""
    neuron = pygenn.create_neuron_model(
        "initial", vars=[("one", "scalar"), ("row", "scalar")], sim_code=""
    )
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    state = {"one": [6.5], "row": np.arange(4)[None]}
    pop = model.add_neuron_population("pop", 4, neuron, {}, state)
    model.build()
    model.load()
    arrays = {key: pull(pop, key) for key in state}
    pop.vars["one"].values = [0.5]
    pop.vars["row"].values = np.arange(4)[None] * 0.1
    for key in state:
        pop.vars[key].push_to_device()
        arrays[f"{key}_later"] = pull(pop, key)
    model.unload()
    return arrays


@case("float")
def host_and_device(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Writes from the host between steps, to all kinds of groups, and what the next step makes."""
    rng = np.random.default_rng(101)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    source, target, dc = scheduled(pygenn), accumulator(pygenn), injector(pygenn)
    pre = model.add_neuron_population(
        "pre", 3, source, {}, {"schedule": 2**32 - 1, "k": 0, "now": 0}
    )
    post = model.add_neuron_population("post", 2, target, {}, {"V": 0.0, "I": 0.0})
    group = static_dense(pygenn, model, "link", pre, post, wide(rng, 3, 2))
    drive = model.add_current_source("drive", dc, post, {}, {"magnitude": 0.0})
    model.build()
    model.load()
    parts = [trace(model, 3, V=(post, "V"), I=(post, "I"))]
    push(group, "g", wide(rng, 6))
    parts.append(trace(model, 2, V=(post, "V"), I=(post, "I")))
    push(drive, "magnitude", np.array([0.1, -0.2]))
    push(post, "V", [100.0, -100.0])
    parts.append(trace(model, 2, V=(post, "V"), I=(post, "I")))
    # in flight are the spikes of the step before, whatever the schedule says now
    push(pre, "schedule", 0)
    parts.append(trace(model, 3, V=(post, "V"), I=(post, "I")))
    model.unload()
    return {key: np.concatenate([part[key] for part in parts]) for key in ("V", "I")}


@case("float", "double")
def what_models_tell(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Models, groups and initialisers say what they are made of; locations change no result."""
    cell = pygenn.create_neuron_model(
        "cell",
        params=["k"],
        vars=[("V", "scalar"), ("a", "scalar", pygenn.VarAccess.READ_ONLY)],
        derived_params=[("twice", lambda pars, dt: 2.0 * pars["k"] * dt)],
        additional_input_vars=[("other", "scalar", 0.25)],
        sim_code="""
            V += a * (Isyn + other);
              // indented
        """,
        threshold_condition_code="  V >= k",
    )
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.1
    held = pygenn.VarLocation.HOST_DEVICE_ZERO_COPY
    model.default_var_location = held
    start = {"V": [0.0, 0.5, 1.0], "a": 0.3}
    pop = model.add_neuron_population("pop", 3, cell, {"k": 1.0}, start)
    group = model.add_synapse_population(
        "group",
        "SPARSE",
        pop,
        pop,
        pygenn.init_weight_update("StaticPulse", {}, {"g": [0.1, 0.2, 0.3, 0.4]}),
        pygenn.init_postsynaptic("ExpCurr", {"tau": 5.0}),
    )
    group.set_sparse_connections([0, 2, 1, 0], [1, 0, 2, 2])
    ring = model.add_synapse_population(
        "ring",
        "SPARSE",
        pop,
        pop,
        pygenn.init_weight_update("StaticPulseConstantWeight", {"g": 0.05}),
        pygenn.init_postsynaptic("DeltaCurr"),
        pygenn.init_sparse_connectivity("OneToOne"),
    )
    ring.narrow_sparse_ind_enabled = True
    group.set_wu_var_location("g", pygenn.VarLocation.HOST_DEVICE)
    pop.recording_zero_copy_enabled = pop.spike_recording_enabled = True
    weight = group.wu_initialiser.snippet
    (given, other), (condition,) = cell.get_vars(), [cell.get_threshold_condition_code()]
    told = [
        given.name, other.name, condition, cell.get_sim_code(), repr(cell.get_reset_code()),
        *(item.name for item in cell.get_params() + cell.get_derived_params()),
        *(item.name for item in weight.get_vars()), weight.get_synapse_dynamics_code(),
        *(item.name for item in group.ps_initialiser.snippet.get_params()),
        group.sparse_connectivity_initialiser.snippet.get_row_build_code(), pop.name, group.name,
        pop.get_var_location("V").name, group.get_wu_var_location("g").name,
    ]  # fmt: skip
    numbers = [
        int(given.access), int(other.access), int(weight.get_vars()[0].access),
        other.access & pygenn.VarAccessModeAttribute.READ_WRITE,
        group.matrix_type & pygenn.SynapseMatrixConnectivity.SPARSE,
        int(pygenn.get_var_access_dim(given.access)),
        cell.get_additional_input_vars()[0].value.value,
        cell.get_derived_params()[0].func(pop.params, 0.1).value, pop.params["k"].value,
        cell.is_auto_refractory_required(), len(group.kernel_size), group.max_connections,
        group.max_source_connections, ring.max_source_connections,
        group.weight_update_var_size, group.connections_set,
        group.synapse_group is group, pop.model is cell, int(group.parallelism_hint),
        group.num_threads_per_spike, group.max_dendritic_delay_timesteps,
    ]  # fmt: skip
    model.build()
    model.load(num_recording_timesteps=20)
    arrays = trace(model, 20, V=(pop, "V"))
    arrays["out"] = read(group.out_post)
    ring.pull_connectivity_from_device()
    arrays |= recorded_spikes(model, pop=pop)
    arrays["post_inds"] = ring.get_sparse_post_inds()
    arrays["told"], arrays["numbers"] = np.array(told), np.array(numbers, np.float64)
    model.unload()
    return arrays
