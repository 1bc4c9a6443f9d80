"""The network that learns: what it computes, against NumPy and against itself."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import numbagenn
from tests import a_few
from tests.conformance import cases_learning
from tests.tutorial_helpers.learning import reference
from tests.tutorial_helpers.learning.reference import (
    STEPS,
    THRESHOLD,
    gradients,
    pulled,
    small,
    some_images,
    some_weights,
)
from tutorial_helpers.inference import classify
from tutorial_helpers.learning import LearningNetwork, models, random_weights
from tutorial_helpers.models import build_classifier

# --- Against NumPy --------------------------------------------------------------------------------


def test_spike_counts_of_a_batch() -> None:
    network, (images, _) = small(), some_images(5)
    network.show(images)
    for layer, count, voltage in zip(
        network.layers, *reference.show(some_weights(), images), strict=True
    ):
        assert count.any()
        assert (pulled(layer, "SpikeCount") == count).all()
        assert (pulled(layer, "V") == voltage).all()


@pytest.mark.parametrize(("precision", "rounding"), a_few([("float", 1e-6), ("double", 1e-14)]))
def test_errors_and_gradients(precision: str, rounding: float) -> None:
    network, (images, labels) = small(precision=precision), some_images(5)
    beliefs = network.learn_batch(images, labels, 0.01)
    expected = reference.learn(some_weights(), images, labels, precision)
    np.testing.assert_allclose(beliefs, expected.beliefs, rtol=0, atol=rounding)
    for layer, error in zip(network.layers[1:], expected.errors, strict=True):
        assert error.any()
        np.testing.assert_allclose(pulled(layer, "Error"), error, rtol=0, atol=10 * rounding)
    for found, gradient in zip(gradients(network), expected.gradients, strict=True):
        assert gradient.any()
        np.testing.assert_allclose(found, gradient, rtol=0, atol=100 * rounding)


@pytest.mark.slow
def test_steps_of_adam() -> None:
    network = small(precision="double")
    weights = [matrix.astype(np.float64) for matrix in some_weights()]
    mean, square = ([np.zeros_like(matrix) for matrix in weights] for _ in range(2))
    for n in range(1, 5):
        network.learn_batch(*some_images(5, seed=n), rate=0.1 / n)
        for k, gradient in enumerate(gradients(network)):
            mean[k] = 0.9 * mean[k] + 0.1 * gradient
            square[k] = 0.999 * square[k] + 0.001 * gradient**2
            weights[k] += (
                (0.1 / n) * (mean[k] / (1 - 0.9**n)) / (np.sqrt(square[k] / (1 - 0.999**n)) + 1e-8)
            )
    for found, synapses, expected in zip(network.weights, network.synapses, weights, strict=True):
        assert found.dtype == np.float32
        g = pulled(synapses, "g", len(expected))
        np.testing.assert_allclose(g, expected, rtol=0.0, atol=1e-6)  # 1e-8 is added elsewhere


# --- Against itself -------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_batch_of_five_is_five_of_one() -> None:
    five, one = small(), small(1)
    images, labels = some_images(5)
    weights = [matrix.ravel() for matrix in some_weights()]
    beliefs = five.learn_batch(images, labels, 0.01)
    totals = [np.zeros_like(matrix) for matrix in gradients(five)]
    for k in range(5):
        for synapses, matrix in zip(one.synapses, weights, strict=True):
            synapses.vars["g"].view[:] = matrix
            synapses.vars["g"].push_to_device()
        assert (one.learn_batch(images[k : k + 1], labels[k : k + 1], 0.01) == beliefs[k]).all()
        for of_one, of_five in zip(one.layers, five.layers, strict=True):
            assert (pulled(of_one, "SpikeCount") == pulled(of_five, "SpikeCount")[k]).all()
            assert (pulled(of_one, "Error") == pulled(of_five, "Error")[k]).all()
        for total, gradient in zip(totals, gradients(one), strict=True):
            total += gradient
    for total, gradient in zip(totals, gradients(five), strict=True):
        np.testing.assert_allclose(total, gradient, rtol=0.0, atol=1e-5)


@pytest.mark.slow
def test_rows_without_an_image_wish_nothing() -> None:
    images, labels = some_images(3)
    three, five = small(3), small(5)
    for network in (three, five):
        network.learn_batch(*some_images(network.model.batch_size, seed=9), rate=0.01)
        network.restore(small(1).state())
    assert (three.learn_batch(images, labels, 0.1) == five.learn_batch(images, labels, 0.1)).all()
    assert all(map(np.array_equal, gradients(three), gradients(five)))
    assert all(map(np.array_equal, three.weights, five.weights))


def learnt(network: Any, batches: range, between: Any = None) -> list[np.ndarray]:
    for seed in batches:
        network.learn_batch(*some_images(5, seed), rate=0.05)
        if between is not None:
            between(network)
    return list(network.weights)


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["float", "double"])
def test_threads_change_no_bit(precision: str) -> None:
    found = []
    try:
        for threads in (1, 2):
            numbagenn.set_num_threads(threads)
            found.append(learnt(small(precision=precision), range(4)))
    finally:
        numbagenn.set_num_threads(None)
    assert all(map(np.array_equal, *found))


@pytest.mark.slow
def test_to_answer_in_between_changes_nothing() -> None:
    images, _ = some_images(13)
    answering = learnt(small(), range(4), lambda network: network.predict(images))
    assert all(map(np.array_equal, answering, learnt(small(), range(4))))


def test_state_goes_into_another_network() -> None:
    first, second = small(), small(weights=some_weights(seed=8))
    learnt(first, range(3))
    second.restore(first.state())
    assert all(map(np.array_equal, learnt(first, range(3, 6)), learnt(second, range(3, 6))))


@pytest.mark.parametrize("group", ["Largest", "Gather", "Step"])
def test_an_interrupt_leaves_no_wishes_behind(group: str, monkeypatch: pytest.MonkeyPatch) -> None:
    network, update = small(), numbagenn.GeNNModel.custom_update

    def interrupted(model: Any, name: str) -> None:
        if name == group:
            monkeypatch.undo()
            raise KeyboardInterrupt
        update(model, name)

    start = network.state()
    monkeypatch.setattr(numbagenn.GeNNModel, "custom_update", interrupted)
    with pytest.raises(KeyboardInterrupt):
        network.learn_batch(*some_images(5, seed=1), rate=0.05)
    network.restore(start)
    assert all(map(np.array_equal, learnt(network, range(2, 4)), learnt(small(), range(2, 4))))


@pytest.mark.slow
def test_it_spikes_as_the_classifier_does() -> None:
    images, labels = some_images(13)
    network = LearningNetwork(some_weights([20, 9, 4]), batch_size=5, timesteps=STEPS)
    network.learn_batch(images[:5], labels[:5], 0.1)
    expected = classify(build_classifier(network.weights), images, timesteps=STEPS).counts
    found = []
    for first in range(0, 13, 5):
        network.show(images[first : first + 5])
        found.append(pulled(network.layers[-1], "SpikeCount"))
    assert expected.any()
    assert (np.concatenate(found)[:13] == expected).all()


def test_answers() -> None:
    network, (images, labels) = small(), some_images(13)
    counts, voltages = reference.show(some_weights(), images)
    expected = (counts[-1] + voltages[-1] / np.float32(THRESHOLD)).argmax(axis=1)
    assert (network.predict(images) == expected).all()
    assert network.accuracy(images, labels) == pytest.approx(100 * np.mean(expected == labels))


def test_random_weights() -> None:
    first, again, other = (random_weights([784, 50, 10], seed) for seed in (1, 1, 2))
    assert all(map(np.array_equal, first, again))
    assert not np.array_equal(first[0], other[0])
    for matrix, pre in zip(first, (784, 50), strict=True):
        assert matrix.dtype == np.float32
        assert matrix.std() * np.sqrt(pre) == pytest.approx(first[0].std() * 28, rel=0.1)


# --- What is recorded, and what is refused --------------------------------------------------------


def test_the_recorded_cases_are_about_this_code() -> None:
    codes = [
        (models.learning_neuron.sim_code, cases_learning.SIM_CODE),
        (models.learning_synapse.pre_spike_syn_code, cases_learning.FORWARD),
        (models.learning_synapse.pre_event_threshold_condition_code, cases_learning.NOW_LEARN),
        (models.learning_synapse.pre_event_syn_code, cases_learning.LEARN),
        (models.first_synapse.pre_spike_syn_code, cases_learning.FORWARD),
        (models.first_synapse.pre_event_threshold_condition_code, cases_learning.FIRST_NOW_LEARN),
        (models.first_synapse.pre_event_syn_code, cases_learning.FIRST_LEARN),
        (models.reset_learning.update_code, cases_learning.RESET),
        (models.largest_score.update_code, cases_learning.LARGEST),
        (models.sum_of_scores.update_code, cases_learning.SUM),
        (models.answer_error.update_code, cases_learning.ERROR),
        (models.gather.update_code, cases_learning.GATHER),
        (models.adam.update_code, cases_learning.ADAM),
    ]
    for ours, recorded in codes:
        assert str(ours.text).split() == recorded.split()


IMAGES, LABELS = some_images(5)
WRONG = [
    (IMAGES[0], LABELS, 0.1, ValueError, "images must have shape (n, 20) with n > 0"),
    (IMAGES[:, :9], LABELS, 0.1, ValueError, "images must have shape (n, 20)"),
    (IMAGES[:0], LABELS[:0], 0.1, ValueError, "with n > 0"),
    (IMAGES / 255, LABELS, 0.1, TypeError, "must be an array of uint8"),
    (IMAGES.tolist(), LABELS, 0.1, TypeError, "must be an array of uint8"),
    (np.tile(IMAGES, (2, 1)), np.tile(LABELS, 2), 0.1, ValueError, "at most 5, the batch size"),
    (IMAGES, LABELS[:3], 0.1, ValueError, "labels must have shape (5,), one for each image"),
    (IMAGES, LABELS.tolist(), 0.1, TypeError, "labels must be an array of integers, not list"),
    (IMAGES, LABELS / 1.0, 0.1, TypeError, "not float64"),
    (IMAGES, LABELS + 4, 0.1, ValueError, "labels must be from 0 to 3, one class for each output"),
    (IMAGES, LABELS - 4, 0.1, ValueError, "labels must be from 0 to 3"),
    (IMAGES, LABELS, 0.0, ValueError, "rate must be a positive number, not 0.0; try 0.02."),
    (IMAGES, LABELS, -1, ValueError, "rate must be a positive number"),
    (IMAGES, LABELS, float("nan"), ValueError, "rate must be a positive number"),
    (IMAGES, LABELS, float("inf"), ValueError, "rate must be a positive number"),
    (IMAGES, LABELS, "fast", ValueError, "rate must be a positive number, not 'fast'"),
]


@pytest.mark.parametrize(("images", "labels", "rate", "error", "words"), WRONG)
def test_wrong_arguments(
    images: Any, labels: Any, rate: Any, error: type[Exception], words: str
) -> None:
    network = small()
    with pytest.raises(error, match=re.escape(words)):
        network.learn_batch(images, labels, rate)
    # What was refused left nothing behind.
    assert all(map(np.array_equal, learnt(network, range(2)), learnt(small(), range(2))))


@pytest.mark.slow
def test_wrong_networks() -> None:
    with pytest.raises(ValueError, match=r"weights\[1\] must have 9 rows"):
        small(weights=some_weights([20, 9]) + some_weights([7, 4]))
    with pytest.raises(ValueError, match="timesteps"):
        small(timesteps=0)
    with pytest.raises(ValueError, match="state must hold"):
        small().restore(small(weights=some_weights([20, 8, 7, 4])).state())
    with pytest.raises(ValueError, match="state must hold"):
        small().restore({})
