"""Numbers that are also what PyGeNN hands out: objects that hold their number as `value`."""

from __future__ import annotations


class NumericValue:
    """What PyGeNN's parameters are: an object that holds its number as `value`, always a float."""

    @property
    def value(self) -> float:
        """The number."""
        return float(self)  # type: ignore[arg-type]


class _Integer(NumericValue, int):
    """An integer that is also what PyGeNN's parameters are."""


class _Real(NumericValue, float):
    """A real number that is also what PyGeNN's parameters are."""


def numeric_value(number: float) -> _Integer | _Real:
    """Return a number that holds itself as `value`.

    Examples
    --------
    >>> numeric_value(2), numeric_value(2).value
    (2, 2.0)
    """
    return _Integer(number) if isinstance(number, int) else _Real(number)
