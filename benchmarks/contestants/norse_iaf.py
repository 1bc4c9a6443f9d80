"""Norse: cells of integrate-and-fire neurons between linear layers."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import numpy as np
import torch
from norse.torch.functional.iaf import IAFParameters
from norse.torch.module.iaf import IAFCell

from benchmarks.contestants.torch_batches import Step, in_batches, linear_layers, versions
from benchmarks.job import Contestant, Job


def build(job: Job) -> Contestant:
    """Build the layers."""
    # Its neurons fire above the threshold, and not at it: the float just below makes that the same.
    threshold = torch.as_tensor(np.nextafter(np.float32(job.threshold), np.float32(0)))
    weights = linear_layers(job)
    cells = [IAFCell(IAFParameters(v_th=threshold)) for _ in job.sizes]

    def start(images: int) -> Step:
        states: list[Any] = [None for _ in job.sizes]
        spikes = [torch.zeros((images, size)) for size in job.sizes]

        def step(current: torch.Tensor) -> list[torch.Tensor]:
            # From the last layer to the first, so that spikes take a step to arrive.
            for layer in reversed(range(len(cells))):
                arriving = weights[layer - 1](spikes[layer - 1]) if layer else current
                spikes[layer], states[layer] = cells[layer](arriving, states[layer])
            return spikes

        return step

    found = {**versions(), "norse": version("norse")}
    return Contestant(found, torch.get_num_threads(), in_batches(job, start))
