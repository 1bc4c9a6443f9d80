"""Spike-like events: what synapses see of neurons without a spike."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np

from tests.conformance.case_parts import (
    accumulators,
    keep,
    pull,
    read,
    read_values,
    recorded_events,
    recorded_spikes,
    trace,
    wide,
)
from tests.conformance.casebook import Arrays, case


def rising(pygenn: ModuleType, model: Any, number: int, name: str = "pre") -> Any:
    """Add neurons that rise at different speeds, and fall back when they spike."""
    neuron = pygenn.create_neuron_model(
        "rising",
        params=["top"],
        vars=[("V", "scalar"), ("speed", "scalar"), ("I", "scalar")],
        sim_code="I = Isyn; V += speed + Isyn;",
        threshold_condition_code="V >= top",
        reset_code="V = -0.5;",
    )
    state = {"V": 0.0, "speed": 0.1 + 0.07 * np.arange(number), "I": 0.0}
    return model.add_neuron_population(name, number, keep(model, neuron), {"top": 2.0}, state)


@case("float", "double")
def events(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """An event in every step above a level, beside spikes; dense, and recorded."""
    rng = np.random.default_rng(191)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    read_only = pygenn.VarAccessMode.READ_ONLY
    graded = pygenn.create_weight_update_model(
        "graded",
        params=["level"],
        vars=[("g", "scalar", pygenn.VarAccess.READ_ONLY), ("n", "unsigned int")],
        pre_neuron_var_refs=[("V_pre", "scalar", read_only)],
        pre_event_threshold_condition_code="V_pre > level",
        pre_event_syn_code="addToPost(g * (V_pre - level)); n++;",
        pre_spike_syn_code="addToPost(10.0 * g);",
    )
    pre, post = rising(pygenn, model, 35), accumulators(pygenn, model, 3)
    group = model.add_synapse_population(
        "graded",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update(
            graded,
            {"level": 1.0},
            {"g": wide(rng, 105), "n": 0},
            pre_var_refs={"V_pre": pygenn.create_var_ref(pre, "V")},
        ),
        pygenn.init_postsynaptic("DeltaCurr"),
    )
    pre.spike_recording_enabled = True
    pre.spike_event_recording_enabled = True
    model.build()
    model.load(num_recording_timesteps=20)
    arrays = trace(model, 20, I=(post, "I"))
    arrays |= recorded_spikes(model, in_order=False, pre=pre)
    arrays |= recorded_events(model, "pre", events=group)
    arrays["n"] = pull(group, "n")
    model.unload()
    return arrays


@case("float", "double")
def events_sparse_delayed(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Events through sparse synapses, at once and late, with conditions of their own."""
    rng = np.random.default_rng(192)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.5
    band = pygenn.create_weight_update_model(
        "band",
        params=["low", "high"],
        vars=[("g", "scalar")],
        pre_neuron_var_refs=[("V_pre", "scalar", pygenn.VarAccessMode.READ_ONLY)],
        pre_event_threshold_condition_code="V_pre > low && V_pre <= high",
        pre_event_syn_code="addToPost(g * V_pre); g *= 0.9;",
    )
    pre = rising(pygenn, model, 8)
    groups, watch = [], {}
    for delay, low, high in ((0, 0.25, 1.0), (3, 1.0, 1.75)):
        post = accumulators(pygenn, model, 4, f"post{delay}")
        i, j = np.nonzero(rng.random((8, 4)) < 0.5)
        group = model.add_synapse_population(
            f"after{delay}",
            "SPARSE",
            pre,
            post,
            pygenn.init_weight_update(
                band,
                {"low": low, "high": high},
                {"g": wide(rng, len(i))},
                pre_var_refs={"V_pre": pygenn.create_var_ref(pre, "V")},
            ),
            pygenn.init_postsynaptic("DeltaCurr"),
        )
        group.set_sparse_connections(i, j)
        group.axonal_delay_steps = delay
        groups.append(group)
        watch[f"after{delay}"] = (post, "I")
    pre.spike_event_recording_enabled = True
    model.build()
    model.load(num_recording_timesteps=30)
    arrays = trace(model, 30, **watch)
    for group in groups:
        arrays |= recorded_events(model, "pre", **{f"events_{group.name}": group})
    model.unload()
    return arrays


