"""Training: its parts, its reproducibility and what it writes."""

from __future__ import annotations

import itertools
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np
import pytest

from tests import ROOT
from tests.tutorial_helpers.training.small_training import SETTINGS, WITHOUT_TEACHER, small_digits
from tutorial_helpers import training
from tutorial_helpers.data import load_weights
from tutorial_helpers.training import Settings, weight_files


@pytest.fixture(scope="session")
def jnp():
    pytest.importorskip("optax", reason="training needs Optax: the extra train")
    return pytest.importorskip("jax", reason="training needs JAX: the extra train").numpy


@pytest.fixture(scope="session")
def digits():
    return small_digits()


class Run(NamedTuple):
    """A training run, and what it did to get its stock of redrawn images."""

    result: training.Result
    arguments: tuple
    stock: training.Stock


def run(digits, settings, fine_tuning):
    """Train, and look at how images are redrawn in the course of it."""
    from tutorial_helpers.training import pipeline

    calls = []

    def redraw(*arguments, **options):
        calls.append((arguments, training.redraw(*arguments, **options)))
        return calls[-1][1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "redraw", redraw)
        result = training.train(*digits, settings, fine_tuning=fine_tuning, progress=False)
    ((arguments, stock),) = calls
    return Run(result, arguments, stock)


@pytest.fixture(scope="session")
def default_run(jnp, digits):
    return run(digits, WITHOUT_TEACHER, fine_tuning=False)


@pytest.fixture(scope="session")
def tuned_run(jnp, digits):
    return run(digits, SETTINGS, fine_tuning=True)


@pytest.fixture(scope="session")
def result(default_run):
    return default_run.result


@pytest.fixture(scope="session")
def tuned(tuned_run):
    return tuned_run.result


def test_constants_are_those_of_the_network_that_classifies(jnp):
    from tutorial_helpers import models
    from tutorial_helpers.training import network

    assert network.THRESHOLD == models.THRESHOLD
    assert network.PIXEL_SCALE == models.GREY_LEVELS_PER_MILLIVOLT
    assert [*network.SHAPE] == models.layer_sizes(load_weights())


def first_spike(pixel, number):
    """Step of the first spike of an input neuron, simulated with numbers of the given kind."""
    v, step = number(0), 0
    while v < number(5 * 100):
        v, step = v + number(pixel), step + 1
    return step


def test_rate_formula_is_the_input_neuron_in_whole_numbers(jnp):
    rates = np.asarray(training.rates_from_pixels(jnp.arange(256)))
    # In hundredths of V everything is a whole number, and exact.
    periods = [first_spike(pixel, int) for pixel in range(1, 256)]
    assert rates[0] == 0
    np.testing.assert_array_equal(rates[1:], np.float32(1) / np.array(periods, dtype=np.float32))


def test_rate_formula_is_the_input_neuron_in_float32_but_for_rounding(jnp):
    pixels = np.arange(256)
    currents = pixels.astype(np.float32) / np.float32(100)
    v = np.zeros(256, dtype=np.float32)
    counts = np.zeros(256, dtype=int)
    for _ in range(100):
        v += currents
        counts += v >= 5
        v[v >= 5] = 0
    rates = np.asarray(training.rates_from_pixels(jnp.arange(256)), dtype=np.float64)
    differ = np.flatnonzero(counts != np.floor(100 * rates + 1e-3))
    # 50 * 0.1f and 25 * 0.2f, added up one by one, stay just below 5.
    np.testing.assert_array_equal(differ, [10, 20])


def simulate_in_numpy(first, second, images, steps):
    """Count output spikes the long way: one image, one step and one layer at a time."""
    counts = np.zeros((steps, len(images), second.shape[1]), dtype=np.float32)
    for number, image in enumerate(images):
        v = [np.zeros(n, dtype=np.float32) for n in (*first.shape, second.shape[1])]
        spikes = [x > 0 for x in v]
        for step in range(steps):
            v[0] += image.astype(np.float32) / np.float32(100)
            v[1] += first[spikes[0]].sum(axis=0)
            v[2] += second[spikes[1]].sum(axis=0)
            spikes = [x >= 5 for x in v]
            for x, spiked in zip(v, spikes, strict=True):
                x[spiked] = 0
            counts[step:, number] += spikes[2]
    return counts


