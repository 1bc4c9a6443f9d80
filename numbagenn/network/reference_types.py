"""References to variables and arrays of other groups, and the check of their types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from numbagenn.base.types import ResolvedType, TypeLike
from numbagenn.memory.buffers import Buffer
from numbagenn.memory.variables import ExtraGlobalArray
from numbagenn.models.descriptions import DeclaredReference
from numbagenn.network.groups import Group

if TYPE_CHECKING:
    from numbagenn.network.synapse_groups import SynapseGroup


@dataclass(frozen=True, kw_only=True)
class VariableReference:
    """A variable of a group, to be used under another name elsewhere.

    Parameters
    ----------
    name
        Name of the variable in its group.
    group
        What owns it.
    buffer
        Its memory.
    size
        Number of neurons or synapses that it belongs to, whether or not it has a value for each.
    synapses
        For a variable of synapses, their population.
    transposed
        For a variable that an update transposes, the variable that it is copied to.
    """

    name: str
    group: Group
    buffer: Buffer
    size: int
    synapses: SynapseGroup | None = None
    transposed: VariableReference | None = None

    @property
    def type(self) -> TypeLike:
        """Type of the variable, as written in its model."""
        return self.buffer.type


class SynapseVariableReference(VariableReference):
    """A variable of synapses."""


@dataclass(frozen=True)
class ExtraGlobalParamReference:
    """An extra global parameter of a group, to be used under another name in a custom update."""

    group: Group
    array: ExtraGlobalArray

    @property
    def type(self) -> TypeLike:
        """Type of the elements, as written in its model."""
        return self.array.type


def check_reference_type(
    title: str, declared: DeclaredReference, target: VariableReference
) -> None:
    """Raise unless a reference has the type of its target, written in the same way.

    PyGeNN, too, compares types as they are written: ``scalar`` depends on the model, so it is not
    the same as ``float``.
    """
    if type_text(declared.type) != type_text(target.type):
        raise RuntimeError(
            f"Incompatible type for variable reference '{declared.name}' of {title}: it is "
            f"declared '{type_text(declared.type)}', but '{target.name}' of {target.group.title} "
            f"is '{type_text(target.type)}'; write the same."
        )


def type_text(given: TypeLike) -> str:
    """Return a type as it is written in a model."""
    return given.name if isinstance(given, ResolvedType) else " ".join(given.split())
