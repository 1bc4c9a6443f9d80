"""Loop bodies: the code strings of one population, bound to its memory and its parameters.

A `Loop` is what a kernel template prints. The same assembly, over no memory at all, checks a
description when it is created, so that a mistake in a code string is found at the call that
holds it.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tutorial_helpers.engine.access import VarAccess
from tutorial_helpers.engine.arithmetic import Expression, literal
from tutorial_helpers.engine.buffers import Buffer
from tutorial_helpers.engine.components import (
    CurrentSourceModel,
    CustomUpdateModel,
    ExtraGlobalParam,
    Model,
    NeuronModel,
    PostsynapticModel,
    Var,
    VarReference,
    WeightUpdateModel,
)
from tutorial_helpers.engine.faults import Faults
from tutorial_helpers.engine.names import RANDOM_STATE, Name, Namer, Pointer, SpecialFunction
from tutorial_helpers.engine.reductions import Reduction, neutral
from tutorial_helpers.engine.snippets import Snippet, SnippetError
from tutorial_helpers.engine.translate import Translator
from tutorial_helpers.engine.types import Precision, ResolvedType, Uint32

_NOT_OF_SIDES = dict.fromkeys(
    ("set_pre", "set_post", "prev_set_pre", "prev_set_post"),
    "times of spike-like events are known to the code of synapses alone.",
)
_NOT_OF_CONDITIONS = {
    **_NOT_OF_SIDES,
    **dict.fromkeys(
        ("st_pre", "st_post"),
        "conditions of spike-like events know no times of spikes; keep one in a variable by "
        "dynamics code.",
    ),
}
_NO_EVENTS = {
    f"{name}_{side}": f"the model has no {side}_event_threshold_condition_code, so no events to "
    "know the times of."
    for side in ("pre", "post")
    for name in ("set", "prev_set")
}
_NOT_BACKWARD = dict.fromkeys(
    ("addToPost", "addToPostDelay"),
    "code for postsynaptic events reaches the synapses and, by addToPre(x), the presynaptic input.",
)

_NOT_OF_SYNAPSES = dict.fromkeys(
    ("id", "num_neurons"), "the custom update is of synapses, not of neurons."
)
_NOT_OF_NEURONS = dict.fromkeys(
    ("id_pre", "id_post", "id_syn", "num_pre", "num_post"),
    "the custom update is of neurons, not of synapses.",
)

# What the templates call things inside their functions.
_LOOP_NAMES = (
    *("neuron", "pre", "post", "element", "dt", "out_post", "first", "last"),
    *("fired", "spike", "spikes", "num_spikes", "spikes_done"),
    *("spike_bits", "in_flight", "steps", "step", "inputs", "bits", "arrival"),
    *("lowest_bit", "first_step", "some_steps", "later", "num_active"),
    *("pre_inds", "trains", "pair", "second", "active", "train_0", "train_1"),
    *("summed", "distinct", "begins", "members", "num_trains", "train", "member"),
    *("count", "num_batches", "timestep", "steps_done", "seed", "age", "total", "begin", "end"),
    *("random_key", RANDOM_STATE),
    *("synapse", "row_start", "post_inds", "pre_inds", "den_delay", "out_pre", "events"),
    *("in_column", "column_start", "column_synapses"),
    *(f"pre_{number}" for number in range(8)),
)


@dataclass(frozen=True)
class Bound:
    """A description together with the parameters and the memory of one use of it.

    Parameters
    ----------
    prefix
        What to put before its names where they meet the names of others.
    model
        The description.
    params
        Values of the parameters and derived parameters.
    buffers
        Memory of its own variables and extra global parameters by name, and of those parameters
        that are dynamic; for a custom update, of what it refers to, too.
    references
        For references to neuron variables: the name of each in the neuron model.
    title
        What the group that uses the description is called in messages.
    """

    prefix: str
    model: Model
    params: Mapping[str, float]
    buffers: Mapping[str, Buffer]
    references: Mapping[str, str] = field(default_factory=dict)
    title: str = "a model"


@dataclass(frozen=True)
class Argument:
    """An array that a kernel function takes: its name there, and the memory it stands for."""

    name: str
    buffer: Buffer


@dataclass
class Loop:
    """The parts of one loop over elements, as lines of Python."""

    arguments: list[Argument] = field(default_factory=list)
    scalars: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    stores: list[str] = field(default_factory=list)
    written: frozenset[str] = frozenset()
    reductions: list[Reduction] = field(default_factory=list)


@dataclass(frozen=True)
class Incoming:
    """What brings input to a population of neurons: the postsynaptic side of some synapses.

    Parameters
    ----------
    postsynaptic
        The postsynaptic model.
    out_post
        What the synapses have added up for each neuron.
    target
        Name of the input that they drive.
    den_delay
        What they have added for later steps, if they do so.
    """

    postsynaptic: Bound
    out_post: Buffer
    target: str
    den_delay: Buffer | None = None


@dataclass(frozen=True)
class Side:
    """What a weight update model has to do with the neurons on one side of its synapses.

    Parameters
    ----------
    bound
        The model, with the variables and the references of this side.
    side
        ``"pre"`` or ``"post"``.
    flags
        Name of an array of a byte for each neuron, to be set where there is a spike-like event.
    event_times, prev_event_times
        Memory of the time of each neuron's last event, and of its last one before this step, where
        some code wants to know.
    """

    bound: Bound
    side: str
    flags: str | None = None
    event_times: Buffer | None = None
    prev_event_times: Buffer | None = None

    @property
    def model(self) -> WeightUpdateModel:
        """The weight update model."""
        assert isinstance(self.bound.model, WeightUpdateModel)
        return self.bound.model

    @property
    def variables(self) -> tuple[Var, ...]:
        """Variables of the neurons of this side."""
        return self.model.pre_vars if self.side == "pre" else self.model.post_vars

    @property
    def dynamics(self) -> Snippet:
        """Code for every step."""
        model = self.model
        return model.pre_dynamics_code if self.side == "pre" else model.post_dynamics_code

    @property
    def on_spike(self) -> Snippet:
        """Code for spikes."""
        return self.model.pre_spike_code if self.side == "pre" else self.model.post_spike_code


@dataclass(frozen=True)
class Ends:
    """What the code of synapses reads of the neurons at both ends, and how late.

    Parameters
    ----------
    pre, post
        The weight update model with the variables of the presynaptic, or postsynaptic, neurons;
        and by the names of its references, what they refer to.
    psm
        By the names of references to the postsynaptic model, what they refer to.
    times
        Times of spikes and events by name, such as ``"st_pre"``, and what to add to them in ms.
    delay
        Steps of axonal delay.
    """

    pre: Mapping[str, Buffer]
    post: Mapping[str, Buffer]
    psm: Mapping[str, Buffer]
    times: Mapping[str, tuple[Buffer, float]]
    delay: int = 0


@dataclass
class _Cell:
    """A variable inside the loop: its local name beside the array element that it mirrors.

    What is read from one slot and written to another, as it has to outlast a delay, is carried over
    in every round.
    `start` is the text of what the local starts from in each round, where not the array element;
    `reduction` tells what is made of the values of all rounds, where not each is stored.
    `per_step` tells that the array has a row for each step, where a round is several steps.
    """

    local: str
    array: str
    index: str
    buffer: Buffer
    store_index: str = ""
    start: str | None = None
    reduction: str | None = None
    per_step: bool = False

    @property
    def carried(self) -> bool:
        """Whether the value moves on to another slot in each step."""
        return bool(self.store_index)


class _Assembly:
    """Collects what one loop needs while its code is translated."""

    def __init__(self, precision: Precision, index: str, scalars: Sequence[str], dt: float) -> None:
        self.precision = precision
        self.index = index
        self.namer = Namer((*scalars, *_LOOP_NAMES))
        self.scalar_names = scalars
        self.constants: dict[str, str] = {"dt": literal(dt, precision.time)}
        self.offsets: dict[str, str] = {}
        self.cells: list[_Cell] = []
        self.arrays: dict[str, Buffer] = {}
        self.dynamic_params: dict[str, str] = {}
        self.faults = Faults.of_loop(index)
        self.read: set[str] = set()
        self.written: set[str] = set()
        self.loop = Loop()

    def constant(self, wish: str, ctype: ResolvedType, value: float) -> Name:
        code = self.namer.unique(wish)
        self.constants[code] = literal(value, ctype)
        return Name(code, ctype, writable=False, kind="parameter")

    def cell(self, wish: str, buffer: Buffer, index: str = "", slot: str = "") -> str:
        """Return the local name for an element of `buffer`, in a slot that `offset` gave."""
        local = self.namer.unique(wish)
        array = self.namer.unique(f"{local}_array")
        index = index or self.index
        if not buffer.per_element:
            index = ", ".join("0" * (1 + index.count(",")))
        if slot:
            index = f"{slot} + {index}"
        self.cells.append(_Cell(local, array, index, buffer))
        return local

    def offset(self, wish: str, step: str, buffer: Buffer) -> str:
        """Return the name of where a slot of `buffer` starts, the one of a certain step.

        The value of a step that was the `n`-th since the model was loaded is kept in slot `n + 1`
        modulo their number, so that slot 0 holds the initial value.
        """
        if buffer.slots == 1:
            return ""
        name = self.namer.unique(wish)
        self.offsets[name] = f"({step}) % {buffer.slots} * {buffer.count}"
        return name

    def neuron_cell(self, wish: str, buffer: Buffer) -> str:
        """Return the local name for a neuron's variable, which may be kept for later steps."""
        if buffer.slots == 1:
            return self.cell(wish, buffer)
        local = self.cell(wish, buffer, slot=self.offset(f"{wish}_before", "age", buffer))
        after = self.offset(f"{wish}_after", "age + 1", buffer)
        self.cells[-1].store_index = f"{after} + {self.index}"
        return local

    def array(self, wish: str, buffer: Buffer) -> str:
        """Return the name of an array that the code gets as a whole."""
        array = self.namer.unique(wish)
        self.arrays[array] = buffer
        return array

    def dynamic(self, wish: str, buffer: Buffer, ctype: ResolvedType) -> Name:
        """Return the name of a parameter whose value is held in memory."""
        code = self.namer.unique(wish)
        self.dynamic_params[code] = self.array(f"{code}_array", buffer)
        return Name(code, ctype, writable=False, kind="parameter")

    def pointers(
        self, bound: Bound, arrays: Sequence[ExtraGlobalParam], what: str
    ) -> dict[str, Name]:
        """Bind arrays that the code of a description indexes."""
        result = {}
        for item in arrays:
            ctype = self.precision.resolve(item.type)
            array = self.array(bound.prefix + item.name, bound.buffers[item.name])
            pointer = Pointer(array, "0", ctype, True, f"{what} '{item.name}'")
            result[item.name] = Name(array, ctype, writable=False, kind=what, pointer=pointer)
        return result

    def local(self, wish: str, ctype: ResolvedType, kind: str) -> Name:
        """Return a name that lives for one round of the loop."""
        return Name(self.namer.unique(wish), ctype, writable=False, kind=kind)

    def parameters_of(self, bound: Bound) -> dict[str, Name]:
        """Bind the parameters and the extra global parameters of a description."""
        # The first description of a loop is that of the group whose elements it is over.
        self.faults.title = self.faults.title or bound.title
        model = bound.model
        names = self.pointers(bound, model.extra_global_params, "extra global parameter")
        for param in model.constants:
            wish, ctype = bound.prefix + param.name, self.precision.resolve(param.type)
            if param.name in bound.buffers:
                names[param.name] = self.dynamic(wish, bound.buffers[param.name], ctype)
            else:
                names[param.name] = self.constant(wish, ctype, bound.params[param.name])
        return names

    def variables_of(self, bound: Bound, variables: Sequence[Var]) -> dict[str, Name]:
        """Bind variables for which a description has memory."""
        return {
            var.name: Name(
                self.neuron_cell(bound.prefix + var.name, bound.buffers[var.name]),
                self.precision.resolve(var.type),
                writable=var.access.writable,
                readable=var.access.readable,
                kind="variable"
                if var.access.writable and var.access.readable
                else f"{var.access.name} variable",
            )
            for var in variables
        }

    def names_of(self, bound: Bound) -> dict[str, Name]:
        """Bind the parameters and variables of a description."""
        return {**self.parameters_of(bound), **self.variables_of(bound, bound.model.vars)}

    def reloads(self, side: Side) -> list[str]:
        """Return lines that set back the variables of a side before its code for spikes runs.

        PyGeNN does so with variables that it keeps for later steps: what their dynamics did in the
        same step is lost, whether the code for spikes uses them or not. So does its look for
        spike-like events, in every step.
        """
        buffers = [side.bound.buffers[var.name] for var in side.variables]
        return [
            f"{cell.local} = {cell.array}[{cell.index}]"
            for cell in self.cells
            if cell.carried and any(cell.buffer is buffer for buffer in buffers)
        ]

    def read_only(self, wish: str, buffer: Buffer, index: str, slot: str, kind: str) -> Name:
        """Bind a variable of something else."""
        local = self.cell(wish, buffer, index, slot)
        return Name(local, self.precision.resolve(buffer.type), writable=False, kind=kind)

    def reduce(self, name: Name, operation: str, rounds: bool) -> None:
        """Make of a variable a target of a reduction.

        Parameters
        ----------
        name
            The variable.
        operation
            ``"sum"`` or ``"max"``.
        rounds
            Whether the values of several rounds are folded; else each is the result itself.
        """
        (cell,) = (cell for cell in self.cells if cell.local == name.code)
        # A round that assigns nothing adds nothing.
        cell.start = neutral(operation, name.type)
        cell.reduction = operation if rounds else None

    def translator(
        self,
        names: Mapping[str, Name],
        special: Mapping[str, SpecialFunction] | None = None,
        unavailable: Mapping[str, str] | None = None,
        *,
        random: bool = False,
    ) -> Translator:
        translator = Translator(
            self.precision, names, self.namer, special or {}, unavailable or {}, random, self.faults
        )
        # All translators of one loop report what they use into the same sets.
        translator.read, translator.written = self.read, self.written
        return translator

    def finish(self) -> Loop:
        """Return the loop, with only the loads, stores and constants that its code uses."""
        loop = self.loop
        if self.faults.sites:
            self.read.add("t")
            loop.arguments.append(Argument(self.faults.name, self.faults))
        used = self.read | self.written
        if RANDOM_STATE in used:
            used.add("random_key")
            # Each round of the loop has a stream of its own.
            loop.lines.insert(0, f"{RANDOM_STATE} = random_numbers.start(random_key, {self.index})")
        cells = [cell for cell in self.cells if cell.local in used or cell.carried]
        indices = " ".join(f"{cell.index} {cell.store_index}" for cell in cells)
        words = set(re.findall(r"\w+", " ".join([indices, *loop.lines])))
        offsets = {name: text for name, text in self.offsets.items() if name in words}
        if any("age" in text for text in offsets.values()):
            used.add("age")
        loop.scalars = [name for name in self.scalar_names if name in used]
        constants = {name: text for name, text in self.constants.items() if name in used}
        loop.before += [f"{name} = {text}" for name, text in {**constants, **offsets}.items()]
        for name, array in self.dynamic_params.items():
            if name in used:
                used.add(array)
                loop.before.append(f"{name} = {array}[0]")
        loop.arguments += [
            Argument(name, self.arrays[name]) for name in self.arrays if name in used
        ]
        for cell in cells:
            loop.arguments.append(Argument(cell.array, cell.buffer))
            element = f"{cell.array}[{cell.index}]"
            if cell.per_step:
                loop.lines.insert(0, f"{cell.local} = {element}")
                if cell.local in self.written:
                    loop.lines.append(f"{element} = {cell.local}")
                continue
            shared = not cell.buffer.per_element and cell.local not in self.written
            start = cell.start or element
            (loop.before if shared else loop.loads).append(f"{cell.local} = {start}")
            if cell.carried:
                loop.stores.append(f"{cell.array}[{cell.store_index}] = {cell.local}")
            elif cell.reduction is not None:
                ctype = self.precision.resolve(cell.buffer.type)
                total = self.namer.unique(f"{cell.local}_{cell.reduction}")
                loop.reductions.append(Reduction(cell.reduction, ctype, cell.local, total, element))
            elif cell.local in self.written:
                loop.stores.append(f"{element} = {cell.local}")
        loop.written = frozenset(self.written)
        return loop


