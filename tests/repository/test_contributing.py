"""CONTRIBUTING.md: what it works through is so."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np

import numbagenn
from tests import ROOT
from tests.conformance import case_parts
from tests.conformance.casebook import Arrays
from tools.project import project

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_the_conformance_case_runs(tmp_path: Path) -> None:
    (code,) = (c for c in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "@case" in c)
    lines = "\n".join(line.removeprefix("   ") for line in code.splitlines())
    names = {
        **vars(case_parts),
        "case": lambda *precisions: lambda function: function,
        "ModuleType": object,
        "Arrays": Arrays,
    }
    exec(lines, names)
    voltage = names["leaky_neurons"](numbagenn, "leaky", "float")["V"]
    assert np.shape(voltage)[0] == 20
    assert np.min(voltage) > 0
    assert np.max(voltage) < 10


def test_quoted_lines_are_in_the_files_they_are_quoted_from() -> None:
    for file, line in (
        ("numbagenn/models/builtin_models.py", '"DC": create_current_source_model('),
        (
            "numbagenn/models/builtin_models.py",
            '"DC", params=["amp"], injection_code="injectCurrent(amp);"',
        ),
        ("numbagenn/language/functions.py", '"tgamma": Function(_REAL, Double, "math.gamma({0})")'),
        ("tools/catalogue/mistakes/delays.py", "# %% A negative delay -> TypeError"),
    ):
        assert line in (ROOT / file).read_text(encoding="utf-8"), file
        assert line in PAGE


def test_what_is_named_exists() -> None:
    for file, name in (
        ("numbagenn/base/number_checks.py", "def checked_integer"),
        ("numbagenn/models/builtin_models.py", "_LIF"),
        ("tests/conformance/test_recorded.py", "def test_every_case_is_recorded"),
        ("tests/conformance/test_recorded.py", "def test_engine_agrees"),
        ("tests/conformance/test_recorded.py", "def test_engine_agrees_with_the_others"),
        ("tests/conformance/test_recorded.py", "def test_engine_agrees_in_batches"),
        ("tests/conformance/test_recorded_at_time_steps.py", "def test_engine_agrees"),
        ("tests/conformance/test_recorded_at_time_steps.py", "def test_engine_agrees_at_the_first"),
        ("tests/conformance/test_recorded_at_time_steps.py", "def test_engine_agrees_in_batches"),
        ("tests/conformance/test_recorded_in_double.py", "def test_engine_agrees"),
        ("tests/conformance/test_recorded_in_double.py", "def test_engine_agrees_in_batches"),
        ("tests/conformance/cases_time_steps.py", "def postsynaptic"),
        ("tests/conformance/cases_time_steps.py", '"LIF"'),
        ("tests/conformance/cases_language.py", "ROUNDED"),
        ("tests/conformance/cases_language.py", "def library_functions"),
        ("tests/conformance/cases_language.py", "tgamma"),
    ):
        assert name in (ROOT / file).read_text(encoding="utf-8"), file
        assert name.removeprefix("def ").strip('"') in PAGE
    for path in set(re.findall(r"`((?:\w+/)+[\w*.]*)`", PAGE)):
        assert list(ROOT.glob(path)), path


def test_commands_exist() -> None:
    for name in set(re.findall(r"python -m\s+(tools\.\w+)", PAGE)):
        assert (ROOT / name.replace(".", "/")).exists() or (
            ROOT / f"{name.replace('.', '/')}.py"
        ).exists(), name
    listed = subprocess.run(
        [sys.executable, "-m", "nox", "-l"], cwd=ROOT, capture_output=True, text=True
    )
    if listed.returncode == 0:  # nox is of the extra dev
        for name in ("lint", "types", "lock"):
            assert f" {name} " in listed.stdout
    assert "dev" in project()["optional-dependencies"]
