"""The models that came with PyGeNN 4.9, by the names that they had."""

from __future__ import annotations

from functools import cache

from numbagenn.base.wording import unsupported
from numbagenn.create import create_neuron_model
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
    WeightUpdateModel: ("PiecewiseSTDP",),
}
_NEW = ("STDP", "StaticPulseConstantWeight")


@cache
def _silent() -> NeuronModel:
    return create_neuron_model("SpikeSource", threshold_condition_code="false")


def names_of(family: type[Model]) -> list[str]:
    """Return the names of all models of a family that came with PyGeNN 4.9."""
    of_4_9 = {new: old for old, new in _RENAMED.items()}
    names = [of_4_9.get(name, name) for name in names_in_pygenn(family) if name not in _NEW]
    own = ["SpikeSource"] if family is NeuronModel else []
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
        if given == "SpikeSource" and issubclass(NeuronModel, family):
            silent: AnyModel = _silent()  # type: ignore[assignment]
            return silent
        given = _RENAMED.get(given, given)
    return find_model(given, family, argument)
