"""Checks of chapter 7: errors that go back, through the same weights or through others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutorial_helpers.checks.report import Case, report
from tutorial_helpers.learning.models import learning_neuron, learning_synapse
from tutorial_helpers.pygenn import (
    GeNNModel,
    create_var_ref,
    init_postsynaptic,
    init_weight_update,
)


def hidden_errors(answer: Callable[..., NDArray[Any]]) -> None:
    """Check what comes back to the hidden neurons (chapter 7).

    Parameters
    ----------
    answer
        Takes errors of output neurons, the weights to them, and the spike counts and voltages of
        the hidden neurons, and returns the errors of the hidden neurons.
    """

    def cases() -> Iterator[Case]:
        errors = np.array([[1.0, -0.5], [0.0, 2.0]])
        weights = np.array([[1.0, 2.0], [3.0, -1.0], [0.5, 0.5]])
        busy, low = np.ones((2, 3), int), np.full((2, 3), -1.0)
        expected = np.array([[0.0, 3.5, 0.25], [4.0, -2.0, 1.0]])
        tried = "hidden_errors of two images, all three neurons having spiked,"
        hint = "Each neuron adds up weight times error over its synapses."
        yield tried, answer(errors, weights, busy, low), expected, hint
        counts = np.array([[0, 1, 0], [2, 0, 0]])
        voltages = np.array([[-1.0, -1.0, 0.5], [0.0, 0.0, 3.0]])
        learns = np.array([[0, 1, 1], [1, 0, 1]])
        tried = "hidden_errors of two images, some neurons being silent,"
        hint = "There is an event if the neuron spiked or its voltage is above 0 mV."
        yield tried, answer(errors, weights, counts, voltages), expected * learns, hint

    report(cases(), "The device does the same with addToPre, a synapse at a time.")


def random_feedback(answer: Callable[[], Any]) -> None:
    """Check a weight update model that sends errors back through weights of their own (chapter 7).

    Parameters
    ----------
    answer
        Takes nothing and returns the weight update model.
    """

    def cases() -> Iterator[Case]:
        model = answer()
        if type(model) is not type(learning_synapse):
            words = "what create_weight_update_model returns"
            yield "random_feedback()", model, words, "Return the model."
            return
        try:
            wishes, errors, shared = _learn_once(model)
        except (RuntimeError, KeyError) as error:
            hint = f"It should have all names of learning_synapse, and b. {error}"
            yield "random_feedback()", "other names", "a model with the names g, b, dG, …", hint
            return
        hint = "What a synapse wishes is count * error, as before."
        yield "dG after one image", wishes, np.array([2.0 * 0.5, 2.0 * -1.0]), hint
        hint = "Give b the access READ_ONLY, as g has it."
        yield "b, for two images,", "one sheet" if shared else "a sheet for each", "one sheet", hint
        hint = "addToPre should get b * error, and not g * error."
        yield "the error of the first neuron", errors, np.array([3.0 * 0.5 - 4.0]), hint

    report(cases(), "The forward weights grow to suit the fixed ones, and errors become useful.")


def _learn_once(synapse: Any) -> tuple[NDArray[Any], NDArray[Any], bool]:
    """Let a neuron with two spikes learn from the errors 0.5 and -1 of two others.

    There are two copies. Return what the first wishes, the error that goes back to it, and whether
    the two share ``b``.
    """
    model = GeNNModel("float", "random_feedback")
    model.dt, model.batch_size = 1.0, 2
    parameters = {"Vthr": 5.0, "Show": 0.0}
    pre, post = (
        model.add_neuron_population(
            name, size, learning_neuron, parameters, {"V": 0.0, "SpikeCount": count, "Error": error}
        )
        for name, size, count, error in (("pre", 1, 2, 0.0), ("post", 2, 0, [0.5, -1.0]))
    )
    pre_names = {"SpikeCount": "count", "V": "voltage"}
    group = model.add_synapse_population(
        "synapses", "DENSE", pre, post,
        init_weight_update(
            synapse, {"When": 0.0}, {"g": [1.0, 1.0], "b": [3.0, 4.0], "dG": 0.0}, {}, {},
            {short: create_var_ref(pre, name) for name, short in pre_names.items()},
            {"error": create_var_ref(post, "Error")},
        ),
        init_postsynaptic("DeltaCurr"),
    )  # fmt: skip
    group.pre_target_var = "Iback"
    model.build()
    model.load()
    for _ in range(2):
        model.step_time()
    for owner, name in ((group, "dG"), (pre, "Error")):
        owner.vars[name].pull_from_device()
    shared = group.vars["b"].values.shape == group.vars["g"].values.shape
    return group.vars["dG"].values[0], pre.vars["Error"].values[0], shared
