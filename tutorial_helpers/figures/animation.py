"""The animations: spikes of all layers, and the answers of a batch, step by step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isqrt
from typing import Any

import numpy as np
from matplotlib import style
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from tutorial_helpers.figures.arguments import (
    Recordings,
    check_at_most,
    check_positive,
    checked_digits,
    checked_images,
    checked_numbers,
    checked_recordings,
)
from tutorial_helpers.figures.player import Animation, gif_file, self_contained
from tutorial_helpers.figures.style import (
    BLUE,
    GREY,
    LAYERS,
    PALE,
    PIXELS,
    STYLE,
    VERMILION,
    WIDTH,
    counted,
    image_tag,
)


@style.context(STYLE)
def animate_activity(
    spikes: Recordings, sizes: Sequence[int], *, steps: int = 30, frames_per_second: int = 5
) -> Animation:
    """Animate the spikes of three layers: pixels, hidden neurons, and the ten counts.

    A neuron that spikes lights up and fades over the next steps. A frame is a step of 1 ms.

    Parameters
    ----------
    spikes : sequence of pairs of ndarrays
        For each of three layers the times of its spikes in ms, and the neurons.
    sizes : sequence of int
        Neurons in each layer: 784, any number, 10.
    steps : int
        Steps to show from the start on, 1 to 60.
    frames_per_second : int
        Speed, at least 1.

    Returns
    -------
    Animation

    Raises
    ------
    ValueError
        If a shape, type or value is not as described above.

    Examples
    --------
    >>> layers = [(np.array([float(i)]), np.array([i])) for i in range(3)]
    >>> animate_activity(layers, [784, 128, 10], steps=3)
    Animation of the first 3 ms: spikes of 784 input neurons as a map of the image (1 in all), of \
128 hidden neurons (1), and of the 10 output neurons as growing bars (1, most of neuron 2).
    """
    layers = checked_recordings(spikes, sizes)
    if len(layers) != 3 or sizes[0] != PIXELS**2:
        raise ValueError(f"sizes should be 784, any number, and 10, not {tuple(sizes)}.")
    check_positive("steps", steps)
    check_at_most("steps", steps, 60)
    check_positive("frames_per_second", frames_per_second)
    fired = [
        _by_step(times, ids, size, steps) for (times, ids), size in zip(layers, sizes, strict=True)
    ]
    glow = [_afterglow(layer) for layer in fired[:2]]
    counts = fired[2].cumsum(axis=0)

    rows = next(n for n in range(isqrt(sizes[1]), 0, -1) if sizes[1] % n == 0)
    figure = Figure(figsize=(WIDTH, 2.7), dpi=90, layout="constrained")
    pixels, hidden, output = figure.subplots(1, 3, width_ratios=(1.25, 0.7, 1))
    shapes = [(PIXELS, PIXELS), (sizes[1] // rows, rows)]
    pictures = []
    for axes, name, shape in zip((pixels, hidden), LAYERS, shapes, strict=False):
        pictures.append(axes.imshow(np.zeros(shape), cmap="Blues", vmin=0, vmax=1))
        axes.set(xticks=(), yticks=(), xlabel=f"{shape[0] * shape[1]} {name}")
        axes.spines[:].set(visible=True, color=PALE)
    bars = output.barh(range(10), np.zeros(10), color=BLUE)
    output.set(yticks=range(10), xlim=(0, counts.max() or 1), xlabel="output spikes")
    output.tick_params(labelsize=11)
    output.xaxis.set_major_locator(MaxNLocator(3, integer=True))
    output.invert_yaxis()

    def draw(step: int) -> list[Any]:
        for picture, light, shape in zip(pictures, glow, shapes, strict=True):
            picture.set_data(light[step].reshape(shape))
        for bar, count in zip(bars, counts[step], strict=True):
            bar.set_width(count)
        pixels.set_title(f"step {step + 1} of {steps}")
        return [*pictures, *bars]

    draw(0)
    figure.draw_without_rendering()
    figure.set_layout_engine("none")  # the frames keep the layout of the first
    movie = FuncAnimation(figure, draw, frames=steps, blit=False)
    totals = [int(layer.sum()) for layer in fired]
    leader = f", most of neuron {counts[-1].argmax()}" if totals[2] else ""
    alt = (
        f"Animation of the first {steps} ms: spikes of {sizes[0]} input neurons as a map of the "
        f"image ({totals[0]:,} in all), of {sizes[1]} hidden neurons ({totals[1]:,}), and of the "
        f"10 output neurons as growing bars ({totals[2]:,}{leader})."
    )
    player = movie.to_jshtml(fps=frames_per_second)
    gif = gif_file(figure, draw, range(steps), alt, milliseconds=1000 // frames_per_second)
    return Animation(self_contained(player, gif, alt), gif, alt)


@style.context(STYLE)
def animate_batch(
    images: NDArray[Any],
    labels: NDArray[Any],
    counts: NDArray[Any],
    *,
    frames_per_second: int = 4,
) -> Animation:
    """Animate how the copies of a batch decide: for each, its image, its ten counts, its answer.

    The answer is the neuron with most spikes so far; a tie goes to the lower digit. A frame is a
    step of 1 ms.

    Parameters
    ----------
    images : ndarray of numbers, shape (n, 784)
        1 to 16 images. Grey levels from 0 (paper) up; the largest is drawn black.
    labels : ndarray of integers, shape (n,)
        The true digits, 0 to 9.
    counts : ndarray of numbers, shape (steps, n, 10)
        Spikes of the ten output neurons until the end of each of 1 to 60 steps.
    frames_per_second : int
        Speed, at least 1.

    Returns
    -------
    Animation

    Raises
    ------
    ValueError
        If a shape, type or value is not as described above.

    Examples
    --------
    >>> counts = np.zeros((3, 2, 10), int)
    >>> counts[1:, 0, 7] = counts[2:, 1, 4] = 1
    >>> animate_batch(np.eye(2, 784), np.array([7, 2]), counts)
    Animation of 2 copies of the network over 3 ms, each with its own image: output spikes as ten \
