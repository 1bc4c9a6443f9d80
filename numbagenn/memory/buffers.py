"""Memory of a model: the arrays that kernels work on, and the copies of them that users see.

As with a GPU there are two arrays for each variable. Kernels work on `device`; users read and write
`host`; only a push or a pull copies between them.
"""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

import numpy as np

from numbagenn.base.array_conventions import Array
from numbagenn.base.types import TypeLike

# Bytes that a processor moves at once. If an array begins inside a cache line, each vector that
# crosses into the next line costs two accesses, which halves the speed of kernels.
_CACHE_LINE = 64


def aligned_zeros(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """Return zeros that begin at the start of a cache line."""
    size = math.prod(shape) * dtype.itemsize
    memory = np.zeros(size + _CACHE_LINE, np.uint8)
    begin = -memory.ctypes.data % _CACHE_LINE
    return memory[begin : begin + size].view(dtype).reshape(shape)


@dataclass(eq=False)
class Buffer:
    """One block of memory of a model.

    Parameters
    ----------
    name
        Its name, unique in the model and a valid Python name, such as ``"hidden_V"``.
    type
        Type of its elements; resolved by the precision of the model.
    count
        Number of neurons, synapses or other values of one batch element.
    per_batch
        Whether each batch element has a copy of its own.
    per_element
        Whether there is a value for each neuron or synapse, rather than one for all.
    columns
        For variables of dense synapses, the number of postsynaptic neurons, else 0.
    slots
        Number of steps whose values are stored side by side, for values that are read with a delay.
    start
        The value that all elements start from.
    constant
        Whether nothing can write it once it is filled. Kernels use its values unchecked.
    """

    name: str
    type: TypeLike
    count: int
    _: KW_ONLY
    per_batch: bool = True
    per_element: bool = True
    columns: int = 0
    slots: int = 1
    start: int = 0
    constant: bool = False
    #: Whether there are values from the host that have not been checked yet.
    is_new: bool = field(default=False, init=False, repr=False)
    #: Whether several populations share what it holds, so that it is the view of none of them.
    is_shared: bool = field(default=False, init=False, repr=False)
    #: For variables of dense synapses, a byte for each row, which is not 0 where the row may hold
    #: anything but zeros; None where nobody asks.
    touched: Buffer | None = field(default=None, init=False, repr=False)
    host: Array | None = field(default=None, init=False, repr=False)
    device: Array | None = field(default=None, init=False, repr=False)

    @property
    def arrays(self) -> tuple[Array, Array]:
        """The host and the device array.

        Raises
        ------
        RuntimeError
            If they are not allocated.
        """
        if self.host is None or self.device is None:
            raise RuntimeError(f"There is no memory for {self.name}: the model is not loaded.")
        return self.host, self.device

    @property
    def in_slots(self) -> Array:
        """The device array with an axis for slots: ``(rows, slots, count)``."""
        _, device = self.arrays
        return device.reshape(len(device), self.slots, self.count)

    def rows(self, batch_size: int) -> int:
        """Return the number of copies in a model of a given batch size."""
        return batch_size if self.per_batch else 1

    def num_bytes(self, dtype: np.dtype[Any], batch_size: int) -> int:
        """Return the size of the device array, in a model of a given batch size."""
        return self.rows(batch_size) * self.slots * self.count * dtype.itemsize

    def allocate(self, dtype: np.dtype[Any], batch_size: int) -> None:
        """Allocate both arrays, and fill them.

        The device array always has one row for each copy; the host array has an axis for copies
        and one for slots only where there are several.
        """
        rows = self.rows(batch_size)
        self.device = aligned_zeros((rows, self.slots * self.count), dtype)
        copies = (rows,) if self.per_batch and batch_size > 1 else ()
        slots = (self.slots,) if self.slots > 1 else ()
        self.host = np.zeros((*copies, *slots, self.count), dtype)
        self.is_new = True
        if self.start:
            self.fill(np.asarray(self.start))
        if self.touched is not None:
            self.touched.allocate(np.dtype(np.uint8), batch_size)

    def note_touched_rows(self) -> None:
        """Record, from the next `allocate` on, which rows may hold anything but zeros."""
        rows = self.count // self.columns
        self.touched = Buffer(f"{self.name}_touched", "uint8_t", rows, per_element=False, start=1)

    def touch(self) -> None:
        """Note that anything may be written to any row: before, as Ctrl-C may come at any line."""
        if self.touched is not None:
            self.touched.fill_device(np.asarray(1))

    def fill(self, values: Array) -> None:
        """Set both arrays from a number, ``(count,)`` or ``(rows, count)`` values, in all slots."""
        self.fill_device(values)
        self.pull()
        if self.constant:
            for array in self.arrays:
                array.setflags(write=False)

    def fill_device(self, values: Array) -> None:
        """Set the device array alone, in the same way."""
        self.touch()
        self.in_slots[:] = values[:, np.newaxis] if values.ndim == 2 else values

    def release(self) -> None:
        """Drop both arrays."""
        self.host = self.device = None
        if self.touched is not None:
            self.touched.release()

    def push(self) -> None:
        """Copy host to device."""
        host, device = self.arrays
        self.touch()
        # Without slots the shapes differ by an axis at most, which NumPy adds faster by itself.
        device[...] = host if self.slots == 1 else host.reshape(device.shape)
        self.is_new = True

    def pull(self) -> None:
        """Copy device to host."""
        host, device = self.arrays
        host[...] = device if self.slots == 1 else device.reshape(host.shape)
