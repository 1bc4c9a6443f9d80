"""The life of a model: build, load, step.

Most of these calls come too early or too late.

## Two loaded models of one name, on real PyGeNN

This mistake raises nothing. PyGeNN builds a model in the folder `NAME_CODE`, and loads the library
from there. Two models of one name share both, so one of them runs with the code of the other, and
its numbers are wrong. Here the second model should count ten times as fast as the first:

```python
def counter(name, step):
    count = create_neuron_model("count", vars=[("n", "scalar")], sim_code=f"n += {step};")
    model = GeNNModel("float", name)
    neurons = model.add_neuron_population("neurons", 1, count, {}, {"n": 0.0})
    model.build()
    model.load()
    return model, neurons.vars["n"]


counters = [counter("counter", step) for step in ("1.0", "10.0")]
for model, n in counters:
    for _ in range(3):
        model.step_time()
for model, n in counters:
    n.pull_from_device()
    print(n.view[0])
```

PyGeNN 5.4.0 prints wrong numbers, without a message:

```text
0.0
6.0
```

Give each model a name of its own, and it prints 3 and 30. In numbagenn models of one name are
independent, so it prints 3 and 30 in both cases.
"""

# %% Loading before building -> RuntimeError
model.load()

# %% Stepping before loading -> RuntimeError
model.build()
model.step_time()

# %% A custom update before loading -> RuntimeError
model.build()
model.custom_update("Reset")

# %% The time before loading -> RuntimeError
model.build()
model.t

# %% A timer before loading -> RuntimeError
model.neuron_update_time

# %% Unloading before loading -> RuntimeError
model.build()
model.unload()

# %% Building twice -> RuntimeError
model.build()
model.build()

# %% Loading twice -> RuntimeError
model.build()
model.load()
model.load()

# %% Neurons after build -> RuntimeError
model.build()
model.add_neuron_population("c", 2, integrate_and_fire, {"Vthr": 1.0}, start)

# %% Synapses after build -> RuntimeError
model.build()
model.add_synapse_population("ba", "DENSE", b, a, pulse, delta)

# %% A current source after build -> RuntimeError
model.build()
model.add_current_source("dc", "DC", a, {"amp": 1.0})

# %% A custom update after build -> RuntimeError
model.build()
model.add_custom_update("again", "Reset", reset, {}, {}, refs)

# %% The time step after build -> RuntimeError
model.build()
model.dt = 0.1

# %% The batch size after build -> RuntimeError
model.build()
model.batch_size = 128

# %% Recording after build -> RuntimeError
model.build()
a.spike_recording_enabled = True

# %% Recording of events after build -> RuntimeError
model.build()
a.spike_event_recording_enabled = True

# %% A delay after build -> RuntimeError
model.build()
ab.axonal_delay_steps = 2

# %% Another input variable after build -> RuntimeError
model.build()
ab.post_target_var = "Isyn"

# %% A dynamic parameter after build -> RuntimeError
model.build()
a.set_param_dynamic("Vthr")

# %% Timing after build -> RuntimeError
model.build()
model.timing_enabled = True

# %% An unknown update group -> IndexError
model.build()
model.load()
model.custom_update("reset")

# %% The timer of an unknown update group -> RuntimeError
model.build()
model.load()
model.get_custom_update_time("reset")

# %% A negative time step -> TypeError
model.build()
model.load()
model.timestep = -1

# %% A time step of more than 62 bits -> TypeError
model.build()
model.load()
model.timestep = 2**63

# %% Synapses that do not fit into 16 GB of memory -> MemoryError
large = model.add_neuron_population("large", 100_000, integrate_and_fire, {"Vthr": 1.0}, start)
model.add_synapse_population("all_to_all", "DENSE", large, large, pulse, delta)
model.build()
model.load()

# %% Generated code before building -> RuntimeError
model.generated_code
