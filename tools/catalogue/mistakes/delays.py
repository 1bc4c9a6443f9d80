"""Delays and spike-like events."""

# %% A negative delay -> TypeError
ab.axonal_delay_steps = -1

# %% A delay in milliseconds -> TypeError
ab.axonal_delay_steps = 2.5

# %% A delay that is too long to count -> TypeError
ab.axonal_delay_steps = 10**12

# %% A delay after build -> RuntimeError
model.build()
ab.axonal_delay_steps = 2

# %% A longest dendritic delay of zero -> TypeError
ab.max_dendritic_delay_timesteps = 0

# %% Dendritic delays without a maximum -> RuntimeError
later = init_weight_update("StaticPulseDendriticDelay", {}, {"g": 0.5, "d": 2})
model.add_synapse_population("later", "DENSE", a, b, later, delta)
model.build()

# %% A dendritic delay that is too long -> UserWarning
later = init_weight_update("StaticPulseDendriticDelay", {}, {"g": 0.5, "d": [2] * 11 + [4]})
synapses = model.add_synapse_population("later", "DENSE", a, b, later, delta)
synapses.max_dendritic_delay_timesteps = 4
a.vars["V"].set_init_values(1.0)
model.build()
model.load()
model.step_time()
model.step_time()
model.flush()

# %% A dendritic delay in code that is too long -> UserWarning
third = create_weight_update_model(
    "third", vars=[("g", "scalar")], pre_spike_syn_code="addToPostDelay(g, 3);"
)
synapses = model.add_synapse_population(
    "later", "DENSE", a, b, init_weight_update(third, {}, {"g": 0.5}), delta
)
synapses.max_dendritic_delay_timesteps = 3
model.build()

# %% A delay as an index that is too long -> CodeStringError
looking = create_weight_update_model(
    "looking",
    vars=[("g", "scalar"), ("d", "uint8_t")],
    post_neuron_var_refs=[("V", "scalar", VarAccessMode.READ_ONLY)],
    pre_spike_syn_code="addToPost(g * V[d]);",
)
values = {"g": 0.5, "d": [2] * 11 + [6]}
update = init_weight_update(looking, {}, values, post_var_refs={"V": "V"})
synapses = model.add_synapse_population("looking", "DENSE", a, b, update, delta)
synapses.max_dendritic_delay_timesteps = 4
a.vars["V"].set_init_values(1.0)
model.build()
model.load()
model.step_time()
model.step_time()
model.flush()

# %% Delays as indices without a maximum -> RuntimeError
looking = create_weight_update_model(
    "looking",
    vars=[("g", "scalar")],
    post_neuron_var_refs=[("V", "scalar", VarAccessMode.READ_ONLY)],
    pre_spike_syn_code="addToPost(g * V[2]);",
)
update = init_weight_update(looking, {}, {"g": 0.5}, post_var_refs={"V": "V"})
model.add_synapse_population("looking", "DENSE", a, b, update, delta)
model.build()

# %% A variable with and without a delay -> CodeStringError
create_weight_update_model(
    "looking",
    post_neuron_var_refs=[("V", "scalar", VarAccessMode.READ_ONLY)],
    synapse_dynamics_code="addToPost(V - V[1]);",
)

# %% A delay as an index of a presynaptic variable -> CodeStringError
create_weight_update_model(
    "looking",
    pre_neuron_var_refs=[("V", "scalar", VarAccessMode.READ_ONLY)],
    synapse_dynamics_code="addToPost(V[1]);",
)

# %% A reference to dendritic delays that do not exist -> RuntimeError
create_den_delay_var_ref(ab)

# %% A delay for spikes that travel backwards, in milliseconds -> TypeError
ab.back_prop_delay_steps = 0.5

# %% Events from synapses without any -> RuntimeError
a.spike_event_recording_enabled = True
ab.pre_spike_event_recording_data

# %% An event condition with a semicolon -> RuntimeError
create_weight_update_model(
    "graded",
    pre_neuron_var_refs=[("V", "scalar")],
    pre_event_threshold_condition_code="V > 0.5;",
    pre_event_syn_code="addToPost(V);",
)

# %% Postsynaptic events from synapses without any -> RuntimeError
b.spike_event_recording_enabled = True
ab.post_spike_event_recording_data

# %% A postsynaptic event sent to postsynaptic neurons -> CodeStringError
create_weight_update_model(
    "backward",
    vars=[("g", "scalar")],
    post_neuron_var_refs=[("V", "scalar")],
    post_event_threshold_condition_code="V > 0.5",
    post_event_syn_code="addToPost(g);",
)

# %% Learning from postsynaptic spikes that sends on -> CodeStringError
create_weight_update_model(
    "learning", vars=[("g", "scalar")], post_spike_syn_code="g += 0.1; addToPost(g);"
)

# %% The time of events that do not exist -> CodeStringError
create_weight_update_model(
    "waiting",
    vars=[("g", "scalar")],
    pre_spike_syn_code="addToPost(t - set_post < 5.0 ? g : 0.0);",
)

# %% The time of events in neuron code -> CodeStringError
create_weight_update_model(
    "waiting",
    pre_vars=[("x", "scalar")],
    pre_dynamics_code="x = t - set_pre;",
    pre_event_threshold_condition_code="x > 5.0",
    pre_event_syn_code="addToPost(x);",
)

# %% The time of spikes in an event condition -> CodeStringError
create_weight_update_model(
    "waiting",
    pre_event_threshold_condition_code="t - st_pre > 5.0",
    pre_event_syn_code="addToPost(1.0);",
)
