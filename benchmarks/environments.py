"""Which interpreter runs which library: the project's own, or one of another environment."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.job import BenchmarkError
from benchmarks.machine import ROOT

#: Where the paths of interpreters are kept, a name each; git ignores it, as they differ everywhere.
FILE = Path(__file__).with_name("environments.json")

#: The libraries that can have an environment of their own.
LIBRARIES = ("numpy", "scipy", "torch", "snntorch", "spikingjelly", "norse", "brian2", "pygenn")


class Interpreter(NamedTuple):
    """An interpreter that has a library, and whether it was asked for."""

    python: str
    asked_for: bool


def interpreters(given: Sequence[str], file: Path = FILE) -> dict[str, Interpreter]:
    """Return an interpreter for each library that there is one for.

    Parameters
    ----------
    given
        Texts ``LIBRARY=PATH`` of the command line, which come before those of the file.
    file
        A JSON object of libraries and paths, from the repository's folder; it need not exist.

    Raises
    ------
    BenchmarkError
        If a library is not one of `LIBRARIES`, or an interpreter does not exist.
    """
    named: dict[str, str] = {}
    if file.exists():
        try:
            named = json.loads(file.read_text(encoding="utf-8"))
        except ValueError as error:
            raise BenchmarkError(f"{file} is not JSON: {error}.") from error
        if not isinstance(named, dict) or not all(isinstance(p, str) for p in named.values()):
            raise BenchmarkError(
                f'{file} must hold an object of libraries and paths, such as {{"torch": "PATH"}}.'
            )
    for text in given:
        library, equals, path = text.partition("=")
        if not equals:
            raise BenchmarkError(f"--python must be LIBRARY=PATH, not '{text}'.")
        named[library] = path
    found = {}
    for library, path in named.items():
        if library not in LIBRARIES:
            raise BenchmarkError(
                f"There is no library '{library}' here; known are {', '.join(LIBRARIES)}."
            )
        # Not resolved any further: a virtual environment is known by the place of its links.
        interpreter = ROOT / path
        if not interpreter.is_file():
            raise BenchmarkError(
                f"The interpreter for {library}, {path}, does not exist; correct its path."
            )
        found[library] = Interpreter(str(interpreter), True)
    for library in LIBRARIES:
        if library not in found and importlib.util.find_spec(library) is not None:
            found[library] = Interpreter(sys.executable, False)
    return found
