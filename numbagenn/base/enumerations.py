"""How variables may be used and how they are laid out: the enumerations of PyGeNN's API.

The values of members are bits, which have names of their own in the enumerations of attributes. As
in PyGeNN, ``access & attribute`` says whether an access has an attribute. Here the number of the
attribute will do, too.
"""

from __future__ import annotations

import enum
from typing import Any


class _Bits(enum.Enum):
    """An enumeration whose members are shown as they are written, and have PyGeNN's numbers."""

    def __repr__(self) -> str:
        return str(self)

    def __int__(self) -> int:
        return int(self.value)

    __index__ = __int__

    def __and__(self, attribute: Any) -> bool:
        """Return whether a member has an attribute, or any bit of a number."""
        if type(attribute) not in (*_ATTRIBUTES.get(type(self), ()), int):
            return NotImplemented
        return bool(self.value & int(attribute))


class VarAccessModeAttribute(_Bits):
    """What there is to say of how code uses a variable."""

    #: Code only reads it.
    READ_ONLY = 1
    #: Code reads and assigns it.
    READ_WRITE = 2
    #: Values of several elements are combined to one.
    REDUCE = 4
    #: They are added up.
    SUM = 8
    #: The largest of them is taken.
    MAX = 16
    #: Code only assigns it, in all slots of a delay.
    BROADCAST = 32


class VarAccessDim(enum.Flag):
    """The dimensions that a variable can have; two are combined by ``|``."""

    #: A value for each neuron or synapse.
    ELEMENT = 64
    #: Values for each element of the batch.
    BATCH = 128

    def __int__(self) -> int:
        return int(self.value)

    __index__ = __int__

    def __and__(self, other: Any) -> bool:  # type: ignore[override]
        """Return whether there is a dimension that both have."""
        return bool(self.value & other.value) if type(other) is VarAccessDim else NotImplemented


class _Access(_Bits):
    """How code uses a variable, in the bits of `VarAccessModeAttribute`."""

    @property
    def writable(self) -> bool:
        """Whether code may assign the variable."""
        return not self.value & VarAccessModeAttribute.READ_ONLY.value

    @property
    def readable(self) -> bool:
        """Whether code may read the variable."""
        reading = (VarAccessModeAttribute.READ_ONLY, VarAccessModeAttribute.READ_WRITE)
        return any(self.value & attribute.value for attribute in reading)

    @property
    def reduction(self) -> str | None:
        """How assigned values are combined: by ``"sum"``, by ``"max"``, or not at all (None)."""
        if not self.value & VarAccessModeAttribute.REDUCE.value:
            return None
        return "sum" if self.value & VarAccessModeAttribute.SUM.value else "max"


class VarAccess(_Access):
    """Access to a variable of a neuron, current source, weight update or postsynaptic model.

    With N elements and batch size B > 1 the array of a variable has shape ``(B, N)``, ``(N,)`` for
    `READ_ONLY`, and ``(B, 1)`` for `READ_ONLY_SHARED_NEURON`.
    """

    #: Code reads and assigns it.
    READ_WRITE = 194
    #: Code reads it, and the whole batch shares its values.
    READ_ONLY = 65
    #: Code reads it, and each element of the batch has values of its own.
    READ_ONLY_DUPLICATE = 193
    #: Code reads it, and all neurons share one value in each element of the batch.
    READ_ONLY_SHARED_NEURON = 129

    @property
    def per_batch(self) -> bool:
        """Whether every batch element has a copy of its own."""
        return bool(self.value & VarAccessDim.BATCH.value)

    @property
    def per_element(self) -> bool:
        """Whether every neuron or synapse has a value of its own."""
        return bool(self.value & VarAccessDim.ELEMENT.value)


class VarAccessMode(_Access):
    """How a variable reference is used by the code that holds it."""

    #: Code reads and assigns the variable.
    READ_WRITE = 2
    #: Code reads the variable.
    READ_ONLY = 1
    #: Code assigns the variable. Where the variable is delayed, all its slots get the value.
    BROADCAST = 32
    #: Code assigns values, and the variable becomes their sum.
    REDUCE_SUM = 12
    #: Code assigns values, and the variable becomes the largest of them.
    REDUCE_MAX = 20


class CustomUpdateVarAccess(_Access):
    """Access to a variable that a custom update owns, relative to the shape of the update.

    An update runs over the batch if anything that it refers to has a value for each batch element,
    and over neurons or synapses if anything has a value for each of them.
    Its variables have the dimensions of the update, without those that are bits of their access.
    """

    #: Code reads and assigns it.
    READ_WRITE = 2
    #: Code reads it.
    READ_ONLY = 1
    #: Code reads it, and the whole batch shares its values.
    READ_ONLY_SHARED = 129
    #: Code reads it, and all neurons share one value.
    READ_ONLY_SHARED_NEURON = 65
    #: Code assigns values, and it becomes their sum over the batch.
    REDUCE_BATCH_SUM = 140
    #: Code assigns values, and it becomes the largest of them in the batch.
    REDUCE_BATCH_MAX = 148
    #: Code assigns values, and it becomes their sum over the neurons.
    REDUCE_NEURON_SUM = 76
    #: Code assigns values, and it becomes the largest of them among the neurons.
    REDUCE_NEURON_MAX = 84
    #: Code assigns it.
    BROADCAST_DELAY = 32

    @property
    def per_batch(self) -> bool:
        """Whether the variable has a copy for each batch element that the update runs over."""
        return not self.value & VarAccessDim.BATCH.value

    @property
    def per_element(self) -> bool:
        """Whether the variable has a value for each element that the update runs over."""
        return not self.value & VarAccessDim.ELEMENT.value


