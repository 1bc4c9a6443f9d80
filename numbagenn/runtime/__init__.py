"""A loaded model: compiled kernels, threads, initial values, and the queue of steps."""
