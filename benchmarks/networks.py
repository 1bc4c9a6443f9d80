"""The classic networks, simulated by plain scripts: how fast, and how long it takes to build them.

A contestant is a process of its own for each network: ``python -m benchmarks.networks MODULE
SETTINGS FOLDER``, where FOLDER holds the digits that some learn from. It builds the network with
empty caches, and from then on simulates one run for each line of its input.
"""

from __future__ import annotations

import importlib
import json
import os
import platform
import random
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any, NamedTuple, TextIO

import numpy as np

from benchmarks.entries import Entry
from benchmarks.environments import Interpreter
from benchmarks.job import Simulation
from benchmarks.machine import say
from benchmarks.rounds import SEED, start
from benchmarks.worker import main

#: Titles of the networks.
TITLES = {
    "cuba": "CUBA, 4,000 neurons",
    "cuba-20000": "CUBA, 20,000 neurons",
    "coba": "COBA, 4,000 neurons",
    "brunel": "Brunel, 5,000 neurons",
    "izhikevich-dense": "Izhikevich, dense, 1,000 neurons",
    "izhikevich-sparse": "Izhikevich, sparse, 10,000 neurons",
    "potjans": "Potjans and Diesmann, a tenth",
    "stdp": "STDP, 100,000 synapses",
    "event-prop": "EventProp, one digit at a time",
    "e-prop": "e-prop, one digit at a time",
}

#: The network that is large enough for threads to share it.
SHARED = "cuba-20000"

#: Networks that Brian2 does not simulate here: most would be long to write.
NOT_IN_BRIAN2 = (SHARED, "potjans", "event-prop", "e-prop")

#: Digits that the learning networks see in each run.
DIGITS = 200

#: By how much all spikes of a network may differ from PyGeNN's: numbers are drawn, or sums rounded,
#: in another way, and most of these networks are chaotic.
TOLERANCE = 0.05

#: What is measured in each run.
MEASURED = ("seconds", "cpu_seconds", "spikes")


def takes_part(entry: Entry, network: str) -> bool:
    """Return whether a contestant simulates a network: more threads only one that is shared."""
    if entry.threads is None:
        return network == SHARED
    return entry.library != "brian2" or network not in NOT_IN_BRIAN2


def measure(
    entries: Sequence[Entry], found: Mapping[str, Interpreter], folder: Path, rounds: int
) -> dict[str, Any]:
    """Build every network with every contestant, and simulate it in turn.

    Parameters
    ----------
    entries
        The contestants.
    found
        Interpreters by library.
    folder
        Folder with the digits.
    rounds
        How often each simulates a network, after a run that is not measured.

    Returns
    -------
    dict
        The conditions, and as `results` what each contestant took for each network, with an entry
        a round in the lists of what was measured; and as `handover_seconds`, for each round of the
        network that threads share, how long one of them waits for what another one writes.
    """
    # This module also runs where numbagenn is not installed.
    from benchmarks.handover import handover_seconds

    shuffle = random.Random(SEED).shuffle
    results, handovers = [], []
    for network in TITLES:
        chosen = [entry for entry in entries if takes_part(entry, network)]
        for entry in chosen:
            entry.settings["network"] = network
        with ExitStack() as stack:
            cache = folder / "built" / network
            workers = start(chosen, found, folder, stack, "benchmarks.networks", cache)
            runs: dict[str, list[dict[str, Any]]] = {worker.entry.key: [] for worker in workers}
            for _ in range(1 + rounds):
                if network == SHARED:
                    handovers.append(handover_seconds())
                shuffle(workers)
                for worker in workers:
                    runs[worker.entry.key].append(worker.ask("run"))
            for worker in sorted(workers, key=lambda worker: chosen.index(worker.entry)):
                ready, measured = worker.ready, runs[worker.entry.key][1:]
                results.append(
                    {
                        "network": network,
                        "key": worker.entry.key,
                        "title": worker.entry.title,
                        **ready,
                        **{name: [run[name] for run in measured] for name in MEASURED},
                    }
                )
                say(
                    f"{network}, {worker.entry.key}: {_speed(results[-1]):.3f} CPU seconds a second"
                )
    return {"rounds": rounds, "results": results, "handover_seconds": handovers[1:]}


