"""What the command ``run`` takes, on the command line of any package that offers it."""

from __future__ import annotations

import argparse

_DESCRIPTION = """\
Run a PyGeNN script or notebook unchanged on numbagenn, which takes the place of the module pygenn
in that process, whether or not PyGeNN is installed. Scripts for PyGeNN 5.x and for PyGeNN 4.9 are
told apart by the names that they use. Where that is not enough, use --api.

The code cells of a notebook run in order, as one script. What they print appears in the terminal,
figures do not, and the file stays as it is. Notebooks need the extra run-notebooks:
pip install ipykernel nbformat

What follows SCRIPT is passed on to the script, whose exit status becomes that of the command. If
SCRIPT cannot be run the status is 2."""

_EPILOG = """\
examples:
  {prog} simulate.py
  {prog} train.py --epochs 3
  {prog} tutorial.ipynb
  {prog} --api 4.9 simulate.py"""


def add_run_options(parser: argparse.ArgumentParser) -> None:
    """Describe the command to its parser: ``script``, ``arguments`` and ``api`` of `run_script`."""
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG.format(prog=parser.prog)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "--api",
        choices=("4.9", "5"),
        help="the PyGeNN that the script was written for (default: what its names say)",
    )
    parser.add_argument("script", metavar="SCRIPT", help="the Python file or notebook")
    parser.add_argument(
        "arguments", nargs=argparse.REMAINDER, metavar="...", help="arguments of the script"
    )
