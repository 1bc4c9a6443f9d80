"""What the cases share: reading and writing variables, small models, weights."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np

from tests.conformance.casebook import Arrays


class Access:
    """How the cases look at what runs: one network, whose arrays are given as they are.

    All reading and writing goes through `access`, so that a test can run the same cases in batches.
    """

    def read(self, variable: Any) -> np.ndarray:
        variable.pull_from_device()
        return np.array(variable.view)

    def read_values(self, variable: Any) -> np.ndarray:
        variable.pull_from_device()
        return np.array(variable.values)

    def read_current(self, variable: Any) -> np.ndarray:
        variable.pull_from_device()
        return np.array(variable.current_view)

    def write(self, variable: Any, values: Any) -> None:
        variable.view[:] = values
        variable.push_to_device()

    def write_values(self, variable: Any, values: Any) -> None:
        variable.values = values
        variable.push_to_device()

    def spikes(self, data: list[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
        (spikes,) = data
        return spikes


access = Access()


def read(variable: Any) -> np.ndarray:
    """Give a copy of a variable as it is on the device."""
    return access.read(variable)


def read_values(variable: Any) -> np.ndarray:
    """Give a copy of a variable of sparse synapses, which has no view."""
    return access.read_values(variable)


def read_current(variable: Any) -> np.ndarray:
    """Give a copy of the current slot of a delayed variable."""
    return access.read_current(variable)


def pull(group: Any, name: str) -> np.ndarray:
    """Give a copy of a variable of a group as it is on the device."""
    return read(group.vars[name])


def write(variable: Any, values: Any) -> None:
    """Set a variable on the device."""
    access.write(variable, values)


def push(group: Any, name: str, values: Any) -> None:
    """Set a variable of a group on the device."""
    write(group.vars[name], values)


def write_values(variable: Any, values: Any) -> None:
    """Set a variable of sparse synapses, which has no view."""
    access.write_values(variable, values)


def trace(model: Any, steps: int, **watch: tuple[Any, str]) -> Arrays:
    """Step the model and keep the watched variables after every step, as ``(steps, N)``."""
    rows: dict[str, list[np.ndarray]] = {key: [] for key in watch}
    for _ in range(steps):
        model.step_time()
        for key, (group, name) in watch.items():
            rows[key].append(pull(group, name))
    return {key: np.stack(values) for key, values in rows.items()}


def recorded_spikes(model: Any, in_order: bool = True, **populations: Any) -> Arrays:
    """Give times and ids of the recorded spikes, by time and id or as the module returns them."""
    model.pull_recording_buffers_from_device()
    data = {key: population.spike_recording_data for key, population in populations.items()}
    return _sorted_out(data, in_order)


def recorded_events(model: Any, side: str, **groups: Any) -> Arrays:
    """Give times and ids of the recorded spike-like events of one side of synapse groups."""
    model.pull_recording_buffers_from_device()
    attribute = f"{side}_spike_event_recording_data"
    return _sorted_out({key: getattr(group, attribute) for key, group in groups.items()}, True)


def _sorted_out(data: dict[str, Any], in_order: bool) -> Arrays:
    result = {}
    for key, recorded in data.items():
        times, ids = access.spikes(recorded)
        order = np.lexsort((ids, times)) if in_order else slice(None)
        result[f"{key}_times"], result[f"{key}_ids"] = times[order], ids[order]
    return result


def keep(model: Any, thing: Any) -> Any:
    """Tie an object to the life of a model: PyGeNN needs the descriptions that it was given."""
    model.__dict__.setdefault("kept", []).append(thing)
    return thing


def integrate_and_fire(pygenn: ModuleType, leak: str = "") -> Any:
    return pygenn.create_neuron_model(
        "integrate_and_fire",
        params=["Vthr"],
        vars=[("V", "scalar"), ("n", "unsigned int")],
        sim_code=f"V += Isyn * dt{leak};",
        threshold_condition_code="V >= Vthr",
        reset_code="V = 0.0; n++;",
    )


def accumulator(pygenn: ModuleType) -> Any:
    """Make a neuron that sums its input and never spikes."""
    return pygenn.create_neuron_model(
        "accumulator",
        vars=[("V", "scalar"), ("I", "scalar")],
        sim_code="I = Isyn; V += Isyn;",
    )


def scheduled(pygenn: ModuleType) -> Any:
    """Make a neuron that spikes in the steps whose bit is set in ``schedule``, over and over."""
    return pygenn.create_neuron_model(
        "scheduled",
        vars=[("schedule", "unsigned int"), ("k", "unsigned int"), ("now", "unsigned int")],
        # the language has no right shift
        sim_code="now = schedule & (1u << (k % 32u)); k++;",
        threshold_condition_code="now != 0u",
    )


def senders(pygenn: ModuleType, model: Any, rng: np.random.Generator, number: int) -> Any:
    """Add a population ``pre`` that spikes at random."""
    state = {"schedule": rng.integers(0, 2**32, number, dtype=np.uint32), "k": 0, "now": 0}
    neuron = keep(model, scheduled(pygenn))
    return model.add_neuron_population("pre", number, neuron, {}, state)


def accumulators(pygenn: ModuleType, model: Any, number: int, name: str = "post") -> Any:
    """Add a population that sums its input in ``V`` and keeps the last of it in ``I``."""
    neuron = keep(model, accumulator(pygenn))
    return model.add_neuron_population(name, number, neuron, {}, {"V": 0.0, "I": 0.0})


def injector(pygenn: ModuleType) -> Any:
    return pygenn.create_current_source_model(
        "injector", vars=[("magnitude", "scalar")], injection_code="injectCurrent(magnitude);"
    )


def static_dense(
    pygenn: ModuleType, model: Any, name: str, source: Any, target: Any, weights: np.ndarray
) -> Any:
    return model.add_synapse_population(
        name,
        "DENSE",
        source,
        target,
        pygenn.init_weight_update("StaticPulse", {}, {"g": weights.flatten()}),
        pygenn.init_postsynaptic("DeltaCurr"),
    )


def sixteenths(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Draw numbers that can be added up in any order without rounding."""
    return rng.integers(-16, 17, shape) / 16.0


def wide(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Draw numbers of so different magnitudes that the order of a sum shows."""
    return rng.standard_normal(shape) * 10.0 ** rng.uniform(-3, 3, shape)
