"""What a custom connectivity update does: to each row of synapses, and on the host before that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from numbagenn.base.types import Int64, Precision, ResolvedType, Uint32
from numbagenn.codegen.arguments import slot_of
from numbagenn.codegen.element_names import NAMES_OF_NEURONS
from numbagenn.codegen.loop_builder import Loop, LoopBuilder, count_name
from numbagenn.language.arithmetic import Expression, converted, literal
from numbagenn.language.fault_sites import no_room, no_such_neuron, not_so_many, removed_twice
from numbagenn.language.symbols import ElementLoop, Pointer, SpecialFunction, Symbol
from numbagenn.language.translator import Translator
from numbagenn.memory.buffers import Buffer
from numbagenn.memory.rows import Rows
from numbagenn.models.descriptions import (
    CustomConnectivityUpdateModel,
    DeclaredReference,
    ExtraGlobalParam,
    Var,
)
from numbagenn.network.bound_model import BoundModel

Item = Var | DeclaredReference

_SCALARS = ("t", "steps_since_load", "random_key")
_NO_BATCH = "the update runs once for the whole batch."
_IN_LOOP = "it is known only inside of for_each_synapse."
_NOT_ON_HOST = "code of the host runs once, and not for each row."


@dataclass(frozen=True, kw_only=True)
class ConnectivityElements:
    """What a custom connectivity update works on.

    Parameters
    ----------
    rows
        Where the rows are while the update runs.
    batch_size
        Number of batch elements. Code cannot read what each of several has one of.
    """

    rows: Rows
    batch_size: int = 1


@dataclass(frozen=True)
class HostLoop:
    """What an update does on the host: the loop, and the device arrays that it copies to or from.

    Parameters
    ----------
    loop
        The code; its arrays are those of the host, but for records of faults and parameters.
    on_host
        Those arrays.
    on_device
        Names of arrays of the device, by the memory they belong to.
    """

    loop: Loop
    on_host: frozenset[Buffer] = frozenset()
    on_device: dict[str, Buffer] = field(default_factory=dict)


def _names_of_both(
    builder: LoopBuilder, bound: BoundModel[CustomConnectivityUpdateModel]
) -> dict[str, Symbol]:
    """Return the names that code of rows and of the host knows."""
    names = builder.clock_names()
    del names["batch"], names["num_batch"]
    names |= {name: count_name(name) for name in ("num_pre", "num_post")}
    return {**names, **builder.parameters_of(bound)}


class _RowCode:
    """Translates the code of a row."""

    def __init__(
        self,
        precision: Precision,
        dt: float,
        bound: BoundModel[CustomConnectivityUpdateModel],
        elements: ConnectivityElements,
    ) -> None:
        self.builder = builder = LoopBuilder(precision, dt, "row", _SCALARS)
        self.bound, self.elements = bound, elements
        local = builder.namer.unique
        self.begin, self.length, self.place = local("begin"), local("row_length"), local("place")
        self.at, self.id_post, self.removed = local("at"), local("id_post"), local("removed")
        self.stride, self.last = local("row_stride"), local("last_place")
        rows = elements.rows
        self.values = rows.values
        # The code may refer to one variable by several names.
        own = _items(bound.model.vars, bound.model.var_refs)
        named = {bound.buffers[item.name]: item.name for item in own}
        # Not by the names of memory: updates that are alike have the same text.
        self.arrays = {
            rows.targets: self._array("targets", rows.targets),
            rows.sources: self._array("sources", rows.sources),
            **{
                copy: self._array(f"{named[buffer]}_values", copy)
                for buffer, copy in rows.values.items()
            },
        }
        self.lengths = self._array("row_lengths", rows.lengths)

    def _array(self, wish: str, buffer: Buffer) -> str:
        name = self.builder.array(wish, buffer)
        self.builder.read.add(name)
        return name

    def loop(self) -> Loop:
        """Return the loop over rows."""
        builder, bound = self.builder, self.bound
        model = bound.model
        names = _names_of_both(builder, bound)
        names |= {
            "id_pre": count_name("row"),
            "batch": count_name(0),
            "row_length": count_name(self.length),
            "row_stride": count_name(self.stride),
        }
        names |= builder.pointers(
            bound, model.extra_global_param_refs, "extra global parameter reference"
        )
        for item in _items(model.pre_vars, model.pre_var_refs):
            names[item.name] = self._of_pre(item)
        inside, apart = self._inside()
        special = {
            "add_synapse": SpecialFunction(self._arguments(), self._added),
            "remove_synapse": SpecialFunction((), _refused),
        }
        unavailable = {
            **dict.fromkeys(inside, _IN_LOOP),
            **apart,
            **dict.fromkeys(NAMES_OF_NEURONS, "the update is of synapses, not of neurons."),
            "num_batch": _NO_BATCH,
        }
        translator = builder.translator(names, special, unavailable, random=True)
        translator.each_synapse = self._each(inside)
        lines = translator.statements(model.row_update_code)
        # No draw is ahead of the loop: rows are not so many that it would be worthwhile.
        for line, draw in builder.draws.items():
            builder.draws[line] = replace(draw, for_all="")
        builder.loop.lines = [
            f"{self.begin} = row * {self.stride}",
            f"{self.length} = {self.lengths}[row]",
            *lines,
            f"{self.lengths}[row] = {self.length}",
        ]
        return builder.finish()

    def _of_pre(self, item: Item) -> Symbol:
        """Bind a variable of the presynaptic neuron: the value of the last step."""
        buffer = self.bound.buffers[item.name]
        slot = self.builder.offset(f"{item.name}_now", "steps_since_load", buffer)
        local = self.builder.element(item.name, buffer, slot=slot)
        mode = item.access
        return Symbol(
            local,
            self.builder.precision.resolve(item.type),
            writable=mode.writable,
            readable=mode.readable,
            kind=_kind(item),
        )

    def _inside(self) -> tuple[dict[str, Symbol], dict[str, str]]:
        """Return what is known in a loop over synapses, and what is not, with the reason."""
        builder, model = self.builder, self.bound.model
        names = {
            "id_post": Symbol(self.id_post, Uint32, writable=False, kind="built-in"),
            "id_syn": count_name(self.place),
        }
        apart = {}
        for item in _items(model.vars, model.var_refs):
            buffer = self.bound.buffers[item.name]
            if buffer.per_batch and self.elements.batch_size > 1:
                apart[item.name] = (
                    "each batch element has its own, and the update runs once for all; only "
                    "add_synapse can set it."
                )
                continue
            array = self.arrays[self.values[buffer]]
            names[item.name] = self._element(item, array, self.place, item.access.writable)
        for item in _items(model.post_vars, model.post_var_refs):
            buffer = self.bound.buffers[item.name]
            array = builder.array(item.name, buffer)
            slot = slot_of("steps_since_load", buffer)
            index = self.id_post if buffer.per_element else "0"
            if slot:
                index = f"{slot} * {buffer.count} + {index}"
            names[item.name] = self._element(item, array, index, False)
        return names, apart

    def _element(self, item: Item, array: str, index: str, writable: bool) -> Symbol:
        ctype = self.builder.precision.resolve(item.type)
        return Symbol(
            f"{array}[{index}]",
            ctype,
            writable=writable,
            readable=item.access.readable,
            kind=_kind(item),
            also_reads=array,
        )

    def _each(self, names: dict[str, Symbol]) -> ElementLoop:
        targets = self.arrays[self.elements.rows.targets]
        # What reads the slots of a variable asks for this number itself.
        return ElementLoop(
            head=[
                f"{self.at} = int64(0)",
                f"while {self.at} < {self.length}:",
                f"    {self.place} = {self.begin} + {self.at}",
                f"    {self.id_post} = {targets}[{self.place}]",
                f"    {self.removed} = False",
            ],
            names=names,
            special={"remove_synapse": SpecialFunction((), self._removed)},
            before_next=[f"if not {self.removed}:", f"    {self.at} += 1"],
        )

    def _arguments(self) -> tuple[str, ...]:
        model = self.bound.model
        return ("id_post", *(item.name for item in _items(model.vars, model.var_refs)))

    def _added(self, translator: Translator, target: Expression, *given: Expression) -> list[str]:
        """Return the lines of a call of ``add_synapse``."""
        model, rows = self.bound.model, self.elements.rows
        unique = self.builder.namer.unique
        id_post, end = unique("target"), unique("end")
        lines = [f"{id_post} = {converted(converted(target, Uint32), Int64).code}"]
        stores = [
            f"{self.arrays[rows.targets]}[{end}] = {id_post}",
            f"{self.arrays[rows.sources]}[{end}] = -1",
        ]
        set_already = set()
        for item, value in zip(_items(model.vars, model.var_refs), given, strict=True):
            copy = self.values[self.bound.buffers[item.name]]
            ctype = self.builder.precision.resolve(item.type)
            # Evaluated before anything is stored.
            local = unique(f"new_{item.name}")
            lines.append(f"{local} = {converted(value, ctype).code}")
            stores.append(f"{self.arrays[copy]}[{end}] = {local}")
            set_already.add(copy)
        stores += [
            f"{self.arrays[copy]}[{end}] = {self._zero(one)}"
            for one, copy in self.values.items()
            if copy not in set_already
        ]
        full = translator.reporting(no_room, f"row, {self.stride}")
        nowhere = translator.reporting(no_such_neuron, f"{id_post}, num_post")
        return [
            *lines,
            f"if {id_post} >= num_post:",
            f"    {nowhere}",
            f"elif {self.length} >= {self.stride}:",
            f"    {full}",
            "else:",
            f"    {end} = {self.begin} + {self.length}",
            *("    " + line for line in stores),
            f"    {self.length} += 1",
        ]

    def _zero(self, buffer: Buffer) -> str:
        return literal(0, self.builder.precision.resolve(buffer.type))

    def _removed(self, translator: Translator) -> list[str]:
        """Return the lines of a call of ``remove_synapse``: the last one takes its place."""
        twice = translator.reporting(removed_twice, f"row, {self.at}")
        return [
            f"if {self.removed}:",
            f"    {twice}",
            "else:",
            f"    {self.length} -= 1",
            f"    {self.last} = {self.begin} + {self.length}",
            *(f"    {one}[{self.place}] = {one}[{self.last}]" for one in self.arrays.values()),
            f"    {self.removed} = True",
        ]


def row_loop(
    precision: Precision,
    dt: float,
    bound: BoundModel[CustomConnectivityUpdateModel],
    elements: ConnectivityElements,
) -> Loop:
    """Build what an update does to each row of synapses.

    Raises
    ------
    CodeStringError
        If there is a mistake in the code.
    """
    return _RowCode(precision, dt, bound, elements).loop()


def host_loop(
    precision: Precision,
    dt: float,
    bound: BoundModel[CustomConnectivityUpdateModel],
    elements: ConnectivityElements,
) -> HostLoop:
    """Build what an update does on the host, before all rows.

    Raises
    ------
    CodeStringError
        If there is a mistake in the code.
    """
    builder = LoopBuilder(precision, dt, "0", _SCALARS)
    model = bound.model
    builder.faults.position = "-1, -1"
    names = _names_of_both(builder, bound)
    stride = builder.namer.unique("row_stride")
    names["row_stride"] = count_name(stride)
    lengths = builder.array("row_length", elements.rows.host_lengths)
    names["row_length"] = _pointer(lengths, Uint32, "row_length", writable=False)
    special = {"pullRowLengthFromDevice": SpecialFunction((), lambda translator: ["pass"])}
    on_host, on_device = {elements.rows.host_lengths}, {}
    arrays: list[Var | ExtraGlobalParam]
    arrays = [*model.pre_vars, *model.post_vars, *model.extra_global_params]
    for item in arrays:
        buffer = bound.buffers[item.name]
        on_host.add(buffer)
        if isinstance(item, Var):
            ctype = precision.resolve(item.type)
            array = builder.array(item.name, buffer)
            names[item.name] = _pointer(array, ctype, f"variable '{item.name}'", writable=True)
        else:
            pointer = names[item.name].pointer
            assert pointer is not None
            array = pointer.array
        device = builder.namer.unique(f"{array}_on_device")
        arguments = () if isinstance(item, Var) else ("number",)
        for verb, target, source in (("push{}To", device, array), ("pull{}From", array, device)):
            copy = _Copy(builder, array, device, target, source)
            function = f"{verb.format(item.name)}Device"
            special[function] = SpecialFunction(arguments, copy.lines)
        on_device[device] = buffer
    unavailable = {
        **dict.fromkeys(("id_pre", "id_post", "id_syn", "id"), _NOT_ON_HOST),
        "num_batch": _NO_BATCH,
        "batch": _NO_BATCH,
    }
    translator = builder.translator(names, special, unavailable, random=True)
    lines = translator.statements(model.host_update_code)
    for line, draw in builder.draws.items():
        builder.draws[line] = replace(draw, for_all="")
    builder.loop.lines = lines
    used = {name: buffer for name, buffer in on_device.items() if name in builder.read}
    return HostLoop(builder.finish(), frozenset(on_host), used)


@dataclass(frozen=True)
class _Copy:
    """A function that copies an array between the host and the device."""

    builder: LoopBuilder
    host: str
    device: str
    target: str
    source: str

    def lines(self, translator: Translator, number: Expression | None = None) -> list[str]:
        """Return the lines of a call."""
        self.builder.read |= {self.host, self.device}
        index = self.builder.namer.unique("moved")
        if number is None:
            return [
                f"for {index} in range({self.host}.size):",
                f"    {self.target}[{index}] = {self.source}[{index}]",
            ]
        count = self.builder.namer.unique("number")
        report = translator.reporting(not_so_many, f"{count}, {self.host}.size")
        return [
            f"{count} = {converted(number, Int64).code}",
            f"if {count} < 0 or {count} > {self.host}.size:",
            f"    {report}",
            "else:",
            f"    for {index} in range({count}):",
            f"        {self.target}[{index}] = {self.source}[{index}]",
        ]


def _pointer(array: str, ctype: ResolvedType, title: str, *, writable: bool) -> Symbol:
    pointer = Pointer(array=array, offset="0", type=ctype, writable=writable, title=title)
    return Symbol(array, ctype, writable=False, kind=title, pointer=pointer)


def _items(own: Sequence[Var], references: Sequence[DeclaredReference]) -> list[Item]:
    return [*own, *references]


def _kind(item: Item) -> str:
    if isinstance(item, DeclaredReference):
        return f"{item.mode.name} reference"
    return "variable"


def _refused(translator: Translator) -> list[str]:
    raise translator.refusal(
        "remove_synapse() removes a synapse of for_each_synapse; call it there."
    )
