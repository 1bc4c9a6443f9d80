"""The command line: ``python -m numbagenn``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from numbagenn.compat.running import run_script

_DESCRIPTION = """\
Run a PyGeNN script unchanged on numbagenn, which takes the place of the module pygenn in that
process, whether or not PyGeNN is installed. Scripts for PyGeNN 5.x and for PyGeNN 4.9 are told
apart by the names that they use. Where that is not enough, use --api.

What follows SCRIPT is passed on to the script, whose exit status becomes that of the command. If
there is no such script the status is 2."""

_EPILOG = """\
examples:
  python -m numbagenn run simulate.py
  python -m numbagenn run train.py --epochs 3
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
        help="run a PyGeNN script, for 5.x or 4.9",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    run.add_argument(
        "--api",
        choices=("4.9", "5"),
        help="the PyGeNN that the script was written for (default: what its names say)",
    )
    run.add_argument("script", metavar="SCRIPT", help="the Python file")
    run.add_argument(
        "arguments", nargs=argparse.REMAINDER, metavar="...", help="arguments of the script"
    )
    return parser


if __name__ == "__main__":
    status = main()
    if status in (_INTERRUPTED, _NOBODY_READS):
        # A compiler that another thread still runs is not waited for, and nobody would read more.
        sys.stderr.flush()
        os._exit(status)
    sys.exit(status)
