"""The README of numbagenn: its example prints what it says, and its table lists the folders."""

from __future__ import annotations

import re

import pytest

from tests import ROOT

PACKAGE = ROOT / "numbagenn"
README = (PACKAGE / "README.md").read_text(encoding="utf-8")


def test_the_example_prints_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    (output,) = re.findall(r"```text\n(.*?)```", README, re.DOTALL)
    assert len([line for line in example.splitlines() if line]) <= 20
    exec(example, {})
    assert capsys.readouterr().out == output


def test_every_folder_is_listed() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE)
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert sorted(listed) == sorted(folders)
