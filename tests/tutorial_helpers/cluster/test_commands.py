"""The commands on workers print what they print without, and say in a sentence what is wrong."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("distributed", reason="clusters need Dask: the extra cluster")
pytest.importorskip("zarr", reason="clusters need Zarr: the extra cluster")

from distributed import Client

from tests.tutorial_helpers.commands.command_lines import error_of
from tutorial_helpers.__main__ import main
from tutorial_helpers.cluster import connecting

FEW = ("--images", "300", "--timesteps", "12", "--json")
MEASURED = {"backend", "build_seconds", "simulate_seconds", "images_per_second"}


@pytest.fixture
def workers(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let --workers give the workers that are there already."""

    @contextlib.contextmanager
    def local_client(number: int) -> Iterator[Client]:
        assert number == 2
        yield client

    monkeypatch.setattr(connecting, "local_client", local_client)


def printed(capsys: pytest.CaptureFixture[str], *command: str) -> dict[str, object]:
    assert main(command) == 0
    out, _ = capsys.readouterr()
    report: dict[str, object] = json.loads(out)
    return report


def test_classify(workers: None, client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    here = printed(capsys, "classify", *FEW)
    for where in (("--workers", "2"), ("--cluster", client.scheduler.address)):
        there = printed(capsys, "classify", *FEW, *where)
        assert list(there) == list(here)
        assert str(there["backend"]).startswith("numbagenn, 2 workers, ")
        for name in set(here) - MEASURED:
            assert there[name] == here[name]


def test_evaluate(workers: None, capsys: pytest.CaptureFixture[str]) -> None:
    options = ("evaluate", "--timesteps", "3", "--json")
    here, there = printed(capsys, *options), printed(capsys, *options, "--workers", "2")
    assert {**here, "backend": there["backend"]} == there


def test_digits(workers: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("jax", reason="redrawing digits needs JAX: the extra train")
    options = ("classify", "--digits", "1_200", "--timesteps", "12", "--json")
    here = printed(capsys, *options)
    assert (here["dataset"], here["images"]) == ("mnist-test, redrawn", 1200)
    store = ("--store", str(tmp_path / "answers"))
    blocks = ("--images-per-block", "500")
    for more in (("--workers", "2", *blocks), ("--workers", "2", *store), store):
        there = printed(capsys, *options, *more)
        for name in set(here) - MEASURED:
            assert there[name] == here[name], (more, name)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--cluster", "nowhere"], "no Dask scheduler answers at 'nowhere'; start one"),
        (["--digits", "10", "--images", "10"], "leave one of them out"),
        (["--image", "a.png", "--digits", "10"], "--digits is for many digits"),
        (["--image", "a.png", "--images-per-block", "9"], "--images-per-block is for many digits"),
    ],
)
def test_what_is_refused(
    options: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert words in error_of(["classify", *options], capsys)
