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

from numbagenn.kernels.instructions import array_value

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
            model = context.data_model_manager
            data = model[signature.args[0]].get_field_position("data")
            table = builder.extract_value(arguments[0], data)

            def entry(column: int) -> Any:
                row = arguments[1]
                if isinstance(row, ir.Constant):
                    place = ir.Constant(row.type, 4 * row.constant + column)
                else:
                    place = builder.add(
                        builder.mul(row, ir.Constant(row.type, 4)), ir.Constant(row.type, column)
                    )
                return builder.gep(table, [place])

            word = context.get_data_type(result.dtype).as_pointer()
            address = builder.load(
                builder.bitcast(entry(_ADDRESS), ir.IntType(8).as_pointer().as_pointer())
            )
            part = builder.mul(arguments[2], builder.load(entry(_APART)))
            data = builder.bitcast(builder.gep(address, [part]), word)
            shape = [builder.load(entry(_SHAPE + axis)) for axis in range(dimensions)]
            return array_value(builder, model[result], data, shape)

        return result(memory, types.int64, types.int64, dtype), generate

    return get


#: ``vector(memory, number, batch, type)`` is the part of a batch element of the array in a row.
vector = intrinsic(_getter(1))
#: The same for an array of matrices.
matrix = intrinsic(_getter(2))