@pytest.fixture(scope="session")
def exact():
    """Two matrices of multiples of 1/8.

    They add up without rounding, so that the order of the sums cannot matter.
    """
    rng = np.random.default_rng(5)
    first = rng.integers(-4, 6, (784, 128)).astype(np.float32) / 8
    return first, rng.integers(-8, 12, (128, 10)).astype(np.float32) / 8


def test_spike_counts_equal_a_plain_loop_at_every_step(jnp, digits, exact):
    images = digits[0][:5]
    expected = simulate_in_numpy(*exact, images, 30)
    assert expected[-1].any(axis=1).all()
    weights = training.Weights(*map(jnp.asarray, exact))
    currents = images.astype(np.float32) / np.float32(100)
    counts = training.counts_by_step(weights, currents, 30)
    assert counts.dtype == np.float32
    np.testing.assert_array_equal(counts, expected)
    np.testing.assert_array_equal(
        training.simulate_counts(weights, images, (3, 30, 12), batch=2), expected[[2, 29, 11]]
    )
    np.testing.assert_array_equal(
        training.simulate_spikes(weights, images, steps=30, batch=2), expected[-1]
    )
    shares = [np.mean(expected[step].argmax(1) == digits[1][:5]) for step in (9, 29)]
    assert training.mean_accuracy(weights, images, digits[1][:5], (10, 30)) == np.mean(shares)


def test_spike_counts_equal_those_of_the_tutorials_network(jnp, digits, exact):
    from tutorial_helpers.inference import classify
    from tutorial_helpers.models import build_classifier

    images = digits[0][:21]
    network = build_classifier(exact, batch_size=7)
    currents = images.astype(np.float32) / np.float32(100)
    counts = training.counts_by_step(training.Weights(*map(jnp.asarray, exact)), currents, 20)
    for steps in (3, 4, 5, 11, 20):
        found = classify(network, images, timesteps=steps).counts
        np.testing.assert_array_equal(found, counts[steps - 1])


# --- Learning by spikes ---------------------------------------------------------------------------


def test_the_slope_of_a_spike_is_a_triangle(jnp):
    import jax

    v = np.linspace(-5, 15, 401, dtype=np.float32)
    slopes = jax.vmap(jax.grad(training.emit))(v)
    np.testing.assert_allclose(slopes, np.interp(v, [0, 5, 10], [0, 1 / 5, 0]), atol=1e-6)
    np.testing.assert_array_equal(training.emit(v), v >= 5)


@pytest.mark.parametrize(
    ("steps", "slope"),
    [
        # The output neuron gains its weight of 2 from the third step on: V = 2, 4, 6. So a change
        # of the weight changes V by once, twice and three times as much.
        (4, (0.4 * 1 + 0.8 * 2) / 5),
        (5, (0.4 * 1 + 0.8 * 2 + 0.8 * 3) / 5),
        # Then it starts again, and nothing of what was before the reset counts.
        (6, (0.4 * 1 + 0.8 * 2 + 0.8 * 3 + 0.4 * 1) / 5),
    ],
)
def test_no_gradient_flows_through_a_reset(jnp, steps, slope):
    import jax

    def count(weight):
        weights = training.Weights(jnp.full((1, 1), 5.0), jnp.full((1, 1), weight))
        return training.counts_by_step(weights, jnp.full((1, 1), 5.0), steps)[-1, 0, 0]

    assert count(2.0) == (steps >= 5)
    assert jax.grad(count)(2.0) == pytest.approx(slope)


@pytest.mark.slow
def test_a_step_against_the_gradient_lowers_the_loss(jnp, digits, result):
    import jax

    images, labels = digits
    batch = images, np.eye(10, dtype=np.float32)[labels]
    gains = training.first_gains(result.weights, images, labels, (12,))
    tuned = training.Tuned(result.weights, gains)
    look = jax.jit(jax.value_and_grad(partial(training.count_loss, steps=(12,))))
    before, slopes = look(tuned, *batch)
    for slope in jax.tree.leaves(slopes):
        assert np.isfinite(slope).all()
        assert np.mean(slope != 0) > 0.1
    # Each layer by itself: the error gets through the outputs' spikes to the hidden ones. A step is
    # of a hundredth of the weights' length, against the gradient or along it.
    for name in ("hidden", "output"):
        weights, slope = getattr(tuned.weights, name), getattr(slopes.weights, name)
        step = 0.01 * np.linalg.norm(weights) / np.linalg.norm(slope) * slope
        against, along = (
            look(tuned._replace(weights=tuned.weights._replace(**{name: changed})), *batch)[0]
            for changed in (weights - step, weights + step)
        )
        assert against < before < along


