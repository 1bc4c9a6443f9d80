"""The models that came with PyGeNN 4.9, by the names that they had."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from numbagenn.compat.v4_9.descriptions import (
    create_custom_neuron_class,
    create_custom_weight_update_class,
)
from numbagenn.compat.v4_9.enums import MODELS
from numbagenn.create import create_neuron_model, create_weight_update_model
from numbagenn.models.builtin_models import find_model, names_in_pygenn
from numbagenn.models.descriptions import AnyModel, Model, NeuronModel, WeightUpdateModel
from numbagenn.models.traub_miles import traub_miles, unguarded, with_least_denominator

# What 5.x calls models of 4.9, and the models of 5.x that 4.9 lacks.
_RENAMED = {"PoissonNew": "Poisson"}
_NEW = ("STDP", "StaticPulseConstantWeight")

# Built-in neurons that must have been below their threshold before a step in which they spike. In
# 5.x none has to; in 4.9 a model has to unless it says otherwise, as the other ones do.
_REFRACTORY = ("RulkovMap", "TraubMiles")


# The change of a weight by the time between two spikes: two slopes that meet at 0, and a constant
# loss far from it on either side.
_CHANGE = """
    scalar change = -off2;
    if (d > lim0) {
        change = -off0;
    } else if (d > 0.0) {
        change = (slope0 * d) + off1;
    } else if (d > lim1) {
        change = (slope1 * d) + off1;
    }
    gRaw += change;
    """
_PIECES: dict[str, Callable[[Mapping[str, float], float], float]] = {
    "lim0": lambda p, dt: (1 / p["tPunish01"] + 1 / p["tChng"]) * p["tLrn"] * p["tChng"] / 2,
    "lim1": lambda p, dt: -(1 / p["tPunish10"] + 1 / p["tChng"]) * p["tLrn"] * p["tChng"] / 2,
    "slope0": lambda p, dt: -2 * p["gMax"] / (p["tChng"] * p["tLrn"]),
    "slope1": lambda p, dt: 2 * p["gMax"] / (p["tChng"] * p["tLrn"]),
    "off0": lambda p, dt: p["gMax"] / p["tPunish01"],
    "off1": lambda p, dt: p["gMax"] / p["tChng"],
    "off2": lambda p, dt: p["gMax"] / p["tPunish10"],
}


def _silent() -> NeuronModel:
    return create_neuron_model("SpikeSource", threshold_condition_code="false")


# A neuron is at Vspike for tspike ms after a spike, and sends no other one within trefract ms. The
# probability of a spike in each step is a table of its own, which may begin before this population.
_POISSON: dict[str, Any] = {
    "param_names": ["trefract", "tspike", "Vspike", "Vrest"],
    "var_name_types": [("V", "scalar"), ("spikeTime", "scalar")],
    "extra_global_params": [("firingProb", "scalar*"), ("offset", "unsigned int")],
    "sim_code": """
        const scalar since = $(t) - $(spikeTime);
        if (since > $(tspike) && $(V) > $(Vrest)) {
            $(V) = $(Vrest);
        } else if (since > $(trefract)) {
            if ($(gennrand_uniform) < $(firingProb)[$(offset) + $(id)]) {
                $(V) = $(Vspike);
                $(spikeTime) = $(t);
            }
        }
    """,
    "threshold_condition_code": "$(V) >= $(Vspike)",
}


def _poisson() -> NeuronModel:
    return create_custom_neuron_class("Poisson", **_POISSON)


def _traub_miles(name: str, **form: Any) -> NeuronModel:
    return create_neuron_model(name, **traub_miles(**form), auto_refractory_required=True)


def _static_graded() -> WeightUpdateModel:
    return create_custom_weight_update_class(
        "StaticGraded",
        param_names=["Epre", "Vslope"],
        var_name_types=[("g", "scalar", MODELS["VarAccess_READ_ONLY"])],
        event_threshold_condition_code="$(V_pre) > $(Epre)",
        event_code="$(addToInSyn, fmax(0.0, $(g) * tanh(($(V_pre) - $(Epre)) / $(Vslope)) * DT));",
    )


def _piecewise_stdp() -> WeightUpdateModel:
    names = "tLrn tChng tDecay tPunish10 tPunish01 gMax gMid gSlope tauShift gSyn0"
    squashed = "g = gMax / 2.0 * (tanh(gSlope * (gRaw - gMid)) + 1.0);"
    return create_weight_update_model(
        "PiecewiseSTDP",
        params=names.split(),
        derived_params=[*_PIECES.items()],
        vars=[("g", "scalar"), ("gRaw", "scalar")],
        pre_spike_syn_code=f"addToPost(g); scalar d = st_post - t - tauShift;{_CHANGE}{squashed}",
        post_spike_syn_code=f"scalar d = t - st_pre - tauShift;{_CHANGE}{squashed}",
    )


#: Models of 4.9 that are made here.
_OWN: dict[str, Callable[[], Model]] = {
    "PiecewiseSTDP": _piecewise_stdp,
    "Poisson": _poisson,
    "SpikeSource": _silent,
    "StaticGraded": _static_graded,
    "TraubMilesAlt": lambda: _traub_miles("TraubMilesAlt", fraction=with_least_denominator),
    "TraubMilesFast": lambda: _traub_miles("TraubMilesFast", fraction=unguarded),
    "TraubMilesNStep": lambda: _traub_miles("TraubMilesNStep", parts="ntimes"),
}


@cache
def _own(name: str) -> Model:
    return _OWN[name]()


@cache
def _refractory(name: str) -> NeuronModel:
    return replace(find_model(name, NeuronModel, name), auto_refractory_required=True)


def names_of(family: type[Model]) -> list[str]:
    """Return the names of all models of a family that came with PyGeNN 4.9."""
    of_4_9 = {new: old for old, new in _RENAMED.items()}
    names = [of_4_9.get(name, name) for name in names_in_pygenn(family)]
    own = {name for name in _OWN if isinstance(_own(name), family)}
    return sorted({name for name in names if name not in _NEW} | own)


def find(given: object, family: type[AnyModel], argument: str) -> AnyModel:
    """Return the description that an argument stands for.

    Parameters
    ----------
    given
        A description, or the name of one of the models that came with PyGeNN 4.9.
    family
        What kind of description is expected.
    argument
        What it is for; for example ``"neuron population 'hidden'"``.
    """
    if isinstance(given, str):
        own = _own(given) if given in _OWN else None
        if isinstance(own, family):
            return own
        given = _refractory(given) if given in _REFRACTORY else _RENAMED.get(given, given)
    return find_model(given, family, argument)
