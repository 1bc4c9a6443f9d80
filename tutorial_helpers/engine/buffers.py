"""Memory of a model: what the code runs on, and the copy of it that users see.

As with a GPU there are two arrays for each variable. Kernels work on `device`; users read and write
`host`; only a push or a pull copies between them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tutorial_helpers.engine.types import TypeLike


@dataclass(eq=False)
class Buffer:
    """One block of memory of a model.

    Parameters
    ----------
    name
        What it is, unique in the model and a valid Python name, such as ``"hidden_V"``.
    type
        Type of its elements; resolved by the precision of the model.
    count
        Number of elements of one batch.
    per_batch
        Whether each batch has a copy of its own.
    per_element
        Whether there is a value for each neuron or synapse, rather than one for all.
    columns
        For synapse variables, the number of postsynaptic neurons, else 0.
    """

    name: str
    type: TypeLike
    count: int
    per_batch: bool = True
    per_element: bool = True
    columns: int = 0
    host: np.ndarray[Any, Any] | None = field(default=None, init=False, repr=False)
    device: np.ndarray[Any, Any] | None = field(default=None, init=False, repr=False)

    def rows(self, batch_size: int) -> int:
        """Return the number of copies in a model of a given batch size."""
        return batch_size if self.per_batch else 1

    def allocate(self, dtype: np.dtype[Any], batch_size: int) -> None:
        """Allocate both arrays, filled with zeros.

        The device array always has one row for each copy; the host array drops that axis where
        the API says so.
        """
        rows = self.rows(batch_size)
        self.device = np.zeros((rows, self.count), dtype)
        batched = self.per_batch and batch_size > 1
        self.host = np.zeros((rows, self.count) if batched else self.count, dtype)

    def release(self) -> None:
        """Drop both arrays."""
        self.host = self.device = None

    def push(self) -> None:
        """Copy host to device."""
        assert self.device is not None
        assert self.host is not None
        self.device[:] = self.host

    def pull(self) -> None:
        """Copy device to host."""
        assert self.device is not None
        assert self.host is not None
        self.host[:] = self.device if self.host.ndim == 2 else self.device[0]
