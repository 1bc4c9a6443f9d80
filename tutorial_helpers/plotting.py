"""Figures of images, answers, counts and times.

Each function takes arrays, checks them, and returns a figure, which `show` displays. The figures of
neurons at work, spikes and voltages over time, are in `activity`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib import style
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter
from numpy.typing import NDArray

from tutorial_helpers.canvas import (
    BLUE,
    GREY,
    INK,
    PALE,
    PIXELS,
    STYLE,
    VERMILION,
    WIDTH,
    check_at_most,
    check_positive,
    checked_counts,
    checked_digits,
    checked_images,
    checked_numbers,
    counted,
    grid,
    new_figure,
    sentence_figure,
    show,
)

__all__ = [
    "plot_batch_sizes",
    "plot_batches",
    "plot_break_even",
    "plot_confusion",
    "plot_count_changes",
    "plot_digits",
    "plot_ladder",
    "plot_leftovers",
    "plot_misclassified",
    "plot_profiles",
    "plot_replays",
    "plot_reset",
    "plot_spike_counts",
    "plot_time_shares",
    "plot_two_answers",
    "show",
]

# The marks of the heat map can be seen on its darkest and on its brightest cells.
_DOT: dict[str, Any] = {"s": 12, "marker": "o", "color": "white", "edgecolor": "black"}
_CROSS: dict[str, Any] = {"s": 50, "marker": "x", "color": VERMILION, "linewidth": 2.5}

_IMAGES_IN_ROW = 64  # of a heat map
_MOST_IMAGES = 256  # in a figure, to keep its height within reason


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
        If a shape, type or value is not as said above.

    Examples
    --------
    >>> figure = plot_digits(np.eye(3, 784), np.array([7, 2, 1]))
    >>> figure.get_label()
    '3 digits in a grid, row by row: 7 2 1.'
    """
    images = checked_images(images)
    labels = checked_digits("labels", labels, len(images))
    check_positive("columns", columns)
    check_at_most("images", len(images), _MOST_IMAGES)
    captions = [str(label) for label in labels]
    number = counted(len(labels), "digit")
    where = "each below its label" if len(labels) > 1 else "below its label"
    figure = grid(images, captions, columns, title=f"{number}, {where}")
    figure.set_label(f"{number} in a grid, row by row: {' '.join(captions)}.")
    return figure


@style.context(STYLE)
def plot_batches(num_images: int, batch_size: int) -> Figure:
    """Draw how a set of images splits into batches, a bar for each.

    Parameters
    ----------
    num_images : int
        Images in the set, at least 1.
    batch_size : int
        Images that the network takes at once, at least 1.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If either is not an integer of at least 1.

    Examples
    --------
    >>> plot_batches(10_000, 128).get_label()
    '10,000 images: 79 batches of 128, the last with 16 images and 112 places empty.'
    """
    check_positive("num_images", num_images)
    check_positive("batch_size", batch_size)
    full, rest = divmod(num_images, batch_size)
    total = full + (rest > 0)
    figure, (axes,) = new_figure(2.5)
    gap = 0.2 if total <= 150 else 0  # gaps of less than a pixel would be drawn as a moiré
    # One collection of rectangles is drawn in no time, however many the batches.
    bars = [(batch + 0.5 + gap / 2, 1 - gap) for batch in range(total)]
    axes.broken_barh(bars[:full], (0, batch_size), color=BLUE, linewidth=0)
    axes.broken_barh(bars[full:], (0, rest), color=VERMILION, linewidth=0)
    axes.broken_barh(bars[full:], (rest, batch_size - rest), color=PALE, linewidth=0)
    axes.set(xlim=(0.5, total + 0.5), xlabel="batch", ylabel="images in it")
    axes.set(ylim=(0, batch_size), yticks=(0, batch_size), xticks=sorted({1, total}))
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.yaxis.set_major_formatter("{x:,.0f}")

    batches = counted(total, "batch", "batches")
    split = f"{counted(num_images, 'image')}: {batches} of {batch_size:,}"
    end = "all of them full" if total > 1 else "and it is full"
    if rest:
        end = f"{'the last' if full else 'this one'} with {counted(rest, 'image')}"
        empty = f"{counted(batch_size - rest, 'place')} empty"
        axes.set_title(f"{end}, {empty}", loc="right", color=VERMILION, fontsize=13)
        end += f" and {empty}"
    axes.set_title(f"{split}\n" if rest else split)  # two titles, on two lines
    figure.set_label(f"{split}, {end}.")
    return figure


