"""Work that leaves much behind that stays in use, without a search for garbage in it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# After so many times there may be more garbage than one wants to keep.
_OFTEN = 10
_times = 0


@contextmanager
def garbage_kept() -> Iterator[None]:
    """Pause Python's garbage collection, which takes a sixth of the time of importing Numba.

    Afterwards all objects count as old, so that the next collections of young ones do not look at
    them. What is garbage among them goes with the next full collection.
    """
    global _times
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            _times += 1
            if _times % _OFTEN == 0:
                gc.collect()
            elif gc.get_freeze_count() == 0:
                # What users have frozen themselves has to stay so.
                gc.freeze()
                gc.unfreeze()
            gc.enable()
