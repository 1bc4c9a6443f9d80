"""The animations: what their frames show, what they say, and where they play."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from tutorial_helpers import figures
from tutorial_helpers.figures import style

SIZES = [784, 128, 10]


@pytest.fixture(scope="module")
def animation(spikes: list[tuple[np.ndarray, np.ndarray]]) -> figures.player.Animation:
    return figures.animate_activity(spikes, SIZES, steps=5)


class TestAnimation:
    def test_a_frame_for_each_step(self, animation: figures.player.Animation):
        frames = re.findall(r"frames\[(\d+)\] = \"data:image/png;base64,", animation.html)
        assert [int(frame) for frame in frames] == list(range(5))

    def test_its_frames_have_few_colours(self, animation: figures.player.Animation):
        frames = re.findall(r"data:image/png;base64,([^\"]*)", animation.html)
        for frame in frames:
            with Image.open(io.BytesIO(base64.b64decode(frame))) as image:
                assert image.mode == "P"

    def test_needs_no_network(self, animation: figures.player.Animation):
        assert not re.search(r"""(src|href)\s*=\s*["']?(https?:)?//""", animation.html)
        assert "<link" not in animation.html
        assert 'class="fa' not in animation.html, "an icon that only a font from the web shows"

    def test_plays_without_scripts(self, animation: figures.player.Animation):
        (tag,) = re.findall(r"<img [^>]*>", animation.html)
        (data,) = re.findall(r'src="data:image/gif;base64,([^"]*)"', tag)
        assert base64.b64decode(data) == animation.gif
        assert f'alt="{animation.alt}"' in tag

    def test_picture_rests_on_its_last_frame(self, animation: figures.player.Animation):
        with Image.open(io.BytesIO(animation.gif)) as gif:
            assert (gif.n_frames, gif.info["loop"]) == (5, 0)
            durations = []
            for frame in range(gif.n_frames):
                gif.seek(frame)
                durations.append(gif.info["duration"])
        assert durations == [200] * 4 + [4000]

    def test_starts_with_the_last_frame(self, animation: figures.player.Animation):
        assert "this.current_frame = frames.length - 1;" in animation.html

    def test_words(
        self, animation: figures.player.Animation, spikes: list[tuple[np.ndarray, np.ndarray]]
    ):
        totals = [len(np.unique(np.c_[t, n][t < 5], axis=0)) for t, n in spikes]
        numbers = re.findall(r"\((\d+)", animation.alt)
        assert [int(number) for number in numbers] == totals
        assert repr(animation) == animation.alt

    def test_what_ipython_shows(self, animation: figures.player.Animation):
        data = animation._repr_mimebundle_()
        assert data == style.described(animation.html, animation.alt)

    def test_same_text_each_time(
        self, animation: figures.player.Animation, spikes: list[tuple[np.ndarray, np.ndarray]]
    ):
        again = figures.animate_activity(spikes, SIZES, steps=5)
        assert again.gif == animation.gif
        assert again.html == animation.html

    @pytest.mark.slow
    def test_size(self, spikes: list[tuple[np.ndarray, np.ndarray]]):
        animation = figures.animate_activity(spikes, SIZES, steps=30)
        assert len(animation.html) < 1_000_000

    def test_afterglow(self):
        fired = np.array([[1, 0], [0, 0], [0, 1], [1, 1]])
        glow = figures.animation._afterglow(fired)
        np.testing.assert_allclose(glow, [[1, 0], [0.6, 0], [0.36, 1], [1, 1]])

    def test_bad_arguments(self, spikes: list[tuple[np.ndarray, np.ndarray]]):
        with pytest.raises(ValueError, match="sizes should be 784, any number, and 10, not"):
            figures.animate_activity(spikes[1:], SIZES[1:])
        for steps in (0, 2.0, 61):
            with pytest.raises(ValueError, match=r"^steps should be"):
                figures.animate_activity(spikes, SIZES, steps=steps)
        with pytest.raises(ValueError, match="frames_per_second should be an integer"):
            figures.animate_activity(spikes, SIZES, frames_per_second=0)


class TestBatchAnimation:
    counts = np.zeros((3, 2, 10), int)
    counts[1:, 0, 7] = counts[2:, 1, 4] = 1

    def test_a_frame_for_each_step(self):
        animation = figures.animate_batch(np.eye(2, 784), np.array([7, 2]), self.counts)
        with Image.open(io.BytesIO(animation.gif)) as gif:
            assert gif.n_frames == 3
            gif.seek(2)
            last = {colour for _, colour in gif.convert("RGB").getcolors(1 << 20)}
        for colour in (style.BLUE, style.VERMILION):  # a right answer, and a wrong one
            exact = np.array([int(colour[n : n + 2], 16) for n in (1, 3, 5)])
            assert min(np.abs(exact - shown).max() for shown in last) < 8

    def test_html_is_the_picture(self):
        animation = figures.animate_batch(np.eye(2, 784), np.array([7, 2]), self.counts)
        (data,) = re.findall(r'<img .*src="data:image/gif;base64,([^"]*)"', animation.html)
        assert base64.b64decode(data) == animation.gif
        assert f'alt="{animation.alt}"' in animation.html
        assert "script" not in animation.html

    def test_words(self):
        images, labels = np.eye(2, 784), np.array([7, 4])
        assert "In the end 2 of 2 answers are right." in repr(
            figures.animate_batch(images, labels, self.counts)
        )
        some = repr(figures.animate_batch(images, labels, self.counts[:2]))
        assert "the first copy has one after 2 ms. In the end 1 of 2 answers is right." in some
        none = repr(figures.animate_batch(images, labels, self.counts[:1]))
        assert "the answer; no copy gets an answer. In the end 0 of 2 answers are right." in none

    def test_bad_arguments(self):
        images, labels = np.eye(17, 784), np.zeros(17, int)
        with pytest.raises(ValueError, match="images should be at most 16, not 17"):
            figures.animate_batch(images, labels, np.zeros((3, 17, 10)))
        with pytest.raises(
            ValueError, match=r"counts should have the shape \(steps, 2, 10\), not \(3, 3, 10\)"
        ):
            figures.animate_batch(images[:2], labels[:2], np.zeros((3, 3, 10)))
        with pytest.raises(ValueError, match="steps should be at most 60, not 61"):
            figures.animate_batch(images[:2], labels[:2], np.zeros((61, 2, 10)))
