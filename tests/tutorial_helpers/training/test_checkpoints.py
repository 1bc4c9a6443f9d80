"""Training that is interrupted goes on as if nothing had been, and only where it may."""

from __future__ import annotations

import json
from argparse import Namespace
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from tests.tutorial_helpers.training.small_training import (
    SETTINGS,
    WITHOUT_TEACHER,
    count_epochs,
    interrupt_at,
    small_digits,
)
from tutorial_helpers import training

jax = pytest.importorskip("jax", reason="training needs JAX: the extra train")
pytest.importorskip("optax", reason="training needs Optax: the extra train")

from tutorial_helpers.training import checkpoints, pipeline, stages  # noqa: E402

RUN = {"setting": {"seed": 1, "epochs": 3}, "images": 12}


@pytest.fixture(scope="module")
def digits():
    return small_digits()


@pytest.fixture(scope="module")
def whole(digits):
    """Runs without interruption."""

    @cache
    def run(settings, fine_tuning):
        return training.train(*digits, settings, fine_tuning=fine_tuning, progress=False)

    return run


def same(one, other):
    for a, b in zip(one.weights, other.weights, strict=True):
        assert np.asarray(a).tobytes() == np.asarray(b).tobytes()
    assert one[1:] == other[1:]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "fine_tuning", "name", "call", "holds", "left"),
    [
        # In the middle of the second epoch: there are 10 updates in one.
        (SETTINGS, True, "updates of the teacher", 15, "1 of 2 epochs of stage 'teacher'", (1, 7)),
        (SETTINGS, False, "run_epoch", 2, "1 of 2 epochs of stage 'teacher'", (1, 4)),
        (SETTINGS, True, "redraw", 1, "2 of 2 epochs of stage 'teacher'", (0, 7)),
        (SETTINGS, True, "pick", 3, "2 of 4 epochs of stage 'rates'", (0, 5)),
        (SETTINGS, False, "convert", 1, "4 of 4 epochs of stage 'rates'", (0, 0)),
        (SETTINGS, False, "simulate_counts", 1, "all of stage 'conversion'", (0, 0)),
        (SETTINGS, True, "first_gains", 1, "all of stage 'conversion for fine-tuning'", (0, 3)),
        (SETTINGS, True, "pick", 6, "1 of 3 epochs of stage 'spikes'", (0, 2)),
        (SETTINGS, True, "simulate_counts", 1, "3 of 3 epochs of stage 'spikes'", (0, 0)),
        (WITHOUT_TEACHER, False, "pick", 2, "1 of 4 epochs of stage 'rates'", (0, 3)),
        (WITHOUT_TEACHER, False, "simulate_counts", 1, "all of stage 'conversion'", (0, 0)),
        (WITHOUT_TEACHER, True, "convert", 1, "4 of 4 epochs of stage 'rates'", (0, 3)),
        (WITHOUT_TEACHER, True, "pick", 7, "2 of 3 epochs of stage 'spikes'", (0, 1)),
    ],
)
def test_resumed_training_equals_an_uninterrupted_one(
    tmp_path, digits, whole, monkeypatch, settings, fine_tuning, name, call, holds, left
):
    expected = whole(settings, fine_tuning)
    path = tmp_path / "run.npz"

    def train():
        return training.train(
            *digits, settings, fine_tuning=fine_tuning, checkpoint=path, progress=False
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
    expected = {fine_tuning: whole(SETTINGS, fine_tuning) for fine_tuning in (False, True)}
    teacher, others = count_epochs(monkeypatch)
    # One set after the other, and each again, of which nothing is left to be done.
    for fine_tuning, run in ((False, (2, 4)), (True, (0, 3)), (False, (0, 0)), (True, (0, 0))):
        teacher.clear()
        others.clear()
        result = training.train(
            *digits, SETTINGS, fine_tuning=fine_tuning, checkpoint=path, progress=False
        )
        assert (len(teacher), len(others)) == run
        same(result, expected[fine_tuning])
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
    same(again, whole(WITHOUT_TEACHER, True))
    out, err = capsys.readouterr()
    assert out == ""
    assert f"Going on: {path} holds 1 of 4 epochs of stage 'rates'.\n" in err


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"settings": replace(SETTINGS, seed=4)}, "setting seed is 3 there and 4 here"),
        ({"settings": replace(SETTINGS, epochs=9)}, "setting epochs is 4 there and 9 here"),
        (
            {"settings": replace(SETTINGS, tuning_steps=(12, 20))},
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
    assert str(caught.value).startswith(f"{path} is the checkpoint of another run (")
    assert str(caught.value).endswith("; remove it, or name another file with --checkpoint.")
    assert path.read_bytes() == before


# --- The file -------------------------------------------------------------------------------------


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
    assert about == {"run": {"format": 1, **RUN}, "facts": {"one": {}}}


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
    words = r"run.npz should be a checkpoint, .* \(\w+\); remove it, or name another file with"
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
