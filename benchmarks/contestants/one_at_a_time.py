"""A plain PyGeNN script, for real PyGeNN and numbagenn alike: one image at a time."""

from __future__ import annotations

from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.job import Job, Outcome, Run


def push_zeros(variables: list[Any]) -> None:
    """Set variables to zero on the device."""
    for variable in variables:
        variable.view[:] = 0
        variable.push_to_device()


def one_at_a_time(
    api: Any, job: Job, precision: str, *, on_device: bool = True, **preferences: Any
) -> Run:
    """Build the network with the API of PyGeNN 5.4.0, and return how to run it.

    Spikes of an image's last step reach the next image: what would drop them on the device,
    `create_src_spike_count_var_ref`, is not in PyGeNN 5.4.0.

    Parameters
    ----------
    api
        The module `pygenn`, or one with its names.
    job
        What to build and run.
    precision
        ``"float"`` or ``"double"``.
    on_device
        Whether a custom update resets the neurons between images, or zeros that are pushed; the
        spikes of all layers are known only in the first case.
    **preferences
        Further arguments of `GeNNModel`.
    """
    neuron = api.create_neuron_model(
        "integrate_and_fire",
        params=["Vthr"],
        vars=[("V", "scalar"), ("SpikeCount", "unsigned int"), ("Total", "unsigned int")],
        sim_code="V += Isyn;",
        threshold_condition_code="V >= Vthr",
        reset_code="V = 0.0; SpikeCount++;",
    )
    pixels = api.create_current_source_model(
        "pixels", vars=[("magnitude", "scalar")], injection_code="injectCurrent(magnitude);"
    )
    # Counting over all images here spares the loop the work of fetching every neuron's count.
    reset = api.create_custom_update_model(
        "reset",
        var_refs=[("V", "scalar"), ("SpikeCount", "unsigned int"), ("Total", "unsigned int")],
        update_code="V = 0.0; Total += SpikeCount; SpikeCount = 0;",
    )
    model = api.GeNNModel(precision, "one_at_a_time", **preferences)
    model.dt = 1.0
    initial = {"V": 0.0, "SpikeCount": 0, "Total": 0}
    populations = [
        model.add_neuron_population(f"layer{n}", size, neuron, {"Vthr": job.threshold}, initial)
        for n, size in enumerate(job.sizes)
    ]
    for n, matrix in enumerate(job.weights):
        model.add_synapse_population(
            f"weights{n}",
            "DENSE",
            populations[n],
            populations[n + 1],
            api.init_weight_update("StaticPulse", {}, {"g": matrix.flatten()}),
            api.init_postsynaptic("DeltaCurr"),
        )
    source = model.add_current_source("source", pixels, populations[0], {}, {"magnitude": 0.0})
    for n, population in enumerate(populations):
        references = {name: api.create_var_ref(population, name) for name in initial}
        model.add_custom_update(f"reset{n}", "Reset", reset, {}, {}, references)
    model.build()
    model.load()
    magnitude, output = source.vars["magnitude"], populations[-1].vars["SpikeCount"]
    state = [population.vars[name] for population in populations for name in ("V", "SpikeCount")]
    totals = [population.vars["Total"] for population in populations]

    def start_again() -> None:
        """Bring the network to its first state, so that all runs give the same."""
        push_zeros([magnitude])
        model.custom_update("Reset")
        # Without input, a step for each layer of weights is enough for spikes in flight to end.
        for _ in job.weights:
            model.step_time()
        model.custom_update("Reset")
        push_zeros(totals)

    def run(images: NDArray[np.uint8]) -> Outcome:
        counts = np.zeros((len(images), job.sizes[-1]), dtype=np.uint32)
        start_again()
        start = perf_counter()
        for number, image in enumerate(images):
            # In single precision for both, as then all contestants see the same currents.
            np.divide(image, np.float32(job.grey_levels), out=magnitude.view)
            magnitude.push_to_device()
            if on_device:
                model.custom_update("Reset")
            else:
                push_zeros(state)
            for _ in range(job.timesteps):
                model.step_time()
            output.pull_from_device()
            counts[number] = output.view
        seconds = perf_counter() - start
        if not on_device:
            return Outcome(seconds, [], counts)
        model.custom_update("Reset")
        for variable in totals:
            variable.pull_from_device()
        sums = [int(variable.view.sum(dtype=np.int64)) for variable in totals]
        return Outcome(seconds, sums, counts)

    return run
