"""Brian2: the network as a C++ program of its own (`cpp_standalone`), one image after the other."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import brian2
import numpy as np
from brian2 import Network, NeuronGroup, SpikeMonitor, Synapses, TimedArray, second
from numpy.typing import NDArray

from benchmarks.job import Contestant, Job, Outcome

# A power of two, so that a clock that ticks once an image never falls out of step by rounding.
STEP = 2.0**-10 * second


def build(job: Job) -> Contestant:
    """Compile the program; the images and the time that they take are part of it."""
    brian2.set_device("cpp_standalone", build_on_run=False)
    brian2.prefs.core.default_float_dtype = np.float32
    brian2.defaultclock.dt = STEP
    shown = job.timesteps * STEP
    currents = np.divide(job.images, np.float32(job.grey_levels))
    names = {"threshold": job.threshold, "pixels": TimedArray(currents, dt=shown)}
    layers, parts = [], []
    for number, size in enumerate(job.sizes):
        layer = NeuronGroup(
            size,
            "V : 1\nIsyn : 1",
            threshold="V >= threshold",
            reset="V = 0",
            namespace=names,
            name=f"layer{number}",
        )
        arriving = "Isyn" if number else "pixels(t, i)"
        layer.run_regularly("V = 0", dt=shown, when="start")
        layer.run_regularly(f"V += {arriving}\nIsyn = 0", when="groups")
        layers.append(layer)
    for number, matrix in enumerate(job.weights):
        synapses = Synapses(
            layers[number],
            layers[number + 1],
            "w : 1",
            on_pre="Isyn_post += w",
            name=f"weights{number}",
        )
        synapses.connect()
        synapses.w = matrix.flatten()
        parts.append(synapses)
    totals = [SpikeMonitor(layer, record=False) for layer in layers]
    output = SpikeMonitor(layers[-1], name="output")
    network = Network(layers, parts, totals, output)
    # Resets come before the spikes are delivered, or they would wipe out what has just arrived.
    network.schedule = ["start", "groups", "thresholds", "resets", "synapses", "end"]
    network.run(len(job.images) * shown)
    brian2.device.build(directory=str(Path("program").absolute()), compile=True, run=False)

    def run(images: NDArray[np.uint8]) -> Outcome:
        if len(images) != len(job.images):
            raise ValueError(f"The program was built for {len(job.images)} images.")
        start = perf_counter()
        brian2.device.run()
        numbers = np.rint(np.asarray(output.t / STEP)).astype(np.int64) // job.timesteps
        counts = np.zeros((len(images), job.sizes[-1]), dtype=np.uint32)
        np.add.at(counts, (numbers, np.asarray(output.i)), 1)
        seconds = perf_counter() - start
        return Outcome(seconds, [int(monitor.num_spikes) for monitor in totals], counts)

    # The program starts again for each run, so that there is nothing to warm up.
    return Contestant({"brian2": brian2.__version__}, 1, run, warms_up=False)
