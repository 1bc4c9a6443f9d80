"""Finished blocks in a Zarr store, from which an interrupted run goes on."""

from __future__ import annotations

import contextlib
from bisect import bisect_left, insort
from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from tutorial_helpers.cluster.blocks import Block

_ARRAYS = ("predictions", "counts", "blocks")  # made in this order
_DESCRIPTIONS = ("zarr.json", ".zarray")  # of an array, by Zarr 3 and 2
_LOCK = "in_use.lock"
_MOST_ROWS_PER_CHUNK = 10_000


class StoreError(ValueError):
    """A folder cannot be the store of a run."""


class AnswerStore:
    """The answers to all blocks so far, in the order of the images.

    A store on disk is a folder with three Zarr arrays. ``predictions`` and ``counts`` have a row
    for each image. ``blocks`` has a row for each finished block: its first image, how many it has,
    and the spikes of each layer. That row is written last.

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
            mode = "r+" if place is not None and _goes_on(place, run) else "w"
            arrays = {name: self._array(name, *shape, mode) for name, shape in shapes.items()}
            self.predictions, self.counts, self._blocks = (arrays[name] for name in _ARRAYS)
            if mode == "w":
                self._blocks.attrs["run"] = run
            # Finished blocks by their first images, each with its number in the array.
            self._finished = {
                row[0]: (number, *row[1:])
                for number, row in enumerate(self._blocks[:].tolist())
                if row[1]
            }
            self._starts = sorted(self._finished)
            end = self._end(self._starts[-1]) if self._starts else 0
            if min(self.predictions.shape[0], self.counts.shape[0]) < end:
                raise ValueError("it lacks answers")

    def _array(
        self, name: str, columns: tuple[int, ...], rows: int, dtype: Any, fill: int, mode: Any
    ) -> Any:
        """Open an array of the store, or make it, without a row yet."""
        return zarr.open_array(
            store=None if self.place is None else str(self.place / name),
            mode=mode,
            shape=(0, *columns),
            chunks=(rows, *columns),
            dtype=dtype,
            fill_value=fill,
        )

    def _end(self, start: int) -> int:
        """Return the end of the finished block that begins with an image."""
        return start + int(self._finished[start][1])

    def holds(self, block: Block) -> bool:
        """Return whether a block of just these images is finished."""
        return block.start in self._finished and self._end(block.start) == block.rows_of_all.stop

    def predictions_of(self, block: Block) -> NDArray[np.int64]:
        """Return the answers to a block that is finished."""
        with _readable(self.place):
            predictions: NDArray[np.int64] = self.predictions[block.rows_of_all]
            if (predictions < 0).any():
                raise ValueError(f"it lacks answers of {block}")
            return predictions

    def keep(self, block: Block, counts: NDArray[np.uint32], spikes: tuple[int, ...]) -> None:
        """Write the answers to a block, and after them that it is finished."""
        rows = block.rows_of_all
        self._forget(rows)
        _lengthen(self.predictions, rows.stop)
        _lengthen(self.counts, rows.stop)
        self.predictions[rows] = counts.argmax(axis=1)
        self.counts[rows] = counts
        number = self._blocks.shape[0]
        _lengthen(self._blocks, number + 1)
        self._blocks[number] = np.array([block.start, block.rows, *spikes], np.uint64)
        self._finished[block.start] = (number, block.rows, *spikes)
        insort(self._starts, block.start)

    def _forget(self, rows: slice) -> None:
        """Take blocks that have some of these images, in other pieces, for unfinished."""
        place = bisect_left(self._starts, rows.stop) - 1
        while place >= 0 and self._end(self._starts[place]) > rows.start:
            number, *_ = self._finished.pop(self._starts.pop(place))
            self._blocks[number] = np.zeros(2 + self._layers, np.uint64)
            place -= 1

    def check_length(self, images: int) -> None:
        """Raise if the store has answers to more images than a run that has ended."""
        if self.counts.shape[0] > images:
            raise StoreError(
                f"'{self.place}' has answers to {self.counts.shape[0]:,} images, and now there "
                f"were only {images:,}; give the same images, or another folder."
            )

    def total_spikes(self) -> tuple[int, ...]:
        """Return the spikes of each layer in all finished blocks."""
        rows = self._finished.values()
        return tuple(sum(row[2 + layer] for row in rows) for layer in range(self._layers))

    def __len__(self) -> int:
        return len(self._finished)


def _goes_on(place: Path, run: dict[str, Any]) -> bool:
    """Return whether a folder has answers of this run; raise if it has any others."""
    there = {path.name: path for path in place.iterdir() if path.name != _LOCK}
    blocks = None
    if any((place / "blocks" / name).exists() for name in _DESCRIPTIONS):
        blocks = zarr.open_array(store=str(place / "blocks"), mode="r")
    if blocks is None or "run" not in blocks.attrs:
        # A run may have ended while it made the arrays.
        if {*there} <= {*_ARRAYS} and all(_has_no_data(path) for path in there.values()):
            return False
        raise StoreError(
            f"'{place}' contains something other than the answers of a run; give another folder."
        )
    if not blocks[:, 1].any():  # it ended before its first block was finished
        return False
    before: dict[str, Any] = blocks.attrs["run"]
    differing = [name for name in run if run[name] != before.get(name)]
    if differing:
        name = differing[0]
        raise StoreError(
            f"'{place}' has answers of another run ({name}: {before.get(name)}, and now "
            f"{run[name]}); give another folder, or remove this one."
        )
    return True


def _has_no_data(array: Path) -> bool:
    """Return whether a folder has nothing but the description of an array."""
    if not array.is_dir():
        return False
    files = {path.name for path in array.rglob("*") if path.is_file()}
    # What Zarr was writing when it was killed ends in ".partial".
    return {name for name in files if not name.endswith(".partial")} <= {*_DESCRIPTIONS, ".zattrs"}


def place_of(store: object) -> Path | None:
    """Return the folder of a store, wherever this process goes later, if there is to be one."""
    if store is None:
        return None
    if not isinstance(store, str | PathLike):
        raise TypeError(f"store must be a path, not {store!r}.")
    if "://" in str(store):
        raise StoreError(f"store must be a folder of this computer, not '{store}'; give a path.")
    return Path(store).absolute()


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
    except StoreError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and not isinstance(error, FileNotFoundError):
            raise  # such as a folder that may not be read
        raise StoreError(
            f"'{place}' cannot be read ({error}); remove it, and run again."
        ) from error


def _lengthen(array: Any, rows: int) -> None:
    """Give an array of a store at least so many rows."""
    if array.shape[0] < rows:
        array.resize((rows, *array.shape[1:]))
