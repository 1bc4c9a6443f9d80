"""The loop over the neurons of a population: one step of each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from numbagenn.base.types import Precision
from numbagenn.codegen.loop_builder import Loop, LoopBuilder, count_name
from numbagenn.language.arithmetic import Expression, constant_literal, literal
from numbagenn.language.code_strings import CodeString
from numbagenn.language.functions import FUNCTIONS, POISSON, Function
from numbagenn.language.symbols import SpecialFunction, Symbol
from numbagenn.language.translator import Translator
from numbagenn.memory.buffers import Buffer
from numbagenn.memory.events import EventSide
from numbagenn.models.descriptions import (
    CurrentSourceModel,
    Model,
    NeuronModel,
    PostsynapticModel,
    Var,
    WeightUpdateModel,
)
from numbagenn.network.bound_model import BoundModel

_NOT_AT_NEURONS = dict.fromkeys(
    ("set_pre", "set_post", "prev_set_pre", "prev_set_post"),
    "times of spike-like events are known to the code of synapses alone.",
)
_NOT_IN_CONDITIONS = {
    **_NOT_AT_NEURONS,
    **dict.fromkeys(
        ("st_pre", "st_post"),
        "conditions of spike-like events know no times of spikes; keep one in a variable by "
        "dynamics code.",
    ),
}


@dataclass(frozen=True, kw_only=True)
class IncomingSynapses:
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

    postsynaptic: BoundModel[PostsynapticModel]
    out_post: Buffer
    target: str
    den_delay: Buffer | None = None


@dataclass(frozen=True, kw_only=True)
class EndpointCode:
    """The code of a weight update model for the neurons at one end of its synapses.

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

    bound: BoundModel[WeightUpdateModel]
    side: EventSide
    flags: str | None = None
    event_times: Buffer | None = None
    prev_event_times: Buffer | None = None

    @property
    def variables(self) -> tuple[Var, ...]:
        """Variables of the neurons of this side."""
        model = self.bound.model
        return model.pre_vars if self.side == "pre" else model.post_vars

    @property
    def dynamics(self) -> CodeString:
        """Code for every step."""
        model = self.bound.model
        return model.pre_dynamics_code if self.side == "pre" else model.post_dynamics_code

    @property
    def on_spike(self) -> CodeString:
        """Code for spikes."""
        model = self.bound.model
        return model.pre_spike_code if self.side == "pre" else model.post_spike_code

    @property
    def buffers(self) -> list[Buffer]:
        """Memory of the variables."""
        return [self.bound.buffers[var.name] for var in self.variables]


@dataclass(frozen=True, kw_only=True)
class NeuronCode:
    """All code that runs for the neurons of a population.

    Parameters
    ----------
    num_neurons
        Size of the population.
    neuron
        The neuron model.
    synapses
        For each incoming synapse population: what it brings.
    feedback
        For each outgoing synapse population that adds to presynaptic input: what it added, and the
        name of the neuron's input that it drives.
    sources
        For each current source: its model and the name of the input that it drives.
    endpoints
        For each synapse population with code for these neurons: that code.
    spike_times, prev_spike_times
        Memory of the time of each neuron's last spike, and of its last one before this step, where
        some code wants to know. For the latter, `fired` starts with the flags of the last step.
    """

    num_neurons: int
    neuron: BoundModel[NeuronModel]
    synapses: Sequence[IncomingSynapses] = ()
    feedback: Sequence[tuple[Buffer, str]] = ()
    sources: Sequence[tuple[BoundModel[CurrentSourceModel], str]] = ()
    endpoints: Sequence[EndpointCode] = ()
    spike_times: Buffer | None = None
    prev_spike_times: Buffer | None = None

    @property
    def can_spike(self) -> bool:
        """Whether the model has a threshold condition."""
        return not self.neuron.model.threshold_condition_code.is_blank


