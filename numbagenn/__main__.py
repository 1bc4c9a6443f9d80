"""The command line: ``python -m numbagenn``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from numbagenn import __version__
from numbagenn.base.exit_status import leave, status_of
from numbagenn.compat.run_command import add_run_options
from numbagenn.compat.running import run_script


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments
        Arguments without the program's name; those of the process by default.

    Returns
    -------
    int
        Exit status: that of the script, unless `status_of` says otherwise.
    """
    parsed = _parser().parse_args(arguments)
    return status_of(lambda: run_script(parsed.script, parsed.arguments, parsed.api))


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


if __name__ == "__main__":
    # There are no streams under pythonw, for example; what is printed then goes nowhere.
    nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    sys.stdout, sys.stderr = sys.stdout or nowhere, sys.stderr or nowhere
    leave(main())
