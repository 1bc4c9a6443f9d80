"""What all figures have in common: colours, fonts, and how they are shown.

`pyplot` does not know these figures, so no notebook shows one by accident or twice. The label of a
figure, ``figure.get_label()``, says in words and numbers what it shows, for readers who cannot see
it.
"""

from __future__ import annotations

import base64
import html
import io
import sys
from typing import Any

from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Black, greys, and two of the colours of Okabe and Ito, which colour-blind readers tell apart.
INK, GREY, PALE = "#222222", "#767676", "#dddddd"
BLUE, VERMILION = "#0072b2", "#d55e00"

# Inches. Text of 13 points in a figure of this width can still be read on a phone.
WIDTH = 5.6

# "default" first: the figures look the same whatever style a notebook has chosen for its own.
STYLE: list[str | dict[str, Any]] = [
    "default",
    {
        "font.size": 13,
        "axes.titlesize": 14,
        "axes.titlelocation": "left",
        "axes.titlepad": 10,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "text.color": INK,
        "axes.labelcolor": INK,
    },
]
# A white figure would glare on the dark pages of JupyterLab, VS Code, Colab and Sphinx themes. Its
# colours are inverted there, and their hues turned back to what they were.
_DARK = (
    "[data-jp-theme-light='false']",
    "[data-vscode-theme-kind*='dark']",
    "[theme='dark']",
    "[data-theme='dark']",
)
DARK_PAGES = (
    f"{', '.join(f'{dark} .on-white' for dark in _DARK)} "
    "{ filter: invert(0.9) hue-rotate(180deg); }"
)
PIXELS = 28  # on each side of an image
LAYERS = ("input", "hidden", "output")

# Curves differ in colour, and also in line and mark, for colour-blind readers and grey printers.
COLOURS = (BLUE, VERMILION, INK)
LINES = ("-", "--", "-.")
MARKS = ("o", "s", "^")


def show(figure: Figure, alt: str | None = None) -> None:
    """Display a figure in the notebook, with its description for readers who cannot see it.

    The output is an image in HTML, because there alone all front ends have an alternative text for
    it, and plain text that stands in for the image, in a terminal for example. Outside IPython the
    description is printed.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        What to show. It is drawn on opaque white, and its colours are inverted on dark pages.
    alt : str, optional
        The description; the figure's own label unless given.

    Raises
    ------
    ValueError
        If there is no description, neither given nor in the figure's label.

    Examples
    --------
    >>> from tutorial_helpers.figures import plot_batches
    >>> show(plot_batches(num_images=300, batch_size=128))
    300 images: 3 batches of 128, the last with 44 images and 84 places empty.
    """
    from IPython import get_ipython

    text = str(figure.get_label()) if alt is None else alt
    if not text.strip():
        raise ValueError("alt should say in words what the figure shows, not be empty.")
    shell = get_ipython()
    if shell is None:
        print(text)
        return
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close(figure)  # or Jupyter would show a figure of pyplot's a second time
    shell.display_pub.publish(described(image_tag(png(figure), text), text))


@style.context(STYLE)
def png(figure: Figure) -> bytes:
    """Return the figure as a PNG file. The same figure gives the same bytes every time."""
    buffer = io.BytesIO()
    figure.savefig(
        buffer,
        format="png",
        dpi=110,
        bbox_inches="tight",
        facecolor="white",
        metadata={"Software": None},  # matplotlib would write its version into the file
    )
    return buffer.getvalue()


def image_tag(file: bytes, alt: str, kind: str = "png") -> str:
    """Return an image file as HTML, with its description for readers who cannot see it.

    Examples
    --------
    >>> image_tag(b"GIF", 'A "7".', "gif")
    '<img class="on-white" alt="A &quot;7&quot;." src="data:image/gif;base64,R0lG" \
style="max-width: 100%">'
    """
    source = f"data:image/{kind};base64,{base64.b64encode(file).decode()}"
    words = html.escape(alt)
    return f'<img class="on-white" alt="{words}" src="{source}" style="max-width: 100%">'


def described(page: str, alt: str) -> dict[str, str]:
    """Return the forms of an output that is HTML with pictures from `image_tag`.

    There is no form of a picture alone: front ends take HTML before it, and it would be stored a
    second time.
    """
    return {"text/html": f"<style>{DARK_PAGES}</style>{page}", "text/plain": alt}


def new_figure(height: float, rows: int = 1) -> tuple[Figure, list[Axes]]:
    """Make a figure of `height` inches, with axes below one another."""
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    return figure, list(figure.subplots(rows, squeeze=False)[:, 0])


def legend_if_several(figure: Figure, axes: Axes, *, two_columns_below: int) -> None:
    """Name the curves of `axes` below the figure, if there is more than one.

    There are two columns where the longest name has fewer letters than `two_columns_below`.
    """
    handles, names = axes.get_legend_handles_labels()
    if len(names) > 1:
        columns = 2 if max(map(len, names)) < two_columns_below else 1
        figure.legend(handles, names, loc="outside lower left", ncols=columns, frameon=False)


def a_digit(digit: int) -> str:
    """Put the right article before a digit: a 7, an 8."""
    return f"{'an' if digit == 8 else 'a'} {digit}"


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """Put a number before its noun: 1 image, 10,000 images."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"
