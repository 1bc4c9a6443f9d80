"""The API of PyGeNN 4.9.

These messages appear in scripts for PyGeNN 4.9 that `python -m numbagenn run` runs.
"""

from numbagenn.compat import v4_9 as legacy

old = legacy.GeNNModel("float", "old")
cells = legacy.create_custom_neuron_class(
    "cells",
    param_names=["Vthr"],
    var_name_types=[("V", "scalar")],
    sim_code="$(V) += $(Isyn) * DT;",
    threshold_condition_code="$(V) >= $(Vthr)",
    reset_code="$(V) = 0.0;",
)
layer = old.add_neuron_population("layer", 4, cells, {"Vthr": 1.0}, {"V": 0.0})

# %% A misspelt population -> ValueError
old.add_current_source("dc", "DC", "layers", {"amp": 1.0}, {})

# %% A matrix type of 5.x -> ValueError
old.add_synapse_population(
    "s", "DENSE", 0, layer, layer, "StaticPulse", {}, {"g": 0.5}, {}, {}, "DeltaCurr", {}, {}
)

# %% A negative delay -> TypeError
old.add_synapse_population(
    "s", "DENSE_INDIVIDUALG", -1, layer, layer,
    "StaticPulse", {}, {"g": 0.5}, {}, {}, "DeltaCurr", {}, {},
)  # fmt: skip

# %% A weight for each synapse in a matrix type with one weight for all -> TypeError
old.add_synapse_population(
    "s", "DENSE_GLOBALG", 0, layer, layer,
    "StaticPulse", {}, {"g": np.ones(16)}, {}, {}, "DeltaCurr", {}, {},
)  # fmt: skip

# %% $(…) that is never closed -> RuntimeError
legacy.create_custom_neuron_class("cells", var_name_types=[("V", "scalar")], sim_code="$(V = 0.0;")

# %% A misspelt name in $(…) -> RuntimeError
legacy.create_custom_neuron_class(
    "cells", var_name_types=[("V", "scalar")], sim_code="$(V) += $(Isny);"
)

# %% A misspelt function in $(…) -> RuntimeError
legacy.create_custom_current_source_class("dc", injection_code="$(injectCurent, 1.0);")

# %% A misspelt parameter of the neurons in code of synapses -> ValueError
rule = legacy.create_custom_weight_update_class("rule", sim_code="$(addToInSyn, $(vthr_post));")
old.add_synapse_population(
    "s", "DENSE_GLOBALG", 0, layer, layer, rule, {}, {}, {}, {}, "DeltaCurr", {}, {}
)

# %% A derived parameter that is a plain function -> TypeError
legacy.create_custom_neuron_class("cells", derived_params=[("decay", lambda pars, dt: dt)])

# %% C++ in support code -> NotImplementedError
legacy.create_custom_neuron_class("cells", support_code="void f(scalar& x) { x = 1.0; }")

# %% A function of support code with a wrong number of arguments -> RuntimeError
legacy.create_custom_neuron_class(
    "cells",
    var_name_types=[("V", "scalar")],
    support_code="scalar half(scalar x) { return 0.5 * x; }",
    sim_code="$(V) = half();",
)

# %% A function of support code that returns nothing -> RuntimeError
legacy.create_custom_neuron_class(
    "cells",
    var_name_types=[("V", "scalar")],
    support_code="""
    scalar half(scalar x) {
        x = 0.5 * x;
        return;
    }
    """,
    sim_code="$(V) = half($(V));",
)

# %% Sharing weights that the code of synapses changes -> ValueError
growing = legacy.create_custom_weight_update_class(
    "growing", var_name_types=[("g", "scalar")], sim_code="$(addToInSyn, $(g)); $(g) += 0.1;"
)
old.add_synapse_population(
    "master", "DENSE_INDIVIDUALG", 0, layer, layer,
    growing, {}, {"g": 0.5}, {}, {}, "DeltaCurr", {}, {},
)  # fmt: skip
old.add_slave_synapse_population("slave", "master", 0, layer, layer, "DeltaCurr", {}, {})

# %% Connections of a population that shares those of another -> RuntimeError
old.add_synapse_population(
    "master", "SPARSE_INDIVIDUALG", 0, layer, layer,
    "StaticPulse", {}, {"g": 0.5}, {}, {}, "DeltaCurr", {}, {},
)  # fmt: skip
slave = old.add_slave_synapse_population("slave", "master", 0, layer, layer, "DeltaCurr", {}, {})
slave.set_sparse_connections([0], [1])

# %% A spike of a neuron that does not exist -> ValueError
old.build()
old.load()
layer.spikes[0, 0, 0], layer.spike_count[0, 0] = 7, 1
old.push_spikes_to_device("layer")

# %% A condition of events that names no local of the neurons -> ValueError
rule = legacy.create_custom_weight_update_class(
    "rule", event_threshold_condition_code="above", event_code="$(addToInSyn, 1.0);"
)
old.add_synapse_population(
    "s", "DENSE_GLOBALG", 0, layer, layer, rule, {}, {}, {}, {}, "DeltaCurr", {}, {}
)

# %% A misspelt setting of what is wrapped -> AttributeError
layer.pop.set_var_locations("V", 3)

# %% Pushing a number that all neurons share -> RuntimeError
gained = legacy.create_custom_neuron_class("gained", extra_global_params=[("gain", "scalar")])
old.add_neuron_population("gained", 4, gained, {}, {}).push_extra_global_param_to_device("gain")

# %% The recording length in place of the path -> TypeError
old.build()
old.load(100)

# %% A time between two steps -> ValueError
old.build()
old.load()
old.t = 0.15

# %% A population that does not exist -> ValueError
old.build()
old.load()
old.pull_state_from_device("layr")

# %% An unknown backend -> ValueError
old.use_backend = "Cuda"
