"""How nbval runs the chapters: their exercises too, and not those that train where JAX is missing.

``conftest.py`` loads this as a plugin, because the chapters are not in ``tests/``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Generator, Iterator
from functools import cache
from pathlib import Path
from unittest.mock import patch

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from nbval.plugin import IPyNbCell, IPyNbFile

from tutorial_helpers.training import missing_package


@cache
def trains(notebook: Path) -> bool:
    """Return whether a notebook skips itself without what training needs."""
    return "skip_without_training()" in notebook.read_text(encoding="utf-8")


@pytest.hookimpl(tryfirst=True)  # before a kernel is started
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip the cells of notebooks that train where that cannot be done."""
    if item.path.suffix == ".ipynb" and trains(item.path):
        package = missing_package()
        if package is not None:
            pytest.skip(f"training needs {package}, which is not installed: pip install jax optax")


def folded(notebook: NotebookNode, title: str) -> list[str]:
    """Return the code of the folded blocks of a notebook that have a title."""
    text = "\n".join(cell.source for cell in notebook.cells)
    pattern = rf"<details><summary>{title}</summary>\s*```python\n(.*?)```\s*</details>"
    return re.findall(pattern, text, re.DOTALL)


# As the reader finds it, an exercise is not solved.
UNSOLVED = """
try:
    exec({check!r})
except (AssertionError, TypeError):
    pass
else:
    raise AssertionError("The check passes before the exercise is solved.")
"""


def exercises(notebook: NotebookNode) -> list[tuple[str, str]]:
    """Return the check and the solution of each exercise to be written.

    The check is what a cell ends with that calls ``checks``; the solution is folded below it.
    """
    checks = [
        re.sub(r".*^(?=checks\.)", "", cell.source, flags=re.DOTALL | re.MULTILINE)
        for cell in notebook.cells
        if cell.cell_type == "code" and re.search(r"^checks\.", cell.source, re.MULTILINE)
    ]
    if not checks:  # a chapter whose checks are folded assertions
        return []
    return list(zip(checks, folded(notebook, "Solution"), strict=True))


# What comes of a check begins with the same word, whatever the exercise.
SOLVED = """
from contextlib import redirect_stdout
from io import StringIO

with redirect_stdout(StringIO()) as said:
    {check}
assert said.getvalue().startswith("Right."), said.getvalue()
"""


class Chapter(IPyNbFile):  # type: ignore[misc]
    """A notebook whose exercises are tried in the kernel in which its cells have run."""

    def setup(self) -> None:
        """Start the kernel, and leave coverage out of it: nbval would wait for it in vain."""
        with patch.object(self.config.option, "cov_source", None, create=True):
            super().setup()

    def teardown(self) -> None:
        """Stop the kernel."""
        with patch.object(self.config.option, "cov_source", None, create=True):
            super().teardown()

    def collect(self) -> Iterator[IPyNbCell]:
        """Give the cells, and then the solution of each exercise with its check."""
        cells = list(super().collect())
        yield from cells
        found = exercises(self.nb)
        if not found:
            yield from self.with_assertions(len(cells))
        for number, (check, solution) in enumerate(found, 1):
            source = solution + SOLVED.format(check=check.replace("\n", "\n    "))
            yield IPyNbCell.from_parent(
                self,
                name=f"Exercise {number}, solution",
                cell_num=len(cells),
                cell=new_code_cell(source),
                options=defaultdict(bool),
            )

    def with_assertions(self, cell_num: int) -> Iterator[IPyNbCell]:
        """Give for each exercise its check, its solution, and the check."""
        pairs = zip(folded(self.nb, "Check"), folded(self.nb, "Solution"), strict=True)
        for exercise, (check, solution) in enumerate(pairs, 1):
            for part, source in (
                ("unsolved", UNSOLVED.format(check=check)),
                ("solution", solution),
                ("check", check),
            ):
                yield IPyNbCell.from_parent(
                    self,
                    name=f"Exercise {exercise}, {part}",
                    cell_num=cell_num,
                    cell=new_code_cell(source),
                    options=defaultdict(bool),
                )


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Have nbval try the exercises of the notebooks that it runs."""
    return [
        Chapter.from_parent(parent, path=file_path) if isinstance(one, IPyNbFile) else one
        for one in (yield)
    ]
