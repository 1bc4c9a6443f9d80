"""docs/architecture.md lists every file, and its picture shows every folder in its order."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache

import pytest

from tests import ROOT
from tools.project import settings

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PACKAGE = ROOT / "numbagenn"
FOLDERS = sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))


@pytest.mark.parametrize("folder", ["", *FOLDERS])
def test_every_file_is_in_the_table_of_its_folder(folder: str) -> None:
    heading = f"### `{folder}`:" if folder else "### Outside the folders"
    section = PAGE.split(heading)[1].split("\n#")[0]
    first_column = "".join(re.findall(r"^\| (`.*?) \|", section, re.MULTILINE))
    listed = Counter(re.findall(r"`([\w/]+(?:\.py)?/?)`", first_column))
    files = {path.name for path in (PACKAGE / folder).glob("*.py")} - (
        {"__init__.py"} if folder else set()
    )
    folders = {f"{path.parent.name}/" for path in (PACKAGE / folder).glob("*/__init__.py")}
    assert listed == Counter(files | (folders if folder else set()))


def test_the_picture_shows_the_layers() -> None:
    picture = (ROOT / "docs" / "architecture.svg").read_text(encoding="utf-8")
    shown = [name.removesuffix(".py") for name in re.findall(r'class="name".*?>([\w.]+)<', picture)]
    layers = settings()["tool"]["importlinter"]["contracts"][0]["layers"]
    levels = [set(re.findall(r"\w+", layer)) - {"__main__"} for layer in layers]
    order = [position for name in shown for position, names in enumerate(levels) if name in names]
    assert {name for names in levels for name in names} == set(shown)
    # kernels is drawn beside the others
    assert order[:-1] == sorted(order[:-1])


def test_paths_on_the_page_exist() -> None:
    places = (ROOT, PACKAGE, PACKAGE / "codegen", PACKAGE / "compat")
    for name in set(re.findall(r"`((?:\w+/)+[\w.]*)`", PAGE)):
        assert any((folder / name).exists() for folder in places), name


def test_chains_of_imports_are_at_most_19_files_long() -> None:
    files = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in PACKAGE.rglob("*.py")
    }

    @cache
    def depth(module: str) -> int:
        """Count the files from a module down, but for imports in functions and for types alone."""
        imports = [
            node
            for node in ast.parse(files[module].read_text(encoding="utf-8")).body
            if isinstance(node, ast.ImportFrom) and node.module
        ]
        names = {
            name if (name := f"{node.module}.{alias.name}") in files else node.module
            for node in imports
            for alias in node.names
        }
        return 1 + max((depth(name) for name in names & set(files) - {module}), default=0)

    assert max(map(depth, files)) <= 19