@pytest.mark.slow
def test_first_gains_are_the_best(jnp, digits, result):
    import jax

    targets = np.eye(10, dtype=np.float32)[digits[1]]
    look = jax.jit(partial(training.count_loss, steps=(30,)))
    gains = training.first_gains(result.weights, *digits, (30, 50))
    assert gains.shape == (2,)
    losses = [
        look(training.Tuned(result.weights, gains[:1] + change), digits[0], targets)
        for change in (-0.25, 0.0, 0.25)
    ]
    assert np.argmin(losses) == 1


# --- The stock of redrawn images ------------------------------------------------------------------


@pytest.mark.slow
def test_stock_without_a_teacher(default_run):
    _, images, labels, teacher, copies = default_run.arguments
    assert (teacher, copies) == (None, 2)
    stock = default_run.stock
    assert stock.images.shape == (2, 200, 784)
    assert stock.images.dtype == np.uint8
    assert stock.targets.dtype == np.float32
    for targets in stock.targets:
        np.testing.assert_array_equal(targets, np.eye(10)[labels])
    # No copy is like another, but its ink is about where it was.
    assert (stock.images[0] != stock.images[1]).any(axis=1).all()
    for copy in stock.images:
        assert np.corrcoef(copy.ravel(), images.ravel())[0, 1] > 0.6


@pytest.mark.slow
def test_stock_with_a_teacher(jnp, tuned_run):
    import jax

    _, _, labels, teacher, _ = tuned_run.arguments
    stock = tuned_run.stock
    assert stock.targets.shape == (2, 200, 10)
    assert stock.targets.dtype == np.float32
    assert stock.targets.min() >= 0
    np.testing.assert_allclose(stock.targets.sum(axis=2), 1, rtol=1e-5)
    for images, targets in zip(stock.images, stock.targets, strict=True):
        scores = training.teacher_logits(teacher, training.rates_from_pixels(jnp.asarray(images)))
        np.testing.assert_allclose(targets, jax.nn.softmax(scores), atol=1e-4)
        # It has learnt the labels, and has its doubts.
        assert training.accuracy(targets, labels) > 0.5
        assert np.median(targets.max(axis=1)) < 0.99


@pytest.mark.slow
def test_same_key_gives_the_same_stock(default_run, tuned_run):
    import jax

    key, *given, _ = tuned_run.arguments
    stock = tuned_run.stock
    again = training.redraw(key, *given, 1, progress=False)
    assert again.images.tobytes() == stock.images[0].tobytes()
    assert again.targets.tobytes() == stock.targets[0].tobytes()
    # What is drawn does not depend on who judges it.
    np.testing.assert_array_equal(stock.images, default_run.stock.images)
    other = training.redraw(jax.random.fold_in(key, 1), *given, 1, progress=False)
    assert (other.images[0] != stock.images[0]).any(axis=1).all()


def test_an_epoch_picks_each_image_once_at_most(jnp):
    import jax

    # Every image and its target carry their numbers, of copy and image.
    numbers = np.stack(np.meshgrid(np.arange(3), np.arange(50), indexing="ij"), axis=2)
    stock = training.Stock(numbers.astype(np.uint8), numbers.astype(np.float32))
    images, targets = training.pick(jax.random.key(0), stock, batch=8)
    assert images.shape == targets.shape == (6, 8, 2)
    np.testing.assert_array_equal(images, targets)
    copy, number = images.reshape(-1, 2).T
    assert len(set(number)) == 48
    assert set(copy) == {0, 1, 2}
    assert (number != np.sort(number)).any()
    again, other = (training.pick(jax.random.key(key), stock, batch=8)[0] for key in (0, 1))
    np.testing.assert_array_equal(images, again)
    assert (images != other).any()


