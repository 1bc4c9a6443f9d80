"""Numbers that users give, checked."""

from __future__ import annotations

from typing import Any

import numpy as np

from numbagenn.base.wording import shown

#: The most neurons, batch elements or steps of delay: indices of neurons are 32 bits wide.
LARGEST_COUNT = 2**31 - 1

#: Largest number that kernels take, with room to count on from there.
LARGEST = 2**62


def checked_integer(
    what: str,
    value: object,
    least: int,
    most: int | None = None,
    *,
    fix: str = "",
    error: type[Exception] = ValueError,
) -> int:
    """Return what the user gave, if it is an integer within the range.

    Parameters
    ----------
    what
        What it is; the message begins with this.
    value
        What was given.
    least, most
        The range; without `most` there is no upper limit.
    fix
        What to do; the message ends with this.
    error
        What to raise for an integer out of range.

    Raises
    ------
    TypeError
        If it is not an integer; a bool does not count as one.

    Examples
    --------
    >>> checked_integer("batch_size", np.int64(3), 1)
    3
    """
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{what} must be an integer, not {shown(value)}{_ending(fix)}")
    number = int(value)
    if number < least:
        raise error(f"{what} must be at least {least}, not {shown(number)}{_ending(fix)}")
    if most is not None and number > most:
        raise error(f"{what} must be at most {most}, not {shown(number)}{_ending(fix)}")
    return number


def float_if_huge(what: str, value: Any) -> Any:
    """Return a value, or the nearest floating-point number for an integer of more than 64 bits.

    NumPy has no type for such an integer.

    Raises
    ------
    RuntimeError
        If there is no such number: the integer has more than 308 digits.
    """
    try:
        return float(value) if isinstance(value, int) and value.bit_length() > 63 else value
    except OverflowError:
        raise RuntimeError(f"Numeric value too large: {what} is {shown(value)}.") from None


def _ending(fix: str) -> str:
    return f"; {fix}." if fix else "."
