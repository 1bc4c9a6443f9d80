"""Any number of images, classified by the workers of a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Any, NamedTuple
from uuid import uuid4

import numpy as np
from dask.base import tokenize
from distributed import Client
from numpy.typing import ArrayLike, NDArray
from tqdm.auto import tqdm

from numbagenn.base.number_checks import checked_integer
from tutorial_helpers.cluster.answer_store import AnswerStore
from tutorial_helpers.cluster.blocks import Block, cut
from tutorial_helpers.cluster.running import (
    BadBlocksError,
    ClusterLostError,
    Failure,
    Job,
    run,
)
from tutorial_helpers.cluster.workers import Weights, WeightSets
from tutorial_helpers.inference import Classification
from tutorial_helpers.models import THRESHOLD, layer_sizes
from tutorial_helpers.weight_sets import set_digest

#: Images per block, unless the caller says otherwise: 8 MB of MNIST's.
IMAGES_PER_BLOCK = 10_000


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
    """

    block: Block
    counts: NDArray[np.uint32]
    spikes: tuple[int, ...]

    @property
    def predictions(self) -> NDArray[np.int64]:
        """The class of each image: the output neuron that spikes most, as in `classify`."""
        return self.counts.argmax(axis=1)


def classify_blocks(
    images: Any,
    weights: Weights,
    *,
    client: Client | None = None,
    timesteps: int = 100,
    threshold: float = THRESHOLD,
    batch_size: int = 128,
    images_per_block: int = IMAGES_PER_BLOCK,
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
    checked_integer("timesteps", timesteps, 1)
    checked_integer("images_per_block", images_per_block, 1)
    layer_sizes(weights)
    packages = getattr(images, "packages", ())
    name = f"weights-{uuid4().hex[:8]}"
    weight_sets = WeightSets(name, {"only": weights}, batch_size, packages)
    jobs = (
        Job(block, ("only", threshold, timesteps))
        for block in cut(images, images_per_block)
        if not skip(block)
    )
    return _answers(run(client, weight_sets, jobs))  # checked at once, run when asked


def _answers(outcomes: Iterator[tuple[Job, Any]]) -> Iterator[BlockAnswer]:
    """Yield the answers, and then say which blocks have none."""
    failures: list[Failure] = []
    for job, outcome in outcomes:
        if isinstance(outcome, Failure):
            failures.append(outcome)
        else:
            yield BlockAnswer(job.block, *outcome)
    if failures:
        raise BadBlocksError(sorted(failures, key=lambda failure: failure.block.number))


def classify_many(
    images: Any,
    weights: Weights,
    *,
    client: Client | None = None,
    timesteps: int = 100,
    threshold: float = THRESHOLD,
    batch_size: int = 128,
    images_per_block: int = IMAGES_PER_BLOCK,
    store: str | Path | None = None,
    labels: ArrayLike | None = None,
    progress: bool = False,
) -> Classification:
    """Classify any number of images on a Dask cluster.

    The answers are those of `inference.classify`, to the last bit and in the order of the images,
    whatever the workers and the blocks. At any time at most two blocks per thread are on their way,
    and at most 256 MB of images from this process. A worker that dies costs the blocks that it had,
    which Dask gives to others.

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
    images_per_block : int
        How many images a worker gets at once, at most.
    store : path, optional
        Folder for a Zarr store that keeps finished blocks. If it has some of the same run, these
        are not classified again. The images of an iterable must be the same then; those of arrays
        are compared.
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
    start = perf_counter()
    if store is not None:
        store = Path(store)
    settings: dict[str, Any] = {
        "timesteps": timesteps,
        "threshold": float(threshold),
        "images_per_block": images_per_block,
    }
    kept = _store(store, images, weights, settings)
    with Tally(images, labels, progress) as tally:

        def skip(block: Block) -> bool:
            finished = kept.holds(block)
            if finished:
                tally.add(block, kept.predictions[block.rows_of_all])
            return finished

        try:
            for answer in classify_blocks(
                images, weights, client=client, batch_size=batch_size, skip=skip, **settings
            ):
                kept.keep(*answer)
                tally.add(answer.block, answer.predictions)
        except BadBlocksError as error:
            raise BadBlocksError(error.failures, kept.place) from None
        except ClusterLostError as error:
            raise ClusterLostError(kept.place, len(kept)) from error
    predictions, counts = kept.predictions, kept.counts
    return Classification(
        predictions if store else predictions[:],
        counts if store else counts[:],
        kept.total_spikes(),
        perf_counter() - start,
    )


def _store(
    place: Path | None, images: Any, weights: Weights, settings: dict[str, Any]
) -> AnswerStore:
    """Open the store of a run, which is known by its weights, its images and its settings."""
    sizes = layer_sizes(weights)
    of_images = tokenize(images) if place and hasattr(images, "shape") else "an iterable"
    run_of = {"weights": set_digest(weights), "images": of_images, **settings}
    return AnswerStore(place, run_of, sizes[-1], len(sizes), settings["images_per_block"])


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
    """

    def __init__(self, images: Any, labels: ArrayLike | None, progress: bool) -> None:
        self._labels = None if labels is None else np.asarray(labels)
        total = len(images) if hasattr(images, "shape") else None
        self._bar = tqdm(total=total, disable=not progress, unit="image", unit_scale=True)
        self.images = self.right = 0

    def add(self, block: Block, predictions: NDArray[np.int64]) -> None:
        """Count the answers to a block."""
        labels = getattr(block.images, "labels", None)
        if self._labels is not None:
            labels = self._labels[block.rows_of_all]
        self.images += block.rows
        if labels is not None:
            self.right += int(np.sum(predictions == labels))
            self._bar.set_postfix_str(f"accuracy {self.accuracy:.2f} %", refresh=False)
        self._bar.update(block.rows)

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
