"""Rows of synapses with room to grow, in which an update of connectivity works.

Otherwise synapses lie one after the other, see `connections`. Before an update its rows are spread
out, so that each begins a fixed number of places after the one before. Afterwards they are put
together again, and all variables of the synapses follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from numbagenn.base.array_conventions import Array
from numbagenn.base.available_memory import check_memory
from numbagenn.memory.buffers import Buffer, aligned_zeros
from numbagenn.memory.connections import SparseConnectivity


@dataclass(frozen=True)
class Rearranged:
    """Memory of a variable of synapses, and its arrays after an update of connectivity."""

    buffer: Buffer
    count: int
    host: Array
    device: Array

    def replace(self) -> None:
        """Give the variable its arrays; as an interrupt may come, this may be done again."""
        self.buffer.count, self.buffer.host, self.buffer.device = self.count, self.host, self.device
        self.buffer.is_new = True


class Rows:
    """The rows of one update of connectivity.

    Parameters
    ----------
    name
        Name of the update.
    num_pre
        Number of rows.
    variables
        Memory of the variables of synapses that the code can use.
    """

    def __init__(self, name: str, num_pre: int, variables: Iterable[Buffer]) -> None:
        def buffer(what: str, ctype: object, count: int = 0) -> Buffer:
            return Buffer(f"{name}_{what}", ctype, count, per_batch=False)  # type: ignore[arg-type]

        self._name = name
        self._num_pre = num_pre
        #: Number of synapses of each row, for the host and for the rows.
        self.host_lengths = buffer("row_length", "uint32_t", num_pre)
        self.lengths = buffer("row_lengths", "int64_t", num_pre)
        #: The postsynaptic neuron of each synapse.
        self.targets = buffer("targets", "uint32_t")
        #: The position of each synapse before the update; -1 for one that is new.
        self.sources = buffer("sources", "int64_t")
        #: For each variable, a value for each synapse.
        self.values = {one: buffer(f"{one.name}_values", one.type) for one in variables}

    @property
    def moving(self) -> list[Buffer]:
        """What moves where a synapse moves within its row."""
        return [self.targets, self.sources, *self.values.values()]

    def check_room(self, stride: int) -> None:
        """Raise if rows with room for `stride` synapses each are larger than the memory.

        Most of that room is never written to, so only what no array can be larger than is refused.

        Raises
        ------
        MemoryError
            With the memory that is needed, and the memory that there is.
        """
        check_memory(
            f"Custom connectivity update '{self._name}'",
            self._num_pre * stride * np.dtype(np.int64).itemsize,
            f"lower max_connections of the synapse population, which is {stride:,}",
        )

    def note_lengths(self, connections: SparseConnectivity) -> None:
        """Let code of the host see how many synapses each row has."""
        lengths = _lengths(connections).astype(np.uint32)
        self.host_lengths.host, self.host_lengths.device = lengths, lengths[np.newaxis]

    def spread(self, connections: SparseConnectivity, stride: int) -> None:
        """Copy rows to where they have room for `stride` synapses each."""
        assert connections.synapses is not None
        pre, post = connections.synapses
        lengths = _lengths(connections)
        starts = np.cumsum(lengths) - lengths
        places = np.arange(len(pre)) + (np.arange(self._num_pre) * stride - starts)[pre]
        self._hold(self.lengths, lengths.astype(np.int64))
        contents = {
            self.targets: post,
            self.sources: np.arange(len(pre)),
            **{copy: one.arrays[1][0] for one, copy in self.values.items()},
        }
        for buffer, values in contents.items():
            array = np.zeros(self._num_pre * stride, values.dtype)
            array[places] = values if len(values) == len(places) else values[:1]
            self._hold(buffer, array)

    def put_together(
        self, connections: SparseConnectivity, stride: int, variables: Iterable[Buffer]
    ) -> tuple[tuple[Array, Array], list[Rearranged]]:
        """Return the connections after an update, and the new arrays of variables of synapses."""
        lengths = self._device(self.lengths)
        starts = np.cumsum(lengths) - lengths
        pre = np.repeat(np.arange(self._num_pre, dtype=np.uint32), lengths)
        places = np.arange(len(pre)) + (np.arange(self._num_pre) * stride - starts)[pre]
        sources = self._device(self.sources)[places]
        rearranged = []
        for buffer in variables:
            host, device = (_taken(array, sources) for array in buffer.arrays)
            if buffer in self.values:
                values = self._device(self.values[buffer])[places]
                # Where each batch element has values, code can only give some to new synapses.
                changed = sources < 0 if len(device) > 1 else slice(None)
                device[:, changed] = values[changed]
            rearranged.append(Rearranged(buffer, len(pre), host, device))
        return (pre, self._device(self.targets)[places]), rearranged

    def release(self) -> None:
        """Drop all memory."""
        for buffer in (self.lengths, self.host_lengths, *self.moving):
            buffer.release()

    def _hold(self, buffer: Buffer, array: Array) -> None:
        buffer.count = array.size
        # Code alone sees it, so both are the same.
        buffer.host = buffer.device = array[np.newaxis]

    def _device(self, buffer: Buffer) -> Array:
        assert buffer.device is not None
        row: Array = buffer.device[0]
        return row


def _lengths(connections: SparseConnectivity) -> Array:
    assert connections.synapses is not None
    return np.bincount(connections.synapses[0], minlength=connections.num_pre)


def _taken(array: Array, sources: Array) -> Array:
    """Return the values of synapses from where they were, and 0 for those that are new."""
    result = aligned_zeros((*array.shape[:-1], len(sources)), array.dtype)
    known = sources >= 0
    result[..., known] = array[..., sources[known]]
    return result


def changed_variables(groups: Sequence[Iterable[Buffer]]) -> list[Buffer]:
    """Return the memory that has a value for each synapse, once each."""
    return [one for one in dict.fromkeys(b for group in groups for b in group) if one.per_element]
