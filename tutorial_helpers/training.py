"""Train the weights of the spiking classifier that the notebooks run.

Nothing in the notebooks needs this module: the weights lie in ``data/``. It is here so that
nobody has to take them on trust, and for readers who want to change the network.

The way to the weights has two stages:

1. Train an ordinary network of the same shape, 784-128-10 without biases, on *firing rates*: the
   rates at which the input neurons spike for the image, redrawn a little in every epoch.
2. Convert it: scale each layer so that its sums suit spiking neurons with a threshold of 5, and
   choose the two scales by the accuracy of the *spiking* network.

Every choice is made on images held out from training. The test set and the offline digits are
read by ``evaluate`` alone.

Run ``python -m tutorial_helpers.training train`` or ``... evaluate``. Training needs JAX and
Optax (``requirements-train.txt``); ``--help`` and importing the module do not.
"""

from __future__ import annotations

import argparse
import itertools
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

from tutorial_helpers.data import WEIGHT_FILES, load_digits, load_mnist, load_weights

try:
    import jax
    import jax.numpy as jnp
    import optax
except ImportError as error:  # importing and --help do without; main tells whoever cannot
    _MISSING: str | None = error.name or str(error)
else:
    _MISSING = None

__all__ = [
    "Result",
    "Settings",
    "Weights",
    "accuracy",
    "augment",
    "init_weights",
    "loss",
    "main",
    "normalise",
    "rates_from_pixels",
    "save_weights",
    "simulate_spikes",
    "train",
    "train_epoch",
]

THRESHOLD = 5.0  # of V, for every neuron
PIXEL_SCALE = 100.0  # an input neuron gains pixel / PIXEL_SCALE in every step
STEPS = 100  # of 1 ms, per image
SIDE = 28  # pixels
SHAPE = (SIDE * SIDE, 128, 10)
# What the scales of the two layers are chosen from: the share of the threshold that a layer's
# strongest sums add per step. The less, the fewer spikes; the more, the more each spike overshoots.
SCALES = ((0.25, 0.35, 0.5, 0.7), (0.35, 0.5, 0.7, 1.0))

_DATA = Path(__file__).resolve().parents[1] / "data"


class Weights(NamedTuple):
    """The two weight matrices of the network.

    Attributes
    ----------
    hidden : jax.Array of float32, shape (784, 128)
        What a spike of each input adds to V of each hidden neuron.
    output : jax.Array of float32, shape (128, 10)
        What a spike of each hidden neuron adds to V of each output neuron.
    """

    hidden: jax.Array
    output: jax.Array


@dataclass(frozen=True)
class Settings:
    """Everything that decides the weights, besides the images.

    Attributes
    ----------
    seed : int
        Of the split, the initial weights, the order of the images and their augmentation.
    epochs : int
        How often every training image is used.
    batch : int
        Images per update of the weights.
    learning_rate : float
        Where the cosine decay to zero starts.
    weight_decay : float
        Of AdamW.
    held_out : int
        One image in so many is kept from training, to choose by.
    """

    seed: int = 1
    epochs: int = 120
    batch: int = 128
    learning_rate: float = 1e-2
    weight_decay: float = 1e-3
    held_out: int = 6


class Result(NamedTuple):
    """What a training run gives.

    Attributes
    ----------
    weights : Weights
        Converted, ready for the spiking network.
    losses : list of float
        Mean training loss of each epoch, in nats.
    rate_accuracy : float
        Of the ordinary network, on the held-out images.
    spike_accuracy : float
        Of the spiking network, on the held-out images.
    scales : tuple of float
        Those chosen for the two layers.
    """

    weights: Weights
    losses: list[float]
    rate_accuracy: float
    spike_accuracy: float
    scales: tuple[float, float]


# --- The network of rates -----------------------------------------------------------------------


def rates_from_pixels(pixels: jax.Array) -> jax.Array:
    """Compute the firing rate of the input neuron that each pixel drives.

    The neuron gains ``pixel / 100`` per step and spikes, back at zero, when it reaches 5: in
    every ``ceil(500 / pixel)``-th step. The rates are therefore coarse, 1/2, 1/3, 1/4, ..., and
    never exceed one spike in two steps. In float32, the sums of 0.02, 0.04, 0.1 and 0.2
    stay just below 5 at first, so that these faint pixels spike one step later than it says.

    Parameters
    ----------
    pixels : jax.Array of any shape
        Grey levels, 0 to 255.

    Returns
    -------
    jax.Array of float32, same shape
        Spikes per step of 1 ms.

    Examples
    --------
    >>> rates_from_pixels(jnp.array([0, 125, 249, 250, 255])) * 60
    Array([ 0., 15., 20., 30., 30.], dtype=float32)
    """
    pixels = pixels.astype(jnp.float32)
    period = jnp.ceil(THRESHOLD * PIXEL_SCALE / jnp.maximum(pixels, 1.0))
    return jnp.where(pixels > 0, 1.0 / period, 0.0)