@case("float", "double")
def events_of_variables(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Conditions on a presynaptic variable of the synapses, and neurons that never spike."""
    rng = np.random.default_rng(193)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    counting = pygenn.create_weight_update_model(
        "counting",
        params=[("every", "int")],
        vars=[("g", "scalar")],
        pre_vars=[("k", "int"), ("x", "scalar")],
        pre_neuron_var_refs=[("V_pre", "scalar", pygenn.VarAccessMode.READ_ONLY)],
        pre_dynamics_code="k++; x = 0.5 * x + V_pre;",
        pre_event_threshold_condition_code="(k + id) % every == 0",
        pre_event_syn_code="addToPost(g * x);",
    )
    ramp = pygenn.create_neuron_model(
        "ramp", vars=[("V", "scalar")], sim_code="V += 0.25 * (id + 1u);"
    )
    pre = model.add_neuron_population("pre", 5, ramp, {}, {"V": 0.0})
    post = accumulators(pygenn, model, 3)
    group = model.add_synapse_population(
        "counting",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update(
            counting,
            {"every": 3},
            {"g": wide(rng, 15)},
            {"k": [0, 1, 2, 3, 4], "x": 0.0},
            pre_var_refs={"V_pre": pygenn.create_var_ref(pre, "V")},
        ),
        pygenn.init_postsynaptic("DeltaCurr"),
    )
    model.build()
    model.load()
    arrays = trace(model, 16, I=(post, "I"))
    arrays |= {key: read(group.pre_vars[key]) for key in ("k", "x")}
    model.unload()
    return arrays


@case("float")
def events_and_refractoriness(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """A neuron that must fall below its threshold to spike again sends events all the while."""
    rng = np.random.default_rng(194)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    neuron = pygenn.create_neuron_model(
        "wave",
        vars=[("V", "scalar"), ("n", "unsigned int")],
        sim_code="V += (n % 8u < 4u) ? 0.5 : -0.5; n++;",
        threshold_condition_code="V >= 1.0",
        reset_code="V += 0.125;",
        auto_refractory_required=True,
    )
    above = pygenn.create_weight_update_model(
        "above",
        vars=[("g", "scalar")],
        pre_neuron_var_refs=[("V_pre", "scalar", pygenn.VarAccessMode.READ_ONLY)],
        pre_event_threshold_condition_code="V_pre >= 1.0",
        pre_event_syn_code="addToPost(g * V_pre);",
        pre_spike_syn_code="addToPost(100.0 * g);",
    )
    pre = model.add_neuron_population("pre", 4, neuron, {}, {"V": 0.0, "n": [0, 1, 2, 5]})
    post = accumulators(pygenn, model, 2)
    group = model.add_synapse_population(
        "above",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update(
            above,
            {},
            {"g": wide(rng, 8)},
            pre_var_refs={"V_pre": pygenn.create_var_ref(pre, "V")},
        ),
        pygenn.init_postsynaptic("DeltaCurr"),
    )
    pre.spike_recording_enabled = True
    pre.spike_event_recording_enabled = True
    model.build()
    model.load(num_recording_timesteps=24)
    arrays = trace(model, 24, I=(post, "I"), V=(pre, "V"))
    arrays |= recorded_spikes(model, pre=pre) | recorded_events(model, "pre", events=group)
    model.unload()
    return arrays


@case("float", "double")
def events_of_targets(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Events of postsynaptic neurons change synapses, and reach the presynaptic ones."""
    rng = np.random.default_rng(195)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    backward = pygenn.create_weight_update_model(
        "backward",
        vars=[("g", "scalar")],
        post_neuron_var_refs=[("V_post", "scalar", pygenn.VarAccessMode.READ_ONLY)],
        post_event_threshold_condition_code="V_post > 1.0",
        post_event_syn_code="addToPre(g * V_post); g -= 0.125;",
    )
    pre, post = accumulators(pygenn, model, 3, "pre"), rising(pygenn, model, 6, "post")
    group = model.add_synapse_population(
        "backward",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update(
            backward,
            {},
            {"g": wide(rng, 18)},
            post_var_refs={"V_post": pygenn.create_var_ref(post, "V")},
        ),
        pygenn.init_postsynaptic("DeltaCurr"),
    )
    post.spike_event_recording_enabled = True
    model.build()
    model.load(num_recording_timesteps=20)
    arrays = trace(model, 20, I=(pre, "I"))
    arrays |= recorded_events(model, "post", events=group)
    arrays["g"] = pull(group, "g")
    model.unload()
    return arrays


@case("float", "double")
def events_of_targets_sparse(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Columns of sparse synapses, pairs repeated, conditions on a variable of the targets."""
    rng = np.random.default_rng(196)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.5
    backward = pygenn.create_weight_update_model(
        "backward",
        params=["level", ("every", "int")],
        vars=[("g", "scalar"), ("n", "unsigned int"), ("last", "int")],
        post_vars=[("k", "int"), ("x", "scalar")],
        post_neuron_var_refs=[("V_post", "scalar", pygenn.VarAccessMode.READ_ONLY)],
        post_dynamics_code="k++; x = 0.5 * x + V_post;",
        post_event_threshold_condition_code="x > level && (k + id) % every != 0",
        post_event_syn_code="addToPre(g * x); g *= 0.9; n++; last = 100 * id_post + id_pre;",
    )
    cross = pygenn.create_sparse_connect_init_snippet(
        "cross",
        row_build_code="""
        for(unsigned int j = 0; j < num_post; j++) {
            if((3 * id_pre + j) % 4 < 2) {
                addSynapse(j);
            }
        }
        """,
    )
    post = rising(pygenn, model, 40, "post")
    i, j = rng.integers(0, 5, 90), rng.integers(0, 40, 90)
    groups, watch = [], {}
    for kind, connectivity, level, weights in (
        ("given", None, 1.25, wide(rng, 90)),
        ("made", pygenn.init_sparse_connectivity(cross), 0.5, 0.75),
    ):
        pre = accumulators(pygenn, model, 5, f"pre_{kind}")
        group = model.add_synapse_population(
            kind,
            "SPARSE",
            pre,
            post,
            pygenn.init_weight_update(
                backward,
                {"level": level, "every": 3},
                {"g": weights, "n": 0, "last": -1},
                post_vars={"k": np.arange(40), "x": 0.0},
                post_var_refs={"V_post": pygenn.create_var_ref(post, "V")},
            ),
            pygenn.init_postsynaptic("DeltaCurr"),
            *([connectivity] if connectivity is not None else []),
        )
        if connectivity is None:
            group.set_sparse_connections(i, j)
        groups.append(group)
        watch[kind] = (pre, "I")
    post.spike_event_recording_enabled = True
    model.build()
    model.load(num_recording_timesteps=30)
    arrays = trace(model, 30, **watch)
    for group in groups:
        arrays |= recorded_events(model, "post", **{f"events_{group.name}": group})
        for key in group.vars:
            arrays[f"{group.name}_{key}"] = read_values(group.vars[key])
        arrays[f"{group.name}_x"] = read(group.post_vars["x"])
    model.unload()
    return arrays


@case("float", "double")
def events_of_both_sides(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Events and spikes of both sides at the same synapses, in order, and what each reads when."""
    rng = np.random.default_rng(197)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    read_only = pygenn.VarAccessMode.READ_ONLY
    leaky = pygenn.create_postsynaptic_model(
        "leaky",
        vars=[("kept", "scalar")],
        sim_code="kept = 0.5 * kept + inSyn; injectCurrent(0.01 * kept); inSyn = 0.0;",
    )
    both = pygenn.create_weight_update_model(
        "both",
        vars=[("g", "scalar"), ("seen", "scalar"), ("ago", "timepoint")],
        pre_vars=[("x", "scalar")],
        post_vars=[("y", "scalar")],
        pre_neuron_var_refs=[("V_pre", "scalar", read_only)],
        post_neuron_var_refs=[("V_post", "scalar", read_only)],
        psm_var_refs=[("kept", "scalar", read_only)],
        pre_dynamics_code="x = 0.75 * x + V_pre;",
        post_dynamics_code="y = 0.5 * y + V_post;",
        # PyGeNN undoes dynamics of a delayed variable wherever it looks for events
        pre_spike_code="x += 0.5;",
        pre_event_threshold_condition_code="V_pre + 0.1 * x > 0.75 && V_pre < 1.5",
        pre_event_syn_code="g += 0.125; addToPost(0.01 * g);",
        pre_spike_syn_code="g *= 0.75; addToPost(0.1 * g);",
        post_event_threshold_condition_code="y > 1.0 && V_post < 1.75",
        post_event_syn_code="""
        seen = 1000.0 * x + 100.0 * V_pre + 10.0 * V_post + y + 0.1 * kept;
        ago = (st_pre > st_post) ? t - st_pre : t - st_post;
        addToPre(0.001 * g * x);
        g = 1.0 - g;
        """,
    )
    pre, post = rising(pygenn, model, 7), rising(pygenn, model, 4, "post")
    groups = []
    for key, source, target, delay in (
        ("at_once", pre, post, 0),
        ("late", pre, post, 3),
        ("back", post, pre, 2),
    ):
        shape = (source.num_neurons, target.num_neurons)
        group = model.add_synapse_population(
            key,
            "DENSE",
            source,
            target,
            pygenn.init_weight_update(
                both,
                {},
                {"g": rng.uniform(0, 1, shape).flatten(), "seen": 0.0, "ago": 0.0},
                {"x": 0.25},
                {"y": 0.0},
                {"V_pre": pygenn.create_var_ref(source, "V")},
                {"V_post": pygenn.create_var_ref(target, "V")},
                {"kept": "kept"},
            ),
            pygenn.init_postsynaptic(leaky, {}, {"kept": 0.0}),
        )
        group.axonal_delay_steps = delay
        groups.append(group)
    for population in (pre, post):
        population.spike_recording_enabled = True
        population.spike_event_recording_enabled = True
    model.build()
    model.load(num_recording_timesteps=40)
    rows: dict[str, list[np.ndarray]] = {}
    for _ in range(40):
        model.step_time()
        for group in groups:
            for key in group.vars:
                rows.setdefault(f"{group.name}_{key}", []).append(pull(group, key))
    arrays = {key: np.stack(values) for key, values in rows.items()}
    arrays |= recorded_spikes(model, pre=pre, post=post)
    for side in ("pre", "post"):
        for group in groups:
            arrays |= recorded_events(model, side, **{f"{group.name}_{side}_events": group})
    model.unload()
    return arrays


@case("float", "double")
def event_times(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """When neurons at either end had their last event, and the one before, with a delay too."""
    rng = np.random.default_rng(198)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.5
    read_only = pygenn.VarAccessMode.READ_ONLY
    times = ("set_pre", "set_post", "prev_set_pre", "prev_set_post")
    names = ["".join(part.title() for part in time.split("_")) for time in times]
    noted = " ".join(f"{var} = {time};" for var, time in zip(names, times, strict=True))
    noting = pygenn.create_weight_update_model(
        "noting",
        vars=[(var, "timepoint") for var in names] + [("g", "scalar")],
        pre_neuron_var_refs=[("V_pre", "scalar", read_only)],
        post_neuron_var_refs=[("V_post", "scalar", read_only)],
        pre_event_threshold_condition_code="V_pre > 0.75 && V_pre < 1.5",
        pre_event_syn_code=noted,
        post_event_threshold_condition_code="V_post > 0.25 && V_post < 1.0",
        post_event_syn_code=noted,
        synapse_dynamics_code="g = (t - set_pre < 3.0 && t - set_post < 3.0) ? g + 1.0 : 0.0;",
    )
    pre, post = rising(pygenn, model, 5), rising(pygenn, model, 3, "post")
    groups = []
    for delay in (0, 2):
        group = model.add_synapse_population(
            f"after{delay}",
            "DENSE",
            pre,
            post,
            pygenn.init_weight_update(
                noting,
                {},
                {**dict.fromkeys(names, -1.0), "g": rng.integers(0, 3, 15).astype(float)},
                pre_var_refs={"V_pre": pygenn.create_var_ref(pre, "V")},
                post_var_refs={"V_post": pygenn.create_var_ref(post, "V")},
            ),
            pygenn.init_postsynaptic("DeltaCurr"),
        )
        group.axonal_delay_steps = delay
        groups.append(group)
    model.build()
    model.load()
    rows: dict[str, list[np.ndarray]] = {}
    for _ in range(60):
        model.step_time()
        for group in groups:
            for key in group.vars:
                # PyGeNN's times of the events before last are wrong after a delay
                if key == "PrevSetPre" and group is groups[1]:
                    continue
                rows.setdefault(f"{group.name}_{key}", []).append(pull(group, key))
    model.unload()
    return {key: np.stack(values) for key, values in rows.items()}
