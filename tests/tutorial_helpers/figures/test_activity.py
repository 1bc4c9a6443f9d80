"""The figures of what goes on inside the network: what they draw, say and refuse."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from tests.tutorial_helpers.figures.every_figure import EveryFigure, drawn_by, title
from tutorial_helpers import figures
from tutorial_helpers.figures import activity, style

SIZES = [784, 128, 10]


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


LEAK = np.tile([1.0, 2.5, 0.0], (2, 10))


class TestLeak:
    def test_bad_arguments(self):
        with pytest.raises(ValueError, match="voltages and spikes should have the same shape"):
            figures.plot_leak(LEAK, LEAK[0] == 0, (0, 0.1), input_mv=2)
        with pytest.raises(ValueError, match="leaks should be one or two, one for each row"):
            figures.plot_leak(LEAK, LEAK == 0, (0,), input_mv=2)
        with pytest.raises(ValueError, match="threshold should be more than 0"):
            figures.plot_leak(LEAK, LEAK == 0, (0, 0.1), input_mv=2, threshold=0)


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


class TestCountChanges:
    def test_bars(self):
        first = np.full((4, 10), 5, np.uint32)
        second = first.copy()
        second[1, 3] -= 1
        second[2, [0, 9]] += np.uint32(1)
        figure = figures.plot_count_changes(first, second)
        assert [bar.get_height() for bar in figure.axes[0].patches] == [2, 1, 1]
        assert title(figure) == "Counts change for 2 of 4 images"
        assert "at most 2 more or less" in figure.get_label()

    def test_no_changes(self, counts: np.ndarray):
        figure = figures.plot_count_changes(counts, counts)
        assert [bar.get_height() for bar in figure.axes[0].patches] == [len(counts)]
        assert title(figure) == "Counts change for 0 of 40 images"

    def test_lengths_that_differ(self, counts: np.ndarray):
        with pytest.raises(ValueError, match="counts should be 40, one for each image, not 39"):
            figures.plot_count_changes(counts, counts[1:])


@pytest.fixture(params=drawn_by(activity))
def draw(
    request: pytest.FixtureRequest,
    spikes: list[tuple[np.ndarray, np.ndarray]],
    image: np.ndarray,
    counts: np.ndarray,
) -> Callable[[], Figure]:
    arguments = {
        "neuron": ([1, 2, 0, 3, -1],),
        "pixels": ({"grey level": image, "spikes in 100 ms": image // 5},),
        "count_changes": (counts, counts[::-1]),
        "raster": (spikes, SIZES, 4),
        "leak": (LEAK, LEAK == 0, (0, 0.1)),
        "drawing": (255 - np.eye(90), image, *spikes[2]),
    }[request.param]
    options = {"input_mv": 2} if request.param == "leak" else {}
    return lambda: getattr(figures, f"plot_{request.param}")(*arguments, **options)


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
