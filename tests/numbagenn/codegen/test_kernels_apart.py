"""Modules with several kernels, taken apart into one for each."""

from __future__ import annotations

import ast
import builtins

import pytest

import numbagenn as engine
from numbagenn.codegen.kernels_apart import kernels_apart
from tests.numbagenn.every_part import described

MODULE = '''"""A module."""

import math

from numpy import float32, int64
from numbagenn.kernels.jit import device_function, kernel

number_1 = np.array([1, 2])


@device_function
def inner(x):
    return math.exp(x)


@device_function
def outer(x):
    return inner(x) + float32(1.0)


@kernel("void(float32[::1])")
def first(x):
    x[0] = outer(x[0])


@kernel("void(int64[::1])", allocates=True)
def second(x):
    x[0] = int64(number_1[0])
'''


def names_of(text: str) -> list[str]:
    return [node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]


def test_each_part_has_a_kernel_and_what_it_uses() -> None:
    first, second = kernels_apart(MODULE)
    assert names_of(first) == ["inner", "outer", "first"]
    assert names_of(second) == ["second"]
    assert "number_1" not in first
    assert "number_1 = np.array([1, 2])" in second


def test_imports_are_those_that_a_part_uses() -> None:
    first, second = kernels_apart(MODULE)
    assert "import math" in first
    assert "from numpy import float32\n" in first
    assert "import math" not in second
    assert "from numpy import int64\n" in second
    assert "from numbagenn.kernels.jit import kernel\n" in second


def test_decorators_stay() -> None:
    first, second = kernels_apart(MODULE)
    assert '@kernel("void(float32[::1])")\ndef first(x):' in first
    assert '@kernel("void(int64[::1])", allocates=True)\ndef second(x):' in second


def test_a_single_kernel_stays_as_it_is() -> None:
    text = MODULE[: MODULE.index('@kernel("void(int64')]
    assert kernels_apart(text) == [text]


@pytest.mark.parametrize("others", ["first", "second"])
def test_a_part_does_not_depend_on_other_kernels(others: str) -> None:
    changed = MODULE.replace(f"def {others}(x):", f"def {others}(x):\n    x[1] = x[0]")
    same = 1 if others == "first" else 0
    before, after = kernels_apart(MODULE), kernels_apart(changed)
    assert before[same] == after[same]
    assert before[1 - same] != after[1 - same]


def test_parts_of_real_modules_are_complete() -> None:
    model = described()
    halve = engine.create_custom_update_model(
        "halve", var_refs=[("g", "scalar")], update_code="g *= 0.5;"
    )
    references = {"g": engine.create_wu_var_ref(model.synapse_populations["ab"], "g")}
    model.add_custom_update("ab_halve", "Halve", halve, {}, {}, references)
    model.build()
    parts = kernels_apart(model.generated_code)
    assert len(parts) > 1
    for part in parts:
        tree = ast.parse(part)
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        bound = {
            node.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        bound |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
        bound |= {one.asname or one.name for one in ast.walk(tree) if isinstance(one, ast.alias)}
        bound |= {*names_of(part), *dir(builtins)}
        assert used <= bound
