"""Time steps that are no powers of two: to multiply by one rounds, so the order of factors shows.

Models and parameters are such that other orders give other bits.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import numpy as np

from tests.conformance.case_parts import (
    accumulator,
    accumulators,
    keep,
    pull,
    read,
    recorded_events,
    recorded_spikes,
    static_dense,
    trace,
    wide,
)
from tests.conformance.casebook import Arrays, case
from tests.conformance.cases_events import rising
from tests.conformance.cases_plasticity import STDP, connected, spiking, weights

TIME_STEPS = (0.1, 0.3, 0.7, 0.05)
# Closer to halfway between two floats, all of them or twice as much, than ten decimal digits tell.
LONG_TIME_STEPS = (
    1.0 + 2.0**-24 - 1e-11,
    1.0 + 2.0**-24 + 1e-12,
    1.0 + 3 * 2.0**-24 - 1e-12,
    0.5 + 2.0**-25 + 1e-12,
)
STEPS = 300
# Set to 1, networks are run at the first of their time steps alone, which takes a quarter as long.
how_many_time_steps: int | None = None
OTHER = {"float": "double", "double": "float"}

Network = Callable[[ModuleType, Any], Arrays]


def at_time_steps(
    network: Network,
    pygenn: ModuleType,
    name: str,
    precision: str,
    time_precision: str | None = None,
    time_steps: Sequence[float] = TIME_STEPS,
) -> Arrays:
    """Run a network at each time step, and give what it read, one time step after the other."""
    parts = []
    time_steps = time_steps[:how_many_time_steps]
    for number, dt in enumerate(time_steps):
        # PyGeNN's models of one name share what was compiled for the first of them
        model = pygenn.GeNNModel(precision, f"{name}_{number}", time_precision=time_precision)
        model.dt = dt
        parts.append(network(pygenn, model))
        model.unload()
    joined = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
    return {"dt": np.array(time_steps), **joined}


def condensed(arrays: Arrays) -> Arrays:
    """Give the last row, and checksums of twenty rows each, which any other bit changes."""
    result = {}
    for key, rows in arrays.items():
        parts = [
            np.ascontiguousarray(rows[start : start + 20]) for start in range(0, len(rows), 20)
        ]
        result[key] = rows[-1:]
        result[f"{key}_checksums"] = np.array([zlib.crc32(part) for part in parts], np.uint32)
    return result


def neurons(pygenn: ModuleType, model: Any) -> Arrays:
    """The built-in neuron models of PyGeNN 5.4, without chance. A recorded case does not grow."""
    lif = {"C": 0.37, "TauM": 13.7, "Vrest": -61.3, "Vreset": -67.1, "Vthresh": -49.9}
    lif |= {"Ioffset": 0.07, "TauRefrac": 2.1}
    izhikevich = {"a": 0.1, "b": 0.26, "c": -61.3, "d": 2.1}
    apart = {"a": [0.02, 0.1, 0.07], "b": [0.2, 0.23, 0.26], "c": [-65.0, -61.3, -57.0]}
    apart["d"] = [8.0, 2.1, 4.3]
    rulkov = {"Vspike": 59.9, "alpha": 3.07, "y": -2.53, "beta": 0.0171}
    traub = {"gNa": 7.31, "ENa": 51.3, "gK": 1.51, "EK": -93.7, "gl": 0.0291, "El": -62.7}
    traub["C"] = 0.151
    gates = {"m": 0.0529324, "h": 0.3176767, "n": 0.5961207}
    ramp = np.array([0.0, 0.37, 1.0])
    start = {"V": -65.1 + ramp, "U": -13.3}
    kinds: dict[str, tuple[dict[str, float], dict[str, Any], np.ndarray]] = {
        "LIF": (lif, {"V": -60.3 + ramp, "RefracTime": 0.0}, 0.9 * ramp),
        "Izhikevich": (izhikevich, start, 10.3 * ramp),
        "IzhikevichVariable": ({}, {**start, **apart}, 10.3 * ramp),
        "RulkovMap": (rulkov, {"V": -60.1 + 20 * ramp, "preV": -60.1}, 300.3 * ramp),
        "TraubMiles": (traub, {"V": -60.3, **gates}, 0.5 * ramp),
        # it draws nothing before its first spike
        "Poisson": ({"rate": 13.3}, {"timeStepToSpike": STEPS + 0.7 + ramp}, 0 * ramp),
    }
    drive = pygenn.create_current_source_model(
        "wavering",
        vars=[("magnitude", "scalar")],
        injection_code="injectCurrent(magnitude * (0.7 + 0.23 * fmod(t, 3.1)));",
    )
    keep(model, drive)
    pops = {}
    for kind, (params, state, current) in kinds.items():
        pops[kind] = model.add_neuron_population(kind, 3, kind, params, state)
        model.add_current_source(f"to_{kind}", drive, pops[kind], {}, {"magnitude": current})
    model.add_current_source("dc", "DC", pops["LIF"], {"amp": 0.123}, {})
    model.build()
    model.load()
    watch = {
        f"{kind}_{key}": (pop, key)
        for kind, pop in pops.items()
        for key in ("V", "U", "RefracTime", "timeStepToSpike", *gates)
        if key in pop.vars
    }
    rows = trace(model, STEPS, **watch)
    # the library's functions may round differently elsewhere, so there can be no checksums
    traub_rows = {key: rows.pop(key) for key in list(rows) if key.startswith("TraubMiles")}
    fed_back = {f"{key}_libm_fed_back": found[49::50] for key, found in traub_rows.items()}
    return condensed(rows) | fed_back


@case("float", "double")
def neurons_at_time_steps(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    return at_time_steps(neurons, pygenn, name, precision)


@case("float", "double")
def neurons_at_mixed_precisions(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Time in another precision than all else."""
    return at_time_steps(neurons, pygenn, name, precision, OTHER[precision], TIME_STEPS[::2])


