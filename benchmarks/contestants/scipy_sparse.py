"""SciPy: the spikes of a step are a sparse matrix, a row an image, times dense weights."""

from __future__ import annotations

from time import perf_counter

import numpy as np
import scipy
from numpy.typing import NDArray
from scipy.sparse import csr_array

from benchmarks.job import Contestant, Job, Outcome


def build(job: Job) -> Contestant:
    """Prepare the contestant; there is nothing to build."""
    threshold = np.float32(job.threshold)

    def run(images: NDArray[np.uint8]) -> Outcome:
        totals = [0] * len(job.sizes)
        counts = np.zeros((len(images), job.sizes[-1]), dtype=np.uint32)
        start = perf_counter()
        for first in range(0, len(images), job.batch_size):
            batch = images[first : first + job.batch_size]
            current = np.divide(batch, np.float32(job.grey_levels))
            shapes = [(len(batch), size) for size in job.sizes]
            voltages = [np.zeros(shape, dtype=np.float32) for shape in shapes]
            fired = [np.zeros(shape, dtype=np.bool_) for shape in shapes]
            for _ in range(job.timesteps):
                # From the last layer to the first, so that spikes take a step to arrive.
                for layer in reversed(range(len(shapes))):
                    if layer:
                        voltages[layer] += _input(fired[layer - 1], job.weights[layer - 1])
                    else:
                        voltages[layer] += current
                    np.greater_equal(voltages[layer], threshold, out=fired[layer])
                    # Products with zeros and ones are much faster here than a mask.
                    voltages[layer] -= voltages[layer] * fired[layer]
                    totals[layer] += int(np.count_nonzero(fired[layer]))
                counts[first : first + len(batch)] += fired[-1]
        return Outcome(perf_counter() - start, totals, counts)

    # Products of sparse matrices run on one thread.
    return Contestant({"numpy": np.__version__, "scipy": scipy.__version__}, 1, run)


def _input(fired: NDArray[np.bool_], weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the sum of the weights of the neurons that fired, for each image."""
    _, neurons = np.nonzero(fired)
    ends = np.zeros(len(fired) + 1, dtype=np.int32)
    np.cumsum(np.count_nonzero(fired, axis=1), out=ends[1:])
    ones = np.ones(len(neurons), dtype=np.float32)
    spikes = csr_array((ones, neurons.astype(np.int32), ends), shape=fired.shape)
    product: NDArray[np.float32] = spikes @ weights
    return product
