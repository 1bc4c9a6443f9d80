"""Figures of images: digits in a grid, the ones that are misread, and maps of their pixels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib import style
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from tutorial_helpers.figures.arguments import (
    check_at_most,
    check_positive,
    checked_counts,
    checked_digits,
    checked_images,
)
from tutorial_helpers.figures.style import BLUE, MOST_IMAGES, PIXELS, STYLE, WIDTH, counted


@style.context(STYLE)
def plot_digits(images: NDArray[Any], labels: NDArray[Any], *, columns: int = 10) -> Figure:
    """Draw images in a grid, row by row, each below its label.

    Parameters
    ----------
    images : ndarray of numbers, shape (n, 784)
        1 to 256 images. Grey levels from 0 (paper) up; the largest is drawn black.
    labels : ndarray of integers, shape (n,)
        The digits, 0 to 9.
    columns : int
        Images in a row, at least 1.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If a shape, type or value is not as described above.

    Examples
    --------
    >>> figure = plot_digits(np.eye(3, 784), np.array([7, 2, 1]))
    >>> figure.get_label()
    '3 digits in a grid, row by row: 7 2 1.'
    """
    images = checked_images(images)
    labels = checked_digits("labels", labels, len(images))
    check_positive("columns", columns)
    check_at_most("images", len(images), MOST_IMAGES)
    captions = [str(label) for label in labels]
    number = counted(len(labels), "digit")
    where = "each below its label" if len(labels) > 1 else "below its label"
    figure = _grid(images, captions, columns, title=f"{number}, {where}")
    figure.set_label(f"{number} in a grid, row by row: {' '.join(captions)}.")
    return figure


@style.context(STYLE)
def plot_misclassified(
    images: NDArray[Any],
    labels: NDArray[Any],
    predictions: NDArray[Any],
    counts: NDArray[Any],
    *,
    limit: int = 20,
) -> Figure:
    """Draw the images that are read as another digit, the most confident mistakes first.

    The confidence of a mistake is the lead, in spikes, of the predicted digit's neuron over the
    true digit's neuron. Equally confident mistakes come in the order of the images. A caption gives
    the true digit, the predicted one, and the spikes of both.

    Parameters
    ----------
    images : ndarray of numbers, shape (n, 784)
        At least one image. Grey levels from 0 (paper) up; the largest is drawn black.
    labels, predictions : ndarray of integers, shape (n,)
        The true digits and the predicted ones, 0 to 9.
    counts : ndarray of numbers, shape (n, 10)
        Spikes of the ten output neurons.
    limit : int
        How many images to draw at most, 1 to 256.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If a shape, type or value is not as described above.

    Examples
    --------
    >>> images, counts = np.eye(2, 784), np.array([[3, 8] + [0] * 8, [1, 6] + [0] * 8])
    >>> plot_misclassified(images, np.array([0, 1]), np.array([1, 1]), counts).get_label()
    'The only mistake in 2 digits: 0 read as 1, 3 vs 8 spikes.'
    """
    images = checked_images(images)
    labels = checked_digits("labels", labels, len(images))
    predictions = checked_digits("predictions", predictions, len(images))
    counts = checked_counts(counts, len(images))
    check_positive("limit", limit)
    check_at_most("limit", limit, MOST_IMAGES)
    every = np.arange(len(labels))
    truth, read = counts[every, labels], counts[every, predictions]
    wrong = np.flatnonzero(labels != predictions)
    # A stable sort keeps ties in order, so the figure is the same everywhere.
    worst = wrong[np.argsort((truth - read)[wrong], kind="stable")][:limit]
    title = _count_mistakes(len(worst), len(wrong), len(labels))
    captions = [
        f"{labels[i]} read as {predictions[i]}\n{truth[i]:g} vs {read[i]:g} spikes" for i in worst
    ]
    if not captions:
        return _sentence_figure(title)
    figure = _grid(images[worst], captions, columns=4, title=title)
    figure.set_label(f"{title}: {'; '.join(captions)}.".replace("\n", ", "))
    return figure


def _count_mistakes(shown: int, mistakes: int, total: int) -> str:
    """Say how many of the mistakes are shown."""
    digits = counted(total, "digit")
    if mistakes == 0:
        return f"No mistakes in {digits}"
    if mistakes == 1:
        return f"The only mistake in {digits}"
    if shown == 1:
        return f"The most confident of {mistakes:,} mistakes in {digits}"
    if shown < mistakes:
        return f"The {shown} most confident of {mistakes:,} mistakes in {digits}"
    return f"All {shown} mistakes in {digits}, most confident first"


@style.context(STYLE)
def plot_pixels(maps: Mapping[str, NDArray[Any]]) -> Figure:
    """Draw numbers that belong to the pixels of an image, as maps side by side.

    Parameters
    ----------
    maps : mapping of str to ndarray of numbers, shape (784,)
        One to three maps, under the names of their numbers. The first is drawn as ink on paper.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there are not one to three maps, or one has the wrong shape, type or values.

    Examples
    --------
    >>> plot_pixels({"grey level": np.arange(784) % 256, "spikes": np.eye(1, 784)[0]}).get_label()
    'Maps of 28 by 28 pixels: grey level, from 0 to 255; spikes, from 0 to 1.'
    """
    check_positive("maps", len(maps))
    check_at_most("maps", len(maps), 3)
    figure = Figure(figsize=(WIDTH, 1.3 + WIDTH / max(len(maps), 2)), layout="constrained")
    panels = figure.subplots(1, len(maps), squeeze=False)[0]
    parts: list[str] = []
    for axes, (name, numbers) in zip(panels, maps.items(), strict=True):
        values = checked_images(np.asarray(numbers)[np.newaxis])[0]
        drawn = axes.imshow(
            values.reshape(PIXELS, PIXELS),
            cmap="gray_r" if not parts else "Blues",
            vmin=0,
            vmax=values.max() or 1,
        )
        axes.set(xticks=(0, PIXELS - 1), yticks=(0, PIXELS - 1), xlabel="column")
        axes.spines[:].set_visible(True)
        axes.set_title(name, fontsize=13)
        bar = figure.colorbar(drawn, ax=axes, orientation="horizontal", aspect=25, pad=0.03)
        bar.ax.xaxis.set_major_locator(MaxNLocator(4))
        parts.append(f"{name}, from {values.min():.4g} to {values.max():.4g}")
    panels[0].set_ylabel("row")
    figure.set_label(f"Maps of {PIXELS} by {PIXELS} pixels: {'; '.join(parts)}.")
    return figure


def _grid(images: NDArray[Any], captions: list[str], columns: int, title: str) -> Figure:
    """Draw images row by row, each below its caption.

    All are parts of one large image, because a hundred axes would take seconds.
    """
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    inches = min(WIDTH / columns, 1.3)  # for an image and the gap to the next
    width = PIXELS + 4
    line = 0.2 * width / inches  # of text, in pixels of the large image
    height = PIXELS + round(line * (captions[0].count("\n") + 1.3))
    paper = np.zeros((rows * height, columns * width))
    figure = Figure(figsize=(columns * inches, rows * inches * height / width))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    for place, (image, caption) in enumerate(zip(images, captions, strict=True)):
        row, column = divmod(place, columns)
        top, left = (row + 1) * height - PIXELS, column * width + 2
        paper[top : top + PIXELS, left : left + PIXELS] = image.reshape(PIXELS, PIXELS)
        axes.text(left + PIXELS / 2, top, caption, color=BLUE, fontsize=12, ha="center")
    axes.set_title(title, pad=2)
    axes.imshow(paper, cmap="gray_r", vmin=0, vmax=paper.max() or 1, aspect="auto")
    return figure


def _sentence_figure(text: str) -> Figure:
    """Make a figure that holds only a sentence."""
    figure = Figure(figsize=(WIDTH, 0.8))
    figure.text(0.5, 0.5, f"{text}.", fontsize=14, ha="center", va="center")
    figure.set_label(f"{text}.")
    return figure
