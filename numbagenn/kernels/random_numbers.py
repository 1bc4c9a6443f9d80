"""Random numbers for generated kernels: reproducible streams, and distributions drawn from them.

A stream belongs to one element of one thing in one step: the state it starts from is a hash of the
seed of the model, of what draws, of the batch element, of the step and of the element. What is
drawn therefore depends neither on the order in which elements are simulated nor on who simulates
them.

The hash and the generator are SplitMix64 (Steele, Lea and Flood, 2014, Fast splittable pseudorandom
number generators, doi 10.1145/2660193.2660195), with variant 13 of Stafford's constants
(http://zimbry.blogspot.com/2011/09/better-bit-mixing-improving-on.html).

Every function takes the state of a stream, a ``uint64``, and returns a number and the next state.
Functions with names that end in ``for_all`` draw the first number of each stream instead, in loops
of their own: the loop over elements that uses the numbers can then be vectorised.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from numbagenn.kernels.jit import device_function, noalias_function

# The odd number nearest to 2**64 divided by the golden ratio.
_GAMMA = np.uint64(0x9E3779B97F4A7C15)


@device_function
def _mixed(bits):
    """Return 64 bits, each of which depends on every bit given."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


@device_function
def key(seed, stream, batch, step):
    """Return what the streams of all elements have in common in one step of one batch element."""
    state = _mixed(np.uint64(seed) + _GAMMA)
    state = _mixed(state + np.uint64(stream))
    state = _mixed(state + np.uint64(batch) * _GAMMA)
    return _mixed(state + np.uint64(step) * _GAMMA)


@device_function
def start(key, element):
    """Return the state from which the stream of an element starts."""
    return _mixed(key + np.uint64(element) * _GAMMA)


@device_function
def from_element(key, first):
    """Return the key of the same streams, counted from one of the elements."""
    return key + np.uint64(first) * _GAMMA


@device_function
def bits64(state):
    """Draw 64 random bits."""
    state = state + _GAMMA
    return _mixed(state), state


@device_function
def bits32(state):
    """Draw 32 random bits."""
    bits, state = bits64(state)
    return np.uint32(bits >> np.uint64(32)), state


# Uniform numbers lie in the middle of equal parts of the interval, so that they are never 0, of
# which there is no logarithm, and never 1.
@device_function
def uniform_float32(state):
    """Draw from the open interval (0, 1): an odd multiple of 2**-24."""
    bits, state = bits64(state)
    odd = (bits >> np.uint64(40)) | np.uint64(1)
    return np.float32(np.int64(odd)) * np.float32(2.0**-24), state


@device_function
def uniform_float64(state):
    """Draw from the open interval (0, 1): an odd multiple of 2**-53."""
    bits, state = bits64(state)
    odd = (bits >> np.uint64(11)) | np.uint64(1)
    return np.float64(np.int64(odd)) * 2.0**-53, state


