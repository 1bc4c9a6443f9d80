"""Code of synapses for postsynaptic spikes: what it sees how late, and in which order it runs."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np

from tests.conformance.case_parts import (
    keep,
    pull,
    read,
    read_values,
    static_dense,
    wide,
)
from tests.conformance.casebook import Arrays, case

STDP = {
    "tauPlus": 3.3,
    "tauMinus": 4.7,
    "Aplus": 0.13,
    "Aminus": 0.11,
    "Wmin": 0.1,
    "Wmax": 1.2,
}
STEPS = 40


def spiking(pygenn: ModuleType, model: Any, rng: np.random.Generator, name: str, size: int) -> Any:
    """Add a population that spikes at random, whatever it receives, and keeps what that is."""
    state = {"schedule": rng.integers(0, 2**32, size, dtype=np.uint32), "k": 0, "now": 0}
    state["schedule"] &= rng.integers(0, 2**32, size, dtype=np.uint32)
    neuron = pygenn.create_neuron_model(
        "spiking",
        vars=[(key, "unsigned int") for key in state] + [("V", "scalar"), ("I", "scalar")],
        sim_code="I = Isyn; V = 0.75 * V + t * 0.1; now = schedule & (1u << (k % 32u)); k++;",
        threshold_condition_code="now != 0u",
    )
    start = {**state, "V": np.linspace(-1.0, 1.3, size), "I": 0.0}
    return model.add_neuron_population(name, size, keep(model, neuron), {}, start)


def connected(
    pygenn: ModuleType,
    model: Any,
    rng: np.random.Generator,
    name: str,
    ends: tuple[Any, Any],
    update: Any,
    postsynaptic: Any = None,
) -> Any:
    """Add synapses, which are sparse with repeated pairs if the name ends in ``sparse``."""
    pre, post = ends
    sparse = name.endswith("sparse")
    group = model.add_synapse_population(
        name,
        "SPARSE" if sparse else "DENSE",
        pre,
        post,
        update,
        postsynaptic or pygenn.init_postsynaptic("DeltaCurr"),
    )
    if sparse:
        # As many in each column as its storage in PyGeNN takes, which does not check it.
        pre_indices = rng.integers(0, pre.num_neurons, (post.num_neurons, pre.num_neurons))
        post_indices = np.repeat(np.arange(post.num_neurons), pre.num_neurons)
        group.set_sparse_connections(pre_indices.flatten(), post_indices)
    return group


def weights(group: Any, *names: str) -> Arrays:
    """Give variables of synapses, in lists or not, by ``GROUP_NAME``."""
    values = read_values if group.name.endswith("sparse") else read
    return {f"{group.name}_{name}": values(group.vars[name]) for name in names}


def rows_of(steps: list[Arrays]) -> Arrays:
    """Give what was read after each step as one array for each name."""
    return {key: np.stack([arrays[key] for arrays in steps]) for key in steps[0]}


@case("float", "double")
def stdp_within_a_population(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Neurons that learn from each other, where each spike is one of either side."""
    rng = np.random.default_rng(402)
    model = pygenn.GeNNModel(precision, name, time_precision="double")
    model.dt = 0.7
    pop = spiking(pygenn, model, rng, "pop", 5)
    update = pygenn.init_weight_update("STDP", STDP, {"g": rng.uniform(0.0, 1.3, 25)})
    group = connected(pygenn, model, rng, "own", (pop, pop), update)
    model.build()
    model.load()
    steps = []
    for _ in range(STEPS):
        model.step_time()
        steps.append({**weights(group, "g"), "I": pull(pop, "I")})
    model.unload()
    return {f"{key}_libm_fed_back": rows for key, rows in rows_of(steps).items()}


