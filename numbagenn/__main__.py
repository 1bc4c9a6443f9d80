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

from numbagenn import __version__
from numbagenn.compat.run_command import add_run_options, run_parsed

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
    parser = _parser()
    parsed = parser.parse_args(arguments)
    try:
        status = run_parsed(parser, parsed)
        # What hinders the output, such as a lost reader, is noticed here and not as Python ends.
        if not getattr(sys.stdout, "closed", sys.stdout is None):
            sys.stdout.flush()
        return status
    except KeyboardInterrupt as interrupt:
        print(str(interrupt) or "Interrupted.", file=sys.stderr)
        return _INTERRUPTED
    except BrokenPipeError:
        return _NOBODY_READS


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m numbagenn", description="PyGeNN's API for inference, on any CPU."
    )
    parser.add_argument("--version", action="version", version=f"numbagenn {__version__}")
    commands = parser.add_subparsers(required=True, metavar="command")
    add_run_options(
        commands.add_parser("run", help="run a PyGeNN script or notebook, for 5.x or 4.9")
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
