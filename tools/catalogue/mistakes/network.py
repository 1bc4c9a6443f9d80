import numpy as np

from numbagenn import *  # the names of pygenn

integrate_and_fire = create_neuron_model(
    "integrate_and_fire",
    params=["Vthr"],
    vars=[("V", "scalar"), ("count", "unsigned int")],
    sim_code="V += Isyn * dt;",
    threshold_condition_code="V >= Vthr",
    reset_code="V = 0.0; count++;",
)
pixel = create_current_source_model(
    "pixel", vars=[("magnitude", "scalar")], injection_code="injectCurrent(magnitude);"
)
reset = create_custom_update_model(
    "reset",
    var_refs=[("V", "scalar"), ("count", "unsigned int")],
    update_code="V = 0.0; count = 0;",
)
start = {"V": 0.0, "count": 0}

model = GeNNModel("float", "network")
model.dt = 1.0
a = model.add_neuron_population("a", 4, integrate_and_fire, {"Vthr": 1.0}, start)
b = model.add_neuron_population("b", 3, integrate_and_fire, {"Vthr": 1.0}, start)
pulse = init_weight_update("StaticPulse", {}, {"g": 0.5})
delta = init_postsynaptic("DeltaCurr")
ab = model.add_synapse_population("ab", "DENSE", a, b, pulse, delta)
source = model.add_current_source("source", pixel, a, {}, {"magnitude": 0.5})
refs = {"V": create_var_ref(a, "V"), "count": create_var_ref(a, "count")}
update = model.add_custom_update("update", "Reset", reset, {}, {}, refs)
