"""The set-up cell of the notebooks: installs the package where it is missing, and only there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.project import ROOT, project, repository
from tools.stamp_notebooks import set_up
from tutorial_helpers.chapter_packages import PACKAGES

# Modules on the path of a new Python: what it would install is printed, and what to leave out is
# read from the environment.
PIP = "import sys\nprint('pip', sys.argv[1:])\n"
WITHOUT = "import os, sys\nsys.modules |= dict.fromkeys(os.environ['WITHOUT'].split())\n"


def printed(cell: str, folder: Path, path: Path, without: str = "") -> list[str]:
    """Run a cell in IPython, with a pip that only says what it is asked for."""
    (path / "pip.py").write_text(PIP)
    (path / "sitecustomize.py").write_text(WITHOUT)
    (path / "cell.ipy").write_text(cell)
    variables = {"PYTHONPATH": os.pathsep.join([str(path), str(ROOT)]), "WITHOUT": without}
    command = [sys.executable, "-m", "IPython", "--quick", str(path / "cell.ipy")]
    ran = subprocess.run(
        command, cwd=folder, env=os.environ | variables, capture_output=True, text=True, check=True
    )
    return ran.stdout.splitlines()


@pytest.mark.parametrize("place", ["elsewhere", "notebooks", "root"])
def test_nothing_happens_where_the_package_is_installed(place: str, tmp_path: Path) -> None:
    folder = {"notebooks": ROOT / "notebooks", "root": ROOT, "elsewhere": tmp_path}[place]
    assert printed(set_up(), folder, tmp_path) == []


@pytest.mark.parametrize("missing", ["tutorial_helpers", "numba", *PACKAGES])
def test_the_package_is_installed_if_it_or_what_it_needs_is_missing(
    missing: str, tmp_path: Path
) -> None:
    name = project()["name"]
    first, *_ = printed(set_up(), tmp_path, tmp_path, without=missing)
    assert first == f"pip ['install', '-q', '{name}[chapters] @ {repository()}/archive/main.zip']"


@pytest.mark.parametrize("extra", ["train", "cluster"])
def test_a_chapter_that_needs_more_asks_for_it(extra: str, tmp_path: Path) -> None:
    first, *_ = printed(set_up(extra), tmp_path, tmp_path, without="tutorial_helpers")
    assert f"{project()['name']}[{extra},chapters] @" in first
