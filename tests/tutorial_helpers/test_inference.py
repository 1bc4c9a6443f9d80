"""Classification: the same answers in batches of any size and in any order, and the right ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numbagenn.base import available_memory as memory
from tests import a_few
from tutorial_helpers import inference, models
from tutorial_helpers.data import load_mnist, load_weights
from tutorial_helpers.inference import Classification, accuracy, classify, counts_over_time
from tutorial_helpers.models import Classifier, build_classifier

N = 150  # more than one batch of the largest size, and no multiple of any


@cache
def digits() -> tuple[np.ndarray, np.ndarray]:
    return load_mnist()


@cache
def network(batch_size: int) -> Classifier:
    return build_classifier(load_weights(), batch_size=batch_size)


@cache
def expected() -> Classification:
    return classify(network(128), digits()[0][:N])


def check_same(found: Classification, counts: np.ndarray, spikes: tuple[int, ...]) -> None:
    assert (found.counts == counts).all()
    assert (found.predictions == counts.argmax(axis=1)).all()
    assert found.spikes == spikes


# --- The answers do not depend on how they are had -----------------------------------------------


def test_what_is_returned() -> None:
    result = expected()
    assert result.predictions.shape == (N,)
    assert np.issubdtype(result.predictions.dtype, np.integer)
    assert (result.counts.shape, result.counts.dtype) == ((N, 10), np.dtype(np.uint32))
    assert all(type(total) is int and total > 0 for total in result.spikes)
    assert result.spikes[-1] == result.counts.sum()
    assert len(result.spikes) == 3
    assert result.seconds > 0


@pytest.mark.parametrize("batch_size", [1, 7, 128])
def test_batch_size_does_not_matter(batch_size: int) -> None:
    images = digits()[0][:N]
    check_same(classify(network(batch_size), images), expected().counts, expected().spikes)


@pytest.mark.parametrize("batch_size", [1, 7, 128])
@pytest.mark.parametrize("seed", [1, 2])
def test_order_does_not_matter(batch_size: int, seed: int) -> None:
    # It would if anything of an image were left behind, if only the spikes of its last step.
    order = np.random.default_rng(seed).permutation(N)
    result = classify(network(batch_size), digits()[0][:N][order])
    check_same(result, expected().counts[order], expected().spikes)


@pytest.mark.parametrize("helped", [True, False])
def test_where_the_backend_cannot_drop_spikes(
    monkeypatch: pytest.MonkeyPatch, helped: bool
) -> None:
    monkeypatch.setattr(models, "CAN_DROP_SPIKES", False)
    monkeypatch.setattr(inference, "CAN_DROP_SPIKES", not helped)
    images = digits()[0][:20]
    result = classify(build_classifier(load_weights(), batch_size=7), images)
    assert (result.counts[:7] == expected().counts[:7]).all()
    # The first batch is right in any case. The others need what lets spikes arrive before the
    # reset; without it they would be wrong, and the tests above would notice.
    assert (result.counts == expected().counts[:20]).all() == helped


@pytest.mark.parametrize("n", [1, 6, 7, 8, 15])
def test_short_last_batch(n: int) -> None:
    # What earlier calls left in the unused places of the batch must not be counted.
    result = classify(network(7), digits()[0][:n])
    counts = expected().counts[:n]
    assert (result.counts == counts).all()
    assert result.spikes[-1] == counts.sum()
    assert result.spikes == classify(network(1), digits()[0][:n]).spikes


def test_timesteps_of_an_earlier_call_do_not_matter() -> None:
    images = digits()[0][:20]
    few = [classify(network(7), images, timesteps=steps).counts for steps in (1, 13, 100, 13, 1)]
    assert (few[0] == few[4]).all()
    assert (few[1] == few[3]).all()
    assert (few[2] == expected().counts[:20]).all()
    assert not few[0].any()  # a spike needs two more steps to make its way through two layers


def test_the_images_are_left_as_they_are() -> None:
    images = digits()[0][:9].copy()
    images.flags.writeable = False
    classify(network(7), images, timesteps=3)
    classify(network(7), images[::-1, ::-1], timesteps=3)  # not contiguous, and a view
    assert (images == digits()[0][:9]).all()


def test_first_of_several_wins() -> None:
    # Without any spike all outputs are equal.
    result = classify(network(7), np.zeros((3, 784), dtype=np.uint8))
    assert result.predictions.tolist() == [0, 0, 0]
    assert result.spikes == (0, 0, 0)


def test_progress_bar(capsys: pytest.CaptureFixture[str]) -> None:
    classify(network(7), digits()[0][:9], timesteps=1)
    assert capsys.readouterr() == ("", "")
    classify(network(7), digits()[0][:9], timesteps=1, progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert "9.00/9.00" in err


# --- Over time -----------------------------------------------------------------------------------


@pytest.mark.parametrize("batch_size", [1, 7, 128])
def test_counts_over_time_are_those_of_shorter_runs(batch_size: int) -> None:
    images = digits()[0][:N]
    counts, spikes = counts_over_time(network(batch_size), images)
    assert (counts.shape, counts.dtype) == ((100, N, 10), np.dtype(np.uint16))
    assert (spikes.shape, spikes.dtype) == ((100, N, 3), np.dtype(np.uint32))
    for steps in (1, 2, 3, 4, 13, 32, 33, 100):
        shorter = classify(network(128), images, timesteps=steps)
        check_same(shorter, counts[steps - 1], tuple(spikes[steps - 1].sum(axis=0).tolist()))
    assert (spikes[:, :, -1] == counts.sum(axis=2)).all()


@pytest.mark.parametrize("n", [1, 6, 7, 8, 15])
def test_short_last_batch_over_time(n: int) -> None:
    classify(network(7), digits()[0][20:34])  # leaves spikes in flight, and counts in all places
    counts, spikes = counts_over_time(network(7), digits()[0][:n])
    assert (counts[-1] == expected().counts[:n]).all()
    assert tuple(spikes[-1].sum(axis=0).tolist()) == classify(network(1), digits()[0][:n]).spikes


def test_spikes_over_time_are_of_each_image() -> None:
    _, spikes = counts_over_time(network(7), digits()[0][:9], timesteps=30)
    for number in range(9):
        alone = classify(network(1), digits()[0][number : number + 1], timesteps=30)
        assert tuple(spikes[-1, number].tolist()) == alone.spikes


def test_a_layer_is_silent_until_the_one_before_has_spiked() -> None:
    # The brightest pixel needs two steps to the threshold, and each layer of synapses one more.
    _, spikes = counts_over_time(network(128), digits()[0][:N], timesteps=6)
    for layer, first in enumerate((2, 3, 4)):
        assert not spikes[: first - 1, :, layer].any()
    assert spikes[1, :, 0].any()


def test_where_the_backend_cannot_drop_spikes_over_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "CAN_DROP_SPIKES", False)
    monkeypatch.setattr(inference, "CAN_DROP_SPIKES", False)
    leaking = build_classifier(load_weights(), batch_size=7)
    counts, _ = counts_over_time(leaking, digits()[0][:20])
    assert (counts[-1] == expected().counts[:20]).all()


def test_progress_bar_over_time(capsys: pytest.CaptureFixture[str]) -> None:
    counts_over_time(network(7), digits()[0][:9], timesteps=1)
    assert capsys.readouterr() == ("", "")
    counts_over_time(network(7), digits()[0][:9], timesteps=1, progress=True)
    assert "9.00/9.00" in capsys.readouterr().err


# --- The answers are right -----------------------------------------------------------------------


def simulate(
    weights: Sequence[np.ndarray], image: np.ndarray, timesteps: int
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Simulate the classifier for one image: voltages and spike counts of each layer.

    Sums are taken in float32 and in the order of the presynaptic neurons, as a cumulative sum is.
    """
    sizes = [len(weights[0]), *(matrix.shape[1] for matrix in weights)]
    current = image / np.float32(100)
    voltages = [np.zeros(size, dtype=np.float32) for size in sizes]
    counts = [np.zeros(size, dtype=np.uint32) for size in sizes]
    fired = [np.zeros(size, dtype=bool) for size in sizes]
    for _ in range(timesteps):
        before = list(fired)
        for layer, voltage in enumerate(voltages):
            if layer == 0:
                voltage += current
            elif before[layer - 1].any():
                voltage += np.cumsum(weights[layer - 1][before[layer - 1]], axis=0)[-1]
            fired[layer] = voltage >= 5.0
            voltage[fired[layer]] = 0.0
            counts[layer] += fired[layer]
    assert all(voltage.dtype == np.float32 for voltage in voltages)
    return voltages, counts


