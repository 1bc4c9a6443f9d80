"""How close the kernel is to what the machine can do: a roofline.

Operations and bytes of an image are counted from a run. Every spike of a neuron adds its row of
weights: an addition for each target, of a weight that is read. Every step of every neuron adds its
input, compares, and resets. A kernel that keeps rows in registers or in the nearest cache for
several spikes reads fewer bytes than are counted here, and can come to lie above the slope of the
cache that holds all weights.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.job import Job, load_job
from benchmarks.machine import ask

SEED = 1

#: Number of images that is enough for a measurement.
IMAGES = 2000

#: Operations of a step of a neuron: add, compare, select.
OPERATIONS_PER_UPDATE = 3

#: Where weights can be when they are added.
PLACES = ("weights", "nearest", "registers")

#: What is measured of the engine: key, title, precision, whether optimised.
KERNELS = (
    ("exact", "exact", "float", False),
    ("optimised", "optimize_code", "float", True),
    ("double", "float64, exact", "double", False),
    ("double-optimised", "float64, optimize_code", "double", True),
)


def work(
    sizes: Sequence[int], spikes: Sequence[float], timesteps: int, itemsize: int
) -> dict[str, float]:
    """Count what an image takes.

    Parameters
    ----------
    sizes
        Neurons of each layer.
    spikes
        Spikes of each layer, for an image.
    timesteps
        Steps that an image is shown.
    itemsize
        Bytes of a weight or voltage.

    Returns
    -------
    dict
        ``rows`` of weights added; ``additions`` of weights, and the ``weight_bytes`` read for them;
        ``updates``, steps of neurons, and the ``state_bytes`` that those read and write: voltage
        and input, and the voltage again; ``operations`` and ``bytes`` in all.
    """
    rows = list(spikes[:-1])
    additions = sum(count * targets for count, targets in zip(rows, sizes[1:], strict=True))
    updates = float(timesteps * sum(sizes))
    weight_bytes, state_bytes = additions * itemsize, 3 * updates * itemsize
    return {
        "rows": sum(rows),
        "additions": additions,
        "weight_bytes": weight_bytes,
        "updates": updates,
        "state_bytes": state_bytes,
        "operations": additions + OPERATIONS_PER_UPDATE * updates,
        "bytes": weight_bytes + state_bytes,
    }


def least_seconds(counted: dict[str, float], rates: dict[str, float], weights_from: str) -> float:
    """Return the time of an image at the rates measured: weights added, then neurons updated.

    Parameters
    ----------
    counted
        From `work`.
    rates
        What the machine does in a second.
    weights_from
        Where weights are: ``"weights"``, the cache that holds all of them; ``"nearest"``, the
        nearest one; or ``"registers"``, where only additions take time.
    """
    if weights_from == "registers":
        adding = counted["additions"] / rates["additions"]
    else:
        adding = counted["weight_bytes"] / rates[weights_from]
    return adding + counted["updates"] / rates["updates"]


def measure(folder: Path, job: str, rounds: int) -> dict[str, Any]:
    """Measure ceilings and kernels in turn, on one thread and on all.

    Returns
    -------
    dict
        For each number of threads the median rates of `bandwidth.ceilings`, in single and double
        precision, and for each kernel what it does for an image, its median seconds for one, and
        what share of that it would need at the rates measured.
    """
    from numbagenn.runtime.threads import available_threads

    answers = {}
    for threads in sorted({1, available_threads()}):
        settings = {"job": str(folder / job), "rounds": rounds, "threads": threads}
        answers[str(threads)] = ask("benchmarks.roofline", settings, folder / "cache")
    return answers


# --- In a new process -----------------------------------------------------------------------------


def _measure(job: Job, rounds: int, threads: int) -> dict[str, Any]:
    from benchmarks.bandwidth import ceilings, rate
    from numbagenn import set_num_threads
    from tutorial_helpers.inference import classify
    from tutorial_helpers.models import build_classifier

    set_num_threads(threads)
    images = job.images[:IMAGES]
    shape = job.weights[0].shape
    found = {"float": ceilings(shape, np.float32), "double": ceilings(shape, np.float64)}
    rates: dict[str, dict[str, list[float]]] = {
        precision: {name: [] for name in named} for precision, named in found.items()
    }
    networks = {
        key: build_classifier(
            job.weights,
            batch_size=job.batch_size,
            threshold=job.threshold,
            precision=precision,
            optimize_code=optimize_code,
        )
        for key, _, precision, optimize_code in KERNELS
    }
    seconds: dict[str, list[float]] = {key: [] for key in networks}
    spikes: dict[str, tuple[int, ...]] = {}
    todo: list[str | tuple[str, str]] = [
        *networks,
        *((precision, name) for precision in found for name in found[precision]),
    ]
    shuffle = random.Random(SEED).shuffle
    for _ in range(rounds):
        shuffle(todo)
        for one in todo:
            if isinstance(one, tuple):
                precision, name = one
                rates[precision][name].append(rate(found[precision][name], threads))
                continue
            result = classify(networks[one], images, timesteps=job.timesteps)
            seconds[one].append(result.seconds / len(images))
            spikes[one] = result.spikes
    # The best of all rounds: a ceiling is what can be reached at all.
    best = {p: {name: max(all_of) for name, all_of in named.items()} for p, named in rates.items()}
    kernels = {}
    for key, title, precision, _ in KERNELS:
        itemsize = 4 if precision == "float" else 8
        per_image = [total / len(images) for total in spikes[key]]
        counted = work(job.sizes, per_image, job.timesteps, itemsize)
        least = {place: least_seconds(counted, best[precision], place) for place in PLACES}
        taken = median(seconds[key])
        kernels[key] = {
            "title": title,
            "precision": precision,
            "per_image": counted,
            "seconds_per_image": taken,
            "operations_per_second": counted["operations"] / taken,
            "operations_per_byte": counted["operations"] / counted["bytes"],
            "least_seconds": least,
            "share_of_bound": {place: bound / taken for place, bound in least.items()},
        }
    return {"rates": best, "kernels": kernels}


def main() -> None:
    """Measure what the command line asks for, and print it."""
    settings = json.loads(sys.argv[1])
    job = load_job(Path(settings["job"]))
    print(json.dumps(_measure(job, settings["rounds"], settings["threads"])))


if __name__ == "__main__":
    main()