def test_many_updates_in_one_call_are_those_one_by_one(jnp, digits):
    import jax

    from tutorial_helpers.training import stages

    optimiser = stages.adamw(1e-2, 4, 1e-3)

    def loss(weights, images, labels):
        return training.loss(weights, training.rates_from_pixels(images), labels)

    weights = training.init_weights(jax.random.key(0))
    state = together = training.State(weights, optimiser.init(weights))
    images, labels = digits[0].reshape(4, 60, 784), digits[1].reshape(4, 60).astype(np.int32)
    update = training.gradient_update(
        lambda weights, key, images, labels: loss(weights, images, labels), optimiser
    )
    losses = []
    for part in zip(images, labels, strict=True):
        state, value = update(state, jax.random.key(0), *part)
        losses.append(value)
    together, mean = training.scanned_updates(loss, optimiser)(together, images, labels)
    assert mean == pytest.approx(np.mean(losses), rel=1e-5)
    for one, other in zip(jax.tree.leaves(state), jax.tree.leaves(together), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-5)


# --- Conversion, and all of it --------------------------------------------------------------------


def test_normalise_reaches_the_threshold(jnp, digits):
    rng = np.random.default_rng(0)
    weights = training.Weights(
        jnp.asarray(rng.normal(size=(784, 128))), jnp.asarray(rng.random((128, 10)))
    )
    rates = training.rates_from_pixels(jnp.asarray(digits[0]))
    scaled = training.normalise(weights, rates, 0.5, 0.25)
    drive = np.maximum(np.asarray(rates @ scaled.hidden), 0)
    assert np.percentile(drive, 99.9) == pytest.approx(0.5 * 5, rel=1e-4)
    to_output = drive / 5 @ np.asarray(scaled.output)
    assert np.percentile(to_output, 99.9) == pytest.approx(0.25 * 5, rel=1e-4)
    # Scaling changes no answer of the ordinary network.
    answers = [np.argmax(training.logits(w, rates), axis=1) for w in (weights, scaled)]
    np.testing.assert_array_equal(*answers)


@pytest.mark.parametrize("scale", [0, -1.0, np.nan, np.inf])
def test_normalise_refuses_scales_that_make_no_spikes(jnp, scale):
    weights = training.Weights(jnp.ones((784, 128)), jnp.ones((128, 10)))
    rates = jnp.full((1, 784), 0.5)
    with pytest.raises(ValueError, match="hidden_scale should be a finite number above 0, not"):
        training.normalise(weights, rates, scale)
    with pytest.raises(ValueError, match="output_scale should be a finite number above 0, not"):
        training.normalise(weights, rates, 1.0, scale)


def test_augmented_images_stay_images_and_differ(jnp, digits):
    import jax

    images = jnp.asarray(digits[0][:20])
    augment = jax.jit(training.augment)
    once, again, other = (np.asarray(augment(jax.random.key(seed), images)) for seed in (0, 0, 1))
    assert once.shape == (20, 784)
    assert once.min() >= 0
    assert once.max() <= 255
    np.testing.assert_array_equal(once, np.round(once))
    np.testing.assert_array_equal(once, again)
    assert (once != other).any(axis=1).all()
    # The ink stays about where it was, or the label would no longer fit.
    assert np.corrcoef(once.ravel(), np.asarray(images).ravel())[0, 1] > 0.6


@pytest.mark.slow
def test_simulated_accuracy_is_that_of_the_tutorials_network(result, digits):
    from tutorial_helpers.inference import accuracy, classify
    from tutorial_helpers.models import build_classifier

    weights = [np.asarray(matrix) for matrix in result.weights]
    network = build_classifier(weights, batch_size=7)
    counts = classify(network, digits[0][:70], timesteps=20).counts
    simulated = training.simulate_spikes(result.weights, digits[0][:70], steps=20)
    # Both add in float32, each in its own order: a sum at the threshold may fall to either side.
    assert np.mean(counts != simulated) < 0.01
    assert accuracy(counts.argmax(1), digits[1][:70]) == pytest.approx(
        100 * training.accuracy(simulated, digits[1][:70]), abs=3
    )


@pytest.mark.slow
def test_loss_falls_and_digits_are_learnt(result):
    (history,) = result.histories.values()
    assert history.losses == sorted(history.losses, reverse=True)
    assert len(history.losses) == len(history.accuracies) == 4
    assert result.rate_accuracy == history.accuracies[-1] > 0.6
    assert list(result.spike_accuracies) == [12, 20, 30, 50, 100]
    assert result.spike_accuracies[100] > 0.6
    assert result.scales[0] in conversion_scales("SCALES")[0]


