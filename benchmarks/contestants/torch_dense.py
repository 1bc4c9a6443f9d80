"""Plain PyTorch: dense matrix products, one operation at a time or compiled."""

from __future__ import annotations

import torch

from benchmarks.contestants.torch_batches import Step, in_batches, versions
from benchmarks.job import Contestant, Job


def build(job: Job, *, compiled: bool = False) -> Contestant:
    """Prepare the contestant; with `compiled`, `torch.compile` is given the function of a step."""
    weights = [torch.from_numpy(matrix) for matrix in job.weights]

    def simulate(
        current: torch.Tensor, voltages: list[torch.Tensor], spikes: list[torch.Tensor]
    ) -> list[torch.Tensor]:
        """Change the voltages, and return the spikes of this step, given those of the last."""
        fired = list(spikes)
        for layer, voltage in enumerate(voltages):
            voltage += spikes[layer - 1] @ weights[layer - 1] if layer else current
            fired[layer] = (voltage >= job.threshold).to(torch.float32)
            voltage *= 1.0 - fired[layer]
        return fired

    advance = torch.compile(simulate) if compiled else simulate

    def start(images: int) -> Step:
        voltages = [torch.zeros((images, size)) for size in job.sizes]
        spikes = [torch.zeros((images, size)) for size in job.sizes]

        def step(current: torch.Tensor) -> list[torch.Tensor]:
            nonlocal spikes
            spikes = advance(current, voltages, spikes)
            return spikes

        return step

    # A batch of another size would be compiled again.
    run = in_batches(job, start, full=compiled)
    return Contestant(versions(), torch.get_num_threads(), run)
