"""Which neurons spiked: as flags of one step, as bits of a block of steps, and as lists.

Arrays are filled by loops here: Numba takes a tenth of a second to compile each ``array[:] = x``.
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from numbagenn.base.array_conventions import END
from numbagenn.kernels.arrays import report
from numbagenn.kernels.jit import device_function, noalias_function, rare_function

_SIDE_BY_SIDE = np.uint64(0x0102040810204080)


@device_function
def collect(fired, spikes):
    """Write the indices of the set flags into `spikes`, ascending, and return their number.

    `fired` holds a byte for each neuron, 0 or 1, padded with zeros to a multiple of eight. The
    flags of 64 neurons become the bits of one number: a processor cannot foresee where a loop over
    the spikes of some neurons ends, and this way there are few such loops.
    """
    count = np.uint64(0)
    for first in range(0, fired.size, 64):
        bits = np.uint64(0)
        for begin in range(first, min(first + 64, fired.size), 8):
            # The product has the lowest bits of all eight bytes side by side in its highest byte.
            eight = (_eight_flags(fired, begin) * _SIDE_BY_SIDE) >> np.uint64(56)
            bits |= eight << np.uint64(begin - first)
        while bits != np.uint64(0):
            spikes[count] = np.uint64(first) + lowest_bit(bits)
            bits &= bits - np.uint64(1)
            count += np.uint64(1)
    if np.int64(count) < spikes.size:
        spikes[count] = END
    return np.uint32(count)


@device_function
def to_deliver(spikes, count, faults, t):
    """Return how many neurons of a list to deliver: `count`, unless the list holds fewer.

    Custom updates can set the count. If it is larger than the list, that is noted in `faults`, and
    the whole list is delivered.
    """
    listed = min(np.int64(count), spikes.size)
    for spike in range(listed):
        if spikes[spike] >= spikes.size:
            listed = spike
            break
    if listed < count:
        report(np.int64(count), np.int64(listed), faults, 1, t, -1, -1)
    return listed


@device_function
def set_flags(spikes, num_spikes, fired):
    """Set the flags of the neurons in a list that `collect` made, and no others."""
    for neuron in range(fired.size):
        fired[neuron] = 0
    for spike in range(num_spikes):
        fired[spikes[spike]] = 1


@device_function
def record(spikes, num_spikes, words):
    """Set one bit for each spike: neuron `i` is bit ``i % 32`` of word ``i // 32``."""
    for word in range(words.size):
        words[word] = np.uint32(0)
    for spike in range(num_spikes):
        neuron = spikes[spike]
        words[neuron >> np.uint32(5)] |= np.uint32(1) << (neuron & np.uint32(31))


@rare_function
def unpack_history(spikes, num_spikes, steps_since_load, recent, faults, t):
    """Turn the lists of spikes of the last steps into bits, one word of them for each neuron.

    There is a list for each step that is kept, in the slot of that step (see `Buffer.slots`).
    `steps_since_load` is the number of the next step since the model was loaded, and `t` its time.
    """
    slots = num_spikes.size
    for neuron in range(recent.size):
        recent[neuron] = np.uint32(0)
    for before in range(slots):
        slot = (steps_since_load - before) % slots
        listed = spikes[slot * recent.size : (slot + 1) * recent.size]
        bit = np.uint32(1) << np.uint32(31 - before)
        for spike in range(to_deliver(listed, num_spikes[slot], faults, t)):
            recent[listed[spike]] |= bit


@rare_function
def pack_history(recent, steps_since_load, spikes, num_spikes):
    """Turn the bits of the last steps back into lists of spikes, as `unpack_history` reads them."""
    slots = num_spikes.size
    for before in range(slots):
        slot = (steps_since_load - before) % slots
        begin = slot * recent.size
        bit = np.uint32(31 - before)
        count = np.int64(0)
        for neuron in range(recent.size):
            # Written whether it spiked or not, and overwritten by the next if not: no branch.
            spikes[begin + count] = neuron
            count += np.int64((recent[neuron] >> bit) & np.uint32(1))
        if count < recent.size:
            spikes[begin + count] = END
        num_spikes[slot] = count


@rare_function
def move_to_first_step(out_post, inputs):
    """Move what a synapse population has accumulated so far to the first step of a block."""
    for post in range(out_post.size):
        inputs[0, post] = out_post[post]
        out_post[post] = 0


@noalias_function
def list_arrivals(spike_bits, recent, num_neurons, delay, steps, trains, pre_inds):
    """List the neurons of which spikes arrive in a block of steps, and return their number.

    Parameters
    ----------
    spike_bits
        In which steps of the block each neuron spiked.
    recent
        In which of the 32 steps before the block it did; the last one is the highest bit.
    num_neurons
        How many neurons to look at.
    delay
        Steps of axonal delay: a spike arrives ``delay + 1`` steps after it was sent.
    steps
        Number of steps of the block.
    trains
        To be filled with the steps in which spikes of each listed neuron arrive, as bits, and with
        no steps after them. It has one element more than there are neurons.
    pre_inds
        To be filled with the indices of the neurons, ascending.
    """
    # Shifting a word by all of its bits is undefined, so where that could happen we shift twice.
    one, later, earlier = np.uint32(1), np.uint32(delay), np.uint32(31 - delay)
    in_block = np.uint32((np.uint64(1) << np.uint64(steps)) - np.uint64(1))
    # There are two loops, because this one can be vectorised and the other cannot.
    for neuron in range(num_neurons):
        sent = np.uint32(np.uint32(spike_bits[neuron] << one) << later)
        trains[neuron] = np.uint32(sent | (recent[neuron] >> earlier)) & in_block
    count = np.uint64(0)
    for neuron in range(num_neurons):
        # Written whether it is kept or not, and overwritten by the next if not: no branch.
        train = trains[neuron]
        pre_inds[count] = neuron
        trains[count] = train
        count += np.uint64(train != np.uint32(0))
    trains[count] = np.uint32(0)
    return np.int64(count)


