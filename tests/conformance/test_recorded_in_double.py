"""The cases of ``test_recorded.py`` in double precision."""

from __future__ import annotations

import pytest

from tests.conformance.agreement import IN_DOUBLE, cases, cases_in_batches, check, check_in_batches


@pytest.mark.parametrize("name", cases(IN_DOUBLE))
def test_engine_agrees(name: str) -> None:
    check(name)


@pytest.mark.parametrize("name", cases_in_batches(IN_DOUBLE))
def test_engine_agrees_in_batches(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks of a batch do what each would do alone, whatever the others do."""
    check_in_batches(name, monkeypatch)
