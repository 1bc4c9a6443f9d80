"""How nbval runs the chapters: their exercises too, and not those that train where JAX is missing.

The chapters that learn are slow tests.

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

#: Chapters that take too long for the default run.
LONG = {"7_learning", "8_without_labels"}


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
    """Return the code that folded blocks of a notebook with a title begin with."""
    text = "\n".join(cell.source for cell in notebook.cells)
    pattern = rf"<details><summary>{title}</summary>\s*```python\n(.*?)```.*?</details>"
    return re.findall(pattern, text, re.DOTALL)


def exercises(notebook: NotebookNode) -> list[tuple[str, str]]:
    """Return the check and the solution of each exercise to be written.

    The check is what a cell ends with that calls ``checks``; the solution is folded below it.
    """
    checks = [
        re.sub(r".*^(?=checks\.)", "", cell.source, flags=re.DOTALL | re.MULTILINE)
        for cell in notebook.cells
        if cell.cell_type == "code" and re.search(r"^checks\.", cell.source, re.MULTILINE)
    ]
    return list(zip(checks, folded(notebook, "Solution"), strict=True))


# What comes of a check begins with the same word, whatever the exercise.
SOLVED = """
from contextlib import redirect_stdout
from io import StringIO

with redirect_stdout(StringIO()) as said:
    {check}
assert said.getvalue().startswith("Right."), said.getvalue()
"""


# What a chapter says of results that another JAX rounds in another way, so that its outputs are not
# compared.
FINDINGS = {
    "5_train_your_own": """
assert copied_accuracy < ordinary_accuracy - 1
assert normalised_accuracy > copied_accuracy + 1
few, many = by_scale["12 steps"], by_scale["100 steps"]
assert scales[np.argmax(few)] > 1 >= scales[np.argmax(many)]
assert max(few) < ordinary_accuracy - 1
assert same > 990  # of 1,000 images
assert fine_tuned_accuracy > converted_accuracy + 0.5
""",
}


class Chapter(IPyNbFile):  # type: ignore[misc]
    """A notebook whose exercises are tried in the kernel in which its cells have run."""

    def setup(self) -> None:
        """Start the kernel, and leave coverage out of it: nbval would wait for it in vain."""
        with patch.object(self.config.option, "cov_source", None, create=True):
            try:
                super().setup()
            except RuntimeError:  # kernels that start at the same time may choose the same port
                super().setup()

    def teardown(self) -> None:
        """Stop the kernel."""
        with patch.object(self.config.option, "cov_source", None, create=True):
            super().teardown()

    def collect(self) -> Iterator[IPyNbCell]:
        """Give the cells, the findings, and the solution of each exercise with its check."""
        cells = list(super().collect())
        more = {"Findings": FINDINGS.get(self.path.stem, "pass")}
        for number, (check, solution) in enumerate(exercises(self.nb), 1):
            source = solution + SOLVED.format(check=check.replace("\n", "\n    "))
            more[f"Exercise {number}, solution"] = source
        for name, source in more.items():
            cells.append(
                IPyNbCell.from_parent(
                    self,
                    name=name,
                    cell_num=len(cells),
                    cell=new_code_cell(source),
                    options=defaultdict(bool),
                )
            )
        if self.path.stem in LONG:
            for cell in cells:
                cell.add_marker(pytest.mark.slow)
        yield from cells


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Have nbval try the exercises of the notebooks that it runs."""
    return [
        Chapter.from_parent(parent, path=file_path) if isinstance(one, IPyNbFile) else one
        for one in (yield)
    ]
