"""Figures of what goes on inside the network: voltages, spikes, and an animation of both.

They are drawn, described and shown as those of `plotting` are, which they take their style from.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isqrt
from typing import Any

import numpy as np
from matplotlib import style
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
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
    checked_digits,
    checked_images,
    checked_numbers,
    counted,
    new_figure,
    png,
)

__all__ = [
    "Animation",
    "animate_activity",
    "plot_neuron",
    "plot_output_counts",
    "plot_pixels",
    "plot_raster",
    "plot_rates",
    "plot_voltages",
]

# For each layer, as PyGeNN records them: the times of the spikes in ms, and the neurons.
Recordings = Sequence[tuple[NDArray[Any], NDArray[Any]]]

_LAYERS = ("input", "hidden", "output")


@style.context(STYLE)
def plot_neuron(inputs: Sequence[float], *, threshold: float = 5.0) -> Figure:
    """Draw what an integrate-and-fire neuron makes of its input.

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
        If there is no input, or a number is not as said above.

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
def plot_voltages(
    voltages: NDArray[Any],
    spikes: NDArray[Any],
    currents: NDArray[Any],
    *,
    threshold: float = 5.0,
) -> Figure:
    """Draw the voltages of neurons that receive constant currents, one below the other.

    Parameters
    ----------
    voltages : ndarray of numbers, shape (steps, n)
        Voltage of 1 to 8 neurons after each step of 1 ms, in mV.
    spikes : ndarray of bools, shape (steps, n)
        Whether the neuron spiked in the step.
    currents : ndarray of numbers, shape (n,)
        Current into each neuron, in mV per step.
    threshold : float
        Voltage at which the neurons spike, in mV; more than 0.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If a shape, type or value is not as said above.

    Examples
    --------
    >>> voltages = np.array([[1.0, 4.0], [2.0, 0.0], [3.0, 4.0]])
    >>> plot_voltages(voltages, voltages == 0, np.array([1.0, 4.0])).get_label()
    'Voltages of 2 neurons over 3 ms: at 1 mV per step 0 spikes, at 4 mV per step 1 spike.'
    """
    voltages, currents = checked_numbers("voltages", voltages), np.asarray(currents)
    spikes = np.asarray(spikes)
    if voltages.ndim != 2 or not voltages.size or voltages.shape != spikes.shape:
        raise ValueError(
            "voltages and spikes should have the same shape (steps, neurons), not "
            f"{voltages.shape} and {spikes.shape}."
        )
    steps, neurons = voltages.shape
    check_at_most("neurons", neurons, 8)
    if checked_numbers("currents", currents).shape != (neurons,):
        raise ValueError(f"currents should be {neurons}, one for each neuron.")
    _check_threshold(threshold)
    figure, panels = new_figure(0.9 + 1.05 * neurons, rows=neurons)
    parts = []
    rows = zip(panels, voltages.T, spikes.T, currents, strict=True)
    for axes, voltage, spiked, current in rows:
        # In the step of a spike, the voltage that is left is the one after the reset.
        axes.plot(np.arange(steps + 1), np.r_[0, voltage], ".-", color=BLUE, linewidth=1.2)
        _draw_spikes(axes, np.flatnonzero(spiked) + 1, threshold)
        axes.set(xlim=(0, steps + 0.5), ylabel="mV")
        count = counted(int(np.count_nonzero(spiked)), "spike")
        title = axes.set_title(f"{current:g} mV per step: {count}", fontsize=12, pad=4)
        title.set_color(BLUE)
        axes.tick_params(labelbottom=axes is panels[-1])
        parts.append(f"at {current:g} mV per step {count}")
    panels[-1].set_xlabel("time (ms)")
    number = counted(neurons, "neuron")
    figure.set_label(f"Voltages of {number} over {steps} ms: {', '.join(parts)}.")
    return figure