def _clock(assembly: _Assembly) -> dict[str, Name]:
    time = assembly.precision.time
    return {
        "t": Name("t", time, writable=False, kind="built-in"),
        "dt": Name("dt", time, writable=False, kind="built-in"),
        "batch": Name("batch", Uint32, writable=False, kind="built-in"),
        "num_batch": Name("num_batch", Uint32, writable=False, kind="built-in"),
    }


def _count(value: int | str) -> Name:
    return Name(f"uint32({value})", Uint32, writable=False, kind="built-in")


def neuron_loop(
    precision: Precision,
    dt: float,
    num_neurons: int,
    neuron: Bound,
    synapses: Sequence[Incoming] = (),
    sources: Sequence[tuple[Bound, str]] = (),
    spike_times: Buffer | None = None,
    prev_spike_times: Buffer | None = None,
    feedback: Sequence[tuple[Buffer, str]] = (),
    sides: Sequence[Side] = (),
    *,
    in_blocks: bool = False,
) -> Loop:
    """Assemble one step of every neuron of a population.

    Parameters
    ----------
    precision
        Precision of the model.
    dt
        Length of a step in ms.
    num_neurons
        Size of the population.
    neuron
        The neuron model.
    synapses
        For each incoming synapse population: what it brings.
    sources
        For each current source: its model and the name of the input that it drives.
    spike_times, prev_spike_times
        Memory of the time of each neuron's last spike, and of its last one before this step, where
        some code wants to know.
    feedback
        For each outgoing synapse population that adds to presynaptic input: what it added, and the
        name of the neuron's input that it drives.
    sides
        For each synapse population with code for these neurons: that code.
    in_blocks
        Whether what synapses bring is kept in a row for each `step`. Then only the `lines` of the
        loop are of one step, between its loads and stores.

    Returns
    -------
    Loop
        Its lines set `spike` in every round if the neuron can spike at all.
    """
    model = neuron.model
    assert isinstance(model, NeuronModel)
    scalars = ("batch", "num_batch", "t", "age", "random_key")
    assembly = _Assembly(precision, "neuron", scalars, dt)
    for side in sides:
        if side.flags is not None:
            # The name of an argument, so nothing else can have it.
            assembly.namer.unique(side.flags)
    lines = assembly.loop.lines

    common = {**_clock(assembly), "id": _count("neuron"), "num_neurons": _count(num_neurons)}
    own = assembly.names_of(neuron)
    inputs: dict[str, Name] = {}
    start: dict[str, str] = {}
    for name, ctype, initial in [
        ("Isyn", precision.scalar, 0.0),
        *((v.name, precision.resolve(v.type), v.initial) for v in model.additional_input_vars),
    ]:
        inputs[name] = assembly.local(name, ctype, "input")
        start[name] = literal(initial, ctype)
    lines += [f"{inputs[name].code} = {text}" for name, text in start.items()]

    def inject(target: str) -> dict[str, SpecialFunction]:
        def add(translator: Translator, x: Expression) -> list[str]:
            return translator.add_to(inputs[target], x)

        return {"injectCurrent": SpecialFunction(("x",), add)}

    def referenced(bound: Bound) -> dict[str, Name]:
        return {
            name: replace(own[variable], writable=False, kind="neuron variable reference")
            for name, variable in bound.references.items()
        }

    if spike_times is not None:
        last_spike = assembly.neuron_cell("st", spike_times)
        common["st"] = Name(last_spike, precision.time, writable=False, kind="built-in")
        if prev_spike_times is not None:
            # The time of a spike becomes the previous one as soon as the next step begins.
            previous = assembly.neuron_cell("prev_st", prev_spike_times)
            lines.append(f"{previous} = {last_spike}")
            assembly.read.add(last_spike)
            assembly.written.add(previous)
    for incoming in synapses:
        bound = incoming.postsynaptic
        assert isinstance(bound.model, PostsynapticModel)
        index = "step, neuron" if in_blocks else "neuron"
        in_syn = Name(
            assembly.cell(f"{bound.prefix}inSyn", incoming.out_post, index), precision.scalar
        )
        assembly.cells[-1].per_step = in_blocks
        if incoming.den_delay is not None:
            slot = assembly.offset(f"{bound.prefix}due", "age", incoming.den_delay)
            due = assembly.cell(f"{bound.prefix}delayed", incoming.den_delay, slot=slot)
            lines += [f"{in_syn.code} += {due}", f"{due} = {literal(0, precision.scalar)}"]
            assembly.read |= {in_syn.code, due}
            assembly.written |= {in_syn.code, due}
        names = {**common, "inSyn": in_syn, **assembly.names_of(bound), **referenced(bound)}
        translator = assembly.translator(names, inject(incoming.target), random=True)
        lines += translator.statements(bound.model.sim_code)
    for buffer, target in feedback:
        back = assembly.cell(buffer.name, buffer)
        lines += [f"{inputs[target].code} += {back}", f"{back} = {literal(0, precision.scalar)}"]
        assembly.read |= {inputs[target].code, back}
        assembly.written |= {inputs[target].code, back}
    for bound, target in sources:
        assert isinstance(bound.model, CurrentSourceModel)
        names = {**common, **assembly.names_of(bound), **referenced(bound)}
        translator = assembly.translator(names, inject(target), random=True)
        lines += translator.statements(bound.model.injection_code)

    names = {**common, **inputs, **own}
    can_spike = not model.threshold_condition_code.is_blank
    if can_spike and model.auto_refractory_required:
        translator = assembly.translator(names, random=True)
        before, condition = translator.condition(model.threshold_condition_code)
        above = assembly.namer.unique("was_above")
        lines += [*before, f"{above} = {condition}"]
    translator = assembly.translator(names, random=True)
    lines += translator.statements(model.sim_code)
    side_translators = []
    for side in sides:
        names = _names_of_side(assembly, side, common, referenced(side.bound))
        code = assembly.translator(names, unavailable=_NOT_OF_SIDES, random=True)
        lines += code.statements(side.dynamics)
        if side.flags is not None:
            lines += _event_lines(assembly, side, names)
        side_translators.append(code)
    if can_spike:
        before, condition = translator.condition(model.threshold_condition_code)
        lines += before
        if model.auto_refractory_required:
            condition = f"({condition}) and not {above}"
        lines.append(f"spike = {condition}")
        on_spike = []
        for side, code in zip(sides, side_translators, strict=True):
            if not side.on_spike.is_blank:
                on_spike += assembly.reloads(side)
                on_spike += code.statements(side.on_spike)
        if spike_times is not None:
            assembly.read.add("t")
            assembly.written.add(last_spike)
            on_spike.append(f"{last_spike} = t")
        on_spike += translator.statements(model.reset_code)
        if on_spike:
            lines += ["if spike:", *("    " + line for line in on_spike)]
    return assembly.finish()


