"""The checks of chapter 2."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.tutorial_helpers.checks.conftest import failing
from tutorial_helpers import checks

COUNTS = np.random.default_rng(1).integers(0, 9, (40, 10)).astype(np.uint32)
OTHERS = COUNTS[:, ::-1]


def margins(counts: np.ndarray, axis: int = 1) -> np.ndarray:
    ordered = np.sort(counts, axis=axis)
    return ordered[:, -1] - ordered[:, -2]


def margins_in_place(counts: np.ndarray) -> np.ndarray:
    counts.sort(axis=1)
    return counts[:, -1] - counts[:, -2]


class TestMargins:
    @pytest.mark.parametrize("answer", [margins, margins_in_place, lambda c: list(margins(c))])
    def test_right(self, answer: Callable[..., object], said: Callable[..., str]):
        before = COUNTS.copy()
        line = said(checks.margins, answer, COUNTS, OTHERS)
        flipped = COUNTS.argmax(axis=1) != OTHERS.argmax(axis=1)
        assert line.startswith("Right. The answers that flip were ahead by ")
        assert f" by {margins(COUNTS)[flipped].mean():.1f} spikes" in line
        np.testing.assert_array_equal(COUNTS, before, "an answer may sort what it is given")

    def test_no_answer_flips(self, said: Callable[..., str]):
        line = said(checks.margins, margins, COUNTS, COUNTS)
        assert line == "Right. No answer flips in these two runs.\n"

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda c: None, "margins([[3, 1, 3], [0, 7, 2]]) gave None. Write the function"),
            (lambda c: margins(c, axis=0), "Sort each row"),
            (lambda c: c.max(axis=1) - c.min(axis=1), "array of shape (2,): [2, 7], and an"),
            (lambda c: c.max(axis=0), "gave an array of shape (3,): "),
            (lambda c: [np.diff(np.unique(row))[-1] for row in c], "and an array of shape (2,)"),
            (lambda c: margins(c)[0], "gave 0, and an array of shape (2,): [0, 5] was expected"),
            (lambda c: margins(c)[:, None], "gave an array of shape (2, 1)"),
            (lambda c: np.array([0, 5]), "margins(counts) gave an array of shape (2,)"),
        ],
    )
    def test_wrong(self, answer: Callable[..., object], words: str, said: Callable[..., str]):
        line = said(checks.margins, answer, COUNTS, OTHERS)
        assert line.startswith("Not yet: margins(")
        assert words in line

    def test_wrong_types(self, wrong_type: object, said: Callable[..., str]):
        line = said(checks.margins, lambda c: wrong_type, COUNTS, OTHERS)
        assert "and an array of shape (2,): [0, 5] was expected. Sort each row" in line

    def test_errors_are_the_learner_s(self):
        with pytest.raises(ZeroDivisionError, match="own line"):
            checks.margins(failing, COUNTS, OTHERS)


class TestIdleStepsNeeded:
    def test_right(self, said: Callable[..., str]):
        line = said(checks.idle_steps_needed, lambda length: length - 1)
        assert line.startswith("Right. A spike takes one step for each layer of synapses")

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda length: None, "idle_steps_needed(2) gave None. Write the function"),
            (lambda length: length, "(2) gave 2, and 1 was expected. Count only the steps after"),
            (lambda length: length - 2, "(2) gave 0, and 1 was expected"),
            (lambda length: 1, "(3) gave 1, and 2 was expected"),
            (lambda length: length * (length - 1) // 2, "(3) gave 3, and 2 was expected"),
        ],
    )
    def test_wrong(self, answer: Callable[[int], object], words: str, said: Callable[..., str]):
        line = said(checks.idle_steps_needed, answer)
        assert line.startswith("Not yet: idle_steps_needed(")
        assert words in line

    def test_wrong_types(self, wrong_type: object, said: Callable[..., str]):
        line = said(checks.idle_steps_needed, lambda length: wrong_type)
        assert "and 1 was expected. Count only the steps" in line

    def test_errors_are_the_learner_s(self):
        with pytest.raises(ZeroDivisionError, match="own line"):
            checks.idle_steps_needed(failing)
