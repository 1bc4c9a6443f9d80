"""The pairs of scripts in docs/from_4_9.md: both run, and give the same spikes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from numbagenn.compat.api_version import pygenn_version
from numbagenn.compat.running import run_script
from numbagenn.compat.shim import ONLY_4_9, ONLY_5
from tests import ROOT

PAGE = (ROOT / "docs" / "from_4_9.md").read_text(encoding="utf-8")
TABLES = re.findall(r"<table>(.*?)</table>", PAGE, re.DOTALL)
PAIRS = [re.findall(r"```python\n(.*?)```", table, re.DOTALL) for table in TABLES]

REPORT = """
import json
print(json.dumps([[times.tolist(), ids.tolist()], {extra}]))
"""
EXTRA = ["voltages.tolist()", "0", "counts.tolist()"]


def spikes_of(
    code: str, extra: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> tuple[list[tuple[float, int]], object]:
    file.write_text(code + REPORT.format(extra=extra), encoding="utf-8")
    status = run_script(str(file))
    out, err = capsys.readouterr()
    assert (status, err) == (0, "")
    (times, ids), other = json.loads(out)
    return sorted(zip(times, ids, strict=True)), other


def test_there_are_pairs() -> None:
    assert [len(pair) for pair in PAIRS] == [2, 2, 2]
    # Both fit beside each other on the site.
    assert max(len(line) for pair in PAIRS for code in pair for line in code.splitlines()) <= 60


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(PAIRS)))
def test_a_pair_gives_the_same_spikes(
    number: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = tmp_path / "old.py", tmp_path / "new.py"
    before, after = PAIRS[number]
    extra = EXTRA[number]
    expected = spikes_of(before, extra, old, capsys)
    assert spikes_of(after, extra, new, capsys) == expected
    assert len(expected[0]) > 20
    versions = [pygenn_version([code], tmp_path, ONLY_4_9, ONLY_5) for code in (before, after)]
    assert versions == ["4.9", "5"]
