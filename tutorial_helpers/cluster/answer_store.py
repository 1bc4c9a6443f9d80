"""Finished blocks in a Zarr store, from which an interrupted run goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import zarr
from numpy.typing import NDArray

from tutorial_helpers.cluster.blocks import Block

_NOT_YET = np.iinfo(np.uint64).max  # spikes of a block that is not finished


class AnswerStore:
    """The answers to all blocks so far, in the order of the images.

    A store on disk is a folder with three Zarr arrays. ``predictions`` and ``counts`` have a row
    for each image. ``spikes`` has a row for each block, which is written last, and so says that the
    block is finished.

    Parameters
    ----------
    place : Path or None
        The folder. Without one, the arrays are in memory.
    run : dict
        What the answers depend on, in JSON's types; it is kept, and must not change.
    classes, layers : int
        How many output neurons and layers the network has.
    rows : int
        Images per block.

    Raises
    ------
    ValueError
        If the folder has answers of another run.
    """

    def __init__(
        self, place: Path | None, run: dict[str, Any], classes: int, layers: int, rows: int
    ) -> None:
        self.place = place
        self.predictions = self._array("predictions", (), rows, np.int64, -1)
        self.counts = self._array("counts", (classes,), rows, np.uint32, 0)
        self.spikes = self._array("spikes", (layers,), 1, np.uint64, _NOT_YET)
        before = self.spikes.attrs.setdefault("run", run)
        differing = [name for name in run if run[name] != before.get(name)]
        if differing:
            name = differing[0]
            raise ValueError(
                f"{place} has answers of another run, whose {name} was {before.get(name)} and not "
                f"{run[name]}; give another store, or remove this one."
            )
        self._finished = set(np.flatnonzero(self.spikes[:, 0] != _NOT_YET).tolist())

    def _array(self, name: str, columns: tuple[int, ...], rows: int, dtype: Any, fill: int) -> Any:
        """Open an array of the store, or make it, without a row yet."""
        return zarr.open_array(
            store=None if self.place is None else str(self.place / name),
            mode="a" if self.place else "w",
            shape=(0, *columns),
            chunks=(rows, *columns),
            dtype=dtype,
            fill_value=fill,
        )

    def holds(self, block: Block) -> bool:
        """Whether a block is finished."""
        return block.number in self._finished and block.rows_of_all.stop <= self.counts.shape[0]

    def keep(self, block: Block, counts: NDArray[np.uint32], spikes: tuple[int, ...]) -> None:
        """Write the answers to a block, and after them that it is finished."""
        rows = block.rows_of_all
        _lengthen(self.predictions, rows.stop)
        _lengthen(self.counts, rows.stop)
        self.predictions[rows] = counts.argmax(axis=1)
        self.counts[rows] = counts
        _lengthen(self.spikes, block.number + 1)
        self.spikes[block.number] = np.array(spikes, np.uint64)
        self._finished.add(block.number)

    def total_spikes(self) -> tuple[int, ...]:
        """Return the spikes of each layer in all finished blocks."""
        spikes = self.spikes[:]
        return tuple(int(n) for n in spikes[spikes[:, 0] != _NOT_YET].sum(axis=0))

    def __len__(self) -> int:
        return len(self._finished)


def _lengthen(array: Any, rows: int) -> None:
    """Give an array of a store at least so many rows."""
    if array.shape[0] < rows:
        array.resize((rows, *array.shape[1:]))
