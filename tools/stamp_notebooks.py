"""Write into notebooks and READMEs what has its one place elsewhere.

    python -m tools.stamp_notebooks

* The address of the repository, from `pyproject.toml`: into the set-up cell and the Colab badges.
* The set-up cell, from `set_up_cell.py` beside this file: into each notebook.
* The running times, from `docs/chapter_times.json`: into each notebook and the table of chapters.

`store_notebooks.py` measures the times, and stamps by itself.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import nbformat

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SET_UP_CELL = Path(__file__).with_name("set_up_cell.py")
TIMES = ROOT / "docs" / "chapter_times.json"
READMES = [ROOT / "README.md", ROOT / "notebooks" / "README.md"]


def repository() -> str:
    """Return the address of the repository on GitHub."""
    # Python has a parser for TOML from 3.11 on only.
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    address = re.search(r'^Repository = "(https://github\.com/[\w.-]+/[\w.-]+)"$', text, re.M)
    if address is None:
        raise ValueError(
            "pyproject.toml should have a line like "
            'Repository = "https://github.com/OWNER/NAME" under [project.urls].'
        )
    return address[1]


def times() -> dict[str, Any]:
    """Return the measured running times."""
    return json.loads(TIMES.read_text(encoding="utf-8"))


def rounded(seconds: float) -> int:
    """Round a time up to five seconds."""
    return 5 * -int(-seconds // 5)


def with_address(text: str) -> str:
    """Put the address into the links to Colab."""
    colab = r"https://colab\.research\.google\.com/github"
    owner_and_name = repository().removeprefix("https://github.com/")
    return re.sub(rf"({colab})/[^/]+/[^/]+/(?=blob/)", rf"\1/{owner_and_name}/", text)


def stamped_set_up_cell() -> str:
    """Return the set-up cell with the address."""
    text = SET_UP_CELL.read_text(encoding="utf-8")
    return re.sub(r'(?m)^REPOSITORY = ".*"$', f'REPOSITORY = "{repository()}"', text)


def stamped_notebook(path: Path) -> str:
    """Return a notebook as it should be stored: badge, time and set-up cell."""
    notebook = nbformat.read(path, 4)
    measured = times()
    seconds, cores = rounded(measured["seconds"][path.stem]), measured["processors"]
    first = notebook.cells[0]
    first.source = re.sub(
        r"running all cells takes .*",
        f"running all cells takes about {seconds} seconds on {cores} cores, without a GPU.",
        with_address(first.source),
    )
    set_up = next(cell for cell in notebook.cells if cell.cell_type == "code")
    set_up.source = stamped_set_up_cell().strip()
    return nbformat.writes(notebook) + "\n"


def stamped_readme(path: Path) -> str:
    """Return a README as it should be: badges, and times where it tells them."""
    text = with_address(path.read_text(encoding="utf-8"))
    measured = times()
    for name, seconds in measured["seconds"].items():
        row = rf"(?m)^(\|.*\]\({name}\.ipynb\).*\|) [^|]* \|$"
        text = re.sub(row, rf"\1 {rounded(seconds)} s |", text)
    machine = f"on {measured['processors']} cores of an {measured['cpu']}, without a GPU"
    return re.sub(r"on \d+ cores of an [^,]*, without a GPU", machine, text)


def stamped() -> dict[Path, str]:
    """Return what each file should hold."""
    return {
        SET_UP_CELL: stamped_set_up_cell(),
        **{path: stamped_notebook(path) for path in NOTEBOOKS},
        **{path: stamped_readme(path) for path in READMES},
    }


def main() -> None:
    """Write the files that are to change, and name them."""
    for path, text in stamped().items():
        if path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
