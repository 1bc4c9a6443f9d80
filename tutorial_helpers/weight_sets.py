"""Sets of trained weights: the ones in ``data/`` by their names, any others by their folders.

A set is two files, ``weights_0_1.npy`` and ``weights_1_2.npy``. The list ``data/weights.json`` says
of each set in ``data/`` what it is for, where its files are, their SHA-256 and shape, and what made
it. ``python -m tutorial_helpers train --install`` writes that list.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

WEIGHT_FILES = ("weights_0_1.npy", "weights_1_2.npy")

_PACKAGED = Path(str(files("tutorial_helpers"))) / "data_files"
#: The folder with all data: inside an installed package, and beside the package in a checkout.
DATA = _PACKAGED if _PACKAGED.is_dir() else Path(__file__).resolve().parents[1] / "data"
#: The list of the sets in that folder.
LIST_FILE = "weights.json"

_INPUTS, _CLASSES = 784, 10


class WeightSet(NamedTuple):
    """What ``data/weights.json`` says of one set.

    Attributes
    ----------
    name : str
        The name by which `load_weights` finds it.
    description : str
        What it is for, in one line.
    folder : Path
        Where its files are.
    files : mapping of str to mapping
        The ``sha256`` and ``shape`` of each file, by the file's name.
    provenance : mapping
        What made it: command, settings, date, versions, accuracy on held-out images.
    """

    name: str
    description: str
    folder: Path
    files: Mapping[str, Mapping[str, Any]]
    provenance: Mapping[str, Any]


def weight_sets(directory: Path | None = None) -> dict[str, WeightSet]:
    """Return the sets of weights in ``data/``, by their names.

    Parameters
    ----------
    directory : Path, optional
        Another folder with a ``weights.json``.

    Raises
    ------
    FileNotFoundError
        If there is no such list.
    ValueError
        If it cannot be read.

    Examples
    --------
    >>> weight_sets()["default"].files["weights_1_2.npy"]["shape"]
    [128, 10]
    """
    directory = directory or DATA
    path = directory / LIST_FILE
    try:
        listed = json.loads(path.read_text(encoding="utf-8"))
        return {
            name: WeightSet(
                name,
                entry["description"],
                directory / entry["folder"],
                {file: entry["files"][file] for file in WEIGHT_FILES},
                entry["provenance"],
            )
            for name, entry in listed.items()
        }
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f"{path} should list the sets of weights, but there is no such file; restore it from "
            "the repository, or give the folder that holds the weights."
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"{path} should list the sets of weights, but cannot be read as such a list "
            f"({type(error).__name__}: {error}); restore it from the repository."
        ) from error


def load_weights(
    name_or_folder: str | os.PathLike[str] = "default",
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Load the trained weights of the two layers, and check them.

    Parameters
    ----------
    name_or_folder : str or path
        The name of a set in ``data/``, or the folder that holds ``weights_0_1.npy`` and
        ``weights_1_2.npy``. A string that could be both is a name; a `Path` is always a folder.

    Returns
    -------
    first : ndarray of float32, shape (784, n_hidden)
        What a spike of each pixel adds to the input current of each hidden neuron.
    second : ndarray of float32, shape (n_hidden, 10)
        What a spike of each hidden neuron adds to the input current of each output neuron.

    Raises
    ------
    FileNotFoundError
        If there is no such set and no such folder, or a file is missing.
    ValueError
        If a file is not a NumPy array, if its type, shape or values do not fit, or if a file of a
        set in ``data/`` differs by a bit from what ``data/weights.json`` lists.

    Examples
    --------
    >>> first, second = load_weights()
    >>> first.shape, second.shape
    ((784, 128), (128, 10))
    """
    listed = _find_set(name_or_folder)
    if listed is None:
        folder = Path(name_or_folder)
        contents = [_read(folder / name) for name in WEIGHT_FILES]
    else:
        folder = listed.folder
        contents = [_read_listed(listed, name) for name in WEIGHT_FILES]
    paths = [folder / name for name in WEIGHT_FILES]
    first, second = (_matrix(*pair) for pair in zip(contents, paths, strict=True))
    if first.shape[0] != _INPUTS:
        raise ValueError(
            f"{paths[0]} should have {_INPUTS} rows, one per pixel, but has shape {first.shape}; "
            "store it as (inputs, outputs)."
        )
    if second.shape[1] != _CLASSES:
        raise ValueError(
            f"{paths[1]} should have {_CLASSES} columns, one per digit, but has shape "
            f"{second.shape}; store it as (inputs, outputs)."
        )
    if first.shape[1] != second.shape[0]:
        raise ValueError(
            f"{paths[1]} should have {first.shape[1]} rows, one per column of {paths[0].name}, "
            f"but has shape {second.shape}; take both files from one training run."
        )
    return first, second


