"""The command ``train``: what it prints and writes, and how it goes on after an interruption."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests import ROOT
from tests.tutorial_helpers.training.small_training import SETTINGS, count_epochs, interrupt_at
from tutorial_helpers import data, training, weight_sets
from tutorial_helpers.__main__ import main
from tutorial_helpers.data import load_weights

jax = pytest.importorskip("jax", reason="training needs JAX: the extra train")
pytest.importorskip("optax", reason="training needs Optax: the extra train")

from tutorial_helpers.commands import train as command  # noqa: E402
from tutorial_helpers.training import pipeline  # noqa: E402


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A working directory, and few of MNIST's images for training."""
    images, labels = data.load_mnist("train")

    def load(split):
        assert split == "train", "training is never to read the test set"
        return images[:250], labels[:250]

    monkeypatch.setattr(data, "load_mnist", load)
    monkeypatch.chdir(tmp_path)
    return tmp_path


# As many images as in the runs above, so that redrawing them is compiled already.
NUMBERS = "--seed 3 --teacher-epochs 0 --copies 2 --epochs 2 --tuning-epochs 1"
TRAIN = ("train", *NUMBERS.split(), "--images", "240")


@pytest.mark.slow
def test_text_of_train(place, capsys):
    assert main(TRAIN) == 0
    out, err = capsys.readouterr()
    folder = re.escape(str(Path("trained", "default")))
    assert re.fullmatch(
        r"set          default, .+\n"
        r"images       240, one in 6 of them held out\n"
        r"rates        \d+\.\d\d% of the held-out images\n"
        r"(spikes       \d+\.\d\d% of the held-out images at \d+ steps\n){5}"
        r"scales       [\d.]+ and [\d.]+\n"
        r"SHA-256      [0-9a-f]{64}\n"
        rf"(written      {folder}.(weights_0_1.npy|weights_1_2.npy|provenance.json)\n){{3}}",
        out,
    )
    for bar in ("redraw", "rates", "conversion"):
        assert f"{bar}: 100%" in err
    assert sorted(path.name for path in (place / "trained").rglob("*.*")) == [
        "checkpoint.npz",
        "provenance.json",
        "weights_0_1.npy",
        "weights_1_2.npy",
    ]


@pytest.mark.slow
def test_json_of_train_and_weights_that_are_there(place, capsys):
    options = [*TRAIN, "--output", "new", "--json"]
    assert main(options) == 0
    out, err = capsys.readouterr()
    assert out.count("\n") == 1
    report = json.loads(out)
    assert list(report) == [
        "set", "command", "date", "settings", "images", "versions", "held_out", "losses",
        "accuracies", "seconds", "sha256", "files",
    ]  # fmt: skip
    assert report["command"] == (
        f"python -m tutorial_helpers train --set default {NUMBERS} --images 240"
    )
    assert report["images"] == 240
    settings = report["settings"]
    numbers = [settings[name] for name in ("seed", "teacher_epochs", "copies", "epochs")]
    assert [*numbers, settings["tuning_epochs"]] == [3, 0, 2, 2, 1]
    assert len(report["losses"]["rates"]) == len(report["accuracies"]["rates"]) == 2
    assert list(report["held_out"]["spikes"]) == ["12", "20", "30", "50", "100"]
    assert report["sha256"] == weight_sets.set_digest(load_weights("new"))
    provenance = json.loads((place / "new" / "provenance.json").read_text())
    assert {name: report[name] for name in provenance} == provenance
    assert {"python", "numpy", "jax", "optax"} <= set(provenance["versions"])
    # Again: refused, unless told otherwise, and before any work is done.
    before = (place / "new" / "weights_0_1.npy").read_bytes()
    assert main([*options, "--seed", "5"]) == 1
    out, err = capsys.readouterr()
    assert (out, err) == (
        "",
        "Error: new holds weights already; name another folder with --output, or add --force to "
        "replace them.\n",
    )
    assert (place / "new" / "weights_0_1.npy").read_bytes() == before
    again = [*options, "--seed", "5", "--force"]
    assert main(again) == 1  # its checkpoint would be that of the first
    assert "checkpoint.npz is the checkpoint of another" in capsys.readouterr().err
    assert main([*again, "--checkpoint", "5.npz"]) == 0
    assert (place / "new" / "weights_0_1.npy").read_bytes() != before


