"""What the site is made of: its pages name everything, recipes run, and so can the notebooks."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import numbagenn
from tests import ROOT
from tools.project import project, repository, site

DOCS = ROOT / "docs"


def test_every_name_of_numbagenn_is_documented() -> None:
    page = (DOCS / "api" / "numbagenn.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\.\. auto\w+:: (\w+)", page, re.MULTILINE))
    assert set(numbagenn.__all__) - {"types"} <= named
    names = {name for name in vars(numbagenn.types) if re.fullmatch(r"[A-Z][a-z]+\d*", name)}
    types = {
        n for n in names if isinstance(getattr(numbagenn.types, n), numbagenn.types.Float.__class__)
    }
    assert set(re.findall(r"`types\.(\w+)`", page)) == types


@pytest.mark.slow
def test_the_recipes_print_what_they_say(capsys: pytest.CaptureFixture[str]) -> None:
    page = (DOCS / "how_to" / "recipes.md").read_text(encoding="utf-8")
    names: dict[str, object] = {}
    blocks = re.findall(r"```(python|text)\n(.*?)```", page, re.DOTALL)
    assert len(blocks) > 15
    for language, text in blocks:
        if language == "python":
            assert capsys.readouterr().out == ""  # or the page would not say what was printed
            exec(text, names)
        else:
            assert capsys.readouterr().out == text
    assert capsys.readouterr().out == ""


def test_how_to_install_is_the_same_everywhere() -> None:
    (line,) = re.findall(
        r'pip install ("spiking.*?")', (DOCS / "how_to" / "run_your_own.md").read_text()
    )
    assert line in (ROOT / "README.md").read_text(encoding="utf-8")
    assert repository() in line


def test_the_address_of_the_site_follows_from_that_of_the_repository() -> None:
    assert site().endswith(f"/{repository().rpartition('/')[2]}/")
    assert re.fullmatch(r"https://[\w-]+\.github\.io/[\w-]+/", site())


def test_binder_and_the_container_have_what_the_notebooks_need() -> None:
    (line,) = (ROOT / ".binder" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    extras = set(re.fullmatch(r"-e \.\[(.*)\]", line)[1].split(","))  # type: ignore[index]
    assert {"chapters", "train"} == extras <= set(project()["optional-dependencies"])
    runtime = (ROOT / ".binder" / "runtime.txt").read_text(encoding="utf-8").strip()
    version = runtime.removeprefix("python-")
    assert any(line.endswith(f"Python :: {version}") for line in project()["classifiers"])

    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    assert "requirements.txt" in container["postCreateCommand"]
    for path in container["customizations"]["codespaces"]["openFiles"]:
        assert Path(ROOT, path).exists()
