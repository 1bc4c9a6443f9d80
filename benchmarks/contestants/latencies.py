"""Digits as times of spikes: what the plain scripts that learn from them have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

INPUTS, HIDDEN, CLASSES = 784, 128, 10


@dataclass(frozen=True)
class Spikes:
    """The only spikes of input neurons for some images, and the classes of these.

    Parameters
    ----------
    times
        Times in ms, image by image and, within an image, neuron by neuron.
    ends
        For each image and neuron: the place in `times` after its last spike.
    labels
        The class of each image.
    """

    times: NDArray[np.float32]
    ends: NDArray[np.uint32]
    labels: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.labels)

    def part(self, first: int, size: int) -> Spikes:
        """Return `size` images from `first` on; the last one again where they are not enough."""
        if first + size <= len(self):
            begin = self.ends[first - 1, -1] if first else np.uint32(0)
            ends = self.ends[first : first + size]
            labels = self.labels[first : first + size]
            return Spikes(self.times[begin : ends[-1, -1]], ends - begin, labels)
        chosen = np.minimum(np.arange(first, first + size), len(self) - 1)
        begins = np.where(chosen > 0, self.ends[chosen - 1, -1], 0).astype(np.uint32)
        ends = self.ends[chosen]
        times = [self.times[begin:end] for begin, end in zip(begins, ends[:, -1], strict=True)]
        lengths = np.array([len(part) for part in times])
        ends += (np.cumsum(lengths) - lengths - begins).astype(np.uint32)[:, np.newaxis]
        return Spikes(np.concatenate(times), ends, self.labels[chosen])


def spikes_of(
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    latency: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    darkest: int,
) -> Spikes:
    """Return a spike for each pixel brighter than `darkest`, at a time that `latency` gives."""
    flat = images.reshape(len(images), -1)
    bright = flat > darkest
    times = latency(flat[bright].astype(np.float64)).astype(np.float32)
    ends = np.cumsum(bright.ravel(), dtype=np.uint32).reshape(bright.shape)
    return Spikes(times, ends, labels.astype(np.uint8))


def adam(api: Any) -> Any:
    """Return a custom update that changes a variable by Adam's rule, and clears its gradient."""
    return api.create_custom_update_model(
        "adam",
        params=["Beta1", "Beta2", "Epsilon", "Rate", "Scale1", "Scale2"],
        vars=[("m", "scalar"), ("v", "scalar")],
        var_refs=[("dG", "scalar", api.VarAccessMode.READ_WRITE), ("g", "scalar")],
        update_code="""
        m = (Beta1 * m) + ((1.0 - Beta1) * dG);
        v = (Beta2 * v) + ((1.0 - Beta2) * dG * dG);
        g -= (Rate * m * Scale1) / (sqrt(v * Scale2) + Epsilon);
        dG = 0.0;
        """,
    )


class Adam:
    """Adam's rule for some synapse populations, with gradients summed over the batch."""

    def __init__(self, api: Any, model: Any, synapses: list[Any], rate: float) -> None:
        self._rate, self._step, self._model = rate, 0, model
        rule, self._updates, self._sums = adam(api), [], model.batch_size > 1
        gather = api.create_custom_update_model(
            "gather",
            vars=[("Total", "scalar", api.CustomUpdateVarAccess.REDUCE_BATCH_SUM)],
            var_refs=[("dG", "scalar")],
            update_code="Total = dG; dG = 0.0;",
        )
        params = {"Beta1": 0.9, "Beta2": 0.999, "Epsilon": 1e-8}
        params |= {"Rate": rate, "Scale1": 1.0, "Scale2": 1.0}
        for group in synapses:
            gradient = api.create_wu_var_ref(group, "dG")
            if self._sums:
                total = model.add_custom_update(
                    f"gather_{group.name}", "Gather", gather, {}, {"Total": 0.0}, {"dG": gradient}
                )
                gradient = api.create_wu_var_ref(total, "Total")
            update = model.add_custom_update(
                f"adam_{group.name}",
                "Adam",
                rule,
                params,
                {"m": 0.0, "v": 0.0},
                {"dG": gradient, "g": api.create_wu_var_ref(group, "g")},
            )
            for name in ("Rate", "Scale1", "Scale2"):
                update.set_param_dynamic(name)
            self._updates.append(update)

    def step(self) -> None:
        """Change all weights."""
        self._step += 1
        for update in self._updates:
            update.set_dynamic_param_value("Rate", self._rate)
            update.set_dynamic_param_value("Scale1", 1.0 / (1.0 - 0.9**self._step))
            update.set_dynamic_param_value("Scale2", 1.0 / (1.0 - 0.999**self._step))
        if self._sums:
            self._model.custom_update("Gather")
        self._model.custom_update("Adam")


def add_softmax(api: Any, model: Any, output: Any, score: str) -> None:
    """Add updates "Softmax1" to "Softmax3", which set ``Softmax`` of neurons from their score."""
    read, access = api.VarAccessMode.READ_ONLY, api.CustomUpdateVarAccess
    value = ("Score", "scalar", read)
    largest = api.create_custom_update_model(
        "largest",
        vars=[("Largest", "scalar", access.REDUCE_NEURON_MAX)],
        var_refs=[value],
        update_code="Largest = Score;",
    )
    total = api.create_custom_update_model(
        "total",
        vars=[("Sum", "scalar", access.REDUCE_NEURON_SUM)],
        var_refs=[value, ("Largest", "scalar", read)],
        update_code="Sum = exp(Score - Largest);",
    )
    softmax = api.create_custom_update_model(
        "softmax",
        var_refs=[
            value,
            ("Largest", "scalar", read),
            ("Sum", "scalar", read),
            ("Softmax", "scalar"),
        ],
        update_code="Softmax = exp(Score - Largest) / Sum;",
    )
    refs = {"Score": api.create_var_ref(output, score)}
    first = model.add_custom_update("softmax1", "Softmax1", largest, {}, {"Largest": 0.0}, refs)
    refs = {**refs, "Largest": api.create_var_ref(first, "Largest")}
    second = model.add_custom_update("softmax2", "Softmax2", total, {}, {"Sum": 0.0}, refs)
    refs = {**refs, "Sum": api.create_var_ref(second, "Sum")}
    refs["Softmax"] = api.create_var_ref(output, "Softmax")
    model.add_custom_update("softmax3", "Softmax3", softmax, {}, {}, refs)


def push_spikes(population: Any, spikes: Spikes) -> None:
    """Let input neurons send the spikes of as many images as the batch has elements."""
    begins = np.concatenate(([np.uint32(0)], spikes.ends.ravel()[:-1])).reshape(spikes.ends.shape)
    times = population.extra_global_params["SpikeTimes"]
    times.view[: len(spikes.times)] = spikes.times
    times.push_to_device()
    for name, values in (("Next", begins), ("End", spikes.ends)):
        variable = population.vars[name]
        variable.view[:] = values.reshape(variable.view.shape)
        variable.push_to_device()
