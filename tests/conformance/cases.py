"""Networks that run alike on PyGeNN and on the bundled engine, and what is read from them.

A case is a function that takes the module to test, builds and runs a network with its names alone,
and returns everything it read as arrays. The same function is run on real PyGeNN by ``record.py``
and on the bundled engine by ``test_recorded.py``.

All cases keep to device semantics: what they write is pushed, what they read is pulled. They hold a
reference to every model they make for as long as the network lives, because PyGeNN does not.

Arrays whose name ends in ``_libm`` hold results of functions that the C library may round
differently elsewhere; ``NAME_labels`` says what the rows of the array ``NAME`` are.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

DATA = Path(__file__).parents[2] / "data"

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Case:
    """One network in one precision.

    Parameters
    ----------
    name
        The name of its recording.
    run
        Builds and runs the network with the module it is given.
    needs
        A name that the module must export; the release 5.4.0 lacks some that came right after it.
    """

    name: str
    run: Callable[[ModuleType], Arrays]
    needs: str | None = None


CASES: dict[str, Case] = {}


def case(*precisions: str, needs: str | None = None) -> Callable[[Callable[..., Arrays]], Any]:
    """Enter a function ``(pygenn, name, precision)`` into the table, once per precision."""

    def enter(function: Callable[..., Arrays]) -> Callable[..., Arrays]:
        for precision in precisions:
            name = f"{function.__name__}_{precision}"
            CASES[name] = Case(name, partial(function, name=name, precision=precision), needs)
        return function

    return enter


# --------------------------------------------------------------------------------------------------
# what the cases share
# --------------------------------------------------------------------------------------------------


def pull(group: Any, name: str) -> np.ndarray:
    """Give a copy of a variable as it is on the device."""
    group.vars[name].pull_from_device()
    return np.array(group.vars[name].view)


def push(group: Any, name: str, values: Any) -> None:
    """Set a variable on the device."""
    group.vars[name].view[:] = values
    group.vars[name].push_to_device()


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
    result = {}
    for key, population in populations.items():
        ((times, ids),) = population.spike_recording_data
        order = np.lexsort((ids, times)) if in_order else slice(None)
        result[f"{key}_times"], result[f"{key}_ids"] = times[order], ids[order]
    return result


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
    """Make a neuron that spikes in the steps whose bit is set in ``schedule``."""
    return pygenn.create_neuron_model(
        "scheduled",
        vars=[("schedule", "unsigned int"), ("k", "unsigned int"), ("now", "unsigned int")],
        # the language has no right shift
        sim_code="now = schedule & (1u << k); k++;",
        threshold_condition_code="now != 0u",
    )


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


def wide(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Draw numbers of so different magnitudes that the order of a sum shows."""
    return rng.standard_normal(shape) * 10.0 ** rng.uniform(-3, 3, shape)


# --------------------------------------------------------------------------------------------------
# feed-forward networks
# --------------------------------------------------------------------------------------------------


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


def digits(count: int) -> np.ndarray:
    """Give the first handwritten digits of scikit-learn as 28 x 28 pixels from 0 to 255."""
    from sklearn.datasets import load_digits

    small = np.minimum(load_digits().images[:count] * 16.0, 255.0).astype(np.uint8)
    large = np.kron(small, np.ones((1, 3, 3), np.uint8))
    return np.pad(large, ((0, 0), (2, 2), (2, 2))).reshape(count, 784)


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
    loads the network anew.
    """
    weights, sha256 = classifier_weights()
    pixels = digits(20)
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


# --------------------------------------------------------------------------------------------------
# synapses
# --------------------------------------------------------------------------------------------------


@case("float", "double")
def exp_curr(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Two decaying inputs converge; the first one's accumulator is zeroed on the way."""
    rng = np.random.default_rng(31)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.5
    source, target, dc = scheduled(pygenn), accumulator(pygenn), injector(pygenn)
    reset = pygenn.create_custom_update_model(
        "reset_input", var_refs=[("out", "scalar"), ("V", "scalar")], update_code="out = 0.0;"
    )
    schedule = rng.integers(0, 2**32, 6, dtype=np.uint32)
    state = {"schedule": schedule, "k": 0, "now": 0}
    pre = model.add_neuron_population("pre", 6, source, {}, state)
    post = model.add_neuron_population("post", 5, target, {}, {"V": 0.0, "I": 0.0})
    groups = [
        model.add_synapse_population(
            f"tau{tau:.0f}",
            "DENSE",
            pre,
            post,
            pygenn.init_weight_update("StaticPulse", {}, {"g": wide(rng, 30)}),
            pygenn.init_postsynaptic("ExpCurr", {"tau": tau}),
        )
        for tau in (3.0, 10.0)
    ]
    offset = rng.uniform(-1, 1, 5).astype(np.float32)
    model.add_current_source("offset", dc, post, {}, {"magnitude": offset})
    refs = {
        "out": pygenn.create_out_post_var_ref(groups[0]),
        "V": pygenn.create_var_ref(post, "V"),
    }
    model.add_custom_update("forget", "Forget", reset, {}, {}, refs)
    model.build()
    model.load()
    arrays: Arrays = {"schedule": schedule}
    for phase in ("before", "after"):
        found = trace(model, 16, V=(post, "V"), I=(post, "I"))
        arrays |= {f"{phase}_{key}": value for key, value in found.items()}
        for group in groups:
            group.out_post.pull_from_device()
            arrays[f"{phase}_out_{group.name}"] = np.array(group.out_post.view)
        model.custom_update("Forget")
    groups[0].out_post.pull_from_device()
    arrays["forgotten"] = np.array(groups[0].out_post.view)
    model.unload()
    return arrays


