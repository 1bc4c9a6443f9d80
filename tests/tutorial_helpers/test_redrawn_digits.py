"""The stream of redrawn digits: the same images, whoever draws them and whatever else."""

from __future__ import annotations

import os
import subprocess
import sys
import zlib

import numpy as np
import pytest

pytest.importorskip("jax", reason="redrawing digits needs JAX: the extra train")

from tutorial_helpers.data import load_mnist
from tutorial_helpers.inference import accuracy, classify
from tutorial_helpers.models import build_classifier
from tutorial_helpers.redrawn_digits import RedrawnDigits
from tutorial_helpers.weight_sets import load_weights


def test_an_image_does_not_depend_on_what_else_is_drawn() -> None:
    digits = RedrawnDigits(30_000)
    many = np.asarray(digits[400:1600])
    assert many.dtype == np.uint8
    for start, stop in ((400, 401), (499, 501), (777, 1300), (1000, 1500)):
        part = np.asarray(digits[start:stop])
        np.testing.assert_array_equal(part, many[start - 400 : stop - 400])
    np.testing.assert_array_equal(np.asarray(digits[400:][50:60]), many[50:60])


def test_each_copy_is_another_and_keeps_its_label() -> None:
    digits = RedrawnDigits(30_000)
    images, labels = load_mnist("test")
    copies = [np.asarray(digits[n : n + 20]) for n in (0, 10_000, 20_000)]
    assert not np.array_equal(copies[0], copies[1])
    assert not np.array_equal(copies[1], copies[2])
    assert not np.array_equal(copies[0], images[:20])
    other = np.asarray(RedrawnDigits(20, seed=1))
    assert not np.array_equal(copies[0], other)
    np.testing.assert_array_equal(digits[9_990:10_010].labels, [*labels[-10:], *labels[:10]])


def test_they_can_be_read() -> None:
    digits = RedrawnDigits(1_000)
    result = classify(build_classifier(load_weights()), np.asarray(digits), timesteps=30)
    assert 95.0 < accuracy(result.predictions, digits.labels) < 100.0


def test_slices_have_steps_of_one() -> None:
    with pytest.raises(ValueError, match="steps of 1, not 2"):
        RedrawnDigits(10)[::2]


@pytest.mark.parametrize(
    "setting", ["JAX_ENABLE_X64=1", "JAX_DEFAULT_PRNG_IMPL=rbg", "JAX_THREEFRY_PARTITIONABLE=0"]
)
def test_digits_are_the_same_whatever_jax_is_told(setting: str) -> None:
    program = (
        "import numpy, zlib; from tutorial_helpers.redrawn_digits import RedrawnDigits; "
        "print(zlib.crc32(numpy.asarray(RedrawnDigits(40))))"
    )
    name, value = setting.split("=")
    told = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {name: value},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert int(told) == zlib.crc32(np.asarray(RedrawnDigits(40)))
