"""Custom updates."""

copy = create_custom_update_model(
    "copy", var_refs=[("x", "scalar"), ("y", "scalar")], update_code="x = y;"
)

# %% A misspelt built-in model -> AttributeError
model.add_custom_update("t", "Transpose", "Transpos", {}, {}, {})

# %% The same name twice -> RuntimeError
model.add_custom_update("update", "Reset", reset, {}, {}, refs)

# %% A group name with a space -> RuntimeError
model.add_custom_update("again", "Reset all", reset, {}, {}, refs)

# %% A missing reference -> RuntimeError
model.add_custom_update("again", "Reset", reset, {}, {}, {"V": create_var_ref(a, "V")})

# %% A misspelt reference -> RuntimeError
misspelt = {"V": create_var_ref(a, "V"), "cont": create_var_ref(a, "count")}
model.add_custom_update("again", "Reset", reset, {}, {}, misspelt)

# %% References by name -> TypeError
model.add_custom_update("again", "Reset", reset, {}, {}, {"V": "V", "count": "count"})

# %% Variables instead of references -> TypeError
model.add_custom_update("again", "Reset", reset, {}, {}, a.vars)

# %% No references -> RuntimeError
nothing = create_custom_update_model("nothing", update_code="")
model.add_custom_update("again", "Reset", nothing)

# %% References to populations of two sizes -> RuntimeError
sizes = {"x": create_var_ref(a, "V"), "y": create_var_ref(b, "V")}
model.add_custom_update("copy", "Copy", copy, {}, {}, sizes)

# %% References to neurons and synapses -> TypeError
kinds = {"x": create_var_ref(a, "V"), "y": create_wu_var_ref(ab, "g")}
model.add_custom_update("copy", "Copy", copy, {}, {}, kinds)

# %% References to two synapse populations -> RuntimeError
again = model.add_synapse_population("again", "DENSE", a, b, pulse, delta)
two = {"x": create_wu_var_ref(ab, "g"), "y": create_wu_var_ref(again, "g")}
model.add_custom_update("copy", "Copy", copy, {}, {}, two)

# %% The same type written differently -> RuntimeError
silence = create_custom_update_model("silence", var_refs=[("V", "float")], update_code="V = 0.0;")
model.add_custom_update("s", "Silence", silence, {}, {}, {"V": create_var_ref(a, "V")})

# %% A reference into another model -> ValueError
other = GeNNModel("float", "other")
c = other.add_neuron_population("c", 4, integrate_and_fire, {"Vthr": 1.0}, start)
elsewhere = {"V": create_var_ref(c, "V"), "count": create_var_ref(c, "count")}
model.add_custom_update("again", "Reset", reset, {}, {}, elsewhere)

# %% Writing to a variable that all neurons share -> RuntimeError
flush = create_custom_update_model(
    "flush", var_refs=[("V", "scalar"), ("spikes", "uint32_t")], update_code="spikes = 0; V = 0.0;"
)
shared = {"V": create_var_ref(a, "V"), "spikes": create_src_spike_count_var_ref(ab)}
model.add_custom_update("flush", "Flush", flush, {}, {}, shared)

# %% A weight that the batch shares, changed by what each batch element has -> RuntimeError
learn = create_custom_update_model(
    "learn", var_refs=[("g", "scalar"), ("dG", "scalar")], update_code="g += 0.1 * dG;"
)
wish = create_weight_update_model(
    "wish",
    vars=[("g", "scalar", VarAccess.READ_ONLY), ("dG", "scalar")],
    pre_spike_syn_code="addToPost(g); dG += 1.0;",
)
wishing = init_weight_update(wish, {}, {"g": 0.5, "dG": 0.0})
shared = model.add_synapse_population(
    "shared", "DENSE", a, b, wishing, init_postsynaptic("DeltaCurr")
)
weights = {name: create_wu_var_ref(shared, name) for name in ("g", "dG")}
model.add_custom_update("learn", "Learn", learn, {}, {}, weights)
model.batch_size = 2
model.build()

# %% A reduction whose target is as large as its source -> RuntimeError
total = create_custom_update_model(
    "total",
    var_refs=[("total", "scalar", VarAccessMode.REDUCE_SUM), ("V", "scalar")],
    update_code="total = V;",
)
same = {"total": create_var_ref(a, "V"), "V": create_var_ref(a, "V")}
model.add_custom_update("total", "Sum", total, {}, {}, same)

# %% A reduction over the batch and neurons at once -> RuntimeError
both = create_custom_update_model(
    "both",
    vars=[
        ("over_batch", "scalar", CustomUpdateVarAccess.REDUCE_BATCH_SUM),
        ("over_neurons", "scalar", CustomUpdateVarAccess.REDUCE_NEURON_SUM),
    ],
    var_refs=[("V", "scalar", VarAccessMode.READ_ONLY)],
    update_code="over_batch = V; over_neurons = V;",
)
zeros = {"over_batch": 0.0, "over_neurons": 0.0}
model.add_custom_update("both", "Sum", both, {}, zeros, {"V": create_var_ref(a, "V")})

# %% A transpose without a target -> RuntimeError
model.add_custom_update("t", "T", "Transpose", {}, {}, {"variable": create_wu_var_ref(ab, "g")})

