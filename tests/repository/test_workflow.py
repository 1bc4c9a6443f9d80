"""The workflow of GitHub runs sessions of noxfile.py, on the versions of Python that are named."""

from __future__ import annotations

import re

from tests import ROOT
from tools.project import project

WORKFLOWS = ROOT / ".github" / "workflows"
WORKFLOW = (WORKFLOWS / "ci.yml").read_text(encoding="utf-8")
SITE = (WORKFLOWS / "site.yml").read_text(encoding="utf-8")


def test_its_sessions_exist() -> None:
    noxfile = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    sessions = set(re.findall(r"^def (\w+)\(session", noxfile, re.MULTILINE))
    run = re.findall(r"sessions: \[?([\w ]+)", WORKFLOW)
    assert "tests" in run
    assert {name for names in run for name in names.split()} <= sessions
    assert set(re.findall(r"nox -s (\w+)", SITE)) == {"site"} <= sessions


def test_the_site_is_published_from_where_it_is_built() -> None:
    noxfile = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    (folder,) = re.findall(r"^ +path: (\S+)", SITE, re.MULTILINE)
    assert f'"{folder}"' in noxfile


def test_both_use_the_same_versions_of_actions() -> None:
    used = [dict(re.findall(r"uses: (\S+)@(\S+)", text)) for text in (WORKFLOW, SITE)]
    assert {name: used[1][name] for name in used[0]} == used[0]


def test_its_checks_are_those_of_the_script() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    (checks,) = re.findall(r"nox -s (.+)", script)
    assert f"sessions: {checks}," in WORKFLOW


def test_its_versions_of_python_are_those_of_the_package() -> None:
    (versions,) = re.findall(r"python: \[(.*)\]", WORKFLOW)
    named = [line.rpartition(" ")[2] for line in project()["classifiers"] if "Python :: 3." in line]
    assert re.findall(r"[\d.]+", versions) == named
