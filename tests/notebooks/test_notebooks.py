"""The notebooks as documents: stored as one run, compared, described, and with solvable exercises.

That they run, that they give what is stored, and that the solutions of their exercises are right is
checked by nbval.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests import ROOT
from tests.notebooks.chapters import FINDINGS, exercises

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

# What makes an output differ from run to run, and so excuses a cell from being compared: times and
# their figures, the number of threads, progress bars, the backend's own code, frames drawn by
# another matplotlib or again and again, and what comes of training, which another JAX rounds in
# another way.
CHANGING = (
    "perf_counter",
    "plot_ladder(",
    "plot_break_even(",
    "widgets.batch_size(",
    "pairwise(ladder)",
    "neuron_update_time",
    "backend_description",
    "run_all(",
    "result.seconds",
    "generated_code",
    "generated(",
    "animate_activity(",
    "animate_batch(",
    "animate_receptive_fields(",
    "LearningCurve(",
    "rate_accuracy(",
    "spike_accuracy(",
    "classify_with(",
    "watch_hidden_layer(",
    "plot_learning(",
    "plot_scales(",
    "drawing_pad(",
    "build_classifier(weights, batch_size=size",
)

IGNORED = "nbval-ignore-output"


def code_cells(path: Path) -> list[Any]:
    return [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request: pytest.FixtureRequest) -> Path:
    return request.param


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS


def test_stored_as_one_run(notebook: Path) -> None:
    # nbval compares nothing in a cell without an execution count.
    cells = code_cells(notebook)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))


def test_no_cell_failed_or_warned(notebook: Path) -> None:
    for cell in code_cells(notebook):
        for output in cell.outputs:
            assert output.output_type != "error"
            assert output.get("name") != "stderr" or IGNORED in cell.metadata.get("tags", [])


def test_only_changing_outputs_are_not_compared(notebook: Path) -> None:
    for cell in code_cells(notebook):
        tags = cell.metadata.get("tags", [])
        assert set(tags) <= {IGNORED}
        assert "nbval" not in cell.source.lower()
        if IGNORED in tags:
            assert any(word in cell.source for word in CHANGING), cell.source


# What a chapter finds out, in the words in which it is printed: of one image, or of all.
RESULTS = {
    "1_single_image": r"Prediction: (\d), label: \1\n",
    "7_learning": r"97\.\d\d % of the test images",
    "8_without_labels": r"8\d\.\d\d % of the test images",
}
ACCURACY = r"Accuracy: 98\.\d\d %"


def test_result_is_compared(notebook: Path) -> None:
    compared = [
        output.text
        for cell in code_cells(notebook)
        if IGNORED not in cell.metadata.get("tags", [])
        for output in cell.outputs
        if output.output_type == "stream"
    ]
    expected = RESULTS.get(notebook.stem, ACCURACY)
    assert notebook.stem in FINDINGS or any(re.search(expected, text) for text in compared)


def test_pictures_have_alternative_text_in_the_page(notebook: Path) -> None:
    exporter = pytest.importorskip("nbconvert").HTMLExporter()
    page, _ = exporter.from_filename(str(notebook))
    tags = re.findall("<img [^>]*>", page)
    assert len(tags) > 3
    for tag in tags:
        words = re.search("""alt=(["'])(.*?)\\1""", tag)
        assert words is not None, tag[:200]
        assert words[2] == "Open in Colab" or len(words[2]) > 20


def test_pictures_are_stored_once(notebook: Path) -> None:
    for cell in code_cells(notebook):
        for output in cell.outputs:
            assert "image/png" not in output.get("data", {})  # it is in the HTML


def test_runs_with_any_python_3(notebook: Path) -> None:
    metadata = nbformat.read(notebook, 4).metadata
    assert metadata.kernelspec.name == "python3"
    # A stored interpreter version or widget state would change with every run.
    assert set(metadata) == {"kernelspec", "language_info"}
    assert set(metadata.language_info) == {"name"}


def test_exercises_can_be_checked(notebook: Path) -> None:
    """Each has a check and a solution, which are run after the cells: see ``chapters.Chapter``."""
    document = nbformat.read(notebook, 4)
    found = exercises(document)
    assert len(found) == 2
    text = "\n".join(cell.source for cell in document.cells)
    assert text.count("<details><summary>Hint</summary>") == 2
    stored = [
        output.text
        for cell in document.cells
        if cell.cell_type == "code" and re.search(r"^checks\.", cell.source, re.MULTILINE)
        for output in cell.outputs
    ]
    assert len(stored) == len(found)
    assert all(text.startswith("Not yet: ") for text in stored)
