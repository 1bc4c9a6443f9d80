"""Numeric types of models, named as in ``pygenn.types``.

A type is written in a model either as an object of this module (``types.Float``) or as a string
(``"unsigned int"``). Two strings, ``"scalar"`` and ``"timepoint"``, stand for the precision of the
model and are only resolved when that is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np


@dataclass(frozen=True)
class ResolvedType:
    """One numeric type.

    Parameters
    ----------
    name
        Name in C, such as ``"unsigned int"``.
    numpy_name
        Name of the NumPy type (and of its constructor in generated code), such as ``"uint32"``.
    rank
        Position in the order of the usual arithmetic conversions.
    """

    name: str
    numpy_name: str
    rank: int

    @cached_property
    def dtype(self) -> np.dtype:
        """NumPy dtype of arrays of this type."""
        return np.dtype(self.numpy_name)

    @property
    def signature_name(self) -> str:
        """Name in the signature of a kernel, such as ``"boolean"``."""
        return "boolean" if self.is_bool else self.numpy_name

    @cached_property
    def is_float(self) -> bool:
        """Whether this is ``float`` or ``double``."""
        return self.dtype.kind == "f"

    @cached_property
    def is_bool(self) -> bool:
        """Whether this is ``bool``."""
        return self.dtype.kind == "b"

    @property
    def is_unsigned(self) -> bool:
        """Whether this is an unsigned integer."""
        return self.dtype.kind == "u"

    def __repr__(self) -> str:
        return f"types.{_ATTRIBUTE_NAMES[self]}"


Bool = ResolvedType("bool", "bool_", 0)
Int8 = ResolvedType("int8_t", "int8", 1)
Uint8 = ResolvedType("uint8_t", "uint8", 1)
Int16 = ResolvedType("int16_t", "int16", 2)
Uint16 = ResolvedType("uint16_t", "uint16", 2)
Int32 = ResolvedType("int", "int32", 3)
Uint32 = ResolvedType("unsigned int", "uint32", 4)
Int64 = ResolvedType("int64_t", "int64", 5)
Uint64 = ResolvedType("uint64_t", "uint64", 6)
Float = ResolvedType("float", "float32", 7)
Double = ResolvedType("double", "float64", 8)

_ATTRIBUTE_NAMES = {
    value: name for name, value in list(globals().items()) if isinstance(value, ResolvedType)
}

SCALAR = "scalar"
TIMEPOINT = "timepoint"

#: Every spelling that a model may use for a type.
TYPE_NAMES: dict[str, ResolvedType] = {
    "bool": Bool,
    "char": Int8,
    "int8_t": Int8,
    "unsigned char": Uint8,
    "uint8_t": Uint8,
    "short": Int16,
    "short int": Int16,
    "int16_t": Int16,
    "unsigned short": Uint16,
    "unsigned short int": Uint16,
    "uint16_t": Uint16,
    "int": Int32,
    "signed": Int32,
    "int32_t": Int32,
    "unsigned": Uint32,
    "unsigned int": Uint32,
    "uint32_t": Uint32,
    "long": Int64,
    "long int": Int64,
    "long long": Int64,
    "int64_t": Int64,
    "unsigned long": Uint64,
    "uint64_t": Uint64,
    "size_t": Uint64,
    "float": Float,
    "double": Double,
}

SPELLINGS = (SCALAR, TIMEPOINT, *TYPE_NAMES)

#: What a model may be given as a type: a spelling, or a type of this module.
TypeLike = str | ResolvedType


@dataclass(frozen=True)
class Precision:
    """Resolves types by the precision of one model.

    Parameters
    ----------
    scalar
        What ``"scalar"`` stands for: `Float` or `Double`.
    time
        What ``"timepoint"`` stands for: `Float` or `Double`.
    """

    scalar: ResolvedType = Float
    time: ResolvedType = Float

    def resolve(self, given: TypeLike) -> ResolvedType:
        """Return the type that `given`, which `check_type` has accepted, stands for."""
        if isinstance(given, ResolvedType):
            return given
        name = " ".join(given.split())
        if name == SCALAR:
            return self.scalar
        return self.time if name == TIMEPOINT else TYPE_NAMES[name]


def usual_conversion(left: ResolvedType, right: ResolvedType) -> ResolvedType:
    """Return the common type of two operands by C's usual arithmetic conversions.

    Integers narrower than 32 bits are promoted to ``int`` first.

    Examples
    --------
    >>> usual_conversion(Uint8, Int8), usual_conversion(Int64, Float)
    (types.Int32, types.Float)
    """
    return max(promoted(left), promoted(right), key=lambda operand: operand.rank)


def promoted(operand: ResolvedType) -> ResolvedType:
    """Return the type of `operand` after integer promotion."""
    return Int32 if operand.rank < Int32.rank else operand
