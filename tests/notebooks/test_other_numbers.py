"""The cells of chapters can be run with other numbers, and each of them twice."""

from __future__ import annotations

import os
import re
from pathlib import Path

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell

from tests import ROOT, a_few
from tutorial_helpers.training import missing_package

#: A chapter's own settings, as they stand in one of its cells, with the values to try.
NUMBERS = {
    "1_single_image": {"THRESHOLD": (2.0, 8.0), "TIMESTEPS": (1, 250)},
    "2_whole_test_set": {"THRESHOLD": (2.0, 8.0), "TIMESTEPS": (1, 250)},
    "3_batched_inference": {
        "BATCH_SIZE": (64, 1, 1000, 20000),
        "THRESHOLD": (2.0, 8.0),
        "TIMESTEPS": (1, 250),
    },
}
CASES = [
    (chapter, name, value)
    for chapter, settings in NUMBERS.items()
    for name, values in settings.items()
    for value in values
]


def cells(chapter: str) -> list[str]:
    notebook = nbformat.read(ROOT / "notebooks" / f"{chapter}.ipynb", 4)
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return [source for source in sources if "%pip" not in source]


def run(sources: list[str], times: int = 2) -> None:
    """Run each cell so many times before the next."""
    shell = InteractiveShell()
    try:
        for source in sources:
            for _ in range(times):
                shell.run_cell(source).raise_error()
    finally:
        InteractiveShell.clear_instance()


@pytest.mark.parametrize(("chapter", "name", "value"), a_few(CASES, 0))
def test_cells_take_other_numbers(
    chapter: str, name: str, value: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    sources, changed = [], 0
    for source in cells(chapter):
        text, number = re.subn(
            rf"^{name} = [\d.]+", f"{name} = {value}", source, flags=re.MULTILINE
        )
        sources.append(text)
        changed += number
    assert changed == 1  # it is set in one place
    run(sources)


#: How the chapter that learns does so in seconds: from few images, once.
SHORT = (
    ('load_mnist("train")', '(part[:2560] for part in load_mnist("train"))'),
    ("EPOCHS = 5", "EPOCHS = 1"),
)


@pytest.mark.slow
@pytest.mark.parametrize("times", [1, 2])
def test_learning_in_short(times: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = "\0".join(cells("7_learning"))
    for long, short in SHORT:
        assert text.count(long) == 1  # it is set in one place
        text = text.replace(long, short)
    run(text.split("\0"), times)


@pytest.mark.slow
@pytest.mark.parametrize("chapter", ["4_how_fast", "5_train_your_own", "6_how_many_steps"])
def test_cells_run_twice(chapter: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = missing_package()
    if chapter == "5_train_your_own" and package is not None:
        pytest.skip(f"training needs {package}, which is not installed: pip install jax optax")
    monkeypatch.chdir(tmp_path)
    # Chapter 4 builds the network in new processes, which may not have the package installed.
    monkeypatch.setenv("PYTHONPATH", str(ROOT), prepend=os.pathsep)
    run(cells(chapter))