@style.context(STYLE)
def plot_spike_counts(
    counts: NDArray[Any],
    labels: NDArray[Any] | None = None,
    *,
    title: str | None = None,
    duration_ms: float = 100,
) -> Figure:
    """Draw how often each output neuron spikes for each image of a batch.

    A dot marks the neuron that spikes most (of equals the lowest digit): the prediction. Where
    labels are given and the true digit is another one, a cross marks its neuron.

    Parameters
    ----------
    counts : ndarray of numbers, shape (n, 10)
        Spikes of the ten output neurons, for 1 to 256 images.
    labels : ndarray of integers, shape (n,), optional
        The true digits, 0 to 9.
    title : str, optional
        What the figure tells; how many images are classified correctly unless given.
    duration_ms : float
        Time in milliseconds in which the spikes were counted, for the scale.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If a shape, type or value is not as said above.

    Examples
    --------
    >>> figure = plot_spike_counts(np.diag(range(1, 11)), np.array([0, 1, 2, 2, 4, 5, 6, 7, 8, 9]))
    >>> figure.axes[0].get_title(loc="left")
    '9 of 10 images classified correctly'
    """
    counts = checked_counts(counts)
    check_at_most("counts", len(counts), _MOST_IMAGES)
    if not duration_ms > 0:
        raise ValueError(f"duration_ms should be more than 0, not {duration_ms!r}.")
    predictions = counts.argmax(axis=1)
    truth = predictions if labels is None else checked_digits("labels", labels, len(counts))
    wrong = np.flatnonzero(truth != predictions)
    images = counted(len(counts), "image")
    finding = f"{len(counts) - len(wrong)} of {images} classified correctly"
    if labels is None:
        finding = "The neuron that spikes most is the prediction"
    mistakes = [f"image {i}, a {truth[i]} read as {predictions[i]}" for i in wrong[:5]]
    if len(wrong) > len(mistakes):
        mistakes.append(f"and {len(wrong) - len(mistakes)} more")

    figure = _heat_map(counts, predictions, truth, f"spikes in {duration_ms:g} ms")
    figure.axes[0].set_title(finding if title is None else title)
    figure.set_label(
        f"Heat map of the spikes of 10 output neurons in {duration_ms:g} ms for {images}, "
        f"{counts.min():g} to {counts.max():g} a neuron. {finding}"
        + (f"; not so {'; '.join(mistakes)}." if mistakes else ".")
    )
    return figure


def _heat_map(
    counts: NDArray[np.float64],
    predictions: NDArray[np.int64],
    truth: NDArray[np.int64],
    scale: str,
) -> Figure:
    """Draw the counts, an image a column, in rows of 64 images: wide enough for the marks."""
    starts = range(0, len(counts), _IMAGES_IN_ROW)
    figure, panels = new_figure(1.3 + 1.8 * len(starts), rows=len(starts))
    for start, axes in zip(starts, panels, strict=True):
        stop = min(start + _IMAGES_IN_ROW, len(counts))
        images = np.arange(start, stop)
        wrong = images[predictions[start:stop] != truth[start:stop]]
        heat = axes.imshow(
            counts[start:stop].T,
            cmap="cividis",
            vmin=0,
            vmax=max(counts.max(), 1),
            aspect="auto",
            origin="lower",
            extent=(start - 0.5, stop - 0.5, -0.5, 9.5),
        )
        axes.scatter(images, predictions[images], label="prediction", **_DOT)
        axes.scatter(wrong, truth[wrong], label="true digit, if another", **_CROSS)
        axes.set(xlim=(start - 0.5, stop - 0.5), ylim=(-0.5, 9.5), yticks=range(0, 10, 3))
        axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
        axes.set_ylabel("output neuron")
    panels[-1].set_xlabel("image in the batch")
    colorbar = figure.colorbar(heat, ax=panels, label=scale, pad=0.02)
    colorbar.ax.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    dots_and_crosses = panels[0].get_legend_handles_labels()
    marks = [part[: 1 + bool((predictions != truth).any())] for part in dots_and_crosses]
    figure.legend(*marks, loc="outside lower left", ncols=2, frameon=False)
    return figure


