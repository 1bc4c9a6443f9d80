"""The classifier of the tutorials: its neuron, its input, its reset, and the whole network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutorial_helpers import pygenn
from tutorial_helpers.pygenn import (
    GeNNModel,
    VarAccessMode,
    create_current_source_model,
    create_custom_update_model,
    create_neuron_model,
    create_var_ref,
    init_postsynaptic,
    init_weight_update,
)

#: Membrane voltage at which a neuron spikes, in mV.
THRESHOLD = 5.0

#: Grey levels per mV of input current in each step. So 255 becomes 2.55 mV.
GREY_LEVELS_PER_MILLIVOLT = 100.0

#: Whether the backend can empty the list of spikes in flight, as PyGeNN can since after 5.4.0.
CAN_DROP_SPIKES = hasattr(pygenn, "create_src_spike_count_var_ref")

# Integrate and fire: the neuron sums its input without leak. At the threshold it spikes and starts
# again from zero. It counts its own spikes, so that only one number per neuron leaves the device.
integrate_and_fire = create_neuron_model(
    "integrate_and_fire",
    params=["Vthr"],
    vars=[("V", "scalar"), ("SpikeCount", "unsigned int")],
    sim_code="V += Isyn;",
    threshold_condition_code="V >= Vthr",
    reset_code="V = 0.0; SpikeCount++;",
)

# A constant current for each neuron, set from the pixel that the neuron stands for.
pixel_current = create_current_source_model(
    "pixel_current",
    vars=[("magnitude", "scalar")],
    injection_code="injectCurrent(magnitude);",
)

# Between two images, voltages and counts start again.
reset_neurons = create_custom_update_model(
    "reset_neurons",
    var_refs=[("V", "scalar"), ("SpikeCount", "unsigned int")],
    update_code="V = 0.0; SpikeCount = 0;",
)

# The spikes of the last step have left their neurons and have not arrived yet. They belong to the
# old image, so the list that holds them is emptied.
drop_spikes_in_flight = create_custom_update_model(
    "drop_spikes_in_flight",
    var_refs=[("SpikeCount", "uint32_t", VarAccessMode.BROADCAST)],
    update_code="SpikeCount = 0;",
)


@dataclass(frozen=True)
class Classifier:
    """A loaded network, ready for `inference.classify`.

    Attributes
    ----------
    model : GeNNModel
        The built and loaded model.
    source : CurrentSource
        The current source of the input population. Images go into its variable ``magnitude``.
    populations : tuple of NeuronGroup
        The neuron populations from input to output.
    build_seconds : float
        How long building and loading took, in s.
    """

    model: Any
    source: Any
    populations: tuple[Any, ...]
    build_seconds: float


def build_classifier(
    weights: Sequence[NDArray[np.floating[Any]]],
    *,
    batch_size: int = 128,
    threshold: float = THRESHOLD,
    precision: str = "float",
    name: str = "mnist_classifier",
    timing_enabled: bool = False,
    **preferences: Any,
) -> Classifier:
    """Build and load a feed-forward network of integrate-and-fire neurons.

    Parameters
    ----------
    weights : sequence of ndarray, shape (presynaptic, postsynaptic)
        One matrix for each pair of layers, in mV.
    batch_size : int
        How many images to classify side by side.
    threshold : float
        Membrane voltage at which neurons spike, in mV.
    precision : {"float", "double"}
        What the network computes with.
    name : str
        Name of the model. PyGeNN needs a different one for each model in a process.
    timing_enabled : bool
        Whether the model's timers run.
    **preferences
        Further arguments of `GeNNModel`, such as ``optimize_code=True``.

    Returns
    -------
    Classifier
        The network. Its custom update group ``"Reset"`` sets voltages and spike counts to zero, and
        drops the spikes in flight where the backend can (`CAN_DROP_SPIKES`).

    Raises
    ------
    ValueError
        If there are no weights, or their shapes do not fit together.

    Examples
    --------
    >>> network = build_classifier([np.ones((784, 128)), np.ones((128, 10))], batch_size=2)
    >>> [population.num_neurons for population in network.populations]
    [784, 128, 10]
    """
    sizes = layer_sizes(weights)
    start = perf_counter()
    model = GeNNModel(precision, name, **preferences)
    model.dt = 1.0
    model.batch_size = batch_size
    model.timing_enabled = timing_enabled
    names = ["input", *(f"hidden{n}" for n in range(1, len(sizes) - 1)), "output"]
    populations = [
        model.add_neuron_population(
            name, size, integrate_and_fire, {"Vthr": threshold}, {"V": 0.0, "SpikeCount": 0}
        )
        for name, size in zip(names, sizes, strict=True)
    ]
    for population in populations:
        population.set_param_dynamic("Vthr")  # can be turned without building again
    for matrix, pre, post in zip(weights, populations, populations[1:], strict=False):
        synapses = model.add_synapse_population(
            f"{pre.name}_to_{post.name}",
            "DENSE",
            pre,
            post,
            init_weight_update("StaticPulse", {}, {"g": np.asarray(matrix).ravel()}),
            init_postsynaptic("DeltaCurr"),
        )
        if CAN_DROP_SPIKES:
            model.add_custom_update(
                f"drop_spikes_of_{pre.name}",
                "Reset",
                drop_spikes_in_flight,
                {},
                {},
                {"SpikeCount": pygenn.create_src_spike_count_var_ref(synapses)},
            )
    source = model.add_current_source(
        "pixels", pixel_current, populations[0], {}, {"magnitude": 0.0}
    )
    for population in populations:
        references = {name: create_var_ref(population, name) for name in ("V", "SpikeCount")}
        model.add_custom_update(
            f"reset_{population.name}", "Reset", reset_neurons, {}, {}, references
        )
    model.build()
    model.load()
    return Classifier(model, source, tuple(populations), perf_counter() - start)


def layer_sizes(weights: Sequence[NDArray[np.floating[Any]]]) -> list[int]:
    """Return the number of neurons of each layer that a list of weight matrices connects.

    Raises
    ------
    ValueError
        If the list is empty, or a matrix does not fit the one before it.

    Examples
    --------
    >>> layer_sizes([np.zeros((784, 128)), np.zeros((128, 10))])
    [784, 128, 10]
    """
    shapes = [np.shape(matrix) for matrix in weights]
    if not shapes or any(len(shape) != 2 for shape in shapes):
        raise ValueError(
            "weights must be a list of matrices of shape (presynaptic, postsynaptic), "
            f"not of shapes {shapes}; pass what load_weights() returns."
        )
    for number, (before, after) in enumerate(pairwise(shapes)):
        if before[1] != after[0]:
            raise ValueError(
                f"weights[{number + 1}] must have {before[1]} rows, one for each column of "
                f"weights[{number}], not {after[0]}."
            )
    return [shapes[0][0], *(shape[1] for shape in shapes)]
