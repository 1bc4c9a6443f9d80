"""What tests of figures share: digits that are made up, answers to them, and a shell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

matplotlib.use("Agg")

N = 40


@pytest.fixture(scope="session")
def images() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (N, 784), dtype=np.uint8)


@pytest.fixture(scope="session")
def labels() -> np.ndarray:
    return np.random.default_rng(2).integers(0, 10, N).astype(np.uint8)


@pytest.fixture(scope="session")
def counts(labels: np.ndarray) -> np.ndarray:
    """Make counts of which most, but not all, are largest for the label."""
    spikes = np.random.default_rng(3).integers(0, 8, (N, 10)).astype(np.uint8)
    spikes[np.arange(N), labels] += 4
    return spikes


@pytest.fixture(scope="session")
def image() -> np.ndarray:
    return np.random.default_rng(2).integers(0, 256, 784, dtype=np.uint8)


@pytest.fixture(scope="session")
def spikes() -> list[tuple[np.ndarray, np.ndarray]]:
    """Make recordings of three layers, of which the neuron 4 of the last is the most active."""
    rng = np.random.default_rng(1)
    layers = [
        (np.sort(rng.integers(0, 100, n)).astype(float), rng.integers(0, size, n).astype(np.int32))
        for n, size in zip([900, 90, 20], [784, 128, 10], strict=True)
    ]
    layers[2][1][::2] = 4
    return layers


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict]]:
    """Run in an IPython shell, and collect what it displays."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    shell.display_pub = CapturingDisplayPublisher(parent=shell)
    yield shell.display_pub.outputs
    shell.history_manager.end_session()
    InteractiveShell.clear_instance()
