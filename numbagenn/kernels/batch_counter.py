"""A counter that hands out batch elements to threads, and tells these when to stop.

A thread that starts late, or that is held up, leaves its share to the others. All threads look at
one array of four numbers: how many batch elements have been taken, how many of these are finished,
whether to stop (see `Stop`), and whether a step was aborted because of that. Custom updates count
their parts in the same way.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from numbagenn.kernels.jit import device_function

#: What `new_batch_counter` returns.
Counter = NDArray[np.int64]

TAKEN, FINISHED, STOP, ABORTED = range(4)


class Stop(IntEnum):
    """Whether kernels are to stop."""

    NO = 0
    #: Where their memory is in order: between two steps, or two blocks of steps.
    SOON = 1
    #: At the next look, even in the middle of a step, which cannot be continued then.
    NOW = 2


# Kernels know no enumerations.
_NOW = int(Stop.NOW)


def new_batch_counter(taken: int | np.int64 = 0) -> Counter:
    """Return a counter of which so many batch elements have been taken and finished."""
    counter = np.zeros(4, np.int64)
    if taken:
        counter[TAKEN] = counter[FINISHED] = taken
    return counter


@intrinsic
def take_next(typing_context, counter):
    """Return how many were taken and add 1 to that, so that no other thread gets the same."""

    def generate(context, builder, signature, arguments):
        taken = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        return builder.atomic_rmw("add", taken, ir.Constant(ir.IntType(64), 1), "monotonic")

    return types.int64(counter), generate


@intrinsic
def mark_finished(typing_context, counter):
    """Count one as finished, once everything that was written is there to be seen."""

    def generate(context, builder, signature, arguments):
        numbers = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        finished = builder.gep(numbers, [ir.Constant(ir.IntType(64), FINISHED)])
        builder.atomic_rmw("add", finished, ir.Constant(ir.IntType(64), 1), "release")
        return context.get_dummy_value()

    return types.none(counter), generate


@intrinsic
def _stop(typing_context, counter):
    """Return whether to stop as it is now: another thread may have written it a moment ago."""

    def generate(context, builder, signature, arguments):
        numbers = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        place = builder.gep(numbers, [ir.Constant(ir.IntType(64), STOP)])
        return builder.load_atomic(place, "monotonic", align=8)

    return types.int64(counter), generate


@device_function
def should_pause(counter):
    """Return whether to stop between two steps, where all memory is in order."""
    return _stop(counter) != 0


@device_function
def should_abort(counter):
    """Return whether to stop in the middle of a step, and make a note if so."""
    if _stop(counter) != _NOW:
        return False
    counter[ABORTED] = 1
    return True
