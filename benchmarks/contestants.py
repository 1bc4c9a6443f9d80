"""One contestant of the benchmark, in a process of its own: built once, then run on request.

``python contestants.py NAME FOLDER`` reads the job from the folder, builds the contestant and warms
it up. Then it speaks JSON, one object a line: it says ``{"build_seconds": ...}`` and answers each
line of its input with the seconds and spikes of a run over all images. The spike counts of the
output neurons go to ``counts.npy`` in its working directory.

Only NumPy is imported from the start, so that an interpreter with NumPy and PyGeNN can run PyGeNN.
"""

from __future__ import annotations

import importlib
import json
import os
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple, TextIO

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Job:
    """What every contestant has to do.

    Parameters
    ----------
    images
        Grey levels from 0 to 255, one image a row.
    weights
        One float32 matrix for each pair of layers.
    batch_size
        Images that the batched contestants classify side by side.
    timesteps
        Steps of 1 ms for which each image is shown.
    threshold
        Membrane voltage at which neurons spike.
    grey_levels
        Grey levels for an input current of 1 mV per step.
    """

    images: NDArray[np.uint8]
    weights: Sequence[NDArray[np.float32]]
    batch_size: int
    timesteps: int
    threshold: float
    grey_levels: float

    @property
    def sizes(self) -> list[int]:
        """Number of neurons of each layer."""
        return [len(self.weights[0]), *(matrix.shape[1] for matrix in self.weights)]


class Outcome(NamedTuple):
    """What one run over images gives: seconds, total spikes per layer, spikes per output neuron."""

    seconds: float
    spikes: list[int]
    counts: NDArray[np.uint32]


Run = Callable[[NDArray[np.uint8]], Outcome]


class Contestant(NamedTuple):
    """A contestant that is built: its versions, its threads if they are known, and how to run."""

    versions: dict[str, str]
    threads: int | None
    run: Run


def load_job(folder: Path) -> Job:
    """Read the job that `whole_test_set` wrote into a folder."""
    settings = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    layers = settings.pop("layers")
    weights = [np.load(folder / f"weights_{n}.npy", allow_pickle=False) for n in range(layers - 1)]
    return Job(np.load(folder / "images.npy", allow_pickle=False), weights, **settings)


# --- NumPy ----------------------------------------------------------------------------------------


def build_numpy(job: Job) -> Contestant:
    """Prepare dense matrix products: a batch of images is a matrix, and so are its spikes."""
    weights, threshold = job.weights, np.float32(job.threshold)

    def run(images: NDArray[np.uint8]) -> Outcome:
        totals = [0] * len(job.sizes)
        counts = np.zeros((len(images), job.sizes[-1]), dtype=np.uint32)
        start = perf_counter()
        for first in range(0, len(images), job.batch_size):
            batch = images[first : first + job.batch_size]
            current = np.divide(batch, np.float32(job.grey_levels))
            shapes = [(len(batch), size) for size in job.sizes]
            voltages = [np.zeros(shape, dtype=np.float32) for shape in shapes]
            inputs = [np.zeros(shape, dtype=np.float32) for shape in shapes]
            spikes = [np.zeros(shape, dtype=np.float32) for shape in shapes]
            fired = [np.zeros(shape, dtype=np.bool_) for shape in shapes]
            for _ in range(job.timesteps):
                # From the last layer to the first: each still finds the spikes of the step before
                # in the layer that it listens to, which is the step of delay.
                for layer in reversed(range(len(shapes))):
                    if layer:
                        np.matmul(spikes[layer - 1], weights[layer - 1], out=inputs[layer])
                    voltages[layer] += inputs[layer] if layer else current
                    np.greater_equal(voltages[layer], threshold, out=fired[layer])
                    np.copyto(spikes[layer], fired[layer])
                    # Sets to zero where there is a spike, much faster than a mask would.
                    voltages[layer] -= voltages[layer] * spikes[layer]
                    totals[layer] += int(np.count_nonzero(fired[layer]))
                counts[first : first + len(batch)] += fired[-1]
        return Outcome(perf_counter() - start, totals, counts)

    threads = os.environ.get("OPENBLAS_NUM_THREADS")
    versions = {"numpy": np.__version__, "BLAS": _blas()}
    return Contestant(versions, int(threads) if threads else None, run)


def _blas() -> str:
    """Return the name and version of the library that NumPy multiplies matrices with."""
    config: Any = np.show_config(mode="dicts")
    blas = config["Build Dependencies"]["blas"]
    return f"{blas.get('name', 'unknown')} {blas.get('version', '')}".strip()


# --- The bundled engine, in batches ---------------------------------------------------------------


