"""Training that is interrupted goes on as if nothing had been, and only where it may."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from argparse import Namespace
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from tests import ROOT
from tests.tutorial_helpers.training.small_training import SETTINGS, WITHOUT_TEACHER, small_digits
from tutorial_helpers import data, training, weight_sets
from tutorial_helpers.__main__ import main
from tutorial_helpers.data import load_weights

jax = pytest.importorskip("jax", reason="training needs JAX: the extra train")
pytest.importorskip("optax", reason="training needs Optax: the extra train")

from tutorial_helpers.commands import train as command  # noqa: E402
from tutorial_helpers.training import checkpoints, pipeline, stages  # noqa: E402

RUN = {"setting": {"seed": 1, "epochs": 3}, "images": 12}


@pytest.fixture(scope="module")
def digits():
    return small_digits()


@pytest.fixture(scope="module")
def whole(digits):
    """Runs without interruption."""

    @cache
    def run(settings, few_steps):
        return training.train(*digits, settings, few_steps=few_steps, progress=False)

    return run


def interrupt_at(monkeypatch, module, name, call):
    """Have a function interrupted, as by Ctrl-C, at one of its calls."""
    original, calls = getattr(module, name), []

    def function(*arguments, **options):
        calls.append(name)
        if len(calls) == call:
            raise KeyboardInterrupt
        return original(*arguments, **options)

    monkeypatch.setattr(module, name, function)
    return calls


def count_epochs(monkeypatch):
    """Note the epochs that are begun: those of the teacher, and those of the other networks."""
    return [interrupt_at(monkeypatch, pipeline, name, None) for name in ("run_epoch", "pick")]


def same(one, other):
    for a, b in zip(one.weights, other.weights, strict=True):
        assert np.asarray(a).tobytes() == np.asarray(b).tobytes()
    assert one[1:] == other[1:]


# --- Training runs that are interrupted ----------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "few_steps", "name", "call", "holds", "left"),
    [
        # In the middle of the second epoch: there are 10 updates in one.
        (SETTINGS, True, "updates of the teacher", 15, "1 of 2 epochs of stage 'teacher'", (1, 7)),
        (SETTINGS, False, "run_epoch", 2, "1 of 2 epochs of stage 'teacher'", (1, 4)),
        (SETTINGS, True, "redraw", 1, "2 of 2 epochs of stage 'teacher'", (0, 7)),
        (SETTINGS, True, "pick", 3, "2 of 4 epochs of stage 'rates'", (0, 5)),
        (SETTINGS, False, "convert", 1, "4 of 4 epochs of stage 'rates'", (0, 0)),
        (SETTINGS, False, "simulate_counts", 1, "all of stage 'conversion'", (0, 0)),
        (SETTINGS, True, "first_gains", 1, "all of stage 'conversion for few steps'", (0, 3)),
        (SETTINGS, True, "pick", 6, "1 of 3 epochs of stage 'spikes'", (0, 2)),
        (SETTINGS, True, "simulate_counts", 1, "3 of 3 epochs of stage 'spikes'", (0, 0)),
        (WITHOUT_TEACHER, False, "pick", 2, "1 of 4 epochs of stage 'rates'", (0, 3)),
        (WITHOUT_TEACHER, False, "simulate_counts", 1, "all of stage 'conversion'", (0, 0)),
        (WITHOUT_TEACHER, True, "convert", 1, "4 of 4 epochs of stage 'rates'", (0, 3)),
        (WITHOUT_TEACHER, True, "pick", 7, "2 of 3 epochs of stage 'spikes'", (0, 1)),
    ],
)
def test_resumed_training_equals_an_uninterrupted_one(
    tmp_path, digits, whole, monkeypatch, settings, few_steps, name, call, holds, left
):
    expected = whole(settings, few_steps)
    path = tmp_path / "run.npz"

    def train():
        return training.train(
            *digits, settings, few_steps=few_steps, checkpoint=path, progress=False
        )

    with monkeypatch.context() as patch:
        if name == "updates of the teacher":  # what gradient_update makes is what is interrupted
            original = pipeline.gradient_update

            def gradient_update(*arguments):
                made = Namespace(update=original(*arguments))
                interrupt_at(patch, made, "update", call)
                return made.update

            patch.setattr(pipeline, "gradient_update", gradient_update)
        else:
            interrupt_at(patch, pipeline, name, call)
        with pytest.raises(KeyboardInterrupt) as caught:
            train()
    assert str(caught.value) == (
        f"Interrupted: {path} holds {holds}; run the same again to go on from there."
    )
    assert list(tmp_path.iterdir()) == [path]
    redrawn = interrupt_at(monkeypatch, pipeline, "redraw", None)
    epochs = count_epochs(monkeypatch)
    same(train(), expected)
    # No epoch is run that the file holds, and nothing is redrawn but for an epoch.
    assert tuple(map(len, epochs)) == left
    assert len(redrawn) == (left[1] > 0)


@pytest.mark.slow
def test_the_sets_share_a_checkpoint(tmp_path, digits, whole, monkeypatch):
    path = tmp_path / "checkpoint.npz"
    expected = {few_steps: whole(SETTINGS, few_steps) for few_steps in (False, True)}
    teacher, others = count_epochs(monkeypatch)
    # One set after the other, and each again, of which nothing is left to be done.
    for few_steps, run in ((False, (2, 4)), (True, (0, 3)), (False, (0, 0)), (True, (0, 0))):
        teacher.clear()
        others.clear()
        result = training.train(
            *digits, SETTINGS, few_steps=few_steps, checkpoint=path, progress=False
        )
        assert (len(teacher), len(others)) == run
        same(result, expected[few_steps])
        assert list(tmp_path.iterdir()) == [path]


@pytest.mark.slow
def test_interrupted_before_the_first_epoch(tmp_path, digits, monkeypatch):
    interrupt_at(monkeypatch, pipeline, "run_epoch", 1)
    path = tmp_path / "run.npz"
    with pytest.raises(KeyboardInterrupt, match="before the first epoch was done: nothing is kept"):
        training.train(*digits, SETTINGS, checkpoint=path, progress=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_going_on_is_said(tmp_path, digits, whole, monkeypatch, capsys):
    path = tmp_path / "run.npz"
    with monkeypatch.context() as patch:
        interrupt_at(patch, pipeline, "pick", 2)
        with pytest.raises(KeyboardInterrupt):
            training.train(*digits, WITHOUT_TEACHER, checkpoint=path)
    assert "Going on" not in capsys.readouterr().err
    again = training.train(*digits, WITHOUT_TEACHER, checkpoint=path)
    same(again, whole(WITHOUT_TEACHER, False))
    out, err = capsys.readouterr()
    assert out == ""
    assert f"Going on: {path} holds 1 of 4 epochs of stage 'rates'.\n" in err


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"settings": replace(SETTINGS, seed=4)}, "setting seed is 3 there and 4 here"),
        ({"settings": replace(SETTINGS, epochs=9)}, "setting epochs is 4 there and 9 here"),
        (
            {"settings": replace(SETTINGS, few_steps=(12, 20))},
            r"is \[12\] there and \[12, 20\] here",
        ),
        ({"count": 239}, "number of images is 240 there and 239 here; SHA-256 of the images is"),
        ({"ink": 1}, r"run \(SHA-256 of the images is \w{8}… there and \w{8}… here\); remove it"),
        ({"jax": "0.0.1"}, r"version of jax is [\d.]+ there and 0.0.1 here"),
        ({"format": 0}, "format is 1 there and 0 here"),
    ],
)
def test_checkpoints_of_other_runs_are_refused(tmp_path, digits, monkeypatch, change, words):
    path = tmp_path / "run.npz"
    images, labels = digits
    checkpoint = training.Checkpoint(path, pipeline.identity(images, labels, SETTINGS))
    checkpoint.keep("rates", {"weights": np.zeros(3)}, epochs=1, of=3, losses=[2.0])
    before = path.read_bytes()
    if "jax" in change:
        versions = pipeline.installed_versions("jaxlib", "optax", "numpy") | change
        monkeypatch.setattr(pipeline, "installed_versions", lambda *_: versions)
    if "format" in change:
        monkeypatch.setattr(checkpoints, "FORMAT", change["format"])
    if "ink" in change:
        images = images.copy()
        images[0, 0] += change["ink"]
    count = change.get("count", len(images))
    with pytest.raises(ValueError, match=words) as caught:
        training.train(
            images[:count],
            labels[:count],
            change.get("settings", SETTINGS),
            checkpoint=path,
            progress=False,
        )
    assert str(caught.value).startswith(f"{path} is the checkpoint of another training run (")
    assert str(caught.value).endswith("; remove it, or name another file with --checkpoint.")
    assert path.read_bytes() == before


# --- The file ------------------------------------------------------------------------------------


def state():
    return stages.State({"a": np.arange(3.0), "b": np.float32(2)}, (np.int32(5), jax.numpy.ones(2)))


def test_what_is_kept_is_restored(tmp_path):
    path = tmp_path / "new" / "run.npz"
    checkpoint = training.Checkpoint(path, RUN)
    assert checkpoint.progress == ""
    checkpoint.keep("one", state(), epochs=1, of=2, losses=[0.1, 1e-17])
    checkpoint.keep("two", np.zeros(4), note="done")
    for kept in (checkpoint, training.Checkpoint(path, RUN)):
        assert kept.progress == "all of stage 'two'"
        restored, facts = kept.restore("one", state())
        assert facts == {"epochs": 1, "of": 2, "losses": [0.1, 1e-17]}
        assert jax.tree.structure(restored) == jax.tree.structure(state())
        for one, other in zip(jax.tree.leaves(restored), jax.tree.leaves(state()), strict=True):
            assert one.dtype == other.dtype
            np.testing.assert_array_equal(one, other)
        assert isinstance(restored.optimiser[1], jax.Array)
        assert kept.restore("three", state()) is None
    assert [file.name for file in path.parent.iterdir()] == ["run.npz"]


def test_no_pickle_in_the_file(tmp_path):
    path = tmp_path / "run.npz"
    training.Checkpoint(path, RUN).keep("one", state())
    with np.load(path, allow_pickle=False) as archive:
        assert {archive[name].dtype.kind for name in archive.files} <= set("fiu")
        about = json.loads(archive["about"].tobytes())
    assert about == {"format": 1, "run": RUN, "stages": {"one": {}}}


@pytest.mark.parametrize("damage", ["empty", "text", "cut off", "another archive", "an array"])
def test_files_that_are_no_checkpoints(tmp_path, damage):
    path = tmp_path / "run.npz"
    training.Checkpoint(path, RUN).keep("one", state())
    content = path.read_bytes()
    if damage in ("empty", "text", "cut off"):
        path.write_bytes({"empty": b"", "text": b"text", "cut off": content[:-50]}[damage])
    else:
        with path.open("wb") as file:
            (np.savez if damage == "another archive" else np.save)(file, np.zeros(3))
    words = r"run.npz should be a checkpoint of .* \(\w+\); remove it, or name another file with"
    with pytest.raises(ValueError, match=words):
        training.Checkpoint(path, RUN)


@pytest.mark.parametrize("other", [np.zeros(3), np.zeros(4, np.float32), (np.zeros(4), 1.0), 0.0])
def test_states_of_another_kind_are_refused(tmp_path, other):
    checkpoint = training.Checkpoint(tmp_path / "run.npz", RUN)
    checkpoint.keep("one", np.zeros(4))
    with pytest.raises(ValueError, match=r"run.npz should hold \d arrays for stage 'one'.*remove"):
        checkpoint.restore("one", other)


def test_a_failed_write_leaves_the_last_checkpoint(tmp_path, monkeypatch):
    path = tmp_path / "run.npz"
    checkpoint = training.Checkpoint(path, RUN)
    checkpoint.keep("one", np.zeros(4), epochs=1, of=2)
    before = path.read_bytes()

    def interrupted(file, **arrays):
        file.write(b"half of it")
        raise KeyboardInterrupt

    monkeypatch.setattr(checkpoints.np, "savez", interrupted)
    with pytest.raises(KeyboardInterrupt):
        checkpoint.keep("one", np.ones(4), epochs=2, of=2)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_is_found_out_at_once(tmp_path, digits, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(pipeline, "_run", None)  # not reached
    with pytest.raises(OSError, match="file"):
        training.train(*digits, SETTINGS, checkpoint=tmp_path / "file" / "run.npz", progress=False)


# --- The command ---------------------------------------------------------------------------------


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
NUMBERS = "--seed 3 --teacher-epochs 0 --copies 2 --epochs 2 --few-epochs 1"
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
    assert [*numbers, settings["few_epochs"]] == [3, 0, 2, 2, 1]
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
    for name, run in (("default", (2, 2)), ("few_steps", (2, 5))):
        assert main([*train, "--set", name]) == 0
        reports.append(json.loads(capsys.readouterr().out))
        assert (len(teacher), len(others)) == run
    default, few_steps = reports
    assert few_steps["command"] == (
        "python -m tutorial_helpers train --set few_steps --seed 3 --epochs 2 --images 240"
    )
    assert few_steps["settings"] == default["settings"]
    assert list(default["losses"]) == ["teacher", "rates"]
    assert list(few_steps["losses"]) == ["teacher", "rates", "spikes"]
    assert few_steps["losses"]["rates"] == default["losses"]["rates"]
    assert few_steps["sha256"] != default["sha256"]
    assert sorted(path.name for path in Path("trained").iterdir()) == [
        "checkpoint.npz", "default", "few_steps",
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
        (["--checkpoint", "text"], "text should be a checkpoint of a training run, but cannot be"),
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


@pytest.mark.parametrize("name", ["weights.json", "few_steps"])
def test_a_list_that_cannot_be_written_is_found_out_at_once(place, capsys, monkeypatch, name):
    monkeypatch.setattr(pipeline, "_run", None)  # not reached
    monkeypatch.setattr(weight_sets, "DATA", place / "data")
    (place / "data").mkdir()
    (place / "data" / name).write_text("{")
    assert main([*TRAIN, "--force", "--install", "--set", "few_steps"]) == 1
    words = {"weights.json": "cannot be read as such a list", "few_steps": "it would be in a file"}
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
    assert about["stages"]["rates"]["epochs"] == int(found[1]) >= 1