def test_equal_to_a_reference_simulation() -> None:
    images, weights = digits()[0][:20], load_weights()
    result = classify(network(128), images)
    totals = np.zeros(3, dtype=np.int64)
    for population in network(128).populations:
        population.vars["V"].pull_from_device()
    for number, image in enumerate(images):
        voltages, counts = simulate(weights, image, 100)
        totals += [int(count.sum()) for count in counts]
        assert (result.counts[number] == counts[-1]).all()
        for population, voltage in zip(network(128).populations, voltages, strict=True):
            assert population.vars["V"].view[number].tobytes() == voltage.tobytes()
    assert result.spikes == tuple(totals.tolist())


@pytest.mark.parametrize("batch_size", a_few([3, 1]))
@pytest.mark.parametrize("hidden", a_few([[8, 9], [], [8], [8, 9, 7]]))
def test_any_number_of_hidden_layers(hidden: list[int], batch_size: int) -> None:
    rng = np.random.default_rng(len(hidden))
    sizes = (12, *hidden, 4)
    weights = [rng.normal(0.6, 2.0, shape).astype(np.float32) for shape in pairwise(sizes)]
    images = rng.integers(0, 256, (8, 12), dtype=np.uint8)
    result = classify(build_classifier(weights, batch_size=batch_size), images, timesteps=40)
    counts = [simulate(weights, image, 40)[1] for image in images]
    check_same(
        result,
        np.array([layers[-1] for layers in counts]),
        tuple(int(sum(layer.sum() for layer in layers)) for layers in zip(*counts, strict=True)),
    )
    assert result.counts.any()


