"""How functions are compiled: long ones like short ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from numbagenn.kernels import jit

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