def rhythmic(pygenn: ModuleType, model: Any, number: int, name: str, every: int) -> Any:
    """Add neurons that spike every so many steps, one after the other."""
    neuron = pygenn.create_neuron_model(
        "rhythmic",
        params=[("every", "unsigned int")],
        vars=[("k", "unsigned int")],
        sim_code="k++;",
        threshold_condition_code="k % every == 0u",
    )
    start = {"k": 4 * np.arange(number)}
    return model.add_neuron_population(name, number, keep(model, neuron), {"every": every}, start)


def postsynaptic(pygenn: ModuleType, model: Any) -> Arrays:
    """Every built-in postsynaptic model, and one whose code and derived parameters use `dt`."""
    own = pygenn.create_postsynaptic_model(
        "own",
        params=["tau"],
        vars=[("x", "scalar")],
        derived_params=[
            ("share", lambda pars, dt: dt / pars["tau"]),
            ("rest", lambda pars, dt: 1.0 - dt / pars["tau"]),
        ],
        sim_code="x += (inSyn - x) * dt / tau; injectCurrent(x + share * inSyn); inSyn *= rest;",
    )
    kinds: dict[str, tuple[Any, dict[str, float], dict[str, float]]] = {
        **{f"ExpCurr{k}": ("ExpCurr", {"tau": tau}, {}) for k, tau in enumerate((5.7, 8.9, 16.2))},
        "ExpCond": ("ExpCond", {"tau": 3.3, "E": 1.7}, {}),
        "DeltaCurr": ("DeltaCurr", {}, {}),
        "own": (keep(model, own), {"tau": 7.3}, {"x": 0.1}),
    }
    target = pygenn.create_neuron_model(
        "target",
        vars=[("V", "scalar"), *((f"V_{kind}", "scalar") for kind in kinds)],
        additional_input_vars=[(f"I_{kind}", "scalar", 0.0) for kind in kinds],
        sim_code=f"V += (I_ExpCond - V) * dt / 7.3; {' '.join(f'V_{k} = I_{k};' for k in kinds)}",
    )
    pre = rhythmic(pygenn, model, 3, "pre", 17)
    start = {"V": -1.3} | {f"V_{kind}": 0.0 for kind in kinds}
    post = model.add_neuron_population("post", 2, keep(model, target), {}, start)
    weights = np.array([0.37, 1.13, 2.71, 0.11, 0.339, 0.813])
    for kind, (psm, params, state) in kinds.items():
        refs = {"V": pygenn.create_var_ref(post, "V")} if kind == "ExpCond" else {}
        group = model.add_synapse_population(
            kind,
            "DENSE",
            pre,
            post,
            pygenn.init_weight_update("StaticPulse", {}, {"g": weights}),
            pygenn.init_postsynaptic(psm, params, state, refs),
        )
        group.post_target_var = f"I_{kind}"
    model.build()
    model.load()
    return condensed(trace(model, STEPS, **{key: (post, key) for key in start}))


