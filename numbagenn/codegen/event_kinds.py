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
from numbagenn.memory.events import Events, EventSide
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
    events
        Returns the spikes or events that it happens for; None where a population has none.
    """

    name: str
    code: Callable[[WeightUpdateModel], CodeString]
    phase: Phase
    side: EventSide | None
    verb: str
    template: str
    block_template: str | None = None
    events: Callable[[SynapseGroup], Events | None] | None = None

    @property
    def by_column(self) -> bool:
        """Whether the code runs for columns of synapses, those of postsynaptic neurons.

        It then reaches the presynaptic input, and otherwise the postsynaptic one.
        """
        return self.side == "post"

    def runs_in(self, group: SynapseGroup) -> bool:
        """Return whether a synapse population has anything of this kind."""
        if self.events is not None:
            return self.events(group) is not None
        return not self.code(group.weight_update.model).is_blank


def _presynaptic_spikes(group: SynapseGroup) -> Events | None:
    is_blank = group.weight_update.model.pre_spike_syn_code.is_blank
    return group.src.spike_list if group.src.can_spike and not is_blank else None


def _postsynaptic_spikes(group: SynapseGroup) -> Events | None:
    return group.trg.spike_list if group.learns_from_spikes else None


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
        events=lambda group: group.events.get("pre"),
        verb="deliver_events_of",
        template="synapses_in_rows.jinja",
    ),
    EventKind(
        name="spikes",
        code=attrgetter("pre_spike_syn_code"),
        phase=PRESYNAPTIC_UPDATE,
        side="pre",
        events=_presynaptic_spikes,
        verb="propagate",
        template="synapses_in_rows.jinja",
        block_template="synapses_in_blocks.jinja",
    ),
    EventKind(
        name="events",
        code=attrgetter("post_event_syn_code"),
        phase=POSTSYNAPTIC_UPDATE,
        side="post",
        events=lambda group: group.events.get("post"),
        verb="deliver_postsynaptic_events_of",
        template="synapses_in_columns.jinja",
    ),
    EventKind(
        name="spikes",
        code=attrgetter("post_spike_syn_code"),
        phase=POSTSYNAPTIC_UPDATE,
        side="post",
        events=_postsynaptic_spikes,
        verb="learn_from_spikes_after",
        template="synapses_in_columns.jinja",
    ),
)


def kinds_of(group: SynapseGroup) -> list[EventKind]:
    """Return the kinds of which a synapse population has anything."""
    return [kind for kind in EVENT_KINDS if kind.runs_in(group)]


def delivers_spikes(group: SynapseGroup, population: NeuronGroup) -> bool:
    """Return whether the code of some synapses runs for the spikes of a population."""
    spikes = population.spike_list
    return any(kind.events is not None and kind.events(group) == spikes for kind in EVENT_KINDS)
