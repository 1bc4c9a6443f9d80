"""A widget of the learning rate: a network learns at the rate that is chosen, until it is stopped.

It learns in an asyncio task of the kernel, which after each batch lets the kernel do what else
there is to do. So the buttons, the slider and other cells work while it learns.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from ipywidgets import HTML, Button, HBox, VBox
from numpy.typing import NDArray

from tutorial_helpers.figures import LearningCurve, plot_right_answers
from tutorial_helpers.figures.learning import WINDOW
from tutorial_helpers.learning import LearningNetwork
from tutorial_helpers.widgets.panel import Panel, choice, drawn, framed, panel, went_wrong

_RATES = (0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)  # mV
_IN_THE_STILL = (0.002, 0.02, 0.2)
_HINT = "Press Learn. The network starts from random weights."

# What learns now. There is only one at a time: a new one ends the one before, also that of the same
# cell when it is run again. asyncio itself may forget a task that nothing else refers to.
_task: asyncio.Task[None] | None = None


def learning_rate(
    weights: Sequence[NDArray[np.floating[Any]]],
    images: NDArray[np.uint8],
    labels: NDArray[np.integer[Any]],
    *,
    rate: float = 0.02,
    still_images: int = 3000,
) -> Panel:
    """Let a network learn at the rate that is chosen, and watch how often it is right.

    Learn starts from the weights that are given, Stop keeps the curve, and another rate starts
    again. The two runs before stay in the picture. What a run shows is the same each time.

    Parameters
    ----------
    weights : sequence of ndarray, shape (presynaptic, postsynaptic)
        From `learning.random_weights`.
    images : ndarray of uint8, shape (n, 784)
        Grey levels, 0 to 255. A run ends when it has seen each once.
    labels : ndarray of integers, shape (n,)
        The class of each.
    rate : float
        Where the slider stands at first, in mV.
    still_images : int
        From how many images to learn, at each of three rates, for readers who have no kernel.

    Returns
    -------
    Panel

    Examples
    --------
    >>> from tutorial_helpers.data import load_mnist
    >>> from tutorial_helpers.learning import random_weights
    >>> weights, (images, labels) = random_weights([784, 16, 10]), load_mnist("train")
    >>> turned = learning_rate(weights, images, labels, still_images=256)
    >>> turned.alt.startswith("Right answers while learning, in per cent of the last 1,280 images")
    True
    """
    stop_learning()
    run = _Runs(weights, images, labels)
    curves = {
        _name(each): np.concatenate(list(run.answers(each, still_images))) for each in _IN_THE_STILL
    }
    still = plot_right_answers(curves)
    run.picture = drawn(still)
    rates = sorted({rate, *_RATES})
    shown = panel({"rate": choice("rate (mV)", rate, rates)}, run.turned, still)
    slider, run.place = shown.box.children
    learn, stop = Button(description="Learn", button_style="primary"), Button(description="Stop")
    learn.on_click(lambda _: run.start(slider.value))
    stop.on_click(lambda _: stop_learning())
    return Panel(VBox([slider, HBox([learn, stop]), run.place]), shown.still, shown.alt)


def stop_learning() -> None:
    """Stop what learns now, if anything does; it keeps its curve."""
    global _task
    if _task is not None:
        _task.cancel()
    _task = None


class _Runs:
    """A network that learns at one rate after another, always from the same weights."""

    place: HTML  # where the picture is shown
    picture = ""

    def __init__(
        self,
        weights: Sequence[NDArray[np.floating[Any]]],
        images: NDArray[np.uint8],
        labels: NDArray[np.integer[Any]],
    ) -> None:
        self._network = LearningNetwork(weights, name="learning_rate")
        self._start = self._network.state()
        self._images, self._labels = images, labels
        self._curves: dict[str, NDArray[np.bool_]] = {}
        self._task: asyncio.Task[None] | None = None

    def answers(self, rate: float, number: int) -> Iterator[NDArray[np.bool_]]:
        """Learn from up to a number of images; give for each batch which ones it got right."""
        network, size = self._network, self._network.model.batch_size
        network.restore(self._start)
        order = np.random.default_rng(1).permutation(len(self._images))[:number]
        for first in range(0, len(order), size):
            rows = order[first : first + size]
            beliefs = network.learn_batch(self._images[rows], self._labels[rows], rate)
            yield beliefs.argmax(axis=1) == self._labels[rows]

    def turned(self, rate: float) -> str:
        """Return what to show when another rate is chosen; start again if the network learns."""
        if self._task is not None and self._task is _task and not self._task.done():
            self.start(rate)
            return _answer(_learning(rate), self.picture)
        return _answer(_HINT, self.picture)

    def start(self, rate: float) -> None:
        """Start again from random weights."""
        global _task
        stop_learning()
        _task = self._task = asyncio.get_running_loop().create_task(self._learn(rate))

    async def _learn(self, rate: float) -> None:
        """Learn, and show the curve as it grows, until all images are seen or the task ends."""
        name, words = _name(rate), _learning(rate)
        self._curves.pop(name, None)

        def show(picture: str) -> None:
            self.picture = picture
            self.place.value = framed(_answer(words, picture))

        earlier = dict([*self._curves.items()][-2:])
        curve = LearningCurve(len(self._images), earlier=earlier, show=show)
        try:
            for right in self.answers(rate, len(self._images)):
                curve.add(right, name)
                await asyncio.sleep(0)  # the kernel does what else there is to do
            words = f"All {len(self._images):,} images seen, at a rate of {rate:g}."
        except asyncio.CancelledError:
            words = f"Stopped. {_HINT}"
        except Exception as error:
            self.place.value = framed(went_wrong(error))
            return
        if self._task is asyncio.current_task():  # or the slider went on to a rate that draws now
            curve.draw()
        if len(curve.answers[name]) >= WINDOW:  # or it says little
            self._curves[name] = curve.answers[name]


def _name(rate: float) -> str:
    return f"rate {rate:g}"


def _learning(rate: float) -> str:
    return f"Learning at a rate of {rate:g}."


def _answer(words: str, picture: str) -> str:
    return f'<p role="status">{words}</p>{picture}'
