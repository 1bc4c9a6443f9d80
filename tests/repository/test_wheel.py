"""A wheel holds the package with its data, and works wherever it is installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests import ROOT

pytest.importorskip("setuptools", "77", reason="builds a wheel: requirements-dev.txt")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packages with what is in the wheel, far from the repository."""
    place = tmp_path_factory.mktemp("wheel")
    source = place / "source"
    for name in ("numbagenn", "tutorial_helpers", "data"):
        shutil.copytree(
            ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__", ".*")
        )
    for name in ("pyproject.toml", "setup.py", "requirements.txt", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    code = "from setuptools.build_meta import build_wheel; build_wheel('..')"
    subprocess.run([sys.executable, "-c", code], cwd=source, capture_output=True, check=True)
    (wheel,) = place.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(place / "packages")
    return place / "packages"


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.name[0] != "."
    }


def test_it_holds_all_that_the_repository_does(installed: Path) -> None:
    package = content(installed / "tutorial_helpers")
    data = {name: package.pop(name) for name in list(package) if name.startswith("data_files/")}
    assert package == content(ROOT / "tutorial_helpers")
    assert content(installed / "numbagenn") == content(ROOT / "numbagenn")
    assert data == {f"data_files/{name}": file for name, file in content(ROOT / "data").items()}
    others = {path.name for path in installed.iterdir()} - {"numbagenn", "tutorial_helpers"}
    assert all(name.endswith(".dist-info") for name in others)


def test_it_classifies_from_any_working_directory(installed: Path, tmp_path: Path) -> None:
    # As many images side by side as in other tests, so that the kernels are compiled already.
    options = ("--images", "300", "--batch-size", "7", "--json")
    ran = subprocess.run(
        [sys.executable, "-m", "tutorial_helpers", "classify", *options],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )
    report = json.loads(ran.stdout)
    assert (report["dataset"], report["images"]) == ("mnist-test", 300)
    assert report["accuracy"] > 97
