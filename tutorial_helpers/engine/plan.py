"""The build plan: which functions a model needs, on which memory, and their text.

The plan is made once, when the model is built. It knows sizes, parameters and the graph of
populations; the number of batches and the values of variables come later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from tutorial_helpers.engine.access import VarAccessMode
from tutorial_helpers.engine.arithmetic import literal
from tutorial_helpers.engine.bodies import Loop
from tutorial_helpers.engine.buffers import Buffer
from tutorial_helpers.engine.components import Var
from tutorial_helpers.engine.current_sources import CurrentSource
from tutorial_helpers.engine.custom_update_bodies import custom_update_loop
from tutorial_helpers.engine.custom_updates import CustomUpdate
from tutorial_helpers.engine.events import EventSide
from tutorial_helpers.engine.faults import Faults
from tutorial_helpers.engine.groups import Group
from tutorial_helpers.engine.initialisers import PostsynapticInit
from tutorial_helpers.engine.names import Namer
from tutorial_helpers.engine.neuron_bodies import Incoming, Side, neuron_loop
from tutorial_helpers.engine.neuron_groups import NeuronGroup
from tutorial_helpers.engine.random_numbers import stream_number
from tutorial_helpers.engine.recording import Recorder
from tutorial_helpers.engine.schedule import BLOCK_STEPS, Blocks, blocks_of_steps
from tutorial_helpers.engine.snippets import Snippet
from tutorial_helpers.engine.spike_trains import table_size
from tutorial_helpers.engine.synapse_bodies import Ends, synapse_loop
from tutorial_helpers.engine.synapse_groups import SynapseGroup
from tutorial_helpers.engine.templates import rendered
from tutorial_helpers.engine.types import Precision
from tutorial_helpers.engine.update_shapes import reduced_over
from tutorial_helpers.engine.variables import Variable

# How many presynaptic spikes one pass over the postsynaptic neurons serves: the sums stay in
# registers that long. Longer code is repeated less, or compiling it takes too long.
_SPIKES_PER_PASS = 8
_LONGEST_REPEATED_CODE = 4

# The same for steps of a neuron, whose state stays in registers.
_STEPS_AT_ONCE = 4
_LONGEST_CODE_FOR_STEPS = 12

# Populations of fewer neurons are not worth code that is faster and takes longer to compile: to
# update several of them for some steps, and to add several rows of weights to them.
_VECTOR, _WIDE = 8, 32

# Batches that threads simulate at the same time are at least a part of the batch apart.
_PARTS_OF_BATCH = 16

# How many neurons' flags of spikes are looked at in one go.
_FLAGS_AT_ONCE = 8

# What the kernel ``simulate`` takes before its arrays: whose turn it is of how many batches, the
# number of the first step, how many steps were simulated since the model was loaded (which is
# another number once a user has set the time step), the seed of random numbers, the number of
# steps, which phases.
_LEADING = ("turns", "num_batch", "timestep", "steps_done", "seed", "num_steps", "phases")
# The same for a custom update, with the elements of each batch from `begin` to `end`.
_UPDATE_LEADING = ("first", "last", "begin", "end", "num_batches", "timestep", "steps_done")

# What arrays of spike-like events are called, for each side: of flags, and of what is recorded.
_FLAGS: dict[EventSide, str] = {"pre": "events", "post": "post_events"}
_RECORDED: dict[EventSide, str] = {"pre": "recorded_events", "post": "recorded_post_events"}

_POSTSYNAPTIC_ORDER = ("ExpCurr", "ExpCond", "DeltaCurr")


class Description(Protocol):
    """What the plan needs to know of a model."""

    neuron_populations: dict[str, NeuronGroup]
    synapse_populations: dict[str, SynapseGroup]
    current_sources: dict[str, CurrentSource]
    custom_updates: dict[str, CustomUpdate]
    types: Precision

    @property
    def dt(self) -> float:
        """Length of a step in ms."""

    @property
    def batch_size(self) -> int:
        """Number of batches."""

    @property
    def timing_enabled(self) -> bool:
        """Whether the phases of each step are to be timed."""

    @property
    def optimize_code(self) -> bool:
        """Whether sums may be taken in another order, which rounds them differently."""


@dataclass(frozen=True)
class CustomUpdateCall:
    """How one custom update is run.

    Parameters
    ----------
    function
        Name of its kernel; None where it has no code.
    buffers
        Memory that the kernel takes.
    count
        Number of elements of a batch.
    counted
        Where that is only known when the model is loaded: memory with that number of elements.
    per_batch
        Whether it runs for each batch, rather than once.
    batches_apart, elements_apart
        Whether batches, and elements, write nothing in common, so that threads can share them.
    stage
        When it runs among the updates of its group: those of a lower stage first.
    transposed
        Memory of synapses to copy afterwards, and memory to copy it to in transposed order.
    broadcast
        Memory whose current slot is to be copied to all of its slots afterwards.
    """

    function: str | None
    buffers: tuple[Buffer, ...]
    count: int
    counted: Buffer | None
    per_batch: bool
    batches_apart: bool
    elements_apart: bool
    stage: int
    transposed: tuple[Buffer, Buffer] | None
    broadcast: tuple[Buffer, ...]


@dataclass(frozen=True)
class Scratch:
    """An array that the kernel ``simulate`` needs while it runs, and that it leaves as it was.

    Parameters
    ----------
    dtype
        Name of the type of its elements.
    shape
        Its shape.
    """

    dtype: str
    shape: tuple[int, ...]

    @property
    def type(self) -> str:
        """Its type in the signature of a kernel."""
        return f"{self.dtype}[{':,' * (len(self.shape) - 1)}::1]"


@dataclass(frozen=True)
class Plan:
    """What building a model results in.

    Parameters
    ----------
    source
        Text of the module with all kernels of the model.
    buffers
        Memory that the kernel ``simulate`` takes, in order.
    recorders
        Recordings that it takes after these.
    scratch
        Arrays that it takes after these; each thread that runs it needs some of its own, which hold
        zeros before the first time.
    has_synapse_dynamics, has_postsynaptic_events
        Whether synapses have anything to do in every step, or for postsynaptic events.
    custom_updates
        By name: how each custom update is run.
    in_lockstep
        Whether all batches must have finished a phase of a step before any goes on, one after the
        other, because they share arrays that code assigns.
    """

    source: str
    buffers: tuple[Buffer, ...]
    recorders: tuple[Recorder, ...]
    scratch: tuple[Scratch, ...]
    has_synapse_dynamics: bool
    has_postsynaptic_events: bool
    custom_updates: Mapping[str, CustomUpdateCall]
    in_lockstep: bool


def array_type(buffer: Buffer, precision: Precision) -> str:
    """Return the type of a buffer's device array in the signature of a kernel."""
    ctype = precision.resolve(buffer.type)
    name = "boolean" if ctype.is_bool else ctype.numpy_name
    return f"{name}[:,:,::1]" if buffer.columns else f"{name}[:,::1]"


