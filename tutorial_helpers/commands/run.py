"""``run``: run a PyGeNN script or notebook on numbagenn, whose command this is."""

from __future__ import annotations

import argparse
from typing import Any

from tutorial_helpers.command_line import Parser


def add_parser(commands: Any) -> None:
    """Name the command to argparse, and pass all its arguments on.

    numbagenn says what it takes. To ask for that here would load Numba for each other command, too.
    """
    parser = commands.add_parser(
        "run",
        help="run a PyGeNN script or notebook, for 5.x or 4.9, on numbagenn",
        add_help=False,
        prefix_chars="\0",  # no argument begins like this, so none is an option here
    )
    parser.set_defaults(run=run)
    parser.add_argument("arguments", nargs=argparse.REMAINDER)


def run(arguments: argparse.Namespace) -> int:
    """Run the script or notebook, and return its exit status."""
    from numbagenn.compat.run_command import add_run_options, run_parsed

    parser = Parser(prog="python -m tutorial_helpers run")
    add_run_options(parser)
    return run_parsed(parser, parser.parse_args(arguments.arguments))
