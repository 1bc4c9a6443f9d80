"""The curve of a network that learns: what it shows, when it is drawn, and where it ends up."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from matplotlib.figure import Figure
from PIL import Image

from tests.tutorial_helpers.figures.every_figure import EveryFigure, curve, drawn_by, looks, title
from tutorial_helpers import figures
from tutorial_helpers.figures import learning

RIGHT = np.random.default_rng(1).random(3000) < np.linspace(0.1, 1.0, 3000)
BATCHES = [RIGHT[first : first + 128] for first in range(0, 3000, 128)]


class TestRightAnswers:
    def test_the_last_1280_images(self):
        (axes,) = figures.plot_right_answers({"Adam": RIGHT}).axes
        seen, percentage = curve(axes, "Adam")
        assert seen == [*range(128, 3000, 128), 3000]
        for images, found in zip(seen, percentage, strict=True):
            assert found == pytest.approx(100 * RIGHT[max(images - 1280, 0) : images].mean())
        assert (axes.get_xlim(), axes.get_ylim()) == ((0, 3000), (0, 100))

    def test_several_curves(self):
        curves = {"Adam": RIGHT, "momentum": RIGHT[:500], "none": ~RIGHT}
        figure = figures.plot_right_answers(curves, images=5000)
        (axes,), (legend,) = figure.axes, figure.legends
        assert axes.get_xlim() == (0, 5000)
        assert len(looks(axes)) == 3
        assert title(axes) == "Right answers while learning"
        assert [text.get_text() for text in legend.texts] == [
            f"{name}: {100 * right[-1280:].mean():.1f} %" for name, right in curves.items()
        ]

    def test_words(self):
        assert title(figures.plot_right_answers({"": np.array([True])})) == (
            "Right answers while learning: 100.0 %"
        )
        figure = figures.plot_right_answers({"Adam": np.arange(256) > 0})
        assert title(figure) == "Right answers while learning, Adam: 99.6 %"
        assert figure.get_label() == (
            "Right answers while learning, in per cent of the last 1,280 images: Adam, 99.2 after "
            "128 images, first above 90 after 128, 99.6 after 256."
        )

    @pytest.mark.parametrize(
        ("answers", "words"),
        [
            ({}, "answers should hold at least one curve"),
            ({"a": RIGHT[:0]}, "each at least one answer"),
            (dict.fromkeys("abcd", RIGHT), "curves should be at most 3, not 4"),
        ],
    )
    def test_errors(self, answers: dict[str, np.ndarray], words: str):
        with pytest.raises(ValueError, match=words):
            figures.plot_right_answers(answers)
        with pytest.raises(ValueError, match="answers should be at most 2000, not 3,000"):
            figures.plot_right_answers({"a": RIGHT}, images=2000)


class TestLearningCurve:
    def test_one_output_that_is_updated(self, published: list[dict]):
        growing = figures.LearningCurve(3000)
        for batch in BATCHES:
            growing.add(batch)
        first, *others = published
        assert [output.get("update", False) for output in published] == [False] + len(others) * [
            True
        ]
        assert len({output["transient"]["display_id"] for output in published}) == 1
        # What stays is the picture of all images, and a terminal shows its words alone.
        expected = figures.plot_right_answers({"": RIGHT}).get_label()
        assert others[-1]["data"]["text/plain"] == expected
        assert f'alt="{expected}"' in others[-1]["data"]["text/html"]
        assert "text/plain" not in first["data"]

    def test_outside_a_notebook(self, capsys: pytest.CaptureFixture[str]):
        InteractiveShell.clear_instance()
        growing = figures.LearningCurve(3000)
        for batch in BATCHES:
            growing.add(batch)
        assert capsys.readouterr().out.endswith("after 3,000.\n")

    def test_drawing_takes_a_small_part_of_the_time(self, monkeypatch: pytest.MonkeyPatch):
        now = 0.0

        def clock() -> float:
            return now

        def show(picture: str) -> None:
            nonlocal now
            pictures.append(picture)
            now += 0.01

        monkeypatch.setattr(learning, "perf_counter", clock)
        pictures: list[str] = []
        growing = figures.LearningCurve(60_000, show=show)
        for _ in range(400):
            growing.add(BATCHES[0])
            now += 0.01
        assert 7 <= len(pictures) <= 10

    def test_the_last_full_batch_is_drawn(self):
        pictures: list[str] = []
        growing = figures.LearningCurve(1000, show=pictures.append)
        for batch in BATCHES[:7]:  # an eighth does not fit
            growing.add(batch)
        assert "after 896." in pictures[-1]

    def test_pictures_are_those_of_the_figure(self):
        pictures: list[str] = []
        growing = figures.LearningCurve(3000, earlier={"Adam": RIGHT}, show=pictures.append)
        for batch in BATCHES:
            growing.add(batch, "momentum")
        drawn = [
            Image.open(io.BytesIO(base64.b64decode(re.search(r"base64,([^\"]*)", one)[1])))
            for one in pictures
        ]
        assert len({picture.size for picture in drawn}) == 1
        figure = figures.plot_right_answers({"Adam": RIGHT, "momentum": RIGHT}, images=3000)
        file = io.BytesIO()
        figure.savefig(file, dpi=110)
        # The layout is that of the first picture, whose numbers in the legend were narrower.
        difference = np.abs(
            np.asarray(drawn[-1], int) - np.asarray(Image.open(file).convert("RGB"), int)
        )
        assert np.mean(difference > 64) < 0.02

    def test_answers_can_be_drawn_again(self):
        growing = figures.LearningCurve(3000, show=len)
        for batch in BATCHES:
            growing.add(batch, "Adam")
            growing.add(~batch, "momentum")
        assert list(growing.answers) == ["Adam", "momentum"]
        assert np.array_equal(growing.answers["Adam"], RIGHT)
        again = figures.LearningCurve(3000, earlier=growing.answers, show=len)
        again.draw()
        assert growing.answers.keys() == again.answers.keys()

    @pytest.mark.parametrize(
        ("right", "words"),
        [
            ([], "True or False for each image of a batch"),
            ([1, 0], "guesses == labels, not int64 of the shape"),
            (True, r"not bool of the shape \(\)"),
            (RIGHT, "images should be at most 1000, not 3,000"),
        ],
    )
    def test_errors(self, right: object, words: str):
        growing = figures.LearningCurve(1000, show=len)
        with pytest.raises(ValueError, match=words):
            growing.add(right)
        assert growing.answers == {}

    def test_too_many_curves(self):
        growing = figures.LearningCurve(1000, earlier=dict.fromkeys("abc", RIGHT), show=len)
        with pytest.raises(ValueError, match="curves should be at most 3, not 4"):
            growing.add(BATCHES[0], "d")
        with pytest.raises(ValueError, match="images should be an integer of at least 1, not 0"):
            figures.LearningCurve(0)


@pytest.fixture(params=drawn_by(learning))
def draw(request: pytest.FixtureRequest) -> Callable[[], Figure]:
    assert request.param == "right_answers"
    return lambda: figures.plot_right_answers({"Adam": RIGHT, "momentum": RIGHT[:900]})


class TestEveryFigure(EveryFigure):
    pass