def _event_lines(assembly: _Assembly, side: Side, names: Mapping[str, Name]) -> list[str]:
    """Return lines that find out whether a neuron has a spike-like event, and note when."""
    known = {
        name: what
        for name, what in names.items()
        if name not in _NOT_OF_CONDITIONS or what.kind != "built-in"
    }
    translator = assembly.translator(known, unavailable=_NOT_OF_CONDITIONS)
    before, condition = translator.condition(side.model.event_condition(side.side))
    flag = f"{side.flags}[neuron]"
    # As spikes do, looking for events takes back what dynamics did to a delayed variable.
    lines = [*assembly.reloads(side), *before, f"{flag} = {condition}"]
    if side.event_times is None:
        return lines
    last = assembly.neuron_cell(side.event_times.name, side.event_times)
    assembly.read |= {last, "t"}
    assembly.written.add(last)
    if side.prev_event_times is not None:
        # What was the last event before this step is not any more, if there is one now.
        previous = assembly.neuron_cell(side.prev_event_times.name, side.prev_event_times)
        assembly.written.add(previous)
        lines.append(f"{previous} = {last}")
    return [*lines, f"if {flag}:", f"    {last} = t"]


def _names_of_side(
    assembly: _Assembly,
    side: Side,
    common: Mapping[str, Name],
    referenced: Mapping[str, Name],
) -> dict[str, Name]:
    names = {**common, **referenced}
    # A weight update model tells its two sides apart, so what neurons call st has a longer name.
    if "st" in names:
        names[f"st_{side.side}"] = names.pop("st")
    return {
        **names,
        **assembly.parameters_of(side.bound),
        **assembly.variables_of(side.bound, side.variables),
    }


