"""Streams of random numbers: what keeps those of one thing apart from those of all others."""

from __future__ import annotations

import hashlib


def stream_number(what: str) -> int:
    """Return the number that keeps the streams of one thing apart from those of all others.

    It depends on nothing but what the thing is called, so that a model can be extended without
    changing what its other parts draw.

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
