"""The finished weights as files, with what made them."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tutorial_helpers import weight_sets
from tutorial_helpers.atomic_write import atomic_write
from tutorial_helpers.weight_sets import LIST_FILE, WEIGHT_FILES, load_weights

PROVENANCE_FILE = "provenance.json"


def save_weights(weights: Sequence[Any], directory: str | os.PathLike[str]) -> list[Path]:
    """Write both matrices as .npy files. Old files are replaced once both new ones are complete.

    Parameters
    ----------
    weights : Weights
        The weights of the spiking network.
    directory : path
        Made if it is missing.

    Returns
    -------
    list of Path
        The files ``weights_0_1.npy`` and ``weights_1_2.npy``.

    Examples
    --------
    >>> weights = np.zeros((784, 128)), np.zeros((128, 10))
    >>> [path.name for path in save_weights(weights, "weights")]  # doctest: +SKIP
    ['weights_0_1.npy', 'weights_1_2.npy']
    """
    paths = [Path(directory) / name for name in WEIGHT_FILES]
    with contextlib.ExitStack() as stack:
        places = [stack.enter_context(atomic_write(path)) for path in paths]
        for place, matrix in zip(places, weights, strict=True):
            with place.open("wb") as file:
                np.save(file, np.ascontiguousarray(matrix, dtype=np.float32), allow_pickle=False)
    return paths


def save_provenance(provenance: Mapping[str, Any], directory: str | os.PathLike[str]) -> Path:
    """Write what made the weights beside them, as ``provenance.json``.

    Parameters
    ----------
    provenance : mapping
        Anything that JSON can hold.
    directory : path
        Made if it is missing.

    Returns
    -------
    Path
        The file.

    Examples
    --------
    >>> save_provenance({"command": "by hand"}, "weights").name  # doctest: +SKIP
    'provenance.json'
    """
    path = Path(directory) / PROVENANCE_FILE
    _write_json(path, provenance)
    return path


def install(
    folder: str | os.PathLike[str], name: str, description: str, data: Path | None = None
) -> list[Path]:
    """Copy trained weights to ``data/`` and list them there, so that they can be loaded by name.

    Parameters
    ----------
    folder : path
        The folder with the two files of weights and their ``provenance.json``.
    name : str
        Name of the set. The files of ``"default"`` go into `data`, others into a folder in it.
    description : str
        What the set is for, in one line.
    data : Path, optional
        Where to copy to, if not to the repository's ``data/``.

    Returns
    -------
    list of Path
        The files that were written. The list ``weights.json`` is the last, so its hashes reveal
        weights that were only partly replaced.

    Raises
    ------
    OSError, ValueError
        If something is missing or wrong; see `load_weights`.

    Examples
    --------
    >>> install("trained/own", "own", "for a trial")  # doctest: +SKIP
    """
    data = data or weight_sets.DATA
    weights = load_weights(Path(folder))
    provenance = json.loads((Path(folder) / PROVENANCE_FILE).read_text(encoding="utf-8"))
    path = data / LIST_FILE
    listed = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    place = set_folder(name)
    paths = save_weights(weights, data / place)
    listed[name] = {
        "description": description,
        "folder": str(place),
        "files": {
            file.name: {
                "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
                "shape": list(matrix.shape),
            }
            for file, matrix in zip(paths, weights, strict=True)
        },
        "provenance": provenance,
    }
    _write_json(path, listed)
    return [*paths, path]


def set_folder(name: str) -> Path:
    """Return the folder of a set, relative to ``data/``.

    Examples
    --------
    >>> set_folder("converted").name, set_folder("default").name
    ('converted', '')
    """
    return Path() if name == "default" else Path(name)


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write JSON that people can read, too."""
    with atomic_write(path) as place:
        place.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
