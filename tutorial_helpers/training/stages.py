"""Stages of training: epochs of updates, each saved as soon as it is done."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from numpy.typing import NDArray
from tqdm.auto import tqdm

from tutorial_helpers.training.checkpoints import Checkpoint

Loss = Callable[[Any, jax.Array, jax.Array, jax.Array], jax.Array]
Update = Callable[[Any, jax.Array, NDArray[Any], NDArray[Any]], tuple[Any, jax.Array]]


class State(NamedTuple):
    """What changes from update to update.

    Attributes
    ----------
    weights : pytree of jax.Array
        The weights of the network in training.
    optimiser : Optax state
        The state of the optimiser.
    """

    weights: Any
    optimiser: Any


class History(NamedTuple):
    """Loss and accuracy of each epoch of a stage.

    Attributes
    ----------
    losses : list of float
        The mean over the batches.
    accuracies : list of float
        On the held-out images, from 0 to 1.
    """

    losses: list[float]
    accuracies: list[float]


def stage_keys(seed: int, name: str) -> tuple[jax.Array, jax.Array]:
    """Draw the two keys of a stage, for its start and for its epochs.

    They depend on the stage's name and not on its place, so that another stage before or after it
    changes none of its random numbers.

    Parameters
    ----------
    seed : int
        Seed of the training run.
    name : str
        Name of the stage.

    Returns
    -------
    tuple of jax.Array
        Two JAX random keys.

    Examples
    --------
    >>> start, epochs = stage_keys(1, "rates")
    >>> bool(start == stage_keys(1, "teacher")[0])
    False
    """
    key = jax.random.fold_in(jax.random.key(seed), zlib.crc32(name.encode()))
    start, epochs = jax.random.split(key)
    return start, epochs


@lru_cache(maxsize=8)
def adamw(learning_rate: float, updates: int, weight_decay: float) -> optax.GradientTransformation:
    """Make AdamW, with a learning rate that falls to zero along a cosine.

    The same numbers give the same object, so that `gradient_update` compiles once for it.

    Parameters
    ----------
    learning_rate : float
        The learning rate to start from.
    updates : int
        How many updates there will be.
    weight_decay : float
        Share of each weight, times the learning rate, that an update takes away.

    Returns
    -------
    optax.GradientTransformation
        What turns gradients into changes of the weights.

    Examples
    --------
    >>> adamw(0.01, 100, 0.001) is adamw(0.01, 100, 0.001)
    True
    """
    schedule = optax.cosine_decay_schedule(learning_rate, updates)
    return optax.adamw(schedule, weight_decay=weight_decay)


def _descend(
    loss: Callable[..., jax.Array],
    optimiser: optax.GradientTransformation,
    state: State,
    *batch: jax.Array,
) -> tuple[State, jax.Array]:
    """Return the state after one step down the gradient for a batch, and the loss before it."""
    value, gradient = jax.value_and_grad(loss)(state.weights, *batch)
    change, optimiser_state = optimiser.update(gradient, state.optimiser, state.weights)
    return State(optax.apply_updates(state.weights, change), optimiser_state), value


@lru_cache(maxsize=8)
def gradient_update(loss: Loss, optimiser: optax.GradientTransformation) -> Update:
    """Make the function that changes the weights by one batch.

    The same loss and optimiser give the same function, so that it is compiled once.

    Parameters
    ----------
    loss : callable
        ``loss(weights, key, images, labels)`` gives the mean loss of a batch.
    optimiser : optax.GradientTransformation
        The optimiser, which turns gradients into changes of the weights.

    Returns
    -------
    callable
        ``update(state, key, images, labels)`` gives the next `State`, and the loss before it.

    Examples
    --------
    >>> optimiser = optax.sgd(0.1)
    >>> update = gradient_update(lambda w, key, images, labels: (w - labels.mean()) ** 2, optimiser)
    >>> weights = jnp.float32(1.0)
    >>> state = State(weights, optimiser.init(weights))
    >>> state, loss = update(state, jax.random.key(0), np.zeros((2, 784)), np.zeros(2))
    >>> float(state.weights), float(loss)  # 1 - 0.1 * 2 * 1
    (0.800000011920929, 1.0)
    """
    compiled: Update = jax.jit(partial(_descend, loss, optimiser))
    return compiled


def run_epoch(
    update: Update,
    state: Any,
    key: jax.Array,
    images: NDArray[np.uint8],
    labels: NDArray[Any],
    batch: int,
) -> tuple[Any, float]:
    """Use every image once, in a random order, leaving out an incomplete last batch.

    Parameters
    ----------
    update : callable
        From `gradient_update`.
    state : pytree
        The state before the epoch.
    key : jax.Array
        A JAX random key, for the order of the images and for what `update` draws.
    images : ndarray of uint8, shape (n, 784)
        Grey levels, 0 to 255.
    labels : ndarray, shape (n,)
        The digits.
    batch : int
        Images per update, at most n.

    Returns
    -------
    state : pytree
        The state after the epoch.
    loss : float
        The mean over the batches.

    Examples
    --------
    >>> def update(state, key, images, labels):
    ...     return state + len(images), jnp.float32(images.mean())
    >>> run_epoch(update, 0, jax.random.key(0), np.full((7, 784), 3), np.zeros(7), batch=3)
    (6, 3.0)
    """
    count = len(images) // batch
    ordering, drawing = jax.random.split(key)
    order = np.asarray(jax.random.permutation(ordering, len(images)))
    chosen = order[: count * batch].reshape(count, batch)
    losses = []
    # On a CPU a loop in Python is as fast as one in JAX, and Ctrl-C ends it after a batch.
    for rows, draw in zip(chosen, jax.random.split(drawing, count), strict=True):
        state, loss = update(state, draw, images[rows], labels[rows])
        losses.append(loss)
    return state, float(jnp.stack(losses).mean())


@lru_cache(maxsize=8)
def scanned_updates(
    loss: Callable[[Any, jax.Array, jax.Array], jax.Array],
    optimiser: optax.GradientTransformation,
) -> Callable[[State, NDArray[Any], NDArray[Any]], tuple[State, jax.Array]]:
    """Make the function that changes the weights by many batches, in one call.

    A small network learns from a batch in a millisecond, and a good part of that is the call of
    JAX. The same loss and optimiser give the same function, so that it is compiled once.

    Parameters
    ----------
    loss : callable
        ``loss(weights, images, targets)`` gives the mean loss of a batch.
    optimiser : optax.GradientTransformation
        The optimiser, which turns gradients into changes of the weights.

    Returns
    -------
    callable
        ``updates(state, images, targets)``, with a first axis of batches, gives the next `State`
        and the mean loss.

    Examples
    --------
    >>> optimiser = optax.sgd(0.1)
    >>> updates = scanned_updates(lambda w, images, targets: (w - targets.mean()) ** 2, optimiser)
    >>> weights = jnp.float32(1.0)
    >>> state = State(weights, optimiser.init(weights))
    >>> state, loss = updates(state, np.zeros((2, 4, 784)), np.zeros((2, 4, 10)))
    >>> round(float(state.weights), 2), round(float(loss), 2)  # (1 + 0.64) / 2
    (0.64, 0.82)
    """

    def update(state: State, batch: tuple[jax.Array, jax.Array]) -> tuple[State, jax.Array]:
        return _descend(loss, optimiser, state, *batch)

    def updates(state: State, images: jax.Array, targets: jax.Array) -> tuple[State, jax.Array]:
        state, losses = jax.lax.scan(update, state, (images, targets))
        return state, losses.mean()

    compiled: Callable[[State, NDArray[Any], NDArray[Any]], tuple[State, jax.Array]]
    compiled = jax.jit(updates)
    return compiled


def run_stage(
    name: str,
    state: Any,
    epochs: int,
    epoch: Callable[[Any, jax.Array], tuple[Any, float]],
    score: Callable[[Any], float],
    *,
    key: jax.Array,
    checkpoint: Checkpoint | None = None,
    progress: bool = True,
) -> tuple[Any, History]:
    """Run one stage of training, or the part of it that a checkpoint does not hold.

    Every epoch draws from its own key, made of `key` and its number. So the result is the same, bit
    for bit, whether the epochs before it were run now or came from the checkpoint.

    Parameters
    ----------
    name : str
        Name of the stage, for the progress bar and the checkpoint.
    state : pytree
        The state to start from.
    epochs : int
        Number of epochs.
    epoch : callable
        ``epoch(state, key)`` gives the state after an epoch and the mean loss.
    score : callable
        ``score(state)`` gives the accuracy on held-out images, from 0 to 1.
    key : jax.Array
        A JAX random key.
    checkpoint : Checkpoint, optional
        Where each epoch is saved when it is done, and from where to go on.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    state : pytree
        The state after the last epoch.
    history : History
        The losses and accuracies of all epochs, including those of the checkpoint.

    Raises
    ------
    ValueError
        If a loss is not finite, or the checkpoint does not hold a state of this kind.

    Examples
    --------
    >>> def epoch(state, key):
    ...     return state / 2, float(state)
    >>> run_stage("halve", 8.0, 3, epoch, lambda state: 0.5, key=jax.random.key(0), progress=False)
    (1.0, History(losses=[8.0, 4.0, 2.0], accuracies=[0.5, 0.5, 0.5]))
    """
    history = History([], [])
    kept = checkpoint.restore(name, state) if checkpoint is not None else None
    if kept is not None:
        state, facts = kept
        history = History(list(facts["losses"]), list(facts["accuracies"]))
    done = len(history.losses)
    with tqdm(
        total=epochs, initial=done, desc=name, unit="epoch", disable=not progress or done >= epochs
    ) as bar:
        for number in range(done, epochs):
            state, loss = epoch(state, jax.random.fold_in(key, number))
            if not math.isfinite(loss):
                raise ValueError(
                    f"the loss of stage '{name}' should be a finite number, but is {loss} after "
                    f"epoch {number + 1}; use a lower learning rate."
                )
            history.losses.append(loss)
            history.accuracies.append(score(state))
            if checkpoint is not None:
                checkpoint.keep(name, state, epochs=number + 1, of=epochs, **history._asdict())
            bar.set_postfix(
                loss=f"{loss:.4f}", held_out=f"{history.accuracies[-1]:.2%}", refresh=False
            )
            bar.update()
    return state, history
