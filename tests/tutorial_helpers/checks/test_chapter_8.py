"""The checks of chapter 8."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.tutorial_helpers.checks.conftest import failing
from tutorial_helpers import checks
from tutorial_helpers.pygenn import VarAccessMode, create_custom_update_model, create_neuron_model


def moved(weights: Any, counts: Any, winners: Any, rate: float, mean: Any = np.mean) -> Any:
    result = np.array(weights, float)
    for rival in np.unique(winners):
        target = mean(counts[winners == rival], axis=0)
        result[:, rival] += rate * (target - result[:, rival])
    return result


def in_place(weights: Any, counts: Any, winners: Any, rate: float) -> Any:
    weights[:] = moved(weights, counts, winners, rate)
    return weights


class TestMovedWeights:
    @pytest.fixture
    def check(self, said: Callable[..., str]):
        return lambda answer: said(checks.moved_weights, answer)

    def test_right(self, check: Callable):
        assert check(moved).startswith("Right. Rivals move towards the means")

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            (lambda w, c, winners, rate: None, "gave None."),
            (lambda w, c, winners, rate: w, "half of the way"),
            (lambda w, c, winners, rate: moved(w, c, winners, 1.0), "half of the way"),
            (lambda w, c, winners, rate: moved(w, c, winners, rate, np.sum), "the mean of"),
            (lambda w, c, winners, rate: moved(w, c, winners, rate).T, "(3, 2)"),
            (in_place, "Copy the weights"),
        ],
    )
    def test_wrong(self, wrong: Callable, words: str, check: Callable):
        line = check(wrong)
        assert line.startswith("Not yet: moved_weights")
        assert words in line

    def test_wrong_types(self, check: Callable, wrong_type: object):
        assert "half of the way" in check(lambda w, c, winners, rate: wrong_type)

    def test_errors_are_the_learner_s(self, check: Callable):
        with pytest.raises(ZeroDivisionError, match="own line"):
            check(failing)


def counting(code: str = "Total += Wins;", total: str = "Total") -> Any:
    mode = VarAccessMode.READ_ONLY if "Wins =" not in code else VarAccessMode.READ_WRITE
    return create_custom_update_model(
        "counting",
        vars=[(total, "scalar")],
        var_refs=[("Wins", "scalar", mode)],
        update_code=code,
    )


class TestCountAllWins:
    @pytest.fixture
    def check(self, said: Callable[..., str]):
        return lambda answer: said(checks.count_all_wins, answer)

    def test_right(self, check: Callable):
        assert check(counting).startswith("Right. With homeostasis")

    @pytest.mark.parametrize(
        ("code", "words"),
        [
            ("Total = Wins;", "Add Wins to Total"),
            ("Total += 1.0;", "Add Wins to Total"),
            ("Total += Wins; Wins = 0.0;", "leave it as it is"),
        ],
    )
    def test_wrong(self, code: str, words: str, check: Callable):
        line = check(lambda: counting(code))
        assert line.startswith("Not yet: ")
        assert words in line

    def test_other_names(self, check: Callable):
        line = check(lambda: counting("Sum += Wins;", total="Sum"))
        assert "It should have a variable Total" in line

    def test_wrong_types(self, check: Callable, wrong_type: object):
        assert "what create_custom_update_model returns was expected" in check(lambda: wrong_type)
        assert "gave None" in check(lambda: None)
        assert "create_custom_update_model" in check(lambda: create_neuron_model("neuron"))

    def test_errors_are_the_learner_s(self, check: Callable):
        with pytest.raises(ZeroDivisionError, match="own line"):
            check(failing)
