"""Any number of images, classified by the workers of a cluster."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Any, NamedTuple

import numpy as np
from dask.base import tokenize
from distributed import Client
from numpy.typing import ArrayLike, NDArray
from tqdm.auto import tqdm

from numbagenn.base.number_checks import checked_integer
from tutorial_helpers.cluster.answer_store import AnswerStore, in_use, place_of
from tutorial_helpers.cluster.arguments import check_client, check_threshold, checked_labels
from tutorial_helpers.cluster.blocks import Block, cut, number_of_rows
from tutorial_helpers.cluster.running import (
    BadBlocksError,
    ClusterLostError,
    Failure,
    Task,
    run,
)
from tutorial_helpers.cluster.workers import PACKAGES, Weights, WeightSets, versions
from tutorial_helpers.inference import Classification, check_images
from tutorial_helpers.models import THRESHOLD, layer_sizes
from tutorial_helpers.redrawn_digits import RedrawnDigits
from tutorial_helpers.weight_sets import set_digest

# Images per block, unless the caller says otherwise: 8 MB of MNIST's, or an eighth of fewer images,
# so that several workers have something to do. How many there are must not matter to a store.
_MOST_PER_BLOCK, _LEAST_PER_BLOCK, _BLOCKS = 10_000, 1_000, 8


_NO_LABELS = "the accuracy needs labels=, a digit for each image; give them."


class BlockAnswer(NamedTuple):
    """The answer to some images that follow each other.

    Attributes
    ----------
    block : Block
        Which images: ``start`` and ``rows``.
    counts : ndarray of uint32, shape (rows, classes)
        Spikes of each output neuron.
    spikes : tuple of int
        Spikes of each layer, over all images of the block.
    build_seconds : float
        How long the worker took to build its network, in s; 0 if it had one.
    """

    block: Block
    counts: NDArray[np.uint32]
    spikes: tuple[int, ...]
    build_seconds: float

    @property
    def predictions(self) -> NDArray[np.int64]:
        """The class of each image: the output neuron that spikes most, as in `classify`."""
        predictions: NDArray[np.int64] = self.counts.argmax(axis=1)
        return predictions


def classify_blocks(
    images: Any,
    weights: Weights,
    *,
    client: Client | None = None,
    timesteps: int = 100,
    threshold: float = THRESHOLD,
    batch_size: int = 128,
    images_per_block: int | None = None,
    skip: Callable[[Block], bool] = lambda block: False,
) -> Iterator[BlockAnswer]:
    """Classify images in blocks, and yield each block's answer as soon as it is there.

    Nothing is kept, so this takes the same memory for any number of images.

    Parameters
    ----------
    images, weights, client, timesteps, threshold, batch_size, images_per_block
        As for `classify_many`.
    skip : callable
        Whether to leave out a `Block`.

    Yields
    ------
    BlockAnswer
        In the order in which blocks are finished.

    Raises
    ------
    BadBlocksError
        At the end, if some blocks could not be classified.
    ClusterLostError
        If the scheduler goes away.

    Examples
    --------
    >>> weights = [np.ones((784, 128)), np.ones((128, 10))]
    >>> blank = np.zeros((5, 784), np.uint8)
    >>> [len(answer.counts) for answer in classify_blocks(blank, weights, images_per_block=3)]
    [3, 2]
    """
    job = _job(images, weights, client, timesteps, threshold, batch_size, images_per_block)
    return job.answers(skip)  # checked at once, run when asked


def classify_many(
    images: Any,
    weights: Weights,
    *,
    client: Client | None = None,
    timesteps: int = 100,
    threshold: float = THRESHOLD,
    batch_size: int = 128,
    images_per_block: int | None = None,
    store: str | Path | None = None,
    labels: ArrayLike | None = None,
    progress: bool = False,
) -> Classification:
    """Classify any number of images on a Dask cluster.

    The answers are those of `inference.classify`, to the last bit and in the order of the images,
    whatever the workers and the blocks. At any time at most two blocks per thread wait or run. If
    images come from this process, they take at most 256 MB. If a worker dies, Dask gives its blocks
    to others.

    Parameters
    ----------
    images : array_like or iterable of array_like
        Grey levels of uint8, in rows of 784. A Dask array is read by the workers, and so are
        `RedrawnDigits`. Anything else passes through this process: NumPy and Zarr arrays, or an
        iterable of them, which may be longer than memory.
    weights : sequence of ndarray
        From `load_weights`.
    client : distributed.Client, optional
        The cluster. Without one, this process classifies one block after the other.
    timesteps : int
        For how many steps of 1 ms to show each image.
    threshold : float
        Membrane voltage at which neurons spike, in mV.
    batch_size : int
        How many images a worker classifies side by side.
    images_per_block : int, optional
        How many images a worker gets at once, at most. Without it, an eighth of the images if that
        is known, and between 1,000 and 10,000.
    store : path, optional
        Folder for a Zarr store that keeps finished blocks. If it has some of the same run, these
        are not classified again. NumPy arrays and `RedrawnDigits` are compared by content, other
        arrays by their shape alone, and iterables not at all. So give the same images again.
    labels : array_like, optional
        The digits, for the accuracy so far in the progress bar.
    progress : bool
        Whether to show a progress bar. Dask's dashboard shows one, too.

    Returns
    -------
    Classification
        As from `inference.classify`. With a store, `predictions` and `counts` are its Zarr arrays,
        of which ``[:]`` or any slice reads rows.

    Raises
    ------
    TypeError, ValueError
        If an argument is wrong.
    BadBlocksError
        If some blocks could not be classified. All others are finished then.
    ClusterLostError
        If the scheduler goes away.
    VersionsDifferError
        If a worker has other versions of what the answers depend on.

    Examples
    --------
    >>> weights = [np.ones((784, 128)), np.ones((128, 10))]
    >>> classify_many(np.zeros((5, 784), np.uint8), weights, images_per_block=2).predictions
    array([0, 0, 0, 0, 0])
    """
    job = _job(images, weights, client, timesteps, threshold, batch_size, images_per_block)
    place = place_of(store)
    with Tally(images, labels, progress) as tally, in_use(place):
        kept = job.store(place)
        seconds = _classify(job, tally, kept)
    predictions, counts = kept.predictions, kept.counts
    return Classification(
        predictions[:] if store is None else predictions,
        counts[:] if store is None else counts,
        kept.total_spikes(),
        seconds,
    )


class RightOnes(NamedTuple):
    """What `count_right` returns.

    Attributes
    ----------
    images : int
        How many images were classified.
    accuracy : float
        The percentage of correct answers.
    spikes : tuple of int
        Spikes of each layer, over all images.
    build_seconds : float
        How long building the network took on the worker that needed longest, in s.
    seconds : float
        Time from the first block to the last answer, in s. Workers that have no network yet build
        it in this time.
    classified : int
        How many images were classified in this time: without those that a store had.
    """

    images: int
    accuracy: float
    spikes: tuple[int, ...]
    build_seconds: float
    seconds: float
    classified: int


def count_right(
    images: Any,
    weights: Weights,
    *,
    client: Client | None = None,
    timesteps: int = 100,
    threshold: float = THRESHOLD,
    batch_size: int = 128,
    images_per_block: int | None = None,
    store: str | Path | None = None,
    labels: ArrayLike | None = None,
    progress: bool = False,
) -> RightOnes:
    """Classify images as `classify_many` does, and return only accuracy, spikes and times.

    Parameters
    ----------
    images, weights, client, timesteps, threshold, batch_size, images_per_block
        As for `classify_many`.
    store, labels, progress
        As for `classify_many`. `RedrawnDigits` have labels of their own; others need some.

    Returns
    -------
    RightOnes
        How many answers were correct, and how long that took.

    Examples
    --------
    >>> weights = [np.ones((784, 128)), np.ones((128, 10))]
    >>> blank = np.zeros((4, 784), np.uint8)
    >>> count_right(blank, weights, labels=[0, 0, 0, 5]).accuracy
    75.0
    """
    job = _job(images, weights, client, timesteps, threshold, batch_size, images_per_block)
    place = place_of(store)
    with Tally(images, labels, progress, needs_labels=True) as tally, in_use(place):
        kept = None if place is None else job.store(place)
        seconds = _classify(job, tally, kept)
    spikes = tally.spikes if kept is None else kept.total_spikes()
    return RightOnes(
        tally.images, tally.accuracy, spikes, tally.build_seconds, seconds, tally.classified
    )


def _classify(job: _Job, tally: Tally, kept: AnswerStore | None) -> float:
    """Classify what is not in a store yet, and return the seconds that it took."""
    start = perf_counter()

    def skip(block: Block) -> bool:
        finished = kept is not None and kept.holds(block)
        if kept is not None and finished:
            tally.add_finished(block, kept.predictions_of(block))
        return finished

    place = None if kept is None else kept.place
    try:
        for answer in job.answers(skip):
            if kept is not None:
                kept.keep(answer.block, answer.counts, answer.spikes)
            tally.add(answer)
    except BadBlocksError as error:
        if place is None:
            raise
        finished = f"All other blocks are finished, and kept in {place}"
        raise BadBlocksError(error.failures, finished) from None
    except ClusterLostError as error:
        if kept is None or place is None:
            finished = "finished blocks were not kept; start a cluster, and run again with a store"
        else:
            finished = f"{len(kept):,} finished blocks are kept in {place}; start a cluster, and "
            finished += "run again"
        raise ClusterLostError(finished) from error
    if kept is not None:
        kept.check_length(tally.images)
    return perf_counter() - start


def _job(
    images: Any,
    weights: Weights,
    client: Client | None,
    timesteps: int,
    threshold: float,
    batch_size: int,
    images_per_block: int | None,
) -> _Job:
    """Return checked arguments."""
    most = _usual_block(images) if images_per_block is None else images_per_block
    job = _Job(images, [*weights], client, timesteps, threshold, batch_size, most)
    for name in ("timesteps", "batch_size", "images_per_block"):
        checked_integer(name, getattr(job, name), 1)
    check_threshold(job.threshold)
    check_client(client)
    inputs = layer_sizes(job.weights)[0]
    if hasattr(images, "shape"):
        check_images(images, inputs)
    elif not isinstance(images, Iterable):
        raise TypeError(
            f"images must be an array, or an iterable of arrays, not {type(images).__name__}."
        )
    return job


class _Job(NamedTuple):
    """The arguments that `classify_blocks`, `classify_many` and `count_right` share."""

    images: Any
    weights: Weights
    client: Client | None
    timesteps: int
    threshold: float
    batch_size: int
    images_per_block: int

    def answers(self, skip: Callable[[Block], bool]) -> Iterator[BlockAnswer]:
        """Yield the answers, and then say which blocks have none."""
        packages = getattr(self.images, "packages", ())
        # No batch is larger than a block.
        batch_size = min(self.batch_size, self.images_per_block)
        weight_sets = WeightSets({"only": self.weights}, batch_size, packages)
        point = ("only", self.threshold, self.timesteps)
        blocks = cut(self.images, self.images_per_block)
        tasks = (Task(block, point) for block in blocks if not skip(block))
        failures = []
        for task, outcome in run(self.client, weight_sets, tasks):
            if isinstance(outcome, Failure):
                failures.append(outcome)
            else:
                yield BlockAnswer(task.block, *outcome)
        if failures:
            raise BadBlocksError(failures)

    def store(self, place: Path | None) -> AnswerStore:
        """Open the store of this run, which is known by what its answers depend on."""
        sizes = layer_sizes(self.weights)
        depends_on = {
            "weights": f"{'-'.join(map(str, sizes))}, SHA-256 {set_digest(self.weights)[:16]}",
            "images": _told(self.images),
            "timesteps": int(self.timesteps),
            "threshold": float(self.threshold),
            "images_per_block": int(self.images_per_block),
            "versions": versions((*PACKAGES, *getattr(self.images, "packages", ()))),
        }
        return AnswerStore(place, depends_on, sizes[-1], len(sizes), self.images_per_block)


def _usual_block(images: Any) -> int:
    """Return how many images a block has if nobody says so."""
    rows = images.shape[0] if getattr(images, "shape", ()) else math.nan
    if math.isnan(rows):  # an iterable, or an array of Dask whose length is not known
        return _MOST_PER_BLOCK
    return min(_MOST_PER_BLOCK, max(_LEAST_PER_BLOCK, int(rows) // _BLOCKS))


def _told(images: Any) -> str:
    """Return what can be told of images without reading them, and of those in memory the digest."""
    if not hasattr(images, "shape"):
        return "an iterable"
    told = f"an array of shape {tuple(images.shape)}"
    if isinstance(images, np.ndarray | RedrawnDigits):
        told += f", digest {tokenize(images)[:16]}"
    return told


class Tally:
    """How many images were classified, and how many of them correctly, with a progress bar.

    Parameters
    ----------
    images : array_like or iterable
        What is classified; its length is the bar's, if it has one.
    labels : array_like, optional
        The digits. Without them, those of the blocks' images count, if they know theirs.
    progress : bool
        Whether to show the bar.
    needs_labels : bool
        Whether images without a label are an error.
    """

    def __init__(
        self,
        images: Any,
        labels: ArrayLike | None,
        progress: bool,
        *,
        needs_labels: bool = False,
    ) -> None:
        self._needs_labels = needs_labels
        total = number_of_rows(images) if hasattr(images, "shape") else None
        self._labels = checked_labels(labels, total)
        # A property of `RedrawnDigits`, which makes them: not for all at once.
        has_own = hasattr(type(images), "labels")
        if total is not None and needs_labels and labels is None and not has_own:
            raise ValueError(_NO_LABELS)
        self._bar = tqdm(total=total, disable=not progress, unit="image", unit_scale=True)
        self.images = self.right = self.classified = 0
        self.spikes: tuple[int, ...] = ()
        self.build_seconds = 0.0

    def add(self, answer: BlockAnswer) -> None:
        """Count the answer to a block."""
        before = self.spikes or (0,) * len(answer.spikes)
        self.spikes = tuple(map(sum, zip(before, answer.spikes, strict=True)))
        self.build_seconds = max(self.build_seconds, answer.build_seconds)
        self.classified += answer.block.rows
        self.add_finished(answer.block, answer.predictions)

    def add_finished(self, block: Block, predictions: NDArray[np.int64]) -> None:
        """Count the answers to a block that was finished before."""
        labels = self._labels_of(block.rows_of_all, block.images)
        self.images += block.rows
        if labels is not None:
            self.right += int(np.sum(predictions == labels))
            self._bar.set_postfix_str(f"accuracy {self.accuracy:.2f} %", refresh=False)
        self._bar.update(block.rows)

    def _labels_of(self, rows: slice, images: Any) -> NDArray[Any] | None:
        """Return the labels of some images, if they have any; raise if one is missing."""
        if self._labels is None:
            own: NDArray[Any] | None = getattr(images, "labels", None)
            if own is None and self._needs_labels:
                raise ValueError(_NO_LABELS)
            return own
        if len(self._labels) < rows.stop:
            raise ValueError(
                f"labels must be a digit for each image, and there are more than "
                f"{len(self._labels):,} images."
            )
        return self._labels[rows]

    @property
    def accuracy(self) -> float:
        """The percentage of correct answers so far."""
        return 100.0 * self.right / max(self.images, 1)

    def __enter__(self) -> Tally:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.close()
