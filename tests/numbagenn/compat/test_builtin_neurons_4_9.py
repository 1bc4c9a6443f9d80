"""The neurons that PyGeNN 4.9 came with: when they spike, and those that 5 lacks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import numbagenn as engine
from numbagenn.compat.v4_9.builtin_models import find, names_of
from numbagenn.compat.v4_9.model import GeNNModel
from numbagenn.models.builtin_models import built_in_models
from numbagenn.models.descriptions import NeuronModel

#: Whether a built-in neuron of 4.9 stays silent as long as it is above its threshold.
REFRACTORY = {
    "Izhikevich": False,
    "IzhikevichVariable": False,
    "LIF": False,
    "Poisson": True,
    "PoissonNew": False,
    "RulkovMap": True,
    "SpikeSource": False,
    "SpikeSourceArray": False,
    "TraubMiles": True,
    "TraubMilesAlt": True,
    "TraubMilesFast": True,
    "TraubMilesNStep": True,
}
CHANNELS = {"gNa": 7.15, "ENa": 50.0, "gK": 1.43, "EK": -95.0, "gl": 0.02672, "El": -63.563}
CHANNELS |= {"C": 0.143}
AT_REST = {"V": -60.0, "m": 0.0529324, "h": 0.3176767, "n": 0.5961207}


@pytest.mark.parametrize("name", names_of(NeuronModel))
def test_a_neuron_above_its_threshold_spikes_again_where_it_does_in_4_9(name: str) -> None:
    assert find(name, NeuronModel, "a test").is_auto_refractory_required() == REFRACTORY[name]


def test_no_neuron_of_5_is_changed() -> None:
    neurons = [model for model in built_in_models() if isinstance(model, NeuronModel)]
    assert neurons
    assert not any(model.auto_refractory_required for model in neurons)


def simulated(
    name: str, dt: float = 0.1, steps: int = 400, model_class: Any = GeNNModel, **more: float
) -> tuple[list[int], np.ndarray]:
    """Return the steps in which a driven neuron spikes, and its voltage after each step."""
    model = model_class("double", "driven")
    model.dt = dt
    pop = model.add_neuron_population("pop", 1, name, {**CHANNELS, **more}, AT_REST)
    model.add_current_source("drive", "DC", pop, {"amp": 0.5}, {})
    pop.spike_recording_enabled = True
    model.build()
    model.load(num_recording_timesteps=steps)
    voltages = []
    for _ in range(steps):
        model.step_time()
        pop.pull_var_from_device("V")
        voltages.append(pop.vars["V"].view[0])
    model.pull_recording_buffers_from_device()
    recorded = pop.spike_recording_data
    times, _ = recorded if model_class is GeNNModel else recorded[0]
    return np.rint(np.asarray(times) / dt).astype(int).tolist(), np.array(voltages)


@pytest.mark.filterwarnings("ignore:.* is deprecated:FutureWarning")
@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("TraubMiles", {}),
        ("TraubMilesFast", {}),
        ("TraubMilesAlt", {}),
        ("TraubMilesNStep", {"ntimes": 25}),
    ],
)
def test_a_spike_is_one_crossing(name: str, more: dict[str, float]) -> None:
    spikes, voltages = simulated(name, **more)
    above = voltages >= 0.0
    assert spikes == np.flatnonzero(above & ~np.append(False, above[:-1])).tolist()
    assert 1 < len(spikes) < above.sum()
    in_5, same = simulated("TraubMiles", model_class=engine.GeNNModel)
    assert in_5 == np.flatnonzero(same >= 0.0).tolist()
    np.testing.assert_allclose(voltages, same, rtol=1e-9)


def test_the_number_of_parts_is_a_parameter() -> None:
    _, once = simulated("TraubMilesNStep", dt=0.002, steps=50, ntimes=1)
    _, often = simulated("TraubMilesNStep", dt=0.002, steps=50, ntimes=100)
    _, usual = simulated("TraubMiles", dt=0.05, steps=2)
    assert once[24] == pytest.approx(usual[0], rel=1e-12)
    assert once[24] != often[24]


@pytest.mark.parametrize(
    ("name", "voltage", "slope"),
    [("TraubMiles", -52.0, 1.28), ("TraubMilesAlt", -52.0, 0.0), ("TraubMilesFast", -52.0, np.nan)],
)
def test_forms_differ_where_a_rate_is_0_by_0(name: str, voltage: float, slope: float) -> None:
    model = GeNNModel("double", "still")
    model.dT = 25.0e-6  # 25 parts of 1e-6 ms, in which the voltage stays where it is
    params = {**CHANNELS, "gNa": 0.0, "gK": 0.0, "gl": 0.0}
    pop = model.add_neuron_population("pop", 1, name, params, {**AT_REST, "V": voltage, "m": 0.0})
    model.build()
    model.load()
    model.step_time()
    pop.pull_var_from_device("m")
    opened = pop.vars["m"].view[0] / 25.0e-6
    np.testing.assert_allclose(opened, slope, rtol=1e-3)


def poisson(probabilities: list[float], offset: int, steps: int = 4000) -> list[list[float]]:
    """Return the times of the spikes of neurons with some probabilities of one in each step."""
    model = GeNNModel("float", "poisson")
    model._model.set_seed(7)
    model.dT = 1.0
    number = len(probabilities) - offset
    params = {"trefract": 5.0, "tspike": 2.0, "Vspike": 20.0, "Vrest": -60.0}
    state = {"V": -60.0, "spikeTime": -10.0}
    pop = model.add_neuron_population("pop", number, "Poisson", params, state)
    pop.set_extra_global_param("firingProb", probabilities)
    pop.set_extra_global_param("offset", offset)
    pop.spike_recording_enabled = True
    model.build()
    model.load(num_recording_timesteps=steps)
    for _ in range(steps):
        model.step_time()
    model.pull_recording_buffers_from_device()
    times, ids = pop.spike_recording_data
    return [times[ids == neuron].tolist() for neuron in range(number)]


def test_poisson_of_4_9_spikes_at_its_rate_with_a_refractory_time() -> None:
    silent, certain, seldom = poisson([9.0, 0.0, 1.0, 0.1], offset=1)
    assert silent == []
    # A spike that is possible again after more than 5 ms.
    assert np.diff(certain).tolist() == [6.0] * (len(certain) - 1)
    assert certain[0] == 0.0
    intervals = np.diff(seldom)
    assert intervals.min() == 6.0
    # On average nine further steps without a spike.
    assert intervals.mean() == pytest.approx(15.0, rel=0.15)


def test_poisson_of_5_is_another_model() -> None:
    assert find("PoissonNew", NeuronModel, "a test").class_name == "Poisson"
    assert find("Poisson", NeuronModel, "a test").class_name == "Poisson"
    names = [param.name for param in find("Poisson", NeuronModel, "a test").params]
    assert names == ["trefract", "tspike", "Vspike", "Vrest"]
