"""Neurons that one of their population stands for, because their input and state are the same.

A neuron without incoming synapses and without random numbers does what its input and its state
make it do. Of an image, say, most neurons see the same dark background. So those that are like the
first neuron are simulated once; the others move to the front of all arrays meanwhile, and the one
that stands for the rest comes right behind them.
"""

from __future__ import annotations

import numpy as np

from numbagenn.kernels.jit import noalias_function, rare_function
from numbagenn.kernels.memory_table import vector

# What makes neurons alike, if it has the same bits, is in arrays of the table of all memory: those
# of one number of bytes are in neighbouring rows, from `first` to the one before `last`.


@noalias_function
def mark_unlike(memory, first, last, batch, bits, unlike):
    """Set the mark of each neuron that differs from the first one; `bits` is an unsigned type."""
    for row in range(first, last):
        array = vector(memory, row, batch, bits)
        for neuron in range(unlike.size):
            unlike[neuron] |= array[neuron] != array[0]


@rare_function
def list_unlike(unlike, others):
    """List the marked neurons, and return their number; that of all if they are more than half.

    The list has one element more than there are neurons.
    """
    num_others = 0
    for neuron in range(unlike.size):
        # Written whether it is kept or not, and overwritten by the next if not: no branch.
        others[num_others] = neuron
        num_others += unlike[neuron]
    return num_others if 2 * num_others <= unlike.size else unlike.size


@rare_function
def move_together(memory, first, last, batch, bits, others, num_others):
    """Move the neurons in a list to the front, and the first one behind them."""
    for row in range(first, last):
        array = vector(memory, row, batch, bits)
        shared = array[0]
        for other in range(num_others):
            array[other] = array[others[other]]
        array[num_others] = shared


@rare_function
def move_apart(memory, first, last, batch, bits, unlike, others, num_others):
    """Take all neurons back to where they were before `move_together`."""
    for row in range(first, last):
        array = vector(memory, row, batch, bits)
        shared = array[num_others]
        # From the last to the first: none is overwritten before it has moved.
        for moved in range(num_others):
            other = num_others - 1 - moved
            array[others[other]] = array[other]
        for neuron in range(unlike.size):
            array[neuron] = array[neuron] if unlike[neuron] else shared


@rare_function
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
