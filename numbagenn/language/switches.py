"""Switches of C as nested conditions, so that a switch of a thousand cases takes ten comparisons.

Cases are numbered as they are written. A switch first finds the number of the case at which it is
entered, and then runs the code of that case, and of those after it up to the next ``break``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from pycparser import c_ast

from numbagenn.base.types import ResolvedType
from numbagenn.language.literals import literal_value

# Up to so many ranges of labels are looked through one by one.
_FEW = 8

_Part = TypeVar("_Part")


class Label(NamedTuple):
    """A label of a case: its value if that is known, its text, and the number of its case."""

    value: int | None
    text: str
    case: int


def label_value(node: c_ast.Node, ctype: ResolvedType) -> int | None:
    """Return the number that is written in a case; None if it is more than a number of the type."""
    sign = 1
    if isinstance(node, c_ast.UnaryOp) and node.op == "-":
        sign, node = -1, node.expr
    if not (isinstance(node, c_ast.Constant) and "int" in node.type):
        return None
    value = sign * literal_value(node)
    most = 2 ** (8 * ctype.dtype.itemsize - 1)
    least = 0 if ctype.is_unsigned else -most
    return int(value) if least <= value < most else None


def entered(labels: Sequence[Label], chosen: str, entry: str, default: int) -> list[str]:
    """Return the lines that find the number of the case at which a switch is entered.

    Labels that follow each other, of cases that do, are one comparison.

    Parameters
    ----------
    labels
        All that there are, in any order. The first of equal ones counts.
    chosen, entry
        The variables of the number that the switch is given, and of that of the case.
    default
        The number of the case at which it is entered where no label is equal.
    """
    first = {label.value: label for label in reversed(labels) if label.value is not None}
    ranges: list[list[Label]] = []
    for value, label in sorted(first.items()):
        follows = first.get(value - 1)
        if follows and follows.case + 1 == label.case:
            ranges[-1].append(label)
        else:
            ranges.append([label])

    def found(some: Sequence[list[Label]]) -> list[str]:
        lines, word = [], "if"
        for low, *rest in some:
            if rest:
                assert low.value is not None
                apart = low.case - low.value
                lines.append(f"{word} {low.text} <= {chosen} <= {rest[-1].text}:")
                lines.append(f"    {entry} = int64({chosen}) {'+-'[apart < 0]} {abs(apart)}")
            else:
                lines += [f"{word} {chosen} == {low.text}:", f"    {entry} = {low.case}"]
            word = "elif"
        return [*lines, "else:", f"    {entry} = {default}"] if lines else [f"{entry} = {default}"]

    lines = _halved(ranges, _FEW, lambda right: f"{chosen} < {right[0].text}", found)
    for label in reversed(labels):
        if label.value is None:
            lines += [f"if {chosen} == {label.text}:", f"    {entry} = {label.case}"]
    return lines


def run_from(entry: str, bodies: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines that run the code of all cases from one on, until the code leaves.

    Parameters
    ----------
    entry
        The variable with the number of that case.
    bodies
        The code of each case.
    """
    runs: list[list[tuple[int, list[str]]]] = [[]]
    for case, body in enumerate(bodies):
        leaves = [*body[-1:]] == ["break"]
        runs[-1].append((case, [*body[:-1]] if leaves else [*body]))
        if leaves and case + 1 < len(bodies):
            runs.append([])

    def one_after_the_other(some: Sequence[list[tuple[int, list[str]]]]) -> list[str]:
        (run,) = some
        lines = []
        for case, body in run:
            if body and case != run[-1][0]:
                lines += [f"if {entry} <= {case}:", *("    " + line for line in body)]
            else:
                lines += body
        return lines or ["pass"]

    return _halved(runs, 1, lambda right: f"{entry} < {right[0][0]}", one_after_the_other)


def _halved(
    parts: Sequence[_Part],
    most: int,
    is_before: Callable[[_Part], str],
    together: Callable[[Sequence[_Part]], list[str]],
) -> list[str]:
    """Return the lines of a few parts together, found by conditions that halve them."""
    if len(parts) <= most:
        return together(parts)
    middle = len(parts) // 2
    before, after = (
        _halved(half, most, is_before, together) for half in (parts[:middle], parts[middle:])
    )
    return [
        f"if {is_before(parts[middle])}:",
        *("    " + line for line in before),
        "else:",
        *("    " + line for line in after),
    ]
