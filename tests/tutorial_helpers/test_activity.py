"""The figures of what goes on inside the network: what they draw, say and refuse."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from PIL import Image

from tests.tutorial_helpers.every_figure import EveryFigure
from tutorial_helpers import figures
from tutorial_helpers.figures import style

matplotlib.use("Agg")

SIZES = [784, 128, 10]


@pytest.fixture(scope="module")
def spikes() -> list[tuple[np.ndarray, np.ndarray]]:
    """Make recordings of three layers, of which the neuron 4 of the last is the most active."""
    rng = np.random.default_rng(1)
    layers = [
        (np.sort(rng.integers(0, 100, n)).astype(float), rng.integers(0, size, n).astype(np.int32))
        for n, size in zip([900, 90, 20], SIZES, strict=True)
    ]
    layers[2][1][::2] = 4
    return layers


@pytest.fixture(scope="module")
def image() -> np.ndarray:
    return np.random.default_rng(2).integers(0, 256, 784, dtype=np.uint8)


def title(figure: Figure) -> str:
    return figure.axes[0].get_title(loc="left")


class TestNeuron:
    def test_input_adds_up_to_a_spike(self):
        figure = figures.plot_neuron([2, 0, 2, -1, 2.5, 1], threshold=5)
        top, axes = figure.axes
        stems = [segment[:, 1].tolist() for segment in top.collections[0].get_segments()]
        assert stems == [[0, 2], [0, 2], [0, -1], [0, 2.5], [0, 1]]
        assert [segment[0, 0] for segment in axes.collections[0].get_segments()] == [4]
        assert axes.lines[0].get_ydata().tolist() == [0, 2, 2, 4, 3, 5.5, 0, 1, 1]
        assert (axes.get_xlabel(), axes.get_ylabel()) == ("time (ms)", "voltage\n(mV)")
        assert "receives 5 inputs, adds them up, and spikes at 4 ms" in figure.get_label()

    def test_never_spikes(self):
        label = figures.plot_neuron([1, 1]).get_label()
        assert "never spikes" in label
        assert label.endswith("its voltage is 2 mV in the end.")

    @pytest.mark.parametrize("inputs", [[], [[1.0]], [np.nan], [np.inf]])
    def test_bad_inputs(self, inputs: list[float]):
        with pytest.raises(ValueError, match=r"^inputs should be finite numbers.*\.$"):
            figures.plot_neuron(inputs)


class TestVoltages:
    def test_a_panel_for_each_neuron(self):
        voltages = np.array([[1.0, 4.0, 0.0], [2.0, 0.0, 0.0], [3.0, 4.0, 0.0]])
        figure = figures.plot_voltages(voltages, voltages == 0, np.array([1.0, 4.0, 7.5]))
        for axes, trace in zip(figure.axes, voltages.T, strict=True):
            assert axes.lines[0].get_ydata().tolist() == [0, *trace]
            assert axes.lines[0].get_xdata().tolist() == [0, 1, 2, 3]
            marks = [segment[0, 0] for segment in axes.collections[0].get_segments()]
            assert marks == (np.flatnonzero(trace == 0) + 1).tolist()
            assert axes.get_ylabel() == "mV"
        titles = [axes.get_title(loc="left") for axes in figure.axes]
        assert titles == [
            "1 mV per step: 0 spikes",
            "4 mV per step: 1 spike",
            "7.5 mV per step: 3 spikes",
        ]
        assert figure.axes[-1].get_xlabel() == "time (ms)"

    def test_bad_arguments(self):
        voltages, currents = np.ones((3, 2)), np.ones(2)
        spikes = voltages == 0
        with pytest.raises(ValueError, match=r"should have the same shape .*\(3, 2\) and \(3,\)"):
            figures.plot_voltages(voltages, spikes[:, 0], currents)
        with pytest.raises(ValueError, match="currents should be 2, one for each neuron"):
            figures.plot_voltages(voltages, spikes, currents[:1])
        with pytest.raises(ValueError, match="neurons should be at most 8, not 9"):
            figures.plot_voltages(np.ones((3, 9)), np.ones((3, 9), bool), np.ones(9))
        with pytest.raises(ValueError, match="voltages should be finite"):
            figures.plot_voltages(-voltages, spikes, currents)


class TestPixels:
    def test_maps(self, image: np.ndarray):
        figure = figures.plot_pixels({"grey level": image, "half": image / 2})
        maps, bars = figure.axes[:2], figure.axes[2:]
        assert len(bars) == 2
        for axes, values in zip(maps, [image, image / 2], strict=True):
            np.testing.assert_array_equal(axes.images[0].get_array(), values.reshape(28, 28))
            assert axes.images[0].get_clim() == (0, values.max())
            assert axes.get_xlabel() == "column"
        assert [axes.get_title(loc="left") for axes in maps] == ["grey level", "half"]
        assert f"half, from {image.min() / 2:.4g} to {image.max() / 2:.4g}" in figure.get_label()

    @pytest.mark.parametrize("n", [0, 4])
    def test_number_of_maps(self, image: np.ndarray, n: int):
        with pytest.raises(ValueError, match=r"^maps should be .*, not \d\.$"):
            figures.plot_pixels({str(i): image for i in range(n)})

    def test_wrong_shape(self):
        with pytest.raises(ValueError, match=r"shape \(n, 784\)"):
            figures.plot_pixels({"few": np.zeros(783)})


class TestRates:
    def test_dots(self, image: np.ndarray):
        figure = figures.plot_rates(image, image // 5, duration_ms=50)
        (axes,) = figure.axes
        np.testing.assert_array_equal(axes.lines[0].get_xdata(), image)
        np.testing.assert_array_equal(axes.lines[0].get_ydata(), image // 5)
        assert axes.get_xlabel() == "grey level of the pixel"
        assert axes.get_ylabel() == "spikes in 50 ms"

    def test_bad_arguments(self, image: np.ndarray):
        with pytest.raises(ValueError, match=r"counts should have the shape \(784,\), not"):
            figures.plot_rates(image, image[:-1])
        with pytest.raises(ValueError, match="duration_ms should be more than 0, not 0"):
            figures.plot_rates(image, image, duration_ms=0)


class TestRaster:
    def test_every_spike_is_drawn(self, spikes: list[tuple[np.ndarray, np.ndarray]]):
        figure = figures.plot_raster(spikes, SIZES, 4)
        first, hidden, output = figure.axes
        for axes, (times, neurons) in zip((first, hidden), spikes[:2], strict=True):
            np.testing.assert_array_equal(axes.lines[0].get_xdata(), times)
            np.testing.assert_array_equal(axes.lines[0].get_ydata(), neurons)
        dashes = output.collections[0]
        middles = [segment.mean(axis=0) for segment in dashes.get_segments()]
        np.testing.assert_allclose(middles, np.column_stack(spikes[2]))
        colours = [to_hex(colour) for colour in dashes.get_colors()]
        assert [colour == "#0072b2" for colour in colours] == (spikes[2][1] == 4).tolist()
        names = [axes.get_ylabel().split("\n")[0] for axes in figure.axes]
        assert names == ["input", "hidden", "output"]
        assert output.get_xlabel() == "time (ms)"

    def test_true_digit_is_marked(self, spikes: list[tuple[np.ndarray, np.ndarray]]):
        output = figures.plot_raster(spikes, SIZES, 4).axes[-1]
        (band,) = output.patches
        assert (band.get_y(), band.get_height()) == (3.5, 1)
        assert "4, the true digit" in output.get_title(loc="left")
        assert not figures.plot_raster(spikes, SIZES).axes[-1].patches

    def test_silence(self):
        nothing = (np.array([]), np.array([], dtype=np.int32))
        figure = figures.plot_raster([nothing] * 3, SIZES, 0)
        assert "0 spikes of the 784 input neurons" in figure.get_label()
        assert style.png(figure)

    def test_bad_arguments(self, spikes: list[tuple[np.ndarray, np.ndarray]]):
        times, neurons = spikes[2]
        with pytest.raises(ValueError, match="names should be 3, one for each layer, not 1"):
            figures.plot_raster(spikes, SIZES, names=["all"])
        with pytest.raises(ValueError, match="sizes should end in 10"):
            figures.plot_raster(spikes[:2], SIZES[:2], names=["a", "b"])
        with pytest.raises(ValueError, match="at least two layers, with a size for each, not 3"):
            figures.plot_raster(spikes, SIZES[:2])
        with pytest.raises(ValueError, match="equally many"):
            figures.plot_raster([*spikes[:2], (times, neurons[:-1])], SIZES)
        with pytest.raises(ValueError, match="neurons from 0 to 9, not all are"):
            figures.plot_raster([*spikes[:2], (times, neurons + 7)], SIZES)
        with pytest.raises(ValueError, match="label should be digits from 0 to 9"):
            figures.plot_raster(spikes, SIZES, 10)


class TestOutputCounts:
    def test_bars(self):
        counts = np.array([0, 3, 0, 0, 5, 0, 0, 0, 0, 1])
        figure = figures.plot_output_counts(counts, 1)
        (axes,) = figure.axes
        assert [bar.get_height() for bar in axes.patches] == counts.tolist()
        colours = [to_hex(bar.get_facecolor()) for bar in axes.patches]
        assert colours[1] == "#0072b2"  # the true digit
        assert colours[4] == "#d55e00"  # the one that is read
        assert len(set(colours)) == 3
        assert title(figure) == "After 100 ms: read as 4"
        assert figure.get_label().endswith("for a 1: after 100 ms most, 5, of neuron 4.")

    def test_a_panel_for_each_duration(self):
        counts = np.array([[0] * 10, [0] * 7 + [4, 0, 0]])
        figure = figures.plot_output_counts(counts, 7, durations_ms=[10, 30])
        titles = [axes.get_title(loc="left") for axes in figure.axes]
        assert titles == ["After 10 ms: no spike yet", "After 30 ms: read as 7"]
        assert figure.axes[0].get_ylim() == figure.axes[1].get_ylim()

    def test_bad_arguments(self):
        with pytest.raises(ValueError, match=r"counts should be 10 for each of 1 .* \(2, 10\)"):
            figures.plot_output_counts(np.ones((2, 10)), 1)
        with pytest.raises(ValueError, match=r"counts should be 10 for each of 1 .* \(1, 9\)"):
            figures.plot_output_counts(np.ones(9), 1)
        with pytest.raises(ValueError, match="duration_ms should be more than 0, not -1"):
            figures.plot_output_counts(np.ones(10), 1, durations_ms=[-1])
        with pytest.raises(ValueError, match="durations_ms should be at most 5, not 6"):
            figures.plot_output_counts(np.ones((6, 10)), 1, durations_ms=range(1, 7))


@pytest.fixture(scope="module")
def animation(spikes: list[tuple[np.ndarray, np.ndarray]]) -> figures.animation.Animation:
    return figures.animate_activity(spikes, SIZES, steps=5)


class TestAnimation:
    def test_a_frame_for_each_step(self, animation: figures.animation.Animation):
        frames = re.findall(r"frames\[(\d+)\] = \"data:image/png;base64,", animation.html)
        assert [int(frame) for frame in frames] == list(range(5))

    def test_needs_no_network(self, animation: figures.animation.Animation):
        assert not re.search(r"""(src|href)\s*=\s*["']?(https?:)?//""", animation.html)
        assert "<link" not in animation.html
        assert 'class="fa' not in animation.html, "an icon that only a font from the web shows"

    def test_plays_without_scripts(self, animation: figures.animation.Animation):
        (tag,) = re.findall(r"<img [^>]*>", animation.html)
        (data,) = re.findall(r'src="data:image/gif;base64,([^"]*)"', tag)
        assert base64.b64decode(data) == animation.gif
        assert f'alt="{animation.alt}"' in tag
        assert Image.open(io.BytesIO(animation.still)).width <= 9 * 110

    def test_picture_rests_on_its_last_frame(self, animation: figures.animation.Animation):
        with Image.open(io.BytesIO(animation.gif)) as gif:
            assert (gif.n_frames, gif.info["loop"]) == (5, 0)
            durations = []
            for frame in range(gif.n_frames):
                gif.seek(frame)
                durations.append(gif.info["duration"])
        assert durations == [200] * 4 + [4000]

    def test_starts_with_the_last_frame(self, animation: figures.animation.Animation):
        assert "this.current_frame = frames.length - 1;" in animation.html

    def test_words(
        self, animation: figures.animation.Animation, spikes: list[tuple[np.ndarray, np.ndarray]]
    ):
        totals = [len(np.unique(np.c_[t, n][t < 5], axis=0)) for t, n in spikes]
        numbers = re.findall(r"\((\d+)", animation.alt)
        assert [int(number) for number in numbers] == totals
        assert repr(animation) == animation.alt

    def test_what_ipython_shows(self, animation: figures.animation.Animation):
        data, metadata = animation._repr_mimebundle_()
        assert data == {
            "text/html": animation.html,
            "image/png": animation.still,
            "text/plain": animation.alt,
        }
        assert metadata["image/png"]["alt"] == metadata["text/html"]["alt"] == animation.alt

    def test_same_text_each_time(
        self, animation: figures.animation.Animation, spikes: list[tuple[np.ndarray, np.ndarray]]
    ):
        again = figures.animate_activity(spikes, SIZES, steps=5)
        assert again.still == animation.still
        assert again.gif == animation.gif
        assert again.html == animation.html

    @pytest.mark.slow
    def test_size(self, spikes: list[tuple[np.ndarray, np.ndarray]]):
        animation = figures.animate_activity(spikes, SIZES, steps=30)
        assert len(animation.html) + len(base64.b64encode(animation.still)) < 1_000_000

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
        (data,) = re.findall(r'<img src="data:image/gif;base64,([^"]*)"', animation.html)
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


