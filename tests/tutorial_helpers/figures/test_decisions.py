"""The figures of when an answer is there: what they draw, say and refuse."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from tests.tutorial_helpers.figures.every_figure import EveryFigure, curve, drawn_by, title
from tutorial_helpers import figures
from tutorial_helpers.figures import decisions, style

STEPS = 50
RISING = np.linspace(10, 98.5, STEPS)
LATE = np.concatenate([np.full(10, 9.8), np.linspace(10, 99, STEPS - 10)])
STOPPED = np.array([[5.0, 90.0], [12.5, 98.0], [30.0, 98.5]])


class TestSettling:
    WHEN = np.array([4, 4, 6, 9, 50, 3])
    RIGHT = np.array([True, True, True, False, False, True])

    def test_bars(self):
        right, wrong = figures.plot_settling(self.WHEN, self.RIGHT, STEPS).axes
        for axes, chosen in ((right, self.RIGHT), (wrong, ~self.RIGHT)):
            heights = {
                round(bar.get_x() + bar.get_width() / 2): bar.get_height() for bar in axes.patches
            }
            assert list(heights) == list(range(1, STEPS + 1))
            for step, height in heights.items():
                assert height == np.sum(self.WHEN[chosen] == step)
        assert (title(right), title(wrong)) == (
            "4 right answers: half of them by step 4",
            "2 wrong answers: half of them by step 9",
        )
        colours = [to_hex(axes.patches[0].get_facecolor()) for axes in (right, wrong)]
        assert colours == [style.BLUE, style.VERMILION]

    def test_half_is_at_the_line(self):
        axes, _ = figures.plot_settling(self.WHEN, self.RIGHT, STEPS).axes
        assert set(axes.lines[0].get_xdata()) == {4}

    @pytest.mark.parametrize("right", [True, False])
    def test_all_alike(self, right: bool):
        figure = figures.plot_settling(self.WHEN, np.full(6, right), STEPS)
        assert len(figure.axes) == 1
        assert title(figure.axes[0]).startswith(f"6 {'right' if right else 'wrong'} answers")

    @pytest.mark.parametrize(
        ("steps", "right", "words"),
        [
            (np.array([0, 1]), [True, True], "steps should be from 1 to 50, not from 0 to 1"),
            (np.array([1, 51]), [True, True], "steps should be from 1 to 50, not from 1 to 51"),
            (np.array([1.0]), [True], r"steps should be integers .* not float64 of \(1,\)"),
            (np.zeros(0, int), [], r"n at least 1, not int64 of \(0,\)"),
            (np.array([1, 2]), [True], r"bools of the shape \(2,\), not bool of \(1,\)"),
            (np.array([1, 2]), [1, 0], r"bools of the shape \(2,\), not int64 of \(2,\)"),
        ],
    )
    def test_errors(self, steps: np.ndarray, right: list[object], words: str):
        with pytest.raises(ValueError, match=words):
            figures.plot_settling(steps, np.array(right), STEPS)

    def test_images_without_an_answer_are_left_out(self):
        answered = np.arange(6) > 0
        figure = figures.plot_settling(self.WHEN, self.RIGHT, STEPS, answered=answered)
        bars = sum(bar.get_height() for axes in figure.axes for bar in axes.patches)
        assert bars == 5
        assert figure.get_label().endswith(" Left out: 1 image that never got an answer.")
        assert "1 image that never got an answer" in figure.axes[-1].get_xlabel()
        everything = figures.plot_settling(self.WHEN, self.RIGHT, STEPS, answered=answered | True)
        assert (
            everything.get_label()
            == figures.plot_settling(self.WHEN, self.RIGHT, STEPS).get_label()
        )
        for wrong, words in ((np.zeros(6, bool), "at least one image"), ([1], "answered should")):
            with pytest.raises(ValueError, match=words):
                figures.plot_settling(self.WHEN, self.RIGHT, STEPS, answered=wrong)

    @pytest.mark.parametrize("timesteps", [0, 2.0, True])
    def test_timesteps(self, timesteps: object):
        with pytest.raises(ValueError, match="timesteps should be an integer of at least 1"):
            figures.plot_settling(self.WHEN, self.RIGHT, timesteps)


class TestEarlyAnswers:
    def test_both_kinds_of_curve(self):
        figure = figures.plot_early_answers(
            {"a": RISING, "b": LATE}, {"a": STOPPED, "b": STOPPED[:2]}, {"a": 2, "b": 1}
        )
        (axes,) = figure.axes
        assert curve(axes, "a: same for all") == (list(range(1, 51)), RISING.tolist())
        assert curve(axes, "b: margins 1, 2, …") == tuple(STOPPED[:2].T.tolist())
        rings = [line for line in axes.lines if line.get_fillstyle() == "none"][:-1]
        assert [(ring.get_xdata()[0], ring.get_ydata()[0]) for ring in rings] == [
            (12.5, 98.0),
            (5.0, 90.0),
        ]
        assert [text.get_text() for text in axes.texts] == ["2", "1"]
        assert len({ring.get_marker() for ring in rings}) == 2

    def test_words(self):
        figure = figures.plot_early_answers({"a": RISING}, {"a": STOPPED}, {"a": 3}, title="Mine")
        assert title(figure.axes[0]) == "Mine"
        assert figure.get_label() == (
            "Accuracy by steps: a, 98.5 % after 50 steps for each image; with a margin of 3, "
            "98.5 % after 30.0 steps on average."
        )

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"fixed": {}}, "fixed should hold at least one curve, not none"),
            ({"fixed": {"a": RISING + 2}}, "fixed should be percentages"),
            (
                {"stopped": {"b": STOPPED}},
                "stopped and chosen should be of a, as fixed is, not of b",
            ),
            ({"chosen": {}}, "stopped and chosen should be of a, as fixed is, not of a and of"),
            ({"stopped": {"a": STOPPED.T}}, r"stopped should have the shape \(margins, 2\)"),
            ({"stopped": {"a": STOPPED[:0]}}, r"margins at least 1, not \(0, 2\)"),
            ({"stopped": {"a": -STOPPED}}, "stopped should be finite and at least 0"),
            ({"chosen": {"a": 0}}, "chosen should be from 1 to 3, not 0"),
            ({"chosen": {"a": 4}}, "chosen should be from 1 to 3, not 4"),
        ],
    )
    def test_errors(self, changes: dict[str, object], words: str):
        good = {"fixed": {"a": RISING}, "stopped": {"a": STOPPED}, "chosen": {"a": 2}}
        assert figures.plot_early_answers(**good)
        with pytest.raises(ValueError, match=words):
            figures.plot_early_answers(**{**good, **changes})


@pytest.fixture(params=drawn_by(decisions))
def draw(request: pytest.FixtureRequest) -> Callable[[], Figure]:
    both = {"a": RISING, "b": LATE}
    arguments = {
        "settling": (TestSettling.WHEN, TestSettling.RIGHT, STEPS),
        "early_answers": (both, {"a": STOPPED, "b": STOPPED}, {"a": 2, "b": 3}),
    }[request.param]
    return lambda: getattr(figures, f"plot_{request.param}")(*arguments)


class TestEveryFigure(EveryFigure):
    pass
