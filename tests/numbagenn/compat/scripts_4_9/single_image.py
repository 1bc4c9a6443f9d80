"""One image through the classifier, written for PyGeNN 4.9: spikes are recorded and counted."""

import sys
from pathlib import Path

import numpy as np
from pygenn import genn_wrapper
from pygenn.genn_model import (
    GeNNModel,
    create_custom_current_source_class,
    create_custom_neuron_class,
)

folder = Path(sys.argv[1])
image = np.load(folder / "images.npy")[0]
weights = [np.load(folder / "weights_0_1.npy"), np.load(folder / "weights_1_2.npy")]
STEPS = 100

# Spikes when the sum of its input reaches the threshold.
summing = create_custom_neuron_class(
    "summing",
    param_names=["Vthr"],
    var_name_types=[("V", "scalar")],
    sim_code="$(V) += $(Isyn) * DT;",
    threshold_condition_code="$(V) >= $(Vthr)",
    reset_code="$(V) = 0.0;",
)

# A constant current for each pixel; it cannot change while the model runs.
pixel = create_custom_current_source_class(
    "pixel",
    param_names=["levels"],
    var_name_types=[("grey", "scalar", genn_wrapper.Models.VarAccess_READ_ONLY)],
    injection_code="$(injectCurrent, $(grey) / $(levels));",
)

model = GeNNModel("float", "single_image", backend="SingleThreadedCPU")
model.dT = 1.0
layers = []
for number, size in enumerate([784, 128, 10]):
    layer = model.add_neuron_population(f"layer{number}", size, summing, {"Vthr": 5.0}, {"V": 0.0})
    layer.spike_recording_enabled = True
    layers.append(layer)
for number, matrix in enumerate(weights):
    model.add_synapse_population(
        f"synapses{number}",
        "DENSE_INDIVIDUALG",
        genn_wrapper.NO_DELAY,
        layers[number],
        layers[number + 1],
        "StaticPulse",
        {},
        {"g": matrix.flatten()},
        {},
        {},
        "DeltaCurr",
        {},
        {},
    )
model.add_current_source("pixels", pixel, "layer0", {"levels": 100.0}, {"grey": image})

model.build()
model.load(num_recording_timesteps=STEPS)
while model.timestep < STEPS:
    model.step_time()
model.pull_recording_buffers_from_device()
for layer in layers:
    times, ids = layer.spike_recording_data
    print(layer.name, *np.bincount(ids, minlength=layer.size))
model.end()
