"""Dynamics of synapses that wait for several steps, and then catch up with all of them.

What dynamics change is often nothing that a step needs: the traces and the gradients of a learning
rule are read once an image is over. To visit a matrix of synapses in every step takes as long as to
move it through the cache. Such dynamics only note what the neurons at both ends are in each step.
Later, one pass over the synapses does some steps at each synapse, while its variables are in
registers. They are the same operations on the same numbers in the same order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from numbagenn.codegen.arguments import SimulateMemory
from numbagenn.codegen.event_kinds import SYNAPSE_DYNAMICS
from numbagenn.codegen.loop_builder import Loop
from numbagenn.codegen.synapse_functions import SynapseCode, SynapseFunction, call_of_synapses
from numbagenn.codegen.synapse_layouts import DenseLayout
from numbagenn.memory.buffers import Buffer

#: How many steps wait: what is noted of them has to stay in the nearest cache.
LATE_STEPS = 16

# One pass does so many of them at each synapse, if its code has at most so many lines.
_LINES_AND_STEPS = ((8, 8), (16, 4))
_LONGEST_CODE = 16

# For so many postsynaptic neurons at a time, or what is noted of them would not stay in the cache.
_NEURONS_AT_ONCE = 128

# Fewer synapses stay in the nearest cache themselves.
_FEWEST_SYNAPSES = 1 << 12

# Of so many populations, those that are alike share a function, which no late one can.
_MOST_POPULATIONS = 3

# What code calls that others wait for, or that knows the step in which it runs.
_IN_STEP = {"addToPre", "addToPost", "addToPostDelay", "assert", "printf"}

# The index of an element of a synapse.
_SYNAPSE = DenseLayout.index

_LOAD = re.compile(r"(?P<local>\w+) = (?P<array>\w+)\[(?P<index>pre, post|pre|post|0)\]")


@dataclass(frozen=True, kw_only=True)
class Noted:
    """What is noted of the neurons at one end.

    Parameters
    ----------
    local, locals
        What the code calls it, and the function for each of several steps.
    array
        What the function calls the notes.
    notes, row
        What ``simulate`` calls the notes, and what it notes there.
    side
        ``"pre"`` or ``"post"``.
    count
        Number of neurons.
    """

    local: str
    locals: Sequence[str]
    array: str
    notes: str
    row: str
    side: str
    count: int


@dataclass(frozen=True, kw_only=True)
class LateDynamics(SynapseFunction):
    """The function that lets dynamics catch up; `noted` is what it has to know of each step.

    Parameters
    ----------
    noted
        What is noted in each step.
    steps_per_pass
        How many steps it does at each synapse before it goes on to the next one, and then how many
        of what is left.
    """

    noted: Sequence[Noted]
    steps_per_pass: tuple[int, ...]

    #: How many postsynaptic neurons it runs for at a time.
    at_once = _NEURONS_AT_ONCE

    @property
    def decorator(self) -> str:
        """How it is compiled: once, though it is called at two places."""
        usual = super().decorator
        return "separate_function" if usual == "noalias_function" else usual

    @property
    def loads(self) -> list[str]:
        """Lines that take the variables of a synapse out of their arrays."""
        return [found[0] for found in _loads(self.code.loop.loads) if found["index"] == _SYNAPSE]

    @property
    def notes(self) -> list[Noted]:
        """What to note: once, even if it is that of both ends."""
        return [*{one.notes: one for one in self.noted}.values()]

    def at(self, side: str) -> list[Noted]:
        """Return what is noted of the neurons at one end."""
        return [one for one in self.noted if one.side == side]


def late_codes(codes: Sequence[SynapseCode]) -> list[SynapseCode]:
    """Return the dynamics that can wait, given all code of synapses of a network."""
    found = [
        code
        for code in codes
        if _is_worthwhile(code)
        and _depends_on_neurons_alone(code)
        and not any(_disturbs(other, _own(code)) for other in codes if other is not code)
    ]
    return found if len(found) <= _MOST_POPULATIONS else []


def _is_worthwhile(code: SynapseCode) -> bool:
    size = code.layout.num_pre * code.layout.num_post
    return (
        isinstance(code.layout, DenseLayout)
        and code.kind.phase is SYNAPSE_DYNAMICS
        and size >= _FEWEST_SYNAPSES
        and not code.is_interruptible
        and len(code.loop.lines) <= _LONGEST_CODE
    )


def _depends_on_neurons_alone(code: SynapseCode) -> bool:
    """Return whether the code reads its synapses, neurons, and what stays the same, and no more."""
    loop = code.loop
    params = {
        buffer for params in code.group.dynamic_params() for buffer in params.buffers.values()
    }
    taken = {found["array"] for found in _loads(loop.loads)}
    return (
        _IN_STEP.isdisjoint(code.usage.called)
        and {"batch", "num_batch"}.issuperset(loop.scalars)
        and not (loop.ahead or loop.scratch)
        and len(_loads(loop.loads)) == len(loop.loads)
        and all(one.name in taken or one.buffer in params for one in loop.arguments)
    )


def _loads(lines: Sequence[str]) -> list[re.Match[str]]:
    """Return the lines that do nothing but take an element out of an array."""
    return [found for line in lines if (found := _LOAD.fullmatch(line))]


def _own(code: SynapseCode) -> dict[Buffer, bool]:
    """Return the variables of synapses that some code uses, and whether it changes them."""
    own = {found["array"] for found in _loads(code.loop.loads) if found["index"] == _SYNAPSE}
    changed = _changed(code.loop)
    return {one.buffer: one.buffer in changed for one in code.loop.arguments if one.name in own}


def _changed(loop: Loop) -> set[Buffer]:
    """Return the memory that a loop may change: all that it does more with than loading it."""
    lines = [*loop.before, *loop.loads]
    more = {line for line in lines if not _LOAD.fullmatch(line)}
    words = {*re.findall(r"\w+", "\n".join([*more, *loop.ahead, *loop.lines, *loop.stores]))}
    return {one.buffer for one in loop.arguments if one.name in words}


def _disturbs(other: SynapseCode, own: dict[Buffer, bool]) -> bool:
    """Return whether other code changes variables of synapses, or reads what changes late."""
    changed = _changed(other.loop)
    return any(
        one.buffer in own and (own[one.buffer] or one.buffer in changed)
        for one in other.loop.arguments
    )


def late_dynamics(code: SynapseCode, memory: SimulateMemory) -> LateDynamics:
    """Return the function that lets some dynamics catch up."""
    loop = code.loop
    at_once = next(steps for lines, steps in _LINES_AND_STEPS if len(loop.lines) <= lines)
    buffers = {one.name: one.buffer for one in loop.arguments}
    noted = [
        _noted(code, found, buffers[found["array"]], memory, at_once)
        for found in _loads(loop.loads)
        if found["index"] != _SYNAPSE
    ]
    return LateDynamics(
        code=code,
        template="late_dynamics.jinja",
        call=call_of_synapses(
            code,
            memory,
            [("waiting", "waiting")],
            instead={buffers[one.array]: one.notes for one in noted},
        ),
        noted=noted,
        steps_per_pass=(at_once, 1),
    )


def _noted(
    code: SynapseCode, found: re.Match[str], buffer: Buffer, memory: SimulateMemory, at_once: int
) -> Noted:
    """Return how the elements of a buffer are noted that some code takes."""
    local, side = found["local"], found["index"]
    count = code.layout.num_pre if side == "pre" else code.layout.num_post
    dtype = memory.precision.resolve(buffer.type).numpy_name
    return Noted(
        local=local,
        locals=[code.loop.namer.unique(f"{local}_{step}") for step in range(at_once)],
        array=found["array"],
        notes=memory.scratch_array(buffer.name, "noted", dtype, LATE_STEPS * count),
        row=memory.row(buffer),
        side=side,
        count=count,
    )
