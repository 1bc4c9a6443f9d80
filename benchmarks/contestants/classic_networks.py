"""The classic networks as plain PyGeNN scripts, which run unchanged on numbagenn and on PyGeNN."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.contestants import e_prop, event_prop
from benchmarks.contestants.latencies import spikes_of
from benchmarks.job import Simulated, Simulation


class Network(NamedTuple):
    """A network to simulate.

    Parameters
    ----------
    describe
        Adds neurons and synapses to a model, given the module `pygenn` or one with its names, and
        returns the populations whose spikes are counted.
    dt
        Length of a step in ms.
    steps
        Steps of a run.
    """

    describe: Callable[[Any, Any], list[Any]]
    dt: float
    steps: int


class Learning(NamedTuple):
    """A network that learns from digits: its class, and what it takes digits as.

    Parameters
    ----------
    make
        The class.
    latency
        Returns times of spikes for grey levels.
    darkest
        The grey level up to which pixels have no spike.
    steps
        Steps of 1 ms for which a digit is shown.
    """

    make: Callable[..., Any]
    latency: Callable[[NDArray[np.float64]], NDArray[np.float64]]
    darkest: int
    steps: int


def build(folder: Path, network: str, *, api: str, **preferences: Any) -> Simulation:
    """Build the network of a name, in the module `pygenn` or one with its names.

    Parameters
    ----------
    folder
        Folder with the digits, for networks that learn from them.
    network
        One of `NETWORKS` or of `LEARNING`.
    api
        Name of the module.
    **preferences
        Further arguments of `GeNNModel`.
    """
    module = importlib.import_module(api)
    threads = 1 if api == "pygenn" else module.get_num_threads()
    make = _learning if network in LEARNING else _simulation
    model_seconds, run, spikes = make(module, folder, network, preferences)

    def timed() -> Simulated:
        begin, used = perf_counter(), process_time()
        run()
        seconds, cpu_seconds = perf_counter() - begin, process_time() - used
        return Simulated(seconds, cpu_seconds, spikes())

    return Simulation({api: module.__version__}, threads, model_seconds, timed)


#: The length of a run in seconds of the network, how to run, and what counts spikes afterwards.
_Made = tuple[float, Callable[[], None], Callable[[], list[int]]]


def _simulation(api: Any, _: Path, network: str, preferences: dict[str, Any]) -> _Made:
    describe, dt, steps = NETWORKS[network]
    model = api.GeNNModel("float", network.replace("-", "_"), **preferences)
    model.dt, model.seed = dt, 1
    populations = describe(api, model)
    for population in populations:
        population.spike_recording_enabled = True
    model.build()
    model.load(num_recording_timesteps=steps)
    # What is only compiled or allocated when it is first used belongs to building.
    model.step_time()
    populations[0].vars["V"].pull_from_device()
    left = steps - 1

    def run() -> None:
        nonlocal left
        for _ in range(left):
            model.step_time()
        model.pull_recording_buffers_from_device()
        left = steps

    def spikes() -> list[int]:
        return [len(population.spike_recording_data[0][0]) for population in populations]

    return dt * steps / 1000, run, spikes


def _learning(api: Any, folder: Path, network: str, preferences: dict[str, Any]) -> _Made:
    kind = LEARNING[network]
    with np.load(folder / "digits.npz", allow_pickle=False) as digits:
        images, labels = digits["images"], digits["labels"]
    spikes = spikes_of(images, labels, kind.latency, kind.darkest)
    learner = kind.make(api, **preferences)
    learner.build()
    learner.learn(spikes.part(0, 1))
    right = 0

    def run() -> None:
        nonlocal right
        right = learner.learn(spikes)

    return len(images) * kind.steps / 1000, run, lambda: [right]


# --- Vogels and Abbott, Journal of Neuroscience 25:10786 (2005) -----------------------------------

LIF = {"C": 1.0, "TauM": 20.0, "Vrest": -49.0, "Vreset": -60.0, "Vthresh": -50.0}
LIF |= {"Ioffset": 0.0, "TauRefrac": 5.0}


def random_pairs(
    rng: np.random.Generator, sources: int, targets: int, probability: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return which neurons are connected: every pair with the same probability."""
    pairs = sources * targets
    enough = round(pairs * probability + 10 * math.sqrt(pairs * probability))
    chosen = np.cumsum(rng.geometric(probability, enough)) - 1
    pre, post = np.divmod(chosen[chosen < pairs], targets)
    return pre, post


