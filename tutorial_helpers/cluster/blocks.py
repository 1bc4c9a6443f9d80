"""Images in blocks, of which a few are on their way at any time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np


class Block(NamedTuple):
    """Some images that follow each other, which one worker classifies at once.

    Attributes
    ----------
    number : int
        The number of the block, from 0.
    start : int
        How many images come before it.
    rows : int
        How many images it has.
    images : array_like
        Those images, or an object that a worker turns into them: a slice of a Dask array, or of
        `RedrawnDigits`.
    """

    number: int
    start: int
    rows: int
    images: Any

    def __str__(self) -> str:
        return f"block {self.number} (images {self.start:,} to {self.start + self.rows - 1:,})"

    @property
    def rows_of_all(self) -> slice:
        """Which rows of all images the block is."""
        return slice(self.start, self.start + self.rows)

    @property
    def carried_bytes(self) -> int:
        """How much of this process's memory its images take; 0 if a worker makes them."""
        return self.images.nbytes if isinstance(self.images, np.ndarray) else 0


def cut(images: Any, most: int) -> Iterator[Block]:
    """Cut images into blocks, without reading more than one at a time.

    Parameters
    ----------
    images : array_like or iterable of array_like
        An array is cut into slices: one of NumPy, Dask or Zarr, or `RedrawnDigits`. Anything else
        must be an iterable of such arrays.
    most : int
        Images per block, at most. No block has images of two arrays.

    Examples
    --------
    >>> pieces = [np.zeros((5, 784), np.uint8), np.zeros((2, 784), np.uint8)]
    >>> [(block.start, block.rows) for block in cut(pieces, 3)]
    [(0, 3), (3, 2), (5, 2)]
    """
    is_array = hasattr(images, "shape")
    pieces: Iterable[Any] = [images] if is_array else images
    number = before = 0
    for place, piece in enumerate(pieces):
        if not hasattr(piece, "shape"):
            raise TypeError(
                f"piece {place} of images must be an array with a row for each image, not "
                f"{type(piece).__name__}; give an array, or an iterable of arrays."
            )
        rows = number_of_rows(piece)
        for start in range(0, rows, most):
            part = piece[start : start + most]
            if isinstance(part, np.ndarray) and not is_array:
                # What yields the pieces may use the same memory for all, and blocks wait.
                part = part.copy()
            yield Block(number, before + start, min(most, rows - start), part)
            number += 1
        before += rows


def number_of_rows(array: Any) -> int:
    """Return how many rows an array has; Zarr arrays have no `len`.

    Dask arrays whose length is unknown raise an error that explains it.

    Examples
    --------
    >>> number_of_rows(np.zeros((3, 784)))
    3
    """
    return len(array) if hasattr(array, "__len__") else int(array.shape[0])