@case("float", "double")
def columns_in_order(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """The order in which columns of synapses add to the presynaptic input, pairs repeated."""
    rng = np.random.default_rng(403)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.3
    backward = pygenn.create_weight_update_model(
        "backward",
        params=["keep"],
        vars=[("g", "scalar"), ("n", "unsigned int"), ("ends", "int")],
        pre_vars=[("x", "scalar")],
        pre_spike_code="x += 0.3;",
        post_spike_syn_code="addToPre(g * x); g *= keep; n++; ends = 100 * id_post + id_pre;",
    )
    keep(model, backward)
    post = spiking(pygenn, model, rng, "post", 9)
    groups, sources = [], []
    for kind in ("dense", "sparse"):
        pre = spiking(pygenn, model, rng, f"pre_{kind}", 5)
        update = pygenn.init_weight_update(
            backward,
            {"keep": 0.97},
            {"g": wide(rng, 45), "n": 0, "ends": -1},
            {"x": 1.1},
        )
        groups.append(connected(pygenn, model, rng, kind, (pre, post), update))
        sources.append(pre)
    model.build()
    model.load()
    steps = []
    for _ in range(STEPS):
        model.step_time()
        steps.append(
            {f"{group.name}_I": pull(pre, "I") for group, pre in zip(groups, sources, strict=True)}
        )
    arrays = rows_of(steps)
    for group in groups:
        arrays |= weights(group, "g", "n", "ends")
    model.unload()
    return arrays


# What the code of synapses can read.
SIDES = "1.1 * x + 1.3 * V_pre + 0.7 * y + 0.3 * V_post + 1.7 * q"
TIMES = ("st_pre", "st_post")

# Kinds of code, and what each does to the weight and to what it reaches.
CODES = {
    "pre_spike_syn_code": "w = 0.9 * w + 0.3 * y; addToPost(w);",
    "pre_event_syn_code": "w += 0.1 * q;",
    "post_spike_syn_code": "w = 0.8 * w - 0.01 * x; addToPre(w);",
    "post_event_syn_code": "w *= 1.03; addToPre(w * V_pre);",
    "synapse_dynamics_code": "w *= 0.99;",
}
CONDITIONS = {
    "pre": "V_pre > 1.3 && fmod(t + id * 0.35, 2.3) < 0.8",
    "post": "V_post > 1.1 && fmod(t + id * 0.45, 1.9) < 0.8",
}


def observed(
    pygenn: ModuleType, model: Any, groups: dict[str, dict[str, int]], without: str, seed: int
) -> Arrays:
    """Let synapses of all kinds note what each kind of their code sees.

    Parameters
    ----------
    groups
        Names of synapse populations between the same neurons, with the delays to set.
    without
        The kind of code that is left out. PyGeNN cannot build code for postsynaptic spikes and for
        postsynaptic events at the same synapses.
    """
    rng = np.random.default_rng(seed)
    read_only = pygenn.VarAccessMode.READ_ONLY
    kinds = [kind for kind in CODES if kind != without]
    sides = [side for side in ("pre", "post") if without != f"{side}_event_syn_code"]
    times = [*TIMES, "set_pre"] + ["set_post"] * ("post" in sides)
    if not any("back_prop_delay_steps" in delays for delays in groups.values()):
        # With such a delay PyGeNN's may be the time of the very spike that arrives.
        times.append("prev_st_post")
    seen = [(f"sides_{number}", "scalar") for number in range(len(kinds))]
    seen += [(f"{name}_{number}", "timepoint") for number in range(len(kinds)) for name in times]
    codes = {
        kind: f"{CODES[kind]} sides_{number} = {SIDES};"
        + "".join(f"{name}_{number} = {name};" for name in times)
        for number, kind in enumerate(kinds)
    }
    update = pygenn.create_weight_update_model(
        "observer",
        vars=[("w", "scalar"), *seen],
        pre_vars=[("x", "scalar")],
        post_vars=[("y", "scalar")],
        pre_neuron_var_refs=[("V_pre", "scalar", read_only)],
        post_neuron_var_refs=[("V_post", "scalar", read_only)],
        psm_var_refs=[("q", "scalar", read_only)],
        pre_spike_code="x = 0.9 * x + t;",
        post_spike_code="y = 0.8 * y - t;",
        pre_dynamics_code="x *= 0.97;",
        post_dynamics_code="y += 0.3 * V_post;",
        **codes,
        **{f"{side}_event_threshold_condition_code": CONDITIONS[side] for side in sides},
    )
    leaky = pygenn.create_postsynaptic_model(
        "leaky",
        vars=[("q", "scalar")],
        sim_code="q = 0.7 * q + inSyn + 0.1 * t; injectCurrent(q); inSyn = 0.0;",
    )
    keep(model, (update, leaky))
    pre = spiking(pygenn, model, rng, "pre", 4)
    post = spiking(pygenn, model, rng, "post", 3)
    observers = []
    for name, delays in groups.items():
        init = pygenn.init_weight_update(
            update,
            {},
            {"w": rng.uniform(-1.0, 1.0, 12), **{name: -1.0 for name, _ in seen}},
            {"x": rng.uniform(0.0, 1.0, 4)},
            {"y": rng.uniform(0.0, 1.0, 3)},
            {"V_pre": pygenn.create_var_ref(pre, "V")},
            {"V_post": pygenn.create_var_ref(post, "V")},
            {"q": "q"},
        )
        psm = pygenn.init_postsynaptic(leaky, {}, {"q": 0.3})
        group = connected(pygenn, model, rng, name, (pre, post), init, psm)
        for delay, steps in delays.items():
            setattr(group, delay, steps)
        observers.append(group)
    # PyGeNN keeps the times before the last of those neurons only that send spikes, and times of
    # some steps ago only where it queues spikes for code like this.
    static_dense(pygenn, model, "back", post, pre, np.full((3, 4), 0.1))
    learning = pygenn.create_weight_update_model(
        "learning", vars=[("w", "scalar")], post_spike_syn_code="w += 0.1 * t; addToPre(w);"
    )
    init = pygenn.init_weight_update(keep(model, learning), {}, {"w": 0.3})
    learner = connected(pygenn, model, rng, "learner", (pre, post), init)
    learner.back_prop_delay_steps = max(
        (delays.get("back_prop_delay_steps", 0) for delays in groups.values()), default=0
    )
    model.build()
    model.load()
    steps = []
    for step in range(STEPS):
        model.step_time()
        if step % 4 == 3:
            found = {f"{pop.name}_I": pull(pop, "I") for pop in (pre, post)}
            for group in observers:
                found |= weights(group, *group.vars)
            steps.append(found)
    arrays = {**rows_of(steps), "V": read(post.vars["V"]), "st": read(post.spike_times)}
    for group in observers:
        arrays[f"{group.name}_x"] = read(group.pre_vars["x"])
        arrays[f"{group.name}_y"] = read(group.post_vars["y"])
        arrays[f"{group.name}_q"] = read(group.psm_vars["q"])
    model.unload()
    return arrays


@case("float", "double")
def both_sides_learn(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Code for spikes of both sides at the same synapses, in order, and what each sees when."""
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.7
    groups = {
        "dense": {},
        "late_dense": {"axonal_delay_steps": 3},
        "late_sparse": {"axonal_delay_steps": 2},
    }
    return observed(pygenn, model, groups, "post_event_syn_code", 404)


@case("float", "double")
def back_propagation_delays(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Delays of either side or both, with code for postsynaptic spikes."""
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.3
    groups = {
        "dense": {"back_prop_delay_steps": 2},
        "late_dense": {"axonal_delay_steps": 3, "back_prop_delay_steps": 1},
        "early_sparse": {},
        "late_sparse": {"axonal_delay_steps": 1, "back_prop_delay_steps": 4},
    }
    return observed(pygenn, model, groups, "post_event_syn_code", 405)


@case("float", "double")
def back_propagation_delays_of_events(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """The same with code for postsynaptic events."""
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.7
    groups = {
        "dense": {"back_prop_delay_steps": 3},
        "late_sparse": {"axonal_delay_steps": 2, "back_prop_delay_steps": 3},
        "sparse": {"back_prop_delay_steps": 1},
    }
    return observed(pygenn, model, groups, "post_spike_syn_code", 406)


@case("float", "double")
def delays_as_indices(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Earlier values of all kinds of postsynaptic variables, of each synapse by a delay of its own.

    Other code of the same synapses reads them without an index. Sums and differences are in
    brackets, because PyGeNN takes the index 5 - x for 5 + x.
    """
    rng = np.random.default_rng(407)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.3
    read_only = pygenn.VarAccessMode.READ_ONLY
    looking = pygenn.create_weight_update_model(
        "looking",
        params=[("most", "int")],
        vars=[("w", "scalar"), ("d", "uint8_t", pygenn.VarAccess.READ_ONLY)]
        + [(f"seen_{number}", "scalar") for number in range(5)],
        post_vars=[("y", "scalar"), ("plain", "scalar")],
        pre_neuron_var_refs=[("V_pre", "scalar", read_only)],
        post_neuron_var_refs=[("V_post", "scalar", read_only)],
        psm_var_refs=[("q", "scalar", read_only)],
        post_spike_code="y = 0.8 * y - t;",
        post_dynamics_code="y += 0.3 * V_post; plain = y;",
        pre_event_threshold_condition_code="V_pre > 1.3 && fmod(t + id * 0.35, 2.3) < 0.8",
        pre_spike_syn_code="addToPost(w * V_post[d]); seen_0 = y[(most - d)] + V_pre;",
        pre_event_syn_code="seen_1 = q[d] + y; addToPost(0.1 * q[0]);",
        post_spike_syn_code="""
            w = 0.9 * w + 0.1 * (d > 1 ? V_post[d] : y[d]);
            addToPre(w * V_post[most]);
        """,
        synapse_dynamics_code="""
            seen_2 = 0.0;
            for(int back = 0; back <= most; back++) {
                seen_2 = 0.7 * seen_2 + q[back];
            }
            seen_3 = V_post + plain;
            seen_4 = y[(int)d / 2] - y[d];
        """,
    )
    leaky = pygenn.create_postsynaptic_model(
        "leaky",
        vars=[("q", "scalar")],
        sim_code="q = 0.7 * q + inSyn + 0.1 * t; injectCurrent(q); inSyn = 0.0;",
    )
    keep(model, (looking, leaky))
    pre = spiking(pygenn, model, rng, "pre", 4)
    post = spiking(pygenn, model, rng, "post", 3)
    groups = []
    for kind, axonal, back in (("dense", 0, 0), ("late_dense", 2, 1), ("sparse", 1, 0)):
        init = pygenn.init_weight_update(
            looking,
            {"most": 4},
            {"w": rng.uniform(-1.0, 1.0, 12), "d": rng.integers(0, 5, 12)}
            | {f"seen_{number}": -1.0 for number in range(5)},
            {},
            {"y": rng.uniform(0.0, 1.0, 3), "plain": 0.1},
            {"V_pre": pygenn.create_var_ref(pre, "V")},
            {"V_post": pygenn.create_var_ref(post, "V")},
            {"q": "q"},
        )
        psm = pygenn.init_postsynaptic(leaky, {}, {"q": 0.3})
        group = connected(pygenn, model, rng, kind, (pre, post), init, psm)
        group.max_dendritic_delay_timesteps = 4
        group.axonal_delay_steps, group.back_prop_delay_steps = axonal, back
        groups.append(group)
    model.build()
    model.load()
    steps = []
    for _ in range(STEPS // 2):
        model.step_time()
        found = {f"{pop.name}_I": pull(pop, "I") for pop in (pre, post)}
        for group in groups:
            found |= weights(group, "w", *(f"seen_{number}" for number in range(5)))
        steps.append(found)
    arrays = {**rows_of(steps), "V": read(post.vars["V"])}
    for group in groups:
        for key, variable in group.post_vars.items():
            arrays[f"{group.name}_{key}"] = read(variable)
        arrays[f"{group.name}_q"] = read(group.psm_vars["q"])
    model.unload()
    return arrays