def set_digest(weights: Sequence[NDArray[np.float32]]) -> str:
    """Compute the SHA-256 of all numbers in a set of weights, as 64 hexadecimal digits.

    Parameters
    ----------
    weights : sequence of ndarray of float32
        What `load_weights` returns.

    Examples
    --------
    >>> set_digest([np.zeros((784, 128), np.float32), np.zeros((128, 10), np.float32)])[:8]
    '7d5df8e0'
    """
    digest = hashlib.sha256()
    for matrix in weights:
        digest.update(np.ascontiguousarray(matrix, dtype="<f4").tobytes())
    return digest.hexdigest()


def installed_versions(*packages: str) -> dict[str, str]:
    """Return the versions of Python and of some packages, which belong to a set's provenance.

    Parameters
    ----------
    *packages : str
        Names of installed packages, as on PyPI.

    Examples
    --------
    >>> list(installed_versions("numpy"))
    ['python', 'numpy']
    """
    return {"python": platform.python_version(), **{name: version(name) for name in packages}}


def _find_set(name_or_folder: str | os.PathLike[str]) -> WeightSet | None:
    """Return the set of that name, or None if a folder is meant."""
    if not isinstance(name_or_folder, str):
        return None
    # A path with more than one part is not a name, whatever the list holds.
    if name_or_folder != Path(name_or_folder).name:
        return None
    sets = weight_sets()
    if name_or_folder in sets:
        return sets[name_or_folder]
    if Path(name_or_folder).is_dir():
        return None
    known = "; ".join(f"'{one.name}', {one.description}" for one in sets.values())
    raise FileNotFoundError(
        f"'{name_or_folder}' is neither a set of weights nor a folder that holds one; the sets "
        f"are: {known}."
    )


def _read(path: Path) -> bytes:
    """Read a file of weights."""
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} should hold trained weights, but there is no such file; give load_weights "
            f"the folder that holds {' and '.join(WEIGHT_FILES)}."
        )
    return path.read_bytes()


def _read_listed(one: WeightSet, name: str) -> bytes:
    """Read a file of a set in ``data/``, and check that it is the one that is listed."""
    path = one.folder / name
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} should hold weights of the set '{one.name}', but there is no such file; "
            "restore it from the repository."
        )
    content = path.read_bytes()
    digest, expected = hashlib.sha256(content).hexdigest(), one.files[name]["sha256"]
    if digest != expected:
        raise ValueError(
            f"{path} should have the SHA-256 {expected[:8]}…, as {LIST_FILE} lists for the set "
            f"'{one.name}', but has {digest[:8]}…; restore it from the repository, or give "
            "weights of your own by their folder."
        )
    return content


def _matrix(content: bytes, path: Path) -> NDArray[np.float32]:
    """Read a finite float32 matrix from the content of a .npy file."""
    try:
        # A pickle could run any code while it loads, so only arrays of numbers are read.
        weights = np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)
    except Exception as error:  # a damaged header raises errors of many types in NumPy
        raise ValueError(
            f"{path} should be a NumPy array of numbers, but cannot be read as one ({error}); "
            "write it with numpy.save."
        ) from error
    if weights.dtype != np.float32:
        raise ValueError(
            f"{path} should be of type float32, but is {weights.dtype}; convert it with "
            "weights.astype(numpy.float32)."
        )
    if weights.ndim != 2:
        raise ValueError(
            f"{path} should be a matrix (inputs, outputs), but has shape {weights.shape}; "
            "reshape it before saving."
        )
    bad = int(np.count_nonzero(~np.isfinite(weights)))
    if bad:
        raise ValueError(
            f"{path} should hold finite numbers, but {bad} of {weights.size} are NaN or infinite; "
            "train again or restore the file."
        )
    return weights
