"""Checks of the exercises: each tries what a learner has written, and says what came of it.

A check prints one line. It begins with "Right", or with "Not yet" and then tells what was expected,
what came, and what to think about. An error inside of what the learner has written is not caught,
because it names the line to look at.
"""

from tutorial_helpers.checks.chapter_1 import gentle_neuron, spikes_of_pixel
from tutorial_helpers.checks.chapter_2 import idle_steps_needed, margins
from tutorial_helpers.checks.chapter_3 import accuracy_after, counts_beside
from tutorial_helpers.checks.chapter_4 import best_batch_size, compiled_by_me
from tutorial_helpers.checks.chapter_5 import gentle_counts, normalise_by
from tutorial_helpers.checks.chapter_6 import answer_early, first_to
from tutorial_helpers.checks.chapter_7 import hidden_errors, random_feedback
from tutorial_helpers.checks.chapter_8 import count_all_wins, moved_weights

__all__ = [
    "accuracy_after",
    "answer_early",
    "best_batch_size",
    "compiled_by_me",
    "count_all_wins",
    "counts_beside",
    "first_to",
    "gentle_counts",
    "gentle_neuron",
    "hidden_errors",
    "idle_steps_needed",
    "margins",
    "moved_weights",
    "normalise_by",
    "random_feedback",
    "spikes_of_pixel",
]
