"""Custom updates, and spikes that outlive them."""

from __future__ import annotations

from types import ModuleType

import numpy as np

from tests.conformance.case_parts import (
    injector,
    integrate_and_fire,
    pull,
    push,
    static_dense,
    trace,
)
from tests.conformance.casebook import Arrays, case


@case("float", "double")
def custom_updates(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Several groups of several updates: parameters, own variables, the time, read-only names."""
    rng = np.random.default_rng(41)
    mode = pygenn.VarAccessMode
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.1
    neuron, dc = integrate_and_fire(pygenn), injector(pygenn)
    decay = pygenn.create_custom_update_model(
        "decay",
        params=["factor", ("offset", "int")],
        derived_params=[("half", lambda pars, dt: pars["factor"] / 2 + dt)],
        vars=[("calls", "unsigned int"), ("seen", "scalar")],
        var_refs=[("V", "scalar"), ("n", "unsigned int", mode.READ_ONLY)],
        update_code="""
        seen = V;
        V = (V * factor) + (half * n) + offset + (0.001 * id) - t;
        calls++;
        """,
    )
    stamp = pygenn.create_custom_update_model(
        "stamp",
        vars=[("when", "timepoint"), ("share", "scalar")],
        var_refs=[("V", "scalar", mode.READ_ONLY)],
        update_code="when = t; share = V / num_neurons + batch;",
    )
    dim = pygenn.create_custom_update_model(
        "dim",
        params=["factor"],
        var_refs=[("magnitude", "scalar")],
        update_code="magnitude *= factor;",
    )
    learn = pygenn.create_custom_update_model(
        "learn",
        params=["rate"],
        vars=[("step", "scalar")],
        var_refs=[("g", "scalar")],
        update_code="""
        step = rate * (id_pre + 1) / (id_post + num_pre);
        g += step + t;
        """,
    )
    pops = [
        model.add_neuron_population(f"p{k}", n, neuron, {"Vthr": 1.0}, {"V": 0.0, "n": 0})
        for k, n in enumerate((7, 5))
    ]
    weights = rng.uniform(0, 0.5, 35).astype(np.float32)
    group = static_dense(pygenn, model, "g01", *pops, weights)
    magnitude = rng.uniform(0, 8, 7).astype(np.float32)
    drive = model.add_current_source("drive", dc, pops[0], {}, {"magnitude": magnitude})
    updates = {}
    for k, pop in enumerate(pops):
        refs = {v: pygenn.create_var_ref(pop, v) for v in ("V", "n")}
        updates[f"decay{k}"] = model.add_custom_update(
            f"decay{k}",
            "Decay",
            decay,
            {"factor": 0.3, "offset": 2 * k - 1},
            {"calls": 0, "seen": -1.0},
            refs,
        )
        updates[f"stamp{k}"] = model.add_custom_update(
            f"stamp{k}", "Stamp", stamp, {}, {"when": 0.0, "share": 0.0}, {"V": refs["V"]}
        )
    refs = {"magnitude": pygenn.create_var_ref(drive, "magnitude")}
    model.add_custom_update("dim", "Decay", dim, {"factor": 0.7}, {}, refs)
    refs = {"g": pygenn.create_wu_var_ref(group, "g")}
    updates["learn"] = model.add_custom_update(
        "learn", "Learn", learn, {"rate": 0.01}, {"step": 0.0}, refs
    )
    model.build()
    model.load()
    rows: dict[str, list[np.ndarray]] = {}
    for steps, called in (
        (0, ["Stamp"]),
        (7, ["Decay", "Stamp"]),
        (5, ["Learn"]),
        (6, ["Stamp", "Decay", "Learn"]),
        (3, []),
    ):
        for _ in range(steps):
            model.step_time()
        for group_name in called:
            model.custom_update(group_name)
        watched = {
            "V0": (pops[0], "V"),
            "V1": (pops[1], "V"),
            "n0": (pops[0], "n"),
            "magnitude": (drive, "magnitude"),
            "g": (group, "g"),
            "step": (updates["learn"], "step"),
        }
        for k in (0, 1):
            watched |= {f"{v}{k}": (updates[f"decay{k}"], v) for v in ("calls", "seen")}
            watched |= {f"{v}{k}": (updates[f"stamp{k}"], v) for v in ("when", "share")}
        for key, (owner, variable) in watched.items():
            rows.setdefault(key, []).append(pull(owner, variable))
    model.unload()
    return {key: np.stack(values) for key, values in rows.items()}


@case("float", "double")
def custom_update_reductions(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """A softmax in three updates, each of which reads what the one before reduced."""
    rng = np.random.default_rng(42)
    access, mode = pygenn.CustomUpdateVarAccess, pygenn.VarAccessMode
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    neuron = pygenn.create_neuron_model("holder", vars=[("x", "scalar"), ("y", "scalar")])
    largest = pygenn.create_custom_update_model(
        "largest",
        vars=[("m", "scalar", access.REDUCE_NEURON_MAX)],
        var_refs=[("x", "scalar", mode.READ_ONLY)],
        update_code="m = x;",
    )
    total = pygenn.create_custom_update_model(
        "total",
        vars=[("s", "scalar", access.REDUCE_NEURON_SUM)],
        var_refs=[("x", "scalar", mode.READ_ONLY), ("m", "scalar", mode.READ_ONLY)],
        update_code="s = exp(x - m);",
    )
    softmax = pygenn.create_custom_update_model(
        "softmax",
        var_refs=[
            ("x", "scalar", mode.READ_ONLY),
            ("m", "scalar", mode.READ_ONLY),
            ("s", "scalar", mode.READ_ONLY),
            ("y", "scalar"),
        ],
        update_code="y = exp(x - m) / s;",
    )
    start = (rng.standard_normal(37) * 4.0).astype(np.float32)
    pop = model.add_neuron_population("pop", 37, neuron, {}, {"x": start, "y": 0.0})
    x, y = (pygenn.create_var_ref(pop, v) for v in "xy")
    first = model.add_custom_update("largest", "Largest", largest, {}, {"m": 0.0}, {"x": x})
    m = pygenn.create_var_ref(first, "m")
    second = model.add_custom_update("total", "Total", total, {}, {"s": 0.0}, {"x": x, "m": m})
    s = pygenn.create_var_ref(second, "s")
    model.add_custom_update("soft", "Softmax", softmax, {}, {}, {"x": x, "m": m, "s": s, "y": y})
    model.build()
    model.load()
    for group in ("Largest", "Total", "Softmax"):
        model.custom_update(group)
    arrays = {"x": start, "m": pull(first, "m")}
    arrays |= {"s_libm": pull(second, "s"), "y_libm": pull(pop, "y")}
    model.unload()
    return arrays


def two_neurons(pygenn: ModuleType, name: str, precision: str, flush: bool) -> Arrays:
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    neuron, dc = integrate_and_fire(pygenn), injector(pygenn)
    reset = pygenn.create_custom_update_model(
        "reset",
        var_refs=[("V", "scalar"), ("n", "unsigned int")],
        update_code="V = 0.0; n = 0;",
    )
    clear = pygenn.create_custom_update_model(
        "clear",
        var_refs=[("in_flight", "uint32_t", pygenn.VarAccessMode.BROADCAST)],
        update_code="in_flight = 0;",
    )
    pops = [
        model.add_neuron_population(key, 1, neuron, {"Vthr": 1.0}, {"V": 0.0, "n": 0})
        for key in ("first", "second")
    ]
    group = static_dense(pygenn, model, "link", *pops, np.full((1, 1), 0.75))
    drive = model.add_current_source("drive", dc, pops[0], {}, {"magnitude": 1.0})
    for pop in pops:
        refs = {v: pygenn.create_var_ref(pop, v) for v in ("V", "n")}
        model.add_custom_update(f"reset_{pop.name}", "Reset", reset, {}, {}, refs)
    if flush:
        refs = {"in_flight": pygenn.create_src_spike_count_var_ref(group)}
        model.add_custom_update("clear", "Reset", clear, {}, {}, refs)
    model.build()
    model.load()
    watch = {"V": (pops[1], "V"), "n": (pops[0], "n")}
    arrays = {f"spike_{key}": value for key, value in trace(model, 1, **watch).items()}
    model.custom_update("Reset")
    push(drive, "magnitude", 0.0)
    arrays |= {f"reset_{key}": value for key, value in trace(model, 2, **watch).items()}
    # a spike once more, and this time the network is loaded again
    push(drive, "magnitude", 1.0)
    model.step_time()
    model.unload()
    model.load()
    push(drive, "magnitude", 0.0)
    arrays |= {f"reload_{key}": value for key, value in trace(model, 2, **watch).items()}
    model.unload()
    return arrays


@case("float")
def spikes_survive_reset(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    return two_neurons(pygenn, name, precision, flush=False)


@case("float", needs="create_src_spike_count_var_ref")
def spikes_flushed(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    return two_neurons(pygenn, name, precision, flush=True)
