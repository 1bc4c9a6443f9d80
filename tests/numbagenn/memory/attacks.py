"""Attacks on the memory of loaded models, to be run in a process of their own.

``python -m tests.numbagenn.memory.attacks memory '{…}'`` writes numbers that no kernel would have
written into one piece of memory of a network after another, runs it, and prints what came of each
attack as JSON; the options are the arguments of `network`. With ``counts '{…}'`` a custom update
sets the number of spikes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

import numbagenn as engine
from numbagenn.memory.buffers import Buffer
from numbagenn.memory.faults import Faults

NUM_PRE, NUM_POST = 40, 33

# How many are simulated before an attack.
STEPS = 8

CELLS = engine.create_neuron_model(
    "cells",
    vars=[("V", "scalar"), ("I", "scalar"), ("drive", "scalar"), ("at", "int")],
    sim_code="I = Isyn; V += I + drive + table[at];",
    threshold_condition_code="V >= 1.0",
    reset_code="V -= 1.0;",
    extra_global_params=[("table", "scalar*")],
)
STATIC = engine.create_weight_update_model(
    "static", vars=[("g", "scalar")], pre_spike_syn_code="addToPost(g);"
)
BUSY = engine.create_weight_update_model(
    "busy",
    vars=[("g", "scalar"), ("d", "int"), ("last", "timepoint")],
    pre_neuron_var_refs=[("V_pre", "scalar")],
    post_neuron_var_refs=[("V_post", "scalar")],
    pre_spike_syn_code="addToPost(g); addToPostDelay(g, d); addToPre(0.1 * g);",
    pre_event_threshold_condition_code="V_pre > 0.5",
    pre_event_syn_code="addToPost(0.1 * g); addToPostDelay(g, 1);",
    post_event_threshold_condition_code="V_post > 0.5",
    post_event_syn_code="addToPre(0.1 * g);",
    synapse_dynamics_code="addToPost(0.001 * g); last = fmax(prev_st_pre, prev_set_post);",
)
SET_COUNT = engine.create_custom_update_model(
    "set_count",
    vars=[("wanted", "uint32_t")],
    var_refs=[("count", "uint32_t", engine.VarAccessMode.BROADCAST)],
    update_code="count = wanted;",
)
DECAY = engine.create_custom_update_model(
    "decay", var_refs=[("g", "scalar")], update_code="g = 0.9 * g + 0.001 * (id_pre + id_post);"
)


def network(
    *,
    in_blocks: bool,
    sparse: bool,
    batch_size: int = 1,
    delay: int = 0,
    optimize_code: bool = False,
) -> Any:
    """Return a network of two populations that spike, record and are connected, not yet built."""
    model = engine.GeNNModel("float", "attacked", optimize_code=optimize_code)
    model.dt, model.batch_size = 1.0, batch_size
    # Each second neuron of the first population spikes in every step, the others only at first: of
    # these the lists of spikes hold some that are none of theirs.
    often = (np.arange(NUM_PRE) + 1) % 2.0
    for name, size, voltage, drive in (
        ("pre", NUM_PRE, 3.0 * (1.0 - often), often),
        ("post", NUM_POST, 0.0, 0.25),
    ):
        start = {"V": voltage, "I": 0.0, "drive": drive, "at": 0}
        cells = model.add_neuron_population(name, size, CELLS, {}, start)
        cells.extra_global_params["table"].set_init_values(np.zeros(3))
        cells.spike_recording_enabled = True
        cells.spike_event_recording_enabled = not in_blocks
    pre, post = model.neuron_populations.values()
    if in_blocks:
        init = engine.init_weight_update(
            STATIC, {}, {"g": engine.init_var("Constant", {"constant": 0.01})}
        )
    else:
        init = engine.init_weight_update(
            BUSY, {},
            {"g": engine.init_var("Constant", {"constant": 0.01}), "d": 1, "last": 0.0}, {}, {},
            {"V_pre": "V"}, {"V_post": "V"},
        )  # fmt: skip
    synapses = model.add_synapse_population(
        "synapses",
        "SPARSE" if sparse else "DENSE",
        pre,
        post,
        init,
        engine.init_postsynaptic("DeltaCurr"),
    )
    if sparse:
        synapses.set_sparse_connections(*np.nonzero(np.indices((NUM_PRE, NUM_POST)).sum(0) % 3))
    synapses.axonal_delay_steps = delay
    if not in_blocks:
        synapses.max_dendritic_delay_timesteps = 4
    counts = {"count": engine.create_src_spike_count_var_ref(synapses)}
    model.add_custom_update("set_count", "SetCount", SET_COUNT, {}, {"wanted": 0}, counts)
    weights = {"g": engine.create_wu_var_ref(synapses, "g")}
    model.add_custom_update("decay", "Decay", DECAY, {}, {}, weights)
    return model


def memory(model: Any) -> list[Buffer]:
    """Return all memory that kernels of a model take, but for records of faults."""
    plan = model._plan
    buffers = {*plan.buffers, *(b for call in plan.custom_updates.values() for b in call.buffers)}
    return sorted((b for b in buffers if not isinstance(b, Faults)), key=lambda b: b.name)


def numbers(buffer: Buffer) -> Iterator[tuple[str, Any]]:
    """Give what to write into some memory, each with a name."""
    assert buffer.device is not None
    if buffer.device.dtype.kind == "f":
        for number in (np.nan, np.inf, -np.inf, -1.0, 2.0**31, 2.0**63):
            yield str(number), number
        return
    for number in (NUM_POST, NUM_PRE, NUM_PRE + 1, buffer.count, buffer.count + 1):
        yield str(number), number
    for number in (2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, -1):
        yield str(number), np.array(number).astype(buffer.device.dtype)
    yield "descending", np.arange(buffer.device.shape[1])[::-1]
    yield "twice the same", np.arange(buffer.device.shape[1]) // 2


def attacked(model: Any, buffer: Buffer, number: Any) -> str:
    """Return what comes of writing into memory, and then running everything that there is."""
    model.load(num_recording_timesteps=40)
    try:
        for _ in range(STEPS):
            model.step_time()
        model.flush()
        try:
            buffer.device[...] = number
        except ValueError as error:
            return f"refused: {error}"
        model.custom_update("Decay")
        for _ in range(40 - STEPS):
            model.step_time()
        model.pull_recording_buffers_from_device()
    except RuntimeError as error:
        return f"told: {error}"
    finally:
        model.unload()
    return "ran"


def attack_memory(options: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Attack all memory of a network."""
    model = network(**options)
    model.build()
    result = {}
    for buffer in memory(model):
        model.load(num_recording_timesteps=40)
        attacks = list(numbers(buffer))
        model.unload()
        result[buffer.name] = {name: attacked(model, buffer, number) for name, number in attacks}
    return result


