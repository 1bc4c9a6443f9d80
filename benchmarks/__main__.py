"""The command line: ``python -m benchmarks``."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import (
    cluster,
    costs,
    documents,
    figures,
    learning,
    memory,
    networks,
    report,
    roofline,
    rounds,
    scaling,
)
from benchmarks.entries import (
    BATCH_SIZE,
    LEARNING,
    NETWORKS,
    TUTORIAL,
    WIDE,
    WIDE_NEURONS,
    Entry,
    able,
    all_entries,
)
from benchmarks.environments import LIBRARIES, interpreters
from benchmarks.job import BenchmarkError, Job, Lesson, save_job, save_lesson, widened
from benchmarks.machine import ROOT, description, say
from tutorial_helpers.atomic_write import check_writable
from tutorial_helpers.command_line import Parser, integer, path, status_of
from tutorial_helpers.data import load_mnist, load_weights
from tutorial_helpers.models import GREY_LEVELS_PER_MILLIVOLT, THRESHOLD

RESULTS = ROOT / "benchmarks" / "results.json"
PARTS = ("speed", "costs", "memory", "scaling", "roofline", "learning", "networks", "cluster")
#: The parts about the tutorials' network, which belong together.
INFERENCE = ["speed", "costs", "memory", "scaling", "roofline"]
CLUSTER = "cluster"
TIMESTEPS = 100

#: Images for the network of ten times the synapses.
WIDE_IMAGES = 500

_DESCRIPTION = """\
Measure how fast numbagenn classifies the MNIST test set, beside NumPy, SciPy, PyTorch,
snnTorch, SpikingJelly, Norse, Brian2 and real PyGeNN, each where there is an interpreter that has
it; how its time grows; how close its kernel is to what the machine can do; what little things cost;
how fast a network learns, beside snnTorch and Norse; and how a Dask cluster scales.
benchmarks/README.md says how, and how to install the others."""

_EXAMPLES = """\
examples:
  python -m benchmarks                                  everything, printed
  python -m benchmarks --publish                        and stored, with figures and tables
  python -m benchmarks --only speed --contestants engine,pygenn
  python -m benchmarks --redraw                         figures and tables of the stored numbers"""


def names(known: Sequence[str]) -> Any:
    """Return how to read an option that takes some of the names known, with commas between."""

    def read(text: str) -> list[str]:
        chosen = text.split(",")
        for name in chosen:
            if name not in known:
                raise argparse.ArgumentTypeError(f"no '{name}' here; known: {', '.join(known)}")
        return chosen

    return read


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    keys = [entry.key for entry in all_entries()]
    parser = Parser(
        prog="python -m benchmarks",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--rounds", type=integer(), default=5, metavar="N", help="default: %(default)s"
    )
    parser.add_argument(
        "--images", type=integer(), metavar="N", help="only the first N images (default: all)"
    )
    parser.add_argument(
        "--only", type=names(PARTS), metavar="PART,...", help=f"some of {', '.join(PARTS)}"
    )
    parser.add_argument(
        "--contestants", type=names(keys), metavar="NAME,...", help=f"some of {', '.join(keys)}"
    )
    parser.add_argument(
        "--python",
        action="append",
        default=[],
        metavar="LIBRARY=PATH",
        help="interpreter that has a library: one of " + ", ".join(LIBRARIES),
    )
    parser.add_argument("--json", type=path, metavar="FILE", help="write all raw numbers there")
    parser.add_argument(
        "--publish",
        action="store_true",
        help="write benchmarks/results.json, the figures in docs/, and the tables of the READMEs",
    )
    parser.add_argument(
        "--redraw", action="store_true", help="measure nothing: publish what is stored"
    )
    return parser


def benchmark(arguments: argparse.Namespace) -> dict[str, Any]:
    """Measure what the command line asks for, and return it."""
    (images, labels), weights = load_mnist("test"), load_weights()
    wanted = arguments.images or len(images)
    if wanted > len(images):
        raise BenchmarkError(f"--images {wanted} is more than the {len(images)} of mnist-test.")
    found = interpreters(arguments.python)
    parts, count = arguments.only or PARTS, arguments.rounds
    chosen = [
        e for e in all_entries() if not arguments.contestants or e.key in arguments.contestants
    ]
    able_to_run, missing = able(chosen, found)
    if arguments.publish:
        _refuse_to_publish(arguments, missing)
    entries = [entry for entry in able_to_run if entry.job not in (LEARNING, NETWORKS)]
    wide = widened(weights, WIDE_NEURONS)
    jobs = {
        TUTORIAL: _job(images[:wanted], weights),
        WIDE: _job(images[: min(wanted, WIDE_IMAGES)], wide),
    }
    values: dict[str, Any] = {
        "dataset": "mnist-test",
        "date": date.today().isoformat(),
        "images": wanted,
        "timesteps": TIMESTEPS,
        "batch_size": BATCH_SIZE,
        "layers": jobs[TUTORIAL].sizes,
        "wide_layers": jobs[WIDE].sizes,
        "machine": description(),
        "rounds": count,
    }
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as name:
        folder = Path(name)
        for title, job in jobs.items():
            save_job(job, folder / title)
        if "speed" in parts:
            sizes = {title: len(job.images) for title, job in jobs.items()}
            values["orders"] = rounds.measure(entries, found, folder, sizes, count)
            ran = [entry for entry in entries if entry.seconds]
            values["left_out"] = [entry.key for entry in (*missing, *entries) if not entry.seconds]
            values |= report.speed(ran, labels)
        if "costs" in parts:
            say("timing little costs")
            values["costs"] = _costs(entries, found, folder, min(count, 3))
        if "memory" in parts:
            values["memory"] = memory.measure(folder)
        if "scaling" in parts:
            say("measuring how time grows")
            values["scaling"] = scaling.measure(folder, TUTORIAL, count)
        if "roofline" in parts:
            say("measuring the roofline")
            values["roofline"] = roofline.measure(folder, TUTORIAL, count)
        if "learning" in parts:
            learners = [entry for entry in able_to_run if entry.job == LEARNING]
            lesson = _lesson(arguments.images, jobs[TUTORIAL].sizes)
            save_lesson(lesson, folder / LEARNING)
            values["learning"] = {
                **learning.measure(learners, found, folder, min(count, 3)),
                "images": len(lesson.images),
                "date": values["date"],
                "machine": values["machine"],
            }
        if "networks" in parts:
            simulators = [entry for entry in able_to_run if entry.job == NETWORKS]
            _save_digits(folder / NETWORKS)
            values["networks"] = {
                **networks.measure(simulators, found, folder, count),
                "date": values["date"],
                "machine": values["machine"],
            }
        if CLUSTER in parts:
            measured = cluster.measure(count, cluster.TIMES * wanted)
            values[CLUSTER] = {**measured, "date": values["date"], "machine": values["machine"]}
    return values


def _save_digits(folder: Path) -> None:
    """Write the digits that the learning networks see into a folder, which is made."""
    images, labels = load_mnist("train")
    seen = networks.DIGITS
    folder.mkdir()
    np.savez(folder / "digits.npz", images=images[:seen], labels=labels[:seen])


def _refuse_to_publish(arguments: argparse.Namespace, missing: Sequence[Entry]) -> None:
    """Raise, before anything is measured, if the documents would lack what they show."""
    parts = arguments.only or list(PARTS)
    if arguments.contestants or parts not in (
        list(PARTS),
        INFERENCE,
        [LEARNING],
        [NETWORKS],
        [CLUSTER],
    ):
        raise BenchmarkError(
            "--publish needs all parts and contestants; leave out --only and --contestants. "
            f"Only these parts can be published without the others: {LEARNING}; {NETWORKS}; "
            f"{CLUSTER}; {','.join(INFERENCE)}."
        )
    for entry in missing:
        needed = entry.library == "pygenn" and parts not in ([LEARNING], [CLUSTER])
        if needed or (entry.job == LEARNING and LEARNING in parts):
            raise BenchmarkError(
                f"--publish needs {entry.library} to compare with; say with --python "
                f"{entry.library}=PATH which interpreter has it."
            )


def _lesson(images: int | None, sizes: Sequence[int]) -> Lesson:
    """Return what is learnt: MNIST's training images, or the first of them."""
    learnt, labels = load_mnist("train")
    tested, test_labels = load_mnist("test")
    return Lesson(
        learnt[:images],
        labels[:images],
        tested[:images],
        test_labels[:images],
        sizes=sizes,
        epochs=learning.EPOCHS,
        batch_size=BATCH_SIZE,
        timesteps=learning.TIMESTEPS,
        shift=learning.SHIFT,
        grey_levels=round(THRESHOLD * GREY_LEVELS_PER_MILLIVOLT),
    )


