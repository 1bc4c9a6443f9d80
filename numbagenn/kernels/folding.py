"""Neurons that one of their population stands for, because their input and state are the same.

A neuron without incoming synapses and without random numbers does what its input and its state
make it do. Of an image, say, most neurons see the same dark background. So those that are like the
first neuron are simulated once; the others move to the front of all arrays meanwhile, and the one
that stands for the rest comes right behind them.
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from numbagenn.kernels.jit import noalias_function


@intrinsic
def differ(typing_context, first, second):
    """Return whether two numbers of the same type differ in any bit, as 0 and -0 do."""

    def generate(context, builder, signature, arguments):
        kind = arguments[0].type
        if isinstance(kind, ir.FloatType | ir.DoubleType):
            bits = ir.IntType(32 if isinstance(kind, ir.FloatType) else 64)
            arguments = [builder.bitcast(argument, bits) for argument in arguments]
        return builder.icmp_unsigned("!=", *arguments)

    return types.boolean(first, first), generate


@noalias_function
def list_marked(marks, marked):
    """Write the indices of the marks that are 1, and not 0, into `marked`; return their number."""
    count = np.uint64(0)
    for place in range(marks.size):
        # Written whether it is kept or not, and overwritten by the next if not: no branch.
        marked[count] = place
        count += np.uint64(marks[place])
    return np.int64(count)


@noalias_function
def list_all_alike(trains, pre_inds, num_active, unlike, others, num_others):
    """Let a list of neurons with spikes name all that have them, and return how many these are.

    Parameters
    ----------
    trains, pre_inds, num_active
        What `spike_lists.list_arrivals` gives for the neurons that are simulated. Where one of them
        stands for many, these join the list.
    unlike, others, num_others
        For each neuron whether it is simulated on its own; which these are; how many.
    """
    last = num_active - 1
    if num_active == 0 or pre_inds[last] != num_others:
        for active in range(num_active):
            pre_inds[active] = others[pre_inds[active]]
        return num_active
    shared = trains[last]
    total = last + unlike.size - num_others
    trains[total] = np.uint32(0)
    # From the last to the first: no neuron of the old list is overwritten before it has moved.
    place, active = total - 1, last - 1
    for neuron in range(unlike.size - 1, -1, -1):
        if not unlike[neuron]:
            pre_inds[place], trains[place] = neuron, shared
            place -= 1
        elif active >= 0 and others[pre_inds[active]] == neuron:
            pre_inds[place], trains[place] = neuron, trains[active]
            place, active = place - 1, active - 1
    return total