@dataclass
class _Memory:
    """Names the arrays that ``simulate`` takes and the rows of them that it passes on."""

    namer: Namer = field(
        default_factory=lambda: Namer(
            (
                *_LEADING,
                *(
                    "batch",
                    "block",
                    "step",
                    "steps",
                    "t",
                    "stride",
                    "turn",
                    "simulate",
                    "kernel",
                    "part",
                ),
                *("collect", "record", "recall", "record_block", "list_arrivals", "end_block"),
                *("keep", "lowest_bit", "take", "age", "take_turn", "finish_turn"),
                *("group_trains", "part_of_separate_arrays"),
            )
        )
    )
    arrays: dict[Buffer, str] = field(default_factory=dict)
    rows: dict[Buffer, str] = field(default_factory=dict)
    locals: dict[tuple[str, str], str] = field(default_factory=dict)
    scratch: dict[str, Scratch] = field(default_factory=dict)

    def local(self, group: str, what: str) -> str:
        """Return the name of something of a group that ``simulate`` alone knows."""
        if (group, what) not in self.locals:
            self.locals[group, what] = self.identifier(f"{group}_{what}")
        return self.locals[group, what]

    def room(self, group: str, what: str, dtype: str, *shape: int) -> str:
        """Return the name of an array in which ``simulate`` keeps something of a group."""
        name = self.local(group, what)
        self.scratch[name] = Scratch(dtype, shape)
        return name

    def row(self, buffer: Buffer) -> str:
        """Return the name of the part of a buffer that belongs to the current batch."""
        if buffer not in self.rows:
            self.arrays[buffer] = self.identifier(buffer.name)
            self.rows[buffer] = self.namer.unique(f"{self.arrays[buffer]}_row")
        return self.rows[buffer]

    def identifier(self, name: str) -> str:
        """Return a unique Python name for something in the model."""
        return self.namer.unique(re.sub(r"^(?=\d)", "n", name))

    def row_lines(self) -> list[str]:
        """Return the lines that take the rows of one batch."""
        return [
            f"{row} = {self.arrays[buffer]}[{'batch' if buffer.per_batch else '0'}]"
            for buffer, row in self.rows.items()
        ]


