"""The tests: a folder for each package, and within ``numbagenn`` one for each of its own."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


def a_few(cases: Iterable[Any], number: int = 1) -> list[Any]:
    """Mark the cases of a test as slow, but for the first `number` of them."""
    import pytest  # not above: recording with PyGeNN imports this package, too

    few = list(cases)
    others = (
        pytest.param(*(case if isinstance(case, tuple) else [case]), marks=pytest.mark.slow)
        for case in few[number:]
    )
    return [*few[:number], *others]
