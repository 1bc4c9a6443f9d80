"""The memory of a model: buffers, variables, connections, events, recordings, faults."""
