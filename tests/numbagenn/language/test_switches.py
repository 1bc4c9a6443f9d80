"""Switches as nested conditions."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from numbagenn.language.switches import Label, entered, run_from


def executed(lines: list[str], **names: Any) -> dict[str, Any]:
    exec("\n".join(lines), {"int64": int}, names)
    return names


def depth(lines: list[str]) -> int:
    return max(len(line) - len(line.lstrip()) for line in lines) // 4


@given(st.data())
def test_the_case_of_a_label_is_entered(data: st.DataObject) -> None:
    values = data.draw(st.lists(st.integers(-9, 30), max_size=25), label="labels")
    known = [data.draw(st.integers(0, 9)) > 0 for _ in values]
    labels = [
        Label(value if is_known else None, str(value), case)
        for case, (value, is_known) in enumerate(zip(values, known, strict=True))
    ]
    lines = entered(labels, "chosen", "entry", 99)
    for chosen in range(-12, 34):
        expected = {values.index(chosen)} if chosen in values else {99}
        if chosen in values and not all(known):
            # In C all labels differ.
            expected = {case for case, value in enumerate(values) if value == chosen}
        assert executed(lines, chosen=chosen)["entry"] in expected


@given(st.lists(st.lists(st.integers(0, 2), max_size=3), min_size=1, max_size=20))
def test_cases_run_from_one_on(kinds: list[list[int]]) -> None:
    """A case adds its number to a list for each 0, leaves under a condition at a 1, else at a 2."""
    bodies = []
    for case, body in enumerate(kinds):
        text = {0: [f"seen.append({case})"], 1: [f"if {case} % 3 == 0:", "    break"], 2: ["break"]}
        lines: list[str] = []
        for kind in body:
            lines += text[kind]
            if kind == 2:
                break
        bodies.append(lines)
    for entry in range(len(kinds)):
        expected: list[int] = []
        for case in range(entry, len(kinds)):
            left = False
            for kind in kinds[case]:
                left = kind == 2 or (kind == 1 and case % 3 == 0)
                if left:
                    break
                if kind == 0:
                    expected.append(case)
            if left:
                break
        lines = ["while True:", *("    " + line for line in run_from("entry", bodies)), "    break"]
        assert executed(lines, entry=entry, seen=[])["seen"] == expected


def test_cases_in_order_are_one_comparison_and_others_are_halved() -> None:
    in_order = [Label(value, str(value), value - 3) for value in range(3, 1003)]
    assert len(entered(in_order, "chosen", "entry", 1000)) == 4
    apart = [Label(7 * value, str(7 * value), value) for value in range(1000)]
    assert depth(entered(apart, "chosen", "entry", 1000)) == 8
    assert depth(run_from("entry", [[f"V = {case}", "break"] for case in range(1000)])) == 10