# --- What was measured, put together --------------------------------------------------------------


def _speed(result: dict[str, Any], name: str = "cpu_seconds") -> float:
    """Return the seconds that one second of a network took."""
    return float(median(result[name]) / result["model_seconds"])


def _of(measured: dict[str, Any], network: str) -> dict[str, dict[str, Any]]:
    """Return the results of a network by contestant, without the prefix that all names have."""
    return {
        result["key"].removeprefix("networks-"): result
        for result in measured["results"]
        if result["network"] == network
    }


def ratio(result: dict[str, Any], slow: dict[str, Any]) -> float:
    """Return how many times as fast as another a contestant is: the median of all rounds."""
    pairs = zip(result["cpu_seconds"], slow["cpu_seconds"], strict=True)
    return float(median(other / own for own, other in pairs))


def other_spikes(result: dict[str, Any], reference: dict[str, Any]) -> float | None:
    """Return by what share all spikes differ from those of another; None if no count differs."""
    if result["spikes"] == reference["spikes"]:
        return None
    own, other = (int(np.sum(one["spikes"])) for one in (result, reference))
    return own / other - 1


class Comparison(NamedTuple):
    """One network in numbers: those of contestants that did not take part are None.

    Parameters
    ----------
    network
        Its name.
    speeds
        CPU seconds of numbagenn, exact and optimised, PyGeNN and Brian2, for a second of it.
    ratios
        Speeds of numbagenn, exact and optimised, PyGeNN's being 1.
    builds
        CPU seconds until the first step, of numbagenn, PyGeNN and Brian2.
    spikes
        By what share numbagenn's spikes, exact and optimised, and Brian2's differ from PyGeNN's;
        None if all counts are equal.
    """

    network: str
    speeds: tuple[float | None, ...]
    ratios: tuple[float | None, ...]
    builds: tuple[float | None, ...]
    spikes: dict[str, float | None]


def compared(measured: dict[str, Any]) -> list[Comparison]:
    """Return all networks in numbers."""
    rows = []
    for network in TITLES:
        results = _of(measured, network)
        engines, pygenn = ("engine-1", "engine-opt-1"), results.get("pygenn")
        rows.append(
            Comparison(
                network,
                tuple(
                    _speed(results[key]) if key in results else None
                    for key in (*engines, "pygenn", "brian2")
                ),
                tuple(
                    ratio(results[key], pygenn) if pygenn and key in results else None
                    for key in engines
                ),
                tuple(
                    results[key]["build_cpu_seconds"] if key in results else None
                    for key in ("engine-1", "pygenn", "brian2")
                ),
                {
                    key: other_spikes(results[key], pygenn)
                    for key in (*engines, "brian2")
                    if pygenn and key in results
                },
            )
        )
    return rows


def failures(measured: dict[str, Any]) -> list[str]:
    """Return where numbagenn spikes too often or too rarely, and threads that change spikes."""
    wrong = [
        f"{key} has {_difference(share)} spikes in {row.network}, PyGeNN being 0; at most "
        f"{100 * TOLERANCE:g} % are tolerated."
        for row in compared(measured)
        for key, share in row.spikes.items()
        if key != "brian2" and share is not None and abs(share) > TOLERANCE
    ]
    shared = _of(measured, SHARED)
    for key in ("engine", "engine-opt"):
        one, more = shared.get(f"{key}-1"), shared.get(key)
        if one and more and one["spikes"] != more["spikes"]:
            wrong.append(f"{key} has other spikes than on one thread. They have to be identical.")
    return wrong


