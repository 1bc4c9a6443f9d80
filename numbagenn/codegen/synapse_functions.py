"""The functions that run the code of synapses, as templates print them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from numbagenn.codegen.arguments import (
    FunctionCall,
    SimulateMemory,
    decorator_of,
    function_call,
    interrupt_argument,
)
from numbagenn.codegen.event_kinds import EventKind, kinds_of
from numbagenn.codegen.loop_builder import Loop
from numbagenn.codegen.network_view import NetworkView
from numbagenn.codegen.synapse_layouts import SynapseLayout, layout_of
from numbagenn.codegen.synapse_loop import EndpointVariables, EventTime, synapse_loop
from numbagenn.language.usage import Usage
from numbagenn.memory.buffers import Buffer
from numbagenn.memory.events import EventSide
from numbagenn.memory.variables import Variable
from numbagenn.network.neuron_groups import NeuronGroup
from numbagenn.network.synapse_groups import SynapseGroup

# Code of more lines is not repeated for several rows of synapses, or compiling it takes too long.
# What adds to the presynaptic neurons gains more from that, and is repeated less often.
_LONGEST_REPEATED_CODE = 4
_LONGEST_REPEATED_CODE_BACK = 8

# Where there are as many synapses as this, a function looks for interrupts before each row.
_MANY_SYNAPSES = 1 << 22


@dataclass(frozen=True, kw_only=True)
class SynapseCode:
    """Code that runs for some synapses, translated, before a schedule decides how it is called.

    Parameters
    ----------
    group, kind
        Which synapses, and what happens to them.
    layout
        How the synapses are laid out.
    loop
        What happens at each synapse.
    usage
        What the code uses.
    touched
        Names of the records of rows that it touches, with their memory.
    """

    group: SynapseGroup
    kind: EventKind
    layout: SynapseLayout
    loop: Loop
    usage: Usage
    touched: Mapping[str, Buffer]

    @property
    def adds(self) -> bool:
        """Whether it adds to the input of the postsynaptic neurons."""
        return "addToPost" in self.usage.called

    @property
    def adds_back(self) -> bool:
        """Whether it sums up, over a row, what it adds to the input of the presynaptic neuron."""
        return "addToPre" in self.usage.called and not self.kind.by_column

    def touch(self, pre: str) -> list[str]:
        """Return the lines which note that the row of a presynaptic neuron is touched."""
        return [f"{array}[{pre}] = 1" for array in self.touched]

    @property
    def is_short(self) -> bool:
        """Whether it is worth being repeated for several rows in one pass."""
        longest = _LONGEST_REPEATED_CODE_BACK if self.adds_back else _LONGEST_REPEATED_CODE
        return self.layout.has_full_rows and len(self.loop.body) <= longest

    @property
    def is_interruptible(self) -> bool:
        """Whether its function looks for interrupts before each row of synapses."""
        return self.layout.num_pre * self.layout.num_post >= _MANY_SYNAPSES


@dataclass(frozen=True, kw_only=True)
class SynapseFunction:
    """The function that runs some code of synapses, as templates print it.

    Parameters
    ----------
    code
        What it runs.
    template
        File that prints it.
    call
        Its name and parameters, and how it is called.
    """

    code: SynapseCode
    template: str
    call: FunctionCall

    #: Whether it runs for a block of steps, before the neurons that the synapses project to.
    sums_ahead: ClassVar[bool] = False

    @property
    def decorator(self) -> str:
        """How it is compiled."""
        return decorator_of(self.code.loop)


def codes_of_synapses(network: NetworkView) -> list[SynapseCode]:
    """Return all code that runs for synapses, in the order in which its functions run."""
    groups = list(network.synapse_populations.values())
    if any(group.fused for group in groups):
        # Where populations share an input, the order decides the last bit. This is PyGeNN's order
        # for populations of the same kind.
        groups.sort(key=lambda group: group.name)
    return [_code_of_synapses(network, group, kind) for group in groups for kind in kinds_of(group)]


def _code_of_synapses(network: NetworkView, group: SynapseGroup, kind: EventKind) -> SynapseCode:
    """Return the code of one kind, translated."""
    layout = layout_of(group.connections, group.shared_kernel)
    loop = synapse_loop(
        network.types,
        network.dt,
        group.bound_weight_update(),
        kind,
        layout,
        _endpoint_variables(network, group),
        group.max_dendritic_delay_timesteps,
    )
    usage = kind.code(group.weight_update.model).usage
    records = {name: variable.buffer.touched for name, variable in group.vars.items()}
    return SynapseCode(
        group=group,
        kind=kind,
        layout=layout,
        loop=loop,
        usage=usage,
        touched={
            loop.namer.unique(f"{name}_touched"): record
            for name, record in records.items()
            if record is not None and name in usage.assigned
        },
    )


def call_of_synapses(
    code: SynapseCode,
    memory: SimulateMemory,
    leading: Sequence[tuple[str, str]],
    *,
    in_parts: bool = False,
) -> FunctionCall:
    """Return the call of the function that runs some code of synapses.

    Parameters
    ----------
    code
        The code.
    memory
        Where names are from.
    leading
        The first parameters of the function with what is passed for them: what happens to which
        neurons, and what takes the input that the code adds.
    in_parts
        Whether it runs for parts of the rows.
    """
    group, called, pairs = code.group, code.usage.called, [*leading]
    if "addToPostDelay" in called:
        pairs.append(("den_delay", memory.row(group.den_delay_buffer)))
    if "addToPre" in called:
        pairs.append(("out_pre", memory.row(group.out_pre_buffer)))
    layout = code.layout
    arrays = layout.column_arrays if code.kind.by_column else layout.row_arrays
    if in_parts:
        arrays = layout.part_arrays
    arrays = {**arrays, **code.touched}
    pairs += [(name, memory.row(buffer)) for name, buffer in arrays.items()]
    if code.is_interruptible:
        pairs += interrupt_argument(code.loop)
    name = memory.namer.unique(f"{code.kind.verb}_{group.name}")
    size = layout.num_pre if code.kind.by_column else layout.num_post
    pairs += [
        (array, memory.scratch_array(name, array, dtype, size))
        for array, dtype in code.loop.scratch.items()
    ]
    return function_call(name, code.loop, memory, pairs)


def _endpoint_variables(network: NetworkView, group: SynapseGroup) -> EndpointVariables:
    references, psm_vars = group.references, group.psm_vars

    def at(
        variables: Mapping[str, Variable], neurons: NeuronGroup, referred: Mapping[str, str]
    ) -> dict[str, Buffer]:
        own = {name: variable.buffer for name, variable in variables.items()}
        return own | {name: neurons.vars[target].buffer for name, target in referred.items()}

    of_psm = {
        name: group.shared(psm_vars[target].buffer) for name, target in references.post_psm.items()
    }
    return EndpointVariables(
        pre=at(group.pre_vars, group.src, references.pre),
        post=at(group.post_vars, group.trg, references.post) | of_psm,
        times=_times(network, group),
        delays={"pre": group.axonal_delay_steps, "post": group.back_prop_delay_steps},
    )


def _times(network: NetworkView, group: SynapseGroup) -> dict[str, EventTime]:
    """Return the times of spikes and events that code may ask for, by name."""
    times = {}
    ends: tuple[tuple[EventSide, NeuronGroup], ...] = (("pre", group.src), ("post", group.trg))
    for side, population in ends:
        # A spike arrives in the step after the one in which it was emitted, or later.
        latency = (group.delay_steps(side) + 1) * network.dt
        for word, events in (("st", population.spike_list), ("set", group.events.get(side))):
            if events is not None and events.times is not None:
                times[f"{word}_{side}"] = EventTime(events.times, side, latency)
            if events is not None and events.prev_times is not None:
                times[f"prev_{word}_{side}"] = EventTime(events.prev_times, side, latency)
    return times
