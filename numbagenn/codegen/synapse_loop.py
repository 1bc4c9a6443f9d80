"""The loop over synapses: what spikes, events and time do at each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from numbagenn.base.types import Int64, Precision
from numbagenn.codegen.loop_builder import Assembly, Loop, clock_names, count_name
from numbagenn.language.arithmetic import Expression, constant_literal, converted
from numbagenn.language.code_strings import CodeString
from numbagenn.language.fault_sites import late
from numbagenn.language.symbols import SpecialFunction, Symbol
from numbagenn.language.translator import Translator
from numbagenn.memory.buffers import Buffer
from numbagenn.models.descriptions import WeightUpdateModel
from numbagenn.network.bound_model import BoundModel

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


def synapse_loop(
    precision: Precision,
    dt: float,
    num_pre: int,
    num_post: int,
    weight_update: BoundModel,
    code: CodeString,
    ends: Ends,
    *,
    sparse: bool = False,
    dendritic_delays: int | None = None,
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
        Number of rows of ``den_delay``, where that is known.
    backward
        Whether the code is for postsynaptic events, which reach no postsynaptic neuron.
    """
    model = weight_update.model
    assert isinstance(model, WeightUpdateModel)
    index = "synapse" if sparse else "pre, post"
    assembly = Assembly(precision, index, ("batch", "num_batch", "t", "age"), dt)
    assembly.faults.position = "pre, post"

    def of_neurons(side: str, memory: Mapping[str, Buffer]) -> dict[str, Symbol]:
        step = f"age - {ends.delay}" if side == "pre" and ends.delay else "age"
        result = {}
        for name, buffer in memory.items():
            slot = assembly.offset(f"{name}_slot", step, buffer)
            kind = f"{side}synaptic variable"
            result[name] = assembly.read_only(f"{side}_{name}", buffer, side, slot, kind)
        return result

    names = {
        **clock_names(assembly),
        "id_pre": count_name("pre"),
        "id_post": count_name("post"),
        "id_syn": count_name("synapse" if sparse else f"pre * {num_post} + post"),
        "num_pre": count_name(num_pre),
        "num_post": count_name(num_post),
        **assembly.names_of(weight_update),
        **of_neurons("pre", ends.pre),
        **of_neurons("post", {**ends.post, **ends.psm}),
    }
    for name, (buffer, latency) in ends.times.items():
        (time,) = of_neurons("pre" if name.endswith("pre") else "post", {name: buffer}).values()
        # What synapses see is when the spike arrives.
        text = f"({time.code} + {constant_literal(latency, precision.time)})"
        names[name] = replace(time, code=text, also_reads=time.code)
    total = Symbol("total", precision.scalar)
    back = Symbol("out_pre[pre]", precision.scalar)

    def add_later(translator: Translator, x: Expression, steps: Expression) -> list[str]:
        assembly.read.add("age")
        delay = assembly.namer.unique("delay")
        row = f"(age + {delay}) % {dendritic_delays}"
        add = translator.add_to(
            Symbol(f"den_delay[{row} * {num_post} + post]", precision.scalar), x
        )
        lines = [f"{delay} = {converted(steps, Int64).code}"]
        # Modulo the number of rows, a delay out of range would be one that nobody asked for.
        if steps.constant is None:
            report = translator.reporting(late, f"{delay}, {dendritic_delays}")
            inside = [f"if 0 <= {delay} < {dendritic_delays}:", *("    " + line for line in add)]
            return [*lines, *inside, "else:", f"    {report}"]
        if dendritic_delays is not None and not -1 < steps.constant < dendritic_delays:
            raise translator.refusal(f"{late(steps.constant, dendritic_delays)}.")
        return lines + add

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