_SCALARS = {
    "batch": "uint32(batch)",
    "num_batch": "uint32(num_batch)",
    "t": "t",
    "age": "age",
}


def _call(
    function: str,
    loop: Loop,
    memory: _Memory,
    leading: Sequence[tuple[str, str]] = (),
    trailing: Sequence[tuple[str, str]] = (),
    instead: Mapping[Buffer, str] | None = None,
    scalars: Mapping[str, str] = _SCALARS,
) -> dict[str, str]:
    """Return the parameters of a function that runs a loop, and the call that passes them.

    `instead` names arrays to pass in place of the rows of some buffers, `scalars` what to pass for
    the numbers that the loop asks for.
    """
    instead = instead or {}
    pairs = [
        *leading,
        *((name, scalars[name]) for name in loop.scalars),
        *(
            (argument.name, instead.get(argument.buffer) or memory.row(argument.buffer))
            for argument in loop.arguments
        ),
        *trailing,
    ]
    return {
        "function": function,
        "parameters": ", ".join(name for name, _ in pairs),
        "call": f"{function}({', '.join(value for _, value in pairs)})",
    }


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


def _synapses(
    model: Description, group: SynapseGroup, memory: _Memory, in_blocks: bool
) -> list[dict[str, Any]]:
    """Return the functions that run the code of some synapses, in the order of a step."""
    wum = group.weight_update.model
    source = group.src
    count = source.num_neurons
    slot = _slot(f"age - {group.axonal_delay_steps}", source.spikes_buffer)

    def listed(spikes: Buffer, number: Buffer) -> list[tuple[str, str]]:
        part = f"[{slot} * {count} : ({slot} + 1) * {count}]" if slot else ""
        return [
            ("spikes", f"{memory.row(spikes)}{part}"),
            ("num_spikes", f"{memory.row(number)}[{slot or 0}]"),
        ]

    result = []
    if not wum.synapse_dynamics_code.is_blank:
        code = wum.synapse_dynamics_code
        result.append(_synapse_function(model, group, memory, code, "dynamics", []))
    if "pre" in group.events:
        events = listed(group.events["pre"].neurons, group.events["pre"].count)
        code = wum.pre_event_syn_code
        result.append(_synapse_function(model, group, memory, code, "events", events))
    if source.can_spike and not wum.pre_spike_syn_code.is_blank:
        code = wum.pre_spike_syn_code
        if in_blocks:
            result.append(_synapse_function(model, group, memory, code, "blocks", []))
        else:
            spikes = listed(source.spikes_buffer, source.spike_count_buffer)
            result.append(_synapse_function(model, group, memory, code, "spikes", spikes))
    if "post" in group.events:
        number = f"{memory.row(group.events['post'].count)}[0]"
        events = [("spikes", memory.row(group.events["post"].neurons)), ("num_spikes", number)]
        code = wum.post_event_syn_code
        result.append(_synapse_function(model, group, memory, code, "columns", events))
    return result


def _slot(step: str, buffer: Buffer) -> str:
    """Return the number of the slot of a step, or nothing where there is only one slot."""
    return "" if buffer.slots == 1 else f"(({step}) % {buffer.slots})"