@pytest.fixture(
    params=["neuron", "voltages", "pixels", "rates", "raster", "output_counts", "drawing"]
)
def draw(
    request: pytest.FixtureRequest,
    spikes: list[tuple[np.ndarray, np.ndarray]],
    image: np.ndarray,
) -> Callable[[], Figure]:
    voltages = np.tile([1.0, 2.5, 0.0], 10)[:, None] * np.ones(4)
    counts = np.bincount(spikes[2][1], minlength=10)
    arguments = {
        "neuron": ([1, 2, 0, 3, -1],),
        "voltages": (voltages, voltages == 0, np.arange(1, 5)),
        "pixels": ({"grey level": image, "spikes in 100 ms": image // 5},),
        "rates": (image, image // 5),
        "raster": (spikes, SIZES, 4),
        "output_counts": (counts, 4),
        "drawing": (255 - np.eye(90), image, *spikes[2]),
    }[request.param]
    return lambda: getattr(figures, f"plot_{request.param}")(*arguments)


class TestEveryFigure(EveryFigure):
    pass


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"picture": np.zeros(9)}, "picture should have the shape"),
        ({"picture": np.full((9, 9), np.nan)}, "picture should be finite"),
        ({"image": np.zeros(9)}, "images should have the shape"),
        ({"neurons": np.array([10])}, "spikes should be of neurons from 0 to 9"),
        ({"times": np.array([1.0, 2.0])}, "spikes should be pairs of times and neurons"),
        ({"duration_ms": 0}, "duration_ms should be more than 0"),
    ],
)
def test_bad_drawings(changed: dict[str, object], words: str):
    drawing = {
        "picture": np.ones((9, 9)),
        "image": np.zeros(784),
        "times": np.array([1.0]),
        "neurons": np.array([3]),
    }
    with pytest.raises(ValueError, match=words):
        figures.plot_drawing(**drawing | changed)
