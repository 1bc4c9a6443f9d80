"""Checks of the references of a population, source or update, made when it is added.

The model declares the references by name and type. The call that adds it gives the targets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from numbagenn.base.enumerations import VarAccessMode
from numbagenn.base.suggestions import did_you_mean
from numbagenn.base.wording import quoted, shown
from numbagenn.models.descriptions import DeclaredReference, ExtraGlobalParam, PostsynapticModel
from numbagenn.models.given_values import PostsynapticInit, WeightUpdateInit
from numbagenn.network.neuron_groups import NeuronGroup
from numbagenn.network.reference_types import (
    ExtraGlobalParamReference,
    VariableReference,
    check_reference_type,
    type_text,
)
from numbagenn.network.synapse_groups import SynapseReferences


def neuron_references(
    title: str,
    declared: Sequence[DeclaredReference],
    given: Mapping[str, Any],
    population: NeuronGroup,
) -> dict[str, str]:
    """Return the name of the neuron variable behind each reference of a model.

    Parameters
    ----------
    title
        What has the references, for messages.
    declared
        The references, as its model declares them.
    given
        The target of each: the name of a variable, or a reference to one.
    population
        Whose variables they are.

    Raises
    ------
    RuntimeError
        If a target is unknown, of another population or type, or cannot be written.
    """
    result = {}
    for reference in declared:
        target = given[reference.name]
        if isinstance(target, VariableReference):
            if not any(target.buffer is known.buffer for known in population.vars.values()):
                raise RuntimeError(
                    f"Variable reference '{reference.name}' of {title} must be to a variable of "
                    f"{population.title}, not to '{target.name}' of {target.group.title}."
                )
            target = target.name
        if reference.mode is VarAccessMode.READ_WRITE and not _per_element(population, target):
            raise RuntimeError(
                f"Variable reference '{reference.name}' of {title}: variable references to "
                "SHARED_NEURON or SHARED neuron variables cannot be read-write; declare it "
                "VarAccessMode.READ_ONLY."
            )
        if target not in population.vars:
            listed = quoted(population.vars)
            raise RuntimeError(
                f"Variable '{target}' not found: {title} refers to it as '{reference.name}', but "
                f"the variables of {population.title} are {listed}"
                f"{did_you_mean(str(target), population.vars)}"
            )
        buffer = population.vars[target].buffer
        check_reference_type(
            title,
            reference,
            VariableReference(name=target, group=population, buffer=buffer, size=buffer.count),
        )
        result[reference.name] = target
    return result


def _per_element(population: NeuronGroup, name: object) -> bool:
    return name not in population.vars or population.vars[str(name)].buffer.per_element


def postsynaptic_references(
    title: str,
    declared: Sequence[DeclaredReference],
    given: Mapping[str, Any],
    model: PostsynapticModel,
) -> dict[str, str]:
    """Return the name of the postsynaptic variable behind each reference of a weight update.

    Parameters are those of `neuron_references`, except for `model`: the postsynaptic model.

    Raises
    ------
    RuntimeError
        If a target is unknown or of another type.
    """
    types = {var.name: var.type for var in model.vars}
    result = {}
    for reference in declared:
        target = given[reference.name]
        name = target.name if isinstance(target, VariableReference) else target
        if name not in types:
            listed = quoted(types)
            raise RuntimeError(
                f"Variable '{name}' not found: {title} refers to it as '{reference.name}', but the "
                f"variables of its {model.title} are {listed}{did_you_mean(str(name), types)}"
            )
        if type_text(reference.type) != type_text(types[name]):
            raise RuntimeError(
                f"Incompatible type for variable reference '{reference.name}' of {title}: it is "
                f"declared '{type_text(reference.type)}', but '{name}' of its {model.title} is "
                f"'{type_text(types[name])}'; write the same."
            )
        result[reference.name] = name
    return result


def update_references(
    title: str, declared: Sequence[DeclaredReference], given: Mapping[str, object], model: object
) -> dict[str, VariableReference]:
    """Return the references of a custom update, once all are to variables of one network.

    Parameters are those of `neuron_references`, except for `model`: the network.

    Raises
    ------
    TypeError
        If a target is not a reference.
    ValueError
        If it is to a variable of another network.
    """
    result = {}
    for reference in declared:
        target = given[reference.name]
        if not isinstance(target, VariableReference):
            raise TypeError(
                f"Variable reference '{reference.name}' of {title} must be what "
                f"create_var_ref(…) returns, not {shown(target)}."
            )
        for one in (target, target.transposed):
            if one is not None and one.group.genn_model is not model:
                raise ValueError(
                    f"Variable reference '{reference.name}' of {title} points to "
                    f"{one.group.title} of another model; refer to one of this model."
                )
        result[reference.name] = target
    return result


def check_array_references(
    title: str,
    declared: Sequence[ExtraGlobalParam],
    given: Mapping[str, ExtraGlobalParamReference],
    model: object,
) -> None:
    """Raise unless the array references of a custom update are to arrays of one network, and fit.

    Parameters are those of `update_references`.

    Raises
    ------
    TypeError
        If a target is not a reference to an array.
    ValueError
        If it is to an array of another network.
    RuntimeError
        If it is to an array of another type.
    """
    for reference in declared:
        target = given[reference.name]
        what = f"Extra global parameter reference '{reference.name}' of {title}"
        if not isinstance(target, ExtraGlobalParamReference):
            raise TypeError(f"{what} must be what create_egp_ref(…) returns, not {shown(target)}.")
        if target.group.genn_model is not model:
            raise ValueError(f"{what} points to {target.group.title} of another model.")
        expected, found = type_text(reference.type), type_text(target.type)
        if expected != found:
            raise RuntimeError(
                f"Incompatible type for extra global parameter reference '{reference.name}' of "
                f"{title}: it is declared '{expected}*', but '{target.array.name}' of "
                f"{target.group.title} is '{found}*'; write the same."
            )


def synapse_references(
    title: str,
    source: NeuronGroup,
    target: NeuronGroup,
    weight_update: WeightUpdateInit,
    postsynaptic: PostsynapticInit,
) -> SynapseReferences:
    """Return the targets of the local references of both models of synapses.

    Raises
    ------
    RuntimeError
        If a target does not exist or has another type.
    """
    update, psm = weight_update.model, postsynaptic.model
    return SynapseReferences(
        psm=neuron_references(title, psm.neuron_var_refs, postsynaptic.var_refs, target),
        pre=neuron_references(
            title, update.pre_neuron_var_refs, weight_update.pre_var_refs, source
        ),
        post=neuron_references(
            title, update.post_neuron_var_refs, weight_update.post_var_refs, target
        ),
        post_psm=postsynaptic_references(
            title, update.psm_var_refs, weight_update.psm_var_refs, psm
        ),
    )
