"""Checks of chapter 8: how winners move towards their images, and whether all win their share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutorial_helpers.checks.report import Case, report
from tutorial_helpers.pygenn import (
    GeNNModel,
    VarAccess,
    create_custom_update_model,
    create_neuron_model,
    create_var_ref,
)


def moved_weights(answer: Callable[..., NDArray[Any]]) -> None:
    """Check how the weights of winners move (chapter 8).

    Parameters
    ----------
    answer
        Takes weights, shape (pixels, rivals), spike counts, shape (images, pixels), which rival won
        each image, and a rate, and returns the weights after the batch.
    """

    def cases() -> Iterator[Case]:
        weights = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
        counts = np.array([[20, 0], [10, 8], [0, 4]])
        given = weights.copy()
        one = np.array([[1.0, 11.0, 3.0], [4.0, 2.5, 6.0]])
        tried = "moved_weights of one image, won by the second of three rivals,"
        hint = "The winner's weights move half of the way to the counts, and no others move."
        yield tried, answer(given, counts[:1], np.array([1]), 0.5), one, hint
        tried = "moved_weights, asked a second time with the same arrays,"
        hint = "Copy the weights, and change the copy."
        yield tried, answer(given, counts[:1], np.array([1]), 0.5), one, hint
        tried = "moved_weights of three images, two of them won by the first of three rivals,"
        hint = "A rival that wins several images moves towards the mean of their counts."
        expected = np.array([[4.5, 2.0, 2.25], [4.0, 5.0, 5.5]])
        yield tried, answer(weights, counts, np.array([0, 0, 2]), 0.25), expected, hint

    report(cases(), "Rivals move towards the means of their heaps, as in k-means.")


def count_all_wins(answer: Callable[[], Any]) -> None:
    """Check a custom update model that adds up the wins of each rival (chapter 8).

    Parameters
    ----------
    answer
        Takes nothing and returns the custom update model.
    """

    def cases() -> Iterator[Case]:
        model = answer()
        if type(model) is not type(_NOTHING):
            words = "what create_custom_update_model returns"
            yield "count_all_wins()", model, words, "Return the model."
            return
        try:
            totals, wins = _count_twice(model)
        except (RuntimeError, KeyError) as error:
            hint = f"It should have a variable Total and a reference to Wins. {error}"
            yield "count_all_wins()", "other names", "a model with these names", hint
            return
        hint = "Add Wins to Total in each update."
        yield "Total after 3, 0 wins and 1, 2 wins", totals, np.array([4.0, 2.0]), hint
        hint = "It should read Wins, and leave it as it is."
        yield "Wins after the update", wins, np.array([1.0, 2.0]), hint

    report(cases(), "With homeostasis, no rival strays far from its share.")


_NOTHING = create_custom_update_model("nothing", var_refs=[("Wins", "scalar")], update_code="")
_RIVAL = create_neuron_model("rival", vars=[("Wins", "scalar", VarAccess.READ_ONLY)])


def _count_twice(update: Any) -> tuple[NDArray[Any], NDArray[Any]]:
    """Run an update after each of two batches; return the totals and the wins at the end."""
    model = GeNNModel("float", "count_all_wins")
    model.dt, model.batch_size = 1.0, 2
    rivals = model.add_neuron_population("rivals", 2, _RIVAL, {}, {"Wins": 0.0})
    totals = model.add_custom_update(
        "totals", "Balance", update, {}, {"Total": 0.0}, {"Wins": create_var_ref(rivals, "Wins")}
    )
    model.build()
    model.load()
    for wins in ([3.0, 0.0], [1.0, 2.0]):
        rivals.vars["Wins"].values = wins
        rivals.vars["Wins"].push_to_device()
        model.custom_update("Balance")
    for owner, name in ((totals, "Total"), (rivals, "Wins")):
        owner.vars[name].pull_from_device()
    return totals.vars["Total"].values, rivals.vars["Wins"].values
