"""The figures of times: what they draw, what they say about them, and what they refuse."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.figure import Figure

from tests.tutorial_helpers.figures.every_figure import EveryFigure, drawn_by, texts, title
from tutorial_helpers import figures
from tutorial_helpers.figures import style, timing


class TestBatches:
    @pytest.mark.parametrize(
        ("num_images", "batch_size", "full", "rest"),
        [
            (10_000, 128, 78, 16),
            (300, 128, 2, 44),
            (256, 128, 2, 0),
            (16, 128, 0, 16),
            (7, 1, 7, 0),
        ],
    )
    def test_bars(self, num_images: int, batch_size: int, full: int, rest: int):
        (axes,) = figures.plot_batches(num_images, batch_size).axes
        bars, last, empty = (
            [path.get_extents() for path in bar.get_paths()] for bar in axes.collections
        )
        assert [len(bars), len(last), len(empty)] == [full, rest > 0, rest > 0]
        assert sum(round(box.height) for box in [*bars, *last]) == num_images
        assert all((box.y0, box.y1) == (0, batch_size) for box in bars)
        assert all((box.y0, box.y1) == (0, rest) for box in last)
        assert all((box.y0, box.y1) == (rest, batch_size) for box in empty)
        centres = [(box.x0 + box.x1) / 2 for box in [*bars, *last]]
        np.testing.assert_allclose(centres, np.arange(1, full + (rest > 0) + 1))
        assert (axes.get_xlabel(), axes.get_ylabel()) == ("batch", "images in it")

    @pytest.mark.parametrize(
        ("num_images", "batch_size", "left", "right"),
        [
            (
                10_000,
                128,
                "10,000 images: 79 batches of 128",
                "the last with 16 images, 112 places",
            ),
            (257, 128, "257 images: 3 batches of 128", "the last with 1 image, 127 places"),
            (127, 128, "127 images: 1 batch of 128", "this one with 127 images, 1 place"),
            (128, 128, "128 images: 1 batch of 128", ""),
            (1, 1, "1 image: 1 batch of 1", ""),
            (2000, 1000, "2,000 images: 2 batches of 1,000", ""),
        ],
    )
    def test_words(self, num_images: int, batch_size: int, left: str, right: str):
        figure = figures.plot_batches(num_images, batch_size)
        assert title(figure).strip() == left
        assert title(figure, "right") == (right and f"{right} empty")
        assert figure.get_label().startswith(left)
        if right:
            assert f"{right} empty." in figure.get_label().replace(" and ", ", ")

    def test_all_full(self):
        assert figures.plot_batches(256, 128).get_label().endswith(", all of them full.")
        assert figures.plot_batches(128, 128).get_label().endswith(", and it is full.")


class TestTimeShares:
    def test_a_bar_for_each_part(self):
        figure = figures.plot_time_shares({"push": 0.25, "steps": 0.75}, 10_000)
        (axes,) = figure.axes
        assert [bar.get_width() for bar in axes.patches] == [25, 75]
        assert texts(axes) == ["25 %", "75 %"]
        assert [label.get_text() for label in axes.get_yticklabels()] == ["push", "steps"]
        assert axes.yaxis_inverted(), "the first part should be on top"
        assert axes.get_xlabel() == "time for an image (µs)"

    @pytest.mark.parametrize("seconds", [{}, {"steps": 0.0}, {"a": 0, "b": 0}])
    def test_no_time_at_all(self, seconds: dict[str, float]):
        with pytest.raises(ValueError, match="seconds should hold at least one time of more than"):
            figures.plot_time_shares(seconds, 1)

    @pytest.mark.parametrize("time", [-1.0, np.nan, np.inf])
    def test_bad_times(self, time: float):
        with pytest.raises(ValueError, match="seconds should be finite and at least 0"):
            figures.plot_time_shares({"steps": 1.0, "pull": time}, 1)

    @pytest.mark.parametrize("n", [0, 1.5, True])
    def test_bad_number_of_images(self, n: object):
        with pytest.raises(ValueError, match="num_images should be an integer of at least 1"):
            figures.plot_time_shares({"steps": 1.0}, n)


LADDER = {"Python": 9.5, "NumPy": 300.0, "slower": 150.0, "compiled": 31_000.0}


class TestLadder:
    def test_a_rung_for_each_way_from_the_bottom(self):
        (axes,) = figures.plot_ladder(LADDER).axes
        (dots,) = axes.lines
        np.testing.assert_array_equal(dots.get_xdata(), list(LADDER.values()))
        np.testing.assert_array_equal(dots.get_ydata(), range(4))
        assert not axes.yaxis_inverted(), "the first rung should be at the bottom"
        assert axes.get_xscale() == "log"
        assert axes.get_xlabel() == "images per second"
        assert texts(axes) == ["Python: 9.5", "NumPy: 300", "slower: 150", "compiled: 31,000"]

    def test_words(self):
        figure = figures.plot_ladder(LADDER)
        assert title(figure) == "The last is 3,300 times as fast as the first"
        assert figure.get_label() == (
            "Images per second: Python, 9.5; NumPy, 300, 32 times that; slower, 150, 0.5 times "
            "that; compiled, 31,000, 210 times that."
        )
        assert title(figures.plot_ladder(LADDER, title="Mine")) == "Mine"

    def test_one_rung(self):
        figure = figures.plot_ladder({"Python": 20})
        assert title(figure) == "20 images per second"
        assert style.png(figure)

    @pytest.mark.parametrize(
        ("rates", "words"),
        [
            ({}, "rates should hold at least one number, all of them more than 0"),
            ({"a": 1, "b": 0}, "rates should hold at least one number, all of them more than 0"),
            ({"a": -1}, "rates should be finite and at least 0"),
            ({"a": np.nan}, "rates should be finite and at least 0"),
            ({str(n): 1 for n in range(13)}, "rates should be at most 12, not 13"),
        ],
    )
    def test_errors(self, rates: dict[str, float], words: str):
        with pytest.raises(ValueError, match=words):
            figures.plot_ladder(rates)


BREAK_EVEN = {"slow": 10, "NumPy": 1000, "compiled": 4000, "again": 4000}


class TestBreakEven:
    def test_lines_and_where_they_meet(self):
        figure = figures.plot_break_even(BREAK_EVEN, {"compiled": 3, "again": 0.3})
        (axes,) = figure.axes
        lines = [line for line in axes.lines if len(line.get_xdata()) > 1]
        dots = [line for line in axes.lines if len(line.get_xdata()) == 1]
        for line, rate, build in zip(lines, BREAK_EVEN.values(), (0, 0, 3, 0.3), strict=True):
            x, y = line.get_data()
            np.testing.assert_allclose(y, build + x / rate)
        # 3 s + n / 4000 = n / 1000, at a rate of 1000 and not of the slow one
        assert [dot.get_xdata()[0] for dot in dots] == pytest.approx([4000, 400])
        assert [dot.get_ydata()[0] for dot in dots] == pytest.approx([4, 0.4])
        assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
        assert "compiled, 3 s to build and then 4,000 a second, ahead from 4,000" in (
            figure.get_label()
        )

    def test_never_ahead(self):
        figure = figures.plot_break_even({"a": 10, "b": 5}, {"b": 1})
        assert figure.get_label().endswith("then 5 a second, never ahead.")
        assert sum(len(line.get_xdata()) > 0 for line in figure.axes[0].lines) == 2

    def test_lines_differ_without_colours(self):
        (axes,) = figures.plot_break_even(BREAK_EVEN, {"again": 1}).axes
        styles = [line.get_linestyle() for line in axes.lines if len(line.get_xdata()) > 1]
        assert len(set(styles)) == 4

    @pytest.mark.parametrize(
        ("rates", "builds", "words"),
        [
            ({"a": 1, "b": 0}, {"a": 1}, "rates should hold at least one number, all of them more"),
            ({"a": 1, "b": 1}, {"a": 0}, "build_seconds should hold at least one number, all of"),
            ({"a": 1, "b": 1}, {}, "build_seconds should hold at least one number"),
            ({"a": 1, "b": 1}, {"c": 1}, "build_seconds should be of some of the ways in rates"),
            ({"a": 1, "b": 1}, {"a": 1, "b": 1}, "but not of all, not of a, b"),
            ({str(n): 1 for n in range(5)}, {"1": 1}, "rates should be at most 4, not 5"),
        ],
    )
    def test_errors(self, rates: dict[str, float], builds: dict[str, float], words: str):
        with pytest.raises(ValueError, match=words):
            figures.plot_break_even(rates, builds)


class TestTimePerImage:
    def test_bad_sizes(self):
        with pytest.raises(ValueError, match="sizes should ascend"):
            figures.plot_time_per_image([8, 1], [1e-4, 1e-4], 8)
        with pytest.raises(ValueError, match="chosen should be one of the sizes"):
            figures.plot_time_per_image([1, 8], [1e-4, 1e-4], 2)


@pytest.fixture(params=drawn_by(timing))
def draw(request: pytest.FixtureRequest) -> Callable[[], Figure]:
    arguments = {
        "batches": (10_000, 128),
        "break_even": (LADDER, {"compiled": 3.0}),
        "ladder": (LADDER,),
        "time_per_image": ([1, 8, 64], [1e-4, 3e-5, 9e-6], 8),
        "time_shares": ({"steps": 1.5, "pull": 0.5}, 10_000),
    }[request.param]
    return lambda: getattr(figures, f"plot_{request.param}")(*arguments)


class TestEveryFigure(EveryFigure):
    pass
