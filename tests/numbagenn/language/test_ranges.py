"""Ranges of integers in code, and the indices of arrays."""

from __future__ import annotations

from typing import Any

import pytest

from numbagenn.base.types import Int32, Uint8, Uint32
from numbagenn.language.code_strings import CodeString
from numbagenn.language.ranges import (
    ANYTHING,
    BATCH,
    NotUnderstoodError,
    Range,
    Walk,
    numbers_in,
)

TYPES = {"i": Int32, "u": Uint32, "b": Uint8, "id": Uint32, "batch": Uint32, "n": Int32}
NAMES = {
    "i": Range(0, 7),
    "u": Range(0, 7, is_unsigned=True),
    "b": Range(0, 7, is_unsigned=True),
    "id": Range(0, 4, is_unsigned=True),
    "batch": BATCH,
    "n": ANYTHING,
}


def followed(code: str) -> tuple[dict[str, Range], Walk]:
    walk, names = Walk(TYPES, frozenset({"a"}), 3), dict(NAMES)
    walk.statement(CodeString(code, "Code").tree, names)
    return names, walk


def ends(one: Range) -> tuple[float, float, int]:
    return one.low, one.high, one.apart


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("i = 3;", (3, 3, 0)),
        ("i = -i - 1;", (-8, -1, 0)),
        ("i++;", (1, 8, 0)),
        ("int j = i--; i = j;", (0, 7, 0)),
        ("i += 2 * i;", (0, 21, 0)),
        ("i *= -2;", (-14, 0, 0)),
        ("i = (int)u + 1;", (1, 8, 0)),
        ("i = batch * 5 + id;", (0, 4, 5)),
        ("i = i > 3 ? i : 4;", (4, 7, 0)),
        ("i++; if (i >= 8) i = 0;", (0, 7, 0)),
        ("i--; if (i < 0) { i = 7; }", (0, 7, 0)),
        ("if (!(i < 5)) i = 1; else i = 2;", (1, 2, 0)),
        ("if (i > 2 && i < 5) i = i; else i = 3;", (3, 4, 0)),
        ("if (i == 3) i = i + 1; else i = 4;", (4, 4, 0)),
        ("if (5 <= i) i = i; else i = 6;", (5, 7, 0)),
        ("if (i > 9) i = 100;", (0, 7, 0)),
        ("i = 3; if (n > 0 || (i = 9) > 0) n = 1;", (3, 9, 0)),
        ("if (n > 0) i = 12;", (0, 12, 0)),
        ("i = i == 3;", (0, 1, 0)),
    ],
)
def test_ranges_follow_the_code(code: str, expected: tuple[float, float, int]) -> None:
    names, _ = followed(code)
    assert ends(names["i"]) == expected


@pytest.mark.parametrize(
    "code",
    [
        "i = n;",
        "i = u - 1;",  # 0 - 1 wraps around
        "i = b - 1u;",
        "i = i / 2;",
        "i = 2.0;",
        "i = i * 1000000000;",
        "i = i * i;",
        "i = a[0];",
        "i = batch * 2000000000;",
        "while (n > 0) { i++; n--; }",
        "for (i = 0; i < 5; i++) n = 1;",
        "switch (n) { case 0: i = 5; break; default: n = 1; }",
    ],
)
def test_what_is_not_known_can_be_anything(code: str) -> None:
    names, _ = followed(code)
    assert names["i"] == ANYTHING


def test_what_is_too_large_for_its_type_can_be_anything() -> None:
    names, _ = followed("b = i + 248;")
    assert (names["b"].low, names["b"].high) == (248, 255)
    assert followed("b = i + 249;")[0]["b"] == ANYTHING


def test_real_numbers_are_not_narrowed() -> None:
    """A number below 5 may be 4.5."""
    names, _ = followed("scalar x = i; if (x < 5) i = (int)x;")
    assert names["i"] == ANYTHING


def test_signed_numbers_are_not_compared_with_unsigned_ones() -> None:
    """In C, -1 is not below 1u."""
    names, _ = followed("i = i - 4; if (i < 2u) n = 1; else i = 0;")
    assert ends(names["i"]) == (-4, 3, 0)


def test_indices_are_found_wherever_they_are() -> None:
    code = "a[batch * 8 + i] = 1; if (a[i] > 0 && a[id] > 0) { i = a[2]; a[3]++; }"
    _, walk = followed(code)
    found = [ends(index) for index in walk.indices["a"]]
    assert {(0, 7, 8), (0, 7, 0), (0, 4, 0), (2, 2, 0), (3, 3, 0)} == set(found)


@pytest.mark.parametrize(
    "code",
    [
        "scalar *p = a;",
        "*a = 1;",
        "*(a + 1) = 1;",
        "(a + 1)[2] = 1;",
        "int i = 3;",
        "while (n > 0) { int j = 1; n = j; }",
    ],
)
def test_what_is_not_followed_is_refused(code: str) -> None:
    with pytest.raises(NotUnderstoodError):
        followed(code)


def test_numbers_of_code() -> None:
    tree: Any = CodeString("i = 3; if (i > 0x10) i = 2.5;", "Code").tree
    assert numbers_in([tree]) == {3, 16}
