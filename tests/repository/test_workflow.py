"""The workflow of GitHub runs sessions of noxfile.py, on the versions of Python that are named."""

from __future__ import annotations

import re

from tests import ROOT
from tools.project import project

WORKFLOW = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")


def test_its_sessions_exist() -> None:
    noxfile = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    sessions = set(re.findall(r"^def (\w+)\(session", noxfile, re.MULTILINE))
    run = re.findall(r"sessions: \[?([\w ]+)", WORKFLOW)
    assert "tests" in run
    assert {name for names in run for name in names.split()} <= sessions


def test_its_checks_are_those_of_the_script() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    (checks,) = re.findall(r"nox -s (.+)", script)
    assert f"sessions: {checks}," in WORKFLOW


def test_its_versions_of_python_are_those_of_the_package() -> None:
    (versions,) = re.findall(r"python: \[(.*)\]", WORKFLOW)
    named = [line.rpartition(" ")[2] for line in project()["classifiers"] if "Python :: 3." in line]
    assert re.findall(r"[\d.]+", versions) == named
