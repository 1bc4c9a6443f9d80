"""SpikingJelly: `IFNode` neurons in single-step mode, between linear layers."""

from __future__ import annotations

from importlib.metadata import version

import torch
from spikingjelly.activation_based import neuron

from benchmarks.contestants.torch_batches import Step, in_batches, linear_layers, versions
from benchmarks.job import Contestant, Job


def build(job: Job) -> Contestant:
    """Build the layers."""
    weights = linear_layers(job)
    neurons = [neuron.IFNode(v_threshold=job.threshold, v_reset=0.0) for _ in job.sizes]
    for layer in neurons:
        # Without this it also prepares gradients.
        layer.eval()

    def start(images: int) -> Step:
        for layer in neurons:
            layer.reset()
        spikes = [torch.zeros((images, size)) for size in job.sizes]

        def step(current: torch.Tensor) -> list[torch.Tensor]:
            # From the last layer to the first, so that spikes take a step to arrive.
            for number in reversed(range(len(neurons))):
                arriving = weights[number - 1](spikes[number - 1]) if number else current
                spikes[number] = neurons[number](arriving)
            return spikes

        return step

    found = {**versions(), "spikingjelly": version("spikingjelly")}
    return Contestant(found, torch.get_num_threads(), in_batches(job, start))
