"""The build plan: which functions a model needs, on which memory, and their text.

The plan is made once, when the model is built. It knows sizes, parameters and the graph of
populations; the number of batches and the values of variables come later.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol

import jinja2

from tutorial_helpers.engine.bodies import (
    Loop,
    custom_update_loop,
    neuron_loop,
    synapse_loop,
)
from tutorial_helpers.engine.buffers import Buffer
from tutorial_helpers.engine.groups import (
    CurrentSource,
    CustomUpdate,
    NeuronGroup,
    SynapseGroup,
)
from tutorial_helpers.engine.initialisers import PostsynapticInit
from tutorial_helpers.engine.recording import Recorder
from tutorial_helpers.engine.schedule import BLOCK_STEPS, order_for_blocks
from tutorial_helpers.engine.translate import Namer, literal
from tutorial_helpers.engine.types import Precision

# How many presynaptic spikes one pass over the postsynaptic neurons serves: the sums stay in
# registers that long. Longer code is repeated less, or compiling it takes too long.
_SPIKES_PER_PASS = 8
_LONGEST_REPEATED_CODE = 4

# What the kernel ``simulate`` takes before its arrays: which batches of how many, the number of the
# first step, how many steps were simulated since the model was loaded (which is another number once
# a user has set the time step), the seed of random numbers, the number of steps, which phases.
_LEADING = (
    *("first", "last", "num_batch", "timestep", "steps_done", "seed", "num_steps", "phases"),
)
# The same for a custom update, which knows the number of elements of a batch.
_UPDATE_LEADING = ("first", "last", "num_batches", "timestep", "steps_done", "count")

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
    def timing_enabled(self) -> bool:
        """Whether the phases of each step are to be timed."""


@dataclass(frozen=True)
class CustomUpdateCall:
    """How one custom update is run: which kernel, on which memory, over what."""

    function: str
    buffers: tuple[Buffer, ...]
    count: int
    per_batch: bool


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
    custom_updates
        By name: how each custom update is run.
    """

    source: str
    buffers: tuple[Buffer, ...]
    recorders: tuple[Recorder, ...]
    custom_updates: Mapping[str, CustomUpdateCall]


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
                *("batch", "block", "step", "steps", "t", "simulate", "kernel", "part"),
                *("collect", "record", "recall", "keep_last", "record_block", "arriving"),
                *("lowest_bit", "clear", "take"),
            )
        )
    )
    arrays: dict[Buffer, str] = field(default_factory=dict)
    rows: dict[Buffer, str] = field(default_factory=dict)
    scratch: dict[tuple[str, str], str] = field(default_factory=dict)

    def local(self, group: str, what: str) -> str:
        """Return the name of an array that belongs to a group and lives in ``simulate`` alone."""
        if (group, what) not in self.scratch:
            self.scratch[group, what] = self.identifier(f"{group}_{what}")
        return self.scratch[group, what]

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


_SCALARS = {"batch": "uint32(batch)", "num_batch": "uint32(num_batch)", "t": "t"}


