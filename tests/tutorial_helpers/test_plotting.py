"""The figures: what they draw, what they say about it, and what they refuse."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from tests import ROOT
from tests.tutorial_helpers.every_figure import EveryFigure
from tutorial_helpers import figures
from tutorial_helpers.figures import style

matplotlib.use("Agg")

N = 40


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (N, 784), dtype=np.uint8)


@pytest.fixture(scope="module")
def labels() -> np.ndarray:
    return np.random.default_rng(2).integers(0, 10, N).astype(np.uint8)


@pytest.fixture(scope="module")
def counts(labels: np.ndarray) -> np.ndarray:
    """Make counts of which most, but not all, are largest for the label."""
    spikes = np.random.default_rng(3).integers(0, 8, (N, 10)).astype(np.uint8)
    spikes[np.arange(N), labels] += 4
    return spikes


def title(figure: Figure, side: str = "left") -> str:
    return figure.axes[0].get_title(loc=side)


def texts(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def picture(axes: Axes) -> np.ndarray:
    (image,) = axes.images
    return np.ma.getdata(image.get_array())


def cell(paper: np.ndarray, rows: int, columns: int, place: int) -> np.ndarray:
    """Cut one 28x28 image out of a grid: the bottom of its cell, in the middle."""
    height, width = paper.shape[0] // rows, paper.shape[1] // columns
    row, column = divmod(place, columns)
    bottom, left = (row + 1) * height, column * width + (width - 28) // 2
    return paper[bottom - 28 : bottom, left : left + 28]


class TestDigits:
    def test_every_image_is_below_its_label(self, images: np.ndarray, labels: np.ndarray):
        (axes,) = figures.plot_digits(images, labels).axes
        assert texts(axes) == [str(label) for label in labels]
        for place, (image, text) in enumerate(zip(images, axes.texts, strict=True)):
            np.testing.assert_array_equal(
                cell(picture(axes), 4, 10, place), image.reshape(28, 28), f"image {place}"
            )
            x, y = text.get_position()
            height, width = picture(axes).shape[0] // 4, picture(axes).shape[1] // 10
            assert (int(y // height), int(x // width)) == divmod(place, 10)

    def test_paper_around_the_images_is_blank(self, images: np.ndarray, labels: np.ndarray):
        (axes,) = figures.plot_digits(images, labels).axes
        assert picture(axes).sum() == images.sum()

    @pytest.mark.parametrize("columns", [1, 3, 10, 100, np.int64(7)])
    def test_columns(self, images: np.ndarray, labels: np.ndarray, columns: int):
        (axes,) = figures.plot_digits(images[:7], labels[:7], columns=columns).axes
        assert picture(axes).shape[1] == min(columns, 7) * 32
        assert len(axes.texts) == 7

    @pytest.mark.parametrize("scale", [1, 1 / 255])
    def test_ink_is_black_whatever_the_unit(
        self, images: np.ndarray, labels: np.ndarray, scale: float
    ):
        (axes,) = figures.plot_digits(images * scale, labels).axes
        assert axes.images[0].get_clim() == (0, images.max() * scale)
        assert axes.images[0].get_cmap().name == "gray_r"

    def test_blank_images(self):
        figure = figures.plot_digits(np.zeros((2, 784)), np.zeros(2, int))
        assert figure.axes[0].images[0].get_clim() == (0, 1)

    def test_words(self, images: np.ndarray, labels: np.ndarray):
        figure = figures.plot_digits(images, labels)
        assert title(figure) == "40 digits, each below its label"
        assert re.findall(r"\d", figure.get_label().split(":")[1]) == [str(i) for i in labels]
        assert title(figures.plot_digits(images[:1], labels[:1])) == "1 digit, below its label"


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


class TestSpikeCounts:
    def test_heat_map(self, counts: np.ndarray):
        axes, scale = figures.plot_spike_counts(counts).axes
        np.testing.assert_array_equal(picture(axes), counts.T)
        assert axes.images[0].get_clim() == (0, counts.max())
        assert axes.images[0].get_cmap().name == "cividis"
        assert (axes.get_xlabel(), axes.get_ylabel()) == ("image in the batch", "output neuron")
        assert scale.get_ylabel() == "spikes in 100 ms"

    @pytest.mark.parametrize(("duration", "words"), [(50, "50 ms"), (0.5, "0.5 ms")])
    def test_duration(self, counts: np.ndarray, duration: float, words: str):
        figure = figures.plot_spike_counts(counts, duration_ms=duration)
        assert figure.axes[-1].get_ylabel() == f"spikes in {words}"
        assert f"in {words} for 40 images" in figure.get_label()

    @pytest.mark.parametrize("n", [1, 16, 64, 65, 128, 256])
    def test_rows_of_64_images(self, n: int):
        spikes = np.random.default_rng(4).integers(0, 20, (n, 10))
        *panels, _ = figures.plot_spike_counts(spikes).axes
        assert len(panels) == -(-n // 64)
        np.testing.assert_array_equal(np.hstack([picture(axes) for axes in panels]), spikes.T)
        dots = np.vstack([axes.collections[0].get_offsets() for axes in panels])
        np.testing.assert_array_equal(dots, np.c_[np.arange(n), spikes.argmax(axis=1)])
        assert [axes.get_xlim()[0] for axes in panels] == [64 * i - 0.5 for i in range(len(panels))]

    def test_marks(self, counts: np.ndarray, labels: np.ndarray):
        figure = figures.plot_spike_counts(counts, labels)
        dots, crosses = (np.array(marks.get_offsets()) for marks in figure.axes[0].collections)
        np.testing.assert_array_equal(dots, np.c_[np.arange(N), counts.argmax(axis=1)])
        wrong = np.flatnonzero(counts.argmax(axis=1) != labels)
        assert 0 < len(wrong) < N
        np.testing.assert_array_equal(crosses, np.c_[wrong, labels[wrong]])
        (legend,) = figure.legends
        words = [text.get_text() for text in legend.get_texts()]
        assert words == ["prediction", "true digit, if another"]

    def test_legend_has_no_mark_that_is_not_drawn(self, counts: np.ndarray):
        for truth in (None, counts.argmax(axis=1)):
            (legend,) = figures.plot_spike_counts(counts, truth).legends
            assert [text.get_text() for text in legend.get_texts()] == ["prediction"]

    def test_words(self, counts: np.ndarray, labels: np.ndarray):
        figure = figures.plot_spike_counts(counts, labels)
        predictions = counts.argmax(axis=1)
        wrong = np.flatnonzero(predictions != labels)
        finding = f"{N - len(wrong)} of 40 images classified correctly"
        assert title(figure) == finding
        alt = figure.get_label()
        assert f"{counts.min()} to {counts.max()} a neuron. {finding}; not so image" in alt
        named = re.findall(r"image (\d+), a (\d) read as (\d)", alt)
        expected = np.c_[wrong, labels[wrong], predictions[wrong]][:5]
        np.testing.assert_array_equal(np.array(named, int), expected)
        assert len(wrong) > 5
        assert alt.endswith(f"; and {len(wrong) - 5} more.")

    def test_title(self, counts: np.ndarray, labels: np.ndarray):
        assert title(figures.plot_spike_counts(counts, labels, title="Mine")) == "Mine"
        assert "prediction" in title(figures.plot_spike_counts(counts))

    def test_silence(self):
        figure = figures.plot_spike_counts(np.zeros((3, 10), np.uint8), np.array([0, 0, 1]))
        assert title(figure) == "2 of 3 images classified correctly"
        assert figure.axes[0].images[0].get_clim() == (0, 1)


class TestConfusion:
    def test_every_count_is_in_its_cell(self, labels: np.ndarray, counts: np.ndarray):
        predictions = counts.argmax(axis=1)
        (axes,) = figures.plot_confusion(labels, predictions).axes
        drawn = np.full((10, 10), -1)
        for text in axes.texts:
            column, row = text.get_position()
            drawn[row, column] = int(text.get_text())
        expected = np.zeros((10, 10), int)
        np.add.at(expected, (labels, predictions), 1)
        np.testing.assert_array_equal(drawn, expected)
        assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted digit", "true digit")

    def test_only_mistakes_are_coloured(self, labels: np.ndarray, counts: np.ndarray):
        (axes,) = figures.plot_confusion(labels, counts.argmax(axis=1)).axes
        shown = axes.images[0].get_array()
        assert shown.mask.diagonal().all()
        assert shown.compressed().sum() == (labels != counts.argmax(axis=1)).sum()
        assert axes.images[0].get_clim()[1] > shown.max()

    def test_words(self):
        labels = np.repeat([4, 9, 7], [950, 40, 10])
        predictions = np.repeat([4, 9, 4, 7], [942, 8 + 35, 5, 10])
        figure = figures.plot_confusion(labels, predictions)
        for words in (title(figure), figure.get_label()):
            assert "98.70 %" in words
            assert "1,000 digits" in words
            assert "most frequent mistake is 4 read as 9, 8 times" in words
        assert "987 (98.70 %) on the diagonal" in figure.get_label()

    def test_one_mistake(self):
        figure = figures.plot_confusion(np.array([1, 2]), np.array([1, 3]))
        assert figure.get_label().endswith("2 read as 3, once.")

    def test_no_mistake(self, labels: np.ndarray):
        figure = figures.plot_confusion(labels, labels)
        assert "no digit is mistaken" in title(figure)
        assert len(figure.axes[0].texts) == 100
        assert style.png(figure)

    def test_all_mistakes(self, labels: np.ndarray):
        assert " 0 (0.00 %)" in figures.plot_confusion(labels, (labels + 1) % 10).get_label()


class TestMisclassified:
    def draw(self, margins: list[int], **options: int) -> Figure:
        """Draw image i, all of grey level i + 1, a 3 read as 5 with `margins[i]` more spikes."""
        n = len(margins)
        images = np.repeat(np.arange(1, n + 1)[:, None], 784, axis=1)
        counts = np.zeros((n, 10), np.uint8)
        counts[:, 3], counts[:, 5] = 2, 2 + np.array(margins)
        return figures.plot_misclassified(images, np.full(n, 3), np.full(n, 5), counts, **options)

    def order(self, figure: Figure) -> list[int]:
        paper, n = picture(figure.axes[0]), len(figure.axes[0].texts)
        columns = min(n, 4)
        levels = [cell(paper, -(-n // columns), columns, place)[14, 14] for place in range(n)]
        return [int(level) - 1 for level in levels]

    def test_most_confident_first(self):
        figure = self.draw([1, 5, 0, 200, 7])
        assert self.order(figure) == [3, 4, 1, 0, 2]
        assert texts(figure.axes[0])[:2] == [
            "3 read as 5\n2 vs 202 spikes",
            "3 read as 5\n2 vs 9 spikes",
        ]

    def test_equals_keep_their_order(self):
        assert self.order(self.draw([4] * 9 + [6] * 9)) == [*range(9, 18), *range(9)]

    def test_less_spikes_than_the_true_digit(self):
        """Unsigned counts must not turn a negative margin into a huge one."""
        assert self.order(self.draw([0, -2, 1])) == [2, 0, 1]

    @pytest.mark.parametrize(("limit", "shown"), [(1, 1), (3, 3), (20, 20), (100, 30)])
    def test_limit(self, limit: int, shown: int):
        figure = self.draw(list(range(30)), limit=limit)
        assert self.order(figure) == list(range(29, 29 - shown, -1))

    def test_right_ones_are_left_out(
        self, images: np.ndarray, labels: np.ndarray, counts: np.ndarray
    ):
        predictions = counts.argmax(axis=1)
        wrong = np.flatnonzero(predictions != labels)
        figure = figures.plot_misclassified(images, labels, predictions, counts)
        captions = {
            f"{labels[i]} read as {predictions[i]}\n"
            f"{counts[i, labels[i]]} vs {counts[i, predictions[i]]} spikes"
            for i in wrong
        }
        assert set(texts(figure.axes[0])) == captions
        assert len(figure.axes[0].texts) == len(wrong)
        alt = figure.get_label()
        assert alt.startswith(f"All {len(wrong)} mistakes in 40 digits")
        assert alt.count(" read as ") == len(wrong)

    @pytest.mark.parametrize(
        ("mistakes", "limit", "words"),
        [
            (30, 20, "The 20 most confident of 30 mistakes in 30 digits"),
            (30, 1, "The most confident of 30 mistakes in 30 digits"),
            (7, 20, "All 7 mistakes in 7 digits, most confident first"),
            (1, 20, "The only mistake in 1 digit"),
        ],
    )
    def test_words(self, mistakes: int, limit: int, words: str):
        figure = self.draw([1] * mistakes, limit=limit)
        assert title(figure) == words
        assert figure.get_label().startswith(f"{words}: 3 read as 5, 2 vs 3 spikes")

    def test_none(self, images: np.ndarray, labels: np.ndarray, counts: np.ndarray):
        figure = figures.plot_misclassified(images, labels, labels, counts)
        assert [text.get_text() for text in figure.texts] == ["No mistakes in 40 digits."]
        assert figure.get_label() == "No mistakes in 40 digits."
        assert style.png(figure)


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


REPLAYS = [
    (np.array([10.0, 20.0, 30.0]), np.array([4, 9, 9])),
    (np.array([]), np.array([], int)),
]


class TestReplays:
    def test_every_spike_is_drawn(self):
        figure = figures.plot_replays(np.eye(2, 784), np.array([4, 0]), REPLAYS)
        first, second = (axes for axes in figure.axes if axes.get_ylabel() == "neuron")
        drawn = {
            (float(x), round(float(line[:, 1].mean())))
            for lines in first.collections
            for line in lines.get_segments()
            for x in line[:1, 0]
        }
        assert drawn == {(10, 4), (20, 9), (30, 9)}
        assert not any(len(lines.get_segments()) for lines in second.collections)
        assert second.get_xlabel() == "time (ms)"

    def test_colours_tell_true_from_read(self):
        axes = figures.plot_replays(np.eye(1, 784), np.array([4]), REPLAYS[:1]).axes[0]
        colours = [matplotlib.colors.to_hex(lines.get_color()[0]) for lines in axes.collections]
        assert (colours[4], colours[9]) == (style.BLUE, style.VERMILION)
        assert {*colours[:4], *colours[5:9]} == {style.GREY}

    def test_words(self):
        figure = figures.plot_replays(np.eye(2, 784), np.array([4, 0]), REPLAYS)
        assert "a 4 read as 9, 1 vs 2 spikes; a 0 read as 0, 0 vs 0" in figure.get_label()

    def test_errors(self):
        one = np.eye(1, 784), np.array([4])
        with pytest.raises(ValueError, match="recordings should be 1, one for each image, not 2"):
            figures.plot_replays(*one, REPLAYS)
        with pytest.raises(ValueError, match="recordings should be 3, one for each"):
            figures.plot_replays(*one, [(np.arange(3.0), np.array([1, 2]))])
        with pytest.raises(ValueError, match="recordings should be digits from 0 to 9"):
            figures.plot_replays(*one, [(np.arange(2.0), np.array([1, 10]))])
        with pytest.raises(ValueError, match="duration_ms should be more than 0"):
            figures.plot_replays(*one, REPLAYS[:1], duration_ms=0)
        with pytest.raises(ValueError, match="images should be at most 8, not 9"):
            figures.plot_replays(np.eye(9, 784), np.zeros(9, int), REPLAYS[:1] * 9)


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
        assert [bar.get_height() for bar in figure.axes[0].patches] == [N]
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
        assert len(figure.axes[0].lines) == 2

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


class TestBatchSizes:
    def test_lines(self):
        sizes, rates, seconds = [1, 8, 64], [1000, 4000, 4100], [0.001, 0.002, 0.0156]
        figure = figures.plot_batch_sizes(sizes, rates, seconds)
        for axes, values in zip(figure.axes, (rates, [1, 2, 15.6]), strict=True):
            (line,) = axes.lines
            np.testing.assert_array_equal(line.get_xdata(), sizes)
            np.testing.assert_allclose(line.get_ydata(), values)
            assert [label.get_text() for label in axes.get_xticklabels()] == ["1", "8", "64"]
        assert figure.axes[0].get_ylim()[0] == 0
        assert "of 64: 4,100 images per second, 16 ms for a batch." in figure.get_label()

    @pytest.mark.parametrize(
        ("sizes", "rates", "seconds", "words"),
        [
            ([1, 2], [1, 2], [1], "should be equally many, at least 2, not 2, 2 and 1"),
            ([1], [1], [1], "should be equally many, at least 2, not 1, 1 and 1"),
            ([2, 1], [1, 2], [1, 2], "sizes should ascend"),
            ([1, 1], [1, 2], [1, 2], "sizes should ascend"),
            ([1, 2], [1, 0], [1, 2], "rates should hold at least one number, all of them more"),
            ([1, 2], [1, 2], [1, -2], "seconds should be finite and at least 0"),
        ],
    )
    def test_errors(self, sizes: list[int], rates: list[float], seconds: list[float], words: str):
        with pytest.raises(ValueError, match=words):
            figures.plot_batch_sizes(sizes, rates, seconds)


class TestProfiles:
    def test_a_group_of_bars_for_each_part(self):
        runs = {"exact": {"adding": 0.3, "rest": 0.1}, "fast": {"adding": 0.05, "rest": 0.0}}
        figure = figures.plot_profiles(runs, 10_000)
        (axes,) = figure.axes
        assert [bar.get_width() for bar in axes.patches] == pytest.approx([30, 10, 5, 0])
        places = [round(bar.get_y() + bar.get_height() / 2) for bar in axes.patches]
        assert places == [0, 1, 0, 1]
        assert [label.get_text() for label in axes.get_yticklabels()] == ["adding", "rest"]
        assert axes.yaxis_inverted(), "the first part should be on top"
        legend = [text.get_text() for text in figure.legends[0].get_texts()]
        assert legend == ["exact: 40 µs", "fast: 5 µs"]
        assert figure.get_label() == (
            "Microseconds an image: exact, 40: adding 30, rest 10; fast, 5: adding 5, rest 0."
        )

    @pytest.mark.parametrize(
        ("profiles", "words"),
        [
            ({}, "profiles should have the same parts for all runs, at least one"),
            ({"a": {}}, "profiles should have the same parts for all runs, at least one"),
            ({"a": {"x": 1}, "b": {"y": 1}}, "profiles should have the same parts for all runs"),
            ({"a": {"x": 0}}, "profiles should hold at least one time of more than 0"),
            ({"a": {"x": -1}}, "profiles should be finite and at least 0"),
            ({str(n): {"x": 1} for n in range(4)}, "profiles should be at most 3, not 4"),
        ],
    )
    def test_errors(self, profiles: dict[str, dict[str, float]], words: str):
        with pytest.raises(ValueError, match=words):
            figures.plot_profiles(profiles, 1)

    def test_bad_number_of_images(self):
        with pytest.raises(ValueError, match="num_images should be an integer of at least 1"):
            figures.plot_profiles({"a": {"x": 1}}, 0)


GOOD = {
    "images": np.zeros((5, 784)),
    "labels": np.arange(5),
    "predictions": np.arange(5),
    "counts": np.ones((5, 10)),
    "num_images": 5,
    "batch_size": 2,
}
USES: dict[Callable[..., Figure], tuple[str, ...]] = {
    figures.plot_digits: ("images", "labels"),
    figures.plot_batches: ("num_images", "batch_size"),
    figures.plot_spike_counts: ("counts", "labels"),
    figures.plot_confusion: ("labels", "predictions"),
    figures.plot_misclassified: ("images", "labels", "predictions", "counts"),
}


def bad_digits(name: str) -> list[tuple[str, object, str]]:
    return [
        (name, np.zeros((5, 1), int), r"shape \(n,\), n at least 1, not \(5, 1\)"),
        (name, np.zeros(0, int), r"shape \(n,\), n at least 1, not \(0,\)"),
        (name, np.int64(3), r"shape \(n,\), n at least 1, not \(\)"),
        (name, np.zeros(5), "be integers, not float64"),
        (name, np.zeros(5, bool), "be integers, not bool"),
        (name, np.array(list("01234")), "be integers, not <U1"),
        (name, np.array([0, 1, 2, 3, 10]), "digits from 0 to 9, not from 0 to 10"),
        (name, np.array([0, 1, 2, 3, -1]), "digits from 0 to 9, not from -1 to 3"),
    ]


BAD: list[tuple[str, object, str]] = [
    ("images", np.zeros((5, 28, 28)), r"shape \(n, 784\), n at least 1, not \(5, 28, 28\)"),
    ("images", np.zeros((5, 783)), r"shape \(n, 784\), n at least 1, not \(5, 783\)"),
    ("images", np.zeros(784), r"shape \(n, 784\), n at least 1, not \(784,\)"),
    ("images", np.zeros((0, 784)), r"shape \(n, 784\), n at least 1, not \(0, 784\)"),
    ("images", np.full((5, 784), "a"), "be numbers, not <U1"),
    ("images", np.zeros((5, 784), bool), "be numbers, not bool"),
    ("images", np.zeros((5, 784), complex), "be numbers, not complex128"),
    ("images", np.full((5, 784), np.nan), "finite and at least 0"),
    ("images", np.full((5, 784), np.inf), "finite and at least 0"),
    ("images", np.full((5, 784), -1), "finite and at least 0"),
    *bad_digits("labels"),
    *bad_digits("predictions"),
    ("counts", np.zeros((5, 9)), r"shape \(n, 10\), n at least 1, not \(5, 9\)"),
    ("counts", np.zeros((10, 5)), r"shape \(n, 10\), n at least 1, not \(10, 5\)"),
    ("counts", np.zeros(10), r"shape \(n, 10\), n at least 1, not \(10,\)"),
    ("counts", np.zeros((0, 10)), r"shape \(n, 10\), n at least 1, not \(0, 10\)"),
    ("counts", np.full((5, 10), -1), "finite and at least 0"),
    ("counts", np.full((5, 10), np.nan), "finite and at least 0"),
    ("counts", np.zeros((5, 10), object), "be numbers, not object"),
    *[
        (name, value, f"an integer of at least 1, not {value!r}".replace("(", r"\("))
        for name in ("num_images", "batch_size")
        for value in (0, -1, 2.0, True, "2", None)
    ],
]
CASES = [
    pytest.param(function, *bad, id=f"{function.__name__}-{bad[0]}-{number}")
    for function, uses in USES.items()
    for number, bad in enumerate(BAD)
    if bad[0] in uses
]


class TestErrors:
    @pytest.mark.parametrize(("function", "name", "value", "words"), CASES)
    def test_one_bad_argument(
        self, function: Callable[..., Figure], name: str, value: object, words: str
    ):
        arguments = {use: GOOD[use] for use in USES[function]}
        assert function(**arguments)
        with pytest.raises(ValueError, match=f"^{name} should .*{words}") as error:
            function(**{**arguments, name: value})
        assert re.fullmatch(r"[^\n]*\.", str(error.value))

    @pytest.mark.parametrize("function", [f for f in USES if f is not figures.plot_batches])
    @pytest.mark.parametrize("n", [4, 6])
    def test_lengths_that_differ(self, function: Callable[..., Figure], n: int):
        _, *others = USES[function]
        for name in others:
            arguments = {use: GOOD[use] for use in USES[function]}
            arguments[name] = np.resize(GOOD[name], (n, *np.shape(GOOD[name])[1:]))
            with pytest.raises(ValueError, match=f"^{name} should be 5, one .*, not {n}"):
                function(**arguments)

    @pytest.mark.parametrize("columns", [0, -1, 2.0, True, None])
    def test_columns(self, columns: object):
        with pytest.raises(ValueError, match="columns should be an integer of at least 1, not"):
            figures.plot_digits(GOOD["images"], GOOD["labels"], columns=columns)

    @pytest.mark.parametrize("limit", [0, -1, 2.0, True, None])
    def test_limit(self, limit: object):
        arguments = [GOOD[use] for use in USES[figures.plot_misclassified]]
        with pytest.raises(ValueError, match="limit should be an integer of at least 1, not"):
            figures.plot_misclassified(*arguments, limit=limit)

    @pytest.mark.parametrize("duration", [0, -1.5, np.nan])
    def test_duration(self, duration: float):
        with pytest.raises(ValueError, match="duration_ms should be more than 0, not"):
            figures.plot_spike_counts(GOOD["counts"], duration_ms=duration)

    def test_more_than_a_figure_holds(self):
        many = np.zeros(257, int)
        with pytest.raises(ValueError, match="images should be at most 256, not 257"):
            figures.plot_digits(np.zeros((257, 784)), many)
        with pytest.raises(ValueError, match="counts should be at most 256, not 10,000"):
            figures.plot_spike_counts(np.zeros((10_000, 10)))
        arguments = [GOOD[use] for use in USES[figures.plot_misclassified]]
        with pytest.raises(ValueError, match="limit should be at most 256, not 1,000"):
            figures.plot_misclassified(*arguments, limit=1000)


@pytest.fixture(
    params=[
        "digits",
        "batches",
        "spike_counts",
        "confusion",
        "misclassified",
        "time_shares",
        "replays",
        "reset",
        "count_changes",
        "two_answers",
        "leftovers",
        "ladder",
        "break_even",
        "batch_sizes",
        "profiles",
    ],
    scope="module",
)
def draw(
    request: pytest.FixtureRequest, images: np.ndarray, labels: np.ndarray, counts: np.ndarray
) -> Callable[[], Figure]:
    predictions = counts.argmax(axis=1)
    arguments = {
        "digits": (images, labels),
        "batches": (10_000, 128),
        "spike_counts": (counts, labels),
        "confusion": (labels, predictions),
        "misclassified": (images, labels, predictions, counts),
        "time_shares": ({"steps": 1.5, "pull": 0.5}, 10_000),
        "replays": (images[:2], np.array([4, 0]), REPLAYS),
        "reset": tuple(RESET.values()),
        "count_changes": (counts, counts[::-1]),
        "two_answers": (counts[0], counts[1], 3),
        "leftovers": ([40, 7, 0], 40),
        "ladder": (LADDER,),
        "break_even": (LADDER, {"compiled": 3.0}),
        "batch_sizes": ([1, 8], [1000, 4000], [0.001, 0.002]),
        "profiles": ({"a": {"steps": 2, "pull": 1}, "b": {"steps": 1, "pull": 1}}, 1000),
    }[request.param]
    return lambda: getattr(figures, f"plot_{request.param}")(*arguments)


class TestEveryFigure(EveryFigure):
    widest = 9  # grids of pictures

    def test_arrays_are_left_as_they_are(
        self, images: np.ndarray, labels: np.ndarray, counts: np.ndarray
    ):
        before = [array.copy() for array in (images, labels, counts)]
        figures.plot_misclassified(images, labels, counts.argmax(axis=1), counts)
        figures.plot_spike_counts(counts, labels)
        for array, copy in zip((images, labels, counts), before, strict=True):
            np.testing.assert_array_equal(array, copy)

    def test_is_opaque_white_around(self, draw: Callable[[], Figure]):
        image = Image.open(io.BytesIO(style.png(draw()))).convert("RGBA")
        assert image.getpixel((0, 0)) == (255, 255, 255, 255)
        assert image.getextrema()[3] == (255, 255)

    def test_same_bytes_each_time(self, draw: Callable[[], Figure]):
        png = style.png(draw())
        assert png == style.png(draw())
        assert not Image.open(io.BytesIO(png)).text, "versions or dates in the file"


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict]]:
    """Run in an IPython shell, and collect what it displays."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    shell.display_pub = CapturingDisplayPublisher(parent=shell)
    yield shell.display_pub.outputs
    shell.history_manager.end_session()
    InteractiveShell.clear_instance()