def _synapse_function(
    model: Description,
    group: SynapseGroup,
    memory: _Memory,
    code: Snippet,
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
    adds = "total" in loop.written
    target = []
    if adds:
        target = [("out_post", memory.row(group.out_post.buffer))]
        if kind == "blocks":
            target = [("inputs", _inputs(model, group, memory))]
    if kind == "blocks":
        template = "synapses_in_blocks.jinja"
        arrivals = _arrivals(group, memory)
        leading = [(name, arrivals[name]) for name in ("trains", "pre_inds", "num_active")]
        if model.optimize_code and _can_be_summed_by_train(group, loop):
            template = "synapses_by_train.jinja"
            by_train = _by_train(group, memory)
            names = ("distinct", "begins", "members", "num_trains")
            leading = [(name, by_train[name]) for name in names]
            scalar = model.types.scalar.numpy_name
            target.append(("summed", memory.room(group.name, "summed", scalar, num_post)))
    if any("den_delay[" in name for name in loop.written):
        target.append(("den_delay", memory.row(group.den_delay_buffer)))
    if "out_pre[pre]" in loop.written:
        target.append(("out_pre", memory.row(group.out_pre_buffer)))
    if connectivity is not None and kind == "columns":
        target.append(("column_start", memory.row(connectivity.column_start)))
        target.append(("column_synapses", memory.row(connectivity.column_synapses)))
        target.append(("pre_inds", memory.row(connectivity.pre_inds)))
    elif connectivity is not None:
        target.append(("row_start", memory.row(connectivity.row_start)))
        target.append(("post_inds", memory.row(connectivity.post_inds)))
    verbs = {
        "dynamics": "run",
        "events": "deliver_events_of",
        "columns": "deliver_postsynaptic_events_of",
    }
    verb = verbs.get(kind, "propagate")
    call = _call(memory.identifier(f"{verb}_{group.name}"), loop, memory, [*leading, *target])
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
        "num_pre": num_pre,
        "num_post": num_post,
        "rows_per_pass": [_SPIKES_PER_PASS, 1] if short and connectivity is None else [1],
        "in_pairs": short and connectivity is None and num_post >= _WIDE,
        "decorator": _decorator(loop),
    }


def _rank(order: Sequence[str], init: PostsynapticInit) -> int:
    name = init.model.class_name
    return order.index(name) if name in order else len(order)


def _random_key(group: Group, in_blocks: bool) -> str:
    """Return the text of the key of the random numbers that a group draws in one step."""
    step = "steps_done + block - timestep + step" if in_blocks else "age"
    return f"random_numbers.key(seed, {stream_number(group.title)}, batch, {step})"


