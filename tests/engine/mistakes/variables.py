"""Variables of a loaded model."""

model.build()
model.load()

# %% A misspelt variable -> KeyError
a.vars["v"]

# %% Pulling what is not in memory -> RuntimeError
model.unload()
a.vars["V"].pull_from_device()

# %% Pushing what is not in memory -> RuntimeError
model.unload()
a.vars["V"].push_to_device()

# %% Reading what is not in memory -> RuntimeError
model.unload()
a.vars["V"].values

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

# %% The view, to be replaced -> AttributeError
a.vars["V"].view = np.zeros(4)

# %% A misspelt attribute -> AttributeError
a.vars["V"].value = 0.0

# %% Values instead of a variable -> TypeError
a.vars["V"] = np.zeros(4)

# %% Spike times that nothing keeps -> RuntimeError
a.spike_times
