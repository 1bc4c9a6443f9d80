"""What figures refuse: arguments that are wrong in shape, type or value."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.figure import Figure

from tutorial_helpers import figures

GOOD = {
    "images": np.zeros((5, 784)),
    "labels": np.arange(5),
    "predictions": np.arange(5),
    "counts": np.ones((5, 10)),
    "recordings": np.zeros((5, 2, 1), int),
    "num_images": 5,
    "batch_size": 2,
}


def plot_replays(*arguments: object, **named: object) -> Figure:
    return figures.plot_replays(*arguments, **named, duration_ms=50)


USES: dict[Callable[..., Figure], tuple[str, ...]] = {
    figures.plot_batches: ("num_images", "batch_size"),
    figures.plot_spike_counts: ("counts", "labels"),
    figures.plot_confusion: ("labels", "predictions"),
    plot_replays: ("images", "labels", "recordings"),
}


def bad_digits(name: str) -> list[tuple[str, object, str]]:
    return [
        (name, np.zeros((5, 1), int), r"shape \(n,\), n at least 1, not \(5, 1\)"),
        (name, np.zeros(0, int), r"shape \(n,\), n at least 1, not \(0,\)"),
        (name, np.int64(3), r"shape \(n,\), n at least 1, not \(\)"),
        (name, np.zeros(5), "be integers, not float64"),
        (name, np.zeros(5, bool), "be integers, not bool"),
        (name, np.array(list("01234")), "be integers, not <U1"),
        (name, np.array([0, 1, 2, 3, 10]), "digits from 0 to 9, not from 0 to 10"),
        (name, np.array([0, 1, 2, 3, -1]), "digits from 0 to 9, not from -1 to 3"),
    ]


BAD: list[tuple[str, object, str]] = [
    ("images", np.zeros((5, 28, 28)), r"shape \(n, 784\), n at least 1, not \(5, 28, 28\)"),
    ("images", np.zeros((5, 783)), r"shape \(n, 784\), n at least 1, not \(5, 783\)"),
    ("images", np.zeros(784), r"shape \(n, 784\), n at least 1, not \(784,\)"),
    ("images", np.zeros((0, 784)), r"shape \(n, 784\), n at least 1, not \(0, 784\)"),
    ("images", np.full((5, 784), "a"), "be numbers, not <U1"),
    ("images", np.zeros((5, 784), bool), "be numbers, not bool"),
    ("images", np.zeros((5, 784), complex), "be numbers, not complex128"),
    ("images", np.full((5, 784), np.nan), "finite and at least 0"),
    ("images", np.full((5, 784), np.inf), "finite and at least 0"),
    ("images", np.full((5, 784), -1), "finite and at least 0"),
    *bad_digits("labels"),
    *bad_digits("predictions"),
    ("counts", np.zeros((5, 9)), r"shape \(n, 10\), n at least 1, not \(5, 9\)"),
    ("counts", np.zeros((10, 5)), r"shape \(n, 10\), n at least 1, not \(10, 5\)"),
    ("counts", np.zeros(10), r"shape \(n, 10\), n at least 1, not \(10,\)"),
    ("counts", np.zeros((0, 10)), r"shape \(n, 10\), n at least 1, not \(0, 10\)"),
    ("counts", np.full((5, 10), -1), "finite and at least 0"),
    ("counts", np.full((5, 10), np.nan), "finite and at least 0"),
    ("counts", np.zeros((5, 10), object), "be numbers, not object"),
    *[
        (name, value, f"an integer of at least 1, not {value!r}".replace("(", r"\("))
        for name in ("num_images", "batch_size")
        for value in (0, -1, 2.0, True, "2", None)
    ],
]
CASES = [
    pytest.param(function, *bad, id=f"{function.__name__}-{bad[0]}-{number}")
    for function, uses in USES.items()
    for number, bad in enumerate(BAD)
    if bad[0] in uses
]


class TestErrors:
    @pytest.mark.parametrize(("function", "name", "value", "words"), CASES)
    def test_one_bad_argument(
        self, function: Callable[..., Figure], name: str, value: object, words: str
    ):
        arguments = {use: GOOD[use] for use in USES[function]}
        with pytest.raises(ValueError, match=f"^{name} should .*{words}") as error:
            function(**{**arguments, name: value})
        assert re.fullmatch(r"[^\n]*\.", str(error.value))

    @pytest.mark.parametrize("function", [f for f in USES if f is not figures.plot_batches])
    @pytest.mark.parametrize("n", [4, 6])
    def test_lengths_that_differ(self, function: Callable[..., Figure], n: int):
        _, *others = USES[function]
        for name in others:
            arguments = {use: GOOD[use] for use in USES[function]}
            arguments[name] = np.resize(GOOD[name], (n, *np.shape(GOOD[name])[1:]))
            with pytest.raises(ValueError, match=f"^{name} should be 5, one .*, not {n}"):
                function(**arguments)

    @pytest.mark.parametrize("duration", [0, -1.5, np.nan])
    def test_duration(self, duration: float):
        with pytest.raises(ValueError, match="duration_ms should be more than 0, not"):
            figures.plot_spike_counts(GOOD["counts"], duration_ms=duration)

    def test_more_than_a_figure_holds(self):
        with pytest.raises(ValueError, match="counts should be at most 256, not 10,000"):
            figures.plot_spike_counts(np.zeros((10_000, 10)))
        with pytest.raises(ValueError, match="images should be at most 8, not 9"):
            plot_replays(np.zeros((9, 784)), np.arange(9), np.zeros((9, 2, 1), int))
