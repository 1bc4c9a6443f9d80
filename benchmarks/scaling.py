"""How time grows with the images, steps, width, spikes, batch size and threads, in both modes."""

from __future__ import annotations

import json
import math
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.entries import BATCH_SIZE
from benchmarks.job import Job, load_job, widened
from benchmarks.machine import ask

SEED = 1
MODES = {"exact": False, "optimised": True}


class Point(NamedTuple):
    """What is run once in a round: the job of the tutorials, with one change for its axis."""

    axis: str
    value: float
    images: int
    steps: int = 100
    width: int = 128
    brightness: float = 1.0
    batch_size: int = BATCH_SIZE
    threads: int = 1


def points(images: int, timesteps: int, threads: int) -> list[Point]:
    """Return all points, given what there is at most."""
    some = min(images, 2000)
    halves = sorted({max(1, images // 2**power) for power in range(5)})
    widths = [64, 128, 256, 512, 1024]
    steps = sorted({max(1, timesteps * part // 8) for part in (1, 2, 4, 8, 16, 32)})
    return [
        *(Point("images", number, number) for number in halves),
        *(Point("steps", number, some, steps=number) for number in steps),
        *(Point("width", number, min(some, 1000), width=number) for number in widths),
        *(
            Point("brightness", factor, some, brightness=factor)
            for factor in (0.125, 0.25, 0.5, 1.0, 2.0, 8.0)
        ),
        *(
            Point("batch", 4**power, some, batch_size=4**power, threads=threads)
            for power in range(6)
        ),
        *(Point("threads", number, some, threads=number) for number in range(1, threads + 1)),
    ]


def measure(folder: Path, job: str, rounds: int) -> dict[str, Any]:
    """Run all points in both modes, in rounds, each in an order of its own.

    Parameters
    ----------
    folder
        Folder with the jobs.
    job
        Name of the job.
    rounds
        How often each point is run.

    Returns
    -------
    dict
        For each axis and mode the values, median seconds per image, and spikes that are delivered
        per image, and how time grows from the middle of the axis to its end: as which power.
    """
    settings = {"job": str(folder / job), "rounds": rounds}
    answer = ask("benchmarks.scaling", settings, folder / "cache")
    for axis in answer.values():
        for mode in MODES:
            axis[mode]["growth"] = growth(axis["values"], axis[mode]["seconds_per_image"])
    return answer


def growth(values: Sequence[float], seconds: Sequence[float]) -> float:
    """Return the power with which seconds grow with values, from the middle to the end.

    1 is in proportion; 0 does not grow at all.
    """
    middle = (len(values) - 1) // 2
    if len(values) < 2 or values[middle] == values[-1]:
        return 0.0
    return math.log(seconds[-1] / seconds[middle]) / math.log(values[-1] / values[middle])


# --- In a new process -----------------------------------------------------------------------------


def _lit(images: NDArray[np.uint8], brightness: float) -> NDArray[np.uint8]:
    lit: NDArray[np.uint8] = np.clip(images * brightness, 0, 255).astype(np.uint8)
    return lit


def run_points(job: Job, rounds: int, chosen: Sequence[Point]) -> dict[str, Any]:
    """Run points in this process, in both modes, and return what `measure` does, without growth."""
    from numbagenn import set_num_threads
    from tutorial_helpers.inference import classify
    from tutorial_helpers.models import Classifier, build_classifier

    networks: dict[tuple[int, int, str], Classifier] = {}
    todo = [(point, mode) for point in chosen for mode in MODES]
    seconds: dict[tuple[Point, str], list[float]] = {one: [] for one in todo}
    delivered: dict[tuple[Point, str], float] = {}
    for point, mode in todo:
        key = (point.width, point.batch_size, mode)
        if key not in networks:
            networks[key] = build_classifier(
                widened(job.weights[:2], point.width),
                batch_size=point.batch_size,
                threshold=job.threshold,
                optimize_code=MODES[mode],
            )
    shuffle = random.Random(SEED).shuffle
    for _ in range(rounds):
        shuffle(todo)
        for point, mode in todo:
            set_num_threads(point.threads)
            images = _lit(job.images[: point.images], point.brightness)
            network = networks[point.width, point.batch_size, mode]
            result = classify(network, images, timesteps=point.steps)
            seconds[point, mode].append(result.seconds / point.images)
            delivered[point, mode] = sum(result.spikes[:-1]) / point.images
    answer: dict[str, Any] = {}
    for (point, mode), times in seconds.items():
        axis = answer.setdefault(point.axis, {"values": [], "threads": point.threads})
        of_mode = axis.setdefault(mode, {"seconds_per_image": [], "spikes_per_image": []})
        if mode == "exact":
            axis["values"].append(point.value)
        of_mode["seconds_per_image"].append(median(times))
        of_mode["spikes_per_image"].append(delivered[point, mode])
    if "brightness" in answer:
        # What counts about brightness is how often neurons spike.
        spikes = answer["spikes"] = answer.pop("brightness")
        spikes["values"] = spikes["exact"]["spikes_per_image"]
    return answer


def main() -> None:
    """Measure what the command line asks for, and print it."""
    from numbagenn.runtime.threads import available_threads

    settings = json.loads(sys.argv[1])
    job = load_job(Path(settings["job"]))
    chosen = points(len(job.images), job.timesteps, available_threads())
    print(json.dumps(run_points(job, settings["rounds"], chosen)))


if __name__ == "__main__":
    main()
