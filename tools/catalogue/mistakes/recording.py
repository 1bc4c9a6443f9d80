"""Recording."""

# %% Recording without a buffer -> RuntimeError
a.spike_recording_enabled = True
model.build()
model.load()

# %% A buffer for no steps -> ValueError
a.spike_recording_enabled = True
model.build()
model.load(num_recording_timesteps=0)

# %% A recording that does not fit into 16 GB of memory -> MemoryError
a.spike_recording_enabled = True
model.build()
model.load(num_recording_timesteps=10**12)

# %% A buffer in milliseconds -> TypeError
model.build()
model.load(num_recording_timesteps=100.0)

# %% Pulling when nothing is recorded -> RuntimeError
model.build()
model.load()
model.pull_recording_buffers_from_device()

# %% Pulling before loading -> RuntimeError
a.spike_recording_enabled = True
model.build()
model.pull_recording_buffers_from_device()

# %% Spikes of a population that does not record -> RuntimeError
a.spike_recording_enabled = True
model.build()
model.load(num_recording_timesteps=2)
b.spike_recording_data

# %% Spikes before loading -> RuntimeError
a.spike_recording_enabled = True
model.build()
a.spike_recording_data

# %% Spikes that have not been pulled -> RuntimeError
a.spike_recording_enabled = True
model.build()
model.load(num_recording_timesteps=2)
a.spike_recording_data

# %% Reading spikes before the buffer is full -> RuntimeError
a.spike_recording_enabled = True
model.build()
model.load(num_recording_timesteps=2)
model.step_time()
model.pull_recording_buffers_from_device()
a.spike_recording_data
