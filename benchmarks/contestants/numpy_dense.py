"""NumPy: dense matrix products. A batch of images is a matrix, and so are its spikes."""

from __future__ import annotations

import os
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.job import Contestant, Job, Outcome


def build(job: Job) -> Contestant:
    """Prepare the contestant; there is nothing to build."""
    weights, threshold = job.weights, np.float32(job.threshold)

    def run(images: NDArray[np.uint8]) -> Outcome:
        totals = [0] * len(job.sizes)
        counts = np.zeros((len(images), job.sizes[-1]), dtype=np.uint32)
        start = perf_counter()
        for first in range(0, len(images), job.batch_size):
            batch = images[first : first + job.batch_size]
            current = np.divide(batch, np.float32(job.grey_levels))
            shapes = [(len(batch), size) for size in job.sizes]
            voltages = [np.zeros(shape, dtype=np.float32) for shape in shapes]
            inputs = [np.zeros(shape, dtype=np.float32) for shape in shapes]
            spikes = [np.zeros(shape, dtype=np.float32) for shape in shapes]
            fired = [np.zeros(shape, dtype=np.bool_) for shape in shapes]
            for _ in range(job.timesteps):
                # From the last layer to the first: each still finds the spikes of the step before
                # in the layer that it listens to, which is the step of delay.
                for layer in reversed(range(len(shapes))):
                    if layer:
                        np.matmul(spikes[layer - 1], weights[layer - 1], out=inputs[layer])
                    voltages[layer] += inputs[layer] if layer else current
                    np.greater_equal(voltages[layer], threshold, out=fired[layer])
                    np.copyto(spikes[layer], fired[layer])
                    # Sets to zero where there is a spike, much faster than a mask would.
                    voltages[layer] -= voltages[layer] * spikes[layer]
                    totals[layer] += int(np.count_nonzero(fired[layer]))
                counts[first : first + len(batch)] += fired[-1]
        return Outcome(perf_counter() - start, totals, counts)

    threads = os.environ.get("OPENBLAS_NUM_THREADS")
    versions = {"numpy": np.__version__, "BLAS": _blas()}
    return Contestant(versions, int(threads) if threads else None, run)


def _blas() -> str:
    """Return the name and version of the library that NumPy multiplies matrices with."""
    config: Any = np.show_config(mode="dicts")
    blas = config["Build Dependencies"]["blas"]
    return f"{blas.get('name', 'unknown')} {blas.get('version', '')}".strip()
