"""The check of code strings when a description is created.

They are translated as for a kernel, over no memory at all, so that a mistake in a code string is
found at the call that holds it.
"""

from __future__ import annotations

from collections.abc import Sequence

from numbagenn.base.enumerations import VarAccess
from numbagenn.base.types import Precision
from numbagenn.codegen.custom_update_loop import UpdateElements, custom_update_loop
from numbagenn.codegen.element_names import NAMES_OF_SYNAPSES
from numbagenn.codegen.event_kinds import EVENT_KINDS
from numbagenn.codegen.neuron_loop import EndpointCode, IncomingSynapses, NeuronCode, neuron_loop
from numbagenn.codegen.synapse_layouts import DenseLayout
from numbagenn.codegen.synapse_loop import EndpointVariables, EventTime, synapse_loop
from numbagenn.language.code_strings import CodeString, CodeStringError
from numbagenn.memory.buffers import Buffer
from numbagenn.memory.events import EventSide
from numbagenn.models.descriptions import (
    AnyModel,
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
from numbagenn.network.bound_model import BoundModel

_NEURONS, _SYNAPSES = UpdateElements(1), UpdateElements(1, num_post=1)


def check_code(model: Model) -> None:
    """Translate the code strings of a description once, to find the mistakes in them.

    Raises
    ------
    CodeStringError
        At the first mistake.
    NotImplementedError
        Where the code is correct but asks for what the engine does not have.
    """
    precision = Precision()
    if isinstance(model, NeuronModel):
        spike_times = Buffer("st", precision.time, 1)
        code = NeuronCode(num_neurons=1, neuron=_bound_to_nothing(model), spike_times=spike_times)
        neuron_loop(precision, 1.0, code)
    elif isinstance(model, PostsynapticModel):
        out_post = Buffer("out_post", precision.scalar, 1)
        synapses = IncomingSynapses(
            postsynaptic=_bound_to_nothing(model), out_post=out_post, target="Isyn"
        )
        code = NeuronCode(
            num_neurons=1, neuron=_host_neuron(model.neuron_var_refs), synapses=[synapses]
        )
        neuron_loop(precision, 1.0, code)
    elif isinstance(model, CurrentSourceModel):
        source = (_bound_to_nothing(model), "Isyn")
        code = NeuronCode(
            num_neurons=1, neuron=_host_neuron(model.neuron_var_refs), sources=[source]
        )
        neuron_loop(precision, 1.0, code)
    elif isinstance(model, WeightUpdateModel):
        _check_weight_update(precision, _bound_to_nothing(model))
    elif isinstance(model, CustomUpdateModel):
        _check_custom_update(precision, _bound_to_nothing(model))


def check_update_code(model: CustomUpdateModel, *, of_synapses: bool) -> None:
    """Translate the code of a custom update once it is known what it is of.

    Raises
    ------
    CodeStringError
        If it uses what such an update does not have.
    """
    elements = _SYNAPSES if of_synapses else _NEURONS
    custom_update_loop(Precision(), 1.0, _bound_to_nothing(model), elements)


def _bound_to_nothing(model: AnyModel) -> BoundModel[AnyModel]:
    """Return a description with parameters and memory that only have the right types."""
    references: tuple[VarReference, ...] = getattr(model, "neuron_var_refs", ())
    var_refs: tuple[VarReference, ...] = getattr(model, "var_refs", ())
    arrays: tuple[ExtraGlobalParam, ...] = getattr(model, "extra_global_param_refs", ())
    arrays = (*model.extra_global_params, *arrays)
    owned: list[Var | VarReference | ExtraGlobalParam] = [*model.vars, *var_refs, *arrays]
    return BoundModel(
        prefix="",
        model=model,
        params={param.name: 1.0 for param in model.constants},
        buffers=_memory(owned),
        references={reference.name: reference.name for reference in references},
    )


def _check_custom_update(precision: Precision, bound: BoundModel[CustomUpdateModel]) -> None:
    # Whether the elements are neurons or synapses is only known once the update is added.
    try:
        custom_update_loop(precision, 1.0, bound, _NEURONS)
    except CodeStringError as error:
        try:
            custom_update_loop(precision, 1.0, bound, _SYNAPSES)
        except CodeStringError as other_error:
            model = bound.model
            of_synapses = model.built_in(model.update_code.usage).intersection(NAMES_OF_SYNAPSES)
            raise (other_error if of_synapses else error) from None


def _host_neuron(references: Sequence[VarReference]) -> BoundModel[NeuronModel]:
    """Return a neuron of which only the variables that other code refers to matter."""
    blank, always = CodeString("", ""), CodeString("true", "", is_condition=True)
    variables = tuple(Var(r.name, r.type, VarAccess.READ_WRITE) for r in references)
    model = NeuronModel(
        class_name="",
        params=(),
        vars=variables,
        derived_params=(),
        sim_code=blank,
        threshold_condition_code=always,
        reset_code=blank,
        additional_input_vars=(),
        auto_refractory_required=False,
    )
    return BoundModel(prefix="neuron_", model=model, params={}, buffers=_memory(variables))


def _check_weight_update(precision: Precision, bound: BoundModel[WeightUpdateModel]) -> None:
    model = bound.model
    sides: tuple[EventSide, EventSide] = ("pre", "post")
    times = {}
    for side in sides:
        has_events = not model.event_condition(side).is_blank
        for kind in ("st", "prev_st", *(("set", "prev_set") if has_events else ())):
            name = f"{kind}_{side}"
            times[name] = EventTime(Buffer(name, precision.time, 1), side, 1.0)
    endpoints = EndpointVariables(
        pre=_memory([*model.pre_vars, *model.pre_neuron_var_refs]),
        post=_memory([*model.post_vars, *model.post_neuron_var_refs, *model.psm_var_refs]),
        times=times,
    )
    for kind in EVENT_KINDS:
        synapse_loop(precision, 1.0, bound, kind, DenseLayout(1, 1), endpoints)
    _check_endpoint(precision, bound, "pre", model.pre_vars, model.pre_neuron_var_refs)
    _check_endpoint(precision, bound, "post", model.post_vars, model.post_neuron_var_refs)


def _check_endpoint(
    precision: Precision,
    bound: BoundModel[WeightUpdateModel],
    side: EventSide,
    variables: Sequence[Var],
    references: Sequence[VarReference],
) -> None:
    """Check the code of a weight update model for the neurons on one side."""
    model = bound.model
    has_events = not model.event_condition(side).is_blank
    own = BoundModel(
        prefix="",
        model=model,
        params=bound.params,
        buffers=_memory([*variables, *model.extra_global_params]),
        references={reference.name: reference.name for reference in references},
    )
    endpoint = EndpointCode(bound=own, side=side, flags="events" if has_events else None)
    spike_times = Buffer("st", precision.time, 1)
    neuron = _host_neuron(references)
    code = NeuronCode(num_neurons=1, neuron=neuron, endpoints=[endpoint], spike_times=spike_times)
    neuron_loop(precision, 1.0, code)


def _memory(items: Sequence[Var | VarReference | ExtraGlobalParam]) -> dict[str, Buffer]:
    return {item.name: Buffer(item.name, item.type, 1) for item in items}
