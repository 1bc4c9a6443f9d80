"""Loop bodies: the code strings of one population, bound to its memory and its parameters.

A `Loop` is what a kernel template prints. The same assembly, over no memory at all, checks a
description when it is created, so that a mistake in a code string is found at the call that
holds it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from tutorial_helpers.engine.access import VarAccess, VarAccessMode
from tutorial_helpers.engine.buffers import Buffer
from tutorial_helpers.engine.components import (
    CurrentSourceModel,
    CustomUpdateModel,
    Model,
    NeuronModel,
    PostsynapticModel,
    Var,
    VarReference,
    WeightUpdateModel,
)
from tutorial_helpers.engine.functions import RANDOM_FUNCTIONS
from tutorial_helpers.engine.snippets import Snippet, SnippetError
from tutorial_helpers.engine.translate import (
    Expression,
    Name,
    Namer,
    SpecialFunction,
    Translator,
    literal,
)
from tutorial_helpers.engine.types import Precision, ResolvedType, Uint32

_NO_RANDOM = dict.fromkeys(RANDOM_FUNCTIONS, "random numbers are not available in this code.")
_NO_SPIKE_TIMES = dict.fromkeys(
    ("st_pre", "st_post", "prev_st_pre", "prev_st_post"),
    "the bundled engine keeps no spike times for synapses; real PyGeNN does.",
)


# What the templates call things inside their functions.
_LOOP_NAMES = (
    *("neuron", "pre", "post", "element", "dt", "out_post", "first", "last"),
    *("fired", "spike", "spikes", "num_spikes", "spikes_done"),
    *("spike_bits", "in_flight", "steps", "step", "inputs", "bits", "arrival"),
    *("count", "num_batches", "timestep", "steps_done", "seed"),
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
        Memory of its own variables by name; of variable references too, for a custom update.
    references
        For references to neuron variables: the name of each in the neuron model.
    """

    prefix: str
    model: Model
    params: Mapping[str, float]
    buffers: Mapping[str, Buffer]
    references: Mapping[str, str] = field(default_factory=dict)


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


@dataclass
class _Cell:
    """A variable inside the loop: its local name beside the array element that it mirrors."""

    local: str
    array: str
    index: str
    buffer: Buffer


