"""Norse: cells of leaky neurons between linear layers, taught through surrogate gradients."""

from __future__ import annotations

from importlib.metadata import version
from itertools import pairwise

import torch
from norse.torch import LIFCell, SequentialState

from benchmarks.contestants.torch_learning import learner
from benchmarks.job import Learner, Lesson


def build(lesson: Lesson, *, seed: int, rate: float) -> Learner:
    """Build the layers."""
    torch.manual_seed(seed)
    first, second = (torch.nn.Linear(*pair) for pair in pairwise(lesson.sizes))
    neurons = SequentialState(LIFCell(), second, LIFCell())

    def show(images: torch.Tensor) -> torch.Tensor:
        # Grey levels are currents into the hidden neurons, the same in every step.
        current, state, spikes = first(images), None, []
        for _ in range(lesson.timesteps):
            fired, state = neurons(current, state)
            spikes.append(fired)
        return torch.stack(spikes)

    def loss(spikes: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.cross_entropy(spikes.sum(dim=0), labels)

    found = learner(lesson, torch.nn.ModuleList([first, neurons]), show, loss, rate=rate)
    return found._replace(versions=found.versions | {"norse": version("norse")})
