"""Feed-forward networks, the classifier of the tutorials among them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import ModuleType

import numpy as np

from tests import ROOT
from tests.conformance.case_parts import (
    injector,
    integrate_and_fire,
    pull,
    push,
    recorded_spikes,
    static_dense,
    trace,
)
from tests.conformance.casebook import Arrays, case

DATA = ROOT / "data"

# 20 images of "Optical Recognition of Handwritten Digits" by E. Alpaydin and C. Kaynak, from the
# UCI Machine Learning Repository (CC BY 4.0): each pixel enlarged to 3 x 3, with a margin around.
DIGITS = Path(__file__).with_name("digits.npz")


def layered_network(
    pygenn: ModuleType, name: str, precision: str, dt: float | None, inputs_too: bool
) -> Arrays:
    rng = np.random.default_rng(5030)
    sizes = {"input": 50, "hidden": 30, "output": 10}
    amplitude = rng.uniform(0.0, 3.0, 50).astype(np.float32)
    # weights of many magnitudes: a sum taken in another order would end in another float
    forward = rng.normal(0.15, 0.5, (50, 30)).astype(np.float32)
    onward = rng.normal(0.3, 0.7, (30, 10)).astype(np.float32)

    model = pygenn.GeNNModel(precision, name)
    if dt is not None:
        model.dt = dt
    neuron = integrate_and_fire(pygenn, leak=" - 0.05 * V * dt")
    source = injector(pygenn)
    pops = {
        key: model.add_neuron_population(key, n, neuron, {"Vthr": 2.0}, {"V": 0.0, "n": 0})
        for key, n in sizes.items()
    }
    static_dense(pygenn, model, "forward", pops["input"], pops["hidden"], forward)
    static_dense(pygenn, model, "onward", pops["hidden"], pops["output"], onward)
    model.add_current_source("drive", source, pops["input"], {}, {"magnitude": amplitude})
    for pop in pops.values():
        pop.spike_recording_enabled = True
    model.build()
    model.load(num_recording_timesteps=100)
    watched = {f"{key}_V": (pop, "V") for key, pop in pops.items() if inputs_too or key != "input"}
    arrays = trace(model, 100, **watched)
    arrays |= recorded_spikes(model, **pops)
    arrays |= {f"{key}_n": pull(pop, "n") for key, pop in pops.items()}
    model.unload()
    return {"amplitude": amplitude, **arrays}


@case("float", "double")
def random_network(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    return layered_network(pygenn, name, precision, dt=1.0, inputs_too=True)


@case("float", "double")
def random_network_default_dt(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    return layered_network(pygenn, name, precision, dt=None, inputs_too=False)


@case("float")
def random_network_small_dt(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    return layered_network(pygenn, name, precision, dt=0.1, inputs_too=False)


@case("float", "double")
def inputs_that_are_alike(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Many neurons with a few currents between them, which change while they run."""
    rng = np.random.default_rng(7411)
    sizes = {"input": 96, "output": 40}
    levels = np.array([0.0, 0.3, 1.1, 2.9], np.float32)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.3
    neuron = integrate_and_fire(pygenn, leak=" - 0.05 * V * dt")
    pops = {
        key: model.add_neuron_population(key, n, neuron, {"Vthr": 2.0}, {"V": 0.0, "n": 0})
        for key, n in sizes.items()
    }
    weights = rng.normal(0.1, 0.4, (96, 40)).astype(np.float32)
    static_dense(pygenn, model, "forward", pops["input"], pops["output"], weights)
    drive = model.add_current_source(
        "drive", injector(pygenn), pops["input"], {}, {"magnitude": 0.0}
    )
    pops["output"].spike_recording_enabled = True
    model.build()
    model.load(num_recording_timesteps=150)
    arrays = {}
    # They run in one go: nothing is looked at in between.
    for period, steps in enumerate((70, 13, 67)):
        currents = rng.choice(levels, 96)
        push(drive, "magnitude", currents)
        for _ in range(steps):
            model.step_time()
        arrays[f"currents_{period}"] = currents
        arrays |= {f"{key}_V_{period}": pull(pop, "V") for key, pop in pops.items()}
    arrays |= recorded_spikes(model, output=pops["output"])
    arrays |= {f"{key}_n": pull(pop, "n") for key, pop in pops.items()}
    model.unload()
    return arrays


