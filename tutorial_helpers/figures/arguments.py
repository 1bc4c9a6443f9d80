"""Checks of what figures are given: each returns it as an array, or says what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutorial_helpers.figures.style import PIXELS

# For each layer, as PyGeNN records them: the times of the spikes in ms, and the neurons.
Recordings = Sequence[tuple[NDArray[Any], NDArray[Any]]]


def checked_images(images: NDArray[Any]) -> NDArray[Any]:
    """Return images as an array, if they are rows of 784 grey levels."""
    images = checked_numbers("images", images)
    if images.ndim != 2 or images.shape[1] != PIXELS**2 or not len(images):
        raise ValueError(
            f"images should have the shape (n, {PIXELS**2}), n at least 1, not {images.shape}."
        )
    return images


def checked_counts(counts: NDArray[Any], n: int | None = None) -> NDArray[np.float64]:
    """Return counts as floats, because differences of unsigned integers cannot be negative."""
    counts = checked_numbers("counts", counts)
    if counts.ndim != 2 or counts.shape[1] != 10 or not len(counts):
        raise ValueError(f"counts should have the shape (n, 10), n at least 1, not {counts.shape}.")
    check_length("counts", counts, n)
    return counts.astype(np.float64)


def checked_digits(name: str, digits: NDArray[Any], n: int | None = None) -> NDArray[np.int64]:
    """Return digits as integers, if there are `n` of them, from 0 to 9."""
    digits = np.asarray(digits)
    if digits.ndim != 1 or not len(digits):
        raise ValueError(f"{name} should have the shape (n,), n at least 1, not {digits.shape}.")
    if digits.dtype.kind not in "iu":
        raise ValueError(f"{name} should be integers, not {digits.dtype}.")
    check_length(name, digits, n)
    if digits.min() < 0 or digits.max() > 9:
        raise ValueError(
            f"{name} should be digits from 0 to 9, not from {digits.min()} to {digits.max()}."
        )
    return digits.astype(np.int64)


def checked_numbers(name: str, values: NDArray[Any]) -> NDArray[Any]:
    """Return values as an array, if they are finite and not negative."""
    values = np.asarray(values)
    if values.dtype.kind not in "iuf":
        raise ValueError(f"{name} should be numbers, not {values.dtype}.")
    if not (np.isfinite(values) & (values >= 0)).all():
        raise ValueError(f"{name} should be finite and at least 0, not all of them are.")
    return values


def checked_recordings(
    spikes: Recordings, sizes: Sequence[int]
) -> list[tuple[NDArray[np.float64], NDArray[np.int64]]]:
    """Return the times and neurons of the spikes of each layer, if the last layer has ten."""
    if len(spikes) != len(sizes) or len(spikes) < 2:
        raise ValueError(
            f"spikes should be of at least two layers, with a size for each, not {len(spikes)} "
            f"with {len(sizes)} sizes."
        )
    if sizes[-1] != 10:
        raise ValueError(f"sizes should end in 10, a neuron for each digit, not in {sizes[-1]}.")
    layers = []
    for (times, ids), size in zip(spikes, sizes, strict=True):
        times, ids = checked_numbers("spikes", times), np.asarray(ids)
        if times.ndim != 1 or ids.shape != times.shape:
            raise ValueError(
                "spikes should be pairs of times and neurons, equally many, not of the shapes "
                f"{times.shape} and {ids.shape}."
            )
        if len(ids) and not (ids.dtype.kind in "iu" and 0 <= ids.min() <= ids.max() < size):
            raise ValueError(f"spikes should be of neurons from 0 to {size - 1}, not all are.")
        layers.append((times.astype(np.float64), ids.astype(np.int64)))
    return layers


def check_length(name: str, values: NDArray[Any], n: int | None) -> None:
    """Raise unless there are `n` values. If `n` is None, any number is allowed."""
    if n is not None and len(values) != n:
        raise ValueError(f"{name} should be {n:,}, one for each image, not {len(values):,}.")


def check_positive(name: str, value: int) -> None:
    """Raise unless a value is an integer of at least 1."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
        raise ValueError(f"{name} should be an integer of at least 1, not {value!r}.")


def check_at_most(name: str, number: int, most: int) -> None:
    """Raise if a number is too large."""
    if number > most:
        raise ValueError(f"{name} should be at most {most}, not {number:,}.")


def check_duration(duration_ms: float) -> None:
    """Raise unless a duration is more than 0."""
    if not duration_ms > 0:
        raise ValueError(f"duration_ms should be more than 0, not {duration_ms!r}.")
