"""Time the whole-test-set job: bundled engine, plain NumPy, and real PyGeNN where there is one.

All contestants run in turn on one machine, in rounds and in an order that is drawn anew for each
round, so that whatever else slows the machine slows all of them. The README beside this file says
what is measured and how to read it.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tutorial_helpers.data import Dataset

ROOT = Path(__file__).resolve().parents[1]
CONTESTANTS = Path(__file__).with_name("contestants.py")
BATCH_SIZE, TIMESTEPS, SEED = 128, 100, 1

# How the bundled engine and the libraries behind NumPy are told their number of threads.
THREAD_SETTINGS = (
    "TUTORIAL_THREADS",
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


class BenchmarkError(Exception):
    """Something that keeps the benchmark from running, in one sentence."""


@dataclass
class Entry:
    """One contestant and what was measured of it.

    Parameters
    ----------
    key
        Short name, for files.
    title
        Name in the table.
    kind
        What `contestants.py` calls it.
    batch_size
        Images that it classifies side by side.
    python
        Interpreter that runs it.
    threads
        Threads that it is told to use; None for its default.
    optional
        Whether to go on without it if it cannot be built.
    """

    key: str
    title: str
    kind: str
    batch_size: int
    python: str = sys.executable
    threads: int | None = None
    optional: bool = False
    first_build_seconds: float = 0.0
    build_seconds: float = 0.0
    versions: dict[str, str] = field(default_factory=dict)
    used_threads: int | None = None
    seconds: list[float] = field(default_factory=list)
    spikes: list[int] = field(default_factory=list)
    counts: NDArray[np.uint32] = field(default_factory=lambda: np.zeros((0, 0), dtype=np.uint32))


class Worker:
    """The process of a contestant; it is built when the constructor returns."""

    def __init__(self, entry: Entry, folder: Path) -> None:
        self.entry = entry
        # PyGeNN puts generated code into the working directory, the bundled engine into its cache:
        # both begin with nothing here.
        self.directory = folder / entry.key
        self.directory.mkdir(exist_ok=True)
        environment = {
            **{name: value for name, value in os.environ.items() if name not in THREAD_SETTINGS},
            "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))),
            "TUTORIAL_BACKEND": "bundled",
            "TUTORIAL_CACHE_DIR": str(self.directory / "cache"),
        }
        if entry.threads:
            environment |= dict.fromkeys(THREAD_SETTINGS, str(entry.threads))
        try:
            with (self.directory / "log.txt").open("wb") as log:
                self.process = subprocess.Popen(
                    [entry.python, str(CONTESTANTS), entry.kind, str(folder)],
                    cwd=self.directory,
                    env=environment,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    encoding="utf-8",
                )
        except OSError as error:
            raise BenchmarkError(
                f"{entry.title}: cannot start {entry.python} ({error})."
            ) from error
        try:
            self.ready = self._receive()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _receive(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            status = self.process.wait()
            log = (self.directory / "log.txt").read_text(encoding="utf-8", errors="replace")
            said = log.strip().splitlines()
            raise BenchmarkError(
                f"{self.entry.title} ended with status {status}: {said[-1] if said else 'no word'}"
            )
        answer: dict[str, Any] = json.loads(line)
        return answer

    def run(self) -> None:
        """Run the contestant over all images, and keep what it measured."""
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):  # the missing answer tells more about what happened
            print("run", file=self.process.stdin, flush=True)
        answer = self._receive()
        counts = np.load(self.directory / "counts.npy", allow_pickle=False)
        entry = self.entry
        if entry.seconds and (entry.spikes, entry.counts.tobytes()) != (
            answer["spikes"],
            counts.tobytes(),
        ):
            raise BenchmarkError(f"{entry.title} gave other spikes than in the round before.")
        entry.seconds.append(answer["seconds"])
        entry.spikes, entry.counts = answer["spikes"], counts

    def close(self) -> None:
        """End the process and wait for its end."""
        self.process.communicate()


# --- Running --------------------------------------------------------------------------------------


def entries(pygenn_python: str | None) -> list[Entry]:
    """Return all contestants that can take part."""
    engine, numpy = f"bundled engine, batches of {BATCH_SIZE}", f"NumPy, batches of {BATCH_SIZE}"
    found = [
        Entry("engine", engine, "batched", BATCH_SIZE),
        Entry("engine-1", engine, "batched", BATCH_SIZE, threads=1),
        Entry("engine-single", "bundled engine, one at a time", "single", 1),
        Entry("numpy", numpy, "numpy", BATCH_SIZE),
        Entry("numpy-1", numpy, "numpy", BATCH_SIZE, threads=1),
    ]
    if pygenn_python is not None:
        found.append(Entry("pygenn", "PyGeNN, one at a time", "pygenn", 1, pygenn_python))
    elif importlib.util.find_spec("pygenn") is not None:
        title = "PyGeNN, one at a time"
        found.append(Entry("pygenn", title, "pygenn", 1, sys.executable, optional=True))
    return found


def write_job(
    folder: Path, images: NDArray[np.uint8], weights: Sequence[NDArray[np.float32]]
) -> None:
    """Write what contestants read, as files that need nothing but NumPy."""
    from tutorial_helpers.models import GREY_LEVELS_PER_MILLIVOLT, THRESHOLD

    np.save(folder / "images.npy", images)
    for number, matrix in enumerate(weights):
        np.save(folder / f"weights_{number}.npy", matrix)
    settings = {
        "layers": len(weights) + 1,
        "batch_size": BATCH_SIZE,
        "timesteps": TIMESTEPS,
        "threshold": THRESHOLD,
        "grey_levels": GREY_LEVELS_PER_MILLIVOLT,
    }
    (folder / "job.json").write_text(json.dumps(settings), encoding="utf-8")


def measure(found: Sequence[Entry], folder: Path, rounds: int) -> list[list[str]]:
    """Build every contestant, run all rounds, and return the order of each round."""
    shuffle = random.Random(SEED).shuffle
    orders = []
    with ExitStack() as stack:
        workers = []
        for entry in found:
            say(f"building {entry.key}")
            try:
                with Worker(entry, folder) as first:
                    entry.first_build_seconds = first.ready["build_seconds"]
                # Once more in the same place, which now holds what the first time has compiled.
                worker = stack.enter_context(Worker(entry, folder))
            except BenchmarkError as error:
                if not entry.optional:
                    raise
                say(f"left out: {error}")
                continue
            entry.build_seconds = worker.ready["build_seconds"]
            entry.versions = worker.ready["versions"]
            entry.used_threads = worker.ready["threads"]
            workers.append(worker)
        for number in range(rounds):
            shuffle(workers)
            for worker in workers:
                worker.run()
            times = ", ".join(f"{w.entry.key} {w.entry.seconds[-1]:.2f}" for w in workers)
            say(f"round {number + 1} of {rounds}, seconds: {times}")
            orders.append([worker.entry.key for worker in workers])
    return orders


def say(text: str) -> None:
    """Report progress, beside the results."""
    print(text, file=sys.stderr, flush=True)


# --- Reporting ------------------------------------------------------------------------------------


def ratios(entry: Entry, baseline: Entry) -> list[float]:
    """Return the speed of an entry, that of the baseline in the same round being 1."""
    return [base / own for own, base in zip(entry.seconds, baseline.seconds, strict=True)]


def compare(first: Entry, second: Entry) -> dict[str, Any]:
    """Tell for how many images two entries count other output spikes or give other answers."""
    answers = first.counts.argmax(axis=1) != second.counts.argmax(axis=1)
    return {
        "first": first.key,
        "second": second.key,
        "identical": bool((first.counts == second.counts).all()) and first.spikes == second.spikes,
        "images_with_other_counts": int((first.counts != second.counts).any(axis=1).sum()),
        "images_with_other_answers": int(answers.sum()),
        "other_spikes": [b - a for a, b in zip(first.spikes, second.spikes, strict=True)],
    }


def cpu_name() -> str:
    """Return what the machine calls its processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def report(
    found: Sequence[Entry],
    dataset: Dataset,
    labels: NDArray[np.uint8],
    sizes: Sequence[int],
    orders: list[list[str]],
) -> dict[str, Any]:
    """Put together all that was measured."""
    by_key = {entry.key: entry for entry in found}
    baseline = by_key.get("pygenn", by_key["numpy"])
    pairs = [
        ("engine", "engine-1"),
        ("engine", "numpy"),
        ("engine", "engine-single"),
        ("engine-single", "pygenn"),
    ]
    results = []
    for entry in found:
        speed = ratios(entry, baseline)
        results.append(
            {
                "key": entry.key,
                "title": entry.title,
                "batch_size": entry.batch_size,
                "threads": entry.used_threads,
                "versions": entry.versions,
                "first_build_seconds": entry.first_build_seconds,
                "build_seconds": entry.build_seconds,
                "seconds": entry.seconds,
                "median_seconds": median(entry.seconds),
                "images_per_second": len(labels) / median(entry.seconds),
                "ratios": speed,
                "median_ratio": median(speed),
                "accuracy": 100 * float(np.mean(entry.counts.argmax(axis=1) == labels)),
                "spikes": entry.spikes,
            }
        )
    return {
        "dataset": dataset.name,
        "notice": dataset.notice,
        "images": len(labels),
        "timesteps": TIMESTEPS,
        "layers": list(sizes),
        "rounds": len(orders),
        "orders": orders,
        "cpu": cpu_name(),
        "processors": os.cpu_count(),
        "platform": f"{platform.system()} {platform.machine()}",
        "baseline": baseline.key,
        "results": results,
        "comparisons": [
            compare(by_key[first], by_key[second]) for first, second in pairs if second in by_key
        ],
    }


