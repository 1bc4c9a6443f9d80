"""numbagenn in batches: the network and the loop of the tutorials."""

from __future__ import annotations

from time import perf_counter

import numba
import numpy as np
from numpy.typing import NDArray

import tutorial_helpers
from benchmarks.job import Contestant, Job, Outcome
from numbagenn import get_num_threads
from tutorial_helpers.inference import classify
from tutorial_helpers.models import build_classifier


def build(job: Job, *, precision: str = "float", optimize_code: bool = False) -> Contestant:
    """Build the network of the tutorials, whose images are classified in batches."""
    network = build_classifier(
        job.weights,
        batch_size=job.batch_size,
        threshold=job.threshold,
        precision=precision,
        optimize_code=optimize_code,
    )

    def run(images: NDArray[np.uint8]) -> Outcome:
        start = perf_counter()
        result = classify(network, images, timesteps=job.timesteps)
        return Outcome(perf_counter() - start, list(result.spikes), result.counts)

    return Contestant(versions(), get_num_threads(), run)


def versions() -> dict[str, str]:
    """Return the versions of numbagenn and of what compiles it."""
    return {
        "numpy": np.__version__,
        "tutorial_helpers": tutorial_helpers.__version__,
        "numba": numba.__version__,
    }
