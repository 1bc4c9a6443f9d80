"""Elements of arrays that code strings index, as functions that generated kernels call.

An index is a ``uint64``, so one comparison tells whether it is inside: a negative one is a very
large one, and the check takes less than a nanosecond. What is outside is written down, see
`faults`, and does no harm. Machine code is written here directly because a function of Numba's own
would count references to its arrays in every call, which takes fifty times as long as the access.
"""

from __future__ import annotations

from typing import Any

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


def _write_down(context: Any, builder: Any, signature: Any, arguments: Any, pair: Any) -> None:
    """Fill the record of faults, which are the first of `arguments`, unless it is filled.

    `pair` are two numbers to tell of, of 64 bits each.
    """
    record = context.make_array(signature[0])(context, builder, arguments[0])
    zero = context.get_constant(types.float64, 0.0)
    none_before = builder.fcmp_ordered("==", builder.load(record.data), zero)
    with builder.if_then(none_before, likely=False):
        site, *where = (
            context.cast(builder, argument, kind, types.float64)
            for argument, kind in zip(arguments[1:], signature[1:], strict=True)
        )
        told = [builder.bitcast(number, site.type) for number in pair]
        for place, number in enumerate([site, *told, *where]):
            builder.store(number, cgutils.gep(builder, record.data, place))


@intrinsic
def report(typing_context, first_number, second_number, faults, site, t, first, second):  # type: ignore[no-untyped-def]
    """Write down that something failed at a site of the code, with two numbers."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        _write_down(context, builder, signature.args[2:], arguments[2:], arguments[:2])
        return context.get_dummy_value()

    number = types.int64 if isinstance(first_number, types.Integer) else types.float64
    return types.none(number, number, faults, site, t, first, second), generate


@intrinsic
def fetch(typing_context, array, index, faults, site, t, first, second):  # type: ignore[no-untyped-def]
    """Return ``array[index]``, or 0 where that is outside."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        data = context.make_array(signature.args[0])(context, builder, arguments[0])
        result = cgutils.alloca_once(builder, context.get_value_type(array.dtype))
        inside = builder.icmp_unsigned("<", arguments[1], data.nitems)
        with builder.if_else(inside, likely=True) as (then, otherwise):
            with then:
                place = builder.gep(data.data, [arguments[1]])
                builder.store(context.unpack_value(builder, array.dtype, place), result)
            with otherwise:
                builder.store(context.get_constant_null(array.dtype), result)
                reported = signature.args[2:], arguments[2:]
                _write_down(context, builder, *reported, (arguments[1], data.nitems))
        return builder.load(result)

    return array.dtype(array, types.uint64, faults, site, t, first, second), generate


@intrinsic
def put(typing_context, array, index, value, faults, site, t, first, second):  # type: ignore[no-untyped-def]
    """Do ``array[index] = value``, or nothing where that is outside."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        data = context.make_array(signature.args[0])(context, builder, arguments[0])
        inside = builder.icmp_unsigned("<", arguments[1], data.nitems)
        with builder.if_else(inside, likely=True) as (then, otherwise):
            with then:
                place = builder.gep(data.data, [arguments[1]])
                context.pack_value(builder, array.dtype, arguments[2], place)
            with otherwise:
                reported = signature.args[3:], arguments[3:]
                _write_down(context, builder, *reported, (arguments[1], data.nitems))
        return context.get_dummy_value()

    return types.none(array, types.uint64, array.dtype, faults, site, t, first, second), generate
