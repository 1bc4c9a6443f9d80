"""Weight updates beyond the spike: dynamics, variables of either side, feedback, spike times."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np

from tests.conformance.case_parts import (
    accumulators,
    keep,
    pull,
    read,
    read_current,
    read_values,
    senders,
    static_dense,
    trace,
    wide,
)
from tests.conformance.casebook import Arrays, case


def waves(pygenn: ModuleType, model: Any, number: int, name: str) -> Any:
    """Add neurons whose ``V`` goes up and down; they sum their input in ``I``, and never spike."""
    neuron = pygenn.create_neuron_model(
        "waves",
        vars=[("V", "scalar"), ("I", "scalar"), ("up", "bool")],
        sim_code="""
        I = Isyn;
        V += up ? 0.375 : -0.3;
        if(V > 1.0) { up = false; }
        if(V < -1.0) { up = true; }
        """,
    )
    state = {"V": np.linspace(-1.0, 1.0, number), "I": 0.0, "up": True}
    return model.add_neuron_population(name, number, keep(model, neuron), {}, state)


def ragged(rng: np.random.Generator, group: Any, shape: tuple[int, int]) -> int:
    """Connect a third of the pairs, in no order, and give their number."""
    i, j = np.nonzero(rng.random(shape) < 0.35)
    order = rng.permutation(len(i))
    group.set_sparse_connections(i[order], j[order])
    return len(i)


@case("float", "double")
def synapse_dynamics(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Code that runs for every synapse in every step, and reads the neurons at its two ends."""
    rng = np.random.default_rng(181)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.5
    read_only = pygenn.VarAccessMode.READ_ONLY
    graded = pygenn.create_weight_update_model(
        "graded",
        params=["gain"],
        vars=[("g", "scalar", pygenn.VarAccess.READ_ONLY), ("x", "scalar")],
        pre_neuron_var_refs=[("V_pre", "scalar", read_only)],
        post_neuron_var_refs=[("V_post", "scalar", read_only)],
        synapse_dynamics_code="""
        x += dt * (V_pre - V_post);
        if(V_pre > 0.0) {
            addToPost(gain * g * V_pre);
        }
        """,
    )
    pre, post = waves(pygenn, model, 5, "pre"), waves(pygenn, model, 4, "post")
    refs = {
        "pre_var_refs": {"V_pre": pygenn.create_var_ref(pre, "V")},
        "post_var_refs": {"V_post": pygenn.create_var_ref(post, "V")},
    }
    dense = model.add_synapse_population(
        "dense",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update(graded, {"gain": 0.1}, {"g": wide(rng, 20), "x": 0.25}, **refs),
        pygenn.init_postsynaptic("DeltaCurr"),
    )
    model.build()
    model.load()
    arrays = trace(model, 20, I=(post, "I"), pre_V=(pre, "V"))
    arrays["x"] = pull(dense, "x")
    model.unload()
    return arrays


