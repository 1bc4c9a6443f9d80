"""C's arithmetic where Python's differs, as functions that generated kernels call.

Names and results follow the C standard library. Arguments are ``float64`` or, for the integer
functions, any one integer type.
"""

from __future__ import annotations

import math

import numpy as np
from numba import types
from numba.extending import intrinsic

from numbagenn.kernels.jit import device_function


@device_function
def int_divide(a, b):
    """Quotient of two signed integers, truncated toward zero; 0 where `b` is 0."""
    if b == 0:
        return a - a
    # The most negative integer divided by -1 overflows, which some processors answer with a trap.
    if b < 0 and b + 1 == 0:
        return -a
    quotient = a // b
    if quotient * b != a and (a < 0) != (b < 0):
        quotient += 1
    return quotient


@device_function
def int_remainder(a, b):
    """Remainder of signed integers with the sign of `a`, as of C's ``%``; `a` where `b` is 0."""
    return a - int_divide(a, b) * b


# Numba turns a uint64 that meets a signed integer, even a literal, into a floating-point number. So
# unsigned integers have functions of their own.
@device_function
def uint_divide(a, b):
    """Quotient of two unsigned integers; 0 where `b` is 0."""
    return a - a if b == 0 else a // b


@device_function
def uint_remainder(a, b):
    """Remainder of two unsigned integers; `a` where `b` is 0."""
    return a if b == 0 else a % b


# C leaves the conversion of a number that is out of range undefined, so a compiler that knows the
# number may return anything. Common processors give the most negative integer, and so do these.
@device_function
def to_int32(x):
    """Convert a floating-point number to ``int32``."""
    return np.int32(x) if -2147483648.0 <= x < 2147483648.0 else np.int32(-2147483648)


@device_function
def to_int64(x):
    """Convert a floating-point number to ``int64``."""
    half = 9223372036854775808.0
    return np.int64(x) if -half <= x < half else np.int64(-9223372036854775808)


@device_function
def to_uint64(x):
    """Convert a floating-point number to ``uint64``; negative ones wrap around."""
    half = 9223372036854775808.0
    top = np.uint64(9223372036854775808)
    if x < half:
        return np.uint64(np.int64(x)) if x >= -half else top
    return np.uint64(np.int64(x - half)) ^ top if x < half + half else np.uint64(0)


@device_function
def c_max(a, b):
    """Larger of two numbers of one type; the first where neither is."""
    return b if a < b else a


@device_function
def c_min(a, b):
    """Smaller of two numbers of one type; the first where neither is."""
    return b if b < a else a


@device_function
def c_round(x):
    """Nearest whole number, halves away from zero."""
    whole = np.trunc(x)
    if abs(x - whole) >= 0.5:
        whole += math.copysign(1.0, x)
    return whole


@device_function
def c_fmax(x, y):
    """Larger of two numbers; a NaN counts as missing."""
    if math.isnan(x):
        return y
    return x if math.isnan(y) or x > y else y


@device_function
def c_fmin(x, y):
    """Smaller of two numbers; a NaN counts as missing."""
    if math.isnan(x):
        return y
    return x if math.isnan(y) or x < y else y


@device_function
def c_fdim(x, y):
    """Difference of two numbers where it is positive, else 0."""
    return 0.0 if x <= y else x - y


@device_function
def c_remainder(x, y):
    """IEEE 754 remainder: `x` less the multiple of `y` nearest to it, ties to the even multiple."""
    if math.isnan(x) or math.isnan(y) or math.isinf(x) or y == 0.0:
        return math.nan
    if math.isinf(y):
        return x
    y = abs(y)
    # fmod is exact, and after it at most one subtraction of y remains to be done, exactly too.
    left = np.fmod(abs(x), y)
    rest = y - left
    odd = np.fmod(abs(x), y + y) >= y if y + y < math.inf else False
    if left > rest or (left == rest and odd):
        left = -rest
    return math.copysign(1.0, x) * left


@device_function
def c_ilogb(x):
    """Exponent of the leading binary digit of `x`, as an integer."""
    if x == 0.0:
        return np.int32(-2147483648)
    if math.isnan(x) or math.isinf(x):
        return np.int32(2147483647)
    return np.int32(math.frexp(x)[1] - 1)


@device_function
def c_clz(x):
    """Zero bits before the first one bit of a 32-bit integer."""
    rest = np.uint32(x)
    count = 32
    while rest != 0:
        rest = np.uint32(rest >> np.uint32(1))
        count -= 1
    return np.int32(count)


@intrinsic
def _llvm_fma(typing_context, x, y, z):
    def generate(context, builder, signature, arguments):
        return builder.fma(*arguments)

    return types.float64(types.float64, types.float64, types.float64), generate


@device_function
def c_fma(x, y, z):
    """``x * y + z`` with a single rounding."""
    return _llvm_fma(x, y, z)
