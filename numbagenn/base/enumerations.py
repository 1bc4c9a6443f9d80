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

    #: Code reads and assigns it.
    READ_WRITE = enum.auto()
    #: Code reads it, and the whole batch shares its values.
    READ_ONLY = enum.auto()
    #: Code reads it, and each element of the batch has values of its own.
    READ_ONLY_DUPLICATE = enum.auto()
    #: Code reads it, and all neurons share one value in each element of the batch.
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
    """How a variable reference is used by the code that holds it."""

    #: Code reads and assigns the variable.
    READ_WRITE = enum.auto()
    #: Code reads the variable.
    READ_ONLY = enum.auto()
    #: Code assigns the variable. Where the variable is delayed, all its slots get the value.
    BROADCAST = enum.auto()
    #: Code assigns values, and the variable becomes their sum.
    REDUCE_SUM = enum.auto()
    #: Code assigns values, and the variable becomes the largest of them.
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
    Its variables have the dimensions of the update, unless their access says otherwise.
    """

    #: Code reads and assigns it.
    READ_WRITE = enum.auto()
    #: Code reads it.
    READ_ONLY = enum.auto()
    #: Code reads it, and the whole batch shares its values.
    READ_ONLY_SHARED = enum.auto()
    #: Code reads it, and all neurons share one value.
    READ_ONLY_SHARED_NEURON = enum.auto()
    #: Code assigns values, and it becomes their sum over the batch.
    REDUCE_BATCH_SUM = enum.auto()
    #: Code assigns values, and it becomes the largest of them in the batch.
    REDUCE_BATCH_MAX = enum.auto()
    #: Code assigns values, and it becomes their sum over the neurons.
    REDUCE_NEURON_SUM = enum.auto()
    #: Code assigns values, and it becomes the largest of them among the neurons.
    REDUCE_NEURON_MAX = enum.auto()
    #: Code assigns it.
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
    """Connectivity and storage of a synapse population. numbagenn has `DENSE` and `SPARSE`."""

    #: From every neuron to every neuron.
    DENSE = enum.auto()
    #: As `DENSE`, with weights that are computed whenever they are needed. Not in numbagenn.
    DENSE_PROCEDURALG = enum.auto()
    #: Between some neurons, with a bit for each pair. Not in numbagenn.
    BITMASK = enum.auto()
    #: Between some neurons, with a list of the synapses that there are.
    SPARSE = enum.auto()
    #: Connections that are computed whenever they are needed. Not in numbagenn.
    PROCEDURAL = enum.auto()
    #: As `PROCEDURAL`, with the weights of a kernel. Not in numbagenn.
    PROCEDURAL_KERNELG = enum.auto()
    #: Convolutions, with the weights of a kernel. Not in numbagenn.
    TOEPLITZ = enum.auto()


class VarLocation(_Plain):
    """Where the memory of a variable is held; without effect in numbagenn."""

    #: In the memory of the host.
    HOST = enum.auto()
    #: In the memory of the device.
    DEVICE = enum.auto()
    #: In both.
    HOST_DEVICE = enum.auto()


class ParallelismHint(_Plain):
    """How a GPU shares out the synapses of a population; without effect in numbagenn."""

    #: By postsynaptic neurons.
    POSTSYNAPTIC = enum.auto()
    #: By presynaptic neurons.
    PRESYNAPTIC = enum.auto()
    #: By words of a bitmask.
    WORD_PACKED_BITMASK = enum.auto()
