"""What generated code calls: compiled functions, and every decision about Numba."""

from numbagenn.kernels.numba_settings import check_numba_settings

check_numba_settings()
