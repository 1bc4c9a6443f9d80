"""Record what PyGeNN computes for every case: ``python -m tools.record [CASE ...]``.

It needs PyGeNN 5.4.0 with its single-threaded CPU backend, and NumPy. Cases that use what the
release 5.4.0 does not yet export are left alone, and recorded by a build of GeNN's main branch:
see ``tests/conformance/README.md``.

``--here`` needs no PyGeNN: it runs the cases on numbagenn, prints what they return, and records
nothing.
"""

from __future__ import annotations

import argparse
from types import ModuleType
from typing import Any

import numpy as np

from tests.conformance.cases import CASES, Arrays
from tests.conformance.recordings import RECORDED, oracle, path_of, run, scratch_directory


def save(name: str, arrays: Arrays, pygenn: ModuleType) -> None:
    """Write a recording so that it is either the old or the new one, never half of one."""
    metadata = {"__case__": np.array(name), "__pygenn__": np.array(pygenn.__version__)}
    content: dict[str, Any] = {**metadata, **arrays}
    RECORDED.mkdir(exist_ok=True)
    part = path_of(name).with_suffix(".part")
    try:
        with part.open("wb") as file:
            np.savez_compressed(file, **content)
        part.replace(path_of(name))
    finally:
        part.unlink(missing_ok=True)


def show(name: str) -> None:
    """Print the type, the shape and the first values of all arrays of a case, run on numbagenn."""
    import numbagenn  # needs packages that recording does not

    print(name)
    for key, array in run(name, numbagenn).items():
        first = ", ".join(map(str, array.flat[:6]))
        print(f"  {key}: {array.dtype}{array.shape}, first {first}")


def main() -> None:
    """Record the cases that the command line names, or show them."""
    parser = argparse.ArgumentParser(description="Record what PyGeNN computes for every case.")
    parser.add_argument("cases", nargs="*", metavar="CASE", help="all of them if none is named")
    parser.add_argument(
        "--here", action="store_true", help="run them on numbagenn, show what they return"
    )
    options = parser.parse_args()
    wanted = options.cases or list(CASES)
    unknown = sorted(set(wanted) - set(CASES))
    if unknown:
        parser.error(f"no such case: {', '.join(unknown)}")
    if options.here:
        with scratch_directory():
            for name in wanted:
                show(name)
        return
    record(wanted)


def record(wanted: list[str]) -> None:
    """Record cases, and name files that belong to none."""
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
