"""An endless stream of digits: MNIST's test set, redrawn a little differently each time.

The digits are redrawn as training redraws its own, which needs JAX.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numbagenn.base.number_checks import checked_integer
from tutorial_helpers.data import load_mnist

_drawing = Lock()

#: How many digits there are at most: their numbers have 32 bits.
MOST = 2**32


class RedrawnDigits:
    """Some digits of the stream. They are drawn only when you turn them into an array.

    Digit ``n`` is image ``n % 10_000`` of MNIST's test set, redrawn by a random number that follows
    from the seed and from ``n`` alone. So it is the same whichever worker draws it. Its label is
    that of the image.

    Parameters
    ----------
    count : int
        How many digits, from the first on.
    seed : int
        Another seed gives another stream.

    Examples
    --------
    >>> RedrawnDigits.dtype
    dtype('uint8')
    >>> digits = RedrawnDigits(1_000_000)  # doctest: +SKIP
    >>> digits.shape, digits[500_000:500_003].labels  # doctest: +SKIP
    ((1000000, 784), array([7, 2, 1], dtype=uint8))
    >>> np.asarray(digits[:2]).dtype  # doctest: +SKIP
    dtype('uint8')
    """

    #: Grey levels, as an array of them has.
    dtype = np.dtype(np.uint8)

    #: What has to be the same wherever they are drawn.
    packages = ("jax", "jaxlib")

    def __init__(self, count: int, seed: int = 0) -> None:
        self.seed = checked_integer("seed", seed, 0, 2**32 - 1)
        self.start, self.stop = 0, checked_integer("count", count, 1, MOST)
        _check_jax()

    @property
    def shape(self) -> tuple[int, int]:
        """Digits and pixels."""
        return self.stop - self.start, 784

    @property
    def labels(self) -> NDArray[np.uint8]:
        """What the digits show."""
        labels = _test_set()[1]
        return labels[np.arange(self.start, self.stop) % len(labels)]

    def __len__(self) -> int:
        return self.stop - self.start

    def __getitem__(self, rows: slice) -> RedrawnDigits:
        """Return some of the digits that follow each other, still not drawn."""
        if not isinstance(rows, slice):
            raise TypeError(f"digits are taken in slices, such as [0:10], not [{rows}].")
        start, stop, step = rows.indices(len(self))
        if step != 1:
            raise ValueError(f"digits can be sliced in steps of 1, not {step}.")
        part = object.__new__(RedrawnDigits)
        part.seed, part.start = self.seed, self.start + start
        part.stop = self.start + max(start, stop)
        return part

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[np.uint8]:
        """Draw the digits, a row of grey levels for each."""
        import jax

        from tutorial_helpers.training.redrawing import redraw_numbered

        # Older versions of JAX have it elsewhere.
        with_x64: Any = jax if hasattr(jax, "enable_x64") else import_module("jax.experimental")
        # JAX has threads of its own. Two drawings at once would also compile the same code twice.
        with (
            _drawing,
            # Whatever this process has set, the digits are the same.
            with_x64.enable_x64(False),
            jax.threefry_partitionable(True),
            jax.default_device(jax.devices("cpu")[0]),
        ):
            key = jax.random.key(self.seed, impl="threefry2x32")
            return redraw_numbered(key, _test_set()[0], self.start, self.stop)

    def __dask_tokenize__(self) -> tuple[str, int, int, int]:
        return type(self).__name__, self.seed, self.start, self.stop


@lru_cache(maxsize=1)
def _test_set() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    return load_mnist("test")


def _check_jax() -> None:
    """Raise, before anything is drawn, if JAX is missing."""
    try:
        import jax  # noqa: F401
    except ImportError:
        raise ImportError(
            "Redrawing digits needs the Python package jax, which is not installed; install it "
            "with: pip install jax"
        ) from None
