"""Templates of the generated kernels."""
