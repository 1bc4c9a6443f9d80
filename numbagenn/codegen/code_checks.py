"""The check of code strings when a description is created.

They are translated as for a kernel, over no memory at all, so that a mistake in a code string is
found at the call that holds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial

from numbagenn.base.enumerations import VarAccess
from numbagenn.base.types import Int32, Precision
from numbagenn.codegen.connectivity_update_loop import ConnectivityElements, host_loop, row_loop
from numbagenn.codegen.custom_update_loop import UpdateElements, custom_update_loop
from numbagenn.codegen.element_names import NAMES_OF_SYNAPSES, kernel_dims_named
from numbagenn.codegen.event_kinds import EVENT_KINDS
from numbagenn.codegen.initialisation import (
    VariableKind,
    connectivity_code,
    diagonal_code,
    value_code,
)
from numbagenn.codegen.neuron_loop import EndpointCode, IncomingSynapses, NeuronCode, neuron_loop
from numbagenn.codegen.synapse_layouts import DenseLayout, SharedLayout, SynapseLayout
from numbagenn.codegen.synapse_loop import EndpointVariables, EventTime, synapse_loop
from numbagenn.language.code_strings import CodeString, CodeStringError
from numbagenn.language.usage import arguments_of_calls
from numbagenn.memory.buffers import Buffer
from numbagenn.memory.connections import SharedConnectivity
from numbagenn.memory.events import EventSide
from numbagenn.memory.rows import Rows
from numbagenn.models.descriptions import (
    AdditionalInput,
    AnyModel,
    CurrentSourceModel,
    CustomConnectivityUpdateModel,
    CustomUpdateModel,
    DeclaredReference,
    ExtraGlobalParam,
    Model,
    NeuronModel,
    PostsynapticModel,
    SparseConnectivityInitSnippet,
    ToeplitzConnectivityInitSnippet,
    Var,
    VarInitSnippet,
    WeightUpdateModel,
)
from numbagenn.models.given_values import ConnectivityInit, ToeplitzInit
from numbagenn.network.bound_model import BoundModel

# They stand for the precision and the time step of a model, of which there is none yet.
_PRECISION, _DT = Precision(), 1.0

_one_neuron = partial(NeuronCode, num_neurons=1)
_check_neuron = partial(neuron_loop, _PRECISION, _DT)
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
    match model:
        case NeuronModel():
            spike_times = Buffer("st", _PRECISION.time, 1)
            _check_neuron(_one_neuron(neuron=_bound_to_nothing(model), spike_times=spike_times))
        case PostsynapticModel():
            out_post, bound = Buffer("out_post", _PRECISION.scalar, 1), _bound_to_nothing(model)
            synapses = IncomingSynapses(postsynaptic=bound, out_post=out_post, target="Isyn")
            # Every neuron has Isyn.
            inputs = tuple(item for item in model.neuron_inputs if item.name != "Isyn")
            neuron = _host_neuron(model.neuron_var_refs, inputs)
            _check_neuron(_one_neuron(neuron=neuron, synapses=[synapses]))
        case CurrentSourceModel():
            source = (_bound_to_nothing(model), "Isyn")
            neuron = _host_neuron(model.neuron_var_refs)
            _check_neuron(_one_neuron(neuron=neuron, sources=[source]))
        case WeightUpdateModel():
            _check_weight_update(_bound_to_nothing(model))
        case CustomUpdateModel():
            _check_custom_update(_bound_to_nothing(model))
        case CustomConnectivityUpdateModel():
            _check_connectivity_update(model)
        case VarInitSnippet():
            _check_initial_value(model)
        case SparseConnectivityInitSnippet():
            code = model.row_build_code if model.col_build_code.is_blank else model.col_build_code
            connectivity_code(model, _PRECISION, _kernel_dims(model, code))
        case ToeplitzConnectivityInitSnippet():
            code = model.diagonal_build_code
            diagonal_code(model, _PRECISION, _kernel_dims(model, code))
        case _:
            raise TypeError(f"there is no check of the code of a {type(model).__name__}")


def check_connectivity_code(init: ConnectivityInit | ToeplitzInit, kernel_dims: int) -> None:
    """Translate the code that connects neurons once the number of the kernel's dimensions is known.

    Raises
    ------
    CodeStringError
        If ``addSynapse`` is given another number of indices.
    """
    snippet = init.snippet
    if isinstance(snippet, ToeplitzConnectivityInitSnippet):
        diagonal_code(snippet, _PRECISION, kernel_dims)
    else:
        connectivity_code(snippet, _PRECISION, kernel_dims)


def _kernel_dims(
    snippet: SparseConnectivityInitSnippet | ToeplitzConnectivityInitSnippet, code: CodeString
) -> int:
    """Return how many indices of a kernel ``addSynapse`` is given, if the snippet has a kernel."""
    if code.is_blank or snippet.calc_kernel_size_func is None:
        return 0
    given = arguments_of_calls(code.tree, "addSynapse")
    return max(given[0] - 1, 0) if given else 0


def check_update_code(
    model: CustomUpdateModel, *, of_synapses: bool, kernel: tuple[int, ...] = ()
) -> None:
    """Translate the code of a custom update once it is known what it is of.

    Raises
    ------
    CodeStringError
        If it uses what such an update does not have.
    """
    elements = _SYNAPSES if of_synapses else _NEURONS
    elements = replace(elements, kernel=kernel)
    custom_update_loop(_PRECISION, _DT, _bound_to_nothing(model), elements)


def _bound_to_nothing(model: AnyModel) -> BoundModel[AnyModel]:
    """Return a description with parameters and memory that only have the right types."""
    references: tuple[DeclaredReference, ...] = getattr(model, "neuron_var_refs", ())
    var_refs: tuple[DeclaredReference, ...] = getattr(model, "var_refs", ())
    arrays: tuple[ExtraGlobalParam, ...] = getattr(model, "extra_global_param_refs", ())
    arrays = (*model.extra_global_params, *arrays)
    owned: list[Var | DeclaredReference | ExtraGlobalParam] = [*model.vars, *var_refs, *arrays]
    return BoundModel(
        prefix="",
        model=model,
        params={param.name: 1.0 for param in model.constants},
        buffers=_memory(owned),
        references={reference.name: reference.name for reference in references},
    )


def _check_custom_update(bound: BoundModel[CustomUpdateModel]) -> None:
    # Whether the elements are neurons or synapses is only known once the update is added.
    try:
        custom_update_loop(_PRECISION, _DT, bound, _NEURONS)
    except CodeStringError as error:
        kernel = (1,) * kernel_dims_named(bound.model.built_in(bound.model.update_code.usage))
        try:
            custom_update_loop(_PRECISION, _DT, bound, replace(_SYNAPSES, kernel=kernel))
        except CodeStringError as other_error:
            model = bound.model
            of_synapses = model.built_in(model.update_code.usage).intersection(NAMES_OF_SYNAPSES)
            raise (other_error if of_synapses else error) from None


def _check_connectivity_update(model: CustomConnectivityUpdateModel) -> None:
    of_synapses = _memory([*model.vars, *model.var_refs])
    others: list[Var | DeclaredReference | ExtraGlobalParam] = [
        *model.pre_vars,
        *model.post_vars,
        *model.pre_var_refs,
        *model.post_var_refs,
        *model.extra_global_params,
        *model.extra_global_param_refs,
    ]
    bound = BoundModel(
        prefix="",
        model=model,
        params={param.name: 1.0 for param in model.constants},
        buffers={**of_synapses, **_memory(others)},
    )
    rows = Rows("", 1, of_synapses.values())
    elements = ConnectivityElements(rows=rows)
    row_loop(_PRECISION, _DT, bound, elements)
    host_loop(_PRECISION, _DT, bound, elements)


def _check_initial_value(snippet: VarInitSnippet) -> None:
    # The type of the variable, and whether it is one of neurons, is only known once it is used.
    kinds: list[VariableKind] = ["neurons", "dense"]
    names = snippet.built_in(snippet.var_init_code.usage)
    kernel_size = (1,) * kernel_dims_named(names)
    if kernel_size:
        kinds = ["sparse"]
    elif names.intersection(NAMES_OF_SYNAPSES):
        kinds.reverse()
    errors = []
    for ctype in (_PRECISION.scalar, Int32):
        for kind in kinds:
            try:
                value_code(snippet, _PRECISION, ctype, kind, kernel_size)
            except CodeStringError as error:
                errors.append(error)
            else:
                return
    raise errors[0]


def _host_neuron(
    references: Sequence[DeclaredReference],
    inputs: tuple[AdditionalInput, ...] = (),
    locals_: Iterable[str] = (),
) -> BoundModel[NeuronModel]:
    """Return a neuron of which only what other code uses matters: variables, inputs and locals."""
    blank, always = CodeString("", ""), CodeString("true", "", is_condition=True)
    declared = CodeString(" ".join(f"scalar {name} = 0.0;" for name in locals_), "")
    variables = tuple(Var(r.name, r.type, VarAccess.READ_WRITE) for r in references)
    model = NeuronModel(
        class_name="",
        params=(),
        vars=variables,
        derived_params=(),
        sim_code=declared,
        threshold_condition_code=always,
        reset_code=blank,
        additional_input_vars=inputs,
        auto_refractory_required=False,
    )
    return BoundModel(prefix="neuron_", model=model, params={}, buffers=_memory(variables))


def _check_weight_update(bound: BoundModel[WeightUpdateModel]) -> None:
    model = bound.model
    sides: tuple[EventSide, EventSide] = ("pre", "post")
    times = {}
    for side in sides:
        has_events = not model.event_condition(side).is_blank
        for kind in ("st", "prev_st", *(("set", "prev_set") if has_events else ())):
            name = f"{kind}_{side}"
            times[name] = EventTime(Buffer(name, _PRECISION.time, 1), side, 1.0)
    endpoints = EndpointVariables(
        pre=_memory([*model.pre_vars, *model.pre_neuron_var_refs]),
        post=_memory([*model.post_vars, *model.post_neuron_var_refs, *model.psm_var_refs]),
        times=times,
    )
    layout = _layout(model)
    for kind in EVENT_KINDS:
        synapse_loop(_PRECISION, _DT, bound, kind, layout, endpoints)
    _check_endpoint(bound, "pre", model.pre_vars, model.pre_neuron_var_refs)
    _check_endpoint(bound, "post", model.post_vars, model.post_neuron_var_refs)


def _layout(model: WeightUpdateModel) -> SynapseLayout:
    """Return a layout of synapses that have all that the code of a model names."""
    usage = model.synapse_usage
    kernel = (1,) * kernel_dims_named(model.built_in(usage))
    if not kernel and not any(name.startswith("atomic_add_") for name in usage.called):
        return DenseLayout(1, 1)
    return SharedLayout(1, 1, SharedConnectivity("synapses", "synapses", 1, 1), kernel or (1,))


def _check_endpoint(
    bound: BoundModel[WeightUpdateModel],
    side: EventSide,
    variables: Sequence[Var],
    references: Sequence[DeclaredReference],
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
    endpoint = EndpointCode(bound=own, side=side, flags="event_flags" if has_events else None)
    spike_times = Buffer("st", _PRECISION.time, 1)
    neuron = _host_neuron(references, locals_=model.neuron_locals)
    _check_neuron(_one_neuron(neuron=neuron, endpoints=[endpoint], spike_times=spike_times))


def _memory(items: Sequence[Var | DeclaredReference | ExtraGlobalParam]) -> dict[str, Buffer]:
    return {item.name: Buffer(item.name, item.type, 1) for item in items}