@style.context(STYLE)
def plot_confusion(labels: NDArray[Any], predictions: NDArray[Any]) -> Figure:
    """Draw how often each digit is read as which, with the mistakes in colour.

    Parameters
    ----------
    labels, predictions : ndarray of integers, shape (n,)
        The true digits and the ones that the network read, 0 to 9; at least one image.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If a shape, type or value is not as said above.

    Examples
    --------
    >>> figure = plot_confusion(np.array([4, 4, 7, 7]), np.array([4, 9, 7, 7]))
    >>> figure.axes[0].get_title(loc="left").splitlines()
    ['75.00 % of 4 digits read correctly;', 'the most frequent mistake is 4 read as 9, once']
    """
    labels = checked_digits("labels", labels)
    predictions = checked_digits("predictions", predictions, len(labels))
    matrix = np.zeros((10, 10), np.int64)
    np.add.at(matrix, (labels, predictions), 1)
    correct = int(matrix.trace())
    mistakes = matrix - np.diag(matrix.diagonal())
    number = counted(len(labels), "digit")
    share = f"{correct / len(labels):.2%}".replace("%", " %")
    finding = "no digit is mistaken for another"
    if mistakes.any():
        true, read = np.unravel_index(mistakes.argmax(), mistakes.shape)
        often = "once" if mistakes.max() == 1 else f"{mistakes.max():,} times"
        finding = f"the most frequent mistake is {true} read as {read}, {often}"

    figure, (axes,) = new_figure(6.3)
    # The right answers would drown the mistakes, so colour shows these alone. The scale goes on
    # beyond their largest number, which keeps the darkest cell light enough for its text.
    axes.imshow(
        np.ma.masked_equal(mistakes, 0), cmap="Oranges", vmin=0, vmax=1.5 * mistakes.max() + 1
    )
    for (row, column), count in np.ndenumerate(matrix):
        colour = BLUE if row == column else INK if count else GREY
        axes.text(column, row, f"{count}", color=colour, fontsize=11, ha="center", va="center")
    axes.set(xticks=range(10), yticks=range(10), xlabel="predicted digit", ylabel="true digit")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_title(f"{share} of {number} read correctly;\n{finding}")
    figure.set_label(
        f"Confusion matrix of {number}: {correct:,} ({share}) on the diagonal; {finding}."
    )
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

    A mistake is the more confident, the more spikes the neuron of the digit read is ahead of that
    of the true digit. Equally confident ones come in the order of the images. Below the two digits
    stand the spikes of the two, in the same order.

    Parameters
    ----------
    images : ndarray of numbers, shape (n, 784)
        At least one image. Grey levels from 0 (paper) up; the largest is drawn black.
    labels, predictions : ndarray of integers, shape (n,)
        The true digits and the ones that the network read, 0 to 9.
    counts : ndarray of numbers, shape (n, 10)
        Spikes of the ten output neurons.
    limit : int
        The most images to draw, 1 to 256.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If a shape, type or value is not as said above.

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
    check_at_most("limit", limit, _MOST_IMAGES)
    every = np.arange(len(labels))
    truth, read = counts[every, labels], counts[every, predictions]
    wrong = np.flatnonzero(labels != predictions)
    # A stable sort keeps equals in order, so the figure is the same everywhere.
    worst = wrong[np.argsort((truth - read)[wrong], kind="stable")][:limit]
    title = _count_mistakes(len(worst), len(wrong), len(labels))
    captions = [
        f"{labels[i]} read as {predictions[i]}\n{truth[i]:g} vs {read[i]:g} spikes" for i in worst
    ]
    if not captions:
        return sentence_figure(title)
    figure = grid(images[worst], captions, columns=4, title=title)
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


# --- Chapter 2: the whole test set --------------------------------------------------------------


@style.context(STYLE)
def plot_time_shares(seconds: Mapping[str, float], num_images: int) -> Figure:
    """Draw where the time of a run went, a bar for each part.

    Parameters
    ----------
    seconds : mapping of str to float
        The time that each part took, in s, over all images; at least one is more than 0.
    num_images : int
        Images in the run, at least 1.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is nothing to draw, or a number is not as said above.

    Examples
    --------
    >>> plot_time_shares({"steps": 1.5, "pull": 0.5}, 10_000).get_label()
    '200 microseconds an image: steps 150 (75 %), pull 50 (25 %).'
    """
    times = checked_numbers("seconds", np.array(list(seconds.values())))
    check_positive("num_images", num_images)
    if not times.sum() > 0:
        raise ValueError("seconds should hold at least one time of more than 0.")
    micro, shares = times / num_images * 1e6, times / times.sum()
    figure, (axes,) = new_figure(0.9 + 0.5 * len(times))
    axes.barh(list(seconds), micro, color=BLUE, height=0.6)
    for row, (length, share) in enumerate(zip(micro, shares, strict=True)):
        axes.annotate(
            f"{share:.0%}".replace("%", " %"),
            (length, row),
            (5, 0),
            textcoords="offset points",
            va="center",
        )
    axes.invert_yaxis()
    axes.margins(x=0.15)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("time for an image (µs)")
    axes.set_title(f"{micro.sum():,.0f} µs an image, and where they go")
    parts = [
        f"{name} {length:,.0f} ({share:.0%})".replace("%", " %")
        for name, length, share in zip(seconds, micro, shares, strict=True)
    ]
    figure.set_label(f"{micro.sum():,.0f} microseconds an image: {', '.join(parts)}.")
    return figure


