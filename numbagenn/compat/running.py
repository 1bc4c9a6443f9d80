"""Runs a PyGeNN script or notebook unchanged, with numbagenn in the place of ``pygenn``.

The replacement lasts while the script runs, and affects only this process.
"""

from __future__ import annotations

import contextlib
import os
import select
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from types import ModuleType

import numbagenn
from numbagenn.compat.api_version import pygenn_version
from numbagenn.compat.run_command import is_notebook
from numbagenn.compat.shim import ONLY_4_9, ONLY_5, is_pygenn, put_in_place

_PACKAGE = Path(numbagenn.__path__[0]).resolve()


def run_script(
    path: str,
    arguments: Sequence[str] = (),
    version: str | None = None,
    output: str | None = None,
) -> int:
    """Run a script as ``python SCRIPT`` would, or a notebook, its ``pygenn`` being numbagenn.

    Parameters
    ----------
    path
        The script, or the notebook if it ends in ``.ipynb``.
    arguments
        The arguments that follow it on the command line.
    version
        ``"4.9"`` or ``"5"``: the PyGeNN that the script was written for; by default what
        `api_version.pygenn_version` finds.
    output
        Where a copy of the notebook with its outputs is written.

    Returns
    -------
    int
        Exit status: that of the script, 1 if it ends by an exception, which is printed with the
        lines of the script only, or 2 if there is nothing that can be run.
    """
    try:
        file = Path(path).resolve()
        text = file.read_bytes()
        if is_notebook(path):
            run = _notebook(file, text, version, [path, *arguments], output)
        elif output is not None:
            raise ValueError("--output is for notebooks, and this is a script")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        if isinstance(error, FileNotFoundError):
            reason = "there is no such file"
        print(f"Error: cannot run '{path}': {reason}.", file=sys.stderr)
        return 2
    if is_notebook(path):
        return run()
    main = ModuleType("__main__")
    vars(main).update(__file__=str(file), __builtins__=__builtins__, __cached__=None)
    version = version or pygenn_version([text], file.parent, ONLY_4_9, ONLY_5)
    with _in_place(main, version, [path, *arguments], file.parent):
        try:
            exec(compile(text, str(file), "exec", dont_inherit=True), vars(main))
        except SystemExit as end:
            return _status(end.code)
        except Exception as error:
            if isinstance(error, BrokenPipeError) and _nobody_reads():
                raise
            _print(error, file)
            return 1
    return 0


def _notebook(
    file: Path, text: bytes, version: str | None, arguments: list[str], output: str | None
) -> Callable[[], int]:
    """Return what runs a notebook, and gives the exit status."""
    try:
        from numbagenn.compat.jupyter import python_of
        from numbagenn.compat.notebook import read_notebook, run_notebook, sources_of
    except ModuleNotFoundError as missing:
        package = (missing.name or "").partition(".")[0]
        raise ValueError(
            f"notebooks need {package}, which the extra run-notebooks has; install it with: "
            "pip install ipykernel nbclient"
        ) from None
    notebook = read_notebook(text)
    copy = None if output is None else Path(output).resolve()
    if copy is not None and not is_notebook(copy.name):
        raise ValueError(f"the copy is a notebook, so '{output}' has to end in .ipynb")
    if copy is not None and (copy.is_dir() or not os.access(copy.parent, os.W_OK)):
        raise ValueError(f"its copy cannot be written as '{output}'")
    if version is None:
        cells = map(python_of, sources_of(notebook))
        version = pygenn_version(cells, file.parent, ONLY_4_9, ONLY_5)
    return partial(run_notebook, notebook, file, version, arguments, copy)


@contextlib.contextmanager
def _in_place(main: ModuleType, version: str, arguments: list[str], folder: Path) -> Iterator[None]:
    """Set what a script finds in `sys`, and put it back after."""
    before, path, old_arguments = dict(sys.modules), sys.path, sys.argv
    take_back = put_in_place(version)
    sys.modules["__main__"] = main
    sys.argv = arguments
    # With python -m the first entry is the current folder, which python SCRIPT leaves out.
    others = path[1:] if path[:1] in ([""], [os.getcwd()]) else path  # noqa: PTH109
    sys.path = [str(folder), *others]
    try:
        yield
    finally:
        sys.path, sys.argv = path, old_arguments
        for name, module in list(sys.modules.items()):
            # The script's own modules hold names of the stand-in.
            # A package that was there before is whoever called, even if it lies in the folder.
            own = name.partition(".")[0] not in before and _is_in(module, folder)
            if own and not is_pygenn(name):
                del sys.modules[name]
        take_back()
        sys.modules["__main__"] = before["__main__"]


def _is_in(module: ModuleType, folder: Path) -> bool:
    file = getattr(module, "__file__", None)
    if not isinstance(file, str):
        return False
    return _is_own(file, folder)


def _is_own(file: str, folder: Path) -> bool:
    """Return whether a file belongs to the script, being in its folder."""
    path = Path(file)
    installed = {"site-packages", "dist-packages"} & set(path.parts)
    return folder in path.parents and _PACKAGE not in path.parents and not installed


def _status(code: object) -> int:
    """Return the exit status that Python gives to ``sys.exit(code)``."""
    if code is None:
        return 0
    if isinstance(code, int):
        return code
    print(code, file=sys.stderr)
    return 1


def _nobody_reads() -> bool:
    """Return whether what is printed goes into a pipe whose reader has gone, as ``head`` does."""
    try:
        pipe = select.poll()
        pipe.register(sys.stdout.fileno(), 0)
        return bool(pipe.poll(0))
    except (AttributeError, OSError, ValueError):
        # Windows has no poll, and some streams have no file.
        return False


def _print(error: Exception, script: Path) -> None:
    """Print an exception with the lines of the script, and without those of numbagenn."""
    shown = traceback.TracebackException.from_exception(error)
    _trim(shown, script.parent)
    print("".join(shown.format()), end="", file=sys.stderr)


def _trim(shown: traceback.TracebackException, folder: Path) -> None:
    frames, inside = [], False
    for frame in shown.stack:
        own = _is_own(frame.filename, folder)
        inside = not own and (inside or _PACKAGE in Path(frame.filename).parents)
        # Beyond numbagenn only what it calls back into the script is of interest, but an error in
        # another library is shown as usual.
        if not inside and not frame.filename.startswith("<frozen"):
            frames.append(frame)
    # For an error in the script's syntax no line has run, so there is no stack to print.
    shown.stack = traceback.StackSummary.from_list(frames) if frames else None  # type: ignore
    for name in ("__cause__", "__context__"):
        other = getattr(shown, name)
        if other is not None:
            _trim(other, folder)
            if not other.stack:
                # It has lines of numbagenn alone, which are of no use to the user.
                setattr(shown, name, None)
