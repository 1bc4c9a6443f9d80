"""numbagenn, one image at a time: the script that PyGeNN runs, too."""

from __future__ import annotations

import numbagenn as engine
from benchmarks.contestants.bundled_batched import versions
from benchmarks.contestants.one_at_a_time import one_at_a_time
from benchmarks.job import Contestant, Job


def build(
    job: Job, *, precision: str = "float", optimize_code: bool = False, on_device: bool = True
) -> Contestant:
    """Build the plain network."""
    run = one_at_a_time(engine, job, precision, on_device=on_device, optimize_code=optimize_code)
    # Threads share the images of a batch, and here is but one.
    return Contestant(versions(), 1, run)
