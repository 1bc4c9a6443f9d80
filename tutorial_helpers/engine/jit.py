"""Every decision about Numba, in one place.

Generated modules use `kernel` for the functions that the engine calls and `part` for the functions
that those call. No fast-math flag is ever set: sums are taken in the order in which they are
written, which makes results equal on every machine. The GIL is released, so that threads can share
the batches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Any

import numba

#: Held while modules are compiled: Numba's compiler and the setting below serve one at a time.
COMPILER_LOCK = RLock()
_cached = False

#: A function that only kernels call; it is compiled into each of them.
part = numba.njit(error_model="numpy")


def kernel(signature: str) -> Callable[[Any], Any]:
    """Return the decorator of a function that is compiled at once for the given signature."""
    return numba.njit(signature, nogil=True, error_model="numpy", cache=_cached)  # type: ignore[no-any-return]


@contextmanager
def disk_cache(enabled: bool) -> Iterator[None]:
    """Let the kernels that are defined inside be kept beside their source file, or not."""
    global _cached
    with COMPILER_LOCK:
        directory = numba.config.CACHE_DIR
        # A directory of the user's own would take the files away from beside their source.
        numba.config.CACHE_DIR = ""
        _cached = enabled
        try:
            yield
        finally:
            _cached = False
            numba.config.CACHE_DIR = directory
