"""Numbers that are written in code."""

from __future__ import annotations

import math

from pycparser import c_ast

# The most digits of a number that are read; Python refuses to read thousands.
_MOST_DIGITS = 100


def literal_value(node: c_ast.Constant) -> float | int:
    """Return the number that is written in code; infinity for an integer of too many digits.

    Examples
    --------
    >>> literal_value(c_ast.Constant("int", "0x1fu"))
    31
    >>> literal_value(c_ast.Constant("double", "5.f"))
    5.0
    """
    if node.type in ("float", "double", "long double"):
        return float(node.value.rstrip("fFlL"))
    digits = node.value.rstrip("uU")
    if len(digits) > _MOST_DIGITS and digits[1] not in "xX":
        return math.inf
    return int(digits, 0)
