"""Arithmetic of C as the text of Python: types, conversions, operations, and brackets.

The Python means the same to Numba and to the plain interpreter: every value has the type that C
would give it, by an explicit conversion wherever Python's rules differ.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np

from numbagenn.base.types import (
    Bool,
    Double,
    Int32,
    Int64,
    ResolvedType,
    Uint64,
    promoted,
    usual_conversion,
)

COMPARISONS = {"==", "!=", "<", ">", "<=", ">="}


class Level(IntEnum):
    """How tightly Python's operators bind."""

    ATOM = 13
    UNARY = 12
    MULTIPLY = 11
    ADD = 10
    SHIFT = 9
    AND = 8
    XOR = 7
    OR = 6
    COMPARE = 5
    NOT = 4
    BOTH = 3
    EITHER = 2
    CHOICE = 1


_LEVELS = {
    "*": Level.MULTIPLY,
    "/": Level.MULTIPLY,
    "%": Level.MULTIPLY,
    "+": Level.ADD,
    "-": Level.ADD,
    "<<": Level.SHIFT,
    ">>": Level.SHIFT,
    "&": Level.AND,
    "^": Level.XOR,
    "|": Level.OR,
}


@dataclass(frozen=True)
class Expression:
    """A translated expression: Python text, type in C, the `Level` that the text binds at.

    `is_condition` means that the text yields a Python truth value, whatever its type in C;
    `constant` is the value of a literal, whose conversion leaves no code behind.
    """

    code: str
    type: ResolvedType
    level: int
    is_condition: bool = False
    constant: float | int | None = None


#: What ``++`` adds.
ONE = Expression("int32(1)", Int32, Level.ATOM, constant=1)


def converted(expression: Expression, target: ResolvedType) -> Expression:
    """Return `expression` converted to `target` as by C's assignment."""
    code, source = expression.code, expression.type
    if expression.is_condition:
        if target.is_bool:
            # Until now it had the type of what was compared.
            return replace(expression, type=Bool)
        return Expression(f"{target.numpy_name}({code})", target, Level.ATOM)
    if source == target:
        return expression
    if expression.constant is not None and not source.is_float and not target.is_bool:
        value = np.int64(expression.constant).astype(target.dtype).item()
        return Expression(literal(value, target), target, Level.ATOM, constant=value)
    if target.is_bool:
        return Expression(f"{wrapped(expression, Level.OR)} != 0", Bool, Level.COMPARE, True)
    if source.is_float and not target.is_float:
        # C does not define negative numbers for an unsigned target. Like common processors, wrap
        # them around.
        wrapping = target.is_unsigned and target != Uint64
        step = Int64 if wrapping else promoted(target)
        code = f"c_functions.to_{step.numpy_name}({code})"
        if step == target:
            return Expression(code, target, Level.ATOM)
    return Expression(f"{target.numpy_name}({code})", target, Level.ATOM)


def literal(value: float | int, target: ResolvedType) -> str:
    """Return Python text for a constant of a given type.

    Examples
    --------
    >>> from numbagenn.base.types import Float, Uint32
    >>> literal(0.1, Float), literal(5, Double), literal(3, Uint32)
    ('float32(0.1)', '5.0', 'uint32(3)')
    """
    if target.is_float:
        # The shortest text that gives back exactly this number.
        with np.errstate(over="ignore"):
            value = float(target.dtype.type(value))
        if not np.isfinite(value):
            text = f"{'-' if value < 0 else ''}np.inf" if value == value else "np.nan"
        else:
            text = repr(float(str(target.dtype.type(value))))
        return text if target == Double else f"{target.numpy_name}({text})"
    if target.is_bool:
        return repr(bool(value))
    return f"{target.numpy_name}({int(value)})"


def constant(value: float, ctype: ResolvedType) -> float | int | bool:
    """Return what a number in the range of a type becomes as a constant in PyGeNN's code.

    PyGeNN writes single-precision constants with ten significant digits, which rounds a few numbers
    differently from a direct conversion. Integers lose their fraction, and stop at their limits.

    Examples
    --------
    >>> from numbagenn.base.types import Float, Uint8
    >>> constant(1.00000005959, Float), constant(-2.7, Int32), constant(300.5, Uint8)
    (1.0000001192092896, -2, 255)
    """
    if ctype.is_float:
        return float(ctype.dtype.type(f"{value:.9e}" if ctype.dtype.itemsize == 4 else value))
    whole = int(value) if math.isfinite(value) else 0
    if ctype.is_bool:
        return bool(whole)
    limits = np.iinfo(ctype.dtype)
    return min(max(whole, int(limits.min)), int(limits.max))


def constant_literal(value: float, target: ResolvedType) -> str:
    """Return Python text for a number of a model that PyGeNN writes into its code.

    Examples
    --------
    >>> from numbagenn.base.types import Float
    >>> constant_literal(1.00000005959, Float), literal(1.00000005959, Float)
    ('float32(1.0000001)', 'float32(1.0)')
    """
    return literal(constant(value, target), target)


def wrapped(expression: Expression, level: int) -> str:
    """Return the text, in parentheses unless it binds at least as tightly as `level`."""
    return expression.code if expression.level >= level else f"({expression.code})"


def truth(value: Expression, level: int) -> str:
    """Return the text of a Python truth value that binds at least as tightly as `level`."""
    if not value.is_condition and not value.type.is_bool:
        zero = literal(0, value.type)
        value = Expression(f"{wrapped(value, Level.OR)} != {zero}", Int32, Level.COMPARE, True)
    return wrapped(value, level)


def computed(operator: str, left: Expression, right: Expression) -> Expression:
    """Return an arithmetic operation or a comparison of operands that it can be applied to."""
    shift = operator in ("<<", ">>")
    ctype = promoted(left.type) if shift else usual_conversion(left.type, right.type)
    left, right = converted(left, ctype), converted(right, ctype)
    if operator in COMPARISONS:
        code = f"{wrapped(left, Level.OR)} {operator} {wrapped(right, Level.OR)}"
        return Expression(code, ctype, Level.COMPARE, True)
    if operator in ("/", "%") and not ctype.is_float:
        kind = "uint" if ctype.is_unsigned else "int"
        name = "divide" if operator == "/" else "remainder"
        code = f"c_functions.{kind}_{name}({left.code}, {right.code})"
        return Expression(f"{ctype.numpy_name}({code})", ctype, Level.ATOM)
    if shift and right.constant is None:
        # C does not define shifts by more bits than there are. Like common processors, start
        # to count again from 0.
        bits = ctype.dtype.itemsize * 8 - 1
        code = f"{wrapped(right, Level.AND)} & {literal(bits, ctype)}"
        right = Expression(f"({code})", ctype, Level.ATOM)
    level = _LEVELS[operator]
    code = f"{wrapped(left, level)} {operator} {wrapped(right, level + 1)}"
    if ctype.is_float:
        return Expression(code, ctype, level)
    return Expression(f"{ctype.numpy_name}({code})", ctype, Level.ATOM)
