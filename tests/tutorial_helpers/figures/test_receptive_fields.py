"""Receptive fields: the weights of each neuron as an image, at rest and while it learns."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from tests.tutorial_helpers.figures.every_figure import EveryFigure, drawn_by, picture, texts, title
from tutorial_helpers import figures
from tutorial_helpers.figures import receptive_fields, style

NOISE = np.random.default_rng(1).normal(0.0, 0.1, (784, 20))
STROKES = np.where(np.arange(784) // 28 % 9 < 4, 1.0, -1.0)[:, np.newaxis] * np.ones(20)


class TestReceptiveFields:
    def test_each_neuron_has_an_image(self):
        figure = figures.plot_receptive_fields(NOISE[:, :5])
        shown = picture(figure.axes[0])
        assert shown.shape == (2 * 29 - 1, 3 * 29 - 1)
        for neuron in range(5):
            row, column = divmod(neuron, 3)
            tile = shown[29 * row : 29 * row + 28, 29 * column : 29 * column + 28]
            assert np.array_equal(tile.ravel(), NOISE[:, neuron])
        assert np.isnan(shown[28]).all()
        assert np.isnan(shown[29:, 58:]).all()  # there is no sixth neuron

    def test_white_is_zero(self):
        (image,) = figures.plot_receptive_fields(NOISE).axes[0].images
        low, high = image.get_clim()
        assert low == -high
        assert np.mean(np.abs(NOISE) > high) == pytest.approx(0.02, abs=0.001)
        assert image.cmap(image.norm(0.0)) == (1.0, 1.0, 1.0, 1.0)
        (still,) = figures.plot_receptive_fields(0 * NOISE).axes[0].images
        assert still.get_clim() == (-1.0, 1.0)

    def test_labels(self):
        figure = figures.plot_receptive_fields(NOISE[:, :4], np.array([7, 1, 7, 7]))
        assert texts(figure.axes[0]) == ["7", "1", "7", "7"]
        assert figure.get_label().endswith("The labels are 1 (1 neuron) and 7 (3 neurons).")
        figure = figures.plot_receptive_fields(NOISE[:, :2], ["seven", "seven"])
        assert figure.get_label().endswith("The labels are seven (2 neurons).")

    def test_words(self):
        figure = figures.plot_receptive_fields(STROKES)
        assert title(figure) == "The weights that reach 20 neurons"
        assert "20 neurons, each as an image of 28 by 28 pixels, from -1 to 1 mV" in (
            figure.get_label()
        )
        assert "a correlation of 1.00, where 0 is noise." in figure.get_label()
        assert "a correlation of 0.00," in figures.plot_receptive_fields(0 * NOISE).get_label()

    @pytest.mark.parametrize(
        ("weights", "labels", "words"),
        [
            (NOISE.T, None, r"weights should have the shape \(784, n\), not \(20, 784\)"),
            (NOISE[:, :0], None, r"not \(784, 0\)"),
            (NOISE + np.inf, None, "weights should be finite numbers, not all of them are"),
            (NOISE.astype(str), None, "weights should be finite numbers"),
            (np.zeros((784, 145)), None, "neurons should be at most 144, not 145"),
            (NOISE, [1, 2], "labels should be 20, one for each neuron, not 2"),
        ],
    )
    def test_errors(self, weights: np.ndarray, labels: object, words: str):
        with pytest.raises(ValueError, match=words):
            figures.plot_receptive_fields(weights, labels)


FRAMES = np.stack([NOISE, (NOISE + STROKES) / 2])
CAPTIONS = ("no image", "60,000 images")


@pytest.fixture(scope="module")
def animation() -> figures.player.Animation:
    return figures.animate_receptive_fields(FRAMES, CAPTIONS)


class TestAnimation:
    def test_one_scale_of_colours(self, animation: figures.player.Animation):
        with Image.open(io.BytesIO(animation.gif)) as gif:
            assert gif.n_frames == 2
            shares = []
            for frame in range(2):
                gif.seek(frame)
                pixels = np.asarray(gif.convert("RGB"), int)
                colours = [
                    [int(colour[n : n + 2], 16) for n in (1, 3, 5)]
                    for colour in (style.BLUE, style.VERMILION)
                ]
                shares.append([np.mean(np.abs(pixels - one).max(axis=2) < 24) for one in colours])
        noise, strokes = shares
        assert max(noise) < 0.01
        assert min(strokes) > 0.05

    def test_every_weight_is_a_square(self, animation: figures.player.Animation):
        with Image.open(io.BytesIO(animation.gif)) as gif:
            assert gif.size == (4 * 115 + 16, 4 * 115 + 64)  # 16 neurons, and gaps between them
            gif.seek(1)
            pixels = np.asarray(gif.convert("RGB"), int)[32:492, 8:468]
        squares = pixels.reshape(115, 4, 115, 4, 3)
        assert (squares == squares[:, :1, :, :1]).all()

    def test_plays_everywhere(self, animation: figures.player.Animation):
        assert len(re.findall(r"frames\[\d+\] = ", animation.html)) == 2
        assert f'alt="{animation.alt.replace(chr(34), "&quot;")}"' in animation.html
        assert not re.search(r"""(src|href)\s*=\s*["']?(https?:)?//""", animation.html)

    def test_words(self, animation: figures.player.Animation):
        assert repr(animation).startswith(
            "Animation of the weights that reach 16 neurons, each as an image of 28 by 28 pixels, "
            'in 2 frames, from "no image" to "60,000 images". '
        )
        first, last = map(float, re.findall(r" of (-?\d\.\d\d) in", animation.alt))
        assert abs(first) < 0.03
        assert last > 0.9

    def test_chosen_neurons(self):
        frames = np.stack([NOISE[:, :3], NOISE[:, [2, 1, 0]]])
        chosen = figures.animate_receptive_fields(frames, CAPTIONS, neurons=[2])
        again = figures.animate_receptive_fields(frames[:, :, 2:], CAPTIONS)
        assert chosen.gif == again.gif
        assert "that reach 1 neuron," in chosen.alt

    @pytest.mark.slow
    def test_size(self):
        # Each neuron turns from noise to strokes; the outermost pixels never change.
        share = np.linspace(0, 1, 30)[:, np.newaxis, np.newaxis]
        shake = np.random.default_rng(2).normal(0, 0.02, (30, 784, 20)).cumsum(axis=0)
        inner = np.pad(np.ones((20, 20)), 4).reshape(784, 1)
        frames = NOISE + inner * (share * STROKES + shake)
        animation = figures.animate_receptive_fields(frames, list(map(str, range(30))))
        assert len(animation.gif) < 600_000

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"snapshots": NOISE}, r"snapshots should have the shape \(frames, 784, n\), not"),
            ({"snapshots": np.zeros((31, 784, 1))}, "frames should be at most 30, not 31"),
            ({"captions": ["one"]}, "captions should be 2, one for each frame, not 1"),
            ({"neurons": range(17)}, "neurons should be at most 16, not 17"),
            ({"neurons": []}, "neurons should be numbers from 0 to 19, at least one"),
            ({"neurons": [20]}, r"neurons should be numbers from 0 to 19, .* not \[20\]"),
            ({"frames_per_second": 0}, "frames_per_second should be an integer"),
        ],
    )
    def test_errors(self, changes: dict[str, object], words: str):
        with pytest.raises(ValueError, match=words):
            figures.animate_receptive_fields(
                **{"snapshots": FRAMES, "captions": CAPTIONS, **changes}
            )


@pytest.fixture(params=drawn_by(receptive_fields))
def draw(request: pytest.FixtureRequest) -> Callable[[], Figure]:
    assert request.param == "receptive_fields"
    return lambda: figures.plot_receptive_fields(NOISE, np.arange(20) % 10)


class TestEveryFigure(EveryFigure):
    pass
