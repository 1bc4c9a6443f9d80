"""What it takes to agree with a recording: comparing arrays, and running cases on the engine."""

from __future__ import annotations

import platform
from collections.abc import Set

import numpy as np
import pytest

from tests.conformance import case_parts, cases_time_steps
from tests.conformance.batches import NOT_IN_BATCHES, InBatches, in_batches
from tests.conformance.cases import CASES, Arrays
from tests.conformance.recordings import load, run, scratch_directory

# Cases that the engine refuses in every precision, and why. One that starts to pass has to leave.
OUT_OF_SCOPE: dict[str, str] = {
    "initial_values_broadcast": "an array has to have its variable's shape",
}
# To refuse is to say so: wrong results are never out of scope.
REFUSALS = (NotImplementedError, ValueError)

# The functions of other C libraries may round the last bit differently.
SAME_LIBM = platform.libc_ver()[0] == "glibc"


# A file of tests goes to one process as a whole, so each of these has its own.
IN_DOUBLE = [name for name in CASES if name.endswith("_double")]
AT_TIME_STEPS = [
    name
    for name, case in CASES.items()
    if hasattr(cases_time_steps, case.function) and name not in IN_DOUBLE
]
OTHERS = [name for name in CASES if name not in {*IN_DOUBLE, *AT_TIME_STEPS}]


def cases(names: list[str]) -> list[object]:
    """Give cases as parameters, marked where the engine is known to fail."""
    return [
        pytest.param(
            name,
            marks=[pytest.mark.xfail(reason=OUT_OF_SCOPE[function], raises=REFUSALS, strict=True)]
            if (function := CASES[name].function) in OUT_OF_SCOPE
            else [],
        )
        for name in names
    ]


def cases_in_batches(names: list[str]) -> list[str]:
    """Give the names of those cases that can be run in batches."""
    return [name for name in names if CASES[name].function not in {*OUT_OF_SCOPE, *NOT_IN_BATCHES}]


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


def _listed(names: Set[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"


def compare(found: Arrays, expected: Arrays) -> None:
    """Insist that arrays agree with a recording; the message names those that do not."""
    assert set(found) == set(expected), (
        f"the recording alone has {_listed(expected.keys() - found.keys())}, and the network alone "
        f"returned {_listed(found.keys() - expected.keys())}; record a case again if it changed"
    )
    if "weights_sha256" in expected:
        assert (found["weights_sha256"] == expected["weights_sha256"]).all(), (
            "recorded with other weights than those in data/: run python -m tools.record"
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


def check(name: str) -> None:
    """Run a case on the engine, and compare."""
    import numbagenn as engine

    with scratch_directory():
        found = run(name, engine)
    compare(found, load(name))


def check_first_time_step(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a case at the first of its time steps, and compare with where the recording begins."""
    import numbagenn as engine

    monkeypatch.setattr(cases_time_steps, "how_many_time_steps", 1)
    with scratch_directory():
        found = run(name, engine)
    # how many spikes there are depends on the time step, so no fixed share of all rows is of it
    assert all(map(len, found.values()))
    compare(found, {key: rows[: len(found.get(key, rows))] for key, rows in load(name).items()})


def check_in_batches(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a case in batches: networks of a batch do what each would do alone."""
    import numbagenn as engine

    monkeypatch.setattr(case_parts, "access", InBatches())
    with scratch_directory():
        found = run(name, in_batches(engine))
    compare(found, load(name))
