"""The cases of ``cases_time_steps.py``, which compile a network for each of four time steps."""

from __future__ import annotations

import pytest

from tests.conformance.agreement import (
    AT_TIME_STEPS,
    cases,
    cases_in_batches,
    check,
    check_first_time_step,
    check_in_batches,
)


@pytest.mark.parametrize("name", cases(AT_TIME_STEPS))
def test_engine_agrees_at_the_first(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    check_first_time_step(name, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("name", cases(AT_TIME_STEPS))
def test_engine_agrees(name: str) -> None:
    check(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", cases_in_batches(AT_TIME_STEPS))
def test_engine_agrees_in_batches(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks of a batch do what each would do alone, whatever the others do."""
    check_in_batches(name, monkeypatch)
