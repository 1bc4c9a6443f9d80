"""Everything that can happen at synapses, as a table: to add a kind, add a row.

A row says which code runs, in which phase of a step, for which neurons, and which template loops
over the synapses. The code of a kind runs once in each step: for all synapses, or for those of the
neurons in a list.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

from numbagenn.language.code_strings import CodeString
from numbagenn.memory.buffers import Buffer
from numbagenn.memory.events import Events, EventSide
from numbagenn.memory.faults import Faults
from numbagenn.models.descriptions import WeightUpdateModel
from numbagenn.network.neuron_groups import NeuronGroup
from numbagenn.network.synapse_groups import SynapseGroup


@dataclass(frozen=True)
class Phase:
    """A part of a step that can be run, and timed, on its own.

    Parameters
    ----------
    bit
        The bit that stands for it in what the kernel ``simulate`` is told.
    timer
        Name of the timer.
    """

    bit: int
    timer: str


SYNAPSE_DYNAMICS = Phase(1, "synapse_dynamics")
PRESYNAPTIC_UPDATE = Phase(2, "presynaptic_update")
POSTSYNAPTIC_UPDATE = Phase(4, "postsynaptic_update")
NEURON_UPDATE = Phase(8, "neuron_update")

#: All phases, in the order of a step.
PHASES = (SYNAPSE_DYNAMICS, PRESYNAPTIC_UPDATE, POSTSYNAPTIC_UPDATE, NEURON_UPDATE)

#: All of them in one go; no timer can separate them.
WHOLE_STEP = Phase(sum(phase.bit for phase in PHASES), "")


@dataclass(frozen=True)
class NeuronList:
    """Memory of a list of neurons: those that spiked, or that had a spike-like event.

    Parameters
    ----------
    neurons, count
        The neurons, and how many of them count.
    faults
        Record of a count that is larger than the list.
    """

    neurons: Buffer
    count: Buffer
    faults: Faults


@dataclass(frozen=True, kw_only=True)
class EventKind:
    """One kind of what happens at synapses.

    Parameters
    ----------
    name
        What happens, for docstrings of generated functions.
    code
        Returns the code that it runs.
    phase
        When in a step it runs.
    side
        On which side the neurons are that it happens to; None for all synapses.
    verb
        What the name of its function begins with.
    template
        File that prints its function.
    block_template
        File that prints it for a block of steps; None for what needs single steps.
    neurons
        Returns the list of neurons that it happens to; None where a population has no such list.
    """

    name: str
    code: Callable[[WeightUpdateModel], CodeString]
    phase: Phase
    side: EventSide | None
    verb: str
    template: str
    block_template: str | None = None
    neurons: Callable[[SynapseGroup], NeuronList | None] | None = None

    @property
    def by_column(self) -> bool:
        """Whether the code runs for columns of synapses, those of postsynaptic neurons.

        It then reaches the presynaptic input, and otherwise the postsynaptic one.
        """
        return self.side == "post"

    def runs_in(self, group: SynapseGroup) -> bool:
        """Return whether a synapse population has anything of this kind."""
        if self.neurons is not None:
            return self.neurons(group) is not None
        return not self.code(group.weight_update.model).is_blank


def spikes_of(population: NeuronGroup) -> NeuronList:
    """Return the list of neurons that spiked."""
    neurons, count = population.spikes_buffer, population.spike_count_buffer
    return NeuronList(neurons, count, population.spike_faults)


def events_of(events: Events) -> NeuronList:
    """Return the list of neurons that had a spike-like event."""
    return NeuronList(events.neurons, events.count, events.faults)


def _presynaptic_spikes(group: SynapseGroup) -> NeuronList | None:
    is_blank = group.weight_update.model.pre_spike_syn_code.is_blank
    return spikes_of(group.src) if group.src.can_spike and not is_blank else None


def _presynaptic_events(group: SynapseGroup) -> NeuronList | None:
    return events_of(group.events["pre"]) if "pre" in group.events else None


def _postsynaptic_events(group: SynapseGroup) -> NeuronList | None:
    return events_of(group.events["post"]) if "post" in group.events else None


#: All kinds, in the order in which a population's functions are printed.
EVENT_KINDS = (
    EventKind(
        name="dynamics",
        code=attrgetter("synapse_dynamics_code"),
        phase=SYNAPSE_DYNAMICS,
        side=None,
        verb="run",
        template="synapse_dynamics.jinja",
    ),
    EventKind(
        name="events",
        code=attrgetter("pre_event_syn_code"),
        phase=PRESYNAPTIC_UPDATE,
        side="pre",
        neurons=_presynaptic_events,
        verb="deliver_events_of",
        template="synapses_in_rows.jinja",
    ),
    EventKind(
        name="spikes",
        code=attrgetter("pre_spike_syn_code"),
        phase=PRESYNAPTIC_UPDATE,
        side="pre",
        neurons=_presynaptic_spikes,
        verb="propagate",
        template="synapses_in_rows.jinja",
        block_template="synapses_in_blocks.jinja",
    ),
    EventKind(
        name="events",
        code=attrgetter("post_event_syn_code"),
        phase=POSTSYNAPTIC_UPDATE,
        side="post",
        neurons=_postsynaptic_events,
        verb="deliver_postsynaptic_events_of",
        template="synapses_in_columns.jinja",
    ),
)


def kinds_of(group: SynapseGroup) -> list[EventKind]:
    """Return the kinds of which a synapse population has anything."""
    return [kind for kind in EVENT_KINDS if kind.runs_in(group)]


def delivers_spikes(group: SynapseGroup, population: NeuronGroup) -> bool:
    """Return whether the code of some synapses runs for the spikes of a population."""
    lists = [kind.neurons(group) for kind in EVENT_KINDS if kind.neurons is not None]
    return any(one is not None and one.neurons is population.spikes_buffer for one in lists)