def test_accuracy() -> None:
    images, labels = digits()
    assert accuracy(classify(network(128), images).predictions, labels) >= 98.4


# --- What is refused -----------------------------------------------------------------------------

BOTH = pytest.mark.parametrize("function", [classify, counts_over_time])


@pytest.mark.parametrize(
    ("images", "words"),
    [
        (np.zeros((2, 784)), "not float64; pass images as"),
        (np.zeros((2, 784), dtype=bool), "not bool"),
        (np.zeros((2, 784), dtype=np.int64), "not int64"),
        ([[0] * 784], "not list"),
        (None, "not NoneType"),
    ],
)
@BOTH
def test_images_of_another_type(
    function: Callable[..., object], images: object, words: str
) -> None:
    with pytest.raises(TypeError, match=f"images must be an array of uint8.*{words}"):
        function(network(7), images)


@pytest.mark.parametrize("shape", [(784,), (2, 783), (2, 28, 28), (0, 784), ()])
@BOTH
def test_images_of_another_shape(function: Callable[..., object], shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"images must have shape \(n, 784\) with n > 0"):
        function(network(7), np.zeros(shape, dtype=np.uint8))


@pytest.mark.parametrize("timesteps", [True, 1.0, "100", None])
@BOTH
def test_timesteps_of_another_type(function: Callable[..., object], timesteps: object) -> None:
    with pytest.raises(TypeError, match="timesteps must be an integer"):
        function(network(7), digits()[0][:1], timesteps=timesteps)


@pytest.mark.parametrize("timesteps", [0, -1])
@BOTH
def test_timesteps_that_are_too_few(function: Callable[..., object], timesteps: int) -> None:
    with pytest.raises(ValueError, match=f"timesteps must be at least 1, not {timesteps}"):
        function(network(7), digits()[0][:1], timesteps=timesteps)


def test_timesteps_that_could_not_be_counted() -> None:
    with pytest.raises(ValueError, match="timesteps must be at most 65535, not 65536"):
        counts_over_time(network(7), digits()[0][:1], timesteps=65_536)


def test_counts_that_do_not_fit_into_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "total_memory", lambda: 10**7)
    words = r"^Counting spikes after every step needs 16.0 MB of memory, and there are 10.0 MB here"
    with pytest.raises(MemoryError, match=words):
        counts_over_time(network(7), digits()[0][:500], timesteps=1000)


def test_integers_of_numpy_are_timesteps() -> None:
    images = digits()[0][:9]
    result = classify(network(7), images, timesteps=np.int16(100))  # type: ignore[arg-type]
    assert (result.counts == expected().counts[:9]).all()


# --- accuracy ------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=50))
def test_accuracy_is_the_percentage_that_is_right(pairs: list[tuple[int, int]]) -> None:
    predictions, labels = np.array(pairs, dtype=np.uint8).T
    right = sum(prediction == label for prediction, label in pairs)
    found = accuracy(predictions.astype(np.int64), labels)
    assert type(found) is float
    assert found == pytest.approx(100 * right / len(pairs))


@pytest.mark.parametrize("shapes", [((2,), (3,)), ((0,), (0,)), ((2, 1), (2,)), ((2, 2), (2, 2))])
def test_accuracy_of_what_does_not_fit(shapes: tuple[tuple[int, ...], ...]) -> None:
    with pytest.raises(ValueError, match="the same shape"):
        accuracy(*(np.zeros(shape, dtype=np.uint8) for shape in shapes))


def test_accuracy_takes_lists() -> None:
    assert accuracy([1, 2, 3, 4], [1, 2, 3, 3]) == 75.0  # type: ignore[arg-type]