@case("float", "double")
def postsynaptic_models_at_time_steps(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    return at_time_steps(postsynaptic, pygenn, name, precision)


def bombarded(pygenn: ModuleType, model: Any) -> Arrays:
    """What one random spike brings, which is no matter of chance, and how that decays."""
    # most of so many neurons get none or one, and some get one, but for once in a billion times
    rate = 0.3 * 1000.0 / model.dt
    cell = keep(model, accumulator(pygenn))
    arrays = {}
    sources = []
    for number, (weight, tau) in enumerate(((0.37, 3.3), (1.3, 4.8), (0.77, 14.7))):
        pop = model.add_neuron_population(f"pop{number}", 200, cell, {}, {"V": 0.0, "I": 0.0})
        params = {"weight": weight, "tauSyn": tau, "rate": rate}
        current = {"current": 0.0}
        sources.append(
            (pop, model.add_current_source(f"to{number}", "PoissonExp", pop, params, current))
        )
    model.build()
    model.load()
    model.step_time()
    for number, (pop, source) in enumerate(sources):
        for key, values in (("now", pull(pop, "I")), ("then", pull(source, "current"))):
            arrays[f"{key}{number}"] = values[values > 0.0].min(keepdims=True)
    return arrays


@case("float", "double")
def poisson_exp_at_time_steps(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    return at_time_steps(bombarded, pygenn, name, precision)


# What code may make of the time, in a scalar and in a timepoint.
EXPRESSIONS = """
    t; t + dt; t - dt; t / dt; (int)(t / dt); fmod(t, 0.7); t * 0.1; dt / 3; dt * 3.3; 1.0 / dt
    t - st; t == 2.1; t >= 2.1; round(t / dt); t * dt; (t + 0.05) / 0.7; 0.5 * dt * (t - 3.3)
    0.5 * (t - 3.3) * dt; (unsigned int)(2.1 / dt); t * tau; t / tau; dt * tau; tau * rate
    tau * inverse; tau * span; span - t; (double)t * dt; (float)t * dt
"""


def code(pygenn: ModuleType, model: Any) -> Arrays:
    """Code, derived parameters and initial values that use `dt` and `t`."""
    texts = [text.strip() for line in EXPRESSIONS.splitlines() for text in line.split(";")]
    texts = [text for text in texts if text]
    derived = {
        "rate": lambda pars, dt: pars["tau"] * dt,
        "inverse": lambda pars, dt: 1.0 / dt,
    }
    neuron = pygenn.create_neuron_model(
        "timed",
        params=["tau"],
        derived_params=[*derived.items(), ("span", lambda pars, dt: pars["tau"] / dt, "timepoint")],
        vars=[("x", "scalar"), ("summed", "timepoint"), ("I", "scalar")]
        + [(f"s{k}", "scalar") for k in range(len(texts))]
        + [(f"t{k}", "timepoint") for k in range(len(texts))],
        sim_code="x += dt * (1.3 - x) / tau; summed += dt; I = Isyn;"
        + "".join(f"s{k} = {text}; t{k} = {text};" for k, text in enumerate(texts)),
        threshold_condition_code="fmod(t, 0.9) < dt",
    )
    source = pygenn.create_current_source_model(
        "phased",
        params=["f"],
        vars=[("phase", "scalar")],
        derived_params=[("turn", lambda pars, dt: 2.0 * math.pi * pars["f"] * dt / 1000.0)],
        injection_code="injectCurrent(phase * dt + f * t); phase += turn;",
    )
    update = pygenn.create_custom_update_model(
        "look",
        params=["p"],
        vars=[("seen", "scalar"), ("now", "timepoint")],
        derived_params=[("pull", lambda pars, dt: pars["p"] * dt)],
        var_refs=[("x", "scalar")],
        update_code="seen = x * dt + t; now = t - dt; x += pull * dt - t * 0.001;",
    )
    keep(model, [neuron, source, update])
    variables = [f"{letter}{k}" for letter in "st" for k in range(len(texts))]
    start = dict.fromkeys((*variables, "summed", "I"), 0.0) | {"x": np.array([0.0, 0.37])}
    pop = model.add_neuron_population("pop", 2, neuron, {"tau": 7.3}, start)
    drive = model.add_current_source("drive", source, pop, {"f": 13.3}, {"phase": 0.1})
    refs = {"x": pygenn.create_var_ref(pop, "x")}
    look = model.add_custom_update(
        "look", "Look", update, {"p": 0.7}, {"seen": 0.0, "now": 0.0}, refs
    )
    model.build()
    model.load()
    own = {"x": (pop, "x"), "summed": (pop, "summed"), "I": (pop, "I"), "phase": (drive, "phase")}
    watch = own | {f"look_{key}": (look, key) for key in ("seen", "now")}
    host, rows = [], []
    for _ in range(STEPS // 5):
        rows.append(trace(model, 5, **watch, **{key: (pop, key) for key in variables}))
        model.custom_update("Look")
        host.append([model.t])
    found = {key: np.concatenate([part[key] for part in rows]) for key in rows[0]}
    # one neuron tells what all do
    for letter, kind in (("s", "scalars"), ("t", "timepoints")):
        found[kind] = np.stack([found.pop(f"{letter}{k}")[:, 0] for k in range(len(texts))], axis=1)
    return condensed({**found, "host": np.array(host)})


@case("float", "double")
def code_at_time_steps(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    return at_time_steps(code, pygenn, name, precision)


@case("float", "double")
def code_at_mixed_precisions(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Time in another precision than all else."""
    return at_time_steps(code, pygenn, name, precision, OTHER[precision], TIME_STEPS[::2])


def initial(pygenn: ModuleType, model: Any) -> Arrays:
    """Delays in ms, which become steps, and a snippet whose code and derived parameter use `dt`."""
    # some of them halfway between two numbers of steps
    delays = (0.05, 0.15, 0.25, 0.35, 0.45, 0.7, 0.75, 1.05, 2.1, 2.45, 3.15, 4.9, 5.25, 7.35)
    snippet = pygenn.create_var_init_snippet(
        "own",
        params=["q"],
        derived_params=[("steps", lambda pars, dt: pars["q"] / dt)],
        var_init_code="value = q * dt + steps / 3.3 - 0.5 * dt * (q - id) - 0.3 * (q - id) * dt;",
    )
    keep(model, snippet)
    kinds = ("scalar", "uint8_t")
    names = [(f"{kind}{k}", kind) for kind in kinds for k in range(len(delays))]
    holder = pygenn.create_neuron_model("holder", vars=[*names, ("own", "scalar")])
    state = {"own": pygenn.init_var(snippet, {"q": 3.3})}
    for kind in kinds:
        for k, mean in enumerate(delays):
            limits = {"min": mean if k % 2 else 0.0, "max": 20.0 if k % 3 else mean}
            params = {"mean": mean, "sd": 0.0, **limits}
            state[f"{kind}{k}"] = pygenn.init_var("NormalClippedDelay", params)
    pop = model.add_neuron_population("pop", 3, keep(model, holder), {}, state)
    model.build()
    model.load()
    arrays = {
        kind: np.stack([pull(pop, f"{kind}{k}")[0] for k in range(len(delays))]) for kind in kinds
    }
    return {**arrays, "own": pull(pop, "own")}


@case("float", "double")
def initial_values_at_time_steps(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    return at_time_steps(initial, pygenn, name, precision)


TIMES = ("st_pre", "st_post", "prev_st_pre", "prev_st_post")
TIMES += ("set_pre", "set_post", "prev_set_pre", "prev_set_post")


def learning(pygenn: ModuleType, model: Any) -> Arrays:
    """Weights that depend on times of spikes and events, with delays, and all of it recorded."""
    read_only = pygenn.VarAccessMode.READ_ONLY
    cell = pygenn.create_neuron_model(
        "cell",
        params=["every"],
        vars=[("V", "scalar"), ("u", "scalar")],
        sim_code="V += (Isyn - V) * dt / 3.3; u = fmod(t + id * 0.35, 1.7);",
        threshold_condition_code="fmod(t + id * 0.45, every) < dt",
    )
    update = pygenn.create_weight_update_model(
        "learning",
        params=["tau", "A"],
        derived_params=[("lose", lambda pars, dt: math.exp(-dt / pars["tau"]))],
        vars=[("w", "scalar"), ("z", "scalar"), ("d", "scalar")]
        + [(f"{time}_seen", "timepoint") for time in TIMES],
        pre_vars=[("x", "scalar")],
        post_vars=[("y", "scalar")],
        pre_neuron_var_refs=[("u_pre", "scalar", read_only)],
        post_neuron_var_refs=[("u_post", "scalar", read_only)],
        pre_event_threshold_condition_code="u_pre > 1.3",
        post_event_threshold_condition_code="u_post > 1.1",
        pre_event_syn_code="z += (set_pre > set_post) ? dt * 0.3 : t * 0.01;",
        post_event_syn_code="z += (t - set_pre) * 0.1 * dt;",
        pre_spike_code="x += A * (1.3 + t);",
        post_spike_code="y += A;",
        pre_dynamics_code="x *= lose;",
        post_dynamics_code="y -= y * dt / tau;",
        pre_spike_syn_code="""
            addToPost(w);
            addToPostDelay(w * dt, (unsigned int)(d / dt));
            w -= A * dt * (t - st_post) / tau;
            w += x * y * dt;
        """,
        synapse_dynamics_code="w += (0.5 - w) * dt / tau;"
        + "".join(f"{time}_seen = {time};" for time in TIMES),
    )
    keep(model, [cell, update])
    pre, post = (
        model.add_neuron_population(name, size, cell, {"every": every}, {"V": 0.0, "u": 0.0})
        for name, size, every in (("pre", 3, 2.3), ("post", 2, 1.9))
    )
    groups = []
    for delay in (0, 3):
        start = {"w": np.linspace(-0.3, 1.3, 6), "z": 0.0, "d": np.tile([0.0, 0.7, 0.35], 2)}
        start |= {f"{time}_seen": -1.0 for time in TIMES}
        group = model.add_synapse_population(
            f"after{delay}",
            "DENSE",
            pre,
            post,
            pygenn.init_weight_update(
                update,
                {"tau": 13.7, "A": 0.013},
                start,
                {"x": 0.1},
                {"y": 0.2},
                {"u_pre": pygenn.create_var_ref(pre, "u")},
                {"u_post": pygenn.create_var_ref(post, "u")},
            ),
            pygenn.init_postsynaptic("ExpCurr", {"tau": 8.9}),
        )
        group.axonal_delay_steps, group.max_dendritic_delay_timesteps = delay, 20
        groups.append(group)
    # PyGeNN keeps the times before the last of those neurons only that send spikes
    static_dense(pygenn, model, "back", post, pre, np.full((2, 3), 0.1))
    for pop in (pre, post):
        pop.spike_recording_enabled = pop.spike_event_recording_enabled = True
    model.build()
    model.load(num_recording_timesteps=STEPS // 2)
    rows: dict[str, list[np.ndarray]] = {}
    found: list[Arrays] = []
    for step in range(STEPS):
        model.step_time()
        rows.setdefault("V", []).append(pull(post, "V"))
        for group in groups:
            # PyGeNN's times before the last of the presynaptic side are wrong after a delay
            wrong = ("prev_st_pre", "prev_set_pre") if group is groups[1] else ()
            seen = [pull(group, f"{time}_seen") for time in TIMES if time not in wrong]
            rows.setdefault(f"{group.name}_times", []).append(np.stack(seen))
            for key, kind in (("w", "vars"), ("z", "vars"), ("x", "pre_vars"), ("y", "post_vars")):
                values = read(getattr(group, kind)[key])
                rows.setdefault(f"{group.name}_{key}", []).append(values)
        if step % (STEPS // 2) == STEPS // 2 - 1:
            spikes = recorded_spikes(model, pre=pre, post=post)
            for side in ("pre", "post"):
                spikes |= recorded_events(model, side, **{f"{side}_events": groups[0]})
            found.append(spikes)
    recorded = {key: np.concatenate([part[key] for part in found]) for key in found[0]}
    return condensed({key: np.stack(values) for key, values in rows.items()} | recorded)


@case("float", "double")
def learning_at_time_steps(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    return at_time_steps(learning, pygenn, name, precision)


def pairs(pygenn: ModuleType, model: Any) -> Arrays:
    """The built-in rule, dense and sparse, from weights that partly start outside its bounds."""
    rng = np.random.default_rng(401)
    pre = spiking(pygenn, model, rng, "pre", 6)
    groups, targets = [], []
    for kind, delay in (("dense", 0), ("late_dense", 2), ("sparse", 0), ("late_sparse", 3)):
        post = spiking(pygenn, model, rng, f"post_{kind}", 5)
        update = pygenn.init_weight_update("STDP", STDP, {"g": rng.uniform(-0.3, 1.6, 30)})
        group = connected(pygenn, model, rng, kind, (pre, post), update)
        group.axonal_delay_steps = delay
        groups.append(group)
        targets.append(post)
    model.build()
    model.load()
    rows: dict[str, list[np.ndarray]] = {}
    for step in range(STEPS // 4):
        model.step_time()
        for group, post in zip(groups, targets, strict=True):
            found = {**weights(group, "g"), f"{group.name}_I": pull(post, "I")}
            for key, values in found.items() if step % 5 == 4 else ():
                rows.setdefault(f"{key}_libm_fed_back", []).append(values)
    return {key: np.stack(values) for key, values in rows.items()}


@case("float", "double")
def stdp_at_time_steps(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    return at_time_steps(pairs, pygenn, name, precision)


def graded_description(pygenn: ModuleType) -> Any:
    """Write out `StaticGraded`, which PyGeNN 5.4.0 cannot build as it comes."""
    return pygenn.create_weight_update_model(
        "StaticGraded",
        params=["Epre", "Vslope"],
        vars=[("g", "scalar", pygenn.VarAccess.READ_ONLY)],
        pre_neuron_var_refs=[("V", "scalar", pygenn.VarAccessMode.READ_ONLY)],
        pre_event_threshold_condition_code="V > Epre",
        pre_event_syn_code="addToPost(fmax(0.0, g * tanh((V - Epre) / Vslope) * dt));",
    )


def graded(pygenn: ModuleType, model: Any, weight_update: Any = None) -> Arrays:
    """What graded synapses bring, some of which have negative weights."""
    rng = np.random.default_rng(195)
    pre, post = rising(pygenn, model, 12), accumulators(pygenn, model, 3)
    model.add_synapse_population(
        "graded",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update(
            weight_update or keep(model, graded_description(pygenn)),
            {"Epre": 0.4, "Vslope": 0.7},
            {"g": wide(rng, 36) * np.where(rng.random(36) < 0.2, -1.0, 1.0)},
            pre_var_refs={"V": pygenn.create_var_ref(pre, "V")},
        ),
        pygenn.init_postsynaptic("DeltaCurr"),
    )
    model.build()
    model.load()
    return trace(model, 25, I_libm=(post, "I"))


@case("float", "double")
def graded_at_time_steps(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    return at_time_steps(graded, pygenn, name, precision)


def trains(pygenn: ModuleType, model: Any) -> Arrays:
    """Spikes at given times: steps in ms, as multiples, sums and decimals, and such in between."""
    dt = model.dt
    steps = np.array([0, 1, 3, 6, 7, 23, 41, 61, 123, 149])
    given = [steps * dt, np.cumsum(np.full(20, 3 * dt)), np.round(steps * dt, 6), steps * dt + 0.35]
    ends = np.cumsum([len(train) for train in given])
    start = {"startSpike": np.concatenate([[0], ends[:-1]]), "endSpike": ends}
    pop = model.add_neuron_population("pop", len(given), "SpikeSourceArray", {}, start)
    pop.extra_global_params["spikeTimes"].set_init_values(np.concatenate(given))
    pop.spike_recording_enabled = True
    model.build()
    model.load(num_recording_timesteps=STEPS // 2)
    found = []
    for _ in range(2):
        for _ in range(STEPS // 2):
            model.step_time()
        found.append(recorded_spikes(model, pop=pop))
    return {key: np.concatenate([part[key] for part in found]) for key in found[0]}


@case("float", "double")
def spike_source_array_at_time_steps(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    return at_time_steps(trains, pygenn, name, precision)


def previous(pygenn: ModuleType, model: Any) -> Arrays:
    """Times of last spikes and those before, which code sets back, while the clock jumps."""
    forget = pygenn.create_custom_update_model(
        "forget",
        var_refs=[("last", "timepoint"), ("before", "timepoint")],
        update_code="last = -10.0 * dt; before = -20.0 * dt;",
    )
    asking = pygenn.create_weight_update_model(
        "asking",
        vars=[("seen", "timepoint"), ("seen_before", "timepoint")],
        pre_spike_syn_code="addToPost(1.0);",
        synapse_dynamics_code="seen = st_pre; seen_before = prev_st_pre;",
    )
    keep(model, [forget, asking])
    pre = rhythmic(pygenn, model, 5, "pre", 7)
    post = model.add_neuron_population(
        "post", 1, keep(model, accumulator(pygenn)), {}, {"V": 0.0, "I": 0.0}
    )
    group = model.add_synapse_population(
        "asking",
        "DENSE",
        pre,
        post,
        pygenn.init_weight_update(asking, {}, {"seen": 0.0, "seen_before": 0.0}),
        pygenn.init_postsynaptic("DeltaCurr"),
    )
    refs = {
        "last": pygenn.create_spike_time_var_ref(pre),
        "before": pygenn.create_prev_spike_time_var_ref(pre),
    }
    model.add_custom_update("forget", "Forget", forget, {}, {}, refs)
    model.build()
    model.load()
    rows: dict[str, list[np.ndarray]] = {}
    for jump in (None, 1000, 3):
        if jump is not None:
            model.timestep = jump
        for _ in range(2):
            for _ in range(10):
                model.step_time()
                times = {"last": pre.spike_times, "before": pre.prev_spike_times, **group.vars}
                for key, variable in times.items():
                    rows.setdefault(key, []).append(read(variable))
            model.custom_update("Forget")
    return condensed({key: np.stack(values) for key, values in rows.items()})


@case("float", "double")
def previous_spike_times_at_time_steps(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    return at_time_steps(previous, pygenn, name, precision)


def constants(pygenn: ModuleType, model: Any) -> Arrays:
    """What PyGeNN writes as a number: `dt`, how late spikes arrive, what inputs start from."""
    neuron = pygenn.create_neuron_model(
        "neuron",
        vars=[("step", "timepoint"), ("now", "timepoint"), ("start", "scalar"), ("I", "scalar")],
        additional_input_vars=[("J", "scalar", LONG_TIME_STEPS[0])],
        sim_code="step = dt; now = t; I = J + Isyn;",
        threshold_condition_code="true",
    )
    snippet = pygenn.create_var_init_snippet("own", var_init_code="value = dt;")
    update = pygenn.create_weight_update_model(
        "update",
        vars=[("arrived", "timepoint"), ("step", "timepoint")],
        pre_spike_syn_code="arrived = st_pre; step = dt;",
    )
    look = pygenn.create_custom_update_model(
        "look",
        var_refs=[("now", "timepoint"), ("step", "timepoint")],
        update_code="now = t; step = -dt;",
    )
    keep(model, [neuron, snippet, update, look])
    state = {"step": 0.0, "now": 0.0, "start": pygenn.init_var(snippet), "I": 0.0}
    pre, post = (
        model.add_neuron_population(name, 1, neuron, {}, state) for name in ("pre", "post")
    )
    watch = {key: (pre, key) for key in state}
    for delay in range(3):
        group = model.add_synapse_population(
            f"after{delay}",
            "DENSE",
            pre,
            post,
            pygenn.init_weight_update(update, {}, {"arrived": 0.0, "step": 0.0}),
            pygenn.init_postsynaptic("DeltaCurr"),
        )
        group.axonal_delay_steps = delay
        watch |= {f"after{delay}_{key}": (group, key) for key in group.vars}
    refs = {key: pygenn.create_var_ref(post, key) for key in ("now", "step")}
    model.add_custom_update("look", "Look", look, {}, {}, refs)
    pre.spike_recording_enabled = True
    model.build()
    model.load(num_recording_timesteps=20)
    rows = trace(model, 20, **watch) | recorded_spikes(model, pre=pre)
    model.custom_update("Look")
    return {key: found[-5:] for key, found in rows.items()} | {
        f"look_{key}": pull(post, key) for key in ("now", "step")
    }


@case("float", "double")
def constants_at_long_time_steps(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    return at_time_steps(constants, pygenn, name, precision, time_steps=LONG_TIME_STEPS)


@case("float", "double")
def constants_at_mixed_precisions(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Time in another precision than all else."""
    return at_time_steps(constants, pygenn, name, precision, OTHER[precision], LONG_TIME_STEPS)
