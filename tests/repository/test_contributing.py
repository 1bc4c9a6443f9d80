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
from tools.stamp_notebooks import project

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
        ("numbagenn/models/builtin_models.py", '"LIF": create_neuron_model("LIF", **_LIF)'),
        ("numbagenn/language/functions.py", '"tgamma": Function(_REAL, Double, "math.gamma({0})")'),
        ("tools/catalogue/mistakes/delays.py", "# %% A negative delay -> TypeError"),
        ("tests/conformance/cases_time_steps.py", '"LIF"'),
        ("tests/conformance/cases_language.py", "tgamma"),
    ):
        assert line in (ROOT / file).read_text(encoding="utf-8"), file
        assert line in PAGE or line.strip('"') in PAGE


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
