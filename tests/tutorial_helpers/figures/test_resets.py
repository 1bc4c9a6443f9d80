"""The figures of resets: what they draw, what they say about it, and what they refuse."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.figure import Figure

from tests.tutorial_helpers.figures.every_figure import EveryFigure, drawn_by, texts, title
from tutorial_helpers import figures
from tutorial_helpers.figures import resets

RESET = {
    "voltages": np.array([[0, 0], [2.5, 0], [0, 0], [2.5, 3], [0, 3], [0, 3]]),
    "spikes": np.array([[0, 0], [0, 0], [1, 0], [0, 0], [1, 0], [0, 0]], bool),
    "reset_after": 4,
}


class TestReset:
    def test_line_goes_through_zero_at_the_reset(self):
        for axes, voltage in zip(
            figures.plot_reset(**RESET).axes, RESET["voltages"].T, strict=True
        ):
            x, y = axes.lines[0].get_data()
            np.testing.assert_array_equal(x, [0, 1, 2, 3, 4, 4.5, 5])
            np.testing.assert_array_equal(y, [*voltage[:5], 0, voltage[5]])

    def test_spikes(self):
        sender, receiver = (axes.collections[0] for axes in figures.plot_reset(**RESET).axes)
        assert [line[0, 0] for line in sender.get_segments()] == [2, 4]
        assert not receiver.get_segments()

    def test_words(self):
        alt = figures.plot_reset(**RESET).get_label()
        assert "reset after step 4: sender spikes in steps 2 and 4 and ends at 0 mV" in alt
        assert "receiver never spikes and ends at 3 mV." in alt

    @pytest.mark.parametrize("reset_after", [-1, 5, 6])
    def test_reset_outside(self, reset_after: int):
        with pytest.raises(ValueError, match="reset_after should be from 0 to 4"):
            figures.plot_reset(**{**RESET, "reset_after": reset_after})

    @pytest.mark.parametrize(
        "change", [{"spikes": np.zeros((5, 2))}, {"voltages": np.zeros(6)}, {"names": ["one"]}]
    )
    def test_shapes(self, change: dict[str, object]):
        with pytest.raises(ValueError, match="voltages and spikes should have the same shape"):
            figures.plot_reset(**{**RESET, **change})


class TestCountChanges:
    def test_bars(self):
        first = np.full((4, 10), 5, np.uint32)
        second = first.copy()
        second[1, 3] -= 1
        second[2, [0, 9]] += np.uint32(1)
        figure = figures.plot_count_changes(first, second)
        assert [bar.get_height() for bar in figure.axes[0].patches] == [2, 1, 1]
        assert title(figure) == "Counts change for 2 of 4 images"
        assert "at most 2 more or less" in figure.get_label()

    def test_no_changes(self, counts: np.ndarray):
        figure = figures.plot_count_changes(counts, counts)
        assert [bar.get_height() for bar in figure.axes[0].patches] == [len(counts)]
        assert title(figure) == "Counts change for 0 of 40 images"

    def test_lengths_that_differ(self, counts: np.ndarray):
        with pytest.raises(ValueError, match="counts should be 40, one for each image, not 39"):
            figures.plot_count_changes(counts, counts[1:])


class TestTwoAnswers:
    def test_bars(self):
        first, second = np.arange(10), np.arange(10)[::-1]
        figure = figures.plot_two_answers(first, second, 3, names=("there", "back"))
        heights = [bar.get_height() for bar in figure.axes[0].patches]
        assert heights == [*first, *second]
        legend = [text.get_text() for text in figure.legends[0].get_texts()]
        assert legend == ["there: read as 9", "back: read as 0"]
        assert title(figure) == "The same 3, twice"

    def test_errors(self):
        with pytest.raises(ValueError, match="label should be digits from 0 to 9"):
            figures.plot_two_answers(np.ones(10), np.ones(10), 10)
        with pytest.raises(ValueError, match=r"counts should have the shape \(n, 10\)"):
            figures.plot_two_answers(np.ones(10), np.ones(9), 1)


class TestLeftovers:
    def test_bars(self):
        figure = figures.plot_leftovers([9712, 12, 0], 10_000)
        (axes,) = figure.axes
        assert [bar.get_height() for bar in axes.patches] == [9712, 12, 0]
        assert texts(axes) == ["9,712", "12", "0"]
        assert axes.get_xlabel() == "idle steps before the reset (1 ms each)"
        assert figure.get_label().endswith("9,712 after 0 idle steps, 12 after 1, 0 after 2.")

    @pytest.mark.parametrize("changed", [[], [[1]], [11]])
    def test_errors(self, changed: list[object]):
        with pytest.raises(ValueError, match="changed should be numbers of images, at most 10 eac"):
            figures.plot_leftovers(changed, 10)


@pytest.fixture(params=drawn_by(resets))
def draw(request: pytest.FixtureRequest, counts: np.ndarray) -> Callable[[], Figure]:
    arguments = {
        "count_changes": (counts, counts[::-1]),
        "leftovers": ([40, 7, 0], 40),
        "reset": tuple(RESET.values()),
        "two_answers": (counts[0], counts[1], 3),
    }[request.param]
    return lambda: getattr(figures, f"plot_{request.param}")(*arguments)


class TestEveryFigure(EveryFigure):
    pass
