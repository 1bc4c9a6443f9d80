"""The examples in docstrings do what they say."""

from __future__ import annotations

import doctest
import importlib

import pytest
from IPython.core.interactiveshell import InteractiveShell

import numbagenn
from tests import ROOT

WITH_EXAMPLES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for package in ("numbagenn", "tutorial_helpers")
    for path in sorted(ROOT.joinpath(package).rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
}
PUBLIC = {name: getattr(numbagenn, name) for name in numbagenn.__all__}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.slow if ".training." in name else [])
        for name in WITH_EXAMPLES
    ],
)
def test_examples(name: str) -> None:
    if ".training." in name:
        pytest.importorskip("optax", reason="training needs Optax: the extra train")
    InteractiveShell.clear_instance()  # with one, figures are shown and not returned
    module = importlib.import_module(name)
    # readers of numbagenn's docstrings have imported what they use
    names = PUBLIC if name.startswith("numbagenn.") else {}
    outcome = doctest.testmod(module, globs=names | vars(module))
    assert outcome.attempted > 0
    assert outcome.failed == 0
