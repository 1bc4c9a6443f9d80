"""Blocks: many steps of one population, then of the next one.

Spikes of a block are bits: each neuron has a word with one bit for each step. What synapses bring
is summed up ahead, in an array with a row for each step. Where synapses need the spikes step by
step, each step gets a list of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from numbagenn.base.array_conventions import table_size
from numbagenn.codegen.arguments import (
    FunctionCall,
    SimulateMemory,
    decorator_of,
    function_call,
    interrupt_argument,
)
from numbagenn.codegen.blocks import BLOCK_STEPS, Blocks
from numbagenn.codegen.loop_builder import Loop
from numbagenn.codegen.network_view import NetworkView, records_spikes
from numbagenn.codegen.neuron_functions import (
    NeuronFunction,
    code_of_neurons,
    drawn_arrays,
    incoming_synapses,
    lists_spikes,
    neurons_per_check,
    random_key,
)
from numbagenn.codegen.neuron_loop import neuron_loop
from numbagenn.codegen.synapse_functions import (
    SynapseCode,
    SynapseFunction,
    call_of_synapses,
)
from numbagenn.language.kernel_names import BATCH_COUNTER
from numbagenn.memory.buffers import Buffer
from numbagenn.network.neuron_groups import NeuronGroup
from numbagenn.network.synapse_groups import SynapseGroup

# How many steps of a neuron one pass over the neurons serves: its state stays in registers that
# long. Longer code is not repeated. Smaller populations are not worth it: that code is faster and
# takes longer to compile.
_STEPS_AT_ONCE = 4
_LONGEST_CODE_FOR_STEPS = 12
_FEWEST_NEURONS = 8

# Populations worth looking for neurons that are alike in, and how many neurons a vectorised loop
# takes in one round, at most: with a multiple of that it has no rest.
_FEWEST_NEURONS_TO_FOLD = 64
_NEURONS_AT_ONCE = 32

# For fewer postsynaptic neurons, neither rows of synapses in pairs nor sums over neurons with the
# same spike train are worth the longer compilation.
_FEWEST_POSTSYNAPTIC_NEURONS = 32

_RANDOM_STEP = "steps_done + block - timestep + step"


@dataclass(frozen=True, kw_only=True)
class Trains:
    """Names of what is known of presynaptic neurons with the same spike train.

    Parameters
    ----------
    num_trains
        Name of the number of different trains.
    distinct, firsts, lasts, nexts, table
        Names of the arrays that `group_trains` fills.
    """

    num_trains: str
    distinct: str
    firsts: str
    lasts: str
    nexts: str
    table: str

    @property
    def arrays(self) -> tuple[str, ...]:
        """All arrays, in the order in which `group_trains` takes them."""
        return (self.distinct, self.firsts, self.lasts, self.nexts, self.table)


@dataclass(frozen=True, kw_only=True)
class ByStep:
    """Names of the lists of neurons of which spikes arrive in each step, and of their numbers."""

    spikes: str
    num_spikes: str


@dataclass(frozen=True, kw_only=True)
class Arrivals:
    """The list of neurons of which spikes arrive in a block, after some delay.

    Parameters
    ----------
    trains, pre_inds, num_active
        Names of the spike trains, of the neurons that have one, and of their number.
    delay
        Steps of axonal delay.
    sent_before_block
        Whether all of these spikes were sent before the block begins.
    by_train
        Where neurons with the same train are served together: names of what is known of them.
    by_step
        Where synapses take the spikes step by step: names of the lists.
    """

    trains: str
    pre_inds: str
    num_active: str
    delay: int
    sent_before_block: bool
    by_train: Trains | None = None
    by_step: ByStep | None = None


@dataclass(frozen=True, kw_only=True)
class BlockSpikes:
    """Names of what is known of the spikes of a population in a block.

    Parameters
    ----------
    spike_bits, recent
        Arrays of its spikes in the steps of the block, and in the 32 steps before it, as bits.
    spikes, num_spikes, faults
        Rows of its lists of spikes, of their numbers, and of what is wrong with these.
    recorded
        The recording, if there is one.
    """

    spike_bits: str
    recent: str
    spikes: str
    num_spikes: str
    faults: str
    recorded: str | None


@dataclass(frozen=True, kw_only=True)
class Fold:
    """How neurons that are alike are simulated as one.

    Parameters
    ----------
    rows
        Where the arrays are that make neurons alike or not: for each number of bytes the first row
        in the table of all memory, the row after the last one, the batch element and a type.
    unlike, others, num_others
        Names of the marks of neurons that are not like the first one, of their list, and of their
        number.
    at_once
        How many neurons are simulated at once: the number is rounded up to a multiple of that.
    """

    rows: tuple[str, ...]
    unlike: str
    others: str
    num_others: str
    at_once: int = _NEURONS_AT_ONCE


@dataclass(frozen=True, kw_only=True)
class NeuronBlock(NeuronFunction):
    """The function that runs some steps of a population.

    Parameters
    ----------
    spikes
        Its spikes, if anything wants to know of them.
    arrivals
        What lists are made of them: one for each delay.
    steps_at_once
        How many steps of a neuron are run before those of the next one.
    call_at_once
        How it is called for so many steps.
    count, count_in_simulate
        How many neurons it simulates, as the function and as ``simulate`` call that.
    fold
        How those that are alike are simulated as one, if they are.
    """

    spikes: BlockSpikes | None
    arrivals: tuple[Arrivals, ...]
    steps_at_once: int
    call_at_once: FunctionCall
    count: str
    count_in_simulate: str
    fold: Fold | None

    @property
    def last(self) -> str:
        """Text of the neuron after the last one that it runs for."""
        return self.count


@dataclass(frozen=True, kw_only=True)
class SynapseBlock(SynapseFunction):
    """The function that runs some code of synapses for a block of steps.

    Parameters
    ----------
    in_pairs
        Whether one pass adds two rows where both have a spike in the same step.
    """

    in_pairs: bool

    sums_ahead: ClassVar[bool] = True


class BlockSteps:
    """Makes the functions of a block of steps, and names what they share.

    Parameters
    ----------
    network, blocks
        The network, and what of it is simulated block by block.
    memory
        Where names are from.
    """

    def __init__(self, network: NetworkView, blocks: Blocks, memory: SimulateMemory) -> None:
        self.memory = memory
        self._network = network
        self._blocks = blocks
        self._scalar = network.types.scalar.numpy_name
        self._inputs: dict[Buffer, str] = {}

    # Synapses -----------------------------------------------------------------------------------

    def synapse_function(self, code: SynapseCode) -> SynapseBlock:
        """Return the function that runs some code of synapses."""
        group = code.group
        inputs = []
        if code.adds:
            # What was added up before goes on there, see `incoming`.
            self.memory.row(group.out_post_buffer)
            inputs.append(("inputs", self.inputs(group)))
        arrivals = self._arrivals(group)
        if self._sums_by_train(code):
            template = "synapses_by_train.jinja"
            trains = self._trains(group)
            leading = [
                ("distinct", trains.distinct),
                ("firsts", trains.firsts),
                ("nexts", trains.nexts),
                ("num_trains", trains.num_trains),
                ("pre_inds", arrivals.pre_inds),
                ("num_active", arrivals.num_active),
            ]
            num_post = group.trg.num_neurons
            summed = self.memory.scratch_array(group.name, "summed", self._scalar, num_post)
            inputs.append(("summed", summed))
        else:
            assert code.kind.block_template is not None
            template = code.kind.block_template
            leading = [
                ("trains", arrivals.trains),
                ("pre_inds", arrivals.pre_inds),
                ("num_active", arrivals.num_active),
            ]
        return SynapseBlock(
            code=code,
            template=template,
            call=call_of_synapses(code, self.memory, [*leading, *inputs]),
            in_pairs=code.is_short and _has_wide_rows(code),
        )

    def _sums_by_train(self, code: SynapseCode) -> bool:
        """Return whether weights of neurons with the same train are summed up first.

        That needs code that adds the same each time.
        """
        same = code.adds and not code.loop.stores
        return self._network.optimize_code and same and _has_wide_rows(code)

    def inputs(self, group: SynapseGroup) -> str:
        """Return the name of the array of what arrives in a block at the input of some synapses."""
        buffer = group.out_post_buffer
        if buffer not in self._inputs:
            shape = (BLOCK_STEPS, group.trg.num_neurons)
            self._inputs[buffer] = self.memory.scratch_array(
                group.name, "inputs", self._scalar, *shape
            )
        return self._inputs[buffer]

    def _arrivals(self, group: SynapseGroup) -> Arrivals:
        """Return the list of what arrives at some synapses, shared by all with the same delay."""
        source, suffix, memory = group.src.name, _delay_suffix(group), self.memory
        # One more, for the end of the list.
        shape = ("uint32", group.src.num_neurons + 1)
        return Arrivals(
            trains=memory.scratch_array(source, f"trains{suffix}", *shape),
            pre_inds=memory.scratch_array(source, f"pre_inds{suffix}", *shape),
            num_active=memory.local(source, f"num_active{suffix}"),
            delay=group.axonal_delay_steps,
            sent_before_block=self._blocks.sent_before_block(group),
        )

    def by_step(self, group: SynapseGroup) -> ByStep:
        """Return the lists of spikes for synapses that take them step by step."""
        source, suffix, memory = group.src.name, _delay_suffix(group), self.memory
        shape = (BLOCK_STEPS, group.src.num_neurons)
        return ByStep(
            spikes=memory.scratch_array(source, f"arriving{suffix}", "uint32", *shape),
            num_spikes=memory.scratch_array(source, f"num_arriving{suffix}", "int64", BLOCK_STEPS),
        )

    def _trains(self, group: SynapseGroup) -> Trains:
        source, count, suffix = group.src.name, group.src.num_neurons, _delay_suffix(group)

        def array(what: str, size: int) -> str:
            return self.memory.scratch_array(source, what, "uint32", size)

        return Trains(
            distinct=array(f"distinct{suffix}", count),
            firsts=array(f"firsts{suffix}", count),
            lasts=array("lasts", count),
            nexts=array(f"nexts{suffix}", count),
            table=array("table", table_size(count)),
            num_trains=self.memory.local(source, f"num_trains{suffix}"),
        )

    def incoming(self) -> dict[str, str]:
        """Return what synapses have added up before, and the arrays that it goes on in, by name."""
        groups = self._network.synapse_populations.values()
        return {
            self.memory.row(group.out_post_buffer): self.inputs(group)
            for group in groups
            if self._blocks.sums_ahead(group)
        }

    # Neurons ------------------------------------------------------------------------------------

    def neuron_function(
        self, group: NeuronGroup, synapses: Sequence[SynapseFunction]
    ) -> NeuronBlock:
        """Return the function that simulates a population, with all code for its neurons.

        It lists the spikes that arrive at `synapses`.
        """
        code, _ = code_of_neurons(self._network, group, self.memory)
        loop = neuron_loop(self._network.types, self._network.dt, code, inputs_per_step=True)
        spikes = self._spikes(group) if lists_spikes(self._network, group) else None
        trailing = drawn_arrays(group, loop, self.memory)
        if spikes is not None:
            trailing.append(("spike_bits", spikes.spike_bits))
        if neurons_per_check(group):
            trailing += interrupt_argument(loop)
        fold = self._fold(group, loop, spikes)
        count = count_in_simulate = str(group.num_neurons)
        if fold is not None:
            count, count_in_simulate = "some_neurons", self.memory.local(group.name, "count")
            trailing.append((count, count_in_simulate))
        incoming = incoming_synapses(self._network, group)
        instead = {one.out_post_buffer: self.inputs(one) for one in incoming}
        name = self.memory.namer.unique(f"update_{group.name}")

        def call(some_steps: int) -> FunctionCall:
            steps = [("first_step", "step"), ("some_steps", f"int64({some_steps})")]
            key = random_key(group, _RANDOM_STEP)
            return function_call(
                name,
                loop,
                self.memory,
                trailing=[*trailing, *steps],
                instead=instead,
                random_key=key,
            )

        at_once = _steps_at_once(loop, group.num_neurons)
        return NeuronBlock(
            template="neurons_in_blocks.jinja",
            group=group,
            loop=loop,
            call=call(1),
            lists_spikes=spikes is not None,
            spikes=spikes,
            arrivals=self._lists_of_arrivals(group, synapses),
            steps_at_once=at_once,
            call_at_once=call(at_once),
            count=count,
            count_in_simulate=count_in_simulate,
            fold=fold,
        )

    def _fold(self, group: NeuronGroup, loop: Loop, spikes: BlockSpikes | None) -> Fold | None:
        """Return how neurons that are alike are simulated as one; None if they cannot be."""
        if spikes is None or spikes.recorded or not _can_fold(self._network, group, loop):
            return None
        memory, name, count = self.memory, group.name, group.num_neurons
        loads = "\n".join(loop.loads)
        arrays = {4: [spikes.recent]}
        for one in loop.arguments:
            if f"= {one.name}[neuron]" in loads:
                size = self._network.types.resolve(one.buffer.type).dtype.itemsize
                arrays.setdefault(size, []).append(memory.row(one.buffer))
        rows = []
        for size, names in arrays.items():
            first = memory.place(names)
            rows.append(f"{first}, {first + len(names)}, batch, uint{8 * size}")
        return Fold(
            rows=tuple(rows),
            unlike=memory.scratch_array(name, "unlike", "uint32", count),
            others=memory.scratch_array(name, "others", "uint32", count + 1),
            num_others=memory.local(name, "num_others"),
        )

    def _spikes(self, group: NeuronGroup) -> BlockSpikes:
        count, memory, spikes, recorded = group.num_neurons, self.memory, group.spike_list, None
        if records_spikes(group):
            recorded = memory.recording(group.name, "recorded", spikes.recorder)
        return BlockSpikes(
            spike_bits=memory.scratch_array(group.name, "spike_bits", "uint32", count),
            recent=memory.scratch_array(group.name, "recent", "uint32", count),
            spikes=memory.row(spikes.neurons),
            num_spikes=memory.row(spikes.count),
            faults=memory.row(spikes.faults, f"{spikes.neurons.name}_faults"),
            recorded=recorded,
        )

    def _lists_of_arrivals(
        self, group: NeuronGroup, synapses: Sequence[SynapseFunction]
    ) -> tuple[Arrivals, ...]:
        lists: dict[int, Arrivals] = {}
        for function in synapses:
            delivered = function.code.group
            if delivered.src is not group or function.code.kind.side != "pre":
                continue
            delay = delivered.axonal_delay_steps
            arrivals = lists.get(delay) or self._arrivals(delivered)
            if not function.sums_ahead:
                arrivals = replace(arrivals, by_step=self.by_step(delivered))
            elif self._sums_by_train(function.code):
                arrivals = replace(arrivals, by_train=self._trains(delivered))
            lists[delay] = arrivals
        return tuple(lists.values())


def _has_wide_rows(code: SynapseCode) -> bool:
    """Return whether rows of synapses are worth code that serves several of them at once."""
    layout = code.layout
    return layout.has_full_rows and layout.num_post >= _FEWEST_POSTSYNAPTIC_NEURONS


def _can_fold(network: NetworkView, group: NeuronGroup, loop: Loop) -> bool:
    """Return whether neurons of a population with the same input and state have the same future.

    They have where nothing arrives from synapses, nothing is random, and no code asks which neuron
    it is for. Arrays that batch elements share stay as they are, because threads share them, too.
    """
    elements = [re.fullmatch(r"\w+ = (\w+)\[neuron\]", line) for line in loop.loads]
    loaded = {found[1] for found in elements if found}
    stored = {line.partition("[neuron] = ")[0] for line in loop.stores}
    rest = "\n".join((*loop.before, *loop.lines))
    return (
        group.num_neurons >= _FEWEST_NEURONS_TO_FOLD
        and not incoming_synapses(network, group)
        and not loop.scratch
        and {"random_key", BATCH_COUNTER}.isdisjoint(loop.scalars)
        and all(elements)
        and stored <= loaded
        and not re.search(r"\bneuron\b", rest)
        and decorator_of(loop) == "noalias_function"
        and all(
            (one.buffer.per_batch or network.batch_size == 1) and not one.buffer.constant
            for one in loop.arguments
            if one.name in loaded
        )
    )


def _delay_suffix(group: SynapseGroup) -> str:
    """Return what to append to names of what depends on when spikes arrive."""
    return f"_after_{group.axonal_delay_steps}" if group.axonal_delay_steps else ""


def _steps_at_once(loop: Loop, num_neurons: int) -> int:
    """Return how many steps of a neuron are worth running before those of the next one.

    Its state stays in registers meanwhile. Code that asks for the time or for random numbers gets
    them once per step for all neurons; and long code would not be repeated by the compiler but
    looped over, which it cannot do for several neurons at once.
    """
    alike = {"t", "steps_since_load", "random_key"}.isdisjoint(loop.scalars)
    short = len(loop.lines) <= _LONGEST_CODE_FOR_STEPS
    return _STEPS_AT_ONCE if alike and short and num_neurons >= _FEWEST_NEURONS else 1
