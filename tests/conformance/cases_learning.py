"""Learning on the device: errors go back by events, and updates change the weights.

The code is that of ``tutorial_helpers.learning.models``, whose tests compare the two.
"""

from __future__ import annotations

from itertools import pairwise
from types import ModuleType
from typing import Any

import numpy as np

from tests.conformance.case_parts import injector, keep, pull, push
from tests.conformance.casebook import Arrays, case

SHOW = 7
SIZES = (6, 5, 4, 3)

SIM_CODE = """
    if (t < Show) V += Isyn;
    else if (Iback != 0.0) Error = Iback;
    """
FORWARD = "addToPost(g);"
NOW_LEARN = "t == When && (count > 0 || potential > 0.0)"
FIRST_NOW_LEARN = "t == When && count > 0"
LEARN = "dG = count * error; addToPre(g * error);"
FIRST_LEARN = "dG = count * error;"
RESET = "V = 0.0; SpikeCount = 0; Error = 0.0;"
LARGEST = "Largest = (SpikeCount + V / Vthr);"
SUM = "Sum = exp((SpikeCount + V / Vthr) - Largest);"
ERROR = "Error = (id == Label ? 1.0 : 0.0) - exp((SpikeCount + V / Vthr) - Largest) / Sum;"
GATHER = "Gradient = dG; dG = 0.0;"
ADAM = """
    m = 0.9 * m + 0.1 * Gradient;
    v = 0.999 * v + 0.001 * Gradient * Gradient;
    g += Rate * m / (sqrt(v) + 1e-8);
    """


def network(pygenn: ModuleType, model: Any, rng: np.random.Generator) -> tuple[Any, list[Any], Any]:
    """Add layers, the synapses between them and a source of currents."""
    read = pygenn.VarAccessMode.READ_ONLY
    neuron = keep(
        model,
        pygenn.create_neuron_model(
            "neuron",
            params=["Vthr", "Show"],
            vars=[("V", "scalar"), ("SpikeCount", "unsigned int"), ("Error", "scalar")],
            additional_input_vars=[("Iback", "scalar", 0.0)],
            sim_code=SIM_CODE,
            threshold_condition_code="V >= Vthr",
            reset_code="V = 0.0; SpikeCount++;",
        ),
    )
    variables = {
        "params": ["When"],
        "vars": [
            ("g", "scalar", pygenn.VarAccess.READ_ONLY),
            ("dG", "scalar", pygenn.VarAccess.READ_WRITE),
        ],
        "post_neuron_var_refs": [("error", "scalar", read)],
        "pre_spike_syn_code": FORWARD,
    }
    count, potential = ("count", "unsigned int", read), ("potential", "scalar", read)
    first = pygenn.create_weight_update_model(
        "first",
        **variables,
        pre_neuron_var_refs=[count],
        pre_event_threshold_condition_code=FIRST_NOW_LEARN,
        pre_event_syn_code=FIRST_LEARN,
    )
    later = pygenn.create_weight_update_model(
        "later",
        **variables,
        pre_neuron_var_refs=[count, potential],
        pre_event_threshold_condition_code=NOW_LEARN,
        pre_event_syn_code=LEARN,
    )
    keep(model, (first, later))
    start = {"V": 0.0, "SpikeCount": 0, "Error": 0.0}
    layers = [
        model.add_neuron_population(
            f"layer{k}", size, neuron, {"Vthr": 1.0, "Show": float(SHOW)}, start
        )
        for k, size in enumerate(SIZES)
    ]
    groups = []
    for k, (pre, post) in enumerate(pairwise(layers)):
        refs = {"count": pygenn.create_var_ref(pre, "SpikeCount")}
        if k:
            refs["potential"] = pygenn.create_var_ref(pre, "V")
        update = pygenn.init_weight_update(
            later if k else first,
            {"When": float(SHOW + len(SIZES) - 1 - k)},
            {"g": rng.normal(0.1, 0.7, pre.num_neurons * post.num_neurons), "dG": 0.0},
            {},
            {},
            refs,
            {"error": pygenn.create_var_ref(post, "Error")},
        )
        groups.append(
            model.add_synapse_population(
                f"synapses{k}", "DENSE", pre, post, update, pygenn.init_postsynaptic("DeltaCurr")
            )
        )
        if k:
            groups[-1].pre_target_var = "Iback"
    drive = model.add_current_source(
        "drive", keep(model, injector(pygenn)), layers[0], {}, {"magnitude": 0.0}
    )
    return layers, groups, drive


