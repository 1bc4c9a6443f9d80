"""The code of a population of neurons, collected from everything that has some for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from numbagenn.base.random_streams import stream_number
from numbagenn.codegen.arguments import FunctionCall, SimulateMemory, decorator_of
from numbagenn.codegen.event_kinds import delivers_spikes
from numbagenn.codegen.loop_builder import Loop
from numbagenn.codegen.network_view import NetworkView
from numbagenn.codegen.neuron_loop import EndpointCode, IncomingSynapses, NeuronCode
from numbagenn.codegen.order_of_sums import in_order_of_sources, in_order_of_synapses
from numbagenn.memory.events import EventSide
from numbagenn.network.neuron_groups import NeuronGroup
from numbagenn.network.synapse_groups import SynapseGroup

# In large populations a function looks for interrupts each time it has run for so many neurons.
_NEURONS_PER_CHECK = 1 << 12

# The number of neurons whose spike flags are read in one go.
_FLAGS_AT_ONCE = 8

# What the arrays of flags of spike-like events are called.
_FLAGS: dict[EventSide, str] = {"pre": "pre_event_flags", "post": "post_event_flags"}


@dataclass(frozen=True, kw_only=True)
class NeuronFunction:
    """The function that simulates a population, as templates print it.

    Parameters
    ----------
    template
        File that prints it.
    group
        The population.
    loop
        What happens to each neuron.
    call
        Its name and parameters, and how it is called.
    lists_spikes
        Whether anything wants to know which neurons spike.
    shared
        Whether it runs for some of the neurons: from `first` up to but not including `last`.
    """

    template: str
    group: NeuronGroup
    loop: Loop
    call: FunctionCall
    lists_spikes: bool
    shared: bool = False

    @property
    def first(self) -> str:
        """Text of the first neuron that it runs for."""
        return "int64(first)" if self.shared else "0"

    @property
    def last(self) -> str:
        """Text of the neuron after the last one that it runs for."""
        return "int64(last)" if self.shared else str(self.group.num_neurons)

    @property
    def decorator(self) -> str:
        """How it is compiled."""
        return decorator_of(self.loop)

    @property
    def neurons_per_check(self) -> int:
        """After how many neurons it looks for interrupts each time; 0 if it never does."""
        return neurons_per_check(self.group)


def neurons_per_check(group: NeuronGroup) -> int:
    """Return after how many neurons of a population to look for interrupts; 0 for never."""
    return _NEURONS_PER_CHECK if group.num_neurons > 4 * _NEURONS_PER_CHECK else 0


@dataclass(frozen=True)
class EventFlags:
    """The array of flags that show which neurons have a spike-like event.

    Parameters
    ----------
    name
        Name of the array.
    synapses, side
        Which synapses define the event, and for the neurons of which side.
    """

    name: str
    synapses: SynapseGroup
    side: EventSide


def lists_spikes(network: NetworkView, group: NeuronGroup) -> bool:
    """Return whether anything wants to know which neurons of a population spike."""
    return group.can_spike and (
        any(
            synapses.src is group or (synapses.trg is group and delivers_spikes(synapses, group))
            for synapses in network.synapse_populations.values()
        )
        or group.spike_recording_enabled
        or group.shows_current_spikes
        or group.keeps_prev_spike_times
    )


def incoming_synapses(network: NetworkView, group: NeuronGroup) -> list[SynapseGroup]:
    """Return the synapses to a population, in the order in which PyGeNN adds them up.

    Of those that share their input it is one.
    """
    synapses = network.synapse_populations.values()
    return in_order_of_synapses([sg for sg in synapses if sg.trg is group])


def code_of_neurons(
    network: NetworkView, group: NeuronGroup, memory: SimulateMemory
) -> tuple[NeuronCode, list[EventFlags]]:
    """Return all code for the neurons of a population, and the flags of events that it sets."""
    outgoing = [sg for sg in network.synapse_populations.values() if sg.src is group]
    sources = [source for source in network.current_sources.values() if source.target_pop is group]
    event_flags = _event_flags(network, group, memory)
    code = NeuronCode(
        num_neurons=group.num_neurons,
        neuron=group.bound(),
        synapses=[
            IncomingSynapses(
                postsynaptic=sg.bound_postsynaptic(),
                out_post=sg.out_post_buffer,
                target=sg.post_target_var,
                den_delay=sg.den_delay_buffer if "addToPostDelay" in sg.usage.called else None,
            )
            for sg in incoming_synapses(network, group)
        ],
        feedback=[
            (sg.out_pre_buffer, sg.pre_target_var)
            for sg in reversed(outgoing)
            if "addToPre" in sg.usage.called and sg.own_out_pre not in sg.fused
        ],
        sources=[(source.bound(), source.target_var) for source in in_order_of_sources(sources)],
        endpoints=_endpoint_code(network, group, event_flags),
        spike_times=group.spike_list.times,
        prev_spike_times=group.spike_list.prev_times,
    )
    return code, event_flags


def drawn_arrays(group: NeuronGroup, loop: Loop, memory: SimulateMemory) -> list[tuple[str, str]]:
    """Return the arrays of the random numbers that are drawn ahead, and what is passed for them."""
    return [
        (name, memory.scratch_array(group.name, name, dtype, group.num_neurons))
        for name, dtype in loop.scratch.items()
    ]


def _endpoints(network: NetworkView, group: NeuronGroup) -> list[tuple[SynapseGroup, EventSide]]:
    """Return the ends of synapses that a population is at."""
    sides: tuple[EventSide, EventSide] = ("pre", "post")
    return [
        (synapses, side)
        for synapses in network.synapse_populations.values()
        for side in sides
        if group is (synapses.src if side == "pre" else synapses.trg)
    ]


def _event_flags(
    network: NetworkView, group: NeuronGroup, memory: SimulateMemory
) -> list[EventFlags]:
    size = padded(group.num_neurons)
    return [
        EventFlags(memory.scratch_array(synapses.name, _FLAGS[side], "uint8", size), synapses, side)
        for synapses, side in _endpoints(network, group)
        if side in synapses.events
    ]


def _endpoint_code(
    network: NetworkView, group: NeuronGroup, event_flags: Sequence[EventFlags]
) -> list[EndpointCode]:
    names = {(flags.synapses.name, flags.side): flags.name for flags in event_flags}
    result = []
    for synapses, side in _endpoints(network, group):
        events = synapses.events.get(side)
        code = EndpointCode(
            bound=synapses.bound_side(side),
            side=side,
            flags=names.get((synapses.name, side)),
            event_times=events.times if events is not None else None,
            prev_event_times=events.prev_times if events is not None else None,
        )
        if events or code.variables or not (code.dynamics.is_blank and code.on_spike.is_blank):
            result.append(code)
    return result


def padded(num_neurons: int) -> int:
    """Return the size of an array of flags."""
    return -(-num_neurons // _FLAGS_AT_ONCE) * _FLAGS_AT_ONCE


def random_key(group: NeuronGroup, step: str) -> str:
    """Return the text of the key of the random numbers that a population draws in one step."""
    return f"random_numbers.key(seed, {stream_number(group.title)}, batch, {step})"
