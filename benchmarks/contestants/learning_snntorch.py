"""snnTorch: neurons between linear layers, taught through its usual surrogate gradient."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import snntorch
import torch

from benchmarks.contestants.torch_learning import learner
from benchmarks.job import Learner, Lesson


def build(lesson: Lesson, *, seed: int, rate: float, same_neurons: bool = False) -> Learner:
    """Build the layers, as in the library's tutorials or with the neurons of numbagenn's network.

    Parameters
    ----------
    lesson
        What to learn.
    seed
        Seed of everything random.
    rate
        The learning rate of the first batch.
    same_neurons
        Whether input neurons turn grey levels into spikes, no neuron leaks, and spikes reset to 0.
        Otherwise grey levels are currents into the hidden neurons, which leak.
    """
    torch.manual_seed(seed)
    settings = (
        {"beta": 1.0, "reset_mechanism": "zero", "reset_delay": False}
        if same_neurons
        else {"beta": 0.95}
    )
    first, second = (
        torch.nn.Linear(*pair, bias=not same_neurons) for pair in pairwise(lesson.sizes)
    )
    inputs, hidden, output = (snntorch.Leaky(**settings) for _ in lesson.sizes)

    def currents(images: torch.Tensor) -> Iterable[torch.Tensor]:
        """Return what arrives at the hidden neurons in each step."""
        if not same_neurons:  # the same in all of them
            return [first(images)] * lesson.timesteps
        voltage, spikes = inputs.reset_mem(), []
        with torch.no_grad():
            for _ in range(lesson.timesteps):
                fired, voltage = inputs(images * (255 / lesson.grey_levels), voltage)
                spikes.append(fired)
        arriving: Iterable[torch.Tensor] = first(torch.stack(spikes))
        return arriving

    def show(images: torch.Tensor) -> torch.Tensor:
        hidden_voltage, output_voltage = hidden.reset_mem(), output.reset_mem()
        spikes = []
        for current in currents(images):
            fired, hidden_voltage = hidden(current, hidden_voltage)
            fired, output_voltage = output(second(fired), output_voltage)
            spikes.append(fired)
        return torch.stack(spikes).sum(dim=0)

    layers = torch.nn.ModuleList([first, hidden, second, output])
    found = learner(lesson, layers, show, rate=rate)
    return found._replace(versions=found.versions | {"snntorch": snntorch.__version__})