@pytest.mark.slow
def test_the_second_set_goes_on_from_the_first(place, capsys, monkeypatch):
    monkeypatch.setattr(command, "Settings", lambda: SETTINGS)
    train = ["train", "--epochs", "2", "--images", "240", "--json"]
    reports = []
    teacher, others = count_epochs(monkeypatch)
    for name, run in (("converted", (2, 2)), ("default", (2, 5))):
        assert main([*train, "--set", name]) == 0
        reports.append(json.loads(capsys.readouterr().out))
        assert (len(teacher), len(others)) == run
    converted, default = reports
    assert default["command"] == (
        "python -m tutorial_helpers train --set default --seed 3 --epochs 2 --images 240"
    )
    assert default["settings"] == converted["settings"]
    assert list(converted["losses"]) == ["teacher", "rates"]
    assert list(default["losses"]) == ["teacher", "rates", "spikes"]
    assert default["losses"]["rates"] == converted["losses"]["rates"]
    assert default["sha256"] != converted["sha256"]
    assert sorted(path.name for path in Path("trained").iterdir()) == [
        "checkpoint.npz", "converted", "default",
    ]  # fmt: skip


@pytest.mark.slow
def test_interrupted_command_goes_on(place, capsys, monkeypatch):
    assert main([*TRAIN, "--output", "whole"]) == 0
    capsys.readouterr()
    with monkeypatch.context() as patch:
        interrupt_at(patch, pipeline, "pick", 2)
        assert main(TRAIN) == 130
    out, err = capsys.readouterr()
    checkpoint = Path("trained", "checkpoint.npz")
    assert out == ""
    assert err.splitlines()[-1] == (
        f"Interrupted: {checkpoint} holds 1 of 2 epochs of stage 'rates'; run the same again to go "
        "on from there."
    )
    assert [path.name for path in (place / "trained").iterdir()] == [checkpoint.name]
    # Another run may not go on from there.
    assert main([*TRAIN, "--epochs", "7"]) == 1
    assert "setting epochs is 2 there and 7 here" in capsys.readouterr().err
    assert main(TRAIN) == 0
    assert f"Going on: {checkpoint} holds 1 of 2 epochs" in capsys.readouterr().err
    assert checkpoint.exists()
    for name in data.WEIGHT_FILES:
        written = [(place / folder / name).read_bytes() for folder in ("whole", "trained/default")]
        assert written[0] == written[1]


@pytest.mark.slow
def test_install(place, capsys, monkeypatch):
    monkeypatch.setattr(weight_sets, "DATA", place / "data")
    assert main([*TRAIN, "--install", "--output", "new"]) == 0
    assert "written      new" in capsys.readouterr().out
    assert load_weights("default")[0].tobytes() == load_weights("new")[0].tobytes()
    assert weight_sets.weight_sets()["default"].provenance["settings"]["seed"] == 3
    assert main([*TRAIN, "--install", "--output", "newer"]) == 1
    assert "data/ holds a set 'default' already; add --force" in capsys.readouterr().err
    assert main([*TRAIN, "--output", "data/other"]) == 1
    assert "leave --output out and add --install" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            ["--output", "file"],
            "file/weights_0_1.npy cannot be written: it would be in a file; name",
        ),
        (["--output", "file/a"], "cannot be written: it would be in a file; name another folder"),
        (
            ["--output", 300 * "a"],
            "cannot be written: File name too long; name another folder with",
        ),
        (
            ["--output", 5000 * "a"],
            "cannot be written: File name too long; name another folder wit",
        ),
        (
            ["--output", "taken"],
            "taken/weights_1_2.npy cannot be written: it is a folder; name ano",
        ),
        (
            ["--checkpoint", "taken"],
            "taken cannot be written: it is a folder; name another file wi",
        ),
        (["--checkpoint", "."], ". is where the weights go; name another file for it"),
        (["--checkpoint", "file/x"], "cannot be written: it would be in a file; name another file"),
        (["--checkpoint", "trained/default"], "is where the weights go; name another file for it"),
        (["--checkpoint", "trained"], "--checkpoint trained is where the weights go; name another"),
        (["--checkpoint", "new/weights_0_1.npy", "--output", "new"], "is where the weights go; na"),
        (["--checkpoint", "text"], "text should be a checkpoint, but cannot be"),
        (["--copies", "1000000000"], "--copies 1000000000 needs 197.8 TB of memory, and there are"),
        (["--images", "5"], "training should have at least 6 images, as one in 6 is held out, but"),
    ],
    ids=lambda value: " ".join(value)[:30] if isinstance(value, list) else None,
)
@pytest.mark.skipif(os.name == "nt", reason="Windows has other words")
def test_what_cannot_be_done_is_found_out_at_once(place, capsys, monkeypatch, options, words):
    monkeypatch.setattr(pipeline, "_run", None)  # not reached
    (place / "file").write_text("")
    (place / "text").write_text("no checkpoint")
    (place / "taken" / "weights_1_2.npy").mkdir(parents=True)
    before = sorted(place.rglob("*"))
    assert main([*TRAIN, "--force", *options]) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("Error: ")
    assert words in err
    assert len(err) < 330
    assert sorted(place.rglob("*")) == before


