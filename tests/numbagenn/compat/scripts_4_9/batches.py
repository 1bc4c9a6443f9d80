"""Batches of images through the classifier, written for PyGeNN 4.9: a custom update resets it."""

import sys
from pathlib import Path

import numpy as np
import pygenn.genn_model as genn
from pygenn.genn_wrapper.Models import VarAccessMode_READ_WRITE

STEPS = 100
BATCH_SIZE = 4

neuron = genn.create_custom_neuron_class(
    "neuron",
    param_names=["Vthr"],
    var_name_types=[("V", "scalar"), ("SpikeCount", "unsigned int")],
    sim_code="$(V) += $(Isyn) * DT;",
    threshold_condition_code="$(V) >= $(Vthr)",
    reset_code="$(V) = 0.0; $(SpikeCount)++;",
)
source = genn.create_custom_current_source_class(
    "source",
    var_name_types=[("magnitude", "scalar")],
    injection_code="$(injectCurrent, $(magnitude));",
)
reset = genn.create_custom_custom_update_class(
    "reset",
    param_names=["start"],
    var_refs=[
        ("V", "scalar", VarAccessMode_READ_WRITE),
        ("SpikeCount", "unsigned int", VarAccessMode_READ_WRITE),
    ],
    update_code="$(V) = $(start); $(SpikeCount) = 0;",
)

folder = Path(sys.argv[1])
images = np.load(folder / "images.npy").reshape(-1, BATCH_SIZE, 784)
model = genn.GeNNModel("float", "batches", selected_gpu=0, optimizeCode=True)
model.dT = 1.0
model.batch_size = BATCH_SIZE
previous = None
for size in (784, 128, 10):
    name = f"neurons_{size}"
    pop = model.add_neuron_population(name, size, neuron, {"Vthr": 5.0}, {"V": 0, "SpikeCount": 0})
    references = {name: genn.create_var_ref(pop, name) for name in ("V", "SpikeCount")}
    model.add_custom_update(f"reset_{size}", "Reset", reset, {"start": 0.0}, {}, references)
    if previous is not None:
        number = 0 if size == 128 else 1
        weights = np.load(folder / f"weights_{number}_{number + 1}.npy")
        model.add_synapse_population(
            f"synapses_{size}",
            "DENSE_INDIVIDUALG",
            0,
            previous,
            pop,
            "StaticPulse",
            {},
            {"g": weights.flatten()},
            {},
            {},
            "DeltaCurr",
            {},
            {},
        )
    previous = pop
output = previous
current_input = model.add_current_source("input", source, "neurons_784", {}, {"magnitude": 0.0})
model.build()
model.load()

magnitude = current_input.vars["magnitude"].view
assert magnitude.shape == (BATCH_SIZE, 784)
for batch in images:
    # Without input, until no spike is in flight any more.
    magnitude[:] = 0.0
    current_input.push_var_to_device("magnitude")
    model.custom_update("Reset")
    model.step_time()
    model.step_time()
    magnitude[:] = batch / 100.0
    current_input.push_var_to_device("magnitude")
    model.custom_update("Reset")
    for _ in range(STEPS):
        model.step_time()
    output.pull_state_from_device()
    print(*np.argmax(output.vars["SpikeCount"].view, axis=1))
