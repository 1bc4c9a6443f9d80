"""The animation: spikes of all layers, step by step."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt
from typing import Any

import numpy as np
from matplotlib import style
from matplotlib.animation import FuncAnimation
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from tutorial_helpers.figures.arguments import (
    Recordings,
    check_at_most,
    check_positive,
    checked_recordings,
)
from tutorial_helpers.figures.style import BLUE, LAYERS, PALE, PIXELS, STYLE, WIDTH, png


@dataclass(frozen=True)
class Animation:
    """An animation that a notebook displays.

    Parameters
    ----------
    html
        A player with all frames in it. Until it is played, it shows the last one.
    still
        The last frame as a PNG file, where HTML cannot be shown.
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
    draw(steps - 1)
    still = png(figure)
    return Animation(_self_contained(player, still, alt), still, alt)


# Characters instead of the icons that Matplotlib's player takes from a font on the web.
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
    """Return Matplotlib's player with what it shows as a still and in words, and without web links.

    Its random identifiers are replaced by ones that depend only on what it shows.
    """
    player = re.sub(r"<link\b[^>]*>", "", player)
    for icon, character in _ICONS.items():
        player = player.replace(f'<i class="{icon}"></i>', character)
    # Until it is played, it shows the last frame, because the first one is empty.
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
    """Return brightness from 0 to 1: full in the step of a spike, less in each step after it."""
    light = np.zeros(fired.shape)
    for step in range(len(fired)):
        before = light[step - 1] * 0.6 if step else 0.0
        light[step] = np.maximum(fired[step], before)
    return light