@style.context(STYLE)
def plot_replays(
    images: NDArray[Any],
    labels: NDArray[Any],
    recordings: Sequence[tuple[NDArray[Any], NDArray[Any]]],
    *,
    duration_ms: float = 100,
) -> Figure:
    """Draw the spikes of the ten output neurons for a few images, each beside its raster.

    Parameters
    ----------
    images : ndarray of numbers, shape (n, 784)
        1 to 8 images. Grey levels from 0 (paper) up; the largest is drawn black.
    labels : ndarray of integers, shape (n,)
        The true digits, 0 to 9.
    recordings : sequence of pairs of ndarrays
        For each image the times of the spikes in ms and the neurons, 0 to 9, that emitted them.
    duration_ms : float
        For how long each image was shown, in ms.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If a shape, type or value is not as said above.

    Examples
    --------
    >>> spikes = np.array([20.0, 40.0, 90.0]), np.array([4, 9, 9])
    >>> plot_replays(np.eye(1, 784), np.array([4]), [spikes]).get_label()
    'Spikes of the 10 output neurons in 100 ms for 1 image: a 4 read as 9, 1 vs 2 spikes.'
    """
    images = checked_images(images)
    labels = checked_digits("labels", labels, len(images))
    check_at_most("images", len(images), 8)
    if len(recordings) != len(images):
        raise ValueError(
            f"recordings should be {len(images)}, one for each image, not {len(recordings)}."
        )
    if not duration_ms > 0:
        raise ValueError(f"duration_ms should be more than 0, not {duration_ms!r}.")

    rows = len(images)
    figure = Figure(figsize=(WIDTH, 1.1 + 1.7 * rows), layout="constrained")
    grid = figure.add_gridspec(rows, 2, width_ratios=(3, 1))
    panels = [figure.add_subplot(grid[row, 0]) for row in range(rows)]
    captions = []
    for row, (axes, label, (times, ids)) in enumerate(zip(panels, labels, recordings, strict=True)):
        times = checked_numbers("recordings", times)
        ids = checked_digits("recordings", ids, len(times)) if len(times) else np.array([], int)
        counts = np.bincount(ids, minlength=10)
        read = int(counts.argmax())
        for neuron in range(10):
            colour = BLUE if neuron == label else VERMILION if neuron == read else GREY
            axes.vlines(
                times[ids == neuron], neuron - 0.4, neuron + 0.4, color=colour, linewidth=1.8
            )
        axes.set(xlim=(-1, duration_ms), ylim=(-0.6, 9.6), ylabel="neuron", yticks=range(0, 10, 3))
        axes.tick_params(labelbottom=row == rows - 1)
        verdict = f"{label} read as {read}"
        numbers = f"{counts[label]} vs {counts[read]} spikes"
        captions.append(f"a {verdict}, {numbers}")
        picture = figure.add_subplot(grid[row, 1])
        picture.imshow(images[row].reshape(PIXELS, PIXELS), cmap="gray_r", vmin=0)
        picture.set(xticks=(), yticks=())
        picture.spines[:].set_visible(False)
        picture.set_title(f"{verdict}\n{numbers}", loc="center", fontsize=11, color=INK, pad=2)
    panels[-1].set_xlabel("time (ms)")
    panels[0].set_title("Spikes of the output neurons")
    handles = [
        Line2D([], [], color=colour, linewidth=4, label=name)
        for colour, name in [
            (BLUE, "true digit"),
            (VERMILION, "digit read"),
            (GREY, "others"),
        ]
    ]
    figure.legend(handles=handles, loc="outside lower left", ncols=3, frameon=False)
    figure.set_label(
        f"Spikes of the 10 output neurons in {duration_ms:g} ms for {counted(rows, 'image')}: "
        f"{'; '.join(captions)}."
    )
    return figure


