"""A file from which interrupted learning goes on. It is written as a whole or not at all."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutorial_helpers.atomic_write import atomic_write

_ABOUT = "about"


def save_checkpoint(
    path: Path, run: Mapping[str, Any], facts: Any, arrays: Mapping[str, NDArray[Any]]
) -> None:
    """Write how far learning has come, as a ``.npz`` archive without pickles.

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
    """
    about = np.frombuffer(json.dumps({"run": run, "facts": facts}).encode(), dtype=np.uint8)
    with atomic_write(path) as place, place.open("wb") as file:
        np.savez(file, allow_pickle=False, **{_ABOUT: about}, **arrays)


def load_checkpoint(path: Path, run: Mapping[str, Any]) -> tuple[Any, dict[str, NDArray[Any]]]:
    """Return the facts and the arrays of a checkpoint.

    Parameters
    ----------
    path : Path
        The file.
    run : mapping
        What identifies the run that wants to go on.

    Raises
    ------
    ValueError
        If the file is not a checkpoint, or belongs to another run.
    """
    fix = "remove it, or name another file for the checkpoint."
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        about = json.loads(arrays.pop(_ABOUT).tobytes())
        theirs, facts = dict(about["run"]), about["facts"]
    except (ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(
            f"{path} should be a checkpoint of learning, but cannot be read as one "
            f"({type(error).__name__}); {fix}"
        ) from error
    ours = json.loads(json.dumps(run))
    different = [
        f"{name} is {_short(theirs.get(name))} there and {_short(ours.get(name))} here"
        for name in ours | theirs
        if theirs.get(name) != ours.get(name)
    ]
    if different:
        raise ValueError(f"{path} is the checkpoint of another run ({'; '.join(different)}); {fix}")
    return facts, arrays


def _short(value: Any) -> str:
    """Write a value, a hash by its beginning."""
    text = json.dumps(value)
    return f"{text[1:9]}…" if len(text) == 66 else text
