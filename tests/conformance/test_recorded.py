"""The bundled engine gives, bit for bit, what PyGeNN gave when the cases were recorded."""

from __future__ import annotations

import platform

import case_parts
import numpy as np
import pytest
from batches import NOT_IN_BATCHES, InBatches, in_batches
from cases import CASES, Arrays
from record import RECORDED, load, oracle, run, scratch_directory

# Cases that the engine refuses in every precision, and why. One that starts to pass has to leave.
OUT_OF_SCOPE: dict[str, str] = {
    "initial_values_broadcast": "an array has to have its variable's shape",
}
# To refuse is to say so: wrong results are never out of scope.
REFUSALS = (NotImplementedError, ValueError)

# The functions of other C libraries may round the last bit differently.
SAME_LIBM = platform.libc_ver()[0] == "glibc"


def cases() -> list[object]:
    """Give every case as a parameter, marked where the engine is known to fail."""
    return [
        pytest.param(
            name,
            marks=[
                pytest.mark.xfail(reason=OUT_OF_SCOPE[case.function], raises=REFUSALS, strict=True)
            ]
            if case.function in OUT_OF_SCOPE
            else [],
        )
        for name, case in CASES.items()
    ]


def differing(found: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Tell where two arrays of one type differ in a bit; all NaNs are taken for the same."""
    if not np.issubdtype(expected.dtype, np.floating):
        return found != expected
    same_bits = (found == expected) & (np.signbit(found) == np.signbit(expected))
    return ~(same_bits | (np.isnan(found) & np.isnan(expected)))


def distance(found: np.ndarray, expected: np.ndarray) -> float:
    """Give the distance of two samples' distributions (Kolmogorov and Smirnov's statistic)."""
    both = np.sort(np.concatenate([found, expected]))
    shares = [np.searchsorted(np.sort(x), both, side="right") / len(x) for x in (found, expected)]
    return float(np.abs(shares[0] - shares[1]).max())


def compare(found: Arrays, expected: Arrays) -> None:
    assert sorted(found) == sorted(expected)
    if "weights_sha256" in expected:
        assert (found["weights_sha256"] == expected["weights_sha256"]).all(), (
            "recorded with other weights than those in data/: run record.py"
        )
    wrong = []
    for key, want in expected.items():
        got = found[key]
        if (got.dtype, got.shape) != (want.dtype, want.shape):
            wrong.append(f"{key}: {got.dtype}{got.shape} instead of {want.dtype}{want.shape}")
            continue
        if key.endswith("_sample"):
            # once in ten thousand times, two samples of one distribution are as far apart
            if distance(got, want) > 2.2 * np.sqrt(2 / len(want)):
                wrong.append(
                    f"{key}: mean {got.mean():.4g}, deviation {got.std():.4g} instead of"
                    f" {want.mean():.4g}, {want.std():.4g}"
                )
            continue
        bad = differing(got, want)
        if not bad.any():
            continue
        if key.endswith("_libm") and not SAME_LIBM:
            np.testing.assert_array_max_ulp(got, want, maxulp=1)
            continue
        if key.endswith("_libm_fed_back") and not SAME_LIBM:
            np.testing.assert_allclose(got, want, rtol=1e-3)
            continue
        if f"{key}_labels" in expected:
            for row in np.flatnonzero(bad.any(axis=1)):
                at = np.flatnonzero(bad[row])
                wrong.append(
                    f"{key}: {expected[f'{key}_labels'][row]!r} in neurons {at.tolist()}:"
                    f" {got[row, at]} instead of {want[row, at]}"
                )
        else:
            first = tuple(np.argwhere(bad)[0].tolist())
            wrong.append(
                f"{key}: {bad.sum()} of {bad.size} differ, first at {first}:"
                f" {got[first]!r} instead of {want[first]!r}"
            )
    assert not wrong, "\n".join(wrong)


def test_every_case_is_recorded() -> None:
    assert {path.stem for path in RECORDED.glob("*.npz")} == set(CASES)


def test_out_of_scope_names_cases() -> None:
    assert {*OUT_OF_SCOPE, *NOT_IN_BATCHES} <= {case.function for case in CASES.values()}


@pytest.mark.parametrize("name", cases())
def test_engine_agrees(name: str) -> None:
    from tutorial_helpers import engine

    expected = load(name)
    with scratch_directory():
        found = run(name, engine)
    compare(found, expected)


@pytest.mark.parametrize(
    "name",
    [name for name, case in CASES.items() if case.function not in {*OUT_OF_SCOPE, *NOT_IN_BATCHES}],
)
def test_engine_agrees_in_batches(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks of a batch do what each would do alone, whatever the others do."""
    from tutorial_helpers import engine

    monkeypatch.setattr(case_parts, "access", InBatches())
    with scratch_directory():
        found = run(name, in_batches(engine))
    compare(found, load(name))


def test_flushed_spikes_are_a_fresh_start() -> None:
    """Between images, taking away the spikes in flight does what loading anew does."""
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
