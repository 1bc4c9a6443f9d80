"""How what came of an answer is compared and told."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from tests.tutorial_helpers.checks.conftest import failing
from tutorial_helpers.checks.report import Case, report


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (50, 50),
        (np.int64(50), 50),
        (np.float32(50), 50),
        (0.1 + 0.2, 0.3),
        ([1, 2], np.array([1, 2])),
        ((1.0, 2.0), np.array([1, 2], np.uint8)),
    ],
)
def test_types_of_numbers_do_not_matter(
    found: object, expected: object, said: Callable[..., str]
) -> None:
    assert said(report, [("f()", found, expected, "")], "Good.") == "Right. Good.\n"


@pytest.mark.parametrize(
    ("found", "expected", "words"),
    [
        (49, 50, "gave 49, and 50 was"),
        (np.int64(49), 50, "gave 49, and 50 was"),
        (97.6, 97.7, "gave 97.6, and 97.7 was"),
        (97.001, 97.0, "gave 97.001, and 97 was"),
        ("50", 50, "gave '50', and 50 was"),
        ([1, 2], np.array([1, 3]), r"gave [1, 2], and an array of shape (2,): [1, 3] was"),
        (np.array([[1, 2]]), np.array([1, 2]), "gave an array of shape (1, 2): [[1, 2]], and"),
        ([1, [2, 3]], np.array([1, 2]), "gave [1, [2, 3]], and"),
        (list(range(1000)), 5, "gave [0, 1, 2, 3, 4, 5, ...], and 5 was"),
        (np.arange(1000), 5, "[  0,   1,   2, ..., 997, 998, 999], and 5 was"),
        (np.arange(20), np.arange(20) % 17, "gave 17 at [17], and 0 was"),
        (np.eye(5), np.zeros((5, 5)), "gave 1 at [0, 0], and 0 was"),
        ([*range(19), np.nan], np.arange(20), "gave nan at [19], and 19 was"),
        (np.nan, 5, "gave nan, and 5 was"),
        ([None, None], np.array([1, 2]), "gave [None, None], and"),
        (5, "a pair", "gave 5, and a pair was"),
    ],
)
def test_differences_are_told(
    found: object, expected: object, words: str, said: Callable[..., str]
) -> None:
    line = said(report, [("f()", found, expected, "Think.")], "")
    assert line.startswith("Not yet: f() gave ")
    assert f"{words}" in line
    assert line.endswith(" was expected. Think.\n")


def test_none_is_the_stub_only_at_first(said: Callable[..., str]) -> None:
    assert "Write the function" in said(report, [("f(1)", None, 1, "Think.")], "")
    line = said(report, [("f(1)", 1, 1, ""), ("f(2)", None, 0, "Think.")], "")
    assert line == "Not yet: f(2) gave None, and 0 was expected. Think.\n"


def test_nothing_is_tried_after_a_wrong_answer(said: Callable[..., str]) -> None:
    def cases() -> Iterator[Case]:
        yield "f(1)", 2, 1, "Think."
        failing()

    assert said(report, cases(), "").startswith("Not yet: f(1)")
