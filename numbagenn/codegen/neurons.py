"""The functions that simulate populations of neurons, as the templates of kernels want them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numbagenn.base.streams import stream_number
from numbagenn.codegen.arguments import (
    SCALARS,
    Memory,
    decorator_of,
    function_call,
    slot_of,
)
from numbagenn.codegen.blocks import VECTOR, inputs_of_block, spikes_of_block
from numbagenn.codegen.description import Description, records_spikes
from numbagenn.codegen.loop_builder import Loop
from numbagenn.codegen.neuron_loop import Incoming, Side, neuron_loop
from numbagenn.language.code_strings import CodeString
from numbagenn.language.reserved_names import TURNS
from numbagenn.memory.buffers import Buffer
from numbagenn.memory.events import EventSide
from numbagenn.memory.faults import Faults
from numbagenn.models.descriptions import Var
from numbagenn.models.initialisers import PostsynapticInit
from numbagenn.network.groups import Group
from numbagenn.network.neuron_groups import NeuronGroup
from numbagenn.network.synapse_groups import SynapseGroup

# How many steps of a neuron one pass over the neurons serves: its state stays in registers that
# long. Longer code is not repeated.
_STEPS_AT_ONCE = 4
_LONGEST_CODE_FOR_STEPS = 12

# Large populations are looked after while they run: when so many neurons have had their turn, an
# interrupt can end that.
_NEURONS_AT_ONCE = 1 << 12

# How many neurons' flags of spikes are looked at in one go.
_FLAGS_AT_ONCE = 8

# What arrays of spike-like events are called, for each side: of flags, and of what is recorded.
_FLAGS: dict[EventSide, str] = {"pre": "events", "post": "post_events"}
RECORDED: dict[EventSide, str] = {"pre": "recorded_events", "post": "recorded_post_events"}

_POSTSYNAPTIC_ORDER = ("ExpCurr", "ExpCond", "DeltaCurr")


def _rank(order: Sequence[str], init: PostsynapticInit) -> int:
    name = init.model.class_name
    return order.index(name) if name in order else len(order)


def _random_key(group: Group, in_blocks: bool) -> str:
    """Return the text of the key of the random numbers that a group draws in one step."""
    step = "steps_done + block - timestep + step" if in_blocks else "age"
    return f"random_numbers.key(seed, {stream_number(group.title)}, batch, {step})"


def function_of_neurons(
    model: Description, group: NeuronGroup, memory: Memory, in_blocks: bool
) -> dict[str, Any]:
    """Return the function that simulates a population, with all code for its neurons."""
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
                sg.den_delay_buffer if "addToPostDelay" in sg.usage.called else None,
            )
            for sg in incoming
        ],
        [(source.bound(), source.target_var) for source in sources],
        group.spike_time_buffer if group.keeps_spike_times else None,
        group.prev_spike_time_buffer if group.keeps_prev_spike_times else None,
        [
            (sg.out_pre_buffer, sg.pre_target_var)
            for sg in outgoing
            if "addToPre" in sg.usage.called
        ],
        sides,
        in_blocks=in_blocks,
    )
    wants_spikes = group.can_spike and (
        bool(outgoing)
        or group.spike_recording_enabled
        or group.shows_current_spikes
        or group.keeps_prev_spike_times
    )
    flags = ""
    block_of_spikes = {}
    trailing = []
    if wants_spikes and in_blocks:
        block_of_spikes = spikes_of_block(group, memory)
        trailing.append(("spike_bits", block_of_spikes["spike_bits"]))
    elif wants_spikes:
        flags = memory.room(group.name, "fired", "uint8", _padded(group.num_neurons))
        trailing.append(("fired", flags))
    trailing += [(side.flags, side.flags) for side in sides if side.flags is not None]
    instead = {
        sg.out_post.buffer: inputs_of_block(model, sg, memory)
        for sg in (incoming if in_blocks else ())
    }
    function = memory.identifier(f"update_{group.name}")

    def call(*last: tuple[str, str]) -> dict[str, str]:
        scalars = {**SCALARS, "random_key": _random_key(group, in_blocks)}
        return function_call(
            function, loop, memory, (), [*trailing, *last], instead=instead, scalars=scalars
        )

    watched = _NEURONS_AT_ONCE if group.num_neurons > 4 * _NEURONS_AT_ONCE else 0
    if watched and TURNS not in loop.scalars:
        trailing.append((TURNS, TURNS))
    steps_at_once = _steps_at_once(loop, group.num_neurons)
    if in_blocks:
        some = call(("first_step", "step"), ("some_steps", str(steps_at_once)))["call"]
        calls = {**call(("first_step", "step"), ("some_steps", "1")), "call_of_some": some}
    else:
        calls = call()
    listed = []
    if wants_spikes and not in_blocks:
        recorded = memory.local(group.name, "recorded") if records_spikes(group) else None
        spikes = group.spikes_buffer
        remembered = group.spike_faults if group.keeps_prev_spike_times else None
        listed.append(_list(memory, flags, spikes, group.spike_count_buffer, recorded, remembered))
    listed += [
        _list(
            memory,
            flags,
            sg.events[side].neurons,
            sg.events[side].count,
            memory.local(sg.name, RECORDED[side]) if sg.records_events(side) else None,
            sg.events[side].faults if sg.events[side].keeps_prev_times else None,
        )
        for flags, sg, side in event_sources
    ]
    return {
        **calls,
        "decorator": decorator_of(loop),
        "steps_at_once": steps_at_once,
        "name": group.name,
        "title": group.title,
        "loop": loop,
        "num_neurons": group.num_neurons,
        "watched": watched,
        "wants_spikes": wants_spikes,
        "lists": listed,
        **block_of_spikes,
    }


def _padded(num_neurons: int) -> int:
    return -(-num_neurons // _FLAGS_AT_ONCE) * _FLAGS_AT_ONCE


def _steps_at_once(loop: Loop, num_neurons: int) -> int:
    """Return how many steps of a neuron are worth running before those of the next one.

    Its state stays in registers meanwhile. Code that asks for the time or for random numbers gets
    them once per step for all neurons; and long code would not be repeated by the compiler but
    looped over, which it cannot do for several neurons at once.
    """
    alike = {"t", "age", "random_key"}.isdisjoint(loop.scalars)
    short = len(loop.lines) <= _LONGEST_CODE_FOR_STEPS
    return _STEPS_AT_ONCE if alike and short and num_neurons >= VECTOR else 1


def _list(
    memory: Memory,
    flags: str,
    spikes: Buffer,
    number: Buffer,
    recorded: str | None,
    remembered: Faults | None,
) -> dict[str, Any]:
    """Return how the flags of one step become a list of neurons, and are recorded.

    Those of the step before are set first if they are to be remembered; if there cannot be so
    many, that is written down in the record given as `remembered`.
    """

    def listed(age: str) -> tuple[str, str]:
        slot = slot_of(age, spikes)
        part = f"[{slot} * {spikes.count} : ({slot} + 1) * {spikes.count}]" if slot else ""
        return f"{memory.row(spikes)}{part}", f"{memory.row(number)}[{slot or 0}]"

    now, count = listed("age + 1")
    before = None
    if remembered is not None:
        then, number_then = listed("age")
        before = f"{then}, to_deliver({then}, {number_then}, {memory.row(remembered)}, t)"
    return {
        "flags": flags,
        "spikes": now,
        "count": count,
        "recorded": recorded,
        "before": before,
    }


def _sides(
    model: Description, group: NeuronGroup, memory: Memory
) -> tuple[list[Side], list[tuple[str, SynapseGroup, EventSide]]]:
    """Return the code that synapse populations have for the neurons of a population.

    And for those that define spike-like events, the arrays of flags that tell of these.
    """
    sides = []
    sources: list[tuple[str, SynapseGroup, EventSide]] = []
    padded = _padded(group.num_neurons)

    def add(
        synapses: SynapseGroup, side: EventSide, variables: tuple[Var, ...], *code: CodeString
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
