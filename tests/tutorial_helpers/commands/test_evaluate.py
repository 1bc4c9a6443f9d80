"""The command ``evaluate``: what it prints, records and refuses."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tutorial_helpers import evaluation
from tutorial_helpers.__main__ import main
from tutorial_helpers.evaluation import TIMESTEPS


def test_text(few_images: object, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "--timesteps", "7", "20"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert re.fullmatch(
        r"weights      default, SHA-256 [0-9a-f]{12}\n"
        r"backend      .+\n"
        r"(MNIST        \d+\.\d\d % at (7|20) steps\n){2}",
        out,
    )


def test_json_and_record(
    few_images: object, page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "--json", "--record"]) == 0
    out, err = capsys.readouterr()
    assert (err, out.count("\n")) == ("", 1)
    report = json.loads(out)
    assert list(report) == [
        "weights", "sha256", "backend", "versions", "mnist_test", "recorded",
    ]  # fmt: skip
    assert list(report["mnist_test"]) == [str(steps) for steps in TIMESTEPS]
    assert report["recorded"] is True
    (row,) = [
        line
        for line in page.read_text(encoding="utf-8").splitlines()
        if line.startswith("| `") and report["sha256"][:12] in line
    ]
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
    few_images: object,
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
    few_images: object,
    page: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
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
