"""Axonal and dendritic delays, and variables that are delayed with the spikes."""

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
    read_current,
    recorded_spikes,
    scheduled,
    senders,
    sixteenths,
    static_dense,
    trace,
    wide,
)
from tests.conformance.casebook import Arrays, case


@case("float", "double")
def axonal_delay(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Three groups from one source, each with a delay of its own and a target of its own."""
    rng = np.random.default_rng(36)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    source, target = scheduled(pygenn), accumulator(pygenn)
    schedule = rng.integers(0, 2**32, 5, dtype=np.uint32)
    state = {"schedule": schedule, "k": 0, "now": 0}
    pre = model.add_neuron_population("pre", 5, source, {}, state)
    watch = {}
    for delay in (0, 1, 6):
        post = model.add_neuron_population(f"post{delay}", 3, target, {}, {"V": 0.0, "I": 0.0})
        group = static_dense(pygenn, model, f"delay{delay}", pre, post, wide(rng, 5, 3))
        group.axonal_delay_steps = delay
        watch[f"delay{delay}"] = (post, "I")
    model.build()
    model.load()
    arrays = trace(model, 32, **watch)
    model.unload()
    return {"schedule": schedule, **arrays}


@case("float", "double")
def axonal_delays_converge(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Delays of 1, 2 and 7 steps on one target that spikes, back on itself after 3, all recorded.

    The clock is set forth on the way, which delays nothing and brings nothing forward.
    """
    rng = np.random.default_rng(361)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.5
    pre = senders(pygenn, model, rng, 6)
    neuron = pygenn.create_neuron_model(
        "spiking",
        vars=[("V", "scalar"), ("I", "scalar")],
        sim_code="I = Isyn; V += Isyn;",
        threshold_condition_code="V >= 1.5",
        reset_code="V -= 1.5;",
    )
    post = model.add_neuron_population("post", 5, neuron, {}, {"V": 0.0, "I": 0.0})
    for delay in (1, 2, 7):
        weights = sixteenths(rng, 6, 5)
        group = static_dense(pygenn, model, f"after{delay}", pre, post, weights)
        group.axonal_delay_steps = delay
    weights = sixteenths(rng, 5, 5)
    static_dense(pygenn, model, "back", post, post, weights).axonal_delay_steps = 3
    pre.spike_recording_enabled = True
    post.spike_recording_enabled = True
    model.build()
    model.load(num_recording_timesteps=32)
    arrays = trace(model, 16, V=(post, "V"), I=(post, "I"))
    arrays |= {f"{key}_later": rows for key, rows in trace(model, 16, I=(post, "I")).items()}
    arrays |= recorded_spikes(model, pre=pre, post=post)
    model.timestep = 1000
    arrays |= {f"{key}_last": rows for key, rows in trace(model, 12, I=(post, "I")).items()}
    model.unload()
    # nothing is left in flight
    model.load(num_recording_timesteps=32)
    arrays |= {f"{key}_anew": rows for key, rows in trace(model, 9, I=(post, "I")).items()}
    model.unload()
    return arrays


@case("float", needs="create_src_spike_count_var_ref")
def axonal_delay_flushed(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Every spike that is on its way is taken away, by a custom update of the counts."""
    rng = np.random.default_rng(362)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    flush = pygenn.create_custom_update_model(
        "flush",
        var_refs=[("in_flight", "uint32_t", pygenn.VarAccessMode.BROADCAST)],
        update_code="in_flight = 0;",
    )
    pre = senders(pygenn, model, rng, 4)
    post = accumulators(pygenn, model, 3)
    group = static_dense(pygenn, model, "link", pre, post, wide(rng, 4, 3))
    group.axonal_delay_steps = 5
    refs = {"in_flight": pygenn.create_src_spike_count_var_ref(group)}
    model.add_custom_update("flush", "Flush", flush, {}, {}, refs)
    model.build()
    model.load()
    arrays = trace(model, 11, I=(post, "I"))
    model.custom_update("Flush")
    arrays |= {f"{key}_later": rows for key, rows in trace(model, 16, I=(post, "I")).items()}
    model.unload()
    return arrays


def ramps(pygenn: ModuleType) -> Any:
    """Make a neuron whose voltage tells the step it belongs to, and that spikes every other one."""
    return pygenn.create_neuron_model(
        "ramps",
        vars=[("V", "scalar"), ("k", "unsigned int"), ("still", "scalar")],
        sim_code="V += 1.0 + 0.125 * id; k++;",
        threshold_condition_code="(k + id) % 2u == 0u",
        reset_code="V += 100.0;",
    )


@case("float", "double")
def delayed_variables(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Synapse code reads variables of presynaptic neurons as they were when the spike began."""
    rng = np.random.default_rng(363)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    read_only = pygenn.VarAccessMode.READ_ONLY
    graded = pygenn.create_weight_update_model(
        "graded",
        vars=[("g", "scalar", pygenn.VarAccess.READ_ONLY)],
        pre_neuron_var_refs=[("V_pre", "scalar", read_only)],
        pre_spike_syn_code="addToPost(g * V_pre);",
    )
    neuron = ramps(pygenn)
    start = {"V": np.arange(4.0), "k": 0, "still": 7.0}
    pre = model.add_neuron_population("pre", 4, neuron, {}, start)
    watch = {"pre_V": (pre, "V"), "pre_k": (pre, "k")}
    for delay in (0, 3):
        post = accumulators(pygenn, model, 3, f"post{delay}")
        group = model.add_synapse_population(
            f"after{delay}",
            "DENSE",
            pre,
            post,
            pygenn.init_weight_update(
                graded,
                {},
                {"g": wide(rng, 12)},
                pre_var_refs={"V_pre": pygenn.create_var_ref(pre, "V")},
            ),
            pygenn.init_postsynaptic("DeltaCurr"),
        )
        group.axonal_delay_steps = delay
        watch[f"after{delay}"] = (post, "I")
    model.build()
    model.load()
    arrays = {"first_V": pull(pre, "V"), "first_current": read_current(pre.vars["V"])}
    arrays |= trace(model, 10, **watch)
    arrays["current"] = read_current(pre.vars["V"])
    model.step_time()
    arrays["next_current"] = read_current(pre.vars["V"])
    arrays["next_V"] = pull(pre, "V")
    # every slot is set from the host
    push(pre, "V", -1.0)
    arrays |= {f"{key}_pushed": rows for key, rows in trace(model, 6, **watch).items()}
    push(pre, "V", np.arange(4.0))
    arrays |= {f"{key}_again": rows for key, rows in trace(model, 2, **watch).items()}
    model.unload()
    return arrays


@case("float", "double")
def delayed_variables_updated(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """A custom update writes the current slot of a delayed variable, or broadcasts to all."""
    rng = np.random.default_rng(364)
    mode = pygenn.VarAccessMode
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    graded = pygenn.create_weight_update_model(
        "graded",
        vars=[("g", "scalar")],
        pre_neuron_var_refs=[("V_pre", "scalar", mode.READ_ONLY)],
        pre_spike_syn_code="addToPost(g * V_pre);",
    )
    negate = pygenn.create_custom_update_model(
        "negate", var_refs=[("V", "scalar")], update_code="V = -V - 0.5;"
    )
    level = pygenn.create_custom_update_model(
        "level",
        vars=[("to", "scalar")],
        var_refs=[("V", "scalar", mode.BROADCAST)],
        update_code="V = to + id;",
    )
    look = pygenn.create_custom_update_model(
        "look",
        vars=[("seen", "scalar")],
        var_refs=[("V", "scalar", mode.READ_ONLY)],
        update_code="seen = V;",
    )
    pre = model.add_neuron_population(
        "pre", 4, keep(model, ramps(pygenn)), {}, {"V": np.arange(4.0), "k": 0, "still": 7.0}
    )
    post = accumulators(pygenn, model, 3)
    V = pygenn.create_var_ref(pre, "V")  # noqa: N806
    group = model.add_synapse_population(
        "graded",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update(graded, {}, {"g": wide(rng, 12)}, pre_var_refs={"V_pre": V}),
        pygenn.init_postsynaptic("DeltaCurr"),
    )
    group.axonal_delay_steps = 4
    model.add_custom_update("negate", "Negate", negate, {}, {}, {"V": V})
    model.add_custom_update("level", "Level", level, {}, {"to": 3.5}, {"V": V})
    looking = model.add_custom_update("look", "Look", look, {}, {"seen": 0.0}, {"V": V})
    model.build()
    model.load()
    arrays: Arrays = {}
    for turn, update in enumerate(("Negate", "Level", "Negate")):
        arrays[f"I{turn}"] = trace(model, 7, I=(post, "I"))["I"]
        arrays[f"before{turn}"] = pull(pre, "V")
        model.custom_update(update)
        model.custom_update("Look")
        arrays[f"current{turn}"] = read_current(pre.vars["V"])
        arrays[f"after{turn}"] = pull(pre, "V")
        arrays[f"seen{turn}"] = pull(looking, "seen")
    arrays["I3"] = trace(model, 7, I=(post, "I"))["I"]
    model.unload()
    return arrays


# --------------------------------------------------------------------------------------------------
# dendritic delays
# --------------------------------------------------------------------------------------------------


@case("float", "double")
def dendritic_delay(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Each synapse has its own delay; the ring of inputs is longer than the longest."""
    rng = np.random.default_rng(365)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    pre, post = senders(pygenn, model, rng, 6), accumulators(pygenn, model, 5)
    delays = rng.integers(0, 6, 30).astype(np.uint8)
    group = model.add_synapse_population(
        "delayed",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update(
            "StaticPulseDendriticDelay", {}, {"g": wide(rng, 30), "d": delays}
        ),
        pygenn.init_postsynaptic("DeltaCurr"),
    )
    group.max_dendritic_delay_timesteps = 8
    model.build()
    model.load()
    arrays = trace(model, 40, I=(post, "I"))
    model.unload()
    return {"delays": delays, **arrays}


@case("float", "double")
def dendritic_delay_sparse(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """The same of sparse synapses, with an axonal delay on top, a decay, and a full ring."""
    rng = np.random.default_rng(366)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.5
    pre, post = senders(pygenn, model, rng, 6), accumulators(pygenn, model, 5)
    i, j = (index.flatten() for index in np.indices((6, 5)))
    there = rng.random(30) < 0.5
    i, j = i[there], j[there]
    order = rng.permutation(len(i))
    delays = rng.integers(0, 5, len(i)).astype(np.uint8)
    group = model.add_synapse_population(
        "delayed",
        "SPARSE",
        pre,
        post,
        pygenn.init_weight_update(
            "StaticPulseDendriticDelay", {}, {"g": wide(rng, len(i)), "d": delays}
        ),
        pygenn.init_postsynaptic("ExpCurr", {"tau": 4.0}),
    )
    group.set_sparse_connections(i[order], j[order])
    group.max_dendritic_delay_timesteps = 5
    group.axonal_delay_steps = 2
    model.build()
    model.load()
    arrays = trace(model, 40, I=(post, "I"))
    arrays["out_post"] = read(group.out_post)
    model.unload()
    return {"pre": i[order], "post": j[order], "delays": delays, **arrays}


@case("float", "double")
def dendritic_delay_code(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Delays that are computed in code, and inputs in waiting that a custom update removes."""
    rng = np.random.default_rng(367)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    pre, post = senders(pygenn, model, rng, 6), accumulators(pygenn, model, 5)
    fan = pygenn.create_weight_update_model(
        "fan",
        vars=[("g", "scalar"), ("uses", "unsigned int")],
        pre_spike_syn_code="""
        addToPostDelay(g, (id_pre + id_post + uses) % 4u);
        uses++;
        """,
    )
    forget = pygenn.create_custom_update_model(
        "forget",
        var_refs=[("waiting", "scalar", pygenn.VarAccessMode.BROADCAST)],
        update_code="waiting = 0.0;",
    )
    group = model.add_synapse_population(
        "fan",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update(fan, {}, {"g": wide(rng, 30), "uses": 0}),
        pygenn.init_postsynaptic("DeltaCurr"),
    )
    group.max_dendritic_delay_timesteps = 4
    refs = {"waiting": pygenn.create_den_delay_var_ref(group)}
    model.add_custom_update("forget", "Forget", forget, {}, {}, refs)
    model.build()
    model.load()
    arrays = trace(model, 13, I=(post, "I"))
    model.custom_update("Forget")
    arrays |= {f"{key}_later": rows for key, rows in trace(model, 12, I=(post, "I")).items()}
    arrays["uses"] = pull(group, "uses")
    model.unload()
    return arrays


@case("float", "double")
def dendritic_delay_mixed(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """One spike adds to its target at once as well as later."""
    rng = np.random.default_rng(368)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    pre, post = senders(pygenn, model, rng, 4), accumulators(pygenn, model, 3)
    twice = pygenn.create_weight_update_model(
        "twice",
        vars=[("g", "scalar")],
        pre_spike_syn_code="addToPost(g); addToPostDelay(0.5 * g, 2);",
    )
    group = model.add_synapse_population(
        "twice",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update(twice, {}, {"g": wide(rng, 12)}),
        pygenn.init_postsynaptic("DeltaCurr"),
    )
    group.max_dendritic_delay_timesteps = 3
    model.build()
    model.load()
    arrays = trace(model, 24, I=(post, "I"))
    model.unload()
    return arrays


@case("float", "double")
def dendritic_delay_too_long(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Delays of as many steps as there is room for, and of more, in variables and in code."""
    rng = np.random.default_rng(371)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.3
    pre, post = senders(pygenn, model, rng, 6), accumulators(pygenn, model, 5)
    later = pygenn.create_weight_update_model(
        "later",
        vars=[("g", "scalar"), ("d", "uint8_t")],
        pre_spike_syn_code="addToPostDelay(g, d); addToPostDelay(0.25 * g, 7);",
    )
    delays = rng.integers(0, 10, 30).astype(np.uint8)
    group = model.add_synapse_population(
        "later",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update(later, {}, {"g": wide(rng, 30), "d": delays}),
        pygenn.init_postsynaptic("ExpCurr", {"tau": 4.0}),
    )
    group.max_dendritic_delay_timesteps = 4
    model.build()
    model.load()
    arrays = trace(model, 32, I=(post, "I"))
    model.unload()
    return {"delays": delays, **arrays}
