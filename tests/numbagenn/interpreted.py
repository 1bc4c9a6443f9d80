"""What the engine generates, run by the plain interpreter: kernels without a compiler.

The Python that a code string becomes means the same to Numba and to the interpreter, if the names
of its types are given C's conversions. That makes the interpreter a second opinion on all that the
compiler decides: types, conversions, the order of branches.
"""

from __future__ import annotations

import ctypes
import math
import re
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import numpy as np

from numbagenn.kernels import c_functions, random_numbers
from numbagenn.language.kernel_names import IMPORTS
from tests.numbagenn.compiled import njit


class _Converter:
    """A numeric type that converts as C does, and that NumPy takes for one of its own."""

    def __init__(self, dtype: np.dtype) -> None:
        self.dtype = dtype

    def __call__(self, value: Any) -> Any:
        return np.asarray(value).astype(self.dtype)[()]


def _remainder(a: Any, b: Any) -> Any:
    return a - c_functions.int_divide.py_func(a, b) * b


def _fetch(array: np.ndarray, index: Any, *where: Any) -> Any:
    return array[int(index)] if index < array.size else array.dtype.type(0)


def _put(array: np.ndarray, index: Any, value: Any, *where: Any) -> None:
    if index < array.size:
        array[int(index)] = value


def _taken(dimensions: int) -> Any:
    """Return what takes an array out of a table, see `kernels.memory_table`."""

    def take(memory: np.ndarray, number: int, batch: int, dtype: _Converter) -> np.ndarray:
        address, apart, *shape = memory[number].tolist()
        shape = shape[:dimensions]
        size = math.prod(shape) * dtype.dtype.itemsize
        content = (ctypes.c_char * size).from_address(address + batch * apart)
        return np.frombuffer(content, dtype.dtype).reshape(shape)

    return take


def _take_next(counter: np.ndarray) -> int:
    counter[0] += 1
    return int(counter[0]) - 1


def _mark_finished(counter: np.ndarray) -> None:
    counter[1] += 1


def _plain(module: Any, **instead: Any) -> SimpleNamespace:
    functions = {
        name: getattr(function, "py_func", function)
        for name, function in vars(module).items()
        if not name.startswith("_")
    }
    return SimpleNamespace(**functions | instead)


def _callable(function: Any) -> Any:
    """Return a device function compiled so that Python can call it."""
    return njit(function.py_func, error_model="numpy")


def _drawing(function: Any) -> Any:
    """Return a compiled function of `random_numbers` whose states stay unsigned integers."""
    compiled = _callable(function) if hasattr(function, "py_func") else function

    def call(*arguments: Any) -> Any:
        result = compiled(*arguments)
        if isinstance(result, tuple):
            return result[0], np.uint64(result[1])
        return None if result is None else np.uint64(result)

    return call


# What takes the place of imports that are more than functions, or that need a compiler.
_INSTEAD: dict[str, Any] = {
    # Python's functions raise where C's give infinities and NaN, and take no NumPy integers.
    "math": SimpleNamespace(
        **vars(math)
        | {
            "ldexp": lambda x, n: math.ldexp(x, int(n)),
            "sqrt": np.sqrt,
            "exp": np.exp,
            "fabs": np.fabs,
        }
    ),
    "c_functions": _plain(
        c_functions, int_remainder=_remainder, c_fma=_callable(c_functions.c_fma)
    ),
    "random_numbers": SimpleNamespace(
        **{name: _drawing(one) for name, one in vars(random_numbers).items() if callable(one)}
    ),
    "arrays": SimpleNamespace(
        fetch=_fetch,
        put=_put,
        limited=lambda number, limit, *where: min(max(number, 0), limit - 1),
        report=lambda *where: None,
    ),
    "printing": SimpleNamespace(show=lambda *what: None),
    "kernel": lambda signature, **options: lambda function: function,
    "device_function": lambda function: function,
    "noalias_function": lambda function: function,
    "take_next": _take_next,
    "vector": _taken(1),
    "matrix": _taken(2),
    "mark_finished": _mark_finished,
    "should_pause": lambda counter: False,
    "should_abort": lambda counter: False,
    # Where what is run is no whole function, which would get them.
    "batch_counter": None,
}


def _imported(module: str, name: str) -> Any:
    found = getattr(import_module(module), name)
    return _Converter(np.dtype(found)) if module == "numpy" else _callable(found)


#: What a generated module imports, uncompiled.
NAMESPACE: dict[str, Any] = {
    "np": np,
    **_INSTEAD,
    **{
        name: _imported(module, name)
        for module, names in IMPORTS.items()
        for name in names
        if name not in _INSTEAD
    },
}


def module(source: str) -> dict[str, Any]:
    """Return what the text of a generated module defines, without its imports."""
    names = dict(NAMESPACE)
    begin = re.search("^@", source, re.MULTILINE)
    assert begin is not None
    exec(compile(source[begin.start() :], "<interpreted>", "exec"), names)
    return names