def _call(
    function: str,
    loop: Loop,
    memory: _Memory,
    leading: Sequence[tuple[str, str]] = (),
    trailing: Sequence[tuple[str, str]] = (),
    instead: Mapping[Buffer, str] | None = None,
) -> dict[str, str]:
    """Return the parameters of a function that runs a loop, and the call that passes them.

    `instead` names arrays to pass in place of the rows of some buffers.
    """
    instead = instead or {}
    pairs = [
        *leading,
        *((name, _SCALARS[name]) for name in loop.scalars),
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


def _synapses(
    model: Description, group: SynapseGroup, memory: _Memory, in_blocks: bool
) -> dict[str, Any]:
    num_pre, num_post = group.src.num_neurons, group.trg.num_neurons
    loop = synapse_loop(model.types, model.dt, num_pre, num_post, group.bound_weight_update())
    short = len(loop.loads + loop.lines + loop.stores) <= _LONGEST_REPEATED_CODE
    inputs = memory.local(group.name, "inputs")
    leading = [
        ("spikes", memory.row(group.src.spikes_buffer)),
        ("num_spikes", f"{memory.row(group.src.spike_count_buffer)}[0]"),
        ("out_post", memory.row(group.out_post.buffer)),
    ]
    if in_blocks:
        leading = [
            ("spike_bits", memory.local(group.src.name, "spike_bits")),
            ("in_flight", memory.local(group.src.name, "in_flight")),
            ("steps", "steps"),
            ("inputs", inputs),
        ]
    return {
        **_call(memory.identifier(f"propagate_{group.name}"), loop, memory, leading),
        "title": group.title,
        "target": group.trg.name,
        "has_spikes": group.src.can_spike,
        "loop": loop,
        "num_pre": num_pre,
        "num_post": num_post,
        "inputs": inputs,
        "out_post": memory.row(group.out_post.buffer),
        "rows_per_pass": [_SPIKES_PER_PASS, 1] if short else [1],
    }


def _rank(order: Sequence[str], init: PostsynapticInit) -> int:
    name = init.model.class_name
    return order.index(name) if name in order else len(order)


def _neurons(
    model: Description, group: NeuronGroup, memory: _Memory, in_blocks: bool
) -> dict[str, Any]:
    incoming = [sg for sg in model.synapse_populations.values() if sg.trg is group]
    sources = [source for source in model.current_sources.values() if source.target_pop is group]
    # The order in which PyGeNN adds them up, as far as it can be told: it decides the last bit.
    incoming.reverse()
    incoming.sort(key=lambda sg: _rank(_POSTSYNAPTIC_ORDER, sg.postsynaptic))
    sources = sorted(sources, key=lambda source: source.model.class_name != "DC")
    loop = neuron_loop(
        model.types,
        model.dt,
        group.num_neurons,
        group.bound(),
        [(sg.bound_postsynaptic(), sg.out_post.buffer, sg.post_target_var) for sg in incoming],
        [(source.bound(), source.target_var) for source in sources],
        group.spike_time_buffer if group.keeps_spike_times else None,
    )
    has_targets = any(sg.src is group for sg in model.synapse_populations.values())
    wants_spikes = group.can_spike and (has_targets or group.spike_recording_enabled)
    flags = memory.local(group.name, "fired")
    bits = memory.local(group.name, "spike_bits")
    trailing = []
    if wants_spikes:
        trailing = [("spike_bits", bits), ("step", "step")] if in_blocks else [("fired", flags)]
    instead = {
        sg.out_post.buffer: f"{memory.local(sg.name, 'inputs')}[step]"
        for sg in (incoming if in_blocks else ())
    }
    return {
        **_call(
            memory.identifier(f"update_{group.name}"),
            loop,
            memory,
            trailing=trailing,
            instead=instead,
        ),
        "name": group.name,
        "title": group.title,
        "loop": loop,
        "num_neurons": group.num_neurons,
        # Flags are read eight at a time.
        "padded": -(-group.num_neurons // 8) * 8,
        "wants_spikes": wants_spikes,
        "fired": flags,
        "bits": bits,
        "in_flight": memory.local(group.name, "in_flight"),
        "spikes": memory.row(group.spikes_buffer),
        "count": memory.row(group.spike_count_buffer),
        "recorded": memory.local(group.name, "recorded") if _records(group) else None,
    }


def _custom_update(model: Description, group: CustomUpdate) -> tuple[dict[str, Any], list[Buffer]]:
    loop = custom_update_loop(
        model.types, model.dt, group.num_neurons, group.columns, group.bound()
    )
    namer = Namer((*_UPDATE_LEADING, "num_batch", "t", "batch", "element"))
    arrays = {argument.name: namer.unique(f"all_{argument.name}") for argument in loop.arguments}
    buffers = [argument.buffer for argument in loop.arguments]
    rows = [
        f"{argument.name} = {arrays[argument.name]}"
        f"[{'batch' if argument.buffer.per_batch else '0'}]"
        + (".reshape(-1)" if argument.buffer.columns else "")
        for argument in loop.arguments
    ]
    if "num_batch" in loop.scalars:
        rows.insert(0, "num_batch = uint32(num_batches)")
    types = [array_type(buffer, model.types) for buffer in buffers]
    return {
        # Part of a docstring, which the name that a user gave must not end.
        "title": re.sub(r"[^ -~]|[\"\\\\]", "?", group.model.title).capitalize(),
        "loop": loop,
        "parameters": ", ".join([*_UPDATE_LEADING, *arrays.values()]),
        "signature": ", ".join(["int64"] * len(_UPDATE_LEADING) + types),
        "rows": rows,
        "time": model.types.time.numpy_name,
        "dt": literal(model.dt, model.types.time),
    }, buffers


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("tutorial_helpers.engine", "kernels"),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # the output is Python, not HTML
    )


def _custom_updates(
    model: Description,
) -> tuple[list[dict[str, Any]], dict[str, CustomUpdateCall]]:
    """Return the functions of all custom updates; those that are alike share one."""
    functions: dict[str, dict[str, Any]] = {}
    calls = {}
    template = _templates().get_template("custom_update.jinja")
    for name, group in model.custom_updates.items():
        context, buffers = _custom_update(model, group)
        text = template.render(update={**context, "function": "update"})
        if text not in functions:
            functions[text] = {**context, "function": f"custom_update_{len(functions) + 1}"}
        calls[name] = CustomUpdateCall(
            functions[text]["function"], tuple(buffers), group.num_neurons, group.per_batch
        )
    return list(functions.values()), calls


def make_plan(model: Description) -> Plan:
    """Return the plan of a model.

    Raises
    ------
    RuntimeError
        If a parameter does not fit into its type.
    """
    memory = _Memory()
    populations = list(model.neuron_populations.values())
    connections = list(model.synapse_populations.values())
    # A timer has to tell the phases of a step apart, so steps are run one by one for it.
    order = None
    if not model.timing_enabled:
        order = order_for_blocks(model.neuron_populations, connections)
    in_blocks = order is not None
    synapses = [_synapses(model, group, memory, in_blocks) for group in connections]
    neurons = [_neurons(model, group, memory, in_blocks) for group in order or populations]
    recording = [group for group in order or populations if _records(group)]
    update_functions, calls = _custom_updates(model)
    leading = [*_LEADING]
    parameters = [
        *leading,
        *memory.arrays.values(),
        *(item["recorded"] for item in neurons if item["recorded"]),
    ]
    types = [
        *(["int64"] * len(leading)),
        *(array_type(buffer, model.types) for buffer in memory.arrays),
        *(["uint32[:,:,::1]"] * len(recording)),
    ]
    source = (
        _templates()
        .get_template("module.jinja")
        .render(
            synapse_functions=synapses,
            neuron_functions=neurons,
            in_blocks=in_blocks,
            block_steps=BLOCK_STEPS,
            custom_update_functions=update_functions,
            simulate={
                "signature": ", ".join(types),
                "parameters": ", ".join(parameters),
                "rows": memory.row_lines(),
                "scalar": model.types.scalar.numpy_name,
                "time": model.types.time.numpy_name,
                "dt": literal(model.dt, model.types.time),
            },
        )
    )
    return Plan(
        _without_blank_runs(source),
        tuple(memory.arrays),
        tuple(group.recorder for group in recording),
        calls,
    )


def _records(group: NeuronGroup) -> bool:
    return group.can_spike and group.spike_recording_enabled


def _without_blank_runs(text: str) -> str:
    """Return a text with at most two blank lines in a row, as Python is written."""
    return re.sub(r"\n{4,}", "\n\n\n", text).strip() + "\n"