class _Assembly:
    """Collects what one loop needs while its code is translated."""

    def __init__(self, precision: Precision, index: str, scalars: Sequence[str], dt: float) -> None:
        self.precision = precision
        self.index = index
        self.namer = Namer((*scalars, *_LOOP_NAMES))
        self.scalar_names = scalars
        self.constants: dict[str, str] = {"dt": literal(dt, precision.time)}
        self.cells: list[_Cell] = []
        self.read: set[str] = set()
        self.written: set[str] = set()
        self.loop = Loop()

    def constant(self, wish: str, ctype: ResolvedType, value: float) -> Name:
        code = self.namer.unique(wish)
        self.constants[code] = literal(value, ctype)
        return Name(code, ctype, writable=False, kind="parameter")

    def cell(self, wish: str, buffer: Buffer) -> str:
        """Return the local name for an element of `buffer`."""
        local = self.namer.unique(wish)
        array = self.namer.unique(f"{local}_array")
        shared = ", ".join("0" * (1 + self.index.count(",")))
        index = self.index if buffer.per_element else shared
        self.cells.append(_Cell(local, array, index, buffer))
        return local

    def local(self, wish: str, ctype: ResolvedType, kind: str) -> Name:
        """Return a name that lives for one round of the loop."""
        return Name(self.namer.unique(wish), ctype, writable=False, kind=kind)

    def names_of(self, bound: Bound) -> dict[str, Name]:
        """Bind the parameters and variables of a description."""
        model, resolve = bound.model, self.precision.resolve
        names: dict[str, Name] = {}
        for param in model.constants:
            value = bound.params[param.name]
            names[param.name] = self.constant(bound.prefix + param.name, resolve(param.type), value)
        for var in model.vars:
            buffer = bound.buffers[var.name]
            names[var.name] = Name(
                self.cell(bound.prefix + var.name, buffer),
                resolve(var.type),
                writable=var.access.writable,
                kind="variable" if var.access.writable else f"{var.access.name} variable",
            )
        return names

    def translator(
        self,
        names: Mapping[str, Name],
        special: Mapping[str, SpecialFunction] | None = None,
        unavailable: Mapping[str, str] | None = None,
    ) -> Translator:
        translator = Translator(self.precision, names, self.namer, special or {}, unavailable or {})
        # All translators of one loop report what they use into the same sets.
        translator.read, translator.written = self.read, self.written
        return translator

    def finish(self) -> Loop:
        """Return the loop, with only the loads, stores and constants that its code uses."""
        loop = self.loop
        used = self.read | self.written
        loop.scalars = [name for name in self.scalar_names if name in used]
        loop.before += [f"{name} = {text}" for name, text in self.constants.items() if name in used]
        for cell in self.cells:
            if cell.local not in used:
                continue
            loop.arguments.append(Argument(cell.array, cell.buffer))
            element = f"{cell.array}[{cell.index}]"
            shared = not cell.buffer.per_element and cell.local not in self.written
            (loop.before if shared else loop.loads).append(f"{cell.local} = {element}")
            if cell.local in self.written:
                loop.stores.append(f"{element} = {cell.local}")
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
    synapses: Sequence[tuple[Bound, Buffer, str]] = (),
    sources: Sequence[tuple[Bound, str]] = (),
    spike_times: Buffer | None = None,
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
        For each incoming synapse population: its postsynaptic model, its accumulated input, and
        the name of the neuron's input that it drives.
    sources
        For each current source: its model and the name of the input that it drives.
    spike_times
        Memory of the time of each neuron's last spike, where its code wants to know.

    Returns
    -------
    Loop
        Its lines set `spike` in every round if the neuron can spike at all.
    """
    model = neuron.model
    assert isinstance(model, NeuronModel)
    assembly = _Assembly(precision, "neuron", ("batch", "num_batch", "t"), dt)
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

    for bound, input_buffer, target in synapses:
        assert isinstance(bound.model, PostsynapticModel)
        in_syn = Name(assembly.cell(f"{bound.prefix}inSyn", input_buffer), precision.scalar)
        names = {**common, "inSyn": in_syn, **assembly.names_of(bound), **referenced(bound)}
        lines += assembly.translator(names, inject(target)).statements(bound.model.sim_code)
    for bound, target in sources:
        assert isinstance(bound.model, CurrentSourceModel)
        names = {**common, **assembly.names_of(bound), **referenced(bound)}
        lines += assembly.translator(names, inject(target)).statements(bound.model.injection_code)

    if spike_times is not None:
        last_spike = assembly.cell("st", spike_times)
        common["st"] = Name(last_spike, precision.time, writable=False, kind="built-in")
    names = {**common, **inputs, **own}
    can_spike = not model.threshold_condition_code.is_blank
    if can_spike and model.auto_refractory_required:
        before, condition = assembly.translator(names).condition(model.threshold_condition_code)
        above = assembly.namer.unique("was_above")
        lines += [*before, f"{above} = {condition}"]
    translator = assembly.translator(names)
    lines += translator.statements(model.sim_code)
    if can_spike:
        before, condition = translator.condition(model.threshold_condition_code)
        lines += before
        if model.auto_refractory_required:
            condition = f"({condition}) and not {above}"
        lines.append(f"spike = {condition}")
        on_spike = translator.statements(model.reset_code)
        if spike_times is not None:
            assembly.read.add("t")
            assembly.written.add(last_spike)
            on_spike = [f"{last_spike} = t", *on_spike]
        if on_spike:
            lines += ["if spike:", *("    " + line for line in on_spike)]
    return assembly.finish()


def synapse_loop(
    precision: Precision,
    dt: float,
    num_pre: int,
    num_post: int,
    weight_update: Bound,
) -> Loop:
    """Assemble what a spike of presynaptic neuron `pre` does to its synapse with neuron `post`.

    The synapse variables are arrays of shape ``(num_pre, num_post)``, and what the code adds to
    the postsynaptic neuron is added to the local ``total``.
    """
    model = weight_update.model
    assert isinstance(model, WeightUpdateModel)
    assembly = _Assembly(precision, "pre, post", ("batch", "num_batch", "t"), dt)
    total = Name(assembly.namer.unique("total"), precision.scalar)
    names = {
        **_clock(assembly),
        "id_pre": _count("pre"),
        "id_post": _count("post"),
        "id_syn": _count(f"pre * {num_post} + post"),
        "num_pre": _count(num_pre),
        "num_post": _count(num_post),
        **assembly.names_of(weight_update),
    }
    add_to_post = {
        "addToPost": SpecialFunction(("x",), lambda translator, x: translator.add_to(total, x))
    }
    translator = assembly.translator(names, add_to_post, _NO_RANDOM | _NO_SPIKE_TIMES)
    assembly.loop.lines += translator.statements(model.pre_spike_syn_code)
    return assembly.finish()


def custom_update_loop(
    precision: Precision, dt: float, count: int, columns: int, update: Bound
) -> Loop:
    """Assemble a custom update.

    Parameters
    ----------
    precision
        Precision of the model.
    dt
        Length of a step in ms.
    count
        Number of elements of one batch.
    columns
        For an update of synapse variables, the number of postsynaptic neurons, else 0.
    update
        The update, its variables and what its references refer to.
    """
    model = update.model
    assert isinstance(model, CustomUpdateModel)
    assembly = _Assembly(precision, "element", ("batch", "num_batch", "t"), dt)
    names = _clock(assembly)
    if columns:
        names |= {
            "id_pre": _count(f"element // {columns}"),
            "id_post": _count(f"element % {columns}"),
            "id_syn": _count("element"),
            "num_pre": _count(count // columns),
            "num_post": _count(columns),
        }
    else:
        names |= {"id": _count("element"), "num_neurons": _count(count)}
    names |= assembly.names_of(update)
    for reference in model.var_refs:
        names[reference.name] = Name(
            assembly.cell(reference.name, update.buffers[reference.name]),
            precision.resolve(reference.type),
            writable=reference.mode is not VarAccessMode.READ_ONLY,
            readable=reference.mode is not VarAccessMode.BROADCAST,
            kind=f"{reference.mode.name} reference",
        )
    translator = assembly.translator(names, unavailable=_NO_RANDOM)
    assembly.loop.lines += translator.statements(model.update_code)
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
    var_refs: tuple[VarReference, ...] = getattr(model, "var_refs", ())
    owned: list[Var | VarReference] = [*model.vars, *var_refs]
    bound = Bound(
        "",
        model,
        {param.name: 1.0 for param in model.constants},
        {var.name: Buffer(var.name, var.type, 1) for var in owned},
        {reference.name: reference.name for reference in references},
    )
    if isinstance(model, NeuronModel):
        neuron_loop(precision, 1.0, 1, bound, spike_times=Buffer("st", precision.time, 1))
    elif isinstance(model, WeightUpdateModel):
        synapse_loop(precision, 1.0, 1, 1, bound)
    elif isinstance(model, CustomUpdateModel):
        _check_custom_update(precision, bound)
    elif isinstance(model, (PostsynapticModel, CurrentSourceModel)):
        # These run inside a neuron, of which only the variables that they refer to matter.
        blank = Snippet("", "")
        host_vars = tuple(Var(r.name, r.type, VarAccess.READ_WRITE) for r in references)
        host = NeuronModel("", (), host_vars, (), blank, blank, blank, (), False)
        buffers = {var.name: Buffer(var.name, var.type, 1) for var in host_vars}
        neuron = Bound("neuron_", host, {}, buffers)
        if isinstance(model, PostsynapticModel):
            synapses = [(bound, Buffer("out_post", precision.scalar, 1), "Isyn")]
            neuron_loop(precision, 1.0, 1, neuron, synapses=synapses)
        else:
            neuron_loop(precision, 1.0, 1, neuron, sources=[(bound, "Isyn")])


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
