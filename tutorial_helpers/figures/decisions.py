"""Figures of decisions that take time: when answers come, when to stop, and what steps cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullFormatter
from numpy.typing import NDArray

from tutorial_helpers.figures.arguments import check_at_most, check_positive, checked_numbers
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

_TOLD = (5, 10, 20, 50, 100, 200, 500, 1000)  # steps at which a description gives the values
_ZOOM = 5.0  # per cent below the best: what an enlarged axis shows


@style.context(STYLE)
def plot_accuracy_over_time(curves: Mapping[str, NDArray[Any]]) -> Figure:
    """Draw accuracy over the number of steps, once as a whole and once enlarged.

    Parameters
    ----------
    curves : mapping of str to ndarray of numbers, shape (steps,)
        For 1 to 3 networks, under their names, the accuracy after 1, 2, … steps, in per cent. All
        have the same number of steps, at least 2.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is nothing to draw, lengths differ, or a number is no percentage.

    Examples
    --------
    >>> plot_accuracy_over_time({"one": np.array([10, 50, 80, 85, 90, 90])}).get_label()
    'Accuracy by the number of steps: one, 90.0 % after 5, 90.0 % after 6.'
    """
    accuracies = _checked_accuracies("curves", curves)
    steps = np.arange(1, len(accuracies[0]) + 1)
    figure, panels = new_figure(5.6, rows=2)
    for axes in panels:
        for name, accuracy, colour, line in zip(curves, accuracies, COLOURS, LINES, strict=False):
            axes.plot(steps, accuracy, line, color=colour, linewidth=2, label=name)
        axes.set(xlim=(0, steps[-1]), ylabel="% right")
    panels[0].set(ylim=(0, 102), title="Accuracy by the number of steps")
    panels[0].tick_params(labelbottom=False)
    _enlarge(panels[1], accuracies)
    panels[1].set_xlabel("steps (1 ms each)")
    panels[1].set_title("The same, enlarged")
    legend_if_several(figure, panels[0], two_columns_below=28)
    told = sorted({step for step in _TOLD if step <= steps[-1]} | {int(steps[-1])})
    sentences = []
    for name, accuracy in zip(curves, accuracies, strict=True):
        values = [f"{accuracy[step - 1]:.1f} % after {step}" for step in told]
        sentences.append(f"{name}, {', '.join(values)}")
    figure.set_label(f"Accuracy by the number of steps: {'; '.join(sentences)}.")
    return figure


@style.context(STYLE)
def plot_settling(
    steps: NDArray[Any],
    right: NDArray[Any],
    timesteps: int,
    *,
    answered: NDArray[Any] | None = None,
) -> Figure:
    """Draw when answers become final, the right ones and the wrong ones apart.

    Parameters
    ----------
    steps : ndarray of integers, shape (n,)
        For each image the step after which its answer no longer changes, 1 to `timesteps`.
    right : ndarray of bools, shape (n,)
        Whether that answer is right.
    timesteps : int
        Number of steps for which the images were shown, at least 1.
    answered : ndarray of bools, shape (n,), optional
        Whether an image ever gets an answer; those that never do are left out, and counted in
        words. All do unless given.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If a shape, type or value is not as described above, or no image gets an answer.

    Examples
    --------
    >>> plot_settling(np.array([5, 6, 9]), np.array([True, True, False]), 10).get_label()
    'Steps after which answers no longer change: half of the 2 right ones by step 5, all by step \
6; half of the 1 wrong one by step 9, all by step 9.'
    """
    check_positive("timesteps", timesteps)
    steps = _checked_steps("steps", steps, timesteps)
    right = _checked_bools("right", right, steps.shape)
    silent = 0
    if answered is not None:
        answered = _checked_bools("answered", answered, steps.shape)
        if not answered.any():
            raise ValueError("answered should be true for at least one image.")
        silent = int(np.sum(~answered))
        steps, right = steps[answered], right[answered]
    groups = [
        (steps[chosen], name, colour)
        for chosen, name, colour in [(right, "right", BLUE), (~right, "wrong", VERMILION)]
        if chosen.any()
    ]
    figure, panels = new_figure(0.8 + 2.1 * len(groups), rows=len(groups))
    sentences = []
    for axes, (when, name, colour) in zip(panels, groups, strict=True):
        axes.bar(np.arange(1, timesteps + 1), np.bincount(when, minlength=timesteps + 1)[1:], 1.0)
        for patch in axes.patches:
            patch.set_color(colour)
        half = _first_for(when, 0.5)
        axes.axvline(half, color=INK, linestyle=":", linewidth=1.5)
        axes.set(xlim=(0, timesteps + 0.5), ylabel="images")
        axes.tick_params(labelbottom=axes is panels[-1])
        axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
        axes.yaxis.set_major_formatter("{x:,.0f}")
        title = axes.set_title(
            f"{counted(len(when), f'{name} answer')}: half of them by step {half}"
        )
        title.set_color(colour)
        ones = counted(len(when), f"{name} one")
        sentences.append(f"half of the {ones} by step {half}, all by step {when.max()}")
    words = "step after which the answer no longer changes"
    left_out = ""
    if silent:
        words += f"\n(without {counted(silent, 'image')} that never got an answer)"
        left_out = f" Left out: {counted(silent, 'image')} that never got an answer."
    panels[-1].set_xlabel(words)
    figure.set_label(
        f"Steps after which answers no longer change: {'; '.join(sentences)}.{left_out}"
    )
    return figure


@style.context(STYLE)
def plot_moments(moments: Mapping[str, NDArray[Any]], timesteps: int) -> Figure:
    """Draw, step by step, the share of images for which each of several moments has come.

    Parameters
    ----------
    moments : mapping of str to ndarray of integers, shape (n,)
        1 to 3 kinds of moments, and for each image the step at which it comes, 1 to `timesteps`.
    timesteps : int
        Number of steps for which the images were shown, at least 1.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is nothing to draw, lengths differ, or a value is not as described above.

    Examples
    --------
    >>> plot_moments({"final": np.array([4, 6]), "proved": np.array([8, 9])}, 10).get_label()
    'Share of 2 images over 10 steps: final, half by step 4, all by step 6, 5.0 on average; \
proved, half by step 8, all by step 9, 8.5 on average.'
    """
    check_positive("timesteps", timesteps)
    if not moments:
        raise ValueError("moments should hold at least one kind, not none.")
    check_at_most("moments", len(moments), len(COLOURS))
    kinds = [_checked_steps("moments", steps, timesteps) for steps in moments.values()]
    if len({len(steps) for steps in kinds}) > 1:
        raise ValueError("moments should be of the same images, but their numbers differ.")
    figure, (axes,) = new_figure(3.2 + 0.3 * len(kinds))
    sentences = []
    for name, steps, colour, line in zip(moments, kinds, COLOURS, LINES, strict=False):
        reached = np.cumsum(np.bincount(steps, minlength=timesteps + 1)) / len(steps)
        text = f"{name}: {steps.mean():.1f} steps on average"
        axes.plot(100 * reached, line, color=colour, linewidth=2, label=text)
        sentences.append(
            f"{name}, half by step {_first_for(steps, 0.5)}, all by step {steps.max()}, "
            f"{steps.mean():.1f} on average"
        )
    images = counted(len(kinds[0]), "image")
    axes.set(xlim=(0, timesteps), ylim=(0, 103), xlabel="steps (1 ms each)")
    axes.set(ylabel="% of images", title=f"{images}: when an answer is …")
    handles, names = axes.get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower left", frameon=False)
    figure.set_label(
        f"Share of {images} over {counted(timesteps, 'step')}: {'; '.join(sentences)}."
    )
    return figure


@style.context(STYLE)
def plot_early_answers(
    fixed: Mapping[str, NDArray[Any]],
    stopped: Mapping[str, NDArray[Any]],
    chosen: Mapping[str, int],
    *,
    title: str = "Stopping early",
) -> Figure:
    """Draw accuracy over steps, with the same number for all images and with as many as each needs.

    Parameters
    ----------
    fixed : mapping of str to ndarray of numbers, shape (steps,)
        For 1 to 3 networks the accuracy after 1, 2, … steps for all images, in per cent.
    stopped : mapping of str to ndarray of numbers, shape (margins, 2)
        For the same networks, and for margins of 1, 2, …, the number of steps on average, and the
        accuracy in per cent.
    chosen : mapping of str to int
        For each network the margin that was chosen, which is marked.
    title : str
        Title of the figure.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is nothing to draw, names or shapes do not fit, or a number is not as described
        above.

    Examples
    --------
    >>> stopped = np.array([[3.5, 80], [6.25, 90]])
    >>> plot_early_answers({"one": np.arange(10, 90)}, {"one": stopped}, {"one": 2}).get_label()
    'Accuracy by steps: one, 89.0 % after 80 steps for each image; with a margin of 2, 90.0 % \
after 6.2 steps on average.'
    """
    accuracies = _checked_accuracies("fixed", fixed)
    if set(stopped) != set(fixed) or set(chosen) != set(fixed):
        raise ValueError(
            f"stopped and chosen should be of {', '.join(fixed)}, as fixed is, not of "
            f"{', '.join(stopped)} and of {', '.join(chosen)}."
        )
    figure, (axes,) = new_figure(4.0 + 0.3 * len(fixed))
    sentences, above = [], []
    for name, accuracy, colour, mark in zip(fixed, accuracies, COLOURS, MARKS, strict=False):
        points = checked_numbers("stopped", stopped[name])
        if points.ndim != 2 or points.shape[1] != 2 or not len(points):
            raise ValueError(
                "stopped should have the shape (margins, 2), margins at least 1, not "
                f"{points.shape}."
            )
        if not 1 <= chosen[name] <= len(points):
            raise ValueError(f"chosen should be from 1 to {len(points)}, not {chosen[name]!r}.")
        steps = np.arange(1, len(accuracy) + 1)
        axes.plot(steps, accuracy, ":", color=colour, linewidth=2, label=f"{name}: same for all")
        label = f"{name}: margins 1, 2, …"
        axes.plot(*points.T, "-", marker=mark, color=colour, markersize=5, label=label)
        mean, value = points[chosen[name] - 1]
        axes.plot(mean, value, mark, color=colour, markersize=15, fillstyle="none", mew=2)
        axes.annotate(
            f"{chosen[name]}",
            (mean, value),
            (0, -22),
            textcoords="offset points",
            color=colour,
            ha="center",
        )
        above.append(points[:, 1])
        sentences.append(
            f"{name}, {accuracy[-1]:.1f} % after {len(steps)} steps for each image; with a margin "
            f"of {chosen[name]}, {value:.1f} % after {mean:.1f} steps on average"
        )
    _enlarge(axes, [*accuracies, *above])
    axes.set(xlim=(0, max(map(len, accuracies))), xlabel="steps on average", ylabel="% right")
    axes.set_title(title)
    legend_if_several(figure, axes, two_columns_below=28)
    figure.set_label(f"Accuracy by steps: {'; '.join(sentences)}.")
    return figure


@style.context(STYLE)
def plot_operations(operations: Mapping[str, NDArray[Any]], others: Mapping[str, float]) -> Figure:
    """Draw how many operations a decision has taken after each step, beside fixed numbers.

    A dot marks where a curve exceeds such a number for the first time.

    Parameters
    ----------
    operations : mapping of str to ndarray of numbers, shape (steps,)
        1 to 3 curves: operations for an image until the end of steps 1, 2, …; each ends above 0.
    others : mapping of str to float
        Up to 3 numbers of operations, more than 0, to compare with.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is nothing to draw, lengths differ, or a number is not as described above.

    Examples
    --------
    >>> plot_operations({"additions": np.array([0, 40, 80, 120])}, {"products": 100}).get_label()
    'Operations for an image: additions, 120 after 4 steps, more than the 100 products from step \
4 on.'
    """
    if not operations:
        raise ValueError("operations should hold at least one curve, not none.")
    check_at_most("operations", len(operations), len(COLOURS))
    check_at_most("others", len(others), 3)
    curves = [checked_numbers("operations", curve) for curve in operations.values()]
    shapes = {curve.shape for curve in curves}
    if len(shapes) > 1 or curves[0].ndim != 1 or len(curves[0]) < 2:
        raise ValueError("operations should have one shape (steps,), steps at least 2.")
    levels = checked_numbers("others", np.array([*others.values()], dtype=float))
    if not all(curve[-1] > 0 for curve in curves) or not (levels > 0).all():
        raise ValueError("operations should end above 0, and others should be more than 0.")
    steps = np.arange(1, len(curves[0]) + 1)
    figure, (axes,) = new_figure(3.3 + 0.3 * (len(curves) + len(levels)))
    axes.set(xscale="log", yscale="log")
    sentences = []
    for name, curve, colour, line in zip(operations, curves, COLOURS, LINES, strict=False):
        drawn = curve > 0  # a logarithmic axis has no zero
        axes.plot(steps[drawn], curve[drawn], line, color=colour, linewidth=2, label=name)
        sentence = f"{name}, {curve[-1]:,.0f} after {len(steps)} steps"
        for other, level in zip(others, levels, strict=True):
            more = np.flatnonzero(curve > level)
            if len(more):
                axes.plot(steps[more[0]], curve[more[0]], "o", color=colour, markersize=8)
                sentence += f", more than the {level:,.0f} {other} from step {steps[more[0]]} on"
        sentences.append(sentence)
    for other, level, line in zip(others, levels, ("--", ":", "-."), strict=False):
        text = f"{level:,.0f} {other}"
        axes.axhline(level, color=GREY, linewidth=2, linestyle=line, label=text)
    numbers = [step for base in (1, 10, 100, 1000) for step in (base, 2 * base, 5 * base)]
    shown = [step for step in numbers if step <= steps[-1]]
    axes.set_xticks(shown, [f"{step:,}" for step in shown])
    axes.set_xticks([], minor=True)
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set(xlim=(1, steps[-1]), xlabel="steps (1 ms each)", ylabel="for an image")
    axes.set_title("Operations by the number of steps")
    legend_if_several(figure, axes, two_columns_below=28)
    figure.set_label(f"Operations for an image: {'; '.join(sentences)}.")
    return figure


@style.context(STYLE)
def plot_speed(
    timesteps: Sequence[int],
    rates: Mapping[str, Sequence[float]],
    accuracies: Mapping[str, Sequence[float]],
) -> Figure:
    """Draw accuracy over images per second, with a mark for each number of steps.

    Parameters
    ----------
    timesteps : sequence of int
        At least two numbers of steps, ascending.
    rates : mapping of str to sequence of float
        For 1 to 3 networks the images per second with each of them, more than 0.
    accuracies : mapping of str to sequence of float
        For the same networks the accuracy with each of them, in per cent.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is nothing to draw, names or lengths do not fit, or a number is not as described
        above.

    Examples
    --------
    >>> plot_speed([10, 100], {"one": [9000, 1000]}, {"one": [90, 98]}).get_label()
    'Accuracy and images per second: one, 90.0 % and 9,000 with 10 steps, 98.0 % and 1,000 with \
100.'
    """
    steps = checked_numbers("timesteps", np.asarray(timesteps))
    if (
        steps.ndim != 1
        or len(steps) < 2
        or any(after <= before for before, after in pairwise(steps))
    ):
        raise ValueError("timesteps should be at least two numbers, ascending.")
    if list(rates) != list(accuracies):
        raise ValueError(
            f"rates and accuracies should be of the same networks, not of {', '.join(rates)} and "
            f"of {', '.join(accuracies)}."
        )
    values = _checked_accuracies("accuracies", {k: np.asarray(v) for k, v in accuracies.items()})
    speeds = [checked_numbers("rates", np.asarray(speed, dtype=float)) for speed in rates.values()]
    if any(array.shape != steps.shape or not array.all() for array in (*speeds, values[0])):
        raise ValueError(
            f"rates and accuracies should be {len(steps)}, one for each number of steps, and more "
            "than 0."
        )
    figure, (axes,) = new_figure(3.9)
    sentences = []
    _enlarge(axes, values)
    bottom, _ = axes.get_ylim()
    # The numbers of the lowest curve go below it, where they meet no other curve.
    ends = {name: value[-1] for name, value in zip(rates, values, strict=True)}
    lowest = min(ends, key=ends.__getitem__) if len(ends) > 1 else None
    for name, speed, value, colour, line, mark in zip(
        rates, speeds, values, COLOURS, LINES, MARKS, strict=False
    ):
        axes.plot(speed, value, line, marker=mark, color=colour, linewidth=2, label=name)
        for step, x, y in zip(steps, speed, value, strict=True):
            if y > bottom:
                side = -18 if name == lowest else 7
                axes.annotate(
                    f"{step}", (x, y), (0, side), textcoords="offset points", color=colour
                )
        parts = [
            f"{y:.1f} % and {x:,.0f} with {step}{' steps' if step == steps[0] else ''}"
            for step, x, y in zip(steps, speed, value, strict=True)
        ]
        sentences.append(f"{name}, {', '.join(parts)}")
    axes.set(xlim=(0, 1.08 * max(speed.max() for speed in speeds)), ylabel="% right")
    axes.set_xlabel("images per second")
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.set_title("Speed and accuracy, by steps")
    legend_if_several(figure, axes, two_columns_below=28)
    figure.set_label(f"Accuracy and images per second: {'; '.join(sentences)}.")
    return figure


def _checked_accuracies(name: str, curves: Mapping[str, Any]) -> list[NDArray[np.float64]]:
    """Return 1 to 3 curves of percentages, if all have the same length of at least 2."""
    if not curves:
        raise ValueError(f"{name} should hold at least one curve, not none.")
    check_at_most(name, len(curves), len(COLOURS))
    arrays = [checked_numbers(name, curve).astype(np.float64) for curve in curves.values()]
    shapes = {array.shape for array in arrays}
    if len(shapes) > 1 or arrays[0].ndim != 1 or len(arrays[0]) < 2:
        raise ValueError(
            f"{name} should have one shape (n,), n at least 2, not "
            f"{' and '.join(str(array.shape) for array in arrays)}."
        )
    if max(array.max() for array in arrays) > 100:
        raise ValueError(f"{name} should be percentages, 100 at most.")
    return arrays


def _enlarge(axes: Axes, accuracies: Sequence[NDArray[np.float64]]) -> None:
    """Limit an axis of accuracies to the best few per cent."""
    best = max(float(accuracy.max()) for accuracy in accuracies)
    bottom = max(np.floor(best) - _ZOOM + 1, 0)
    axes.set_ylim(bottom, best + 0.08 * (best - bottom + 1))
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))


def _checked_steps(name: str, steps: NDArray[Any], timesteps: int) -> NDArray[np.int64]:
    """Return steps as integers, if there is at least one and all are from 1 to `timesteps`."""
    steps = np.asarray(steps)
    if steps.ndim != 1 or not len(steps) or steps.dtype.kind not in "iu":
        raise ValueError(
            f"{name} should be integers of the shape (n,), n at least 1, not {steps.dtype} of "
            f"{steps.shape}."
        )
    if steps.min() < 1 or steps.max() > timesteps:
        raise ValueError(
            f"{name} should be from 1 to {timesteps}, not from {steps.min()} to {steps.max()}."
        )
    return steps.astype(np.int64)


def _checked_bools(name: str, values: NDArray[Any], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return values as an array, if they are bools of a shape."""
    values = np.asarray(values)
    if values.dtype != bool or values.shape != shape:
        raise ValueError(
            f"{name} should be bools of the shape {shape}, not {values.dtype} of {values.shape}."
        )
    return values


def _first_for(steps: NDArray[np.int64], share: float) -> int:
    """Return the first step by which a share of all images has come."""
    return int(np.sort(steps)[int(np.ceil(share * len(steps))) - 1])