class SynapseMatrixConnectivity(_Bits):
    """How a population of synapses stores which neurons are connected."""

    #: Not at all: every neuron is connected to every neuron.
    DENSE = 1
    #: By a bit for each pair.
    BITMASK = 2
    #: By a list of the synapses that there are.
    SPARSE = 4
    #: By code that is run whenever they are needed.
    PROCEDURAL = 8
    #: By code for each diagonal of a convolution.
    TOEPLITZ = 16


class SynapseMatrixWeight(_Bits):
    """How a population of synapses stores the variables of its weight update model."""

    #: By a value for each synapse.
    INDIVIDUAL = 64
    #: By code that is run whenever they are needed.
    PROCEDURAL = 128
    #: In a kernel, which many synapses share.
    KERNEL = 256


class SynapseMatrixType(_Bits):
    """Connectivity and storage of a synapse population.

    What is computed whenever it is needed on a GPU is computed once here, when the model is loaded.
    """

    #: From every neuron to every neuron.
    DENSE = 65
    #: As `DENSE`, with weights that are computed whenever they are needed.
    DENSE_PROCEDURALG = 129
    #: Between some neurons, with a bit for each pair.
    BITMASK = 66
    #: Between some neurons, with a list of the synapses that there are.
    SPARSE = 68
    #: Connections, and weights, that are computed whenever they are needed.
    PROCEDURAL = 136
    #: As `PROCEDURAL`, with the weights of a kernel.
    PROCEDURAL_KERNELG = 264
    #: Convolutions, with the weights of a kernel.
    TOEPLITZ = 272


class VarLocationAttribute(_Bits):
    """Where memory can be held."""

    #: In the memory of the host.
    HOST = 1
    #: In the memory of the device.
    DEVICE = 2
    #: In memory that both see.
    ZERO_COPY = 4


class VarLocation(_Bits):
    """Where the memory of a variable is held on a GPU; it never changes a result.

    In numbagenn it changes nothing at all: every variable is held on both sides, and is copied by
    pushing and pulling. On a GPU you could not see a variable that is held on the device alone.
    """

    #: On the device alone, where the host cannot see it.
    DEVICE = 2
    #: On both sides.
    HOST_DEVICE = 3
    #: In memory that both sides share.
    HOST_DEVICE_ZERO_COPY = 7


class ParallelismHint(_Bits):
    """How a GPU shares out the synapses of a population; without effect in numbagenn."""

    #: By postsynaptic neurons.
    POSTSYNAPTIC = 0
    #: By presynaptic neurons.
    PRESYNAPTIC = 1
    #: By words of a bitmask.
    WORD_PACKED_BITMASK = 2


class PlogSeverity(_Bits):
    """How much PyGeNN logs; numbagenn logs nothing."""

    NONE = 0
    FATAL = 1
    ERROR = 2
    WARNING = 3
    INFO = 4
    DEBUG = 5
    VERBOSE = 6


# By enumeration: the enumerations of its attributes.
_ATTRIBUTES: dict[type[enum.Enum], tuple[type[enum.Enum], ...]] = {
    VarAccess: (VarAccessModeAttribute,),
    VarAccessMode: (VarAccessModeAttribute,),
    CustomUpdateVarAccess: (VarAccessModeAttribute,),
    SynapseMatrixType: (SynapseMatrixConnectivity, SynapseMatrixWeight),
    VarLocation: (VarLocationAttribute,),
}


def get_var_access_dim(
    access: VarAccess | CustomUpdateVarAccess, dims: VarAccessDim | None = None, /
) -> VarAccessDim:
    """Return the dimensions of a variable.

    Parameters
    ----------
    access
        Access to the variable.
    dims
        For a `CustomUpdateVarAccess`, the dimensions of the custom update.

    Raises
    ------
    TypeError
        If the access is neither, or the dimensions of the update are missing.

    Examples
    --------
    >>> get_var_access_dim(VarAccess.READ_ONLY) is VarAccessDim.ELEMENT
    True
    >>> everything = VarAccessDim.ELEMENT | VarAccessDim.BATCH
    >>> get_var_access_dim(CustomUpdateVarAccess.REDUCE_BATCH_SUM, everything)
    <VarAccessDim.ELEMENT: 64>
    """
    every = VarAccessDim.ELEMENT.value | VarAccessDim.BATCH.value
    if isinstance(access, VarAccess) and dims is None:
        return VarAccessDim(access.value & every)
    if isinstance(access, CustomUpdateVarAccess) and isinstance(dims, VarAccessDim):
        return VarAccessDim(dims.value & ~access.value & every)
    raise TypeError(
        "get_var_access_dim needs a VarAccess, or a CustomUpdateVarAccess and the VarAccessDim of "
        f"the custom update, not {access!r} and {dims!r}."
    )
