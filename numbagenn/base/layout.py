"""The layout of arrays that both the kernels and the rest of the engine work on."""

from __future__ import annotations

#: Marks the end of a list of neurons that is not full; it is the index of no neuron.
END = 2**32 - 1


def table_size(num_neurons: int) -> int:
    """Return the size of a table in which that many trains are found quickly: a power of two."""
    return int(1 << (2 * num_neurons + 1).bit_length())
