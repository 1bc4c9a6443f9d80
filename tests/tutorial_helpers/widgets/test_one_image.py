"""The widget of one image and the number of steps."""

from __future__ import annotations

from tests.tutorial_helpers.widgets.turning import digits, network, turn
from tutorial_helpers import widgets
from tutorial_helpers.inference import classify
from tutorial_helpers.widgets.panel import Panel


def shown_images() -> Panel:
    images, labels = digits()
    return widgets.image_and_steps(network(), images[:30], labels[:30])


def test_image_and_steps() -> None:
    images, labels = digits()
    shown = shown_images()
    turn(shown, 0, 8)
    turned = turn(shown, 1, 40)
    (counts,) = classify(network(), images[8:9], timesteps=40).counts
    assert f"A {labels[8]}, read as {counts.argmax()} after 40 ms: {counts.max()} spike" in turned


def test_no_spike_yet() -> None:
    assert "no answer yet after 1 ms: no output neuron" in turn(shown_images(), 1, 1)