@style.context(STYLE)
def plot_reset(
    voltages: NDArray[Any],
    spikes: NDArray[Any],
    reset_after: int,
    *,
    names: Sequence[str] = ("sender", "receiver"),
    threshold: float = 5.0,
) -> Figure:
    """Draw the voltages of a few neurons over some steps, with a reset between two of them.

    Parameters
    ----------
    voltages : ndarray of numbers, shape (steps + 1, n)
        Voltage of each neuron in mV, at the start and after each step.
    spikes : ndarray of bools, shape (steps + 1, n)
        Whether the neuron spiked in the step.
    reset_after : int
        The step after which all voltages were set to zero.
    names : sequence of str
        What to call the n neurons.
    threshold : float
        Voltage at which the neurons spike, in mV.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If the shapes differ, or the reset is not at one of the steps.

    Examples
    --------
    >>> voltages = np.array([[0.0, 0.0], [2.5, 0.0], [0.0, 0.0], [0.0, 3.0]])
    >>> spikes = np.array([[0, 0], [0, 0], [1, 0], [0, 0]], bool)
    >>> plot_reset(voltages, spikes, reset_after=2).get_label()
    'Voltages over 3 steps with a reset after step 2: sender spikes in step 2 and ends at 0 mV; \
receiver never spikes and ends at 3 mV.'
    """
    voltages, spikes = checked_numbers("voltages", voltages), np.asarray(spikes)
    if voltages.ndim != 2 or voltages.shape != spikes.shape or voltages.shape[1] != len(names):
        raise ValueError(
            "voltages and spikes should have the same shape (steps + 1, neurons), with a name for "
            f"each neuron, not {voltages.shape} and {spikes.shape} with {len(names)} names."
        )
    steps = len(voltages) - 1
    if not 0 <= reset_after < steps:
        raise ValueError(f"reset_after should be from 0 to {steps - 1}, not {reset_after!r}.")
    figure, panels = new_figure(1.1 + 1.4 * len(names), rows=len(names))
    sentences = []
    x = np.insert(np.arange(steps + 1.0), reset_after + 1, reset_after + 0.5)
    for axes, name, voltage, spiked in zip(panels, names, voltages.T, spikes.T, strict=True):
        axes.plot(x, np.insert(voltage, reset_after + 1, 0), color=BLUE, linewidth=1.5)
        axes.plot(voltage, "o", color=BLUE)
        where = np.flatnonzero(spiked)
        axes.vlines(where, threshold, 1.35 * threshold, color=VERMILION, linewidth=3)
        axes.axhline(threshold, color=GREY, linestyle=":")
        axes.axvline(reset_after + 0.5, color=INK, linestyle="--")
        axes.set(xlim=(-0.2, steps + 0.2), ylim=(-0.06 * threshold, 1.4 * threshold))
        axes.set(yticks=(0, threshold), ylabel=f"{name}\n(mV)")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        often = "never spikes"
        if len(where):
            often = f"spikes in step{'s'[: len(where) > 1]} {' and '.join(map(str, where))}"
        sentences.append(f"{name} {often} and ends at {voltage[-1]:g} mV")
    for axes in panels[:-1]:
        axes.tick_params(labelbottom=False)
    panels[-1].set_xlabel("step (1 ms)")
    panels[0].set_title("Voltages; bars: spikes, dashed: the reset")
    figure.set_label(
        f"Voltages over {counted(steps, 'step')} with a reset after step {reset_after}: "
        f"{'; '.join(sentences)}."
    )
    return figure


@style.context(STYLE)
def plot_count_changes(first: NDArray[Any], second: NDArray[Any]) -> Figure:
    """Draw for how many images two runs differ by how many output spikes.

    Parameters
    ----------
    first, second : ndarray of numbers, shape (n, 10)
        Spikes of the ten output neurons for the same images, in two runs.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If a shape, type or value is not as said above.

    Examples
    --------
    >>> first = np.full((3, 10), 4)
    >>> plot_count_changes(first, first + np.eye(3, 10, dtype=int)).get_label()
    'Two runs count other output spikes for 3 of 3 images, at most 1 more or less in an image.'
    """
    first = checked_counts(first)
    second = checked_counts(second, len(first))
    changes = np.abs(first - second).sum(axis=1).astype(int)
    changed, most = int(np.count_nonzero(changes)), int(changes.max())
    heights = np.bincount(changes)
    figure, (axes,) = new_figure(3.2)
    axes.bar(range(1), heights[:1], color=GREY)
    axes.bar(range(1, len(heights)), heights[1:], color=VERMILION)
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.set(xlabel="output spikes more or less", ylabel="images")
    images = counted(len(first), "image")
    axes.set_title(f"Counts change for {changed:,} of {images}")
    figure.set_label(
        f"Two runs count other output spikes for {changed:,} of {images}, "
        f"at most {most} more or less in an image."
    )
    return figure


