"""Arrays: their type, and what the kernels and the rest of the package have agreed on for them."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

#: An array of any type and shape.
Array = NDArray[Any]

#: Marks the end of a list of neurons that is not full; it is the index of no neuron.
END = 2**32 - 1


def table_size(num_neurons: int) -> int:
    """Return the size of a table in which that many trains are found quickly: a power of two."""
    return max(64, 1 << (2 * num_neurons).bit_length())
