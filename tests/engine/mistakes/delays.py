"""Delays and spike-like events."""

# %% A negative delay -> TypeError
ab.axonal_delay_steps = -1

# %% A delay in milliseconds -> TypeError
ab.axonal_delay_steps = 2.5

# %% A delay after build -> RuntimeError
model.build()
ab.axonal_delay_steps = 2

# %% No room for dendritic delays -> TypeError
ab.max_dendritic_delay_timesteps = 0

# %% A reference to dendritic delays that there are not -> RuntimeError
create_den_delay_var_ref(ab)

# %% A delay of backward spikes -> NotImplementedError
ab.back_prop_delay_steps = 1

# %% Events of synapses that have none -> RuntimeError
a.spike_event_recording_enabled = True
ab.pre_spike_event_recording_data

# %% A condition of events with a semicolon -> RuntimeError
create_weight_update_model(
    "graded",
    pre_neuron_var_refs=[("V", "scalar")],
    pre_event_threshold_condition_code="V > 0.5;",
    pre_event_syn_code="addToPost(V);",
)