@noalias_function
def list_by_step(trains, pre_inds, num_active, spikes, num_spikes):
    """Make a list of neurons for each step of a block, ascending, from what `list_arrivals` lists.

    Parameters
    ----------
    trains, pre_inds, num_active
        As `list_arrivals` leaves them.
    spikes, num_spikes
        To be filled with the list of each step, and with how many neurons are in it.
    """
    for step in range(num_spikes.size):
        num_spikes[step] = 0
    for active in range(num_active):
        bits = trains[active]
        while bits != np.uint32(0):
            step = lowest_bit(bits)
            bits = np.uint32(bits & np.uint32(bits - np.uint32(1)))
            spikes[step, num_spikes[step]] = pre_inds[active]
            num_spikes[step] += 1


@noalias_function
def end_block(spike_bits, recent, steps, num_neurons):
    """Move the spikes of the first neurons in a block to those of recent steps."""
    one, before, rest = np.uint32(1), np.uint32(steps - 1), np.uint32(32 - steps)
    for neuron in range(num_neurons):
        old = (recent[neuron] >> before) >> one
        recent[neuron] = np.uint32(old | np.uint32(spike_bits[neuron] << rest))
        spike_bits[neuron] = np.uint32(0)


@device_function
def record_block(spike_bits, steps, first_step, words):
    """Record a block: `words` has a row for each step of the recording, which is a ring.

    A ring that is shorter than the block only shows the last steps, so only these are written. An
    earlier step would leave spikes in the slot of a later one.
    """
    slots = words.shape[0]
    skipped = max(steps - slots, 0)
    for step in range(skipped, steps):
        for word in range(words.shape[1]):
            words[(first_step + step) % slots, word] = np.uint32(0)
    kept = np.uint32(0xFFFFFFFF) << np.uint32(skipped)
    for neuron in range(spike_bits.size):
        bits = np.uint32(spike_bits[neuron] & kept)
        while bits != np.uint32(0):
            slot = (first_step + np.int64(lowest_bit(bits))) % slots
            bits = np.uint32(bits & np.uint32(bits - np.uint32(1)))
            words[slot, neuron >> 5] |= np.uint32(1) << np.uint32(neuron & 31)


@device_function
def fetch_ahead(spikes, spike, num_spikes, starts, columns, column, post_inds):
    """Ask for the memory of rows of synapses that will be needed soon.

    Large rows that are scattered over memory are waited for longer than they are worked on.

    Parameters
    ----------
    spikes, spike, num_spikes
        A list of neurons, and where in it the current one is.
    starts
        Where in `post_inds` the rows begin: a matrix of so many columns, of which one counts.
    columns, column
        How many columns, and which one.
    post_inds
        The synapses.
    """
    if spike + 4 < num_spikes:
        _prefetch(starts, np.int64(spikes[spike + 4]) * columns + column)
    if spike + 2 < num_spikes:
        begin = starts[np.int64(spikes[spike + 2]) * columns + column]
        for line in range(3):
            _prefetch(post_inds, begin + 16 * line)


@intrinsic
def _prefetch(typing_context, array, index):
    """Ask for the memory of an element, which need not exist."""

    def generate(context, builder, signature, arguments):
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        pointer, word = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [pointer, word, word, word])
        name = "llvm.prefetch.p0i8"
        prefetch = builder.module.globals.get(name) or ir.Function(builder.module, kind, name)
        place = builder.bitcast(builder.gep(data, [arguments[1]]), pointer)
        # To read data, which is to stay in all caches.
        builder.call(prefetch, [place, *(ir.Constant(word, number) for number in (0, 3, 1))])
        return context.get_dummy_value()

    return types.none(array, types.int64), generate


@intrinsic
def _eight_flags(typing_context, flags, begin):
    """Return eight bytes as one number, the first of them its lowest bits.

    This compiles much faster than a view of them.
    """

    def generate(context, builder, signature, arguments):
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        word = ir.IntType(64)
        place = builder.bitcast(builder.gep(data, [arguments[1]]), word.as_pointer())
        return builder.load(place, align=1)

    return types.uint64(flags, types.int64), generate


@intrinsic
def _llvm_cttz(typing_context, bits):
    def generate(context, builder, signature, arguments):
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return bits(bits), generate


@device_function
def lowest_bit(bits):
    """Return the position of the lowest bit that is set; there must be one."""
    return _llvm_cttz(bits)
