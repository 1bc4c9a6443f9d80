"""From a described network to the text of one module of kernels."""
