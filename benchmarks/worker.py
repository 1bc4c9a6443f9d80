"""The process of one contestant: ``python -m benchmarks.worker MODULE SETTINGS FOLDER``.

MODULE is one of `benchmarks.contestants`, SETTINGS are arguments of its `build` in JSON, and FOLDER
holds the job. The contestant is built and warmed up. From then on the process speaks JSON, one
object a line: it says ``{"build_seconds": ...}``, and answers each number of images on its input
with the seconds and spikes of a run over that many. The spike counts of the output neurons go to
``counts.npy`` in its working directory.
"""

from __future__ import annotations

import importlib
import json
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any, TextIO

import numpy as np

from benchmarks.job import Contestant, load_job


def serve(name: str, settings: dict[str, Any], folder: Path, answers: TextIO) -> None:
    """Build a contestant, say so, and run it once for each line of the input."""
    job = load_job(folder)
    # Libraries are imported before the clock of the build starts.
    module = importlib.import_module(f"benchmarks.contestants.{name}")
    start = perf_counter()
    contestant: Contestant = module.build(job, **settings)
    build_seconds = perf_counter() - start
    if contestant.warms_up:
        # What compiles when it is first used does so here, and that is part of building it.
        contestant.run(job.images[: job.batch_size])
        if settings.get("compiled"):
            build_seconds = perf_counter() - start
    versions = {"python": platform.python_version(), **contestant.versions}
    ready = {
        "build_seconds": build_seconds,
        "versions": versions,
        "threads": contestant.threads,
    }
    print(json.dumps(ready), file=answers, flush=True)
    for line in sys.stdin:
        seconds, spikes, counts = contestant.run(job.images[: int(line)])
        np.save("counts.npy", counts)
        print(json.dumps({"seconds": seconds, "spikes": spikes}), file=answers, flush=True)


def main(serve: Callable[[str, dict[str, Any], Path, TextIO], None]) -> None:
    """Serve the contestant that the command line names."""
    name, settings, folder = sys.argv[1:]
    # Compilers write to the standard output, too: the answers keep it for themselves.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    try:
        serve(name, json.loads(settings), Path(folder), answers)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main(serve)
