"""What training needs beyond the rest of the package, and one sentence for whoever lacks it."""

from __future__ import annotations

import importlib

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
            "with: pip install -r requirements-train.txt"
        )
