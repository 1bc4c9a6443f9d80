"""snnTorch: `Leaky` neurons that do not leak, between linear layers."""

from __future__ import annotations

import numpy as np
import snntorch
import torch

from benchmarks.contestants.torch_batches import Step, in_batches, linear_layers, versions
from benchmarks.job import Contestant, Job


def build(job: Job) -> Contestant:
    """Build the layers."""
    # Its neurons fire above the threshold, and not at it: the float just below makes that the same.
    threshold = float(np.nextafter(np.float32(job.threshold), np.float32(0)))
    weights = linear_layers(job)
    neurons = [
        snntorch.Leaky(beta=1.0, threshold=threshold, reset_mechanism="zero", reset_delay=False)
        for _ in job.sizes
    ]

    def start(images: int) -> Step:
        voltages = [torch.zeros((images, size)) for size in job.sizes]
        spikes = [torch.zeros((images, size)) for size in job.sizes]

        def step(current: torch.Tensor) -> list[torch.Tensor]:
            # From the last layer to the first, so that spikes take a step to arrive.
            for layer in reversed(range(len(neurons))):
                arriving = weights[layer - 1](spikes[layer - 1]) if layer else current
                spikes[layer], voltages[layer] = neurons[layer](arriving, voltages[layer])
            return spikes

        return step

    found = {**versions(), "snntorch": snntorch.__version__}
    return Contestant(found, torch.get_num_threads(), in_batches(job, start))
