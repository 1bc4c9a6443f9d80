"""How variables may be used and how they are laid out: the enumerations of PyGeNN's API."""

from __future__ import annotations

import enum


class _Plain(enum.Enum):
    """An enumeration whose members are shown as they are written."""

    def __repr__(self) -> str:
        return str(self)


class VarAccess(_Plain):
    """Access to a variable of a neuron, current source, weight update or postsynaptic model.

    With N elements and batch size B > 1 the array of a variable has shape ``(B, N)``, ``(N,)`` for
    `READ_ONLY`, and ``(B, 1)`` for `READ_ONLY_SHARED_NEURON`.
    """

    READ_WRITE = enum.auto()
    READ_ONLY = enum.auto()
    READ_ONLY_DUPLICATE = enum.auto()
    READ_ONLY_SHARED_NEURON = enum.auto()

    @property
    def writable(self) -> bool:
        """Whether code of the model may assign the variable."""
        return self is VarAccess.READ_WRITE

    @property
    def readable(self) -> bool:
        """Whether code of the model may read the variable: always."""
        return True

    @property
    def reduction(self) -> str | None:
        """How assigned values are combined: not at all, because only custom updates reduce."""
        return None

    @property
    def per_batch(self) -> bool:
        """Whether every batch element has a copy of its own."""
        return self is not VarAccess.READ_ONLY

    @property
    def per_element(self) -> bool:
        """Whether every neuron or synapse has a value of its own."""
        return self is not VarAccess.READ_ONLY_SHARED_NEURON


class VarAccessMode(_Plain):
    """How a variable reference is used by the code that holds it.

    `BROADCAST`, `REDUCE_SUM` and `REDUCE_MAX` can only be assigned.
    """

    READ_WRITE = enum.auto()
    READ_ONLY = enum.auto()
    BROADCAST = enum.auto()
    REDUCE_SUM = enum.auto()
    REDUCE_MAX = enum.auto()

    @property
    def writable(self) -> bool:
        """Whether code may assign what is referred to."""
        return self is not VarAccessMode.READ_ONLY

    @property
    def readable(self) -> bool:
        """Whether code may read what is referred to."""
        return self in (VarAccessMode.READ_WRITE, VarAccessMode.READ_ONLY)

    @property
    def reduction(self) -> str | None:
        """How assigned values are combined: by ``"sum"``, by ``"max"``, or not at all (None)."""
        return _reduction(self)


class CustomUpdateVarAccess(_Plain):
    """Access to a variable that a custom update owns, relative to the shape of the update.

    An update runs over the batch if anything that it refers to has a value for each batch element,
    and over neurons or synapses if anything has a value for each of them.
    Its variables have the dimensions of the update, with two exceptions: `READ_ONLY_SHARED` and
    `REDUCE_BATCH_SUM` or ``_MAX`` have one value for the batch, and `READ_ONLY_SHARED_NEURON` and
    `REDUCE_NEURON_SUM` or ``_MAX`` have one value for all neurons.
    """

    READ_WRITE = enum.auto()
    READ_ONLY = enum.auto()
    READ_ONLY_SHARED = enum.auto()
    READ_ONLY_SHARED_NEURON = enum.auto()
    REDUCE_BATCH_SUM = enum.auto()
    REDUCE_BATCH_MAX = enum.auto()
    REDUCE_NEURON_SUM = enum.auto()
    REDUCE_NEURON_MAX = enum.auto()
    BROADCAST_DELAY = enum.auto()

    @property
    def writable(self) -> bool:
        """Whether code of the update may assign the variable."""
        return not self.name.startswith("READ_ONLY")

    @property
    def readable(self) -> bool:
        """Whether code of the update may read the variable."""
        return self.name.startswith("READ")

    @property
    def reduction(self) -> str | None:
        """How assigned values are combined: by ``"sum"``, by ``"max"``, or not at all (None)."""
        return _reduction(self)

    @property
    def per_batch(self) -> bool:
        """Whether the variable has a copy for each batch element that the update runs over."""
        return self not in (
            CustomUpdateVarAccess.READ_ONLY_SHARED,
            CustomUpdateVarAccess.REDUCE_BATCH_SUM,
            CustomUpdateVarAccess.REDUCE_BATCH_MAX,
        )

    @property
    def per_element(self) -> bool:
        """Whether the variable has a value for each element that the update runs over."""
        return self not in (
            CustomUpdateVarAccess.READ_ONLY_SHARED_NEURON,
            CustomUpdateVarAccess.REDUCE_NEURON_SUM,
            CustomUpdateVarAccess.REDUCE_NEURON_MAX,
        )


def _reduction(access: VarAccessMode | CustomUpdateVarAccess) -> str | None:
    if not access.name.startswith("REDUCE"):
        return None
    return "sum" if access.name.endswith("SUM") else "max"


class SynapseMatrixType(_Plain):
    """Connectivity and storage of a synapse population."""

    DENSE = enum.auto()
    DENSE_PROCEDURALG = enum.auto()
    BITMASK = enum.auto()
    SPARSE = enum.auto()
    PROCEDURAL = enum.auto()
    PROCEDURAL_KERNELG = enum.auto()
    TOEPLITZ = enum.auto()


class VarLocation(_Plain):
    """Where the memory of a variable is held."""

    HOST = enum.auto()
    DEVICE = enum.auto()
    HOST_DEVICE = enum.auto()


class ParallelismHint(_Plain):
    """How a GPU shares out the synapses of a population; without effect in numbagenn."""

    POSTSYNAPTIC = enum.auto()
    PRESYNAPTIC = enum.auto()
    WORD_PACKED_BITMASK = enum.auto()
