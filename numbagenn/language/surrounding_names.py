"""Names of what surrounds the code of users: in code strings, and in the Python they become."""

from __future__ import annotations

#: Names that only code of synapses knows.
NAMES_OF_SYNAPSES = ("id_pre", "id_post", "id_syn", "num_pre", "num_post")

#: The state of the stream from which one element draws random numbers in one step.
RANDOM_STATE = "rng"

#: The counter that hands out batch elements and says whether to stop, see `kernels.batch_counter`.
BATCH_COUNTER = "batch_counter"

#: The record of faults, see `memory.faults`.
FAULTS = "faults"

#: Names that every generated module imports; `Namer` gives out none of them.
IMPORTED = ("np", "math", "c_functions", "random_numbers", "arrays", "int64")
