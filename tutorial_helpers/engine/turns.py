"""Which batch is next: threads that simulate take batches in turn until there are none left.

A thread that starts late, or that is held up, leaves its share to the others.
"""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.extending import intrinsic


@intrinsic
def take_turn(typing_context, turns):  # type: ignore[no-untyped-def]
    """Return ``turns[0]`` and add 1 to it, in one go, so that no other thread gets the same."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        counter = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        return builder.atomic_rmw("add", counter, ir.Constant(ir.IntType(64), 1), "monotonic")

    return types.int64(turns), generate


@intrinsic
def finish_turn(typing_context, turns):  # type: ignore[no-untyped-def]
    """Add 1 to ``turns[1]``, once everything that was written is there to be seen."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        counters = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        finished = builder.gep(counters, [ir.Constant(ir.IntType(64), 1)])
        builder.atomic_rmw("add", finished, ir.Constant(ir.IntType(64), 1), "release")
        return context.get_dummy_value()

    return types.none(turns), generate
