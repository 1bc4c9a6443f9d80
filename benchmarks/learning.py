"""How fast networks learn, and how well: each from random weights, epoch by epoch, in turn.

A contestant is a process of its own for each seed: ``python -m benchmarks.learning MODULE SETTINGS
FOLDER``, where FOLDER holds the lesson. It builds the network, and from then on learns for one
epoch for each line of its input, which it answers with the time and the accuracy that it reached.
"""

from __future__ import annotations

import importlib
import json
import platform
import random
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any, NamedTuple, TextIO

import numpy as np

from benchmarks.entries import BATCH_SIZE, Entry
from benchmarks.environments import Interpreter
from benchmarks.job import Learner, load_lesson
from benchmarks.machine import say
from benchmarks.rounds import SEED, start
from benchmarks.worker import main

EPOCHS = 5

#: Steps for which an image is shown, and pixels by which it may be shifted.
TIMESTEPS, SHIFT = 20, 1

#: The accuracy that contestants race to, in per cent: the first whole number that none of them
#: reaches in one epoch.
WANTED = 97.0

#: What is measured in each epoch.
MEASURED = ("accuracy", "seconds", "cpu_seconds")


def measure(
    entries: Sequence[Entry], found: Mapping[str, Interpreter], folder: Path, seeds: int
) -> dict[str, Any]:
    """Let every contestant learn once with each seed.

    Parameters
    ----------
    entries
        The contestants.
    found
        Interpreters by library.
    folder
        Folder with the lesson.
    seeds
        How many seeds.

    Returns
    -------
    dict
        The conditions, and as `results` what each contestant is, and of each seed the accuracy on
        the test set in per cent, the seconds, and the seconds of all processors together, as lists
        with an entry an epoch.
    """
    shuffle = random.Random(SEED).shuffle
    runs: dict[str, list[dict[str, Any]]] = {entry.key: [] for entry in entries}
    for seed in range(1, seeds + 1):
        for entry in entries:
            entry.settings["seed"] = seed
        with ExitStack() as stack:
            workers = start(entries, found, folder, stack, "benchmarks.learning")
            for worker in workers:
                built = {"build_seconds": worker.ready["build_seconds"]}
                runs[worker.entry.key].append({**built, **{name: [] for name in MEASURED}})
            for number in range(EPOCHS):
                say(f"seed {seed} of {seeds}, epoch {number + 1} of {EPOCHS}")
                shuffle(workers)
                for worker in workers:
                    answer, run = worker.ask("epoch"), runs[worker.entry.key][-1]
                    for name in MEASURED:
                        run[name].append(answer[name])
                    said = "{accuracy:.2f} % after {seconds:.1f} s".format(**answer)
                    say(f"{worker.entry.key}: {said}")
    return {
        "seeds": seeds,
        "epochs": EPOCHS,
        "timesteps": TIMESTEPS,
        "batch_size": BATCH_SIZE,
        "left_out": [entry.key for entry in entries if not runs[entry.key]],
        "results": [
            {
                "key": entry.key,
                "title": entry.title,
                "threads": entry.used_threads,
                "versions": entry.versions,
                "runs": runs[entry.key],
            }
            for entry in entries
            if runs[entry.key]
        ],
    }


class Summary(NamedTuple):
    """What came of a contestant: medians of all seeds.

    Parameters
    ----------
    first, last
        Accuracy on the test set after the first and the last epoch, in per cent.
    seconds, cpu_seconds
        Time of an epoch, and time of all processors together.
    seconds_to
        Time until the accuracy was at least the one asked for; None if it never was.
    """

    first: float
    last: float
    seconds: float
    cpu_seconds: float
    seconds_to: float | None


def summary(result: Mapping[str, Any], wanted: float) -> Summary:
    """Return the medians of one contestant.

    Parameters
    ----------
    result
        One of those that `measure` returns.
    wanted
        The accuracy to reach, in per cent.
    """
    runs = result["runs"]
    until = [_seconds_to(run, wanted) for run in runs]
    reached = median(until)
    return Summary(
        median(run["accuracy"][0] for run in runs),
        median(run["accuracy"][-1] for run in runs),
        median(seconds for run in runs for seconds in run["seconds"]),
        median(seconds for run in runs for seconds in run["cpu_seconds"]),
        None if reached == float("inf") else reached,
    )


def _seconds_to(run: Mapping[str, list[float]], wanted: float) -> float:
    total = 0.0
    for accuracy, seconds in zip(run["accuracy"], run["seconds"], strict=True):
        total += seconds
        if accuracy >= wanted:
            return total
    return float("inf")


# --- In a new process -----------------------------------------------------------------------------


def serve(name: str, settings: dict[str, Any], folder: Path, answers: TextIO) -> None:
    """Build a network, say so, and let it learn for one epoch for each line of the input."""
    lesson = load_lesson(folder)
    # Libraries are imported before the clock of the build starts.
    module = importlib.import_module(f"benchmarks.contestants.{name}")
    begin = perf_counter()
    # What compiles, or imports more, when it is first used does so in another network of its kind.
    batch = replace(lesson, images=lesson.images[:BATCH_SIZE], labels=lesson.labels[:BATCH_SIZE])
    module.build(batch, **settings).epoch()
    build_seconds = perf_counter() - begin
    learner: Learner = module.build(lesson, **settings)
    ready = {
        "build_seconds": build_seconds,
        "versions": {"python": platform.python_version(), **learner.versions},
        "threads": learner.threads,
    }
    print(json.dumps(ready), file=answers, flush=True)
    for _ in sys.stdin:
        begin, used = perf_counter(), process_time()
        learner.epoch()
        seconds, cpu_seconds = perf_counter() - begin, process_time() - used
        right = learner.predict(lesson.test_images) == lesson.test_labels
        measured = (100 * float(np.mean(right)), seconds, cpu_seconds)
        answer = dict(zip(MEASURED, measured, strict=True))
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main(serve)
