"""The command ``classify``: what it prints, and what it refuses."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.tutorial_helpers.commands.command_lines import QUICK, error_of, python
from tutorial_helpers import data, inference
from tutorial_helpers.__main__ import main

KEYS = {
    "dataset": str,
    "images": int,
    "batch_size": int,
    "timesteps": int,
    "backend": str,
    "accuracy": float,
    "build_seconds": float,
    "simulate_seconds": float,
    "images_per_second": float,
    "spikes": list,
}


def test_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(QUICK) == 0
    out, err = capsys.readouterr()
    assert re.fullmatch(
        r"dataset      mnist-test, 30 images\n"
        r"backend      (numbagenn, \d+ threads?|PyGeNN .+)\n"
        r"method       batches of 7, 20 steps of 1 ms\n"
        r"accuracy     \d+\.\d\d %\n"
        r"build        \d+\.\d\d s\n"
        r"simulation   \d+\.\d\d s\n"
        r"throughput   [\d,]+ images/s\n",
        out,
    )
    assert err == ""


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*QUICK, "--json"]) == 0
    out, err = capsys.readouterr()
    assert (out.count("\n"), err) == (1, "")
    report = json.loads(out)
    assert {key: type(value) for key, value in report.items()} == KEYS
    assert list(report) == list(KEYS)
    assert (report["dataset"], report["images"]) == ("mnist-test", 30)
    assert (report["batch_size"], report["timesteps"]) == (7, 20)
    assert report["simulate_seconds"] >= 0
    assert report["images_per_second"] > 0
    images, labels = data.load_mnist()
    from tutorial_helpers.models import build_classifier

    network = build_classifier(data.load_weights(), batch_size=7)
    result = inference.classify(network, images[:30], timesteps=20)
    assert report["spikes"] == list(result.spikes)
    right = inference.accuracy(result.predictions, labels[:30])
    assert report["accuracy"] == pytest.approx(right, abs=1e-4)


def test_all_images_and_other_weights(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = data.load_weights()
    # Other sizes would be other kernels to compile; without any weight no spike gets through.
    np.save(tmp_path / "weights_0_1.npy", np.zeros_like(first))
    np.save(tmp_path / "weights_1_2.npy", second)
    options = ("--batch-size", "128", "--timesteps", "2", "--weights", str(tmp_path), "--json")
    assert main(["classify", *options]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["images"] == 10_000
    assert report["spikes"][1:] == [0, 0]


def pictures(folder: Path) -> tuple[list[Path], NDArray[np.uint8]]:
    """Save digits of MNIST, enlarged, as dark ink on paper; return the files and the originals."""
    images, _ = data.load_mnist()
    files = [folder / "seven.png", folder / "two.jpg"]
    for file, image in zip(files, images, strict=False):
        pixels = np.kron(255 - image.reshape(28, 28), np.ones((10, 10), np.uint8))
        Image.fromarray(pixels).save(file)
    return files, images[: len(files)]


OWN = ("classify", "--batch-size", "7", "--image")


def test_own_pictures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files, _ = pictures(tmp_path)
    assert main([*OWN, *map(str, files)]) == 0
    out, err = capsys.readouterr()
    counts = r"((?: +\d+){10})"
    assert re.fullmatch(
        r"backend      (numbagenn, \d+ threads?|PyGeNN .+)\n"
        r"method       100 steps of 1 ms; spikes of the ten output neurons\n\n"
        r"answer     0    1    2    3    4    5    6    7    8    9   file\n"
        rf"     7  {counts}   {re.escape(str(files[0]))}\n"
        rf"     2  {counts}   {re.escape(str(files[1]))}\n",
        out,
    )
    assert err == ""


def test_own_pictures_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files, images = pictures(tmp_path)
    assert main([*OWN, *map(str, files), "--ink", "dark", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert list(report) == ["timesteps", "backend", "images"]
    assert [list(row) for row in report["images"]] == [["file", "answer", "counts"]] * 2
    assert [row["answer"] for row in report["images"]] == [7, 2]
    assert [row["file"] for row in report["images"]] == [str(file) for file in files]
    from tutorial_helpers.models import build_classifier

    network = build_classifier(data.load_weights(), batch_size=7)
    result = inference.classify(network, images[:1])
    assert report["images"][0]["counts"] == result.counts[0].tolist()

    assert main([*OWN, str(files[0]), "--show", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["images"]
    assert np.abs(np.array(row["pixels"]) - images[0].reshape(28, 28)).max() <= 16


@pytest.mark.parametrize(("encoding", "ink"), [("utf-8", "█"), ("ascii", "@")])
def test_own_pictures_as_the_network_sees_them(
    encoding: str, ink: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, images = pictures(tmp_path)
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding=encoding))
    assert main([*OWN, str(files[0]), "--show"]) == 0
    frame = written.getvalue().decode(encoding).splitlines()[5:]
    assert frame[0] == frame[-1] == f"+{56 * '-'}+"
    assert all(re.fullmatch(r"\|.{56}\|", line) for line in frame[1:-1])
    inked = [[pixel != " " for pixel in line[1:-1:2]] for line in frame[1:-1]]
    assert np.mean(np.array(inked) == (images[0].reshape(28, 28) > 0)) > 0.98
    assert ink in "".join(frame)


def test_no_spike_is_no_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files, _ = pictures(tmp_path)
    assert main([*OWN, str(files[0]), "--timesteps", "1"]) == 0
    assert re.match(r"  none  ( +0){10}   ", capsys.readouterr().out.splitlines()[-1])
    assert main([*OWN, str(files[0]), "--timesteps", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["images"][0]["answer"] is None


def test_a_process_prints_only_the_json_object() -> None:
    completed = python("-m", "tutorial_helpers", *QUICK, "--json")
    assert (completed.returncode, completed.stderr) == (0, "")
    assert completed.stdout.count("\n") == 1
    report = json.loads(completed.stdout)
    assert {key: type(value) for key, value in report.items()} == KEYS


def test_help_of_classify() -> None:
    # The width of the terminal decides where argparse breaks lines.
    completed = python("-m", "tutorial_helpers", "classify", "--help", COLUMNS="100")
    assert (completed.returncode, completed.stderr) == (0, "")
    for option in (
        *("--batch-size B", "--timesteps T", "--images N", "--weights SET", "--json"),
        *("--image FILE [FILE ...]", "--ink {auto,dark,light}", "--show"),
    ):
        assert option in completed.stdout
    for default in ("(default: 128)", "(default: 100)", "(default: all)", "(default: default)"):
        assert default in completed.stdout
    for variable in ("TUTORIAL_BACKEND", "NUMBAGENN_THREADS", "NUMBAGENN_CACHE_DIR"):
        assert f"\n  {variable} " in completed.stdout
    examples = re.findall(r"^  python -m tutorial_helpers (.+)$", completed.stdout, re.MULTILINE)
    assert "classify" in examples


# --- Mistakes -------------------------------------------------------------------------------------


def test_more_images_than_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    error = error_of(["classify", "--images", "10001"], capsys)
    assert "--images 10001 is more than the 10000 images of MNIST's test set; ask for" in error


def test_pictures_that_are_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (good, _), _ = pictures(tmp_path)
    blank, no_picture = tmp_path / "blank.png", tmp_path / "text.png"
    Image.new("L", (50, 50), 200).save(blank)
    no_picture.write_text("a seven")
    error = error_of([*OWN, str(good), str(blank)], capsys)
    assert error.startswith(f"Error: '{blank}': the picture is blank: nothing in it stands out")
    error = error_of([*OWN, str(no_picture)], capsys)
    assert error == (
        f"Error: '{no_picture}': the file is not a picture in PNG or JPEG format; save it as one "
        "of them."
    )
    for nothing in (tmp_path / "none.png", tmp_path):
        error = error_of([*OWN, str(nothing)], capsys)
        assert error.startswith(f"Error: '{nothing}': ")
        assert error.endswith("that you may use it, and that there is space left.")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--show",), "--show is for files of your own; name them with --image."),
        (("--ink", "dark"), "--ink is for files of your own; name them with --image."),
        (("--images", "3", "--image", "a.png"), "--images counts images of MNIST's test set, and"),
    ],
)
def test_options_that_do_not_fit(
    arguments: Sequence[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert words in error_of(["classify", *arguments], capsys)


def test_more_batches_than_fit_into_memory(capsys: pytest.CaptureFixture[str]) -> None:
    error = error_of(["classify", "--batch-size", "1000000000"], capsys)
    assert re.match(r"Error: The model needs \d+\.\d TB of memory, .+, and there are ", error)
    assert error.endswith(" here; make it smaller, or batch_size, which is 1000000000.")


def test_weights_that_are_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    error = error_of(["classify", "--weights", str(tmp_path / "none")], capsys)
    assert "there is no such file" in error
    assert "'none' is neither a set of" in error_of(["classify", "--weights", "none"], capsys)


def test_weights_that_are_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in data.WEIGHT_FILES:
        (tmp_path / name).write_text("no array")
    assert "cannot be read" in error_of(["classify", "--weights", str(tmp_path)], capsys)
