"""snnTorch: leaky neurons between linear layers, taught through surrogate gradients."""

from __future__ import annotations

from itertools import pairwise

import snntorch
import torch
from snntorch import functional, surrogate

from benchmarks.contestants.torch_learning import learner
from benchmarks.job import Learner, Lesson


def build(lesson: Lesson, *, seed: int, rate: float = 5e-3, beta: float = 0.95) -> Learner:
    """Build the layers."""
    torch.manual_seed(seed)
    first, second = (torch.nn.Linear(*pair) for pair in pairwise(lesson.sizes))
    hidden, output = (
        snntorch.Leaky(beta=beta, spike_grad=surrogate.fast_sigmoid(slope=25)) for _ in range(2)
    )

    def show(images: torch.Tensor) -> torch.Tensor:
        # Grey levels are currents into the hidden neurons, the same in every step.
        current = first(images)
        hidden_voltage, output_voltage = hidden.reset_mem(), output.reset_mem()
        spikes = []
        for _ in range(lesson.timesteps):
            fired, hidden_voltage = hidden(current, hidden_voltage)
            fired, output_voltage = output(second(fired), output_voltage)
            spikes.append(fired)
        return torch.stack(spikes)

    layers = torch.nn.ModuleList([first, hidden, second, output])
    found = learner(lesson, layers, show, functional.ce_rate_loss(), rate=rate)
    return found._replace(versions=found.versions | {"snntorch": snntorch.__version__})
