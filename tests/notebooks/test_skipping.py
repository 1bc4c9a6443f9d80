"""A chapter that trains is skipped, with a notice, where JAX or Optax are missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from tests import ROOT

CHAPTER = ROOT / "notebooks" / "5_train_your_own.ipynb"

# Python runs a file of this name when it starts: what it imports cannot be imported there.
NO_JAX = "import sys\nsys.modules['jax'] = None\n"


@pytest.fixture
def without_jax(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make JAX unavailable to processes that are started."""
    (tmp_path / "sitecustomize.py").write_text(NO_JAX)
    others = os.environ.get("PYTHONPATH")
    paths = [str(tmp_path), str(ROOT), *([others] if others else [])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    return tmp_path


def executed(*cells: str) -> list[Any]:
    """Run cells in a kernel; return the text that each prints."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook).execute()
    return [
        "".join(output.get("text", output.output_type) for output in cell.outputs)
        for cell in notebook.cells
    ]


SKIP = (
    "from tutorial_helpers.training.skipping import skip_without_training\nskip_without_training()"
)
NOTICE = (
    "This chapter is skipped: it needs the Python package jax, which is not installed. The cells "
    "below can be run, but do nothing.\n\n"
    "To see what it shows, run this in a cell of its own, and then all cells again:\n\n"
    "    %pip install jax optax\n"
)


def test_nothing_happens_where_all_is_there() -> None:
    pytest.importorskip("optax", reason="training needs Optax: the extra train")
    pytest.importorskip("jax", reason="training needs JAX: the extra train")
    assert executed(SKIP, "print(1)") == ["", "1\n"]


def test_cells_do_nothing_until_it_is_there(without_jax: Path) -> None:
    # As after an installation: the packages can be found.
    packages = without_jax / "packages"
    packages.mkdir()
    for package in ("jax", "optax"):
        (packages / f"{package}.py").touch()
    install = without_jax / "install.py"
    install.write_text(
        f"import sys\ndel sys.modules['jax']\nsys.path.insert(0, {str(packages)!r})\n"
    )
    cells = [SKIP, "1 / 0", "%%time\nprint(1)", SKIP, f"%run -n {install}", "print(2)"]
    assert executed(*cells) == [NOTICE, "", "", NOTICE, "", "2\n"]


def test_outside_ipython_it_is_an_error(without_jax: Path) -> None:
    finished = subprocess.run(
        [sys.executable, "-c", SKIP], capture_output=True, text=True, check=False
    )
    assert finished.stderr.splitlines()[-1] == (
        "ImportError: Training needs the Python package jax, which is not installed; install it "
        "with: pip install jax optax"
    )


def test_the_chapter_runs_without_a_failure(without_jax: Path) -> None:
    cells = [cell for cell in nbformat.read(CHAPTER, 4).cells if cell.cell_type == "code"]
    outputs = executed(*(cell.source for cell in cells))
    said = [text for text in outputs if text]
    assert said == [NOTICE]
    assert outputs.index(NOTICE) <= 1  # right after the set-up


def test_pytest_skips_the_chapter_and_says_why(without_jax: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-n", "0", "-p", "no:cacheprovider", "-rs"]
    finished = subprocess.run(
        [*command, str(CHAPTER)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout
    *_, last = finished.stdout.splitlines()
    assert "skipped" in last
    assert "passed" not in last
    assert "training needs jax, which is not installed: pip install jax optax" in finished.stdout
