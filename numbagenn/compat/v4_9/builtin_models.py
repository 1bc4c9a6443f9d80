"""The models that came with PyGeNN 4.9, by the names that they had."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from numbagenn.base.wording import unsupported
from numbagenn.create import create_neuron_model, create_weight_update_model
from numbagenn.models.builtin_models import find_model, names_in_pygenn
from numbagenn.models.descriptions import (
    AnyModel,
    Model,
    NeuronModel,
    WeightUpdateModel,
)

# What 5.x calls models of 4.9.
_RENAMED = {"PoissonNew": "Poisson"}

# Models of 4.9 that 5.x lacks, and those of 5.x that 4.9 lacks.
_GONE: dict[type[Model], tuple[str, ...]] = {
    NeuronModel: ("Poisson", "TraubMilesFast", "TraubMilesAlt", "TraubMilesNStep"),
}
_NEW = ("STDP", "StaticPulseConstantWeight")


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


@cache
def _silent() -> NeuronModel:
    return create_neuron_model("SpikeSource", threshold_condition_code="false")


@cache
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
_OWN = {"SpikeSource": _silent, "PiecewiseSTDP": _piecewise_stdp}


def names_of(family: type[Model]) -> list[str]:
    """Return the names of all models of a family that came with PyGeNN 4.9."""
    of_4_9 = {new: old for old, new in _RENAMED.items()}
    names = [of_4_9.get(name, name) for name in names_in_pygenn(family) if name not in _NEW]
    own = [name for name, make in _OWN.items() if isinstance(make(), family)]
    return sorted([*names, *own, *_GONE.get(family, ())])


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

    Raises
    ------
    NotImplementedError
        If there was one in PyGeNN 4.9, which numbagenn does not have.
    """
    if isinstance(given, str):
        if given in _GONE.get(family, ()):
            raise unsupported(f"the {family.family} '{given}' of GeNN 4 ({argument})", "PyGeNN 4.9")
        own = _OWN[given]() if given in _OWN else None
        if isinstance(own, family):
            return own
        given = _RENAMED.get(given, given)
    return find_model(given, family, argument)
