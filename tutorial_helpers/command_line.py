"""What commands share: how they read options, say what is wrong, and end.

A command ends with status 0, or with 1 after an error that its user can correct, 2 after options
that make no sense, 130 after Ctrl-C, and 141 when nobody reads what it prints any longer, which a
shell reports for other programs, too.

Nothing of numbagenn is imported here, so that what hinders its import is an error that a command
reports.
"""

from __future__ import annotations

import argparse
import atexit
import contextlib
import io
import os
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

#: Status after Ctrl-C.
INTERRUPTED = 130

#: Largest integer that options take unless they say otherwise.
MOST = 10**9


class Parser(argparse.ArgumentParser):
    """A parser of options whose messages stay short, whatever was given."""

    def error(self, message: str) -> NoReturn:
        """Print a usage message and end with status 2."""
        super().error(_short(message))


def integer(least: int = 1, most: int = MOST) -> Callable[[str], int]:
    """Return the type of an option that takes an integer of a range.

    Parameters
    ----------
    least, most : int
        The range.

    Examples
    --------
    >>> integer(least=0)("12"), integer()("1_000_000")
    (12, 1000000)
    """

    def read(text: str) -> int:
        # Python knows digits of other scripts, and refuses to read more than 4,300 of them.
        if not re.fullmatch("[0-9](_?[0-9]){0,19}", text) or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(
                f"expected an integer from {least} to {most}, not {text!r}"
            )
        return int(text)

    return read


def given(text: str) -> str:
    """Return what an option that takes a name or a path was given; it is the type of such options.

    Examples
    --------
    >>> given("own")
    'own'
    """
    if not text or "\0" in text:
        raise argparse.ArgumentTypeError(f"expected a name or a path, not {text!r}")
    return text


def add_cluster_options(parser: argparse.ArgumentParser) -> None:
    """Describe the options of commands that can let a Dask cluster work.

    Parameters
    ----------
    parser : ArgumentParser
        The command's. It gets ``--workers`` and ``--cluster``, of which one may be given.

    Examples
    --------
    >>> parser = Parser()
    >>> add_cluster_options(parser)
    >>> parser.parse_args(["--workers", "2"])
    Namespace(workers=2, cluster=None)
    """
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--workers",
        type=integer(most=1000),
        metavar="N",
        help="share the work among N processes on this computer",
    )
    where.add_argument(
        "--cluster",
        type=given,
        metavar="ADDRESS",
        help="share the work among the workers of the Dask scheduler at this address",
    )


def path(text: str) -> Path:
    """Return the path that an option was given.

    Examples
    --------
    >>> path("trained/own").name
    'own'
    """
    return Path(given(text))


def status_of(command: Callable[[], int | None]) -> int:
    """Run a command and return the exit status that it comes to.

    Parameters
    ----------
    command : callable
        Returns a status, or None for 0. An error is printed in a sentence, and one that its user
        cannot have caused is raised.

    Returns
    -------
    int
        The status; see the head of this module.

    Examples
    --------
    >>> status_of(lambda: None)
    0
    """
    with _streams():
        try:
            return _status_of(command)
        except BrokenPipeError:
            return 141
        finally:
            _give_up_on_output()


def leave(status: int) -> NoReturn:
    """End the process with a status.

    After Ctrl-C that is at once: a compiler that another thread still runs is not waited for.
    """
    if status == INTERRUPTED:
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                stream.flush()
        os._exit(status)
    sys.exit(status)


@contextlib.contextmanager
def plain_output() -> Iterator[None]:
    """Print warnings as notes, and letters that the terminal does not have as escapes."""
    stdout = sys.stdout if isinstance(sys.stdout, io.TextIOWrapper) else None
    errors = "strict" if stdout is None else stdout.errors
    with warnings.catch_warnings():
        warnings.simplefilter("always", UserWarning)
        warnings.showwarning = _note
        try:
            if stdout is not None:
                stdout.reconfigure(errors="backslashreplace")
            yield
        finally:
            if stdout is not None:
                stdout.reconfigure(errors=errors)


def _note(message: Warning | str, *_: object, **__: object) -> None:
    print(f"Note: {_short(str(message))}", file=sys.stderr)


def _short(message: str) -> str:
    """Cut the middle of very long words out of a message, such as of a path of 5,000 letters."""
    return re.sub(r"(\S{50})\S{120,}(\S{30})", r"\1…\2", message)


def _status_of(command: Callable[[], int | None]) -> int:
    try:
        status = command() or 0
        # What hinders the output, such as a full disk, is noticed here and not as Python ends.
        if not getattr(sys.stdout, "closed", sys.stdout is None):
            sys.stdout.flush()
        return status
    except KeyboardInterrupt as interrupt:
        print(str(interrupt) or "Interrupted.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        raise
    except (OSError, ValueError, TypeError, ImportError, RuntimeError, MemoryError) as error:
        print(f"Error: {_short(_sentence(error))}", file=sys.stderr)
        return 1


def _sentence(error: Exception) -> str:
    """Say what is wrong; errors of the project say it themselves."""
    if isinstance(error, ModuleNotFoundError):
        return f"{error}; install what is missing with: pip install -r requirements.txt"
    if isinstance(error, OSError) and error.strerror:
        place = "cannot read or write" if error.filename is None else f"'{error.filename}'"
        return (
            f"{place}: {error.strerror}; check that there is such a place, that you may use it, "
            "and that there is space left."
        )
    if isinstance(error, MemoryError) and not str(error):
        return "there is not enough memory; ask for less at once."
    return str(error) or type(error).__name__


@contextlib.contextmanager
def _streams() -> Iterator[None]:
    """Let what is printed go nowhere where there is no stream, as under ``pythonw``."""
    with contextlib.ExitStack() as stack:
        for stream, redirected in (
            (sys.stdout, contextlib.redirect_stdout),
            (sys.stderr, contextlib.redirect_stderr),
        ):
            if stream is None:
                nowhere = stack.enter_context(open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123
                stack.enter_context(redirected(nowhere))
        yield


def _give_up_on_output() -> None:
    """Drop what cannot be written, over which Python would complain as it ends."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, stream.fileno())
                os.close(nowhere)
