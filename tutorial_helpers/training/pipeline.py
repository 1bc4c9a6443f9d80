"""From images to weights, stage by stage.

A stage of training is a loss and an optimiser. From them, `gradient_update` makes an update, of
which `run_epoch` makes an epoch of a large network, or `scanned_updates` makes a whole epoch of a
small one. `run_stage` runs all epochs. The conversion is saved in the checkpoint, too. Each stage
draws from its own keys, which `stage_keys` makes.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import cache, lru_cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

from tutorial_helpers.training.checkpoints import Checkpoint
from tutorial_helpers.training.conversion import (
    SCALES,
    TUNING_SCALES,
    Conversion,
    Scales,
    convert,
    mean_accuracy,
)
from tutorial_helpers.training.fine_tuning import Tuned, count_loss, first_gains
from tutorial_helpers.training.network import Weights
from tutorial_helpers.training.rates import (
    init_weights,
    logits,
    rates_from_pixels,
    target_loss,
)
from tutorial_helpers.training.redrawing import Stock, pick, redraw
from tutorial_helpers.training.scoring import accuracy
from tutorial_helpers.training.settings import Settings
from tutorial_helpers.training.spiking import simulate_counts
from tutorial_helpers.training.stages import (
    History,
    State,
    adamw,
    gradient_update,
    run_epoch,
    run_stage,
    scanned_updates,
    stage_keys,
)
from tutorial_helpers.training.teacher import Teacher, init_teacher, teacher_logits, teacher_loss
from tutorial_helpers.weight_sets import installed_versions

#: Numbers of steps for which the accuracy of the finished weights is reported.
STEPS = (12, 20, 30, 50, 100)
# Packages that may change the last bit of the weights.
_PACKAGES = ("jax", "jaxlib", "optax", "numpy")


class Split(NamedTuple):
    """Images to train with, and images held out to choose by.

    Attributes
    ----------
    images, held_images : ndarray of uint8, shape (n, 784)
        Grey levels, 0 to 255.
    labels, held_labels : ndarray of int32, shape (n,)
        The digits.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int32]
    held_images: NDArray[np.uint8]
    held_labels: NDArray[np.int32]


class Result(NamedTuple):
    """What a training run returns.

    Attributes
    ----------
    weights : Weights
        Ready for the spiking network.
    histories : dict of str to History
        Loss and held-out accuracy of each epoch, by the name of the stage: ``teacher``, ``rates``
        and ``spikes``, if the run had them. The accuracy of ``spikes`` is the mean over the numbers
        of steps.
    rate_accuracy : float
        Accuracy of the ordinary network on the held-out images, from 0 to 1.
    spike_accuracies : dict of int to float
        Accuracy of the spiking network on the held-out images, for each number of steps in `STEPS`.
    scales : tuple of float
        The scales of the two layers.
    """

    weights: Weights
    histories: dict[str, History]
    rate_accuracy: float
    spike_accuracies: dict[int, float]
    scales: tuple[float, float]


def train(
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    settings: Settings | None = None,
    *,
    fine_tuning: bool = True,
    checkpoint: str | os.PathLike[str] | None = None,
    progress: bool = True,
) -> Result:
    """Train the network: all stages in their order.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 784)
        Grey levels, 0 to 255. Some of the images are held out, as `settings` says.
    labels : ndarray of uint8, shape (n,)
        The digits.
    settings : Settings, optional
        The defaults made both sets of weights in ``data/``.
    fine_tuning : bool
        Whether to train the spiking network itself, after the conversion.
    checkpoint : path, optional
        A file that is written after every epoch. If it exists, the run goes on from it, even with
        the other value of `fine_tuning`, because most stages are the same. It is not removed.
    progress : bool
        Whether to show progress bars, and to say on ``stderr`` that a run goes on.

    Returns
    -------
    Result
        Bit for bit the same for the same images and settings on the same machine, whether or not
        the run was interrupted.

    Raises
    ------
    KeyboardInterrupt
        On Ctrl-C. With a checkpoint, it says how to go on.
    OSError
        If the checkpoint cannot be written.
    ValueError
        If there are too few images to hold some out, or the checkpoint belongs to another run.

    Examples
    --------
    >>> from tutorial_helpers.data import load_mnist
    >>> images, labels = load_mnist("train")
    >>> result = train(images, labels, Settings(epochs=5))  # doctest: +SKIP
    >>> result.weights.hidden.shape  # doctest: +SKIP
    (784, 128)
    """
    settings = settings or Settings()
    data = split(images, labels, settings)
    kept = None
    if checkpoint is not None:
        run = identity(images, labels, settings)
        kept = Checkpoint(checkpoint, run)
        if kept.progress and progress:
            tqdm.write(f"Going on: {kept.path} holds {kept.progress}.", file=sys.stderr)
    try:
        return _run(data, settings, fine_tuning, kept, progress)
    except KeyboardInterrupt:
        if kept is None:
            raise
        # Read again, because Ctrl-C may have come while the file was being written.
        kept = Checkpoint(kept.path, run)
        if not kept.progress:
            raise KeyboardInterrupt(
                "Interrupted before the first epoch was done: nothing is kept."
            ) from None
        raise KeyboardInterrupt(
            f"Interrupted: {kept.path} holds {kept.progress}; run the same again to go on "
            "from there."
        ) from None


