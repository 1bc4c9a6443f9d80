"""The figures of what a network answers: what they draw, what they say, what they refuse."""

from __future__ import annotations

import re
from collections.abc import Callable

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from tests.tutorial_helpers.figures.every_figure import EveryFigure, drawn_by, picture, title
from tutorial_helpers import figures
from tutorial_helpers.figures import answers, style


class TestSpikeCounts:
    def test_heat_map(self, counts: np.ndarray):
        axes, scale = figures.plot_spike_counts(counts).axes
        np.testing.assert_array_equal(picture(axes), counts.T)
        assert axes.images[0].get_clim() == (0, counts.max())
        assert axes.images[0].get_cmap().name == "Blues"
        assert (axes.get_xlabel(), axes.get_ylabel()) == ("image in the batch", "output neuron")
        assert scale.get_ylabel() == "spikes in 100 ms"

    @pytest.mark.parametrize(("duration", "words"), [(50, "50 ms"), (0.5, "0.5 ms")])
    def test_duration(self, counts: np.ndarray, duration: float, words: str):
        figure = figures.plot_spike_counts(counts, duration_ms=duration)
        assert figure.axes[-1].get_ylabel() == f"spikes in {words}"
        assert f"in {words} for 40 images" in figure.get_label()

    @pytest.mark.parametrize("n", [1, 16, 64, 65, 128, 256])
    def test_rows_of_64_images(self, n: int):
        spikes = np.random.default_rng(4).integers(0, 20, (n, 10))
        *panels, _ = figures.plot_spike_counts(spikes).axes
        assert len(panels) == -(-n // 64)
        np.testing.assert_array_equal(np.hstack([picture(axes) for axes in panels]), spikes.T)
        dots = np.vstack([axes.collections[0].get_offsets() for axes in panels])
        np.testing.assert_array_equal(dots, np.c_[np.arange(n), spikes.argmax(axis=1)])
        assert [axes.get_xlim()[0] for axes in panels] == [64 * i - 0.5 for i in range(len(panels))]

    def test_marks(self, counts: np.ndarray, labels: np.ndarray):
        figure = figures.plot_spike_counts(counts, labels)
        dots, crosses = (np.array(marks.get_offsets()) for marks in figure.axes[0].collections)
        np.testing.assert_array_equal(dots, np.c_[np.arange(len(counts)), counts.argmax(axis=1)])
        wrong = np.flatnonzero(counts.argmax(axis=1) != labels)
        assert 0 < len(wrong) < len(counts)
        np.testing.assert_array_equal(crosses, np.c_[wrong, labels[wrong]])
        (legend,) = figure.legends
        words = [text.get_text() for text in legend.get_texts()]
        assert words == ["prediction", "true digit, if another"]

    def test_legend_has_no_mark_that_is_not_drawn(self, counts: np.ndarray):
        for truth in (None, counts.argmax(axis=1)):
            (legend,) = figures.plot_spike_counts(counts, truth).legends
            assert [text.get_text() for text in legend.get_texts()] == ["prediction"]

    def test_words(self, counts: np.ndarray, labels: np.ndarray):
        figure = figures.plot_spike_counts(counts, labels)
        predictions = counts.argmax(axis=1)
        wrong = np.flatnonzero(predictions != labels)
        finding = f"{40 - len(wrong)} of 40 images classified correctly"
        assert title(figure) == finding
        alt = figure.get_label()
        assert f"{counts.min()} to {counts.max()} a neuron. {finding}; not so image" in alt
        named = re.findall(r"image (\d+), an? (\d) read as (\d)", alt)
        expected = np.c_[wrong, labels[wrong], predictions[wrong]][:5]
        np.testing.assert_array_equal(np.array(named, int), expected)
        assert len(wrong) > 5
        assert alt.endswith(f"; and {len(wrong) - 5} more.")

    def test_title(self, counts: np.ndarray, labels: np.ndarray):
        assert title(figures.plot_spike_counts(counts, labels, title="Mine")) == "Mine"
        assert "prediction" in title(figures.plot_spike_counts(counts))

    def test_silence(self):
        figure = figures.plot_spike_counts(np.zeros((3, 10), np.uint8), np.array([0, 0, 1]))
        assert title(figure) == "2 of 3 images classified correctly"
        assert figure.axes[0].images[0].get_clim() == (0, 1)


class TestConfusion:
    def test_every_count_is_in_its_cell(self, labels: np.ndarray, counts: np.ndarray):
        predictions = counts.argmax(axis=1)
        (axes,) = figures.plot_confusion(labels, predictions).axes
        drawn = np.full((10, 10), -1)
        for text in axes.texts:
            column, row = text.get_position()
            drawn[row, column] = int(text.get_text())
        expected = np.zeros((10, 10), int)
        np.add.at(expected, (labels, predictions), 1)
        np.testing.assert_array_equal(drawn, expected)
        assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted digit", "true digit")

    def test_only_mistakes_are_coloured(self, labels: np.ndarray, counts: np.ndarray):
        (axes,) = figures.plot_confusion(labels, counts.argmax(axis=1)).axes
        shown = axes.images[0].get_array()
        assert shown.mask.diagonal().all()
        assert shown.compressed().sum() == (labels != counts.argmax(axis=1)).sum()
        assert axes.images[0].get_clim()[1] > shown.max()

    def test_words(self):
        labels = np.repeat([4, 9, 7], [950, 40, 10])
        predictions = np.repeat([4, 9, 4, 7], [942, 8 + 35, 5, 10])
        figure = figures.plot_confusion(labels, predictions)
        for words in (title(figure), figure.get_label()):
            assert "98.70 %" in words
            assert "1,000 digits" in words
            assert "most frequent mistake is 4 read as 9, 8 times" in words
        assert "987 (98.70 %) on the diagonal" in figure.get_label()

    def test_one_mistake(self):
        figure = figures.plot_confusion(np.array([1, 2]), np.array([1, 3]))
        assert figure.get_label().endswith("2 read as 3, once.")

    def test_no_mistake(self, labels: np.ndarray):
        figure = figures.plot_confusion(labels, labels)
        assert "no digit is mistaken" in title(figure)
        assert len(figure.axes[0].texts) == 100
        assert style.png(figure)

    def test_all_mistakes(self, labels: np.ndarray):
        assert " 0 (0.00 %)" in figures.plot_confusion(labels, (labels + 1) % 10).get_label()


REPLAYS = [
    (np.array([10.0, 20.0, 30.0]), np.array([4, 9, 9])),
    (np.array([]), np.array([], int)),
]


class TestReplays:
    def test_every_spike_is_drawn(self):
        figure = figures.plot_replays(np.eye(2, 784), np.array([4, 0]), REPLAYS, duration_ms=50)
        first, second = (axes for axes in figure.axes if axes.get_ylabel() == "neuron")
        drawn = {
            (float(x), round(float(line[:, 1].mean())))
            for lines in first.collections
            for line in lines.get_segments()
            for x in line[:1, 0]
        }
        assert drawn == {(10, 4), (20, 9), (30, 9)}
        assert not any(len(lines.get_segments()) for lines in second.collections)
        assert second.get_xlabel() == "time (ms)"

    def test_colours_tell_true_from_read(self):
        axes = figures.plot_replays(
            np.eye(1, 784), np.array([4]), REPLAYS[:1], duration_ms=50
        ).axes[0]
        colours = [matplotlib.colors.to_hex(lines.get_color()[0]) for lines in axes.collections]
        assert (colours[4], colours[9]) == (style.BLUE, style.VERMILION)
        assert {*colours[:4], *colours[5:9]} == {style.GREY}

    def test_words(self):
        figure = figures.plot_replays(np.eye(2, 784), np.array([4, 0]), REPLAYS, duration_ms=50)
        words = " in 50 ms for 2 images: a 4 read as 9, 1 vs 2 spikes; a 0 read as 0, 0 vs 0"
        assert words in figure.get_label()
        eight = np.eye(1, 784), np.array([8])
        figure = figures.plot_replays(*eight, REPLAYS[:1], duration_ms=50)
        assert ": an 8 read as 9," in figure.get_label()
        assert ": an 8, not read." in figures.plot_races(*eight, np.zeros((2, 1, 10))).get_label()

    def test_errors(self):
        one = np.eye(1, 784), np.array([4])
        with pytest.raises(ValueError, match="recordings should be 1, one for each image, not 2"):
            figures.plot_replays(*one, REPLAYS, duration_ms=50)
        with pytest.raises(ValueError, match="recordings should be 3, one for each"):
            figures.plot_replays(*one, [(np.arange(3.0), np.array([1, 2]))], duration_ms=50)
        with pytest.raises(ValueError, match="recordings should be digits from 0 to 9"):
            figures.plot_replays(*one, [(np.arange(2.0), np.array([1, 10]))], duration_ms=50)
        with pytest.raises(ValueError, match="duration_ms should be more than 0"):
            figures.plot_replays(*one, REPLAYS[:1], duration_ms=0)
        with pytest.raises(ValueError, match="images should be at most 8, not 9"):
            figures.plot_replays(np.eye(9, 784), np.zeros(9, int), REPLAYS[:1] * 9, duration_ms=50)


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


RACE_LABELS = np.array([3, 5, 7, 9])


@pytest.fixture(scope="module")
def race_images() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (4, 784), dtype=np.uint8)


