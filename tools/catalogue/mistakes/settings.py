"""Models and their settings."""

# %% A precision that is not floating point -> RuntimeError
GeNNModel("int")

# %% A NumPy type as precision -> TypeError
GeNNModel(np.dtype("float64"))

# %% An unknown precision of time -> RuntimeError
GeNNModel("float", time_precision="single")

# %% One of real PyGeNN's backends -> KeyError
GeNNModel("float", "network", backend="cuda")

# %% A misspelt preference -> ValueError
GeNNModel("float", "network", optimize_cod=True)

# %% A model name that is not a string -> TypeError
GeNNModel("float", 5)

# %% A negative step -> ValueError
model.dt = -1.0

# %% A step that is not a number -> TypeError
model.dt = "1 ms"

# %% A batch size of zero -> ValueError
model.batch_size = 0

# %% A batch size of more than 31 bits -> ValueError
model.batch_size = 2**63

# %% A batch size that is not an integer -> TypeError
model.batch_size = 1.5

# %% A negative seed -> TypeError
model.seed = -3

# %% A seed of more than 32 bits -> TypeError
model.seed = 2**32

# %% The time, which follows from the steps -> AttributeError
model.t = 0.0

# %% The populations, which are added one by one -> AttributeError
model.neuron_populations = {}

# %% A misspelt setting -> UserWarning
model.batchsize = 32

# %% No threads -> ValueError
set_num_threads(0)

# %% More threads than any machine has -> ValueError
set_num_threads(99_999)
