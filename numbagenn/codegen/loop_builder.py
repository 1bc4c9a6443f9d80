"""Loop bodies: the code strings of one population, bound to its memory and its parameters.

A `Loop` is what a template prints. A `LoopBuilder` collects what the loop needs while its code
strings are translated. What happens to neurons, to synapses and in custom updates is in
`neuron_loop`, `synapse_loop` and `custom_update_loop`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from numbagenn.base.types import Double, Precision, ResolvedType, Uint32
from numbagenn.codegen.reductions import Reduction, neutral
from numbagenn.codegen.reserved_names import LOOP_NAMES
from numbagenn.language.arithmetic import constant, literal
from numbagenn.language.fault_sites import FaultSites
from numbagenn.language.kernel_names import BATCH_COUNTER, FAULTS, RANDOM_STATE
from numbagenn.language.symbols import Ahead, Draw, History, Namer, Pointer, SpecialFunction, Symbol
from numbagenn.language.translator import Translator
from numbagenn.memory.buffers import Buffer
from numbagenn.memory.faults import Faults
from numbagenn.models.descriptions import ExtraGlobalParam, Model, Var
from numbagenn.network.bound_model import BoundModel


@dataclass(frozen=True)
class Argument:
    """An array that a generated function takes: its name there, and the memory it stands for."""

    name: str
    buffer: Buffer


@dataclass(frozen=True)
class Constant:
    """A number that code knows by name: a parameter, or the length of a step."""

    value: float
    type: ResolvedType

    @property
    def text(self) -> str:
        """The number in generated code."""
        return literal(self.value, self.type)

    @property
    def number(self) -> np.generic:
        """The number as a kernel takes it."""
        number: np.generic = self.type.dtype.type(self.value)
        return number


@dataclass
class Loop:
    """One loop over elements, as lines of Python.

    Parameters
    ----------
    arguments, scalars
        The arrays and the numbers that the function around the loop takes.
    constants
        Numbers by name. The lines ahead of the loop define them.
    before
        Lines ahead of the loop.
    ahead
        Lines of each round of a shorter loop, ahead of this one: what this one takes from arrays.
    loads, lines, stores
        Lines of each round: what takes elements out of their arrays, the code, what puts them back.
    reductions
        What is folded from the values of all rounds.
    scratch
        The types of further arrays, by name: they have an element for each round, of the loop ahead
        if there is one, and belong to the function around the loop.
    namer
        Hands out further names that are unique in the function.
    """

    arguments: list[Argument] = field(default_factory=list)
    scalars: list[str] = field(default_factory=list)
    constants: dict[str, Constant] = field(default_factory=dict)
    before: list[str] = field(default_factory=list)
    ahead: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    stores: list[str] = field(default_factory=list)
    reductions: list[Reduction] = field(default_factory=list)
    scratch: dict[str, str] = field(default_factory=dict)
    namer: Namer = field(default_factory=Namer)

    @property
    def body(self) -> list[str]:
        """All lines of a round."""
        return self.loads + self.lines + self.stores


@dataclass(kw_only=True)
class Alias:
    """A local variable of the loop that stands for an array element.

    Parameters
    ----------
    local
        Name of the local.
    array, index
        Name of the array, and text of the index of the element.
    buffer
        Memory that the array is.
    store_index
        Index where the value is stored, if that is another slot: a value that has to outlast a
        delay is carried over in every round.
    start
        Text of what the local starts from in each round, if that is not the element.
    reduction
        What is folded from the values of all rounds, if not every value is stored.
    offsets
        Names that `LoopBuilder.offset` gave and that the indices are made of.
    per_step
        Whether the array has a row for each step, where a round is several steps.
    """

    local: str
    array: str
    index: str
    buffer: Buffer
    store_index: str = ""
    start: str | None = None
    reduction: str | None = None
    offsets: tuple[str, ...] = ()
    per_step: bool = False

    @property
    def element(self) -> str:
        """Text of the array element."""
        return f"{self.array}[{self.index}]"

    @property
    def carried(self) -> bool:
        """Whether the value moves on to another slot in each step."""
        return bool(self.store_index)


class LoopBuilder:
    """Collects what one loop needs while its code is translated.

    Parameters
    ----------
    precision, dt
        Precision of the model, and length of a step in ms.
    index
        Text of the index of an element, such as ``"neuron"`` or ``"pre, post"``.
    scalars
        Numbers that the function around the loop can take.
    """

    def __init__(self, precision: Precision, dt: float, index: str, scalars: Sequence[str]) -> None:
        self.precision = precision
        self.index = index
        self.namer = Namer(LOOP_NAMES)
        self.faults = FaultSites.of_loop(index)
        self.read: set[str] = set()
        self.written: set[str] = set()
        self.draws: dict[str, Draw] = {}
        self.ahead = Ahead()
        self.loop = Loop(namer=self.namer)
        #: Text of the index of an element of the loop ahead.
        self.ahead_index = ""
        #: Whether the loop runs from element `first` up to `last` alone.
        self.in_parts = False
        self._scalars = (*scalars, BATCH_COUNTER)
        step_length = Constant(constant(dt, precision.time), precision.time)
        self._constants: dict[str, Constant] = {"dt": step_length}
        self._offsets: dict[str, str] = {}
        self._aliases: list[Alias] = []
        self._arrays: dict[str, Buffer] = {}
        self._dynamic_params: dict[str, str] = {}

    # Memory and numbers -------------------------------------------------------------------------

    def element(
        self,
        wish: str,
        buffer: Buffer,
        index: str = "",
        slot: str = "",
        *,
        store_slot: str = "",
        per_step: bool = False,
    ) -> str:
        """Return the local name for an element of `buffer`.

        Parameters
        ----------
        wish
            The name, unless that is taken.
        buffer
            The memory.
        index
            Text of the index of the element, if it is not that of the loop.
        slot, store_slot
            The slot, which `offset` gave, and the one that the value moves on to in each round.
        per_step
            Whether the array has a row for each step, where a round is several steps.
        """
        local = self.namer.unique(wish)
        array = self.namer.unique(f"{local}_array")
        index = index or self.index
        if not buffer.per_element:
            index = ", ".join("0" * (1 + index.count(",")))
        place = _in_slot(slot, index)
        alias = Alias(
            local=local,
            array=array,
            index=f"step, {place}" if per_step else place,
            buffer=buffer,
            store_index=_in_slot(store_slot, index) if store_slot else "",
            offsets=(slot, store_slot),
            per_step=per_step,
        )
        self._aliases.append(alias)
        return local

    def offset(self, wish: str, step: str, buffer: Buffer) -> str:
        """Return the name of where a slot of `buffer` starts, the one of a certain step.

        The value of a step that was the `n`-th since the model was loaded is kept in slot `n + 1`
        modulo their number, so that slot 0 holds the initial value.
        """
        if buffer.slots == 1:
            return ""
        name = self.namer.unique(wish)
        self._offsets[name] = f"({step}) % {buffer.slots} * {buffer.count}"
        return name

    def variable(self, wish: str, buffer: Buffer) -> str:
        """Return the local name for an element of a variable, which may be kept for later steps."""
        if buffer.slots == 1:
            return self.element(wish, buffer)
        before = self.offset(f"{wish}_before", "steps_since_load", buffer)
        after = self.offset(f"{wish}_after", "steps_since_load + 1", buffer)
        return self.element(wish, buffer, slot=before, store_slot=after)

    def array(self, wish: str, buffer: Buffer) -> str:
        """Return the name of an array that the code gets as a whole."""
        array = self.namer.unique(wish)
        self._arrays[array] = buffer
        return array

    def reloads(self, buffers: Sequence[Buffer]) -> list[str]:
        """Return lines that set carried elements of `buffers` back to their start."""
        return [
            f"{alias.local} = {alias.element}"
            for alias in self._aliases
            if alias.carried and any(alias.buffer is buffer for buffer in buffers)
        ]

    def move(self, source: str, target: str) -> None:
        """Add one local to another, and set it to 0."""
        self.loop.lines += [
            f"{target} += {source}",
            f"{source} = {literal(0, self.precision.scalar)}",
        ]
        self.read |= {target, source}
        self.written |= {target, source}

    # What code strings may name -----------------------------------------------------------------

    def clock_names(self) -> dict[str, Symbol]:
        """Return the names that code of every kind knows: of the time and of the batch element."""
        time = self.precision.time
        return {
            "t": Symbol("t", time, writable=False, kind="built-in"),
            "dt": Symbol("dt", time, writable=False, kind="built-in"),
            "batch": Symbol("batch", Uint32, writable=False, kind="built-in"),
            "num_batch": Symbol("num_batch", Uint32, writable=False, kind="built-in"),
        }

    def local(self, wish: str, ctype: ResolvedType, kind: str) -> Symbol:
        """Return a name that lives for one round of the loop."""
        return Symbol(self.namer.unique(wish), ctype, writable=False, kind=kind)

    def pointers(
        self, bound: BoundModel[Model], arrays: Sequence[ExtraGlobalParam], what: str
    ) -> dict[str, Symbol]:
        """Bind arrays that the code of a description indexes."""
        result = {}
        for item in arrays:
            ctype = self.precision.resolve(item.type)
            array = self.array(bound.prefix + item.name, bound.buffers[item.name])
            pointer = Pointer(
                array=array, offset="0", type=ctype, writable=True, title=f"{what} '{item.name}'"
            )
            result[item.name] = Symbol(array, ctype, writable=False, kind=what, pointer=pointer)
        return result

    def parameters_of(self, bound: BoundModel[Model]) -> dict[str, Symbol]:
        """Bind the parameters and the extra global parameters of a description."""
        # The first description of a loop is that of the group whose elements it is over.
        self.faults.title = self.faults.title or bound.title
        model = bound.model
        names = self.pointers(bound, model.extra_global_params, "extra global parameter")
        for param in model.constants:
            ctype = self.precision.resolve(param.type)
            code = self.namer.unique(bound.prefix + param.name)
            if param.name in bound.buffers:
                array = self.array(f"{code}_array", bound.buffers[param.name])
                self._dynamic_params[code] = array
            else:
                self._constants[code] = Constant(bound.params[param.name], ctype)
            names[param.name] = Symbol(code, ctype, writable=False, kind="parameter")
        return names

    def variables_of(self, bound: BoundModel[Model], variables: Sequence[Var]) -> dict[str, Symbol]:
        """Bind variables for which a description has memory."""
        return {
            var.name: Symbol(
                self.variable(bound.prefix + var.name, bound.buffers[var.name]),
                self.precision.resolve(var.type),
                writable=var.access.writable,
                readable=var.access.readable,
                kind="variable"
                if var.access.writable and var.access.readable
                else f"{var.access.name} variable",
            )
            for var in variables
        }

    def names_of(self, bound: BoundModel[Model]) -> dict[str, Symbol]:
        """Bind the parameters and variables of a description."""
        return {**self.parameters_of(bound), **self.variables_of(bound, bound.model.vars)}

    def read_only(self, wish: str, buffer: Buffer, index: str, slot: str, kind: str) -> Symbol:
        """Bind a variable of something else."""
        local = self.element(wish, buffer, index, slot)
        return Symbol(local, self.precision.resolve(buffer.type), writable=False, kind=kind)

    def earlier(self, wish: str, buffer: Buffer, index: str, kind: str) -> Symbol:
        """Bind a variable of something else whose values of some steps ago the code takes."""
        array = self.array(f"{wish}_array", buffer)
        history = History(
            array=array,
            slots=buffer.slots,
            count=buffer.count,
            index=index if buffer.per_element else "0",
        )
        ctype = self.precision.resolve(buffer.type)
        return Symbol(array, ctype, writable=False, kind=kind, history=history)

    # The code -----------------------------------------------------------------------------------

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
        translator.draws = self.draws
        translator.ahead = self.ahead if self.ahead.symbols else None
        return translator

    def reduce(self, name: Symbol, operation: str, *, folds: bool) -> None:
        """Turn a variable into the target of a reduction.

        Parameters
        ----------
        name
            The variable.
        operation
            ``"sum"`` or ``"max"``.
        folds
            Whether the values of several rounds are folded; else each is the result itself.
        """
        (alias,) = (alias for alias in self._aliases if alias.local == name.code)
        # A round that assigns nothing adds nothing.
        alias.start = neutral(operation, name.type)
        alias.reduction = operation if folds else None

    def finish(self) -> Loop:
        """Return the loop, with only the loads, stores and constants that its code uses."""
        loop = self.loop
        if self.faults.sites:
            self.read.add("t")
            loop.arguments.append(Argument(FAULTS, Faults(self.faults)))
        used = self.read | self.written | self.ahead.read
        draws_ahead = self._draw_ahead()
        if self.draws:
            used.add("random_key")
        if len(self.draws) > len(draws_ahead):
            # Each round of the loop has a stream of its own.
            loop.lines.insert(0, f"{RANDOM_STATE} = random_numbers.start(random_key, {self.index})")
        aliases = [alias for alias in self._aliases if alias.local in used or alias.carried]
        needed = {name for alias in aliases for name in alias.offsets}
        offsets = {name: text for name, text in self._offsets.items() if name in needed}
        if offsets:
            # They say where the values of a step are, which is so many steps old.
            used.add("steps_since_load")
        loop.scalars = [name for name in self._scalars if name in used]
        loop.constants = {name: one for name, one in self._constants.items() if name in used}
        loop.before += [f"{name} = {one.text}" for name, one in loop.constants.items()]
        loop.before += [f"{name} = {text}" for name, text in offsets.items()]
        for name, array in self._dynamic_params.items():
            if name in used:
                used.add(array)
                loop.before.append(f"{name} = {array}[0]")
        loop.before += draws_ahead
        loop.arguments += [
            Argument(name, self._arrays[name]) for name in self._arrays if name in used
        ]
        for alias in aliases:
            loop.arguments.append(Argument(alias.array, alias.buffer))
            if alias.carried or alias.local in self.read | self.written:
                self._load_and_store(alias)
        self._compute_ahead(aliases)
        return loop

    def _compute_ahead(self, aliases: Sequence[Alias]) -> None:
        """Add the lines of the loop ahead, and those that take what it has computed."""
        loop, index = self.loop, self.ahead_index
        if not self.ahead.values:
            return
        read = [alias for alias in aliases if alias.local in self.ahead.read]
        loop.ahead += [f"{alias.local} = {alias.element}" for alias in read]
        loop.ahead += self.ahead.lines
        for name in self.ahead.values:
            if name in self.read:
                array = self.namer.unique(f"{name}_array")
                loop.ahead.append(f"{array}[{index}] = {name}")
                loop.loads.append(f"{name} = {array}[{index}]")
                loop.scratch[array] = Double.numpy_name

    def _draw_ahead(self) -> list[str]:
        """Return the lines that draw, ahead of the loop, what each of its rounds draws once.

        Those are the draws that are not inside of any branch or loop: their lines are not indented.
        The loop reads the numbers from arrays.
        """
        result: list[str] = []
        for place, line in enumerate(self.loop.lines):
            draw = self.draws.get(line)
            if draw is None or not draw.for_all:
                continue
            array = self.namer.unique(f"{draw.name}_array")
            # No round has one of these streams.
            key = f"random_numbers.start(random_key, {-1 - len(result)})"
            values = array
            if self.in_parts:
                key, values = f"random_numbers.from_element({key}, first)", f"{array}[first:last]"
            result.append(draw.for_all.format(key=key, values=values))
            self.loop.scratch[array] = draw.type.numpy_name
            self.loop.lines[place] = f"{draw.name} = {array}[{self.index}]"
        return result

    def _load_and_store(self, alias: Alias) -> None:
        """Add the lines that take an element out of its array and put it back."""
        loop, local, element = self.loop, alias.local, alias.element
        is_written = local in self.written
        if alias.per_step:
            loop.lines.insert(0, f"{local} = {element}")
            if is_written:
                loop.lines.append(f"{element} = {local}")
            return
        shared = not alias.buffer.per_element and not is_written
        (loop.before if shared else loop.loads).append(f"{local} = {alias.start or element}")
        if alias.carried:
            loop.stores.append(f"{alias.array}[{alias.store_index}] = {local}")
        elif alias.reduction is not None:
            ctype = self.precision.resolve(alias.buffer.type)
            total = self.namer.unique(f"{local}_{alias.reduction}")
            loop.reductions.append(
                Reduction(
                    operation=alias.reduction, type=ctype, value=local, total=total, target=element
                )
            )
        elif is_written:
            loop.stores.append(f"{element} = {local}")


def _in_slot(slot: str, index: str) -> str:
    """Return the index of an element in a slot."""
    return f"{slot} + {index}" if slot else index


def count_name(value: int | str) -> Symbol:
    """Return the name of a number of elements, or of the place of one: given, or Python for it."""
    return Symbol(f"uint32({value})", Uint32, writable=False, kind="built-in")
