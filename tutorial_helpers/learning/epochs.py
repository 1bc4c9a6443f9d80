"""Epochs of learning: every image once, in another order each time, a little shifted."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from tqdm.auto import tqdm

from numbagenn.base.number_checks import checked_integer
from tutorial_helpers.atomic_write import check_writable
from tutorial_helpers.checkpoints import load_checkpoint, save_checkpoint
from tutorial_helpers.inference import check_images
from tutorial_helpers.learning.network import LearningNetwork, check_labels, check_rate
from tutorial_helpers.weight_sets import installed_versions

_SIDE = 28
_FIX = "name another file for the checkpoint"  # the end of a message


class Epoch(NamedTuple):
    """What `learn` yields after each epoch.

    Attributes
    ----------
    number : int
        The first epoch is 1.
    practice : float
        Percentage of the images that were answered correctly, each before it was learnt from.
    accuracy : float, optional
        What `score` returned after the epoch.
    seconds : float
        Time of the epoch, without `score`, in s.
    """

    number: int
    practice: float
    accuracy: float | None
    seconds: float


def learn(
    network: LearningNetwork,
    images: NDArray[np.uint8],
    labels: NDArray[np.integer[Any]],
    *,
    epochs: int = 5,
    rate: float = 0.02,
    shift: int = 1,
    seed: int = 1,
    score: Callable[[], float] | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    progress: bool = False,
    watch: Callable[[NDArray[np.bool_]], object] | None = None,
) -> Iterator[Epoch]:
    """Let a network learn, epoch by epoch.

    The learning rate falls in a straight line, to 0 at the end of the last epoch. The same network,
    images, options and seed give the same weights to the bit, with any number of threads, and
    whether or not the run was interrupted and went on from a checkpoint.

    Parameters
    ----------
    network : LearningNetwork
        It is changed.
    images : ndarray of uint8, shape (n, 784)
        Grey levels, 0 to 255.
    labels : ndarray of integers, shape (n,)
        The class of each.
    epochs : int
        How often to show every image.
    rate : float
        The learning rate of the first batch.
    shift : int
        By how many pixels an image may be shifted, at most: to the left or right, and up or down.
    seed : int
        Seed of the order of the images and of their shifts.
    score : callable, optional
        Called after each epoch, such as ``lambda: network.accuracy(test_images, test_labels)``.
    checkpoint : path, optional
        A file to save everything in, at first and after each epoch. If it exists, learning goes
        on from there, whatever the network has learnt since.
    progress : bool
        Whether to show a progress bar.
    watch : callable, optional
        Called after each batch with whether each of its images was answered correctly before it was
        learnt from, such as ``LearningCurve(5 * len(images)).add``.

    Yields
    ------
    Epoch
        Also for the epochs that the checkpoint holds.

    Raises
    ------
    TypeError, ValueError
        If something is not as above, or the checkpoint belongs to another run.
    OSError
        If the checkpoint cannot be written.

    Examples
    --------
    >>> from tutorial_helpers.data import load_mnist
    >>> from tutorial_helpers.learning import random_weights
    >>> images, labels = load_mnist("train")
    >>> network = LearningNetwork(random_weights([784, 128, 10]))
    >>> [epoch.number for epoch in learn(network, images[:500], labels[:500], epochs=2)]
    [1, 2]
    """
    check_images(images, network.layers[0].num_neurons)
    check_labels(labels, len(images), network.layers[-1].num_neurons)
    check_rate(rate)
    checked_integer("epochs", epochs, 1)
    checked_integer("seed", seed, 0)
    checked_integer("shift", shift, 0, _SIDE)
    if shift and images.shape[1] != _SIDE**2:
        raise ValueError(
            f"shift is for images of {_SIDE} x {_SIDE} pixels, not of {images.shape[1]} in all; "
            "give shift=0."
        )
    kept: list[Epoch] = []
    path = None if checkpoint is None else Path(checkpoint)
    options = {"epochs": epochs, "rate": rate, "shift": shift, "seed": seed}
    run = options | _identity(network, images, labels) if path else options
    if path is not None:
        check_writable(path, _FIX)
        if path.exists():
            facts, state = load_checkpoint(path, run, _FIX)
            network.restore(state)
            kept = [Epoch(*fact) for fact in facts]
        else:  # where to go on from if the first epoch is interrupted
            save_checkpoint(path, run, [], network.state())

    # Not `yield`, which would delay the checks above until the first epoch is asked for.
    def all_epochs() -> Iterator[Epoch]:
        yield from kept
        done = list(kept)
        per_epoch = -(-len(images) // network.model.batch_size)
        for number in range(len(kept), epochs):
            start = perf_counter()
            first = number * per_epoch
            rates = rate * (1.0 - np.arange(first, first + per_epoch) / (epochs * per_epoch))
            rng = np.random.default_rng([seed, number])
            right = _run_epoch(network, images, labels, rates, shift, rng, progress, watch)
            seconds = perf_counter() - start
            accuracy = None if score is None else score()
            done.append(Epoch(number + 1, 100.0 * right / len(images), accuracy, seconds))
            if path is not None:
                save_checkpoint(path, run, done, network.state())
            yield done[-1]

    return all_epochs()


def _run_epoch(
    network: LearningNetwork,
    images: NDArray[np.uint8],
    labels: NDArray[np.integer[Any]],
    rates: NDArray[np.float64],
    shift: int,
    rng: np.random.Generator,
    progress: bool,
    watch: Callable[[NDArray[np.bool_]], object] | None,
) -> int:
    """Learn from every image once; return how many were answered correctly before."""
    order = rng.permutation(len(images))
    size, right = network.model.batch_size, 0
    with tqdm(total=len(images), disable=not progress, unit="image", unit_scale=True) as bar:
        for number, rate in enumerate(rates):
            rows = order[number * size : (number + 1) * size]
            shown = shifted(images[rows], shift, rng) if shift else images[rows]
            beliefs = network.learn_batch(shown, labels[rows], float(rate))
            is_right = beliefs.argmax(axis=1) == labels[rows]
            right += int(is_right.sum())
            if watch is not None:
                watch(is_right)
            bar.update(len(rows))
            bar.set_postfix_str(f"{right / bar.n:.1%} right" if bar.n else "", refresh=False)
    return right


def shifted(images: NDArray[np.uint8], shift: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Shift each image by up to `shift` pixels in both directions, drawn at random.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 784)
        Grey levels, 0 to 255. What comes in from outside is 0.
    shift : int
        The largest shift.
    rng : numpy.random.Generator
        Where the shifts are drawn from.

    Examples
    --------
    >>> images = np.full((1, 784), 255, np.uint8)
    >>> int(np.sum(shifted(images, 1, np.random.default_rng(2)) == 0))  # none, 28 or 55
    55
    """
    border = ((0, 0), (shift, shift), (shift, shift))
    padded = np.pad(images.reshape(-1, _SIDE, _SIDE), border)
    down, right = rng.integers(0, 2 * shift + 1, (2, len(images)))
    windows = sliding_window_view(padded, (_SIDE, _SIDE), axis=(1, 2))
    moved: NDArray[np.uint8] = windows[np.arange(len(images)), down, right]
    return moved.reshape(images.shape)


def _identity(
    network: LearningNetwork, images: NDArray[np.uint8], labels: NDArray[np.integer[Any]]
) -> dict[str, Any]:
    """Return what decides the weights, besides the options of `learn`."""
    return {
        "timesteps": network.timesteps,
        "threshold": network.threshold,
        "batch_size": network.model.batch_size,
        "precision": network.precision,
        "first_weights": network.first_weights,
        "images": _digest(images, labels.astype(np.int64)),
        "versions": installed_versions("numpy", "numba"),
    }


def _digest(*arrays: NDArray[Any]) -> str:
    """Compute the SHA-256 of arrays, as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(array.tobytes())
    return digest.hexdigest()