def classifier_weights() -> tuple[list[np.ndarray], np.ndarray]:
    """Give the weights of the tutorials, and a hash that tells which they were."""
    weights = [np.load(DATA / f"weights_{k}_{k + 1}.npy", allow_pickle=False) for k in (0, 1)]
    assert [w.shape for w in weights] == [(784, 128), (128, 10)]
    joined = hashlib.sha256(b"".join(np.ascontiguousarray(w).tobytes() for w in weights))
    return weights, np.frombuffer(joined.digest(), np.uint8)


CLASSIFIER_STEPS = 100


def classifier(pygenn: ModuleType, name: str, precision: str, between: str) -> Arrays:
    """Show 20 digits to the network of the tutorials.

    ``between`` says what happens from one image to the next: ``"reset"`` zeroes the variables and
    leaves the spikes of the last step in flight, ``"flush"`` takes those away as well, ``"reload"``
    loads the network again.
    """
    weights, sha256 = classifier_weights()
    with np.load(DIGITS) as stored:
        pixels = stored["pixels"]
    magnitudes = (pixels * 0.01).astype(np.float32)
    neuron = pygenn.create_neuron_model(
        "classifier_neuron",
        params=["Vthr"],
        vars=[("V", "scalar"), ("SpikeCount", "unsigned int")],
        sim_code="V += Isyn;",
        threshold_condition_code="V >= Vthr",
        reset_code="V = 0.0; SpikeCount++;",
    )
    source = injector(pygenn)
    reset = pygenn.create_custom_update_model(
        "reset",
        var_refs=[("V", "scalar"), ("SpikeCount", "unsigned int")],
        update_code="V = 0.0; SpikeCount = 0;",
    )
    flush = pygenn.create_custom_update_model(
        "flush",
        var_refs=[("in_flight", "uint32_t", pygenn.VarAccessMode.BROADCAST)],
        update_code="in_flight = 0;",
    )
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    pops = {
        key: model.add_neuron_population(key, n, neuron, {"Vthr": 5.0}, {"V": 0.0, "SpikeCount": 0})
        for key, n in (("input", 784), ("hidden", 128), ("output", 10))
    }
    groups = [
        static_dense(pygenn, model, "in_hidden", pops["input"], pops["hidden"], weights[0]),
        static_dense(pygenn, model, "hidden_out", pops["hidden"], pops["output"], weights[1]),
    ]
    drive = model.add_current_source("drive", source, pops["input"], {}, {"magnitude": 0.0})
    for key, pop in pops.items():
        pop.spike_recording_enabled = True
        refs = {v: pygenn.create_var_ref(pop, v) for v in ("V", "SpikeCount")}
        model.add_custom_update(f"{key}_reset", "Reset", reset, {}, {}, refs)
    if between == "flush":
        for group in groups:
            refs = {"in_flight": pygenn.create_src_spike_count_var_ref(group)}
            model.add_custom_update(f"{group.name}_flush", "Flush", flush, {}, {}, refs)
    model.build()
    model.load(num_recording_timesteps=CLASSIFIER_STEPS)

    rows: dict[str, list[np.ndarray]] = {}
    for image, magnitude in enumerate(magnitudes):
        push(drive, "magnitude", magnitude)
        for _ in range(CLASSIFIER_STEPS):
            model.step_time()
        spikes = recorded_spikes(model, **pops)
        for key, pop in pops.items():
            rows.setdefault(f"{key}_count", []).append(pull(pop, "SpikeCount"))
            # every train of 784 inputs would be large, and the counts hold nearly as much
            if key != "input" or image == 0:
                raster = np.zeros((CLASSIFIER_STEPS, pop.num_neurons), bool)
                steps = np.rint(spikes[f"{key}_times"]).astype(int) % CLASSIFIER_STEPS
                raster[steps, spikes[f"{key}_ids"]] = True
                rows.setdefault(f"{key}_raster", []).append(np.packbits(raster, axis=1))
            if key != "input":
                rows.setdefault(f"{key}_V", []).append(pull(pop, "V"))
        if between == "reload":
            model.unload()
            model.load(num_recording_timesteps=CLASSIFIER_STEPS)
        else:
            model.custom_update("Reset")
        if between == "flush":
            model.custom_update("Flush")
    model.unload()
    arrays = {key: np.stack(values) for key, values in rows.items()}
    return {"weights_sha256": sha256, "pixels": pixels, **arrays}


@case("float")
def classifier_reset(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    return classifier(pygenn, name, precision, between="reset")


@case("float")
def classifier_reload(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    return classifier(pygenn, name, precision, between="reload")


@case("float", needs="create_src_spike_count_var_ref")
def classifier_flush(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    return classifier(pygenn, name, precision, between="flush")
