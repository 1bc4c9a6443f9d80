"""Small networks that several tests share, so that each is compiled once."""

from __future__ import annotations

from typing import Any

import numpy as np

import numbagenn as engine

INTEGRATE_AND_FIRE = engine.create_neuron_model(
    "integrate_and_fire",
    params=["Vthr"],
    vars=[("V", "scalar"), ("count", "unsigned int")],
    sim_code="V += Isyn * dt;",
    threshold_condition_code="V >= Vthr",
    reset_code="V = 0.0; count++;",
)
PIXEL = engine.create_current_source_model(
    "pixel", vars=[("magnitude", "scalar")], injection_code="injectCurrent(magnitude);"
)
RESET = engine.create_custom_update_model(
    "reset",
    var_refs=[("V", "scalar"), ("count", "unsigned int")],
    update_code="V = 0.0; count = 0;",
)
FLUSH = engine.create_custom_update_model(
    "flush",
    var_refs=[("num_spikes", "uint32_t", engine.VarAccessMode.BROADCAST)],
    update_code="num_spikes = 0u;",
)

START = {"V": 0.0, "count": 0}


def new_model(name: str = "test", batch_size: int = 1, precision: str = "float") -> Any:
    model = engine.GeNNModel(precision, name)
    model.dt = 1.0
    model.batch_size = batch_size
    return model


def add_cells(model: Any, name: str, number: int, threshold: float = 1.0) -> Any:
    return model.add_neuron_population(
        name, number, INTEGRATE_AND_FIRE, {"Vthr": threshold}, dict(START)
    )


def connect(
    model: Any, source: Any, target: Any, weights: Any, postsynaptic: Any = None, name: str = ""
) -> Any:
    return model.add_synapse_population(
        name or f"{source.name}_{target.name}",
        "DENSE",
        source,
        target,
        engine.init_weight_update("StaticPulse", {}, {"g": np.asarray(weights).flatten()}),
        postsynaptic or engine.init_postsynaptic("DeltaCurr"),
    )


def add_reset(model: Any, group: str = "Reset") -> None:
    """Add the reset of all neurons, under one group name."""
    for name, pop in model.neuron_populations.items():
        references = {key: engine.create_var_ref(pop, key) for key in ("V", "count")}
        model.add_custom_update(f"{name}_reset", group, RESET, {}, {}, references)


def pulled(group: Any, name: str) -> np.ndarray:
    group.vars[name].pull_from_device()
    return group.vars[name].values


def pushed(group: Any, name: str, values: Any) -> None:
    group.vars[name].values = values
    group.vars[name].push_to_device()


def steps(model: Any, number: int) -> None:
    for _ in range(number):
        model.step_time()
