"""The ledger says what is so: its cases and tests exist, and what it calls absent is refused."""

from __future__ import annotations

import ast
import functools
import inspect
import re
from pathlib import Path

import pytest

from tests import ROOT
from tests.conformance import cases_time_steps
from tests.conformance.agreement import OUT_OF_SCOPE
from tools.ledger import COUNTING, PAGE, counted, features, functions, page
from tools.ledger.entries import STATUS, Feature

FEATURES = list(features())
ABSENT = [feature for feature in FEATURES if feature.status == "absent"]
PROBES = [
    pytest.param(probe, id=f"{feature.what}-{number}")
    for feature in ABSENT
    for number, probe in enumerate(feature.probes)
]


def test_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "docs/conformance.md is out of date: run python -m tools.ledger"
    )
    for other in COUNTING:
        text = other.read_text(encoding="utf-8")
        assert "features differ on purpose" in text
        assert text == counted(text), f"{other} is out of date: run python -m tools.ledger"


def test_what_is_not_recorded_is_not_ticked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.ledger.is_recorded", lambda name: True)
    complete = page()
    monkeypatch.setattr("tools.ledger.is_recorded", lambda name: name != "clock_double")
    rows = [line for line in page().splitlines() if "`clock`" in line]
    assert rows
    assert all(row.startswith("| ? |") for row in rows)
    ticked, recordings = (
        [int(re.search(pattern, text)[1]) for text in (complete, page())]  # type: ignore[index]
        for pattern in (r"\| ✓ \| .* \| (\d+) \|", r"\*\*(\d+) recordings")
    )
    assert ticked[0] - ticked[1] == len(rows)
    assert recordings[0] - recordings[1] == 1
    assert f"| ? | not recorded yet | {len(rows)} |" in page()
    assert "not recorded yet" not in complete


def test_every_recorded_case_is_in_the_ledger() -> None:
    named = {name for feature in FEATURES for name in feature.cases}
    assert named == set(functions())


def test_built_in_models_that_know_the_time_step_are_recorded_at_several() -> None:
    """Where it is a power of two, any order of factors gives the same bits."""
    from numbagenn.language.code_strings import CodeString
    from numbagenn.models.builtin_models import FAMILIES

    recorded = inspect.getsource(cases_time_steps)
    for _, models in FAMILIES.values():
        for name, model in models().items():
            code = " ".join(
                part.text for part in vars(model).values() if isinstance(part, CodeString)
            )
            numbers = dict.fromkeys((param.name for param in model.params), 1.0)
            derived = any(
                item.function(numbers, 1.0) != item.function(numbers, 2.0)
                for item in model.derived_params
            )
            if derived or re.search(r"\bd?t\b", code):
                assert f'"{name}"' in recorded, f"name '{name}' in cases_time_steps.py"


@functools.cache
def functions_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_test_that_is_named_exists() -> None:
    for feature in FEATURES:
        for test in feature.tests:
            file, name = test.split("::")
            (path,) = (ROOT / "tests").rglob(file)
            assert name.startswith("test_")
            assert name in functions_in(path), test


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.what)
def test_every_feature_is_checked(feature: Feature) -> None:
    assert feature.status in set(STATUS) - {"open"}
    assert bool(feature.probes) == (feature.status == "absent")
    assert feature.probes or feature.cases or feature.tests
    if feature.status != "same":
        assert feature.note
    for case in feature.cases:
        # the one case that is there to show a difference is refused as well
        refused = feature.status == "absent" or case == "initial_values_broadcast"
        assert (case in OUT_OF_SCOPE) == refused, case


@pytest.mark.parametrize("probe", PROBES)
def test_what_is_absent_is_refused(probe: object) -> None:
    import numbagenn as engine

    assert callable(probe)
    with pytest.raises(NotImplementedError, match="numbagenn does not support "):
        probe(engine)
