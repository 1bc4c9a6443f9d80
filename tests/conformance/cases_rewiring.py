"""Custom connectivity updates: synapses that are removed and added while a network runs."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np

from tests.conformance.case_parts import (
    keep,
    read,
    read_values,
    sixteenths,
    trace,
    wide,
)
from tests.conformance.casebook import Arrays, case
from tests.conformance.cases_sparse import connectivity, pairs


def plastic(pygenn: ModuleType) -> Any:
    """Make synapses whose input is depressed by each spike, and grows with those that follow."""
    shared = pygenn.VarAccess.READ_ONLY
    return pygenn.create_weight_update_model(
        "plastic",
        vars=[("g", "scalar", shared), ("d", "unsigned int", shared), ("x", "scalar")],
        pre_spike_syn_code="addToPost(g * x); x = 0.9 * x;",
        post_spike_syn_code="x += 0.3 * g; addToPre(x);",
    )


def spiking(pygenn: ModuleType) -> Any:
    """Make a neuron that spikes by a schedule, and sums its input."""
    return pygenn.create_neuron_model(
        "spiking",
        vars=[
            ("schedule", "unsigned int"),
            ("k", "unsigned int"),
            ("V", "scalar"),
            ("I", "scalar"),
        ],
        sim_code="I = Isyn; V = 0.9 * V + Isyn; k++;",
        threshold_condition_code="(schedule & (1u << (k % 32u))) != 0u",
    )


REWIRE = """
unsigned int removed = 0;
for_each_synapse {
    age++;
    if(g < least || (id_post + d) % 5 == 0 || favour > 0.75) {
        removed++;
        total += g;
        remove_synapse();
        continue;
    }
    if(age > 2 && id_post == 3) {
        break;
    }
    g = 0.9 * g + slope * id_post;
}
for(unsigned int k = 0; k < removed; k++) {
    if(row_length < row_stride) {
        add_synapse((id_pre * 3 + 2 * k + salt[id_pre]) % num_post, k, least + 0.1 * k + t, k + 1);
        salt[id_pre] += 2;
    }
}
length = row_length;
"""

PREPARE = """
pullRowLengthFromDevice();
pulllengthFromDevice();
pullsaltFromDevice(num_pre + 1);
for(unsigned int i = 0; i < num_pre; i++) {
    length[i] += i * row_length[i];
}
unsigned int *end = salt + num_pre;
end[0] += 1;
for(int j = 0; j < size; j++) {
    favour[j] = 0.125 * ((j * 3 + end[0]) % 8);
}
pushlengthToDevice();
pushfavourToDevice();
pushsaltToDevice(num_pre + 1);
"""


@case("float", "double")
def rewired(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Weak synapses go and others come, in code of rows and of the host, between some steps.

    Other variables of the synapses, those of another update of them, and a second update of
    connectivity, which only adds, follow. The network learns from spikes of both sides.
    """
    rng = np.random.default_rng(311)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.7
    neuron = keep(model, spiking(pygenn))
    pre, post = (
        model.add_neuron_population(
            key,
            number,
            neuron,
            {},
            {"schedule": rng.integers(0, 2**32, number, dtype=np.uint32), "k": 0, "V": 0.0, "I": 0},
        )
        for key, number in (("pre", 7), ("post", 9))
    )
    model_of_synapses = plastic(pygenn)
    i, j = pairs(rng, (7, 9), 0.45)
    start = {"g": sixteenths(rng, len(i)), "d": np.arange(len(i)) % 7, "x": wide(rng, len(i))}
    group = model.add_synapse_population(
        "link",
        "SPARSE",
        pre,
        post,
        pygenn.init_weight_update(model_of_synapses, {}, start),
        pygenn.init_postsynaptic("DeltaCurr"),
    )
    group.set_sparse_connections(i, j)
    group.max_connections = 8
    rewire = pygenn.create_custom_connectivity_update_model(
        "rewire",
        params=["least", ("size", "int")],
        derived_params=[("slope", lambda pars, dt: 0.1 * pars["least"] * dt)],
        vars=[("age", "unsigned int")],
        pre_vars=[("length", "unsigned int"), ("total", "scalar")],
        post_vars=[("favour", "scalar")],
        var_refs=[("g", "scalar"), ("d", "unsigned int")],
        row_update_code=REWIRE,
        host_update_code=PREPARE,
        extra_global_params=[("salt", "unsigned int*")],
    )
    grow = pygenn.create_custom_connectivity_update_model(
        "grow",
        pre_var_refs=[("total", "scalar", pygenn.VarAccessMode.READ_ONLY)],
        var_refs=[("age", "unsigned int"), ("seen", "scalar")],
        row_update_code="""
        if(id_pre % 2 == 0 && row_length < row_stride) {
            add_synapse(id_pre + 1, 20 + id_pre, total);
        }
        """,
    )
    note = pygenn.create_custom_update_model(
        "note",
        vars=[("seen", "scalar")],
        var_refs=[("g", "scalar")],
        update_code="seen = seen * 0.5 + g; g = g - 0.01;",
    )
    for one in (model_of_synapses, rewire, grow, note):
        keep(model, one)
    weights = pygenn.create_wu_var_ref(group, "g")
    noting = model.add_custom_update("noting", "Note", note, {}, {"seen": 0.25}, {"g": weights})
    rewiring = model.add_custom_connectivity_update(
        "rewiring",
        "Rewire",
        group,
        rewire,
        {"least": 0.3, "size": 9},
        {"age": np.arange(len(i)) % 3},
        {"length": 0, "total": 0.5},
        {"favour": 0.0},
        {"g": weights, "d": pygenn.create_wu_var_ref(group, "d")},
    )
    rewiring.extra_global_params["salt"].set_init_values(np.arange(8))
    model.add_custom_connectivity_update(
        "growing",
        "Grow",
        group,
        grow,
        var_refs={
            "age": pygenn.create_wu_var_ref(rewiring, "age"),
            "seen": pygenn.create_wu_var_ref(noting, "seen"),
        },
        pre_var_refs={"total": pygenn.create_pre_var_ref(rewiring, "total")},
    )
    model.build()
    model.load()

    def state(when: int) -> Arrays:
        arrays = {
            **connectivity(group),
            **{key: read_values(group.vars[key]) for key in ("g", "d", "x")},
            "age": read_values(rewiring.vars["age"]),
            "seen": read_values(noting.vars["seen"]),
            "length": read(rewiring.pre_vars["length"]),
            "total": read(rewiring.pre_vars["total"]),
            "favour": read(rewiring.post_vars["favour"]),
        }
        return {f"{key}_{when}": values for key, values in arrays.items()}

    arrays: Arrays = {}
    for when, update in enumerate(["Rewire", "Note", "Grow", "Rewire", "Note", "Rewire", "Grow"]):
        rows = trace(model, 6, I=(post, "I"), V=(pre, "V"))
        arrays |= {f"{key}_{when}": values for key, values in rows.items()}
        model.custom_update(update)
        arrays |= state(when)
    model.unload()
    return arrays