def _ziggurat() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the right edges of 256 layers of equal area under exp(-x**2 / 2), and its values.

    The lowest layer, number 0, holds the tail beyond edge 1; its own edge is that of a rectangle of
    the same area.
    """
    # Found by Marsaglia and Tsang: with it the highest layer ends at the peak of the curve.
    tail = 3.6541528853610088
    area = tail * math.exp(-0.5 * tail**2)
    area += math.sqrt(math.pi / 2.0) * math.erfc(tail / math.sqrt(2.0))
    edges = [area * math.exp(0.5 * tail**2), tail]
    for _ in range(254):
        edges.append(math.sqrt(-2.0 * math.log(math.exp(-0.5 * edges[-1] ** 2) + area / edges[-1])))
    edges.append(0.0)
    return np.array(edges), np.exp(-0.5 * np.square(edges))


_EDGES, _HEIGHTS = _ziggurat()


@device_function
def _normal_at_edge(state, layer, x):
    """Finish a draw that fell outside the part of a layer that is all under the curve.

    Returns the absolute value, or -1 where another draw is needed.
    """
    if layer > 0:
        height, state = uniform_float64(state)
        height = _HEIGHTS[layer] + height * (_HEIGHTS[layer + 1] - _HEIGHTS[layer])
        return (x if height < math.exp(-0.5 * x * x) else -1.0), state
    # Marsaglia, 1964, Generating a variable from the tail of the normal distribution.
    while True:
        x, state = exponential(state)
        x = x / _EDGES[1]
        y, state = exponential(state)
        if y + y > x * x:
            return _EDGES[1] + x, state


@device_function
def normal(state):
    """Draw from the normal distribution of mean 0 and standard deviation 1.

    The ziggurat method (Marsaglia and Tsang, 2000, doi 10.18637/jss.v005.i08), with the layer, the
    sign and the 53 bits of the place taken from separate bits (Doornik, 2005, An improved ziggurat
    method to generate normal random samples).
    """
    while True:
        bits, state = bits64(state)
        layer = np.int64(bits & np.uint64(255))
        x = np.float64(np.int64(bits >> np.uint64(11))) * 2.0**-53 * _EDGES[layer]
        if x >= _EDGES[layer + 1]:
            x, state = _normal_at_edge(state, layer, x)
        if x >= 0.0:
            return (-x if bits & np.uint64(256) else x), state


@device_function
def exponential(state):
    """Draw from the exponential distribution of mean 1, by inversion."""
    uniform, state = uniform_float64(state)
    return -math.log(uniform), state


@device_function
def log_normal(state, mean, sd):
    """Draw a number whose logarithm is normally distributed with this mean and deviation."""
    value, state = normal(state)
    return math.exp(mean + sd * value), state


@device_function
def gamma(state, shape):
    """Draw from the gamma distribution of a shape above 0 and scale 1; NaN for other shapes.

    Marsaglia and Tsang, 2000, A simple method for generating gamma variables,
    doi 10.1145/358407.358414, with their remark on shapes below 1.
    """
    if not 0.0 < shape < math.inf:
        return math.nan, state
    boost = 1.0
    if shape < 1.0:
        uniform, state = uniform_float64(state)
        boost = math.pow(uniform, 1.0 / shape)
        shape = shape + 1.0
    d = shape - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    while True:
        x, state = normal(state)
        v = 1.0 + c * x
        if v > 0.0:
            v = v * v * v
            uniform, state = uniform_float64(state)
            if math.log(uniform) < 0.5 * x * x + d - d * v + d * math.log(v):
                return boost * d * v, state


# Successes expected below which counting up to the number is the faster way.
_FEW = 10.0


@device_function
def binomial(state, trials, probability):
    """Draw the number of successes of independent trials, as ``uint32``.

    Few successes are found by inversion. Where more than a handful are expected it is the
    transformed rejection with squeeze of Hörmann, 1993, The generation of binomial random variates,
    doi 10.1080/00949659308811496 (algorithm BTRS). A probability below 0 counts as 0, one above 1
    as 1.
    """
    trials = np.int64(trials)
    if trials == 0 or not probability > 0.0:
        return np.uint32(0), state
    if probability >= 1.0:
        return np.uint32(trials), state
    # The rarer of success and failure is counted.
    p = min(probability, 1.0 - probability)
    if trials * p < _FEW:
        count, state = _few_of(state, trials, p)
    else:
        count, state = _many_of(state, trials, p)
    return np.uint32(count if p == probability else trials - count), state


@device_function
def _few_of(state, trials, p):
    odds = p / (1.0 - p)
    none = math.exp(trials * math.log1p(-p))
    while True:
        left, state = uniform_float64(state)
        chance = none
        for count in range(min(trials, 200) + 1):
            if left < chance:
                return count, state
            left -= chance
            chance *= odds * (trials - count) / (count + 1)
        # What is left here is rounding, or rarer than 1 in 10**100.


@device_function
def _many_of(state, trials, p):
    spread = math.sqrt(trials * p * (1.0 - p))
    b = 1.15 + 2.53 * spread
    a = -0.0873 + 0.0248 * b + 0.01 * p
    centre = trials * p + 0.5
    squeeze = 0.92 - 4.2 / b
    alpha = (2.83 + 5.1 / b) * spread
    mode = math.floor((trials + 1) * p)
    log_odds = math.log(p / (1.0 - p))
    peak = math.lgamma(mode + 1.0) + math.lgamma(trials - mode + 1.0)
    while True:
        u, state = uniform_float64(state)
        v, state = uniform_float64(state)
        u = u - 0.5
        distance = 0.5 - abs(u)
        count = math.floor((2.0 * a / distance + b) * u + centre)
        if distance >= 0.07 and v <= squeeze:
            return np.int64(count), state
        if 0.0 <= count <= trials:
            v = math.log(v * alpha / (a / (distance * distance) + b))
            others = math.lgamma(count + 1.0) + math.lgamma(trials - count + 1.0)
            if v <= peak - others + (count - mode) * log_odds:
                return np.int64(count), state


@noalias_function
def normal_for_all(key, values):
    """Draw for each element what `normal` draws from a stream that starts there.

    Nearly all draws fall into the part of a layer that is all under the curve. These are made in a
    loop of their own, which can be vectorised.
    """
    for element in range(values.size):
        bits, _ = bits64(start(key, element))
        layer = np.int64(bits & np.uint64(255))
        x = np.float64(np.int64(bits >> np.uint64(11))) * 2.0**-53 * _EDGES[layer]
        signed = -x if bits & np.uint64(256) else x
        values[element] = signed if x < _EDGES[layer + 1] else math.nan
    for element in range(values.size):
        if math.isnan(values[element]):
            values[element], _ = normal(start(key, element))


@noalias_function
def exponential_for_all(key, values):
    """Draw for each element what `exponential` draws from a stream that starts there."""
    for element in range(values.size):
        values[element], _ = exponential(start(key, element))


@device_function
def _limit(probability):
    """Return the number below which as many of all 64-bit numbers are as a probability says."""
    return np.uint64(max(probability, 0.0) * 2.0**64)


# Where counting has come to numbers this rare, nothing is left to count.
_RAREST = 1e-30


@device_function
def poisson(state, mean):
    """Draw from the Poisson distribution of a mean below about 10**15.

    Small numbers are found by inversion of 64 random bits. Where more than a handful are expected
    it is the transformed rejection with squeeze of Hörmann, 1993, The transformed rejection method
    for generating Poisson random variables, doi 10.1016/0167-6687(93)90997-4 (algorithm PTRS).
    """
    if not mean > 0.0:
        return 0.0, state
    if mean >= _FEW:
        return _poisson_of_many(state, mean)
    bits, state = bits64(state)
    count, chance = 0.0, math.exp(-mean)
    more = 1.0 - chance
    while bits < _limit(more) and chance > _RAREST:
        count += 1.0
        chance *= mean / count
        more -= chance
    return count, state


@device_function
def _poisson_of_many(state, mean):
    b = 0.931 + 2.53 * math.sqrt(mean)
    a = -0.059 + 0.02483 * b
    alpha = 1.1239 + 1.1328 / (b - 3.4)
    squeeze = 0.9277 - 3.6224 / (b - 2.0)
    log_mean = math.log(mean)
    # Of larger means, a float64 could not tell the numbers around them apart.
    while mean < 1e15:
        u, state = uniform_float64(state)
        v, state = uniform_float64(state)
        u = u - 0.5
        distance = 0.5 - abs(u)
        count = math.floor((2.0 * a / distance + b) * u + mean + 0.43)
        if distance >= 0.07 and v <= squeeze:
            return float(count), state
        if count >= 0.0 and (distance >= 0.013 or v <= distance):
            v = math.log(v * alpha / (a / (distance * distance) + b))
            if v <= count * log_mean - mean - math.lgamma(count + 1.0):
                return float(count), state
    return mean, state


@noalias_function
def poisson_for_all(mean, key, values):
    """Draw for each element what `poisson` draws from a stream that starts there.

    Each pass over the elements compares their random bits with four limits, until no element may
    have a larger number.
    """
    for element in range(values.size):
        values[element] = 0.0
    if mean >= _FEW:
        for element in range(values.size):
            values[element], _ = poisson(start(key, element), mean)
        return
    count, chance = 0.0, math.exp(-mean)
    more = 1.0 - chance
    some_left = mean > 0.0
    while some_left and chance > _RAREST:
        first = _limit(more)
        chance *= mean / (count + 1.0)
        more -= chance
        second = _limit(more)
        chance *= mean / (count + 2.0)
        more -= chance
        third = _limit(more)
        chance *= mean / (count + 3.0)
        more -= chance
        fourth = _limit(more)
        count += 4.0
        chance *= mean / count
        more -= chance
        some_left = False
        for element in range(values.size):
            bits, _ = bits64(start(key, element))
            passed = np.int32(bits < first) + np.int32(bits < second)
            passed += np.int32(bits < third) + np.int32(bits < fourth)
            values[element] += np.float32(passed)
            some_left |= bits < fourth
