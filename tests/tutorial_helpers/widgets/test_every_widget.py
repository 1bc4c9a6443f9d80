"""What all widgets with controls have in common."""

from __future__ import annotations

import html
import re
import threading
from collections.abc import Callable

import pytest

from tests.tutorial_helpers.widgets.turning import answer, digits, network, sliders, turn
from tutorial_helpers import widgets
from tutorial_helpers.data import load_weights
from tutorial_helpers.learning import random_weights
from tutorial_helpers.widgets.panel import VIEW, Panel

MAKERS: dict[str, Callable[[], Panel]] = {
    "whole_test_set": lambda: widgets.whole_test_set(network(), *digits()),
    "neuron": widgets.neuron,
    "image_and_steps": lambda: widgets.image_and_steps(
        network(), *(part[:30] for part in digits())
    ),
    "learning_rate": lambda: widgets.learning_rate(
        random_weights([784, 16, 10]), *digits(), still_images=64
    ),
    "batch_size": lambda: widgets.batch_size(load_weights(), digits()[0], sizes=[1, 16]),
}


def test_all_are_tested() -> None:
    assert set(MAKERS) == set(widgets.__all__)


@pytest.mark.parametrize("name", MAKERS)
def test_forms_that_a_front_end_chooses_from(name: str) -> None:
    shown = MAKERS[name]()
    data = shown._repr_mimebundle_()
    assert next(iter(data)) == VIEW
    assert data[VIEW]["model_id"] == shown.box.model_id
    assert data["text/plain"] == repr(shown)
    assert f'alt="{html.escape(repr(shown))}" src="data:image/png;base64,' in data["text/html"]


@pytest.mark.parametrize("name", MAKERS)
def test_controls_are_labelled_and_follow_the_drag(name: str) -> None:
    controls = sliders(MAKERS[name]())
    assert controls
    for control in controls.values():
        assert control.description
        assert control.continuous_update


@pytest.mark.parametrize("name", MAKERS)
def test_ends_of_all_sliders_have_answers(name: str) -> None:
    shown = MAKERS[name]()
    for number, control in sliders(shown).items():
        ends = [control.options[0], control.options[-1]] if hasattr(control, "options") else None
        for value in ends or [control.min, control.max]:
            assert "<b>" in turn(shown, number, value) or "<img" in answer(shown)
            assert 'role="alert"' not in answer(shown)


@pytest.mark.parametrize("name", MAKERS)
def test_pictures_have_alternative_text(name: str) -> None:
    pictures = re.findall("<img[^>]*>", answer(MAKERS[name]()))
    assert all(re.search(r'alt="[^"]{20,}"', one) for one in pictures)


def test_no_thread_is_started() -> None:
    before = threading.active_count()
    for make in MAKERS.values():
        make()
    assert threading.active_count() == before
