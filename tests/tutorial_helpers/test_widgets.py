"""The widgets, turned as a front end turns them: by setting the values of their controls."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from tests.tutorial_helpers.every_figure import EveryFigure
from tutorial_helpers import figures, widgets
from tutorial_helpers.data import load_mnist, load_weights
from tutorial_helpers.inference import accuracy, classify
from tutorial_helpers.models import Classifier, build_classifier, integrate_and_fire, pixel_current
from tutorial_helpers.pygenn import GeNNModel
from tutorial_helpers.widgets.all_images import _confusion_table
from tutorial_helpers.widgets.one_neuron import simulate_neuron
from tutorial_helpers.widgets.panel import VIEW, Panel, panel, slider

N = 300
MAKERS: dict[str, Callable[[], Panel]] = {
    "whole_test_set": lambda: widgets.whole_test_set(network(), *digits()),
    "neuron": widgets.neuron,
    "image_and_steps": lambda: widgets.image_and_steps(
        network(), *(part[:30] for part in digits())
    ),
    "batch_size": lambda: widgets.batch_size(load_weights(), digits()[0], sizes=[1, 16]),
}


@cache
def digits() -> tuple[np.ndarray, np.ndarray]:
    images, labels = load_mnist("test")
    return images[:N], labels[:N]


@cache
def network() -> Classifier:
    return build_classifier(load_weights(), batch_size=128)


def answer(shown: Panel) -> str:
    return shown.box.children[-1].value


def turn(shown: Panel, number: int, value: Any) -> str:
    """Set one of the controls, as a front end does, and return what it answers."""
    shown.box.children[number].value = value
    return answer(shown)


# --- What all widgets have in common -------------------------------------------------------------


def test_all_are_tested() -> None:
    assert set(MAKERS) == set(widgets.__all__)


@pytest.mark.parametrize("name", MAKERS)
def test_forms_that_a_front_end_chooses_from(name: str) -> None:
    shown = MAKERS[name]()
    data, metadata = shown._repr_mimebundle_()
    assert next(iter(data)) == VIEW
    assert data[VIEW]["model_id"] == shown.box.model_id
    assert data["image/png"].startswith(b"\x89PNG")
    assert data["text/plain"] == repr(shown) == metadata["image/png"]["alt"]
    assert re.search(r'<img alt="[^"]{20,}" src="data:image/png;base64,', data["text/html"])


@pytest.mark.parametrize("name", MAKERS)
def test_controls_are_labelled_and_follow_the_drag(name: str) -> None:
    *controls, _ = MAKERS[name]().box.children
    assert controls
    for control in controls:
        assert control.description
        assert control.continuous_update


@pytest.mark.parametrize("name", MAKERS)
def test_ends_of_all_sliders_have_answers(name: str) -> None:
    shown = MAKERS[name]()
    for number, control in enumerate(shown.box.children[:-1]):
        ends = [control.options[0], control.options[-1]] if hasattr(control, "options") else None
        for value in ends or [control.min, control.max]:
            assert "<b>" in turn(shown, number, value) or "<img" in answer(shown)
            assert 'role="alert"' not in answer(shown)


@pytest.mark.parametrize("name", MAKERS)
def test_pictures_have_alternative_text(name: str) -> None:
    pictures = re.findall("<img[^>]*>", answer(MAKERS[name]()))
    assert all(re.match(r'<img alt="[^"]{20,}"', one) for one in pictures)


def test_no_thread_is_started() -> None:
    before = threading.active_count()
    for make in MAKERS.values():
        make()
    assert threading.active_count() == before


def one_of(divisor: int) -> str:
    return f"1/{divisor} is {1 / divisor}"


def test_errors_are_shown_in_the_place_of_the_answer() -> None:
    still = Figure()
    still.set_label("One of four.")
    shown = panel({"divisor": slider("divisor", 4, 0, 9)}, one_of, still)
    failed = turn(shown, 0, 0)
    assert 'role="alert"' in failed
    assert "<b>ZeroDivisionError</b>: division by zero" in failed
    assert "one_of" in failed  # in the traceback
    assert "1/2 is 0.5" in turn(shown, 0, 2)


def test_errors_at_the_start_are_those_of_the_cell() -> None:
    with pytest.raises(ZeroDivisionError):
        panel({"divisor": slider("divisor", 0, 0, 9)}, one_of, Figure())


def test_an_error_is_escaped() -> None:
    def fail(x: int) -> str:
        if x:
            raise ValueError("<b>bold</b>")
        return ""

    shown = panel({"x": slider("x", 0, 0, 9)}, fail, Figure())
    assert "&lt;b&gt;bold" in turn(shown, 0, 1)


# --- The whole test set --------------------------------------------------------------------------


@pytest.mark.parametrize(("threshold", "steps"), [(3.0, 100), (2.0, 12), (8.0, 50)])
def test_answers_are_those_of_a_network_built_with_this_threshold(
    threshold: float, steps: int
) -> None:
    images, labels = digits()
    shown = widgets.whole_test_set(network(), images, labels)
    turn(shown, 0, threshold)
    turned = turn(shown, 1, steps)
    built = build_classifier(load_weights(), batch_size=128, threshold=threshold)
    predictions = classify(built, images, timesteps=steps).predictions
    assert f"<b>{accuracy(predictions, labels):.2f} %</b>" in turned
    assert _confusion_table(labels, predictions) in turned


def test_another_order_of_turns_gives_the_same_answers() -> None:
    shown = widgets.whole_test_set(network(), *digits())
    table = re.compile("<table>.*</table>", re.DOTALL)
    at_two, at_five = (table.findall(turn(shown, 0, value)) for value in (2.0, 5.0))
    # spikes of a lower threshold, still in flight, do not reach the next answer
    assert table.findall(turn(shown, 0, 1.0)) != at_five
    assert table.findall(turn(shown, 0, 5.0)) == at_five
    assert table.findall(turn(shown, 0, 2.0)) == at_two


def test_other_cells_find_the_network_as_it_was() -> None:
    images, labels = digits()
    before = classify(network(), images)
    shown = widgets.whole_test_set(network(), images, labels)
    turn(shown, 0, 1.0)
    after = classify(network(), images)
    assert np.array_equal(before.counts, after.counts)
    assert before.spikes == after.spikes


def test_starts_at_the_threshold_and_steps_of_its_network() -> None:
    built = build_classifier(load_weights(), batch_size=64, threshold=12.0)
    shown = widgets.whole_test_set(built, *digits(), timesteps=250)
    threshold, steps, _ = shown.box.children
    assert (threshold.value, threshold.max, steps.value, steps.max) == (12.0, 12.0, 250, 250)


def test_the_threshold_is_restored_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    images, labels = digits()
    before = classify(network(), images).counts
    shown = widgets.whole_test_set(network(), images, labels)
    with monkeypatch.context() as patch:
        patch.setattr("tutorial_helpers.widgets.all_images.classify", lambda *_, **__: 1 / 0)
        assert "ZeroDivisionError" in turn(shown, 0, 2.0)
    assert np.array_equal(classify(network(), images).counts, before)


def test_confusion_table() -> None:
    table = _confusion_table(np.array([0, 0, 0, 1]), np.array([0, 0, 7, 1]))
    rows = re.findall(r'<tr><th scope="row">\d</th>(.*?)</tr>', table)
    counts = [[int(count) for count in re.findall(r">(\d+)</td>", row)] for row in rows]
    assert np.shape(counts) == (10, 10)
    assert np.argwhere(counts).tolist() == [[0, 0], [0, 7], [1, 1]]
    assert counts[0][0] == 2
    assert "#d55e00c8" in rows[0]


# --- One neuron ----------------------------------------------------------------------------------


@pytest.mark.parametrize("threshold", [1.0, 5.0, 7.75])
def test_without_leak_it_is_the_neuron_of_the_engine(threshold: float) -> None:
    currents = np.arange(0, 4.1, 0.1)
    model = GeNNModel("float", "neuron_without_leak")
    model.dt = 1.0
    start = {"V": 0.0, "SpikeCount": 0}
    cells = model.add_neuron_population(
        "cells", len(currents), integrate_and_fire, {"Vthr": threshold}, start
    )
    model.add_current_source("inputs", pixel_current, cells, {}, {"magnitude": currents})
    model.build()
    model.load()
    engine, count = np.zeros((100, len(currents)), np.float32), cells.vars["SpikeCount"]
    for step in range(100):
        model.step_time()
        cells.vars["V"].pull_from_device()
        engine[step] = cells.vars["V"].view
    count.pull_from_device()
    for number, current in enumerate(currents):
        voltages, spikes = simulate_neuron(current, threshold, 0.0, 100)
        np.testing.assert_array_equal(voltages, engine[:, number])
        assert spikes.sum() == count.view[number]


def test_a_leak_takes_its_share_of_the_voltage() -> None:
    voltages, _ = simulate_neuron(1.0, 5.0, 0.5, 60)
    np.testing.assert_allclose(voltages, 2 - 2.0 ** -np.arange(60))


@pytest.mark.slow
def test_turning_the_leak() -> None:
    shown = widgets.neuron()
    assert "7 spikes without leak; 5 spikes with a leak of 10 % per step" in answer(shown)
    assert "7 spikes without leak; 0 spikes with a leak of 25 % per step" in turn(shown, 2, 0.25)


# --- One image, and batches ----------------------------------------------------------------------


def test_image_and_steps() -> None:
    images, labels = digits()
    shown = MAKERS["image_and_steps"]()
    turn(shown, 0, 8)
    turned = turn(shown, 1, 40)
    (counts,) = classify(network(), images[8:9], timesteps=40).counts
    assert f"A {labels[8]}, read as {counts.argmax()} after 40 ms: {counts.max()} spike" in turned


def test_no_spike_yet() -> None:
    assert "no answer yet after 1 ms: no output neuron" in turn(MAKERS["image_and_steps"](), 1, 1)


def test_too_few_images_for_a_batch() -> None:
    with pytest.raises(ValueError, match="at least as many as the largest of sizes, 256, not 10;"):
        widgets.batch_size(load_weights(), digits()[0][:10])


# --- Their figures -------------------------------------------------------------------------------

VOLTAGES = np.tile([1.0, 2.5, 0.0], (2, 10))


@pytest.fixture(params=["leak", "reading", "time_per_image"])
def draw(request: pytest.FixtureRequest) -> Callable[[], Figure]:
    image, counts = np.arange(784) % 256, np.arange(10)
    return {
        "leak": lambda: figures.plot_leak(VOLTAGES, VOLTAGES == 0, (0, 0.1), input_mv=2),
        "reading": lambda: figures.plot_reading(image, counts, 3, 100),
        "time_per_image": lambda: figures.plot_time_per_image([1, 8, 64], [1e-4, 3e-5, 9e-6], 8),
    }[request.param]


class TestEveryFigure(EveryFigure):
    pass


def test_figures_refuse_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="voltages and spikes should have the same shape"):
        figures.plot_leak(VOLTAGES, VOLTAGES[0] == 0, (0, 0.1), input_mv=2)
    with pytest.raises(ValueError, match="leaks should be one or two, one for each row"):
        figures.plot_leak(VOLTAGES, VOLTAGES == 0, (0,), input_mv=2)
    with pytest.raises(ValueError, match="threshold should be more than 0"):
        figures.plot_leak(VOLTAGES, VOLTAGES == 0, (0, 0.1), input_mv=2, threshold=0)
    with pytest.raises(ValueError, match=r"counts should have the shape \(n, 10\)"):
        figures.plot_reading(np.zeros(784), np.zeros(9), 3, 100)
    with pytest.raises(ValueError, match="sizes should ascend"):
        figures.plot_time_per_image([8, 1], [1e-4, 1e-4], 8)
    with pytest.raises(ValueError, match="chosen should be one of the sizes"):
        figures.plot_time_per_image([1, 8], [1e-4, 1e-4], 2)
