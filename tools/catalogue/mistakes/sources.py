"""Current sources."""

# %% A misspelt model -> AttributeError
model.add_current_source("noise", "GausianNoise", a, {"mean": 0.0, "sd": 1.0})

# %% A population by its name -> TypeError
model.add_current_source("dc", "DC", "a", {"amp": 1.0})

# %% The same name twice -> RuntimeError
model.add_current_source("source", "DC", a, {"amp": 1.0})

# %% A misspelt parameter -> RuntimeError
model.add_current_source("dc", "DC", a, {"amplitude": 1.0})

# %% A variable for another number of neurons -> ValueError
model.add_current_source("input", pixel, a, {}, {"magnitude": np.ones(3)})

# %% A reference to a variable that the population lacks -> RuntimeError
clamp = create_current_source_model(
    "clamp", neuron_var_refs=[("U", "scalar")], injection_code="injectCurrent(-U);"
)
model.add_current_source("clamp", clamp, a, {}, {}, {"U": "U"})

# %% A reference to something that is not a variable -> RuntimeError
clamp = create_current_source_model(
    "clamp", neuron_var_refs=[("st", "timepoint")], injection_code="injectCurrent(t - st);"
)
model.add_current_source("clamp", clamp, a, {}, {}, {"st": create_spike_time_var_ref(a)})

# %% An input that the neurons lack -> RuntimeError
source.target_var = "Isym"

# %% A misspelt current source -> KeyError
model.current_sources["src"]