def add_reset(pygenn: ModuleType, model: Any, layers: list[Any]) -> None:
    reset = pygenn.create_custom_update_model(
        "reset",
        var_refs=[("V", "scalar"), ("SpikeCount", "unsigned int"), ("Error", "scalar")],
        update_code=RESET,
    )
    keep(model, reset)
    for layer in layers:
        refs = {v: pygenn.create_var_ref(layer, v) for v in ("V", "SpikeCount", "Error")}
        model.add_custom_update(f"reset_{layer.name}", "Reset", reset, {}, {}, refs)


def add_answer(pygenn: ModuleType, model: Any, output: Any) -> Any:
    """Add softmax of the scores, and what is missing to the label."""
    read, access = pygenn.VarAccessMode.READ_ONLY, pygenn.CustomUpdateVarAccess
    scores = [("SpikeCount", "unsigned int", read), ("V", "scalar", read)]
    top, total = ("Largest", "scalar", read), ("Sum", "scalar", read)
    largest = pygenn.create_custom_update_model(
        "largest",
        params=["Vthr"],
        vars=[("Largest", "scalar", access.REDUCE_NEURON_MAX)],
        var_refs=scores,
        update_code=LARGEST,
    )
    summed = pygenn.create_custom_update_model(
        "summed",
        params=["Vthr"],
        vars=[("Sum", "scalar", access.REDUCE_NEURON_SUM)],
        var_refs=[*scores, top],
        update_code=SUM,
    )
    error = pygenn.create_custom_update_model(
        "error",
        params=["Vthr"],
        vars=[("Label", "unsigned int", access.READ_ONLY_SHARED_NEURON)],
        var_refs=[*scores, top, total, ("Error", "scalar")],
        update_code=ERROR,
    )
    keep(model, (largest, summed, error))
    refs = {v: pygenn.create_var_ref(output, v) for v in ("SpikeCount", "V")}
    one = model.add_custom_update(
        "largest", "Largest", largest, {"Vthr": 1.0}, {"Largest": 0}, refs
    )
    refs["Largest"] = pygenn.create_var_ref(one, "Largest")
    two = model.add_custom_update("sum", "Sum", summed, {"Vthr": 1.0}, {"Sum": 0}, refs)
    refs |= {
        "Sum": pygenn.create_var_ref(two, "Sum"),
        "Error": pygenn.create_var_ref(output, "Error"),
    }
    return model.add_custom_update("error", "Error", error, {"Vthr": 1.0}, {"Label": 0}, refs)


def show(model: Any, drive: Any, currents: np.ndarray) -> None:
    push(drive, "magnitude", currents)
    model.custom_update("Reset")
    model.timestep = 0
    for _ in range(SHOW + 1):
        model.step_time()


