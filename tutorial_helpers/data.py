"""MNIST, the trained weights, and batches.

An image is a row of 784 grey levels from 0 (paper) to 255 (ink). Its label is the digit, 0 to 9.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from typing import Any, Literal

import mnist
import numpy as np
from numpy.typing import NDArray

from numbagenn.base.number_checks import checked_integer
from tutorial_helpers.weight_sets import DATA, WEIGHT_FILES, load_weights

__all__ = ["WEIGHT_FILES", "batches", "load_mnist", "load_weights"]

MNIST = DATA / "mnist"

# SHA-256 of each file, unpacked.
MNIST_SHA256 = {
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
}


def load_mnist(
    split: Literal["test", "train"] = "test",
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Load one half of MNIST from the repository, and check that it is intact.

    Parameters
    ----------
    split : {"test", "train"}
        Which images: 10,000 for testing or 60,000 for training.

    Returns
    -------
    images : ndarray of uint8, shape (n, 784)
        Grey levels, 0 (paper) to 255 (ink), each image row by row.
    labels : ndarray of uint8, shape (n,)
        The digits, 0 to 9.

    Raises
    ------
    OSError
        If a file is missing or cannot be read.
    ValueError
        If `split` is something else, or a file is damaged.

    Examples
    --------
    >>> images, labels = load_mnist("test")
    >>> images.shape, images.dtype, labels[:3]
    ((10000, 784), dtype('uint8'), array([7, 2, 1], dtype=uint8))
    """
    prefix = {"test": "t10k", "train": "train"}.get(str(split))
    if prefix is None:
        raise ValueError(f"split must be 'test' or 'train', not {split!r}.")
    images = _load_idx(f"{prefix}-images-idx3-ubyte")
    labels = _load_idx(f"{prefix}-labels-idx1-ubyte")
    return images.reshape(len(images), -1), labels


def _load_idx(name: str) -> NDArray[np.uint8]:
    """Unpack a file of MNIST, check its content, and parse it."""
    path = MNIST / f"{name}.gz"
    fix = "restore it with 'git checkout data/mnist', or fetch or install the repository again."
    try:
        packed = path.read_bytes()
    except OSError as error:
        raise type(error)(f"{path} cannot be read: {error.strerror}; {fix}") from error
    try:
        content = gzip.decompress(packed)
    except (OSError, EOFError, zlib.error):
        content = b""
    if hashlib.sha256(content).hexdigest() != MNIST_SHA256[name]:
        raise ValueError(
            f"{path} is damaged or another file: its {len(packed):,} bytes, unpacked, should have "
            f"the SHA-256 {MNIST_SHA256[name][:8]}…; {fix}"
        )
    return np.asarray(mnist.parse_idx(io.BytesIO(content)), dtype=np.uint8)


def batches(
    images: NDArray[Any], labels: NDArray[Any], size: int
) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    """Cut images and labels into consecutive batches, without copying.

    Parameters
    ----------
    images : ndarray, shape (n, ...)
        One image per row.
    labels : ndarray, shape (n,)
        One label per image.
    size : int
        Images per batch, at least 1. The last batch may hold fewer.

    Returns
    -------
    iterator of (ndarray, ndarray)
        Views of the images and labels of each batch.

    Raises
    ------
    TypeError
        If `size` is not an integer.
    ValueError
        If `size` is less than 1, or there are not as many labels as images.

    Examples
    --------
    >>> images, labels = np.zeros((5, 784)), np.arange(5)
    >>> [batch_labels.tolist() for _, batch_labels in batches(images, labels, 2)]
    [[0, 1], [2, 3], [4]]
    """
    checked_integer("size", size, 1, fix="give the images per batch")
    if len(images) != len(labels):
        raise ValueError(
            f"there must be as many labels as images, but there are {len(images)} images and "
            f"{len(labels)} labels; slice both alike."
        )
    # Not `yield`, which would delay the checks above until the first batch is asked for.
    return (
        (images[start : start + size], labels[start : start + size])
        for start in range(0, len(images), size)
    )
