"""Sparse synapses: given pair by pair, or built by a snippet."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np

from tests.conformance.case_parts import (
    accumulators,
    keep,
    pull,
    read_values,
    recorded_spikes,
    senders,
    sixteenths,
    trace,
    wide,
    write_values,
)
from tests.conformance.casebook import Arrays, case


def pairs(rng: np.random.Generator, shape: tuple[int, int], share: float) -> Any:
    """Draw pairs of neurons, in no order."""
    i, j = np.nonzero(rng.random(shape) < share)
    order = rng.permutation(len(i))
    return i[order], j[order]


def connectivity(group: Any) -> Arrays:
    """Give the pairs of sparse synapses as the module orders them."""
    group.pull_connectivity_from_device()
    return {
        f"{group.name}_pre": np.array(group.get_sparse_pre_inds()).astype(np.int64),
        f"{group.name}_post": np.array(group.get_sparse_post_inds()).astype(np.int64),
    }


def static_sparse(
    pygenn: ModuleType, model: Any, name: str, source: Any, target: Any, where: Any, weights: Any
) -> Any:
    group = model.add_synapse_population(
        name,
        "SPARSE",
        source,
        target,
        pygenn.init_weight_update("StaticPulse", {}, {"g": weights}),
        pygenn.init_postsynaptic("DeltaCurr"),
    )
    group.set_sparse_connections(*where)
    return group


@case("float", "double")
def sparse_connections(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Pairs in no order, some of them twice, some neurons without any, a weight for each.

    Two neurons of the source have no target, and one of the target has no source.
    """
    rng = np.random.default_rng(171)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    pre, post = senders(pygenn, model, rng, 8), accumulators(pygenn, model, 6)
    pre.spike_recording_enabled = True
    i, j = pairs(rng, (6, 5), 0.4)
    # every one of the first three pairs twice, and once more at the end
    i, j = np.concatenate([i, i[:3], i[:1]]), np.concatenate([j, j[:3], j[:1]])
    weights = wide(rng, len(i))
    group = static_sparse(pygenn, model, "link", pre, post, (i, j), weights)
    model.build()
    model.load(num_recording_timesteps=32)
    arrays = connectivity(group) | {"g": read_values(group.vars["g"])}
    arrays |= trace(model, 16, I=(post, "I"))
    # in the order of the pairs that the module gives
    write_values(group.vars["g"], np.arange(len(i)) * 0.5)
    arrays |= {f"{key}_later": rows for key, rows in trace(model, 16, I=(post, "I")).items()}
    arrays["g_later"] = read_values(group.vars["g"])
    arrays |= recorded_spikes(model, pre=pre)
    model.unload()
    return {"given_pre": i, "given_post": j, **arrays}


