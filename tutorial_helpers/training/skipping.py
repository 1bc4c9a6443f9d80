"""Skipping a chapter that trains where JAX or Optax is missing."""

from __future__ import annotations

import importlib

from tutorial_helpers.training.dependencies import PACKAGES, check_dependencies, missing_package


def skip_without_training() -> None:
    """Skip the rest of a notebook if what training needs is not installed.

    A notice says what is missing and how to install it. Until it is installed, the cells of the
    notebook can be run but do nothing. Cells that hold only magics still work, so that ``%pip
    install`` does, and so does the cell that calls this function.

    Raises
    ------
    ImportError
        Outside IPython, where there are no cells to skip, if JAX or Optax cannot be imported.

    Examples
    --------
    >>> skip_without_training()  # everything is installed
    """
    from IPython import get_ipython

    package = missing_package()
    if package is None:
        return
    shell = get_ipython()
    if shell is None:
        check_dependencies()
        return
    print(
        f"This chapter is skipped: it needs the Python package {package}, which is not installed. "
        "The cells below can be run, but do nothing.\n\n"
        "To see what it shows, run this in a cell of its own, and then all cells again:\n\n"
        f"    %pip install {' '.join(PACKAGES)}"
    )
    if _nothing_while_missing not in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.append(_nothing_while_missing)


def _nothing_while_missing(lines: list[str]) -> list[str]:
    """Return the lines of a cell, or none if the cell is skipped. IPython calls this."""
    code = [line for line in lines if line.strip()]
    magics = all(line.startswith(("%", "!")) and not line.startswith("%%") for line in code)
    if magics or any(skip_without_training.__name__ in line for line in code):
        return lines
    importlib.invalidate_caches()  # so that newly installed packages are found
    return [] if missing_package() else lines
