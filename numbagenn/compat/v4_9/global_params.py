"""Extra global parameters of PyGeNN 4.9: arrays, and numbers, of which 5.x has none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from numbagenn.models.descriptions import AnyModel, ExtraGlobalParam


class GlobalNumber(ExtraGlobalParam):
    """A number that all elements and the whole batch share, and that may change at any time.

    Code reads it as the only element of an array.
    """


def as_arrays(given: Any) -> tuple[Any, frozenset[str]]:
    """Return extra global parameters as 5.x takes them, and the names of those that are numbers.

    What is no list of names and types raises an error later.

    Examples
    --------
    >>> as_arrays([("rate", "scalar"), ("table", "float*")])
    ([('rate', 'scalar*'), ('table', 'float*')], frozenset({'rate'}))
    """
    if not isinstance(given, (tuple, list)):
        return given, frozenset()
    arrays, numbers = [], set()
    for entry in given:
        is_entry = isinstance(entry, (tuple, list)) and len(entry) == 2
        name, ctype = entry if is_entry else (None, None)
        if isinstance(name, str) and isinstance(ctype, str) and not ctype.rstrip().endswith("*"):
            numbers.add(name)
            arrays.append((name, f"{ctype}*"))
        else:
            arrays.append(entry)
    return arrays, frozenset(numbers)


def with_numbers(model: AnyModel, numbers: frozenset[str]) -> AnyModel:
    """Return a description that knows which of its extra global parameters are numbers."""
    if not numbers:
        return model
    marked: Any = tuple(
        GlobalNumber(one.name, one.type) if one.name in numbers else one
        for one in model.extra_global_params
    )
    return replace(model, extra_global_params=marked)