def init_weights(key: jax.Array, shape: tuple[int, int, int] = SHAPE) -> Weights:
    """Draw the initial weights from a normal distribution of variance 2 / fan-in.

    With this variance, signals neither die out nor grow from one layer of rectifiers to the next
    (He et al. 2015, "Delving deep into rectifiers").

    Parameters
    ----------
    key : jax.Array
        A JAX random key.
    shape : tuple of int
        Neurons per layer.

    Returns
    -------
    Weights
        Of type float32.

    Examples
    --------
    >>> init_weights(jax.random.key(0)).output.shape
    (128, 10)
    """
    keys = jax.random.split(key)
    layers = zip(keys, shape[:-1], shape[1:], strict=True)
    return Weights(*(jax.random.normal(k, (n, m)) * jnp.sqrt(2 / n) for k, n, m in layers))


def logits(weights: Weights, rates: jax.Array) -> jax.Array:
    """Compute the ten scores that the ordinary network gives each image.

    Parameters
    ----------
    weights : Weights
        Of the ordinary network.
    rates : jax.Array of float32, shape (n, 784)
        Firing rates of the inputs, in spikes per step.

    Returns
    -------
    jax.Array of float32, shape (n, 10)
        The highest is the answer.

    Examples
    --------
    >>> weights = Weights(jnp.ones((784, 128)), jnp.ones((128, 10)))
    >>> logits(weights, jnp.full((1, 784), 0.5))[0, 0]  # 784 * 0.5 * 128
    Array(50176., dtype=float32)
    """
    hidden: jax.Array = jax.nn.relu(rates @ weights.hidden)
    return hidden @ weights.output


def loss(weights: Weights, rates: jax.Array, labels: jax.Array) -> jax.Array:
    """Compute the mean cross-entropy of the ordinary network.

    Parameters
    ----------
    weights : Weights
        Of the ordinary network.
    rates : jax.Array of float32, shape (n, 784)
        Firing rates of the inputs, in spikes per step.
    labels : jax.Array of int32, shape (n,)
        The digits.

    Returns
    -------
    jax.Array of float32, scalar
        In nats.

    Examples
    --------
    >>> silent = Weights(jnp.zeros((784, 128)), jnp.zeros((128, 10)))
    >>> round(float(loss(silent, jnp.zeros((1, 784)), jnp.array([3]))), 4)  # log(10)
    2.3026
    """
    scores = logits(weights, rates)
    each: jax.Array = optax.softmax_cross_entropy_with_integer_labels(scores, labels)
    return each.mean()


# --- Augmentation -------------------------------------------------------------------------------


def _warp(key: jax.Array, image: jax.Array) -> jax.Array:
    """Turn, shear, stretch, move and bend one (28, 28) image a little."""
    moving, bending = jax.random.split(key)
    turn, shear, tall, wide, down, right = jax.random.uniform(moving, (6,), minval=-1, maxval=1)
    angle = jnp.deg2rad(10.0) * turn
    cos, sin = jnp.cos(angle), jnp.sin(angle)
    affine = jnp.array([[cos, -sin], [sin, cos]]) @ jnp.array([[1.0, 0.0], [0.2 * shear, 1.0]])
    affine = affine / (1.0 + 0.12 * jnp.array([tall, wide]))
    shift = jnp.array([down, right])  # of at most a pixel, as MNIST is centred
    # The bend: a coarse random displacement, made smooth by enlarging it to the image's size.
    coarse = jax.random.normal(bending, (2, 5, 5))
    bend = 0.5 * jax.image.resize(coarse, (2, SIDE, SIDE), "cubic")
    centre = (SIDE - 1) / 2
    grid = jnp.stack(jnp.meshgrid(*2 * [jnp.arange(SIDE) - centre], indexing="ij"))
    # Where in the old image each pixel of the new one comes from.
    source = jnp.einsum("ij,jyx->iyx", affine, grid) + shift[:, None, None] + bend + centre
    warped: jax.Array = jax.scipy.ndimage.map_coordinates(image, list(source), order=1)
    return warped


