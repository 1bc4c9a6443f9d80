"""How many synapses a snippet of sparse connectivity may give one neuron."""

from __future__ import annotations

from numbagenn.base.number_checks import LARGEST, checked_integer
from numbagenn.models.given_values import ConnectivityInit


def max_row_length(init: ConnectivityInit, num_pre: int, num_post: int) -> int:
    """Return the most synapses that a presynaptic neuron may have.

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


def _limit(init: ConnectivityInit, name: str, num_pre: int, num_post: int, default: int) -> int:
    function = getattr(init.snippet, name)
    if function is None:
        return default
    what = f"{name} of {init.snippet.title}"
    params = {param: float(value) for param, value in init.params.items()}
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
