"""The functions that run the code of synapses, as the templates of kernels want them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numbagenn.codegen.arguments import Memory, decorator_of, function_call, slot_of
from numbagenn.codegen.blocks import (
    WIDE,
    arrivals_of_block,
    can_be_summed_by_train,
    inputs_of_block,
    trains_of_block,
)
from numbagenn.codegen.description import Description
from numbagenn.codegen.synapse_loop import Ends, synapse_loop
from numbagenn.language.code_strings import CodeString
from numbagenn.language.reserved_names import TURNS
from numbagenn.memory.buffers import Buffer
from numbagenn.memory.events import EventSide
from numbagenn.memory.faults import Faults
from numbagenn.memory.variables import Variable
from numbagenn.network.neuron_groups import NeuronGroup
from numbagenn.network.synapse_groups import SynapseGroup

# How many presynaptic spikes one pass over the postsynaptic neurons serves: the sums stay in
# registers that long. Longer code is repeated less, or compiling it takes too long.
_SPIKES_PER_PASS = 8
_LONGEST_REPEATED_CODE = 4

# As many synapses as this are looked after while they run, row by row, so that an interrupt can end
# that.
_MANY_SYNAPSES = 1 << 22


def _ends(model: Description, group: SynapseGroup) -> Ends:
    init, references = group.weight_update.model, group.references

    def of_neurons(
        variables: Mapping[str, Variable], neurons: NeuronGroup, referred: Mapping[str, str]
    ) -> dict[str, Buffer]:
        own = {name: variable.buffer for name, variable in variables.items()}
        return own | {name: neurons.vars[target].buffer for name, target in referred.items()}

    times = {}
    ends: tuple[tuple[EventSide, NeuronGroup, int], ...] = (
        ("pre", group.src, group.axonal_delay_steps),
        ("post", group.trg, 0),
    )
    for side, population, delay in ends:
        # A spike arrives in the step after the one in which it was emitted, or later.
        latency = (delay + 1) * model.dt
        if population.keeps_spike_times:
            times[f"st_{side}"] = (population.spike_time_buffer, latency)
        if population.keeps_prev_spike_times:
            times[f"prev_st_{side}"] = (population.prev_spike_time_buffer, latency)
        events = group.events.get(side)
        if events is not None and events.keeps_times:
            times[f"set_{side}"] = (events.times, latency)
        if events is not None and events.keeps_prev_times:
            times[f"prev_set_{side}"] = (events.prev_times, latency)
    return Ends(
        of_neurons(group.pre_vars, group.src, references.pre),
        of_neurons(group.post_vars, group.trg, references.post),
        {
            reference.name: group.psm_vars[references.post_psm[reference.name]].buffer
            for reference in init.psm_var_refs
        },
        times,
        group.axonal_delay_steps,
    )


def functions_of_synapses(
    model: Description, group: SynapseGroup, memory: Memory, in_blocks: bool
) -> list[dict[str, Any]]:
    """Return the functions that run the code of some synapses, in the order of a step."""
    wum = group.weight_update.model
    source = group.src
    count = source.num_neurons
    slot = slot_of(f"age - {group.axonal_delay_steps}", source.spikes_buffer)

    def listed(
        neurons: Buffer, number: Buffer, faults: Faults, slot: str = ""
    ) -> list[tuple[str, str]]:
        part = f"[{slot} * {count} : ({slot} + 1) * {count}]" if slot else ""
        spikes = f"{memory.row(neurons)}{part}"
        num_spikes = f"{memory.row(number)}[{slot or 0}]"
        return [
            ("spikes", spikes),
            ("num_spikes", f"to_deliver({spikes}, {num_spikes}, {memory.row(faults)}, t)"),
        ]

    result = []
    if not wum.synapse_dynamics_code.is_blank:
        code = wum.synapse_dynamics_code
        result.append(_synapse_function(model, group, memory, code, "dynamics", []))
    if "pre" in group.events:
        pre = group.events["pre"]
        events = listed(pre.neurons, pre.count, pre.faults, slot)
        code = wum.pre_event_syn_code
        result.append(_synapse_function(model, group, memory, code, "events", events))
    if source.can_spike and not wum.pre_spike_syn_code.is_blank:
        code = wum.pre_spike_syn_code
        if in_blocks:
            result.append(_synapse_function(model, group, memory, code, "blocks", []))
        else:
            spikes = listed(
                source.spikes_buffer, source.spike_count_buffer, source.spike_faults, slot
            )
            result.append(_synapse_function(model, group, memory, code, "spikes", spikes))
    if "post" in group.events:
        post = group.events["post"]
        events = listed(post.neurons, post.count, post.faults)
        code = wum.post_event_syn_code
        result.append(_synapse_function(model, group, memory, code, "columns", events))
    return result


def _synapse_function(
    model: Description,
    group: SynapseGroup,
    memory: Memory,
    code: CodeString,
    kind: str,
    leading: list[tuple[str, str]],
) -> dict[str, Any]:
    num_pre, num_post = group.src.num_neurons, group.trg.num_neurons
    template = "synapses_in_columns.jinja" if kind == "columns" else "synapses.jinja"
    delays = group.max_dendritic_delay_timesteps
    connectivity = group.connectivity
    loop = synapse_loop(
        *(model.types, model.dt, num_pre, num_post, group.bound_weight_update(), code),
        _ends(model, group),
        sparse=connectivity is not None,
        dendritic_delays=delays,
        backward=kind == "columns",
    )
    short = len(loop.loads + loop.lines + loop.stores) <= _LONGEST_REPEATED_CODE
    called = code.usage.called
    adds = "addToPost" in called
    target = []
    if adds:
        target = [("out_post", memory.row(group.out_post.buffer))]
        if kind == "blocks":
            target = [("inputs", inputs_of_block(model, group, memory))]
    if kind == "blocks":
        template = "synapses_in_blocks.jinja"
        arrivals = arrivals_of_block(group, memory)
        leading = [(name, arrivals[name]) for name in ("trains", "pre_inds", "num_active")]
        if model.optimize_code and adds and can_be_summed_by_train(group, loop):
            template = "synapses_by_train.jinja"
            by_train = trains_of_block(group, memory)
            names = ("distinct", "begins", "members", "num_trains")
            leading = [(name, by_train[name]) for name in names]
            scalar = model.types.scalar.numpy_name
            target.append(("summed", memory.room(group.name, "summed", scalar, num_post)))
    if "addToPostDelay" in called:
        target.append(("den_delay", memory.row(group.den_delay_buffer)))
    if "addToPre" in called:
        target.append(("out_pre", memory.row(group.out_pre_buffer)))
    if connectivity is not None and kind == "columns":
        target.append(("column_start", memory.row(connectivity.column_start)))
        target.append(("column_synapses", memory.row(connectivity.column_synapses)))
        target.append(("pre_inds", memory.row(connectivity.pre_inds)))
    elif connectivity is not None:
        target.append(("row_start", memory.row(connectivity.row_start)))
        target.append(("post_inds", memory.row(connectivity.post_inds)))
    watched = num_pre * num_post >= _MANY_SYNAPSES
    if watched and TURNS not in loop.scalars:
        target.append((TURNS, TURNS))
    verbs = {
        "dynamics": "run",
        "events": "deliver_events_of",
        "columns": "deliver_postsynaptic_events_of",
    }
    verb = verbs.get(kind, "propagate")
    call = function_call(
        memory.identifier(f"{verb}_{group.name}"), loop, memory, [*leading, *target]
    )
    return {
        **call,
        "title": group.title,
        "template": template,
        "kind": kind,
        "group": group,
        "target": group.trg.name,
        "by_train": template == "synapses_by_train.jinja",
        "loop": loop,
        "adds": adds,
        "sparse": connectivity is not None,
        "watched": watched,
        "num_pre": num_pre,
        "num_post": num_post,
        "rows_per_pass": [_SPIKES_PER_PASS, 1] if short and connectivity is None else [1],
        "in_pairs": short and connectivity is None and num_post >= WIDE,
        "decorator": decorator_of(loop),
    }
