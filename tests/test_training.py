"""Training: its parts, its reproducibility and what it writes."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tutorial_helpers import drafts, training, versions
from tutorial_helpers.data import load_digits, load_weights
from tutorial_helpers.training import Settings, weight_files

REPOSITORY = Path(__file__).resolve().parents[1]


# --- What must work without JAX -----------------------------------------------------------------


def run_without(package, code):
    """Run code in a process of its own, where `package` cannot be imported."""
    return subprocess.run(
        [sys.executable, "-c", f"import sys; sys.modules[{package!r}] = None\n{code}"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )


def test_missing_dependency_is_one_clear_sentence():
    code = "from tutorial_helpers.__main__ import main\nsys.exit(main(['train']))"
    finished = run_without("jax", code)
    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr == (
        "Error: Training needs the Python package jax, which is not installed; install it with: "
        "pip install -r requirements-train.txt\n"
    )


@pytest.mark.parametrize("name", ["train", "rates_from_pixels", "Checkpoint"])
def test_missing_dependency_is_named_where_a_name_needs_it(name):
    code = f"from tutorial_helpers import training\ntraining.{name}"
    finished = run_without("jax", code)
    assert finished.stderr.splitlines()[-1] == (
        "ImportError: Training needs the Python package jax, which is not installed; install it "
        "with: pip install -r requirements-train.txt"
    )


def test_what_needs_no_jax_works_without():
    code = """
from tutorial_helpers import training
print(training.missing_package(), training.Settings(seed=4).seed, training.save_weights.__name__)
from tutorial_helpers.__main__ import main
main(["train", "--help"])
"""
    finished = run_without("jax", code)
    first, *rest = finished.stdout.splitlines()
    assert first == "jax 4 save_weights"
    assert any("--checkpoint FILE" in line for line in rest)
    assert finished.stderr == ""


def test_all_names_are_there(jnp):
    for name in training.__all__:
        assert getattr(training, name).__name__ if name != "RECIPES" else training.RECIPES
    assert set(training.__all__) <= set(dir(training))
    with pytest.raises(AttributeError, match="no attribute 'trane'"):
        training.trane  # noqa: B018


def test_requirements_name_what_training_imports():
    text = (REPOSITORY / "requirements-train.txt").read_text(encoding="utf-8")
    assert "jax>=" in text
    assert "optax>=" in text


# --- What needs it ------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def jnp():
    pytest.importorskip("optax", reason="training needs Optax: requirements-train.txt")
    return pytest.importorskip("jax", reason="training needs JAX: requirements-train.txt").numpy


@pytest.fixture(scope="session")
def digits():
    images, labels = load_digits()
    return images[:240], labels[:240]


@pytest.fixture(scope="session")
def result(jnp, digits):
    return training.train(*digits, Settings(seed=3, epochs=4, batch=40), progress=False)


MODULES = [
    module.name
    for module in pkgutil.iter_modules(training.__path__, "tutorial_helpers.training.")
    if module.name != "tutorial_helpers.training.command"  # has no examples: it is run below
]


@pytest.mark.parametrize("name", [*MODULES, drafts.__name__, versions.__name__])
def test_examples_in_the_docstrings(jnp, name):
    outcome = doctest.testmod(importlib.import_module(name))
    assert outcome.failed == 0
    assert outcome.attempted > 0 or name.endswith((".network", ".settings"))


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
    counts = np.zeros((len(images), second.shape[1]), dtype=np.float32)
    for count, image in zip(counts, images, strict=True):
        v = [np.zeros(n, dtype=np.float32) for n in (*first.shape, second.shape[1])]
        spikes = [x > 0 for x in v]
        for _ in range(steps):
            v[0] += image.astype(np.float32) / np.float32(100)
            v[1] += first[spikes[0]].sum(axis=0)
            v[2] += second[spikes[1]].sum(axis=0)
            spikes = [x >= 5 for x in v]
            for x, spiked in zip(v, spikes, strict=True):
                x[spiked] = 0
            count += spikes[2]
    return counts


def test_simulated_spikes_equal_a_plain_loop(jnp, digits):
    # Multiples of 1/8 add up without rounding, so that the order of the sums cannot matter.
    rng = np.random.default_rng(5)
    first = rng.integers(-4, 6, (784, 128)).astype(np.float32) / 8
    second = rng.integers(-8, 12, (128, 10)).astype(np.float32) / 8
    images = digits[0][:5]
    counts = training.simulate_spikes(
        training.Weights(jnp.asarray(first), jnp.asarray(second)), images, steps=30, batch=2
    )
    assert counts.dtype == np.float32
    assert counts.any()
    np.testing.assert_array_equal(counts, simulate_in_numpy(first, second, images, 30))


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


def test_loss_falls_and_digits_are_learnt(result):
    (history,) = result.histories.values()
    assert history.losses == sorted(history.losses, reverse=True)
    assert len(history.losses) == len(history.accuracies) == 4
    assert result.rate_accuracy == history.accuracies[-1] > 0.5
    assert list(result.spike_accuracies) == [12, 20, 30, 50, 100]
    assert result.spike_accuracies[100] > 0.5


def test_same_seed_gives_the_same_weights_to_the_bit(result, digits):
    again = training.train(*digits, Settings(seed=3, epochs=4, batch=40), progress=False)
    for one, other in zip(result.weights, again.weights, strict=True):
        assert np.asarray(one).tobytes() == np.asarray(other).tobytes()
    assert again[1:] == result[1:]


def test_another_seed_gives_other_weights(result, digits):
    other = training.train(*digits, Settings(seed=4, epochs=4, batch=40), progress=False)
    assert not np.array_equal(result.weights.hidden, other.weights.hidden)


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


def test_written_files_are_what_the_notebooks_load(result, tmp_path):
    folder = tmp_path / "new" / "weights"
    paths = training.save_weights(result.weights, folder)
    assert sorted(folder.iterdir()) == sorted(paths)  # and no half-written ones
    first, second = load_weights(folder)
    assert (first.shape, second.shape) == ((784, 128), (128, 10))
    for matrix in (first, second):
        assert matrix.dtype == np.float32
        assert matrix.flags.c_contiguous


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
