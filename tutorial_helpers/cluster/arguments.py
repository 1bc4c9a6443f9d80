"""Arguments that the functions share, checked before any work begins."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from distributed import Client
from numpy.typing import ArrayLike, NDArray


def check_client(client: object) -> None:
    """Raise unless this is a connected client of a cluster, or None.

    Examples
    --------
    >>> check_client(None)
    """
    if client is None:
        return
    if not isinstance(client, Client) or client.asynchronous:
        kind = "an asynchronous one" if isinstance(client, Client) else type(client).__name__
        raise TypeError(
            f"client must be a distributed.Client, not {kind}; connect one with Client(address)."
        )
    if client.status != "running":
        raise ValueError(f"client is {client.status}; connect one with Client(address).")


def check_threshold(threshold: object) -> None:
    """Raise unless this is a voltage at which neurons can spike.

    Examples
    --------
    >>> check_threshold(5.0)
    """
    if isinstance(threshold, bool) or not isinstance(threshold, int | float | np.number):
        raise TypeError(f"threshold must be a number of mV, not {threshold!r}.")
    if not abs(float(threshold)) <= float(np.finfo(np.float32).max):
        raise ValueError(f"threshold must be a finite float32, in mV, not {threshold}.")


def checked_labels(labels: ArrayLike | None, images: int | None) -> NDArray[Any] | None:
    """Return labels as an array, if there are any, one for each of so many images if that is known.

    Examples
    --------
    >>> checked_labels([7, 2, 1], 3)
    array([7, 2, 1])
    """
    if labels is None:
        return None
    array = np.asarray(labels)
    if array.ndim != 1 or array.dtype.kind not in "iuf":
        raise ValueError(
            "labels must be a digit for each image, not an array of shape "
            f"{array.shape} and type {array.dtype}."
        )
    if images is not None and len(array) != images:
        raise ValueError(
            f"labels must be a digit for each of {images:,} images, not {len(array):,} of them."
        )
    return array


def checked_sequence(what: str, given: Any) -> list[Any]:
    """Return what was given as a list; raise if it is one thing and not several.

    Examples
    --------
    >>> checked_sequence("thresholds", (4.0, 5.0))
    [4.0, 5.0]
    """
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise TypeError(f"{what} must be a list, not {given!r}; write [{given!r}].")
    return list(given)