@case("float", "double")
def synapse_dynamics_sparse(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """The same of sparse synapses, with variables of their own and spikes as well."""
    rng = np.random.default_rng(182)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    facilitating = pygenn.create_weight_update_model(
        "facilitating",
        params=["keep"],
        vars=[("g", "scalar"), ("x", "scalar")],
        pre_spike_syn_code="addToPost(g * x); x += 1.0;",
        synapse_dynamics_code="x *= keep; addToPost(0.001 * x * (id_pre + id_post));",
    )
    pre, post = senders(pygenn, model, rng, 6), accumulators(pygenn, model, 5)
    i, j = np.nonzero(rng.random((6, 5)) < 0.5)
    order = rng.permutation(len(i))
    update = pygenn.init_weight_update(
        facilitating, {"keep": 0.8}, {"g": wide(rng, len(i)), "x": 1.0}
    )
    group = model.add_synapse_population(
        "link", "SPARSE", pre, post, update, pygenn.init_postsynaptic("ExpCurr", {"tau": 5.0})
    )
    group.set_sparse_connections(i[order], j[order])
    model.build()
    model.load()
    arrays = trace(model, 24, I=(post, "I"))
    arrays["x"] = read_values(group.vars["x"])
    model.unload()
    return {"pre": i[order], "post": j[order], **arrays}


@case("float", "double")
def synapse_dynamics_delayed(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Dynamics read presynaptic neurons late, and add to what arrives later still."""
    rng = np.random.default_rng(183)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    late = pygenn.create_weight_update_model(
        "late",
        vars=[("g", "scalar"), ("d", "uint8_t")],
        pre_neuron_var_refs=[("V_pre", "scalar", pygenn.VarAccessMode.READ_ONLY)],
        synapse_dynamics_code="addToPostDelay(g * V_pre, d);",
    )
    pre, post = waves(pygenn, model, 4, "pre"), accumulators(pygenn, model, 3)
    group = model.add_synapse_population(
        "late",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update(
            late,
            {},
            {"g": wide(rng, 12), "d": rng.integers(0, 4, 12)},
            pre_var_refs={"V_pre": pygenn.create_var_ref(pre, "V")},
        ),
        pygenn.init_postsynaptic("DeltaCurr"),
    )
    group.axonal_delay_steps = 3
    group.max_dendritic_delay_timesteps = 4
    model.build()
    model.load()
    arrays = trace(model, 20, I=(post, "I"))
    model.unload()
    return arrays


def traces(pygenn: ModuleType) -> Any:
    """Make a weight update with a trace on either side, which grows with spikes and decays."""
    return pygenn.create_weight_update_model(
        "traces",
        params=["keep"],
        derived_params=[("lose", lambda pars, dt: 1.0 - pars["keep"])],
        vars=[("g", "scalar", pygenn.VarAccess.READ_ONLY)],
        pre_vars=[("x", "scalar"), ("seen", "timepoint")],
        post_vars=[("y", "scalar")],
        pre_spike_code="x += 1.0; seen = t;",
        post_spike_code="y += 0.5 + (0.01 * id);",
        pre_dynamics_code="x *= keep;",
        post_dynamics_code="y -= lose * y;",
        pre_spike_syn_code="addToPost(g * (x - y));",
    )


def spiking(pygenn: ModuleType, model: Any, number: int, name: str = "post") -> Any:
    """Add neurons that spike when their input has summed up to 2."""
    neuron = pygenn.create_neuron_model(
        "spiking",
        vars=[("V", "scalar"), ("I", "scalar")],
        sim_code="I = Isyn; V += Isyn;",
        threshold_condition_code="V >= 2.0",
        reset_code="V = 0.0;",
    )
    state = {"V": 0.0, "I": 0.0}
    return model.add_neuron_population(name, number, keep(model, neuron), {}, state)


@case("float", "double")
def traces_of_spikes(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Variables of the presynaptic and the postsynaptic side, dense and sparse."""
    rng = np.random.default_rng(184)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.5
    pre = senders(pygenn, model, rng, 6)
    update = traces(pygenn)
    watch, groups = {}, []
    for matrix in ("DENSE", "SPARSE"):
        post = spiking(pygenn, model, 5, f"post_{matrix}")
        i, j = np.nonzero(rng.random((6, 5)) < (0.5 if matrix == "SPARSE" else 2.0))
        group = model.add_synapse_population(
            matrix,
            matrix,
            pre,
            post,
            pygenn.init_weight_update(
                update,
                {"keep": 0.75},
                {"g": rng.uniform(-0.5, 1.5, len(i))},
                {"x": np.arange(6) * 0.25, "seen": -1.0},
                {"y": 0.0},
            ),
            pygenn.init_postsynaptic("DeltaCurr"),
        )
        if matrix == "SPARSE":
            group.set_sparse_connections(i, j)
        groups.append(group)
        watch |= {f"{matrix}_V": (post, "V"), f"{matrix}_I": (post, "I")}
    model.build()
    model.load()
    arrays: Arrays = {}
    for turn in range(4):
        found = trace(model, 6, **watch)
        arrays |= {f"{key}{turn}": rows for key, rows in found.items()}
        for group in groups:
            arrays[f"{group.name}_x{turn}"] = read(group.pre_vars["x"])
            arrays[f"{group.name}_seen{turn}"] = read(group.pre_vars["seen"])
            arrays[f"{group.name}_y{turn}"] = read(group.post_vars["y"])
    model.unload()
    return arrays


@case("float", "double")
def traces_of_delayed_spikes(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """With a delay, presynaptic variables are kept for as many steps as spikes are."""
    rng = np.random.default_rng(185)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    pre = senders(pygenn, model, rng, 6)
    growing = pygenn.create_weight_update_model(
        "growing",
        vars=[("g", "scalar")],
        pre_vars=[("x", "scalar"), ("seen", "timepoint")],
        pre_spike_code="x = (0.5 * x) + 1.0; seen = t;",
        pre_spike_syn_code="addToPost(g * x + seen);",
    )
    decaying = pygenn.create_weight_update_model(
        "decaying",
        vars=[("g", "scalar")],
        pre_vars=[("x", "scalar"), ("seen", "timepoint")],
        pre_dynamics_code="x = (x < 0.1) ? 8.0 : 0.75 * x; seen = t;",
        pre_spike_syn_code="addToPost(g * x + seen);",
    )
    watch, groups = {}, []
    for update in (growing, decaying):
        for delay in (1, 3):
            key = f"{'growing' if update is growing else 'decaying'}{delay}"
            post = accumulators(pygenn, model, 4, f"post_{key}")
            group = model.add_synapse_population(
                key,
                "DENSE",
                pre,
                post,
                pygenn.init_weight_update(
                    update, {}, {"g": wide(rng, 24)}, {"x": np.arange(6) * 0.25, "seen": -1.0}
                ),
                pygenn.init_postsynaptic("DeltaCurr"),
            )
            group.axonal_delay_steps = delay
            groups.append(group)
            watch[key] = (post, "I")
    model.build()
    model.load()
    arrays: Arrays = {}
    for turn in range(3):
        arrays |= {f"{key}_{turn}": rows for key, rows in trace(model, 7, **watch).items()}
        for group in groups:
            arrays[f"{group.name}_x{turn}"] = read(group.pre_vars["x"])
            arrays[f"{group.name}_current{turn}"] = read_current(group.pre_vars["x"])
    model.unload()
    return arrays


@case("float", "double")
def dynamics_undone(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """A spike takes back what the dynamics of its step did to a delayed variable that it changes.

    That is a quirk of PyGeNN, which is followed: without a delay, both take effect.
    """
    rng = np.random.default_rng(1851)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    update = pygenn.create_weight_update_model(
        "update",
        vars=[("g", "scalar")],
        pre_vars=[("both", "scalar"), ("dynamics", "scalar"), ("spikes", "scalar")],
        pre_spike_code="both += 1.0; spikes += 0.5;",
        pre_dynamics_code="both *= 0.75; dynamics = (0.9 * dynamics) + 0.125;",
        pre_spike_syn_code="addToPost(g * (both + dynamics - spikes));",
    )
    pre = senders(pygenn, model, rng, 6)
    groups, watch = [], {}
    for delay in (0, 2):
        post = accumulators(pygenn, model, 4, f"post{delay}")
        start = {"both": np.arange(6) * 0.25, "dynamics": 1.0, "spikes": 0.0}
        group = model.add_synapse_population(
            f"after{delay}",
            "DENSE",
            pre,
            post,
            pygenn.init_weight_update(update, {}, {"g": wide(rng, 24)}, start),
            pygenn.init_postsynaptic("DeltaCurr"),
        )
        group.axonal_delay_steps = delay
        groups.append(group)
        watch[f"after{delay}"] = (post, "I")
    model.build()
    model.load()
    arrays = trace(model, 16, **watch)
    for group in groups:
        arrays |= {f"{group.name}_{key}": read(group.pre_vars[key]) for key in group.pre_vars}
    model.unload()
    return arrays


@case("float", "double")
def sides_read_neurons(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Dynamics of either side read the neuron they run in; a custom update reads what they made."""
    rng = np.random.default_rng(186)
    mode = pygenn.VarAccessMode
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    filtered = pygenn.create_weight_update_model(
        "filtered",
        params=["a"],
        vars=[("g", "scalar")],
        pre_vars=[("x", "scalar")],
        post_vars=[("y", "scalar")],
        pre_neuron_var_refs=[("V_pre", "scalar", mode.READ_ONLY)],
        post_neuron_var_refs=[("V_post", "scalar", mode.READ_ONLY)],
        pre_dynamics_code="x += a * (V_pre - x) + 0.001 * id;",
        post_dynamics_code="y += a * (V_post - y) - 0.001 * (scalar)num_neurons;",
        synapse_dynamics_code="addToPost(g * x * y); g += 0.01 * V_pre * V_post;",
    )
    double = pygenn.create_custom_update_model(
        "double", vars=[("before", "scalar")], var_refs=[("x", "scalar")],
        update_code="before = x; x *= 2.0;",
    )  # fmt: skip
    pre, post = waves(pygenn, model, 4, "pre"), waves(pygenn, model, 3, "post")
    group = model.add_synapse_population(
        "link",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update(
            filtered,
            {"a": 0.3},
            {"g": wide(rng, 12)},
            {"x": 0.5},
            {"y": [0.1, 0.2, 0.3]},
            pre_var_refs={"V_pre": pygenn.create_var_ref(pre, "V")},
            post_var_refs={"V_post": pygenn.create_var_ref(post, "V")},
        ),
        pygenn.init_postsynaptic("DeltaCurr"),
    )
    x = pygenn.create_wu_pre_var_ref(group, "x")
    y = pygenn.create_wu_post_var_ref(group, "y")
    updates = [
        model.add_custom_update(f"double_{key}", "Double", double, {}, {"before": 0.0}, {"x": ref})
        for key, ref in (("x", x), ("y", y))
    ]
    model.build()
    model.load()
    arrays: Arrays = {}
    for turn in range(3):
        arrays[f"I{turn}"] = trace(model, 5, I=(post, "I"))["I"]
        model.custom_update("Double")
        arrays[f"x{turn}"] = read(group.pre_vars["x"])
        arrays[f"y{turn}"] = read(group.post_vars["y"])
        for key, update in zip("xy", updates, strict=True):
            arrays[f"before_{key}{turn}"] = pull(update, "before")
    arrays["g"] = pull(group, "g")
    model.unload()
    return arrays


@case("float", "double")
def postsynaptic_references(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """A weight update reads a variable of the postsynaptic model beside it."""
    rng = np.random.default_rng(187)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    saturating = pygenn.create_weight_update_model(
        "saturating",
        vars=[("g", "scalar", pygenn.VarAccess.READ_ONLY)],
        psm_var_refs=[("s", "scalar", pygenn.VarAccessMode.READ_ONLY)],
        pre_spike_syn_code="addToPost(g * (1.0 - s));",
    )
    shared = pygenn.create_postsynaptic_model(
        "shared",
        params=["keep"],
        vars=[("s", "scalar")],
        sim_code="s = (s * keep) + inSyn; injectCurrent(s); inSyn = 0.0;",
    )
    pre, post = senders(pygenn, model, rng, 5), accumulators(pygenn, model, 4)
    postsynaptic = pygenn.init_postsynaptic(shared, {"keep": 0.5}, {"s": np.arange(4) * 0.1})
    group = model.add_synapse_population(
        "link",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update(
            saturating, {}, {"g": rng.uniform(0, 0.3, 20)}, psm_var_refs={"s": "s"}
        ),
        postsynaptic,
    )
    model.build()
    model.load()
    arrays = trace(model, 20, I=(post, "I"))
    arrays["s"] = read(group.psm_vars["s"])
    model.unload()
    return arrays


@case("float", "double")
def feedback(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Synapses that drive their own source: on a spike, and all the time, into inputs of choice."""
    rng = np.random.default_rng(188)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    neuron = pygenn.create_neuron_model(
        "fed",
        vars=[
            ("schedule", "unsigned int"),
            ("k", "unsigned int"),
            ("now", "unsigned int"),
            ("I", "scalar"),
            ("B", "scalar"),
        ],
        additional_input_vars=[("Iback", "scalar", 0.25)],
        sim_code="I = Isyn; B = Iback; now = schedule & (1u << k); k++;",
        threshold_condition_code="now != 0u",
    )
    schedule = rng.integers(0, 2**32, 5, dtype=np.uint32)
    state = {"schedule": schedule, "k": 0, "now": 0, "I": 0.0, "B": 0.0}
    pre = model.add_neuron_population("pre", 5, neuron, {}, state)
    post = waves(pygenn, model, 4, "post")
    both = pygenn.create_weight_update_model(
        "both",
        vars=[("g", "scalar")],
        pre_spike_syn_code="addToPost(g); addToPre(0.5 * g);",
    )
    always = pygenn.create_weight_update_model(
        "always",
        vars=[("g", "scalar")],
        post_neuron_var_refs=[("V_post", "scalar", pygenn.VarAccessMode.READ_ONLY)],
        synapse_dynamics_code="addToPre(g * V_post);",
    )
    groups = [
        model.add_synapse_population(
            "both",
            "DENSE",
            pre,
            post,
            pygenn.init_weight_update(both, {}, {"g": wide(rng, 20)}),
            pygenn.init_postsynaptic("DeltaCurr"),
        )
    ]
    for matrix in ("DENSE", "SPARSE"):
        i, j = np.nonzero(rng.random((5, 4)) < (0.5 if matrix == "SPARSE" else 2.0))
        group = model.add_synapse_population(
            f"always_{matrix}",
            matrix,
            pre,
            post,
            pygenn.init_weight_update(
                always,
                {},
                # in sixteenths of sixteenths: two groups drive one input
                {"g": rng.integers(-16, 17, len(i)) / 256.0},
                post_var_refs={"V_post": pygenn.create_var_ref(post, "V")},
            ),
            pygenn.init_postsynaptic("DeltaCurr"),
        )
        if matrix == "SPARSE":
            group.set_sparse_connections(i, j)
        groups.append(group)
    groups[0].pre_target_var = "Iback"
    model.build()
    model.load()
    arrays = trace(model, 24, I=(pre, "I"), B=(pre, "B"), post_I=(post, "I"))
    model.unload()
    return arrays


@case("float", "double")
def spike_times_in_synapses(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """When the neurons at either end spiked last, and the time before, with and without a delay."""
    rng = np.random.default_rng(189)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.5
    noting = pygenn.create_weight_update_model(
        "noting",
        vars=[
            ("last_pre", "timepoint"),
            ("last_post", "timepoint"),
            ("before_pre", "timepoint"),
            ("before_post", "timepoint"),
            ("now", "timepoint"),
        ],
        pre_spike_syn_code="""
        now = t;
        last_pre = st_pre;
        last_post = st_post;
        before_pre = prev_st_pre;
        before_post = prev_st_post;
        addToPost(0.25);
        """,
    )
    pre = senders(pygenn, model, rng, 4)
    groups = []
    for delay in (0, 2):
        post = spiking(pygenn, model, 3, f"post{delay}")
        start = dict.fromkeys(("last_pre", "last_post", "before_pre", "before_post", "now"), -1.0)
        group = model.add_synapse_population(
            f"after{delay}",
            "DENSE",
            pre,
            post,
            pygenn.init_weight_update(noting, {}, start),
            pygenn.init_postsynaptic("DeltaCurr"),
        )
        group.axonal_delay_steps = delay
        groups.append(group)
        # PyGeNN keeps the times before the last of those neurons only that send spikes
        sink = accumulators(pygenn, model, 3, f"sink{delay}")
        static_dense(pygenn, model, f"onward{delay}", post, sink, np.zeros(9))
    model.build()
    model.load()
    rows: dict[str, list[np.ndarray]] = {}
    for _ in range(16):
        model.step_time()
        for group in groups:
            for key in group.vars:
                # PyGeNN's times of the spikes before last are wrong after a delay
                if key == "before_pre" and group is groups[1]:
                    continue
                rows.setdefault(f"{group.name}_{key}", []).append(pull(group, key))
    model.unload()
    return {key: np.stack(values) for key, values in rows.items()}


@case("float", "double")
def spike_times_in_neurons_alone(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Code of either side asks when a neuron spiked, and code of synapses does not."""
    rng = np.random.default_rng(199)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.5
    since = pygenn.create_weight_update_model(
        "since",
        vars=[("g", "scalar")],
        pre_vars=[("x", "timepoint")],
        post_vars=[("y", "timepoint")],
        pre_dynamics_code="x = st_pre;",
        post_spike_code="y = t - st_post;",
        pre_spike_syn_code="addToPost(g);",
    )
    pre, post = senders(pygenn, model, rng, 4), spiking(pygenn, model, 3)
    start = {"g": rng.uniform(0, 1, 12)}
    group = model.add_synapse_population(
        "since",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update(since, {}, start, {"x": 0.0}, {"y": 0.0}),
        pygenn.init_postsynaptic("DeltaCurr"),
    )
    model.build()
    model.load()
    rows: dict[str, list[np.ndarray]] = {"x": [], "y": []}
    for _ in range(16):
        model.step_time()
        rows["x"].append(read(group.pre_vars["x"]))
        rows["y"].append(read(group.post_vars["y"]))
    model.unload()
    return {key: np.stack(values) for key, values in rows.items()}


@case("float", "double")
def spike_times_in_sides(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Code of either side and of synapses can ask how long ago a neuron spiked."""
    rng = np.random.default_rng(190)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    since = pygenn.create_weight_update_model(
        "since",
        vars=[("g", "scalar")],
        pre_vars=[("x", "scalar"), ("gap", "timepoint")],
        post_vars=[("y", "scalar"), ("gap_post", "timepoint")],
        pre_spike_code="gap = t - st_pre;",
        post_spike_code="gap_post = t - st_post;",
        pre_dynamics_code="x = (t - st_pre < 4.0) ? t - st_pre : -1.0;",
        post_dynamics_code="y = (t - st_post < 4.0) ? t - st_post : -1.0;",
        pre_spike_syn_code="addToPost(g + 0.001 * x);",
        synapse_dynamics_code="g += (t - st_pre < 3.0 && t - st_post < 3.0) ? 0.01 : 0.0;",
    )
    pre, post = senders(pygenn, model, rng, 4), spiking(pygenn, model, 3)
    group = model.add_synapse_population(
        "since",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update(
            since,
            {},
            {"g": rng.uniform(0, 1, 12)},
            {"x": 0.0, "gap": 0.0},
            {"y": 0.0, "gap_post": 0.0},
        ),
        pygenn.init_postsynaptic("DeltaCurr"),
    )
    model.build()
    model.load()
    rows: dict[str, list[np.ndarray]] = {}
    for _ in range(16):
        model.step_time()
        for variables in (group.pre_vars, group.post_vars):
            for key in variables:
                rows.setdefault(key, []).append(read(variables[key]))
        rows.setdefault("I", []).append(pull(post, "I"))
        rows.setdefault("g", []).append(pull(group, "g"))
    model.unload()
    return {key: np.stack(values) for key, values in rows.items()}
