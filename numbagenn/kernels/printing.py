"""What code of kernels prints.

A kernel notes what it prints in a list of Python's, through Python's interface for C. That runs no
line of Python, in which a signal could be handled while kernels run. The text is made, and written
to `sys.stdout`, once the kernel has returned.
"""

from __future__ import annotations

import re
import struct
import sys
from typing import Any

from llvmlite import binding, ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

# A format and the bits of its numbers, 64 for each, one after the other.
_printed: list[bytes] = []

# Kernels that are kept on disk find the list by this name.
_NAME = "numbagenn_printed"
binding.add_symbol(_NAME, id(_printed))

_BYTES = 8
_CONVERSION = re.compile(r"%[-+ #0]*[*\d]*(?:\.[*\d]*)?(?P<kind>.)", re.DOTALL)


@intrinsic
def show(typing_context, text, numbers):
    """Note that numbers are to be printed in the places of a text."""

    def generate(context, builder, signature, arguments):
        python = context.get_python_api(builder)
        word = ir.IntType(64)
        values = [
            context.cast(builder, builder.extract_value(arguments[1], place), kind, _wide(kind))
            for place, kind in enumerate(numbers)
        ]
        array = cgutils.alloca_once(builder, word, size=max(1, len(values)))
        for place, value in enumerate(values):
            element = builder.gep(array, [ir.Constant(ir.IntType(32), place)])
            builder.store(builder.bitcast(value, word), element)
        encoded = text.literal_value.encode()
        constant = context.insert_const_bytes(builder.module, encoded)
        listed = _list_of(builder.module, python)
        state = python.gil_ensure()
        for start, size in ((constant, len(encoded)), (array, _BYTES * len(values))):
            start = builder.bitcast(start, python.cstring)
            one = python.bytes_from_string_and_size(start, ir.Constant(python.py_ssize_t, size))
            python.list_append(listed, one)
            python.decref(one)
        python.gil_release(state)
        return context.get_dummy_value()

    if not isinstance(text, types.StringLiteral) or not isinstance(numbers, types.BaseTuple):
        return None
    return types.none(text, numbers), generate


def _list_of(module: Any, python: Any) -> Any:
    """Return the list as code of a module knows it: as what has its name."""
    known = module.globals.get(_NAME)
    return known or cgutils.add_global_variable(module, python.pyobj.pointee, _NAME)


def _wide(kind: Any) -> Any:
    return types.float64 if isinstance(kind, types.Float) else types.int64


def write_printed() -> None:
    """Write what kernels have printed since the last call."""
    if not _printed:
        return
    taken = _printed[:]
    del _printed[: len(taken)]
    try:
        text = "".join(map(formatted, taken[::2], taken[1::2]))
    except BaseException:
        # After an interrupt, the next call writes it.
        _printed[:0] = taken
        raise
    sys.stdout.write(text)


def num_printed() -> int:
    """Return how much has been printed since it was last written, for `forget_printed`."""
    return len(_printed)


def forget_printed(kept: int) -> None:
    """Forget what was printed since `num_printed` returned a number."""
    del _printed[kept:]


def formatted(text: bytes, numbers: bytes) -> str:
    """Return a text with numbers in its places, given their bits.

    Examples
    --------
    >>> formatted(b"%u is not %.1f.", struct.pack("=qd", -1, 0.5))
    '18446744073709551615 is not 0.5.'
    """
    read = 0

    def number(code: str) -> Any:
        nonlocal read
        read += _BYTES
        return struct.unpack_from(f"={code}", numbers, read - _BYTES)[0]

    def shown(place: re.Match[str]) -> str:
        kind, conversion = place["kind"], place.group()
        if kind == "%":
            return "%"
        stars = [number("q") for _ in range(conversion.count("*"))]
        value = number("d" if kind in "eEfFgG" else "Q" if kind in "uxXo" else "q")
        if not value and kind in "xX":
            # C puts no 0x in front of 0.
            conversion = conversion.replace("#", "")
        return conversion % (*stars, value)

    return _CONVERSION.sub(shown, text.decode())
