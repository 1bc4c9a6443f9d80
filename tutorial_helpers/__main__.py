"""The command line: ``python -m tutorial_helpers``."""

from __future__ import annotations

from collections.abc import Sequence

from tutorial_helpers.command_line import Parser, leave, status_of
from tutorial_helpers.commands import classify, evaluate, learn, run, train


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments
        Arguments without the program's name; those of the process by default.

    Returns
    -------
    int
        Exit status, as `command_line` lists them; that of the script for ``run``.
    """
    return status_of(lambda: _run(arguments))


def _run(arguments: Sequence[str] | None) -> int | None:
    parsed = _parser().parse_args(arguments)
    status: int | None = parsed.run(parsed)
    return status


def _parser() -> Parser:
    parser = Parser(
        prog="python -m tutorial_helpers",
        description="Spiking neural networks that classify handwritten digits, in PyGeNN's API.",
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    for command in (classify, learn, train, evaluate, run):
        command.add_parser(commands)
    return parser


if __name__ == "__main__":
    leave(main())
