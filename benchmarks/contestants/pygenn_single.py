"""Real PyGeNN on its CPU backend, which takes one image at a time."""

from __future__ import annotations

import pygenn

from benchmarks.contestants.one_at_a_time import one_at_a_time
from benchmarks.job import Contestant, Job


def build(
    job: Job, *, precision: str = "float", optimize_code: bool = True, on_device: bool = True
) -> Contestant:
    """Build the plain network; without `optimize_code` PyGeNN compiles with no optimisation."""
    run = one_at_a_time(
        pygenn,
        job,
        precision,
        on_device=on_device,
        backend="single_threaded_cpu",
        optimize_code=optimize_code,
    )
    return Contestant({"pygenn": pygenn.__version__}, 1, run)
