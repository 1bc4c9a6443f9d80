"""Names that generated code uses for itself, so that nothing of a model is called by them."""

from numbagenn.language.kernel_names import BATCH_COUNTER, RANDOM_STATE

#: What generated modules import: the names, by the module that they are imported from.
IMPORTS = {
    "numpy": (
        *("bool_", "float32", "float64", "int8", "int16", "int32", "int64"),
        *("uint8", "uint16", "uint32", "uint64"),
    ),
    "numbagenn.kernels": ("arrays", "c_functions", "random_numbers"),
    "numbagenn.kernels.batch_counter": (
        *("mark_finished", "should_abort", "should_pause", "take_next"),
    ),
    "numbagenn.kernels.jit": ("device_function", "kernel", "noalias_function"),
    "numbagenn.kernels.spike_lists": (
        *("collect", "end_block", "list_arrivals", "lowest_bit", "move_to_first_step"),
        *("pack_history", "record", "record_block", "set_flags", "to_deliver", "unpack_history"),
    ),
    "numbagenn.kernels.spike_trains": ("group_trains",),
}

_IMPORTED = tuple(name for names in IMPORTS.values() for name in names)

#: What the kernel ``simulate`` takes before its arrays: the counter that hands out batch
#: elements, how many steps each has done already, the batch size, the number of the first step, how
#: many steps were simulated since the model was loaded (another number once a user has
#: set the time step), the seed of random numbers, the number of steps, which phases.
SIMULATE_ARGUMENTS = (
    *(BATCH_COUNTER, "progress", "num_batch", "timestep", "steps_done", "seed", "num_steps"),
    "phases",
)

#: What ``simulate`` calls things beside these.
SIMULATE_NAMES = (
    *(*SIMULATE_ARGUMENTS, *_IMPORTED, "simulate"),
    *("batch", "block", "step", "steps", "t", "done", "stride", "position", "steps_since_load"),
)

#: What a custom update takes before its arrays: how many batch elements there are, and elements of
#: each, at most how many of both make a part, and the rest as ``simulate`` does.
UPDATE_ARGUMENTS = (
    *(BATCH_COUNTER, "num_batches", "count", "most_batches", "most_elements"),
    *("timestep", "steps_done"),
)

#: How many presynaptic spikes one pass over the postsynaptic neurons serves: the sums stay in
#: registers that long. Each has a presynaptic neuron, which needs a name.
SPIKES_PER_PASS = 8

#: What the functions of neurons, synapses and custom updates call things.
LOOP_NAMES = (
    *(*UPDATE_ARGUMENTS, *_IMPORTED, "random_key", RANDOM_STATE),
    *(
        "neuron",
        "pre",
        "post",
        "synapse",
        "element",
        "dt",
        "steps_since_load",
        "seed",
        "begin",
        "end",
    ),
    *("fired", "spike", "spikes", "num_spikes", "spikes_done", "events", "some", "first", "last"),
    *("spike_bits", "steps", "step", "first_step", "some_steps", "later", "bits", "arrival"),
    *("inputs", "out_post", "out_pre", "den_delay", "total", "summed"),
    *("pre_inds", "post_inds", "row_start", "in_column", "column_start", "column_synapses"),
    *("trains", "num_active", "pair", "second", "active", "train_0", "train_1"),
    *("distinct", "begins", "members", "num_trains", "train", "member"),
    *("position", "parts", "in_a_row"),
    *(f"pre_{number}" for number in range(SPIKES_PER_PASS)),
)

#: What the kernel that gives a variable its initial values takes before its parameters: the counter
#: that tells it to stop, which elements are its own, the seed and the stream of random numbers, the
#: batch size, how many neurons on either side, the length of a step.
INITIALISE_ARGUMENTS = (
    *(BATCH_COUNTER, "first", "last", "seed", "stream", "num_batch", "num_pre", "num_post", "dt"),
)

#: What the kernel that connects neurons takes before its parameters: as above, and how many neurons
#: a row or column can reach, how many synapses it may have.
CONNECT_ARGUMENTS = (
    *(BATCH_COUNTER, "seed", "stream", "num_batch", "num_pre", "num_post", "line_size", "limit"),
    "dt",
)

#: What these two call things.
INITIALISER_NAMES = (
    *(*INITIALISE_ARGUMENTS, *CONNECT_ARGUMENTS, *_IMPORTED, "random_key", RANDOM_STATE),
    *("initialise", "element", "values", "pre_inds", "post_inds"),
    *("add_synapse", "connect", "line", "targets", "lengths"),
    *("num_synapses", "problem", "shares", "left", "row_length"),
)