def synapse_loop(
    precision: Precision,
    dt: float,
    num_pre: int,
    num_post: int,
    weight_update: Bound,
    code: Snippet,
    ends: Ends,
    *,
    sparse: bool = False,
    dendritic_delays: int = 1,
    backward: bool = False,
) -> Loop:
    """Assemble what happens at the synapse of presynaptic neuron `pre` with neuron `post`.

    The synapse variables are arrays of shape ``(num_pre, num_post)``, or, where the synapses are
    sparse, one value for each `synapse`. What the code adds to the postsynaptic neuron is added to
    the local ``total``; what it adds for later to ``den_delay``, an array of a row for each step;
    and what it adds to the presynaptic neuron to ``out_pre``.

    Parameters
    ----------
    precision
        Precision of the model.
    dt
        Length of a step in ms.
    num_pre, num_post
        Numbers of neurons at both ends.
    weight_update
        The weight update model with the variables of the synapses.
    code
        Which code of it.
    ends
        What the code may read of the neurons.
    sparse
        Whether only some pairs of neurons have a synapse.
    dendritic_delays
        Number of rows of ``den_delay``.
    backward
        Whether the code is for postsynaptic events, which reach no postsynaptic neuron.
    """
    model = weight_update.model
    assert isinstance(model, WeightUpdateModel)
    index = "synapse" if sparse else "pre, post"
    assembly = _Assembly(precision, index, ("batch", "num_batch", "t", "age"), dt)
    assembly.faults.position = "pre, post"

    def of_neurons(side: str, memory: Mapping[str, Buffer]) -> dict[str, Name]:
        step = f"age - {ends.delay}" if side == "pre" and ends.delay else "age"
        result = {}
        for name, buffer in memory.items():
            slot = assembly.offset(f"{name}_slot", step, buffer)
            kind = f"{side}synaptic variable"
            result[name] = assembly.read_only(f"{side}_{name}", buffer, side, slot, kind)
        return result

    names = {
        **_clock(assembly),
        "id_pre": _count("pre"),
        "id_post": _count("post"),
        "id_syn": _count("synapse" if sparse else f"pre * {num_post} + post"),
        "num_pre": _count(num_pre),
        "num_post": _count(num_post),
        **assembly.names_of(weight_update),
        **of_neurons("pre", ends.pre),
        **of_neurons("post", {**ends.post, **ends.psm}),
    }
    for name, (buffer, latency) in ends.times.items():
        (time,) = of_neurons("pre" if name.endswith("pre") else "post", {name: buffer}).values()
        # What synapses see is when the spike arrives.
        text = f"({time.code} + {literal(latency, precision.time)})"
        names[name] = replace(time, code=text, also_reads=time.code)
    total = Name("total", precision.scalar)
    back = Name("out_pre[pre]", precision.scalar)

    def add_later(translator: Translator, x: Expression, steps: Expression) -> list[str]:
        assembly.read.add("age")
        row = f"(age + int64({steps.code})) % {dendritic_delays}"
        return translator.add_to(Name(f"den_delay[{row} * {num_post} + post]", precision.scalar), x)

    special = {
        "addToPre": SpecialFunction(("x",), lambda translator, x: translator.add_to(back, x)),
    }
    if not backward:
        special |= {
            "addToPost": SpecialFunction(("x",), lambda translator, x: translator.add_to(total, x)),
            "addToPostDelay": SpecialFunction(("x", "steps"), add_later),
        }
    translator = assembly.translator(names, special, {**_NO_EVENTS, **_NOT_BACKWARD})
    assembly.loop.lines += translator.statements(code)
    return assembly.finish()


