"""What the command ``run`` takes, on the command line of any package that offers it."""

from __future__ import annotations

import argparse

_DESCRIPTION = """\
Run a PyGeNN script or notebook unchanged on numbagenn, which takes the place of the module pygenn
in its process, whether or not PyGeNN is installed. Scripts for PyGeNN 5.x and for PyGeNN 4.9 are
told apart by the names that they use. Where that is not enough, use --api.

The cells of a notebook run in order in a Jupyter kernel. Commands that install PyGeNN are passed
over. What cells print appears in the terminal, figures do not, and the file stays as it is. With
--output you get a copy with all outputs instead, unless a cell fails. Notebooks need the extra
run-notebooks: pip install ipykernel nbclient

What follows SCRIPT is passed on to the script, whose exit status becomes that of the command. If
SCRIPT cannot be run the status is 2."""

_EPILOG = """\
examples:
  {prog} simulate.py
  {prog} train.py --epochs 3
  {prog} tutorial.ipynb
  {prog} tutorial.ipynb --output executed.ipynb
  {prog} --api 4.9 simulate.py"""


def add_run_options(parser: argparse.ArgumentParser) -> None:
    """Describe the command to its parser; `run_parsed` takes what it returns."""
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG.format(prog=parser.prog)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    _add_options(parser)
    parser.add_argument("script", metavar="SCRIPT", help="the Python file or notebook")
    parser.add_argument(
        "arguments", nargs=argparse.REMAINDER, metavar="...", help="arguments of the script"
    )


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--api",
        choices=("4.9", "5"),
        help="the PyGeNN that the script was written for (default: what its names say)",
    )
    parser.add_argument(
        "--output", metavar="OUT.ipynb", help="write a copy of the notebook with its outputs"
    )


def run_parsed(parser: argparse.ArgumentParser, parsed: argparse.Namespace) -> int:
    """Run the script or notebook, and return its exit status.

    Parameters
    ----------
    parser, parsed
        The parser that `add_run_options` described, and what it returned.
    """
    from numbagenn.compat.running import run_script

    arguments = parsed.arguments
    if is_notebook(parsed.script):
        # A notebook has no options of its own, so those of the command can also follow it.
        behind = type(parser)(prog=parser.prog, add_help=False, allow_abbrev=False)
        _add_options(behind)
        parsed, arguments = behind.parse_known_args(arguments, parsed)
    return run_script(parsed.script, arguments, parsed.api, parsed.output)


def is_notebook(path: str) -> bool:
    """Return whether a path is one of a notebook."""
    return path.lower().endswith(".ipynb")
