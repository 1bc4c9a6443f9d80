"""Which neurons spiked: as flags of one step, as bits of a block of steps, and as lists.

Arrays are filled by loops here: Numba takes a tenth of a second to compile each ``array[:] = x``.
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from tutorial_helpers.engine.jit import part


@part
def collect(fired, spikes):  # type: ignore[no-untyped-def]
    """Write the indices of the set flags into `spikes`, ascending, and return their number.

    `fired` holds a byte for each neuron, padded with zeros to a multiple of eight. Spikes are
    rare, so eight flags are looked at in one go.
    """
    words = fired.view(np.uint64)
    count = np.uint64(0)
    for word in range(words.size):
        if words[word] != np.uint64(0):
            for neuron in range(word * 8, min(word * 8 + 8, spikes.size)):
                # Written whether it spiked or not, and overwritten by the next if not: no branch.
                spikes[count] = neuron
                count += np.uint64(fired[neuron])
    return np.uint32(count)


@part
def record(spikes, num_spikes, words):  # type: ignore[no-untyped-def]
    """Set one bit for each spike: neuron `i` is bit ``i % 32`` of word ``i // 32``."""
    for word in range(words.size):
        words[word] = np.uint32(0)
    for spike in range(num_spikes):
        neuron = spikes[spike]
        words[neuron >> np.uint32(5)] |= np.uint32(1) << (neuron & np.uint32(31))


@part
def recall(spikes, num_spikes, in_flight):  # type: ignore[no-untyped-def]
    """Set the flags of the neurons in a list, and clear all others."""
    for neuron in range(in_flight.size):
        in_flight[neuron] = np.uint8(0)
    for spike in range(num_spikes):
        in_flight[spikes[spike]] = np.uint8(1)


@part
def clear(spike_bits):  # type: ignore[no-untyped-def]
    """Forget all spikes of a block."""
    for neuron in range(spike_bits.size):
        spike_bits[neuron] = np.uint32(0)


@part
def take(out_post, inputs):  # type: ignore[no-untyped-def]
    """Move what a synapse population has accumulated so far to the first step of a block."""
    for post in range(out_post.size):
        inputs[0, post] = out_post[post]
        out_post[post] = 0


@part
def keep_last(spike_bits, steps, in_flight):  # type: ignore[no-untyped-def]
    """Set the flags of the neurons that spiked in the last step of a block."""
    for neuron in range(spike_bits.size):
        in_flight[neuron] = (spike_bits[neuron] >> np.uint32(steps - 1)) & np.uint32(1)


@part
def record_block(spike_bits, steps, first_step, words):  # type: ignore[no-untyped-def]
    """Record a block: `words` has a row for each step of the recording, which is a ring."""
    slots = words.shape[0]
    for step in range(steps):
        for word in range(words.shape[1]):
            words[(first_step + step) % slots, word] = np.uint32(0)
    for neuron in range(spike_bits.size):
        bits = spike_bits[neuron]
        while bits != np.uint32(0):
            slot = (first_step + np.int64(lowest_bit(bits))) % slots
            bits = np.uint32(bits & np.uint32(bits - np.uint32(1)))
            words[slot, neuron >> 5] |= np.uint32(1) << np.uint32(neuron & 31)


@intrinsic
def _llvm_cttz(typing_context, bits):  # type: ignore[no-untyped-def]
    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.uint32(types.uint32), generate


@part
def lowest_bit(bits):  # type: ignore[no-untyped-def]
    """Return the position of the lowest bit that is set; there must be one."""
    return _llvm_cttz(bits)


@part
def arriving(spike_bits, in_flight, steps):  # type: ignore[no-untyped-def]
    """Return in which steps of a block the spikes of one neuron arrive: a step after each."""
    bits = (np.uint64(spike_bits) << np.uint64(1)) | np.uint64(in_flight)
    return np.uint32(bits & ((np.uint64(1) << np.uint64(steps)) - np.uint64(1)))
