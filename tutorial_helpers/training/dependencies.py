"""What training needs beyond the rest of the package, and one sentence for those who lack it."""

from __future__ import annotations

import importlib

#: What the modules of training import; the extra ``train`` installs it.
PACKAGES = ("jax", "optax")


def missing_package() -> str | None:
    """Return the first package that training needs and cannot import, or None.

    Examples
    --------
    >>> missing_package() in (None, *PACKAGES)
    True
    """
    for package in PACKAGES:
        try:
            importlib.import_module(package)
        except ImportError:
            return package
    return None


def check_dependencies() -> None:
    """Check that training can run here.

    Raises
    ------
    ImportError
        If JAX or Optax cannot be imported, with what to install.

    Examples
    --------
    >>> check_dependencies()  # doctest: +SKIP
    """
    package = missing_package()
    if package is not None:
        raise ImportError(
            f"Training needs the Python package {package}, which is not installed; install it "
            f"with: pip install {' '.join(PACKAGES)}"
        )
