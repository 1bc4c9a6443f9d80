"""``run``: run a PyGeNN script on the bundled engine."""

from __future__ import annotations

import argparse
from typing import Any

from tutorial_helpers.command_line import given

_DESCRIPTION = """\
Run a PyGeNN script unchanged on the bundled engine, which takes the place of the module pygenn in
that process, whether or not PyGeNN is installed. The names that a script uses show whether it is
for PyGeNN 5.x or 4.9. If they do not, use --api.

The arguments after SCRIPT are passed on to the script. The exit status is that of the script, or 2
if there is no such script."""

_EPILOG = """\
examples:
  python -m tutorial_helpers run simulate.py
  python -m tutorial_helpers run train.py --epochs 3
  python -m tutorial_helpers run --api 4.9 simulate.py"""


def add_parser(commands: Any) -> None:
    """Describe the command to argparse."""
    parser = commands.add_parser(
        "run",
        help="run a PyGeNN script, for 5.x or 4.9, on the bundled engine",
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
    parser.add_argument("script", type=given, metavar="SCRIPT", help="the Python file")
    parser.add_argument(
        "arguments", nargs=argparse.REMAINDER, metavar="...", help="arguments of the script"
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the script, and return its exit status."""
    from numbagenn.compat.running import run_script

    return run_script(arguments.script, arguments.arguments, arguments.api)
