"""A stock of redrawn images, each with the probabilities to learn for it.

Redrawing an image and asking the teacher takes ten times as long as learning from it. So the copies
are made once, and every epoch picks one of them for each image.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

from tutorial_helpers.training.augmentation import augment, augment_each
from tutorial_helpers.training.network import SHAPE
from tutorial_helpers.training.rates import rates_from_pixels
from tutorial_helpers.training.teacher import Teacher, teacher_logits

_AT_ONCE = 500  # images redrawn in one call; another number draws other random numbers


class Stock(NamedTuple):
    """Copies of all training images.

    Attributes
    ----------
    images : ndarray of uint8, shape (copies, n, 784)
        Grey levels, 0 to 255.
    targets : ndarray of float32, shape (copies, n, 10)
        How likely each digit is.
    """

    images: NDArray[np.uint8]
    targets: NDArray[np.float32]


def redraw(
    key: jax.Array,
    images: NDArray[np.uint8],
    labels: NDArray[np.int32],
    teacher: Teacher | None,
    copies: int,
    *,
    progress: bool = True,
) -> Stock:
    """Redraw all images a number of times, and let the teacher judge every copy.

    Parameters
    ----------
    key : jax.Array
        A JAX random key; the same key gives the same copies.
    images : ndarray of uint8, shape (n, 784)
        Grey levels, 0 to 255.
    labels : ndarray of int32, shape (n,)
        The digits.
    teacher : Teacher or None
        The network whose probabilities are the targets. Without one, the labels are.
    copies : int
        How often to redraw each image. 32 copies of 50,000 images take 1.3 GB.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    Stock
        What the network of rates and that of spikes learn from.

    Examples
    --------
    >>> images, labels = np.zeros((3, 784), np.uint8), np.array([7, 2, 1], np.int32)
    >>> stock = redraw(jax.random.key(0), images, labels, None, copies=2, progress=False)
    >>> stock.images.shape, stock.targets[1, 0, 7]
    ((2, 3, 784), np.float32(1.0))
    """

    @jax.jit
    def judge(key: jax.Array, images: jax.Array) -> tuple[jax.Array, jax.Array | None]:
        pixels = augment(key, images)
        if teacher is None:
            return pixels.astype(jnp.uint8), None
        scores = teacher_logits(teacher, rates_from_pixels(pixels))
        return pixels.astype(jnp.uint8), jax.nn.softmax(scores)

    stock = Stock(
        np.empty((copies, *images.shape), dtype=np.uint8),
        np.broadcast_to(np.eye(SHAPE[-1], dtype=np.float32)[labels], (copies, len(images), 10))
        if teacher is None
        else np.empty((copies, len(images), SHAPE[-1]), dtype=np.float32),
    )
    with tqdm(total=copies, desc="redraw", unit="copy", disable=not progress) as bar:
        for copy in range(copies):
            for start in range(0, len(images), _AT_ONCE):
                part = slice(start, start + _AT_ONCE)
                draw = jax.random.fold_in(jax.random.fold_in(key, copy), start)
                pixels, targets = judge(draw, images[part])
                stock.images[copy, part] = pixels
                if targets is not None:
                    stock.targets[copy, part] = targets
            bar.update()
    return stock


@jax.jit
def _redrawn(key: jax.Array, numbers: jax.Array, images: jax.Array) -> jax.Array:
    keys = jax.vmap(jax.random.fold_in, (None, 0))(key, numbers)
    return augment_each(keys, images).astype(jnp.uint8)


def redraw_numbered(
    key: jax.Array, images: NDArray[np.uint8], start: int, stop: int
) -> NDArray[np.uint8]:
    """Redraw images over and over, and return those with some numbers of this endless sequence.

    Image ``n`` is a copy of ``images[n % len(images)]``, and its key follows from ``n`` alone. So
    it is the same image whichever others are redrawn.

    Parameters
    ----------
    key : jax.Array
        A JAX random key; the same key gives the same sequence.
    images : ndarray of uint8, shape (n, 784)
        Grey levels, 0 to 255.
    start, stop : int
        The numbers, from 0, at most 2**32.

    Returns
    -------
    ndarray of uint8, shape (stop - start, 784)
        Grey levels, 0 to 255.

    Examples
    --------
    >>> images = np.zeros((3, 784), np.uint8)
    >>> redraw_numbered(jax.random.key(0), images, 10, 14).shape
    (4, 784)
    """
    # Always as many at once, at the same places: how XLA rounds may depend on either.
    first = start - start % _AT_ONCE
    redrawn = np.empty((-(-(stop - first) // _AT_ONCE) * _AT_ONCE, images.shape[1]), np.uint8)
    for begin in range(0, len(redrawn), _AT_ONCE):
        numbers = np.arange(first + begin, first + begin + _AT_ONCE)
        shown = images[numbers % len(images)]
        redrawn[begin : begin + _AT_ONCE] = _redrawn(key, numbers.astype(np.uint32), shown)
    return redrawn[start - first : stop - first]


def pick(key: jax.Array, stock: Stock, batch: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Pick one copy of every image, in batches of a random order, leaving out an incomplete batch.

    Parameters
    ----------
    key : jax.Array
        A JAX random key.
    stock : Stock
        The copies to pick from.
    batch : int
        Images per batch, at most n.

    Returns
    -------
    images : ndarray of uint8, shape (n // batch, batch, 784)
        Grey levels, 0 to 255.
    targets : ndarray of float32, shape (n // batch, batch, 10)
        How likely each digit is.

    Examples
    --------
    >>> stock = Stock(np.zeros((2, 5, 784), np.uint8), np.zeros((2, 5, 10), np.float32))
    >>> [part.shape for part in pick(jax.random.key(0), stock, batch=2)]
    [(2, 2, 784), (2, 2, 10)]
    """
    copies, count = stock.images.shape[:2]
    ordering, choosing = jax.random.split(key)
    order = np.asarray(jax.random.permutation(ordering, count))
    copy = np.asarray(jax.random.randint(choosing, (count,), 0, copies))
    batches = count // batch
    rows = order[: batches * batch].reshape(batches, batch)
    return stock.images[copy[rows], rows], stock.targets[copy[rows], rows]
