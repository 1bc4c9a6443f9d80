"""Puts numbagenn in the place of ``pygenn``, in this process, and takes it back."""

from __future__ import annotations

import sys
from collections.abc import Callable

from numbagenn.compat.missing_names import REMEDY
from numbagenn.compat.shim import missing_names, stand_in


def put_in_place(version: str, remedy: str = REMEDY) -> Callable[[], None]:
    """Make ``import pygenn`` give numbagenn, and return what undoes that.

    Parameters
    ----------
    version
        ``"4.9"`` or ``"5"``: the PyGeNN whose names it has.
    remedy
        What to do about a name of the ``{other}`` version, for messages.
    """
    kept = {name: sys.modules.pop(name) for name in list(sys.modules) if is_pygenn(name)}
    missing = missing_names(version, remedy)
    sys.modules.update(stand_in(version, remedy))
    sys.meta_path.append(missing)

    def take_back() -> None:
        sys.meta_path.remove(missing)
        for name in [name for name in sys.modules if is_pygenn(name)]:
            del sys.modules[name]
        sys.modules.update(kept)

    return take_back


def is_pygenn(name: str) -> bool:
    """Return whether a module is ``pygenn``, or inside it."""
    return name == "pygenn" or name.startswith("pygenn.")
