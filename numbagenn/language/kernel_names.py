"""Names that kernels have around the code of users."""

from __future__ import annotations

#: The state of the stream from which one element draws random numbers in one step.
RANDOM_STATE = "rng"

#: The counter that hands out batch elements and says whether to stop, see `kernels.batch_counter`.
BATCH_COUNTER = "batch_counter"

#: The record of faults, see `memory.faults`.
FAULTS = "faults"

#: Names that every generated module imports; `Namer` gives out none of them.
IMPORTED = ("np", "math", "c_functions", "random_numbers", "arrays", "int64")
