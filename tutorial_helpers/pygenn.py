"""PyGeNN's API under one import, from real PyGeNN or from numbagenn.

You get real PyGeNN where it is installed with a GPU backend. Everywhere else you get `numbagenn`,
which is bundled with the notebooks, because PyGeNN's CPU backend refuses every batch size but 1.
The environment variable ``TUTORIAL_BACKEND`` forces one of them: ``bundled`` or ``pygenn``.

Drop ``tutorial_helpers.`` from the import line, and a cell is a plain PyGeNN script.
"""

from __future__ import annotations

import importlib
import os
from types import ModuleType
from typing import TYPE_CHECKING

import numbagenn

if TYPE_CHECKING:
    from numbagenn import *  # noqa: F403

# What only numbagenn has: PyGeNN on a GPU has no threads to set.
_NUMBAGENN_ONLY = {"get_num_threads", "set_num_threads"}
_NAMES = [name for name in numbagenn.__all__ if name not in _NUMBAGENN_ONLY]

__all__ = [*_NAMES, "backend_description"]

GPU_BACKENDS = ("cuda", "hip")


def _installed_pygenn() -> ModuleType | None:
    """Return real PyGeNN, or None if it is not installed."""
    try:
        return importlib.import_module("pygenn")
    except ModuleNotFoundError as error:
        if error.name != "pygenn":
            raise
        return None


def _backends(pygenn: ModuleType) -> list[str]:
    """Return the names of the backends that an installation of PyGeNN was built with."""
    module = importlib.import_module(f"{pygenn.__name__}.genn_model")
    return list(module.backend_modules)


def choose_backend() -> ModuleType:
    """Return the module that provides PyGeNN's API.

    Returns
    -------
    module
        Real PyGeNN, or `numbagenn`.

    Raises
    ------
    ImportError
        If ``TUTORIAL_BACKEND`` is ``pygenn`` and PyGeNN is not installed.
    ValueError
        If ``TUTORIAL_BACKEND`` is set to something else.
    """
    wanted = os.environ.get("TUTORIAL_BACKEND", "")
    if wanted not in ("", "bundled", "pygenn"):
        raise ValueError(
            f"Environment variable TUTORIAL_BACKEND must be 'bundled' or 'pygenn', not '{wanted}'; "
            "correct or unset it."
        )
    if wanted == "bundled":
        return numbagenn
    pygenn = _installed_pygenn()
    if wanted == "pygenn":
        if pygenn is None:
            raise ImportError(
                "TUTORIAL_BACKEND is 'pygenn', but PyGeNN is not installed; install it from a "
                "release of GeNN, or unset TUTORIAL_BACKEND to use numbagenn."
            )
        return pygenn
    if pygenn is not None and any(name in GPU_BACKENDS for name in _backends(pygenn)):
        return pygenn
    return numbagenn


def backend_description() -> str:
    """Return which of the two is at work, in words.

    Examples
    --------
    >>> backend_description().startswith(("numbagenn", "PyGeNN"))
    True
    """
    if _backend is numbagenn:
        threads = numbagenn.get_num_threads()
        return f"numbagenn, {threads} thread{'s' if threads > 1 else ''}"
    version = getattr(_backend, "__version__", "")
    return f"PyGeNN {version} ({_backends(_backend)[0]})".replace("  ", " ")


_backend = choose_backend()
for _name in _NAMES:
    # PyGeNN before 5.4 lacks some of them. Importing such a name then says so.
    if hasattr(_backend, _name):
        globals()[_name] = getattr(_backend, _name)
