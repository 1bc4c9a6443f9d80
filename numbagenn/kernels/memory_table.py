"""The table of all memory that a kernel works on, and how it takes an array out of that.

A kernel with an argument for each array would be compiled for as long as all of its code. The table
has a row for each array: its address, by how many bytes the parts of two batch elements are apart,
and the two dimensions of a part; a vector has only the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

_ADDRESS, _APART, _SHAPE = range(3)


def memory_table(parts: Iterable[tuple[NDArray[Any], int]]) -> NDArray[np.int64]:
    """Return the table of some arrays: of each the first part, and how many bytes parts are apart.

    It does not keep the arrays alive.
    """
    rows = [
        (part.ctypes.data, apart, *part.shape, *(0,) * (2 - part.ndim)) for part, apart in parts
    ]
    return np.array(rows, np.int64).reshape(-1, 4)


def _getter(dimensions: int) -> Callable[..., Any]:
    def get(typing_context: Any, memory: Any, number: Any, batch: Any, dtype: Any) -> Any:
        result = types.Array(dtype.dtype, dimensions, "C")

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            # Numba's objects for arrays would be places on the stack. LLVM takes long where a
            # function has thousands of them, so these are plain values.
            def model(kind: Any) -> Any:
                return context.data_model_manager[kind]

            def put_in(whole: Any, parts: Iterable[tuple[int, Any]]) -> Any:
                for position, part in parts:
                    whole = builder.insert_value(whole, part, position)
                return whole

            def zero(kind: Any) -> Any:
                return ir.Constant(context.get_value_type(kind), None)

            data = model(signature.args[0]).get_field_position("data")
            table = builder.extract_value(arguments[0], data)
            first = builder.mul(arguments[1], ir.Constant(arguments[1].type, 4))

            def entry(column: int) -> Any:
                place = builder.add(first, ir.Constant(first.type, column))
                return builder.gep(table, [place])

            word = context.get_data_type(result.dtype).as_pointer()
            address = builder.load(
                builder.bitcast(entry(_ADDRESS), ir.IntType(8).as_pointer().as_pointer())
            )
            part = builder.mul(arguments[2], builder.load(entry(_APART)))
            size = context.get_constant(types.intp, context.get_abi_sizeof(word.pointee))
            shape = [builder.load(entry(_SHAPE + axis)) for axis in range(dimensions)]
            strides: list[Any] = []
            count = context.get_constant(types.intp, 1)
            for length in reversed(shape):
                strides.insert(0, builder.mul(count, size))
                count = builder.mul(count, length)
            pair = zero(types.UniTuple(types.intp, dimensions))
            fields = {
                "data": builder.bitcast(builder.gep(address, [part]), word),
                "itemsize": size,
                "shape": put_in(pair, enumerate(shape)),
                "strides": put_in(pair, enumerate(strides)),
                "nitems": count,
            }
            position = model(result).get_field_position
            return put_in(zero(result), [(position(name), one) for name, one in fields.items()])

        return result(memory, types.int64, types.int64, dtype), generate

    return get


#: ``vector(memory, number, batch, type)`` is the part of a batch element of the array in a row.
vector = intrinsic(_getter(1))
#: The same for an array of matrices.
matrix = intrinsic(_getter(2))
