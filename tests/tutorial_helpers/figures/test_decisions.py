"""The figures of when an answer is there: what they draw, say and refuse."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from tests.tutorial_helpers.figures.every_figure import EveryFigure, curve, drawn_by, looks, title
from tutorial_helpers import figures
from tutorial_helpers.figures import decisions, style

STEPS = 50
RISING = np.linspace(10, 98.5, STEPS)
LATE = np.concatenate([np.full(10, 9.8), np.linspace(10, 99, STEPS - 10)])
STOPPED = np.array([[5.0, 90.0], [12.5, 98.0], [30.0, 98.5]])


class TestAccuracyOverTime:
    def test_curves_stand_over_their_steps(self):
        figure = figures.plot_accuracy_over_time({"a": RISING, "b": LATE})
        for axes in figure.axes:
            assert curve(axes, "a") == (list(range(1, STEPS + 1)), RISING.tolist())
            assert curve(axes, "b") == (list(range(1, STEPS + 1)), LATE.tolist())
            assert len(looks(axes)) == 2

    def test_the_lower_one_is_enlarged(self):
        whole, part = figures.plot_accuracy_over_time({"a": RISING, "b": LATE}).axes
        assert whole.get_ylim() == (0, 102)
        low, high = part.get_ylim()
        assert (low, 99 < high < 100) == (95, True)
        assert figures.plot_accuracy_over_time({"a": RISING / 50}).axes[1].get_ylim()[0] == 0

    def test_words(self):
        alt = figures.plot_accuracy_over_time({"a": RISING, "b": LATE}).get_label()
        told = re.findall(r"([\d.]+) % after (\d+)", alt)
        assert [int(step) for _, step in told] == [5, 10, 20, 50] * 2
        for (value, step), values in zip(told, [RISING] * 4 + [LATE] * 4, strict=True):
            assert value == f"{values[int(step) - 1]:.1f}"

    def test_legend_only_for_several(self):
        assert not figures.plot_accuracy_over_time({"a": RISING}).legends
        assert figures.plot_accuracy_over_time({"a": RISING, "b": LATE}).legends

    @pytest.mark.parametrize(
        ("curves", "words"),
        [
            ({}, "curves should hold at least one curve, not none"),
            ({str(n): RISING for n in range(4)}, "curves should be at most 3, not 4"),
            ({"a": RISING, "b": RISING[1:]}, r"one shape \(n,\), n at least 2, not \(50,\) and"),
            ({"a": RISING[:1]}, r"one shape \(n,\), n at least 2, not \(1,\)"),
            ({"a": RISING[:, None]}, r"one shape \(n,\)"),
            ({"a": RISING + 2}, "curves should be percentages, 100 at most"),
            ({"a": -RISING}, "curves should be finite and at least 0"),
            ({"a": RISING * np.nan}, "curves should be finite and at least 0"),
            ({"a": ["1", "2"]}, "curves should be numbers, not <U1"),
        ],
    )
    def test_errors(self, curves: dict[str, np.ndarray], words: str):
        with pytest.raises(ValueError, match=words):
            figures.plot_accuracy_over_time(curves)


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


class TestMoments:
    def test_curves_are_shares(self):
        early, late = np.array([2, 2, 5, 10]), np.array([10, 10, 10, 9])
        (axes,) = figures.plot_moments({"early": early, "late": late}, 10).axes
        for steps, line in zip((early, late), axes.lines, strict=True):
            assert line.get_xdata().tolist() == list(range(11))
            shares = [100 * np.mean(steps <= step) for step in range(11)]
            np.testing.assert_allclose(line.get_ydata(), shares)
        assert len(looks(axes)) == 2
        labels = [line.get_label() for line in axes.lines]
        assert labels == ["early: 4.8 steps on average", "late: 9.8 steps on average"]

    @pytest.mark.parametrize(
        ("moments", "words"),
        [
            ({}, "moments should hold at least one kind, not none"),
            ({str(n): [1] for n in range(4)}, "moments should be at most 3, not 4"),
            ({"a": [1, 2], "b": [1]}, "moments should be of the same images"),
            ({"a": [0]}, "moments should be from 1 to 10, not from 0 to 0"),
            ({"a": [11]}, "moments should be from 1 to 10, not from 11 to 11"),
            ({"a": [1.5]}, "moments should be integers"),
        ],
    )
    def test_errors(self, moments: dict[str, list[float]], words: str):
        with pytest.raises(ValueError, match=words):
            figures.plot_moments({k: np.array(v) for k, v in moments.items()}, 10)


class TestEarlyAnswers:
    def test_both_kinds_of_curve(self):
        figure = figures.plot_early_answers(
            {"a": RISING, "b": LATE}, {"a": STOPPED, "b": STOPPED[:2]}, {"a": 2, "b": 1}
        )
        (axes,) = figure.axes
        assert curve(axes, "a: same for all") == (list(range(1, 51)), RISING.tolist())
        assert curve(axes, "b: margins 1, 2, …") == tuple(STOPPED[:2].T.tolist())
        rings = [line for line in axes.lines if line.get_fillstyle() == "none"]
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


class TestOperations:
    GROWING = np.arange(0, 1000, 10)

    def test_curves_and_levels(self):
        figure = figures.plot_operations(
            {"a": self.GROWING, "b": self.GROWING + 5}, {"x": 300, "y": 5000}
        )
        (axes,) = figure.axes
        assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
        # The first step has no operation, which a logarithmic axis cannot show.
        assert curve(axes, "a") == (list(range(2, 101)), self.GROWING[1:].tolist())
        assert curve(axes, "b") == (list(range(1, 101)), (self.GROWING + 5).tolist())
        assert curve(axes, "300 x")[1] == [300, 300]
        assert curve(axes, "5,000 y")[1] == [5000, 5000]
        labels = [label.get_text() for label in axes.get_xticklabels()]
        assert labels == ["1", "2", "5", "10", "20", "50", "100"]

    def test_a_dot_where_more(self):
        (axes,) = figures.plot_operations({"a": self.GROWING}, {"x": 300, "y": 5000}).axes
        dots = [line for line in axes.lines if line.get_marker() == "o"]
        assert [(dot.get_xdata()[0], dot.get_ydata()[0]) for dot in dots] == [(32, 310)]

    def test_words(self):
        alt = figures.plot_operations({"a": self.GROWING}, {"x": 300, "y": 5000}).get_label()
        assert (
            alt
            == "Operations for an image: a, 990 after 100 steps, more than the 300 x from "
            + ("step 32 on.")
        )

    @pytest.mark.parametrize(
        ("operations", "others", "words"),
        [
            ({}, {}, "operations should hold at least one curve, not none"),
            ({str(n): [1, 2] for n in range(4)}, {}, "operations should be at most 3, not 4"),
            ({"a": [1, 2]}, dict.fromkeys("wxyz", 1), "others should be at most 3, not 4"),
            ({"a": [1]}, {}, r"operations should have one shape \(steps,\), steps at least 2"),
            ({"a": [1, 2], "b": [1, 2, 3]}, {}, "operations should have one shape"),
            ({"a": [0, 0]}, {}, "operations should end above 0"),
            ({"a": [1, 2]}, {"x": 0}, "others should be more than 0"),
            ({"a": [1, 2]}, {"x": np.nan}, "others should be finite and at least 0"),
            ({"a": [-1, 2]}, {}, "operations should be finite and at least 0"),
        ],
    )
    def test_errors(self, operations: dict[str, list[float]], others: dict, words: str):
        curves = {name: np.array(values) for name, values in operations.items()}
        with pytest.raises(ValueError, match=words):
            figures.plot_operations(curves, others)

    def test_nothing_to_compare_with(self):
        assert figures.plot_operations({"a": self.GROWING}, {}).get_label() == (
            "Operations for an image: a, 990 after 100 steps."
        )


SPEEDS = {
    "timesteps": [5, 50, 100],
    "rates": {"a": [900, 500, 300], "b": [800, 400, 200]},
    "accuracies": {"a": [50, 97, 98], "b": [80, 97.5, 97.7]},
}


class TestSpeed:
    def test_points(self):
        (axes,) = figures.plot_speed(**SPEEDS).axes
        for name in "ab":
            expected = SPEEDS["rates"][name], SPEEDS["accuracies"][name]
            assert curve(axes, name) == expected
        assert len(looks(axes)) == 2
        # Points out of sight have no number, which would stand in the middle of nowhere.
        shown = [(text.get_text(), text.xy) for text in axes.texts]
        assert shown == [
            ("50", (500, 97)),
            ("100", (300, 98)),
            ("50", (400, 97.5)),
            ("100", (200, 97.7)),
        ]

    def test_words(self):
        assert figures.plot_speed(**SPEEDS).get_label() == (
            "Accuracy and images per second: a, 50.0 % and 900 with 5 steps, 97.0 % and 500 with "
            "50, 98.0 % and 300 with 100; b, 80.0 % and 800 with 5 steps, 97.5 % and 400 with 50, "
            "97.7 % and 200 with 100."
        )

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"timesteps": [5]}, "timesteps should be at least two numbers, ascending"),
            ({"timesteps": [5, 50, 50]}, "timesteps should be at least two numbers, ascending"),
            ({"timesteps": [5, 50]}, "should be 2, one for each number of steps"),
            ({"rates": {"a": [1, 2, 3]}}, "should be of the same networks, not of a and of a, b"),
            ({"rates": {"a": [1, 2], "b": [1, 2]}}, "should be 3, one for each number of steps"),
            ({"rates": {"a": [1, 2, 0], "b": [1, 2, 3]}}, "and more than 0"),
            ({"rates": {"a": [1, 2, -3], "b": [1, 2, 3]}}, "rates should be finite"),
            (
                {"accuracies": {"a": [1, 2, 101], "b": [1, 2, 3]}},
                "accuracies should be percentages",
            ),
        ],
    )
    def test_errors(self, changes: dict[str, object], words: str):
        with pytest.raises(ValueError, match=words):
            figures.plot_speed(**{**SPEEDS, **changes})


@pytest.fixture(params=drawn_by(decisions))
def draw(request: pytest.FixtureRequest) -> Callable[[], Figure]:
    both = {"a": RISING, "b": LATE}
    arguments = {
        "accuracy_over_time": (both,),
        "settling": (TestSettling.WHEN, TestSettling.RIGHT, STEPS),
        "moments": ({"a": np.array([3, 4]), "b": np.array([5, 9])}, STEPS),
        "early_answers": (both, {"a": STOPPED, "b": STOPPED}, {"a": 2, "b": 3}),
        "operations": ({"a": TestOperations.GROWING}, {"x": 300}),
        "speed": tuple(SPEEDS.values()),
    }[request.param]
    return lambda: getattr(figures, f"plot_{request.param}")(*arguments)


class TestEveryFigure(EveryFigure):
    pass
