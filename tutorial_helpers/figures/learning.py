"""The curve of a network that learns: how many of the last images it got right."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from time import perf_counter
from typing import Any
from uuid import uuid4

import numpy as np
from matplotlib import style
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray
from PIL import Image  # Matplotlib brings it

from tutorial_helpers.figures.arguments import check_at_most, check_positive
from tutorial_helpers.figures.style import (
    COLOURS,
    LINES,
    MARKS,
    STYLE,
    described,
    image_tag,
    legend_if_several,
    new_figure,
)

#: A point of a curve is the percentage of so many images, the last ones that were shown.
WINDOW = 1280
_TITLE = "Right answers while learning"
_EVERY = 128  # images from one point of a curve to the next
# Between two pictures the network learns for this many times as long as the last one took to draw.
_PAUSE = 50


class LearningCurve:
    """A curve that grows in the output of a cell while a network learns.

    It shows the percentage of right answers to the last 1,280 images. Drawing takes 2 to 4 % of
    the time: it happens at once at first, then only now and then, and once more when no further
    batch fits in. The last picture stays in the notebook, with its description.

    Parameters
    ----------
    images : int
        How many images there will be: where the axis ends.
    earlier : mapping of str to ndarray of bool, optional
        Curves that are drawn from the start on, such as `answers` of another `LearningCurve`.
    show : callable, optional
        Takes each picture, as HTML, instead of the output of the cell.

    Raises
    ------
    ValueError
        If `images` is not a number of at least 1.

    Examples
    --------
    >>> curve = LearningCurve(images=512)
    >>> for batch in range(4):
    ...     curve.add(np.arange(128) < 16 * (batch + 1))
    Right answers while learning, in per cent of the last 1,280 images: 12.5 after 128 images, \
