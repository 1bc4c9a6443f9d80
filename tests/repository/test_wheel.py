"""A wheel of the project holds the packages with their data, and notebooks can install it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tools.project import ROOT, project, repository
from tools.stamp_notebooks import set_up
from tutorial_helpers.chapter_packages import PACKAGES

CLASSIFY = "%run -m tutorial_helpers classify --images 300 --json"
#: Good enough, although there are newer ones. Google Colab had these in 2025.
OLD = ("numpy==2.0.2", "numba==0.60.0")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder)]
    subprocess.run([*command, str(ROOT)], check=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_it_holds_all_that_the_repository_does(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    packages = {path.name for path in tmp_path.iterdir() if path.suffix != ".dist-info"}
    assert packages == {"numbagenn", "tutorial_helpers"}
    assert content(tmp_path / "numbagenn") == content(ROOT / "numbagenn")
    data = {f"data_files/{name}": file for name, file in content(ROOT / "data").items()}
    assert content(tmp_path / "tutorial_helpers") == content(ROOT / "tutorial_helpers") | data


def run(python: Path, *arguments: str) -> str:
    """Run a Python of an environment in the folder that holds that; return what it prints."""
    command = [str(python), "-I", *arguments]
    folder = python.parents[2]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


def megabytes(folder: Path) -> float:
    """Return what was installed into an environment, without what that starts with."""
    first = {"pip", "setuptools", "pkg_resources"}
    files = (path for path in folder.rglob("*") if path.is_file() and first.isdisjoint(path.parts))
    return sum(path.stat().st_size for path in files) / 1e6


def packages(python: Path) -> dict[str, str]:
    listed = json.loads(run(python, "-m", "pip", "list", "--format", "json"))
    return {one["name"].lower(): one["version"] for one in listed}


def environment(folder: Path) -> Path:
    """Make an environment in a folder, and return its Python."""
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    return folder / "venv" / ("Scripts" if sys.platform == "win32" else "bin") / "python"


def test_commands_need_no_matplotlib(wheel: Path, tmp_path: Path) -> None:
    python = environment(tmp_path)
    run(python, "-m", "pip", "install", "-q", str(wheel))
    assert not packages(python).keys() & {*PACKAGES, "ipykernel", "jax"}
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (told,) = set(re.findall(r"3\.10 or newer and about (\d+) MB", readme))
    assert megabytes(tmp_path) == pytest.approx(int(told), rel=0.2)
    (tmp_path / "script.py").write_text("from pygenn import GeNNModel\nprint(GeNNModel.__module__)")

    def command(*arguments: str) -> str:
        return run(python, "-m", "tutorial_helpers", *arguments)

    assert "mnist-test, 300 images" in command("classify", "--images", "300")
    assert "12 steps" in command("evaluate", "--timesteps", "12")
    assert "numbagenn" in command("run", "script.py")
    assert "--output" in command("train", "--help")


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="that Numba is not for this Python")
def test_the_set_up_cell_upgrades_nothing(wheel: Path, tmp_path: Path) -> None:
    python = environment(tmp_path)
    run(python, "-m", "pip", "install", "-q", "ipython", *OLD)
    before = packages(python)
    cell = set_up().replace(f"{repository()}/archive/main.zip", wheel.as_uri())
    (tmp_path / "notebook.ipy").write_text(f"{cell}\n{CLASSIFY}\n")
    printed = run(python, "-m", "IPython", "--quick", "notebook.ipy")
    report = json.loads(printed.splitlines()[-1])
    assert (report["dataset"], report["images"]) == ("mnist-test", 300)
    assert report["accuracy"] > 97
    after = packages(python)
    assert {name: after[name] for name in before} == before
    assert project()["name"] in after
    assert not after.keys() & {"pytest", "nbval", "hypothesis", "scipy", "jupyterlab", "jax"}
