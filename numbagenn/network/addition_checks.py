"""Checks of the arguments of calls that add parts to a model."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from numbagenn.base.number_checks import LARGEST_COUNT, checked_integer
from numbagenn.base.wording import capitalised, shown
from numbagenn.models.entries import check_name
from numbagenn.network.groups import Group
from numbagenn.network.neuron_groups import NeuronGroup


def check_new(kind: str, name: object, existing: Mapping[str, Group]) -> None:
    """Raise unless a name can be that of a new part of the model.

    Raises
    ------
    RuntimeError
        If it is not a valid name, or another part of this kind has it.
    TypeError
        If it is not a string.
    """
    check_name(name, capitalised(kind), may_start_with_digit=True)
    if name in existing:
        article = "an" if kind[0] in "aeiou" else "a"
        raise RuntimeError(
            f"Cannot add {article} {kind} with duplicate name: {name}; choose another, or, if you "
            "ran a cell twice, run the one that makes the model first."
        )


def check_kind(title: str, given: object, kind: type | tuple[type, ...], function: str) -> None:
    """Raise unless the user gave the result of the right function of PyGeNN."""
    if not isinstance(given, kind):
        raise TypeError(f"{title} needs what {function}(…) returns, not {shown(given)}.")


def check_population(populations: Mapping[str, NeuronGroup], group: object, what: str) -> None:
    """Raise unless the user gave one of the populations of the model."""
    if isinstance(group, str):
        known = populations.get(group)
        fix = " the object that add_neuron_population returned" if known else " a population"
        raise TypeError(f"The {what} must be{fix}, not the string '{group}'.")
    if not isinstance(group, NeuronGroup):
        given = group.title if isinstance(group, Group) else repr(group)
        raise TypeError(f"The {what} must be a neuron population, not {given}.")
    if populations.get(group.name) is not group:
        raise ValueError(
            f"The {what}, {group.title}, belongs to another model; give one of this model."
        )


def population_size(prefix: str, num_neurons: object) -> int:
    """Return the number of neurons that the user gave, after checking it."""
    # A float is accepted if it is whole, because divisions give floats.
    if isinstance(num_neurons, (float, np.floating)) and float(num_neurons).is_integer():
        num_neurons = int(num_neurons)
    return checked_integer(f"{prefix}: num_neurons", num_neurons, 1, LARGEST_COUNT)
