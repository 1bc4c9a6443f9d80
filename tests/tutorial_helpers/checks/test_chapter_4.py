"""The checks of chapter 4."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.tutorial_helpers.checks.conftest import STEPS, Network, failing
from tutorial_helpers import checks


def in_time(
    sizes: list[int], throughput: list[float], latency: list[float], deadline: float
) -> list[tuple[float, int, float]]:
    rows = zip(throughput, sizes, latency, strict=True)
    return [row for row in rows if row[2] <= deadline]


def early(sizes, throughput, latency, deadline):
    """Stop at the first size that is late."""
    best = 0, 0
    for size, rate, wait in zip(sizes, throughput, latency, strict=True):
        if wait > deadline:
            break
        best = max(best, (rate, size))
    return best[1]


class TestBestBatchSize:
    def test_right(self, said: Callable[..., str]):
        line = said(checks.best_batch_size, lambda *given: max(in_time(*given) or [(0, 0)])[1])
        assert line.startswith("Right. The largest batch is not the best one")

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda *given: None, "of 2, 5 and 50 ms gave None. Write the function"),
            (lambda *given: max(given[0]), "a deadline of 1000 ms"),
            (lambda *given: max(zip(given[1], given[0], strict=True))[1], "a deadline of 4 ms"),
            (lambda *given: max(row[1] for row in in_time(*given)), "gave 100, and 10 was"),
            (lambda *given: max(in_time(*given))[0], "gave 2000, and 10 was expected"),
            (
                lambda *given: max(in_time(*given[:3], given[3] - 1e-9) or [(0, 0)])[1],
                "a deadline of 5 ms for latencies of 2, 5 and 50 ms gave 1, and 10 was expected",
            ),
            (
                lambda *given: max(in_time(*given), default=(0, None))[1],
                "a deadline of 1 ms for latencies of 2, 5 and 50 ms gave None, and 0 was expected",
            ),
            (early, "latencies of 2, 50 and 5 ms gave 1, and 100 was expected. Look at every"),
        ],
    )
    def test_wrong(self, answer: Callable[..., object], words: str, said: Callable[..., str]):
        line = said(checks.best_batch_size, answer)
        assert line.startswith("Not yet: a deadline of ")
        assert words in line

    def test_wrong_types(self, wrong_type: object, said: Callable[..., str]):
        line = said(checks.best_batch_size, lambda *given: wrong_type)
        assert "and 10 was expected. Of the sizes in time" in line

    def test_errors_are_the_learner_s(self):
        with pytest.raises(ZeroDivisionError, match="own line"):
            checks.best_batch_size(failing)


class TestCompiledByMe:
    @pytest.fixture
    def check(self, counts: np.ndarray, images: np.ndarray, said: Callable[..., str]):
        return lambda answer: said(checks.compiled_by_me, answer, images, counts[-1])

    def test_right(self, check: Callable, network: Network):
        line = check(lambda images: network.run(images, STEPS)[-1].astype(int))
        assert line.startswith("Right. Now let it climb")

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            (lambda counts: counts[-1] + 1, "the number of images with the same spikes gave "),
            (lambda counts: 2 * counts[-1], "Use np.float32 for voltages"),
            (lambda counts: counts[0], "Compare with the loops of rung 1"),
            (lambda counts: counts[-1].T, "gave an array of shape (10, 50)"),
            (lambda counts: counts[-1].argmax(axis=1), "gave an array of shape (50,)"),
            (lambda counts: counts[-1][:, :9], "gave an array of shape (50, 9)"),
            (lambda counts: counts[-1][:49], "gave an array of shape (49, 10)"),
        ],
    )
    def test_wrong(self, wrong: Callable, words: str, check: Callable, network: Network):
        assert words in check(lambda images: wrong(network.run(images, STEPS)))

    def test_reset_forgotten(self, check: Callable, network: Network):
        def compiled_by_me(images: np.ndarray) -> list[np.ndarray]:
            rows, before = [], 0
            network.show(images[:1])
            network.reset()
            for image in images:
                network.show(image[None])
                for _ in range(STEPS):
                    network.step()
                rows.append(network.counts[0] - before)
                before = network.counts[0].copy()
            return rows

        assert check(compiled_by_me).startswith("Not yet: the ")

    def test_stub(self, check: Callable):
        line = check(lambda images: None)
        assert "answers of compiled_by_me(images[:50]) gave None. Write the function" in line

    def test_wrong_types(self, check: Callable, wrong_type: object):
        line = check(lambda images: wrong_type)
        assert "an array of shape (50, 10) was expected. Return a row for each image" in line

    def test_errors_are_the_learner_s(self, check: Callable):
        with pytest.raises(ZeroDivisionError, match="own line"):
            check(failing)
