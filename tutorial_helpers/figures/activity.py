"""Figures of neurons at work: their inputs, their voltages and their spikes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from tutorial_helpers.figures.arguments import (
    Recordings,
    check_at_most,
    check_duration,
    check_positive,
    checked_counts,
    checked_digits,
    checked_images,
    checked_numbers,
    checked_recordings,
)
from tutorial_helpers.figures.style import (
    BLUE,
    GREY,
    INK,
    LAYERS,
    PALE,
    PIXELS,
    STYLE,
    VERMILION,
    WIDTH,
    counted,
    new_figure,
)


@style.context(STYLE)
def plot_neuron(inputs: Sequence[float], *, threshold: float = 5.0) -> Figure:
    """Draw how an integrate-and-fire neuron answers its input.

    Parameters
    ----------
    inputs : sequence of numbers
        What arrives in each step of 1 ms, in mV; at least one.
    threshold : float
        Voltage at which the neuron spikes, in mV; more than 0.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no input, or a number is not as described above.

    Examples
    --------
    >>> plot_neuron([0, 2, 0, 4]).get_label()
    'Over 4 ms a neuron receives 2 inputs, adds them up, and spikes at 3 ms, at or above 5 mV; \
its voltage is 0 mV in the end.'
    """
    values = np.asarray(inputs, dtype=float)
    if values.ndim != 1 or not len(values) or not np.isfinite(values).all():
        raise ValueError("inputs should be finite numbers, one for each step, at least one.")
    _check_threshold(threshold)
    voltage, spikes = 0.0, []
    path = [(0.0, 0.0)]
    for time, value in enumerate(values):
        voltage += value
        path.append((time, voltage))
        if voltage >= threshold:
            voltage = 0.0
            spikes.append(time)
            path.append((time, voltage))
    path.append((len(values), voltage))

    figure = Figure(figsize=(WIDTH, 3.9), layout="constrained")
    top, axes = figure.subplots(2, sharex=True, height_ratios=(1, 2))
    steps = np.flatnonzero(values)
    colours = [BLUE if value > 0 else GREY for value in values[steps]]
    top.vlines(steps, 0, values[steps], color=colours, linewidth=4)
    top.axhline(0, color=INK, linewidth=0.8)
    top.set(ylabel="input\n(mV)", xlim=(-0.5, len(values)))
    top.set_title("Input adds up; at the threshold, a spike")
    axes.plot(*zip(*path, strict=True), color=BLUE, drawstyle="steps-post", linewidth=2)
    _draw_spikes(axes, spikes, threshold)
    axes.set(ylabel="voltage\n(mV)", xlabel="time (ms)")
    often = f"spikes at {' and '.join(map(str, spikes))} ms" if spikes else "never spikes"
    figure.set_label(
        f"Over {len(values)} ms a neuron receives {counted(len(steps), 'input')}, adds them up, "
        f"and {often}, at or above {threshold:g} mV; its voltage is {voltage:g} mV in the end."
    )
    return figure


@style.context(STYLE)
def plot_leak(
    voltages: NDArray[Any],
    spikes: NDArray[Any],
    leaks: Sequence[float],
    *,
    input_mv: float,
    threshold: float = 5.0,
) -> Figure:
    """Draw the voltage of a neuron that receives a constant input, without a leak and with one.

    Parameters
    ----------
    voltages : ndarray of numbers, shape (n, steps)
        Voltage after each step of 1 ms, in mV, a row for each leak; one or two rows.
    spikes : ndarray of bools, shape (n, steps)
        Whether the neuron spiked in the step.
    leaks : sequence of float
        The share of the voltage that is lost in each step.
    input_mv : float
        What arrives in each step, in mV.
    threshold : float
        Voltage at which the neuron spikes, in mV; more than 0.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If a shape, type or value is not as described above.

    Examples
    --------
    >>> voltages, spikes = np.array([[3.0, 0.0], [3.0, 4.5]]), np.array([[0, 1], [0, 0]], bool)
    >>> plot_leak(voltages, spikes, [0.0, 0.5], input_mv=3.0).get_label()
    'Voltage of a neuron over 2 ms, with an input of 3 mV in each step and a threshold of 5 mV: \
1 spike without leak; 0 spikes with a leak of 50 % per step.'
    """
    voltages, spikes = checked_numbers("voltages", voltages), np.asarray(spikes)
    if voltages.ndim != 2 or not voltages.size or voltages.shape != spikes.shape:
        raise ValueError(
            "voltages and spikes should have the same shape (leaks, steps), not "
            f"{voltages.shape} and {spikes.shape}."
        )
    if not len(leaks) == len(voltages) <= 2:
        raise ValueError(
            f"leaks should be one or two, one for each row of voltages, not {len(leaks)} for "
            f"{len(voltages)} rows."
        )
    _check_threshold(threshold)
    steps = voltages.shape[1]
    figure, panels = new_figure(1.0 + 1.6 * len(leaks), rows=len(leaks))
    parts = []
    for axes, voltage, spiked, leak in zip(panels, voltages, spikes, leaks, strict=True):
        axes.plot(np.arange(steps + 1), np.r_[0, voltage], ".-", color=BLUE, linewidth=1.2)
        axes.axhline(threshold, color=GREY, linestyle=":")
        times = np.flatnonzero(spiked) + 1
        axes.vlines(times, threshold, threshold + 2, color=VERMILION, linewidth=3)
        # The scale stays, so that a threshold that changes is seen to move.
        axes.set(ylim=(-0.6, max(threshold + 2.4, 8)), yticks=(0, threshold))
        axes.set(xlim=(0, steps + 0.5), ylabel="voltage\n(mV)")
        axes.tick_params(labelbottom=axes is panels[-1])
        count = counted(len(times), "spike")
        which = f"with a leak of {100 * leak:.3g} % per step" if leak else "without leak"
        axes.set_title(f"{which[0].upper()}{which[1:]}: {count}")
        parts.append(f"{count} {which}")
    panels[-1].set_xlabel("time (ms); dotted: threshold, bars: spikes")
    figure.set_label(
        f"Voltage of a neuron over {steps} ms, with an input of {input_mv:g} mV in each step and a "
        f"threshold of {threshold:g} mV: {'; '.join(parts)}."
    )
    return figure


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


@style.context(STYLE)
def plot_raster(
    spikes: Recordings,
    sizes: Sequence[int],
    label: int | None = None,
    *,
    names: Sequence[str] = LAYERS,
    duration_ms: float = 100,
) -> Figure:
    """Draw a dot for each spike of each layer. The last layer has a neuron for each digit.

    Parameters
    ----------
    spikes : sequence of pairs of ndarrays
        For each layer the times of its spikes in ms, and the neurons.
    sizes : sequence of int
        Neurons in each layer; 10 in the last.
    label : int, optional
        The true digit, 0 to 9, whose neuron is marked.
    names : sequence of str
        What to call the layers.
    duration_ms : float
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
    >>> layers = [(np.array([1.0, 2.0]), np.array([0, 3])), (np.array([3.0]), np.array([7]))]
    >>> plot_raster(layers, [4, 10], 7, names=["input", "output"]).get_label()
    'Raster of 100 ms: 2 spikes of the 4 input neurons, 1 spike of the 10 output neurons. The true \
digit is 7, whose neuron spikes once.'
    """
    layers = checked_recordings(spikes, sizes)
    if len(names) != len(layers):
        raise ValueError(f"names should be {len(layers)}, one for each layer, not {len(names)}.")
    check_duration(duration_ms)
    heights = [2.2, *[1.5] * (len(layers) - 2), 1.8]
    figure = Figure(figsize=(WIDTH, 0.9 + sum(heights)), layout="constrained")
    panels = figure.subplots(len(layers), sharex=True, height_ratios=heights)
    for axes, (times, ids), size, name in zip(panels, layers, sizes, names, strict=True):
        last = axes is panels[-1]
        axes.set(ylim=(-0.02 * size - 0.5, 1.02 * size - 0.5), ylabel=f"{name}\nneuron")
        if not last:
            size_of_dot = 1.6 if size > 200 else 2.8
            axes.plot(times, ids, "o", color=INK, markersize=size_of_dot, markeredgewidth=0)
            axes.set_yticks((0, size - 1))
        else:
            colours = [BLUE if neuron == label else GREY for neuron in ids]
            axes.vlines(times, ids - 0.42, ids + 0.42, color=colours, linewidth=2)
            axes.set_yticks(range(0, 10, 3))
    panels[-1].set(xlim=(-1, duration_ms), xlabel="time (ms)")
    panels[0].set_title("A dot for each spike")
    totals = [
        f"{counted(len(times), 'spike')} of the {size} {name} neurons"
        for (times, _), size, name in zip(layers, sizes, names, strict=True)
    ]
    text = f"Raster of {duration_ms:g} ms: {', '.join(totals)}."
    if label is not None:
        (label,) = checked_digits("label", np.array([label]))
        panels[-1].axhspan(label - 0.5, label + 0.5, color=PALE, zorder=0)
        panels[-1].set_title(f"shaded: {label}, the true digit", fontsize=12, color=BLUE, pad=4)
        count = int(np.count_nonzero(layers[-1][1] == label))
        often = "once" if count == 1 else f"{count} times"
        text += f" The true digit is {label}, whose neuron spikes {often}."
    figure.set_label(text)
    return figure


@style.context(STYLE)
def plot_count_changes(first: NDArray[Any], second: NDArray[Any]) -> Figure:
    """Draw by how many output spikes two runs differ, and for how many images.

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
        If a shape, type or value is not as described above.

    Examples
    --------
    >>> first = np.full((3, 10), 4)
    >>> plot_count_changes(first, first + np.eye(3, 10, dtype=int)).get_label()
    'Two runs count different output spikes for 3 of 3 images, at most 1 more or less in an image.'
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
    axes.set(xlabel="sum of the changes of the ten counts", ylabel="images")
    images = counted(len(first), "image")
    axes.set_title(f"Counts change for {changed:,} of {images}")
    figure.set_label(
        f"Two runs count different output spikes for {changed:,} of {images}, "
        f"at most {most} more or less in an image."
    )
    return figure


