"""Checks of the arguments of calls that add parts to a model."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from numbagenn.base.enumerations import SynapseMatrixType
from numbagenn.base.number_checks import LARGEST_COUNT, checked_integer
from numbagenn.base.suggestions import did_you_mean
from numbagenn.base.wording import capitalised, shown, unsupported
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


def check_kind(title: str, given: object, kind: type, function: str) -> None:
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


def matrix_type_of(pop_name: str, given: object) -> SynapseMatrixType:
    """Return the matrix type that the user gave, if numbagenn has it."""
    name = given.name if isinstance(given, SynapseMatrixType) else given
    if not isinstance(name, str):
        raise TypeError(
            f"matrix_type of synapse population '{pop_name}' must be 'DENSE' or 'SPARSE', "
            f"not {shown(given)}."
        )
    known = SynapseMatrixType.__members__
    if name not in known:
        # GeNN 4 had several names with this beginning for what is now one type.
        start = [kind for kind in ("DENSE", "SPARSE") if name.upper().startswith(kind)]
        hint = did_you_mean(start[0] if start else name, known, "; use 'DENSE' or 'SPARSE'.")
        raise AttributeError(
            f"SynapseMatrixType has no attribute '{name}' (synapse population '{pop_name}'){hint}"
        )
    if name not in ("DENSE", "SPARSE"):
        raise unsupported(f"matrix type '{name}' (synapse population '{pop_name}')")
    return SynapseMatrixType[name]


def check_takes_connectivity(title: str, matrix_type: SynapseMatrixType) -> None:
    """Raise unless a snippet can connect the neurons of synapses of this type."""
    if matrix_type is SynapseMatrixType.DENSE:
        raise RuntimeError(
            f"Cannot use DENSE connectivity with connectivity initialisation snippet ({title})."
        )
