"""Everything that can happen at synapses, as a table: to add a kind, add a row.

A row says which code runs, in which phase of a step, for which neurons, and which template loops
over the synapses. The code of a kind runs once in each step: for all synapses, or for those of the
neurons in a list.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

from numbagenn.language.code_strings import Snippet
from numbagenn.memory.buffers import Buffer
from numbagenn.memory.events import EventSide
from numbagenn.memory.faults import Faults
from numbagenn.models.descriptions import WeightUpdateModel

if TYPE_CHECKING:
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


SYNAPSE_DYNAMICS = Phase(2, "synapse_dynamics")
PRESYNAPTIC_UPDATE = Phase(1, "presynaptic_update")
POSTSYNAPTIC_UPDATE = Phase(8, "postsynaptic_update")
NEURON_UPDATE = Phase(4, "neuron_update")

#: All phases, in the order of a step.
PHASES = (SYNAPSE_DYNAMICS, PRESYNAPTIC_UPDATE, POSTSYNAPTIC_UPDATE, NEURON_UPDATE)

#: All of them in one go, which no timer can tell apart.
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


@dataclass(frozen=True)
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
    template
        File that prints its function.
    verb
        What the name of its function begins with.
    neurons
        Returns the list of neurons that it happens to; None where a population has no such list.
    """

    name: str
    code: Callable[[WeightUpdateModel], Snippet]
    phase: Phase
    side: EventSide | None
    template: str
    verb: str
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


def _spikes(group: SynapseGroup) -> NeuronList | None:
    source = group.src
    if not source.can_spike or group.weight_update.model.pre_spike_syn_code.is_blank:
        return None
    return NeuronList(source.spikes_buffer, source.spike_count_buffer, source.spike_faults)


def _events(side: EventSide) -> Callable[[SynapseGroup], NeuronList | None]:
    def listed(group: SynapseGroup) -> NeuronList | None:
        events = group.events.get(side)
        if events is None:
            return None
        return NeuronList(events.neurons, events.count, events.faults)

    return listed


#: What happens in single steps, in the order in which a population's functions are printed.
EVENT_KINDS = (
    EventKind(
        "dynamics",
        attrgetter("synapse_dynamics_code"),
        SYNAPSE_DYNAMICS,
        None,
        "synapse_dynamics.jinja",
        "run",
    ),
    EventKind(
        "events",
        attrgetter("pre_event_syn_code"),
        PRESYNAPTIC_UPDATE,
        "pre",
        "synapses_in_rows.jinja",
        "deliver_events_of",
        _events("pre"),
    ),
    EventKind(
        "spikes",
        attrgetter("pre_spike_syn_code"),
        PRESYNAPTIC_UPDATE,
        "pre",
        "synapses_in_rows.jinja",
        "propagate",
        _spikes,
    ),
    EventKind(
        "events",
        attrgetter("post_event_syn_code"),
        POSTSYNAPTIC_UPDATE,
        "post",
        "synapses_in_columns.jinja",
        "deliver_postsynaptic_events_of",
        _events("post"),
    ),
)

#: What happens in blocks of steps, where nothing but spikes is possible.
KINDS_IN_BLOCKS = (
    EventKind(
        "spikes",
        attrgetter("pre_spike_syn_code"),
        PRESYNAPTIC_UPDATE,
        "pre",
        "synapses_in_blocks.jinja",
        "propagate",
        _spikes,
    ),
)
