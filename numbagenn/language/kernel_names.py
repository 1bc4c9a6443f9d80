"""Names that kernels have around the code of users."""

from __future__ import annotations

#: The state of the stream from which one element draws random numbers in one step.
RANDOM_STATE = "rng"

#: The counter that hands out batch elements and says whether to stop, see `kernels.batch_counter`.
BATCH_COUNTER = "batch_counter"

#: The record of faults, see `memory.faults`.
FAULTS = "faults"

#: What generated modules can import from other modules, beside ``math`` and ``numpy as np``.
IMPORTS = {
    "numpy": (
        "bool_",
        "float32",
        "float64",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
    ),
    "numbagenn.kernels": ("arrays", "c_functions", "printing", "random_numbers"),
    "numbagenn.kernels.batch_counter": (
        "mark_finished",
        "should_abort",
        "should_pause",
        "take_next",
    ),
    "numbagenn.kernels.folding": (
        "list_all_alike",
        "list_unlike",
        "mark_unlike",
        "move_apart",
        "move_together",
    ),
    "numbagenn.kernels.jit": ("device_function", "kernel", "noalias_function"),
    "numbagenn.kernels.memory_table": ("matrix", "vector"),
    "numbagenn.kernels.shared_steps": (
        "end_step",
        "ended_soon",
        "finish_parts",
        "first_of_part",
        "join_parts",
        "leaves",
        "list_part",
        "num_parts",
        "record_part",
        "steps_ended",
        "take_parts",
        "wait_for_step",
    ),
    "numbagenn.kernels.spike_lists": (
        "collect",
        "end_block",
        "fetch_ahead",
        "list_arrivals",
        "list_by_step",
        "lowest_bit",
        "move_to_first_step",
        "pack_history",
        "record",
        "record_block",
        "set_flags",
        "to_deliver",
        "unpack_history",
    ),
    "numbagenn.kernels.spike_trains": ("group_trains",),
}

#: All names that generated modules can import; `Namer` gives out none of them.
IMPORTED = ("math", "np", *(name for names in IMPORTS.values() for name in names))
