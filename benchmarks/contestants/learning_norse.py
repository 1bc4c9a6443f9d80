"""Norse: leaky neurons that spike, and output neurons that only integrate, as in its examples."""

from __future__ import annotations

from importlib.metadata import version
from itertools import pairwise

import torch
from norse.torch import LICell, LIFCell, SequentialState

from benchmarks.contestants.torch_learning import learner
from benchmarks.job import Learner, Lesson


def build(lesson: Lesson, *, seed: int, rate: float) -> Learner:
    """Build the layers."""
    torch.manual_seed(seed)
    first, second = (torch.nn.Linear(*pair) for pair in pairwise(lesson.sizes))
    neurons = SequentialState(LIFCell(), second, LICell())

    def show(images: torch.Tensor) -> torch.Tensor:
        # Grey levels are currents into the hidden neurons, the same in every step.
        current, state, voltages = first(images), None, []
        for _ in range(lesson.timesteps):
            voltage, state = neurons(current, state)
            voltages.append(voltage)
        highest: torch.Tensor = torch.stack(voltages).max(dim=0).values
        return highest

    found = learner(lesson, torch.nn.ModuleList([first, neurons]), show, rate=rate)
    return found._replace(versions=found.versions | {"norse": version("norse")})
