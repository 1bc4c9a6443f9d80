"""Initial values from snippets, and the counts that every snippet knows."""

from __future__ import annotations

from types import ModuleType

import numpy as np

from tests.conformance.case_parts import keep, pull, read, read_values
from tests.conformance.casebook import Arrays, case


@case("float", "double")
def initial_snippets(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Snippets without chance for all kinds of variables, of several types."""
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.5
    create = pygenn.create_var_init_snippet
    ramp = create(
        "ramp",
        params=["slope", ("from", "int")],
        derived_params=[("per_step", lambda pars, dt: pars["slope"] * dt)],
        var_init_code="value = from + (slope * id) + per_step / num_neurons;",
    )
    zigzag = create(
        "zigzag",
        var_init_code="""
        scalar x = id * 0.75;
        while(x > 1.0) { x -= 1.0; }
        if(id % 2u == 0u) { value = x; } else { value = -x; }
        """,
    )
    place = create(
        "place", params=["scale"], var_init_code="value = scale * id_pre + 0.01 * id_post;"
    )
    distance = create(
        "distance",
        var_init_code="const int d = (int)id_pre - (int)id_post; value = d * d + num_pre * 100;",
    )
    # what all neurons share has no id
    common = create("common", params=["x"], var_init_code="value = x / 3.0 + num_batch;")
    diagonal = create("diagonal", var_init_code="value = (id_pre == id_post) ? 1.0 : 0.0;")
    keep(model, [ramp, zigzag, place, distance, common, diagonal])
    neuron = pygenn.create_neuron_model(
        "holder",
        vars=[
            ("a", "scalar"),
            ("b", "int"),
            ("c", "uint8_t"),
            ("d", "double"),
            ("e", "scalar", pygenn.VarAccess.READ_ONLY),
            ("f", "scalar", pygenn.VarAccess.READ_ONLY_SHARED_NEURON),
        ],
        sim_code="a += b * d;",
    )
    ramp_init = pygenn.init_var(ramp, {"slope": 0.3, "from": 2})
    state = {
        "a": ramp_init,
        "b": pygenn.init_var(zigzag),
        "c": pygenn.init_var(ramp, {"slope": 7.9, "from": 100}),
        "d": ramp_init,
        "e": pygenn.init_var(zigzag),
        "f": pygenn.init_var(common, {"x": 5.0}),
    }
    pop = model.add_neuron_population("pop", 7, neuron, {}, state)
    other = model.add_neuron_population("other", 5, neuron, {}, state)
    source = pygenn.create_current_source_model(
        "source", vars=[("x", "scalar")], injection_code="injectCurrent(x);"
    )
    drive = model.add_current_source("drive", source, pop, {}, {"x": pygenn.init_var(zigzag)})
    update = pygenn.create_weight_update_model(
        "update",
        vars=[
            ("g", "scalar"),
            ("h", "int", pygenn.VarAccess.READ_ONLY),
            ("w", "bool"),
        ],
        pre_spike_syn_code="addToPost(g * h); w = true;",
    )
    postsynaptic = pygenn.create_postsynaptic_model(
        "psm", vars=[("p", "scalar")], sim_code="injectCurrent(p * inSyn);"
    )
    groups = []
    for matrix in ("DENSE", "SPARSE"):
        group = model.add_synapse_population(
            matrix,
            matrix,
            pop,
            other,
            pygenn.init_weight_update(
                update,
                {},
                {
                    "g": pygenn.init_var(place, {"scale": 1.0 / 3.0}),
                    "h": pygenn.init_var(distance),
                    "w": pygenn.init_var(diagonal),
                },
            ),
            pygenn.init_postsynaptic(postsynaptic, {}, {"p": ramp_init}),
        )
        groups.append(group)
    i, j = np.array([6, 0, 3, 3, 2, 0]), np.array([1, 4, 3, 2, 2, 0])
    groups[1].set_sparse_connections(i, j)
    custom = pygenn.create_custom_update_model(
        "custom", vars=[("z", "scalar")], var_refs=[("a", "scalar")], update_code="a = z;"
    )
    refs = {"a": pygenn.create_var_ref(pop, "a")}
    own = model.add_custom_update("own", "Own", custom, {}, {"z": ramp_init}, refs)
    weights = pygenn.create_custom_update_model(
        "weights", vars=[("z", "scalar")], var_refs=[("g", "scalar")], update_code="g = z;"
    )
    refs = {"g": pygenn.create_wu_var_ref(groups[0], "g")}
    init = pygenn.init_var(place, {"scale": -0.25})
    of_weights = model.add_custom_update("of_weights", "Own", weights, {}, {"z": init}, refs)
    model.build()
    model.load()
    arrays = {key: pull(pop, key) for key in state}
    arrays["drive"] = pull(drive, "x")
    for group in groups:
        for key in group.vars:
            get = pull(group, key) if group.name == "DENSE" else read_values(group.vars[key])
            arrays[f"{group.name}_{key}"] = get
        arrays[f"{group.name}_p"] = read(group.psm_vars["p"])
    arrays |= {"own": pull(own, "z"), "of_weights": pull(of_weights, "z")}
    model.unload()
    return arrays


@case("float")
def initial_snippets_of_sides(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Variables of either side of synapses, and all slots of a delayed one, start from snippets."""
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    ramp = pygenn.create_var_init_snippet(
        "ramp", params=["slope"], var_init_code="value = slope * id + num_neurons;"
    )
    neuron = pygenn.create_neuron_model("holder", vars=[("V", "scalar")], sim_code="V += 1.0;")
    reading = pygenn.create_weight_update_model(
        "reading",
        pre_vars=[("x", "scalar")],
        post_vars=[("y", "scalar")],
        pre_neuron_var_refs=[("V_pre", "scalar", pygenn.VarAccessMode.READ_ONLY)],
        synapse_dynamics_code="addToPost(V_pre * x * y);",
    )
    start = pygenn.init_var(ramp, {"slope": 0.5})
    pre = model.add_neuron_population("pre", 4, neuron, {}, {"V": start})
    post = model.add_neuron_population("post", 3, neuron, {}, {"V": start})
    group = model.add_synapse_population(
        "link",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update(
            reading,
            {},
            {},
            {"x": pygenn.init_var(ramp, {"slope": -1.0})},
            {"y": pygenn.init_var(ramp, {"slope": 2.0})},
            pre_var_refs={"V_pre": pygenn.create_var_ref(pre, "V")},
        ),
        pygenn.init_postsynaptic("DeltaCurr"),
    )
    group.axonal_delay_steps = 2
    model.build()
    model.load()
    arrays = {
        "pre_V": pull(pre, "V"),
        "post_V": pull(post, "V"),
        "x": read(group.pre_vars["x"]),
        "y": read(group.post_vars["y"]),
    }
    model.unload()
    return arrays


@case("float", "double")
def counts(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Every kind of code knows how many neurons there are at either end, and its place."""
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    here = "num_neurons * 100u + id"
    there = "(num_pre * 1000u) + (num_post * 100u) + (id_pre * 10u) + id_post"
    neuron = pygenn.create_neuron_model(
        "neuron",
        vars=[("sim", "unsigned int"), ("spike", "unsigned int"), ("I", "scalar")],
        sim_code=f"sim = {here}; I = Isyn;",
        threshold_condition_code="sim > num_neurons",
        reset_code=f"spike = {here};",
    )
    source = pygenn.create_current_source_model(
        "source",
        vars=[("n", "unsigned int")],
        injection_code=f"n = {here}; injectCurrent(0.5 * n);",
    )
    postsynaptic = pygenn.create_postsynaptic_model(
        "postsynaptic",
        vars=[("n", "unsigned int")],
        sim_code=f"n = {here}; injectCurrent(inSyn); inSyn = 0;",
    )
    update = pygenn.create_weight_update_model(
        "update",
        vars=[("on_spike", "unsigned int"), ("always", "unsigned int")],
        pre_vars=[("a", "unsigned int"), ("b", "unsigned int")],
        post_vars=[("c", "unsigned int"), ("d", "unsigned int")],
        pre_spike_syn_code=f"on_spike = {there}; addToPost(on_spike);",
        synapse_dynamics_code=f"always = {there};",
        pre_spike_code=f"a = {here};",
        pre_dynamics_code=f"b = {here};",
        post_spike_code=f"c = {here};",
        post_dynamics_code=f"d = {here};",
    )
    zero = {"sim": 0, "spike": 0, "I": 0.0}
    pre = model.add_neuron_population("pre", 4, neuron, {}, dict(zero))
    post = model.add_neuron_population("post", 3, neuron, {}, dict(zero))
    drive = model.add_current_source("drive", source, post, {}, {"n": 0})
    group = model.add_synapse_population(
        "link",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update(
            update, {}, {"on_spike": 0, "always": 0}, {"a": 0, "b": 0}, {"c": 0, "d": 0}
        ),
        pygenn.init_postsynaptic(postsynaptic, {}, {"n": 0}),
    )
    of_neurons = pygenn.create_custom_update_model(
        "of_neurons",
        vars=[("n", "unsigned int")],
        var_refs=[("sim", "unsigned int")],
        update_code=f"n = {here}; sim += 7u;",
    )
    of_weights = pygenn.create_custom_update_model(
        "of_weights",
        vars=[("n", "unsigned int")],
        var_refs=[("always", "unsigned int")],
        update_code=f"n = {there}; always += 7u;",
    )
    refs = {"sim": pygenn.create_var_ref(pre, "sim")}
    first = model.add_custom_update("of_neurons", "Count", of_neurons, {}, {"n": 0}, refs)
    refs = {"always": pygenn.create_wu_var_ref(group, "always")}
    second = model.add_custom_update("of_weights", "Count", of_weights, {}, {"n": 0}, refs)
    model.build()
    model.load()
    for _ in range(3):
        model.step_time()
    model.custom_update("Count")
    arrays = {f"pre_{key}": pull(pre, key) for key in zero}
    arrays |= {f"post_{key}": pull(post, key) for key in zero}
    arrays |= {"drive": pull(drive, "n"), "psm": read(group.psm_vars["n"])}
    arrays |= {key: pull(group, key) for key in group.vars}
    arrays |= {key: read(group.pre_vars[key]) for key in group.pre_vars}
    arrays |= {key: read(group.post_vars[key]) for key in group.post_vars}
    arrays |= {"of_neurons": pull(first, "n"), "of_weights": pull(second, "n")}
    model.unload()
    return arrays
