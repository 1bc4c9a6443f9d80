"""The command line: ``python -m numbagenn``."""

from __future__ import annotations

import argparse
import atexit
import contextlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from numbagenn.compat.running import run_script

_DESCRIPTION = """\
Run a PyGeNN script or notebook unchanged on numbagenn, which takes the place of the module pygenn
in that process, whether or not PyGeNN is installed. Scripts for PyGeNN 5.x and for PyGeNN 4.9 are
told apart by the names that they use. Where that is not enough, use --api.

The code cells of a notebook run in order, as one script. What they print appears in the terminal,
figures do not, and the file stays as it is. Notebooks need: pip install ipykernel nbformat

What follows SCRIPT is passed on to the script, whose exit status becomes that of the command. If
SCRIPT cannot be run the status is 2."""

_EPILOG = """\
examples:
  python -m numbagenn run simulate.py
  python -m numbagenn run train.py --epochs 3
  python -m numbagenn run tutorial.ipynb
  python -m numbagenn run --api 4.9 simulate.py"""

_INTERRUPTED = 130
_NOBODY_READS = 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments
        Arguments without the program's name; those of the process by default.

    Returns
    -------
    int
        Exit status: that of the script, 130 after Ctrl-C, and 141 when nobody reads what the
        script prints any longer.
    """
    parsed = _parser().parse_args(arguments)
    try:
        return run_script(parsed.script, parsed.arguments, parsed.api)
    except KeyboardInterrupt as interrupt:
        print(str(interrupt) or "Interrupted.", file=sys.stderr)
        return _INTERRUPTED
    except BrokenPipeError:
        return _NOBODY_READS


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m numbagenn", description="PyGeNN's API for inference, on any CPU."
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    run = commands.add_parser(
        "run",
        help="run a PyGeNN script or notebook, for 5.x or 4.9",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    run.add_argument(
        "--api",
        choices=("4.9", "5"),
        help="the PyGeNN that the script was written for (default: what its names say)",
    )
    run.add_argument("script", metavar="SCRIPT", help="the Python file or notebook")
    run.add_argument(
        "arguments", nargs=argparse.REMAINDER, metavar="...", help="arguments of the script"
    )
    return parser


def _leave(status: int) -> NoReturn:
    """End the process, at once where a compiler runs on another thread or nobody reads."""
    if status in (_INTERRUPTED, _NOBODY_READS):
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(status)
    sys.exit(status)


if __name__ == "__main__":
    # There are no streams under pythonw, for example; what is printed then goes nowhere.
    nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    sys.stdout, sys.stderr = sys.stdout or nowhere, sys.stderr or nowhere
    _leave(main())
