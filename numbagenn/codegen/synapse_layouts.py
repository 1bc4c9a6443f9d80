"""How generated code finds the synapses of a neuron: in a matrix, or in lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from numbagenn.memory.buffers import Buffer
from numbagenn.memory.connections import (
    Connectivity,
    DenseConnectivity,
    SharedConnectivity,
    SparseConnectivity,
)


@dataclass(frozen=True)
class DenseLayout:
    """A synapse for every pair of neurons: variables are matrices.

    Parameters
    ----------
    num_pre, num_post
        Numbers of neurons at both ends.
    """

    num_pre: int
    num_post: int
    #: Index of a synapse in the arrays of variables.
    index: ClassVar[str] = "pre, post"
    #: Whether each row has a synapse for every postsynaptic neuron, so that several rows can be
    #: added in one pass.
    has_full_rows: ClassVar[bool] = True
    #: Size of the kernel in which synapses share variables; none here.
    kernel: ClassVar[tuple[int, ...]] = ()
    #: File that prints a loop over rows of them; None for that of the kind of event.
    row_template: ClassVar[str | None] = None
    row_arrays: ClassVar[dict[str, Buffer]] = {}
    part_arrays: ClassVar[dict[str, Buffer]] = {}
    column_arrays: ClassVar[dict[str, Buffer]] = {}

    @property
    def id_syn(self) -> str:
        """Text of the number of a synapse."""
        return f"pre * {self.num_post} + post"

    @property
    def row_header(self) -> list[str]:
        """Lines that begin a loop over the synapses of the presynaptic neuron `pre`."""
        return [f"for post in range({self.num_post}):"]

    #: The same for the synapses to the postsynaptic neurons from `first` up to `last`.
    row_starts: ClassVar[str] = ""
    part_starts: ClassVar[str] = ""
    part_header: ClassVar[list[str]] = ["for post in range(int64(first), int64(last)):"]

    @property
    def column_header(self) -> list[str]:
        """Lines that begin a loop over the synapses of the postsynaptic neuron `post`."""
        return [f"for pre in range({self.num_pre}):"]


@dataclass(frozen=True)
class SparseLayout:
    """A list of synapses: variables have one value for each.

    Parameters
    ----------
    num_pre, num_post
        Numbers of neurons at both ends.
    connectivity
        The memory of the connections.
    """

    num_pre: int
    num_post: int
    connectivity: SparseConnectivity
    index: ClassVar[str] = "synapse"
    has_full_rows: ClassVar[bool] = False
    id_syn: ClassVar[str] = "synapse"
    row_template: ClassVar[str | None] = None

    @property
    def kernel(self) -> tuple[int, ...]:
        """Size of the kernel in which synapses share variables; none here."""
        return ()

    @property
    def row_header(self) -> list[str]:
        """Lines that begin a loop over the synapses of the presynaptic neuron `pre`."""
        return [
            "for synapse in range(row_start[pre], row_start[pre + 1]):",
            "    post = post_inds[synapse]",
        ]

    #: The array of where rows, or parts of them, begin; how many columns it has, and which counts.
    row_starts: ClassVar[str] = "row_start, 1, 0"
    part_starts: ClassVar[str] = "part_start, parts + 1, begin"
    #: The same for the synapses to the postsynaptic neurons of some parts.
    part_header: ClassVar[list[str]] = [
        "row = pre * (parts + 1)",
        "for synapse in range(part_start[row + begin], part_start[row + end]):",
        "    post = post_inds[synapse]",
    ]
    column_header: ClassVar[list[str]] = [
        "for in_column in range(column_start[post], column_start[post + 1]):",
        "    synapse = column_synapses[in_column]",
        "    pre = pre_inds[synapse]",
    ]

    @property
    def row_arrays(self) -> dict[str, Buffer]:
        """Arrays that the loop over a row needs, by their names there."""
        return {
            "row_start": self.connectivity.row_start,
            "post_inds": self.connectivity.post_inds,
        }

    @property
    def part_arrays(self) -> dict[str, Buffer]:
        """Arrays that the loop over parts of a row needs, by their names there."""
        return {
            "part_start": self.connectivity.part_start,
            "post_inds": self.connectivity.post_inds,
        }

    @property
    def column_arrays(self) -> dict[str, Buffer]:
        """Arrays that the loop over a column needs, by their names there."""
        return {
            "column_start": self.connectivity.column_start,
            "column_synapses": self.connectivity.column_synapses,
            "pre_inds": self.connectivity.pre_inds,
        }


@dataclass(frozen=True)
class SharedLayout(SparseLayout):
    """Synapses that share a kernel: variables have one value for each place in it.

    Parameters
    ----------
    num_pre, num_post, connectivity
        As for `SparseLayout`.
    size
        Size of the kernel in each dimension.
    """

    connectivity: SharedConnectivity
    size: tuple[int, ...]
    index: ClassVar[str] = "kernel"
    id_syn: ClassVar[str] = ""
    row_template: ClassVar[str] = "synapses_in_sections.jinja"

    @property
    def kernel(self) -> tuple[int, ...]:
        """Size of the kernel in which synapses share variables."""
        return self.size

    @property
    def row_header(self) -> list[str]:
        """Lines that begin a loop over the synapses of neuron `pre` in a section."""
        return [
            f"row = section * {self.num_pre} + pre",
            "for synapse in range(row_start[row], row_start[row + 1]):",
            "    post = post_inds[synapse]",
            "    kernel = kernel_inds[synapse]",
        ]

    @property
    def row_arrays(self) -> dict[str, Buffer]:
        """Arrays that the loop over a row needs, by their names there."""
        return {**super().row_arrays, "kernel_inds": self.connectivity.kernel_inds}


SynapseLayout = DenseLayout | SparseLayout


def layout_of(connections: Connectivity, kernel: tuple[int, ...] = ()) -> SynapseLayout:
    """Return how generated code finds the synapses of a population, or their place in a kernel."""
    sizes = connections.num_pre, connections.num_post
    if isinstance(connections, DenseConnectivity):
        return DenseLayout(*sizes)
    if isinstance(connections, SharedConnectivity):
        return SharedLayout(*sizes, connections, kernel)
    return SparseLayout(*sizes, connections)