@style.context(STYLE)
def plot_two_answers(
    first: NDArray[Any],
    second: NDArray[Any],
    label: int,
    *,
    names: tuple[str, str] = ("first run", "second run"),
) -> Figure:
    """Draw how often each output neuron spikes for one image in two runs.

    Parameters
    ----------
    first, second : ndarray of numbers, shape (10,)
        Spikes of the ten output neurons.
    label : int
        The true digit, 0 to 9.
    names : pair of str
        What to call the two runs.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If a shape, type or value is not as said above.

    Examples
    --------
    >>> plot_two_answers(np.arange(10), np.arange(10)[::-1], 0).get_label()
    'Output spikes for a 0 in two runs: first run, read as 9, 9 spikes; second run, read as 0, \
9 spikes.'
    """
    runs = [checked_counts(np.asarray(run)[np.newaxis])[0] for run in (first, second)]
    (label,) = checked_digits("label", np.array([label]))
    figure, (axes,) = new_figure(3.3)
    answers = []
    for run, name, colour, shift in zip(runs, names, (BLUE, VERMILION), (-0.2, 0.2), strict=True):
        read = int(run.argmax())
        axes.bar(np.arange(10) + shift, run, 0.4, color=colour, label=f"{name}: read as {read}")
        answers.append(f"{name}, read as {read}, {counted(int(run[read]), 'spike')}")
    axes.set(xticks=range(10), xlabel="output neuron", ylabel="spikes")
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.set_title(f"The same {label}, twice")
    figure.legend(loc="outside lower left", ncols=2, frameon=False)
    figure.set_label(f"Output spikes for a {label} in two runs: {'; '.join(answers)}.")
    return figure


@style.context(STYLE)
def plot_leftovers(changed: Sequence[int], num_images: int) -> Figure:
    """Draw how many images depend on their predecessor, by the idle steps ahead of the reset.

    Parameters
    ----------
    changed : sequence of int
        Images whose counts changed with the order, for 0, 1, 2, … idle steps.
    num_images : int
        Images in the set, at least 1.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is nothing to draw, or a number is not as said above.

    Examples
    --------
    >>> plot_leftovers([9, 4, 0], 10).get_label()
    'Images, of 10, that depend on the one before: 9 after 0 idle steps, 4 after 1, 0 after 2.'
    """
    check_positive("num_images", num_images)
    numbers = checked_numbers("changed", np.asarray(changed))
    if numbers.ndim != 1 or not len(numbers) or numbers.max() > num_images:
        raise ValueError(f"changed should be numbers of images, at most {num_images:,} each.")
    figure, (axes,) = new_figure(3.0)
    bars = axes.bar(range(len(numbers)), numbers, 0.6, color=VERMILION)
    axes.bar_label(bars, [f"{number:,.0f}" for number in numbers], padding=3)
    axes.set(xticks=range(len(numbers)), xlabel="idle steps before the reset (1 ms each)")
    axes.set(ylim=(0, 1.15 * num_images), ylabel=f"images, of {num_images:,}")
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.set_title("Images that depend on the one before")
    parts = [f"{number:,.0f} after {steps}" for steps, number in enumerate(numbers)]
    parts[0] += " idle steps"
    figure.set_label(
        f"Images, of {num_images:,}, that depend on the one before: {', '.join(parts)}."
    )
    return figure


# --- Chapter 4: how fast? -----------------------------------------------------------------------


@style.context(STYLE)
def plot_ladder(rates: Mapping[str, float], *, title: str | None = None) -> Figure:
    """Draw how many images per second each way to simulate classifies, the first at the bottom.

    Parameters
    ----------
    rates : mapping of str to float
        1 to 12 ways, and images per second, more than 0.
    title : str, optional
        What the figure tells; how far it is from the first to the last unless given.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is nothing to draw, or a number is not as said above.

    Examples
    --------
    >>> plot_ladder({"Python": 20, "NumPy": 300}).get_label()
    'Images per second: Python, 20; NumPy, 300, 15 times that.'
    """
    numbers = _checked_rates("rates", np.array(list(rates.values())))
    check_at_most("rates", len(numbers), 12)
    steps = [_times(after / before) for before, after in pairwise(numbers)]
    figure, (axes,) = new_figure(1.2 + 0.62 * len(numbers))
    left = 10 ** np.floor(np.log10(numbers.min()) - 0.3)
    axes.set_xscale("log")
    axes.hlines(range(len(numbers)), left, numbers, color=BLUE, linewidth=5)
    axes.plot(numbers, range(len(numbers)), "o", color=BLUE, markersize=9)
    for row, (name, number) in enumerate(zip(rates, numbers, strict=True)):
        text = f"{name}: {_of_rate(number)}"
        axes.annotate(text, (left, row), (2, 8), textcoords="offset points")
    axes.set(xlim=(left, 2 * numbers.max()), ylim=(-0.5, len(numbers) - 0.2), yticks=())
    axes.spines.left.set_visible(False)
    _decades(axes.xaxis)
    axes.set_xlabel("images per second")
    whole = f"The last is {_times(numbers[-1] / numbers[0])} as fast as the first"
    axes.set_title(title or (whole if steps else f"{_of_rate(numbers[0])} images per second"))
    texts = [f"{name}, {_of_rate(number)}" for name, number in zip(rates, numbers, strict=True)]
    texts[1:] = [f"{text}, {step} that" for text, step in zip(texts[1:], steps, strict=True)]
    figure.set_label(f"Images per second: {'; '.join(texts)}.")
    return figure


