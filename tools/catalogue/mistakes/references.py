"""References to variables."""

# %% A misspelt variable -> RuntimeError
create_var_ref(a, "cuont")

# %% A synapse variable through the function for neurons -> TypeError
create_var_ref(ab, "g")

# %% A neuron variable through the function for synapses -> TypeError
create_wu_var_ref(a, "V")

# %% A weight variable that does not exist -> RuntimeError
create_wu_var_ref(ab, "w")

# %% A postsynaptic variable that does not exist -> RuntimeError
create_psm_var_ref(ab, "x")

# %% A presynaptic variable that does not exist -> RuntimeError
create_wu_pre_var_ref(ab, "trace")

# %% The accumulated input of neurons -> TypeError
create_out_post_var_ref(b)

# %% The spikes in flight of neurons -> TypeError
create_src_spike_count_var_ref(a)

# %% The spike times of synapses -> TypeError
create_spike_time_var_ref(ab)

# %% A population by its name -> TypeError
create_var_ref("a", "V")

# %% An extra global parameter that does not exist -> RuntimeError
create_egp_ref(a, "table")

# %% A transpose without a variable -> TypeError
ba = model.add_synapse_population("ba", "DENSE", b, a, pulse, delta)
create_wu_var_ref(ab, "g", ba)

# %% A transpose to synapses of another shape -> RuntimeError
aa = model.add_synapse_population("aa", "DENSE", a, a, pulse, delta)
create_wu_var_ref(ab, "g", aa, "g")

# %% A transpose onto itself -> RuntimeError
aa = model.add_synapse_population("aa", "DENSE", a, a, pulse, delta)
create_wu_var_ref(aa, "g", aa, "g")

# %% A transpose of sparse synapses -> RuntimeError
ba = model.add_synapse_population("ba", "SPARSE", b, a, pulse, delta)
create_wu_var_ref(ab, "g", ba, "g")