def custom_update_loop(
    precision: Precision,
    dt: float,
    size: int,
    columns: int,
    update: Bound,
    folded: Container[str] = (),
    inds: tuple[Buffer, Buffer] | None = None,
) -> Loop:
    """Assemble a custom update.

    Its arrays hold the elements from `begin` on, so that several threads can share them; inside
    the loop, `element` counts from there.

    Parameters
    ----------
    precision
        Precision of the model.
    dt
        Length of a step in ms.
    size
        Number of neurons or synapses that the update belongs to.
    columns
        For an update of synapse variables, the number of postsynaptic neurons, else 0.
    update
        The update, its variables and what its references refer to.
    folded
        Names of the targets of reductions that several values are folded into. Where there is only
        one value for each element of another target, that value is stored.
    inds
        For an update of variables of sparse synapses, which neurons each of them connects.

    Raises
    ------
    SnippetError
        If the target of a reduction is never assigned, or another mistake is in the code.
    """
    model = update.model
    assert isinstance(model, CustomUpdateModel)
    assembly = _Assembly(precision, "element", ("batch", "num_batch", "t"), dt)
    names = _clock(assembly)
    if columns:
        names |= {
            "id_pre": _count(f"(begin + element) // {columns}"),
            "id_post": _count(f"(begin + element) % {columns}"),
        }
        if inds is not None:
            names |= {
                name: assembly.read_only(name, buffer, "element", "", "built-in")
                for name, buffer in zip(("id_pre", "id_post"), inds, strict=True)
            }
        names |= {
            "id_syn": _count("begin + element"),
            "num_pre": _count(size // columns),
            "num_post": _count(columns),
        }
    else:
        names |= {"id": _count("begin + element"), "num_neurons": _count(size)}
    names |= assembly.names_of(update)
    for reference in model.var_refs:
        names[reference.name] = Name(
            assembly.cell(reference.name, update.buffers[reference.name]),
            precision.resolve(reference.type),
            writable=reference.mode.writable,
            readable=reference.mode.readable,
            kind=f"{reference.mode.name} reference",
        )
    for name, operation in model.reductions.items():
        assembly.reduce(names[name], operation, name in folded)
    names |= assembly.pointers(
        update, model.extra_global_param_refs, "extra global parameter reference"
    )
    others = _NOT_OF_SYNAPSES if columns else _NOT_OF_NEURONS
    translator = assembly.translator(names, unavailable=others)
    assembly.loop.lines += translator.statements(model.update_code)
    for name in model.reductions:
        if names[name].code not in assembly.written:
            raise model.update_code.error(
                f"'{name}' is the target of a reduction and never assigned; assign it with '='."
            )
    return assembly.finish()


def check_code(model: Model) -> None:
    """Translate the code strings of a description once, to find the mistakes in them.

    Raises
    ------
    SnippetError
        At the first mistake.
    NotImplementedError
        Where the code is correct but asks for what the engine does not have.
    """
    precision = Precision()
    references: tuple[VarReference, ...] = getattr(model, "neuron_var_refs", ())
    bound = _bound_to_nothing(model)
    if isinstance(model, NeuronModel):
        neuron_loop(precision, 1.0, 1, bound, spike_times=Buffer("st", precision.time, 1))
    elif isinstance(model, WeightUpdateModel):
        _check_weight_update(precision, bound)
    elif isinstance(model, CustomUpdateModel):
        _check_custom_update(precision, bound)
    elif isinstance(model, (PostsynapticModel, CurrentSourceModel)):
        neuron = _host_neuron(references)
        if isinstance(model, PostsynapticModel):
            synapses = Incoming(bound, Buffer("out_post", precision.scalar, 1), "Isyn")
            neuron_loop(precision, 1.0, 1, neuron, synapses=[synapses])
        else:
            neuron_loop(precision, 1.0, 1, neuron, sources=[(bound, "Isyn")])


def check_update_code(model: CustomUpdateModel, *, of_synapses: bool) -> None:
    """Translate the code of a custom update once it is known what it is of.

    Raises
    ------
    SnippetError
        If it uses what such an update does not have.
    """
    custom_update_loop(Precision(), 1.0, 1, int(of_synapses), _bound_to_nothing(model))


def _bound_to_nothing(model: Model) -> Bound:
    """Return a description with parameters and memory that only have the right types."""
    references: tuple[VarReference, ...] = getattr(model, "neuron_var_refs", ())
    var_refs: tuple[VarReference, ...] = getattr(model, "var_refs", ())
    arrays: tuple[ExtraGlobalParam, ...] = getattr(model, "extra_global_param_refs", ())
    arrays = (*model.extra_global_params, *arrays)
    owned: list[Var | VarReference | ExtraGlobalParam] = [*model.vars, *var_refs, *arrays]
    return Bound(
        "",
        model,
        {param.name: 1.0 for param in model.constants},
        {var.name: Buffer(var.name, var.type, 1) for var in owned},
        {reference.name: reference.name for reference in references},
    )


def _check_custom_update(precision: Precision, bound: Bound) -> None:
    # Whether the elements are neurons or synapses is only known once the update is added.
    try:
        custom_update_loop(precision, 1.0, 1, 0, bound)
    except SnippetError as error:
        try:
            custom_update_loop(precision, 1.0, 1, 1, bound)
        except SnippetError as other_error:
            assert isinstance(bound.model, CustomUpdateModel)
            code = bound.model.update_code.text
            of_synapses = re.search(r"\b(id_(pre|post|syn)|num_(pre|post))\b", code)
            raise (other_error if of_synapses else error) from None


def _host_neuron(references: Sequence[VarReference]) -> Bound:
    """Return a neuron of which only the variables that other code refers to matter."""
    blank, always = Snippet("", ""), Snippet("true", "")
    variables = tuple(Var(r.name, r.type, VarAccess.READ_WRITE) for r in references)
    model = NeuronModel("", (), variables, (), blank, always, blank, (), False)
    buffers = {var.name: Buffer(var.name, var.type, 1) for var in variables}
    return Bound("neuron_", model, {}, buffers)


def _check_weight_update(precision: Precision, bound: Bound) -> None:
    model = bound.model
    assert isinstance(model, WeightUpdateModel)

    def memory(items: Sequence[Var | VarReference | ExtraGlobalParam]) -> dict[str, Buffer]:
        return {item.name: Buffer(item.name, item.type, 1) for item in items}

    times = {
        f"{kind}_{side}": (Buffer(f"{kind}_{side}", precision.time, 1), 1.0)
        for kind in ("st", "prev_st", "set", "prev_set")
        for side in ("pre", "post")
        if kind.endswith("st") or not model.event_condition(side).is_blank
    }
    ends = Ends(
        memory([*model.pre_vars, *model.pre_neuron_var_refs]),
        memory([*model.post_vars, *model.post_neuron_var_refs]),
        memory(model.psm_var_refs),
        times,
    )
    for code in model.synapse_code:
        backward = code is model.post_event_syn_code
        synapse_loop(precision, 1.0, 1, 1, bound, code, ends, backward=backward)
    spike_times = Buffer("st", precision.time, 1)
    for name, variables, references in (
        ("pre", model.pre_vars, model.pre_neuron_var_refs),
        ("post", model.post_vars, model.post_neuron_var_refs),
    ):
        has_events = not model.event_condition(name).is_blank
        own = Bound(
            "",
            model,
            bound.params,
            memory([*variables, *model.extra_global_params]),
            {r.name: r.name for r in references},
        )
        side = Side(own, name, "events" if has_events else None)
        neuron = _host_neuron(references)
        neuron_loop(precision, 1.0, 1, neuron, spike_times=spike_times, sides=[side])
