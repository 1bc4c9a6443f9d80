"""The figures of training and conversion: what they draw, what they say, what they refuse."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.figure import Figure

from tests.tutorial_helpers.figures.every_figure import EveryFigure, curve, drawn_by, looks, title
from tutorial_helpers import figures
from tutorial_helpers.figures import training

WORDS = {"xlabel": "input", "title": "A title"}


LOSSES, RIGHT = [1.5, 0.5, 0.25], [9.8, 88.0, 94.0, 96.5]


class TestLearning:
    def test_curves(self):
        top, bottom = figures.plot_learning(LOSSES, RIGHT, title="Mine").axes
        assert top.lines[0].get_xdata().tolist() == [1, 2, 3]
        assert top.lines[0].get_ydata().tolist() == LOSSES
        assert bottom.lines[0].get_xdata().tolist() == [0, 1, 2, 3]
        assert bottom.lines[0].get_ydata().tolist() == RIGHT
        assert (title(top), top.get_xlim()) == ("Mine", bottom.get_xlim())

    def test_what_is_far_from_the_best_is_out_of_sight(self):
        _, bottom = figures.plot_learning(LOSSES, RIGHT).axes
        low, high = bottom.get_ylim()
        assert 86 < low < 88
        assert 96.5 < high < 98
        _, bottom = figures.plot_learning([0.5], [96.5, 96.5]).axes
        low, high = bottom.get_ylim()
        assert low < 96.5 < high

    @pytest.mark.parametrize(
        ("losses", "accuracies", "words"),
        [
            ([], [10], "losses should be numbers of more than 0, at least one"),
            ([1, 0], [1, 2, 3], "losses should be numbers of more than 0"),
            ([1, np.nan], [1, 2, 3], "losses should be finite"),
            ([1, 2], [1, 2], "accuracies should be 3, one before the first epoch .* not 2"),
            ([1, 2], [1, 2, 101], "accuracies should be percentages, 100 at most, not 101"),
        ],
    )
    def test_errors(self, losses: list[float], accuracies: list[float], words: str):
        with pytest.raises(ValueError, match=words):
            figures.plot_learning(losses, accuracies)


SCALES = [0.25, 1, 4]
BY_SCALE = {"100 steps": [97.5, 98, 100], "12 steps": [10, 80, 95]}


class TestScales:
    def test_curves(self):
        (axes,) = figures.plot_scales(SCALES, BY_SCALE, reference=98.5, marked=1, **WORDS).axes
        # The axis has no height for 100.
        assert curve(axes, "100 steps") == (SCALES, [97.5, 98, 99.9])
        assert curve(axes, "12 steps") == (SCALES, [10, 80, 95])
        assert curve(axes, "ordinary network")[1] == [98.5, 98.5]
        assert (axes.get_xscale(), axes.get_ylabel()) == ("log", "% right\n(stretched towards 100)")
        assert [label.get_text() for label in axes.get_xticklabels()] == ["0.25", "1", "4"]
        assert len(looks(axes)) == 5

    def test_the_axis_is_stretched_towards_100(self):
        (axes,) = figures.plot_scales(SCALES, BY_SCALE, reference=98.5, marked=1, **WORDS).axes
        figure = axes.figure
        figure.draw_without_rendering()
        heights = axes.transData.transform([(1, right) for right in (80, 90, 95, 99.9)])[:, 1]
        assert heights[2] - heights[1] == pytest.approx(heights[1] - heights[0])
        assert heights[3] < axes.get_window_extent().y1
        ticks = [label.get_text() for label in axes.get_yticklabels()]
        assert ticks == ["0", "50", "80", "90", "95", "98", "99", "99.5", "99.8", "99.9"]

    def test_rings_and_stars(self):
        figure = figures.plot_scales(SCALES, BY_SCALE, reference=98.5, marked=1, **WORDS)
        (axes,), (legend,) = figure.axes, figure.legends
        assert curve(axes, "used so far") == ([1, 1], [98, 80])
        assert curve(axes, "best") == ([4, 4], [99.9, 95])
        assert {text.get_text() for text in legend.texts} >= {"used so far", "best"}

    def test_words(self):
        figure = figures.plot_scales(SCALES, BY_SCALE, reference=98.5, marked=1, **WORDS)
        assert figure.get_label() == (
            "A title. Accuracy by the scale of the weights, from 0.25 to 4: 100 steps, best at 4 "
            "with 100.0 %, and 98.0 % at 1, used so far; 12 steps, best at 4 with 95.0 %, and "
            "80.0 % at 1, used so far; the ordinary network, 98.5 %."
        )
        figure = figures.plot_scales(SCALES, BY_SCALE, reference=98.5, marked=4, **WORDS)
        assert "12 steps, best at 4 with 95.0 %, used so far;" in figure.get_label()

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"scales": [0, 1, 4]}, "scales should be more than 0: their axis is logarithmic"),
            ({"scales": [1, 1, 4]}, "scales should be at least two numbers, ascending"),
            ({"marked": 3}, "marked should be one of the scales, not 3"),
            ({"reference": 101}, "reference should be percentages, 100 at most, not 101"),
            ({"curves": {}}, "curves should hold at least one curve, not none"),
            ({"curves": {"a": [1, 2]}}, r"curves should have the shape \(3,\), not \(2,\)"),
            ({"curves": {"a": [1, 2, 101]}}, "curves should be percentages, 100 at most, not 101"),
        ],
    )
    def test_errors(self, changes: dict[str, object], words: str):
        good = {"scales": SCALES, "curves": BY_SCALE, "reference": 98, "marked": 1, **WORDS}
        assert figures.plot_scales(**good)
        with pytest.raises(ValueError, match=words):
            figures.plot_scales(**{**good, **changes})


ASKED = np.array([[0, 0.25, 0.5], [1, 2, 4]])
GOT = np.minimum(ASKED, 0.75)


class TestActivations:
    def test_every_point_is_counted_once(self):
        figure = figures.plot_activations({"a": (ASKED, GOT), "b": (GOT, GOT)})
        for axes in figure.axes:
            assert axes.collections[0].get_array().sum() == ASKED.size

    def test_the_line_of_what_is_possible(self):
        (axes,) = figures.plot_activations({"a": (ASKED, GOT)}).axes
        (line,) = axes.lines
        assert line.get_ydata().tolist() == [0, 1, 1]
        assert line.get_xdata()[:2].tolist() == [0, 1]
        assert axes.get_xlim()[1] > 4

    def test_words(self):
        figure = figures.plot_activations({"a": (ASKED, GOT), "b": (GOT, GOT)})
        correlation = np.corrcoef(ASKED.ravel(), GOT.ravel())[0, 1]
        assert [title(axes) for axes in figure.axes] == [
            f"a: correlation {correlation:.2f}",
            "b: correlation 1.00",
        ]
        assert figure.get_label() == (
            f"Rates of spikes by the rates asked for: a, 6 points, correlation {correlation:.2f}, "
            "asked for up to 4 spikes per step and got up to 0.75, 33 % asked for more than 1; b, "
            "6 points, correlation 1.00, asked for up to 0.75 spikes per step and got up to 0.75, "
            "0 % asked for more than 1."
        )

    @pytest.mark.parametrize(
        ("panels", "words"),
        [
            ({}, "panels should hold at least one network, not none"),
            (dict.fromkeys("abcd", (ASKED, GOT)), "panels should be at most 3, not 4"),
            ({"a": (ASKED, GOT[0])}, r"should have one shape, not \(2, 3\) and \(3,\)"),
            ({"a": (ASKED, 0 * GOT)}, "rates should differ between points"),
            ({"a": (ASKED[:0], GOT[:0])}, "rates should differ between points"),
            ({"a": (-ASKED, GOT)}, "the rates asked for should be finite and at least 0"),
            ({"a": (ASKED, GOT + np.inf)}, "the rates of spikes should be finite"),
        ],
    )
    def test_errors(self, panels: dict[str, tuple[np.ndarray, np.ndarray]], words: str):
        with pytest.raises(ValueError, match=words):
            figures.plot_activations(panels)


MILESTONES = {
    "copied": {"100 steps": 94.0, "12 steps": 92.5},
    "normalised": {"100 steps": 97.5, "12 steps": 94.5},
    "fine-tuned": {"100 steps": 97.0, "12 steps": 97.25},
}


class TestMilestones:
    def test_marks_stand_in_their_rows(self):
        (axes,) = figures.plot_milestones(MILESTONES, reference=98, title="So far").axes
        assert curve(axes, "100 steps") == ([94.0, 97.5, 97.0], [0, 1, 2])
        assert curve(axes, "12 steps") == ([92.5, 94.5, 97.25], [0, 1, 2])
        assert curve(axes, "ordinary network")[0] == [98, 98]
        assert [label.get_text() for label in axes.get_yticklabels()] == list(MILESTONES)
        assert axes.get_ylim() == (2.5, -0.5)  # the first is at the top
        assert len(looks(axes)) == 3

    def test_words(self):
        figure = figures.plot_milestones(MILESTONES, reference=98, title="So far")
        assert figure.get_label() == (
            "So far, in per cent right: copied, 94.0 with 100 steps, 92.5 with 12 steps; "
            "normalised, 97.5 with 100 steps, 94.5 with 12 steps; fine-tuned, 97.0 with 100 "
            "steps, 97.2 with 12 steps; the ordinary network, 98.0."
        )

    @pytest.mark.parametrize(
        ("milestones", "reference", "words"),
        [
            ({}, 98, "milestones should hold at least one network, not none"),
            ({str(n): {"a": 1} for n in range(9)}, 98, "milestones should be at most 8, not 9"),
            ({"a": {}}, 98, "milestones should have the same numbers of steps"),
            ({"a": {"x": 1}, "b": {"y": 1}}, 98, "milestones should have the same numbers"),
            ({"a": dict.fromkeys("wxyz", 1)}, 98, "numbers of steps should be at most 3, not 4"),
            ({"a": {"x": 101}}, 98, "milestones should be percentages, 100 at most, not 101"),
            ({"a": {"x": 1}}, -1, "reference should be finite and at least 0"),
        ],
    )
    def test_errors(self, milestones: dict[str, dict[str, float]], reference: float, words: str):
        with pytest.raises(ValueError, match=words):
            figures.plot_milestones(milestones, reference=reference, title="So far")


@pytest.fixture(params=drawn_by(training))
def draw(request: pytest.FixtureRequest) -> Callable[[], Figure]:
    arguments, options = {
        "learning": ((LOSSES, RIGHT), {}),
        "scales": ((SCALES, BY_SCALE), {"reference": 98.5, "marked": 1, **WORDS}),
        "activations": (({"a": (ASKED, GOT), "b": (GOT, GOT)},), {}),
        "milestones": ((MILESTONES,), {"reference": 98, "title": "So far"}),
    }[request.param]
    return lambda: getattr(figures, f"plot_{request.param}")(*arguments, **options)


class TestEveryFigure(EveryFigure):
    pass