def _checked_rates(name: str, values: NDArray[Any]) -> NDArray[np.float64]:
    """Return at least one number, all of them more than 0."""
    numbers = checked_numbers(name, values)
    if numbers.ndim != 1 or not len(numbers) or not (numbers > 0).all():
        raise ValueError(f"{name} should hold at least one number, all of them more than 0.")
    return numbers.astype(np.float64)


def _of_rate(number: float) -> str:
    """Write a rate with as many digits as matter."""
    return f"{number:,.0f}" if number >= 10 else f"{number:.2g}"


def _times(ratio: float) -> str:
    """Write a ratio with two digits: 1.6 times, 15 times, 1,100 times."""
    return f"{_two_digits(ratio) if ratio >= 9.95 else f'{ratio:.1f}'} times"


def _two_digits(number: float) -> str:
    """Write a number of which no more than two digits are certain."""
    return f"{float(f'{number:.1e}'):,.0f}"


def _decades(axis: Axis, most: int = 12) -> None:
    """Label powers of ten of a logarithmic axis, and nothing else."""
    axis.set_major_locator(LogLocator(numticks=most))
    axis.set_major_formatter(lambda x, _: f"{x:,.0f}" if x >= 1 else f"{x:g}")
    axis.set_minor_formatter(NullFormatter())


@style.context(STYLE)
def plot_break_even(rates: Mapping[str, float], build_seconds: Mapping[str, float]) -> Figure:
    """Draw how long it takes to build and then to classify, over the number of images.

    A dot marks where a way that has to be built overtakes the fastest of those that have not.

    Parameters
    ----------
    rates : mapping of str to float
        2 to 4 ways to simulate, and images per second, more than 0.
    build_seconds : mapping of str to float
        For at least one of them, but not for all, the seconds that it takes to build.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is nothing to compare, a name has no rate, or a number is not as said above.

    Examples
    --------
    >>> plot_break_even({"NumPy": 1000, "compiled": 2000}, {"compiled": 3}).get_label()
    'Seconds until images are classified: NumPy, 1,000 a second; compiled, 3 s to build and then \
2,000 a second, ahead from 6,000 images on.'
    """
    numbers = dict(zip(rates, _checked_rates("rates", np.array(list(rates.values()))), strict=True))
    check_at_most("rates", len(numbers), 4)
    builds = _checked_rates("build_seconds", np.array(list(build_seconds.values())))
    if not set(build_seconds) < set(rates):
        raise ValueError(
            "build_seconds should be of some of the ways in rates, but not of all, not of "
            f"{', '.join(build_seconds)}."
        )
    ready = max(rate for name, rate in numbers.items() if name not in build_seconds)
    seconds = dict.fromkeys(rates, 0.0) | dict(zip(build_seconds, builds, strict=True))
    images = np.geomspace(1, 1e6, 200)
    figure, (axes,) = new_figure(4.2 + 0.25 * len(rates))
    sentences = []
    looks = zip((GREY, INK, BLUE, VERMILION), (":", "--", "-", "-."), strict=True)
    for (name, rate), (colour, line) in zip(numbers.items(), looks, strict=False):
        axes.plot(
            images, seconds[name] + images / rate, line, color=colour, linewidth=2, label=name
        )
        sentence = f"{name}, {_of_rate(rate)} a second"
        if name in build_seconds:
            sentence = (
                f"{name}, {seconds[name]:.2g} s to build and then {_of_rate(rate)} a second, "
            )
            ahead = seconds[name] / (1 / ready - 1 / rate) if rate > ready else np.inf
            if np.isfinite(ahead):
                axes.plot(ahead, ahead / ready, "o", color=colour, markersize=9)
                sentence += f"ahead from {_two_digits(ahead)} images on"
            else:
                sentence += "never ahead"
        sentences.append(sentence)
    axes.set(xscale="log", yscale="log", xlim=(1, 1e6))
    axes.set(xlabel="images to classify", ylabel="seconds, building included")
    _decades(axes.xaxis, most=4)
    _decades(axes.yaxis, most=6)
    axes.set_title("When building pays")
    figure.legend(loc="outside lower left", frameon=False)
    figure.set_label(f"Seconds until images are classified: {'; '.join(sentences)}.")
    return figure