@pytest.mark.parametrize("name", ["weights.json", "converted"])
def test_a_list_that_cannot_be_written_is_found_out_at_once(place, capsys, monkeypatch, name):
    monkeypatch.setattr(pipeline, "_run", None)  # not reached
    monkeypatch.setattr(weight_sets, "DATA", place / "data")
    (place / "data").mkdir()
    (place / "data" / name).write_text("{")
    assert main([*TRAIN, "--force", "--install", "--set", "converted"]) == 1
    words = {"weights.json": "cannot be read as such a list", "converted": "it would be in a file"}
    assert words[name] in capsys.readouterr().err


def test_double_precision_is_refused(place, capsys):
    jax.config.update("jax_enable_x64", True)
    try:
        assert main(TRAIN) == 1
    finally:
        jax.config.update("jax_enable_x64", False)
    err = capsys.readouterr().err
    assert err.startswith("Error: Environment variable JAX_ENABLE_X64 must be 0 or unset,")


def test_a_checkpoint_that_cannot_be_written_again(place, tmp_path, monkeypatch):
    path = tmp_path / "run.npz"
    training.Checkpoint(path, {"seed": 1}).keep("one", np.zeros(3), epochs=1, of=2)

    def refuse(path, *_, **__):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "touch", refuse)
    with pytest.raises(OSError, match="cannot be written: Permission denied; name another file"):
        training.Checkpoint(path, {"seed": 1})


def test_more_images_than_there_are(place, capsys):
    assert main([*TRAIN, "--images", "251"]) == 1
    assert "--images 251 is more than the 250 images of MNIST's" in capsys.readouterr().err


# Trains for longer than anybody would wait.
LONG_RUN = """
import signal, sys
from tutorial_helpers.__main__ import main
# Where tests run in the background, the signal is ignored unless it is restored.
signal.signal(signal.SIGINT, signal.default_int_handler)
options = ["--images", "240", "--teacher-epochs", "0", "--copies", "2", "--epochs", "100000"]
sys.exit(main(["train", *options, "--output", "out", "--json"]))
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="sends a signal")
def test_interrupted_by_a_signal(tmp_path):
    checkpoint = tmp_path / "checkpoint.npz"
    with subprocess.Popen(
        [sys.executable, "-c", LONG_RUN],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            until = time.monotonic() + 240
            while not checkpoint.exists() and process.poll() is None and time.monotonic() < until:
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=120)
        finally:
            process.kill()
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err
    last = err.splitlines()[-1]
    found = re.fullmatch(
        r"Interrupted: checkpoint.npz holds (\d+) of 100000 epochs of stage 'rates'; run the "
        r"same again to go on from there.",
        last,
    )
    assert found, last
    assert [path.name for path in tmp_path.iterdir()] == [checkpoint.name]
    with np.load(checkpoint, allow_pickle=False) as archive:
        about = json.loads(archive["about"].tobytes())
    assert about["facts"]["rates"]["epochs"] == int(found[1]) >= 1
