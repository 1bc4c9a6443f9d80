"""Install the packages that the notebooks need and do not find.

The first cell of each notebook runs this, where maybe none of them is installed yet. So it needs
nothing but the standard library, and ``packaging``, which comes with every Jupyter kernel.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.requirements import Requirement

__all__ = ["install_missing", "missing_requirements"]

_REQUIREMENTS = Path(__file__).resolve().parents[1] / "requirements.txt"


def install_missing(path: Path = _REQUIREMENTS) -> None:
    """Install what is missing or too old, with pip; do nothing, at once, where all is there.

    Parameters
    ----------
    path : Path, optional
        A file with a requirement a line; the repository's ``requirements.txt`` unless given.

    Raises
    ------
    RuntimeError
        If pip fails. The message ends with what pip has to say.

    Examples
    --------
    >>> install_missing()  # doctest: +SKIP
    Installing hypothesis>=6.100, nbval>=0.11
    """
    missing = missing_requirements(path)
    if not missing:
        return
    print("Installing", ", ".join(missing))
    command = [sys.executable, "-m", "pip", "install", "--quiet", *missing]
    pip = subprocess.run(command, capture_output=True, text=True)
    if pip.returncode:
        raise RuntimeError(
            f"pip could not install {', '.join(missing)}: connect to the internet and try again, "
            f"or install {path} yourself and restart the kernel.\n\n{pip.stderr.strip()}"
        )
    # Python remembers what the folders of packages held when it first looked.
    importlib.invalidate_caches()


def missing_requirements(path: Path = _REQUIREMENTS) -> list[str]:
    """List the requirements that no installed package meets.

    Parameters
    ----------
    path : Path, optional
        A file with a requirement a line; the repository's ``requirements.txt`` unless given.

    Returns
    -------
    list of str
        Lines of the file, in their order.

    Examples
    --------
    >>> missing_requirements()  # doctest: +SKIP
    ['nbval>=0.11', 'hypothesis>=6.100']
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#") and not _is_met(line)]


def _is_met(line: str) -> bool:
    """Say whether the package of a requirement is installed, and recent enough."""
    requirement = Requirement(line)
    try:
        return requirement.specifier.contains(version(requirement.name), prereleases=True)
    except PackageNotFoundError:
        return False
