"""How arrays are laid out that both kernels and the rest of the engine work on."""

from __future__ import annotations

#: What follows the neurons of a list, where it has room: the index of none.
END = 2**32 - 1


def table_size(num_neurons: int) -> int:
    """Return the size of a table in which so many trains are quickly found: a power of two."""
    return int(1 << (2 * num_neurons + 1).bit_length())
