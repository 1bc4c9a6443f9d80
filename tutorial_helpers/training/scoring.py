"""How often a network is right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import jax


def accuracy(scores: NDArray[Any] | jax.Array, labels: NDArray[Any] | jax.Array) -> float:
    """Compute the share of images whose highest score is that of their label.

    A tie goes to the lower digit.

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
