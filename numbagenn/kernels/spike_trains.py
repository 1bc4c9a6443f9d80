"""Neurons with the same spike train in a block of steps, whose weights can be summed up first.

Where sums may be re-associated, the weights of all neurons that spike in the same steps are added
up once, and their sum is then added in each of these steps. Input that is coded in rates has a few
dozen different trains, however many neurons there are.
"""

from __future__ import annotations

import numpy as np

from numbagenn.kernels.jit import noalias_function


@noalias_function
def group_trains(trains, pre_inds, num_active, distinct, begins, members, group_of, table):
    """Sort neurons by their trains, and return how many different trains there are.

    Parameters
    ----------
    trains, pre_inds, num_active
        What `spike_lists.list_arrivals` gives.
    distinct
        To be filled with the trains that there are, in the order in which they are met.
    begins
        To be filled with where the neurons of each train begin in `members`, and with where those
        of the last one end.
    members
        To be filled with the indices of the neurons, ascending for each train.
    group_of, table
        Scratch arrays with as many elements as there are neurons, and as `table_size` says.
    """
    last_slot = np.uint64(table.size - 1)
    for slot in range(table.size):
        table[slot] = np.uint32(0)
    num_trains = 0
    for active in range(num_active):
        train = trains[active]
        # The multiplication spreads the few bits of a train over the upper half of the product.
        slot = ((np.uint64(train) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(40)) & last_slot
        while table[slot] != np.uint32(0) and distinct[table[slot] - np.uint32(1)] != train:
            slot = (slot + np.uint64(1)) & last_slot
        if table[slot] == np.uint32(0):
            distinct[num_trains] = train
            begins[num_trains] = np.uint32(0)
            num_trains += 1
            table[slot] = num_trains
        group = table[slot] - np.uint32(1)
        group_of[active] = group
        begins[group] += np.uint32(1)
    for group in range(1, num_trains):
        begins[group] += begins[group - 1]
    begins[num_trains] = num_active
    # From the last to the first: where the neurons of a train end becomes where they begin.
    for active in range(num_active - 1, -1, -1):
        group = group_of[active]
        begins[group] -= np.uint32(1)
        members[begins[group]] = pre_inds[active]
    return num_trains
