"""Files from which an interrupted run goes on. Each is written as a whole or not at all."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutorial_helpers.atomic_write import atomic_write

_ABOUT = "about"


def save_checkpoint(
    path: Path, run: Mapping[str, Any], facts: Any, arrays: Mapping[str, NDArray[Any]]
) -> None:
    """Write how far a run has come, as a ``.npz`` archive without pickles.

    Parameters
    ----------
    path : Path
        The file. Its folder is made if it is missing.
    run : mapping
        What identifies the run, in types that JSON can hold: the same run gives the same weights.
    facts
        What else to keep, in types that JSON can hold.
    arrays : mapping of str to ndarray
        The state to go on from.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "run.npz")
    ...     save_checkpoint(path, {"seed": 1}, "half done", {"w": np.ones(2)})
    ...     load_checkpoint(path, {"seed": 1}, "name another file")
    ('half done', {'w': array([1., 1.])})
    """
    about = np.frombuffer(json.dumps({"run": run, "facts": facts}).encode(), dtype=np.uint8)
    with atomic_write(path) as place, place.open("wb") as file:
        np.savez(file, allow_pickle=False, **{_ABOUT: about}, **arrays)


def load_checkpoint(
    path: Path, run: Mapping[str, Any], fix: str
) -> tuple[Any, dict[str, NDArray[Any]]]:
    """Return the facts and the arrays of a checkpoint.

    Parameters
    ----------
    path : Path
        The file.
    run : mapping
        What identifies the run that wants to go on.
    fix : str
        The end of a message: what to do, besides removing the file.

    Raises
    ------
    ValueError
        If the file is not a checkpoint, or belongs to another run.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        about = json.loads(arrays.pop(_ABOUT).tobytes())
        theirs, facts = dict(about["run"]), about["facts"]
    except (ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(
            f"{path} should be a checkpoint, but cannot be read as one "
            f"({type(error).__name__}); remove it, or {fix}."
        ) from error
    ours = json.loads(json.dumps(run))  # as the file holds it
    different = [
        f"{name} is {_short(there)} there and {_short(here)} here"
        for name, there, here in _differences("", theirs, ours)
    ]
    if different:
        raise ValueError(
            f"{path} is the checkpoint of another run ({'; '.join(different)}); remove it, or "
            f"{fix}."
        )
    return facts, arrays


def _differences(prefix: str, theirs: Any, ours: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield what differs between two trees of dictionaries: name, theirs, ours."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for name in ours | theirs:
            yield from _differences(f"{prefix} {name}".strip(), theirs.get(name), ours.get(name))
    elif theirs != ours:
        yield prefix, theirs, ours


def _short(value: Any) -> str:
    """Write a value, a hash by its beginning."""
    if value is None:
        return "not set"
    text = value if isinstance(value, str) else json.dumps(value)
    return f"{text[:8]}…" if len(text) == 64 else text
