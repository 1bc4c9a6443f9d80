"""docs/how_a_step_runs.md runs, and shows what the engine really generates."""

from __future__ import annotations

import contextlib
import io
import re
import textwrap
from typing import Any

from tests import ROOT

PAGE = ROOT / "docs" / "how_a_step_runs.md"


def test_the_page_runs_and_shows_real_code() -> None:
    names: dict[str, Any] = {}
    shown = []
    printed = io.StringIO()
    for info, block in re.findall(r"^```(.+?)\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S):
        if info == "python":
            with contextlib.redirect_stdout(printed):
                exec(block, names)
        elif info == "text":
            assert printed.getvalue() == block
        else:
            assert info == "python generated"
            shown.append(block)
    lines = [line.strip() for line in names["text"].splitlines()]
    assert len(shown) >= 5
    for block in shown:
        part = [line.strip() for line in block.splitlines()]
        places = [k for k, line in enumerate(lines) if line == part[0]]
        assert any(lines[k : k + len(part)] == part for k in places), textwrap.indent(block, "    ")
