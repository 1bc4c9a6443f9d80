"""The first cell of the notebooks: finds or fetches the repository, installs what is missing."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tools.stamp_notebooks import ROOT, repository, stamped_set_up_cell
from tutorial_helpers import requirements

CELL = stamped_set_up_cell()
NAME = repository().rsplit("/", 1)[1]


def tracked_files() -> list[str]:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("needs a clone and git, to know which files are part of the repository")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def archive() -> bytes:
    """The repository as GitHub packs it: all in a folder with the name of the branch."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as files:
        for name in tracked_files():
            files.write(ROOT / name, f"{NAME}-main/{name}")
    return packed.getvalue()


class Place:
    """An empty folder to run the cell in, and an origin that it fetches from."""

    def __init__(self, folder: Path) -> None:
        self.here = folder / "here"
        self.here.mkdir()
        origin = folder / "origin" / NAME
        self.zip = origin / "archive" / "refs" / "heads" / "main.zip"
        self.zip.parent.mkdir(parents=True)
        self.cell = CELL.replace(repository(), origin.as_uri())

    def run(self) -> None:
        exec(self.cell, {"__name__": "__main__"})

    def left(self) -> list[str]:
        return sorted(path.name for path in self.here.iterdir())


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    place = Place(tmp_path)
    monkeypatch.chdir(place.here)
    monkeypatch.setattr(sys, "path", sys.path.copy())
    monkeypatch.setattr(requirements, "install_missing", lambda: None)
    return place


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that are opened, as they are."""
    addresses: list[str] = []
    open_really = urllib.request.urlopen

    def urlopen(address: str, **options: Any) -> Any:
        addresses.append(address)
        return open_really(address, **options)

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    return addresses


def test_fetches_once(place: Place, archive: bytes, fetched: list[str]) -> None:
    place.zip.write_bytes(archive)
    place.run()
    root = place.here / NAME
    assert (root / "notebooks").is_dir()
    assert sys.path[0] == str(root)
    before = sys.path.copy()
    place.run()
    assert fetched == [place.zip.as_uri()]
    assert sys.path == before
    assert place.left() == [NAME]


def test_fetched_repository_works(place: Place, archive: bytes) -> None:
    place.zip.write_bytes(archive)
    use = (
        "\nfrom tutorial_helpers import data"
        "\nprint(data.__file__, len(data.load_weights()), len(data.load_mnist()[0]))"
    )
    # -I: without PYTHONPATH, with which the repository under test would be found.
    command = [sys.executable, "-I", "-c", place.cell + use]
    ran = subprocess.run(command, cwd=place.here, capture_output=True, text=True, check=True)
    helpers = place.here / NAME / "tutorial_helpers"
    assert ran.stdout.splitlines()[1:] == [f"{helpers / 'data.py'} 2 10000"]


@pytest.mark.parametrize("damage", ["missing", "cut off", "no zip", "another folder"])
def test_broken_download_leaves_nothing(place: Place, archive: bytes, damage: str) -> None:
    if damage == "cut off":
        place.zip.write_bytes(archive[: len(archive) // 2])
    elif damage == "no zip":
        place.zip.write_text("<html>Sign in to use this network</html>")
    elif damage == "another folder":
        with zipfile.ZipFile(place.zip, "w") as files:
            files.writestr("surprise/README.md", "")
    with pytest.raises(
        RuntimeError, match=r"could not be fetched \(.+\): connect to the"
    ) as caught:
        place.run()
    assert "\n" not in str(caught.value)
    assert place.left() == []
    # Mended, it goes on as if nothing had been.
    place.zip.write_bytes(archive)
    place.run()
    assert place.left() == [NAME]


def test_interruption_leaves_nothing(
    place: Place, archive: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.zip.write_bytes(archive)
    extract = zipfile.ZipFile.extractall

    def interrupted(self: zipfile.ZipFile, folder: str) -> None:
        extract(self, folder)
        raise KeyboardInterrupt

    monkeypatch.setattr(zipfile.ZipFile, "extractall", interrupted)
    with pytest.raises(KeyboardInterrupt):
        place.run()
    assert place.left() == []


def test_what_is_there_is_not_overwritten(place: Place, archive: bytes) -> None:
    place.zip.write_bytes(archive)
    notes = place.here / NAME / "notes.txt"
    notes.parent.mkdir()
    notes.write_text("mine")
    with pytest.raises(RuntimeError, match="could not be fetched"):
        place.run()
    assert place.left() == [NAME]
    assert notes.read_text() == "mine"


@pytest.mark.parametrize("folder", [".", "notebooks", "numbagenn"])
def test_repository_is_found_from_within(
    place: Place,
    fetched: list[str],
    folder: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(ROOT / folder)
    place.run()
    assert fetched == []
    assert sys.path[0] == str(ROOT)
    assert capsys.readouterr().out == ""


def test_clone_is_found_from_the_folder_above(place: Place, fetched: list[str]) -> None:
    (place.here / NAME / "tutorial_helpers").mkdir(parents=True)
    place.run()
    assert fetched == []
    assert sys.path[0] == str(place.here / NAME)


def test_helpers_of_elsewhere_are_not_taken(place: Place) -> None:
    stale = place.here / "tutorial_helpers"
    stale.mkdir()
    (stale / "__init__.py").write_text("raise ImportError('stale')")
    code = f"import sys; sys.path.insert(0, {str(place.here)!r})\n{CELL}"
    command = [sys.executable, "-c", code + "\nimport tutorial_helpers as t; print(t.__file__)"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines() == [str(ROOT / "tutorial_helpers" / "__init__.py")]


# --- Packages -----------------------------------------------------------------------------------


@pytest.fixture
def pip(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that are run; nothing is installed."""
    commands: list[list[str]] = []

    def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        failed = "no-such-server>=1" in command
        return subprocess.CompletedProcess(command, failed, "", "ERROR: no route" * failed)

    monkeypatch.setattr(subprocess, "run", run)
    return commands


def test_only_what_is_missing_is_installed(
    tmp_path: Path, pip: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    listed = tmp_path / "requirements.txt"
    listed.write_text("# needed\nnumpy>=1.26\n\nno-such-package>=2.0\npytest>=9999\nTQDM>=4\n")
    missing = ["no-such-package>=2.0", "pytest>=9999"]
    requirements.install_missing(listed)
    assert pip == [[sys.executable, "-m", "pip", "install", "--quiet", *missing]]
    assert capsys.readouterr().out == "Installing no-such-package>=2.0, pytest>=9999\n"


def test_nothing_is_installed_where_all_is_there(
    pip: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    requirements.install_missing()
    assert pip == []
    assert capsys.readouterr().out == ""


def test_pip_that_fails_is_quoted(tmp_path: Path, pip: list[list[str]]) -> None:
    listed = tmp_path / "requirements.txt"
    listed.write_text("no-such-server>=1\n")
    with pytest.raises(RuntimeError, match=r"(?s)could not install no-such-server>=1: .*no route$"):
        requirements.install_missing(listed)


def test_needs_no_package_itself() -> None:
    code = "import sys, tutorial_helpers.requirements; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    names = {line.split(">")[0] for line in lines}
    assert "packaging" in ran.stdout.split()
    assert not names & set(ran.stdout.split())