@pytest.mark.slow
def test_loss_falls_in_every_stage(tuned):
    lengths = {"teacher": 2, "rates": 4, "spikes": 3}
    assert {name: len(one.losses) for name, one in tuned.histories.items()} == lengths
    for history in tuned.histories.values():
        assert history.losses[-1] < history.losses[0] - 0.05
        assert len(history.accuracies) == len(history.losses)
    assert tuned.rate_accuracy == tuned.histories["rates"].accuracies[-1] > 0.3
    # The score of fine-tuning is that of the finished weights at the steps that count.
    spikes = tuned.histories["spikes"]
    assert spikes.accuracies[-1] == tuned.spike_accuracies[12] > 0.3
    assert tuned.scales[0] in conversion_scales("TUNING_SCALES")[0]


def conversion_scales(name):
    from tutorial_helpers.training import conversion

    return getattr(conversion, name)


@pytest.mark.slow
def test_same_seed_gives_the_same_weights_to_the_bit(result, tuned, digits):
    for before, settings, few in ((result, WITHOUT_TEACHER, False), (tuned, SETTINGS, True)):
        again = training.train(*digits, settings, fine_tuning=few, progress=False)
        for one, other in zip(before.weights, again.weights, strict=True):
            assert np.asarray(one).tobytes() == np.asarray(other).tobytes()
        assert again[1:] == before[1:]


@pytest.mark.slow
def test_another_seed_gives_other_weights(result, digits):
    other = training.train(
        *digits, replace(WITHOUT_TEACHER, seed=4), fine_tuning=False, progress=False
    )
    assert not np.array_equal(result.weights.hidden, other.weights.hidden)


def test_the_page_of_the_weights_tells_the_settings(jnp):
    text = " ".join((ROOT / "data" / "README.md").read_text(encoding="utf-8").split())
    settings = Settings()
    for words in (
        f"learns the labels in {settings.teacher_epochs} epochs",
        f"is redrawn {settings.copies} times",
        f"in {settings.epochs} epochs; each shows it one copy",
        f"after {settings.steps} steps, for `default` on the mean",
        "over {}, {} and {} steps".format(*settings.tuning_steps),
        f"from the same copies in {settings.tuning_epochs} epochs",
        f"in batches of {settings.batch}",
        f"from {settings.teacher_learning_rate} for the teacher, {settings.learning_rate} for the "
        f"network of rates and {settings.tuning_learning_rate} in fine-tuning",
        f"a weight decay of {settings.weight_decay}, but none in fine-tuning",
    ):
        assert words in text
    for name in ("SCALES", "TUNING_SCALES"):
        pairs = itertools.product(*conversion_scales(name))
        assert f"of {len([*pairs])} pairs" in text


def test_a_loss_that_is_not_finite_is_an_error(jnp):
    def epoch(state, key):
        return state + 1, float("nan") if state == 2 else 0.5

    with pytest.raises(ValueError, match=r"'broken' should be .*nan after epoch 3; use a lower"):
        training.run_stage(
            "broken",
            0,
            5,
            epoch,
            lambda state: 0.1,
            key=training.stage_keys(1, "x")[1],
            progress=False,
        )


def test_too_few_images_are_refused(jnp, digits):
    with pytest.raises(ValueError, match="at least 6 images"):
        training.train(digits[0][:5], digits[1][:5], progress=False)


@pytest.mark.slow
def test_written_files_are_what_the_notebooks_load(result, tmp_path):
    folder = tmp_path / "new" / "weights"
    paths = training.save_weights(result.weights, folder)
    assert sorted(folder.iterdir()) == sorted(paths)  # and no half-written ones
    first, second = load_weights(folder)
    assert (first.shape, second.shape) == ((784, 128), (128, 10))
    for matrix in (first, second):
        assert matrix.dtype == np.float32
        assert matrix.flags.c_contiguous


@pytest.mark.slow
def test_a_failed_write_leaves_the_old_files(result, tmp_path, monkeypatch):
    training.save_weights(result.weights, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    save, calls = np.save, []

    def save_once(*arguments, **options):
        calls.append(arguments)
        if len(calls) == 2:
            raise OSError("no space left")
        save(*arguments, **options)

    monkeypatch.setattr(weight_files.np, "save", save_once)
    with pytest.raises(OSError, match="no space left"):
        training.save_weights(result.weights._replace(hidden=result.weights.hidden * 2), tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
