"""Warnings that point at the user's line, however deep in numbagenn they arise."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

_PACKAGE = str(Path(__file__).parents[1])


def warn_user(message: str, category: type[Warning] = UserWarning) -> None:
    """Issue a warning at the line from which numbagenn was called.

    Parameters
    ----------
    message
        What is wrong, and what to do.
    category
        Kind of warning.
    """
    # Python 3.12 has an argument of `warnings.warn` for this.
    level, frame = 1, sys._getframe()
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)