def _neurons(
    model: Description, group: NeuronGroup, memory: _Memory, in_blocks: bool
) -> dict[str, Any]:
    incoming = [sg for sg in model.synapse_populations.values() if sg.trg is group]
    outgoing = [sg for sg in model.synapse_populations.values() if sg.src is group]
    sources = [source for source in model.current_sources.values() if source.target_pop is group]
    # The order in which PyGeNN adds them up, as far as it can be told: it decides the last bit.
    incoming.reverse()
    outgoing.reverse()
    incoming.sort(key=lambda sg: _rank(_POSTSYNAPTIC_ORDER, sg.postsynaptic))
    sources = sorted(sources, key=lambda source: source.model.class_name != "DC")
    sides, event_sources = _sides(model, group, memory)
    loop = neuron_loop(
        model.types,
        model.dt,
        group.num_neurons,
        group.bound(),
        [
            Incoming(
                sg.bound_postsynaptic(),
                sg.out_post.buffer,
                sg.post_target_var,
                sg.den_delay_buffer if sg.calls("addToPostDelay") else None,
            )
            for sg in incoming
        ],
        [(source.bound(), source.target_var) for source in sources],
        group.spike_time_buffer if group.keeps_spike_times else None,
        group.prev_spike_time_buffer if group.keeps_prev_spike_times else None,
        [(sg.out_pre_buffer, sg.pre_target_var) for sg in outgoing if sg.calls("addToPre")],
        sides,
        in_blocks=in_blocks,
    )
    wants_spikes = group.can_spike and (bool(outgoing) or group.spike_recording_enabled)
    flags = ""
    block_of_spikes = {}
    trailing = []
    if wants_spikes and in_blocks:
        block_of_spikes = _block_of_spikes(group, memory)
        trailing.append(("spike_bits", block_of_spikes["spike_bits"]))
    elif wants_spikes:
        flags = memory.room(group.name, "fired", "uint8", _padded(group.num_neurons))
        trailing.append(("fired", flags))
    trailing += [(side.flags, side.flags) for side in sides if side.flags is not None]
    instead = {
        sg.out_post.buffer: _inputs(model, sg, memory) for sg in (incoming if in_blocks else ())
    }
    function = memory.identifier(f"update_{group.name}")

    def call(*last: tuple[str, str]) -> dict[str, str]:
        scalars = {**_SCALARS, "random_key": _random_key(group, in_blocks)}
        return _call(
            function, loop, memory, (), [*trailing, *last], instead=instead, scalars=scalars
        )

    steps_at_once = _steps_at_once(loop, group.num_neurons)
    if in_blocks:
        some = call(("first_step", "step"), ("some_steps", str(steps_at_once)))["call"]
        calls = {**call(("first_step", "step"), ("some_steps", "1")), "call_of_some": some}
    else:
        calls = call()
    listed = []
    if wants_spikes:
        recorded = memory.local(group.name, "recorded") if _records(group) else None
        spikes = group.spikes_buffer
        listed.append(_list(memory, flags, spikes, group.spike_count_buffer, recorded))
    listed += [
        _list(
            memory,
            flags,
            sg.events[side].neurons,
            sg.events[side].count,
            memory.local(sg.name, _RECORDED[side]) if sg.records_events(side) else None,
        )
        for flags, sg, side in event_sources
    ]
    return {
        **calls,
        "decorator": _decorator(loop),
        "steps_at_once": steps_at_once,
        "name": group.name,
        "title": group.title,
        "loop": loop,
        "num_neurons": group.num_neurons,
        "wants_spikes": wants_spikes,
        "lists": listed,
        **block_of_spikes,
    }


