"""Variables of a loaded model."""

model.build()
model.load()

# %% A misspelt variable -> KeyError
a.vars["v"]

# %% Pulling a variable after unloading -> RuntimeError
model.unload()
a.vars["V"].pull_from_device()

# %% Pushing a variable after unloading -> RuntimeError
model.unload()
a.vars["V"].push_to_device()

# %% Reading a variable after unloading -> RuntimeError
model.unload()
a.vars["V"].values

# %% Reading a variable that several populations share -> RuntimeError
held = create_postsynaptic_model("held", vars=[("x", "scalar")], sim_code="injectCurrent(x);")
sharing = GeNNModel("float", "sharing")
sharing.fuse_postsynaptic_models = True
c = sharing.add_neuron_population("c", 4, integrate_and_fire, {"Vthr": 1.0}, start)
psm = init_postsynaptic(held, {}, {"x": 0.5})
first = sharing.add_synapse_population("first", "DENSE", c, c, pulse, psm)
second = sharing.add_synapse_population("second", "DENSE", c, c, pulse, psm)
sharing.build()
sharing.load()
first.psm_vars["x"].values

# %% Too few values -> ValueError
a.vars["V"].values = [0.1, 0.2, 0.3]

# %% One row for each image of a batch -> ValueError
source.vars["magnitude"].values = np.zeros((128, 4))

# %% An image instead of its pixels -> ValueError
source.vars["magnitude"].values = np.zeros((2, 2))

# %% Weights as a matrix -> ValueError
ab.vars["g"].values = np.zeros((4, 3))

# %% None -> TypeError
a.vars["V"].values = None

# %% An initialiser -> TypeError
a.vars["V"].values = init_var("Constant", {"constant": 1.0})

# %% Replacing the view -> AttributeError
a.vars["V"].view = np.zeros(4)

# %% A misspelt attribute -> AttributeError
a.vars["V"].value = 0.0

# %% The initial value as an attribute -> AttributeError
a.vars["V"].initial = 0.5

# %% Assigning values over a variable -> TypeError
a.vars["V"] = np.zeros(4)

# %% Changing a parameter -> TypeError
a.params["Vthr"] = 2.0

# %% Spike times that are not stored -> RuntimeError
a.spike_times.values

# %% Spike times that only a reference uses -> RuntimeError
times = create_prev_spike_time_var_ref(a)
a.prev_spike_times.values
