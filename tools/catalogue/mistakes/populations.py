"""Neuron populations."""

# %% A misspelt built-in model -> AttributeError
model.add_neuron_population("c", 2, "Izhikevitch", {}, {})

# %% A model of another kind -> TypeError
# PyGeNN: Invalid snippet
model.add_neuron_population("c", 2, pixel, {}, {"magnitude": 0.0})

# %% The same name twice -> RuntimeError
model.add_neuron_population("a", 2, integrate_and_fire, {"Vthr": 1.0}, start)

# %% An empty name -> RuntimeError
model.add_neuron_population("", 2, integrate_and_fire, {"Vthr": 1.0}, start)

# %% A name with a space -> RuntimeError
model.add_neuron_population("layer 1", 2, integrate_and_fire, {"Vthr": 1.0}, start)

# %% A name that is not a string -> TypeError
model.add_neuron_population(1, 2, integrate_and_fire, {"Vthr": 1.0}, start)

# %% A size that is not an integer -> TypeError
model.add_neuron_population("c", 2.5, integrate_and_fire, {"Vthr": 1.0}, start)

# %% A size of zero -> ValueError
model.add_neuron_population("c", 0, integrate_and_fire, {"Vthr": 1.0}, start)

# %% A size too large for an index -> ValueError
model.add_neuron_population("c", 1e30, integrate_and_fire, {"Vthr": 1.0}, start)

# %% A shape as size -> TypeError
model.add_neuron_population("c", (28, 28), integrate_and_fire, {"Vthr": 1.0}, start)

# %% A misspelt parameter -> RuntimeError
# PyGeNN: Neuron group c missing value for parameter: 'Vthr'
model.add_neuron_population("c", 2, integrate_and_fire, {"Vtr": 1.0}, start)

# %% A missing parameter -> RuntimeError
# PyGeNN: Neuron group c expected 1 parameters but got 0
model.add_neuron_population("c", 2, integrate_and_fire, {}, start)

# %% One parameter too many -> RuntimeError
model.add_neuron_population("c", 2, integrate_and_fire, {"Vthr": 1.0, "tau": 20.0}, start)

# %% Parameters as a list -> TypeError
model.add_neuron_population("c", 2, integrate_and_fire, [1.0], start)

# %% A parameter for each neuron -> TypeError
model.add_neuron_population("c", 2, integrate_and_fire, {"Vthr": np.ones(2)}, start)

# %% A parameter that is text -> TypeError
model.add_neuron_population("c", 2, integrate_and_fire, {"Vthr": "1.0"}, start)

# %% A parameter that is NaN -> UserWarning
model.add_neuron_population("c", 2, integrate_and_fire, {"Vthr": np.nan}, start)

# %% A parameter outside the range of its type -> RuntimeError
counter = create_neuron_model("counter", params=[("limit", "uint8_t")], sim_code="")
model.add_neuron_population("c", 2, counter, {"limit": 256})
model.build()

# %% A derived parameter that cannot be computed -> RuntimeError
decay = ("decay", lambda pars, dt: np.exp(-dt / pars["tua"]))
leaky = create_neuron_model("leaky", params=["tau"], derived_params=[decay], sim_code="")
model.add_neuron_population("c", 2, leaky, {"tau": 20.0})
model.build()

# %% A derived parameter that is not a number -> TypeError
decay = ("decay", lambda pars, dt: str(dt / pars["tau"]))
leaky = create_neuron_model("leaky", params=["tau"], derived_params=[decay], sim_code="")
model.add_neuron_population("c", 2, leaky, {"tau": 20.0})
model.build()

# %% A misspelt variable -> RuntimeError
# PyGeNN: Neuron group c missing initialiser for variable: 'V'
model.add_neuron_population("c", 2, integrate_and_fire, {"Vthr": 1.0}, {"v": 0.0, "count": 0})

# %% A missing variable -> RuntimeError
# PyGeNN: Neuron group c expected 2 variable but got 1
model.add_neuron_population("c", 2, integrate_and_fire, {"Vthr": 1.0}, {"V": 0.0})

# %% A misspelt attribute -> AttributeError
a.spike_recording_enable = True

# %% A misspelt dynamic parameter -> RuntimeError
# PyGeNN: Unknown neuron model parameter 'Vtr'
a.set_param_dynamic("Vtr")

# %% A dynamic parameter that was not declared -> IndexError
# PyGeNN: unordered_map::at
model.build()
model.load()
a.set_dynamic_param_value("Vthr", 2.0)

# %% A dynamic parameter that is not a number -> TypeError
a.set_param_dynamic("Vthr")
model.build()
model.load()
a.set_dynamic_param_value("Vthr", [1.0, 2.0])

# %% Changing the size later -> AttributeError
a.num_neurons = 5

# %% Values assigned over an extra global parameter -> TypeError
spikes = {"startSpike": 0, "endSpike": 2}
spiking = model.add_neuron_population("spiking", 1, "SpikeSourceArray", {}, spikes)
spiking.extra_global_params["spikeTimes"] = [1.0, 4.0]

# %% Initial values of spike times -> RuntimeError
timed = create_neuron_model("timed", vars=[("x", "scalar")], sim_code="x = t - st;")
c = model.add_neuron_population("c", 2, timed, {}, {"x": 0.0})
c.spike_times.set_init_values(0.0)

# %% A negative rate -> RuntimeError
model.add_neuron_population("c", 2, "Poisson", {"rate": -5.0}, {"timeStepToSpike": 0.0})
model.build()

# %% Spike times that are not sorted -> UserWarning
spikes = {"startSpike": [0, 2], "endSpike": [2, 4]}
c = model.add_neuron_population("c", 2, "SpikeSourceArray", {}, spikes)
c.extra_global_params["spikeTimes"].set_init_values([1.0, 5.0, 8.0, 3.0])
model.build()
model.load()

# %% Spikes that end before they start -> CodeStringError
spikes = {"startSpike": [0, 3], "endSpike": [2, 2]}
c = model.add_neuron_population("c", 2, "SpikeSourceArray", {}, spikes)
c.extra_global_params["spikeTimes"].set_init_values([1.0, 5.0, 8.0])
model.build()
model.load()
model.step_time()
model.flush()

# %% A misspelt population -> KeyError
model.neuron_populations["A"]
