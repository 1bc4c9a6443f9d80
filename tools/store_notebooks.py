"""Run notebooks from top to bottom and store them with their output, and the README's pictures.

    python -m tools.store_notebooks [NOTEBOOK ...]

All notebooks are run if none is named, and then their times are stored as well.
"""

from __future__ import annotations

import base64
import json
import os
import re
import sys
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import nbformat
from nbclient import NotebookClient

from benchmarks.machine import cpu_name
from tools import stamp_notebooks
from tools.project import ROOT
from tools.stamp_notebooks import NOTEBOOKS, TIMES

# Figures that the READMEs show: the notebook, the call that draws it, the file.
PICTURES = [
    ("1_single_image", "plot_raster(", ROOT / "docs" / "raster.png"),
    ("2_whole_test_set", "plot_count_changes(", ROOT / "docs" / "leak.png"),
    ("3_batched_inference", "plot_spike_counts(", ROOT / "docs" / "first_batch.png"),
    ("4_how_fast", "plot_ladder(ladder))", ROOT / "docs" / "ladder.png"),
    ("5_train_your_own", '"Normalised": after', ROOT / "docs" / "rates.png"),
    ("6_how_many_steps", 'title="On the test images"', ROOT / "docs" / "early.png"),
    ("7_learning", "LearningCurve(len(images))", ROOT / "docs" / "learning.png"),
    ("8_without_labels", "{RIVALS} receptive fields", ROOT / "docs" / "fields.png"),
]


def last_line_states(text: str) -> str:
    """Return a text as a terminal shows it in the end: a carriage return overwrites its line."""
    return "\n".join(line.rstrip("\r").rsplit("\r", 1)[-1] for line in text.split("\n"))


def merged(outputs: list[Any]) -> list[Any]:
    """Return outputs with each run of text from one stream in one piece, as it looks in the end."""
    result: list[Any] = []
    for output in outputs:
        if output.output_type == "stream" and result and result[-1].get("name") == output.name:
            result[-1].text += output.text
        else:
            result.append(output)
    for output in result:
        if output.output_type == "stream":
            output.text = last_line_states(output.text)
    return result


def without_widget(output: Any) -> Any:
    """Return an output without its widget, which lives in a kernel that is gone.

    Front ends that looked for it would show an error instead of the still that is stored beside it.
    """
    output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
    return output


def run(notebook: Any, folder: Path) -> float:
    """Run all cells in a kernel that has compiled nothing before; return the seconds it took."""
    client = NotebookClient(notebook, resources={"metadata": {"path": str(folder)}})
    with TemporaryDirectory() as cache:
        start = perf_counter()
        client.execute(env=os.environ | {"NUMBAGENN_CACHE_DIR": cache})
        return perf_counter() - start


def store(path: Path) -> float:
    """Run one notebook and write it back, without what differs from machine to machine."""
    notebook = nbformat.read(path, 4)
    seconds = run(notebook, path.parent)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = merged([without_widget(output) for output in cell.outputs])
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    temporary = path.with_suffix(".partial")
    nbformat.write(notebook, temporary)
    temporary.replace(path)
    return seconds


def code_cells(path: Path) -> list[Any]:
    """Return the cells of a notebook that run."""
    return [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]


def store_pictures(path: Path) -> None:
    """Write the figures of a stored notebook that the READMEs show."""
    for name, call, target in PICTURES:
        if name != path.stem:
            continue
        (cell,) = [cell for cell in code_cells(path) if call in cell.source]
        target.parent.mkdir(exist_ok=True)
        pages = "".join(output.get("data", {}).get("text/html", "") for output in cell.outputs)
        (drawn,) = re.findall('src="data:image/png;base64,([^"]*)"', pages)
        target.write_bytes(base64.b64decode(drawn))


def store_times(seconds: dict[str, float]) -> None:
    """Write down how long the chapters took, and on what."""
    times = {
        "date": date.today().isoformat(),
        "cpu": cpu_name(),
        "processors": os.cpu_count(),
        "seconds": {name: round(value, 1) for name, value in seconds.items()},
    }
    TIMES.write_text(json.dumps(times, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Store the notebooks that the command line names."""
    seconds = {}
    for path in [Path(name) for name in sys.argv[1:]] or NOTEBOOKS:
        print(path)
        seconds[path.stem] = store(path)
        store_pictures(path)
    # Only together, so that all times are of one machine and one state of the code.
    if set(seconds) == {path.stem for path in NOTEBOOKS}:
        store_times(seconds)
    stamp_notebooks.main()


if __name__ == "__main__":
    main()
