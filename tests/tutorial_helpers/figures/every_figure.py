"""What holds for every figure of the series; a file of tests inherits it and says how to draw."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from types import ModuleType

import matplotlib
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from PIL import Image

from tutorial_helpers.figures import style


def drawn_by(module: ModuleType) -> list[str]:
    """Return the names of the figures of a module, without ``plot_``."""
    return [name.removeprefix("plot_") for name in dir(module) if name.startswith("plot_")]


def title(drawn: Figure | Axes, side: str = "left") -> str:
    axes = drawn.axes[0] if isinstance(drawn, Figure) else drawn
    return axes.get_title(loc=side)


def texts(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def picture(axes: Axes) -> np.ndarray:
    (image,) = axes.images
    return np.ma.getdata(image.get_array())


def curve(axes: Axes, label: str) -> tuple[list[float], list[float]]:
    (line,) = [line for line in axes.lines if line.get_label() == label]
    return np.asarray(line.get_xdata()).tolist(), np.asarray(line.get_ydata()).tolist()


def looks(axes: Axes) -> set[tuple[str, str]]:
    """Return how the named curves look: each should differ in more than its colour."""
    named = [line for line in axes.lines if not line.get_label().startswith("_")]
    assert len({to_hex(line.get_color()) for line in named}) == len(named)
    return {(line.get_linestyle(), line.get_marker()) for line in named}


class EveryFigure:
    """Tests of the figures that a fixture ``draw`` draws."""

    widest = 5.6  # inches, so that a figure fits a notebook

    def test_fits_a_notebook(self, draw: Callable[[], Figure]):
        figure = draw()
        assert figure.get_figwidth() <= self.widest
        # The title may be wider than the figure, but not by much.
        assert Image.open(io.BytesIO(style.png(figure))).width <= 9 * 110

    def test_says_what_it_shows(self, draw: Callable[[], Figure]):
        figure = draw()
        alt = figure.get_label()
        assert 20 < len(alt) < 1500
        assert re.fullmatch(r"[^\n]*\.", alt)
        assert title(figure)

    def test_text_is_large_enough(self, draw: Callable[[], Figure]):
        sizes = [text.get_fontsize() for text in draw().findobj(matplotlib.text.Text)]
        assert min(sizes) >= 11

    @pytest.mark.slow
    def test_same_bytes_in_another_style(self, draw: Callable[[], Figure]):
        png = style.png(draw())
        changes = {"font.size": 30, "figure.facecolor": "black", "text.color": "white"}
        with matplotlib.rc_context({**changes, "savefig.transparent": True, "axes.grid": True}):
            assert style.png(draw()) == png
            assert matplotlib.rcParams["font.size"] == 30

    @pytest.mark.slow
    def test_same_bytes_each_time(self, draw: Callable[[], Figure]):
        png = style.png(draw())
        assert png == style.png(draw())
        assert not Image.open(io.BytesIO(png)).text, "versions or dates in the file"

    def test_is_opaque_white_around(self, draw: Callable[[], Figure]):
        image = Image.open(io.BytesIO(style.png(draw()))).convert("RGBA")
        assert image.getpixel((0, 0)) == (255, 255, 255, 255)
        assert image.getextrema()[3] == (255, 255)

    def test_pyplot_does_not_know_it(self, draw: Callable[[], Figure]):
        from matplotlib import pyplot

        before = pyplot.get_fignums()
        draw()
        assert pyplot.get_fignums() == before
