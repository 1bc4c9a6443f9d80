"""The checks of chapter 7."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.tutorial_helpers.checks.conftest import failing
from tutorial_helpers import checks
from tutorial_helpers.learning.models import learning_synapse
from tutorial_helpers.pygenn import VarAccess, VarAccessMode, create_weight_update_model


class TestHiddenErrors:
    @pytest.fixture
    def check(self, said: Callable[..., str]):
        return lambda answer: said(checks.hidden_errors, answer)

    def test_right(self, check: Callable):
        line = check(lambda e, w, counts, v: (e @ w.T) * ((counts > 0) | (v > 0)))
        assert line.startswith("Right. The device does the same")

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            (lambda e, w, c, v: None, "gave None."),
            (lambda e, w, c, v: e @ w.T, "some neurons being silent"),
            (lambda e, w, c, v: (e @ w.T) * (c > 0), "above 0 mV"),
            (lambda e, w, c, v: (e @ w.T) * (v > 0), "having spiked, gave"),
            (lambda e, w, c, v: (e @ w.T) * ((c > 0) | (v >= 0)), "above 0 mV"),
            (lambda e, w, c, v: (e @ w.T) * c, "above 0 mV"),
            (lambda e, w, c, v: e, "(2, 2)"),
        ],
    )
    def test_wrong(self, wrong: Callable, words: str, check: Callable):
        line = check(wrong)
        assert line.startswith("Not yet: hidden_errors")
        assert words in line

    def test_wrong_types(self, check: Callable, wrong_type: object):
        assert "adds up weight times error" in check(lambda e, w, c, v: wrong_type)

    def test_errors_are_the_learner_s(self, check: Callable):
        with pytest.raises(ZeroDivisionError, match="own line"):
            check(failing)


def feedback(
    code: str = "dG = count * error; addToPre(b * error);",
    access: VarAccess = VarAccess.READ_ONLY,
) -> Any:
    read = VarAccessMode.READ_ONLY
    return create_weight_update_model(
        "feedback",
        params=["When"],
        vars=[
            ("g", "scalar", VarAccess.READ_ONLY),
            ("b", "scalar", access),
            ("dG", "scalar", VarAccess.READ_WRITE),
        ],
        pre_neuron_var_refs=[("count", "unsigned int", read), ("voltage", "scalar", read)],
        post_neuron_var_refs=[("error", "scalar", read)],
        pre_spike_syn_code="addToPost(g);",
        pre_event_threshold_condition_code="t == When && (count > 0 || voltage > 0.0)",
        pre_event_syn_code=code,
    )


class TestRandomFeedback:
    @pytest.fixture
    def check(self, said: Callable[..., str]):
        return lambda answer: said(checks.random_feedback, answer)

    def test_right(self, check: Callable):
        assert check(feedback).startswith("Right. The forward weights grow")

    @pytest.mark.parametrize(
        ("code", "words"),
        [
            ("dG = count * error; addToPre(g * error);", "gave an array of shape (1,): [-0.5]"),
            ("dG = error; addToPre(b * error);", "dG after one image gave"),
            ("dG = count * error;", "addToPre should get b * error"),
        ],
    )
    def test_wrong(self, code: str, words: str, check: Callable):
        line = check(lambda: feedback(code))
        assert line.startswith("Not yet: ")
        assert words in line

    def test_a_sheet_for_each_image(self, check: Callable):
        line = check(lambda: feedback(access=VarAccess.READ_WRITE))
        assert "Give b the access READ_ONLY" in line

    def test_no_b(self, check: Callable):
        assert "all names of learning_synapse, and b." in check(lambda: learning_synapse)

    def test_wrong_types(self, check: Callable, wrong_type: object):
        assert "what create_weight_update_model returns was expected" in check(lambda: wrong_type)
        assert "gave None" in check(lambda: None)

    def test_errors_are_the_learner_s(self, check: Callable):
        with pytest.raises(ZeroDivisionError, match="own line"):
            check(failing)