def _coarsen(key: jax.Array, image: jax.Array) -> jax.Array:
    """Mix one image with a copy that went through 8x8 pixels and was sharpened again."""
    how_much, how_sharp = jax.random.split(key)
    small = jax.image.resize(image[4:24, 4:24], (8, 8), "linear")  # of the box with the digit
    box = jax.image.resize(small, (20, 20), "cubic")
    contrast = jax.random.uniform(how_sharp, minval=1.0, maxval=2.5)
    box = jnp.clip(contrast * (box - 127.5) + 127.5, 0, 255)
    copy = jnp.zeros_like(image).at[4:24, 4:24].set(box)
    # Two thirds of the images stay as they are; the others range over all degrees of coarseness.
    share = jnp.clip(jax.random.uniform(how_much, minval=-2.0, maxval=1.0), 0.0)
    return (1 - share) * image + share * copy


def _thicken(key: jax.Array, image: jax.Array) -> jax.Array:
    """Make the strokes of one image bolder or finer."""
    wide = jax.lax.reduce_window(image, -jnp.inf, jax.lax.max, (3, 3), (1, 1), "SAME")
    fine = jax.lax.reduce_window(image, jnp.inf, jax.lax.min, (3, 3), (1, 1), "SAME")
    share = jax.random.uniform(key, minval=-0.3, maxval=0.4)
    return image + jnp.abs(share) * (jnp.where(share > 0, wide, fine) - image)


def augment(key: jax.Array, images: jax.Array) -> jax.Array:
    """Redraw digits slightly differently, each in its own way.

    A random affine map and a gentle bend, coarser resolution, bolder or finer strokes, and
    fainter or stronger ink. The network sees no image twice, so it cannot learn them by heart.

    Parameters
    ----------
    key : jax.Array
        A JAX random key; the same key gives the same images.
    images : jax.Array of uint8, shape (n, 784)
        Grey levels, 0 to 255.

    Returns
    -------
    jax.Array of float32, shape (n, 784)
        Grey levels, whole numbers from 0 to 255.

    Examples
    --------
    >>> blank = jnp.zeros((2, 784), dtype=jnp.uint8)
    >>> float(jax.jit(augment)(jax.random.key(0), blank).max())
    0.0
    """

    def one(key: jax.Array, image: jax.Array) -> jax.Array:
        warp, coarsen, thicken, ink = jax.random.split(key, 4)
        image = _warp(warp, image.reshape(SIDE, SIDE).astype(jnp.float32))
        image = _thicken(thicken, _coarsen(coarsen, image))
        image = image * jax.random.uniform(ink, minval=0.8, maxval=1.25)
        return jnp.clip(jnp.round(image), 0, 255).reshape(-1)

    return jax.vmap(one)(jax.random.split(key, len(images)), images)


# --- Training -----------------------------------------------------------------------------------


def train_epoch(
    weights: Weights,
    state: Any,
    key: jax.Array,
    images: jax.Array,
    labels: jax.Array,
    *,
    optimiser: Any,
    batch: int,
) -> tuple[Weights, Any, jax.Array]:
    """Use every training image once, in a random order; a last incomplete batch is left out.

    Parameters
    ----------
    weights : Weights
        Before the epoch.
    state : Optax state
        Of the optimiser, before the epoch.
    key : jax.Array
        A JAX random key, for the order and the augmentation.
    images : jax.Array of uint8, shape (n, 784)
        Grey levels, 0 to 255.
    labels : jax.Array of int32, shape (n,)
        The digits.
    optimiser : optax.GradientTransformation
        What turns gradients into changes of the weights.
    batch : int
        Images per update, at most n.

    Returns
    -------
    weights : Weights
        After the epoch.
    state : Optax state
        After the epoch.
    loss : jax.Array
        Mean over the batches, in nats.

    Examples
    --------
    >>> optimiser, weights = optax.sgd(0.1), init_weights(jax.random.key(0))
    >>> images, labels = jnp.full((8, 784), 255), jnp.zeros(8, dtype=jnp.int32)
    >>> weights, state, mean = train_epoch(
    ...     weights, optimiser.init(weights), jax.random.key(1), images, labels,
    ...     optimiser=optimiser, batch=4)
    >>> bool(mean > 0)
    True
    """
    count = len(images) // batch
    ordering, redrawing = jax.random.split(key)
    order = jax.random.permutation(ordering, len(images))[: count * batch].reshape(count, batch)

    def update(
        carry: tuple[Weights, Any], item: tuple[jax.Array, jax.Array]
    ) -> tuple[tuple[Weights, Any], jax.Array]:
        weights, state = carry
        chosen, key = item
        rates = rates_from_pixels(augment(key, images[chosen]))
        value, gradient = jax.value_and_grad(loss)(weights, rates, labels[chosen])
        change, state = optimiser.update(gradient, state, weights)
        return (optax.apply_updates(weights, change), state), value

    keys = jax.random.split(redrawing, count)
    (weights, state), values = jax.lax.scan(update, (weights, state), (order, keys))
    return weights, state, values.mean()