def _job(images: Any, weights: Any) -> Job:
    return Job(images, weights, BATCH_SIZE, TIMESTEPS, THRESHOLD, GREY_LEVELS_PER_MILLIVOLT)


def _costs(entries: Sequence[Entry], found: Any, folder: Path, repeats: int) -> dict[str, Any]:
    measured = costs.measure(entries, found, folder, repeats)
    return {**measured, "summary": costs.summary(measured)}


def stored() -> dict[str, Any]:
    """Return the numbers of the last run that was published."""
    values: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8"))
    return values


def publish(values: dict[str, Any]) -> None:
    """Write the figures and the tables of the READMEs."""
    figures.draw(values)
    documents.write(values)


def main() -> int:
    """Run the command line and return its exit status."""
    return status_of(_run)


def _run() -> None:
    arguments = parser().parse_args()
    if arguments.redraw:
        publish(stored())
        return
    if arguments.json:
        check_writable(arguments.json, "name another file with --json")
    values = benchmark(arguments)
    print(report.text(values))
    written = json.dumps(values, indent=1) + "\n"
    if arguments.json:
        arguments.json.write_text(written, encoding="utf-8")
    wrong = report.failures(values)
    if wrong:
        raise BenchmarkError(wrong[0])
    if arguments.publish:
        if arguments.only:  # then the other parts stay as they are
            if arguments.only != INFERENCE:
                values = {part: values[part] for part in arguments.only}
            values = stored() | values
            written = json.dumps(values, indent=1) + "\n"
        RESULTS.write_text(written, encoding="utf-8")
        publish(values)


if __name__ == "__main__":
    sys.exit(main())
