"""Epochs: which images are learnt from, and how a run goes on from its checkpoint."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests import a_few
from tests.tutorial_helpers.learning.reference import small, some_images, some_weights
from tutorial_helpers.data import load_mnist
from tutorial_helpers.learning import LearningNetwork, epochs, learn, random_weights
from tutorial_helpers.learning.epochs import shifted

IMAGES, LABELS = some_images(23)


def run(network: Any = None, **options: Any) -> list[np.ndarray]:
    """Learn in a few epochs, and return the weights."""
    network = network or small()
    options = {"epochs": 4, "rate": 0.05, "shift": 0, **options}
    assert [epoch.number for epoch in learn(network, IMAGES, LABELS, **options)] == [1, 2, 3, 4]
    return list(network.weights)


def same(first: list[np.ndarray], second: list[np.ndarray]) -> bool:
    return all(map(np.array_equal, first, second))


# --- What is learnt from --------------------------------------------------------------------------


class Noting:
    """Stands for a network, and notes what it is asked to learn."""

    def __init__(self) -> None:
        self.network = small()
        self.layers, self.model = self.network.layers, self.network.model
        self.asked: list[tuple[np.ndarray, np.ndarray, float]] = []

    def learn_batch(self, images: np.ndarray, labels: np.ndarray, rate: float) -> np.ndarray:
        self.asked.append((images, labels, rate))
        return np.tile([1.0, 0.0, 0.0, 0.0], (len(images), 1))


@pytest.mark.slow
def test_every_image_once_in_each_epoch_in_another_order() -> None:
    noting: Any = Noting()
    found = list(learn(noting, IMAGES, LABELS, epochs=2, rate=0.1, shift=0))
    assert [len(images) for images, _, _ in noting.asked] == 2 * [5, 5, 5, 5, 3]
    np.testing.assert_allclose([rate for *_, rate in noting.asked], 0.1 * np.arange(10, 0, -1) / 10)
    images = np.concatenate([images for images, _, _ in noting.asked])
    labels = np.concatenate([labels for _, labels, _ in noting.asked])
    expected = {(image.tobytes(), int(label)) for image, label in zip(IMAGES, LABELS, strict=True)}
    for epoch in (slice(23), slice(23, 46)):
        pairs = zip(images[epoch], labels[epoch], strict=True)
        assert {(image.tobytes(), int(label)) for image, label in pairs} == expected
    assert not np.array_equal(images[:23], images[23:])
    assert not np.array_equal(images[:23], IMAGES)
    right = 100 * np.mean(LABELS == 0)
    for number, epoch in enumerate(found, 1):
        assert epoch.number == number
        assert epoch.practice == pytest.approx(right)
        assert epoch.accuracy is None
        assert epoch.seconds > 0


def test_each_batch_can_be_watched() -> None:
    noting: Any = Noting()
    seen: list[np.ndarray] = []
    (epoch,) = learn(noting, IMAGES, LABELS, epochs=1, shift=0, watch=seen.append)
    labels = [labels for _, labels, _ in noting.asked]
    assert all(map(np.array_equal, seen, [batch == 0 for batch in labels]))
    assert epoch.practice == pytest.approx(100 * np.mean(np.concatenate(seen)))


def test_a_seed_is_one_run() -> None:
    assert same(run(seed=1), run(seed=1))
    assert not same(run(seed=1), run(seed=2))


@pytest.mark.parametrize("shift", [1, 2])
def test_shifts(shift: int) -> None:
    rng = np.random.default_rng(1)
    images = rng.integers(1, 256, (200, 784), dtype=np.uint8)
    found = shifted(images, shift, rng)
    assert (found.shape, found.dtype) == (images.shape, images.dtype)
    seen = set()
    for image, moved in zip(images.reshape(-1, 28, 28), found.reshape(-1, 28, 28), strict=True):
        padded = np.pad(image, shift)
        (place,) = [
            (y, x)
            for y in range(2 * shift + 1)
            for x in range(2 * shift + 1)
            if np.array_equal(padded[y : y + 28, x : x + 28], moved)
        ]
        seen.add(place)
    assert len(seen) == (2 * shift + 1) ** 2


@pytest.mark.slow
def test_a_small_network_learns() -> None:
    images, labels = load_mnist("train")
    images, labels = images[:600], labels[:600]
    network = LearningNetwork(random_weights([784, 16, 10]), batch_size=50)

    def loss() -> float:
        start = network.state()
        beliefs = network.learn_batch(images[:50], labels[:50], 1e-9)
        network.restore(start)
        return float(-np.log(beliefs[np.arange(50), labels[:50]]).mean())

    before = loss()
    found = list(learn(network, images, labels, epochs=4, score=loss))
    first, *_, last = (epoch.accuracy or 0.0 for epoch in found)
    assert before > 2 > first > 1 > last > 0
    assert found[0].practice < 50 < 65 < found[-1].practice


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_one_epoch_of_mnist(seed: int) -> None:
    network = LearningNetwork(random_weights([784, 128, 10], seed))
    test = load_mnist("test")
    (epoch,) = learn(
        network, *load_mnist("train"), epochs=1, seed=seed, score=lambda: network.accuracy(*test)
    )
    assert epoch.accuracy > 95.0


# --- Going on -------------------------------------------------------------------------------------


@pytest.mark.parametrize("batches", [3, 5, 12])
def test_going_on_gives_the_same_bits(
    batches: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, learn_batch, done = tmp_path / "new" / "run.npz", LearningNetwork.learn_batch, 0

    def interrupted(*arguments: Any) -> Any:
        nonlocal done
        if done == batches:
            raise KeyboardInterrupt
        done += 1
        return learn_batch(*arguments)

    monkeypatch.setattr(LearningNetwork, "learn_batch", interrupted)
    network = small()
    with pytest.raises(KeyboardInterrupt):
        run(network, checkpoint=file)
    monkeypatch.undo()
    copy = shutil.copy(file, tmp_path)
    # As in a notebook, where a cell is run again.
    assert same(run(network, checkpoint=copy), run())
    assert same(run(checkpoint=file), run())
    assert [path.name for path in file.parent.iterdir()] == ["run.npz"]
    # A run that is complete gives its weights at once.
    monkeypatch.setattr(LearningNetwork, "learn_batch", None)
    assert same(run(checkpoint=file), run_again := run(checkpoint=file))
    assert len(run_again) == 3


def test_scores_are_kept(tmp_path: Path) -> None:
    scores = iter([50.0, 60.0])
    options: dict[str, Any] = {"epochs": 2, "shift": 0, "checkpoint": tmp_path / "run.npz"}
    first = list(learn(small(), IMAGES, LABELS, score=lambda: next(scores), **options))
    assert [epoch.accuracy for epoch in first] == [50.0, 60.0]
    assert list(learn(small(), IMAGES, LABELS, **options)) == first


def test_a_checkpoint_that_cannot_be_finished_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "run.npz"
    going = learn(small(), IMAGES, LABELS, epochs=2, shift=0, checkpoint=file)
    one = next(going)
    before = file.read_bytes()

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="No space left"):
        next(going)
    with pytest.raises(OSError, match="No space left"):
        learn(small(), IMAGES, LABELS, shift=0, checkpoint=tmp_path / "other.npz")
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]
    monkeypatch.undo()
    assert next(learn(small(), IMAGES, LABELS, epochs=2, shift=0, checkpoint=file)) == one


@pytest.mark.parametrize(
    ("network", "options", "words"),
    a_few(
        [
            ({}, {"seed": 2}, "(seed is 1 there and 2 here)"),
            ({}, {"rate": 0.1}, "(rate is 0.05 there and 0.1 here)"),
            ({}, {"epochs": 3}, "(epochs is 4 there and 3 here)"),
            ({"threshold": 1.0}, {}, "(threshold is 2.0 there and 1.0 here)"),
            ({"batch_size": 1}, {}, "(batch_size is 5 there and 1 here)"),
            ({"timesteps": 9}, {}, "(timesteps is 12 there and 9 here)"),
            ({"weights": some_weights(seed=5)}, {}, "(first_weights is "),
            ({"precision": "double"}, {}, "(precision is float there and double here)"),
        ]
    ),
)
def test_other_runs_are_refused(
    network: dict[str, Any], options: dict[str, Any], words: str, tmp_path: Path
) -> None:
    file = tmp_path / "run.npz"
    run(checkpoint=file)
    with pytest.raises(ValueError, match="is the checkpoint of another run") as refusal:
        run(small(**network), checkpoint=file, **options)
    message = str(refusal.value)
    assert message.startswith(str(file))
    assert words in message
    assert message.endswith("remove it, or name another file for the checkpoint.")


@pytest.mark.parametrize("content", [b"", b"PK\3\4 damaged", b"\x93NUMPY", b"text"])
def test_what_is_no_checkpoint_is_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "run.npz"
    file.write_bytes(content)
    with pytest.raises(ValueError, match="should be a checkpoint, but cannot be read"):
        run(checkpoint=file)
    assert file.read_bytes() == content


def test_a_place_that_cannot_be_written_is_found_out_at_once(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="name another file for the checkpoint"):
        learn(small(), IMAGES, LABELS, shift=0, checkpoint=tmp_path)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"epochs": 0}, ValueError, "epochs"),
        ({"epochs": 1.5}, TypeError, "epochs"),
        ({"rate": 0}, ValueError, "rate must be a positive number"),
        ({"seed": -1}, ValueError, "seed"),
        ({"shift": -1}, ValueError, "shift"),
        ({"shift": 1}, ValueError, "shift is for images of 28 x 28 pixels, not of 20 in all"),
        ({"images": IMAGES[:0], "labels": LABELS[:0]}, ValueError, "with n > 0"),
        ({"images": IMAGES / 255}, TypeError, "must be an array of uint8"),
        ({"labels": LABELS[:5]}, ValueError, "one for each image"),
    ],
)
def test_wrong_options(options: dict[str, Any], error: type[Exception], words: str) -> None:
    given = {"network": small(), "images": IMAGES, "labels": LABELS, "shift": 0, **options}
    with pytest.raises(error, match=words):
        epochs.learn(**given)
