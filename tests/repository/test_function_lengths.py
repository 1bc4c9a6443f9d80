"""A function fits on a screen: that is where it is understood."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests import ROOT

MOST = 60
FILES = [path for name in ("numbagenn", "tutorial_helpers") for path in (ROOT / name).rglob("*.py")]


def lines_of_code(function: ast.stmt, text: list[str]) -> int:
    """Count lines that are neither blank nor only a comment, nor part of a docstring."""
    documentation: set[int] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            documentation |= set(range(node.lineno, node.end_lineno + 1))
    lines = set(range(function.lineno, function.end_lineno + 1)) - documentation
    return sum(text[n - 1].strip()[:1] not in ("", "#") for n in lines)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_functions_are_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    long = [
        f"{node.name}: {length}"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and (length := lines_of_code(node, text.splitlines())) > MOST
    ]
    assert long == []
