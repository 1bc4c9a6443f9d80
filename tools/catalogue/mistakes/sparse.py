"""Sparse connectivity."""

ba = model.add_synapse_population("ba", "SPARSE", b, a, pulse, delta)

# %% Connectivity code for dense synapses -> RuntimeError
every = init_sparse_connectivity("OneToOne")
model.add_synapse_population("aa", "DENSE", a, a, pulse, delta, every)

# %% Connectivity by name -> TypeError
model.add_synapse_population("aa", "SPARSE", a, a, pulse, delta, "OneToOne")

# %% A misspelt connectivity -> AttributeError
init_sparse_connectivity("FixedProbabilty", {"prob": 0.1})

# %% A misspelt parameter -> RuntimeError
init_sparse_connectivity("FixedProbability", {"p": 0.1})

# %% A probability in percent -> ValueError
init_sparse_connectivity("FixedProbability", {"prob": 10})

# %% Too many synapses to count -> ValueError
init_sparse_connectivity("FixedNumberTotalWithReplacement", {"num": 1e30})

# %% More synapses than fit into 16 GB of memory -> MemoryError
large = model.add_neuron_population("large", 100_000, integrate_and_fire, {"Vthr": 1.0}, start)
many = init_sparse_connectivity("FixedNumberTotalWithReplacement", {"num": 1e9})
model.add_synapse_population("random", "SPARSE", large, a, pulse, delta, many)
ba.set_sparse_connections([0], [0])
model.build()
model.load()

# %% Rows and columns -> RuntimeError
create_sparse_connect_init_snippet(
    "ring", row_build_code="addSynapse(id_pre);", col_build_code="addSynapse(id_post);"
)

# %% A row length that is not a function -> TypeError
create_sparse_connect_init_snippet(
    "ring", row_build_code="addSynapse(id_pre);", calc_max_row_len_func=1
)

# %% The postsynaptic neuron in code that builds a row -> RuntimeError
create_sparse_connect_init_snippet("ring", row_build_code="addSynapse(id_post);")

# %% A synapse to a neuron that does not exist -> IndexError
ring = create_sparse_connect_init_snippet("ring", row_build_code="addSynapse(id_pre + 1);")
model.add_synapse_population("aa", "SPARSE", a, a, pulse, delta, init_sparse_connectivity(ring))
ba.set_sparse_connections([0], [0])
model.build()
model.load()

# %% Connections for dense synapses -> RuntimeError
ab.set_sparse_connections([0, 1], [0, 1])

# %% More presynaptic than postsynaptic indices -> ValueError
ba.set_sparse_connections([0, 1, 2], [0, 1])

# %% A neuron that does not exist -> ValueError
ba.set_sparse_connections([0, 3], [0, 1])

# %% Indices that are not integers -> TypeError
ba.set_sparse_connections([0.0, 1.0], [0.0, 1.0])

# %% A mask where indices belong -> TypeError
ba.set_sparse_connections(np.ones((3, 4), bool), [0])

# %% No connections -> RuntimeError
model.build()
model.load()

# %% Reading connections before they are known -> RuntimeError
ba.get_sparse_pre_inds()

# %% Too few weights -> ValueError
ba.set_sparse_connections([0, 1, 2], [0, 1, 2])
ba.vars["g"].set_init_values([0.5, 0.5])
model.build()
model.load()

# %% The view of sparse weights -> RuntimeError
ba.vars["g"].view

# %% A number of connections that is not a number -> TypeError
ba.max_connections = 2.5
