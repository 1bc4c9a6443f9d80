"""Checks of chapter 3: fewer steps, and the other rows of a batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutorial_helpers.checks.report import Case, report


def accuracy_after(
    answer: Callable[[int], float], counts: NDArray[Any], labels: NDArray[Any], timesteps: int
) -> None:
    """Check the accuracy on the first 1,000 images after a number of steps (chapter 3).

    Parameters
    ----------
    answer
        Takes a number of steps, and returns the accuracy in per cent.
    counts
        Output spike counts of all images, a row for each.
    labels
        The digits.
    timesteps
        For how many steps the images were shown that have these counts.
    """

    def cases() -> Iterator[Case]:
        right = 100 * np.mean(counts[:1000].argmax(axis=1) == labels[:1000])
        hint = "Count the right answers among the first 1,000, in per cent."
        yield f"accuracy_after({timesteps})", answer(timesteps), right, hint
        all_zero = 100 * np.mean(labels[:1000] == 0)
        hint = (
            "After one step no spike has arrived, so every image is read as 0, unless something is"
            " left of the batch before."
        )
        yield "accuracy_after(1)", answer(1), all_zero, hint

    report(cases(), "Now find the fewest steps that are right for 95 % of the images.")


def counts_beside(
    answer: Callable[[NDArray[np.uint8]], NDArray[Any]],
    counts: NDArray[Any],
    images: NDArray[np.uint8],
    batch_size: int,
) -> None:
    """Check the spike counts of ten images beside others in a batch (chapter 3).

    Parameters
    ----------
    answer
        Takes images, and returns the spike counts of the first ten test images beside them.
    counts
        Output spike counts of all images, a row for each.
    images
        All images.
    batch_size
        How many images a batch has room for.
    """
    room = min(batch_size - 10, 50)
    if room < 1:
        print(f"Not yet: ten images and others need a batch of 11 or more, not of {batch_size}.")
        return

    def cases() -> Iterator[Case]:
        noise = np.random.default_rng(1).integers(0, 256, (room, images.shape[1]), dtype=np.uint8)
        hint = "Show all of them in one batch, and return the rows of the first ten."
        for name, filler in (("noise", noise), ("images[-50:]", images[-room:])):
            yield f"counts_beside({name})", answer(filler.copy()), counts[:10], hint
        # an answer that leaves out the filler would not notice that a pixel is missing
        found: object = "an error"
        with suppress(Exception):
            found = answer(noise[:, 1:])
        hint = "Show the filler, too, in the batch of the first ten."
        yield "counts_beside(images without their last pixel)", found, "an error", hint

    report(cases(), "Copies share weights and nothing else, so no image disturbs another.")
