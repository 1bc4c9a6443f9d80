"""Evaluation of weights: the network of the tutorials, MNIST's test set, one row on record."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests import ROOT
from tutorial_helpers import data, evaluation, weight_sets
from tutorial_helpers.__main__ import main
from tutorial_helpers.atomic_write import check_writable
from tutorial_helpers.evaluation import BEGIN, END, TIMESTEPS, Evaluation

PAGE = ROOT / "data" / "README.md"


@pytest.fixture
def images(monkeypatch: pytest.MonkeyPatch) -> tuple[np.ndarray, np.ndarray]:
    """Few images in place of MNIST's test set."""
    pixels, labels = data.load_mnist("test")
    few = pixels[:30], labels[:30]

    def load(split: str) -> tuple[np.ndarray, np.ndarray]:
        assert split == "test"
        return few

    monkeypatch.setattr(evaluation, "load_mnist", load)
    return few


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of ``data/``, whose README may be changed."""
    home = tmp_path / "data"
    shutil.copytree(ROOT / "data", home, ignore=shutil.ignore_patterns("mnist"))
    monkeypatch.setattr(weight_sets, "DATA", home)
    return home / "README.md"


def rows(page: Path) -> list[str]:
    table = page.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0]
    return [line for line in table.splitlines() if line.startswith("| `")]


def made_up(name: str = "some", digest: str = "ab" * 32, percent: float = 50) -> Evaluation:
    shares = {steps: percent + steps / 100 for steps in TIMESTEPS}
    versions = {"python": "3.11.7", "numpy": "2.4.6", "numba": "0.68.1"}
    return Evaluation(name, digest, "numbagenn, 2 threads", versions, shares)


def test_accuracies_are_those_of_the_tutorials_network(
    images: tuple[np.ndarray, np.ndarray],
) -> None:
    from tutorial_helpers.inference import accuracy, classify
    from tutorial_helpers.models import build_classifier

    found = evaluation.evaluate("default", [20, 7])
    network = build_classifier(data.load_weights())
    pixels, labels = images
    assert list(found.mnist) == [20, 7]
    for steps, share in found.mnist.items():
        predictions = classify(network, pixels, timesteps=steps).predictions
        assert share == accuracy(predictions, labels)
    assert found.digest == weight_sets.set_digest(data.load_weights())
    assert found.versions["numpy"] == np.__version__


# --- The record -----------------------------------------------------------------------------------


def test_a_new_row_goes_below_the_others(page: Path) -> None:
    before, old = page.read_text(encoding="utf-8"), rows(page)
    evaluation.record(made_up())
    *kept, new = rows(page)
    assert kept == old
    assert re.fullmatch(
        r"\| `some` \| `abababababab` \| \d{4}-\d\d-\d\d \| 50.12 % \| 50.20 % \| 50.30 % \| "
        r"50.50 % \| 51.00 % \| "
        r"numbagenn, Python 3.11.7, NumPy 2.4.6, Numba 0.68.1 \|",
        new,
    )
    # All else is as it was.
    assert page.read_text(encoding="utf-8").replace(new + "\n", "") == before
    assert [path.name for path in page.parent.glob(".*")] == []


def test_the_same_weights_have_one_row(page: Path) -> None:
    evaluation.record(made_up())
    evaluation.record(made_up(digest="cd" * 32))
    evaluation.record(made_up(name="other"))
    count = len(rows(page))
    evaluation.record(made_up(percent=60))
    assert len(rows(page)) == count
    assert "`abababababab`" in rows(page)[-3]
    assert "| 60.12 % |" in rows(page)[-3]
    assert "| 50.12 % |" in rows(page)[-2]


@pytest.mark.parametrize("text", ["", BEGIN, f"{END}\n{BEGIN}\n", f"{BEGIN}\n{BEGIN}\n{END}\n"])
def test_a_page_without_the_table(tmp_path: Path, text: str) -> None:
    page = tmp_path / "README.md"
    page.write_text(text)
    with pytest.raises(ValueError, match=r"README.md should have a line '<!-- evaluations: begin"):
        evaluation.record(made_up(), page)
    assert page.read_text() == text


def test_a_record_needs_every_number(page: Path) -> None:
    before = page.read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="needs MNIST's test set at 12, 20, 30, 50, 100 steps"):
        evaluation.record(made_up()._replace(mnist={30: 97.0}))
    assert page.read_text(encoding="utf-8") == before


# --- The command ----------------------------------------------------------------------------------


def test_text(images: object, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "--timesteps", "7", "20"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert re.fullmatch(
        r"weights      default, SHA-256 [0-9a-f]{12}\n"
        r"backend      .+\n"
        r"(MNIST        \d+\.\d\d % at (7|20) steps\n){2}",
        out,
    )


def test_json_and_record(images: object, page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "--json", "--record"]) == 0
    out, err = capsys.readouterr()
    assert (err, out.count("\n")) == ("", 1)
    report = json.loads(out)
    assert list(report) == [
        "weights", "sha256", "backend", "versions", "mnist_test", "recorded",
    ]  # fmt: skip
    assert list(report["mnist_test"]) == [str(steps) for steps in TIMESTEPS]
    assert report["recorded"] is True
    (row,) = (row for row in rows(page) if report["sha256"][:12] in row)
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[:2] == ["`default`", f"`{report['sha256'][:12]}`"]
    assert cells[3:8] == [f"{share:.2f} %" for share in report["mnist_test"].values()]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--weights", "data"], "--record is for the sets in data/ (default"),
        (["--timesteps", "12", "20", "30", "50", "100"], "leave --timesteps out"),
    ],
)
def test_records_that_are_refused(
    options: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "--record", *options]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda page: page.unlink(), "README.md': No such file or directory; check"),
        (lambda page: (page.unlink(), page.mkdir()), "README.md': Is a directory; check"),
        (lambda page: page.write_text("no table"), "should have a line '<!-- evaluations: begin"),
        (lambda page: page.write_bytes(b"\xff"), "should be text in UTF-8"),
    ],
)
def test_a_page_that_takes_no_record_is_found_out_at_once(
    images: object,
    page: Path,
    spoil: Callable[[Path], object],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(evaluation, "evaluate", None)  # not reached
    spoil(page)
    assert main(["evaluate", "--record"]) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert words in err


def test_a_page_that_cannot_be_written_is_found_out_at_once(
    images: object, page: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(evaluation, "evaluate", None)  # not reached
    refuse_to_write(monkeypatch)
    assert main(["evaluate", "--record"]) == 1
    assert capsys.readouterr().err == (
        f"Error: {page} cannot be written: Permission denied; make it writable, or leave --record "
        "out.\n"
    )


def refuse_to_write(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no file be made, also where all may be, as an administrator may."""

    def refuse(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "touch", refuse)


# --- Files that are to be written -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("file/x", "it would be in a file"),
        ("file/a/b/x", "it would be in a file"),
        ("folder", "it is a folder"),
        (300 * "a", "File name too long"),
        # The name itself is short enough, but not that of the temporary file.
        (250 * "a", "File name too long"),
        (f"new/{300 * 'a'}/x", "File name too long"),
    ],
    ids=lambda text: text[:12],
)
@pytest.mark.skipif(os.name == "nt", reason="Windows has other words")
def test_what_cannot_be_written(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(OSError, match=f" cannot be written: {reason}; name another.$"):
        check_writable(tmp_path / name, "name another")
    assert sorted(tmp_path.rglob("*")) == before


def test_what_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("as it was")
    for name in ("file", "new", "a/b/c/new", 200 * "a"):
        check_writable(tmp_path / name, "name another")
    assert [path.name for path in tmp_path.rglob("*")] == ["file"]
    assert (tmp_path / "file").read_text() == "as it was"
