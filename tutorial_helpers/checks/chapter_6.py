"""Checks of chapter 6: rules of when to stop, and a network that stops."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutorial_helpers.checks.report import Case, report


def first_to(answer: Callable[[NDArray[Any], int], NDArray[Any]], counts: NDArray[Any]) -> None:
    """Check the step at which an output neuron first has so many spikes (chapter 6).

    Parameters
    ----------
    answer
        Takes counts after each step and a number of spikes, and returns a step for each image.
    counts
        Output spike counts after each step, shape (steps, n, 10).
    """

    def cases() -> Iterator[Case]:
        made_up = np.zeros((5, 3, 10), int)
        made_up[1:, 0, 4] = made_up[3:, 1, 7] = 1
        made_up[2:, 0, 4] = 2
        made_up[1:, 0, 5] = 1
        for goal, steps, hint in (
            (1, [2, 4, 5], "The counts after the first step are counts[0]."),
            (2, [3, 5, 5], "Look at each neuron alone; if none gets that far, take the last step."),
        ):
            tried = f"first_to(counts, {goal}) for three made-up images"
            yield tried, answer(made_up.copy(), goal), np.array(steps), hint
        reached = np.vstack([counts.max(axis=2) >= 3, np.ones((1, counts.shape[1]), bool)])
        steps = np.minimum(1 + reached.argmax(axis=0), len(counts))
        yield "first_to(counts, 3)", answer(counts.copy(), 3), steps, "Look at the first step."

    lesson = "It ignores the runner-up, so it needs more steps than a margin to be as accurate."
    report(cases(), lesson)


def answer_early(
    answer: Callable[..., tuple[NDArray[Any], int] | None],
    network: Any,
    images: NDArray[np.uint8],
    counts: NDArray[Any],
) -> None:
    """Check a network that stops once each image of a batch has its answer (chapter 6).

    Parameters
    ----------
    answer
        Takes a network, images and a margin, and returns the answers and the steps.
    network
        From `models.build_classifier`.
    images
        The test images.
    counts
        Their output spike counts in `network` after each step, shape (steps, n, 10).
    """

    def cases() -> Iterator[Case]:
        for size, margin in ((1, 1), (8, 3), (128, 2), (8, 1000)):
            ordered = np.sort(counts[:, :size].astype(int), axis=2)
            enough = ordered[:, :, -1] - ordered[:, :, -2] >= margin
            enough[-1] = True
            steps = enough.argmax(axis=0)
            answers = counts[steps, np.arange(size)].argmax(axis=1)
            tried = f"with {size} images and a margin of {margin}, "
            before = network.model.timestep
            found = answer(network, images[:size].copy(), margin)
            if not isinstance(found, (tuple, list)) or len(found) != 2:
                words = "a pair of the answers and the number of steps"
                yield "answer_early(…)", found, words, "Return both: answers, steps."
                return
            hint = "An image keeps its first answer; after the last step all get one."
            yield tried + "the answers", found[0], answers, hint
            last = int(steps.max()) + 1
            hint = "Stop after the step in which the last image got its answer."
            yield tried + "the number of steps", found[1], last, hint
            run = network.model.timestep - before
            hint = "Leave the loop, so that the network does not run on."
            yield tried + "the network itself", f"{run} steps", f"{last} steps", hint

    report(cases(), "A batch waits for its slowest image, so a small batch stops sooner.")
