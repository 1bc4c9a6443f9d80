"""Suggestions for misspelt names."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def closest(name: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the known name closest to a misspelt one, ignoring case; None if none is close.

    Parameters
    ----------
    name
        What was given.
    known
        What there is.
    cutoff
        How similar it has to be, from 0 to 1 (see `difflib.get_close_matches`).

    Examples
    --------
    >>> closest("v", ["V", "count"]), closest("Isym", ["Isyn"]), closest("x", ["V"])
    ('V', 'Isyn', None)
    """
    by_lower: dict[str, str] = {}
    for one in known:
        by_lower.setdefault(one.lower(), one)
    found = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=cutoff)
    return by_lower[found[0]] if found else None


def did_you_mean(name: str, known: Iterable[str], otherwise: str = ".", cutoff: float = 0.6) -> str:
    """Return the end of a message about a misspelt name.

    Examples
    --------
    >>> did_you_mean("cuont", ["V", "count"]), did_you_mean("x", ["V"])
    ("; did you mean 'count'?", '.')
    """
    found = closest(name, known, cutoff)
    return otherwise if found is None else f"; did you mean '{found}'?"
