"""Figures of answers: spike counts, mistakes, and how a few images came to be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from tutorial_helpers.figures.arguments import (
    check_at_most,
    check_duration,
    checked_counts,
    checked_digits,
    checked_images,
    checked_numbers,
)
from tutorial_helpers.figures.style import (
    BLUE,
    GREY,
    INK,
    PALE,
    PIXELS,
    STYLE,
    VERMILION,
    WIDTH,
    a_digit,
    counted,
    new_figure,
)

# The marks of the heat map can be seen on its darkest and on its brightest cells.
_DOT: dict[str, Any] = {"s": 12, "marker": "o", "color": "white", "edgecolor": "black"}
_CROSS: dict[str, Any] = {"s": 50, "marker": "x", "color": VERMILION, "linewidth": 2.5}
_IMAGES_IN_ROW = 64  # of a heat map
_MOST_IMAGES = 256  # to keep its height within reason


@style.context(STYLE)
def plot_spike_counts(
    counts: NDArray[Any],
    labels: NDArray[Any] | None = None,
    *,
    title: str | None = None,
    duration_ms: float = 100,
) -> Figure:
    """Draw how often each output neuron spikes for each image of a batch.

    A dot marks the prediction: the neuron that spikes most. A tie goes to the lower digit. If
    labels are given, a cross marks the neuron of the true digit wherever the prediction is wrong.

    Parameters
    ----------
    counts : ndarray of numbers, shape (n, 10)
        Spikes of the ten output neurons, for 1 to 256 images.
    labels : ndarray of integers, shape (n,), optional
        The true digits, 0 to 9.
    title : str, optional
        Title of the figure. By default it says how many images are classified correctly.
    duration_ms : float
        Time in milliseconds in which the spikes were counted, for the scale.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If a shape, type or value is not as described above.

    Examples
    --------
    >>> figure = plot_spike_counts(np.diag(range(1, 11)), np.array([0, 1, 2, 2, 4, 5, 6, 7, 8, 9]))
    >>> figure.axes[0].get_title(loc="left")
    '9 of 10 images classified correctly'
    """
    counts = checked_counts(counts)
    check_at_most("counts", len(counts), _MOST_IMAGES)
    check_duration(duration_ms)
    predictions = counts.argmax(axis=1)
    truth = predictions if labels is None else checked_digits("labels", labels, len(counts))
    wrong = np.flatnonzero(truth != predictions)
    images = counted(len(counts), "image")
    finding = f"{len(counts) - len(wrong)} of {images} classified correctly"
    if labels is None:
        finding = "The neuron that spikes most is the prediction"
    mistakes = [f"image {i}, {a_digit(truth[i])} read as {predictions[i]}" for i in wrong[:5]]
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
    """Draw the counts, one column per image, in rows of 64 images, wide enough for the marks."""
    starts = range(0, len(counts), _IMAGES_IN_ROW)
    figure, panels = new_figure(1.3 + 1.8 * len(starts), rows=len(starts))
    for start, axes in zip(starts, panels, strict=True):
        stop = min(start + _IMAGES_IN_ROW, len(counts))
        images = np.arange(start, stop)
        wrong = images[predictions[start:stop] != truth[start:stop]]
        heat = axes.imshow(
            counts[start:stop].T,
            cmap="Blues",
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
    """Draw which digits are read as which, and how often, with the mistakes in colour.

    Parameters
    ----------
    labels, predictions : ndarray of integers, shape (n,)
        The true digits and the predicted ones, 0 to 9, for at least one image.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If a shape, type or value is not as described above.

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
    # The right answers would drown the mistakes, so only the mistakes are coloured. The scale ends
    # well above their largest number, which keeps the darkest cell light enough for its text.
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
def plot_output_counts(
    counts: NDArray[Any], label: int, *, durations_ms: Sequence[float] = (100,)
) -> Figure:
    """Draw how often the ten output neurons spike for one image, after one or more durations.

    Parameters
    ----------
    counts : ndarray of numbers, shape (10,) or (n, 10)
        Spikes of the output neurons, a row for each duration; 1 to 5 rows.
    label : int
        The true digit, 0 to 9.
    durations_ms : sequence of float
        For how long the image was shown, in ms.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If a shape, type or value is not as described above.

    Examples
    --------
    >>> counts = np.array([[0] * 10, [0, 3] + [0] * 8])
    >>> plot_output_counts(counts, 1, durations_ms=[10, 100]).get_label()
    'Spikes of the 10 output neurons for a 1: after 10 ms none; after 100 ms most, 3, of neuron 1.'
    """
    counts = np.atleast_2d(checked_numbers("counts", counts))
    if counts.ndim != 2 or counts.shape[1] != 10 or len(counts) != len(durations_ms):
        raise ValueError(
            f"counts should be 10 for each of {len(durations_ms)} durations, not of the shape "
            f"{counts.shape}."
        )
    check_at_most("durations_ms", len(durations_ms), 5)
    for duration in durations_ms:
        check_duration(duration)
    (label,) = checked_digits("label", np.array([label]))
    figure = Figure(figsize=(WIDTH, 1.1 + 1.7 * len(counts)), layout="constrained")
    panels = figure.subplots(len(counts), sharex=True, sharey=True, squeeze=False)[:, 0]
    parts = []
    for axes, row, duration in zip(panels, counts, durations_ms, strict=True):
        read = int(row.argmax())
        colours = [BLUE if n == label else VERMILION if n == read else GREY for n in range(10)]
        bars = axes.bar(range(10), row, color=colours, width=0.7)
        axes.bar_label(bars, [f"{count:g}" for count in row], padding=2, fontsize=11)
        axes.set(ylabel="spikes", xticks=range(10), ylim=(0, 1.25 * (counts.max() or 1)))
        axes.yaxis.set_major_locator(MaxNLocator(3, integer=True))
        verdict = f"read as {read}" if row.any() else "no spike yet"
        axes.set_title(f"After {duration:g} ms: {verdict}")
        most = f"most, {row[read]:g}, of neuron {read}" if row.any() else "none"
        parts.append(f"after {duration:g} ms {most}")
    panels[-1].set_xlabel(f"output neuron (blue: {label}, the true digit)")
    figure.set_label(f"Spikes of the 10 output neurons for {a_digit(label)}: {'; '.join(parts)}.")
    return figure


