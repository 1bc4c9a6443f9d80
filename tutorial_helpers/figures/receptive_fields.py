"""Figures of receptive fields: the weights that reach a neuron, drawn as an image of its inputs."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, sqrt
from typing import Any

import numpy as np
from matplotlib import style
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from tutorial_helpers.figures.arguments import check_at_most, check_positive
from tutorial_helpers.figures.player import Animation, gif_file, self_contained
from tutorial_helpers.figures.style import (
    BLUE,
    PALE,
    PIXELS,
    STYLE,
    VERMILION,
    WIDTH,
    counted,
    new_figure,
)

# From below 0 to above. An odd number of colours, so that one of them is that of 0; few, so that a
# weight that hardly changes keeps its colour from one frame to the next, and the file stays small.
_SIGNED = LinearSegmentedColormap.from_list(
    "signed", [VERMILION, "white", BLUE], N=17
).with_extremes(bad=PALE)
_SIDE = 480  # pixels of an animation, at most


@style.context(STYLE)
def plot_receptive_fields(
    weights: NDArray[Any], labels: Sequence[object] | NDArray[Any] | None = None
) -> Figure:
    """Draw the weights that reach each neuron as an image of 28 x 28 pixels.

    Parameters
    ----------
    weights : ndarray of numbers, shape (784, n)
        Weights from each pixel to each of 1 to 144 neurons, in mV.
    labels : sequence, optional
        What to write on the image of each neuron, such as the digit that it stands for.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If a shape, type or value is not as described above.

    Examples
    --------
    >>> ramp = np.repeat(np.linspace(-1, 1, 28), 28)  # from the top of an image to its bottom
    >>> plot_receptive_fields(np.stack([ramp, -ramp, ramp], axis=1), labels=[7, 1, 7]).get_label()
    'The weights that reach 3 neurons, each as an image of 28 by 28 pixels, from -1 to 1 mV. \
Weights of pixels side by side have a correlation of 1.00, where 0 is noise. The labels are 1 \
(1 neuron) and 7 (2 neurons).'
    """
    fields = _checked_weights("weights", weights, 2)
    number = fields.shape[1]
    check_at_most("neurons", number, 144)
    columns = _columns(number)
    rows = ceil(number / columns)
    figure, (axes,) = new_figure(1.2 + WIDTH * rows / columns)
    image = _draw(axes, fields, _limit(fields))
    axes.set_aspect("equal")
    figure.colorbar(
        image,
        ax=axes,
        location="bottom",
        extend="both",
        aspect=40,
        pad=0.03,
        label="weight (mV)",
        ticks=MaxNLocator(5, symmetric=True),
    )
    axes.set_title(f"The weights that reach {counted(number, 'neuron')}")
    words = ""
    if labels is not None:
        texts = [str(label) for label in labels]
        if len(texts) != number:
            raise ValueError(f"labels should be {number}, one for each neuron, not {len(texts)}.")
        for place, text in enumerate(texts):
            row, column = divmod(place, columns)
            corner = (column * (PIXELS + 1) + 0.5, row * (PIXELS + 1) + 0.5)
            written = axes.annotate(text, corner, va="top", fontsize=11)
            written.set_path_effects([withStroke(linewidth=3, foreground="white")])
        words = f" The labels are {_tally(texts)}."
    figure.set_label(
        f"The weights that reach {counted(number, 'neuron')}, each as an image of {PIXELS} by "
        f"{PIXELS} pixels, from {fields.min():.2g} to {fields.max():.2g} mV. Weights of pixels "
        f"side by side have a correlation of {_smoothness(fields):.2f}, where 0 is noise.{words}"
    )
    return figure


@style.context(STYLE)
def animate_receptive_fields(
    snapshots: NDArray[Any],
    captions: Sequence[str],
    *,
    neurons: Sequence[int] | None = None,
    frames_per_second: int = 4,
) -> Animation:
    """Animate how the weights that reach a few neurons change, each neuron an image of its own.

    All frames share one scale of colours: blue above 0, orange below.

    Parameters
    ----------
    snapshots : ndarray of numbers, shape (frames, 784, n)
        Weights from each pixel to each neuron, in mV, at 1 to 30 moments.
    captions : sequence of str
        What stands above each frame, such as ``"12,800 images"``.
    neurons : sequence of int, optional
        Which 1 to 16 neurons to show; the first 16 unless given.
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
    >>> noise = np.random.default_rng(2).normal(0, 0.1, (784, 2))
    >>> ramp = np.repeat(np.linspace(-1, 1, 28), 28)
    >>> frames = np.stack([noise, np.stack([ramp, -ramp], axis=1)])
    >>> animate_receptive_fields(frames, ["no image", "60,000 images"])
    Animation of the weights that reach 2 neurons, each as an image of 28 by 28 pixels, in 2 \
