"""Write into notebooks and READMEs what is set elsewhere.

    python -m tools.stamp_notebooks

* The address of the repository, from `pyproject.toml`: into set-up cells, Colab badges, the line
  that clones it and `CITATION.cff`. That of the site, which follows from it: into the README.
* The set-up cell, from `set_up` below: into each notebook.
* The diagrams, from `docs/diagrams/`, which `pictures.py` draws: into the first cell of each
  notebook, and wherever a text says `<!-- diagram: NAME -->`.
* The running times, from `docs/chapter_times.json`: into each notebook and the table of chapters.

`store_notebooks.py` measures the times, and also stamps.
"""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import nbformat

from tools.project import ROOT, project, repository, site
from tutorial_helpers.figures.diagrams import EVERY

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TIMES = ROOT / "docs" / "chapter_times.json"
DIAGRAMS = ROOT / "docs" / "diagrams"
READMES = [ROOT / "README.md", ROOT / "notebooks" / "README.md"]
ENGINE = ROOT / "numbagenn" / "README.md"
CITATION = ROOT / "CITATION.cff"


# The cell is folded in Jupyter and in Colab. An import of more than `tutorial_helpers` finds out
# whether what the chapters need is there, too; `widgets.pad` needs all of it but threadpoolctl.
SET_UP = """\
# @title Set-up: install what is missing
try:
    import threadpoolctl, tutorial_helpers.widgets.pad  # noqa
except ModuleNotFoundError:
    %pip install -q "{requirement}"
"""
FOLDED = {"cellView": "form", "jupyter": {"source_hidden": True}}


# What a chapter says that needs an extra of its own.
EXTRAS = {"skip_without_training()": "train", "tutorial_helpers.cluster": "cluster"}

# The diagram that opens each chapter.
OPENING = {
    "1_single_image": "network_neuron",
    "2_whole_test_set": "network_loop",
    "3_batched_inference": "network_batch",
    "4_how_fast": "network_speed",
    "5_train_your_own": "network_weights",
    "6_how_many_steps": "network_steps",
    "7_learning": "network_learning",
    "8_without_labels": "competition",
}
# A picture in a text, if it has been written there, under the comment that asks for it.
_DIAGRAM = re.compile(r"<!-- diagram: (\w+) -->(?:\n+!\[[^]]*\]\(data:[^)]*\))?")


def times() -> dict[str, Any]:
    """Return the measured running times."""
    measured: dict[str, Any] = json.loads(TIMES.read_text(encoding="utf-8"))
    return measured


def rounded(seconds: float) -> int:
    """Round a time up to five seconds."""
    return 5 * -int(-seconds // 5)


def with_address(text: str) -> str:
    """Put the address into what clones it, and into links to Colab, its archive and its site."""
    text = re.sub(r"(?<=\[Draw a digit\]\()[^)]+", site(), text)
    text = re.sub(r"https://[\w./-]+(?=/archive/main\.zip)", repository(), text)
    clone = f"git clone {repository()}\ncd {repository().rpartition('/')[2]}\n"
    text = re.sub(r"git clone https://\S+\ncd \S+\n", clone, text)
    colab = r"https://colab\.research\.google\.com/github"
    owner_and_name = repository().removeprefix("https://github.com/")
    return re.sub(rf"({colab})/[^/]+/[^/]+/(?=blob/)", rf"\1/{owner_and_name}/", text)


def with_diagrams(text: str) -> str:
    """Put the diagrams that a text asks for under the comments that ask, or renew them.

    A PNG file inside the text is the one form that is seen, with its alternative text, wherever
    notebooks are read. JupyterLab shows no SVG file that is attached to a cell; Colab shows nothing
    that is attached, no SVG in the text, and no files beside a notebook that was saved as a copy.
    """

    def picture(found: re.Match[str]) -> str:
        name = found[1]
        if name not in EVERY:
            raise ValueError(f"There is no diagram {name}, only {', '.join(EVERY)}.")
        png = base64.b64encode((DIAGRAMS / f"{name}.png").read_bytes()).decode()
        alt = re.sub(r"([][\\])", r"\\\1", EVERY[name]().alt)
        return f"<!-- diagram: {name} -->\n\n![{alt}](data:image/png;base64,{png})"

    return _DIAGRAM.sub(picture, text)


def with_opening(text: str, chapter: str) -> str:
    """Ask for the diagram of a chapter below the title and the badge of its first cell."""
    if chapter not in OPENING:
        return text
    comment = f"<!-- diagram: {OPENING[chapter]} -->"
    if _DIAGRAM.search(text):
        return _DIAGRAM.sub(comment, text, count=1)
    title, badge, *rest = text.split("\n\n")
    return "\n\n".join([title, badge, comment, *rest])


def set_up(*extras: str) -> str:
    """Return the code of the set-up cell, of a chapter that needs more extras than all do."""
    name = f"{project()['name']}[{','.join([*extras, 'chapters'])}]"
    return SET_UP.format(requirement=f"{name} @ {repository()}/archive/main.zip").strip()


def stamped_notebook(path: Path) -> str:
    """Return a notebook as it should be stored: badge, diagrams, time and set-up cell."""
    notebook = nbformat.read(path, 4)
    measured = times()
    seconds, cores = rounded(measured["seconds"][path.stem]), measured["processors"]
    first = notebook.cells[0]
    first.source = re.sub(
        r"running all cells takes .*",
        f"running all cells takes about {seconds} seconds on {cores} cores, without a GPU.",
        with_address(with_opening(first.source, path.stem)),
    )
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = with_diagrams(cell.source)
    cell = next(cell for cell in notebook.cells if cell.cell_type == "code")
    code = "\n".join(one.source for one in notebook.cells)
    cell.source = set_up(*(extra for words, extra in EXTRAS.items() if words in code))
    cell.metadata = FOLDED
    return f"{nbformat.writes(notebook)}\n"


def stamped_readme(path: Path) -> str:
    """Return a README as it should be: badges, and times if it shows them."""
    text = with_address(path.read_text(encoding="utf-8"))
    measured = times()
    for name, seconds in measured["seconds"].items():
        row = rf"(?m)^(\|.*\]\({name}\.ipynb\).*\|) [^|]* \|$"
        text = re.sub(row, rf"\1 {rounded(seconds)} s |", text)
    machine = f"on {measured['processors']} cores of an {measured['cpu']}, without a GPU"
    return re.sub(r"on \d+ cores of an [^,]*, without a GPU", machine, text)


def stamped_citation() -> str:
    """Return how to cite the project, with the address."""
    text = CITATION.read_text(encoding="utf-8")
    return re.sub(r"(?m)^repository-code: .*$", f"repository-code: {repository()}", text)


def stamped() -> dict[Path, str]:
    """Return what each file should hold."""
    return {
        **{path: stamped_notebook(path) for path in NOTEBOOKS},
        **{path: stamped_readme(path) for path in [*READMES, ENGINE]},
        CITATION: stamped_citation(),
    }


def main() -> None:
    """Write the files that are to change, and name them."""
    for path, text in stamped().items():
        if path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
