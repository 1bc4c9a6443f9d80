"""The command ``learn``: what it prints and writes, how it goes on, and what it refuses."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.tutorial_helpers.commands.command_lines import error_of
from tutorial_helpers import data
from tutorial_helpers.__main__ import main
from tutorial_helpers.learning import LearningNetwork
from tutorial_helpers.weight_sets import load_weights, set_digest

# Kernels are compiled once for all tests, as the number of hidden neurons is part of none.
QUICK = ["learn", "--epochs", "2", "--hidden", "12", "--images", "700"]


@pytest.fixture(autouse=True)
def few_to_test_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """Test with few images."""
    load = data.load_mnist

    def load_few(split: Any) -> tuple[np.ndarray, np.ndarray]:
        images, labels = load(split)
        return (images[:200], labels[:200]) if split == "test" else (images, labels)

    monkeypatch.setattr(data, "load_mnist", load_few)


def report(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    assert main([*QUICK, *options, "--json"]) == 0
    out, err = capsys.readouterr()
    assert (err, out.count("\n")) == ("", 1)
    result: dict[str, Any] = json.loads(out)
    return result


def test_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(QUICK) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert re.fullmatch(
        r"backend      .+\n"
        r"network      784-12-10, from random weights\n"
        r"images       700 to learn from, 200 to test with\n"
        r"(epoch \d      \d+\.\d\d % of the test images, after \d+\.\d s\n){2}"
        r"SHA-256      [0-9a-f]{64}\n",
        out,
    )


def test_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    found = report(capsys, "--output", str(tmp_path))
    assert list(found) == [
        "epochs", "hidden", "seed", "images", "backend", "accuracy", "practice", "seconds",
        "sha256", "files",
    ]  # fmt: skip
    assert [found[name] for name in ("epochs", "hidden", "seed", "images")] == [2, 12, 1, 700]
    assert len(found["accuracy"]) == len(found["practice"]) == len(found["seconds"]) == 2
    assert 10 < found["accuracy"][-1] <= 100
    assert all(seconds > 0 for seconds in found["seconds"])
    weights = load_weights(tmp_path)
    assert [matrix.shape for matrix in weights] == [(784, 12), (12, 10)]
    assert set_digest(weights) == found["sha256"]
    assert found["files"] == [str(tmp_path / f"weights_{n}.npy") for n in ("0_1", "1_2")]


def test_seeds(capsys: pytest.CaptureFixture[str]) -> None:
    first, again, other = (report(capsys, "--seed", seed)["sha256"] for seed in "778")
    assert first == again != other


def test_going_on(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = report(capsys)
    learn_batch, done = LearningNetwork.learn_batch, 0

    def interrupted(*arguments: Any) -> Any:
        nonlocal done
        done += 1
        if done == 8:  # an epoch has 6 batches
            raise KeyboardInterrupt
        return learn_batch(*arguments)

    folder = tmp_path / "own"
    monkeypatch.setattr(LearningNetwork, "learn_batch", interrupted)
    assert main([*QUICK, "--json", "--output", str(folder)]) == 130
    monkeypatch.undo()
    assert capsys.readouterr() == (
        "",
        f"Interrupted: {folder} holds 1 epoch; run the same again to go on from there.\n",
    )
    found = report(capsys, "--output", str(folder))
    assert found["sha256"] == expected["sha256"]
    # When all is done, the same command gives the same report.
    assert report(capsys, "--output", str(folder)) == found


def test_interrupted_before_anything_is_kept(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(LearningNetwork, "learn_batch", interrupted)
    assert main([*QUICK, "--json"]) == 130
    assert capsys.readouterr() == (
        "",
        "Interrupted: nothing is kept. With --output, there is a checkpoint after each epoch.\n",
    )


def test_what_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    report(capsys, "--output", str(tmp_path))
    error = error_of([*QUICK, "--seed", "2", "--output", str(tmp_path)], capsys)
    assert "is the checkpoint of another run (seed is 1 there and 2 here" in error
    (tmp_path / "checkpoint.npz").unlink()
    error = error_of([*QUICK, "--output", str(tmp_path)], capsys)
    assert error.endswith("holds weights already; name another folder with --output.")
    error = error_of([*QUICK, "--output", str(tmp_path / "weights_0_1.npy")], capsys)
    assert error.endswith("it would be in a file; name another folder with --output.")
    error = error_of([*QUICK, "--output", str(data.DATA / "own")], capsys)
    assert "lies in data/" in error
    error = error_of(["learn", "--images", "60001"], capsys)
    assert "is more than the 60000 images of MNIST's training set" in error
