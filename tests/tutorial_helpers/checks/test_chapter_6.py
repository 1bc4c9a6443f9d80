"""The checks of chapter 6."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.tutorial_helpers.checks.conftest import STEPS, Network, failing
from tutorial_helpers import checks


def steps_to(reached: np.ndarray, never: int | None = None, first: int = 1) -> np.ndarray:
    last = len(reached) if never is None else never
    return np.where(reached.any(axis=0), first + reached.argmax(axis=0), last)


class TestFirstTo:
    @pytest.fixture
    def check(self, counts: np.ndarray, said: Callable[..., str]):
        return lambda answer: said(checks.first_to, answer, counts)

    def test_right(self, check: Callable):
        line = check(lambda counts, goal: steps_to(counts.max(axis=2) >= goal))
        assert line.startswith("Right. It ignores the runner-up")

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            (lambda c, goal: None, "first_to(counts, 1) for three made-up images gave None."),
            (lambda c, goal: steps_to(c.max(axis=2) >= goal, first=0), "step are counts[0]"),
            (lambda c, goal: steps_to(c.max(axis=2) > goal), "(counts, 1)"),
            (lambda c, goal: 1 + (c.max(axis=2) >= goal).argmax(axis=0), "[2, 4, 1], and"),
            (lambda c, goal: steps_to(c.max(axis=2) >= goal, never=0), "[2, 4, 0], and"),
            (lambda c, goal: steps_to(c.sum(axis=2) >= goal), "Look at each neuron alone"),
            (lambda c, goal: steps_to(c.max(axis=2) >= 1), "(counts, 2)"),
            (lambda c, goal: steps_to(c.max(axis=1) >= goal), "gave an array of shape (10,)"),
            (lambda c, goal: steps_to(c[:5].max(axis=2) >= goal), "first_to(counts, 3) gave"),
            (lambda c, goal: steps_to(c.max(axis=(1, 2)) >= goal), "gave 2, and an array"),
        ],
    )
    def test_wrong(self, wrong: Callable, words: str, check: Callable):
        line = check(wrong)
        assert line.startswith("Not yet: first_to(counts, ")
        assert words in line

    def test_wrong_types(self, check: Callable, wrong_type: object):
        assert "The counts after the first step" in check(lambda counts, goal: wrong_type)

    def test_errors_are_the_learner_s(self, check: Callable):
        with pytest.raises(ZeroDivisionError, match="own line"):
            check(failing)


def answer_early(
    network: Network,
    images: np.ndarray,
    margin: int,
    reset: bool = True,
    stop: Callable = np.all,
    keep: bool = True,
    limit: int = STEPS,
    last: bool = True,
) -> tuple[np.ndarray, int]:
    network.show(images)
    if reset:
        network.reset()
    answers = np.full(len(images), -1)
    for taken in range(1, limit + 1):
        network.step()
        second, first = np.sort(network.counts, axis=1)[:, -2:].T
        ready = (first - second >= margin) | (last and taken == limit)
        new = ready & (answers < 0) if keep else ready
        answers[new] = network.counts[new].argmax(axis=1)
        if stop(answers >= 0):
            break
    return answers, taken


class TestAnswerEarly:
    @pytest.fixture
    def check(
        self, network: Network, images: np.ndarray, counts: np.ndarray, said: Callable[..., str]
    ):
        return lambda answer: said(checks.answer_early, answer, network, images, counts)

    @pytest.mark.parametrize("kind", [tuple, list])
    def test_right(self, kind: Callable, check: Callable):
        line = check(lambda *given: kind(answer_early(*given)))
        assert line.startswith("Right. A batch waits for its slowest image")

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"reset": False}, "with 1 images and a margin of 1, "),
            ({"stop": np.any}, "with 8 images and a margin of 3, "),
            ({"stop": lambda ready: False}, "Stop after the step in which the last image"),
            ({"keep": False}, "An image keeps its first answer"),
            ({"limit": STEPS + 5}, f"gave {STEPS + 5}, and {STEPS} was expected"),
            ({"limit": STEPS - 1}, "a margin of "),
            ({"last": False}, "after the last step all get one"),
        ],
    )
    def test_wrong(self, changes: dict, words: str, check: Callable):
        line = check(lambda *given: answer_early(*given, **changes))
        assert line.startswith("Not yet: with ")
        assert words in line

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            (lambda n, i, m: None, "answer_early(…) gave None. Write the function"),
            (lambda n, i, m: answer_early(n, i, m + 1), "the number of steps gave "),
            (lambda n, i, m: answer_early(n, i, 1), "with 8 images and a margin of 3, the "),
            (lambda n, i, m: answer_early(n, i, m)[0], "a pair of the answers and the number"),
            (lambda n, i, m: answer_early(n, i, m)[::-1], "the answers gave "),
            (lambda n, i, m: (answer_early(n, i, m)[0][:1], 4), "the "),
        ],
    )
    def test_other_wrong_answers(self, wrong: Callable, words: str, check: Callable):
        line = check(wrong)
        assert line.startswith("Not yet: ")
        assert words in line

    def test_a_network_that_runs_on(self, check: Callable):
        def pretending(network: Network, *given: Any) -> tuple[np.ndarray, int]:
            answers, steps = answer_early(network, *given)
            for _ in range(steps, STEPS):
                network.step()
            return answers, steps

        line = check(pretending)
        assert "the network itself gave '20 steps'" in line
        assert "Leave the loop" in line

    def test_wrong_types(self, check: Callable, wrong_type: object):
        assert check(lambda *given: wrong_type).startswith("Not yet: ")

    def test_errors_are_the_learner_s(self, check: Callable):
        with pytest.raises(ZeroDivisionError, match="own line"):
            check(failing)
