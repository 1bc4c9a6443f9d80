"""What chapters need beyond the commands, and one sentence for those who lack it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

#: What figures, widgets and the chapters import; the extra ``chapters`` installs it.
PACKAGES = ("matplotlib", "threadpoolctl", "ipywidgets", "anywidget")


@contextlib.contextmanager
def needed_for(what: str) -> Iterator[None]:
    """Say what to install, if what is imported inside is one of the packages and is missing.

    Parameters
    ----------
    what : str
        What needs the import, such as ``"Figures"``.

    Raises
    ------
    ModuleNotFoundError
        With the name of the missing package.

    Examples
    --------
    >>> with needed_for("Figures"):
    ...     import matplotlib
    """
    try:
        yield
    except ModuleNotFoundError as missing:
        if missing.name not in PACKAGES:
            raise
        raise ModuleNotFoundError(
            f"{what} need the Python package {missing.name}, which is not installed; install what "
            f"the chapters need with: pip install {' '.join(PACKAGES)}",
            name=missing.name,
        ) from None
