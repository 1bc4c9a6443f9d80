"""The widget of the whole test set: its answers, and a network that stays as it was."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tests.tutorial_helpers.widgets.turning import digits, network, turn
from tutorial_helpers import widgets
from tutorial_helpers.data import load_weights
from tutorial_helpers.inference import accuracy, classify
from tutorial_helpers.models import build_classifier
from tutorial_helpers.widgets.all_images import _confusion_table


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
