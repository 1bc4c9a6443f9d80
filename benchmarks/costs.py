"""The little costs: calls of `step_time`, the import, and building with and without a cache."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.entries import Entry
from benchmarks.environments import Interpreter
from benchmarks.job import BenchmarkError
from benchmarks.machine import ask, say
from benchmarks.rounds import Worker

#: Calls of `step_time` that are timed together.
CALLS = 500

#: What compiles, so that its time to build depends on what was compiled before. Brian2 compiles
#: again each time.
BUILT = ("engine-opt", "engine", "pygenn", "torch-compile", "brian2")

#: What the project aims for.
WANTED = {
    "step_time": 0.2e-6,
    "import": 0.5,
    "cold build": 1.5,
    "warm build": 0.3,
}


def measure(
    entries: Sequence[Entry], found: Mapping[str, Interpreter], folder: Path, repeats: int
) -> dict[str, Any]:
    """Measure all of them, each `repeats` times, in new processes.

    Parameters
    ----------
    entries
        All contestants that can take part.
    found
        Interpreters by library.
    folder
        Folder with the jobs, and for what is compiled.
    repeats
        How often.

    Returns
    -------
    dict
        Seconds: of a call of `step_time`, of the import, and of cold and warm builds.
    """
    cache = folder / "cache_of_costs"
    calls: dict[str, list[float]] = {"exact": [], "optimize_code": []}
    imports = []
    for _ in range(repeats):
        for mode, seconds in calls.items():
            settings = {"measure": "step_time", "optimize_code": mode == "optimize_code"}
            seconds.append(ask("benchmarks.costs", settings, cache)["seconds"])
        imports.append(ask("benchmarks.costs", {"measure": "import"}, cache)["seconds"])
    builds: dict[str, dict[str, list[float]]] = {}
    for entry in entries:
        if entry.key not in BUILT:
            continue
        say(f"timing builds of {entry.key}")
        builds[entry.key] = {"cold": [], "warm": []}
        for number in range(repeats if entry.library is None else 1):
            place = folder / "builds" / f"{entry.key}_{number}"
            try:
                for times in builds[entry.key].values():
                    with Worker(entry, folder, place) as worker:
                        times.append(worker.ready["build_seconds"])
            except BenchmarkError:
                if entry.library is None or found[entry.library].asked_for:
                    raise
                del builds[entry.key]
                break
    return {"step_time": calls, "import": imports, "builds": builds}


def summary(costs: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the medians that the project has an aim for, each with the aim, in seconds."""
    rows = [
        ("step_time", f"a call of step_time, {mode}", seconds)
        for mode, seconds in costs["step_time"].items()
    ]
    rows.append(("import", "import tutorial_helpers.pygenn", costs["import"]))
    for key, mode in (("engine", "exact"), ("engine-opt", "optimize_code")):
        for heat, seconds in costs["builds"][key].items():
            rows.append((f"{heat} build", f"{heat} build, {mode}", seconds))
    return [
        {"title": title, "seconds": median(seconds), "wanted": WANTED[kind]}
        for kind, title, seconds in rows
    ]


# --- In a new process -----------------------------------------------------------------------------


def _import_seconds() -> float:
    start = perf_counter()
    import tutorial_helpers.pygenn  # noqa: F401

    return perf_counter() - start


def _step_seconds(optimize_code: bool) -> float:
    """Return what one call takes before anything looks at the results, in a loop in a function."""
    from numbagenn import GeNNModel, create_neuron_model

    cell = create_neuron_model("cell", vars=[("V", "scalar")], sim_code="V += 1.0;")
    model = GeNNModel("float", "steps", optimize_code=optimize_code)
    voltage = model.add_neuron_population("cells", 1, cell, {}, {"V": 0.0}).vars["V"]
    model.build()
    model.load()
    best = float("inf")
    for _ in range(200):
        start = perf_counter()
        for _ in range(CALLS):
            model.step_time()
        best = min(best, perf_counter() - start)
        voltage.pull_from_device()
    return best / CALLS


def main() -> None:
    """Measure what the command line asks for, and print it."""
    settings = json.loads(sys.argv[1])
    if settings["measure"] == "import":
        seconds = _import_seconds()
    else:
        seconds = _step_seconds(settings["optimize_code"])
    print(json.dumps({"seconds": seconds}))


if __name__ == "__main__":
    main()