@pytest.fixture(scope="module")
def race_counts() -> np.ndarray:
    """Make counts of four races: of chance, of silence, won by 7 alone, and with two turns."""
    fired = np.random.default_rng(2).random((50, 4, 10)) < 0.3
    fired[:, 1:] = False
    fired[10::2, 2, 7] = True
    fired[5, 3, 9] = fired[20, 3, 4] = fired[30:32, 3, 9] = True
    return fired.cumsum(axis=0).astype(np.uint16)


class TestRaces:
    def test_lines_are_the_counts(self, race_images: np.ndarray, race_counts: np.ndarray):
        figure = figures.plot_races(race_images, RACE_LABELS, race_counts)
        for row, axes in enumerate(figure.axes[:4]):
            drawn = sorted(line.get_ydata().tolist() for line in axes.lines)
            assert drawn == sorted(race_counts[:, row].T.tolist())
            assert all(line.get_xdata().tolist() == list(range(1, 51)) for line in axes.lines)
            assert all(line.get_drawstyle() == "steps-post" for line in axes.lines)

    def test_colours(self, race_images: np.ndarray, race_counts: np.ndarray):
        last = figures.plot_races(race_images, RACE_LABELS, race_counts).axes[3]
        by_count = {int(line.get_ydata()[-1]): to_hex(line.get_color()) for line in last.lines}
        assert by_count == {0: style.PALE, 1: style.VERMILION, 3: style.BLUE}
        names = {text.get_text(): to_hex(text.get_color()) for text in last.texts}
        assert names == {"4": style.VERMILION, "9": style.BLUE}

    def test_images_and_stories(self, race_images: np.ndarray, race_counts: np.ndarray):
        pictures = figures.plot_races(race_images, RACE_LABELS, race_counts).axes[4:]
        for image, axes in zip(race_images, pictures, strict=True):
            assert (axes.images[0].get_array() == image.reshape(28, 28)).all()
        stories = [axes.get_title(loc="center").split("\n") for axes in pictures]
        assert stories[1:] == [
            ["a 5, read as", "nothing"],
            ["a 7, read as", "7"],
            ["a 9, read as", "9 → 4 → 9"],
        ]
        assert re.fullmatch(r"… → \d → \d → \d", stories[0][1])

    def test_words(self, race_images: np.ndarray, race_counts: np.ndarray):
        alt = figures.plot_races(race_images, RACE_LABELS, race_counts).get_label()
        # In a tie the lowest leads: 4 from its first spike on, though 9 has had as many.
        assert (
            "; a 5, not read; a 7, read as 7 from step 11; a 9, read as 9 from step 6 and, " in alt
        )
        assert alt.endswith(" and, 1 other answer later, as 9 from step 31.")
        turns = race_counts[:, 0].argmax(axis=1)
        changes = np.flatnonzero(np.diff(turns)) + 2
        assert f"a 3, read as {turns[0]} from step 1 and, {len(changes) - 1} other" in alt
        assert f"later, as {turns[-1]} from step {changes[-1]};" in alt

    def test_digits_at_the_ends_do_not_overlap(self, race_images: np.ndarray):
        counts = np.zeros((3, 1, 10), int)
        for step, digit in enumerate((8, 5, 2)):
            counts[step:, 0, digit] = 1  # each leads in its turn, and all end equal
        axes = figures.plot_races(race_images[:1], RACE_LABELS[:1], counts).axes[0]
        heights = {text.get_text(): text.xy[1] for text in axes.texts}
        assert sorted(heights, key=heights.__getitem__) == ["8", "5", "2"]
        assert np.diff(sorted(heights.values())).min() > 0.15
        assert np.mean([*heights.values()]) == pytest.approx(1)
        assert not any(text.get_annotation_clip() for text in axes.texts)

    @pytest.mark.parametrize(
        "shape", [(50, 4), (50, 3, 10), (50, 4, 9), (0, 4, 10), (50, 40), (50, 4, 10, 1)]
    )
    def test_counts_of_another_shape(self, race_images: np.ndarray, shape: tuple[int, ...]):
        with pytest.raises(ValueError, match=r"counts should have the shape \(steps, 4, 10\)"):
            figures.plot_races(race_images, RACE_LABELS, np.zeros(shape))

    def test_errors(self, race_images: np.ndarray, race_counts: np.ndarray):
        with pytest.raises(ValueError, match="labels should be 4, one for each image, not 3"):
            figures.plot_races(race_images, RACE_LABELS[:3], race_counts)
        with pytest.raises(ValueError, match="images should be at most 6, not 8"):
            figures.plot_races(np.tile(race_images, (2, 1)), np.tile(RACE_LABELS, 2), race_counts)
        with pytest.raises(ValueError, match=r"images should have the shape \(n, 784\)"):
            figures.plot_races(race_images[:, 1:], RACE_LABELS, race_counts)
        with pytest.raises(ValueError, match="counts should be finite and at least 0"):
            figures.plot_races(race_images, RACE_LABELS, race_counts.astype(float) - 1)


class TestReading:
    def test_bad_counts(self):
        with pytest.raises(ValueError, match=r"counts should have the shape \(n, 10\)"):
            figures.plot_reading(np.zeros(784), np.zeros(9), 3, 100)


@pytest.fixture(params=drawn_by(answers))
def draw(
    request: pytest.FixtureRequest,
    images: np.ndarray,
    labels: np.ndarray,
    counts: np.ndarray,
    race_images: np.ndarray,
    race_counts: np.ndarray,
) -> Callable[[], Figure]:
    arguments = {
        "confusion": (labels, counts.argmax(axis=1)),
        "output_counts": (counts[0], 4),
        "races": (race_images, RACE_LABELS, race_counts),
        "reading": (images[0], np.arange(10), 3, 100),
        "replays": (images[:2], np.array([4, 0]), REPLAYS),
        "spike_counts": (counts, labels),
    }[request.param]
    options = {"duration_ms": 50} if request.param == "replays" else {}
    return lambda: getattr(figures, f"plot_{request.param}")(*arguments, **options)


class TestEveryFigure(EveryFigure):
    widest = 9  # grids of pictures
