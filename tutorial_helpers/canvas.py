"""What all figures have in common: colours and style, how they are shown, checks of what is drawn.

A figure is one that pyplot knows nothing of, so no notebook shows it by accident or twice. Its
label, ``figure.get_label()``, says in words and numbers what it shows, for whoever cannot see it.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

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
PIXELS = 28  # on each side of an image

# Curves differ in colour, and in what colour-blind readers and grey printers show as well.
COLOURS = (BLUE, VERMILION, INK)
LINES = ("-", "--", "-.")
MARKS = ("o", "s", "^")


def show(figure: Figure, alt: str | None = None) -> None:
    """Display a figure in the notebook, with its description for whoever cannot see it.

    The description is stored with the output, twice: as the image's alternative text (``alt`` in
    its metadata), for the front ends that read it, and as the plain text that stands in for the
    image, in a terminal for example. Outside IPython it is printed.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        What to show. Its colours are drawn on opaque white, for light and dark themes alike.
    alt : str, optional
        The description; the figure's own label unless given.

    Raises
    ------
    ValueError
        If there is no description, neither given nor in the figure's label.

    Examples
    --------
    >>> from tutorial_helpers.plotting import plot_batches
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
    data = {"image/png": png(figure), "text/plain": text}
    shell.display_pub.publish(data=data, metadata={"image/png": {"alt": text}})


@style.context(STYLE)
def png(figure: Figure) -> bytes:
    """Draw the figure; figures made alike give the same bytes."""
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


def grid(images: NDArray[Any], captions: list[str], columns: int, title: str) -> Figure:
    """Draw images row by row, each below its caption.

    All are parts of one large image, since axes for each of a hundred would take seconds.
    """
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    inches = min(WIDTH / columns, 1.3)  # for an image and the gap to the next
    width = PIXELS + 4
    line = 0.2 * width / inches  # of text, in pixels of the large image
    height = PIXELS + round(line * (captions[0].count("\n") + 1.3))
    paper = np.zeros((rows * height, columns * width))
    figure = Figure(figsize=(columns * inches, rows * inches * height / width))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    for place, (image, caption) in enumerate(zip(images, captions, strict=True)):
        row, column = divmod(place, columns)
        top, left = (row + 1) * height - PIXELS, column * width + 2
        paper[top : top + PIXELS, left : left + PIXELS] = image.reshape(PIXELS, PIXELS)
        axes.text(left + PIXELS / 2, top, caption, color=BLUE, fontsize=12, ha="center")
    axes.set_title(title, pad=2)
    axes.imshow(paper, cmap="gray_r", vmin=0, vmax=paper.max() or 1, aspect="auto")
    return figure


def sentence_figure(text: str) -> Figure:
    """Make a figure of nothing but a sentence."""
    figure = Figure(figsize=(WIDTH, 0.8))
    figure.text(0.5, 0.5, f"{text}.", fontsize=14, ha="center", va="center")
    figure.set_label(f"{text}.")
    return figure


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """Put a number before its noun: 1 image, 10,000 images."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def checked_images(images: NDArray[Any]) -> NDArray[Any]:
    """Return images as an array, once they are rows of 784 grey levels."""
    images = checked_numbers("images", images)
    if images.ndim != 2 or images.shape[1] != PIXELS**2 or not len(images):
        raise ValueError(
            f"images should have the shape (n, {PIXELS**2}), n at least 1, not {images.shape}."
        )
    return images


def checked_counts(counts: NDArray[Any], n: int | None = None) -> NDArray[np.float64]:
    """Return the counts as floats: differences of unsigned integers could not be negative."""
    counts = checked_numbers("counts", counts)
    if counts.ndim != 2 or counts.shape[1] != 10 or not len(counts):
        raise ValueError(f"counts should have the shape (n, 10), n at least 1, not {counts.shape}.")
    check_length("counts", counts, n)
    return counts.astype(np.float64)


def checked_digits(name: str, digits: NDArray[Any], n: int | None = None) -> NDArray[np.int64]:
    """Return digits as integers, once they are from 0 to 9 and `n` of them."""
    digits = np.asarray(digits)
    if digits.ndim != 1 or not len(digits):
        raise ValueError(f"{name} should have the shape (n,), n at least 1, not {digits.shape}.")
    if digits.dtype.kind not in "iu":
        raise ValueError(f"{name} should be integers, not {digits.dtype}.")
    check_length(name, digits, n)
    if digits.min() < 0 or digits.max() > 9:
        raise ValueError(
            f"{name} should be digits from 0 to 9, not from {digits.min()} to {digits.max()}."
        )
    return digits.astype(np.int64)


def checked_numbers(name: str, values: NDArray[Any]) -> NDArray[Any]:
    """Return values as an array, once they are finite and not negative."""
    values = np.asarray(values)
    if values.dtype.kind not in "iuf":
        raise ValueError(f"{name} should be numbers, not {values.dtype}.")
    if not (np.isfinite(values) & (values >= 0)).all():
        raise ValueError(f"{name} should be finite and at least 0, not all of them are.")
    return values


def check_length(name: str, values: NDArray[Any], n: int | None) -> None:
    """Raise unless there are `n` values; any number will do if `n` is None."""
    if n is not None and len(values) != n:
        raise ValueError(f"{name} should be {n:,}, one for each image, not {len(values):,}.")


def check_positive(name: str, value: int) -> None:
    """Raise unless a value is an integer of at least 1."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
        raise ValueError(f"{name} should be an integer of at least 1, not {value!r}.")


def check_at_most(name: str, number: int, most: int) -> None:
    """Raise if a number is too large."""
    if number > most:
        raise ValueError(f"{name} should be at most {most}, not {number:,}.")
