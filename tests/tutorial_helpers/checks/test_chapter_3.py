"""The checks of chapter 3."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.tutorial_helpers.checks.conftest import STEPS, Network, failing
from tutorial_helpers import checks


class TestAccuracyAfter:
    @pytest.fixture
    def check(self, counts: np.ndarray, labels: np.ndarray, said: Callable[..., str]):
        return lambda answer: said(checks.accuracy_after, answer, counts[-1], labels, STEPS)

    def test_right(self, check: Callable, network: Network, images: np.ndarray, labels: np.ndarray):
        def accuracy_after(timesteps: int) -> float:
            return 100 * np.mean(network.run(images, timesteps)[-1].argmax(axis=1) == labels)

        assert check(accuracy_after).startswith("Right. Now find the fewest steps")

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            (lambda right: right.mean(), f"accuracy_after({STEPS}) gave 0."),
            (lambda right: 100 - 100 * right.mean(), "Count the right answers"),
            (lambda right: right.sum(), f"accuracy_after({STEPS}) gave 1"),
            (lambda right: np.round(100 * right.mean()) + 1, "in per cent"),
            (lambda right: right, "gave an array of shape (150,)"),
        ],
    )
    def test_wrong(
        self, wrong: Callable, words: str, check: Callable, counts: np.ndarray, labels: np.ndarray
    ):
        line = check(lambda timesteps: wrong(counts[timesteps - 1].argmax(axis=1) == labels))
        assert line.startswith(f"Not yet: accuracy_after({STEPS}) gave ")
        assert words in line

    def test_number_of_steps_forgotten(
        self, check: Callable, counts: np.ndarray, labels: np.ndarray
    ):
        line = check(lambda timesteps: 100 * np.mean(counts[-1].argmax(axis=1) == labels))
        assert line.startswith("Not yet: accuracy_after(1) gave ")
        assert "After one step no spike has arrived" in line

    def test_reset_forgotten(
        self, check: Callable, network: Network, images: np.ndarray, labels: np.ndarray
    ):
        def accuracy_after(timesteps: int) -> float:
            network.show(images)
            for _ in range(timesteps):
                network.step()
            return 100 * np.mean(network.counts.argmax(axis=1) == labels)

        network.reset()
        assert "unless something is left of the batch before" in check(accuracy_after)

    def test_stub(self, check: Callable):
        line = check(lambda timesteps: None)
        assert line.startswith(f"Not yet: accuracy_after({STEPS}) gave None. Write the function")

    def test_wrong_types(self, check: Callable, wrong_type: object):
        assert "Count the right answers" in check(lambda timesteps: wrong_type)

    def test_errors_are_the_learner_s(self, check: Callable):
        with pytest.raises(ZeroDivisionError, match="own line"):
            check(failing)


class TestCountsBeside:
    @pytest.fixture
    def check(self, counts: np.ndarray, images: np.ndarray, said: Callable[..., str]):
        return lambda answer: said(checks.counts_beside, answer, counts[-1], images, 64)

    @pytest.fixture
    def beside(self, network: Network, images: np.ndarray) -> Callable[..., np.ndarray]:
        def run(filler: np.ndarray) -> np.ndarray:
            return network.run(np.concatenate([images[:10], filler]), STEPS)[-1]

        return run

    def test_right(self, check: Callable, beside: Callable):
        line = check(lambda filler: beside(filler)[:10])
        assert line.startswith("Right. Copies share weights")

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            (lambda counts: counts, "gave an array of shape (60, 10)"),
            (lambda counts: counts[1:11], "return the rows of the first ten"),
            (lambda counts: counts[-10:], "return the rows of the first ten"),
            (lambda counts: counts[:, :10].T, "and an array of shape (10, 10)"),
            (lambda counts: counts[:10].argmax(axis=1), "gave an array of shape (10,)"),
        ],
    )
    def test_wrong(self, wrong: Callable, words: str, check: Callable, beside: Callable):
        line = check(lambda filler: wrong(beside(filler)))
        assert line.startswith("Not yet: counts_beside(noise) gave ")
        assert words in line

    def test_filler_in_front(self, check: Callable, network: Network, images: np.ndarray):
        def counts_beside(filler: np.ndarray) -> np.ndarray:
            return network.run(np.concatenate([filler, images[:10]]), STEPS)[-1][:10]

        assert "return the rows of the first ten" in check(counts_beside)

    @pytest.mark.parametrize("n", [10, 60])
    def test_filler_forgotten(self, n: int, check: Callable, network: Network, images: np.ndarray):
        line = check(lambda filler: network.run(images[:n], STEPS)[-1][:10])
        assert "counts_beside(images without their last pixel) gave an array" in line
        assert "an error was expected. Show the filler, too" in line

    def test_stub(self, check: Callable):
        line = check(lambda filler: None)
        assert line.startswith("Not yet: counts_beside(noise) gave None. Write the function")

    def test_a_batch_too_small(
        self, counts: np.ndarray, images: np.ndarray, capsys: pytest.CaptureFixture[str]
    ):
        checks.counts_beside(failing, counts[-1], images, 10)
        line = capsys.readouterr().out
        assert line == "Not yet: ten images and others need a batch of 11 or more, not of 10.\n"

    def test_wrong_types(self, check: Callable, wrong_type: object):
        assert "Show all of them in one batch" in check(lambda filler: wrong_type)

    def test_errors_are_the_learner_s(self, check: Callable):
        with pytest.raises(ZeroDivisionError, match="own line"):
            check(failing)
