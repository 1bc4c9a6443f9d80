"""Classification of images with a spiking network: predictions, and spike counts over time."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

from numbagenn.base.available_memory import check_memory
from numbagenn.base.number_checks import checked_integer
from tutorial_helpers.models import CAN_DROP_SPIKES, GREY_LEVELS_PER_MILLIVOLT, Classifier


class Classification(NamedTuple):
    """What `classify` returns.

    Attributes
    ----------
    predictions : ndarray of int64, shape (n,)
        Predicted class of each image.
    counts : ndarray of uint32, shape (n, classes)
        Spikes of each output neuron.
    spikes : tuple of int
        Total number of spikes of each layer, over all images.
    seconds : float
        Time from the images to the predictions, in s.
    """

    predictions: NDArray[np.int64]
    counts: NDArray[np.uint32]
    spikes: tuple[int, ...]
    seconds: float


def classify(
    network: Classifier,
    images: NDArray[np.uint8],
    *,
    timesteps: int = 100,
    progress: bool = False,
) -> Classification:
    """Classify images, as many side by side as the network's batch size.

    The prediction is the output neuron that spikes most. A tie goes to the lower digit.

    Parameters
    ----------
    network : Classifier
        From `models.build_classifier`.
    images : ndarray of uint8, shape (n, inputs)
        Grey levels from 0 to 255.
    timesteps : int
        For how many steps of 1 ms to show each image.
    progress : bool
        Whether to show a progress bar.

    Raises
    ------
    TypeError, ValueError
        If the images have the wrong type or shape, or `timesteps` is not a positive integer.

    Examples
    --------
    >>> from tutorial_helpers.data import load_mnist, load_weights
    >>> from tutorial_helpers.models import build_classifier
    >>> images, labels = load_mnist("test")
    >>> result = classify(build_classifier(load_weights(), batch_size=10), images[:25])
    >>> result.counts.shape
    (25, 10)
    """
    check_images(images, network.populations[0].num_neurons)
    checked_integer("timesteps", timesteps, 1)
    spikes = [0] * len(network.populations)
    counts = np.zeros((len(images), network.populations[-1].num_neurons), dtype=np.uint32)

    start = perf_counter()
    with _progress_bar(images, progress) as bar:
        for rows in _show_in_batches(network, images):
            for _ in range(timesteps):
                network.model.step_time()
            for layer, counted in enumerate(_pull_counts(network, rows)):
                spikes[layer] += int(counted.sum(dtype=np.int64))
            counts[rows] = counted
            bar.update(len(counted))
    predictions = counts.argmax(axis=1)
    seconds = perf_counter() - start
    return Classification(predictions, counts, tuple(spikes), seconds)


class CountsOverTime(NamedTuple):
    """What `counts_over_time` returns.

    Attributes
    ----------
    counts : ndarray of uint16, shape (timesteps, n, classes)
        Spikes of each output neuron so far: ``counts[t - 1]`` are those after t steps.
    spikes : ndarray of uint32, shape (timesteps, n, layers)
        Spikes of each layer so far, over all its neurons.
    """

    counts: NDArray[np.uint16]
    spikes: NDArray[np.uint32]


def counts_over_time(
    network: Classifier,
    images: NDArray[np.uint8],
    *,
    timesteps: int = 100,
    progress: bool = False,
) -> CountsOverTime:
    """Show images, and count spikes after every step.

    No step depends on how many follow it. So the counts after t steps are the ones that `classify`
    returns with ``timesteps=t``, and one run holds the results of all shorter runs. It takes longer
    than `classify`, because the counts leave the device after each step.

    Parameters
    ----------
    network : Classifier
        From `models.build_classifier`.
    images : ndarray of uint8, shape (n, inputs)
        Grey levels from 0 to 255.
    timesteps : int
        For how many steps of 1 ms to show each image, at most 65,535.
    progress : bool
        Whether to show a progress bar.

    Raises
    ------
    TypeError, ValueError
        If the images have the wrong type or shape, or `timesteps` is not from 1 to 65,535.

    Examples
    --------
    >>> from tutorial_helpers.data import load_mnist, load_weights
    >>> from tutorial_helpers.models import build_classifier
    >>> images, labels = load_mnist("test")
    >>> network = build_classifier(load_weights(), batch_size=10)
    >>> counts, spikes = counts_over_time(network, images[:25], timesteps=20)
    >>> counts.shape, spikes.shape
    ((20, 25, 10), (20, 25, 3))
    """
    check_images(images, network.populations[0].num_neurons)
    # The counts fit into 16 bits, because a neuron spikes at most once in a step.
    checked_integer("timesteps", timesteps, 1, np.iinfo(np.uint16).max)
    classes, layers = network.populations[-1].num_neurons, len(network.populations)
    size = timesteps * len(images) * (2 * classes + 4 * layers)
    check_memory("Counting spikes after every step", size, "show fewer images, or fewer steps")
    counts = np.zeros((timesteps, len(images), classes), dtype=np.uint16)
    spikes = np.zeros((timesteps, len(images), layers), dtype=np.uint32)

    with _progress_bar(images, progress) as bar:
        for rows in _show_in_batches(network, images):
            for step in range(timesteps):
                network.model.step_time()
                for layer, counted in enumerate(_pull_counts(network, rows)):
                    spikes[step, rows, layer] = counted.sum(axis=1)
                counts[step, rows] = counted
            bar.update(len(counted))
    return CountsOverTime(counts, spikes)


def _progress_bar(images: NDArray[np.uint8], progress: bool) -> tqdm[Any]:
    return tqdm(total=len(images), disable=not progress, unit="image", unit_scale=True)


def _show_in_batches(network: Classifier, images: NDArray[np.uint8]) -> Iterator[slice]:
    """Show one batch of images after the other, and yield which rows of `images` are on show."""
    for first in range(0, len(images), network.model.batch_size):
        batch = images[first : first + network.model.batch_size]
        _show(network, batch)
        yield slice(first, first + len(batch))


def _show(network: Classifier, batch: NDArray[np.uint8]) -> None:
    """Reset the network and show it up to a batch of images."""
    if not CAN_DROP_SPIKES:
        let_spikes_arrive(network)
    magnitude = network.source.vars["magnitude"]
    # A model with a batch size of 1 has arrays without the batch axis.
    currents = magnitude.view.reshape(network.model.batch_size, -1)
    np.divide(batch, np.float32(GREY_LEVELS_PER_MILLIVOLT), out=currents[: len(batch)])
    currents[len(batch) :] = 0.0
    magnitude.push_to_device()
    network.model.custom_update("Reset")


def _pull_counts(network: Classifier, rows: slice) -> Iterator[NDArray[np.uint32]]:
    """Pull the spike counts of each layer for the images on show, shape ``(rows, neurons)``."""
    for population in network.populations:
        counter = population.vars["SpikeCount"]
        counter.pull_from_device()
        yield counter.view.reshape(network.model.batch_size, -1)[: rows.stop - rows.start]


def let_spikes_arrive(network: Classifier) -> None:
    """Simulate without input until no spike is in flight, before a reset.

    The spikes of the last step arrive in the next one, whatever a reset does in between. There they
    may make other neurons spike, and so on: one step for each layer of synapses.
    """
    magnitude = network.source.vars["magnitude"]
    magnitude.view[:] = 0.0
    magnitude.push_to_device()
    network.model.custom_update("Reset")
    for _ in network.populations[1:]:
        network.model.step_time()


def accuracy(predictions: NDArray[Any], labels: NDArray[Any]) -> float:
    """Return the percentage of predictions that are right.

    Parameters
    ----------
    predictions, labels : ndarray, shape (n,)
        Classes.

    Raises
    ------
    ValueError
        If the shapes differ or there is nothing to compare.

    Examples
    --------
    >>> accuracy(np.array([7, 2, 1, 1]), np.array([7, 2, 1, 0]))
    75.0
    """
    if np.shape(predictions) != np.shape(labels) or np.ndim(labels) != 1 or len(labels) == 0:
        raise ValueError(
            "predictions and labels must have the same shape (n,) with n > 0, not "
            f"{np.shape(predictions)} and {np.shape(labels)}."
        )
    return 100.0 * int(np.sum(np.asarray(predictions) == np.asarray(labels))) / len(labels)


def check_images(images: Any, inputs: int) -> None:
    """Raise unless images are rows of grey levels, one for each of a number of inputs."""
    given = getattr(images, "dtype", type(images).__name__)
    if given != np.uint8:
        raise TypeError(
            f"images must be an array of uint8, grey levels from 0 to 255, not {given}; "
            "pass images as load_mnist() returns them."
        )
    if len(images.shape) != 2 or images.shape[1] != inputs or images.shape[0] == 0:
        raise ValueError(
            f"images must have shape (n, {inputs}) with n > 0, one row an image, "
            f"not {images.shape}; use images.reshape(-1, {inputs})."
        )
