"""Loop bodies: the code strings of one population, bound to its memory and its parameters.

A `Loop` is what a kernel template prints; an `Assembly` collects what one needs while its code
strings are translated. The loops themselves are in `neuron_bodies`, `synapse_bodies` and
`custom_update_bodies`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from numbagenn.base.types import Precision, ResolvedType, Uint32
from numbagenn.codegen.reductions import Reduction, neutral
from numbagenn.language.arithmetic import constant_literal, literal
from numbagenn.language.fault_sites import FaultSites
from numbagenn.language.reserved_names import FAULTS, RANDOM_STATE, TURNS
from numbagenn.language.symbols import Namer, Pointer, SpecialFunction, Symbol
from numbagenn.language.translator import Translator
from numbagenn.memory.buffers import Buffer
from numbagenn.memory.faults import Faults
from numbagenn.models.descriptions import ExtraGlobalParam, Var
from numbagenn.network.bound_model import BoundModel

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
    *(TURNS, "turn", "parts", "in_a_row", "most_batches", "most_elements"),
    *("take_turn", "finish_turn", "paused", "halted", "some"),
    *(f"pre_{number}" for number in range(8)),
)


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
    reductions: list[Reduction] = field(default_factory=list)
    namer: Namer = field(default_factory=Namer)


@dataclass
class Cell:
    """A variable inside the loop: its local name beside the array element that it mirrors.

    What is read from one slot and written to another, as it has to outlast a delay, is carried over
    in every round.
    `start` is the text of what the local starts from in each round, where not the array element;
    `reduction` tells what is made of the values of all rounds, where not each is stored.
    `per_step` tells that the array has a row for each step, where a round is several steps.
    `offsets` are the names that `Assembly.offset` gave, which the indices are made of.
    """

    local: str
    array: str
    index: str
    buffer: Buffer
    store_index: str = ""
    start: str | None = None
    reduction: str | None = None
    per_step: bool = False
    offsets: tuple[str, ...] = ()

    @property
    def carried(self) -> bool:
        """Whether the value moves on to another slot in each step."""
        return bool(self.store_index)


class Assembly:
    """Collects what one loop needs while its code is translated."""

    def __init__(self, precision: Precision, index: str, scalars: Sequence[str], dt: float) -> None:
        self.precision = precision
        self.index = index
        self.namer = Namer((*scalars, *_LOOP_NAMES))
        self.scalar_names = (*scalars, TURNS)
        self.constants: dict[str, str] = {"dt": constant_literal(dt, precision.time)}
        self.offsets: dict[str, str] = {}
        self.cells: list[Cell] = []
        self.arrays: dict[str, Buffer] = {}
        self.dynamic_params: dict[str, str] = {}
        self.faults = FaultSites.of_loop(index)
        self.read: set[str] = set()
        self.written: set[str] = set()
        self.loop = Loop(namer=self.namer)

    def constant(self, wish: str, ctype: ResolvedType, value: float) -> Symbol:
        """Return the name of a number that is known when the code is made."""
        code = self.namer.unique(wish)
        self.constants[code] = literal(value, ctype)
        return Symbol(code, ctype, writable=False, kind="parameter")

    def cell(self, wish: str, buffer: Buffer, index: str = "", slot: str = "") -> str:
        """Return the local name for an element of `buffer`, in a slot that `offset` gave."""
        local = self.namer.unique(wish)
        array = self.namer.unique(f"{local}_array")
        index = index or self.index
        if not buffer.per_element:
            index = ", ".join("0" * (1 + index.count(",")))
        if slot:
            index = f"{slot} + {index}"
        self.cells.append(Cell(local, array, index, buffer, offsets=(slot,)))
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
        self.cells[-1].offsets += (after,)
        return local

    def array(self, wish: str, buffer: Buffer) -> str:
        """Return the name of an array that the code gets as a whole."""
        array = self.namer.unique(wish)
        self.arrays[array] = buffer
        return array

    def dynamic(self, wish: str, buffer: Buffer, ctype: ResolvedType) -> Symbol:
        """Return the name of a parameter whose value is held in memory."""
        code = self.namer.unique(wish)
        self.dynamic_params[code] = self.array(f"{code}_array", buffer)
        return Symbol(code, ctype, writable=False, kind="parameter")

    def pointers(
        self, bound: BoundModel, arrays: Sequence[ExtraGlobalParam], what: str
    ) -> dict[str, Symbol]:
        """Bind arrays that the code of a description indexes."""
        result = {}
        for item in arrays:
            ctype = self.precision.resolve(item.type)
            array = self.array(bound.prefix + item.name, bound.buffers[item.name])
            pointer = Pointer(array, "0", ctype, True, f"{what} '{item.name}'")
            result[item.name] = Symbol(array, ctype, writable=False, kind=what, pointer=pointer)
        return result

    def local(self, wish: str, ctype: ResolvedType, kind: str) -> Symbol:
        """Return a name that lives for one round of the loop."""
        return Symbol(self.namer.unique(wish), ctype, writable=False, kind=kind)

    def parameters_of(self, bound: BoundModel) -> dict[str, Symbol]:
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

    def variables_of(self, bound: BoundModel, variables: Sequence[Var]) -> dict[str, Symbol]:
        """Bind variables for which a description has memory."""
        return {
            var.name: Symbol(
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

    def names_of(self, bound: BoundModel) -> dict[str, Symbol]:
        """Bind the parameters and variables of a description."""
        return {**self.parameters_of(bound), **self.variables_of(bound, bound.model.vars)}

    def read_only(self, wish: str, buffer: Buffer, index: str, slot: str, kind: str) -> Symbol:
        """Bind a variable of something else."""
        local = self.cell(wish, buffer, index, slot)
        return Symbol(local, self.precision.resolve(buffer.type), writable=False, kind=kind)

    def reduce(self, name: Symbol, operation: str, rounds: bool) -> None:
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
        names: Mapping[str, Symbol],
        special: Mapping[str, SpecialFunction] | None = None,
        unavailable: Mapping[str, str] | None = None,
        *,
        random: bool = False,
    ) -> Translator:
        """Return what translates code strings of the loop that know certain names.

        Parameters
        ----------
        names
            What the code may name, by the name it has there.
        special
            Functions that it may call beside those of the language.
        unavailable
            Names that it must not use, with the reason.
        random
            Whether it may draw random numbers.
        """
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
            loop.arguments.append(Argument(FAULTS, Faults(self.faults)))
        used = self.read | self.written
        if RANDOM_STATE in used:
            used.add("random_key")
            # Each round of the loop has a stream of its own.
            loop.lines.insert(0, f"{RANDOM_STATE} = random_numbers.start(random_key, {self.index})")
        cells = [cell for cell in self.cells if cell.local in used or cell.carried]
        needed = {name for cell in cells for name in cell.offsets}
        offsets = {name: text for name, text in self.offsets.items() if name in needed}
        if offsets:
            # They say where the values of a step are, which is so many steps old.
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
        return loop


def clock_names(assembly: Assembly) -> dict[str, Symbol]:
    """Return the names that code of every kind knows: of the time and of the batch."""
    time = assembly.precision.time
    return {
        "t": Symbol("t", time, writable=False, kind="built-in"),
        "dt": Symbol("dt", time, writable=False, kind="built-in"),
        "batch": Symbol("batch", Uint32, writable=False, kind="built-in"),
        "num_batch": Symbol("num_batch", Uint32, writable=False, kind="built-in"),
    }


def count_name(value: int | str) -> Symbol:
    """Return the name of a number of elements, or of the place of one: given, or Python for it."""
    return Symbol(f"uint32({value})", Uint32, writable=False, kind="built-in")
