"""The models that come with PyGeNN, and where to find them and its snippets by name.

Every family is a look-up from name to description. What exists upstream but not here is listed
too, so that asking for it says so.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar

from tutorial_helpers.engine.access import VarAccess
from tutorial_helpers.engine.builtin_snippets import connectivity_snippets, var_init_snippets
from tutorial_helpers.engine.components import (
    CurrentSourceModel,
    CustomUpdateModel,
    Model,
    NeuronModel,
    PostsynapticModel,
    SparseConnectivityInitSnippet,
    VarInitSnippet,
    WeightUpdateModel,
)
from tutorial_helpers.engine.factories import (
    create_current_source_model,
    create_neuron_model,
    create_postsynaptic_model,
    create_weight_update_model,
    unsupported,
)
from tutorial_helpers.engine.types import SCALAR

AnyModel = TypeVar("AnyModel", bound=Model)

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
        V += 0.5 * dt * ((0.04 * V * V) + (5.0 * V) + 140.0 - U + Isyn);
        V += 0.5 * dt * ((0.04 * V * V) + (5.0 * V) + 140.0 - U + Isyn);
        U += dt * a * ((b * V) - U);
        if (V > 30.0) {
            V = 30.0;
        }
    """,
    "threshold_condition_code": "V >= 29.99",
}

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
    }


@cache
def _current_source_models() -> Mapping[str, CurrentSourceModel]:
    return {
        "DC": create_current_source_model(
            "DC", params=["amp"], injection_code="injectCurrent(amp);"
        )
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
                ("mean", lambda pars, dt: pars["tau"] * (1 - math.exp(-dt / pars["tau"])) / dt),
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


_FAMILIES: dict[type[Model], tuple[str, Callable[[], Mapping[str, Any]]]] = {
    NeuronModel: ("neuron_models", _neuron_models),
    CurrentSourceModel: ("current_source_models", _current_source_models),
    WeightUpdateModel: ("weight_update_models", _weight_update_models),
    PostsynapticModel: ("postsynaptic_models", _postsynaptic_models),
    CustomUpdateModel: ("custom_update_models", lambda: {}),
    VarInitSnippet: ("init_var_snippets", var_init_snippets),
    SparseConnectivityInitSnippet: ("init_sparse_connectivity_snippets", connectivity_snippets),
}

# What PyGeNN 5.4 has beside the above.
_ELSEWHERE: dict[type[Model], tuple[str, ...]] = {
    NeuronModel: ("SpikeSourceArray", "Poisson", "RulkovMap", "TraubMiles"),
    CurrentSourceModel: ("GaussianNoise", "PoissonExp"),
    WeightUpdateModel: ("StaticGraded", "STDP"),
    PostsynapticModel: (),
    CustomUpdateModel: ("Transpose",),
    VarInitSnippet: ("Kernel",),
    SparseConnectivityInitSnippet: ("Conv2D",),
}


def find_model(given: object, family: type[AnyModel], argument: str) -> AnyModel:
    """Return the description that an argument stands for.

    Parameters
    ----------
    given
        A description, or the name of one of the built-in ones.
    family
        What kind of description is expected.
    argument
        What it is for, for messages, such as ``"neuron population 'hidden'"``.

    Raises
    ------
    AttributeError
        If there is no built-in model of this name.
    NotImplementedError
        If there is one in PyGeNN, but not in the bundled engine.
    TypeError
        If `given` is something else, or a description of another family.
    """
    if isinstance(given, family):
        return given
    if not isinstance(given, str):
        kind = given.title if isinstance(given, Model) else repr(given)
        raise TypeError(
            f"Invalid snippet for {argument}: expected a {family.family} or the name of one, "
            f"not {kind}."
        )
    module, models = _FAMILIES[family]
    known = models()
    if given in known:
        model: AnyModel = known[given]
        return model
    if given in _ELSEWHERE[family]:
        raise unsupported(f"the {family.family} '{given}'")
    close = difflib.get_close_matches(given, known, n=1, cutoff=0.5)
    hint = f"did you mean '{close[0]}'?" if close else f"built in are {', '.join(known) or 'none'}."
    raise AttributeError(f"module 'pygenn.{module}' has no attribute '{given}'; {hint}")
