"""A chapter that trains is skipped, with a notice, where training cannot be done."""

from __future__ import annotations

import importlib

from tutorial_helpers.training.dependencies import PACKAGES, check_dependencies, missing_package


def skip_without_training() -> None:
    """Skip the rest of a notebook if what training needs is not installed.

    A notice says so, and what to do about it. From then on, the cells of this notebook do nothing,
    as long as something is missing: all of them can be run, and none fails. Cells of nothing but
    magics still work, so that ``%pip install`` does, and so does the cell that calls this function.

    Where all is there, nothing happens.

    Raises
    ------
    ImportError
        Outside IPython, where there are no cells to skip, if JAX or Optax cannot be imported.

    Examples
    --------
    >>> skip_without_training()  # all is there
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
    """Return the lines of a cell, or none if it is to be skipped; IPython calls this."""
    code = [line for line in lines if line.strip()]
    magics = all(line.startswith(("%", "!")) and not line.startswith("%%") for line in code)
    if magics or any(skip_without_training.__name__ in line for line in code):
        return lines
    importlib.invalidate_caches()  # what was installed since is to be found
    return [] if missing_package() else lines
