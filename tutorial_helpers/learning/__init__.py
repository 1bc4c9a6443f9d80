"""Learning on the device: a spiking network learns MNIST from random weights, in PyGeNN's API.

Each image is shown to a copy of the network. Then the output neurons are told what was wrong, and
this error goes back through the same synapses, a layer in each step. Where a neuron's spike count
meets an error, the synapse notes what this image wishes of its weight: count times error. A custom
update sums the wishes of all copies, and another changes the weights, which all copies share.

===============  ===================================================================
`models`         the neuron, the synapses and the custom updates, as code strings
`network`        `LearningNetwork`, made of these: it learns a batch at a time
`epochs`         `learn`: all images, in a new order each time, and a little shifted
`checkpoints`    the file from which interrupted learning goes on
===============  ===================================================================

>>> from tutorial_helpers.data import load_mnist
>>> images, labels = load_mnist("train")
>>> network = LearningNetwork(random_weights([784, 128, 10]))
>>> for epoch in learn(network, images, labels, epochs=5):  # doctest: +SKIP
...     print(f"{epoch.practice:.1f} % right in epoch {epoch.number}")
"""

from tutorial_helpers.learning.epochs import Epoch, learn
from tutorial_helpers.learning.network import LearningNetwork, random_weights

__all__ = ["Epoch", "LearningNetwork", "learn", "random_weights"]
