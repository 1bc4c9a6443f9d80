"""Every decision about Numba, in one place.

Generated modules use `kernel` for the functions that the engine calls and `part` for the functions
that those call. No fast-math flag is ever set: sums are taken in the order in which they are
written, which makes results equal on every machine. The GIL is released, so that threads can share
the batches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Any

import numba
from numba.core.compiler import Compiler
from numba.core.registry import CPUDispatcher, cpu_target

# Numba loads half of itself when it first needs it, which takes as long as everything else that a
# build with a warm cache does. That is better done when modules are imported.
cpu_target.target_context.refresh()

#: Held while modules are compiled: Numba's compiler and the setting below serve one at a time.
COMPILER_LOCK = RLock()
_cached = False

# Where Numba keeps compiled functions; the second is there since Numba 0.61.
_CACHE_SETTINGS = ("CACHE_DIR", "CACHE_LOCATOR_CLASSES")


class _Apart(Compiler):  # type: ignore[misc]
    """A compiler that takes it for granted that the arrays of a function do not overlap."""

    def define_pipelines(self) -> Any:
        self.state.flags.noalias = True
        return super().define_pipelines()


# To count references to arrays, and to make functions that Python and C could call, would take a
# fifth of the time in which a model is compiled.
_OPTIONS: dict[str, Any] = {"error_model": "numpy", "_nrt": False, "no_cfunc_wrapper": True}


class _Part(CPUDispatcher):  # type: ignore[misc]
    """A compiled function with no way into it from Python, which would crash the interpreter."""

    def __call__(self, *arguments: Any) -> Any:
        name = self.py_func.__name__
        raise TypeError(f"{name}() is compiled for kernels only; call {name}.py_func() instead.")


def part(function: Any) -> Any:
    """Decorate a function that only kernels call; it is compiled into each of them."""
    return _without_way_in(numba.njit(no_cpython_wrapper=True, **_OPTIONS)(function))


def part_of_separate_arrays(function: Any) -> Any:
    """Decorate the same for a function whose arrays are known not to overlap.

    What it reads can stay in registers while it writes, and no time goes into finding out whether
    arrays overlap, which takes longer than adding a row of a hundred weights.
    """
    return _without_way_in(
        numba.njit(pipeline_class=_Apart, no_cpython_wrapper=True, **_OPTIONS)(function)
    )


def _without_way_in(function: Any) -> Any:
    function.__class__ = _Part
    return function


def kernel(signature: str, *, allocates: bool = False) -> Callable[[Any], Any]:
    """Return the decorator of a function that is compiled at once for the given signature.

    One that makes arrays of its own says so with `allocates`.
    """
    options = {**_OPTIONS, "_nrt": allocates}
    return numba.njit(signature, nogil=True, cache=_cached, **options)  # type: ignore[no-any-return]


@contextmanager
def disk_cache(enabled: bool) -> Iterator[None]:
    """Let the kernels that are defined inside be kept beside their source file, or not."""
    global _cached
    with COMPILER_LOCK:
        # What the user set would take the files away from beside their source.
        names = [name for name in _CACHE_SETTINGS if hasattr(numba.config, name)]
        values = [getattr(numba.config, name) for name in names]
        for name in names:
            setattr(numba.config, name, "")
        _cached = enabled
        try:
            yield
        finally:
            _cached = False
            for name, value in zip(names, values, strict=True):
                setattr(numba.config, name, value)