def accuracy(scores: NDArray[Any] | jax.Array, labels: NDArray[Any] | jax.Array) -> float:
    """Compute the share of images whose highest score, the first of equals, is their label's.

    Parameters
    ----------
    scores : array, shape (n, 10)
        Spike counts, or scores of the ordinary network.
    labels : array, shape (n,)
        The digits.

    Returns
    -------
    float
        From 0 to 1.

    Examples
    --------
    >>> accuracy(np.array([[3, 3, 1], [0, 1, 2]]), np.array([0, 1]))
    0.5
    """
    return float(np.mean(np.argmax(np.asarray(scores), axis=1) == np.asarray(labels)))


# --- The network of spikes ----------------------------------------------------------------------


def normalise(
    weights: Weights, rates: jax.Array, hidden_scale: float = 1.0, output_scale: float = 1.0
) -> Weights:
    """Scale trained weights for spiking neurons with a threshold of 5.

    Data-based normalisation (Diehl et al. 2015, "Fast-classifying, high-accuracy spiking deep
    networks through weight and threshold balancing"): a layer is divided by the strongest sum
    that it makes of real images, so that this sum drives a spiking neuron at its threshold per
    step, and the next layer makes up for it. The strongest but one in a thousand is taken, since
    the very strongest is an outlier. Scales below 1 leave a layer so much below its threshold.

    Parameters
    ----------
    weights : Weights
        Of the ordinary network.
    rates : jax.Array of float32, shape (n, 784)
        Firing rates of the inputs for typical images, in spikes per step.
    hidden_scale, output_scale : float
        Share of the threshold that the strongest sums of each layer are to reach per step.

    Returns
    -------
    Weights
        Of the spiking network.

    Examples
    --------
    >>> weights = Weights(jnp.ones((784, 128)), jnp.ones((128, 10)))
    >>> scaled = normalise(weights, jnp.full((1, 784), 0.5))
    >>> float((jnp.full(784, 0.5) @ scaled.hidden)[0])  # the threshold, once per step
    5.0
    """
    hidden = jax.nn.relu(rates @ weights.hidden)
    strongest_hidden = jnp.percentile(hidden, 99.9)
    strongest_output = jnp.percentile(hidden @ weights.output, 99.9)
    to_hidden = hidden_scale / strongest_hidden
    to_output = output_scale / strongest_output
    # A hidden neuron spikes hidden * to_hidden times per step, which the output layer undoes.
    return Weights(
        weights.hidden * (THRESHOLD * to_hidden),
        weights.output * (THRESHOLD * to_output / to_hidden),
    )


def simulate_spikes(
    weights: Weights, images: NDArray[np.uint8], steps: int = STEPS, batch: int = 500
) -> NDArray[np.float32]:
    """Run the spiking network and count the spikes of its outputs.

    All neurons start at V = 0. In each step of 1 ms, an input neuron gains ``pixel / 100``, and
    the other neurons gain the weights of those that spiked in the *previous* step. Whoever then
    has V >= 5 spikes and starts again from zero.

    Parameters
    ----------
    weights : Weights
        Of the spiking network.
    images : ndarray of uint8, shape (n, 784)
        Grey levels, 0 to 255.
    steps : int
        How many, of 1 ms.
    batch : int
        Images at a time; decides memory and speed alone.

    Returns
    -------
    ndarray of float32, shape (n, 10)
        Whole numbers.

    Examples
    --------
    >>> weights = Weights(jnp.full((784, 128), 5.0), jnp.full((128, 10), 5.0))
    >>> image = np.zeros((1, 784), dtype=np.uint8)
    >>> image[0, 0] = 255  # spikes in every second step, its spikes pass two layers
    >>> simulate_spikes(weights, image, steps=10)[0, 0]
    np.float32(4.0)
    """
    run = jax.jit(_spike_counts, static_argnames="steps")
    parts = []
    for start in range(0, len(images), batch):
        # Divided here: a compiler may turn the division into a product, which rounds differently.
        currents = images[start : start + batch].astype(np.float32) / np.float32(PIXEL_SCALE)
        parts.append(np.asarray(run(weights, currents, steps=steps)))
    return np.concatenate(parts)


