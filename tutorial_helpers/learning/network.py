"""The network that learns: chapter 3's network, and on the device all that changes its weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numbagenn.base.number_checks import checked_integer
from tutorial_helpers.inference import accuracy, check_images
from tutorial_helpers.learning import models
from tutorial_helpers.models import (
    GREY_LEVELS_PER_MILLIVOLT,
    THRESHOLD,
    layer_sizes,
    pixel_current,
)
from tutorial_helpers.pygenn import (
    GeNNModel,
    create_var_ref,
    create_wu_var_ref,
    init_postsynaptic,
    init_weight_update,
)
from tutorial_helpers.weight_sets import set_digest

#: Standard deviation of the random weights of a layer, in mV, times the root of the number of its
#: inputs: 0.05 for 784 inputs, and 0.12 for 128.
SPREAD = 1.4


def random_weights(sizes: Sequence[int], seed: int = 1) -> list[NDArray[np.float32]]:
    """Draw the weights to start from.

    Parameters
    ----------
    sizes : sequence of int
        Number of neurons of each layer, from input to output.
    seed : int
        The same seed gives the same weights.

    Returns
    -------
    list of ndarray of float32, shape (presynaptic, postsynaptic)
        Normally distributed around 0, in mV; the weaker, the more neurons a layer listens to.

    Examples
    --------
    >>> [matrix.shape for matrix in random_weights([784, 128, 10])]
    [(784, 128), (128, 10)]
    """
    rng = np.random.default_rng(seed)
    return [
        rng.normal(0.0, SPREAD / np.sqrt(pre), (pre, post)).astype(np.float32)
        for pre, post in pairwise(sizes)
    ]


class LearningNetwork:
    """A loaded network that learns from labelled images, a batch at a time.

    Its weights suit the network of `tutorial_helpers.models`: after as many steps, the two have the
    same spike counts.

    Parameters
    ----------
    weights : sequence of ndarray, shape (presynaptic, postsynaptic)
        One matrix for each pair of layers, in mV, such as `random_weights` draws.
    batch_size : int
        How many images to learn from side by side.
    timesteps : int
        For how many steps of 1 ms to show each image.
    threshold : float
        Membrane voltage at which neurons spike, in mV.
    precision : str
        ``"float"`` or ``"double"``.
    name : str
        Name of the model. PyGeNN needs a different one for each model in a process.
    **preferences
        Further arguments of `GeNNModel`.

    Attributes
    ----------
    model : GeNNModel
        The built and loaded model.
    layers, synapses : list
        Its populations of neurons and synapses, from input to output.
    pixels : current source
        Images go into its variable ``magnitude``.
    first_weights : str
        The SHA-256 of the weights that it was made with.
    gradients, optimisers : list of custom updates
        Those that sum ``dG`` over the batch, and those that change ``g``, for each of `synapses`.

    Examples
    --------
    >>> from tutorial_helpers.data import load_mnist
    >>> images, labels = load_mnist("train")
    >>> network = LearningNetwork(random_weights([784, 128, 10]))  # doctest: +SKIP
    >>> beliefs = network.learn_batch(images[:128], labels[:128], rate=0.02)  # doctest: +SKIP
    """

    def __init__(
        self,
        weights: Sequence[NDArray[np.floating[Any]]],
        *,
        batch_size: int = 128,
        timesteps: int = 20,
        threshold: float = THRESHOLD,
        precision: str = "float",
        name: str = "learning_network",
        **preferences: Any,
    ) -> None:
        sizes = layer_sizes(weights)
        self.timesteps = checked_integer("timesteps", timesteps, 1)
        self.threshold = threshold
        self.precision = precision
        self.first_weights = set_digest(weights)
        self._batches_learnt = 0  # Adam has to know
        self._unfinished = False  # whether an interrupt left wishes that nobody gathered
        self.model = GeNNModel(precision, name, **preferences)
        self.model.dt = 1.0
        self.model.batch_size = batch_size
        self.layers = self._add_layers(sizes)
        self.pixels: Any = self.model.add_current_source(
            "pixels", pixel_current, self.layers[0], {}, {"magnitude": 0.0}
        )
        self.synapses = [
            self._add_synapses(number, matrix) for number, matrix in enumerate(weights)
        ]
        self._answer = self._add_answer()
        self.gradients, self.optimisers = self._add_optimisers()
        self.model.build()
        self.model.load()

    def _add_layers(self, sizes: Sequence[int]) -> list[Any]:
        """Add the populations, and the reset of each."""
        start = {"V": 0.0, "SpikeCount": 0, "Error": 0.0}
        parameters = {"Vthr": self.threshold, "Show": float(self.timesteps)}
        names = ["input", *(f"hidden{n}" for n in range(1, len(sizes) - 1)), "output"]
        layers = []
        for name, size in zip(names, sizes, strict=True):
            layer = self.model.add_neuron_population(
                name, size, models.learning_neuron, parameters, start
            )
            references = {variable: create_var_ref(layer, variable) for variable in start}
            self.model.add_custom_update(
                f"reset_{name}", "Reset", models.reset_learning, {}, {}, references
            )
            layers.append(layer)
        return layers

    def _add_synapses(self, number: int, matrix: NDArray[np.floating[Any]]) -> Any:
        """Add the synapses between one layer and the next."""
        pre, post = self.layers[number : number + 2]
        count = {"count": create_var_ref(pre, "SpikeCount")}
        potential = {"potential": create_var_ref(pre, "V")}
        # In the step after the show, the last spikes arrive, at neurons that no longer listen.
        # Then the last layer learns, and the ones before it each a step later.
        when = self.timesteps + len(self.layers) - 1 - number
        synapses = self.model.add_synapse_population(
            f"{pre.name}_to_{post.name}",
            "DENSE",
            pre,
            post,
            init_weight_update(
                models.learning_synapse if number else models.first_synapse,
                {"When": float(when)},
                {"g": np.asarray(matrix).ravel(), "dG": 0.0},
                {},
                {},
                {**count, **potential} if number else count,
                {"error": create_var_ref(post, "Error")},
            ),
            init_postsynaptic("DeltaCurr"),
        )
        if number:
            synapses.pre_target_var = "Iback"
        return synapses

    def _add_answer(self) -> Any:
        """Add the error of the output neurons, in three updates; return the one with the labels."""
        output, threshold = self.layers[-1], {"Vthr": self.threshold}
        references = {name: create_var_ref(output, name) for name in ("SpikeCount", "V")}
        largest = self.model.add_custom_update(
            "largest", "Largest", models.largest_score, threshold, {"Largest": 0.0}, references
        )
        references["Largest"] = create_var_ref(largest, "Largest")
        total = self.model.add_custom_update(
            "sum", "Sum", models.sum_of_scores, threshold, {"Sum": 0.0}, references
        )
        references["Sum"] = create_var_ref(total, "Sum")
        references["Error"] = create_var_ref(output, "Error")
        return self.model.add_custom_update(
            "error", "Error", models.answer_error, threshold, {"Label": 0}, references
        )

    def _add_optimisers(self) -> tuple[list[Any], list[Any]]:
        """Add, for each population of synapses, what sums over the batch and what takes a step."""
        gradients, optimisers = [], []
        for synapses in self.synapses:
            gradient = self.model.add_custom_update(
                f"gradient_of_{synapses.name}",
                "Gather",
                models.gather,
                {},
                {"Gradient": 0.0},
                {"dG": create_wu_var_ref(synapses, "dG")},
            )
            references = {
                "Gradient": create_wu_var_ref(gradient, "Gradient"),
                "g": create_wu_var_ref(synapses, "g"),
            }
            optimiser = self.model.add_custom_update(
                f"adam_of_{synapses.name}",
                "Step",
                models.adam,
                {"Rate": 0.0},
                {"m": 0.0, "v": 0.0},
                references,
            )
            optimiser.set_param_dynamic("Rate")
            gradients.append(gradient)
            optimisers.append(optimiser)
        return gradients, optimisers

    def show(self, images: NDArray[np.uint8]) -> None:
        """Show up to a batch of images, from a fresh start.

        Parameters
        ----------
        images : ndarray of uint8, shape (n, inputs)
            Grey levels, 0 to 255. A row of the batch without an image gets no current.
        """
        copies = self.model.batch_size
        check_images(images, self.layers[0].num_neurons)
        if len(images) > copies:
            raise ValueError(
                f"images must be at most {copies}, the batch size of the network, not "
                f"{len(images)}; show them in batches."
            )
        magnitude = self.pixels.vars["magnitude"]
        currents = magnitude.view.reshape(copies, -1)  # PyGeNN leaves out the axis of one copy
        np.divide(images, np.float32(GREY_LEVELS_PER_MILLIVOLT), out=currents[: len(images)])
        currents[len(images) :] = 0.0
        magnitude.push_to_device()
        self.model.custom_update("Reset")
        self.model.timestep = 0
        for _ in range(self.timesteps + 1):  # in the last one, no neuron listens any longer
            self.model.step_time()

    def learn_batch(
        self, images: NDArray[np.uint8], labels: NDArray[np.integer[Any]], rate: float
    ) -> NDArray[np.floating[Any]]:
        """Show up to a batch of images, and change the weights towards their labels.

        Parameters
        ----------
        images : ndarray of uint8, shape (n, inputs)
            Grey levels, 0 to 255.
        labels : ndarray of integers, shape (n,)
            The class of each.
        rate : float
            How far each weight may move, in mV: the learning rate of Adam.

        Returns
        -------
        ndarray, shape (n, classes)
            How likely the network took each class to be, before it learnt.

        Raises
        ------
        TypeError, ValueError
            If the images, the labels or the rate are not as above.
        """
        check_images(images, self.layers[0].num_neurons)
        check_labels(labels, len(images), self.layers[-1].num_neurons)
        check_rate(rate)
        if self._unfinished:
            self.model.custom_update("Gather")
        self.show(images)
        self._unfinished = True
        copies, label = self.model.batch_size, self._answer.vars["Label"]
        label.view.reshape(copies)[: len(images)] = labels
        label.push_to_device()
        for update in ("Largest", "Sum", "Error"):
            self.model.custom_update(update)
        for _ in self.layers:  # errors go back, a layer in each step
            self.model.step_time()
        self.model.custom_update("Gather")
        self._batches_learnt += 1
        for optimiser in self.optimisers:
            optimiser.set_dynamic_param_value("Rate", rate * self._correction())
        self.model.custom_update("Step")
        self._unfinished = False
        error = self.layers[-1].vars["Error"]
        error.pull_from_device()
        errors = error.view.reshape(copies, -1)[: len(images)]
        return np.asarray(np.eye(errors.shape[1], dtype=errors.dtype)[labels] - errors)

    def _correction(self) -> float:
        """Return the factor that makes up for means that began at 0, not long ago."""
        n = self._batches_learnt
        return float(np.sqrt(1.0 - 0.999**n) / (1.0 - 0.9**n))

    def predict(self, images: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Return the class that the network takes each image for.

        It is the output neuron with most spikes. Of neurons with the same number, it is the one
        that has gathered most towards its next spike.

        Parameters
        ----------
        images : ndarray of uint8, shape (n, inputs)
            Grey levels, 0 to 255, of any number of images.
        """
        check_images(images, self.layers[0].num_neurons)
        output, copies = self.layers[-1].vars, self.model.batch_size
        found = []
        for first in range(0, len(images), copies):
            batch = images[first : first + copies]
            self.show(batch)
            for name in ("SpikeCount", "V"):
                output[name].pull_from_device()
            scores = output["SpikeCount"].view + output["V"].view / self.threshold
            found.append(scores.reshape(copies, -1)[: len(batch)].argmax(axis=1))
        return np.concatenate(found)

    def accuracy(self, images: NDArray[np.uint8], labels: NDArray[np.integer[Any]]) -> float:
        """Return the percentage of images whose class the network gets right, as it is now.

        Parameters
        ----------
        images : ndarray of uint8, shape (n, inputs)
            Grey levels, 0 to 255, of any number of images.
        labels : ndarray of integers, shape (n,)
            The class of each.
        """
        return accuracy(self.predict(images), labels)

    @property
    def weights(self) -> list[NDArray[np.float32]]:
        """A copy of the weights as they are now, for `build_classifier` or `save_weights`."""
        for synapses in self.synapses:
            synapses.vars["g"].pull_from_device()
        return [
            synapses.vars["g"].view.reshape(synapses.src.num_neurons, -1).astype(np.float32)
            for synapses in self.synapses
        ]

    def state(self) -> dict[str, NDArray[Any]]:
        """Return all that learning has changed, by name, to `restore` it in a network like this."""
        arrays = {"batches_learnt": np.array(self._batches_learnt)}
        for key, variable in self._variables().items():
            variable.pull_from_device()
            arrays[key] = np.array(variable.view)
        return arrays

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Go back to what `state` returned, here or in another network of the same layers.

        Raises
        ------
        ValueError
            If the state is of another network.
        """
        variables = self._variables()
        expected = {key: variable.view.shape for key, variable in variables.items()}
        found = {key: state[key].shape for key in state if key != "batches_learnt"}
        if found != expected or "batches_learnt" not in state:
            raise ValueError(
                f"state must hold batches_learnt and arrays of the shapes {expected}, not {found}; "
                "restore it in a network of the same layers."
            )
        for key, variable in variables.items():
            variable.view[:] = state[key]
            variable.push_to_device()
        self._batches_learnt = int(state["batches_learnt"])

    def _variables(self) -> dict[str, Any]:
        """Return the weights and what Adam remembers of each."""
        groups = zip(self.synapses, self.optimisers, strict=True)
        return {
            f"{group.name}/{name}": group.vars[name]
            for synapses, optimiser in groups
            for group, name in ((synapses, "g"), (optimiser, "m"), (optimiser, "v"))
        }


def check_labels(labels: object, number: int, classes: int) -> None:
    """Raise unless labels are classes, one for each of a number of images."""
    if not isinstance(labels, np.ndarray) or not np.issubdtype(labels.dtype, np.integer):
        given = labels.dtype if isinstance(labels, np.ndarray) else type(labels).__name__
        raise TypeError(
            f"labels must be an array of integers, not {given}; pass labels as load_mnist() "
            "returns them."
        )
    if labels.shape != (number,):
        raise ValueError(
            f"labels must have shape ({number},), one for each image, not {labels.shape}; slice "
            "both alike."
        )
    if not 0 <= labels.min() <= labels.max() < classes:
        raise ValueError(
            f"labels must be from 0 to {classes - 1}, one class for each output neuron, but are "
            f"from {labels.min()} to {labels.max()}."
        )


def check_rate(rate: object) -> None:
    """Raise unless a learning rate is a positive number."""
    if not isinstance(rate, (int, float, np.number)) or not 0.0 < rate < np.inf:
        raise ValueError(f"rate must be a positive number, not {rate!r}; try 0.02.")
