"""How messages show what was given, and the wording that many of them share."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

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


def quoted(names: Iterable[object]) -> str:
    """Return names as messages list them.

    Examples
    --------
    >>> quoted(["V", "count"]), quoted([])
    ("'V', 'count'", 'none')
    """
    return ", ".join(f"'{name}'" for name in names) or "none"


def capitalised(text: str) -> str:
    """Return a text as a sentence begins with it; the rest keeps its capitals.

    Examples
    --------
    >>> capitalised("variable 'V' of neuron population 'A'")
    "Variable 'V' of neuron population 'A'"
    """
    return text[:1].upper() + text[1:]


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


def unsupported(what: str, who: str = "real PyGeNN") -> NotImplementedError:
    """Return the error to raise for a part of PyGeNN that numbagenn does not have."""
    return NotImplementedError(f"numbagenn does not support {what}; {who} does.")
