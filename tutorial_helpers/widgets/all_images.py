"""A widget of the whole test set, which is classified again while a learner drags."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutorial_helpers.figures import plot_confusion
from tutorial_helpers.figures.style import BLUE, VERMILION, counted
from tutorial_helpers.inference import Classification, accuracy, classify
from tutorial_helpers.models import Classifier
from tutorial_helpers.widgets.panel import Panel, panel, slider


def whole_test_set(
    network: Classifier,
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    *,
    timesteps: int = 100,
) -> Panel:
    """Classify all images again whenever the threshold or the number of steps changes.

    The threshold is a dynamic parameter of the neurons, so nothing is compiled while you drag.
    After each answer the network has its own threshold again, for other cells that use it.

    Parameters
    ----------
    network : Classifier
        From `models.build_classifier`.
    images : ndarray of uint8, shape (n, 784)
        Grey levels from 0 to 255.
    labels : ndarray of uint8, shape (n,)
        The digits, 0 to 9.
    timesteps : int
        Steps of 1 ms at the start. The slider goes from 1 to 100, or up to this number.

    Returns
    -------
    Panel

    Examples
    --------
    >>> from tutorial_helpers.data import load_mnist, load_weights
    >>> from tutorial_helpers.models import build_classifier
    >>> images, labels = load_mnist("test")
    >>> network = build_classifier(load_weights(), batch_size=100)
    >>> turned = whole_test_set(network, images[:300], labels[:300])
    >>> threshold, steps, answer = turned.box.children
    >>> steps.value = 12  # as if dragged
    >>> "12 steps: <b>" in answer.value
    True
    """

    # The still and the first answer are of the same run.
    @lru_cache(maxsize=1)
    def run(threshold: float, timesteps: int) -> Classification:
        with _threshold(network, threshold):
            return classify(network, images, timesteps=timesteps)

    def answer(threshold: float, timesteps: int) -> str:
        result = run(threshold, timesteps)
        return (
            f'<p role="status">Threshold {threshold:g} mV, {counted(timesteps, "step")}: '
            f"<b>{accuracy(result.predictions, labels):.2f} %</b> read correctly<br>"
            f"{counted(len(labels), 'image')} in {result.seconds:.2f} s, "
            f"{len(labels) / result.seconds:,.0f} images per second</p>"
            + _confusion_table(labels, result.predictions)
        )

    threshold = network.populations[0].params["Vthr"].value
    controls = {
        "threshold": slider("threshold (mV)", threshold, 1.0, 10.0, 0.25),
        "timesteps": slider("steps (1 ms)", timesteps, 1, 100),
    }
    still = plot_confusion(labels, run(threshold, timesteps).predictions)
    return panel(controls, answer, still)


@contextmanager
def _threshold(network: Classifier, threshold: float) -> Iterator[None]:
    """Give all neurons another threshold for a while."""
    try:
        for population in network.populations:
            population.set_dynamic_param_value("Vthr", threshold)
        yield
    finally:
        for population in network.populations:
            population.set_dynamic_param_value("Vthr", population.params["Vthr"].value)


def _confusion_table(labels: NDArray[Any], predictions: NDArray[Any]) -> str:
    """Return which digits are read as which as a table in HTML, which Matplotlib takes 0.3 s for.

    A mistake is the darker the larger its share of the digit's images, on the same scale in all
    answers. The colours are transparent, for light and dark pages alike.
    """
    matrix = np.zeros((10, 10), np.int64)
    np.add.at(matrix, (labels, predictions), 1)
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    head = "".join(f'<th scope="col">{digit}</th>' for digit in range(10))
    rows = []
    for digit, (counts, share) in enumerate(zip(matrix, shares, strict=True)):
        # Two hexadecimal digits after a colour are its opacity. From a tenth of a digit's images on
        # it stays the same.
        opacity = (200 * np.sqrt(np.minimum(share / 0.1, 1))).astype(int)
        shades = [f"{VERMILION}{level:02x}" for level in opacity]
        shades[digit] = f"{BLUE}40"
        cells = "".join(
            f'<td style="background: {shade}">{count}</td>'
            for count, shade in zip(counts, shades, strict=True)
        )
        rows.append(f'<tr><th scope="row">{digit}</th>{cells}</tr>')
    return (
        "<table><caption>Rows: the true digit. Columns: the digit that is read.</caption>"
        f"<thead><tr><td></td>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table>"
    )
