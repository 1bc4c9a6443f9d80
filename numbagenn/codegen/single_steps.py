"""The schedule of single steps: all synapses, then all neurons, then the next step."""

from __future__ import annotations

from dataclasses import dataclass

from numbagenn.codegen.arguments import SimulateMemory, function_call, interrupt_argument
from numbagenn.codegen.description import Description, records_spikes
from numbagenn.codegen.event_kinds import EventKind, NeuronList, kinds_of
from numbagenn.codegen.neuron_loop import neuron_loop
from numbagenn.codegen.neurons import (
    EventFlags,
    NeuronFunction,
    code_of_neurons,
    lists_spikes,
    neurons_per_check,
    padded,
    random_key,
)
from numbagenn.codegen.synapses import (
    Delivery,
    SynapseCode,
    SynapseFunction,
    code_of_synapses,
    function_of_synapses,
)
from numbagenn.memory.events import EventSide
from numbagenn.network.neuron_groups import NeuronGroup
from numbagenn.network.synapse_groups import SynapseGroup

#: What the recordings of spike-like events are called.
RECORDED: dict[EventSide, str] = {"pre": "recorded_events", "post": "recorded_post_events"}


@dataclass(frozen=True)
class SpikeList:
    """How the flags of one step become a list of neurons, and are recorded.

    Parameters
    ----------
    flags
        Name of the array of flags.
    spikes, count
        Text of the list of neurons, and of their number.
    recorded
        Name of the recording, if there is one.
    before
        Text of what `set_flags` takes, if the flags start from those of the step before.
    """

    flags: str
    spikes: str
    count: str
    recorded: str | None
    before: str | None


@dataclass(frozen=True)
class NeuronStep(NeuronFunction):
    """The function that runs one step of a population; `lists` are made of its flags."""

    lists: tuple[SpikeList, ...]


class SingleSteps:
    """Simulates one step of everything after the other."""

    template = "simulate.jinja"
    neuron_template = "neurons.jinja"

    def __init__(self, model: Description) -> None:
        self.memory = SimulateMemory()
        self.populations = tuple(model.neuron_populations.values())
        self._model = model

    def synapse_functions(self, group: SynapseGroup) -> list[SynapseFunction]:
        """Return the functions that run the code of some synapses."""
        codes = [code_of_synapses(self._model, group, kind) for kind in kinds_of(group)]
        return [function_of_synapses(code, self._deliver(code), self.memory) for code in codes]

    def _deliver(self, code: SynapseCode) -> Delivery:
        group, kind = code.group, code.kind
        neurons = kind.neurons and kind.neurons(group)
        leading = [] if neurons is None else self._listed(group, kind, neurons)
        inputs = []
        if code.adds:
            inputs.append(("out_post", self.memory.row(group.out_post.buffer)))
        return Delivery(kind.template, leading, inputs)

    def _listed(
        self, group: SynapseGroup, kind: EventKind, neurons: NeuronList
    ) -> list[tuple[str, str]]:
        """Return the parameters for a list of neurons, as they were when the spikes left."""
        step = f"age - {group.axonal_delay_steps}" if kind.side == "pre" else "age"
        spikes, slot = self.memory.slot(neurons.neurons, step)
        count = f"{self.memory.row(neurons.count)}[{slot}]"
        faults = self.memory.row(neurons.faults)
        return [
            ("spikes", spikes),
            ("num_spikes", f"to_deliver({spikes}, {count}, {faults}, t)"),
        ]

    def incoming(self) -> list[tuple[str, str]]:
        """Return nothing: what synapses have added up stays where it is between two steps."""
        return []

    def neuron_function(self, group: NeuronGroup) -> NeuronStep:
        """Return the function that simulates a population, with all code for its neurons."""
        code, event_flags = code_of_neurons(self._model, group, self.memory)
        loop = neuron_loop(self._model.types, self._model.dt, code)
        listed = lists_spikes(self._model, group)
        fired, trailing = "", []
        if listed:
            size = padded(group.num_neurons)
            fired = self.memory.scratch_array(group.name, "fired", "uint8", size)
            trailing.append(("fired", fired))
        trailing += [(flags.name, flags.name) for flags in event_flags]
        if neurons_per_check(group):
            trailing += interrupt_argument(loop)
        name = self.memory.identifier(f"update_{group.name}")
        call = function_call(
            name, loop, self.memory, trailing=trailing, random_key=random_key(group, "age")
        )
        lists = [self._spike_list(group, fired)] if listed else []
        lists += [self._event_list(flags) for flags in event_flags]
        return NeuronStep(group, loop, call, listed, tuple(lists))

    def _spike_list(self, group: NeuronGroup, flags: str) -> SpikeList:
        recorded = None
        if records_spikes(group):
            recorded = self.memory.local(group.name, "recorded")
        neurons = NeuronList(group.spikes_buffer, group.spike_count_buffer, group.spike_faults)
        return self._list(neurons, flags, recorded, group.keeps_prev_spike_times)

    def _event_list(self, flags: EventFlags) -> SpikeList:
        synapses, side = flags.synapses, flags.side
        events, recorded = synapses.events[side], None
        if synapses.records_events(side):
            recorded = self.memory.local(synapses.name, RECORDED[side])
        neurons = NeuronList(events.neurons, events.count, events.faults)
        return self._list(neurons, flags.name, recorded, events.keeps_prev_times)

    def _list(
        self, neurons: NeuronList, flags: str, recorded: str | None, keeps_flags: bool
    ) -> SpikeList:
        """Return how flags become a list; with `keeps_flags` they start from those before."""
        memory, before = self.memory, None
        spikes, slot = memory.slot(neurons.neurons, "age + 1")
        count = f"{memory.row(neurons.count)}[{slot}]"
        if keeps_flags:
            then, slot_then = memory.slot(neurons.neurons, "age")
            count_then = f"{memory.row(neurons.count)}[{slot_then}]"
            faults = memory.row(neurons.faults)
            before = f"{then}, to_deliver({then}, {count_then}, {faults}, t)"
        return SpikeList(flags, spikes, count, recorded, before)