def _spike_counts(weights: Weights, currents: jax.Array, *, steps: int) -> jax.Array:
    """Return the output counts (n, 10) for constant input currents (n, 784)."""

    def fire(v: jax.Array) -> tuple[jax.Array, jax.Array]:
        spikes = v >= THRESHOLD
        return jnp.where(spikes, 0.0, v), spikes.astype(v.dtype)

    def step(state: tuple[jax.Array, ...], _: None) -> tuple[tuple[jax.Array, ...], None]:
        v_input, v_hidden, v_output, input_spikes, hidden_spikes, counts = state
        # The sums come first, from the spikes of the previous step: a delay of one step.
        to_hidden = input_spikes @ weights.hidden
        to_output = hidden_spikes @ weights.output
        v_input, input_spikes = fire(v_input + currents)
        v_hidden, hidden_spikes = fire(v_hidden + to_hidden)
        v_output, output_spikes = fire(v_output + to_output)
        counts = counts + output_spikes
        return (v_input, v_hidden, v_output, input_spikes, hidden_spikes, counts), None

    layers = tuple(jnp.zeros((len(currents), size)) for size in SHAPE)
    return jax.lax.scan(step, (*layers, *layers), None, length=steps)[0][-1]


# --- From images to files -----------------------------------------------------------------------


