"""``run``: run a PyGeNN script or notebook on numbagenn."""

from __future__ import annotations

import argparse
from typing import Any

from tutorial_helpers.command_line import given

_DESCRIPTION = """\
Run a PyGeNN script or notebook unchanged on numbagenn, the engine that comes with the series. It
takes the place of the module pygenn in that process, whether or not PyGeNN is installed. The names
that a script uses show whether it is for PyGeNN 5.x or 4.9. If they do not, use --api.

The code cells of a notebook run in order, as one script. What they print appears in the terminal,
figures do not, and the file stays as it is. Notebooks need: pip install ipykernel nbformat

The arguments after SCRIPT are passed on to the script. The exit status is that of the script, or 2
if SCRIPT cannot be run."""

_EPILOG = """\
examples:
  python -m tutorial_helpers run simulate.py
  python -m tutorial_helpers run train.py --epochs 3
  python -m tutorial_helpers run tutorial.ipynb
  python -m tutorial_helpers run --api 4.9 simulate.py"""


def add_parser(commands: Any) -> None:
    """Describe the command to argparse."""
    parser = commands.add_parser(
        "run",
        help="run a PyGeNN script or notebook, for 5.x or 4.9, on numbagenn",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    parser.add_argument(
        "--api",
        choices=("4.9", "5"),
        help="the PyGeNN that the script was written for (default: what its names say)",
    )
    parser.add_argument("script", type=given, metavar="SCRIPT", help="the Python file or notebook")
    parser.add_argument(
        "arguments", nargs=argparse.REMAINDER, metavar="...", help="arguments of the script"
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the script or notebook, and return its exit status."""
    from numbagenn.compat.running import run_script

    return run_script(arguments.script, arguments.arguments, arguments.api)
