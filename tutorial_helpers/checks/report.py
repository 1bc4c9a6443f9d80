"""What a check prints: the first thing that is not as expected, or else what the answer shows."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: What was tried, what came, what was expected, and what to think about if the two differ. What is
#: expected may be told in words, where any value of its kind would do.
Case = tuple[str, object, object, str]

_SHOWN_WHOLE = 12  # numbers of an array, at most


def report(cases: Iterable[Case], lesson: str) -> None:
    """Print the first case in which an answer is not what was expected, or else the lesson.

    Parameters
    ----------
    cases
        For each: what was tried, what came of it, what was expected, and a hint. They are made one
        by one, so that a wrong answer to the first keeps the others from running.
    lesson
        What the right answer shows.

    Examples
    --------
    >>> report([("double(2)", 4, 4, ""), ("double(3)", 5, 6, "Add the number to itself.")], "")
    Not yet: double(3) gave 5, and 6 was expected. Add the number to itself.
    >>> report([("double(2)", None, 4, "Add the number to itself.")], "")
    Not yet: double(2) gave None. Write the function, and let it return its result.
    >>> report([("double(2)", "2", "a number", "Add the number to itself.")], "")
    Not yet: double(2) gave '2', and a number was expected. Add the number to itself.
    >>> report([("double(2)", 4, 4, "")], "Twice two is four.")
    Right. Twice two is four.
    """
    for number, (tried, found, expected, hint) in enumerate(cases):
        if found is None and number == 0:
            print(f"Not yet: {tried} gave None. Write the function, and let it return its result.")
            return
        if not _equal(found, expected):
            came, wanted = _apart(found, expected)
            print(f"Not yet: {tried} gave {came}, and {wanted} was expected. {hint}")
            return
    print(f"Right. {lesson}")


def as_numbers(value: object) -> NDArray[np.float64] | None:
    """Return an answer as an array of numbers, or None if it is something else."""
    try:
        return np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        return None


def _equal(found: object, expected: object) -> bool:
    """Return whether an answer is what was expected, up to rounding; its type does not matter."""
    try:
        one, other = np.asarray(found), np.asarray(expected)
        return one.shape == other.shape and bool(np.allclose(one, other))
    except (TypeError, ValueError):
        return isinstance(found, str) and found == expected


def _apart(found: object, expected: object) -> tuple[str, str]:
    """Tell an answer and what was expected; of long arrays, the first numbers that differ."""
    if isinstance(expected, str):
        return _shown(found), expected
    one, other = as_numbers(found), as_numbers(expected)
    if one is None or other is None or one.shape != other.shape or one.size <= _SHOWN_WHOLE:
        return _shown(found), _shown(expected)
    place = tuple(np.argwhere(~np.isclose(one, other))[0].tolist())
    return f"{one[place]:.6g} at {list(place)}", f"{other[place]:.6g}"


def _shown(value: Any) -> str:
    """Write a value so that it fits into a sentence."""
    if hasattr(value, "__array__"):
        array = np.asarray(value)
        if array.ndim:
            rows = np.array2string(array, threshold=_SHOWN_WHOLE, separator=", ").replace("\n", "")
            return f"an array of shape {array.shape}: {rows}"
        value = array.item()
    return f"{value:.6g}" if isinstance(value, float) else reprlib.repr(value)
