"""Record what PyGeNN computes for every case: ``python tests/conformance/record.py [CASE ...]``.

It needs PyGeNN 5.4.0 with its single-threaded CPU backend, and NumPy. Cases that use what the
release 5.4.0 does not yet export are left alone by it, and recorded by a build of GeNN's main
branch; the README beside this file tells of both.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
from cases import CASES, Arrays

RECORDED = Path(__file__).parent / "recorded"
VERSION = "5.4.0"
BACKEND = "single_threaded_cpu"


def oracle() -> ModuleType:
    """Give real PyGeNN, or say why what is there cannot be it."""
    import pygenn

    if pygenn.__version__ != VERSION:
        raise SystemExit(f"recordings are made with PyGeNN {VERSION}, not {pygenn.__version__}")
    if not hasattr(pygenn.genn_model, "backend_modules"):
        raise SystemExit(f"{pygenn.__file__} is not PyGeNN: it has no genn_model.backend_modules")
    backends = list(pygenn.genn_model.backend_modules)
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


def save(name: str, arrays: Arrays, pygenn: ModuleType) -> None:
    """Write a recording so that it is either the old or the new one, never half of one."""
    metadata = {"__case__": np.array(name), "__pygenn__": np.array(pygenn.__version__)}
    RECORDED.mkdir(exist_ok=True)
    part = path_of(name).with_suffix(".part")
    try:
        with part.open("wb") as file:
            np.savez_compressed(file, **metadata, **arrays)
        part.replace(path_of(name))
    finally:
        part.unlink(missing_ok=True)


def load(name: str) -> Arrays:
    """Read a recording without its metadata."""
    with np.load(path_of(name), allow_pickle=False) as file:
        arrays = {key: file[key] for key in file.files}
    if str(arrays.pop("__case__")) != name or str(arrays.pop("__pygenn__")) != VERSION:
        raise ValueError(f"{path_of(name)} holds another case or comes from another PyGeNN")
    return arrays


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", metavar="CASE", help="all of them if none is named")
    wanted = parser.parse_args().cases or list(CASES)
    unknown = sorted(set(wanted) - set(CASES))
    if unknown:
        parser.error(f"no such case: {', '.join(unknown)}")
    pygenn = oracle()
    left_alone = []
    with scratch_directory():
        for name in wanted:
            needs = CASES[name].needs
            if needs and not hasattr(pygenn, needs):
                left_alone.append(f"{name} (needs pygenn.{needs})")
                continue
            # whatever a case raises ends the recording here
            save(name, run(name, pygenn), pygenn)
            print(f"{path_of(name).stat().st_size:8d} bytes  {name}", flush=True)
    for path in sorted(RECORDED.glob("*.npz")):
        if path.stem not in CASES:
            print(f"{path.name} belongs to no case: remove it")
    if left_alone:
        raise SystemExit("not recorded: " + ", ".join(left_alone))


if __name__ == "__main__":
    main()