def train(
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    settings: Settings | None = None,
    *,
    progress: bool = True,
) -> Result:
    """Train and convert the network.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 784)
        Grey levels, 0 to 255; a part of them is held out, as `settings` says.
    labels : ndarray of uint8, shape (n,)
        The digits.
    settings : Settings, optional
        The defaults gave the weights in ``data/``.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    Result
        The same, to the bit, for the same images and settings on the same machine.

    Raises
    ------
    ValueError
        If there are too few images to hold some out.

    Examples
    --------
    >>> images, labels = load_digits()
    >>> result = train(images, labels, Settings(epochs=5))  # doctest: +SKIP
    >>> result.weights.hidden.shape  # doctest: +SKIP
    (784, 128)
    """
    settings = settings or Settings()
    if len(images) < settings.held_out:
        raise ValueError(
            f"training should have at least {settings.held_out} images, as one in "
            f"{settings.held_out} is held out, but there are {len(images)}; give more."
        )
    order = np.random.default_rng(settings.seed).permutation(len(images))
    held, kept = np.split(order, [len(images) // settings.held_out])
    held_images, held_labels = images[held], labels[held]
    kept_images, kept_labels = jnp.asarray(images[kept]), jnp.asarray(labels[kept], jnp.int32)

    batch = min(settings.batch, len(kept))
    updates = settings.epochs * (len(kept) // batch)
    schedule = optax.cosine_decay_schedule(settings.learning_rate, updates)
    optimiser = optax.adamw(schedule, weight_decay=settings.weight_decay)
    epoch = jax.jit(partial(train_epoch, optimiser=optimiser, batch=batch))

    first, key = jax.random.split(jax.random.key(settings.seed))
    weights = init_weights(first)
    state = optimiser.init(weights)
    held_rates = rates_from_pixels(jnp.asarray(held_images))
    losses = []
    with tqdm(range(settings.epochs), "train", unit="epoch", disable=not progress) as bar:
        for number in bar:
            key_now = jax.random.fold_in(key, number)
            weights, state, mean = epoch(weights, state, key_now, kept_images, kept_labels)
            losses.append(float(mean))
            share = accuracy(logits(weights, held_rates), held_labels)
            bar.set_postfix(loss=f"{losses[-1]:.4f}", held_out=f"{share:.2%}")

    typical = rates_from_pixels(kept_images[:10_000])
    best = Result(weights, losses, share, -1.0, (0.0, 0.0))
    grid = list(itertools.product(*SCALES))
    for scales in tqdm(grid, "convert", unit="pair of scales", disable=not progress):
        candidate = normalise(weights, typical, *scales)
        found = accuracy(simulate_spikes(candidate, held_images), held_labels)
        # The first of equals: the smaller scales, with fewer spikes to compute.
        if found > best.spike_accuracy:
            best = best._replace(weights=candidate, spike_accuracy=found, scales=scales)
    return best


def save_weights(weights: Weights, directory: str | os.PathLike[str]) -> list[Path]:
    """Write both matrices as .npy files, replacing old ones only once both are complete.

    Parameters
    ----------
    weights : Weights
        Of the spiking network.
    directory : path
        Made if need be.

    Returns
    -------
    list of Path
        The files ``weights_0_1.npy`` and ``weights_1_2.npy``.

    Examples
    --------
    >>> weights = Weights(jnp.zeros((784, 128)), jnp.zeros((128, 10)))
    >>> [path.name for path in save_weights(weights, "weights")]  # doctest: +SKIP
    ['weights_0_1.npy', 'weights_1_2.npy']
    """
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / name for name in WEIGHT_FILES]
    # In the same folder, as a file can only be renamed in one go within its file system.
    drafts = [path.with_name(f".{path.name}.{os.getpid()}.part") for path in paths]
    try:
        for draft, matrix in zip(drafts, weights, strict=True):
            with draft.open("wb") as file:
                np.save(file, np.ascontiguousarray(matrix, dtype=np.float32), allow_pickle=False)
        for draft, path in zip(drafts, paths, strict=True):
            draft.replace(path)
    finally:
        for draft in drafts:
            draft.unlink(missing_ok=True)
    return paths


# --- The command line ---------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> None:
    """Run ``train`` or ``evaluate`` from the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the command line unless given.

    Raises
    ------
    SystemExit
        With one sentence that says what to do, if something is missing or wrong.
    """
    options = _parser().parse_args(arguments)
    if _MISSING is not None:
        raise SystemExit(
            f"Training needs the Python package {_MISSING}, which is not installed; install it "
            "with: pip install -r requirements-train.txt"
        )
    try:
        options.command(options)
    except (OSError, ValueError) as error:
        raise SystemExit(str(error)) from error


def _parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tutorial_helpers.training",
        description="Train the weights of the spiking classifier, or measure them.",
    )
    commands = parser.add_subparsers(required=True)
    defaults = Settings()

    command = commands.add_parser("train", help="train on MNIST's training set, write the weights")
    command.set_defaults(command=_train)
    command.add_argument(
        "--seed", type=_natural, default=defaults.seed, help="default: %(default)s"
    )
    command.add_argument(
        "--epochs", type=_positive, default=defaults.epochs, help="default: %(default)s"
    )
    command.add_argument(
        "--output", type=Path, default=_DATA, help="folder for the two files (default: data/)"
    )
    command.add_argument(
        "--images", type=_positive, help="use only the first so many of the 60,000 images"
    )

    command = commands.add_parser("evaluate", help="measure weights on MNIST's test set and others")
    command.set_defaults(command=_evaluate)
    command.add_argument(
        "--weights", type=Path, default=_DATA, help="folder with the two files (default: data/)"
    )
    return parser


def _natural(text: str) -> int:
    """Parse an integer of at least 0."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"should be a whole number of at least 0, not {text!r}")
    return int(text)


def _positive(text: str) -> int:
    """Parse an integer of at least 1."""
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"should be a whole number of at least 1, not {text!r}")
    return int(text)


def _train(options: argparse.Namespace) -> None:
    """Train as the command line says, write the weights, and say what came of it."""
    images, labels = load_mnist("train")
    settings = Settings(seed=options.seed, epochs=options.epochs)
    result = train(images[: options.images], labels[: options.images], settings)
    paths = save_weights(result.weights, options.output)
    print(f"Held-out images, network of rates:  {result.rate_accuracy:.2%}")
    print(f"Held-out images, network of spikes: {result.spike_accuracy:.2%}")
    print(f"Scales of the two layers: {result.scales[0]} and {result.scales[1]}")
    print(f"Written: {', '.join(map(str, paths))}")


def _evaluate(options: argparse.Namespace) -> None:
    """Measure the spiking network on images that no choice was made by."""
    weights = Weights(*map(jnp.asarray, load_weights(options.weights)))
    for name, (images, labels) in {
        "MNIST test set": load_mnist("test"),
        "offline digits": load_digits(),
    }.items():
        share = accuracy(simulate_spikes(weights, images), labels)
        print(f"{name}: {share:.2%} of {len(labels):,} images")


if __name__ == "__main__":
    main()
