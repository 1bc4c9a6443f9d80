"""The functions that run the code of synapses, as templates print them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

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
from numbagenn.codegen.reserved_names import SPIKES_PER_PASS
from numbagenn.codegen.synapse_layouts import SynapseLayout, layout_of
from numbagenn.codegen.synapse_loop import EndpointVariables, EventTime, synapse_loop
from numbagenn.language.usage import Usage
from numbagenn.memory.buffers import Buffer
from numbagenn.memory.events import EventSide
from numbagenn.memory.variables import Variable
from numbagenn.network.neuron_groups import NeuronGroup
from numbagenn.network.synapse_groups import SynapseGroup

# Code of more lines is not repeated for several rows of synapses, or compiling it takes too long.
_LONGEST_REPEATED_CODE = 4

# What blocks of steps gain from rows in pairs, or from sums over neurons with the same spike train,
# is not worth the longer compilation for fewer postsynaptic neurons.
_WIDE = 32

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
    """

    group: SynapseGroup
    kind: EventKind
    layout: SynapseLayout
    loop: Loop
    usage: Usage

    @property
    def adds(self) -> bool:
        """Whether it adds to the input of the postsynaptic neurons."""
        return "addToPost" in self.usage.called

    @property
    def is_short(self) -> bool:
        """Whether it is worth being repeated for several rows in one pass."""
        return self.layout.has_full_rows and len(self.loop.body) <= _LONGEST_REPEATED_CODE

    @property
    def is_wide(self) -> bool:
        """Whether rows are long enough for what only blocks of steps do with several of them."""
        return self.layout.has_full_rows and self.layout.num_post >= _WIDE

    @property
    def can_be_summed_first(self) -> bool:
        """Whether what a spike adds is the same each time, and worth summing up once."""
        return self.adds and not self.loop.stores and self.is_wide


@dataclass(frozen=True)
class Delivery:
    """How a schedule has the code of synapses run.

    Parameters
    ----------
    template
        File that prints the function.
    leading
        The first parameters of the function, which say what happens to which neurons, with what is
        passed for them.
    inputs
        Parameters that take what the code adds to postsynaptic neurons, with what is passed.
    """

    template: str
    leading: list[tuple[str, str]]
    inputs: list[tuple[str, str]]


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
    decorator
        How it is compiled where the template asks for it: for blocks of steps. Functions of single
        steps are plain device functions.
    is_interruptible
        Whether it looks for interrupts before each row of synapses.
    rows_per_pass
        In single steps: how many rows of a matrix one pass over the postsynaptic neurons adds, and
        then how many of what is left. Empty for synapses in lists.
    in_pairs
        In blocks of steps: whether one pass adds two rows where both have a spike in the same step.
    """

    code: SynapseCode
    template: str
    call: FunctionCall
    decorator: str
    is_interruptible: bool
    rows_per_pass: tuple[int, ...]
    in_pairs: bool


def functions_of_synapses(
    model: NetworkView, deliver: Callable[[SynapseCode], Delivery], memory: SimulateMemory
) -> list[SynapseFunction]:
    """Return all functions that run code of synapses, as a schedule delivers to each of them."""
    functions = []
    for group in model.synapse_populations.values():
        codes = [_code_of_synapses(model, group, kind) for kind in kinds_of(group)]
        functions += [_function_of_synapses(code, deliver(code), memory) for code in codes]
    return functions


def _code_of_synapses(model: NetworkView, group: SynapseGroup, kind: EventKind) -> SynapseCode:
    """Return the code of one kind, translated."""
    layout = layout_of(group.connections)
    loop = synapse_loop(
        model.types,
        model.dt,
        group.bound_weight_update(),
        kind,
        layout,
        _endpoint_variables(model, group),
        group.max_dendritic_delay_timesteps,
    )
    return SynapseCode(
        group=group,
        kind=kind,
        layout=layout,
        loop=loop,
        usage=kind.code(group.weight_update.model).usage,
    )


def _function_of_synapses(
    code: SynapseCode, delivery: Delivery, memory: SimulateMemory
) -> SynapseFunction:
    """Return the function that runs some code of synapses."""
    group, layout, loop, called = code.group, code.layout, code.loop, code.usage.called
    leading = [*delivery.leading, *delivery.inputs]
    if "addToPostDelay" in called:
        leading.append(("den_delay", memory.row(group.den_delay_buffer)))
    if "addToPre" in called:
        leading.append(("out_pre", memory.row(group.out_pre_buffer)))
    arrays = layout.column_arrays if code.kind.by_column else layout.row_arrays
    leading += [(name, memory.row(buffer)) for name, buffer in arrays.items()]
    is_interruptible = layout.num_pre * layout.num_post >= _MANY_SYNAPSES
    if is_interruptible:
        leading += interrupt_argument(loop)
    name = memory.namer.unique(f"{code.kind.verb}_{group.name}")
    per_pass = (SPIKES_PER_PASS, 1) if code.is_short else (1,)
    return SynapseFunction(
        code=code,
        template=delivery.template,
        call=function_call(name, loop, memory, leading),
        decorator=decorator_of(loop),
        is_interruptible=is_interruptible,
        rows_per_pass=per_pass if layout.has_full_rows else (),
        in_pairs=code.is_short and code.is_wide,
    )


def _endpoint_variables(model: NetworkView, group: SynapseGroup) -> EndpointVariables:
    references, psm_vars = group.references, group.psm_vars

    def at(
        variables: Mapping[str, Variable], neurons: NeuronGroup, referred: Mapping[str, str]
    ) -> dict[str, Buffer]:
        own = {name: variable.buffer for name, variable in variables.items()}
        return own | {name: neurons.vars[target].buffer for name, target in referred.items()}

    of_psm = {name: psm_vars[target].buffer for name, target in references.post_psm.items()}
    return EndpointVariables(
        pre=at(group.pre_vars, group.src, references.pre),
        post=at(group.post_vars, group.trg, references.post) | of_psm,
        times=_times(model, group),
        delay=group.axonal_delay_steps,
    )


def _times(model: NetworkView, group: SynapseGroup) -> dict[str, EventTime]:
    """Return the times of spikes and events that code may ask for, by name."""
    times = {}
    ends: tuple[tuple[EventSide, NeuronGroup, int], ...] = (
        ("pre", group.src, group.axonal_delay_steps),
        ("post", group.trg, 0),
    )
    for side, population, delay in ends:
        # A spike arrives in the step after the one in which it was emitted, or later.
        latency = (delay + 1) * model.dt
        for word, events in (("st", population.spikes), ("set", group.events.get(side))):
            if events is not None and events.times is not None:
                times[f"{word}_{side}"] = EventTime(events.times, side, latency)
            if events is not None and events.prev_times is not None:
                times[f"prev_{word}_{side}"] = EventTime(events.prev_times, side, latency)
    return times
