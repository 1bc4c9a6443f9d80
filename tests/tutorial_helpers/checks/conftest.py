"""What the tests of checks share: what a check says, and a spiking network that takes no time."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

WRONG_TYPES = ["many", 2.5, [None], [[1], [1, 2]], {"a": 1}, {1, 2}, print, (1, "two"), object()]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Return what a check says: one line, which passes an answer or teaches."""

    def say(check: Callable[..., None], *arguments: Any) -> str:
        capsys.readouterr()
        check(*arguments)
        line = capsys.readouterr().out
        assert line.count("\n") == 1
        assert line.endswith((".\n", "?\n"))
        assert line.startswith(("Right. ", "Not yet: "))
        if line.startswith("Not yet"):
            assert " gave " in line
        return line

    return say


@pytest.fixture(params=WRONG_TYPES, ids=lambda value: type(value).__name__)
def wrong_type(request: pytest.FixtureRequest) -> object:
    return request.param


def failing(*_: object) -> None:
    """Stand for what a learner has written, with an error in it."""
    raise ZeroDivisionError("in the learner's own line")


class Network:
    """Integrate-and-fire neurons in layers, with a reset to zero, and one step in each synapse."""

    def __init__(self, weights: list[np.ndarray], batch_size: int) -> None:
        self.weights = weights
        self.currents = np.zeros((batch_size, len(weights[0])), np.float32)
        self.shown = batch_size
        self.model = SimpleNamespace(timestep=0)
        self.reset()

    def show(self, images: np.ndarray) -> None:
        self.shown = len(images)
        self.currents[:] = 0
        self.currents[: self.shown] = images / np.float32(100)

    def reset(self) -> None:
        sizes = [len(self.weights[0]), *(matrix.shape[1] for matrix in self.weights)]
        self.voltages = [np.zeros((len(self.currents), size), np.float32) for size in sizes]
        self.spikes = [np.zeros_like(voltage) for voltage in self.voltages]
        self.all_counts = np.zeros_like(self.voltages[-1])

    @property
    def counts(self) -> np.ndarray:
        return self.all_counts[: self.shown]

    def step(self) -> None:
        self.model.timestep += 1
        arrived = [self.currents, *map(np.matmul, self.spikes, self.weights)]
        for layer, more in enumerate(arrived):
            voltage = self.voltages[layer] + more
            self.spikes[layer] = (voltage >= 5).astype(np.float32)
            self.voltages[layer] = np.where(voltage >= 5, np.float32(0), voltage)
        self.all_counts += self.spikes[-1]

    def run(self, images: np.ndarray, steps: int) -> np.ndarray:
        """Return the counts after each step, shape (steps, n, 10)."""
        self.show(images)
        self.reset()
        watched = []
        for _ in range(steps):
            self.step()
            watched.append(self.counts.copy())
        return np.array(watched)


STEPS = 20


@pytest.fixture
def network() -> Network:
    # multiples of a half, so that no order of the sums rounds
    rng = np.random.default_rng(4)
    shapes = (16, 12), (12, 10)
    weights = [rng.integers(-3, 6, shape).astype(np.float32) / 2 for shape in shapes]
    return Network(weights, batch_size=150)


@pytest.fixture(scope="session")
def images() -> np.ndarray:
    return 50 * np.random.default_rng(5).integers(0, 6, (150, 16)).astype(np.uint8)


@pytest.fixture
def counts(network: Network, images: np.ndarray) -> np.ndarray:
    """Output spike counts after each step."""
    return network.run(images, STEPS)


@pytest.fixture
def labels(counts: np.ndarray) -> np.ndarray:
    """Digits of which most, but not all, are what the network reads."""
    digits = counts[-1].argmax(axis=1)
    digits[::5] = np.arange(len(digits[::5])) % 10
    return digits
