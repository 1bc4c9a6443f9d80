"""A pad to draw a digit on, with the network's answer beside it.

The front end, in ``pad.js`` and ``pad.css``, draws the lines and what the network makes of them.
It sends the points of the lines to Python, where `Pad` turns them into an image, shows it to the
network, and sends the spikes back.
"""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from tutorial_helpers.figures.activity import plot_drawing
from tutorial_helpers.figures.style import described, image_tag, png
from tutorial_helpers.inference import counts_over_time
from tutorial_helpers.models import Classifier
from tutorial_helpers.own_digits import digit_from_picture

__all__ = ["Pad", "drawing_pad"]

SIDE = 280  # pixels of the pad
PEN = 22  # its width in pixels; scaled down it is that of the pens in MNIST

#: A 7, traced from the first image of the test set.
EXAMPLE = [
    [(64, 80), (110, 86), (150, 91), (198, 93), (184, 134), (160, 178), (134, 222), (116, 262)]
]

Strokes = Sequence[Sequence[Sequence[float]]]

_FOLDER = Path(__file__).parent


def drawing_pad(
    network: Classifier,
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    *,
    timesteps: int = 100,
) -> Pad:
    """Make a pad to draw a digit on.

    After each stroke the drawing is made an image as those of MNIST, and the network is shown it.
    Instead of drawing one may choose an image, with the mouse or with the arrow keys.

    Parameters
    ----------
    network : Classifier
        From `models.build_classifier`. With a batch size of 1 it answers soonest.
    images : ndarray of uint8, shape (n, 784)
        The images to choose from, for example the first 30 of the test set.
    labels : ndarray of uint8, shape (n,)
        The digits, 0 to 9.
    timesteps : int
        For how many steps of 1 ms to show a drawing.

    Returns
    -------
    Pad
        For a notebook to display. Where there is no kernel, readers see a still of an example.

    Examples
    --------
    >>> from tutorial_helpers.data import load_mnist, load_weights
    >>> from tutorial_helpers.models import build_classifier
    >>> images, labels = load_mnist("test")
    >>> pad = drawing_pad(build_classifier(load_weights(), batch_size=1), images[:30], labels[:30])
    >>> pad.result["answer"]
    7
    """
    return Pad(network, images, labels, timesteps)


class Pad(anywidget.AnyWidget):
    """The widget that `drawing_pad` makes.

    Parameters
    ----------
    network, images, labels, timesteps
        As `drawing_pad` takes them.
    """

    _esm = _FOLDER / "pad.js"
    _css = _FOLDER / "pad.css"

    #: What is on show: ``strokes``, lists of points, or the number of the image that is ``chosen``.
    shown = traitlets.Dict().tag(sync=True)
    #: What the network makes of it: the image, the answer and the spikes, or what went wrong.
    result = traitlets.Dict().tag(sync=True)
    #: The images to choose from: grey levels in hexadecimal digits, two for each pixel, and label.
    choices: Any = traitlets.List().tag(sync=True)
    pen = traitlets.Int(PEN).tag(sync=True)

    def __init__(
        self,
        network: Classifier,
        images: NDArray[np.uint8],
        labels: NDArray[np.uint8],
        timesteps: int,
    ) -> None:
        self._network, self._images, self._timesteps = network, images, timesteps
        choices = [
            {"pixels": image.tobytes().hex(), "label": int(label)}
            for image, label in zip(images, labels, strict=True)
        ]
        super().__init__(choices=choices, shown={"strokes": EXAMPLE, "example": True})
        self.result = self._answer(self.shown)  # an error here is the cell's
        image = np.frombuffer(bytes.fromhex(self.result["pixels"]), np.uint8)
        times, neurons = np.array(self.result["spikes"], np.int64).reshape(-1, 2).T
        figure = plot_drawing(
            picture_of(EXAMPLE), image, times, neurons, duration_ms=float(timesteps)
        )
        self._alt = str(figure.get_label())
        self._still = image_tag(png(figure), self._alt)
        self.observe(self._follow, names="shown")

    def _follow(self, change: dict[str, Any]) -> None:
        """Answer what is drawn or chosen; say in the widget what went wrong."""
        try:
            result = self._answer(change["new"])
        except ValueError as error:
            sentence = str(error)
            result = {"error": sentence[:1].upper() + sentence[1:]}
        except Exception as error:
            where = "".join(traceback.format_exception(error))
            result = {"error": f"{type(error).__name__}: {error}", "traceback": where}
        # The front end waits for an answer, and is sent only what differs from the one before.
        self.result = {**result, "number": self.result.get("number", 0) + 1}

    def _answer(self, shown: dict[str, Any]) -> dict[str, Any]:
        """Return the image, the answer and the spikes, as the front end draws them."""
        if "chosen" in shown:
            image = self._images[shown["chosen"]]
        elif shown.get("strokes"):
            image = digit_from_picture(picture_of(shown["strokes"]), ink="dark")
        else:
            return {}
        counts, _ = counts_over_time(self._network, image[np.newaxis], timesteps=self._timesteps)
        # A neuron spikes at most once in a step.
        spikes = np.argwhere(np.diff(counts[:, 0], axis=0, prepend=0))
        total = counts[-1, 0]
        return {
            "pixels": image.tobytes().hex(),
            "answer": int(total.argmax()) if total.any() else None,
            "counts": total.tolist(),
            "spikes": spikes.tolist(),
            "timesteps": self._timesteps,
        }

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Return the forms that a front end may choose from: the widget first, then its still."""
        bundle = super()._repr_mimebundle_(**options)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return (data or {}) | described(self._still, self._alt), metadata


def picture_of(strokes: Strokes) -> NDArray[np.uint8]:
    """Draw strokes with a round pen, black on white.

    Parameters
    ----------
    strokes : sequence of sequences of points
        The x and y of each point, in pixels of the pad.

    Returns
    -------
    ndarray of uint8, shape (280, 280)

    Examples
    --------
    >>> picture_of([[(100, 50), (100, 200)]])[45:56:5, 100]
    array([0, 0, 0], dtype=uint8)
    """
    # Twice as large, so that edges are smooth afterwards.
    picture = Image.new("L", (2 * SIDE, 2 * SIDE), 255)
    draw = ImageDraw.Draw(picture)
    for stroke in strokes:
        points = [(2 * float(x), 2 * float(y)) for x, y in stroke]
        if len(points) > 1:
            draw.line(points, fill=0, width=2 * PEN)
        for x, y in points:
            draw.ellipse((x - PEN, y - PEN, x + PEN, y + PEN), fill=0)
    return np.asarray(picture.reduce(2))
