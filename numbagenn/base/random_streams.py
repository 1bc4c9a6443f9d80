"""Streams of random numbers, one for each thing that draws, so that they stay independent."""

from __future__ import annotations

import hashlib


def stream_number(what: str) -> int:
    """Return a number that sets the streams of one thing apart from those of all others.

    It depends only on the name of the thing, so that a model can be extended without changing what
    its other parts draw.

    Parameters
    ----------
    what
        What draws, such as ``"neuron population 'hidden'"``.

    Returns
    -------
    int
        63 bits.
    """
    return int.from_bytes(hashlib.sha256(what.encode()).digest()[:8], "little") >> 1