@style.context(STYLE)
def plot_reading(
    image: NDArray[Any],
    counts: NDArray[Any],
    label: int,
    steps: int,
    *,
    highest: float | None = None,
) -> Figure:
    """Draw an image beside the spikes of the ten output neurons after some steps.

    Parameters
    ----------
    image : ndarray of numbers, shape (784,)
        Grey levels from 0 (paper) up; the largest is drawn black.
    counts : ndarray of numbers, shape (10,)
        Spikes of the output neurons so far.
    label : int
        The true digit, 0 to 9.
    steps : int
        For how many steps of 1 ms the image was shown.
    highest : float, optional
        Where the scale of the counts ends; at the largest count unless given.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If a shape, type or value is not as described above.

    Examples
    --------
    >>> plot_reading(np.eye(1, 784)[0], np.array([0, 8, 0, 0, 3, 0, 0, 1, 0, 0]), 4, 30).get_label()
    'A 4, read as 1 after 30 ms: 8 spikes of neuron 1, 3 of neuron 4.'
    """
    (image,) = checked_images(np.asarray(image)[np.newaxis])
    (row,) = checked_counts(np.asarray(counts)[np.newaxis])
    (label,) = checked_digits("label", np.array([label]))
    check_duration(steps)
    read, second = (int(neuron) for neuron in np.argsort(-row, kind="stable")[:2])
    verdict = f"read as {read}" if row.any() else "no answer yet"
    figure = Figure(figsize=(WIDTH, 2.9), layout="constrained")
    digit, axes = figure.subplots(1, 2, width_ratios=(1, 1.7))
    digit.imshow(image.reshape(PIXELS, PIXELS), cmap="gray_r", vmin=0, vmax=image.max() or 1)
    digit.set(xticks=(), yticks=())
    digit.spines[:].set(visible=True, color=PALE)
    digit.set_title(f"A {label}, {verdict}")
    colours = [BLUE if n == label else VERMILION if n == read else GREY for n in range(10)]
    bars = axes.bar(range(10), row, color=colours, width=0.7)
    axes.bar_label(bars, [f"{count:g}" for count in row], padding=2, fontsize=11)
    top = max(row.max(), highest or 0, 1)
    axes.set(xticks=range(10), ylim=(0, 1.15 * top), ylabel=f"spikes in {steps} ms")
    axes.set_xlabel(f"output neuron (blue: {label}, the true digit)")
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    finding = f"{counted(int(row[read]), 'spike')} of neuron {read}"
    if row[second]:
        finding += f", {row[second]:g} of neuron {second}"
    if not row.any():
        finding = "no output neuron has spiked"
    figure.set_label(f"A {label}, {verdict} after {steps} ms: {finding}.")
    return figure


