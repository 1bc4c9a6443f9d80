"""The version is set in one place, and all that tell it tell the same."""

from __future__ import annotations

import pytest

import numbagenn
import tutorial_helpers
from numbagenn.__main__ import main
from tests import ROOT
from tools.project import settings


def test_both_packages_have_one_version() -> None:
    assert tutorial_helpers.__version__ == numbagenn.__version__
    with pytest.raises(AttributeError, match="module 'tutorial_helpers' has no attribute 'x'"):
        tutorial_helpers.x  # noqa: B018


def test_the_command_line_tells_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out == f"numbagenn {numbagenn.__version__}\n"


def test_the_citation_has_it() -> None:
    lines = (ROOT / "CITATION.cff").read_text(encoding="utf-8").splitlines()
    assert f"version: {numbagenn.__version__}" in lines


def test_it_is_set_in_one_place() -> None:
    source = settings()["tool"]["hatch"]["version"]["path"]
    assert f'__version__ = "{numbagenn.__version__}"\n' in (ROOT / source).read_text("utf-8")
    texts = [path.read_text("utf-8") for path in ROOT.glob("[nt]*/__init__.py")]
    assert sum("__version__ =" in text for text in texts) == 1
