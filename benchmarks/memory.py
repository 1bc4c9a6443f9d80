"""How much memory a model takes, and that it does not grow with the number of queued steps."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.entries import BATCH_SIZE
from benchmarks.machine import ask, say

#: Numbers of steps that are asked for before any result is read.
QUEUES = (1, 100, 10_000, 100_000)

#: What a model may take besides its state and weights, in bytes.
ALLOWANCE = 64 * 2**20


class Size(NamedTuple):
    """A network to measure: its layers, its batch size, and the longest queue to try."""

    title: str
    layers: tuple[int, ...]
    batch_size: int
    longest: int


#: Networks that differ in what takes the memory.
SIZES = (
    Size("tutorial", (784, 128, 10), BATCH_SIZE, QUEUES[-1]),
    Size("many batches", (784, 128, 10), 4096, 100),
    Size("many synapses", (5000, 5000, 10), 8, 100),
)


def measure(folder: Path, sizes: Sequence[Size] = SIZES) -> list[dict[str, Any]]:
    """Measure every network in both modes with all queues, each in a new process.

    Returns
    -------
    list of dict
        Bytes of the state and the weights, on the host and on the device, and by how much the peak
        of the process's memory grew from before the network was described to after its steps were
        run. Empty if the system does not report it.
    """
    if importlib.util.find_spec("resource") is None:
        say("memory is not measured: this system does not report how much a process has held")
        return []
    results = []
    for size in sizes:
        for optimize_code in (False, True):
            say(f"memory of {size.title}, {'optimised' if optimize_code else 'exact'}")
            for steps in (queue for queue in QUEUES if queue <= size.longest):
                settings = {
                    "layers": size.layers,
                    "batch_size": size.batch_size,
                    "optimize_code": optimize_code,
                    "steps": steps,
                }
                # The first process compiles, which takes memory of its own.
                if steps == QUEUES[0]:
                    ask("benchmarks.memory", settings, folder / "cache")
                measured = ask("benchmarks.memory", settings, folder / "cache")
                results.append({"title": size.title, **settings, **measured})
    return results


# --- In a new process -----------------------------------------------------------------------------


def _peak() -> int:
    """Return the most memory that this process has held so far, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():
        # What Linux says in `getrusage` may be the peak of the process that started this one.
        held = re.search(r"^VmHWM:\s*(\d+) kB$", status.read_text(encoding="utf-8"), re.MULTILINE)
        if held:
            return int(held[1]) * 1024
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _measure(
    layers: Sequence[int], batch_size: int, optimize_code: bool, steps: int
) -> dict[str, int]:
    from tutorial_helpers.models import build_classifier

    random = np.random.default_rng(1)
    # Positive, so that every layer spikes; the caller's copy is no part of what the model takes.
    weights = [
        random.random((pre, post), dtype=np.float32) / np.float32(pre)
        for pre, post in pairwise(layers)
    ]
    # What is only loaded when the first model is run is no part of a model either.
    tiny = build_classifier(
        [np.ones((2, 2), np.float32)], batch_size=2, optimize_code=optimize_code
    )
    tiny.model.step_time()
    tiny.populations[0].vars["V"].pull_from_device()
    before = _peak()
    network = build_classifier(weights, batch_size=batch_size, optimize_code=optimize_code)
    magnitude = network.source.vars["magnitude"]
    magnitude.view[:] = 1.0
    magnitude.push_to_device()
    for _ in range(steps):
        network.model.step_time()
    network.populations[-1].vars["SpikeCount"].pull_from_device()
    grown = _peak() - before
    # Of each neuron and image V, SpikeCount and a spike list; of each input its current.
    state = 4 * batch_size * (3 * sum(layers) + layers[0])
    # What users see and what kernels work on are two arrays, as with a GPU.
    copies = 2
    held = copies * (sum(matrix.nbytes for matrix in weights) + state)
    return {"bytes": held, "grown": grown}


def main() -> None:
    """Measure the network that the command line describes, and print it."""
    print(json.dumps(_measure(**json.loads(sys.argv[1]))))


if __name__ == "__main__":
    main()
