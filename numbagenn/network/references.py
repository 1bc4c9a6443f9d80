"""References to variables, through which custom updates and synapses use those of others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from numbagenn.base.enumerations import SynapseMatrixType
from numbagenn.base.suggestions import did_you_mean
from numbagenn.base.wording import quoted
from numbagenn.memory.variables import ExtraGlobalArray, Variable
from numbagenn.network.connectivity_updates import CustomConnectivityUpdate
from numbagenn.network.current_sources import CurrentSource
from numbagenn.network.custom_updates import CustomUpdate, CustomUpdateBase, CustomUpdateWU
from numbagenn.network.groups import Group
from numbagenn.network.neuron_groups import NeuronGroup
from numbagenn.network.reference_types import (
    ExtraGlobalParamReference,
    VariableReference,
    type_text,
)
from numbagenn.network.synapse_groups import SynapseGroup

HasVariables = NeuronGroup | CurrentSource | CustomUpdate | CustomUpdateWU


def _checked(group: object, kinds: tuple[type[Group], ...], function: str) -> Any:
    """Return a group, which has to be of one of the kinds."""
    if isinstance(group, kinds):
        return group
    *others, last = (kind.kind for kind in kinds)
    expected = f"{', '.join(others)} or {last}" if others else last
    given = group.title if isinstance(group, Group) else repr(group)
    raise TypeError(f"{function} needs a {expected}, not {given}.")


def _find(
    group: Group,
    variables: Mapping[str, Variable],
    name: object,
    size: int,
    synapses: SynapseGroup | None = None,
    what: str = "Variable",
    kind: str = "variables",
) -> VariableReference:
    if name not in variables:
        listed = quoted(variables)
        hint = did_you_mean(str(name), variables)
        raise RuntimeError(
            f"{what} '{name}' not found: the {kind} of {group.title} are {listed}{hint}"
        )
    assert isinstance(name, str)
    return VariableReference(
        name=name, group=group, buffer=variables[name].buffer, size=size, synapses=synapses
    )


def create_var_ref(group: object, name: str) -> VariableReference:
    """Refer to a variable of a neuron population, current source or custom update.

    Parameters
    ----------
    group
        What owns the variable.
    name
        Name of the variable in its model.

    Returns
    -------
    VariableReference
        To be given in ``var_refs``.

    Raises
    ------
    RuntimeError
        If there is no such variable.
    TypeError
        If `group` is something else.
    """
    owner: HasVariables = _checked(
        group, (NeuronGroup, CurrentSource, CustomUpdateBase), "create_var_ref"
    )
    if isinstance(owner, CustomUpdateWU):
        raise TypeError(
            f"create_var_ref is for variables of neurons, and {owner.title} is of synapses; use "
            "create_wu_var_ref."
        )
    size = (owner.target_pop if isinstance(owner, CurrentSource) else owner).num_neurons
    return _find(owner, owner.vars, name, size)


def create_psm_var_ref(group: object, name: str) -> VariableReference:
    """Refer to a variable of the postsynaptic model of a synapse population."""
    synapses: SynapseGroup = _checked(group, (SynapseGroup,), "create_psm_var_ref")
    size = synapses.trg.num_neurons
    return _find(synapses, synapses.psm_vars, name, size, kind="postsynaptic model's variables")


def create_wu_pre_var_ref(group: object, name: str) -> VariableReference:
    """Refer to a variable that a weight update model has for each presynaptic neuron."""
    synapses: SynapseGroup = _checked(group, (SynapseGroup,), "create_wu_pre_var_ref")
    size = synapses.src.num_neurons
    return _find(synapses, synapses.pre_vars, name, size, kind="presynaptic variables")


def create_wu_post_var_ref(group: object, name: str) -> VariableReference:
    """Refer to a variable that a weight update model has for each postsynaptic neuron."""
    synapses: SynapseGroup = _checked(group, (SynapseGroup,), "create_wu_post_var_ref")
    size = synapses.trg.num_neurons
    return _find(synapses, synapses.post_vars, name, size, kind="postsynaptic variables")


def create_pre_var_ref(group: object, name: str) -> VariableReference:
    """Refer to a variable that a custom connectivity update has for each presynaptic neuron."""
    update: CustomConnectivityUpdate = _checked(
        group, (CustomConnectivityUpdate,), "create_pre_var_ref"
    )
    size = update.synapse_group.src.num_neurons
    return _find(update, update.pre_vars, name, size, kind="presynaptic variables")


def create_post_var_ref(group: object, name: str) -> VariableReference:
    """Refer to a variable that a custom connectivity update has for each postsynaptic neuron."""
    update: CustomConnectivityUpdate = _checked(
        group, (CustomConnectivityUpdate,), "create_post_var_ref"
    )
    size = update.synapse_group.trg.num_neurons
    return _find(update, update.post_vars, name, size, kind="postsynaptic variables")


def create_wu_var_ref(
    group: object,
    name: str,
    transpose_group: object = None,
    transpose_name: str | None = None,
) -> VariableReference:
    """Refer to a variable of synapses: of a weight update model, or of an update of such variables.

    Parameters
    ----------
    group
        A synapse population, a custom update that refers to variables of one, or a custom
        connectivity update.
    name
        Name of the variable in its model.
    transpose_group, transpose_name
        A synapse population in the opposite direction, and the name of a variable of it. Once the
        code of the update has run, each element of the variable is copied to the transposed
        position there: from ``pre * num_post + post`` to ``post * num_pre + pre``.

    Returns
    -------
    VariableReference
        To be given in ``var_refs``.

    Raises
    ------
    RuntimeError
        If there is no such variable, or the two differ in size or type, or the batch shares
        only one.
    TypeError
        If `group` is something else.
    """
    owner: SynapseGroup | CustomUpdate | CustomUpdateWU | CustomConnectivityUpdate = _checked(
        group, (SynapseGroup, CustomUpdateBase, CustomConnectivityUpdate), "create_wu_var_ref"
    )
    if isinstance(owner, (SynapseGroup, CustomConnectivityUpdate)):
        synapses = owner.synapse_group
        if synapses.computes_weights:
            raise RuntimeError(
                f"The variables of {owner.title} are computed whenever they are needed, so custom "
                "updates cannot refer to them; add the synapses as 'SPARSE' or 'DENSE'."
            )
        reference = _find(owner, owner.vars, name, synapses.num_values, synapses)
    elif isinstance(owner, CustomUpdateWU):
        reference = _find(owner, owner.vars, name, owner.size, owner.synapse_group)
    else:
        raise TypeError(
            f"create_wu_var_ref is for variables of synapses, and {owner.title} is of neurons; "
            "use create_var_ref."
        )
    if transpose_group is None and transpose_name is None:
        return reference
    return replace(reference, transposed=_transposed(reference, transpose_group, transpose_name))


def _transposed(forward: VariableReference, group: object, name: str | None) -> VariableReference:
    """Return the target of a transpose, after checking that it has the mirrored shape."""
    if group is None or name is None:
        missing, given = ("population", "name") if group is None else ("name", "population")
        raise TypeError(
            f"create_wu_var_ref needs the {missing} of the transposed variable too, not only the "
            f"{given}."
        )
    if not isinstance(forward.group, SynapseGroup):
        raise TypeError(
            f"Only variables of synapse populations can be transposed, not those of "
            f"{forward.group.title}."
        )
    target: SynapseGroup = _checked(group, (SynapseGroup,), "The transpose of create_wu_var_ref")
    origin = forward.group
    size = target.src.num_neurons * target.trg.num_neurons
    back = _find(target, target.vars, name, size, target, "Transpose variable")
    for synapses in (origin, target):
        if synapses.matrix_type is not SynapseMatrixType.DENSE:
            raise RuntimeError(
                "Transpose updates can only be performed on DENSE synapses: "
                f"{synapses.title} is {synapses.matrix_type.name}."
            )
    shapes = [(one.src.num_neurons, one.trg.num_neurons) for one in (origin, target)]
    pair = f"'{forward.name}' of {origin.title} and '{back.name}' of {target.title}"
    if shapes[0] != shapes[1][::-1]:
        raise RuntimeError(
            "Transpose updates can only be performed on connections between appropriately sized "
            f"neuron groups: {origin.title} has {shapes[0][0]} x {shapes[0][1]} synapses, so "
            f"{target.title} needs {shapes[0][1]} x {shapes[0][0]}, not "
            f"{shapes[1][0]} x {shapes[1][1]}."
        )
    if type_text(forward.type) != type_text(back.type):
        raise RuntimeError(
            f"Transpose updates can only be performed on variables with the same type: {pair} are "
            f"'{type_text(forward.type)}' and '{type_text(back.type)}'; write the same."
        )
    if forward.buffer.per_batch != back.buffer.per_batch:
        ones = [
            "one for each batch element" if one.buffer.per_batch else "shared by the batch"
            for one in (forward, back)
        ]
        raise RuntimeError(
            f"Transpose updates can only be performed on similarly batched variables: {pair} are "
            f"{ones[0]} and {ones[1]}; give both the same VarAccess."
        )
    if forward.buffer is back.buffer:
        raise RuntimeError(
            f"'{forward.name}' of {origin.title} cannot be transposed onto itself; copy it to the "
            "variable of another population."
        )
    return back


def create_out_post_var_ref(group: object) -> VariableReference:
    """Refer to the input that the synapses of a population have accumulated (type ``scalar``).

    Setting it to 0 resets currents that outlast a step, such as those of ``ExpCurr``.
    """
    synapses: SynapseGroup = _checked(group, (SynapseGroup,), "create_out_post_var_ref")
    return VariableReference(
        name="out_post",
        group=synapses,
        buffer=synapses.own_out_post.buffer,
        size=synapses.trg.num_neurons,
    )


def create_den_delay_var_ref(group: object) -> VariableReference:
    """Refer to the input that the synapses of a population have added for later steps.

    It is of type ``scalar``, with a slot for each step of delay: a ``BROADCAST`` reference writes
    all of them.

    Raises
    ------
    RuntimeError
        If the synapses do not call ``addToPostDelay``.
    """
    synapses: SynapseGroup = _checked(group, (SynapseGroup,), "create_den_delay_var_ref")
    if "addToPostDelay" not in synapses.usage.called:
        raise RuntimeError(
            f"{synapses.title} has no dendritic delays: the code of its weight update model does "
            "not call addToPostDelay()."
        )
    return VariableReference(
        name="den_delay",
        group=synapses,
        buffer=synapses.own_den_delay,
        size=synapses.trg.num_neurons,
    )


def create_src_spike_count_var_ref(group: object) -> VariableReference:
    """Refer to the number of spikes that a synapse population will deliver next.

    It is one ``uint32_t`` for each batch element, and can be combined with variables of the
    presynaptic population. Setting it to 0 removes the spikes that are in flight from that
    population, to all of its targets. PyGeNN has had this reference since just after version 5.4.0.
    """
    synapses: SynapseGroup = _checked(group, (SynapseGroup,), "create_src_spike_count_var_ref")
    return VariableReference(
        name="spike_count",
        group=synapses,
        buffer=synapses.src.spike_list.count,
        size=synapses.src.num_neurons,
    )


def create_spike_time_var_ref(group: object) -> VariableReference:
    """Refer to the times of the last spikes of a population (type ``timepoint``, ms)."""
    neurons: NeuronGroup = _checked(group, (NeuronGroup,), "create_spike_time_var_ref")
    return VariableReference(
        name="st", group=neurons, buffer=neurons.spike_time_buffer, size=neurons.num_neurons
    )


def create_prev_spike_time_var_ref(group: object) -> VariableReference:
    """Refer to the times of the last spikes before the last step (type ``timepoint``, ms)."""
    neurons: NeuronGroup = _checked(group, (NeuronGroup,), "create_prev_spike_time_var_ref")
    return VariableReference(
        name="prev_st",
        group=neurons,
        buffer=neurons.prev_spike_time_buffer,
        size=neurons.num_neurons,
    )


def _find_array(
    group: Group, arrays: Mapping[str, ExtraGlobalArray], name: object
) -> ExtraGlobalParamReference:
    if name not in arrays:
        listed = quoted(arrays)
        raise RuntimeError(
            f"Extra global parameter '{name}' not found: the extra global parameters of "
            f"{group.title} are {listed}{did_you_mean(str(name), arrays)}"
        )
    assert isinstance(name, str)
    return ExtraGlobalParamReference(group, arrays[name])


def create_egp_ref(group: object, name: str) -> ExtraGlobalParamReference:
    """Refer to an extra global parameter of a neuron population, current source or update.

    Parameters
    ----------
    group
        What owns the extra global parameter.
    name
        Its name in the model.

    Returns
    -------
    ExtraGlobalParamReference
        To be given in ``egp_refs`` of `GeNNModel.add_custom_update`.

    Raises
    ------
    RuntimeError
        If there is no such extra global parameter.
    TypeError
        If `group` is something else.
    """
    owner: HasVariables | CustomConnectivityUpdate = _checked(
        group,
        (NeuronGroup, CurrentSource, CustomUpdateBase, CustomConnectivityUpdate),
        "create_egp_ref",
    )
    return _find_array(owner, owner.extra_global_params, name)


def create_psm_egp_ref(group: object, name: str) -> ExtraGlobalParamReference:
    """Refer to an extra global parameter of the postsynaptic model of a synapse population."""
    synapses: SynapseGroup = _checked(group, (SynapseGroup,), "create_psm_egp_ref")
    return _find_array(synapses, synapses.psm_extra_global_params, name)


def create_wu_egp_ref(group: object, name: str) -> ExtraGlobalParamReference:
    """Refer to an extra global parameter of the weight update model of a synapse population."""
    synapses: SynapseGroup = _checked(group, (SynapseGroup,), "create_wu_egp_ref")
    return _find_array(synapses, synapses.extra_global_params, name)
