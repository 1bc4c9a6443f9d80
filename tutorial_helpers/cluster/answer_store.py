"""Finished blocks in a Zarr store, from which an interrupted run goes on."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from tutorial_helpers.cluster.blocks import Block

_ARRAYS = ("predictions", "counts", "blocks")  # made in this order
_LOCK = "in_use.lock"
_MOST_ROWS_PER_CHUNK = 10_000


class StoreError(ValueError):
    """A folder cannot be the store of a run."""


class AnswerStore:
    """The answers to all blocks so far, in the order of the images.

    A store on disk is a folder with three Zarr arrays. ``predictions`` and ``counts`` have a row
    for each image. ``blocks`` has a row for each block: its first image, how many it has, and the
    spikes of each layer. That row is written last. Until then it says that the block has no images.

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
    StoreError
        If the folder has answers of another run, or something else.
    """

    def __init__(
        self, place: Path | None, run: dict[str, Any], classes: int, layers: int, rows: int
    ) -> None:
        self.place = place
        self._layers = layers
        rows = min(rows, _MOST_ROWS_PER_CHUNK)
        shapes = {
            "predictions": ((), rows, np.int64, -1),
            "counts": ((classes,), rows, np.uint32, 0),
            "blocks": ((2 + layers,), 1, np.uint64, 0),
        }
        with _readable(place):
            goes_on = place is not None and self._goes_on(place, run)
            arrays = {
                name: self._array(name, *shape, goes_on=goes_on) for name, shape in shapes.items()
            }
            self.predictions, self.counts, self._blocks = (arrays[name] for name in _ARRAYS)
            self._blocks.attrs["run"] = run
            self._finished = {
                number: row for number, row in enumerate(self._blocks[:].tolist()) if row[1]
            }

    def _goes_on(self, place: Path, run: dict[str, Any]) -> bool:
        """Return whether a folder has answers of this run; raise if it has any others."""
        there = {path.name for path in place.iterdir()} - {_LOCK}
        if not there:
            return False
        if (
            not there >= {*_ARRAYS}
            or "run" not in (blocks := zarr.open_array(store=str(place / "blocks"), mode="r")).attrs
        ):
            raise StoreError(
                f"'{place}' contains something other than the answers of a run; give another "
                "folder."
            )
        before: dict[str, Any] = blocks.attrs["run"]
        differing = [name for name in run if run[name] != before.get(name)]
        if differing and blocks[:, 1].any():
            name = differing[0]
            raise StoreError(
                f"'{place}' has answers of another run ({name}: {before.get(name)}, and now "
                f"{run[name]}); give another folder, or remove this one."
            )
        return not differing

    def _array(
        self,
        name: str,
        columns: tuple[int, ...],
        rows: int,
        dtype: Any,
        fill: int,
        *,
        goes_on: bool,
    ) -> Any:
        """Open an array of the store, or make it, without a row yet."""
        return zarr.open_array(
            store=None if self.place is None else str(self.place / name),
            mode="a" if goes_on else "w",
            shape=(0, *columns),
            chunks=(rows, *columns),
            dtype=dtype,
            fill_value=fill,
        )

    def holds(self, block: Block) -> bool:
        """Return whether a block is finished.

        Raises
        ------
        StoreError
            If the finished block of this number has other images.
        """
        row = self._finished.get(block.number)
        if row is None:
            return False
        if row[:2] != [block.start, block.rows]:
            kept = Block(block.number, row[0], row[1], None)
            raise StoreError(
                f"'{self.place}' has {kept}, which is now {block}; give the same images in the "
                "same pieces, or another folder."
            )
        return True

    def predictions_of(self, block: Block) -> NDArray[np.int64]:
        """Return the answers to a block that is finished."""
        with _readable(self.place):
            predictions: NDArray[np.int64] = self.predictions[block.rows_of_all]
            return predictions

    def keep(self, block: Block, counts: NDArray[np.uint32], spikes: tuple[int, ...]) -> None:
        """Write the answers to a block, and after them that it is finished."""
        rows = block.rows_of_all
        _lengthen(self.predictions, rows.stop)
        _lengthen(self.counts, rows.stop)
        self.predictions[rows] = counts.argmax(axis=1)
        self.counts[rows] = counts
        row = [block.start, block.rows, *spikes]
        _lengthen(self._blocks, block.number + 1)
        self._blocks[block.number] = np.array(row, np.uint64)
        self._finished[block.number] = row

    def check_length(self, images: int) -> None:
        """Raise if the store has answers to more images than a run that has ended."""
        if self.counts.shape[0] > images:
            raise StoreError(
                f"'{self.place}' has answers to {self.counts.shape[0]:,} images, and now there "
                f"were only {images:,}; give the same images, or another folder."
            )

    def total_spikes(self) -> tuple[int, ...]:
        """Return the spikes of each layer in all finished blocks."""
        rows = [row[2:] for row in self._finished.values()]
        return tuple(sum(row[layer] for row in rows) for layer in range(self._layers))

    def __len__(self) -> int:
        return len(self._finished)


@contextlib.contextmanager
def in_use(place: Path | None) -> Iterator[None]:
    """Keep other runs from using a store's folder, which is made; the lock ends with the process.

    Raises
    ------
    StoreError
        If another run is using it.
    """
    if place is None:
        yield
        return
    if re.match(r"\w\w+:/", place.as_posix()):
        raise StoreError(f"store must be a folder of this computer, not '{place}'; give a path.")
    place.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(place / _LOCK, timeout=0):
            yield
    except Timeout:
        raise StoreError(
            f"'{place}' is in use by another run; wait until that has ended, or give another "
            "folder."
        ) from None


@contextlib.contextmanager
def _readable(place: Path | None) -> Iterator[None]:
    """Say in a sentence that a store is damaged, whatever Zarr says about it."""
    try:
        yield
    except (OSError, StoreError):
        raise
    except Exception as error:
        raise StoreError(
            f"'{place}' cannot be read ({error}); remove it, and run again."
        ) from error


def _lengthen(array: Any, rows: int) -> None:
    """Give an array of a store at least so many rows."""
    if array.shape[0] < rows:
        array.resize((rows, *array.shape[1:]))
