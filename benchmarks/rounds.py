"""Contestants in processes of their own, run in turn, in an order drawn afresh for each round.

Whatever else slows the machine then slows all of them.
"""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from benchmarks.entries import Entry
from benchmarks.environments import Interpreter
from benchmarks.job import BenchmarkError
from benchmarks.machine import say, surroundings

SEED = 1


class Worker:
    """The process of a contestant, which is built when the constructor returns.

    Parameters
    ----------
    entry
        The contestant.
    folder
        Folder with the jobs, where the process gets a folder of its own.
    cache
        Folder for what it compiles; the one that all share if None.
    program
        The module that the process runs.
    """

    def __init__(
        self,
        entry: Entry,
        folder: Path,
        cache: Path | None = None,
        program: str = "benchmarks.worker",
    ) -> None:
        self.entry = entry
        # PyGeNN and Brian2 put generated code into the working directory.
        self.directory = (cache or folder) / entry.key
        self.directory.mkdir(parents=True, exist_ok=True)
        job = folder / entry.job
        command = ["-m", program, entry.module, json.dumps(entry.settings), str(job)]
        try:
            with (self.directory / "log.txt").open("wb") as log:
                self.process = subprocess.Popen(
                    [entry.python, *command],
                    cwd=self.directory,
                    env=surroundings(cache or folder / "cache", entry.threads),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    encoding="utf-8",
                )
        except OSError as error:
            raise BenchmarkError(
                f"{entry.key}: cannot start {entry.python} ({error}); correct the path."
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
                f"{self.entry.key} ended with status {status}: {said[-1] if said else 'no word'}"
            )
        answer: dict[str, Any] = json.loads(line)
        return answer

    def ask(self, line: object) -> dict[str, Any]:
        """Write a line to the process, and return its answer."""
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):  # the missing answer says more about what happened
            print(line, file=self.process.stdin, flush=True)
        return self._receive()

    def run(self, images: int) -> None:
        """Run the contestant over the first images, and keep what it measured."""
        answer = self.ask(images)
        counts = np.load(self.directory / "counts.npy", allow_pickle=False)
        entry = self.entry
        if entry.seconds and (entry.spikes, entry.counts.tobytes()) != (
            answer["spikes"],
            counts.tobytes(),
        ):
            raise BenchmarkError(f"{entry.key} gave other spikes than in the round before.")
        entry.seconds.append(answer["seconds"])
        entry.spikes, entry.counts = answer["spikes"], counts

    def close(self) -> None:
        """End the process and wait for its end."""
        self.process.communicate()


def start(
    entries: Sequence[Entry],
    found: Mapping[str, Interpreter],
    folder: Path,
    stack: ExitStack,
    program: str = "benchmarks.worker",
    cache: Path | None = None,
) -> list[Worker]:
    """Build every contestant, and return their processes, which end with the stack.

    One that fails in an interpreter that nobody asked for is left out. What they compile goes to
    `cache`, as with `Worker`.
    """
    workers = []
    for entry in entries:
        say(f"building {entry.key}")
        try:
            worker = stack.enter_context(Worker(entry, folder, cache, program))
        except BenchmarkError as error:
            if entry.library is None or found[entry.library].asked_for:
                raise
            say(f"left out: {error}")
            continue
        entry.versions = worker.ready["versions"]
        entry.used_threads = worker.ready["threads"]
        workers.append(worker)
    return workers


def measure(
    entries: Sequence[Entry],
    found: Mapping[str, Interpreter],
    folder: Path,
    images: Mapping[str, int],
    rounds: int,
) -> list[list[str]]:
    """Build every contestant, run all rounds, and return the order of each round.

    Parameters
    ----------
    entries
        The contestants. One that fails in an interpreter that nobody asked for is left out.
    found
        Interpreters by library.
    folder
        Folder with the jobs.
    images
        How many images there are, for each job.
    rounds
        How often each runs.
    """
    shuffle = random.Random(SEED).shuffle
    orders = []
    with ExitStack() as stack:
        workers = start(entries, found, folder, stack)
        for number in range(rounds):
            shuffle(workers)
            for worker in workers:
                worker.run(min(worker.entry.images, images[worker.entry.job]))
            times = ", ".join(f"{w.entry.key} {w.entry.seconds[-1]:.2f}" for w in workers)
            say(f"round {number + 1} of {rounds}, seconds: {times}")
            orders.append([worker.entry.key for worker in workers])
    return orders
