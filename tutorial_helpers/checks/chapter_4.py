"""Checks of chapter 4: a batch size in time, and a simulator of one's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutorial_helpers.checks.report import Case, as_numbers, report


def best_batch_size(answer: Callable[..., int]) -> None:
    """Check the choice of a batch size within a deadline (chapter 4).

    Parameters
    ----------
    answer
        Takes batch sizes, their throughputs and latencies, and a deadline; returns a size or 0.
    """

    def cases() -> Iterator[Case]:
        sizes, throughput, latency = [1, 10, 100], [500, 2000, 1900], [0.002, 0.005, 0.05]
        hint = "Of the sizes in time, take the one with the highest throughput."
        for deadline, size in ((1.0, 10), (0.005, 10), (0.004, 1), (0.001, 0)):
            tried = f"a deadline of {1000 * deadline:g} ms for latencies of 2, 5 and 50 ms"
            yield tried, answer(sizes, throughput, latency, deadline), size, hint
        latency = [0.002, 0.05, 0.005]
        tried = "a deadline of 5 ms for latencies of 2, 50 and 5 ms"
        yield tried, answer(sizes, throughput, latency, 0.005), 100, "Look at every size. " + hint

    report(cases(), "The largest batch is not the best one, even without a deadline.")


def compiled_by_me(
    answer: Callable[[NDArray[np.uint8]], NDArray[Any]],
    images: NDArray[np.uint8],
    expected: NDArray[Any],
) -> None:
    """Check a simulator of one's own against the reference (chapter 4).

    Parameters
    ----------
    answer
        Takes images, and returns their output spike counts.
    images
        The test images.
    expected
        Output spike counts of the reference.
    """

    def cases() -> Iterator[Case]:
        found = answer(images[:50].copy())
        counts, wanted = as_numbers(found), expected[:50]
        tried = "the answers of compiled_by_me(images[:50])"
        if found is None or counts is None or counts.shape != wanted.shape:
            hint = "Return a row for each image, with the counts of its ten output neurons."
            yield tried, found, f"an array of shape {wanted.shape}", hint
            return
        yield tried, counts.argmax(1), wanted.argmax(1), "Compare with the loops of rung 1."
        same = int(np.sum(np.all(counts == wanted, axis=1)))
        hint = "Use np.float32 for voltages, currents and weights, and add in the order of senders."
        yield "the number of images with the same spikes", same, 50, hint

    report(cases(), "Now let it climb: what does numbagenn do that your loops do not?")
