"""Images through the classifier one by one, written for PyGeNN 4.9: the host resets the model."""

import sys
from pathlib import Path

import numpy as np
from pygenn.genn_model import (
    GeNNModel,
    create_custom_current_source_class,
    create_custom_neuron_class,
    init_var,
)

STEPS = 100


def build(weights):
    neuron = create_custom_neuron_class(
        "counting",
        param_names=["Vthr"],
        var_name_types=[("V", "scalar"), ("SpikeCount", "unsigned int")],
        sim_code="""
        const scalar V = $(V) + $(Isyn) * DT;  /* a local variable of the same name */
        $(V) = V;
        """,
        threshold_condition_code="$(V) >= $(Vthr)",
        reset_code="""
        $(V) = 0.0;
        $(SpikeCount)++;
        """,
    )
    source = create_custom_current_source_class(
        "source",
        var_name_types=[("magnitude", "scalar")],
        injection_code="$(injectCurrent, $(magnitude));",
    )
    model = GeNNModel("float")
    model.model_name = "one_at_a_time"
    model.dT = 1.0
    start = {"V": init_var("Constant", {"constant": 0.0}), "SpikeCount": 0}
    sizes = [weights[0].shape[0], *(matrix.shape[1] for matrix in weights)]
    pops = [
        model.add_neuron_population(f"pop{i}", size, neuron, {"Vthr": 5.0}, start)
        for i, size in enumerate(sizes)
    ]
    for i, matrix in enumerate(weights):
        model.add_synapse_population(
            f"syn{i}",
            "DENSE_INDIVIDUALG",
            0,
            f"pop{i}",
            f"pop{i + 1}",
            "StaticPulse",
            {},
            {"g": matrix.flatten()},
            {},
            {},
            "DeltaCurr",
            {},
            {},
        )
    model.add_current_source("input", source, "pop0", {}, {"magnitude": 0.0})
    return model, pops


def main():
    folder = Path(sys.argv[1])
    images = np.load(folder / "images.npy")
    model, pops = build([np.load(folder / f"weights_{i}_{i + 1}.npy") for i in range(2)])
    model.build()
    model.load()
    current_input = model.current_sources["input"]
    magnitude = current_input.vars["magnitude"].view
    count = pops[-1].vars["SpikeCount"].view
    predictions = []
    for image in images:
        model.reinitialise()
        magnitude[:] = image / 100.0
        current_input.push_var_to_device("magnitude")
        for _ in range(STEPS):
            model.step_time()
        pops[-1].pull_var_from_device("SpikeCount")
        predictions.append(np.argmax(count))
    print(*predictions)


if __name__ == "__main__":
    main()
