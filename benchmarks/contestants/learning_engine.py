"""numbagenn: the network of `tutorial_helpers.learning`, in which errors go back as events."""

from __future__ import annotations

from benchmarks.contestants.bundled_batched import versions
from benchmarks.job import Learner, Lesson
from numbagenn import get_num_threads
from tutorial_helpers.learning import LearningNetwork, learn, random_weights


def build(lesson: Lesson, *, seed: int) -> Learner:
    """Build the network, with the learning rate that `learn` chooses."""
    network = LearningNetwork(
        random_weights(lesson.sizes, seed),
        batch_size=lesson.batch_size,
        timesteps=lesson.timesteps,
    )
    epochs = learn(
        network,
        lesson.images,
        lesson.labels,
        epochs=lesson.epochs,
        shift=lesson.shift,
        seed=seed,
    )
    return Learner(versions(), get_num_threads(), lambda: next(epochs), network.predict)
