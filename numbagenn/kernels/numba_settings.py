"""Numba's environment variables, checked before Numba is first imported."""

from __future__ import annotations

import importlib
import os
import warnings


def check_numba_settings() -> None:
    """Import Numba, and raise if it cannot do with its environment variables.

    Raises
    ------
    ValueError
        With one sentence that names the variable, or those that are set where Numba names none.
    """
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            numba = importlib.import_module("numba")
    except ImportError:
        raise
    except Exception as error:
        found = [f"{name}={value}" for name, value in os.environ.items() if name[:6] == "NUMBA_"]
        if not found:
            raise
        reason = str(error).rstrip(".")
        raise ValueError(
            f"Numba cannot start with {', '.join(found)}: {reason}; correct or unset what is set."
        ) from error
    for warning in caught:
        first_line = str(warning.message).split("\n")[0].rstrip(".")
        if not first_line.startswith("Environment variable"):
            warnings.warn_explicit(
                warning.message, warning.category, warning.filename, warning.lineno
            )
        elif "value '' " not in first_line:  # an empty variable is as good as none
            raise ValueError(f"{first_line}; correct or unset it.")
    if numba.config.DISABLE_JIT:
        raise ValueError(
            "Environment variable NUMBA_DISABLE_JIT must be 0 or unset, as the engine runs "
            f"nothing but compiled code, not '{numba.config.DISABLE_JIT}'; unset it."
        )
