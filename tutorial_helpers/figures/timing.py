"""Figures of time: batches, where the time of a run goes, and how fast each way to run is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib import style
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter
from numpy.typing import NDArray

from tutorial_helpers.figures.arguments import check_at_most, check_positive, checked_numbers
from tutorial_helpers.figures.style import (
    BLUE,
    GREY,
    INK,
    PALE,
    STYLE,
    VERMILION,
    counted,
    new_figure,
)


@style.context(STYLE)
def plot_batches(num_images: int, batch_size: int) -> Figure:
    """Draw how a set of images splits into batches, with a bar for each.

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
    # One collection of rectangles is drawn quickly, however many batches there are.
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
def plot_time_shares(seconds: Mapping[str, float], num_images: int) -> Figure:
    """Draw where the time of a run went, with a bar for each part.

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
        If there is nothing to draw, or a number is not as described above.

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
def plot_ladder(rates: Mapping[str, float], *, title: str | None = None) -> Figure:
    """Draw how many images per second each way to simulate classifies, the first at the bottom.

    Parameters
    ----------
    rates : mapping of str to float
        1 to 12 ways, and images per second, more than 0.
    title : str, optional
        Title of the figure. By default it compares the last way with the first.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is nothing to draw, or a number is not as described above.

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


@style.context(STYLE)
def plot_break_even(rates: Mapping[str, float], build_seconds: Mapping[str, float]) -> Figure:
    """Draw how long it takes to build and then to classify, over the number of images.

    A dot marks where a way that has to be built overtakes the fastest of those that do not.

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
        If there is nothing to compare, a name has no rate, or a number is not as described above.

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
    axes.plot([], [], "o", color=GREY, markersize=9, label="ahead from here on")
    axes.set(xscale="log", yscale="log", xlim=(1, 1e6))
    axes.set(xlabel="images to classify", ylabel="seconds, building included")
    _decades(axes.xaxis, most=4)
    _decades(axes.yaxis, most=6)
    axes.set_title("When building pays")
    figure.legend(loc="outside lower left", frameon=False)
    figure.set_label(f"Seconds until images are classified: {'; '.join(sentences)}.")
    return figure


@style.context(STYLE)
def plot_time_per_image(sizes: Sequence[int], seconds: Sequence[float], chosen: int) -> Figure:
    """Draw how long an image takes in batches of each size, with one of them marked.

    Parameters
    ----------
    sizes : sequence of int
        At least two batch sizes, ascending.
    seconds : sequence of float
        Seconds for an image in batches of each size, more than 0.
    chosen : int
        The size to mark, one of `sizes`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If the lengths differ, sizes do not ascend, or a number is not as described above.

    Examples
    --------
    >>> plot_time_per_image([1, 8], [0.0001, 0.00002], 8).get_label()
    'Time for an image in batches of 1: 100 µs; of 8: 20 µs.'
    """
    batch_sizes = _checked_rates("sizes", np.asarray(sizes))
    times = 1e6 * _checked_rates("seconds", np.asarray(seconds))
    if not len(batch_sizes) == len(times) >= 2 or (np.diff(batch_sizes) <= 0).any():
        raise ValueError(
            "sizes and seconds should be equally many, at least 2, and sizes should ascend."
        )
    if chosen not in sizes:
        raise ValueError(f"chosen should be one of the sizes {list(sizes)}, not {chosen!r}.")
    time = times[list(sizes).index(chosen)]
    figure, (axes,) = new_figure(3.2)
    axes.plot(batch_sizes, times, "o-", color=BLUE, linewidth=2)
    axes.plot(chosen, time, "D", color=VERMILION, markersize=11)
    axes.set_xscale("log", base=2)
    axes.set_xticks(batch_sizes, [f"{size:,.0f}" for size in batch_sizes])
    axes.set_xticks([], minor=True)
    axes.set(ylim=(0, 1.25 * times.max()), ylabel="µs per image", xlabel="images in a batch")
    axes.yaxis.set_major_locator(MaxNLocator(5))
    rate = _two_digits(1e6 / time)
    axes.set_title(f"Batches of {chosen}: {_two_digits(time)} µs an image, {rate} a second")
    parts = [
        f"of {size:,.0f}: {_two_digits(time)} µs"
        for size, time in zip(batch_sizes, times, strict=True)
    ]
    figure.set_label(f"Time for an image in batches {'; '.join(parts)}.")
    return figure


def _checked_rates(name: str, values: NDArray[Any]) -> NDArray[np.float64]:
    """Return numbers as floats, if there is at least one and all are more than 0."""
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
    """Write a number with two significant digits, because no more are certain."""
    return f"{float(f'{number:.1e}'):,.0f}"


def _decades(axis: Axis, most: int = 12) -> None:
    """Label only the powers of ten of a logarithmic axis."""
    axis.set_major_locator(LogLocator(numticks=most))
    axis.set_major_formatter(lambda x, _: f"{x:,.0f}" if x >= 1 else f"{x:g}")
    axis.set_minor_formatter(NullFormatter())