def split(images: NDArray[np.uint8], labels: NDArray[Any], settings: Settings) -> Split:
    """Hold out some of the images, drawn with the seed.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 784)
        Grey levels, 0 to 255.
    labels : ndarray, shape (n,)
        The digits.
    settings : Settings
        Only `held_out` and `seed` matter here.

    Returns
    -------
    Split
        The images to train with, and the held-out ones.

    Raises
    ------
    ValueError
        If there are too few images.

    Examples
    --------
    >>> parts = split(np.zeros((12, 784), np.uint8), np.arange(12), Settings())
    >>> len(parts.images), len(parts.held_images)
    (10, 2)
    """
    if len(images) < settings.held_out:
        raise ValueError(
            f"training should have at least {settings.held_out} images, as one in "
            f"{settings.held_out} is held out, but there are {len(images)}; give more."
        )
    order = np.random.default_rng(settings.seed).permutation(len(images))
    held, kept = np.split(order, [len(images) // settings.held_out])
    numbers = np.asarray(labels, dtype=np.int32)
    return Split(images[kept], numbers[kept], images[held], numbers[held])


def identity(images: NDArray[np.uint8], labels: NDArray[Any], settings: Settings) -> dict[str, Any]:
    """Return everything that decides the weights, to tell one training run from another.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 784)
        Grey levels, 0 to 255.
    labels : ndarray, shape (n,)
        The digits.
    settings : Settings
        The settings of the run.

    Returns
    -------
    dict
        In types that JSON can hold.

    Examples
    --------
    >>> identity(np.zeros((3, 784), np.uint8), np.arange(3), Settings())["number of images"]
    3
    """
    digest = hashlib.sha256(images.tobytes() + np.asarray(labels, dtype=np.uint8).tobytes())
    return {
        "setting": asdict(settings),
        "number of images": len(images),
        "SHA-256 of the images": digest.hexdigest(),
        "version of": installed_versions(*_PACKAGES),
        "device": jax.default_backend(),
    }


def _run(
    data: Split,
    settings: Settings,
    fine_tuning: bool,
    checkpoint: Checkpoint | None,
    progress: bool,
) -> Result:
    """Run the stages in their order."""
    histories = {}
    teacher = None
    if settings.teacher_epochs:
        teacher, histories["teacher"] = _train_teacher(data, settings, checkpoint, progress)
    # Made when it is first needed: a run that goes on from a checkpoint may not need it.
    key = stage_keys(settings.seed, "redraw")[0]
    stock = cache(
        partial(redraw, key, data.images, data.labels, teacher, settings.copies, progress=progress)
    )
    rates, histories["rates"] = _train_rates(data, settings, stock, checkpoint, progress)
    steps: tuple[int, ...] = (settings.steps,)
    stage, scales = "conversion", SCALES
    if fine_tuning:
        stage, steps, scales = "conversion for fine-tuning", settings.tuning_steps, TUNING_SCALES
    conversion = _convert(stage, data, rates, steps, scales, checkpoint, progress)
    weights = conversion.weights
    if fine_tuning:
        weights, histories["spikes"] = _tune(data, settings, weights, stock, checkpoint, progress)
    counts = simulate_counts(weights, data.held_images, STEPS)
    return Result(
        weights=weights,
        histories=histories,
        rate_accuracy=histories["rates"].accuracies[-1],
        spike_accuracies={
            number: accuracy(each, data.held_labels)
            for number, each in zip(STEPS, counts, strict=True)
        },
        scales=conversion.scales,
    )


def _train_teacher(
    data: Split, settings: Settings, checkpoint: Checkpoint | None, progress: bool
) -> tuple[Teacher, History]:
    """Train the larger network, from which the network of rates learns."""
    batch = min(settings.batch, len(data.images))
    updates = settings.teacher_epochs * (len(data.images) // batch)
    optimiser = adamw(settings.teacher_learning_rate, updates, settings.weight_decay)
    start, key = stage_keys(settings.seed, "teacher")
    teacher = init_teacher(start)
    update = gradient_update(teacher_loss, optimiser)
    held_rates = rates_from_pixels(jnp.asarray(data.held_images))
    answer = jax.jit(teacher_logits)

    def score(state: State) -> float:
        parts = [
            answer(state.weights, held_rates[first : first + 1000])
            for first in range(0, len(held_rates), 1000)
        ]
        return accuracy(np.concatenate(parts), data.held_labels)

    state, history = run_stage(
        "teacher",
        State(teacher, optimiser.init(teacher)),
        settings.teacher_epochs,
        lambda state, key: run_epoch(update, state, key, data.images, data.labels, batch),
        score,
        key=key,
        checkpoint=checkpoint,
        progress=progress,
    )
    return state.weights, history


def _train_rates(
    data: Split,
    settings: Settings,
    stock: Callable[[], Stock],
    checkpoint: Checkpoint | None,
    progress: bool,
) -> tuple[Weights, History]:
    """Train the ordinary network."""
    batch = min(settings.batch, len(data.images))
    updates = settings.epochs * (len(data.images) // batch)
    optimiser = adamw(settings.learning_rate, updates, settings.weight_decay)
    start, key = stage_keys(settings.seed, "rates")
    weights = init_weights(start)
    held_rates = rates_from_pixels(jnp.asarray(data.held_images))
    learn = scanned_updates(_rate_loss, optimiser)
    state, history = run_stage(
        "rates",
        State(weights, optimiser.init(weights)),
        settings.epochs,
        partial(_learn_from_stock, learn, stock, batch),
        lambda state: accuracy(logits(state.weights, held_rates), data.held_labels),
        key=key,
        checkpoint=checkpoint,
        progress=progress,
    )
    return state.weights, history


def _learn_from_stock(
    learn: Callable[[State, NDArray[Any], NDArray[Any]], tuple[State, jax.Array]],
    stock: Callable[[], Stock],
    batch: int,
    state: State,
    key: jax.Array,
) -> tuple[State, float]:
    """Run an epoch with one copy of every image."""
    state, mean = learn(state, *pick(key, stock(), batch))
    return state, float(mean)


def _rate_loss(weights: Weights, images: jax.Array, targets: jax.Array) -> jax.Array:
    return target_loss(weights, rates_from_pixels(images), targets)


def _convert(
    stage: str,
    data: Split,
    weights: Weights,
    steps: tuple[int, ...],
    scales: Scales,
    checkpoint: Checkpoint | None,
    progress: bool,
) -> Conversion:
    """Scale the ordinary network for spikes, unless the checkpoint holds the result."""
    kept = checkpoint.restore(stage, weights) if checkpoint is not None else None
    if kept is not None:
        converted, facts = kept
        first, second = facts["scales"]
        return Conversion(converted, (first, second), facts["accuracy"])
    found = convert(
        weights,
        rates_from_pixels(jnp.asarray(data.images[:10_000])),
        data.held_images,
        data.held_labels,
        steps=steps,
        scales=scales,
        progress=progress,
    )
    if checkpoint is not None:
        checkpoint.keep(stage, found.weights, scales=found.scales, accuracy=found.accuracy)
    return found


def _tune(
    data: Split,
    settings: Settings,
    weights: Weights,
    stock: Callable[[], Stock],
    checkpoint: Checkpoint | None,
    progress: bool,
) -> tuple[Weights, History]:
    """Train the spiking network itself."""
    steps = settings.tuning_steps
    batch = min(settings.batch, len(data.images))
    updates = settings.tuning_epochs * (len(data.images) // batch)
    # Without weight decay, because the size of the weights decides when a neuron spikes.
    optimiser = adamw(settings.tuning_learning_rate, updates, 0.0)
    key = stage_keys(settings.seed, "spikes")[1]
    gains = first_gains(weights, data.held_images, data.held_labels, steps)
    learn = scanned_updates(_tuning_loss(steps), optimiser)

    def score(state: State) -> float:
        return mean_accuracy(state.weights.weights, data.held_images, data.held_labels, steps)

    start = Tuned(weights, gains)
    state, history = run_stage(
        "spikes",
        State(start, optimiser.init(start)),
        settings.tuning_epochs,
        partial(_learn_from_stock, learn, stock, batch),
        score,
        key=key,
        checkpoint=checkpoint,
        progress=progress,
    )
    return state.weights.weights, history


@lru_cache(maxsize=8)
def _tuning_loss(
    steps: tuple[int, ...],
) -> Callable[[Tuned, jax.Array, jax.Array], jax.Array]:
    """Return the loss for some numbers of steps, the same function for the same numbers."""
    return partial(count_loss, steps=steps)
