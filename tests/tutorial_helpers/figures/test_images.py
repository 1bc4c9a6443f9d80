"""The figures of images: what they draw, what they say about them, and what they refuse."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.figure import Figure

from tests.tutorial_helpers.figures.every_figure import EveryFigure, drawn_by, picture, texts, title
from tutorial_helpers import figures
from tutorial_helpers.figures import images as module
from tutorial_helpers.figures import style


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


class TestPixels:
    def test_maps(self, image: np.ndarray):
        figure = figures.plot_pixels({"grey level": image, "half": image / 2})
        maps, bars = figure.axes[:2], figure.axes[2:]
        assert len(bars) == 2
        for axes, values in zip(maps, [image, image / 2], strict=True):
            np.testing.assert_array_equal(axes.images[0].get_array(), values.reshape(28, 28))
            assert axes.images[0].get_clim() == (0, values.max())
            assert axes.get_xlabel() == "column"
        assert [axes.get_title(loc="left") for axes in maps] == ["grey level", "half"]
        assert f"half, from {image.min() / 2:.4g} to {image.max() / 2:.4g}" in figure.get_label()

    @pytest.mark.parametrize("n", [0, 4])
    def test_number_of_maps(self, image: np.ndarray, n: int):
        with pytest.raises(ValueError, match=r"^maps should be .*, not \d\.$"):
            figures.plot_pixels({str(i): image for i in range(n)})

    def test_wrong_shape(self):
        with pytest.raises(ValueError, match=r"shape \(n, 784\)"):
            figures.plot_pixels({"few": np.zeros(783)})


@pytest.fixture(params=drawn_by(module))
def draw(
    request: pytest.FixtureRequest,
    images: np.ndarray,
    labels: np.ndarray,
    counts: np.ndarray,
    image: np.ndarray,
) -> Callable[[], Figure]:
    arguments = {
        "digits": (images, labels),
        "misclassified": (images, labels, counts.argmax(axis=1), counts),
        "pixels": ({"grey level": image, "spikes in 100 ms": image // 5},),
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