@case("float", "double")
def errors_go_back(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Events in which counts meet errors, from the last layer of synapses to the first."""
    rng = np.random.default_rng(501)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    layers, groups, drive = network(pygenn, model, rng)
    add_reset(pygenn, model, layers)
    model.build()
    model.load()
    arrays: Arrays = {}
    for turn in range(3):
        show(model, drive, rng.uniform(-0.2, 0.9, SIZES[0]))
        push(layers[-1], "Error", rng.normal(0.0, 1.0, SIZES[-1]))
        for _ in layers:
            model.step_time()
        for layer in layers:
            for key in ("V", "SpikeCount", "Error"):
                arrays[f"{key}_{layer.name}_{turn}"] = pull(layer, key)
        arrays |= {f"dG_{group.name}_{turn}": pull(group, "dG") for group in groups}
    model.unload()
    return arrays


@case("float", "double")
def learning_rounds(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """A network learns from images and labels: softmax, errors, gradients, Adam."""
    rng = np.random.default_rng(502)
    read, access = pygenn.VarAccessMode.READ_ONLY, pygenn.CustomUpdateVarAccess
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    layers, groups, drive = network(pygenn, model, rng)
    add_reset(pygenn, model, layers)
    answer = add_answer(pygenn, model, layers[-1])
    gather = pygenn.create_custom_update_model(
        "gather",
        vars=[("Gradient", "scalar", access.REDUCE_BATCH_SUM)],
        var_refs=[("dG", "scalar")],
        update_code=GATHER,
    )
    adam = pygenn.create_custom_update_model(
        "adam",
        params=["Rate"],
        vars=[("m", "scalar"), ("v", "scalar")],
        var_refs=[("Gradient", "scalar", read), ("g", "scalar")],
        update_code=ADAM,
    )
    gradients, steps = [], []
    for group in groups:
        refs = {"dG": pygenn.create_wu_var_ref(group, "dG")}
        gradients.append(
            model.add_custom_update(
                f"gather_{group.name}", "Gather", gather, {}, {"Gradient": 0}, refs
            )
        )
        refs = {
            "Gradient": pygenn.create_wu_var_ref(gradients[-1], "Gradient"),
            "g": pygenn.create_wu_var_ref(group, "g"),
        }
        steps.append(
            model.add_custom_update(
                f"adam_{group.name}", "Step", adam, {"Rate": 0.0}, {"m": 0, "v": 0}, refs
            )
        )
        steps[-1].set_param_dynamic("Rate")
    model.build()
    model.load()
    arrays: Arrays = {}
    for turn in range(4):
        show(model, drive, rng.uniform(-0.2, 0.9, SIZES[0]))
        push(answer, "Label", rng.integers(0, SIZES[-1], 1))
        for update in ("Largest", "Sum", "Error"):
            model.custom_update(update)
        for _ in layers:
            model.step_time()
        model.custom_update("Gather")
        for step in steps:
            step.set_dynamic_param_value("Rate", 0.1 / (turn + 1.0))
        model.custom_update("Step")
        for layer in layers:
            arrays[f"SpikeCount_{layer.name}_{turn}"] = pull(layer, "SpikeCount")
            arrays[f"Error_{layer.name}_{turn}_libm_fed_back"] = pull(layer, "Error")
        for owners, keys in ((groups, ["g", "dG"]), (gradients, ["Gradient"]), (steps, ["m", "v"])):
            for owner in owners:
                for key in keys:
                    arrays[f"{key}_{owner.name}_{turn}_libm_fed_back"] = pull(owner, key)
    model.unload()
    return arrays


# Of chapter 8; a test compares them with its cells.
LOOK = "if (t < Show) V += Isyn;"
RACE = "if (t == 0.0) V = 0.0; V += Isyn;"
WON = "t == When && V / Theta >= Lead"
APPROACH = "dG = (count - g) / Wins;"
FIND_LEAD = "Lead = V / Theta;"
COUNT_WINS = "Wins = (V / Theta >= Lead) ? 1.0 : 0.0;"
BALANCE = "Theta *= 1.0 + Gain * (Wins - Fair);"
SUM_UP = "Sum = dG; dG = 0.0;"
STEP = "g += Rate * Sum;"
PIXELS, RIVALS = 12, 5


@case("float", "double")
def rivals_compete(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Neurons compete for images, and the winner's synapses learn, told by a postsynaptic event."""
    rng = np.random.default_rng(503)
    read, access = pygenn.VarAccessMode.READ_ONLY, pygenn.VarAccess
    model = pygenn.GeNNModel(precision, name)
    model.dt = 1.0
    looking = pygenn.create_neuron_model(
        "looking",
        params=["Vthr", "Show"],
        vars=[("V", "scalar"), ("SpikeCount", "unsigned int")],
        sim_code=LOOK,
        threshold_condition_code="V >= Vthr",
        reset_code="V = 0.0; SpikeCount++;",
    )
    rival = pygenn.create_neuron_model(
        "rival",
        vars=[
            ("V", "scalar"),
            ("Lead", "scalar", access.READ_ONLY_SHARED_NEURON),
            ("Wins", "scalar", access.READ_ONLY),
            ("Theta", "scalar", access.READ_ONLY),
        ],
        sim_code=RACE,
    )
    synapse = pygenn.create_weight_update_model(
        "synapse",
        params=["When"],
        vars=[("g", "scalar", access.READ_ONLY), ("dG", "scalar", access.READ_WRITE)],
        pre_neuron_var_refs=[("count", "unsigned int", read)],
        post_neuron_var_refs=[(key, "scalar", read) for key in ("V", "Theta", "Lead", "Wins")],
        pre_spike_syn_code=FORWARD,
        post_event_threshold_condition_code=WON,
        post_event_syn_code=APPROACH,
    )
    keep(model, (looking, rival, synapse))
    inputs = model.add_neuron_population(
        "inputs", PIXELS, looking, {"Vthr": 1.0, "Show": float(SHOW)}, {"V": 0.0, "SpikeCount": 0}
    )
    start = {"V": 0.0, "Lead": 0.0, "Wins": 0.0, "Theta": 1.0}
    rivals = model.add_neuron_population("rivals", RIVALS, rival, {}, start)
    drive = model.add_current_source(
        "drive", keep(model, injector(pygenn)), inputs, {}, {"magnitude": 0.0}
    )
    seen = {key: pygenn.create_var_ref(inputs, key) for key in ("V", "SpikeCount")}
    own = {key: pygenn.create_var_ref(rivals, key) for key in start}
    group = model.add_synapse_population(
        "synapses",
        "DENSE",
        inputs,
        rivals,
        pygenn.init_weight_update(
            synapse,
            {"When": float(SHOW + 1)},
            {"g": rng.uniform(0.0, 1.0, PIXELS * RIVALS), "dG": 0.0},
            {},
            {},
            {"count": seen["SpikeCount"]},
            own,
        ),
        pygenn.init_postsynaptic("DeltaCurr"),
    )

    def update(at: str, code: str, references: dict[str, Any], **description: Any) -> Any:
        numbers = description.pop("numbers", {})
        values = description.pop("values", {})
        made = keep(
            model,
            pygenn.create_custom_update_model(
                at, update_code=code, params=list(numbers), **description
            ),
        )
        return model.add_custom_update(at, at, made, numbers, values, references)

    def chosen(first: str, mode: Any, *others: str) -> dict[str, Any]:
        references = [(first, "scalar", mode), *((key, "scalar", read) for key in others)]
        return {"var_refs": references, "references": {key: own[key] for key in (first, *others)}}

    modes = pygenn.VarAccessMode
    update("Reset", "V = 0.0; SpikeCount = 0;", seen,
           var_refs=[("V", "scalar"), ("SpikeCount", "unsigned int")])  # fmt: skip
    update("Lead", FIND_LEAD, **chosen("Lead", modes.REDUCE_MAX, "V", "Theta"))
    update("Wins", COUNT_WINS, **chosen("Wins", modes.REDUCE_SUM, "V", "Theta", "Lead"))
    balance = update("Balance", BALANCE, numbers={"Gain": 0.0, "Fair": 1 / RIVALS},
                     **chosen("Theta", modes.READ_WRITE, "Wins"))  # fmt: skip
    total = update(
        "Gather",
        SUM_UP,
        {"dG": pygenn.create_wu_var_ref(group, "dG")},
        vars=[("Sum", "scalar", pygenn.CustomUpdateVarAccess.REDUCE_BATCH_SUM)],
        var_refs=[("dG", "scalar")],
        values={"Sum": 0.0},
    )
    step = update(
        "Step",
        STEP,
        {
            "Sum": pygenn.create_wu_var_ref(total, "Sum"),
            "g": pygenn.create_wu_var_ref(group, "g"),
        },
        var_refs=[("Sum", "scalar", read), ("g", "scalar")],
        numbers={"Rate": 0.0},
    )
    balance.set_param_dynamic("Gain")
    step.set_param_dynamic("Rate")
    model.build()
    model.load()
    arrays: Arrays = {}
    for turn in range(6):
        show(model, drive, rng.uniform(-0.2, 1.2, PIXELS))
        model.custom_update("Lead")
        model.custom_update("Wins")
        for _ in range(2):
            model.step_time()
        step.set_dynamic_param_value("Rate", 0.3 / (turn + 1.0))
        balance.set_dynamic_param_value("Gain", 0.6 / (turn + 1.0))
        for at in ("Gather", "Step", "Balance"):
            model.custom_update(at)
        arrays |= {f"{key}_{turn}": pull(rivals, key) for key in start}
        arrays[f"SpikeCount_{turn}"] = pull(inputs, "SpikeCount")
        arrays |= {f"{key}_{turn}": pull(group, key) for key in ("g", "dG")}
        arrays[f"Sum_{turn}"] = pull(total, "Sum")
    model.unload()
    return arrays