def print_report(values: dict[str, Any]) -> None:
    """Print the table, what it was measured with, and whether the spikes agree."""
    results = values["results"]
    base = "PyGeNN" if values["baseline"] == "pygenn" else "NumPy"
    layers = "-".join(map(str, values["layers"]))
    print(
        f"{values['dataset']}: {values['images']:,} images, {values['timesteps']} steps, {layers}"
    )
    if values["notice"]:
        print(f"Note: {values['notice']}")
    print()
    heads = ["", "name", "threads", "images/s", "seconds (range)", "accuracy %", "build s"]
    rows = [(*heads[:-1], f"{base} = 1", heads[-1])]
    for result in results:
        low, high = min(result["seconds"]), max(result["seconds"])
        threads = result["threads"]
        rows.append(
            (
                result["title"],
                result["key"],
                "default" if threads is None else str(threads),
                f"{result['images_per_second']:,.0f}",
                f"{result['median_seconds']:.2f} ({low:.2f}-{high:.2f})",
                f"{result['accuracy']:.2f}",
                f"{result['median_ratio']:.2f}",
                f"{result['first_build_seconds']:.2f}, {result['build_seconds']:.2f}",
            )
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row[:2], widths[:2], strict=True)]
        cells += [cell.rjust(width) for cell, width in zip(row[2:], widths[2:], strict=True)]
        print("  ".join(cells))
    print()
    print(
        f"Medians of {values['rounds']} interleaved rounds. {base} = 1: speed, the median of the "
        "ratios within each round."
    )
    print("build s: for the first time, and again with what was compiled then.")
    if base == "PyGeNN":
        print("PyGeNN: single-threaded CPU backend with optimize_code=True.")
    print(f"{values['cpu']}, {values['processors']} processors, {values['platform']}")
    used: dict[str, None] = {}
    for result in results:
        used.update({f"{name} {version}": None for name, version in result["versions"].items()})
    print(", ".join(used))
    print()
    for pair in values["comparisons"]:
        print(f"check: {comparison(pair, values['images'])}")
    if values["baseline"] != "pygenn":
        print("check: no PyGeNN here, so nothing was compared with it.")


