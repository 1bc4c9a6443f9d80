"""The code strings of chapter 8 are those that PyGeNN's results were recorded with."""

from __future__ import annotations

import nbformat
import pytest

from tests.conformance import cases_learning as recorded
from tools.stamp_notebooks import NOTEBOOKS

CODE = [
    *(recorded.LOOK, recorded.RACE, recorded.FORWARD, recorded.WON, recorded.APPROACH),
    *(recorded.FIND_LEAD, recorded.COUNT_WINS, recorded.BALANCE, recorded.SUM_UP, recorded.STEP),
]


@pytest.mark.parametrize("code", CODE)
def test_chapter_8_has_the_code_that_was_recorded(code: str) -> None:
    (path,) = [path for path in NOTEBOOKS if path.stem == "8_without_labels"]
    sources = [cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    assert sum(f'"{code}"' in source for source in sources) == 1
