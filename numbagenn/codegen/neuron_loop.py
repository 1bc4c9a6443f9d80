"""The loop over the neurons of a population: one step of each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from numbagenn.base.types import Precision
from numbagenn.codegen.loop_builder import Assembly, Loop, clock_names, count_name
from numbagenn.language.arithmetic import Expression, constant_literal, literal
from numbagenn.language.code_strings import CodeString
from numbagenn.language.symbols import SpecialFunction, Symbol
from numbagenn.language.translator import Translator
from numbagenn.memory.buffers import Buffer
from numbagenn.models.descriptions import (
    CurrentSourceModel,
    NeuronModel,
    PostsynapticModel,
    Var,
    WeightUpdateModel,
)
from numbagenn.network.bound_model import BoundModel

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

    postsynaptic: BoundModel
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
        Name of an array of a byte for each neuron, to be set where there is a spike-like event; it
        starts with the flags of the last step where `prev_event_times` are kept.
    event_times, prev_event_times
        Memory of the time of each neuron's last event, and of its last one before this step, where
        some code wants to know.
    """

    bound: BoundModel
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
    def dynamics(self) -> CodeString:
        """Code for every step."""
        model = self.model
        return model.pre_dynamics_code if self.side == "pre" else model.post_dynamics_code

    @property
    def on_spike(self) -> CodeString:
        """Code for spikes."""
        return self.model.pre_spike_code if self.side == "pre" else self.model.post_spike_code


def neuron_loop(
    precision: Precision,
    dt: float,
    num_neurons: int,
    neuron: BoundModel,
    synapses: Sequence[Incoming] = (),
    sources: Sequence[tuple[BoundModel, str]] = (),
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
        some code wants to know. For the latter, `fired` starts with the flags of the last step.
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
    assembly = Assembly(precision, "neuron", scalars, dt)
    for side in sides:
        if side.flags is not None:
            # The name of an argument, so nothing else can have it.
            assembly.namer.unique(side.flags)
    lines = assembly.loop.lines

    common = {
        **clock_names(assembly),
        "id": count_name("neuron"),
        "num_neurons": count_name(num_neurons),
    }
    own = assembly.names_of(neuron)
    inputs: dict[str, Symbol] = {}
    start: dict[str, str] = {}
    for name, ctype, initial in [
        ("Isyn", precision.scalar, 0.0),
        *((v.name, precision.resolve(v.type), v.initial) for v in model.additional_input_vars),
    ]:
        inputs[name] = assembly.local(name, ctype, "input")
        start[name] = constant_literal(initial, ctype)
    lines += [f"{inputs[name].code} = {text}" for name, text in start.items()]

    def inject(target: str) -> dict[str, SpecialFunction]:
        def add(translator: Translator, x: Expression) -> list[str]:
            return translator.add_to(inputs[target], x)

        return {"injectCurrent": SpecialFunction(("x",), add)}

    def referenced(bound: BoundModel) -> dict[str, Symbol]:
        return {
            name: replace(own[variable], writable=False, kind="neuron variable reference")
            for name, variable in bound.references.items()
        }

    if spike_times is not None:
        last_spike = assembly.neuron_cell("st", spike_times)
        common["st"] = Symbol(last_spike, precision.time, writable=False, kind="built-in")
    can_spike = not model.threshold_condition_code.is_blank
    if prev_spike_times is not None and can_spike:
        lines += _note_previous(assembly, "fired", "prev_st", prev_spike_times)
    for incoming in synapses:
        bound = incoming.postsynaptic
        assert isinstance(bound.model, PostsynapticModel)
        index = "step, neuron" if in_blocks else "neuron"
        in_syn = Symbol(
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
                on_spike += _reloads(assembly, side)
                on_spike += code.statements(side.on_spike)
        if spike_times is not None:
            assembly.read.add("t")
            assembly.written.add(last_spike)
            on_spike.append(f"{last_spike} = t")
        on_spike += translator.statements(model.reset_code)
        if on_spike:
            lines += ["if spike:", *("    " + line for line in on_spike)]
    return assembly.finish()


def _reloads(assembly: Assembly, side: Side) -> list[str]:
    """Return lines that set back the variables of a side before its code for spikes runs.

    PyGeNN does so with variables that it keeps for later steps: what their dynamics did in the
    same step is lost, whether the code for spikes uses them or not. So does its look for
    spike-like events, in every step.
    """
    buffers = [side.bound.buffers[var.name] for var in side.variables]
    return [
        f"{cell.local} = {cell.array}[{cell.index}]"
        for cell in assembly.cells
        if cell.carried and any(cell.buffer is buffer for buffer in buffers)
    ]


def _event_lines(assembly: Assembly, side: Side, names: Mapping[str, Symbol]) -> list[str]:
    """Return lines that find out whether a neuron has a spike-like event, and note when."""
    known = {
        name: what
        for name, what in names.items()
        if name not in _NOT_OF_CONDITIONS or what.kind != "built-in"
    }
    translator = assembly.translator(known, unavailable=_NOT_OF_CONDITIONS)
    before, condition = translator.condition(side.model.event_condition(side.side))
    assert side.flags is not None
    flag = f"{side.flags}[neuron]"
    # As spikes do, looking for events takes back what dynamics did to a delayed variable.
    lines = [*_reloads(assembly, side), *before, f"{flag} = {condition}"]
    if side.prev_event_times is not None:
        buffer = side.prev_event_times
        lines = [*_note_previous(assembly, side.flags, buffer.name, buffer), *lines]
    if side.event_times is not None:
        last = assembly.neuron_cell(side.event_times.name, side.event_times)
        assembly.read.add("t")
        assembly.written.add(last)
        lines += [f"if {flag}:", f"    {last} = t"]
    return lines


def _note_previous(assembly: Assembly, flags: str, wish: str, buffer: Buffer) -> list[str]:
    """Return lines that note when the last spike or event was, if that was in the last step.

    PyGeNN takes ``t - dt`` for the time of the last step, which rounds differently from the `t` of
    that step.
    """
    previous = assembly.neuron_cell(wish, buffer)
    assembly.read |= {"t", "dt"}
    assembly.written.add(previous)
    return [f"if {flags}[neuron]:", f"    {previous} = t - dt"]


def _names_of_side(
    assembly: Assembly,
    side: Side,
    common: Mapping[str, Symbol],
    referenced: Mapping[str, Symbol],
) -> dict[str, Symbol]:
    names = {**common, **referenced}
    # A weight update model tells its two sides apart, so what neurons call st has a longer name.
    if "st" in names:
        names[f"st_{side.side}"] = names.pop("st")
    return {
        **names,
        **assembly.parameters_of(side.bound),
        **assembly.variables_of(side.bound, side.variables),
    }
