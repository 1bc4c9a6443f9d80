"""Reductions: what one value is folded from many by, as text of the generated code.

Values are folded one after the other, in the type of the variable, starting from a neutral value.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from numbagenn.base.types import ResolvedType
from numbagenn.language.arithmetic import literal


@dataclass(frozen=True, kw_only=True)
class Reduction:
    """One value that the rounds of a loop are folded into.

    Parameters
    ----------
    operation
        ``"sum"`` or ``"max"``.
    type
        Type of the values and of the result.
    value
        Name of the local that holds the value of one round.
    total
        Name of what they are folded into.
    target
        Element of an array where the result is stored.
    """

    operation: str
    type: ResolvedType
    value: str
    total: str
    target: str

    @property
    def start(self) -> str:
        """Text of the value that folding starts from."""
        return neutral(self.operation, self.type)

    def fold(self, total: str) -> str:
        """Return the line that folds the value of a round into `total`.

        A NaN does not count as a maximum, and of two zeros the first does, as in PyGeNN.
        """
        value = self.value
        if self.type.is_bool:
            return f"{total} = {total} or {value}"
        if self.operation == "max":
            return f"{total} = {value} if {total} < {value} else {total}"
        if self.type.is_float:
            return f"{total} += {value}"
        return f"{total} = {self.type.numpy_name}({total} + {value})"


def neutral(operation: str, ctype: ResolvedType) -> str:
    """Return the text of a value that changes nothing: 0 for a sum, the lowest for a maximum.

    Examples
    --------
    >>> from numbagenn.base.types import Double, Int8, Uint32
    >>> neutral("max", Int8), neutral("max", Uint32), neutral("sum", Double)
    ('int8(-128)', 'uint32(0)', '0.0')
    """
    if operation == "sum" or ctype.is_bool:
        return literal(0, ctype)
    limits = np.finfo(ctype.dtype) if ctype.is_float else np.iinfo(ctype.dtype)
    return literal(limits.min, ctype)
