"""A description together with the memory and the parameters of one use of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from numbagenn.memory.buffers import Buffer
from numbagenn.models.descriptions import Model

#: Some kind of description, of which a class is made.
AnyModel_co = TypeVar("AnyModel_co", bound=Model, covariant=True)


@dataclass(frozen=True, kw_only=True)
class BoundModel(Generic[AnyModel_co]):
    """A description together with the parameters and the memory of one use of it.

    Parameters
    ----------
    prefix
        What to put before its names where names of several models meet.
    model
        The description.
    params
        Values of the parameters and derived parameters.
    buffers
        Memory by name, of its own variables, extra global parameters and dynamic parameters. For a
        custom update this includes what it refers to.
    references
        For references to neuron variables: the name of each in the neuron model.
    title
        What the group that uses the description is called in messages.
    """

    prefix: str
    model: AnyModel_co
    params: Mapping[str, float]
    buffers: Mapping[str, Buffer]
    references: Mapping[str, str] = field(default_factory=dict)
    title: str = "a model"
