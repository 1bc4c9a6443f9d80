"""Synapse populations."""

# %% A misspelt matrix type -> AttributeError
model.add_synapse_population("ba", "DENS", b, a, pulse, delta)

# %% A matrix type of GeNN 4 -> AttributeError
model.add_synapse_population("ba", "DENSE_INDIVIDUALG", b, a, pulse, delta)

# %% The same name twice -> RuntimeError
model.add_synapse_population("ab", "DENSE", a, b, pulse, delta)

# %% A population by its name -> TypeError
model.add_synapse_population("ba", "DENSE", "b", a, pulse, delta)

# %% A location by its name -> TypeError
ab.set_wu_var_location("g", "DEVICE")

# %% The location of a variable that there is not -> RuntimeError
ab.set_wu_var_location("weight", VarLocation.DEVICE)

# %% A current source as target -> TypeError
model.add_synapse_population("ba", "DENSE", b, source, pulse, delta)

# %% A population of another model -> ValueError
other = GeNNModel("float", "other")
c = other.add_neuron_population("c", 2, integrate_and_fire, {"Vthr": 1.0}, start)
model.add_synapse_population("ac", "DENSE", a, c, pulse, delta)

# %% The name of a model where an initialiser belongs -> TypeError
model.add_synapse_population("ba", "DENSE", b, a, "StaticPulse", "DeltaCurr")

# %% The two initialisers swapped -> TypeError
model.add_synapse_population("ba", "DENSE", b, a, delta, pulse)

# %% A misspelt weight update model -> AttributeError
init_weight_update("StaticPuls", {}, {"g": 0.5})

# %% A misspelt postsynaptic model -> AttributeError
init_postsynaptic("DeltaCur")

# %% A missing weight -> RuntimeError
init_weight_update("StaticPulse")

# %% A missing parameter -> RuntimeError
init_postsynaptic("ExpCurr")

# %% A missing reference -> RuntimeError
init_postsynaptic("ExpCond", {"tau": 5.0, "E": 0.0})

# %% A reference to a variable that the population lacks -> RuntimeError
conductance = init_postsynaptic("ExpCond", {"tau": 5.0, "E": 0.0}, {}, {"V": "v"})
model.add_synapse_population("ba", "DENSE", b, a, pulse, conductance)

# %% A reference to another population's variable -> RuntimeError
voltage = create_var_ref(b, "V")
conductance = init_postsynaptic("ExpCond", {"tau": 5.0, "E": 0.0}, {}, {"V": voltage})
model.add_synapse_population("ba", "DENSE", b, a, pulse, conductance)

# %% A reference of another type -> RuntimeError
conductance = init_postsynaptic("ExpCond", {"tau": 5.0, "E": 0.0}, {}, {"V": "count"})
model.add_synapse_population("ba", "DENSE", b, a, pulse, conductance)

# %% A reference to a postsynaptic variable that does not exist -> RuntimeError
reading = create_weight_update_model(
    "reading", psm_var_refs=[("x", "scalar")], synapse_dynamics_code="addToPost(x);"
)
init = init_weight_update(reading, psm_var_refs={"x": "inSyn"})
model.add_synapse_population("ba", "DENSE", b, a, init, delta)

# %% Weights as a matrix -> ValueError
weights = np.ones((3, 4))
init = init_weight_update("StaticPulse", {}, {"g": weights})
model.add_synapse_population("ba", "DENSE", b, a, init, delta)

# %% Too few weights -> ValueError
init = init_weight_update("StaticPulse", {}, {"g": np.ones(9)})
model.add_synapse_population("ba", "DENSE", b, a, init, delta)

# %% An input that the neurons lack -> RuntimeError
ab.post_target_var = "Iinh"

# %% A dynamic parameter without its model -> AttributeError
ab.set_param_dynamic("tau")

# %% A convolution that does not say what it connects -> RuntimeError
model.add_synapse_population("ba", "TOEPLITZ", b, a, pulse, delta)

# %% A sparse rule for a convolution -> RuntimeError
one_to_one = init_sparse_connectivity("OneToOne")
model.add_synapse_population("ba", "TOEPLITZ", b, a, pulse, delta, one_to_one)

# %% Connections for dense synapses -> RuntimeError
one_to_one = init_sparse_connectivity("OneToOne")
model.add_synapse_population("aa", "DENSE", a, a, pulse, delta, one_to_one)

# %% A weight for each synapse of a bit mask -> RuntimeError
one_to_one = init_sparse_connectivity("OneToOne")
model.add_synapse_population("aa", "BITMASK", a, a, pulse, delta, one_to_one)

# %% Weights from an array for synapses that are computed -> RuntimeError
one_to_one = init_sparse_connectivity("OneToOne")
weights = init_weight_update("StaticPulse", {}, {"g": np.ones(4)})
model.add_synapse_population("aa", "PROCEDURAL", a, a, weights, delta, one_to_one)

# %% Synapses that are computed, from nothing -> RuntimeError
model.add_synapse_population("aa", "PROCEDURAL", a, a, pulse, delta)

# %% Learning where synapses are computed -> RuntimeError
one_to_one = init_sparse_connectivity("OneToOne")
rule = {"tauPlus": 20.0, "tauMinus": 20.0, "Aplus": 0.1, "Aminus": 0.1, "Wmin": 0.0, "Wmax": 1.0}
learns = init_weight_update("STDP", rule, {"g": 0.5})
model.add_synapse_population("aa", "PROCEDURAL", a, a, learns, delta, one_to_one)

# %% A kernel where there is none -> RuntimeError
one_to_one = init_sparse_connectivity("OneToOne")
numbered = create_var_init_snippet("numbered", var_init_code="value = id_kernel;")
weights = init_weight_update("StaticPulse", {}, {"g": init_var(numbered)})
model.add_synapse_population("aa", "SPARSE", a, a, weights, delta, one_to_one)

# %% A misspelt synapse population -> KeyError
model.synapse_populations["ba"]