# %% Synapse names in an update of neurons -> RuntimeError
number = create_custom_update_model("number", var_refs=[("x", "scalar")], update_code="x = id_pre;")
model.add_custom_update("n", "Number", number, {}, {}, {"x": create_var_ref(a, "V")})

# %% Neuron names in an update of synapses -> RuntimeError
number = create_custom_update_model("number", var_refs=[("x", "scalar")], update_code="x = id;")
model.add_custom_update("n", "Number", number, {}, {}, {"x": create_wu_var_ref(ab, "g")})

# %% Setting the spike count above the number of spikes -> RuntimeError
more = create_custom_update_model(
    "more", var_refs=[("spikes", "uint32_t")], update_code="spikes = 3;"
)
spikes = {"spikes": create_src_spike_count_var_ref(ab)}
model.add_custom_update("more", "More", more, {}, {}, spikes)
model.build()
model.load()
model.custom_update("More")
model.step_time()
model.flush()

# %% A misspelt custom update -> KeyError
model.custom_updates["updates"]

# %% A connectivity update of dense synapses -> RuntimeError
prune = create_custom_connectivity_update_model(
    "prune",
    var_refs=[("g", "scalar")],
    row_update_code="for_each_synapse { if(g < 0.1) { remove_synapse(); } }",
)
model.add_custom_connectivity_update(
    "prune", "Prune", ab, prune, var_refs={"g": create_wu_var_ref(ab, "g")}
)

# %% A connectivity update of neurons -> TypeError
nothing = create_custom_connectivity_update_model("nothing", row_update_code=";")
model.add_custom_connectivity_update("nothing", "Nothing", a, nothing)

# %% A connectivity update that refers to other synapses -> RuntimeError
look = create_custom_connectivity_update_model(
    "look", var_refs=[("g", "scalar")], row_update_code="for_each_synapse { g = 0.0; }"
)
aa = model.add_synapse_population("aa", "SPARSE", a, a, pulse, delta)
model.add_custom_connectivity_update(
    "look", "Look", aa, look, var_refs={"g": create_wu_var_ref(ab, "g")}
)

# %% A connectivity update that refers to the neurons of the wrong side -> RuntimeError
fire = create_custom_connectivity_update_model(
    "fire", pre_var_refs=[("V", "scalar")], row_update_code="V = 0.0;"
)
ba = model.add_synapse_population("ba", "SPARSE", b, a, pulse, delta)
model.add_custom_connectivity_update(
    "fire", "Fire", ba, fire, pre_var_refs={"V": create_var_ref(a, "V")}
)

# %% A synapse that is removed twice -> RuntimeError
twice = create_custom_connectivity_update_model(
    "twice", row_update_code="for_each_synapse { remove_synapse(); remove_synapse(); }"
)
aa = model.add_synapse_population("aa", "SPARSE", a, a, pulse, delta)
aa.set_sparse_connections(np.array([0, 1]), np.array([1, 2]))
model.add_custom_connectivity_update("twice", "Twice", aa, twice)
model.build()
model.load()
model.custom_update("Twice")

# %% A synapse outside of the loop over synapses -> RuntimeError
create_custom_connectivity_update_model("lost", row_update_code="remove_synapse();")

# %% A loop over synapses in a loop over synapses -> RuntimeError
create_custom_connectivity_update_model(
    "twice", row_update_code="for_each_synapse { for_each_synapse { remove_synapse(); } }"
)

# %% A loop over synapses in other code -> RuntimeError
create_custom_update_model(
    "each", var_refs=[("g", "scalar")], update_code="for_each_synapse { g = 0.0; }"
)

# %% A new synapse without its weight -> RuntimeError
create_custom_connectivity_update_model(
    "grow", var_refs=[("g", "scalar")], row_update_code="add_synapse(id_pre);"
)

# %% A row without room for one more -> RuntimeError
grow = create_custom_connectivity_update_model("grow", row_update_code="add_synapse(id_pre);")
aa = model.add_synapse_population("aa", "SPARSE", a, a, pulse, delta)
aa.set_sparse_connections([0, 1], [1, 0])
model.add_custom_connectivity_update("grow", "Grow", aa, grow)
model.build()
model.load()
model.custom_update("Grow")

# %% A synapse to a neuron that does not exist, added by an update -> RuntimeError
grow = create_custom_connectivity_update_model("grow", row_update_code="add_synapse(id_pre + 2);")
aa = model.add_synapse_population("aa", "SPARSE", a, a, pulse, delta)
aa.set_sparse_connections([0, 1], [1, 0])
aa.max_connections = 4
model.add_custom_connectivity_update("grow", "Grow", aa, grow)
model.build()
model.load()
model.custom_update("Grow")

# %% Synapses in code of the host -> RuntimeError
create_custom_connectivity_update_model("host", host_update_code="add_synapse(0);")

# %% Connections that an update has changed, before they are pulled -> RuntimeError
clear = create_custom_connectivity_update_model(
    "clear", row_update_code="for_each_synapse { remove_synapse(); }"
)
aa = model.add_synapse_population("aa", "SPARSE", a, a, pulse, delta)
aa.set_sparse_connections([0, 1], [1, 0])
model.add_custom_connectivity_update("clear", "Clear", aa, clear)
model.build()
model.load()
model.custom_update("Clear")
aa.get_sparse_post_inds()
