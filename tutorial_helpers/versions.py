"""The versions that a result was made with."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version


def installed_versions(*packages: str) -> dict[str, str]:
    """Return the version of Python and of those of the packages that are installed.

    Parameters
    ----------
    *packages : str
        Names as on PyPI.

    Returns
    -------
    dict of str to str
        By name, ``"python"`` first.

    Examples
    --------
    >>> list(installed_versions("numpy", "no-such-package"))
    ['python', 'numpy']
    """
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