def build_batched(job: Job) -> Contestant:
    """Build the network of the tutorials, whose images are classified in batches."""
    from tutorial_helpers.inference import classify
    from tutorial_helpers.models import build_classifier

    network = build_classifier(job.weights, batch_size=job.batch_size, threshold=job.threshold)

    def run(images: NDArray[np.uint8]) -> Outcome:
        start = perf_counter()
        result = classify(network, images, timesteps=job.timesteps)
        return Outcome(perf_counter() - start, list(result.spikes), result.counts)

    return Contestant(*_bundled(), run)


def _bundled() -> tuple[dict[str, str], int]:
    """Return the versions and the number of threads of the bundled engine."""
    import numba

    import tutorial_helpers
    from tutorial_helpers.engine import get_num_threads

    versions = {"tutorial_helpers": tutorial_helpers.__version__, "numba": numba.__version__}
    return versions, get_num_threads()


# --- PyGeNN and the bundled engine, one image at a time -------------------------------------------


def build_single(job: Job) -> Contestant:
    """Build the plain network on the bundled engine."""
    from tutorial_helpers import engine

    versions, _ = _bundled()
    # Threads share the images of a batch, and here is but one.
    return Contestant(versions, 1, one_at_a_time(engine, job))


def build_pygenn(job: Job) -> Contestant:
    """Build the plain network on the CPU backend of PyGeNN, with its compiler's optimisation on."""
    import pygenn

    run = one_at_a_time(pygenn, job, backend="single_threaded_cpu", optimize_code=True)
    return Contestant({"pygenn": pygenn.__version__}, 1, run)


def one_at_a_time(api: Any, job: Job, **preferences: Any) -> Run:
    """Build the network with the API of PyGeNN 5.4.0, and return how to run it.

    Spikes of an image's last step reach the next image: what would drop them on the device,
    `create_src_spike_count_var_ref`, is not in PyGeNN 5.4.0.

    Parameters
    ----------
    api
        The module `pygenn`, or one with its names.
    job
        What to build and run.
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
    model = api.GeNNModel("float", "whole_test_set", **preferences)
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
    totals = [population.vars["Total"] for population in populations]

    def start_again() -> None:
        """Bring the network to its first state, so that all runs give the same."""
        magnitude.view[:] = 0.0
        magnitude.push_to_device()
        model.custom_update("Reset")
        # Without input, a step for each layer of weights is enough for spikes in flight to end.
        for _ in job.weights:
            model.step_time()
        model.custom_update("Reset")
        for total in totals:
            total.view[:] = 0
            total.push_to_device()

    def run(images: NDArray[np.uint8]) -> Outcome:
        counts = np.zeros((len(images), job.sizes[-1]), dtype=np.uint32)
        start_again()
        start = perf_counter()
        for number, image in enumerate(images):
            np.divide(image, np.float32(job.grey_levels), out=magnitude.view)
            magnitude.push_to_device()
            model.custom_update("Reset")
            for _ in range(job.timesteps):
                model.step_time()
            output.pull_from_device()
            counts[number] = output.view
        seconds = perf_counter() - start
        model.custom_update("Reset")
        for total in totals:
            total.pull_from_device()
        return Outcome(seconds, [int(total.view.sum(dtype=np.int64)) for total in totals], counts)

    return run


# --- The conversation -----------------------------------------------------------------------------

CONTESTANTS: dict[str, Callable[[Job], Contestant]] = {
    "numpy": build_numpy,
    "batched": build_batched,
    "single": build_single,
    "pygenn": build_pygenn,
}

# Imported before the clock of the build starts.
MODULES = {
    "numpy": "numpy",
    "batched": "tutorial_helpers.inference",
    "single": "tutorial_helpers.engine",
    "pygenn": "pygenn",
}


def serve(name: str, folder: Path, answers: TextIO) -> None:
    """Build a contestant, say so, and run it once for each line of the input."""
    job = load_job(folder)
    importlib.import_module(MODULES[name])
    start = perf_counter()
    contestant = CONTESTANTS[name](job)
    build_seconds = perf_counter() - start
    contestant.run(job.images[: job.batch_size])
    versions = {"python": platform.python_version(), **contestant.versions}
    print(
        json.dumps(
            {"build_seconds": build_seconds, "versions": versions, "threads": contestant.threads}
        ),
        file=answers,
        flush=True,
    )
    for _ in sys.stdin:
        seconds, spikes, counts = contestant.run(job.images)
        np.save("counts.npy", counts)
        print(json.dumps({"seconds": seconds, "spikes": spikes}), file=answers, flush=True)


def main() -> None:
    """Serve the contestant that the command line names."""
    name, folder = sys.argv[1:]
    # Compilers write to the standard output, too: the answers keep it for themselves.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    try:
        serve(name, Path(folder), answers)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
