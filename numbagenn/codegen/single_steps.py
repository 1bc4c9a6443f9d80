"""Single steps: all synapses, then all neurons, then the next step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from numbagenn.codegen.arguments import SimulateMemory, function_call, interrupt_argument
from numbagenn.codegen.network_view import NetworkView, records_spikes
from numbagenn.codegen.neuron_functions import (
    EventFlags,
    NeuronFunction,
    code_of_neurons,
    drawn_arrays,
    incoming_synapses,
    lists_spikes,
    neurons_per_check,
    padded,
    random_key,
)
from numbagenn.codegen.neuron_loop import neuron_loop
from numbagenn.codegen.reserved_names import SPIKES_PER_PASS, SPIKES_PER_PASS_BACK
from numbagenn.codegen.synapse_functions import (
    SynapseCode,
    SynapseFunction,
    call_of_synapses,
)
from numbagenn.memory.events import Events, EventSide
from numbagenn.network.neuron_groups import NeuronGroup
from numbagenn.network.synapse_groups import SynapseGroup

if TYPE_CHECKING:
    from numbagenn.codegen.block_steps import BlockSteps
    from numbagenn.codegen.blocks import Blocks

# Where populations are simulated in blocks, which step of the block a single step is.
_STEP_OF_BLOCK = "step - block"

# The loop over fewer neurons becomes a part of the kernel: a call takes about as long.
_FEWEST_NEURONS_TO_CALL = 64

# What the recordings of spike-like events are called.
_RECORDED: dict[EventSide, str] = {"pre": "recorded_pre_events", "post": "recorded_post_events"}


@dataclass(frozen=True, kw_only=True)
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
    listed
        Name of the array of the lists of all parts, if there are parts.
    """

    flags: str
    spikes: str
    count: str
    recorded: str | None
    before: str | None
    listed: str


@dataclass(frozen=True, kw_only=True)
class NeuronStep(NeuronFunction):
    """The function that runs one step of a population; `lists` are made of its flags."""

    lists: tuple[SpikeList, ...]

    @property
    def decorator(self) -> str:
        """How it is compiled."""
        usual = super().decorator
        is_long = self.group.num_neurons >= _FEWEST_NEURONS_TO_CALL
        return "separate_function" if is_long and usual == "noalias_function" else usual


@dataclass(frozen=True, kw_only=True)
class SynapseStep(SynapseFunction):
    """The function that runs some code of synapses in one step.

    Parameters
    ----------
    rows_per_pass
        How many rows of a matrix one pass over the postsynaptic neurons adds, and then how many of
        what is left. Empty for synapses in lists.
    arriving
        Text of the list of neurons that it runs for, and of their number, if there is one.
    row_header
        Lines that begin a loop over the synapses of the presynaptic neuron `pre`.
    row_starts
        Text of where rows begin, for `fetch_ahead`; none for a matrix.
    """

    rows_per_pass: tuple[int, ...]
    arriving: str
    row_header: list[str]
    row_starts: str

    @property
    def ahead(self) -> list[str]:
        """The loop that computes what all rows, or all columns, have in common."""
        code = self.code
        if not code.loop.ahead:
            return []
        header = code.layout.column_header if code.kind.by_column else self.row_header
        lines = [*header, *("    " + line for line in code.loop.ahead)]
        if code.kind.events is None:
            return lines
        return ["if num_spikes:", *("    " + line for line in lines)]


