"""How a command ends: its status, and whether anything is waited for."""

from __future__ import annotations

import atexit
import contextlib
import os
import sys
from collections.abc import Callable
from typing import NoReturn

# What a shell reports for other programs after Ctrl-C, and when nobody reads their output.
_INTERRUPTED = 130
_NOBODY_READS = 141


def status_of(command: Callable[[], int]) -> int:
    """Run a command and return the exit status that it comes to.

    Parameters
    ----------
    command
        Returns its status.

    Returns
    -------
    int
        Its status, 130 after Ctrl-C, and 141 when nobody reads what it prints any longer.
    """
    try:
        status = command()
        # What hinders the output, such as a full disk, is noticed here and not as Python ends.
        if not getattr(sys.stdout, "closed", sys.stdout is None):
            sys.stdout.flush()
        return status
    except KeyboardInterrupt as interrupt:
        print(str(interrupt) or "Interrupted.", file=sys.stderr)
        return _INTERRUPTED
    except BrokenPipeError:
        return _NOBODY_READS


def leave(status: int) -> NoReturn:
    """End the process, at once where a compiler may run on another thread or nobody reads."""
    if status in (_INTERRUPTED, _NOBODY_READS):
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                stream.flush()
        os._exit(status)
    sys.exit(status)