@style.context(STYLE)
def plot_replays(
    images: NDArray[Any],
    labels: NDArray[Any],
    recordings: Sequence[tuple[NDArray[Any], NDArray[Any]]],
    *,
    duration_ms: float,
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
        If a shape, type or value is not as described above.

    Examples
    --------
    >>> spikes = np.array([20.0, 40.0, 90.0]), np.array([4, 9, 9])
    >>> plot_replays(np.eye(1, 784), np.array([4]), [spikes], duration_ms=100).get_label()
    'Spikes of the 10 output neurons in 100 ms for 1 image: a 4 read as 9, 1 vs 2 spikes.'
    """
    images = checked_images(images)
    labels = checked_digits("labels", labels, len(images))
    check_at_most("images", len(images), 8)
    if len(recordings) != len(images):
        raise ValueError(
            f"recordings should be {len(images)}, one for each image, not {len(recordings)}."
        )
    check_duration(duration_ms)

    figure, panels, pictures = _panels_beside(images)
    captions = []
    rows = zip(panels, pictures, labels, recordings, strict=True)
    for axes, picture, label, (times, ids) in rows:
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
        verdict = f"{label} read as {read}"
        numbers = f"{counts[label]} vs {counts[read]} spikes"
        captions.append(f"{a_digit(label)} read as {read}, {numbers}")
        picture.set_title(f"{verdict}\n{numbers}", loc="center", fontsize=11, pad=2)
    panels[-1].set_xlabel("time (ms)")
    _name_colours(figure, {BLUE: "true digit", VERMILION: "digit read", GREY: "others"})
    number = counted(len(images), "image")
    figure.set_label(
        f"Spikes of the 10 output neurons in {duration_ms:g} ms for {number}: "
        f"{'; '.join(captions)}."
    )
    return figure


@style.context(STYLE)
def plot_races(images: NDArray[Any], labels: NDArray[Any], counts: NDArray[Any]) -> Figure:
    """Draw how the spikes of the ten output neurons add up for a few images.

    The lines of all neurons that lead at some time end in their digits. A tie goes to the lower
    digit, as in the prediction, and before the first spike no neuron leads.

    Parameters
    ----------
    images : ndarray of numbers, shape (n, 784)
        1 to 6 images. Grey levels from 0 (paper) up; the largest is drawn black.
    labels : ndarray of integers, shape (n,)
        The true digits, 0 to 9.
    counts : ndarray of numbers, shape (steps, n, 10)
        Spikes of the output neurons so far, after each step.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If a shape, type or value is not as described above.

    Examples
    --------
    >>> counts = np.zeros((3, 1, 10), int)
    >>> counts[1:, 0, 7], counts[2:, 0, 2] = 1, 2
    >>> plot_races(np.eye(1, 784), np.array([2]), counts).get_label()
    'Spikes of the 10 output neurons over 3 steps for 1 image: a 2, read as 7 from step 2 and as 2 \
from step 3.'
    """
    images = checked_images(images)
    labels = checked_digits("labels", labels, len(images))
    check_at_most("images", len(images), 6)
    counts = checked_numbers("counts", counts)
    if counts.ndim != 3 or not len(counts) or counts.shape[1:] != (len(images), 10):
        raise ValueError(
            f"counts should have the shape (steps, {len(images)}, 10), steps at least 1, "
            f"not {counts.shape}."
        )
    figure, panels, pictures = _panels_beside(images)
    sentences = []
    for row, (axes, picture, label) in enumerate(zip(panels, pictures, labels, strict=True)):
        answers = _answers(counts[:, row])
        _draw_race(axes, counts[:, row], label, {digit for _, digit in answers})
        story = _shortened([f"{digit}" for _, digit in answers])
        picture.set_title(f"{a_digit(label)}, read as\n{story}", loc="center", fontsize=11, pad=2)
        sentences.append(f"{a_digit(label)}, {_story(answers)}")
    panels[-1].set_xlabel("steps (1 ms each)")
    _name_colours(figure, {BLUE: "true digit", VERMILION: "others that lead", PALE: "rest"})
    figure.set_label(
        f"Spikes of the 10 output neurons over {counted(len(counts), 'step')} for "
        f"{counted(len(images), 'image')}: {'; '.join(sentences)}."
    )
    return figure


def _panels_beside(images: NDArray[Any]) -> tuple[Figure, list[Axes], list[Axes]]:
    """Make a figure with a row for each image: an empty panel, and the image to its right."""
    rows = len(images)
    figure = Figure(figsize=(WIDTH, 1.1 + 1.7 * rows), layout="constrained")
    grid = figure.add_gridspec(rows, 2, width_ratios=(3, 1))
    panels = [figure.add_subplot(grid[row, 0]) for row in range(rows)]
    pictures = [figure.add_subplot(grid[row, 1]) for row in range(rows)]
    for panel, picture, image in zip(panels, pictures, images, strict=True):
        panel.tick_params(labelbottom=panel is panels[-1])
        picture.imshow(image.reshape(PIXELS, PIXELS), cmap="gray_r", vmin=0)
        picture.set(xticks=(), yticks=())
        picture.spines[:].set_visible(False)
    panels[0].set_title("Spikes of the output neurons")
    return figure, panels, pictures


def _name_colours(figure: Figure, names: Mapping[str, str]) -> None:
    """Say below the figure what each colour stands for."""
    handles = [
        Line2D([], [], color=colour, linewidth=4, label=name) for colour, name in names.items()
    ]
    figure.legend(handles=handles, loc="outside lower left", ncols=3, frameon=False)


def _draw_race(axes: Axes, race: NDArray[Any], label: int, leaders: set[int]) -> None:
    """Draw how the spikes of the ten neurons add up for one image."""
    steps = np.arange(1, len(race) + 1)
    top = max(float(race.max()), 1.0)
    for digit in sorted(range(10), key=lambda digit: (digit in leaders, digit == label)):
        colour = _racer(digit, label, leaders)
        width = 2.0 if digit in leaders or digit == label else 1.0
        axes.step(steps, race[:, digit], where="post", color=colour, linewidth=width)
    heights = _apart({digit: float(race[-1, digit]) for digit in leaders}, 0.19 * top)
    for digit, height in heights.items():
        axes.annotate(
            f"{digit}",
            (steps[-1], height),
            (5, 0),
            textcoords="offset points",
            color=_racer(digit, label, leaders),
            va="center",
            annotation_clip=False,
        )
    axes.set(xlim=(0, steps[-1]), ylim=(-0.04 * top, 1.1 * top), ylabel="spikes")
    axes.yaxis.set_major_locator(MaxNLocator(3, integer=True))


def _answers(race: NDArray[Any]) -> list[tuple[int, int]]:
    """List the answers of one image, each with the step from which it holds."""
    digits = np.where(race.any(axis=1), race.argmax(axis=1), -1)
    before = np.insert(digits[:-1], 0, -1)
    return [(int(step) + 1, int(digits[step])) for step in np.flatnonzero(digits != before)]


def _story(answers: list[tuple[int, int]]) -> str:
    """Say the first answer and the last one, and how many come between them."""
    if not answers:
        return "not read"
    (first, digit), (last, final) = answers[0], answers[-1]
    if len(answers) == 1:
        return f"read as {digit} from step {first}"
    between = f", {counted(len(answers) - 2, 'other answer')} later," if len(answers) > 2 else ""
    return f"read as {digit} from step {first} and{between} as {final} from step {last}"


def _racer(digit: int, label: int, leaders: set[int]) -> str:
    """Return the colour of a digit's line."""
    if digit == label:
        return BLUE
    return VERMILION if digit in leaders else PALE


def _apart(heights: dict[int, float], least: float) -> dict[int, float]:
    """Move heights until neighbours are at least `least` apart, in their order."""
    moved: dict[int, float] = {}
    lowest = -np.inf
    # A tie goes to the lower digit, so it comes last, on top.
    for digit, height in sorted(heights.items(), key=lambda item: (item[1], -item[0])):
        moved[digit] = lowest = max(height, lowest + least)
    # All of them went up, so they come down again until their mean is where it was.
    down = sum(moved[digit] - height for digit, height in heights.items()) / max(len(heights), 1)
    return {digit: height - down for digit, height in moved.items()}


def _shortened(answers: list[str]) -> str:
    """Put arrows between answers, leaving out the first ones if there are many."""
    if not answers:
        return "nothing"
    return " → ".join(answers if len(answers) <= 4 else ["…", *answers[-3:]])
