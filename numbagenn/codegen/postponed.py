"""Dynamics of synapses that wait for some steps, and then run for all of these at once.

Learning rules such as e-prop change every synapse in every step. That takes as long as moving all of
them through the processor, whatever little is done to each. Often nothing else in a step looks at
what they change. Then it is enough to note, in each step, what they read of the neurons. Once in
eight steps, or before anybody wants to know, each synapse is taken once and goes through the steps
that wait. It does the same operations with the same numbers in the same order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from numbagenn.codegen.event_kinds import EventKind, kinds_of
from numbagenn.codegen.loop_builder import Loop
from numbagenn.codegen.synapse_layouts import DenseLayout, SynapseLayout
from numbagenn.memory.buffers import Buffer
from numbagenn.memory.faults import Faults
from numbagenn.network.synapse_groups import SynapseGroup

#: How many steps run at once.
STEPS_AT_ONCE = 8

# Longer code does not fit into the registers of a processor, and takes long to compile.
_LONGEST_CODE = 24

# With fewer synapses, writing the notes takes longer than it saves.
_FEWEST_SYNAPSES = 4096


@dataclass(frozen=True, kw_only=True)
class Postponed:
    """What dynamics that wait need.

    Parameters
    ----------
    waiting
        Memory of how many steps wait.
    notes
        For memory of neurons that the code reads: the notes, a row for each step that waits.
    """

    waiting: Buffer
    notes: Mapping[Buffer, Buffer]

    @property
    def buffers(self) -> list[Buffer]:
        """All of this memory."""
        return [self.waiting, *self.notes.values()]


def postponed(
    group: SynapseGroup,
    kind: EventKind,
    layout: SynapseLayout,
    loop: Loop,
    endpoints: Iterable[Buffer],
) -> Postponed | None:
    """Return what some code of synapses needs to wait, or None if it cannot or had better not.

    Parameters
    ----------
    group, kind, layout, loop
        As for `SynapseCode`.
    endpoints
        Memory of neurons that the code may read.
    """
    if not _may_wait(group, kind, layout, loop):
        return None
    known = {id(buffer) for buffer in endpoints}
    read = {argument.buffer for argument in loop.arguments if id(argument.buffer) in known}
    if any(buffer.slots > 1 for buffer in read):
        return None
    return Postponed(
        waiting=Buffer(f"{group.name}_waiting", "uint32_t", 1, per_element=False),
        notes={buffer: _notes(group, buffer) for buffer in read},
    )


def _may_wait(group: SynapseGroup, kind: EventKind, layout: SynapseLayout, loop: Loop) -> bool:
    """Return whether nothing else notices if the code of some synapses runs later."""
    model = group.weight_update.model
    others = [other.code(model).usage for other in kinds_of(group) if other is not kind]
    own = kind.code(model).usage
    seen = {name for other in others for name in other.names}
    changed = {name for other in others for name in other.assigned}
    return (
        kind.side is None
        and isinstance(layout, DenseLayout)
        and layout.num_pre * layout.num_post >= _FEWEST_SYNAPSES
        and not own.called & {"addToPost", "addToPostDelay", "addToPre"}
        and not own.assigns_elements
        and not any(other.assigns_elements for other in others)
        and not own.assigned & seen
        and not own.names & changed
        # Neither the time nor anything that goes wrong in it is noted.
        and {*loop.scalars} <= {"batch", "num_batch"}
        and not any(isinstance(argument.buffer, Faults) for argument in loop.arguments)
        and len(loop.lines) <= _LONGEST_CODE
    )


def _notes(group: SynapseGroup, buffer: Buffer) -> Buffer:
    """Return memory for notes of what synapses read of some memory of neurons."""
    return Buffer(
        f"{group.name}_noted_{buffer.name}",
        buffer.type,
        STEPS_AT_ONCE * buffer.count,
        per_element=buffer.per_element,
        columns=buffer.count,
    )
