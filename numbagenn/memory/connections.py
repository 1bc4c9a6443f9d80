"""Which synapses a population has: one for every pair of neurons, or those in lists.

Sparse synapses lie one after the other, ordered by presynaptic and then by postsynaptic neuron. The
row of presynaptic neuron `i` goes from ``row_start[i]`` to ``row_start[i + 1]``. Where code runs
for the synapses of one postsynaptic neuron `j`, ``column_synapses`` lists them from
``column_start[j]`` to ``column_start[j + 1]``, ordered by presynaptic neuron.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from numbagenn.base.array_conventions import Array
from numbagenn.memory.buffers import Buffer

#: Size of the two indices of a synapse.
BYTES_OF_PAIR = 8

#: Size of the place of a synapse in a kernel.
BYTES_OF_PLACE = 4


@dataclass(frozen=True)
class DenseConnectivity:
    """A synapse from every presynaptic to every postsynaptic neuron, in a matrix.

    It has the attributes of `SparseConnectivity` by which memory is sized, filled and released.
    Nothing has to be stored or made for it.

    Parameters
    ----------
    num_pre, num_post
        Sizes of the presynaptic and postsynaptic populations.
    """

    num_pre: int
    num_post: int
    #: Whether the synapses are known.
    is_known: ClassVar[bool] = True
    #: What the host stores about the connections themselves.
    num_bytes: ClassVar[int] = 0
    #: Whether the user has given the connections.
    is_given: ClassVar[bool] = False
    #: Memory of both neurons of each synapse, which a matrix does not need.
    inds: ClassVar[None] = None
    #: The same on the host, and the order in which a user gave them.
    synapses: ClassVar[None] = None
    order: ClassVar[None] = None
    places: ClassVar[None] = None

    @property
    def columns(self) -> int:
        """Number of columns of the matrix that a variable of the synapses is stored in."""
        return self.num_post

    @property
    def num_synapses(self) -> int:
        """Number of synapses."""
        return self.num_pre * self.num_post

    @property
    def longest_row(self) -> int:
        """Largest number of synapses that one presynaptic neuron has."""
        return self.num_post

    def buffers(self) -> list[Buffer]:
        """Return the memory of the connectivity: none."""
        return []

    def keep_columns(self) -> None:
        """Do nothing: the synapses of a postsynaptic neuron are easy to find."""

    def fill(self) -> None:
        """Do nothing: there is no memory to fill."""

    def forget(self) -> None:
        """Do nothing: these connections are the same at each load."""


class SparseConnectivity:
    """The synapses of one population in lists, once they are known.

    Parameters
    ----------
    title
        What the population is called in messages.
    name
        Name of the population.
    num_pre, num_post
        Sizes of the presynaptic and postsynaptic populations.
    has_columns
        Whether code runs for the synapses of one postsynaptic neuron, its column.
    are_bits
        Whether there is at most one synapse for each pair, and each row is ordered.
    """

    #: A variable of the synapses is stored in a list, not in a matrix.
    columns: ClassVar[int] = 0

    def __init__(
        self,
        title: str,
        name: str,
        num_pre: int,
        num_post: int,
        *,
        has_columns: bool,
        are_bits: bool = False,
    ) -> None:
        self._title = title
        self.num_pre = num_pre
        self.num_post = num_post
        self._has_columns = has_columns
        self._are_bits = are_bits

        def buffer(what: str, ctype: str, count: int = 0) -> Buffer:
            return Buffer(f"{name}_{what}", ctype, count, per_batch=False, constant=True)

        self.row_start = buffer("row_start", "int64_t", num_pre + 1)
        self.part_start = buffer("part_start", "int64_t")
        self.pre_inds = buffer("pre_inds", "uint32_t")
        self.post_inds = buffer("post_inds", "uint32_t")
        self.column_start = buffer("column_start", "int64_t", num_post + 1)
        self.column_synapses = buffer("column_synapses", "int64_t")
        #: For connections with a kernel: the place of each in it.
        self.places: Array | None = None
        #: For connections that the user gave: the position of each in that list.
        self.order: Array | None = None
        self.type_of_given = np.dtype(np.uint32)
        self._given: tuple[Array, Array] | None = None
        self._current: tuple[Array, Array] | None = None
        self._pulled = False

    @property
    def is_given(self) -> bool:
        """Whether the user has given the connections."""
        return self._given is not None

    @property
    def is_known(self) -> bool:
        """Whether the connections are given, or were made when the model was loaded."""
        return self._current is not None

    @property
    def synapses(self) -> tuple[Array, Array] | None:
        """Presynaptic and postsynaptic neuron of each synapse, once they are known."""
        return self._current

    @property
    def num_synapses(self) -> int:
        """Number of synapses, 0 while they are not known."""
        return 0 if self._current is None else len(self._current[0])

    @property
    def longest_given_row(self) -> int:
        """Largest number of synapses of a presynaptic neuron in the connections that were given."""
        if self._given is None or not len(self._given[0]):
            return 0
        return int(np.bincount(self._given[0]).max())

    @property
    def rows_are_sorted(self) -> bool:
        """Whether the synapses of each presynaptic neuron are ordered by postsynaptic neuron."""
        assert self._current is not None
        pre, post = self._current
        return bool(np.all((post[:-1] <= post[1:]) | (pre[:-1] != pre[1:])))

    @property
    def num_bytes(self) -> int:
        """What the host stores about the connections themselves."""
        return self.num_synapses * BYTES_OF_PAIR

    @property
    def longest_row(self) -> int:
        """Largest number of synapses that one presynaptic neuron has, 0 while that is unknown."""
        if self._current is None or not len(self._current[0]):
            return 0
        return int(np.bincount(self._current[0]).max())

    def give(self, pre_inds: object, post_inds: object) -> None:
        """Take the connections that a user gives, one for each pair of indices.

        Raises
        ------
        TypeError
            If they are not sequences of integers.
        ValueError
            If they differ in length, or an index is out of range.
        """
        pre = self._checked("presynaptic", pre_inds, self.num_pre)
        post = self._checked("postsynaptic", post_inds, self.num_post)
        if len(pre) != len(post):
            raise ValueError(
                f"The connections of {self._title} need as many presynaptic as postsynaptic "
                f"indices, not {len(pre)} and {len(post)}."
            )
        self.type_of_given = np.asarray(post_inds).dtype if len(post) else pre.dtype
        self.order = np.lexsort((post, pre))
        self._given = (pre[self.order], post[self.order])
        self.set(*self._given)

    def _checked(self, side: str, given: object, size: int) -> Array:
        array = np.asarray(given)
        what = f"The {side} indices of {self._title}"
        if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
            raise TypeError(
                f"{what} must be a sequence of integers, not an array of {array.dtype} and shape "
                f"{array.shape}."
            )
        outside = array[(array < 0) | (array >= size)] if array.size else array
        if len(outside):
            raise ValueError(f"{what} must be from 0 to {size - 1}; {outside[0]} is not.")
        return array.astype(np.uint32)

    def set(self, pre_inds: Array, post_inds: Array, places: Array | None = None) -> None:
        """Store connections that are already ordered, and size the memory for them.

        `places` are those of the synapses in a kernel, if there is one.
        """
        self.places = places
        if self._are_bits:
            pairs = np.unique(pre_inds.astype(np.int64) * self.num_post + post_inds)
            pre_inds, post_inds = (one.astype(np.uint32) for one in divmod(pairs, self.num_post))
        self._current = (pre_inds, post_inds)
        self.pre_inds.count = self.post_inds.count = len(pre_inds)
        self.column_synapses.count = len(pre_inds)
        self._pulled = self._given is not None

    def replace(self, pre_inds: Array, post_inds: Array) -> None:
        """Store other connections while the model is loaded: those after an update.

        As an interrupt may come, this may be done again.
        """
        self.set(pre_inds, post_inds)
        self._pulled = False
        for buffer in self.buffers():
            buffer.allocate(buffer.arrays[1].dtype, 1)
        self.fill()

    def keep_columns(self) -> None:
        """Keep memory by which code finds the synapses of one postsynaptic neuron."""
        self._has_columns = True

    @property
    def inds(self) -> tuple[Buffer, Buffer]:
        """Memory of the presynaptic and the postsynaptic neuron of each synapse."""
        return self.pre_inds, self.post_inds

    def buffers(self) -> list[Buffer]:
        """Return the memory of the connectivity."""
        columns = [self.column_start, self.column_synapses] if self._has_columns else []
        return [self.row_start, self.pre_inds, self.post_inds, *columns]

    def fill(self) -> None:
        """Write the connections into their memory, once it is allocated."""
        assert self._current is not None
        pre, post = self._current
        self.row_start.fill(_starts(pre, self.num_pre))
        self.pre_inds.fill(pre)
        self.post_inds.fill(post)
        if self._has_columns:
            self.column_start.fill(_starts(post, self.num_post))
            self.column_synapses.fill(np.argsort(post, kind="stable"))

    def share_out(self, ends: Sequence[int]) -> None:
        """Write down where in each row the synapses to each part of the neurons begin.

        Parameters
        ----------
        ends
            The first postsynaptic neuron after each part.
        """
        assert self._current is not None
        pre, post = self._current
        starts = _starts(pre, self.num_pre)
        within = [np.bincount(pre[post < end], minlength=self.num_pre) for end in ends[:-1]]
        columns = [starts[:-1], *(starts[:-1] + count for count in within), starts[1:]]
        self.part_start.count = len(columns) * self.num_pre
        self.part_start.allocate(np.dtype(np.int64), 1)
        self.part_start.fill(np.stack(columns, axis=1).ravel())

    def forget(self) -> None:
        """Forget connections that were made when the model was loaded."""
        self.part_start.release()
        self._current = self.places = None
        self._pulled = False
        if self._given is not None:
            self.set(*self._given)

    def pull(self) -> None:
        """Let the host see connections that were made on the device."""
        self._pulled = True

    def indices(self) -> tuple[Array, Array]:
        """Return copies of the presynaptic and postsynaptic index of each synapse, int32.

        Raises
        ------
        RuntimeError
            If they are not known on the host.
        """
        if self._current is None:
            raise RuntimeError(
                f"The connections of {self._title} are not known yet: call set_sparse_connections, "
                "or model.load()."
            )
        if not self._pulled:
            raise RuntimeError(
                f"The connections of {self._title} are still on the device; call its "
                "pull_connectivity_from_device() first."
            )
        pre, post = self._current
        return pre.astype(np.int32), post.astype(np.int32)


class SharedConnectivity(SparseConnectivity):
    """Synapses that have no variables of their own: each has a place in a kernel that they share.

    They come in sections, one after the other: the diagonals of a convolution, or all at once. The
    row of presynaptic neuron `i` in section `s` goes from ``row_start[s * num_pre + i]`` to
    ``row_start[s * num_pre + i + 1]``.
    """

    inds: ClassVar[None] = None  # type: ignore[assignment]

    def __init__(self, title: str, name: str, num_pre: int, num_post: int) -> None:
        super().__init__(title, name, num_pre, num_post, has_columns=False)
        self.kernel_inds = Buffer(
            f"{name}_kernel_inds", "uint32_t", 0, per_batch=False, constant=True
        )
        self._lengths: Array = np.zeros(0, np.int64)

    def set_sections(self, lengths: Array, post_inds: Array, places: Array) -> None:
        """Store synapses, and size the memory for them.

        Parameters
        ----------
        lengths
            Number of synapses of each row, section by section.
        post_inds, places
            Postsynaptic neuron of each synapse, and its place in the kernel.
        """
        self._lengths = lengths
        pre = np.tile(np.arange(self.num_pre, dtype=np.uint32), len(lengths) // self.num_pre)
        self.row_start.count = len(lengths) + 1
        self.kernel_inds.count = len(places)
        self.set(np.repeat(pre, lengths), post_inds, places)

    @property
    def num_bytes(self) -> int:
        """What the host stores about the connections themselves."""
        return self.num_synapses * (BYTES_OF_PAIR + BYTES_OF_PLACE)

    def buffers(self) -> list[Buffer]:
        """Return the memory of the connectivity."""
        return [self.row_start, self.post_inds, self.kernel_inds]

    def fill(self) -> None:
        """Write the connections into their memory, once it is allocated."""
        assert self._current is not None
        assert self.places is not None
        self.row_start.fill(np.concatenate([[0], np.cumsum(self._lengths)]))
        self.post_inds.fill(self._current[1])
        self.kernel_inds.fill(self.places)


Connectivity = DenseConnectivity | SparseConnectivity


def _starts(inds: Array, number: int) -> Array:
    """Return where the synapses of each of a number of neurons start, and where the last end."""
    return np.concatenate([[0], np.cumsum(np.bincount(inds, minlength=number))])
