"""The widget of the learning rate: it learns beside other cells, and stops at once."""

from __future__ import annotations

import asyncio
import re
from functools import cache

import numpy as np
import pytest

from tests.tutorial_helpers.widgets.turning import answer, digits, turn
from tutorial_helpers import figures, widgets
from tutorial_helpers.learning import LearningNetwork, random_weights
from tutorial_helpers.widgets import learning_rates
from tutorial_helpers.widgets.panel import Panel

WEIGHTS = random_weights([784, 16, 10])


@cache
def many_digits() -> tuple[np.ndarray, np.ndarray]:
    images, labels = digits()
    return np.tile(images, (10, 1)), np.tile(labels, 10)


def made() -> Panel:
    return widgets.learning_rate(WEIGHTS, *many_digits(), still_images=64)


def press(shown: Panel, name: str) -> None:
    """Press a button, as a front end does."""
    (button,) = [one for one in shown.box.children[1].children if one.description == name]
    button.click()


def status(shown: Panel) -> str:
    return re.search('<p role="status">(.*?)</p>', answer(shown))[1]


def words(shown: Panel) -> str:
    """Return what the picture shows, in words."""
    return re.search('alt="([^"]*)"', answer(shown))[1]


async def batches(number: int) -> None:
    """Let the kernel do what there is to do, as often as it does between so many batches."""
    for _ in range(number):
        await asyncio.sleep(0)


def test_learns_until_it_is_stopped() -> None:
    shown = made()
    assert status(shown) == "Press Learn. The network starts from random weights."

    async def steps() -> None:
        press(shown, "Learn")
        await batches(5)
        assert status(shown) == "Learning at a rate of 0.02."
        assert "rate 0.02, " in words(shown)
        press(shown, "Stop")
        await batches(1)
        stopped = answer(shown)
        assert status(shown).startswith("Stopped. ")
        assert re.search(r"after (512|640)\.$", words(shown))
        await batches(3)
        assert answer(shown) == stopped
        press(shown, "Stop")

    asyncio.run(steps())


def test_sees_each_image_once() -> None:
    shown = made()
    images, labels = many_digits()

    async def steps() -> None:
        press(shown, "Learn")
        await batches(30)

    asyncio.run(steps())
    assert status(shown) == "All 3,000 images seen, at a rate of 0.02."
    network, right = LearningNetwork(WEIGHTS, name="learns_in_a_loop"), []
    for rows in np.split(np.random.default_rng(1).permutation(3000), range(128, 3000, 128)):
        beliefs = network.learn_batch(images[rows], labels[rows], 0.02)
        right.append(beliefs.argmax(axis=1) == labels[rows])
    expected = figures.plot_right_answers({"rate 0.02": np.concatenate(right)})
    assert words(shown) == expected.get_label()


def test_another_rate_starts_again() -> None:
    shown = made()

    async def steps() -> None:
        turn(shown, 0, 0.1)  # does not start anything
        assert status(shown).startswith("Press Learn.")
        await batches(2)
        assert learning_rates._task is None
        press(shown, "Learn")
        await batches(12)
        assert turn(shown, 0, 0.01).count("Learning at a rate of 0.01.") == 1
        await batches(4)
        # The run before is long enough to stay in the picture.
        assert re.search(r"rate 0.1, .*after 1,\d+; rate 0.01, ", words(shown))
        (first,) = re.findall(r"rate 0.01, (\S+) after 128 images", words(shown))
        turn(shown, 0, 0.02)  # the run at 0.01 was too short
        await batches(4)
        assert "rate 0.01," not in words(shown)
        turn(shown, 0, 0.01)
        await batches(4)
        # From the same weights, through the same images.
        assert f"rate 0.01, {first} after 128 images" in words(shown)
        press(shown, "Stop")
        await batches(1)

    asyncio.run(steps())


def test_a_cell_that_is_run_again_stops_what_it_started() -> None:
    async def steps() -> None:
        before = made()
        press(before, "Learn")
        await batches(3)
        again = made()
        await batches(1)
        assert status(before).startswith("Stopped. ")
        press(again, "Learn")
        await batches(3)
        assert status(again) == "Learning at a rate of 0.02."
        press(before, "Learn")
        await batches(3)
        assert status(again).startswith("Stopped. ")
        press(again, "Stop")  # stops what learns, wherever it was started
        await batches(1)
        assert status(before).startswith("Stopped. ")

    asyncio.run(steps())


def test_errors_are_shown_in_the_place_of_the_curve(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = made()

    async def steps() -> None:
        press(shown, "Learn")
        await batches(2)
        monkeypatch.setattr(LearningNetwork, "learn_batch", lambda *_: 1 / 0)
        await batches(2)
        assert "<b>ZeroDivisionError</b>: division by zero" in answer(shown)
        monkeypatch.undo()
        press(shown, "Learn")
        await batches(2)
        assert status(shown) == "Learning at a rate of 0.02."
        press(shown, "Stop")
        await batches(1)

    asyncio.run(steps())