class TestShow:
    def test_image_with_its_description(self, published: list[dict]):
        figure = figures.plot_batches(300, 128)
        figures.show(figure)
        (output,) = published
        assert output["data"] == {
            "image/png": style.png(figure),
            "text/plain": figure.get_label(),
        }
        assert output["metadata"] == {"image/png": {"alt": figure.get_label()}}

    def test_other_words(self, published: list[dict]):
        figures.show(figures.plot_batches(300, 128), alt='Three "bars" < four')
        assert published[0]["data"]["text/plain"] == 'Three "bars" < four'
        assert published[0]["metadata"] == {"image/png": {"alt": 'Three "bars" < four'}}

    def test_figures_made_elsewhere(self, published: list[dict]):
        figures.show(Figure(), alt="Nothing")
        assert published[0]["metadata"]["image/png"]["alt"] == "Nothing"

    @pytest.mark.parametrize("alt", ["", " ", "\n\t"])
    def test_empty_words(self, published: list[dict], alt: str):
        with pytest.raises(ValueError, match="alt should say in words what the figure shows"):
            figures.show(figures.plot_batches(300, 128), alt)
        assert not published

    def test_no_words(self):
        with pytest.raises(ValueError, match="alt should say in words what the figure shows"):
            figures.show(Figure())

    def test_outside_a_notebook(self, capsys: pytest.CaptureFixture[str]):
        InteractiveShell.clear_instance()
        figure = figures.plot_batches(300, 128)
        figures.show(figure)
        assert capsys.readouterr().out == f"{figure.get_label()}\n"


def test_settings_of_matplotlib_are_left_alone():
    before = dict(matplotlib.rcParams)
    style.png(figures.plot_batches(300, 128))
    assert dict(matplotlib.rcParams) == before


def test_importing_is_quick():
    """IPython takes seconds, and not every user of the module needs it."""
    code = "import sys, tutorial_helpers.figures; print({'IPython', 'scipy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("set()\n", "")
