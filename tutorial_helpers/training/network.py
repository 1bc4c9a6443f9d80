"""The network that is trained: its sizes, its constants, its weights.

The numbers are those of `tutorial_helpers.models`, where the spiking network itself is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import jax

THRESHOLD = 5.0  # for the voltage V of every neuron, in mV
PIXEL_SCALE = 100.0  # an input neuron gains pixel / PIXEL_SCALE in every step
SIDE = 28  # pixels
SHAPE = (SIDE * SIDE, 128, 10)


class Weights(NamedTuple):
    """The two weight matrices of the network.

    Attributes
    ----------
    hidden : jax.Array of float32, shape (784, 128)
        What a spike of each input adds to V of each hidden neuron.
    output : jax.Array of float32, shape (128, 10)
        What a spike of each hidden neuron adds to V of each output neuron.
    """

    hidden: jax.Array
    output: jax.Array
