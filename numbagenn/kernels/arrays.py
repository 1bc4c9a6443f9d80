"""Elements of arrays that code strings index, as functions that generated kernels call.

An index is a ``uint64``, so one comparison tells whether it is inside: a negative one becomes a
very large one. The check takes less than a nanosecond. An index outside is noted in the record of
faults of the loop and does no harm. These functions are written in machine code, because an
ordinary compiled function would count references to its arrays in every call, which takes fifty
times as long as the access.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic


def _note_fault(context: Any, builder: Any, signature: Any, arguments: Any, pair: Any) -> None:
    """Fill the record of faults, the first of `arguments`, unless it is filled already.

    A site below 0 is a warning, which gives way to what is none. `pair` is two numbers of 64 bits
    each that go into the message.
    """
    record = context.make_array(signature[0])(context, builder, arguments[0])
    zero = context.get_constant(types.float64, 0.0)
    site, *where = (
        context.cast(builder, argument, kind, types.float64)
        for argument, kind in zip(arguments[1:], signature[1:], strict=True)
    )
    before = builder.load(record.data)
    is_free = builder.fcmp_ordered("==", before, zero)
    gives_way = builder.and_(
        builder.fcmp_ordered("<", before, zero), builder.fcmp_ordered(">", site, zero)
    )
    with builder.if_then(builder.or_(is_free, gives_way), likely=False):
        shown = [builder.bitcast(number, site.type) for number in pair]
        for place, number in enumerate([site, *shown, *where]):
            element = builder.gep(record.data, [ir.Constant(ir.IntType(64), place)])
            builder.store(number, element)


@intrinsic
def report(typing_context, first_number, second_number, faults, site, t, first, second):
    """Note that something failed at a site of the code, with two numbers for the message."""

    def generate(context, builder, signature, arguments):
        _note_fault(context, builder, signature.args[2:], arguments[2:], arguments[:2])
        return context.get_dummy_value()

    number = types.int64 if isinstance(first_number, types.Integer) else types.float64
    return types.none(number, number, faults, site, t, first, second), generate


@intrinsic
def fetch(typing_context, array, index, faults, site, t, first, second):
    """Return ``array[index]``, or 0 where that is outside."""

    def generate(context, builder, signature, arguments):
        data = context.make_array(signature.args[0])(context, builder, arguments[0])
        inside = builder.icmp_unsigned("<", arguments[1], data.nitems)
        with builder.if_else(inside, likely=True) as (then, otherwise):
            with then:
                place = builder.gep(data.data, [arguments[1]])
                value = context.unpack_value(builder, array.dtype, place)
                from_inside = builder.block
            with otherwise:
                reported = signature.args[2:], arguments[2:]
                _note_fault(context, builder, *reported, (arguments[1], data.nitems))
                from_outside = builder.block
        result = builder.phi(value.type)
        result.add_incoming(value, from_inside)
        result.add_incoming(context.get_constant_null(array.dtype), from_outside)
        return result

    return array.dtype(array, types.uint64, faults, site, t, first, second), generate


@intrinsic
def put(typing_context, array, index, value, faults, site, t, first, second):
    """Do ``array[index] = value``, or nothing where that is outside."""

    def generate(context, builder, signature, arguments):
        data = context.make_array(signature.args[0])(context, builder, arguments[0])
        inside = builder.icmp_unsigned("<", arguments[1], data.nitems)
        with builder.if_else(inside, likely=True) as (then, otherwise):
            with then:
                place = builder.gep(data.data, [arguments[1]])
                context.pack_value(builder, array.dtype, arguments[2], place)
            with otherwise:
                reported = signature.args[3:], arguments[3:]
                _note_fault(context, builder, *reported, (arguments[1], data.nitems))
        return context.get_dummy_value()

    return types.none(array, types.uint64, array.dtype, faults, site, t, first, second), generate


@intrinsic
def limited(typing_context, number, limit, faults, site, t, first, second):
    """Return `number`, or where it is not from 0 to ``limit - 1`` the nearest one that is."""

    def generate(context, builder, signature, arguments):
        number, limit = arguments[:2]
        zero, one = ir.Constant(number.type, 0), ir.Constant(number.type, 1)
        inside = builder.icmp_unsigned("<", number, limit)
        with builder.if_then(builder.not_(inside), likely=False):
            _note_fault(context, builder, signature.args[2:], arguments[2:], arguments[:2])
        is_negative = builder.icmp_signed("<", number, zero)
        nearest = builder.select(is_negative, zero, builder.sub(limit, one))
        return builder.select(inside, number, nearest)

    return types.int64(types.int64, types.int64, faults, site, t, first, second), generate