frames, from "no image" to "60,000 images". Weights of pixels side by side have a correlation of \
0.00 in the first frame, where 0 is noise, and of 1.00 in the last.
    """
    moments = _checked_weights("snapshots", snapshots, 3)
    check_at_most("frames", len(moments), 30)
    if len(captions) != len(moments):
        raise ValueError(
            f"captions should be {len(moments)}, one for each frame, not {len(captions)}."
        )
    check_positive("frames_per_second", frames_per_second)
    chosen = list(range(min(moments.shape[2], 16)) if neurons is None else neurons)
    check_at_most("neurons", len(chosen), 16)
    if not chosen or not all(n in range(moments.shape[2]) for n in chosen):
        raise ValueError(
            f"neurons should be numbers from 0 to {moments.shape[2] - 1}, at least one, not "
            f"{chosen}."
        )
    shown = moments[:, :, chosen]
    limit = _limit(shown)
    figure, axes = _frame(len(chosen))
    image = _draw(axes, shown[0], limit)
    title = axes.set_title("", pad=6)
    axes.set_xlabel(f"blue: up to {limit:.2g} mV, orange: down to {-limit:.2g} mV", fontsize=12)

    def draw(frame: int) -> list[Any]:
        image.set_data(_mosaic(shown[frame]))
        title.set_text(captions[frame])
        return [image]

    movie = FuncAnimation(figure, draw, frames=len(shown), blit=False)
    alt = (
        f"Animation of the weights that reach {counted(len(chosen), 'neuron')}, each as an image "
        f"of {PIXELS} by {PIXELS} pixels, in {counted(len(shown), 'frame')}, from "
        f'"{captions[0]}" to "{captions[-1]}". Weights of pixels side by side have a correlation '
        f"of {_smoothness(shown[0]):.2f} in the first frame, where 0 is noise, and of "
        f"{_smoothness(shown[-1]):.2f} in the last."
    )
    player = movie.to_jshtml(fps=frames_per_second)
    milliseconds = 1000 // frames_per_second
    gif = gif_file(figure, draw, range(len(shown)), alt, milliseconds=milliseconds)
    return Animation(self_contained(player, gif, alt), gif, alt)


def _frame(neurons: int) -> tuple[Figure, Axes]:
    """Make a figure in which every weight is a square of as many whole pixels as fit."""
    columns = _columns(neurons)
    cells = np.array([columns, ceil(neurons / columns)]) * (PIXELS + 1) - 1
    inner = cells * (_SIDE // max(cells))
    outer = inner + np.array([16, 64])
    figure = Figure(figsize=tuple(outer / 100), dpi=100)
    axes = figure.add_axes((8 / outer[0], 32 / outer[1], *(inner / outer)))
    return figure, axes


def _limit(weights: NDArray[np.float64]) -> float:
    """Return the weight of the fullest colour: a few larger ones would leave all others pale."""
    sizes = np.abs(weights)
    return float(np.quantile(sizes, 0.98) or sizes.max() or 1.0)


def _draw(axes: Axes, weights: NDArray[np.float64], limit: float) -> AxesImage:
    """Draw the image of each neuron, in colours from a limit below 0 to the same above."""
    axes.set(xticks=(), yticks=())
    axes.spines[:].set_visible(False)
    return axes.imshow(
        _mosaic(weights),
        cmap=_SIGNED,
        vmin=-limit,
        vmax=limit,
        interpolation="nearest",
        aspect="auto",
    )


def _mosaic(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Put the images of all neurons side by side, with a gap between them."""
    number = weights.shape[1]
    columns = _columns(number)
    rows = ceil(number / columns)
    tiles = np.full((rows * columns, PIXELS + 1, PIXELS + 1), np.nan)
    tiles[:number, :PIXELS, :PIXELS] = weights.T.reshape(number, PIXELS, PIXELS)
    grid = tiles.reshape(rows, columns, PIXELS + 1, PIXELS + 1)
    rows_of_pixels: NDArray[np.float64] = np.concatenate(np.concatenate(grid, axis=1), axis=1)
    return rows_of_pixels[:-1, :-1]


def _columns(number: int) -> int:
    return ceil(sqrt(number))


def _smoothness(weights: NDArray[np.float64]) -> float:
    """Return the correlation between the weights of pixels side by side."""
    fields = weights.T.reshape(-1, PIXELS, PIXELS)
    left, right = fields[..., :-1].ravel(), fields[..., 1:].ravel()
    if not (left.std() and right.std()):
        return 0.0
    return round(float(np.corrcoef(left, right)[0, 1]), 2) + 0.0  # no -0.00


def _tally(texts: Sequence[str]) -> str:
    """Say how many neurons have each label."""
    names, numbers = np.unique(texts, return_counts=True)
    words = [
        f"{name} ({counted(int(number), 'neuron')})"
        for name, number in zip(names, numbers, strict=True)
    ]
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _checked_weights(name: str, values: NDArray[Any], dimensions: int) -> NDArray[np.float64]:
    """Return weights as floats, if they are finite and their last axes are pixels and neurons."""
    values = np.asarray(values)
    shape = "(784, n)" if dimensions == 2 else "(frames, 784, n)"
    if values.ndim != dimensions or values.shape[-2] != PIXELS**2 or not values.size:
        raise ValueError(f"{name} should have the shape {shape}, not {values.shape}.")
    if values.dtype.kind not in "iuf" or not np.isfinite(values).all():
        raise ValueError(f"{name} should be finite numbers, not all of them are.")
    return values.astype(np.float64)
