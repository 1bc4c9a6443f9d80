"""What the site is made of: its pages name everything, recipes run, and so can the notebooks."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import numbagenn
from numbagenn.language.functions import FUNCTIONS
from tests import ROOT
from tests.conformance.cases import CASES
from tools.project import project, repository, site

DOCS = ROOT / "docs"
RECIPES = (DOCS / "how_to" / "recipes.md").read_text(encoding="utf-8")


def test_every_name_of_numbagenn_is_documented() -> None:
    page = (DOCS / "api" / "numbagenn.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\.\. auto\w+:: (\w+)", page, re.MULTILINE))
    assert set(numbagenn.__all__) - {"types"} <= named
    names = {name for name in vars(numbagenn.types) if re.fullmatch(r"[A-Z][a-z]+\d*", name)}
    types = {
        n for n in names if isinstance(getattr(numbagenn.types, n), numbagenn.types.Float.__class__)
    }
    assert set(re.findall(r"`types\.(\w+)`", page)) == types


def test_every_function_of_code_strings_is_documented() -> None:
    page = (DOCS / "api" / "numbagenn.md").read_text(encoding="utf-8")
    assert [name for name in FUNCTIONS if f"`{name}`" not in page] == []


#: Names that came after PyGeNN 5.4.0, which the recipes are for.
NEWER = {case.needs for case in CASES.values() if case.needs}


#: A block of code that needs one of them, and what it prints.
NEWER_BLOCK = rf"```python\n(?:(?!```).)*(?:{'|'.join(NEWER)})(?:(?!```).)*```\n+```text\n.*?```"


def is_newer(text: str) -> bool:
    return any(name in text for name in NEWER)


@pytest.mark.slow
@pytest.mark.parametrize("release", [False, True], ids=["newest", "5.4.0"])
def test_the_recipes_print_what_they_say(
    release: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names: dict[str, Any] = {}
    shown = RECIPES
    if release:
        shown = re.sub(NEWER_BLOCK, "", RECIPES, flags=re.DOTALL)
        assert not is_newer(shown)
        for name in NEWER:
            monkeypatch.delattr(numbagenn, name)
    blocks = re.findall(r"```(python|text)\n(.*?)```", shown, re.DOTALL)
    assert len(blocks) > 15
    for language, text in blocks:
        if language == "python":
            assert capsys.readouterr().out == ""  # or the page would not say what was printed
            exec(text, names)
        else:
            assert capsys.readouterr().out == text
    assert capsys.readouterr().out == ""


def test_the_recipes_say_what_needs_a_newer_pygenn_than_the_release() -> None:
    sections = [section for section in RECIPES.split("\n## ") if is_newer(section)]
    assert len(sections) == 1
    (block,) = (text for text in RECIPES.split("```") if is_newer(text))
    assert "a PyGeNN that is newer than 5.4.0" in RECIPES.partition(block)[0].splitlines()[-3]


def test_the_recipe_for_spikes_in_flight_drops_them() -> None:
    names: dict[str, Any] = {}
    for text in re.findall(r"```python\n(.*?)```", RECIPES.split("\n## Record")[0], re.DOTALL):
        exec(text, names)
    (block,) = (text for text in RECIPES.split("```") if is_newer(text))
    exec(block.removeprefix("python\n"), names)
    model = numbagenn.GeNNModel("float", "recipe_drop")
    cells = [
        model.add_neuron_population(name, 1, names["leaky"], names["parameters"], start)
        for name, start in [("source", {"V": 9.0, "Rest": 0.0}), ("target", names["start"])]
    ]
    g = numbagenn.init_weight_update("StaticPulse", {}, {"g": 1.0})
    delta = numbagenn.init_postsynaptic("DeltaCurr")
    synapses = model.add_synapse_population("synapses", "DENSE", *cells, g, delta)
    names["drop_spikes_of"](model, synapses)
    model.build()
    for drops in (False, True):
        model.load()
        model.step_time()
        if drops:
            model.custom_update("Reset")
        model.step_time()
        cells[1].vars["V"].pull_from_device()
        assert (cells[1].vars["V"].view[0] == 0.0) == drops
        model.unload()


@pytest.mark.pygenn
def test_the_release_of_pygenn_lacks_what_is_marked_as_newer() -> None:
    pygenn = pytest.importorskip("pygenn")
    if pygenn.__version__ == "5.4.0":
        own = {"get_num_threads", "set_num_threads"}
        assert set(numbagenn.__all__) - set(dir(pygenn)) - own <= NEWER


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


def test_the_words_of_the_glossary_are_in_the_chapters_that_it_names() -> None:
    page = (DOCS / "glossary.md").read_text(encoding="utf-8")
    entries = re.findall(r"^\*\*(.+?)\*\*.*? \(([\d, ]+)\)\. ", page, re.MULTILINE)
    assert len(entries) > 40
    for words, numbers in entries:
        for number in numbers.split(", "):
            (chapter,) = (ROOT / "notebooks").glob(f"{number}_*.ipynb")
            stem = re.split(r"[ ,-]", words)[0][:5].lower()
            assert stem in chapter.read_text(encoding="utf-8").lower(), (words, number)


def test_the_first_page_of_the_repository_has_one_name_on_the_site() -> None:
    for path in [*DOCS.glob("**/*.md"), *ROOT.glob("*/README.md"), ROOT / "index.md"]:
        links = re.findall(r"\[([^]]+)\]\((?:\.\./)*README\.md\)", path.read_text(encoding="utf-8"))
        if path.parent != DOCS / "mistakes":
            assert set(links) <= {"Install and run"}, path


def test_pages_say_how_many_chapters_there_are() -> None:
    chapters = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
    number = {7: "Seven", 8: "Eight", 9: "Nine"}[len(chapters)]
    for page in ("README.md", "index.md"):
        text = (ROOT / page).read_text(encoding="utf-8").replace("Jupyter ", "")
        assert f"{number} notebooks" in text, page
    for chapter in chapters:
        for page in ("README.md", "notebooks/README.md"):
            assert f"{chapter.name})" in (ROOT / page).read_text(encoding="utf-8")