def attack_counts(options: dict[str, Any]) -> dict[int, tuple[str, list[float]]]:
    """Have a custom update set the number of spikes, and return what reaches the neurons then."""
    model = network(**options)
    model.build()
    wanted = model.custom_updates["set_count"].vars["wanted"]
    received = model.neuron_populations["post"].vars["I"]
    result = {}
    for number in (
        0,
        1,
        NUM_PRE // 2 - 1,
        NUM_PRE // 2,
        NUM_PRE // 2 + 1,
        NUM_PRE - 1,
        NUM_PRE,
        NUM_PRE + 1,
        100_000,
        2**31 - 1,
        2**31,
        2**32 - 1,
    ):
        model.load(num_recording_timesteps=40)
        for _ in range(STEPS):
            model.step_time()
        wanted.view[...] = number
        wanted.push_to_device()
        model.custom_update("SetCount")
        model.step_time()
        told = ""
        try:
            model.flush()
        except RuntimeError as error:
            told = str(error)
        received.pull_from_device()
        result[number] = told, received.values.ravel().tolist()
        model.unload()
    return result


if __name__ == "__main__":
    attack = {"memory": attack_memory, "counts": attack_counts}[sys.argv[1]]
    print(json.dumps(attack(json.loads(sys.argv[2]))))
