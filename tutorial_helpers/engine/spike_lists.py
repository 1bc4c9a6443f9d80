"""From flags to lists: which neurons spiked in this step."""

from __future__ import annotations

import numpy as np

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
    words[:] = np.uint32(0)
    for spike in range(num_spikes):
        neuron = spikes[spike]
        words[neuron >> np.uint32(5)] |= np.uint32(1) << (neuron & np.uint32(31))