@style.context(STYLE)
def plot_drawing(
    picture: NDArray[Any],
    image: NDArray[Any],
    times: NDArray[Any],
    neurons: NDArray[Any],
    *,
    duration_ms: float = 100,
) -> Figure:
    """Draw a picture of a digit, the image that was made of it, and how the network reads it.

    Parameters
    ----------
    picture : ndarray of numbers, shape (height, width)
        Grey levels, the largest of them of the paper.
    image : ndarray of numbers, shape (784,)
        Grey levels, 0 for the paper.
    times, neurons : ndarray, shape (n,)
        When which output neuron spiked, in ms.
    duration_ms : float
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
    >>> spikes = np.array([3.0, 5.0, 6.0]), np.array([7, 7, 2])
    >>> plot_drawing(np.eye(90), np.eye(1, 784)[0], *spikes).get_label()
    'A digit drawn by hand; the same digit scaled and centred on 28 by 28 pixels; and the spikes \
of the 10 output neurons in 100 ms: neuron 7 spikes most, 2 times, so the digit is read as 7.'
    """
    picture, image = checked_numbers("picture", picture), np.asarray(image)
    if picture.ndim != 2 or not picture.size:
        raise ValueError(f"picture should have the shape (height, width), not {picture.shape}.")
    image = checked_images(image[np.newaxis])[0]
    check_duration(duration_ms)
    silent = (np.zeros(0), np.zeros(0, int))
    _, (times, neurons) = checked_recordings([silent, (times, neurons)], [1, 10])
    counts = np.bincount(neurons, minlength=10)
    answer = int(counts.argmax())

    figure = Figure(figsize=(WIDTH, 5.4), layout="constrained")
    grid = figure.add_gridspec(2, 2, height_ratios=(1, 1.25), width_ratios=(1, 1))
    panels = [figure.add_subplot(grid[0, column]) for column in (0, 1)]
    for axes, pixels, title, scale in zip(
        panels,
        (picture, image.reshape(PIXELS, PIXELS)),
        ("As drawn", "As the network sees it"),
        ("gray", "gray_r"),
        strict=True,
    ):
        axes.imshow(pixels, cmap=scale, vmin=0, vmax=pixels.max() or 1)
        axes.set(xticks=(), yticks=())
        axes.spines[:].set(visible=True, color=PALE)
        axes.set_title(title)
    beside = grid[1, :].subgridspec(1, 2, width_ratios=(2, 1), wspace=0.08)
    raster = figure.add_subplot(beside[0])
    bars = figure.add_subplot(beside[1], sharey=raster)
    colours = np.where(np.arange(10) == answer, BLUE, GREY)
    raster.vlines(times, neurons - 0.4, neurons + 0.4, color=colours[neurons], linewidth=2)
    raster.set(xlim=(-1, duration_ms), ylim=(9.6, -0.6), yticks=range(10))
    raster.set(xlabel="time (ms)", ylabel="output neuron")
    bars.barh(range(10), counts, color=colours, height=0.7)
    bars.tick_params(labelleft=False)
    bars.set(xlabel="spikes", xlim=(0, max(int(counts.max()), 1) * 1.1))
    bars.xaxis.set_major_locator(MaxNLocator(3, integer=True))
    finding = "no output neuron spikes, so there is no answer"
    if counts.any():
        often = "once" if counts[answer] == 1 else f"{counts[answer]} times"
        finding = f"neuron {answer} spikes most, {often}, so the digit is read as {answer}"
        raster.set_title(f"Read as {answer}", color=BLUE)
    figure.set_label(
        f"A digit drawn by hand; the same digit scaled and centred on {PIXELS} by {PIXELS} pixels; "
        f"and the spikes of the 10 output neurons in {duration_ms:g} ms: "
        f"{finding}."
    )
    return figure


def _draw_spikes(axes: Axes, times: Sequence[int] | NDArray[Any], threshold: float) -> None:
    """Draw the threshold, and a bar above it for each spike."""
    axes.axhline(threshold, color=GREY, linestyle=":")
    axes.vlines(times, threshold, 1.5 * threshold, color=VERMILION, linewidth=3)
    axes.set(ylim=(-0.1 * threshold, 1.6 * threshold), yticks=(0, threshold))


def _check_threshold(threshold: float) -> None:
    if not threshold > 0:
        raise ValueError(f"threshold should be more than 0, not {threshold!r}.")
