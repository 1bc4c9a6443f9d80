"""Checks of chapter 2: answers that flip, and a chain of neurons."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutorial_helpers.checks.report import Case, report


def margins(
    answer: Callable[[NDArray[Any]], NDArray[Any]], counts: NDArray[Any], others: NDArray[Any]
) -> None:
    """Check by how much the most active neuron of each row leads (chapter 2).

    Parameters
    ----------
    answer
        Takes spike counts, a row for each image, and returns the lead of each row.
    counts, others
        Output spike counts of all images in two runs whose answers differ for some.
    """

    def cases() -> Iterator[Case]:
        hint = "Sort each row, and subtract its second largest count from its largest."
        example = np.array([[3, 1, 3], [0, 7, 2]])
        yield "margins([[3, 1, 3], [0, 7, 2]])", answer(example), np.array([0, 5]), hint
        yield "margins(counts)", answer(counts.copy()), leads, hint

    ordered = np.sort(counts, axis=1).astype(int)
    leads = ordered[:, -1] - ordered[:, -2]
    flipped = counts.argmax(axis=1) != others.argmax(axis=1)
    found = "No answer flips in these two runs."
    if flipped.any():
        mean = np.mean(leads[flipped])
        found = f"The answers that flip were ahead by {mean:.1f} spikes in the mean: close calls."
    report(cases(), found)


def idle_steps_needed(answer: Callable[[int], int]) -> None:
    """Check how many steps a spike takes through a chain of neurons (chapter 2).

    Parameters
    ----------
    answer
        Takes the number of neurons, and returns the number of steps.
    """

    def cases() -> Iterator[Case]:
        hint = "Count only the steps after the current is switched off."
        for length in (2, 3, 6):
            yield f"idle_steps_needed({length})", answer(length), length - 1, hint

    report(
        cases(), "A spike takes one step for each layer of synapses, so that is how long to wait."
    )
