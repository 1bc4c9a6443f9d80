"""The checks of chapter 1."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.tutorial_helpers.checks.conftest import failing
from tutorial_helpers import checks
from tutorial_helpers.pygenn import create_neuron_model


def spikes(
    grey: int, single: type = np.float32, steps: int = 100, more_than: bool = False, rest: int = 0
) -> int:
    current, voltage, count = single(grey) / single(100), single(0), 0
    for _ in range(steps):
        voltage += current
        if voltage > 5 or (voltage == 5 and not more_than):
            voltage, count = rest * (voltage - 5), count + 1
    return count


class TestSpikesOfPixel:
    def test_right(self, said: Callable[..., str]):
        assert said(checks.spikes_of_pixel, spikes).startswith("Right. A whole number of steps")

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda grey: None, "spikes_of_pixel(255) gave None. Write the function"),
            (lambda grey: grey // 5, "(255) gave 51, and 50 was expected. Count a spike when"),
            (lambda grey: spikes(grey, steps=99), "(255) gave 49, and 50 was expected."),
            (lambda grey: spikes(grey, more_than=True), "5 or more"),
            (lambda grey: spikes(grey, rest=1), "start again from 0"),
            (lambda grey: spikes(grey, single=float), "Add up in single precision"),
            (lambda grey: spikes(grey) if grey % 100 else None, "(200) gave None, and 33 was"),
            (lambda grey: [spikes(grey)], "(255) gave [50], and 50 was expected"),
        ],
    )
    def test_wrong(self, answer: Callable[[int], object], words: str, said: Callable[..., str]):
        line = said(checks.spikes_of_pixel, answer)
        assert line.startswith("Not yet: spikes_of_pixel(")
        assert words in line

    def test_wrong_types(self, wrong_type: object, said: Callable[..., str]):
        assert said(checks.spikes_of_pixel, lambda grey: wrong_type).startswith("Not yet")

    def test_errors_are_the_learner_s(self):
        with pytest.raises(ZeroDivisionError, match="own line"):
            checks.spikes_of_pixel(failing)


def neuron(reset_code: str = "V -= Vthr;", condition: str = "V >= Vthr") -> object:
    return create_neuron_model(
        "gentle",
        params=["Vthr"],
        vars=[("V", "scalar")],
        sim_code="V += Isyn;",
        threshold_condition_code=condition,
        reset_code=reset_code,
    )


class TestGentleNeuron:
    def test_right(self, said: Callable[..., str]):
        assert said(checks.gentle_neuron, neuron).startswith("Right. Nothing is lost")

    @pytest.mark.parametrize(
        ("codes", "words"),
        [
            (("V = 0.0;",), "at grey 75 with a threshold of 5 mV gave 14, and 15 was expected"),
            (("V -= 5.0;",), "with a threshold of 4 mV gave "),
            (("V -= Vthr;", "V > Vthr"), "threshold of 5 mV gave 4, and 5 was expected"),
        ],
    )
    def test_wrong(self, codes: tuple[str, ...], words: str, said: Callable[..., str]):
        line = said(checks.gentle_neuron, lambda: neuron(*codes))
        assert line.startswith("Not yet: the number of spikes at grey ")
        assert words in line
        assert "In reset_code, take Vthr away from V" in line

    def test_stub(self, said: Callable[..., str]):
        line = said(checks.gentle_neuron, lambda: None)
        assert line.startswith("Not yet: gentle_neuron() gave None. Write the function")

    def test_wrong_types(self, wrong_type: object, said: Callable[..., str]):
        line = said(checks.gentle_neuron, lambda: wrong_type)
        assert "a neuron model was expected. Return what create_neuron_model gives." in line

    def test_errors_are_the_learner_s(self):
        with pytest.raises(ZeroDivisionError, match="own line"):
            checks.gentle_neuron(failing)
        with pytest.raises(RuntimeError, match="Undefined name 'Vth'"):
            checks.gentle_neuron(lambda: neuron(condition="V >= Vth"))
