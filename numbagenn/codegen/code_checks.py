"""The check of code strings when a description is created.

They are translated as for a kernel, over no memory at all, so that a mistake in a code string is
found at the call that holds it.
"""

from __future__ import annotations

from collections.abc import Sequence

from numbagenn.base.enumerations import VarAccess
from numbagenn.base.types import Precision
from numbagenn.codegen.custom_update_loop import custom_update_loop
from numbagenn.codegen.neuron_loop import Incoming, Side, neuron_loop
from numbagenn.codegen.synapse_loop import Ends, synapse_loop
from numbagenn.language.code_strings import CodeString, CodeStringError
from numbagenn.language.reserved_names import NAMES_OF_SYNAPSES
from numbagenn.memory.buffers import Buffer
from numbagenn.models.descriptions import (
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
    CodeStringError
        If it uses what such an update does not have.
    """
    custom_update_loop(Precision(), 1.0, 1, int(of_synapses), _bound_to_nothing(model))


def _bound_to_nothing(model: Model) -> BoundModel:
    """Return a description with parameters and memory that only have the right types."""
    references: tuple[VarReference, ...] = getattr(model, "neuron_var_refs", ())
    var_refs: tuple[VarReference, ...] = getattr(model, "var_refs", ())
    arrays: tuple[ExtraGlobalParam, ...] = getattr(model, "extra_global_param_refs", ())
    arrays = (*model.extra_global_params, *arrays)
    owned: list[Var | VarReference | ExtraGlobalParam] = [*model.vars, *var_refs, *arrays]
    return BoundModel(
        "",
        model,
        {param.name: 1.0 for param in model.constants},
        {var.name: Buffer(var.name, var.type, 1) for var in owned},
        {reference.name: reference.name for reference in references},
    )


def _check_custom_update(precision: Precision, bound: BoundModel) -> None:
    # Whether the elements are neurons or synapses is only known once the update is added.
    try:
        custom_update_loop(precision, 1.0, 1, 0, bound)
    except CodeStringError as error:
        try:
            custom_update_loop(precision, 1.0, 1, 1, bound)
        except CodeStringError as other_error:
            model = bound.model
            assert isinstance(model, CustomUpdateModel)
            of_synapses = model.built_in(model.update_code.usage).intersection(NAMES_OF_SYNAPSES)
            raise (other_error if of_synapses else error) from None


def _host_neuron(references: Sequence[VarReference]) -> BoundModel:
    """Return a neuron of which only the variables that other code refers to matter."""
    blank, always = CodeString("", ""), CodeString("true", "", is_condition=True)
    variables = tuple(Var(r.name, r.type, VarAccess.READ_WRITE) for r in references)
    model = NeuronModel("", (), variables, (), blank, always, blank, (), False)
    buffers = {var.name: Buffer(var.name, var.type, 1) for var in variables}
    return BoundModel("neuron_", model, {}, buffers)


def _check_weight_update(precision: Precision, bound: BoundModel) -> None:
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
        own = BoundModel(
            "",
            model,
            bound.params,
            memory([*variables, *model.extra_global_params]),
            {r.name: r.name for r in references},
        )
        side = Side(own, name, "events" if has_events else None)
        neuron = _host_neuron(references)
        neuron_loop(precision, 1.0, 1, neuron, spike_times=spike_times, sides=[side])
