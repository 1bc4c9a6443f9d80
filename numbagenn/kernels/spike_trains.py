"""Neurons with the same spike train in a block of steps, whose weights can be summed up first.

Where sums may be re-associated, the weights of all neurons that spike in the same steps are added
up once, and their sum is then added in each of these steps. Input that is coded in rates has a few
dozen different trains, however many neurons there are.
"""

from __future__ import annotations

import numpy as np

from numbagenn.kernels.jit import noalias_function


@noalias_function
def group_trains(trains, num_active, distinct, firsts, lasts, nexts, table):
    """Link neurons with the same train, and return how many different trains there are.

    Parameters
    ----------
    trains, num_active
        What `spike_lists.list_arrivals` gives.
    distinct
        To be filled with the trains that there are, in the order in which they are met.
    firsts, nexts
        To be filled with the place in the list of the first neuron of each train, and with that of
        the next one of the same train for each neuron, which is `num_active` where there is none.
    lasts, table
        Scratch arrays with as many elements as there are neurons, and as `table_size` says.
    """
    size = np.int64(64)
    while size < 2 * num_active:
        size *= 2
    last_slot = np.uint64(size - 1)
    for slot in range(size):
        table[slot] = np.uint32(0)
    num_trains = 0
    for active in range(num_active):
        train = trains[active]
        # The multiplication spreads the few bits of a train over the upper half of the product.
        slot = ((np.uint64(train) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(40)) & last_slot
        while table[slot] != np.uint32(0) and distinct[table[slot] - np.uint32(1)] != train:
            slot = (slot + np.uint64(1)) & last_slot
        nexts[active] = num_active
        if table[slot] == np.uint32(0):
            distinct[num_trains] = train
            firsts[num_trains] = lasts[num_trains] = active
            num_trains += 1
            table[slot] = num_trains
        else:
            group = table[slot] - np.uint32(1)
            nexts[lasts[group]] = active
            lasts[group] = active
    return num_trains
