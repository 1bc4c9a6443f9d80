"""What the contestants on PyTorch share: batches of images in, counts of spikes out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.job import Job, Outcome, Run

#: Takes the input currents of a batch, simulates a step, and returns the spikes of each layer, as
#: 0.0 and 1.0, in tensors of shape (images, neurons).
Step = Callable[[torch.Tensor], Sequence[torch.Tensor]]


def in_batches(job: Job, start: Callable[[int], Step], *, full: bool = False) -> Run:
    """Return how to classify images, given how to start a batch of them.

    Parameters
    ----------
    job
        What to do.
    start
        Takes the number of images of a batch, puts the network into its first state, and returns
        how to simulate a step.
    full
        Whether the last batch has to be filled up, with blank images.
    """

    def run(images: NDArray[np.uint8]) -> Outcome:
        with torch.inference_mode():
            return classify(images)

    def classify(images: NDArray[np.uint8]) -> Outcome:
        begin = perf_counter()
        # In double precision, as floats count no further than 2 ** 24.
        totals = [torch.zeros((), dtype=torch.float64) for _ in job.sizes]
        counts = torch.zeros((len(images), job.sizes[-1]))
        for first in range(0, len(images), job.batch_size):
            batch = torch.from_numpy(images[first : first + job.batch_size])
            shown = len(batch)
            if full and shown < job.batch_size:
                blank = torch.zeros((job.batch_size - shown, job.sizes[0]), dtype=torch.uint8)
                batch = torch.cat([batch, blank])
            current = batch.to(torch.float32) / job.grey_levels
            step = start(len(batch))
            for _ in range(job.timesteps):
                spikes = step(current)
                for total, of_layer in zip(totals, spikes, strict=True):
                    total += of_layer.sum()
                counts[first : first + shown] += spikes[-1][:shown]
        answer = counts.numpy().astype(np.uint32)
        return Outcome(perf_counter() - begin, [int(total) for total in totals], answer)

    return run


def versions() -> dict[str, str]:
    """Return the versions that all of them share."""
    return {"numpy": np.__version__, "torch": torch.__version__}


def linear_layers(job: Job) -> list[torch.nn.Linear]:
    """Return the weights as modules, which libraries of spiking networks are used with."""
    layers = []
    for matrix in job.weights:
        layer = torch.nn.Linear(*matrix.shape, bias=False)
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(matrix.T))
        layers.append(layer)
    return layers
