"""The models that come with PyGeNN, and where to find them and its snippets by name.

Every family is a look-up from name to description.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from numbagenn.base.array_conventions import Array
from numbagenn.base.enumerations import VarAccess, VarAccessMode
from numbagenn.base.suggestions import did_you_mean
from numbagenn.base.types import SCALAR
from numbagenn.base.wording import shown
from numbagenn.models.builtin_snippets import (
    connectivity_snippets,
    toeplitz_snippets,
    var_init_snippets,
)
from numbagenn.models.create_unchecked import (
    create_current_source_model,
    create_custom_update_model,
    create_neuron_model,
    create_postsynaptic_model,
    create_weight_update_model,
)
from numbagenn.models.descriptions import (
    AnyModel,
    CurrentSourceModel,
    CustomConnectivityUpdateModel,
    CustomUpdateModel,
    Model,
    NeuronModel,
    PostsynapticModel,
    SparseConnectivityInitSnippet,
    ToeplitzConnectivityInitSnippet,
    Unavailable,
    VarInitSnippet,
    WeightUpdateModel,
)
from numbagenn.models.traub_miles import traub_miles

# A leaky integrate-and-fire neuron with a refractory time, as in Gerstner et al. (2014), Neuronal
# Dynamics, section 1.3, doi 10.1017/CBO9781107447615.
_LIF: dict[str, Any] = {
    "params": ["C", "TauM", "Vrest", "Vreset", "Vthresh", "Ioffset", "TauRefrac"],
    "vars": [("V", SCALAR), ("RefracTime", SCALAR)],
    "derived_params": [
        ("decay", lambda pars, dt: math.exp(-dt / pars["TauM"])),
        ("resistance", lambda pars, dt: pars["TauM"] / pars["C"]),
    ],
    # Exact solution over one step for a constant input (exponential Euler).
    "sim_code": """
        if (RefracTime <= 0.0) {
            scalar settled = ((Isyn + Ioffset) * resistance) + Vrest;
            V = settled - (decay * (settled - V));
        }
        else {
            RefracTime -= dt;
        }
    """,
    "threshold_condition_code": "RefracTime <= 0.0 && V >= Vthresh",
    "reset_code": "V = Vreset; RefracTime = TauRefrac;",
}

# Two half-steps for V, as in Izhikevich (2003), Simple model of spiking neurons.
_IZHIKEVICH: dict[str, Any] = {
    "sim_code": """
        if (V >= 30.0) {
            V = c;
            U += d;
        }
        V += 0.5 * ((0.04 * V * V) + (5.0 * V) + 140.0 - U + Isyn) * dt;
        V += 0.5 * ((0.04 * V * V) + (5.0 * V) + 140.0 - U + Isyn) * dt;
        U += a * ((b * V) - U) * dt;
        if (V > 30.0) {
            V = 30.0;
        }
    """,
    "threshold_condition_code": "V >= 29.99",
}

_POISSON: dict[str, Any] = {
    "params": ["rate"],
    "vars": [("timeStepToSpike", SCALAR)],
    # The mean interval between spikes in steps; the rate is in Hz.
    "derived_params": [("isi", lambda pars, dt: _ratio(1000.0, _rate(pars) * dt))],
    "sim_code": """
        if (timeStepToSpike <= 0.0) {
            timeStepToSpike += isi * gennrand_exponential();
        }
        timeStepToSpike -= 1.0;
    """,
    "threshold_condition_code": "timeStepToSpike <= 0.0",
}

# The current of spikes that come at random to a synapse of its own. Its mean over the first step is
# what one spike adds, as in ExpCurr.
_POISSON_EXP: dict[str, Any] = {
    "params": ["weight", "tauSyn", "rate"],
    "vars": [("current", SCALAR)],
    "derived_params": [
        ("decay", lambda pars, dt: math.exp(-dt / pars["tauSyn"])),
        (
            "step",
            lambda pars, dt: (
                pars["weight"] * (1 - math.exp(-dt / pars["tauSyn"])) * (pars["tauSyn"] / dt)
            ),
        ),
        ("expected", lambda pars, dt: _rate(pars) * dt / 1000.0),
    ],
    "injection_code": """
        current += step * poisson(expected);
        injectCurrent(current);
        current *= decay;
    """,
}

# A map with the time scale of half-millisecond steps: Rulkov (2002), Modeling of spiking-bursting
# neural behavior using two-dimensional map, doi 10.1103/PhysRevE.65.041922, in the one-dimensional
# form of Nowotny, Huerta, Abarbanel and Rabinovich (2005), doi 10.1007/s00422-005-0019-7.
_RULKOV_MAP: dict[str, Any] = {
    "params": ["Vspike", "alpha", "y", "beta"],
    "vars": [("V", SCALAR), ("preV", SCALAR)],
    "derived_params": [
        ("rise", lambda pars, dt: pars["Vspike"] * pars["Vspike"] * pars["alpha"]),
        ("shift", lambda pars, dt: pars["Vspike"] * pars["y"]),
        ("peak", lambda pars, dt: pars["Vspike"] * pars["alpha"] + pars["Vspike"] * pars["y"]),
    ],
    "sim_code": """
        const scalar before = V;
        if (V <= 0.0) {
            V = rise / (Vspike - V - (beta * Isyn)) + shift;
        }
        else {
            V = (V < peak && preV <= 0.0) ? peak : -Vspike;
        }
        preV = before;
    """,
    "threshold_condition_code": "V >= peak",
}

# Pairs of nearest neighbours, additive with hard bounds, as in Song, Miller and Abbott (2000),
# Competitive Hebbian learning through spike-timing-dependent synaptic plasticity, doi
# 10.1038/78829.
_STDP: dict[str, Any] = {
    "params": ["tauPlus", "tauMinus", "Aplus", "Aminus", "Wmin", "Wmax"],
    "vars": [("g", SCALAR)],
    "pre_spike_syn_code": """
        addToPost(g);
        const scalar since = t - st_post;
        if (since > 0.0) {
            const scalar near = exp(-since / tauMinus);
            const scalar less = g - (Aminus * near);
            g = fmax(Wmin, fmin(Wmax, less));
        }
    """,
    "post_spike_syn_code": """
        const scalar since = t - st_pre;
        if (since > 0.0) {
            const scalar near = exp(-since / tauPlus);
            const scalar more = g + (Aplus * near);
            g = fmax(Wmin, fmin(Wmax, more));
        }
    """,
}


def _rate(pars: Mapping[str, float]) -> float:
    """Return the rate of a Poisson process.

    Raises
    ------
    ValueError
        If it is negative.
    """
    if pars["rate"] < 0:
        raise ValueError(f"rate must be at least 0, not {pars['rate']}")
    return pars["rate"]


def _unsorted_spike_times(values: Mapping[str, Array]) -> str:
    """Name the neuron whose spike times are not ascending, if there is one."""
    start, end, (times,) = (values[name] for name in ("startSpike", "endSpike", "spikeTimes"))
    # Times that are not later than the one before, which comes first; NaN is not a time.
    early = 1 + np.flatnonzero(~(times[1:] >= times[:-1]))
    first = np.append(early, times.size)[np.searchsorted(early, start, side="right")]
    found = np.argwhere(first < np.minimum(end, times.size))
    if not found.size:
        return ""
    batch, neuron = found[0]
    place = first[batch, neuron]
    return (
        f"the spike times of neuron {neuron} are not in ascending order, as {times[place]:g} ms "
        f"comes after {times[place - 1]:g} ms; sort them, as no spike is sent before those in "
        "front of it"
    )


def _ratio(above: float, below: float) -> float:
    """Return a quotient, as large as single precision can tell where there is none."""
    largest = 3.4e38
    return largest if below <= above / largest else above / below


_EXPONENTIAL_DECAY = ("decay", lambda pars, dt: math.exp(-dt / pars["tau"]))


@cache
def _neuron_models() -> Mapping[str, NeuronModel]:
    state = [("V", SCALAR), ("U", SCALAR)]
    own = [(name, SCALAR, VarAccess.READ_ONLY) for name in "abcd"]
    return {
        "LIF": create_neuron_model("LIF", **_LIF),
        "Izhikevich": create_neuron_model(
            "Izhikevich", params=list("abcd"), vars=state, **_IZHIKEVICH
        ),
        "IzhikevichVariable": create_neuron_model(
            "IzhikevichVariable", vars=[*state, *own], **_IZHIKEVICH
        ),
        "Poisson": create_neuron_model("Poisson", **_POISSON),
        "RulkovMap": create_neuron_model("RulkovMap", **_RULKOV_MAP),
        "TraubMiles": create_neuron_model("TraubMiles", **traub_miles()),
        # Neuron i spikes at spikeTimes[startSpike[i]:endSpike[i]] ms, at most once a step.
        "SpikeSourceArray": replace(
            create_neuron_model(
                "SpikeSourceArray",
                vars=[
                    ("startSpike", "unsigned int"),
                    ("endSpike", "unsigned int", VarAccess.READ_ONLY_DUPLICATE),
                ],
                extra_global_params=[("spikeTimes", f"{SCALAR}*")],
                sim_code="assert(startSpike <= endSpike);",
                threshold_condition_code="startSpike != endSpike && t >= spikeTimes[startSpike]",
                reset_code="startSpike++;",
            ),
            value_warning=_unsorted_spike_times,
        ),
    }


@cache
def _current_source_models() -> Mapping[str, CurrentSourceModel]:
    return {
        "DC": create_current_source_model(
            "DC", params=["amp"], injection_code="injectCurrent(amp);"
        ),
        "GaussianNoise": create_current_source_model(
            "GaussianNoise",
            params=["mean", "sd"],
            injection_code="injectCurrent(mean + (sd * gennrand_normal()));",
        ),
        "PoissonExp": replace(
            create_current_source_model("PoissonExp", **_POISSON_EXP), draws_poisson=True
        ),
    }


@cache
def _weight_update_models() -> Mapping[str, WeightUpdateModel]:
    return {
        "StaticPulse": create_weight_update_model(
            "StaticPulse",
            vars=[("g", SCALAR, VarAccess.READ_ONLY)],
            pre_spike_syn_code="addToPost(g);",
        ),
        "StaticPulseConstantWeight": create_weight_update_model(
            "StaticPulseConstantWeight", params=["g"], pre_spike_syn_code="addToPost(g);"
        ),
        "StaticPulseDendriticDelay": create_weight_update_model(
            "StaticPulseDendriticDelay",
            vars=[("g", SCALAR, VarAccess.READ_ONLY), ("d", "uint8_t", VarAccess.READ_ONLY)],
            pre_spike_syn_code="addToPostDelay(g, d);",
        ),
        # What an event adds follows the voltage of the presynaptic neuron, above a threshold.
        "StaticGraded": create_weight_update_model(
            "StaticGraded",
            params=["Epre", "Vslope"],
            vars=[("g", SCALAR, VarAccess.READ_ONLY)],
            pre_neuron_var_refs=[("V", SCALAR, VarAccessMode.READ_ONLY)],
            pre_event_threshold_condition_code="V > Epre",
            pre_event_syn_code="addToPost(fmax(0.0, g * tanh((V - Epre) / Vslope) * dt));",
        ),
        "STDP": create_weight_update_model("STDP", **_STDP),
    }


@cache
def _postsynaptic_models() -> Mapping[str, PostsynapticModel]:
    return {
        "DeltaCurr": create_postsynaptic_model(
            "DeltaCurr", sim_code="injectCurrent(inSyn); inSyn = 0.0;"
        ),
        "ExpCurr": create_postsynaptic_model(
            "ExpCurr",
            params=["tau"],
            derived_params=[
                _EXPONENTIAL_DECAY,
                # Mean over the step of a current that decays from 1.
                (
                    "mean",
                    lambda pars, dt: pars["tau"] * (1 - math.exp(-dt / pars["tau"])) * (1 / dt),
                ),
            ],
            sim_code="injectCurrent(mean * inSyn); inSyn *= decay;",
        ),
        "ExpCond": create_postsynaptic_model(
            "ExpCond",
            params=["tau", "E"],
            neuron_var_refs=[("V", SCALAR)],
            derived_params=[_EXPONENTIAL_DECAY],
            sim_code="injectCurrent(inSyn * (E - V)); inSyn *= decay;",
        ),
    }


@cache
def _custom_update_models() -> Mapping[str, CustomUpdateModel]:
    # The copying is done for the target of its reference.
    variable = ("variable", SCALAR, VarAccessMode.READ_ONLY)
    return {"Transpose": create_custom_update_model("Transpose", var_refs=[variable])}


#: All kinds of descriptions of which some are built in: PyGeNN's module of these, and the models.
FAMILIES: dict[type[Model], tuple[str, Callable[[], Mapping[str, Any]]]] = {
    NeuronModel: ("neuron_models", _neuron_models),
    CurrentSourceModel: ("current_source_models", _current_source_models),
    WeightUpdateModel: ("weight_update_models", _weight_update_models),
    PostsynapticModel: ("postsynaptic_models", _postsynaptic_models),
    CustomUpdateModel: ("custom_update_models", _custom_update_models),
    CustomConnectivityUpdateModel: ("custom_connectivity_update_models", dict),
    VarInitSnippet: ("init_var_snippets", var_init_snippets),
    SparseConnectivityInitSnippet: ("init_sparse_connectivity_snippets", connectivity_snippets),
    ToeplitzConnectivityInitSnippet: ("init_toeplitz_connectivity_snippets", toeplitz_snippets),
}


def names_in_pygenn(family: type[Model]) -> list[str]:
    """Return the names of all models of a family that come with PyGeNN."""
    _, models = FAMILIES[family]
    return sorted(models())


def built_in_models() -> Iterator[Model]:
    """Return all built-in models and snippets, one after the other."""
    for _, models in FAMILIES.values():
        yield from models().values()


def find_model(given: object, family: type[AnyModel], argument: str) -> AnyModel:
    """Return the description that an argument stands for.

    Parameters
    ----------
    given
        A description, or the name of one of the built-in ones.
    family
        What kind of description is expected.
    argument
        What it is for; for example ``"neuron population 'hidden'"``.

    Raises
    ------
    AttributeError
        If there is no built-in model of this name.
    TypeError
        If `given` is something else, or a description of another family.
    """
    if isinstance(given, family):
        return given
    if isinstance(given, Unavailable):
        raise given.error
    if not isinstance(given, str):
        kind = given.title if isinstance(given, Model) else shown(given)
        raise TypeError(
            f"Invalid snippet for {argument}: expected a {family.family} or the name of one, "
            f"not {kind}."
        )
    module, models = FAMILIES[family]
    known = models()
    if given in known:
        model: AnyModel = known[given]
        return model
    hint = did_you_mean(given, known, f"; built in are {', '.join(known) or 'none'}.", 0.5)
    raise AttributeError(f"module 'pygenn.{module}' has no attribute '{given}'{hint}")
