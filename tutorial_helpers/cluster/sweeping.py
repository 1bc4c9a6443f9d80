"""A table of accuracies: every set of weights, at every threshold and number of steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from distributed import Client
from numpy.typing import NDArray
from tqdm.auto import tqdm

from numbagenn.base.number_checks import checked_integer
from tutorial_helpers.cluster.arguments import (
    check_client,
    check_threshold,
    checked_labels,
    checked_sequence,
)
from tutorial_helpers.cluster.blocks import Block, cut
from tutorial_helpers.cluster.running import BadBlocksError, Failure, Task, run
from tutorial_helpers.cluster.workers import Counted, Weights, WeightSets
from tutorial_helpers.data import load_mnist
from tutorial_helpers.inference import check_images
from tutorial_helpers.models import layer_sizes

#: Images per block: few enough that a sweep over the test set keeps several workers busy.
IMAGES_PER_BLOCK = 2_500


class SweepRow(NamedTuple):
    """A row of the table that `sweep` makes.

    Attributes
    ----------
    weights : str
        Name of the weights.
    threshold : float
        Membrane voltage at which neurons spike, in mV.
    timesteps : int
        For how many steps of 1 ms each image was shown.
    accuracy : float
        The percentage of correct answers.
    spikes_per_image : float
        Spikes of all neurons, on average.
    """

    weights: str
    threshold: float
    timesteps: int
    accuracy: float
    spikes_per_image: float


def sweep(
    thresholds: Sequence[float],
    timesteps: Sequence[int],
    weight_sets: Mapping[str, Weights],
    *,
    client: Client | None = None,
    images: NDArray[np.uint8] | None = None,
    labels: NDArray[np.uint8] | None = None,
    batch_size: int = 128,
    progress: bool = False,
) -> list[SweepRow]:
    """Measure the accuracy of all combinations of weights, thresholds and numbers of steps.

    Parameters
    ----------
    thresholds : sequence of float
        Membrane voltages at which neurons spike, in mV.
    timesteps : sequence of int
        Numbers of steps of 1 ms for which to show each image.
    weight_sets : mapping of str to sequence of ndarray
        Weights by name, from `load_weights`.
    client : distributed.Client, optional
        The cluster. Without one, this process does everything.
    images, labels : ndarray, optional
        Images and their digits. Without them, MNIST's test set.
    batch_size : int
        How many images a worker classifies side by side.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    list of SweepRow
        In the order of the arguments, weights first. ``pandas.DataFrame(rows)`` is the table.

    Raises
    ------
    BadBlocksError, ClusterLostError, VersionsDifferError
        As `classify_many` does.

    Examples
    --------
    >>> weights = {"ones": [np.ones((784, 128)), np.ones((128, 10))]}
    >>> images, labels = np.zeros((4, 784), np.uint8), np.array([0, 0, 0, 5])
    >>> [row.accuracy for row in sweep([5.0], [1, 2], weights, images=images, labels=labels)]
    [75.0, 75.0]
    """
    thresholds = checked_sequence("thresholds", thresholds)
    timesteps = checked_sequence("timesteps", timesteps)
    for threshold in thresholds:
        check_threshold(threshold)
    for steps in timesteps:
        checked_integer("timesteps", steps, 1)
    checked_integer("batch_size", batch_size, 1)
    check_client(client)
    weight_sets = _checked_sets(weight_sets)
    if (images is None) != (labels is None):
        raise ValueError("images and labels belong together; give both, or none for MNIST's.")
    if images is None or labels is None:
        images, labels = load_mnist("test")
    for weights in weight_sets.values():
        check_images(images, layer_sizes(weights)[0])
    digits = checked_labels(labels, len(images))
    assert digits is not None
    table = list(product(weight_sets, thresholds, timesteps))
    points = [*dict.fromkeys(table)]
    right, spikes = dict.fromkeys(points, 0), dict.fromkeys(points, 0)
    failures = []
    sets = WeightSets(weight_sets, min(batch_size, IMAGES_PER_BLOCK))
    total = len(points) * len(images)
    with tqdm(total=total, disable=not progress, unit="image", unit_scale=True) as bar:
        for task, outcome in run(client, sets, _tasks(client, images, points)):
            if isinstance(outcome, Failure):
                failures.append(outcome)
                continue
            right[task.point] += _right(task.block, outcome, digits)
            spikes[task.point] += sum(outcome.spikes)
            bar.update(task.block.rows)
    if failures:
        raise BadBlocksError(failures, "There is no table without them")
    return [
        SweepRow(*point, 100.0 * right[point] / len(images), spikes[point] / len(images))
        for point in table
    ]


def _checked_sets(weight_sets: Mapping[str, Weights]) -> dict[str, Weights]:
    """Return weights by name; raise an error that names the set if one is invalid."""
    if not isinstance(weight_sets, Mapping):
        raise TypeError(
            "weight_sets must be a dictionary of weights by name, not "
            f"{type(weight_sets).__name__}; write {{'mine': weights}}."
        )
    sets: dict[str, Weights] = {name: [*weights] for name, weights in weight_sets.items()}
    for name, weights in sets.items():
        try:
            layer_sizes(weights)
        except ValueError as error:
            raise ValueError(f"weight_sets['{name}']: {error}") from None
    return sets


def _tasks(
    client: Client | None, images: NDArray[np.uint8], points: Sequence[tuple[str, float, int]]
) -> Iterator[Task]:
    """Yield all points for all blocks; the blocks travel to the workers once."""
    blocks = list(cut(images, IMAGES_PER_BLOCK))
    if client is not None:
        # By tasks, which Dask runs again if a worker dies. What is scattered would be lost.
        blocks = [
            block._replace(images=client.submit(np.asarray, block.images)) for block in blocks
        ]
    for point in points:
        name, threshold, steps = point
        where = f"weights '{name}', threshold {threshold}, {steps} steps, "
        for block in blocks:
            yield Task(block, point, where)


def _right(block: Block, counted: Counted, labels: NDArray[Any]) -> int:
    return int(np.sum(counted.counts.argmax(axis=1) == labels[block.rows_of_all]))
