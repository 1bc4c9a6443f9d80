"""What real PyGeNN returned for every case, and how a case is run.

``python -m tools.record`` writes what is read here.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np

from tests.conformance.cases import CASES, Arrays

RECORDED = Path(__file__).parent / "recorded"
VERSION = "5.4.0"
BACKEND = "single_threaded_cpu"


def oracle() -> ModuleType:
    """Give real PyGeNN, or say why what is there cannot be it."""
    try:
        import pygenn
        from pygenn import genn_model
    except ImportError as error:
        raise SystemExit(
            f"recordings are made with PyGeNN {VERSION}, which cannot be imported here ({error})"
        ) from None
    version = getattr(pygenn, "__version__", "an unknown version")
    if version != VERSION:
        raise SystemExit(f"recordings are made with PyGeNN {VERSION}, not {version}")
    if not hasattr(genn_model, "backend_modules"):
        raise SystemExit(f"{pygenn.__file__} is not PyGeNN: it has no genn_model.backend_modules")
    backends = list(genn_model.backend_modules)
    if backends[:1] != [BACKEND]:
        raise SystemExit(f"recordings are made with the backend {BACKEND}, not {backends}")
    return pygenn


@contextlib.contextmanager
def scratch_directory() -> Iterator[None]:
    """Work in a temporary directory: PyGeNN puts generated code into the current one."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)
        try:
            yield
        finally:
            os.chdir(before)


def run(name: str, pygenn: ModuleType) -> Arrays:
    """Run one case, and insist that it returns arrays that can be stored."""
    arrays = CASES[name].run(pygenn)
    for key, array in arrays.items():
        if not isinstance(array, np.ndarray) or array.dtype == object:
            raise TypeError(f"{name} returned {type(array).__name__} for {key!r}, not an array")
    return arrays


def path_of(name: str) -> Path:
    return RECORDED / f"{name}.npz"


def is_recorded(name: str) -> bool:
    return path_of(name).is_file()


def load(name: str) -> Arrays:
    """Read a recording without its metadata."""
    if not is_recorded(name):
        raise FileNotFoundError(f"{name} is not recorded: run python -m tools.record {name}")
    with np.load(path_of(name), allow_pickle=False) as file:
        arrays = {key: file[key] for key in file.files}
    about = [str(arrays.pop(key, None)) for key in ("__case__", "__pygenn__")]
    if about != [name, VERSION]:
        raise ValueError(f"{path_of(name)} holds another case or comes from another PyGeNN")
    return arrays
