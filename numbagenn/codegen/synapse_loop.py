"""The loop over synapses: what spikes, events and time do at each of them."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field, replace

from numbagenn.base.types import Int64, Precision
from numbagenn.base.user_warnings import warn_user
from numbagenn.codegen.element_names import kernel_names
from numbagenn.codegen.event_kinds import EventKind
from numbagenn.codegen.loop_builder import Loop, LoopBuilder, count_name
from numbagenn.codegen.synapse_layouts import SynapseLayout
from numbagenn.language.arithmetic import Expression, constant_literal, converted
from numbagenn.language.fault_sites import no_delay, too_late
from numbagenn.language.symbols import SpecialFunction, Symbol
from numbagenn.language.translator import Translator
from numbagenn.memory.buffers import Buffer
from numbagenn.memory.events import EventSide
from numbagenn.models.descriptions import WeightUpdateModel
from numbagenn.network.bound_model import BoundModel

_NO_EVENTS = {
    f"{name}_{side}": f"the model has no {side}_event_threshold_condition_code, so no events to "
    "know the times of."
    for side in ("pre", "post")
    for name in ("set", "prev_set")
}
_NOT_BY_COLUMN = dict.fromkeys(
    ("addToPost", "addToPostDelay"),
    "code for postsynaptic spikes and events reaches the synapses and, by addToPre(x), the "
    "presynaptic input.",
)


@dataclass(frozen=True)
class EventTime:
    """The time of the last spike or event of the neurons on one side, as synapses see it.

    Parameters
    ----------
    buffer
        Memory of the time of each neuron.
    side
        On which side the neurons are.
    latency
        How much later it arrives, in ms.
    """

    buffer: Buffer
    side: EventSide
    latency: float


@dataclass(frozen=True, kw_only=True)
class EndpointVariables:
    """What the code of synapses reads of the neurons at both ends, and how late.

    Parameters
    ----------
    pre, post
        Variables of the presynaptic and of the postsynaptic neurons: those of the weight update
        model and, by the names of its references, those that they refer to. For the postsynaptic
        ones, this includes variables of the postsynaptic model.
    times
        Times of spikes and events by name, such as ``"st_pre"``.
    delays
        For each side, by how many steps the synapses see its neurons late.
    """

    pre: Mapping[str, Buffer]
    post: Mapping[str, Buffer]
    times: Mapping[str, EventTime]
    delays: Mapping[EventSide, int] = field(default_factory=lambda: {"pre": 0, "post": 0})


def synapse_loop(
    precision: Precision,
    dt: float,
    weight_update: BoundModel[WeightUpdateModel],
    kind: EventKind,
    layout: SynapseLayout,
    endpoints: EndpointVariables,
    dendritic_delays: int | None = None,
) -> Loop:
    """Build what happens at the synapse of presynaptic neuron `pre` with neuron `post`.

    What the code adds to the postsynaptic neuron is added to the local ``total``; what it adds for
    later to ``den_delay``, an array of a row for each step; and what it adds to the presynaptic
    neuron to the local ``back`` or, where the code runs for a column, to the array ``out_pre``.

    Parameters
    ----------
    precision
        Precision of the model.
    dt
        Length of a step in ms.
    weight_update
        The weight update model with the variables of the synapses.
    kind
        Which code of it runs.
    layout
        How the synapses are laid out.
    endpoints
        What the code may read of the neurons.
    dendritic_delays
        Number of rows of ``den_delay``, where that is known.
    """
    builder = _SynapseLoopBuilder(precision, dt, layout, dendritic_delays)
    names = builder.common_names()
    names |= builder.names_of(weight_update)
    if layout.kernel:
        for var in weight_update.model.vars:
            names[var.name] = replace(names[var.name], writable=False, kind="kernel variable")
    names |= builder.variables_at("pre", endpoints.pre, endpoints.delays["pre"])
    indexed = kind.code(weight_update.model).usage.indexed
    names |= builder.variables_at("post", endpoints.post, endpoints.delays["post"], indexed)
    names |= builder.spike_times(endpoints)
    builder.run(weight_update, kind, names)
    return builder.finish()


def _adding_to(place: Symbol) -> Callable[[Translator, Expression], list[str]]:
    return lambda translator, x: translator.add_to(place, x)


class _SynapseLoopBuilder(LoopBuilder):
    """Adds to a loop what only synapses have."""

    def __init__(
        self, precision: Precision, dt: float, layout: SynapseLayout, dendritic_delays: int | None
    ) -> None:
        super().__init__(
            precision, dt, layout.index, ("batch", "num_batch", "t", "steps_since_load")
        )
        self.faults.position = "pre, post"
        self._layout = layout
        self._dendritic_delays = dendritic_delays

    def common_names(self) -> dict[str, Symbol]:
        """Return the names that the code of all synapses knows."""
        return {
            **self.clock_names(),
            "id_pre": count_name("pre"),
            "id_post": count_name("post"),
            **({"id_syn": count_name(self._layout.id_syn)} if self._layout.id_syn else {}),
            **{
                name: count_name(text)
                for name, text in kernel_names("kernel", self._layout.kernel).items()
            },
            "num_pre": count_name(self._layout.num_pre),
            "num_post": count_name(self._layout.num_post),
        }

    def variables_at(
        self,
        side: str,
        memory: Mapping[str, Buffer],
        delay: int,
        indexed: Container[str] = (),
    ) -> dict[str, Symbol]:
        """Bind variables of the neurons at one end, as they were so many steps ago.

        Of those that are `indexed`, the code says itself how many steps.
        """
        step = f"steps_since_load - {delay}" if delay else "steps_since_load"
        result = {}
        for name, buffer in memory.items():
            kind = f"{side}synaptic variable"
            if name in indexed:
                result[name] = self.earlier(f"{side}_{name}", buffer, side, kind)
                continue
            slot = self.offset(f"{name}_slot", step, buffer)
            result[name] = self.read_only(f"{side}_{name}", buffer, side, slot, kind)
        return result

    def spike_times(self, endpoints: EndpointVariables) -> dict[str, Symbol]:
        """Bind the times of spikes and events: synapses see when they arrive."""
        result = {}
        for name, event in endpoints.times.items():
            delay = endpoints.delays[event.side]
            time = self.variables_at(event.side, {name: event.buffer}, delay)[name]
            text = f"({time.code} + {constant_literal(event.latency, self.precision.time)})"
            result[name] = replace(time, code=text, also_reads=time.code)
        return result

    def run(
        self, bound: BoundModel[WeightUpdateModel], kind: EventKind, names: Mapping[str, Symbol]
    ) -> None:
        """Run the code of a kind."""
        total = Symbol("total", self.precision.scalar)
        back = Symbol("out_pre[pre]" if kind.by_column else "back", self.precision.scalar)
        special = {
            "addToPre": SpecialFunction(("x",), lambda translator, x: translator.add_to(back, x)),
        }
        if self._layout.kernel:
            special |= self._atomic_adds(bound, kind)
        unavailable = _NO_EVENTS
        if kind.by_column:
            unavailable = {**_NO_EVENTS, **_NOT_BY_COLUMN}
        else:
            special["addToPost"] = SpecialFunction(
                ("x",), lambda translator, x: translator.add_to(total, x)
            )
            special["addToPostDelay"] = SpecialFunction(("x", "steps"), self._add_later)
        if self._layout.has_full_rows:
            self._find_ahead("pre" if kind.by_column else "post", names)
        translator = self.translator(names, special, unavailable)
        self.loop.lines += translator.statements(kind.code(bound.model))

    def _find_ahead(self, side: str, names: Mapping[str, Symbol]) -> None:
        """Let what depends on one end alone be computed once for each of its neurons.

        The code runs for every neuron at the other end that has spiked, and calls `exp` each time.
        """
        self.ahead_index = side
        at_end = {alias.local for alias in self._aliases if alias.index.split(" + ")[-1] == side}
        self.ahead.varying |= at_end
        self.ahead.symbols |= {
            name
            for name in names.values()
            if (name.also_reads or name.code) in at_end or name.kind in ("parameter", "built-in")
        }

    def _atomic_adds(
        self, bound: BoundModel[WeightUpdateModel], kind: EventKind
    ) -> dict[str, SpecialFunction]:
        """Return the functions that add to variables of the kernel, those that are called."""
        result = {}
        called = kind.code(bound.model).usage.called
        for var in bound.model.vars:
            name = f"atomic_add_{var.name}"
            if var.access.writable and name in called:
                array = self.array(f"{var.name}_kernel", bound.buffers[var.name])
                self.read.add(array)
                place = Symbol(f"{array}[kernel]", self.precision.resolve(var.type))
                result[name] = SpecialFunction(("x",), _adding_to(place))
        return result

    def _add_later(self, translator: Translator, x: Expression, steps: Expression) -> list[str]:
        """Return the lines of a call of ``addToPostDelay``."""
        self.read.add("steps_since_load")
        delay, rows = self.namer.unique("delay"), self._dendritic_delays
        place = f"(steps_since_load + {delay}) % {rows} * {self._layout.num_post} + post"
        add = translator.add_to(Symbol(f"den_delay[{place}]", self.precision.scalar), x)
        lines = [f"{delay} = {converted(steps, Int64).code}"]
        if steps.constant is None:
            warned = translator.reporting(too_late, f"{delay}, {rows}", warns=True)
            failed = translator.reporting(no_delay, f"{delay}, {rows}")
            lines += [f"if {delay} >= {rows}:", f"    {warned}", f"    {delay} %= {rows}"]
            inside = [f"if 0 <= {delay} < {rows}:", *("    " + line for line in add)]
            return [*lines, *inside, "else:", f"    {failed}"]
        if rows is not None and steps.constant <= -1:
            raise translator.refusal(f"{no_delay(steps.constant, rows)}.")
        if rows is not None and steps.constant >= rows:
            warn_user(str(translator.refusal(f"{too_late(steps.constant, rows)}.")))
        return lines + add