def _vogels_abbott(
    api: Any, model: Any, neurons: int, weights: Sequence[float], receptors: Sequence[Any]
) -> list[Any]:
    """Add excitatory and inhibitory neurons, 2 % of all pairs connected. No number is drawn."""
    rng = np.random.default_rng(1)
    populations = [
        model.add_neuron_population(
            name, size, "LIF", LIF, {"V": rng.uniform(-60.0, -50.0, size), "RefracTime": 0.0}
        )
        for name, size in (("E", neurons * 4 // 5), ("I", neurons // 5))
    ]
    for source, weight, receptor in zip(populations, weights, receptors, strict=True):
        for target in populations:
            synapses = model.add_synapse_population(
                source.name + target.name,
                "SPARSE",
                source,
                target,
                api.init_weight_update("StaticPulseConstantWeight", {"g": weight}),
                receptor(target),
            )
            synapses.set_sparse_connections(
                *random_pairs(rng, source.num_neurons, target.num_neurons, 0.02)
            )
    return populations


def cuba(api: Any, model: Any, neurons: int = 4000) -> list[Any]:
    """Add leaky neurons with exponential currents; the more there are, the weaker they are."""
    weights = [weight * 4000 / neurons / LIF["TauM"] for weight in (1.62 * 4, -9.0 * 2)]
    receptors = [
        lambda _, tau=tau: api.init_postsynaptic("ExpCurr", {"tau": tau}) for tau in (5.0, 10.0)
    ]
    return _vogels_abbott(api, model, neurons, weights, receptors)


def coba(api: Any, model: Any) -> list[Any]:
    """Add leaky neurons with exponential conductances."""
    receptors = [
        lambda target, params={"tau": tau, "E": reversal}: api.init_postsynaptic(
            "ExpCond", params, var_refs={"V": api.create_var_ref(target, "V")}
        )
        for tau, reversal in ((5.0, 0.0), (10.0, -80.0))
    ]
    return _vogels_abbott(api, model, 4000, (0.03, 0.335), receptors)


# --- Brunel, Journal of Computational Neuroscience 8:183 (2000) -----------------------------------

#: Excitatory weight in mV, how much stronger inhibition is, and the external spikes in a step.
BRUNEL_WEIGHT, BRUNEL_INHIBITION, BRUNEL_EXTERNAL = 0.25, 5.0, 0.8


def brunel(api: Any, model: Any) -> list[Any]:
    """Add 5,000 neurons with delta synapses and a delay, 10 % of all pairs connected.

    Rates depend much on who is connected, so that this is not drawn by the simulator.
    """
    rng = np.random.default_rng(1)
    cell = api.create_neuron_model(
        "brunel_cell",
        params=["Decay", "Threshold", "Reset", "Pause"],
        vars=[("V", "scalar"), ("Left", "scalar")],
        sim_code="""
        if (Left > 0.0) {
            Left -= dt;
        }
        else {
            V = (V * Decay) + Isyn;
        }
        """,
        threshold_condition_code="Left <= 0.0 && V >= Threshold",
        reset_code="V = Reset; Left = Pause;",
    )
    external = api.create_current_source_model(
        "brunel_external",
        params=["Weight", "Least"],
        injection_code="""
        scalar product = gennrand_uniform();
        int number = 0;
        while (product > Least) {
            product *= gennrand_uniform();
            number++;
        }
        injectCurrent(number * Weight);
        """,
    )
    params = {"Decay": math.exp(-model.dt / 20.0), "Threshold": 20.0, "Reset": 10.0, "Pause": 1.95}
    populations = []
    for name, size in (("E", 4000), ("I", 1000)):
        start = {"V": api.init_var("Uniform", {"min": 0.0, "max": 20.0}), "Left": 0.0}
        populations.append(model.add_neuron_population(name, size, cell, params, start))
        drive = {"Weight": BRUNEL_WEIGHT, "Least": math.exp(-BRUNEL_EXTERNAL)}
        model.add_current_source(f"external{name}", external, populations[-1], drive, {})
    weights = BRUNEL_WEIGHT, -BRUNEL_INHIBITION * BRUNEL_WEIGHT
    for source, weight in zip(populations, weights, strict=True):
        for target in populations:
            synapses = model.add_synapse_population(
                source.name + target.name,
                "SPARSE",
                source,
                target,
                api.init_weight_update("StaticPulseConstantWeight", {"g": weight}),
                api.init_postsynaptic("DeltaCurr"),
            )
            synapses.axonal_delay_steps = 15
            synapses.set_sparse_connections(
                *random_pairs(rng, source.num_neurons, target.num_neurons, 0.1)
            )
    return populations


# --- Izhikevich, IEEE Transactions on Neural Networks 14:1569 (2003) ------------------------------


def izhikevich(api: Any, model: Any, neurons: int, connections: int | None) -> list[Any]:
    """Add spiking and resting neurons with noise, each to all others or to a number of them."""
    rng = np.random.default_rng(1)
    populations = []
    for name, size, sd in (("E", neurons * 4 // 5, 5.0), ("I", neurons // 5, 2.0)):
        r = rng.random(size)
        cell: dict[str, Any]
        if name == "E":
            cell = {"a": 0.02, "b": 0.2, "c": -65.0 + 15.0 * r**2, "d": 8.0 - 6.0 * r**2}
        else:
            cell = {"a": 0.02 + 0.08 * r, "b": 0.25 - 0.05 * r, "c": -65.0, "d": 2.0}
        start = {"V": -65.0, "U": -65.0 * cell["b"], **cell}
        populations.append(model.add_neuron_population(name, size, "IzhikevichVariable", {}, start))
        noise = {"mean": 0.0, "sd": sd}
        model.add_current_source(f"noise{name}", "GaussianNoise", populations[-1], noise, {})
    for source, strongest in zip(populations, (0.5, -1.0), strict=True):
        for target in populations:
            # As much input in all, whatever the size and the number of connections.
            sizes = source.num_neurons, target.num_neurons
            pairs = random_pairs(rng, *sizes, connections / neurons) if connections else None
            number = len(pairs[0]) if pairs else math.prod(sizes)
            weights = strongest * 1000 / (connections or neurons) * rng.random(number)
            synapses = model.add_synapse_population(
                source.name + target.name,
                "SPARSE" if pairs else "DENSE",
                source,
                target,
                api.init_weight_update("StaticPulse", {}, {"g": weights}),
                api.init_postsynaptic("DeltaCurr"),
            )
            if pairs:
                synapses.set_sparse_connections(*pairs)
    return populations


# --- Potjans and Diesmann, Cerebral Cortex 24:785 (2014) ------------------------------------------

#: Of each population: its neurons, its external inputs, and its rate in the full network, in Hz.
COLUMN = {
    "23E": (20683, 1600, 0.971),
    "23I": (5834, 1500, 2.868),
    "4E": (21915, 2100, 4.746),
    "4I": (5479, 1900, 5.396),
    "5E": (4850, 2000, 8.142),
    "5I": (1065, 1900, 9.078),
    "6E": (14395, 2900, 0.991),
    "6I": (2948, 2100, 7.523),
}

#: Probabilities that a neuron of a column connects to one of a row.
CONNECTED = (
    (0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0.0, 0.0076, 0.0),
    (0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0.0, 0.0042, 0.0),
    (0.0077, 0.0059, 0.0497, 0.1350, 0.0067, 0.0003, 0.0453, 0.0),
    (0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0.0, 0.1057, 0.0),
    (0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0.0),
    (0.0548, 0.0269, 0.0257, 0.0022, 0.0600, 0.3158, 0.0086, 0.0),
    (0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252),
    (0.0364, 0.0010, 0.0034, 0.0005, 0.0277, 0.0080, 0.0658, 0.1443),
)

#: Of a synapse: its strength in nA, and its time constant in ms.
COLUMN_WEIGHT, COLUMN_TAU = 87.8e-3, 0.5


def potjans(api: Any, model: Any, scale: float = 0.1) -> list[Any]:
    """Add a column of cortex with a part of its neurons and connections, and as much input."""
    model.fuse_postsynaptic_models = True
    model.default_narrow_sparse_ind_enabled = True
    cell = {"C": 0.25, "TauM": 10.0, "Vrest": -65.0, "Vreset": -65.0, "Vthresh": -50.0}
    cell |= {"TauRefrac": 2.0}
    strength = COLUMN_WEIGHT / math.sqrt(scale)
    populations = {}
    for row, (target, (neurons, external, _)) in zip(CONNECTED, COLUMN.items(), strict=True):
        weights = [_column_weight(source, target) for source in COLUMN]
        lost = COLUMN_WEIGHT * external * 8.0
        for source, weight, probability in zip(COLUMN, weights, row, strict=True):
            number, rate = COLUMN[source][0], COLUMN[source][2]
            lost += weight * _synapses(probability, neurons, number) / neurons * rate
        # Fewer inputs that are stronger have the same variance, and a smaller mean.
        current = 0.001 * (1 - math.sqrt(scale)) * COLUMN_TAU * lost
        voltage = api.init_var("Normal", {"mean": -58.0, "sd": 5.0})
        population = model.add_neuron_population(
            target,
            round(neurons * scale),
            "LIF",
            {**cell, "Ioffset": current},
            {"V": voltage, "RefracTime": 0.0},
        )
        noise = {"weight": strength, "tauSyn": COLUMN_TAU, "rate": 8.0 * external * scale}
        model.add_current_source(
            f"external{target}", "PoissonExp", population, noise, {"current": 0.0}
        )
        populations[target] = population
    for row, target in zip(CONNECTED, COLUMN, strict=True):
        for source, probability in zip(COLUMN, row, strict=True):
            if not probability:
                continue
            total = _synapses(probability, COLUMN[target][0], COLUMN[source][0])
            mean = _column_weight(source, target) / math.sqrt(scale)
            least, most, delay = (0.0, 3e38, 1.5) if mean > 0 else (-3e38, 0.0, 0.75)
            g = {"mean": mean, "sd": abs(mean) * 0.1, "min": least, "max": most}
            d = {"mean": delay, "sd": delay / 2, "min": 0.0, "max": 6.3}
            start = {"g": api.init_var("NormalClipped", g)}
            start["d"] = api.init_var("NormalClippedDelay", d)
            synapses = model.add_synapse_population(
                f"{source}_{target}",
                "SPARSE",
                populations[source],
                populations[target],
                api.init_weight_update("StaticPulseDendriticDelay", {}, start),
                api.init_postsynaptic("ExpCurr", {"tau": COLUMN_TAU}),
                api.init_sparse_connectivity(
                    "FixedNumberTotalWithReplacement", {"num": round(total * scale**2)}
                ),
            )
            synapses.max_dendritic_delay_timesteps = 64
    return list(populations.values())


def _synapses(probability: float, targets: int, sources: int) -> float:
    """Return how many synapses give a pair of neurons this probability of having any."""
    pairs = targets * sources
    return math.log(1.0 - probability) / math.log((pairs - 1.0) / pairs)


def _column_weight(source: str, target: str) -> float:
    factor = 2.0 if (source, target) == ("4E", "23E") else 1.0 if source[-1] == "E" else -4.0
    return factor * COLUMN_WEIGHT


# --- Song, Miller and Abbott, Nature Neuroscience 3:919 (2000) ------------------------------------


STDP = {"TauPlus": 20.0, "TauMinus": 20.0, "APlus": 1.5e-4, "AMinus": 1.575e-4, "Largest": 0.03}
STDP_CELL = {**LIF, "Vrest": -74.0, "Vthresh": -54.0, "TauRefrac": 0.0}


def stdp(api: Any, model: Any) -> list[Any]:
    """Add 1,000 Poisson inputs to 100 leaky neurons each, with weights that learn from pairs."""
    rule = api.create_weight_update_model(
        "stdp_additive",
        params=["TauPlus", "TauMinus", "APlus", "AMinus", "Largest"],
        vars=[("g", "scalar")],
        pre_vars=[("Pre", "scalar")],
        post_vars=[("Post", "scalar")],
        pre_spike_code="Pre = (Pre * exp((st_pre - t) / TauPlus)) + APlus;",
        post_spike_code="Post = (Post * exp((st_post - t) / TauMinus)) + AMinus;",
        pre_spike_syn_code="""
        addToPost(g);
        g = fmax(0.0, g - (Post * exp((st_post - t) / TauMinus)));
        """,
        post_spike_syn_code="g = fmin(Largest, g + (Pre * exp((st_pre - t) / TauPlus)));",
    )
    largest = STDP["Largest"]
    inputs = model.add_neuron_population(
        "inputs", 1000, "Poisson", {"rate": 15.0}, {"timeStepToSpike": 0.0}
    )
    cells = model.add_neuron_population(
        "cells", 100, "LIF", STDP_CELL, {"V": -60.0, "RefracTime": 0.0}
    )
    start = {"g": np.random.default_rng(1).uniform(0.0, largest, 1000 * 100)}
    model.add_synapse_population(
        "synapses",
        "DENSE",
        inputs,
        cells,
        api.init_weight_update(rule, STDP, start, {"Pre": 0.0}, {"Post": 0.0}),
        api.init_postsynaptic("ExpCurr", {"tau": 5.0}),
    )
    return [cells, inputs]


#: Networks by name. The neurons of `cuba-20000` are enough for threads to share them.
NETWORKS = {
    "cuba": Network(cuba, 0.1, 5000),
    # Threads share it: what it takes to wake them is not to count for much.
    "cuba-20000": Network(partial(cuba, neurons=20_000), 0.1, 20_000),
    "coba": Network(coba, 0.1, 5000),
    "brunel": Network(brunel, 0.1, 2000),
    "izhikevich-dense": Network(partial(izhikevich, neurons=1000, connections=None), 1.0, 5000),
    "izhikevich-sparse": Network(partial(izhikevich, neurons=10_000, connections=100), 1.0, 2000),
    "stdp": Network(stdp, 1.0, 5000),
    "potjans": Network(potjans, 0.1, 2000),
}

#: Networks that learn from one digit after the other.
LEARNING = {
    "event-prop": Learning(event_prop.EventProp, event_prop.latency, 1, event_prop.STEPS),
    "e-prop": Learning(e_prop.EProp, e_prop.latency, e_prop.DARKEST, e_prop.STEPS),
}
