"""Names that generated code uses for itself, so that nothing of a model is called by them."""

from numbagenn.codegen.kernel_numbers import (
    ConnectArrays,
    ConnectivityNumbers,
    ConnectNumbers,
    ConnectSharedArrays,
    DiagonalNumbers,
    InitialiseNumbers,
    SimulateNumbers,
    UpdateNumbers,
)
from numbagenn.language.kernel_names import BATCH_COUNTER, RANDOM_STATE


def _words(text: str) -> list[str]:
    return text.split()


#: What ``simulate`` calls things.
SIMULATE_NAMES = (
    BATCH_COUNTER,
    *SimulateNumbers._fields,
    *_words("""
        simulate memory group first batch block step steps t done stride position steps_since_load
        thread parts tried begin end kind neuron waiting
    """),
)

#: How many presynaptic spikes one pass over the postsynaptic neurons serves: the sums stay in
#: registers that long. Each has a presynaptic neuron, which needs a name.
SPIKES_PER_PASS = 8

#: The same for code that adds to the presynaptic neurons, each of which needs a sum. A row is a
#: chain of additions that wait for each other; this many chains keep a processor busy.
SPIKES_PER_PASS_BACK = 4

#: What the functions of neurons, synapses and custom updates call things.
LOOP_NAMES = (
    BATCH_COUNTER,
    RANDOM_STATE,
    *UpdateNumbers._fields,
    *(name for name in ConnectivityNumbers._fields if name != "row_stride"),
    *_words("""
        random_key batch num_batch neuron pre post synapse element t dt steps_since_load
        begin end fired spike spikes num_spikes spikes_done some first last
        spike_bits step first_step some_steps some_neurons later bits arrival inputs out_post
        out_pre den_delay total summed pre_inds post_inds row_start in_column column_start
        column_synapses trains num_active pair second active train_0 train_1 distinct firsts
        section kernel kernel_inds
        nexts num_trains train position parts in_a_row back row columns part_start waiting
    """),
    *(f"pre_{number}" for number in range(SPIKES_PER_PASS)),
    *(f"back_{number}" for number in range(SPIKES_PER_PASS_BACK)),
)

#: What the kernels that initialise variables and connect neurons call things.
INITIALISER_NAMES = (
    BATCH_COUNTER,
    RANDOM_STATE,
    *InitialiseNumbers._fields,
    *ConnectNumbers._fields,
    *ConnectArrays._fields,
    *ConnectSharedArrays._fields,
    *DiagonalNumbers._fields,
    *_words("""
        random_key initialise element values pre_inds post_inds add_synapse connect line
        num_synapses shares left row_length pre place place_in_kernel inds_in_kernel
        count_synapse
    """),
)
