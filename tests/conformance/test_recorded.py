"""numbagenn gives, bit for bit, what PyGeNN gave when the cases were recorded.

Those in double precision, and those at several time steps, are in files of their own.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from tests.conformance import recordings
from tests.conformance.agreement import (
    OTHERS,
    OUT_OF_SCOPE,
    cases,
    cases_in_batches,
    check,
    check_in_batches,
    compare,
)
from tests.conformance.batches import NOT_IN_BATCHES
from tests.conformance.cases import CASES
from tests.conformance.recordings import RECORDED, load, oracle, run, scratch_directory
from tools import record


def test_every_case_is_recorded() -> None:
    assert {path.stem for path in RECORDED.glob("*.npz")} == set(CASES)


def test_what_cannot_be_compared_is_said_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    one, two = np.zeros(1), np.zeros(2)
    with pytest.raises(
        AssertionError, match=r"recording alone has b, and the network alone .* c, d;"
    ):
        compare({"a": one, "c": one, "d": one}, {"a": one, "b": one})
    with pytest.raises(AssertionError, match=r"a: float64\(2,\) instead of float64\(1,\)"):
        compare({"a": two}, {"a": one})
    monkeypatch.setattr(recordings, "RECORDED", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"run python -m tools.record clock_float"):
        load("clock_float")
    np.savez(tmp_path / "clock_float.npz", x=one)
    with pytest.raises(ValueError, match="another case or comes from another PyGeNN"):
        load("clock_float")


def test_recording_needs_pygenn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pygenn", None)
    monkeypatch.setattr(sys, "argv", ["record", "clock_float"])
    with pytest.raises(
        SystemExit, match=r"made with PyGeNN 5\.4\.0, which cannot be imported here"
    ):
        record.main()


def test_a_case_is_shown_without_pygenn(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "pygenn", None)
    monkeypatch.setattr(sys, "argv", ["record", "--here", "clock_float"])
    record.main()
    title, *lines = capsys.readouterr().out.splitlines()
    assert title == "clock_float"
    for line, (key, array) in zip(lines, load("clock_float").items(), strict=True):
        assert line.startswith(f"  {key}: {array.dtype}{array.shape}, first {array.flat[0]}")


def test_out_of_scope_names_cases() -> None:
    assert {*OUT_OF_SCOPE, *NOT_IN_BATCHES} <= {case.function for case in CASES.values()}


# All of them would take a large part of the four minutes that the tests may take by default.
@pytest.mark.parametrize("name", cases(OTHERS[::2]))
def test_engine_agrees(name: str) -> None:
    check(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", cases(OTHERS[1::2]))
def test_engine_agrees_with_the_others(name: str) -> None:
    check(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", cases_in_batches(OTHERS))
def test_engine_agrees_in_batches(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks of a batch do what each would do alone, whatever the others do."""
    check_in_batches(name, monkeypatch)


def test_flushed_spikes_are_a_fresh_start() -> None:
    """Between images, taking away the spikes in flight does what loading again does."""
    compare(load("classifier_flush_float"), load("classifier_reload_float"))


def test_order_of_images_matters_with_spikes_in_flight() -> None:
    kept, fresh = load("classifier_reset_float"), load("classifier_reload_float")
    assert (kept["hidden_count"][0] == fresh["hidden_count"][0]).all()
    assert (kept["hidden_count"] != fresh["hidden_count"]).any()


@pytest.mark.pygenn
@pytest.mark.parametrize("name", CASES)
def test_recording_is_current(name: str) -> None:
    pytest.importorskip("pygenn", reason="needs a real PyGeNN to compare the recordings with")
    pygenn = oracle()
    needs = CASES[name].needs
    if needs and not hasattr(pygenn, needs):
        pytest.skip(f"this PyGeNN does not export {needs} yet")
    with scratch_directory():
        found = run(name, pygenn)
    compare(found, load(name))
