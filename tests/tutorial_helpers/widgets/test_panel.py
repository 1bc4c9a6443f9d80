"""A panel: an answer that follows controls, and errors in its place."""

from __future__ import annotations

import pytest
from matplotlib.figure import Figure

from tests.tutorial_helpers.widgets.turning import turn
from tutorial_helpers.widgets.panel import panel, slider


def one_of(divisor: int) -> str:
    return f"1/{divisor} is {1 / divisor}"


def test_errors_are_shown_in_the_place_of_the_answer() -> None:
    still = Figure()
    still.set_label("One of four.")
    shown = panel({"divisor": slider("divisor", 4, 0, 9)}, one_of, still)
    failed = turn(shown, 0, 0)
    assert 'role="alert"' in failed
    assert "<b>ZeroDivisionError</b>: division by zero" in failed
    assert "one_of" in failed  # in the traceback
    assert "1/2 is 0.5" in turn(shown, 0, 2)


def test_errors_at_the_start_are_those_of_the_cell() -> None:
    with pytest.raises(ZeroDivisionError):
        panel({"divisor": slider("divisor", 0, 0, 9)}, one_of, Figure())


def test_an_error_is_escaped() -> None:
    def fail(x: int) -> str:
        if x:
            raise ValueError("<b>bold</b>")
        return ""

    shown = panel({"x": slider("x", 0, 0, 9)}, fail, Figure())
    assert "&lt;b&gt;bold" in turn(shown, 0, 1)
