"""References to variables, by which custom updates and synapses reach what others own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from tutorial_helpers.engine.buffers import Buffer
from tutorial_helpers.engine.factories import unsupported
from tutorial_helpers.engine.groups import (
    CurrentSource,
    CustomUpdate,
    Group,
    NeuronGroup,
    SynapseGroup,
    VariableReference,
)
from tutorial_helpers.engine.variables import Variable

AnyGroup = TypeVar("AnyGroup", bound=Group)


def _check(group: object, kinds: tuple[type[Group], ...], function: str) -> None:
    if isinstance(group, kinds):
        return
    expected = " or ".join(kind.kind for kind in kinds)
    given = group.title if isinstance(group, Group) else repr(group)
    raise TypeError(f"{function} needs a {expected}, not {given}.")


def _reference(name: str, group: Group, buffer: Buffer) -> VariableReference:
    return VariableReference(name, group, buffer, buffer.count)


def _find(group: Group, variables: Mapping[str, Variable], name: object) -> VariableReference:
    if name not in variables:
        listed = ", ".join(f"'{known}'" for known in variables) or "none"
        raise RuntimeError(
            f"Variable '{name}' not found: the variables of {group.title} are {listed}."
        )
    assert isinstance(name, str)
    return _reference(name, group, variables[name].buffer)


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
    _check(group, (NeuronGroup, CurrentSource, CustomUpdate), "create_var_ref")
    assert isinstance(group, (NeuronGroup, CurrentSource, CustomUpdate))
    return _find(group, group.vars, name)


def create_psm_var_ref(group: object, name: str) -> VariableReference:
    """Refer to a variable of the postsynaptic model of a synapse population."""
    _check(group, (SynapseGroup,), "create_psm_var_ref")
    assert isinstance(group, SynapseGroup)
    return _find(group, group.psm_vars, name)


def create_wu_pre_var_ref(group: object, name: str) -> VariableReference:
    """Refer to a variable that a weight update model has for each presynaptic neuron."""
    _check(group, (SynapseGroup,), "create_wu_pre_var_ref")
    assert isinstance(group, SynapseGroup)
    return _find(group, group.pre_vars, name)


def create_wu_post_var_ref(group: object, name: str) -> VariableReference:
    """Refer to a variable that a weight update model has for each postsynaptic neuron."""
    _check(group, (SynapseGroup,), "create_wu_post_var_ref")
    assert isinstance(group, SynapseGroup)
    return _find(group, group.post_vars, name)


def create_wu_var_ref(
    group: object,
    name: str,
    transpose_group: object = None,
    transpose_name: str | None = None,
) -> VariableReference:
    """Refer to a variable of the weight update model of a synapse population."""
    if transpose_group is not None or transpose_name is not None:
        raise unsupported("transposed variables in create_wu_var_ref")
    _check(group, (SynapseGroup,), "create_wu_var_ref")
    assert isinstance(group, SynapseGroup)
    return _find(group, group.vars, name)


def create_out_post_var_ref(group: object) -> VariableReference:
    """Refer to the input that the synapses of a population have accumulated (type ``scalar``).

    Setting it to 0 resets currents that outlast a step, such as those of ``ExpCurr``.
    """
    _check(group, (SynapseGroup,), "create_out_post_var_ref")
    assert isinstance(group, SynapseGroup)
    return _reference("out_post", group, group.out_post.buffer)


def create_den_delay_var_ref(group: object) -> VariableReference:
    """Refer to the input that the synapses of a population have added for later steps.

    It is of type ``scalar``, with a slot for each step of delay: a ``BROADCAST`` reference writes
    all of them.

    Raises
    ------
    RuntimeError
        If the synapses do not call ``addToPostDelay``.
    """
    _check(group, (SynapseGroup,), "create_den_delay_var_ref")
    assert isinstance(group, SynapseGroup)
    if not group.calls("addToPostDelay"):
        raise RuntimeError(
            f"{group.title} has no dendritic delays: the code of its weight update model does not "
            "call addToPostDelay()."
        )
    return _reference("den_delay", group, group.den_delay_buffer)


def create_src_spike_count_var_ref(group: object) -> VariableReference:
    """Refer to the number of spikes that a synapse population will deliver next.

    It is one ``uint32_t`` for each batch, and can be combined with variables of the presynaptic
    population. Setting it to 0 removes the spikes that are in flight from that population, to all
    of its targets. PyGeNN has this reference since shortly after version 5.4.0.
    """
    _check(group, (SynapseGroup,), "create_src_spike_count_var_ref")
    assert isinstance(group, SynapseGroup)
    return VariableReference(
        "spike_count", group, group.src.spike_count_buffer, group.src.num_neurons
    )


def create_spike_time_var_ref(group: object) -> VariableReference:
    """Refer to the times of the last spikes of a population (type ``timepoint``, ms)."""
    _check(group, (NeuronGroup,), "create_spike_time_var_ref")
    assert isinstance(group, NeuronGroup)
    return _reference("st", group, group.refer_to_spike_times())


def create_prev_spike_time_var_ref(group: object) -> VariableReference:
    """Refer to the times of the last spikes but one (type ``timepoint``, ms)."""
    _check(group, (NeuronGroup,), "create_prev_spike_time_var_ref")
    assert isinstance(group, NeuronGroup)
    return _reference("prev_st", group, group.refer_to_prev_spike_times())
