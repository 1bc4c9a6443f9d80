"""How many synapses a snippet of connectivity may give one neuron, and what kernel they share."""

from __future__ import annotations

import math

from numbagenn.base.number_checks import LARGEST, LARGEST_COUNT, checked_integer
from numbagenn.models.given_values import ConnectivityInit, ToeplitzInit, plain_numbers


def max_row_length(init: ConnectivityInit | ToeplitzInit, num_pre: int, num_post: int) -> int:
    """Return the most synapses that a presynaptic neuron may have, or the number of diagonals.

    Raises
    ------
    RuntimeError
        If ``calc_max_row_len_func`` of the snippet fails, or returns something else.
    """
    return _limit(init, "calc_max_row_len_func", num_pre, num_post, default=num_post)


def max_column_length(init: ConnectivityInit, num_pre: int, num_post: int) -> int:
    """Return the most synapses that a postsynaptic neuron may have.

    Raises
    ------
    RuntimeError
        If ``calc_max_col_len_func`` of the snippet fails, or returns something else.
    """
    return _limit(init, "calc_max_col_len_func", num_pre, num_post, default=num_pre)


def kernel_size(init: ConnectivityInit | ToeplitzInit | None) -> tuple[int, ...]:
    """Return the size of the kernel that synapses share, in each dimension; none without one.

    Raises
    ------
    RuntimeError
        If ``calc_kernel_size_func`` of the snippet fails, or returns something else.
    """
    function = None if init is None else init.snippet.calc_kernel_size_func
    if init is None or function is None:
        return ()
    what = f"calc_kernel_size_func of {init.snippet.title}"
    params = plain_numbers(init.params)
    try:
        result = tuple(function(dict(params)))
    except Exception as error:
        raise RuntimeError(
            f"{what} could not be computed from {params}: {type(error).__name__}: {error}."
        ) from error
    try:
        sizes = [
            checked_integer(f"Each size that {what} returns", size, 1, LARGEST_COUNT)
            for size in result
        ]
    except (TypeError, ValueError) as error:
        raise RuntimeError(f"{error}".rstrip(".") + "; write int(…).") from None
    if not sizes or math.prod(sizes) > LARGEST_COUNT:
        raise RuntimeError(
            f"{what} must return the sizes of a kernel of 1 to {LARGEST_COUNT} elements, not "
            f"{list(result)}."
        )
    return tuple(sizes)


def _limit(
    init: ConnectivityInit | ToeplitzInit, name: str, num_pre: int, num_post: int, default: int
) -> int:
    function = getattr(init.snippet, name)
    if function is None:
        return default
    what = f"{name} of {init.snippet.title}"
    params = plain_numbers(init.params)
    try:
        result = function(num_pre, num_post, dict(params))
    except Exception as error:
        raise RuntimeError(
            f"{what} could not be computed from num_pre = {num_pre}, num_post = {num_post} and "
            f"{params}: {type(error).__name__}: {error}."
        ) from error
    try:
        # No row is longer than this, and a kernel counts with 64 bits.
        return min(checked_integer(f"What {what} returns", result, 0), LARGEST)
    except (TypeError, ValueError) as error:
        raise RuntimeError(str(error)) from None
