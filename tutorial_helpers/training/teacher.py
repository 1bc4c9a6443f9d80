"""A larger, convolutional network, from whose doubts the network of rates learns.

A label says that an image is a 4. A good network says that it is a 4 and looks a little like a 9.
A small network learns more from that than from the label (Hinton et al. 2015, "Distilling the
knowledge in a neural network"). The teacher is thrown away after training.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax

from tutorial_helpers.training.augmentation import augment
from tutorial_helpers.training.network import SHAPE, SIDE
from tutorial_helpers.training.rates import rates_from_pixels

_CHANNELS = (16, 32, 64)
_STRIDES = (2, 1, 2)
_DENSE = 160
_DROPPED = (0.3, 0.4)  # share of the inputs of the two dense layers that training leaves out


class Layer(NamedTuple):
    """One layer of the teacher.

    Attributes
    ----------
    weights : jax.Array of float32
        Of shape (height, width, inputs, outputs) for a convolution, else (inputs, outputs).
    biases : jax.Array of float32, shape (outputs,)
        Added to the sums.
    """

    weights: jax.Array
    biases: jax.Array


class Teacher(NamedTuple):
    """The layers of the teacher.

    Attributes
    ----------
    convolutions : tuple of Layer
        Three, of 16, 32 and 64 channels; the first and the last halve height and width.
    dense : tuple of Layer
        Two, of 160 neurons and of 10.
    """

    convolutions: tuple[Layer, ...]
    dense: tuple[Layer, ...]


def init_teacher(key: jax.Array) -> Teacher:
    """Draw the teacher's weights from normal distributions of variance 2 / fan-in; no biases yet.

    Parameters
    ----------
    key : jax.Array
        A JAX random key.

    Returns
    -------
    Teacher
        Of type float32.

    Examples
    --------
    >>> [layer.weights.shape for layer in init_teacher(jax.random.key(0)).dense]
    [(3136, 160), (160, 10)]
    """
    first, second, third = _CHANNELS
    side = SIDE // 4  # after two strides of 2
    shapes: list[tuple[int, ...]] = [
        (5, 5, 1, first),
        (3, 3, first, second),
        (3, 3, second, third),
        (side * side * third, _DENSE),
        (_DENSE, SHAPE[-1]),
    ]
    layers = []
    for draw, shape in zip(jax.random.split(key, len(shapes)), shapes, strict=True):
        weights = jax.random.normal(draw, shape) * jnp.sqrt(2 / math.prod(shape[:-1]))
        layers.append(Layer(weights, jnp.zeros(shape[-1])))
    return Teacher(tuple(layers[:3]), tuple(layers[3:]))


def teacher_logits(teacher: Teacher, rates: jax.Array, key: jax.Array | None = None) -> jax.Array:
    """Compute the ten scores that the teacher gives each image.

    Parameters
    ----------
    teacher : Teacher
        Its layers.
    rates : jax.Array of float32, shape (n, 784)
        Firing rates of the inputs, in spikes per step.
    key : jax.Array, optional
        A JAX random key for dropout, in training.

    Returns
    -------
    jax.Array of float32, shape (n, 10)
        The highest is the answer.

    Examples
    --------
    >>> teacher_logits(init_teacher(jax.random.key(0)), jnp.zeros((2, 784)))[1, 9]
    Array(0., dtype=float32)
    """
    signal = 2 * rates.reshape(-1, SIDE, SIDE, 1)  # rates end at 1/2
    for layer, stride in zip(teacher.convolutions, _STRIDES, strict=True):
        sums = jax.lax.conv_general_dilated(
            signal,
            layer.weights,
            (stride, stride),
            "SAME",
            dimension_numbers=("NHWC", "HWIO", "NHWC"),
        )
        signal = jax.nn.relu(sums + layer.biases)
    signal = signal.reshape(len(signal), -1)
    keys = (None, None) if key is None else jax.random.split(key)
    hidden, output = teacher.dense
    signal = _drop(keys[0], signal, _DROPPED[0])
    signal = jax.nn.relu(signal @ hidden.weights + hidden.biases)
    signal = _drop(keys[1], signal, _DROPPED[1])
    return signal @ output.weights + output.biases


def _drop(key: jax.Array | None, signal: jax.Array, share: float) -> jax.Array:
    """Silence a random share of the neurons and let the others make up for it."""
    if key is None:
        return signal
    kept = jax.random.bernoulli(key, 1 - share, signal.shape)
    return jnp.where(kept, signal / (1 - share), 0.0)


def teacher_loss(
    teacher: Teacher, key: jax.Array, images: jax.Array, labels: jax.Array
) -> jax.Array:
    """Compute the mean cross-entropy of the teacher for redrawn images, with dropout.

    Parameters
    ----------
    teacher : Teacher
        Its layers.
    key : jax.Array
        A JAX random key, for `augment` and for dropout.
    images : jax.Array of uint8, shape (n, 784)
        Grey levels, 0 to 255.
    labels : jax.Array of int32, shape (n,)
        The digits.

    Returns
    -------
    jax.Array of float32, scalar
        In nats.

    Examples
    --------
    >>> teacher, key = init_teacher(jax.random.key(0)), jax.random.key(1)
    >>> images, labels = jnp.zeros((1, 784), jnp.uint8), jnp.array([3])
    >>> round(float(jax.jit(teacher_loss)(teacher, key, images, labels)), 4)  # log(10)
    2.3026
    """
    redrawing, dropping = jax.random.split(key)
    scores = teacher_logits(teacher, rates_from_pixels(augment(redrawing, images)), dropping)
    each: jax.Array = optax.softmax_cross_entropy_with_integer_labels(scores, labels)
    return each.mean()