def slower(measured: dict[str, Any]) -> list[str]:
    """Return the networks that numbagenn does not simulate as fast as PyGeNN, in some mode."""
    return [
        row.network
        for row in compared(measured)
        if any(times is not None and times < 1 for times in row.ratios)
    ]


def _cell(number: float | None, digits: int) -> str:
    return "" if number is None else f"{number:.{digits}f}"


def _difference(share: float | None) -> str:
    return "equal" if share is None else f"{100 * share:+.1f} %"


def rows(measured: dict[str, Any]) -> list[tuple[str, ...]]:
    """Return what a second of each network took, below a row that says what is what."""
    head = (
        "CPU s for a second of the network",
        "numbagenn",
        "numbagenn, optimize_code",
        "PyGeNN, optimize_code",
        "Brian2",
        "times PyGeNN",
        "times PyGeNN, optimize_code",
        "other spikes",
        "other spikes, optimize_code",
        "other spikes, Brian2",
    )
    found = compared(measured)
    return [
        head,
        *(
            (
                TITLES[row.network],
                *(_cell(speed, 3) for speed in row.speeds),
                *(_cell(times, 1) for times in row.ratios),
                *(
                    _difference(row.spikes[key]) if key in row.spikes else ""
                    for key in ("engine-1", "engine-opt-1", "brian2")
                ),
            )
            for row in found
        ),
    ]


def build_rows(measured: dict[str, Any]) -> list[tuple[str, ...]]:
    """Return what building took, below a row that says what is what."""
    head = ("CPU s until the first step, from empty caches", "numbagenn", "PyGeNN", "Brian2")
    return [
        head,
        *(
            (TITLES[row.network], *(_cell(seconds, 1) for seconds in row.builds))
            for row in compared(measured)
        ),
    ]


def thread_rows(measured: dict[str, Any]) -> list[tuple[str, ...]]:
    """Return how the network that threads share grows faster with them."""
    shared = _of(measured, SHARED)
    lines: list[tuple[str, ...]] = [
        (f"seconds for a second of {TITLES[SHARED]}", "exact", "optimize_code")
    ]
    for suffix in ("-1", ""):
        keys = f"engine{suffix}", f"engine-opt{suffix}"
        both = [shared[key] for key in keys if key in shared]
        if len(both) == len(keys):
            number = both[0]["threads"]
            title = f"numbagenn, {number} thread{'s' if number > 1 else ''}"
            lines.append((title, *(_cell(_speed(result, "seconds"), 3) for result in both)))
    return lines


def lost(measured: dict[str, Any]) -> float:
    """Return the share of seconds on one thread that the processor spent with something else."""
    one = _of(measured, SHARED).get("engine-1")
    return 1 - _speed(one) / _speed(one, "seconds") if one else 0.0


TABLES = (rows, build_rows, thread_rows)


# --- In a new process -----------------------------------------------------------------------------


def _cpu_seconds() -> float:
    """Return the time of this process and of the compilers that it has run."""
    times = os.times()
    return process_time() + times.children_user + times.children_system


def serve(name: str, settings: dict[str, Any], folder: Path, answers: TextIO) -> None:
    """Build a network, say so, and simulate one run for each line of the input."""
    # Libraries are imported before the clock of the build starts.
    module = importlib.import_module(f"benchmarks.contestants.{name}")
    importlib.import_module(settings.get("api", module.__name__))
    begin, used = perf_counter(), _cpu_seconds()
    simulation: Simulation = module.build(folder, **settings)
    ready = {
        "build_seconds": perf_counter() - begin,
        "build_cpu_seconds": _cpu_seconds() - used,
        "model_seconds": simulation.model_seconds,
        "versions": {"python": platform.python_version(), **simulation.versions},
        "threads": simulation.threads,
    }
    print(json.dumps(ready), file=answers, flush=True)
    for _ in sys.stdin:
        measured = simulation.run()
        print(json.dumps(measured._asdict()), file=answers, flush=True)


if __name__ == "__main__":
    main(serve)