def neuron_loop(
    precision: Precision,
    dt: float,
    code: NeuronCode,
    *,
    inputs_per_step: bool = False,
    in_parts: bool = False,
) -> Loop:
    """Build one step of every neuron of a population.

    Parameters
    ----------
    precision
        Precision of the model.
    dt
        Length of a step in ms.
    code
        What runs for the neurons.
    inputs_per_step
        Whether what synapses bring has a row for each step. Only the `lines` of the loop are then
        of one step, between its loads and stores.
    in_parts
        Whether the loop runs for the neurons from `first` up to `last` alone.

    Returns
    -------
    Loop
        Its lines set `spike` in every round if the neuron can spike at all.
    """
    builder = _NeuronLoopBuilder(precision, dt, code)
    builder.in_parts = in_parts
    builder.start_inputs()
    builder.note_previous_spikes()
    for synapses in code.synapses:
        builder.receive(synapses, per_step=inputs_per_step)
    for buffer, target in code.feedback:
        builder.receive_feedback(buffer, target)
    for source, target in code.sources:
        builder.inject_current(source, target)
    builder.note_last_event()
    was_above = builder.look_for_threshold_before()
    neuron = builder.run_neuron()
    endpoints = [(one, builder.run_endpoint(one, neuron)) for one in code.endpoints]
    if code.can_spike:
        builder.spike_and_reset(neuron, endpoints, was_above)
    return builder.finish()