growing bars, and the answer; the first copy has one after 2 ms, the last after 3 ms. In the end \
1 of 2 answers is right.
    """
    images = checked_images(images)
    labels = checked_digits("labels", labels, len(images))
    check_at_most("images", len(images), 16)
    counts = checked_numbers("counts", counts)
    if counts.ndim != 3 or counts.shape[1:] != (len(images), 10):
        raise ValueError(
            f"counts should have the shape (steps, {len(images)}, 10), not {counts.shape}."
        )
    check_positive("steps", len(counts))
    check_at_most("steps", len(counts), 60)
    check_positive("frames_per_second", frames_per_second)

    columns = min(len(images), 4)
    rows = -(-len(images) // columns)
    figure = Figure(figsize=(WIDTH, 0.45 + 1.05 * rows), dpi=100)
    grid = figure.subplots(rows, columns, squeeze=False)
    figure.subplots_adjust(0.005, 0.01, 0.995, 1 - 0.4 / figure.get_figheight(), 0.04, 0.06)
    most = counts.max() or 1
    drawings = [
        _draw_copy(axes, image, label, counts[:, n] / most)
        for n, (axes, image, label) in enumerate(zip(grid.flat, images, labels, strict=False))
    ]
    for axes in grid.flat[len(images) :]:
        axes.set_axis_off()
    right = (counts.argmax(axis=2) == labels) & counts.any(axis=2)
    height = 1 - 0.28 / figure.get_figheight()
    title = figure.text(0.01, height, "", fontsize=14)
    figure.text(0.99, height, "bars: spikes of outputs 0 to 9", fontsize=11, ha="right")

    def draw(step: int) -> None:
        for drawing in drawings:
            drawing(step)
        of = f"{right[step].sum()} of {len(images)}"
        title.set_text(f"step {step + 1} of {len(counts)}: {of} right")

    alt = _words_of_batch(counts, right[-1])
    gif = gif_file(figure, draw, range(len(counts)), alt, milliseconds=1000 // frames_per_second)
    return Animation(image_tag(gif, alt, "gif"), gif, alt)


def _draw_copy(
    axes: Axes, image: NDArray[Any], label: int, heights: NDArray[Any]
) -> Callable[[int], None]:
    """Draw one copy of the network; return the function that draws it after a step.

    A right answer differs from a wrong one by its mark, too, not by colour alone.
    """
    axes.set(xlim=(0, 70), ylim=(0, 46), xticks=(), yticks=())
    axes.spines[:].set(visible=True, color=PALE)
    paper = image.reshape(PIXELS, PIXELS)
    axes.imshow(paper, cmap="gray_r", extent=(1, 33, 7, 39), aspect="auto", vmax=paper.max() or 1)
    axes.set(xlim=(0, 70), ylim=(0, 46))
    bars = axes.bar(37 + 3.1 * np.arange(10), np.zeros(10), 2.5, bottom=2, color=GREY)
    axes.axhline(2, 0.5, 0.98, color=PALE, linewidth=1)
    answer = axes.text(67, 42, "", fontsize=13, ha="right", va="top", fontweight="bold")

    def draw(step: int) -> None:
        height = heights[step]
        read = int(height.argmax())
        colour = BLUE if read == label else VERMILION
        for digit, (bar, level) in enumerate(zip(bars, height, strict=True)):
            bar.set_height(26 * level)
            bar.set_color(colour if digit == read and height.any() else GREY)
        mark = "✓" if read == label else "✗"
        answer.set_text(f"{read} {mark}" if height.any() else "?")
        answer.set_color(colour if height.any() else GREY)

    return draw


def _words_of_batch(counts: NDArray[np.float64], right: NDArray[np.bool_]) -> str:
    """Say when the copies of a batch have answers, and how many are right in the end."""
    copies = counted(counts.shape[1], "copy", "copies")
    with_answer = np.count_nonzero(counts.sum(axis=2) > 0, axis=1).tolist()  # after each step
    when = "no copy gets an answer"
    if with_answer[-1]:
        first = next(step for step, number in enumerate(with_answer, 1) if number)
        when = f"the first copy has one after {first} ms"
    if with_answer[-1] == counts.shape[1]:
        when += f", the last after {with_answer.index(counts.shape[1]) + 1} ms"
    number = int(right.sum())
    return (
        f"Animation of {copies} of the network over {len(counts)} ms, each with its own image: "
        f"output spikes as ten growing bars, and the answer; {when}. In the end {number} of "
        f"{counted(counts.shape[1], 'answer')} {'is' if number == 1 else 'are'} right."
    )


def _by_step(
    times: NDArray[np.float64], ids: NDArray[np.int64], size: int, steps: int
) -> NDArray[np.int64]:
    """Return for each step and neuron whether it spiked."""
    fired = np.zeros((steps, size), np.int64)
    shown = times < steps
    fired[times[shown].astype(int), ids[shown]] = 1
    return fired


def _afterglow(fired: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return brightness from 0 to 1: full in the step of a spike, less in each step after it."""
    light = np.zeros(fired.shape)
    for step in range(len(fired)):
        before = light[step - 1] * 0.6 if step else 0.0
        light[step] = np.maximum(fired[step], before)
    return light
