"""Figures and widgets say what to install, and nothing else needs it."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests import ROOT
from tools.project import project
from tutorial_helpers.chapter_packages import PACKAGES, needed_for

IMPORT = """
import sys
sys.modules[{missing!r}] = None
try:
    import tutorial_helpers.{module}
except ModuleNotFoundError as error:
    print(error.name, error)
"""


def test_packages_are_those_of_the_extra() -> None:
    requirements = project()["optional-dependencies"]["chapters"]
    assert [re.split("[<>=]", line)[0] for line in requirements] == list(PACKAGES)


@pytest.mark.parametrize(
    ("module", "missing"),
    [
        ("figures", "matplotlib"),
        ("figures.style", "matplotlib"),
        ("widgets", "matplotlib"),
        ("widgets", "ipywidgets"),
        ("widgets.pad", "anywidget"),
    ],
)
def test_a_missing_package_is_named_with_what_to_install(module: str, missing: str) -> None:
    code = IMPORT.format(module=module, missing=missing)
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")
    what = module.partition(".")[0].capitalize()
    assert ran.stdout == (
        f"{missing} {what} need the Python package {missing}, which is not installed; install what "
        "the chapters need with: pip install matplotlib threadpoolctl ipywidgets anywidget\n"
    )


def test_another_missing_module_is_left_alone() -> None:
    missing = pytest.raises(ModuleNotFoundError, match="No module named 'no_such_module'")
    with missing, needed_for("Figures"):
        import no_such_module  # noqa: F401