@case("float", "double")
def exp_cond(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """A conductance reads the neuron's voltage, and feeds back on it."""
    rng = np.random.default_rng(32)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.1
    source = scheduled(pygenn)
    neuron = pygenn.create_neuron_model(
        "leaky", vars=[("V", "scalar")], sim_code="V += (Isyn - V) * dt;"
    )
    schedule = rng.integers(0, 2**32, 4, dtype=np.uint32)
    state = {"schedule": schedule, "k": 0, "now": 0}
    pre = model.add_neuron_population("pre", 4, source, {}, state)
    start = rng.uniform(-60, -50, 3).astype(np.float32)
    post = model.add_neuron_population("post", 3, neuron, {}, {"V": start})
    model.add_synapse_population(
        "cond",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update(
            "StaticPulse", {}, {"g": rng.uniform(0, 0.1, 12).astype(np.float32)}
        ),
        pygenn.init_postsynaptic(
            "ExpCond",
            {"tau": 5.0, "E": -80.0},
            var_refs={"V": pygenn.create_var_ref(post, "V")},
        ),
    )
    model.build()
    model.load()
    arrays = trace(model, 32, V=(post, "V"))
    model.unload()
    return {"schedule": schedule, **arrays}


@case("float", "double")
def postsynaptic_models(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Postsynaptic models of one's own: variables, parameters, input that is never cleared."""
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.5
    rng = np.random.default_rng(33)
    source, target = scheduled(pygenn), accumulator(pygenn)
    filtered = pygenn.create_postsynaptic_model(
        "filtered",
        params=["tau"],
        derived_params=[("keep", lambda pars, dt: np.exp(-dt / pars["tau"]))],
        vars=[("y", "scalar"), ("calls", "int")],
        neuron_var_refs=[("I", "scalar", pygenn.VarAccessMode.READ_ONLY)],
        sim_code="""
        y = (y * keep) + inSyn;
        injectCurrent(y + (0.25 * I));
        inSyn = 0.0;
        calls++;
        """,
    )
    kept = pygenn.create_postsynaptic_model("kept", sim_code="injectCurrent(inSyn);")
    schedule = rng.integers(0, 2**32, 3, dtype=np.uint32)
    state = {"schedule": schedule, "k": 0, "now": 0}
    pre = model.add_neuron_population("pre", 3, source, {}, state)
    post = model.add_neuron_population("post", 4, target, {}, {"V": 0.0, "I": 0.0})
    other = model.add_neuron_population("other", 4, target, {}, {"V": 0.0, "I": 0.0})
    first = model.add_synapse_population(
        "first",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update("StaticPulse", {}, {"g": wide(rng, 12)}),
        pygenn.init_postsynaptic(
            filtered,
            {"tau": 4.0},
            {"y": np.arange(4, dtype=np.float32), "calls": 5},
            {"I": pygenn.create_var_ref(post, "I")},
        ),
    )
    model.add_synapse_population(
        "second",
        "DENSE",
        pre,
        other,
        pygenn.init_weight_update("StaticPulseConstantWeight", {"g": 0.1}),
        pygenn.init_postsynaptic(kept),
    )
    model.build()
    model.load()
    arrays = trace(model, 20, V=(post, "V"), I=(post, "I"), other_V=(other, "V"))
    for key in ("y", "calls"):
        first.psm_vars[key].pull_from_device()
        arrays[key] = np.array(first.psm_vars[key].view)
    model.unload()
    return {"schedule": schedule, **arrays}


@case("float", "double")
def weight_updates(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Weight updates of one's own, in parallel between one pair, recurrent, and learning."""
    rng = np.random.default_rng(34)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    source = scheduled(pygenn)
    target = pygenn.create_neuron_model(
        "target",
        vars=[("V", "scalar"), ("I", "scalar")],
        sim_code="I = Isyn; V += Isyn;",
        threshold_condition_code="V >= 3.0",
        reset_code="V -= 3.0;",
    )
    scaled = pygenn.create_weight_update_model(
        "scaled",
        params=["scale"],
        vars=[("g", "scalar", pygenn.VarAccess.READ_ONLY)],
        pre_spike_syn_code="addToPost(g * scale);",
    )
    rectified = pygenn.create_weight_update_model(
        "rectified",
        vars=[("g", "scalar")],
        pre_spike_syn_code="if(g > 0.0) { addToPost(g); } else { addToPost(0.5 * g); }",
    )
    tiring = pygenn.create_weight_update_model(
        "tiring",
        params=["keep"],
        vars=[("g", "scalar"), ("uses", "uint8_t")],
        pre_spike_syn_code="""
        addToPost(g);
        g *= keep;
        uses++;
        if(uses % 4 == 0 && id_pre != id_post) {
            g += 0.25 * (id_pre + 1) / (scalar)num_post;
        }
        """,
    )
    schedule = rng.integers(0, 2**32, 8, dtype=np.uint32)
    state = {"schedule": schedule, "k": 0, "now": 0}
    pre = model.add_neuron_population("pre", 8, source, {}, state)
    post = model.add_neuron_population("post", 6, target, {}, {"V": 0.0, "I": 0.0})
    delta = "DeltaCurr"
    # sixteenths: three inputs of one neuron may be added in any order without rounding
    grid = rng.integers(-16, 17, (3, 48)) / 16.0
    model.add_synapse_population(
        "scaled",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update(scaled, {"scale": 0.5}, {"g": grid[0]}),
        pygenn.init_postsynaptic(delta),
    )
    model.add_synapse_population(
        "rectified",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update(rectified, {}, {"g": grid[1]}),
        pygenn.init_postsynaptic(delta),
    )
    model.add_synapse_population(
        "recurrent",
        "DENSE",
        post,
        post,
        pygenn.init_weight_update("StaticPulse", {}, {"g": rng.integers(-8, 9, 36) / 16.0}),
        pygenn.init_postsynaptic(delta),
    )
    alone = model.add_neuron_population("alone", 6, target, {}, {"V": 0.0, "I": 0.0})
    tired = model.add_synapse_population(
        "tired",
        "DENSE",
        pre,
        alone,
        pygenn.init_weight_update(tiring, {"keep": 0.9}, {"g": wide(rng, 48), "uses": 250}),
        pygenn.init_postsynaptic(delta),
    )
    model.build()
    model.load()
    arrays = trace(
        model,
        32,
        post_V=(post, "V"),
        post_I=(post, "I"),
        alone_V=(alone, "V"),
        alone_I=(alone, "I"),
    )
    arrays |= {"g": pull(tired, "g"), "uses": pull(tired, "uses")}
    model.unload()
    return {"schedule": schedule, **arrays}


def converging(
    pygenn: ModuleType,
    name: str,
    precision: str,
    postsynaptic: Sequence[tuple[str, dict[str, float]]],
    currents: int,
) -> Arrays:
    rng = np.random.default_rng(35)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    source, target, dc = scheduled(pygenn), accumulator(pygenn), injector(pygenn)
    pre = model.add_neuron_population("pre", 1, source, {}, {"schedule": 0b10010, "k": 0, "now": 0})
    post = model.add_neuron_population("post", 32, target, {}, {"V": 0.5, "I": 0.0})
    for k, (kind, params) in enumerate(postsynaptic):
        refs = {"V": pygenn.create_var_ref(post, "V")} if kind == "ExpCond" else {}
        model.add_synapse_population(
            f"{'zaqm'[k % 4]}{k}",
            "DENSE",
            pre,
            post,
            pygenn.init_weight_update("StaticPulse", {}, {"g": wide(rng, 32)}),
            pygenn.init_postsynaptic(kind, params, var_refs=refs),
        )
    for k in range(currents):
        model.add_current_source(f"{'zaqm'[k % 4]}c{k}", dc, post, {}, {"magnitude": wide(rng, 32)})
    model.build()
    model.load()
    arrays = trace(model, 8, I=(post, "I"))
    model.unload()
    return arrays


@case("float", "double")
def sum_of_like_inputs(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Synapse populations of one kind add to their target from the last added to the first.

    Current sources of one kind follow, from the first added to the last.
    """
    return converging(pygenn, name, precision, [("DeltaCurr", {})] * 5, currents=4)


@case("float", "double")
def sum_of_unlike_inputs(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Whatever the order of addition, ExpCurr comes before ExpCond and that before DeltaCurr."""
    kinds = [
        ("DeltaCurr", {}),
        ("ExpCurr", {"tau": 2.0}),
        ("ExpCond", {"tau": 3.0, "E": 1.0}),
        ("DeltaCurr", {}),
        ("ExpCurr", {"tau": 7.0}),
        ("ExpCond", {"tau": 4.0, "E": -1.0}),
    ]
    return converging(pygenn, name, precision, kinds, currents=1)


@case("float")
def axonal_delay(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    rng = np.random.default_rng(36)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    source, target = scheduled(pygenn), accumulator(pygenn)
    schedule = rng.integers(0, 2**32, 5, dtype=np.uint32)
    state = {"schedule": schedule, "k": 0, "now": 0}
    pre = model.add_neuron_population("pre", 5, source, {}, state)
    watch = {}
    for delay in (0, 1, 6):
        post = model.add_neuron_population(f"post{delay}", 3, target, {}, {"V": 0.0, "I": 0.0})
        group = static_dense(pygenn, model, f"delay{delay}", pre, post, wide(rng, 5, 3))
        group.axonal_delay_steps = delay
        watch[f"delay{delay}"] = (post, "I")
    model.build()
    model.load()
    arrays = trace(model, 32, **watch)
    model.unload()
    return {"schedule": schedule, **arrays}


# --------------------------------------------------------------------------------------------------
# custom updates, and spikes that outlive them
# --------------------------------------------------------------------------------------------------


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
    # a spike once more, and this time the network is loaded anew
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


# --------------------------------------------------------------------------------------------------
# the snippet language
# --------------------------------------------------------------------------------------------------

# What expressions may use, with the values it has in each of sixteen neurons.
OPERANDS: dict[str, tuple[str, list[float]]] = {
    "a": (
        "scalar",
        [0.1, -0.1, 1.5, -1.5, 2.5, -2.5, 0.75, -3.2, 1e-3, 7.9, -7.9, 0.5, 3.3, 12.5, -0.5, 1.0],
    ),
    "b": (
        "scalar",
        [0.3, 0.7, -1.5, 2.0, 2.5, 0.1, -0.75, 1.1, 1e3, -2.2, 3.7, 0.5, -3.3, 0.01, 1.0, -1.0],
    ),
    "f": ("float", [0.1 * k - 0.6 for k in range(16)]),
    "d": ("double", [0.7 - 0.1 * k for k in range(16)]),
    "i": ("int", [0, 1, -1, 2, -2, 7, -7, 100, -100, 12345, -12345, 3, -3, 5, 40000, -40000]),
    "j": ("int", [3, -3, 2, 7, -7, 5, 1, -1, 13, -100, 100, 4, -4, 5, 50000, 9]),
    "u": (
        "unsigned int",
        [0, 1, 2, 3, 7, 8, 255, 256, 1000, 65535, 65536, 2**31, 2**32 - 1, 12, 99, 5],
    ),
    "w": ("unsigned int", [5, 4, 3, 2, 1, 9, 17, 255, 1, 65535, 3, 2, 7, 12, 100, 6]),
    "s8": ("int8_t", [0, 1, -1, 127, -128, 5, -5, 100, -100, 64, -64, 2, -2, 33, -33, 7]),
    "u8": ("uint8_t", [0, 1, 2, 127, 128, 255, 200, 100, 50, 25, 12, 6, 3, 254, 129, 17]),
    "s16": ("int16_t", [0, 1, -1, 32767, -32768, 5, -5, 300, -300, 9, -9, 2, -2, 33, -33, 7]),
    "l": ("int64_t", [0, 1, -1, 2**40, -(2**40), 5, -5, 3, -3, 10**12, 7, 2, -2, 33, -33, 9]),
    "q": ("bool", [0, 1] * 8),
}

# By the type of the result; a semicolon ends an expression.
Expressions = dict[str, str]

# Left out is what PyGeNN 5.4.0 gets wrong on its CPU backend: ``- -i`` becomes ``--i``, abs() of a
# 64-bit integer looks at 32 bits. It also refuses a local that hides one of an outer block.
INTEGERS: Expressions = {
    "int": """
        7 / 2; -7 / 2; 7 / -2; -7 % 3; 7 % -3; i / j; i % j; i / 3; i % 3; i * 3 - j; -i; +i; ~i
        !i; !!i; i - -j; ~i & 7; !i + !j; i << 2; 1 << (u % 8u); 1 << 2 + 1; i & j; i | 0x1F
        i ^ j; i & 255; i | j & 3 ^ 1; 7 & 3 == 3; 1 | 2 ^ 3 & 2; 0x1F; 0xffu; 0X10
        1 + 2 * 3 - 4 / 2 % 3; (1 + 2) * 3; 100 / 10 / 3; 100 - 10 - 3; i == j; i != j; i < j
        i <= j; i > j; i >= j; i < j < 1; i && j; i || j; !(i && j); i && j || !i && !j
        1 || 0 && 0; (i > 0) + (j > 0); (i > 0) * 5; a > b; a == a; !a; a && b; i > 0 ? i : -i
        i > 0 ? 1 : i < 0 ? -1 : 0; (i, j); q ? 3 : 4; i + 1 == j + 1; true + true; true; false
        q + 1; !q; -q; q && true; s8 + u8; u8 - 200; u8 << 4; s8 * s8; u8 * u8; -u8; ~u8; s8 / 3
        s8 % 3; s16 * s16; u8 == 255; s8 < u8; s16 + s8; u8 / 2u; (int8_t)u8; (int8_t)200
        (unsigned char)300; (uint8_t)(u8 + 200); (short)70000; (uint16_t)-1; (char)s16; (int)a
        (int)-2.7; (int)2.7; (int)(a * 1000.0); (int)d; (bool)i; (bool)a; (bool)0.1; (int)u
        (int)l; (int16_t)i; (signed)u8; (int)true; (int)a + (int)b; (int)(a + b); a; -a; a * 10.0
        d; f; b + 0.5; u8 * 0.5; min(i, j); max(i, j); min(3, 4); abs(i); abs(-3); abs(i - j)
        max(min(i, 5), -5); abs(-2.7); abs(2.7); u > 5; u > 5u; i < u; u < i; -1 < u; u - 100u < 0
        u - w < 0u; (int)u - (int)w < 0; 1 - 2u < 0; 1 - 2 < 0; id; id % 4; id * id; (int)id - 8
        num_neurons; id == num_neurons - 1; id < 3; batch; num_batch
    """,
    "unsigned int": """
        u - 1; u - 1u; -u; ~u; u + i; u * i; i / w; u / w; u % w; u * 4000000000u; u << 4u; u & w
        u | w; u ^ w; u / 3u; 1u - 2u; 4294967295u; 0xFFFFFFFFu; 0xFFFFFFFFu + 1u; -1; i; s8; l
        (unsigned int)i; (unsigned)s8; (uint8_t)u; u8 - 1; (unsigned int)fabs(a); fabs(a)
        fabs(a) * 1000.0; min(u, w); max(u, w); min(u, 3u); max(u, 5u); u > w ? u : w
        u % 2u == 0u ? u : 0u; i > 0 ? i : u; (u & 1u) + (u & 2u); u - w; num_neurons - id
        id - num_neurons; u8 * w; q; q ? u : w; !u; u == w
    """,
    "int64_t": """
        u + i; u - w; u * 2u; 1u - 2u; i * j; i; u; s8; a; l + i; l + u; l - u; l * 3; l / 7
        l % 7; l < u; l < i; -l; ~l; l & 255; l << 3; (int64_t)u + 1; (int64_t)u * u
        (int64_t)i * 1000000; (uint64_t)i; (uint32_t)i; min(l, l + 1); i > 0 ? l : u; (int)l
        (uint8_t)l; 4294967295u; 2147483647
    """,
    "uint8_t": """
        i; u; l; u8 + 1; u8 - 1; u8 * 2; u8 << 1; s8; fabs(s8); a > 0.0; ~u8; -u8; 300; (u8, 7)
    """,
    "int8_t": """
        i; u8; s8 + 1; s8 - 1; s8 * 2; -s8; a; q; 200
    """,
    "int16_t": """
        i; u; s16 + 1; s16 * 3; -s16; a * 100.0
    """,
    "bool": """
        i; a; u8; a > 0.5; i == j; !q; q + q; q * 5; 0.1; l; i & 2; q && i
    """,
}

# The value of an assignment, an increment or a sequence.
EFFECTS: Expressions = {
    "scalar": """
        a = b; a += 1; a -= b; a *= b; a += 1 / 2; a++; ++a; a--; --a; a *= d; a += b += 1.0
        (a = 3) + 0.5; (i = 2.9) + 0.5; a++ * 2.0; --a - b
    """,
    "float": "f += 0.1d; f *= d; f++",
    "double": "d += 0.1f; d *= f; d--; (f = d) - d; (f += 0.1d) + 0.1d",
    "int": """
        i = j; (i = 3) + 1; i += 2; i *= 2; i -= j; i++; ++i; i--; --i; i++ * 2; (i++, i); -i--
        i <<= 1; i %= 3; i &= 7; i |= 8; i ^= 5; i *= 1.5; i += 0.7
    """,
    "unsigned int": """
        u++; ++u; u--; --u; u -= 5; u += i; u *= 3u
    """,
    "int64_t": """
        l++; --l
    """,
    "uint8_t": """
        u8++; ++u8; u8--; --u8; u8 += 100; u8 *= 3
    """,
    "int8_t": """
        s8++; --s8; s8 += 100
    """,
    "int16_t": """
        s16++; s16 -= 1
    """,
}

FLOATS: Expressions = {
    "scalar": """
        1 / 2; 1 / 2.0; 1.0 / 3.0; -7 / 2 * 1.0; a / b; a * b + 1.0; a + b + 1e-3; a - b - 0.1
        0.1 + 0.2; 0.1f + 0.2f; 0.1d + 0.2d; 1.0f / 3; 1.0d / 3; 5.; 5.f; 1e3; 1.5e-3; 2E2
        16777216.0 + 1.0; 16777217; 16777216 + 1; 16777217u; 123456789; 1e-40; 3.4e38
        i / 2; i / 2.0; i * 0.1; u * 0.1; u; l; l * 1.0; s8 * 0.5; u8 / 2; u8 / 2.0; q
        -a; +a; a * b - b * a; (a + b) * (a - b); a + b * a; a * 1; a / 3; 1 / a; a - (int)a
        (int)a + 0.5; (int)(a + 0.5); (uint8_t)fabs(a) * 0.1; a > b ? a : b; a > b ? 1 : 0.5
        i > 0 ? 1 : 2.5; (q ? 1 : 2) / 2; (q ? 1 : 2.0) / 2; a == b; a != b; a < b; !(a > b)
        a < 0.0 && b > 0.0; a < 0.0 || b > 0.0; (a > b) + (b > a); (a > b) * 0.5; -0.0
        0.0 * -1.0; a * 0.0; a / (b - b); (a - a) / (b - b); (float)0.1d; (double)a * b
        (double)(a * b); (scalar)i / 3; (float)d; (double)f; d * a; f * a; d + 0.1; f + 0.1
        f + d; d; f; (scalar)d; (float)d + (float)d; i + f; u + f; i + d; u - w; u - w + 0.0
        (a, b); t; t + dt; dt; dt * 3; t * 2.0; t - dt; id * 0.5; id / num_neurons
        (scalar)id / num_neurons; id - 1; (int)id - 1; batch; num_batch; st; t - st; a - t
        min(i, j) * 0.5; max(1.5, 2.5); min(a, b); max(a, b); abs(i) / 2; abs(-2.7) + 0.5
        7 % 4 * 0.5; 3 + 4 * 2 - 1.5; a * a * a * a * a; a + 1e8 - 1e8; 1e8 + a - 1e8
        a * 1e38 * 10.0; a * 1e-38 * 1e-5; 0.1 * 3 == 0.3; a * 0.1 * 10.0 == a; (a * 0.1) * b
    """,
    "float": """
        a; d; f; 0.1; 0.1d; 0.1f; a * b; d * d; f * f; f + d; f / 3; f / 3.0; d / 3
        1.0 / 3.0; f * 0.1; f * 0.1f; f * 0.1d; i * 0.1f; i * 0.1d
        16777217.0; l; u; f > d ? f : d
    """,
    "double": """
        a; d; f; 0.1; 0.1d; 0.1f; a * b; d * d; f * f; f + d; f / 3; f / 3.0; d / 3
        1.0 / 3.0; f * 0.1; f * 0.1f; f * 0.1d; i * 0.1f; i * 0.1d
        16777217.0; l; u; a / b; a + d; (double)a / b; (float)d * f; t; dt; t + dt; 1 / 2
        1 / 2.0; 1e8 + a; 1e8d + a; a + 1e8 - 1e8; f > d ? f : d; q ? f : d; i > 0 ? 1 : f
    """,
}

# These are exact, so every C library agrees about them.
EXACT = """
    fabs(a); fabs(-2.7); fabs(i); floor(a); ceil(a); round(a); rint(a); trunc(a)
    nearbyint(a); round(2.5); round(-2.5); rint(2.5); rint(3.5); rint(-2.5); floor(-0.5)
    ceil(-0.5); round(0.49999997); floor(i); floor(i / 2); floor(i / 2.0); fmod(a, b)
    fmod(-7.0, 3.0); fmod(i, 3); fmod(a, 0.25); remainder(a, b); remainder(7.0, 4.0)
    fmin(a, b); fmax(a, b); fmin(a, 0.0); fmax(i, a); fdim(a, b); copysign(a, b)
    copysign(3.0, -0.0); copysign(i, a); sqrt(fabs(a)); sqrt(2.0); sqrt(2); sqrt(2.0f)
    sqrt(2.0d); sqrt(fabs(a)) * b; sqrt(fabs(a)) + a; sqrt(-1.0 - fabs(a)); fma(a, b, a)
    fma(a, a, -a * a); fma(0.1, 10.0, -1.0); ldexp(a, 3); ldexp(a, i % 8); scalbn(a, -2)
    ilogb(a); ilogb(1000.0); (int)round(a); (int)floor(a); (unsigned int)round(t) == id
    round(fmod(a, 3.0)); fmod(t, 2.0) < 0.0001; floor(a) == a; fabs(a) * 0.1; fabs(a) + 0.1
    fabs(a * b) - fabs(a) * fabs(b); floor(a * 10.0) / 10.0; fmax(fmin(a, 1.0), -1.0)
    -fabs(a) * b; fabs(a) > 1.0 ? floor(a) : b; fabs(d); floor(d * 10.0d); fmin(f, d)
    nextafter(a, b); nextafter(1.0, 2.0)
"""
ROUNDINGS: Expressions = {
    "scalar": EXACT,
    "double": EXACT,
    "int": "floor(a); round(a); fabs(a) * 10.0; ilogb(a); rint(b); fmax(i, j); sqrt(50)",
}

ROUNDED = """
    exp(a); exp(-a); exp(1.0); exp(1); exp(i % 5); exp(a) * b; exp(a) + b; exp(a) + 0.1
    exp(a) - exp(b * 0.1); 1.0 / (1.0 + exp(-a)); exp(-dt / 20.0); exp(-dt / 20); exp(d)
    exp(f); exp((double)a); expm1(a); expm1(a * 0.001); exp2(a); pow(a, 2); pow(a, 2.0)
    pow(a, 3); pow(fabs(a), b); pow(fabs(a), 0.5); pow(2.0, i % 8); pow(2, 10); pow(a, b)
    log(fabs(a)); log(2.0); log(0.0); log1p(fabs(a)); log2(fabs(a)); log2(8.0)
    log10(fabs(a)); log10(1000); sin(a); cos(a); tan(a); sin(a * 100.0); cos(i)
    sin(a) * sin(a) + cos(a) * cos(a); asin(fmod(a, 1.0)); acos(fmod(b, 1.0)); atan(a)
    atan2(a, b); atan2(1.0, -1.0); sinh(a); cosh(a); tanh(a); asinh(a); acosh(1.0 + fabs(a))
    atanh(fmod(a, 1.0)); erf(a); erfc(a); tgamma(fabs(a)); tgamma(5.0); lgamma(fabs(a))
    lgamma(3); cbrt(a); cbrt(27.0); (int)(exp(a) * 100.0); exp(a) > 2.0 ? exp(a) : b
    (scalar)exp(a) * b; (float)exp(a) * b; tanh(a) * 0.1 + b; sqrt(exp(a)); exp(sqrt(fabs(a)))
"""
LIBM: Expressions = {"scalar": ROUNDED, "double": ROUNDED}

# Each sets RESULT, a variable of the type it is listed under.
STATEMENTS: dict[str, Sequence[str]] = {
    "int": (
        "int k = 0; for(int m = 0; m < 10; m++) { k += m; } RESULT = k;",
        "int k = 0; for(int m = 0; m < 10; m++) k += m; RESULT = k;",
        "int k = 0; for(int m = 0; m < 10; m++) { if(m == 3) continue; k += m; } RESULT = k;",
        "int k = 0; for(int m = 0; m < 10; m++) { if(m == 3) { break; } k += m; } RESULT = k;",
        "int k = 0; for(;;) { if(k >= 7) { break; } k++; } RESULT = k;",
        "int k = 0; int m; for(m = 5; m > 0; m -= 2) { k = k * 10 + m; } RESULT = k + 1000 * m;",
        "int k = 0; for(int x = 0, y = 10; x < y; x++, y--) { k += x * y; } RESULT = k;",
        "int k = 0; for(unsigned int m = 0; m < id; m++) { k += m; } RESULT = k;",
        "int k = 0; for(int m = 0; m < 4; m++) { for(int n = 0; n < 4; n++) {"
        " if(n > m) { break; } k += 10 * m + n; } } RESULT = k;",
        "int k = 0; for(int m = 0; m < 4; m++) { for(int n = 0; n < 4; n++) {"
        " if(n == m) { continue; } k = k * 3 + n; } } RESULT = k;",
        "int k = 0; while(k * k < 50) { k++; } RESULT = k;",
        "int k = 5; int m = 0; while(k--) { m += k; } RESULT = m * 100 + k;",
        "int k = 5; int m = 0; while(k-- > 0) { if(k == 2) { continue; } m += k; } RESULT = m;",
        "int k = 0; while(true) { if(++k > 5) { break; } } RESULT = k;",
        "int k = 9; do { k++; } while(k < 5); RESULT = k;",
        "int k = 0; int m = 0; do { k++; if(k == 3) { continue; } m += k; } while(k < 5);"
        " RESULT = m;",
        "int k = 0; do { if(k == 4) { break; } k++; } while(true); RESULT = k;",
        "int k = 0; switch(i) { case 0: k = 10; break; case 1: k = 20; break;"
        " case 7: k = 30; break; default: k = 40; } RESULT = k;",
        "int k = 0; switch(i) { case 0: k += 1; case 1: k += 10; case 2: k += 100; break;"
        " case 3: k += 1000; } RESULT = k;",
        "int k = 0; switch(i) { default: k += 5; case 1: k += 10; break; case 2: k += 100; }"
        " RESULT = k;",
        "int k = 0; switch(i % 3) { case 0: case 1: k = 3; break; case 2: k = 4; } RESULT = k;",
        "int k = 0; switch(u8) { case 255: k = 1; break; case 128: { int m = 2; k = m; break; } }"
        " RESULT = k;",
        "int k = 0; for(int m = 0; m < 6; m++) { switch(m) { case 1: continue; case 3: k += 100;"
        " break; default: k += m; } k += 1000; } RESULT = k;",
        "int k = 0; switch(i > 0 ? 1 : 2) { case 1: switch(j > 0 ? 1 : 2) { case 1: k = 11; break;"
        " case 2: k = 12; } break; case 2: k = 2; } RESULT = k;",
        "int k = 3; int m = k++; RESULT = m * 10 + k;",
        "int k = 3; int m = ++k; RESULT = m * 10 + k;",
        "int k = 3; int m = k--; RESULT = m * 10 + k;",
        "int k = 3; int m = --k; RESULT = m * 10 + k;",
        "int k = 3; k++; ++k; k--; RESULT = k;",
        "int k = 3; int m = -k++ * 2; RESULT = m * 10 + k;",
        "int k; int m; k = m = 4; RESULT = k * 10 + m;",
        "int k = 1; int m = 2; k += m += 3; RESULT = k * 10 + m;",
        "int k = 1, m = k + 1, n = m * m; RESULT = n * 10 + m;",
        "const int k = 6; RESULT = k * k;",
        "int k = 17; k += 3; k -= 1; k *= 2; k %= 21; k <<= 2; k |= 3; k &= 62; k ^= 9;"
        " RESULT = k;",
        "int k = 10; k *= 1.5; RESULT = k;",
        "int k = 10; k += 0.7; k += 0.7; RESULT = k;",
        "int k = 2.9; int m = -2.9; RESULT = k * 10 + m;",
        "int k = 1; { int m = 2; k += m; } { int m = 3; k *= m; } RESULT = k;",
        "if(i > 0) { int k = 5; RESULT = k; } else { int k = 6; RESULT = k; }",
        "int k = 1; for(int m = 0; m < 3; m++) { } for(int m = 0; m < 3; m++) { k++; } RESULT = k;",
        # a local may hide a variable of the model, which then keeps its value
        "int in_i = 77; in_i++; RESULT = in_i + i;",
        "int k = 0; if(i > 0) if(j > 0) k = 1; else k = 2; RESULT = k;",
        "int k = 0; if(i > 0) k = 1; else if(i < 0) k = 2; else k = 3; RESULT = k;",
        "int k = 0; if(i) { k = 1; } ; ; RESULT = k;",
        "int k = 0; if(a) { k += 1; } if(!q) { k += 2; } if(i = j) { k += 4; } RESULT = k;",
        "int k = 0; 0 && k++; 1 || k++; 1 && k++; 0 || k++; RESULT = k;",
        "int k = 0; bool c = i != 0 && ++k > 0; RESULT = k * 10 + c;",
        "int k = 0; int m = 0; i > 0 ? k++ : m++; RESULT = k * 10 + m;",
        "int k = 5; int m = (k += 2, k * 10); RESULT = m + k;",
        "bool c = 5; RESULT = c;",
        "bool c = a; c = c + 1; RESULT = c;",
        "uint8_t k = 250; k += 10; RESULT = k;",
        "uint8_t k = 255; k++; RESULT = k;",
        "uint8_t k = 0; k--; RESULT = k;",
        "uint8_t k = 0; int m = k-- - 1; RESULT = m * 1000 + k;",
        "int8_t k = 127; k++; RESULT = k;",
        "int8_t k = -128; --k; RESULT = k;",
        "unsigned char k = 200; unsigned char m = 100; RESULT = k + m;",
        "unsigned char k = 200; k = k + k; RESULT = k;",
        "short k = 32767; k += 1; RESULT = k;",
        "uint16_t k = 65535; k++; RESULT = k;",
        "bool c = true; c += 1; RESULT = c;",
        "int k = 0; // what follows is a comment; k = 5;\n RESULT = k + 1;",
        "int k = 0;\n\tk++;\n\n    RESULT\n    =\n    k\n    ;",
        "int k = i; while(k > 1) { if(k % 2 == 0) { k = k / 2; } else { k = 3 * k + 1; } }"
        " RESULT = k;",
        "int x = 48; int y = 36; while(y != 0) { int z = x % y; x = y; y = z; } RESULT = x;",
    ),
    "unsigned int": (
        "unsigned int k = 0u; k--; RESULT = k;",
        "unsigned int k = 3; k -= 5; RESULT = k;",
        "unsigned int k = u; k += i; RESULT = k;",
        "unsigned int k = 1; for(int m = 0; m < 40; m++) { k *= 3; } RESULT = k;",
        "unsigned int k = 0; for(unsigned int m = 3; m < 4; m--) { k += 1; } RESULT = k;",
        "uint32_t x = id + 1; for(int m = 0; m < 3; m++) { x = x * 1664525u + 1013904223u; }"
        " RESULT = x;",
        "unsigned int k = -1; RESULT = k;",
        "unsigned int k = 0; while((1u << k) < w) { k++; } RESULT = k;",
        "int k = -1; RESULT = k;",
    ),
    "int64_t": (
        "int64_t k = 1; for(int m = 0; m < 40; m++) { k *= 2; } RESULT = k;",
        "int64_t k = 4294967295u; k++; RESULT = k;",
        "int64_t k = 65536; k *= k; RESULT = k - 1;",
        "uint64_t k = 0; k--; RESULT = k == 0xFFFFFFFFu;",
    ),
    "scalar": (
        "scalar x = 0.0; for(int k = 0; k < 100; k++) { x += 0.1; } RESULT = x;",
        "scalar x = 0.0; int k = 0; for(scalar y = 0.0; y < 1.0; y += 0.1) { x += y; k++; }"
        " RESULT = x + k;",
        "float x = 0.0; for(int k = 0; k < 100; k++) { x += 0.1; } RESULT = x;",
        "double x = 0.0; for(int k = 0; k < 100; k++) { x += 0.1; } RESULT = x;",
        "double x = 0.0; for(int k = 0; k < 100; k++) { x += 0.1d; } RESULT = x;",
        "scalar x = 7 / 2; RESULT = x;",
        "scalar x = 1; x += 1 / 2; RESULT = x;",
        "scalar x = 1; x += 1 / 2.0; RESULT = x;",
        "scalar x = a; x *= x; x *= x; x -= a; RESULT = x;",
        "scalar x = a, y = b; if(x < y) { scalar z = x; x = y; y = z; } RESULT = x - y;",
        "const scalar third = 1.0 / 3.0; RESULT = third * 3.0 - a;",
        "scalar x = a; while(x > 0.1) { x -= 0.3; } RESULT = x;",
        "scalar x = 1.0; for(int k = 0; k < 20; k++) { x = 0.5 * (x + 2.0 / x); } RESULT = x;",
        "scalar x = 2.5; scalar y = x++; RESULT = x * 10.0 + y;",
        "scalar x = 2.5; scalar y = --x; RESULT = x * 10.0 + y;",
        "scalar in_a = a + 9.0; in_a += b; RESULT = in_a;",
        "scalar x = 0.0; for(int k = 1; k <= 10; k++) { x += 1 / k; } RESULT = x;",
        "scalar x = 0.0; for(int k = 1; k <= 10; k++) { x += 1.0 / k; } RESULT = x;",
        "scalar x = (a > 0.0) ? ((b > 0.0) ? 1.0 : 2.0) : ((b > 0.0) ? 3.0 : 4.0); RESULT = x;",
        "bool up = a > b; scalar x = up ? a : b; RESULT = x - up;",
        "timepoint x = t; RESULT = x + dt;",
    ),
    "double": (
        "double x = 0.0; for(int k = 0; k < 100; k++) { x += 0.1; } RESULT = x;",
        "float x = 1.0 / 3.0; RESULT = x;",
        "scalar x = 1.0 / 3.0; RESULT = x * 3.0;",
        "double x = 1.0d / 3.0d; RESULT = x * 3.0d;",
    ),
}


def items(table: Expressions) -> list[tuple[str, str, str]]:
    """Give kind, text and code of every expression of a table."""
    return [
        (kind, text.strip(), f"RESULT = {text.strip()};")
        for kind, texts in table.items()
        for line in texts.strip().splitlines()
        for text in line.split(";")
    ]


def evaluate(
    pygenn: ModuleType,
    name: str,
    precision: str,
    entries: list[tuple[str, str, str]],
    suffix: str = "",
    per_population: int = 25,
) -> Arrays:
    """Run each piece of code in sixteen neurons and give the results, one array per type."""
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.1
    read_only = pygenn.VarAccess.READ_ONLY
    kept, where = [], []
    for first in range(0, len(entries), per_population):
        chunk = entries[first : first + per_population]
        # every piece has its own copies of the operands, which it may change
        used = [[x for x in OPERANDS if re.search(rf"\b{x}\b", code)] for _, _, code in chunk]
        operands = [x for x in OPERANDS if any(x in names for names in used)]
        code = [
            "{ "
            + "".join(f"{OPERANDS[x][0]} {x} = in_{x}; " for x in names)
            + "{ "
            + text.replace("RESULT", f"r{k}")
            + " } }"
            for k, (names, (_, _, text)) in enumerate(zip(used, chunk, strict=True))
        ]
        neuron = pygenn.create_neuron_model(
            f"evaluate{first}",
            vars=[(f"in_{x}", OPERANDS[x][0], read_only) for x in operands]
            + [(f"r{k}", kind) for k, (kind, _, _) in enumerate(chunk)],
            sim_code="\n".join(code),
        )
        kept.append(neuron)
        state: dict[str, Any] = {f"in_{x}": np.array(OPERANDS[x][1]) for x in operands}
        state |= {f"r{k}": 0 for k in range(len(chunk))}
        pop = model.add_neuron_population(f"pop{first}", 16, neuron, {}, state)
        where += [(pop, f"r{k}") for k in range(len(chunk))]
    model.build()
    model.load()
    for _ in range(3):
        model.step_time()
    rows: dict[str, list[np.ndarray]] = {}
    labels: dict[str, list[str]] = {}
    for (kind, text, _), (pop, variable) in zip(entries, where, strict=True):
        key = kind.replace(" ", "_") + suffix
        rows.setdefault(key, []).append(pull(pop, variable))
        labels.setdefault(f"{key}_labels", []).append(text)
    model.unload()
    arrays = {key: np.stack(values) for key, values in rows.items()}
    return arrays | {key: np.array(texts) for key, texts in labels.items()}


@case("float", "double")
def expressions_of_integers(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    return evaluate(pygenn, name, precision, items(INTEGERS))


@case("float", "double")
def expressions_with_effects(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    return evaluate(pygenn, name, precision, items(EFFECTS))


@case("float", "double")
def expressions_of_floats(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    return evaluate(pygenn, name, precision, items(FLOATS))


@case("float", "double")
def rounding_functions(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    return evaluate(pygenn, name, precision, items(ROUNDINGS))


@case("float", "double")
def library_functions(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    return evaluate(pygenn, name, precision, items(LIBM), suffix="_libm")


@case("float", "double")
def statements(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    entries = [(kind, code, code) for kind, codes in STATEMENTS.items() for code in codes]
    return evaluate(pygenn, name, precision, entries)


@case("float", "double")
def code_of_neurons(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """What the three code strings of a neuron share, and the order in which they run."""
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.5
    create = pygenn.create_neuron_model
    v_and_n = [("V", "scalar"), ("n", "unsigned int")]
    neurons = {
        # what sim_code declares, the other two can read
        "shared_locals": create(
            "shared_locals",
            vars=v_and_n,
            sim_code="const scalar before = V; V += 0.3 + 0.1 * id; int k = (int)(V * 10.0);",
            threshold_condition_code="V > 1.0 && k % 3 != 0",
            reset_code="V = before - 0.5; n += k;",
        ),
        "assigning_threshold": create(
            "assigning_threshold",
            vars=v_and_n,
            sim_code="V += 0.25;",
            threshold_condition_code="n = (V > 1.0) ? n + 1u : 0u",
            reset_code="V -= 0.5 * n;",
        ),
        "always": create(
            "always",
            vars=v_and_n,
            sim_code="V = t;",
            threshold_condition_code="true",
            reset_code="n++;",
        ),
        "numeric_threshold": create(
            "numeric_threshold",
            vars=v_and_n,
            sim_code="V += 1.0;",
            threshold_condition_code="fmod(V, 3.0)",
            reset_code="n++;",
        ),
        # without a threshold there is no reset either
        "silent": create(
            "silent", vars=v_and_n, sim_code="V += 1.0;", reset_code="no such thing ("
        ),
        "empty": create("empty", vars=v_and_n, threshold_condition_code="V > 1e6"),
        "spike_time": create(
            "spike_time",
            vars=v_and_n,
            sim_code="V = (t - st > 100.0) ? -1.0 : t - st; n++;",
            threshold_condition_code="n % (id + 2) == 0",
        ),
        # above threshold all the time: spikes in every step without refractoriness
        "above": create(
            "above",
            vars=v_and_n,
            sim_code="V += 1.0;",
            threshold_condition_code="V >= 2.0",
            reset_code="n++; if(n % 3 == 0) { V = 0.0; }",
        ),
        "refractory": create(
            "refractory",
            vars=v_and_n,
            sim_code="V += 1.0;",
            threshold_condition_code="V >= 2.0",
            reset_code="n++; if(n % 3 == 0) { V = 0.0; }",
            auto_refractory_required=True,
        ),
        # the threshold before sim_code is read from the state that the last step left
        "refractory_pulse": create(
            "refractory_pulse",
            vars=v_and_n,
            sim_code="V = (n % 4 < 2) ? 0.0 : 5.0; n++;",
            threshold_condition_code="V >= 2.0",
            auto_refractory_required=True,
        ),
    }
    pops = {}
    for key, neuron in neurons.items():
        pops[key] = model.add_neuron_population(key, 5, neuron, {}, {"V": 0.0, "n": 0})
        pops[key].spike_recording_enabled = key not in ("silent", "empty")
    model.build()
    model.load(num_recording_timesteps=24)
    watch = {f"{key}_{v}": (pop, v) for key, pop in pops.items() for v in ("V", "n")}
    arrays = trace(model, 24, **watch)
    spiking = {key: pop for key, pop in pops.items() if pop.spike_recording_enabled}
    arrays |= recorded_spikes(model, **spiking)
    model.unload()
    return arrays


@case("float", "double")
def parameters(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """How parameters, derived parameters and scalar initial values are rounded."""
    values = [
        *(0.1, 1.0 / 3.0, 2.7, -2.7, 16777217.0, 123456789.123456789, 1e-30, 1e30, 0.0, -0.0, 5),
        # closer to halfway between two floats than ten decimal digits can tell
        *(1.0 + 2.0**-24 - 1e-11, 1.0 + 2.0**-24 + 1e-12, 1.0 + 3 * 2.0**-24 + 1e-11),
    ]
    typed = [
        *(("int", 2.7), ("int", -2.7), ("int", 16777217), ("int", -(2**31)), ("bool", 0.5)),
        *(("unsigned int", 2.7), ("unsigned int", 2**32 - 1), ("uint8_t", 255), ("int8_t", -128)),
        *(("int64_t", 2**53 + 1), ("double", 0.1), ("float", 0.1), ("bool", 1), ("int16_t", 7.9)),
    ]
    plain = [f"p{k}" for k in range(len(values))]
    kinds = [(f"q{k}", kind) for k, (kind, _) in enumerate(typed)]
    neuron = pygenn.create_neuron_model(
        "parameters",
        params=plain + kinds,
        vars=[(f"v{p}", "scalar") for p in plain]
        + [(f"i{p}", "scalar") for p in plain]
        + [(f"d{p}", "scalar") for p in plain]
        + [(f"v{q}", kind) for q, kind in kinds],
        derived_params=[(f"third_of_{p}", lambda pars, dt, p=p: pars[p] / 3.0 + dt) for p in plain],
        sim_code="".join(f"v{p} = {p}; d{p} = third_of_{p};\n" for p in plain)
        + "".join(f"v{q} = {q};\n" for q, _ in kinds),
    )
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.1
    params = dict(zip(plain, values, strict=True))
    params |= {f"q{k}": value for k, (_, value) in enumerate(typed)}
    state = {f"{x}{p}": 0.0 for p in plain for x in "vd"}
    state |= {f"i{p}": params[p] for p in plain}
    state |= {f"v{q}": 0 for q, _ in kinds}
    pop = model.add_neuron_population("pop", 1, neuron, params, state)
    model.build()
    model.load()
    model.step_time()
    arrays = {
        key: np.concatenate([pull(pop, f"{letter}{p}") for p in plain])
        for key, letter in (("plain", "v"), ("initial", "i"), ("derived", "d"))
    }
    arrays |= {f"typed_{q}_{kind.replace(' ', '_')}": pull(pop, f"v{q}") for q, kind in kinds}
    model.unload()
    return {"values": np.array(values), **arrays}


@case("float")
def dynamic_parameters(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    neuron = pygenn.create_neuron_model(
        "dynamic",
        params=["step", ("count", "int")],
        derived_params=[("twice", lambda pars, dt: 2.0 * pars["step"])],
        vars=[("V", "scalar"), ("W", "scalar"), ("k", "int")],
        sim_code="V += step; W += twice; k += count;",
    )
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    state = {"V": 0.0, "W": 0.0, "k": 0}
    pop = model.add_neuron_population("pop", 2, neuron, {"step": 0.1, "count": 3}, state)
    pop.set_param_dynamic("step")
    pop.set_param_dynamic("count")
    model.build()
    model.load()
    watch = {key: (pop, key) for key in state}
    parts = [trace(model, 3, **watch)]
    for step, count in ((0.7, 7.9), (1.0 / 3.0, -2)):
        pop.set_dynamic_param_value("step", step)
        pop.set_dynamic_param_value("count", count)
        parts.append(trace(model, 3, **watch))
    model.unload()
    return {key: np.concatenate([part[key] for part in parts]) for key in state}


# --------------------------------------------------------------------------------------------------
# neurons: inputs, access, built-in models
# --------------------------------------------------------------------------------------------------


@case("float", "double")
def additional_inputs(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Synapses and current sources that aim at an input of one's own."""
    rng = np.random.default_rng(81)
    neuron = pygenn.create_neuron_model(
        "two_inputs",
        vars=[("V", "scalar"), ("W", "scalar"), ("c", "unsigned int")],
        additional_input_vars=[("Iext", "scalar", 0.3), ("hits", "unsigned int", 2)],
        sim_code="V += Isyn; W += 2.0 * Iext; c += hits;",
    )
    source, dc = scheduled(pygenn), injector(pygenn)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    schedule = rng.integers(0, 2**32, 3, dtype=np.uint32)
    state = {"schedule": schedule, "k": 0, "now": 0}
    pre = model.add_neuron_population("pre", 3, source, {}, state)
    post = model.add_neuron_population("post", 4, neuron, {}, {"V": 0.0, "W": 0.0, "c": 0})
    static_dense(pygenn, model, "to_isyn", pre, post, wide(rng, 3, 4))
    static_dense(pygenn, model, "to_iext", pre, post, wide(rng, 3, 4)).post_target_var = "Iext"
    ones = np.ones((3, 4))
    static_dense(pygenn, model, "to_hits", pre, post, ones).post_target_var = "hits"
    for key, target in (("cs_isyn", "Isyn"), ("cs_iext", "Iext")):
        magnitude = wide(rng, 4)
        current = model.add_current_source(key, dc, post, {}, {"magnitude": magnitude})
        current.target_var = target
    model.build()
    model.load()
    arrays = trace(model, 16, V=(post, "V"), W=(post, "W"), c=(post, "c"))
    model.unload()
    return {"schedule": schedule, **arrays}


@case("float", "double")
def variable_access(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Read-only and shared variables of neurons, current sources and synapses."""
    access = pygenn.VarAccess
    neuron = pygenn.create_neuron_model(
        "shared",
        vars=[
            ("V", "scalar"),
            ("rate", "scalar", access.READ_ONLY),
            ("own", "scalar", access.READ_ONLY_DUPLICATE),
            ("gain", "scalar", access.READ_ONLY_SHARED_NEURON),
            ("count", "uint16_t", access.READ_WRITE),
        ],
        sim_code="V += rate * gain + own + Isyn; count += 300;",
    )
    current = pygenn.create_current_source_model(
        "counting",
        params=["slope"],
        vars=[
            ("k", "int"),
            ("level", "scalar", access.READ_ONLY),
            ("common", "scalar", access.READ_ONLY_SHARED_NEURON),
        ],
        injection_code="k++; if(k > 2) { injectCurrent(level * slope + common * t); }",
    )
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.1
    ramp = np.linspace(-1.0, 1.0, 6)
    pop = model.add_neuron_population(
        "pop",
        6,
        neuron,
        {},
        {"V": ramp, "rate": ramp * 0.3, "own": 0.01, "gain": np.array([1.7]), "count": 65000},
    )
    drive = model.add_current_source(
        "drive", current, pop, {"slope": 0.9}, {"k": 0, "level": ramp, "common": 0.6}
    )
    model.build()
    model.load()
    arrays = trace(model, 6, V=(pop, "V"), count=(pop, "count"), k=(drive, "k"))
    for key in ("rate", "own", "gain"):
        arrays[key] = pull(pop, key)
    # what the code cannot write, the host can
    push(pop, "gain", -0.3)
    push(pop, "rate", ramp[::-1])
    push(drive, "common", 2.0)
    arrays |= {f"{key}_later": value for key, value in trace(model, 4, V=(pop, "V")).items()}
    arrays["gain_later"] = pull(pop, "gain")
    model.unload()
    return arrays


@case("float", "double")
def built_in_neurons(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.5
    lif = {
        "C": 0.2,
        "TauM": 20.0,
        "Vrest": -60.0,
        "Vreset": -65.0,
        "Vthresh": -50.0,
        "Ioffset": 0.05,
        "TauRefrac": 3.0,
    }
    izhikevich = {"a": 0.02, "b": 0.2, "c": -65.0, "d": 8.0}
    variable = {key: value + np.linspace(0, 0.01, 4) for key, value in izhikevich.items()}
    pops = {
        "lif": model.add_neuron_population("lif", 4, "LIF", lif, {"V": -60.0, "RefracTime": 0.0}),
        "izh": model.add_neuron_population(
            "izh", 4, "Izhikevich", izhikevich, {"V": -65.0, "U": -13.0}
        ),
        "izhv": model.add_neuron_population(
            "izhv", 4, "IzhikevichVariable", {}, {"V": -65.0, "U": -13.0, **variable}
        ),
    }
    for key, amp in (("lif", 0.25), ("izh", 10.0), ("izhv", 10.0)):
        model.add_current_source(f"dc_{key}", "DC", pops[key], {"amp": amp}, {})
        pops[key].spike_recording_enabled = True
    # apart, so that the four neurons of a population do not all do the same
    ramp = np.linspace(0, 3.0, 4)
    model.build()
    model.load(num_recording_timesteps=200)
    push(pops["lif"], "V", -60.0 + ramp)
    push(pops["izh"], "V", -65.0 + ramp)
    arrays = trace(
        model,
        200,
        lif_V=(pops["lif"], "V"),
        lif_RefracTime=(pops["lif"], "RefracTime"),
        izh_V=(pops["izh"], "V"),
        izh_U=(pops["izh"], "U"),
        izhv_V=(pops["izhv"], "V"),
    )
    arrays |= recorded_spikes(model, **pops)
    model.unload()
    return arrays


# --------------------------------------------------------------------------------------------------
# recording, life cycle, initial values
# --------------------------------------------------------------------------------------------------


@case("float", "double")
def recording_order(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """The raw recording: ids descend inside words of 32 neurons; the buffer is used again."""
    neuron = pygenn.create_neuron_model(
        "pattern",
        vars=[("k", "unsigned int")],
        sim_code="k++;",
        threshold_condition_code="(id * 7u + k * k) % 5u == 0u || id == 31u || id == 32u",
    )
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.1
    pops = {
        f"n{n}": model.add_neuron_population(f"n{n}", n, neuron, {}, {"k": n})
        for n in (1, 31, 32, 33, 75)
    }
    for pop in pops.values():
        pop.spike_recording_enabled = True
    model.build()
    model.load(num_recording_timesteps=7)
    arrays = {}
    for turn in range(3):
        for _ in range(7):
            model.step_time()
        raw = recorded_spikes(model, in_order=False, **pops)
        arrays |= {f"turn{turn}_{key}": value for key, value in raw.items()}
    model.unload()
    return arrays


@case("float", "double")
def spike_times(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """When each neuron last spiked, from a time before all times on."""
    # they are kept only where some code asks for them
    source = pygenn.create_neuron_model(
        "remembering",
        vars=[("schedule", "unsigned int"), ("k", "unsigned int"), ("since", "scalar")],
        sim_code="unsigned int now = schedule & (1u << k); k++; since = t - st;",
        threshold_condition_code="now != 0u",
    )
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.1
    schedule = np.array([0, 1, 2, 0b1010101, 2**32 - 1], np.uint32)
    state = {"schedule": schedule, "k": 0, "since": 0.0}
    pop = model.add_neuron_population("pop", 5, source, {}, state)
    model.build()
    model.load()
    times, since = [], []
    for _ in range(12):
        pop.spike_times.pull_from_device()
        times.append(np.array(pop.spike_times.view))
        model.step_time()
        since.append(pull(pop, "since"))
    model.unload()
    return {"spike_times": np.stack(times), "since": np.stack(since)}


@case("float", "double")
def clock(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """The time on the host and in code, in steps of 0.1, set forth and back, and loaded anew."""
    neuron = pygenn.create_neuron_model(
        "clock",
        vars=[("now", "timepoint"), ("last", "timepoint"), ("k", "unsigned int")],
        sim_code="now = t; last = st; k++;",
        threshold_condition_code="k % 3u == 0u",
    )
    look = pygenn.create_custom_update_model(
        "look", var_refs=[("now", "timepoint")], update_code="now = -t;"
    )
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.1
    pop = model.add_neuron_population("pop", 1, neuron, {}, {"now": 0.0, "last": 0.0, "k": 0})
    refs = {"now": pygenn.create_var_ref(pop, "now")}
    model.add_custom_update("look", "Look", look, {}, {}, refs)
    model.build()
    host: list[tuple[float, float]] = []
    device: list[np.ndarray] = []

    def note() -> None:
        host.append((float(model.timestep), model.t))
        device.append(np.concatenate([pull(pop, "now"), pull(pop, "last")]))

    for _ in range(2):
        model.load()
        note()
        for jump in (None, 1000, 123456, 0):
            if jump is not None:
                model.timestep = jump
                note()
            model.custom_update("Look")
            note()
            for _ in range(20):
                model.step_time()
                note()
        model.unload()
    return {"host": np.array(host), "device": np.stack(device)}


@case("float", "double")
def initial_values(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """What can be given for a variable, before it is loaded and after."""
    kinds = ("scalar", "unsigned int", "int", "uint8_t", "int16_t", "bool", "double", "int64_t")
    given: dict[str, Any] = {
        "whole": 7,
        "fraction": 2.7,
        "large": 16777217,
        "numpy": np.float32(1.1),
        "zero_d": np.array(3.9),
        "constant": pygenn.init_var("Constant", {"constant": 4.6}),
        "list": [1, 2, 3, 4],
        "range": range(4),
        "fractions": [0.1, 1.9, 2.5, 3.99],
        "wrapped": np.array([300, 256, 1000, 70000]),
        "view": np.arange(8.0)[::2],
    }
    # C says nothing about a float that is too large for an integer
    too_small = {"uint8_t": {"large"}, "int16_t": {"large"}}
    variables, state = [], {}
    for kind in kinds:
        for key, value in given.items():
            if key not in too_small.get(kind, ()):
                variable = f"{key}_{kind.replace(' ', '_')}"
                variables.append((variable, kind))
                state[variable] = value
    neuron = pygenn.create_neuron_model("initial", vars=variables, sim_code="")
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    pop = model.add_neuron_population("pop", 4, neuron, {}, state)
    pop.vars["list_scalar"].set_init_values([9.5, 8.5, 7.5, 6.5])
    pop.vars["fraction_int"].set_init_values(np.array([5, 6, 7, 8]))
    model.build()
    model.load()
    arrays = {variable: pull(pop, variable) for variable, _ in variables}

    later = pop.vars["whole_scalar"]
    settings = {"number": 0.1, "array": np.arange(4) * 0.3, "list": [4, 3, 2, 1]}
    for key, value in settings.items():
        later.values = value
        later.push_to_device()
        later.pull_from_device()
        arrays[f"values_{key}"] = later.values
    small = pop.vars["whole_uint8_t"]
    small.values = np.array([2.9, 255.0, 128.5, 0.1])
    small.push_to_device()
    small.pull_from_device()
    arrays["values_uint8"] = small.values
    # values is a copy, view is not
    small.values[:] = 1
    arrays["values_copy"] = np.array(small.view)
    small.view[1:3] = 77
    small.push_to_device()
    small.pull_from_device()
    arrays["values_view"] = small.values
    model.unload()
    # the values given stay with the model
    model.load()
    arrays["reloaded_whole_scalar"] = pull(pop, "whole_scalar")
    arrays["reloaded_list_scalar"] = pull(pop, "list_scalar")
    model.unload()
    return arrays


@case("float")
def initial_values_broadcast(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Arrays that are not of a variable's shape but can be stretched to it."""
    neuron = pygenn.create_neuron_model(
        "initial", vars=[("one", "scalar"), ("row", "scalar")], sim_code=""
    )
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    state = {"one": [6.5], "row": np.arange(4)[None]}
    pop = model.add_neuron_population("pop", 4, neuron, {}, state)
    model.build()
    model.load()
    arrays = {key: pull(pop, key) for key in state}
    pop.vars["one"].values = [0.5]
    pop.vars["row"].values = np.arange(4)[None] * 0.1
    for key in state:
        pop.vars[key].push_to_device()
        arrays[f"{key}_later"] = pull(pop, key)
    model.unload()
    return arrays


@case("float")
def host_and_device(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Writes from the host between steps, to all kinds of groups, and what the next step makes."""
    rng = np.random.default_rng(101)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    source, target, dc = scheduled(pygenn), accumulator(pygenn), injector(pygenn)
    pre = model.add_neuron_population(
        "pre", 3, source, {}, {"schedule": 2**32 - 1, "k": 0, "now": 0}
    )
    post = model.add_neuron_population("post", 2, target, {}, {"V": 0.0, "I": 0.0})
    group = static_dense(pygenn, model, "link", pre, post, wide(rng, 3, 2))
    drive = model.add_current_source("drive", dc, post, {}, {"magnitude": 0.0})
    model.build()
    model.load()
    parts = [trace(model, 3, V=(post, "V"), I=(post, "I"))]
    push(group, "g", wide(rng, 6))
    parts.append(trace(model, 2, V=(post, "V"), I=(post, "I")))
    push(drive, "magnitude", np.array([0.1, -0.2]))
    push(post, "V", [100.0, -100.0])
    parts.append(trace(model, 2, V=(post, "V"), I=(post, "I")))
    # in flight are the spikes of the step before, whatever the schedule says now
    push(pre, "schedule", 0)
    parts.append(trace(model, 3, V=(post, "V"), I=(post, "I")))
    model.unload()
    return {key: np.concatenate([part[key] for part in parts]) for key in ("V", "I")}
