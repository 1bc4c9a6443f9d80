"""Whose turn it is: threads that simulate take batches in turn until there are none left.

A thread that starts late, or that is held up, leaves its share to the others. All of them look at
one array of four numbers: how many turns have been taken, how many of these are finished, whether
to stop (see `Stop`), and whether something was left in the middle because of that.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from numbagenn.kernels.jit import device_function

TAKEN, FINISHED, STOP, HALTED = range(4)


class Stop(IntEnum):
    """Whether kernels are to stop."""

    NO = 0
    #: Where their memory is in order: between two steps, or two blocks of steps.
    SOON = 1
    #: At the next look, even in the middle of a step, which cannot be continued then.
    NOW = 2


def new_turns(taken: int | np.int64 = 0) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return an array for threads to look at, where so many turns have been taken and finished."""
    turns = np.zeros(4, np.int64)
    if taken:
        turns[TAKEN] = turns[FINISHED] = taken
    return turns


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
        finished = builder.gep(counters, [ir.Constant(ir.IntType(64), FINISHED)])
        builder.atomic_rmw("add", finished, ir.Constant(ir.IntType(64), 1), "release")
        return context.get_dummy_value()

    return types.none(turns), generate


@intrinsic
def _stop(typing_context, turns):  # type: ignore[no-untyped-def]
    """Return ``turns[2]`` as it is now: another thread may have written it since the last look."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        numbers = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        place = builder.gep(numbers, [ir.Constant(ir.IntType(64), STOP)])
        return builder.load_atomic(place, "monotonic", align=8)

    return types.int64(turns), generate


@device_function
def paused(turns):  # type: ignore[no-untyped-def]
    """Return whether to stop, where that can be done in good order."""
    return _stop(turns) != 0


@device_function
def halted(turns):  # type: ignore[no-untyped-def]
    """Return whether to stop in the middle of a step, and make a note if so."""
    if _stop(turns) != 2:
        return False
    turns[3] = 1
    return True