class SingleSteps:
    """Makes the functions of single steps, and names what they share.

    Parameters
    ----------
    network, blocks
        The network, and what of it is simulated block by block instead.
    in_blocks
        What makes the functions of blocks, from which these take what arrives.
    memory
        Where names are from.
    shared
        Whether the functions run for parts of the neurons, because threads share these.
    """

    def __init__(
        self,
        network: NetworkView,
        blocks: Blocks,
        in_blocks: BlockSteps,
        memory: SimulateMemory,
        *,
        shared: bool,
    ) -> None:
        self.memory = memory
        self._shared = shared
        self._network = network
        self._blocks = blocks
        self._in_blocks = in_blocks
        self._inputs_ahead = {
            group.out_post_buffer
            for group in network.synapse_populations.values()
            if blocks.sums_ahead(group)
        }

    def synapse_function(self, code: SynapseCode) -> SynapseStep:
        """Return the function that runs some code of synapses."""
        group, kind = code.group, code.kind
        leading, arriving = self._own_synapses(code), ""
        if kind.events is not None:
            spikes, num_spikes = self._arriving(code)
            leading += [("spikes", spikes), ("num_spikes", num_spikes)]
            arriving = f"{spikes}, {num_spikes}"
        if code.adds:
            # Where others that share this input sum it up ahead, it goes on in what they did.
            ahead = self._summed_ahead(group)
            leading.append(("out_post", ahead or self.memory.row(group.out_post_buffer)))
        at_once = SPIKES_PER_PASS_BACK if code.adds_back else SPIKES_PER_PASS
        per_pass = (at_once, 1) if code.is_short else (1,)
        return SynapseStep(
            code=code,
            template=code.layout.row_template or kind.template,
            call=call_of_synapses(code, self.memory, leading, in_parts=self._shared),
            rows_per_pass=per_pass if code.layout.has_full_rows else (),
            arriving=arriving,
            row_header=code.layout.part_header if self._shared else code.layout.row_header,
            row_starts=code.layout.part_starts if self._shared else code.layout.row_starts,
        )

    def _own_synapses(self, code: SynapseCode) -> list[tuple[str, str]]:
        """Return what a function takes to know which synapses are its own."""
        if code.layout.has_full_rows:
            return self._own_neurons(code.group.trg)
        return [(name, name) for name in ("begin", "end", "parts")] if self._shared else []

    def _own_neurons(self, group: NeuronGroup) -> list[tuple[str, str]]:
        """Return what a function takes to know which neurons of a population are its own."""
        if not self._shared:
            return []
        count = group.num_neurons
        return [
            ("first", f"first_of_part({count}, begin, parts)"),
            ("last", f"first_of_part({count}, end, parts)"),
        ]

    def _summed_ahead(self, group: SynapseGroup) -> str:
        """Return what some synapses bring in a step as text, if it is summed up ahead."""
        if group.out_post_buffer in self._inputs_ahead:
            return f"{self._in_blocks.inputs(group)}[{_STEP_OF_BLOCK}]"
        return ""

    def _arriving(self, code: SynapseCode) -> tuple[str, str]:
        """Return the list of neurons that code of synapses runs for, and their number, as text."""
        group, kind = code.group, code.kind
        if kind.side == "pre" and group.src in self._blocks:
            lists = self._in_blocks.by_step(group)
            return f"{lists.spikes}[{_STEP_OF_BLOCK}]", f"{lists.num_spikes}[{_STEP_OF_BLOCK}]"
        assert kind.events is not None
        assert kind.side is not None
        events = kind.events(group)
        assert events is not None
        # The neurons are those of the step in which the spikes left.
        delay = group.delay_steps(kind.side)
        return self._delivered(
            events, f"steps_since_load - {delay}" if delay else "steps_since_load"
        )

    def _listed(self, events: Events, step: str) -> tuple[str, str]:
        """Return the list of neurons of one step, and their number, as text."""
        spikes, slot = self.memory.slot(events.neurons, step)
        return spikes, f"{self.memory.row(events.count)}[{slot}]"

    def _delivered(self, events: Events, step: str) -> tuple[str, str]:
        """Return the same with a number that is checked, as it may have been set from outside."""
        spikes, count = self._listed(events, step)
        faults = self.memory.row(events.faults, f"{events.neurons.name}_faults")
        return spikes, f"to_deliver({spikes}, {count}, {faults}, t)"

    def neuron_function(self, group: NeuronGroup) -> NeuronStep:
        """Return the function that simulates a population, with all code for its neurons."""
        code, event_flags = code_of_neurons(self._network, group, self.memory)
        loop = neuron_loop(self._network.types, self._network.dt, code, in_parts=self._shared)
        listed = lists_spikes(self._network, group)
        fired, trailing = "", drawn_arrays(group, loop, self.memory)
        if listed:
            size = padded(group.num_neurons)
            fired = self.memory.scratch_array(group.name, "fired", "uint8", size)
            trailing.append(("fired", fired))
        trailing += [(flags.name, flags.name) for flags in event_flags]
        if neurons_per_check(group):
            trailing += interrupt_argument(loop)
        name = self.memory.namer.unique(f"update_{group.name}")
        instead = {
            one.out_post_buffer: ahead
            for one in incoming_synapses(self._network, group)
            if (ahead := self._summed_ahead(one))
        }
        call = function_call(
            name,
            loop,
            self.memory,
            leading=self._own_neurons(group),
            trailing=trailing,
            instead=instead,
            random_key=random_key(group, "steps_since_load"),
        )
        lists = [self._spike_list(group, fired)] if listed else []
        lists += [self._event_list(flags) for flags in event_flags]
        return NeuronStep(
            template="neurons.jinja",
            group=group,
            loop=loop,
            call=call,
            lists_spikes=listed,
            shared=self._shared,
            lists=tuple(lists),
        )

    def _spike_list(self, group: NeuronGroup, flags: str) -> SpikeList:
        recorded = None
        if records_spikes(group):
            recorded = self.memory.recording(group.name, "recorded", group.spike_list.recorder)
        return self._list(group.spike_list, flags, recorded)

    def _event_list(self, flags: EventFlags) -> SpikeList:
        synapses, side = flags.synapses, flags.side
        events, recorded = synapses.events[side], None
        if synapses.records_events(side):
            recorded = self.memory.recording(synapses.name, _RECORDED[side], events.recorder)
        return self._list(events, flags.name, recorded)

    def _list(self, events: Events, flags: str, recorded: str | None) -> SpikeList:
        """Return how flags become a list."""
        spikes, count = self._listed(events, "steps_since_load + 1")
        before = None
        if events.prev_times is not None:
            before = ", ".join(self._delivered(events, "steps_since_load"))
        listed = ""
        if self._shared:
            size = events.neurons.count
            listed = self.memory.scratch_array(events.neurons.name, "listed", "uint32", size)
        return SpikeList(
            flags=flags,
            spikes=spikes,
            count=count,
            recorded=recorded,
            before=before,
            listed=listed,
        )
