"""Names that generated code uses for itself, so that nothing of a model is called by them."""

from numbagenn.language.surrounding_names import BATCH_COUNTER, RANDOM_STATE

#: What generated modules import from the kernels.
KERNEL_FUNCTIONS = (
    *("kernel", "device_function", "noalias_function", "group_trains"),
    *("collect", "end_block", "list_arrivals", "lowest_bit", "move_to_first_step", "pack_history"),
    *("record", "record_block", "set_flags", "to_deliver", "unpack_history"),
    *("take_next", "mark_finished", "should_pause", "should_abort"),
)

#: What the kernel ``simulate`` takes before its arrays: the counter that hands out batches, how
#: many steps each batch has done already, how many batches there are, the number of the first
#: step, how many steps were simulated since the model was loaded (another number once a user has
#: set the time step), the seed of random numbers, the number of steps, which phases.
SIMULATE_ARGUMENTS = (
    *(BATCH_COUNTER, "progress", "num_batch", "timestep", "steps_done", "seed", "num_steps"),
    "phases",
)

#: What ``simulate`` calls things beside these.
SIMULATE_NAMES = (
    *(*SIMULATE_ARGUMENTS, *KERNEL_FUNCTIONS, "simulate"),
    *("batch", "block", "step", "steps", "t", "done", "stride", "position", "age"),
)

#: What a custom update takes before its arrays: how many batches there are, and elements of each,
#: at most how many of both make a part, and the rest as ``simulate`` does.
UPDATE_ARGUMENTS = (
    *(BATCH_COUNTER, "num_batches", "count", "most_batches", "most_elements"),
    *("timestep", "steps_done"),
)

#: What the functions of neurons, synapses and custom updates call things.
LOOP_NAMES = (
    *(*UPDATE_ARGUMENTS, *KERNEL_FUNCTIONS, "random_key", RANDOM_STATE),
    *("neuron", "pre", "post", "synapse", "element", "dt", "age", "seed", "begin", "end"),
    *("fired", "spike", "spikes", "num_spikes", "spikes_done", "events", "some", "first", "last"),
    *("spike_bits", "steps", "step", "first_step", "some_steps", "later", "bits", "arrival"),
    *("inputs", "out_post", "out_pre", "den_delay", "total", "summed"),
    *("pre_inds", "post_inds", "row_start", "in_column", "column_start", "column_synapses"),
    *("trains", "num_active", "pair", "second", "active", "train_0", "train_1"),
    *("distinct", "begins", "members", "num_trains", "train", "member"),
    *("position", "parts", "in_a_row"),
    *(f"pre_{number}" for number in range(8)),
)

#: What the functions that give variables their initial values and build connections call things.
INITIALISER_NAMES = (
    *(BATCH_COUNTER, *KERNEL_FUNCTIONS, "random_key", RANDOM_STATE),
    *("first", "last", "element", "seed", "stream", "num_batch", "dt", "values", "initialise"),
    *("num_pre", "num_post", "pre_inds", "post_inds"),
    *("add_synapse", "connect", "line", "num_lines", "line_size", "limit", "targets", "lengths"),
    *("num_synapses", "problem", "shares", "left", "row_length"),
)
