"""What learns, in code strings: the neuron, the synapses, and the custom updates of one batch.

An image is shown for `Show` steps. Then neurons no longer listen to spikes, and for one step after
the other errors go back through the layers, from the last to the first.
"""

from __future__ import annotations

from tutorial_helpers.pygenn import (
    CustomUpdateVarAccess,
    VarAccess,
    VarAccessMode,
    create_custom_update_model,
    create_neuron_model,
    create_weight_update_model,
)

_READ = VarAccessMode.READ_ONLY

# The neuron of the classifier, which also has an error: how many more spikes it should have had.
# While the image is shown it listens to spikes. Afterwards it listens to what comes backward.
learning_neuron = create_neuron_model(
    "learning_neuron",
    params=["Vthr", "Show"],
    vars=[("V", "scalar"), ("SpikeCount", "unsigned int"), ("Error", "scalar")],
    additional_input_vars=[("Iback", "scalar", 0.0)],
    sim_code="""
    if (t < Show) V += Isyn;
    else if (Iback != 0.0) Error = Iback;
    """,
    threshold_condition_code="V >= Vthr",
    reset_code="V = 0.0; SpikeCount++;",
)

# Spikes go forward. At the time `When`, an event of the presynaptic neuron says "now learn": its
# spike count meets the error of the postsynaptic neuron, and the error goes backward through the
# same weight. All images share `g`, and `dG` is what each of them wishes. A neuron that did not
# spike and is not above zero either would not have spiked with slightly other weights: no event.
learning_synapse = create_weight_update_model(
    "learning_synapse",
    params=["When"],
    vars=[("g", "scalar", VarAccess.READ_ONLY), ("dG", "scalar", VarAccess.READ_WRITE)],
    pre_neuron_var_refs=[("count", "unsigned int", _READ), ("potential", "scalar", _READ)],
    post_neuron_var_refs=[("error", "scalar", _READ)],
    pre_spike_syn_code="addToPost(g);",
    pre_event_threshold_condition_code="t == When && (count > 0 || potential > 0.0)",
    pre_event_syn_code="dG = count * error; addToPre(g * error);",
)

# The same for the first layer, before which there is nobody to tell the error to.
first_synapse = create_weight_update_model(
    "first_synapse",
    params=["When"],
    vars=[("g", "scalar", VarAccess.READ_ONLY), ("dG", "scalar", VarAccess.READ_WRITE)],
    pre_neuron_var_refs=[("count", "unsigned int", _READ)],
    post_neuron_var_refs=[("error", "scalar", _READ)],
    pre_spike_syn_code="addToPost(g);",
    pre_event_threshold_condition_code="t == When && count > 0",
    pre_event_syn_code="dG = count * error;",
)

# Before each batch everything starts from zero.
reset_learning = create_custom_update_model(
    "reset_learning",
    var_refs=[("V", "scalar"), ("SpikeCount", "unsigned int"), ("Error", "scalar")],
    update_code="V = 0.0; SpikeCount = 0; Error = 0.0;",
)

# The answer is a share of belief for each digit: softmax of the output neurons' scores, which are
# their spikes and what they have gathered towards the next one. Softmax needs two reductions over
# the neurons of each image. The largest score is taken away first, or exp could overflow.
_SCORE = "(SpikeCount + V / Vthr)"
_SCORE_REFS = [("SpikeCount", "unsigned int", _READ), ("V", "scalar", _READ)]

largest_score = create_custom_update_model(
    "largest_score",
    params=["Vthr"],
    vars=[("Largest", "scalar", CustomUpdateVarAccess.REDUCE_NEURON_MAX)],
    var_refs=_SCORE_REFS,
    update_code=f"Largest = {_SCORE};",
)
sum_of_scores = create_custom_update_model(
    "sum_of_scores",
    params=["Vthr"],
    vars=[("Sum", "scalar", CustomUpdateVarAccess.REDUCE_NEURON_SUM)],
    var_refs=[*_SCORE_REFS, ("Largest", "scalar", _READ)],
    update_code=f"Sum = exp({_SCORE} - Largest);",
)
# The error: what the answer should have been, less what it was.
answer_error = create_custom_update_model(
    "answer_error",
    params=["Vthr"],
    vars=[("Label", "unsigned int", CustomUpdateVarAccess.READ_ONLY_SHARED_NEURON)],
    var_refs=[
        *_SCORE_REFS,
        ("Largest", "scalar", _READ),
        ("Sum", "scalar", _READ),
        ("Error", "scalar"),
    ],
    update_code=f"Error = (id == Label ? 1.0 : 0.0) - exp({_SCORE} - Largest) / Sum;",
)

# The wishes of all images, summed; they start from zero for the next batch.
gather = create_custom_update_model(
    "gather",
    vars=[("Gradient", "scalar", CustomUpdateVarAccess.REDUCE_BATCH_SUM)],
    var_refs=[("dG", "scalar")],
    update_code="Gradient = dG; dG = 0.0;",
)
# Adam (Kingma and Ba 2015): a step in the mean direction of the last batches, the same length for
# weights with small gradients as for those with large ones.
adam = create_custom_update_model(
    "adam",
    params=["Rate"],
    vars=[("m", "scalar"), ("v", "scalar")],
    var_refs=[("Gradient", "scalar", _READ), ("g", "scalar")],
    update_code="""
    m = 0.9 * m + 0.1 * Gradient;
    v = 0.999 * v + 0.001 * Gradient * Gradient;
    g += Rate * m / (sqrt(v) + 1e-8);
    """,
)
