"""Figures of what one image leaves behind for the next, and of the resets that prevent it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import style
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from tutorial_helpers.figures.arguments import (
    check_positive,
    checked_counts,
    checked_digits,
    checked_numbers,
)
from tutorial_helpers.figures.style import BLUE, GREY, INK, STYLE, VERMILION, counted, new_figure


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
        The step after which all voltages were reset to zero.
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
        If a shape, type or value is not as described above.

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
    """Draw how many images depend on the one before, by the idle steps before the reset.

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
        If there is nothing to draw, or a number is not as described above.

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
