"""Initial values and weights."""

# %% Too many values -> ValueError
v = {"V": np.zeros(3), "count": 0}
model.add_neuron_population("c", 2, integrate_and_fire, {"Vthr": 1.0}, v)

# %% An array of one value -> ValueError
model.add_neuron_population("c", 2, integrate_and_fire, {"Vthr": 1.0}, {"V": [0.0], "count": 0})

# %% A column -> ValueError
v = {"V": np.zeros((2, 1)), "count": 0}
model.add_neuron_population("c", 2, integrate_and_fire, {"Vthr": 1.0}, v)

# %% Text -> TypeError
model.add_neuron_population("c", 2, integrate_and_fire, {"Vthr": 1.0}, {"V": "0", "count": 0})

# %% A list of text -> TypeError
a.vars["V"].set_init_values(["0.1", "0.2", "0.3", "0.4"])

# %% Complex numbers -> TypeError
a.vars["V"].set_init_values([1j, 0.0, 0.0, 0.0])

# %% Lists of different lengths -> TypeError
a.vars["V"].set_init_values([[0.0], [0.0, 1.0]])

# %% A generator -> TypeError
a.vars["V"].set_init_values(i / 4 for i in range(4))

# %% A set -> TypeError
a.vars["V"].set_init_values({0.1, 0.2, 0.3, 0.4})

# %% A number that is too large -> RuntimeError
a.vars["V"].set_init_values(1e39)
model.build()
model.load()

# %% A table without values -> RuntimeError
gain = create_neuron_model(
    "gain", vars=[("V", "scalar")], extra_global_params=[("x", "scalar*")], sim_code="V = x[id];"
)
model.add_neuron_population("c", 2, gain, {}, {"V": 0.0})
model.build()
model.load()

# %% A table that is a single number -> ValueError
table = [("x", "scalar*")]
gain = create_neuron_model("gain", extra_global_params=table, sim_code="scalar y = x[id];")
c = model.add_neuron_population("c", 2, gain)
c.extra_global_params["x"].set_init_values(0.5)

# %% A table that is too short -> RuntimeError
table = [("x", "scalar*")]
gain = create_neuron_model("gain", extra_global_params=table, sim_code="scalar y = x[id];")
c = model.add_neuron_population("c", 2, gain)
c.extra_global_params["x"].set_init_values([0.5])
model.build()
model.load()
model.step_time()
a.vars["V"].pull_from_device()

# %% Weights that are not numbers -> UserWarning
ab.vars["g"].set_init_values([0.5, np.nan, 0.5, np.nan] * 3)
model.build()
model.load()

# %% Weights that are infinite -> UserWarning
ab.vars["g"].set_init_values([0.5, np.inf, 0.5, 0.5] * 3)
model.build()
model.load()

# %% A voltage that is not a number -> UserWarning
a.vars["V"].set_init_values(np.nan)
model.build()
model.load()

# %% Values for another batch size -> ValueError
a.vars["V"].set_init_values(np.zeros((3, 4)))
model.batch_size = 2
model.build()
model.load()

# %% A misspelt snippet -> AttributeError
init_var("Unifrom", {"min": 0.0, "max": 1.0})

# %% A missing parameter -> RuntimeError
init_var("Normal", {"mean": 0.0})

# %% A probability in percent -> ValueError
init_var("Binomial", {"n": 10, "p": 50})

# %% An interval with its ends swapped -> ValueError
init_var("NormalClipped", {"mean": 0.0, "sd": 1.0, "min": 1.0, "max": 0.0})

# %% A neuron snippet for synapses -> RuntimeError
ramp = create_var_init_snippet("ramp", var_init_code="value = 0.1 * id;")
init = init_weight_update("StaticPulse", {}, {"g": init_var(ramp)})
model.add_synapse_population("ba", "DENSE", b, a, init, delta)

# %% A snippet that assigns a parameter -> RuntimeError
create_var_init_snippet("ramp", params=["slope"], var_init_code="slope = 1.0; value = slope;")

# %% A number outside the range of the variable's type -> UserWarning
a.vars["count"].set_init_values([0, 0, -1, 0])
model.build()
model.load()
