"""Turns of phrase that make a reader stop are in no text of the project."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import ROOT

TURNS = re.compile(
    r"Hardly an |[Nn]othing of this|Of equals|\bfor who\b|\bwho wants to\b|\b(cannot|can) be had\b"
    r"|\bmend(s|ed|ing)?\b|\banew\b|\bhas one place\b|\bis told by\b|so does all else|turns? screws"
    r"|\bmany a\b|\banyhow\b|\bsimply\b|\bobviously\b|\bof course\b|\btrivially\b"
)
TEXTS = [
    path
    for pattern in ("*.py", "*.md", "*.ipynb", "*.jinja", "*.toml", "*.yml", "*.cff")
    for path in sorted(ROOT.rglob(pattern))
    if not any(part.startswith((".", "build")) for part in path.relative_to(ROOT).parts)
    and path != Path(__file__)
]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_plain_english(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    found = [f"{n}: {line.strip()[:120]}" for n, line in enumerate(lines, 1) if TURNS.search(line)]
    assert found == []