@case("float", "double")
def sparse_one_to_one(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """OneToOne between populations of the same size, with a constant weight and with many."""
    rng = np.random.default_rng(172)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    pre = senders(pygenn, model, rng, 5)
    groups, watch = [], {}
    for key, update in (
        ("constant", pygenn.init_weight_update("StaticPulseConstantWeight", {"g": 0.1})),
        ("many", pygenn.init_weight_update("StaticPulse", {}, {"g": -0.3})),
    ):
        post = accumulators(pygenn, model, 5, f"post_{key}")
        groups.append(
            model.add_synapse_population(
                key,
                "SPARSE",
                pre,
                post,
                update,
                pygenn.init_postsynaptic("ExpCurr", {"tau": 3.0}),
                pygenn.init_sparse_connectivity("OneToOne"),
            )
        )
        watch[key] = (post, "I")
    model.build()
    model.load()
    arrays = trace(model, 20, **watch)
    for group in groups:
        arrays |= connectivity(group)
    arrays["g"] = read_values(groups[1].vars["g"])
    model.unload()
    return arrays


def row_builders(pygenn: ModuleType) -> dict[str, Any]:
    """Make connectivity without chance: a band, a fan of a bounded length, all in reverse."""
    create = pygenn.create_sparse_connect_init_snippet
    return {
        "band": create(
            "band",
            params=[("width", "int")],
            row_build_code="""
            for(int k = -width; k <= width; k++) {
                const int to = (int)id_pre + k;
                if(to >= 0 && to < (int)num_post) {
                    addSynapse(to);
                }
            }
            """,
            calc_max_row_len_func=lambda num_pre, num_post, pars: int(2 * pars["width"] + 1),
        ),
        "fan": create(
            "fan",
            params=["step"],
            derived_params=[("double_step", lambda pars, dt: 2 * pars["step"])],
            row_build_code="""
            scalar x = step * id_pre;
            while(x < num_post) {
                addSynapse((unsigned int)x);
                x += double_step;
            }
            """,
        ),
        # in no order within a row, some pairs twice, and nothing for every fifth neuron
        "reverse": create(
            "reverse",
            row_build_code="""
            if(id_pre % 5u != 4u) {
                unsigned int to = num_post;
                do {
                    to--;
                    addSynapse(to);
                    if(to % 4u == id_pre % 4u) { addSynapse(to / 2u); }
                } while(to > id_pre % 3u);
            }
            """,
            calc_max_row_len_func=lambda num_pre, num_post, pars: 2 * num_post,
        ),
    }


@case("float", "double")
def sparse_row_build(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Connectivity from snippets of one's own, a row of one presynaptic neuron at a time."""
    rng = np.random.default_rng(173)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    pre = senders(pygenn, model, rng, 9)
    params = {"band": {"width": 2}, "fan": {"step": 0.75}, "reverse": {}}
    builders = keep(model, row_builders(pygenn))
    groups, watch = [], {}
    for key, builder in builders.items():
        post = accumulators(pygenn, model, 7, f"post_{key}")
        groups.append(
            model.add_synapse_population(
                key,
                "SPARSE",
                pre,
                post,
                pygenn.init_weight_update("StaticPulse", {}, {"g": 1.5}),
                pygenn.init_postsynaptic("DeltaCurr"),
                pygenn.init_sparse_connectivity(builder, params[key]),
            )
        )
        watch[key] = (post, "I")
    model.build()
    model.load()
    arrays: Arrays = {}
    for group in groups:
        arrays |= connectivity(group)
        weights = read_values(group.vars["g"])
        arrays[f"{group.name}_g"] = weights
        write_values(group.vars["g"], wide(rng, len(weights)))
    arrays |= trace(model, 24, **watch)
    model.unload()
    return arrays


@case("float")
def sparse_column_build(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Connectivity from a snippet that builds a column of one postsynaptic neuron at a time."""
    rng = np.random.default_rng(174)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    columns = pygenn.create_sparse_connect_init_snippet(
        "columns",
        param_names=[("every", "unsigned int")],
        col_build_code="""
        for(unsigned int from = id_post % every; from < num_pre; from += every) {
            addSynapse(from);
        }
        """,
        calc_max_row_len_func=lambda num_pre, num_post, pars: num_post,
        calc_max_col_len_func=lambda num_pre, num_post, pars: num_pre,
    )
    pre, post = senders(pygenn, model, rng, 8), accumulators(pygenn, model, 6)
    group = model.add_synapse_population(
        "link",
        "SPARSE",
        pre,
        post,
        pygenn.init_weight_update("StaticPulseConstantWeight", {"g": 0.7}),
        pygenn.init_postsynaptic("DeltaCurr"),
        pygenn.init_sparse_connectivity(columns, {"every": 3}),
    )
    model.build()
    model.load()
    arrays = connectivity(group)
    arrays |= trace(model, 24, I=(post, "I"))
    model.unload()
    return arrays


@case("float", "double")
def sparse_delay(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Sparse and dense, at once and after 2 and 5 steps, and a population that drives itself."""
    rng = np.random.default_rng(175)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    pre = senders(pygenn, model, rng, 6)
    neuron = keep(
        model,
        pygenn.create_neuron_model(
            "spiking",
            vars=[("V", "scalar"), ("n", "unsigned int")],
            sim_code="V += Isyn;",
            threshold_condition_code="V >= 1.0",
            reset_code="V -= 1.0; n++;",
        ),
    )
    post = model.add_neuron_population("post", 7, neuron, {}, {"V": 0.0, "n": 0})
    post.spike_recording_enabled = True
    for delay in (0, 2, 5):
        i, j = pairs(rng, (6, 7), 0.5)
        weights = sixteenths(rng, len(i))
        group = static_sparse(pygenn, model, f"after{delay}", pre, post, (i, j), weights)
        group.axonal_delay_steps = delay
    i, j = pairs(rng, (7, 7), 0.4)
    group = static_sparse(pygenn, model, "back", post, post, (i, j), sixteenths(rng, len(i)))
    group.axonal_delay_steps = 1
    model.build()
    model.load(num_recording_timesteps=40)
    arrays = trace(model, 40, V=(post, "V"))
    arrays |= recorded_spikes(model, post=post) | {"n": pull(post, "n")}
    model.unload()
    return arrays


@case("float", "double")
def sparse_variables(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Synapses that change with use and know where they are; some variables start from numbers."""
    rng = np.random.default_rng(176)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    tiring = pygenn.create_weight_update_model(
        "tiring",
        params=["keep"],
        vars=[("g", "scalar"), ("uses", "uint8_t"), ("where", "unsigned int")],
        pre_spike_syn_code="""
        addToPost(g);
        g *= keep;
        uses++;
        where = (id_pre * 100u) + id_post;
        if(uses % 4 == 0 && id_pre != id_post) {
            g += 0.25 * (id_pre + 1) / (scalar)num_post;
        }
        """,
    )
    pre, post = senders(pygenn, model, rng, 6), accumulators(pygenn, model, 5)
    i, j = pairs(rng, (6, 5), 0.5)
    group = model.add_synapse_population(
        "tired",
        "SPARSE",
        pre,
        post,
        pygenn.init_weight_update(
            tiring, {"keep": 0.9}, {"g": wide(rng, len(i)), "uses": 250, "where": 0}
        ),
        pygenn.init_postsynaptic("DeltaCurr"),
    )
    group.set_sparse_connections(i, j)
    model.build()
    model.load()
    arrays = connectivity(group)
    arrays |= trace(model, 32, I=(post, "I"))
    arrays |= {key: read_values(group.vars[key]) for key in ("g", "uses", "where")}
    model.unload()
    return arrays


@case("float", "double")
def sparse_custom_update(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Custom updates of sparse synapses run for the synapses that exist, each with its place."""
    rng = np.random.default_rng(177)
    mode = pygenn.VarAccessMode
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.5
    learn = pygenn.create_custom_update_model(
        "learn",
        params=["rate"],
        vars=[("step", "scalar"), ("calls", "unsigned int")],
        var_refs=[("g", "scalar")],
        update_code="""
        step = rate * (id_pre + 1) / (id_post + num_pre);
        g += step + t;
        calls++;
        """,
    )
    follow = pygenn.create_custom_update_model(
        "follow",
        var_refs=[("g", "scalar"), ("step", "scalar", mode.READ_ONLY)],
        update_code="g = 2.0 * step;",
    )
    pre, post = senders(pygenn, model, rng, 6), accumulators(pygenn, model, 5)
    where = pairs(rng, (6, 5), 0.5)
    group = static_sparse(pygenn, model, "link", pre, post, where, wide(rng, len(where[0])))
    g = pygenn.create_wu_var_ref(group, "g")
    learning = model.add_custom_update(
        "learn", "Learn", learn, {"rate": 0.01}, {"step": 0.0, "calls": 0}, {"g": g}
    )
    step = pygenn.create_wu_var_ref(learning, "step")
    model.add_custom_update("follow", "Follow", follow, {}, {}, {"g": g, "step": step})
    model.build()
    model.load()
    arrays = connectivity(group)
    for turn, update in enumerate(("Learn", "Learn", "Follow", "Learn")):
        model.custom_update(update)
        arrays[f"g{turn}"] = read_values(group.vars["g"])
        arrays[f"step{turn}"] = read_values(learning.vars["step"])
        arrays |= {f"{key}{turn}": rows for key, rows in trace(model, 5, I=(post, "I")).items()}
    arrays["calls"] = read_values(learning.vars["calls"])
    model.unload()
    return arrays