@style.context(STYLE)
def plot_pixels(maps: Mapping[str, NDArray[Any]]) -> Figure:
    """Draw numbers that belong to the pixels of an image, as maps side by side.

    Parameters
    ----------
    maps : mapping of str to ndarray of numbers, shape (784,)
        One to three maps, under what their numbers are. The first is drawn as ink on paper.

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
            cmap="gray_r" if not parts else "cividis",
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
def plot_rates(image: NDArray[Any], counts: NDArray[Any], *, duration_ms: float = 100) -> Figure:
    """Draw how often the neurons of the pixels spike, by the grey levels of the pixels.

    Parameters
    ----------
    image : ndarray of numbers, shape (784,)
        Grey levels.
    counts : ndarray of numbers, shape (784,)
        Spikes of the input neurons.
    duration_ms : float
        Time in milliseconds in which the spikes were counted.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If a shape, type or value is not as said above.

    Examples
    --------
    >>> plot_rates(np.arange(784) % 256, np.arange(784) % 256 // 5).get_label()
    'Spikes in 100 ms of 784 input neurons by grey level: from 0 to 51 spikes, in 52 different \
numbers.'
    """
    image = checked_images(np.asarray(image)[np.newaxis])[0]
    counts = checked_numbers("counts", counts)
    if counts.shape != image.shape:
        raise ValueError(f"counts should have the shape {image.shape}, not {counts.shape}.")
    _check_duration(duration_ms)
    figure, (axes,) = new_figure(3.2)
    axes.plot(image, counts, "o", color=BLUE, alpha=0.5, markersize=5, markeredgewidth=0)
    axes.set(xlabel="grey level of the pixel", ylabel=f"spikes in {duration_ms:g} ms")
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.set_title("More ink, more spikes, in stairs")
    figure.set_label(
        f"Spikes in {duration_ms:g} ms of {len(image)} input neurons by grey level: from "
        f"{counts.min():g} to {counts.max():g} spikes, in {len(np.unique(counts))} different "
        "numbers."
    )
    return figure


@style.context(STYLE)
def plot_raster(
    spikes: Recordings,
    sizes: Sequence[int],
    label: int | None = None,
    *,
    names: Sequence[str] = _LAYERS,
    duration_ms: float = 100,
) -> Figure:
    """Draw a dot for each spike of each layer; the last layer has a neuron for each digit.

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
        If a shape, type or value is not as said above.

    Examples
    --------
    >>> layers = [(np.array([1.0, 2.0]), np.array([0, 3])), (np.array([3.0]), np.array([7]))]
    >>> plot_raster(layers, [4, 10], 7, names=["input", "output"]).get_label()
    'Raster of 100 ms: 2 spikes of the 4 input neurons, 1 spike of the 10 output neurons. The true \
digit is 7, whose neuron spikes once.'
    """
    layers = _checked_recordings(spikes, sizes)
    if len(names) != len(layers):
        raise ValueError(f"names should be {len(layers)}, one for each layer, not {len(names)}.")
    _check_duration(duration_ms)
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
        If a shape, type or value is not as said above.

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
        _check_duration(duration)
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
    figure.set_label(f"Spikes of the 10 output neurons for a {label}: {'; '.join(parts)}.")
    return figure


# --- The animation ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Animation:
    """A moving picture that a notebook displays, with its last frame to stand in for it.

    Parameters
    ----------
    html
        A player with all frames in it. Until it is played, it shows the last one.
    still
        The last frame as a PNG file, for where HTML cannot be shown at all.
    alt
        What the animation shows, in words.
    """

    html: str
    still: bytes
    alt: str

    def __repr__(self) -> str:
        """Return the description, for a terminal."""
        return self.alt

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, str | bytes], dict[str, dict[str, str]]]:
        """Return the forms that IPython may choose from, and their alternative text."""
        data: dict[str, str | bytes] = {
            "text/html": self.html,
            "image/png": self.still,
            "text/plain": self.alt,
        }
        return data, {"text/html": {"alt": self.alt}, "image/png": {"alt": self.alt}}


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
        If a shape, type or value is not as said above.

    Examples
    --------
    >>> layers = [(np.array([float(i)]), np.array([i])) for i in range(3)]
    >>> animate_activity(layers, [784, 128, 10], steps=3)
    Animation of the first 3 ms: spikes of 784 input neurons as a map of the image (1 in all), of \
128 hidden neurons (1), and of the 10 output neurons as growing bars (1, most of neuron 2).
    """
    layers = _checked_recordings(spikes, sizes)
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
    for axes, name, shape in zip((pixels, hidden), _LAYERS, shapes, strict=False):
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
    draw(steps - 1)
    still = png(figure)
    return Animation(_self_contained(player, still, alt), still, alt)


# What matplotlib's player takes from an icon font on the web, as characters.
_ICONS = {
    "fa fa-minus": "-",
    "fa fa-fast-backward": "|◁",
    "fa fa-step-backward": "◁",
    "fa fa-play fa-flip-horizontal": "◀",
    "fa fa-pause": "❚❚",
    "fa fa-play": "▶",
    "fa fa-step-forward": "▷",
    "fa fa-fast-forward": "▷|",
    "fa fa-plus": "+",
}


def _self_contained(player: str, still: bytes, alt: str) -> str:
    """Make matplotlib's player one that needs no network, shows a still, and says what it is.

    The player's names are random; they are made to depend on nothing but what it shows.
    """
    player = re.sub(r"<link\b[^>]*>", "", player)
    for icon, character in _ICONS.items():
        player = player.replace(f'<i class="{icon}"></i>', character)
    # Until it is played, it shows what all comes to, rather than an empty first frame.
    player = player.replace("this.current_frame = 0;", "this.current_frame = frames.length - 1;")
    image = base64.b64encode(still).decode()
    attributes = f'alt="{html.escape(alt)}" style="width: 100%"'
    player = player.replace(
        '<div class="animation">', '<div class="animation" style="display: block; max-width: 36em">'
    )
    player = re.sub(
        r'<img id="(\w+)">',
        rf'<img id="\1" src="data:image/png;base64,{image}" {attributes}>',
        player,
    )
    found = re.search(r"_anim_img([0-9a-f]{32})", player)
    if found:
        player = player.replace(found[1], hashlib.sha256(still).hexdigest()[:32])
    return player


def _by_step(
    times: NDArray[np.float64], ids: NDArray[np.int64], size: int, steps: int
) -> NDArray[np.int64]:
    """Return for each step and neuron whether it spiked."""
    fired = np.zeros((steps, size), np.int64)
    shown = times < steps
    fired[times[shown].astype(int), ids[shown]] = 1
    return fired


def _afterglow(fired: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return brightness from 0 to 1: full in the step of a spike, a bit less in each after."""
    light = np.zeros(fired.shape)
    for step in range(len(fired)):
        before = light[step - 1] * 0.6 if step else 0.0
        light[step] = np.maximum(fired[step], before)
    return light


# --- What the figures share ---------------------------------------------------------------------


def _draw_spikes(axes: Axes, times: Sequence[int] | NDArray[Any], threshold: float) -> None:
    """Draw the threshold, and a bar above it for each spike."""
    axes.axhline(threshold, color=GREY, linestyle=":")
    axes.vlines(times, threshold, 1.5 * threshold, color=VERMILION, linewidth=3)
    axes.set(ylim=(-0.1 * threshold, 1.6 * threshold), yticks=(0, threshold))


def _checked_recordings(
    spikes: Recordings, sizes: Sequence[int]
) -> list[tuple[NDArray[np.float64], NDArray[np.int64]]]:
    """Return times and neurons of each layer, of which the last has ten."""
    if len(spikes) != len(sizes) or len(spikes) < 2:
        raise ValueError(
            f"spikes should be of at least two layers, with a size for each, not {len(spikes)} "
            f"with {len(sizes)} sizes."
        )
    if sizes[-1] != 10:
        raise ValueError(f"sizes should end in 10, a neuron for each digit, not in {sizes[-1]}.")
    layers = []
    for (times, ids), size in zip(spikes, sizes, strict=True):
        times, ids = checked_numbers("spikes", times), np.asarray(ids)
        if times.ndim != 1 or ids.shape != times.shape:
            raise ValueError(
                "spikes should be pairs of times and neurons, equally many, not of the shapes "
                f"{times.shape} and {ids.shape}."
            )
        if len(ids) and not (ids.dtype.kind in "iu" and 0 <= ids.min() <= ids.max() < size):
            raise ValueError(f"spikes should be of neurons from 0 to {size - 1}, not all are.")
        layers.append((times.astype(np.float64), ids.astype(np.int64)))
    return layers


def _check_threshold(threshold: float) -> None:
    if not threshold > 0:
        raise ValueError(f"threshold should be more than 0, not {threshold!r}.")


def _check_duration(duration_ms: float) -> None:
    if not duration_ms > 0:
        raise ValueError(f"duration_ms should be more than 0, not {duration_ms!r}.")