def comparison(pair: dict[str, Any], images: int) -> str:
    """Put the comparison of two contestants into words."""
    what = f"{pair['first']} and {pair['second']}"
    if pair["identical"]:
        return (
            f"{what}: identical, output spikes of all {images:,} images and totals of all layers."
        )
    return (
        f"{what}: {pair['images_with_other_counts']:,} of {images:,} images differ in output "
        f"spikes, {pair['images_with_other_answers']:,} in the answer; spikes of the layers differ "
        f"by {', '.join(f'{number:+,}' for number in pair['other_spikes'])}."
    )


# --- The command line -----------------------------------------------------------------------------


def positive(text: str) -> int:
    """Return the positive integer that an option was given."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a positive integer, not '{text}'")
    return int(text)


def benchmark(arguments: argparse.Namespace) -> dict[str, Any]:
    """Do what the command line asks for, and return all that was measured."""
    # Whoever runs this file has the repository, but need not have installed it.
    sys.path.insert(0, str(ROOT))
    from tutorial_helpers.data import load_test_set, load_weights

    dataset = load_test_set()
    weights = load_weights()
    available = len(dataset.images)
    wanted = arguments.images or available
    if wanted > available:
        raise BenchmarkError(f"--images {wanted} is more than the {available} of {dataset.name}.")
    images, labels = dataset.images[:wanted], dataset.labels[:wanted]
    found = entries(arguments.pygenn_python)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        folder = Path(name)
        write_job(folder, images, weights)
        orders = measure(found, folder, arguments.rounds)
    found = [entry for entry in found if entry.seconds]
    sizes = [len(weights[0]), *(matrix.shape[1] for matrix in weights)]
    return report(found, dataset, labels, sizes, orders)


def main() -> int:
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=positive, default=5, help="default: %(default)s")
    parser.add_argument(
        "--images", type=positive, metavar="N", help="only the first N images (default: all)"
    )
    parser.add_argument(
        "--pygenn-python",
        metavar="PATH",
        help="interpreter with NumPy and real PyGeNN, where this one has none",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all raw numbers there")
    arguments = parser.parse_args()
    try:
        values = benchmark(arguments)
        print_report(values)
        if arguments.json:
            arguments.json.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130
    except (BenchmarkError, OSError, ValueError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
