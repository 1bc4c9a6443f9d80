"""The README and its relatives say what is so."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

from tests import ROOT
from tools.project import project
from tutorial_helpers.__main__ import main
from tutorial_helpers.evaluation import evaluate, record
from tutorial_helpers.weight_sets import weight_sets

README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [
    path
    for path in sorted(ROOT.rglob("*.md"))
    if not any(part.startswith(".") or part == "node_modules" for part in path.parts)
]


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_two_commands_in_one_line_each() -> None:
    commands = [line for block in blocks("sh") for line in block.splitlines() if "&&" in line]
    assert [command.rsplit(" -m ", 1)[1] for command in commands] == [
        "tutorial_helpers classify",
        "pytest",
    ]
    set_up = {command.rsplit(" && ", 1)[0] for command in commands}
    assert len(set_up) == 1


def test_windows_commands_are_the_same() -> None:
    posix = [line for block in blocks("sh") for line in block.splitlines() if "&&" in line]
    (windows,) = blocks("bat")
    translated = [
        line.replace("python3 -m venv", "py -m venv").replace(".venv/bin/", ".venv\\Scripts\\")
        for line in posix
    ]
    assert windows.splitlines() == translated


def test_python_example_runs() -> None:
    (example,) = blocks("python")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(example, {})
    assert 98 <= float(printed.getvalue()) <= 100


def test_classify_prints_what_the_page_says(capsys: pytest.CaptureFixture[str]) -> None:
    (shown,) = blocks("text")
    assert main(["classify"]) == 0
    assert set(shown.splitlines()) <= set(capsys.readouterr().out.splitlines())


def test_requirements_are_listed_once() -> None:
    assert (ROOT / "requirements.txt").read_text(
        encoding="utf-8"
    ) == "-e .[notebooks,test,cluster]\n"


def test_numba_may_be_as_new_as_in_the_lock_file() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    (release,) = re.findall(r"^numba==(\d+)\.(\d+)\.", lock, re.MULTILINE)
    (bounds,) = [line for line in project()["dependencies"] if line.startswith("numba")]
    assert bounds.endswith(f"<{release[0]}.{int(release[1]) + 1}")


def test_every_requirement_is_justified() -> None:
    extras = project()["optional-dependencies"].values()
    lines = [*project()["dependencies"], *(line for extra in extras for line in extra)]
    required = {re.split(r"[<>=\[]", line)[0] for line in lines} - {project()["name"]}
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = page.split("## What it is built on")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| ")]
    justified = {name.strip() for row in rows[1:] for name in row.split(",")}
    assert required == justified


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (path.parent / target).exists(), target


@pytest.mark.parametrize("name", weight_sets())
def test_accuracy_is_what_the_documents_say(name: str, tmp_path: Path) -> None:
    found = evaluate(name)
    page = ROOT / "data" / "README.md"
    copy = tmp_path / "README.md"
    copy.write_text(page.read_text(encoding="utf-8"), encoding="utf-8")
    record(found, copy)
    stored, measured = (
        [
            row.split(" | ")[3:-1]
            for row in path.read_text(encoding="utf-8").splitlines()
            if row.startswith(f"| `{name}` | `{found.digest[:12]}` |")
        ]
        for path in (page, copy)
    )
    assert len(stored) == 1
    assert stored == measured
    if name == "default":
        for steps in (12, 100):
            assert f"**{found.mnist[steps]:.2f} %**" in README
