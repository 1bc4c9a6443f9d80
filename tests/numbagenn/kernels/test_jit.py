"""How functions are compiled: long ones like short ones."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import pytest
from numba import types

from numbagenn.kernels import jit, target

# If a variable had one type for both, Numba would convert 64 bits to a float64, and back.
TWO_TYPES = """
@kernel("void(uint64[::1], float64[::1])")
def compute(whole, number):
    for k in range(3):
        x = whole[0]
        whole[1] = x + uint64(1)
        x = int64(-3)
        number[0] = x / 2
        x = float32(0.1)
        number[1] = float64(x)
        x = 0.1
        number[2] = x
"""

ONE_TYPE = """
@kernel("void(uint64[::1], float64[::1])")
def compute(whole, number):
    x = 0
    for k in range(4):
        x += k
        whole[k] = uint64(x)
    y = float32(0.1) if x > 3 else float32(0.2)
    y = y * float32(3.0)
    for k in range(3):
        number[k], z = float64(y), x
        y, x = y * y, z + 1
"""


@pytest.fixture
def failures(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Functions that could not be compiled as long ones are."""
    found = []
    original = jit._OneType.run_pass

    def run_pass(self: Any, state: Any) -> bool:
        try:
            return original(self, state)
        except jit._SeveralTypesError:
            found.append(state.func_id.func_name)
            raise

    monkeypatch.setattr(jit._OneType, "run_pass", run_pass)
    return found


def results(text: str, lines: int, module: str = jit.GENERATED) -> tuple[np.ndarray, np.ndarray]:
    """Return what a function computes that has some more lines."""
    longer = text + "".join(f"    whole[3] = uint64({k})\n" for k in range(lines))
    names = {"__name__": f"{module}test", "kernel": jit.kernel, "int64": np.int64}
    names |= {"uint64": np.uint64, "float32": np.float32, "float64": np.float64}
    exec(compile(longer, "<test>", "exec"), names)
    whole, number = np.array([2**63 + 1, 0, 0, 0], np.uint64), np.zeros(3)
    names["compute"](whole, number)  # type: ignore[operator]
    return whole[:3], number


@pytest.mark.parametrize("text", [TWO_TYPES, ONE_TYPE], ids=["two types", "one type"])
def test_long_functions_compute_what_short_ones_do(text: str, failures: list[str]) -> None:
    for long, short in zip(results(text, 250), results(text, 1), strict=True):
        np.testing.assert_array_equal(long, short)
    assert failures == (["compute"] if text == TWO_TYPES else [])


def test_functions_of_the_package_are_compiled_as_ever(failures: list[str]) -> None:
    whole, _ = results(TWO_TYPES, 250, "numbagenn.kernels.")
    assert whole[1] == 2**63 + 2
    assert not failures


def test_functions_that_raise_do(failures: list[str]) -> None:
    text = """
@kernel("int64(int64)")
def compute(x):
    if x > 2:
        raise ValueError
    return x
"""
    namespace: dict[str, Any] = {"kernel": jit.kernel, "__name__": jit.GENERATED}
    exec(text, namespace)
    assert namespace["compute"](2) == 2
    with pytest.raises(ValueError, match=r"^$"):
        namespace["compute"](3)


def test_types_of_a_call_are_found_once(monkeypatch: pytest.MonkeyPatch) -> None:
    searched = []
    original = types.Function.get_call_type

    def get_call_type(self: Any, context: Any, args: Any, kws: Any) -> Any:
        if self.key[0] is operator.xor and type(self) is target._Function:
            searched.append(tuple(args))
        return original(self, context, args, kws)

    monkeypatch.setattr(types.Function, "get_call_type", get_call_type)
    text = """
@kernel("void(uint16[::1])")
def compute(x):
    a, b = x[0], x[1]
    x[0] = a ^ b
    x[1] = b ^ a
    x[2] = a ^ a
"""
    exec(text, {"kernel": jit.kernel, "__name__": jit.GENERATED})
    assert len(searched) == len({*searched})