def _padded(num_neurons: int) -> int:
    return -(-num_neurons // _FLAGS_AT_ONCE) * _FLAGS_AT_ONCE


def _inputs(model: Description, group: SynapseGroup, memory: _Memory) -> str:
    """Return the name of the array of what arrives from some synapses in the steps of a block."""
    scalar = model.types.scalar.numpy_name
    return memory.room(group.name, "inputs", scalar, BLOCK_STEPS, group.trg.num_neurons)


def _block_of_spikes(group: NeuronGroup, memory: _Memory) -> dict[str, str]:
    """Return the names of what is known of the spikes of a population in a block of steps."""
    count = group.num_neurons
    return {
        "spike_bits": memory.room(group.name, "spike_bits", "uint32", count),
        "recent": memory.room(group.name, "recent", "uint32", count),
        "spikes": memory.row(group.spikes_buffer),
        "num_spikes": memory.row(group.spike_count_buffer),
        "recorded": memory.local(group.name, "recorded") if _records(group) else "",
    }


def _after(group: SynapseGroup) -> str:
    """Return what to append to names of what depends on when spikes arrive."""
    return f"_after_{group.axonal_delay_steps}" if group.axonal_delay_steps else ""


def _arrivals(group: SynapseGroup, memory: _Memory) -> dict[str, str]:
    """Return the names of what is known of the spikes that arrive in a block of steps."""
    source, after = group.src.name, _after(group)
    # One more, for the end of the list.
    shape = ("uint32", group.src.num_neurons + 1)
    return {
        "trains": memory.room(source, f"trains{after}", *shape),
        "pre_inds": memory.room(source, f"pre_inds{after}", *shape),
        "num_active": memory.local(source, f"num_active{after}"),
    }


def _lists_of_arrivals(
    functions: Sequence[Mapping[str, Any]], blocks: Blocks, memory: _Memory
) -> list[dict[str, Any]]:
    """Return what lists are made of the spikes of a population: for each delay, a shared one."""
    lists: dict[int, dict[str, Any]] = {}
    for function in functions:
        group = function["group"]
        delay = group.axonal_delay_steps
        entry = lists.setdefault(
            delay,
            {
                **_arrivals(group, memory),
                "delay": delay,
                "ahead": blocks.known_ahead(group),
                "by_train": None,
            },
        )
        if function["by_train"]:
            entry["by_train"] = _by_train(group, memory)
    return list(lists.values())


def _can_be_summed_by_train(group: SynapseGroup, loop: Loop) -> bool:
    """Return whether what a spike brings is the same each time, and worth being summed up."""
    return (
        "total" in loop.written
        and not loop.stores
        and group.connectivity is None
        and group.trg.num_neurons >= _WIDE
    )


def _by_train(group: SynapseGroup, memory: _Memory) -> dict[str, Any]:
    """Return the names of what is known of presynaptic neurons with the same spike train."""
    source, count, after = group.src.name, group.src.num_neurons, _after(group)
    room = {
        "distinct": memory.room(source, f"distinct{after}", "uint32", count),
        "begins": memory.room(source, f"begins{after}", "uint32", count + 1),
        "members": memory.room(source, f"members{after}", "uint32", count),
        "group_of": memory.room(source, "group_of", "uint32", count),
        "table": memory.room(source, "table", "uint32", table_size(count)),
    }
    number = memory.local(source, f"num_trains{after}")
    return {**room, "num_trains": number, "room": list(room.values())}


def _steps_at_once(loop: Loop, num_neurons: int) -> int:
    """Return how many steps of a neuron are worth running before those of the next one.

    Its state stays in registers meanwhile. Code that asks for the time or for random numbers gets
    them once per step for all neurons; and long code would not be repeated by the compiler but
    looped over, which it cannot do for several neurons at once.
    """
    alike = {"t", "age", "random_key"}.isdisjoint(loop.scalars)
    short = len(loop.lines) <= _LONGEST_CODE_FOR_STEPS
    return _STEPS_AT_ONCE if alike and short and num_neurons >= _VECTOR else 1


def _decorator(loop: Loop) -> str:
    """Return how the function of a loop is compiled, which depends on whether arrays overlap."""
    buffers = {id(argument.buffer) for argument in loop.arguments}
    return "part_of_separate_arrays" if len(buffers) == len(loop.arguments) else "part"


def _list(
    memory: _Memory, flags: str, spikes: Buffer, number: Buffer, recorded: str | None
) -> dict[str, Any]:
    """Return how the flags of one step become a list of neurons, and are recorded."""
    slot = _slot("age + 1", spikes)
    part = f"[{slot} * {spikes.count} : ({slot} + 1) * {spikes.count}]" if slot else ""
    return {
        "flags": flags,
        "spikes": f"{memory.row(spikes)}{part}",
        "count": f"{memory.row(number)}[{slot or 0}]",
        "recorded": recorded,
    }


def _sides(
    model: Description, group: NeuronGroup, memory: _Memory
) -> tuple[list[Side], list[tuple[str, SynapseGroup, EventSide]]]:
    """Return the code that synapse populations have for the neurons of a population.

    And for those that define spike-like events, the arrays of flags that tell of these.
    """
    sides = []
    sources: list[tuple[str, SynapseGroup, EventSide]] = []
    padded = _padded(group.num_neurons)

    def add(
        synapses: SynapseGroup, side: EventSide, variables: tuple[Var, ...], *code: Snippet
    ) -> None:
        events = synapses.events.get(side)
        if events is not None:
            flags = memory.room(synapses.name, _FLAGS[side], "uint8", padded)
            sources.append((flags, synapses, side))
            times = events.times if events.keeps_times else None
            prev_times = events.prev_times if events.keeps_prev_times else None
            sides.append(Side(synapses.bound_side(side), side, flags, times, prev_times))
        elif variables or not all(snippet.is_blank for snippet in code):
            sides.append(Side(synapses.bound_side(side), side))

    for synapses in model.synapse_populations.values():
        wum = synapses.weight_update.model
        if synapses.src is group:
            add(synapses, "pre", wum.pre_vars, wum.pre_dynamics_code, wum.pre_spike_code)
        if synapses.trg is group:
            add(synapses, "post", wum.post_vars, wum.post_dynamics_code, wum.post_spike_code)
    return sides, sources


def _custom_update(model: Description, group: CustomUpdate) -> tuple[dict[str, Any], list[Buffer]]:
    over = {name: reduced_over(group, group.memory[name]) for name in group.model.reductions}
    # One batch is its own sum, and is stored as it is.
    folded = {name for name in over if over[name] == "neurons" or model.batch_size > 1}
    inds = None
    if group.connectivity is not None:
        inds = (group.connectivity.pre_inds, group.connectivity.post_inds)
    loop = custom_update_loop(
        model.types, model.dt, group.size, group.columns, group.bound(), folded, inds
    )
    over_batches = bool(loop.reductions) and "batches" in over.values()
    code = " ".join([*loop.before, *loop.loads, *loop.lines, *loop.stores])
    namer = Namer(
        (*_UPDATE_LEADING, "num_batch", "t", "batch", "element", *re.findall(r"\w+", code))
    )
    arrays = {argument.name: namer.unique(f"all_{argument.name}") for argument in loop.arguments}
    buffers = [argument.buffer for argument in loop.arguments]
    # Counted from `begin`, so that no index can be negative: the loop is compiled for that.
    rows = [
        f"{argument.name} = {arrays[argument.name]}"
        f"[{'batch' if argument.buffer.per_batch else '0'}]"
        + (".reshape(-1)" if argument.buffer.columns else "")
        + _current_slot(argument.buffer)
        + ("[begin:end]" if argument.buffer.per_element else "")
        for argument in loop.arguments
    ]
    if "num_batch" in loop.scalars:
        rows.insert(0, "num_batch = uint32(num_batches)")
    types = [array_type(buffer, model.types) for buffer in buffers]
    return {
        # Part of a docstring, which the name that a user gave must not end.
        "title": re.sub(r"[^ -~]|[\"\\\\]", "?", group.model.title).capitalize(),
        "loop": loop,
        "over_batches": over_batches,
        "parameters": ", ".join([*_UPDATE_LEADING, *arrays.values()]),
        "signature": ", ".join(["int64"] * len(_UPDATE_LEADING) + types),
        "rows": rows,
        "time": model.types.time.numpy_name,
        "dt": literal(model.dt, model.types.time),
    }, buffers


def _current_slot(buffer: Buffer) -> str:
    """Return an index that takes the values of the last step out of a row of all slots."""
    slot = _slot("steps_done", buffer)
    return f"[{slot} * {buffer.count} : ({slot} + 1) * {buffer.count}]" if slot else ""


def _custom_updates(
    model: Description,
) -> tuple[list[dict[str, Any]], dict[str, CustomUpdateCall]]:
    """Return the functions of all custom updates; those that are alike share one."""
    functions: dict[str, dict[str, Any]] = {}
    calls = {}
    for name, group in model.custom_updates.items():
        function = None
        buffers: list[Buffer] = []
        if not group.model.update_code.is_blank:
            context, buffers = _custom_update(model, group)
            text = rendered("custom_update.jinja", update={**context, "function": "update"})
            if text not in functions:
                functions[text] = {**context, "function": f"custom_update_{len(functions) + 1}"}
            function = functions[text]["function"]
        calls[name] = CustomUpdateCall(
            function,
            tuple(buffers),
            group.count,
            group.connectivity.post_inds if group.connectivity and group.per_element else None,
            group.per_batch,
            not _assigns_shared(buffers)
            and all(buffer.per_batch or not group.per_batch for buffer in _written(group)),
            not any(isinstance(buffer, Faults) for buffer in buffers)
            and all(buffer.per_element or not group.per_element for buffer in _written(group)),
            _stage(group),
            _transposed(group),
            _broadcast(group),
        )
    return list(functions.values()), calls


def _written(group: CustomUpdate) -> list[Buffer]:
    """Return the memory that a custom update may write."""
    model = group.model
    names = [
        *(var.name for var in model.vars if var.access.writable),
        *(reference.name for reference in model.var_refs if reference.mode.writable),
    ]
    return [group.memory[name] for name in names]


def _stage(group: CustomUpdate) -> int:
    if group.transposing is not None:
        return 2
    return 1 if group.of_synapses else 0


def _transposed(group: CustomUpdate) -> tuple[Buffer, Buffer] | None:
    forward = group.transposing
    if forward is None or forward.transposed is None:
        return None
    return forward.buffer, forward.transposed.buffer


def _broadcast(group: CustomUpdate) -> tuple[Buffer, ...]:
    buffers = [
        group.memory[reference.name]
        for reference in group.model.var_refs
        if reference.mode is VarAccessMode.BROADCAST
    ]
    return tuple(buffer for buffer in buffers if buffer.slots > 1)


def make_plan(model: Description) -> Plan:
    """Return the plan of a model.

    Raises
    ------
    RuntimeError
        If a parameter does not fit into its type.
    """
    blocks = None
    # A timer has to tell the phases of a step apart, so steps are run one by one for it.
    if not model.timing_enabled:
        blocks = blocks_of_steps(model.neuron_populations, model.synapse_populations.values())
    plan = _plan(model, blocks)
    if blocks is not None and plan.in_lockstep:
        plan = _plan(model, None)
    return plan


def _plan(model: Description, blocks: Blocks | None) -> Plan:
    """Return the plan for a schedule: how to simulate blocks of steps, or None for single steps."""
    memory = _Memory()
    populations = list(model.neuron_populations.values() if blocks is None else blocks.order)
    connections = list(model.synapse_populations.values())
    in_blocks = blocks is not None
    synapses = [
        function for group in connections for function in _synapses(model, group, memory, in_blocks)
    ]
    neurons = [_neurons(model, group, memory, in_blocks) for group in populations]
    if blocks is not None:
        for function in neurons:
            outgoing = [item for item in synapses if item["group"].src.name == function["name"]]
            function["arrivals"] = _lists_of_arrivals(outgoing, blocks, memory)
    recorders = []
    for group in populations:
        if _records(group):
            recorders.append((memory.local(group.name, "recorded"), group.recorder))
    for synapse_group in connections:
        for side, events in synapse_group.events.items():
            if synapse_group.records_events(side):
                name = memory.local(synapse_group.name, _RECORDED[side])
                recorders.append((name, events.recorder))
    incoming = [
        {
            "inputs": _inputs(model, group, memory),
            "out_post": memory.row(group.out_post.buffer),
        }
        for group in (connections if in_blocks else ())
    ]
    update_functions, calls = _custom_updates(model)
    leading = [*_LEADING]
    parameters = [
        *leading,
        *memory.arrays.values(),
        *(name for name, _ in recorders),
        *memory.scratch,
    ]
    types = [
        "int64[::1]",
        *(["int64"] * (len(leading) - 1)),
        *(array_type(buffer, model.types) for buffer in memory.arrays),
        *(["uint32[:,:,::1]"] * len(recorders)),
        *(scratch.type for scratch in memory.scratch.values()),
    ]
    in_lockstep = model.batch_size > 1 and _assigns_shared(memory.arrays)
    source = rendered(
        "module.jinja",
        synapse_functions=synapses,
        neuron_functions=neurons,
        incoming=incoming,
        in_blocks=in_blocks,
        in_order=in_lockstep,
        parts_of_batch=_PARTS_OF_BATCH,
        draws=any("random_key" in item["loop"].scalars for item in neurons),
        uses_arrays=any(
            isinstance(buffer, Faults)
            for buffers in (memory.arrays, *(call.buffers for call in calls.values()))
            for buffer in buffers
        ),
        by_train=any(item["by_train"] for item in synapses),
        block_steps=blocks.steps if blocks is not None else 1,
        custom_update_functions=update_functions,
        simulate={
            "signature": ", ".join(types),
            "parameters": ", ".join(parameters),
            "rows": memory.row_lines(),
            "time": model.types.time.numpy_name,
            "dt": literal(model.dt, model.types.time),
        },
    )
    return Plan(
        source,
        tuple(memory.arrays),
        tuple(recorder for _, recorder in recorders),
        tuple(memory.scratch.values()),
        any(function["kind"] == "dynamics" for function in synapses),
        any(function["kind"] == "columns" for function in synapses),
        calls,
        in_lockstep,
    )


def _assigns_shared(buffers: Iterable[Buffer]) -> bool:
    """Return whether the code that takes `buffers` assigns arrays that all batches share."""
    return any(isinstance(buffer, Faults) and buffer.assigns for buffer in buffers)


def _records(group: NeuronGroup) -> bool:
    return group.can_spike and group.spike_recording_enabled
