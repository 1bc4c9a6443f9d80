"""numbagenn/README.md: its example runs and prints what it says."""

from __future__ import annotations

import contextlib
import io
import re

from tests import ROOT
from tools.stamp_notebooks import repository


def test_the_example_prints_what_is_shown() -> None:
    page = (ROOT / "numbagenn" / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (shown,) = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(example, {})
    assert printed.getvalue() == shown
    assert f"@ {repository()}/archive/main.zip" in page