@style.context(STYLE)
def plot_batch_sizes(
    sizes: Sequence[int], rates: Sequence[float], seconds: Sequence[float]
) -> Figure:
    """Draw, over the size of batches, images per second and how long a batch takes.

    Parameters
    ----------
    sizes : sequence of int
        At least two batch sizes, ascending.
    rates : sequence of float
        Images per second in batches of each size, more than 0.
    seconds : sequence of float
        Seconds from the images of a batch to all of their answers, more than 0.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If the lengths differ, sizes do not ascend, or a number is not as said above.

    Examples
    --------
    >>> plot_batch_sizes([1, 8], [1000, 4000], [0.001, 0.002]).get_label()
    'Batches of 1: 1,000 images per second, 1 ms for a batch; of 8: 4,000 images per second, 2 ms \
for a batch.'
    """
    batch_sizes = _checked_rates("sizes", np.asarray(sizes))
    throughput = _checked_rates("rates", np.asarray(rates))
    latency = 1e3 * _checked_rates("seconds", np.asarray(seconds))
    if not len(batch_sizes) == len(throughput) == len(latency) >= 2:
        raise ValueError(
            "sizes, rates and seconds should be equally many, at least 2, not "
            f"{len(batch_sizes)}, {len(throughput)} and {len(latency)}."
        )
    if (np.diff(batch_sizes) <= 0).any():
        raise ValueError("sizes should ascend.")
    figure, panels = new_figure(5.2, rows=2)
    for axes, values, colour in zip(panels, (throughput, latency), (BLUE, VERMILION), strict=True):
        axes.plot(batch_sizes, values, "o-", color=colour, linewidth=2)
        axes.set_xscale("log")
        axes.set_xticks(batch_sizes, [f"{size:,.0f}" for size in batch_sizes])
        axes.set_xticks([], minor=True)
    above, below = panels
    above.set_ylim(0, 1.1 * throughput.max())
    above.yaxis.set_major_locator(MaxNLocator(5))
    above.yaxis.set_major_formatter("{x:,.0f}")
    above.set_ylabel("images/s")
    above.set_title("Throughput: images per second")
    below.set_yscale("log")
    _decades(below.yaxis)
    below.set(ylabel="ms", xlabel="images in a batch")
    below.set_title("Latency: until the answers of a batch are there")
    parts = [
        f"of {size:,.0f}: {_of_rate(rate)} images per second, {wait:.2g} ms for a batch"
        for size, rate, wait in zip(batch_sizes, throughput, latency, strict=True)
    ]
    figure.set_label(f"Batches {'; '.join(parts)}.")
    return figure


@style.context(STYLE)
def plot_profiles(profiles: Mapping[str, Mapping[str, float]], num_images: int) -> Figure:
    """Draw where the time of up to three runs went, a group of bars for each part.

    Parameters
    ----------
    profiles : mapping of str to mapping of str to float
        For each run the seconds of each part, the same parts for all; some are more than 0.
    num_images : int
        Images in each run, at least 1.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is nothing to draw, parts differ, or a number is not as said above.

    Examples
    --------
    >>> runs = {"a": {"steps": 2, "pull": 1}, "b": {"steps": 1, "pull": 1}}
    >>> plot_profiles(runs, 1000).get_label()
    'Microseconds an image: a, 3,000: steps 2,000, pull 1,000; b, 2,000: steps 1,000, pull 1,000.'
    """
    check_positive("num_images", num_images)
    check_at_most("profiles", len(profiles), 3)
    parts = list(next(iter(profiles.values()), ()))
    if not parts or any(list(profile) != parts for profile in profiles.values()):
        raise ValueError("profiles should have the same parts for all runs, at least one.")
    seconds = checked_numbers("profiles", np.array([[*p.values()] for p in profiles.values()]))
    if not seconds.any():
        raise ValueError("profiles should hold at least one time of more than 0.")
    micro = seconds / num_images * 1e6
    height = 0.8 / len(micro)
    figure, (axes,) = new_figure(1.3 + (0.4 + 0.35 * len(micro)) * len(parts))
    sentences = []
    for number, (name, times) in enumerate(zip(profiles, micro, strict=True)):
        rows = np.arange(len(parts)) + (number - (len(micro) - 1) / 2) * height
        colour = (BLUE, VERMILION, GREY)[number]
        label = f"{name}: {times.sum():,.0f} µs"
        bars = axes.barh(rows, times, 0.9 * height, color=colour, label=label)
        axes.bar_label(bars, [f"{time:,.0f}" for time in times], padding=4)
        listed = ", ".join(f"{part} {time:,.0f}" for part, time in zip(parts, times, strict=True))
        sentences.append(f"{name}, {times.sum():,.0f}: {listed}")
    axes.set_yticks(range(len(parts)), parts)
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("time for an image (µs)")
    axes.set_title("Where the time of an image goes")
    figure.legend(loc="outside lower left", ncols=len(micro), frameon=False)
    figure.set_label(f"Microseconds an image: {'; '.join(sentences)}.")
    return figure
