"""The jobs that contestants do, as files that need nothing but NumPy, and what comes of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class BenchmarkError(RuntimeError):
    """Something that keeps the benchmark from running, in one sentence."""


@dataclass(frozen=True)
class Job:
    """Images to classify, and the network to do it with.

    Parameters
    ----------
    images
        Grey levels from 0 to 255, one image a row.
    weights
        One float32 matrix for each pair of layers.
    batch_size
        Images that the batched contestants classify side by side.
    timesteps
        Steps of 1 ms for which each image is shown.
    threshold
        Membrane voltage at which neurons spike.
    grey_levels
        Grey levels for an input current of 1 mV per step.
    """

    images: NDArray[np.uint8]
    weights: Sequence[NDArray[np.float32]]
    batch_size: int
    timesteps: int
    threshold: float
    grey_levels: float

    @property
    def sizes(self) -> list[int]:
        """Number of neurons of each layer."""
        return [len(self.weights[0]), *(matrix.shape[1] for matrix in self.weights)]


class Outcome(NamedTuple):
    """What one run over images gives.

    Parameters
    ----------
    seconds
        Wall-clock time from grey levels to spike counts.
    spikes
        Total spikes of each layer, or nothing where they are not counted.
    counts
        Spikes of each output neuron, shape ``(images, outputs)``.
    """

    seconds: float
    spikes: list[int]
    counts: NDArray[np.uint32]


Run = Callable[[NDArray[np.uint8]], Outcome]


class Contestant(NamedTuple):
    """A contestant that is built.

    Parameters
    ----------
    versions
        Versions of what it is made of.
    threads
        How many threads it uses, if that is known.
    run
        Runs it over images.
    warms_up
        Whether a first run over one batch makes later runs faster.
    """

    versions: dict[str, str]
    threads: int | None
    run: Run
    warms_up: bool = True


def save_job(job: Job, folder: Path) -> None:
    """Write a job into a folder, which is made."""
    folder.mkdir()
    np.save(folder / "images.npy", job.images)
    for number, matrix in enumerate(job.weights):
        np.save(folder / f"weights_{number}.npy", matrix)
    settings = {
        "layers": len(job.sizes),
        "batch_size": job.batch_size,
        "timesteps": job.timesteps,
        "threshold": job.threshold,
        "grey_levels": job.grey_levels,
    }
    (folder / "job.json").write_text(json.dumps(settings), encoding="utf-8")


def load_job(folder: Path) -> Job:
    """Read what `save_job` wrote."""
    settings = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    layers = settings.pop("layers")
    weights = [np.load(folder / f"weights_{n}.npy", allow_pickle=False) for n in range(layers - 1)]
    return Job(np.load(folder / "images.npy", allow_pickle=False), weights, **settings)


def widened(
    weights: Sequence[NDArray[np.float32]], width: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the weights of a network with another number of hidden neurons, as active as before.

    Hidden neurons are repeated in turn, or cut off. The more there are, the smaller their weights.

    Parameters
    ----------
    weights
        Two matrices: to the hidden layer, and from there to the output.
    width
        Number of hidden neurons wanted.
    """
    incoming, outgoing = weights
    chosen = np.arange(width) % len(outgoing)
    scale = np.float32(len(outgoing) / width)
    return np.ascontiguousarray(incoming[:, chosen]), outgoing[chosen] * scale


# --- Learning -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Lesson:
    """Images to learn from, images to be tested with, and the network to do it with.

    Parameters
    ----------
    images, labels
        Grey levels from 0 to 255, one image a row, and their classes.
    test_images, test_labels
        The same, of those that nobody learns from.
    sizes
        Number of neurons of each layer.
    epochs
        How often every image is shown.
    batch_size
        Images that are learnt from side by side.
    timesteps
        Steps for which each image is shown.
    shift
        By how many pixels images are shifted at random, at most, while they are learnt from.
    grey_levels
        Grey levels for a spike of an input neuron, where there are input neurons.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    test_images: NDArray[np.uint8]
    test_labels: NDArray[np.uint8]
    sizes: Sequence[int]
    epochs: int
    batch_size: int
    timesteps: int
    shift: int
    grey_levels: int


class Learner(NamedTuple):
    """A network with random weights that is ready to learn.

    Parameters
    ----------
    versions
        Versions of what it is made of.
    threads
        How many threads it uses.
    epoch
        Lets it learn from every image once. The learning rate falls in a straight line, to 0 at the
        end of the lesson's last epoch.
    predict
        Returns the class of each image of an array.
    """

    versions: dict[str, str]
    threads: int
    epoch: Callable[[], object]
    predict: Callable[[NDArray[np.uint8]], NDArray[np.integer[Any]]]


def save_lesson(lesson: Lesson, folder: Path) -> None:
    """Write a lesson into a folder, which is made."""
    folder.mkdir()
    np.savez(folder / "lesson.npz", allow_pickle=False, **asdict(lesson))


def load_lesson(folder: Path) -> Lesson:
    """Read what `save_lesson` wrote."""
    with np.load(folder / "lesson.npz", allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    # Numbers come back as arrays of no dimensions.
    values = {name: array if array.ndim else int(array) for name, array in arrays.items()}
    return Lesson(**{**values, "sizes": arrays["sizes"].tolist()})


# --- Networks -------------------------------------------------------------------------------------


class Simulated(NamedTuple):
    """What a run of a network gives.

    Parameters
    ----------
    seconds, cpu_seconds
        Wall-clock time, and the time of all processors together.
    spikes
        Spikes of each population in this run; of networks that learn, the number of digits that
        they classified correctly.
    """

    seconds: float
    cpu_seconds: float
    spikes: list[int]


class Simulation(NamedTuple):
    """A network that is built, and has made its first step.

    Parameters
    ----------
    versions
        Versions of what it is made of.
    threads
        How many threads it uses.
    model_seconds
        How long a run is, for the network.
    run
        Goes on for one run.
    """

    versions: dict[str, str]
    threads: int
    model_seconds: float
    run: Callable[[], Simulated]
