"""tutorial_helpers/README.md lists every file, and what it says of copying them is so."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import numpy as np
import pytest

from tests import ROOT

PACKAGE = ROOT / "tutorial_helpers"
PAGE = (PACKAGE / "README.md").read_text(encoding="utf-8")
FIRST, REST = PAGE.split("## Read it in this order")[1].split("## Where the rest is")
REST = REST.split("\n## ")[0]
FOLDERS = sorted({path.parent for path in PACKAGE.rglob("*.py")} - {PACKAGE})


def test_every_module_is_in_the_tables() -> None:
    listed = re.findall(r"\]\((\w+\.py)\)", FIRST + REST)
    modules = {path.name for path in PACKAGE.glob("*.py")} - {"__init__.py"}
    assert sorted(listed) == sorted(modules)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_module_is_in_the_row_of_its_folder(folder: Path) -> None:
    name = folder.relative_to(PACKAGE).as_posix()
    (text,) = re.findall(rf"^\| \[`{name}/`\]\({name}\) \|(.*)", REST, re.MULTILINE)
    if "its docstring" in text:
        text = (folder / "__init__.py").read_text(encoding="utf-8")
    modules = {
        path.name.removesuffix(".py")
        for pattern in ("*.py", "*.js", "*.css")
        for path in folder.glob(pattern)
    } - {"__init__"}
    assert modules <= set(re.findall(r"`([\w.]+)`", text))


def test_what_is_to_be_read_first_is_short() -> None:
    files = re.findall(r"\]\((\w+\.py)\)", FIRST)
    assert files == ["models.py", "inference.py", "data.py", "pygenn.py"]
    texts = [(PACKAGE / name).read_text(encoding="utf-8") for name in files]
    assert "Together they are under 700 lines" in FIRST
    assert sum(len(text.splitlines()) for text in texts) < 700


def imports(file: str) -> list[str]:
    text = (PACKAGE / file).read_text(encoding="utf-8")
    return re.findall(r"^(?:from|import) ((?:tutorial_helpers|numbagenn)\S*)", text, re.MULTILINE)


def test_what_is_to_be_copied_needs_what_the_page_says() -> None:
    assert imports("models.py") == ["tutorial_helpers", "tutorial_helpers.pygenn"]
    for file, own in (("inference.py", "models"), ("data.py", "weight_sets")):
        assert [name for name in imports(file) if name.startswith("tutorial_helpers")] == [
            f"tutorial_helpers.{own}"
        ]
    assert imports("weight_sets.py") == []


def test_the_models_run_without_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (PACKAGE / "models.py").read_text(encoding="utf-8")
    (ours,) = re.findall(r"^from tutorial_helpers .*?^\)\n", text, re.MULTILINE | re.DOTALL)
    (theirs,) = re.findall(r"```python\n(.*?)```", FIRST, re.DOTALL)
    text = text.replace(ours, theirs)
    assert not re.search("^(from|import) tutorial_helpers", text, re.MULTILINE)
    (tmp_path / "copied_models.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    copied = importlib.import_module("copied_models")
    network = copied.build_classifier([np.zeros((4, 3)), np.zeros((3, 2))], batch_size=1)
    assert len(network.populations) == 3
