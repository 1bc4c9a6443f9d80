"""Figures of decisions that take time: when answers come, and when to stop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from tutorial_helpers.figures.arguments import check_at_most, check_positive, checked_numbers
from tutorial_helpers.figures.style import (
    BLUE,
    COLOURS,
    GREY,
    INK,
    MARKS,
    STYLE,
    VERMILION,
    counted,
    legend_if_several,
    new_figure,
)

_ZOOM = 5.0  # per cent below the best: what an enlarged axis shows


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
    steps = _checked_steps(steps, timesteps)
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
        half = np.sort(when)[(len(when) - 1) // 2]
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
    accuracies = _checked_accuracies(fixed)
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
    axes.plot(
        [], [], MARKS[0], color=GREY, markersize=12, fillstyle="none", mew=2, label="chosen margin"
    )
    _enlarge(axes, [*accuracies, *above])
    axes.set(xlim=(0, max(map(len, accuracies))), xlabel="steps on average", ylabel="% right")
    axes.set_title(title)
    legend_if_several(figure, axes, two_columns_below=28)
    figure.set_label(f"Accuracy by steps: {'; '.join(sentences)}.")
    return figure


def _checked_accuracies(curves: Mapping[str, Any]) -> list[NDArray[np.float64]]:
    """Return 1 to 3 curves of percentages, if all have the same length of at least 2."""
    if not curves:
        raise ValueError("fixed should hold at least one curve, not none.")
    check_at_most("fixed", len(curves), len(COLOURS))
    arrays = [checked_numbers("fixed", curve).astype(np.float64) for curve in curves.values()]
    shapes = {array.shape for array in arrays}
    if len(shapes) > 1 or arrays[0].ndim != 1 or len(arrays[0]) < 2:
        raise ValueError(
            "fixed should have one shape (n,), n at least 2, not "
            f"{' and '.join(str(array.shape) for array in arrays)}."
        )
    if max(array.max() for array in arrays) > 100:
        raise ValueError("fixed should be percentages, 100 at most.")
    return arrays


def _enlarge(axes: Axes, accuracies: Sequence[NDArray[np.float64]]) -> None:
    """Limit an axis of accuracies to the best few per cent."""
    best = max(float(accuracy.max()) for accuracy in accuracies)
    bottom = max(np.floor(best) - _ZOOM + 1, 0)
    axes.set_ylim(bottom, best + 0.08 * (best - bottom + 1))
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))


def _checked_steps(steps: NDArray[Any], timesteps: int) -> NDArray[np.int64]:
    """Return steps as integers, if there is at least one and all are from 1 to `timesteps`."""
    steps = np.asarray(steps)
    if steps.ndim != 1 or not len(steps) or steps.dtype.kind not in "iu":
        raise ValueError(
            f"steps should be integers of the shape (n,), n at least 1, not {steps.dtype} of "
            f"{steps.shape}."
        )
    if steps.min() < 1 or steps.max() > timesteps:
        raise ValueError(
            f"steps should be from 1 to {timesteps}, not from {steps.min()} to {steps.max()}."
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