class _NeuronLoopBuilder(LoopBuilder):
    """Adds the phases of a step to a loop, one with each method."""

    def __init__(self, precision: Precision, dt: float, code: NeuronCode) -> None:
        scalars = ("batch", "num_batch", "t", "steps_since_load", "random_key")
        super().__init__(precision, dt, "neuron", scalars)
        for endpoint in code.endpoints:
            if endpoint.flags is not None:
                # The name of an argument, so nothing else can have it.
                self.namer.unique(endpoint.flags)
        self._code = code
        self._model = code.neuron.model
        self._lines = self.loop.lines
        #: What all code of the loop may name.
        self._common = {
            **self.clock_names(),
            "id": count_name("neuron"),
            "num_neurons": count_name(code.num_neurons),
        }
        self._own = self.names_of(code.neuron)
        self._inputs: dict[str, Symbol] = {}
        # Names of the times of spike-like events, by their memory.
        self._event_times: dict[Buffer, str] = {}

    def start_inputs(self) -> None:
        """Set the inputs to what they are before anything adds to them."""
        scalar, own = self.precision.scalar, self._model.additional_input_vars
        inputs = [("Isyn", scalar, 0.0)]
        inputs += [(var.name, self.precision.resolve(var.type), var.initial) for var in own]
        for name, ctype, initial in inputs:
            self._inputs[name] = self.local(name, ctype, "input")
            self._lines.append(f"{self._inputs[name].code} = {constant_literal(initial, ctype)}")

    def note_previous_spikes(self) -> None:
        """Note when the last spike was, before this step may bring another one."""
        code = self._code
        if code.spike_times is not None:
            last = self.variable("st", code.spike_times)
            self._common["st"] = Symbol(last, self.precision.time, writable=False, kind="built-in")
        if code.prev_spike_times is not None and code.can_spike:
            self._lines += self._note_previous("fired", "prev_st", code.prev_spike_times)

    def receive(self, synapses: IncomingSynapses, *, per_step: bool) -> None:
        """Turn what synapses have added up into an input."""
        bound, scalar = synapses.postsynaptic, self.precision.scalar
        in_syn = self.element(f"{bound.prefix}inSyn", synapses.out_post, per_step=per_step)
        if synapses.den_delay is not None:
            slot = self.offset(f"{bound.prefix}due", "steps_since_load", synapses.den_delay)
            due = self.element(f"{bound.prefix}delayed", synapses.den_delay, slot=slot)
            self.move(due, in_syn)
        names = {"inSyn": Symbol(in_syn, scalar), **self.names_of(bound), **self._referenced(bound)}
        for item in bound.model.neuron_inputs:
            target = synapses.target if item.name == "Isyn" else item.name
            names[item.name] = replace(self._inputs[target], writable=True)
        for name in bound.model.assigned_neuron_vars:
            names[name] = self._own[bound.references[name]]
        self._run_injecting(names, bound.model.sim_code, synapses.target)

    def receive_feedback(self, buffer: Buffer, target: str) -> None:
        """Add to an input what outgoing synapses have added up for their presynaptic neurons."""
        self.move(self.element(buffer.name, buffer), self._inputs[target].code)

    def inject_current(self, source: BoundModel[CurrentSourceModel], target: str) -> None:
        """Run the code of a current source."""
        names = {**self.names_of(source), **self._referenced(source)}
        functions = {"poisson": POISSON} if source.model.draws_poisson else {}
        self._run_injecting(names, source.model.injection_code, target, functions)

    def _run_injecting(
        self,
        names: Mapping[str, Symbol],
        code: CodeString,
        target: str,
        functions: Mapping[str, Function] | None = None,
    ) -> None:
        def add(translator: Translator, x: Expression) -> list[str]:
            return translator.add_to(self._inputs[target], x)

        special = {"injectCurrent": SpecialFunction(("x",), add)}
        translator = self.translator({**self._common, **names}, special, random=True)
        translator.functions = {**FUNCTIONS, **(functions or {})}
        self._lines += translator.statements(code)

    def note_last_event(self) -> None:
        """Note when the last spike-like event was, if the neuron's own code may ask.

        Where several populations of synapses define events, it is the last of all.
        """
        if not self._model.knows_events:
            return
        last, time = self.namer.unique("last_event"), self.precision.time
        self._lines.append(f"{last} = {literal(float(np.finfo(time.dtype).min), time)}")
        for endpoint in self._code.endpoints:
            if endpoint.side == "pre" and endpoint.event_times is not None:
                one = self._time_of_event(endpoint.event_times)
                self.read.add(one)
                self._lines.append(f"{last} = max({last}, {one})")
        self._common["set"] = Symbol(last, time, writable=False, kind="built-in")

    def _time_of_event(self, buffer: Buffer) -> str:
        if buffer not in self._event_times:
            self._event_times[buffer] = self.variable(buffer.name, buffer)
        return self._event_times[buffer]

    def look_for_threshold_before(self) -> str:
        """Find out if the neuron is above its threshold already, where that keeps it silent.

        Returns
        -------
        str
            Name of the local that says so; blank where it does not matter.
        """
        if not self._code.can_spike or not self._model.auto_refractory_required:
            return ""
        translator = self.translator(self._neuron_names, random=True)
        before, condition = translator.condition(self._model.threshold_condition_code)
        was_above = self.namer.unique("was_above")
        self._lines += [*before, f"{was_above} = {condition}"]
        return was_above

    def run_neuron(self) -> Translator:
        """Run the neuron's own code, and return what translates the rest of it."""
        translator = self.translator(self._neuron_names, random=True)
        self._lines += translator.statements(self._model.sim_code)
        return translator

    def run_endpoint(self, endpoint: EndpointCode, neuron: Translator) -> Translator:
        """Run what synapses do at this neuron in every step, and look for spike-like events.

        Parameters
        ----------
        endpoint
            The code at one end of synapses.
        neuron
            What translated the neuron's own code, whose locals are still known.

        Returns
        -------
        Translator
            What translates their code for spikes.
        """
        names = {**self._common, **self._referenced(endpoint.bound)}
        names.pop("set", None)
        # A weight update model has names for each of its two sides, so the st of neurons gets a
        # longer name.
        if "st" in names:
            names[f"st_{endpoint.side}"] = names.pop("st")
        names |= self.parameters_of(endpoint.bound)
        names |= self.variables_of(endpoint.bound, endpoint.variables)
        translator = self.translator(names, unavailable=_NOT_AT_NEURONS, random=True)
        self._lines += translator.statements(endpoint.dynamics)
        if endpoint.flags is not None:
            locals_ = {name: neuron.local(name) for name in endpoint.bound.model.neuron_locals}
            known = {name: symbol for name, symbol in locals_.items() if symbol is not None}
            self._look_for_event(endpoint, endpoint.flags, {**names, **known})
        return translator

    def _look_for_event(
        self, endpoint: EndpointCode, flags: str, names: Mapping[str, Symbol]
    ) -> None:
        """Find out whether the neuron has a spike-like event, and note when."""
        known = {
            name: what
            for name, what in names.items()
            if name not in _NOT_IN_CONDITIONS or what.kind != "built-in"
        }
        translator = self.translator(known, unavailable=_NOT_IN_CONDITIONS)
        before, condition = translator.condition(
            endpoint.bound.model.event_condition(endpoint.side)
        )
        flag = f"{flags}[neuron]"
        # As spikes do, looking for events takes back what dynamics did to a delayed variable.
        lines = [*self.reloads(endpoint.buffers), *before, f"{flag} = {condition}"]
        if endpoint.prev_event_times is not None:
            buffer = endpoint.prev_event_times
            lines = [*self._note_previous(flags, buffer.name, buffer), *lines]
        if endpoint.event_times is not None:
            last = self._time_of_event(endpoint.event_times)
            self.read.add("t")
            self.written.add(last)
            lines += [f"if {flag}:", f"    {last} = t"]
        self._lines += lines

    def spike_and_reset(
        self,
        neuron: Translator,
        endpoints: Sequence[tuple[EndpointCode, Translator]],
        was_above: str,
    ) -> None:
        """Find out whether the neuron spikes, and run all code for spikes, the reset last.

        Then it notes when that was.

        Parameters
        ----------
        neuron, endpoints
            What translated the code of the neuron and of the ends of synapses so far, whose locals
            are still known.
        was_above
            From `look_for_threshold_before`.
        """
        before, condition = neuron.condition(self._model.threshold_condition_code)
        if was_above:
            condition = f"({condition}) and not {was_above}"
        on_spike = []
        for endpoint, translator in endpoints:
            if not endpoint.on_spike.is_blank:
                # PyGeNN sets back variables that it keeps for later steps: what their dynamics did
                # in the same step is lost, whether the code for spikes uses them or not.
                on_spike += self.reloads(endpoint.buffers)
                on_spike += translator.statements(endpoint.on_spike)
        # The reset code still sees the time of the spike before.
        on_spike += neuron.statements(self._model.reset_code)
        if self._code.spike_times is not None:
            self.read.add("t")
            last = self._common["st"].code
            self.written.add(last)
            on_spike.append(f"{last} = t")
        self._lines += [*before, f"spike = {condition}"]
        if on_spike:
            self._lines += ["if spike:", *("    " + line for line in on_spike)]

    @property
    def _neuron_names(self) -> dict[str, Symbol]:
        """What the neuron's own code may name."""
        return {**self._common, **self._inputs, **self._own}

    def _referenced(self, bound: BoundModel[Model]) -> dict[str, Symbol]:
        """Return the names of the neuron's variables that other code refers to."""
        return {
            name: replace(self._own[variable], writable=False, kind="neuron variable reference")
            for name, variable in bound.references.items()
        }

    def _note_previous(self, flags: str, wish: str, buffer: Buffer) -> list[str]:
        """Return lines that note when the last spike or event was, if that was in the last step.

        PyGeNN takes ``t - dt`` for the time of the last step, which rounds differently from the `t`
        of that step.
        """
        previous = self.variable(wish, buffer)
        self.read |= {"t", "dt"}
        self.written.add(previous)
        return [f"if {flags}[neuron]:", f"    {previous} = t - dt"]
