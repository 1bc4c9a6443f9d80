"""Descriptions of models.

These are names and types given to `create_neuron_model` and its relatives.
"""

# %% A name of PyGeNN 4.9 -> AttributeError
import numbagenn

numbagenn.create_custom_neuron_class("lif", var_name_types=[("V", "scalar")])

# %% A string where a list of parameters belongs -> TypeError
create_neuron_model("lif", params="tau")

# %% A variable without a type -> TypeError
create_neuron_model("lif", vars=["V"])

# %% A parameter with a value -> TypeError
create_neuron_model("lif", params=[("tau", "scalar", 20.0)])

# %% A name that starts with a digit -> RuntimeError
create_neuron_model("lif", vars=[("2nd", "scalar")])

# %% A name with a hyphen -> RuntimeError
create_neuron_model("lif", params=["V-thr"])

# %% A misspelt type -> RuntimeError
create_neuron_model("lif", vars=[("V", "scaler")])

# %% A NumPy type -> TypeError
create_neuron_model("lif", vars=[("V", np.float32)])

# %% The same name twice -> RuntimeError
create_neuron_model("lif", params=["tau"], vars=[("tau", "scalar")])

# %% A variable named like the input -> RuntimeError
create_neuron_model("lif", vars=[("Isyn", "scalar")])

# %% The access mode as a string -> TypeError
create_neuron_model("lif", vars=[("V", "scalar", "READ_ONLY")])

# %% The access mode of another kind of model -> TypeError
create_custom_update_model("mean", vars=[("sum", "scalar", VarAccess.READ_ONLY)])

# %% The access mode of a variable for a reference -> TypeError
create_custom_update_model("mean", var_refs=[("V", "scalar", VarAccess.READ_ONLY)])

# %% A derived parameter that is not a function -> TypeError
create_neuron_model("lif", derived_params=[("decay", 0.95)])

# %% An additional input that does not start from a number -> TypeError
create_neuron_model("lif", additional_input_vars=[("Iinh", "scalar", "0")])

# %% Code that is not a string -> TypeError
create_neuron_model("lif", vars=[("V", "scalar")], sim_code=["V += Isyn;"])

# %% An extra global parameter that is not an array -> RuntimeError
create_neuron_model("lif", extra_global_params=[("gain", "scalar")])

# %% An event without its condition -> RuntimeError
create_weight_update_model("graded", pre_event_syn_code="addToPost(1.0);")

# %% A condition without code for the event -> RuntimeError
create_weight_update_model(
    "graded",
    post_neuron_var_refs=[("V", "scalar")],
    post_event_threshold_condition_code="V > 0.5",
)

# %% The old and the new keyword together -> TypeError
import warnings

warnings.simplefilter("ignore", FutureWarning)
create_neuron_model("lif", params=["tau"], param_names=["tau"])

# %% A keyword of an older version -> FutureWarning
create_neuron_model("lif", param_names=["tau"])
