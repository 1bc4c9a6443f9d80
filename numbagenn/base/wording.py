"""How messages show what was given, and the wording that many of them share."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

#: The most neurons, batch elements or steps of delay: indices of neurons are 32 bits wide.
LARGEST_COUNT = 2**31 - 1

#: Largest number that kernels take, with room to count on from there.
LARGEST = 2**62

# Longest value that is written out.
_LONGEST = 80


def shown(value: object) -> str:
    """Return a value as messages show it: its `repr` on one line, shortened in the middle.

    Examples
    --------
    >>> shown("two"), shown(1.5), shown(10**5000)
    ("'two'", '1.5', 'an integer of 5,001 digits')
    """
    if isinstance(value, int) and abs(value) >= 10**_LONGEST:
        # Python writes integers of up to 4,300 digits and refuses longer ones.
        return f"an integer of {math.floor(math.log10(abs(value))) + 1:,} digits"
    if isinstance(value, str):
        return repr(_cut(value, _LONGEST))
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    try:
        text = repr(value)
    except Exception:  # for a list of such integers, or an object of the user
        text = f"a value of type {type(value).__name__}"
    return _cut(" ".join(text.split()), _LONGEST)


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    end = most // 3
    return f"{text[: most - end]}…{text[-end:]}"


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


def number_of(what: str, value: Any) -> Any:
    """Return a value, or the nearest floating-point number for an integer of more than 64 bits.

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


def in_bytes(number: float | np.integer[Any]) -> str:
    """Return a number of bytes for people to read.

    Examples
    --------
    >>> in_bytes(784), in_bytes(2.5e10)
    ('784 bytes', '25.0 GB')
    """
    if number < 1000:
        return f"{number:.0f} bytes"
    units = ("kB", "MB", "GB", "TB", "PB", "EB")
    power = min(int(math.log10(number) // 3), len(units))
    return f"{number / 1000.0**power:,.1f} {units[power - 1]}"


def unsupported(what: str) -> NotImplementedError:
    """Return the error to raise for a part of PyGeNN that numbagenn does not have."""
    return NotImplementedError(f"numbagenn does not support {what}; real PyGeNN does.")
