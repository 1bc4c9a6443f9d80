"""The checks of chapter 5, which do without JAX."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest

from tests import ROOT
from tests.tutorial_helpers.checks.conftest import failing
from tutorial_helpers import checks
from tutorial_helpers.training.network import Weights

RNG = np.random.default_rng(1)
ORDINARY = Weights(RNG.normal(size=(784, 128)) / 10, RNG.normal(size=(128, 10)) / 10)
RATES = RNG.random((60, 784))


def normalise_by(percentile: float, of_output: float | None = None) -> Weights:
    hidden = np.maximum(RATES @ ORDINARY.hidden, 0)
    strongest = np.percentile(hidden, percentile)
    score = np.percentile(hidden @ ORDINARY.output, of_output or percentile)
    return Weights(5 * ORDINARY.hidden / strongest, 5 * ORDINARY.output * strongest / score)


NORMALISED = normalise_by(99.9)


class TestNormaliseBy:
    @pytest.fixture
    def check(self, said: Callable[..., str]):
        return lambda answer: said(checks.normalise_by, answer, NORMALISED, ORDINARY, RATES)

    @pytest.mark.parametrize("kind", [lambda pair: pair, tuple, list])
    def test_right(self, kind: Callable, check: Callable):
        line = check(lambda percentile: kind(normalise_by(percentile)))
        assert line.startswith("Right. Now let the solution's loop show")

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            (lambda h, o: (h / 5, o), "hidden weights with 99.9, as a share of what it should be,"),
            (lambda h, o: (h / 5, o), "gave 0.2, and 1 was expected. Make the sum"),
            (lambda h, o: (h, o / 5), "output weights with 99.9, as a share of what it should be,"),
            (lambda h, o: (h, ORDINARY.output), "give back to the output weights"),
            (lambda h, o: (h[::-1], o), "hidden weights with 99.9 that differ gave "),
            (lambda h, o: (h, -o), "Multiply all weights of a layer by one number"),
            (lambda h, o: (np.abs(h), o), "hidden weights with 99.9 that differ"),
            (lambda h, o: (h.T, o), "an array of shape (784, 128) was expected. A layer keeps"),
            (lambda h, o: (o, h), "gave an array of shape (128, 10)"),
            (lambda h, o: (h, None), "the output weights with 99.9 gave None, and an array of"),
            (lambda h, o: (h, o, h), "and a pair of hidden and output was expected"),
            (lambda h, o: h, "and a pair of hidden and output was expected"),
        ],
    )
    def test_wrong(self, wrong: Callable, words: str, check: Callable):
        line = check(lambda percentile: wrong(*normalise_by(percentile)))
        assert line.startswith("Not yet: ")
        assert words in line

    def test_percentile_forgotten(self, check: Callable):
        line = check(lambda percentile: NORMALISED)
        assert "the size of the hidden weights with 100, as a share" in line
        assert "at 100, the largest of all sums" in line

    def test_percentile_forgotten_in_the_output_layer(self, check: Callable):
        line = check(lambda percentile: normalise_by(percentile, of_output=99.9))
        assert "the size of the output weights with 100, as a share" in line

    def test_largest_sum_in_place_of_the_percentile(self, check: Callable):
        assert "the size of the hidden weights with 99.9" in check(lambda p: normalise_by(100))

    def test_stub(self, check: Callable):
        line = check(lambda percentile: None)
        assert line.startswith("Not yet: normalise_by(99.9) gave None. Write the function")

    def test_wrong_types(self, check: Callable, wrong_type: object):
        assert "Not yet: " in check(lambda percentile: wrong_type)

    def test_errors_are_the_learner_s(self, check: Callable):
        with pytest.raises(ZeroDivisionError, match="own line"):
            check(failing)


def gentle_counts(
    weights: Weights,
    images: np.ndarray,
    steps: int,
    reset: Callable = lambda voltage, spikes: voltage - 5 * spikes,
    late: int = 1,
    more_than: float = 0,
) -> np.ndarray:
    sizes = (784, 128, 10)
    voltages = [np.zeros((len(images), size)) for size in sizes]
    spikes, counts = [*voltages], np.zeros((len(images), 10))
    for _ in range(steps):
        before = [*spikes]
        for layer in range(3):
            arrived = images / 100
            if layer:
                arrived = (before if late else spikes)[layer - 1] @ weights[layer - 1]
            voltage = voltages[layer] + arrived
            spikes[layer] = (voltage >= 5 + more_than).astype(float)
            voltages[layer] = reset(voltage, spikes[layer])
        counts = counts + spikes[2]
    return counts


class TestGentleCounts:
    def test_right(self, said: Callable[..., str]):
        assert said(checks.gentle_counts, gentle_counts).startswith("Right. Nothing is lost")

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"reset": lambda v, s: v * (1 - s)}, "after 10 steps gave "),
            ({"reset": lambda v, s: v - 5}, "Take 5 mV from the neurons that spiked"),
            ({"reset": lambda v, s: v}, "Take 5 mV from the neurons that spiked"),
            ({"late": 0}, "steps gave"),
            ({"more_than": 0.25}, "steps gave"),
        ],
    )
    def test_wrong(self, changes: dict, words: str, said: Callable[..., str]):
        line = said(checks.gentle_counts, lambda *given: gentle_counts(*given, **changes))
        assert line.startswith("Not yet: the counts of two made-up images after ")
        assert words in line

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            (lambda w, i, n: gentle_counts(w, i, n + 1), "steps gave "),
            (lambda w, i, n: gentle_counts(w, i, n - 1), "after "),
            (lambda w, i, n: gentle_counts(w, i, 40), "after 3 steps"),
            (lambda w, i, n: gentle_counts(w, i, n).T, "gave an array of shape (10, 2)"),
            (lambda w, i, n: gentle_counts(w, i, n).argmax(axis=1), "array of shape (2,)"),
            (lambda w, i, n: gentle_counts(w, i, n) / n, "after "),
            (lambda w, i, n: None, "after 3 steps gave None. Write the function"),
        ],
    )
    def test_other_wrong_answers(self, wrong: Callable, words: str, said: Callable[..., str]):
        line = said(checks.gentle_counts, wrong)
        assert line.startswith("Not yet: the counts of two made-up images after ")
        assert words in line

    def test_wrong_types(self, wrong_type: object, said: Callable[..., str]):
        assert "Take 5 mV" in said(checks.gentle_counts, lambda *given: wrong_type)

    def test_errors_are_the_learner_s(self):
        with pytest.raises(ZeroDivisionError, match="own line"):
            checks.gentle_counts(failing)


def test_jax_is_not_imported():
    code = "import sys, tutorial_helpers.checks; print({'jax', 'optax'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("set()\n", "")