31.2 after 512.
    """

    def __init__(
        self,
        images: int,
        *,
        earlier: Mapping[str, NDArray[np.bool_]] | None = None,
        show: Callable[[str], object] | None = None,
    ) -> None:
        check_positive("images", images)
        self._images = images
        self._batches = {name: [right] for name, right in (earlier or {}).items()}
        self._canvas: Any = None
        self._background: Any = None
        self._show = show
        self._next = 0.0  # when to draw again
        self._display_id = uuid4().hex
        self._is_published = False

    @property
    def answers(self) -> dict[str, NDArray[np.bool_]]:
        """Whether each image was answered correctly, for the name of each curve."""
        return {name: np.concatenate(batches) for name, batches in self._batches.items()}

    def add(self, right: Iterable[bool] | NDArray[np.bool_], name: str = "") -> None:
        """Let a curve grow by a batch of answers.

        Parameters
        ----------
        right : sequence of bool
            For each image of the batch, whether the answer was right before the batch was learnt
            from.
        name : str
            Which curve, if there are several, 3 at most.

        Raises
        ------
        ValueError
            If there is no answer, if an answer is no bool, or if there are too many images or
            curves.
        """
        batch = np.asarray(right)
        if batch.dtype != bool or batch.ndim != 1 or not len(batch):
            raise ValueError(
                "right should be True or False for each image of a batch, such as "
                f"guesses == labels, not {batch.dtype} of the shape {batch.shape}."
            )
        before = self._batches.get(name, [])
        seen = sum(map(len, before)) + len(batch)
        check_at_most("images", seen, self._images)
        check_at_most("curves", len({*self._batches, name}), len(COLOURS))
        if not before:
            self._canvas = None  # each curve has a line in the legend
        self._batches.setdefault(name, []).append(batch)
        is_last = seen + len(batch) > self._images
        if is_last or perf_counter() >= self._next:
            self.draw(is_last=is_last)

    @style.context(STYLE)
    def draw(self, *, is_last: bool = True) -> None:
        """Draw the curves as they are now, for example after learning was interrupted.

        Parameters
        ----------
        is_last : bool
            Whether the picture will stay. Then a terminal shows its description.
        """
        if self._canvas is None:
            figure = plot_right_answers(self.answers, images=self._images)
            self._canvas, self._background = _without_what_changes(figure)
        start = perf_counter()
        figure = self._canvas.figure
        _fill(figure, self.answers)
        self._canvas.restore_region(self._background)
        for artist in _what_changes(figure):
            figure.draw_artist(artist)
        file = io.BytesIO()
        Image.fromarray(np.asarray(self._canvas.buffer_rgba())).convert("RGB").save(file, "PNG")
        alt = str(figure.get_label())
        picture = image_tag(file.getvalue(), alt)
        if self._show is None:
            self._publish(picture, alt, is_last)
        else:
            self._show(picture)
        end = perf_counter()
        self._next = end + _PAUSE * (end - start)

    def _publish(self, picture: str, alt: str, is_last: bool) -> None:
        """Put a picture in the output of the cell, in the place of the one before."""
        from IPython import get_ipython  # takes seconds

        shell = get_ipython()
        if shell is None:
            if is_last:
                print(alt)
            return
        forms = described(picture, alt)
        if not is_last:
            del forms["text/plain"]  # a terminal would show it each time
        shell.display_pub.publish(
            forms, transient={"display_id": self._display_id}, update=self._is_published
        )
        self._is_published = True


@style.context(STYLE)
def plot_right_answers(answers: Mapping[str, NDArray[Any]], *, images: int | None = None) -> Figure:
    """Draw how many of the last images a network got right, while it learnt from one after another.

    Parameters
    ----------
    answers : mapping of str to ndarray of bool
        For the names of 1 to 3 networks, whether each image was answered correctly.
    images : int, optional
        Where the axis ends; at the last answer unless given.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is nothing to draw, or more than has room.

    Examples
    --------
    >>> right = np.arange(3840) % 20 < np.repeat([2, 14, 19], 1280)
    >>> plot_right_answers({"fast": right, "slow": right[:256]}).get_label()
    'Right answers while learning, in per cent of the last 1,280 images: fast, 10.9 after 128 \
images, first above 90 after 3,712, 95.0 after 3,840; slow, 10.9 after 128 images, 10.2 after 256.'
    """
    if not answers or not all(len(right) for right in answers.values()):
        raise ValueError("answers should hold at least one curve, and each at least one answer.")
    check_at_most("curves", len(answers), len(COLOURS))
    most = max(map(len, answers.values()))
    check_at_most("answers", most, images or most)
    figure, (axes,) = new_figure(3.2 + 0.25 * (len(answers) > 1))
    for name, colour, line, mark in zip(answers, COLOURS, LINES, MARKS, strict=False):
        axes.plot([np.nan], line, color=colour, linewidth=2, marker=mark, label=name, clip_on=False)
        axes.lines[-1].set_markevery([-1])  # where the curve is now
    axes.set(
        xlim=(0, images or most),
        ylim=(0, 100),
        xlabel="images seen",
        ylabel=f"% right of the\nlast {WINDOW:,} images",
    )
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10], integer=True))
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.yaxis.grid(visible=True, alpha=0.4)
    legend_if_several(figure, axes, two_columns_below=24)
    _fill(figure, answers)
    return figure


def _without_what_changes(figure: Figure) -> tuple[Any, Any]:
    """Draw what stays in all pictures of a curve, which takes most of the time.

    Returns a canvas and what is on it.
    """
    figure.set_dpi(110)
    figure.draw_without_rendering()
    figure.set_layout_engine("none")  # all pictures keep the layout of the first
    canvas: Any = FigureCanvasAgg(figure)
    for artist in _what_changes(figure):
        artist.set_animated(True)
    canvas.draw()
    return canvas, canvas.copy_from_bbox(figure.bbox)


def _what_changes(figure: Figure) -> list[Artist]:
    (axes,) = figure.axes
    title = axes.set_title(axes.get_title(loc="left"), loc="left")
    return [*axes.lines, title, *figure.legends]


def _fill(figure: Figure, answers: Mapping[str, NDArray[Any]]) -> None:
    """Draw the curves as far as they go, and say what they show."""
    (axes,) = figure.axes
    names, sentences = [], []
    for line, (name, right) in zip(axes.lines, answers.items(), strict=True):
        seen, percentage = _of_the_last(right)
        line.set_data(seen, percentage)
        names.append(f"{name}: {percentage[-1]:.1f} %")
        words = [f"{percentage[0]:.1f} after {seen[0]:,} images"]
        if (percentage > 90).any():
            words.append(f"first above 90 after {seen[np.argmax(percentage > 90)]:,}")
        if len(seen) > 1:
            words.append(f"{percentage[-1]:.1f} after {seen[-1]:,}")
        sentences.append(", ".join(filter(None, [name, *words])))
    if len(names) == 1:
        name = f", {names[0]}" if "" not in answers else names[0]
        axes.set_title(f"{_TITLE}{name}", loc="left")
    else:
        axes.set_title(_TITLE, loc="left")
        for text, label in zip(figure.legends[0].texts, names, strict=True):
            text.set_text(label)
    figure.set_label(
        f"{_TITLE}, in per cent of the last {WINDOW:,} images: {'; '.join(sentences)}."
    )


def _of_the_last(right: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return numbers of images, and after each the percentage right of the last ones."""
    total = np.concatenate([[0], np.cumsum(right)])
    seen = np.append(np.arange(_EVERY, len(right), _EVERY), len(right))
    before = np.maximum(seen - WINDOW, 0)
    return seen, 100.0 * (total[seen] - total[before]) / (seen - before)
