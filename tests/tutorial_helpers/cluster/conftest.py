"""A cluster of two worker processes, and a small network's answers to some images."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray

from tutorial_helpers.data import load_mnist
from tutorial_helpers.inference import Classification, classify
from tutorial_helpers.models import build_classifier

if TYPE_CHECKING:
    from distributed import Client

STEPS = 20


@pytest.fixture(scope="session")
def client() -> Iterator[Client]:
    """Two workers, as the option --workers starts them."""
    pytest.importorskip("distributed", reason="clusters need Dask: the extra cluster")
    from tutorial_helpers.cluster.connecting import local_client

    with local_client(2) as client:
        yield client


@pytest.fixture(scope="session")
def weights() -> list[NDArray[np.float32]]:
    draw = np.random.default_rng(5)
    return [draw.normal(0.1, 1.0, shape).astype(np.float32) for shape in ((784, 16), (16, 10))]


@pytest.fixture(scope="session")
def images() -> NDArray[np.uint8]:
    return load_mnist("test")[0][:1000]


@pytest.fixture(scope="session")
def expected(weights: list[NDArray[np.float32]], images: NDArray[np.uint8]) -> Classification:
    """What one process answers."""
    return classify(build_classifier(weights), images, timesteps=STEPS)
