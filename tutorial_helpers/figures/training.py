"""Figures of training and conversion: how a network learns, and what spikes make of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from tutorial_helpers.figures.arguments import check_at_most, checked_numbers
from tutorial_helpers.figures.style import (
    BLUE,
    COLOURS,
    GREY,
    INK,
    LINES,
    MARKS,
    STYLE,
    VERMILION,
    counted,
    legend_if_several,
    new_figure,
)

# For points that lie on one another. Even a single one is visible.
_DENSITY = LinearSegmentedColormap.from_list("density", ["#a8cbe4", BLUE, "#00243a"])
_WRONG = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)  # per cent from 100: ticks of such an axis
_NEAR = 10.0  # per cent from the best: what an enlarged axis shows


@style.context(STYLE)
def plot_learning(
    losses: Sequence[float], accuracies: Sequence[float], *, title: str = "Learning"
) -> Figure:
    """Draw the loss of each epoch and the accuracy after it.

    Parameters
    ----------
    losses : sequence of float
        Mean loss in epochs 1, 2, …; at least one, each more than 0.
    accuracies : sequence of float
        On images held out from training, in per cent: before the first epoch, and after each.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If numbers are missing, or not as described above.

    Examples
    --------
    >>> plot_learning([1.5, 0.25], [10, 80, 90.5]).get_label()
    'Learning in 2 epochs: the loss goes from 1.5 to 0.25, the accuracy on held-out images from \
10.0 % to 90.5 %.'
    """
    values = checked_numbers("losses", np.asarray(losses, dtype=float))
    if values.ndim != 1 or not len(values) or not values.all():
        raise ValueError("losses should be numbers of more than 0, at least one.")
    rights = _checked_percentages("accuracies", accuracies)
    if rights.shape != (len(values) + 1,):
        raise ValueError(
            f"accuracies should be {len(values) + 1}, one before the first epoch and one after "
            f"each of {len(values)}, not {rights.size}."
        )
    epochs = np.arange(1, len(values) + 1)
    figure, (top, bottom) = new_figure(4.8, rows=2)
    top.plot(epochs, values, "-o", color=VERMILION, linewidth=2, markersize=5)
    top.set(ylabel="loss", title=title)
    top.set_ylim(bottom=0)
    bottom.plot(np.arange(len(rights)), rights, "-s", color=BLUE, linewidth=2, markersize=5)
    _enlarge(bottom, rights)
    bottom.set(xlabel="epoch", ylabel="% right,\nheld out")
    for axes in (top, bottom):
        axes.set_xlim(-0.3, len(values) + 0.3)
        axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    top.tick_params(labelbottom=False)
    figure.set_label(
        f"{title} in {counted(len(values), 'epoch')}: the loss goes from {values[0]:.3g} to "
        f"{values[-1]:.3g}, the accuracy on held-out images from {rights[0]:.1f} % to "
        f"{rights[-1]:.1f} %."
    )
    return figure


@style.context(STYLE)
def plot_scales(
    scales: Sequence[float],
    curves: Mapping[str, Sequence[float]],
    *,
    reference: float,
    marked: float,
    xlabel: str,
    title: str,
) -> Figure:
    """Draw how often a spiking network is right, over the scale of its weights.

    The axis of the scale is logarithmic. That of the accuracies is stretched towards 100 %: halving
    what is wrong takes the same height everywhere. Less than one image wrong in a thousand is drawn
    as one.

    Parameters
    ----------
    scales : sequence of float
        At least two, ascending, more than 0.
    curves : mapping of str to sequence of float
        For 1 to 3 numbers of steps, under their names, the accuracy at each scale, in per cent.
    reference : float
        Accuracy of the ordinary network, in per cent, which is the same at all scales.
    marked : float
        The scale that is used so far, which rings mark; stars mark where curves are highest.
    xlabel, title : str
        Name of the scale, and title of the figure.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is nothing to draw, or a length or value is not as described above.

    Examples
    --------
    >>> curves = {"12 steps": [10, 90, 70.5]}
    >>> names = {"xlabel": "times", "title": "Any scale"}
    >>> plot_scales([0.5, 1, 2], curves, reference=95, marked=2, **names).get_label()
    'Any scale. Accuracy by the scale of the weights, from 0.5 to 2: 12 steps, best at 1 with \
90.0 %, and 70.5 % at 2, used so far; the ordinary network, 95.0 %.'
    """
    places = _checked_scales(np.asarray(scales, dtype=float))
    if marked not in places:
        raise ValueError(f"marked should be one of the scales, not {marked!r}.")
    level = _checked_percentages("reference", [reference])[0]
    rates = _checked_curves(curves, len(places))
    figure, (axes,) = new_figure(4.2 + 0.3 * len(curves))
    shown = np.minimum([*rates, np.full(len(places), level)], 100 - _WRONG[0])
    axes.axhline(shown[-1, 0], color=GREY, linewidth=2, linestyle=":", label="ordinary network")
    at = int(np.flatnonzero(places == marked)[0])
    highest, sentences = [], []
    looks = zip(COLOURS, LINES, MARKS, strict=True)
    for name, values, curve, (colour, line, mark) in zip(curves, rates, shown, looks, strict=False):
        axes.plot(places, curve, line, marker=mark, color=colour, linewidth=2, label=name)
        best = int(values.argmax())
        highest.append((places[best], curve[best]))
        others = "" if best == at else f", and {values[at]:.1f} % at {marked:g}"
        sentences.append(
            f"{name}, best at {places[best]:g} with {values[best]:.1f} %{others}, used so far"
        )
    used = [(marked, curve[at]) for curve in shown[:-1]]
    (rings,) = axes.plot(*np.transpose(used), "o", color=INK, markersize=17, label="used so far")
    rings.set_fillstyle("none")
    (stars,) = axes.plot(*np.transpose(highest), "*", color="white", markersize=14, label="best")
    stars.set_markeredgecolor(INK)
    axes.set(xscale="log", xlabel=xlabel, ylabel="% right\n(stretched towards 100)", title=title)
    _stretch(axes, shown)
    axes.set_xticks(places, [f"{place:g}" for place in places])
    axes.set_xticks([], minor=True)
    legend_if_several(figure, axes, two_columns_below=24)
    figure.set_label(
        f"{title}. Accuracy by the scale of the weights, from {places[0]:g} to {places[-1]:g}: "
        f"{'; '.join(sentences)}; the ordinary network, {level:.1f} %."
    )
    return figure


@style.context(STYLE)
def plot_activations(panels: Mapping[str, tuple[NDArray[Any], NDArray[Any]]]) -> Figure:
    """Draw the spike rates of neurons over the rates that the ordinary network asks for.

    Each point is one neuron for one image. Where many points coincide, the figure is darker.

    Parameters
    ----------
    panels : mapping of str to pair of ndarrays of numbers, of one shape
        1 to 3 networks; for each, the rates asked for and the rates of the spiking network, both in
        spikes per step. At least two neurons, not all alike.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is nothing to draw, or a shape, type or value is not as described above.

    Examples
    --------
    >>> plot_activations({"one": (np.array([0, 0.5, 3.0]), np.array([0, 0.5, 1.0]))}).get_label()
    'Rates of spikes by the rates asked for: one, 3 points, correlation 0.93, asked for up to 3 \
spikes per step and got up to 1, 33 % asked for more than 1.'
    """
    if not panels:
        raise ValueError("panels should hold at least one network, not none.")
    check_at_most("panels", len(panels), 3)
    figure, places = new_figure(0.5 + 3.0 * len(panels), rows=len(panels))
    sentences = []
    for axes, (name, (asked, got)) in zip(places, panels.items(), strict=True):
        expected = checked_numbers("the rates asked for", asked).astype(float).ravel()
        rates = checked_numbers("the rates of spikes", got).astype(float).ravel()
        if np.shape(asked) != np.shape(got):
            raise ValueError(
                "the rates asked for and those of spikes should have one shape, not "
                f"{np.shape(asked)} and {np.shape(got)}."
            )
        if len(np.unique(expected)) < 2 or len(np.unique(rates)) < 2:
            raise ValueError("rates should differ between points, but all are the same.")
        most = float(expected.max())
        right = 1.02 * max(most, 1.0)
        bins = (np.linspace(0, right, 90), np.linspace(-0.01, 1.03, 53))
        axes.hist2d(expected, rates, bins=bins, cmap=_DENSITY, norm=LogNorm())
        ideal = np.array([0, 1, right])
        label = "as asked for, 1 at most"
        axes.plot(ideal, np.minimum(ideal, 1), "--", color=VERMILION, linewidth=1.5, label=label)
        axes.legend(frameon=False, loc="lower right")
        correlation = np.corrcoef(expected, rates)[0, 1]
        axes.set(xlim=(0, right), ylim=(-0.03, 1.06), ylabel="spikes per step")
        axes.set_title(f"{name}: correlation {correlation:.2f}")
        sentences.append(
            f"{name}, {counted(len(rates), 'point')}, correlation {correlation:.2f}, asked for up "
            f"to {most:.3g} spikes per step and got up to {rates.max():.3g}, "
            f"{100 * np.mean(expected > 1):.0f} % asked for more than 1"
        )
    places[-1].set_xlabel("spikes per step that the ordinary network asks for")
    figure.set_label(f"Rates of spikes by the rates asked for: {'; '.join(sentences)}.")
    return figure


@style.context(STYLE)
def plot_milestones(
    milestones: Mapping[str, Mapping[str, float]], *, reference: float, title: str
) -> Figure:
    """Draw the accuracies of several networks below one another.

    Parameters
    ----------
    milestones : mapping of str to mapping of str to float
        For 1 to 8 networks, the accuracy in per cent for each of 1 to 3 numbers of steps, which are
        the same for all.
    reference : float
        Accuracy of the ordinary network, in per cent.
    title : str
        Title of the figure.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is nothing to draw, names differ, or a number is no percentage.

    Examples
    --------
    >>> found = {"copied": {"12 steps": 90, "100 steps": 94.25}}
    >>> plot_milestones(found, reference=98, title="So far").get_label()
    'So far, in per cent right: copied, 90.0 with 12 steps, 94.2 with 100 steps; the ordinary \
network, 98.0.'
    """
    if not milestones:
        raise ValueError("milestones should hold at least one network, not none.")
    check_at_most("milestones", len(milestones), 8)
    kinds = list(next(iter(milestones.values())))
    if not kinds or any(list(found) != kinds for found in milestones.values()):
        raise ValueError("milestones should have the same numbers of steps for all networks.")
    check_at_most("numbers of steps", len(kinds), len(MARKS))
    values = np.array(
        [_checked_percentages("milestones", [*found.values()]) for found in milestones.values()]
    )
    level = _checked_percentages("reference", [reference])[0]
    figure, (axes,) = new_figure(1.8 + 0.42 * len(values))
    rows = np.arange(len(values))
    axes.axvline(level, color=GREY, linewidth=2, linestyle=":", label="ordinary network")
    axes.hlines(rows, values.min(axis=1), values.max(axis=1), color=GREY, linewidth=1)
    for kind, column, colour, mark in zip(kinds, values.T, COLOURS, MARKS, strict=False):
        axes.plot(column, rows, mark, color=colour, markersize=9, label=kind)
    axes.set_yticks(rows, list(milestones))
    axes.set(ylim=(len(values) - 0.5, -0.5), xlabel="% right", title=title)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    legend_if_several(figure, axes, two_columns_below=24)
    sentences = [
        f"{name}, {', '.join(f'{value:.1f} with {kind}' for kind, value in found.items())}"
        for name, found in milestones.items()
    ]
    figure.set_label(
        f"{title}, in per cent right: {'; '.join(sentences)}; the ordinary network, {level:.1f}."
    )
    return figure


def _checked_scales(values: NDArray[Any]) -> NDArray[np.float64]:
    """Return scales as floats, if there are at least two and they ascend from above 0."""
    numbers = checked_numbers("scales", values).astype(np.float64)
    if numbers.ndim != 1 or len(numbers) < 2 or not (np.diff(numbers) > 0).all():
        raise ValueError("scales should be at least two numbers, ascending.")
    if not numbers.all():
        raise ValueError("scales should be more than 0: their axis is logarithmic.")
    return numbers


def _checked_curves(curves: Mapping[str, Any], n: int) -> list[NDArray[np.float64]]:
    """Return 1 to 3 curves of percentages, if each has `n` numbers."""
    if not curves:
        raise ValueError("curves should hold at least one curve, not none.")
    check_at_most("curves", len(curves), len(COLOURS))
    arrays = [_checked_percentages("curves", curve) for curve in curves.values()]
    for array in arrays:
        if array.shape != (n,):
            raise ValueError(f"curves should have the shape ({n},), not {array.shape}.")
    return arrays


def _checked_percentages(name: str, values: Any) -> NDArray[np.float64]:
    """Return numbers as floats, if they are from 0 to 100."""
    numbers = checked_numbers(name, np.asarray(values)).astype(np.float64)
    if numbers.max(initial=0) > 100:
        raise ValueError(f"{name} should be percentages, 100 at most, not {numbers.max():g}.")
    return numbers


def _stretch(axes: Axes, values: NDArray[np.float64]) -> None:
    """Stretch an axis of accuracies, all below 100 %, towards 100 %."""

    def height(right: NDArray[np.float64]) -> NDArray[np.float64]:
        return -np.log10(100.0 - right)

    def at_height(heights: NDArray[np.float64]) -> NDArray[np.float64]:
        return 100.0 - 10.0**-heights

    heights = height(values)
    room = 0.1 * max(np.ptp(heights), 0.5)
    low, high = at_height(np.array([heights.min() - room, heights.max() + room]))
    axes.set_ylim(low, high)  # before the scale, which has no height for 100
    axes.set_yscale("function", functions=(height, at_height))
    axes.set_yticks([100 - wrong for wrong in _WRONG[::-1] if low <= 100 - wrong <= high])
    axes.set_yticks([], minor=True)
    axes.yaxis.set_major_formatter("{x:g}")


def _enlarge(axes: Axes, values: NDArray[np.float64]) -> None:
    """Limit an axis of accuracies to what is near the best."""
    best = float(values.max())
    low = float(values[values >= best - _NEAR].min())
    room = 0.1 * max(best - low, 0.5)
    axes.set_ylim(low - room, best + room)
