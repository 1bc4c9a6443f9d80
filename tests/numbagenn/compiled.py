"""Functions that are compiled like kernels, and that Python can call."""

from functools import partial

import numba

from numbagenn.kernels.target import NAME

#: `numba.njit` for functions that call device functions.
njit = partial(numba.njit, _target=NAME)
