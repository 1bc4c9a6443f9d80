"""The drawing pad, seen from Python; tests/notebooks/test_drawing.py sees it in a browser."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("anywidget", reason="needs anywidget: the extra notebooks")

from tutorial_helpers import inference
from tutorial_helpers.data import load_mnist, load_weights
from tutorial_helpers.models import Classifier, build_classifier
from tutorial_helpers.own_digits import digit_from_picture
from tutorial_helpers.widgets import pad as module
from tutorial_helpers.widgets.pad import EXAMPLE, Pad, drawing_pad, picture_of

IMAGES, LABELS = load_mnist("test")
ONE = [[[150, 40], [130, 240]]]


@pytest.fixture(scope="module")
def network() -> Classifier:
    return build_classifier(load_weights(), batch_size=1)


@pytest.fixture
def pad(network: Classifier) -> Pad:
    return drawing_pad(network, IMAGES[:30], LABELS[:30])


def test_the_example_is_traced_from_a_digit_of_the_test_set(pad: Pad) -> None:
    image = digit_from_picture(picture_of(EXAMPLE))
    assert np.corrcoef(image, IMAGES[0])[0, 1] > 0.8
    assert pad.shown["example"]
    assert pad.result["answer"] == LABELS[0] == 7


def test_a_drawing_is_answered(pad: Pad, network: Classifier) -> None:
    pad.shown = {"strokes": ONE}
    result = pad.result
    image = np.frombuffer(bytes.fromhex(result["pixels"]), np.uint8)
    assert np.array_equal(image, digit_from_picture(picture_of(ONE)))
    counts = inference.classify(network, image[np.newaxis]).counts[0]
    assert (result["answer"], result["counts"]) == (1, counts.tolist())
    steps, neurons = np.array(result["spikes"]).T
    assert np.bincount(neurons, minlength=10).tolist() == result["counts"]
    assert 0 <= steps.min() <= steps.max() < result["timesteps"] == 100


def test_an_image_is_chosen(pad: Pad, network: Classifier) -> None:
    counts = inference.classify(network, IMAGES[:30]).counts
    for number in (1, 29, 0):
        pad.shown = {"chosen": number}
        pixels = IMAGES[number].tobytes().hex()
        assert pad.result["pixels"] == pad.choices[number]["pixels"] == pixels
        assert pad.result["counts"] == counts[number].tolist()
    assert [choice["label"] for choice in pad.choices] == LABELS[:30].tolist()


def test_every_drawing_gets_an_answer_of_its_own(pad: Pad) -> None:
    # The front end is sent a result only if it differs from the one before.
    numbers = []
    for strokes in ([], ONE, [[[9, 9]]], [[[10, 9]]], ONE, []):
        pad.shown = {"strokes": strokes}
        numbers.append(pad.result["number"])
    assert len(set(numbers)) == len(numbers)
    assert set(pad.result) == {"number"}


def test_errors_are_shown_in_the_widget(pad: Pad, monkeypatch: pytest.MonkeyPatch) -> None:
    pad.shown = {"strokes": [[[100, 100]]]}
    assert re.match(r"The picture shows a dot of \d+ x \d+ pixels,", pad.result["error"])
    assert "traceback" not in pad.result

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no such device")

    monkeypatch.setattr(module, "counts_over_time", broken)
    pad.shown = {"strokes": ONE}
    assert pad.result["error"] == "RuntimeError: no such device"
    assert "Traceback (most recent call last)" in pad.result["traceback"]
    monkeypatch.undo()
    pad.shown = {"chosen": 2}
    assert pad.result["answer"] == 1


def test_a_silent_network_has_no_answer() -> None:
    network = build_classifier([np.zeros_like(matrix) for matrix in load_weights()], batch_size=1)
    silent = drawing_pad(network, IMAGES[:1], LABELS[:1], timesteps=5)
    assert silent.result["answer"] is None
    assert silent.result["spikes"] == []
    assert "no output neuron spikes" in silent._repr_mimebundle_()[0]["text/plain"]


def test_readers_without_a_kernel_see_a_still(pad: Pad) -> None:
    data, _ = pad._repr_mimebundle_()
    alt = data["text/plain"]
    assert alt.endswith("so the digit is read as 7.")
    alt_in_html, still = re.search(
        'alt="([^"]*)" src="data:image/png;base64,([^"]*)"', data["text/html"]
    ).groups()
    assert alt_in_html == alt
    assert Image.open(io.BytesIO(base64.b64decode(still))).width < 990
    assert "application/vnd.jupyter.widget-view+json" in data
    # It is that of the example, whatever was drawn since.
    pad.shown = {"strokes": ONE}
    assert pad._repr_mimebundle_()[0] == data


@pytest.mark.parametrize(
    ("strokes", "ink"),
    [
        ([], 0),
        ([[[140, 140]]], np.pi * 11**2),
        ([[[40, 140], [240, 140]]], 200 * 22 + np.pi * 11**2),
        ([[[40, 140], [40, 140], [240, 140]], [[50, 140], [60, 140]]], 200 * 22 + np.pi * 11**2),
        ([[[-50, -50], [-60, 1e4]]], 0),
    ],
)
def test_the_pen(strokes: Any, ink: float) -> None:
    picture = picture_of(strokes)
    assert (picture.shape, picture.dtype) == ((280, 280), np.dtype(np.uint8))
    assert np.sum(1 - picture / 255) == pytest.approx(ink, rel=0.06, abs=1)


def test_the_front_end_loads_nothing_from_elsewhere() -> None:
    for suffix in ("js", "css"):
        text = Path(module.__file__).with_suffix(f".{suffix}").read_text(encoding="utf-8")
        addresses = set(re.findall(r"https?:[^\"' )]+", text)) - {"http://www.w3.org/2000/svg"}
        assert not addresses
        assert not re.search(r"\bimport\b|@import|\burl\(|\bfetch\b|innerHTML", text)
