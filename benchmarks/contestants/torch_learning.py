"""What the contestants that learn on PyTorch share: batches, shifts, and Adam."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.contestants.torch_batches import versions
from benchmarks.job import Learner, Lesson

_SIDE = 28

#: Takes images, with grey levels from 0 to 1, and returns a score of each class, in a tensor of
#: shape (images, classes).
Show = Callable[[torch.Tensor], torch.Tensor]


def learner(lesson: Lesson, layers: torch.nn.ModuleList, show: Show, *, rate: float) -> Learner:
    """Return how a network learns with Adam, from the cross-entropy of its scores.

    Parameters
    ----------
    lesson
        What to learn.
    layers
        What has the weights.
    show
        Shows images to the network.
    rate
        The learning rate of the first batch.
    """
    images, labels = torch.from_numpy(lesson.images), torch.from_numpy(lesson.labels).long()
    optimiser = torch.optim.Adam(layers.parameters(), lr=rate)
    per_epoch = -(-len(images) // lesson.batch_size)
    schedule = torch.optim.lr_scheduler.LinearLR(
        optimiser, start_factor=1.0, end_factor=0.0, total_iters=lesson.epochs * per_epoch
    )

    def epoch() -> None:
        for rows in torch.randperm(len(images)).split(lesson.batch_size):
            shown = shifted(images[rows], lesson.shift).float() / 255
            optimiser.zero_grad()
            torch.nn.functional.cross_entropy(show(shown), labels[rows]).backward()
            optimiser.step()
            schedule.step()

    def predict(unknown: NDArray[np.uint8]) -> NDArray[np.int64]:
        with torch.inference_mode():
            batches = torch.from_numpy(unknown).split(lesson.batch_size)
            scores = torch.cat([show(batch.float() / 255) for batch in batches])
            answers: NDArray[np.int64] = scores.argmax(dim=1).numpy()
        return answers

    return Learner(versions(), torch.get_num_threads(), epoch, predict)


def shifted(images: torch.Tensor, shift: int) -> torch.Tensor:
    """Shift each image by up to `shift` pixels in both directions, drawn at random."""
    padded = torch.nn.functional.pad(images.view(-1, _SIDE, _SIDE), [shift] * 4)
    down, right = torch.randint(0, 2 * shift + 1, (2, len(images)))
    windows = padded.unfold(1, _SIDE, 1).unfold(2, _SIDE, 1)
    return windows[torch.arange(len(images)), down, right].flatten(start_dim=1)
