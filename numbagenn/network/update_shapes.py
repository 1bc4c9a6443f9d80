"""What a custom update may refer to: kinds, sizes and dimensions of variables.

An update runs over the batch if anything that it refers to has a value for each batch element, and
over neurons or synapses if anything has a value for each of them. The target of a reduction lacks
one of these dimensions.
"""

from __future__ import annotations

from collections.abc import Mapping

from numbagenn.base.enumerations import CustomUpdateVarAccess, VarAccessMode
from numbagenn.base.wording import capitalised, quoted
from numbagenn.models.builtin_models import find_model
from numbagenn.models.descriptions import CustomUpdateModel
from numbagenn.network.custom_updates import CustomUpdateBase
from numbagenn.network.reference_types import VariableReference, check_reference_type

_OF_NEURONS = (
    CustomUpdateVarAccess.READ_ONLY_SHARED_NEURON,
    CustomUpdateVarAccess.BROADCAST_DELAY,
)


def check_targets(
    title: str, model: CustomUpdateModel, given: Mapping[str, VariableReference]
) -> None:
    """Raise unless the references of a custom update fit their declarations and each other.

    Raises
    ------
    RuntimeError
        If they differ in size or type, are to synapses of several populations, or more than one
        is to be transposed.
    TypeError
        If some are to variables of neurons and others to variables of synapses.
    """
    for reference in model.var_refs:
        check_reference_type(title, reference, given[reference.name])
    targets = given.values()
    if len({target.synapses is None for target in targets}) > 1:
        raise TypeError(
            f"The references of {title} must be all to variables of neurons or all to "
            "variables of synapses; what combines both is computed in code of the synapses, which "
            "reads neurons through pre_neuron_var_refs and post_neuron_var_refs."
        )
    if len({target.size for target in targets}) > 1:
        listed = ", ".join(f"'{name}' {target.size}" for name, target in given.items())
        raise RuntimeError(
            f"All referenced variables must have the same size: in {title} they are {listed}."
        )
    if len({id(target.synapses) for target in targets}) > 1:
        listed = ", ".join(
            f"'{name}' to '{target.synapses.name}'"
            for name, target in given.items()
            if target.synapses is not None
        )
        raise RuntimeError(
            f"All referenced variables must belong to the same synapse group: {title} refers with "
            f"{listed}; write an update for each."
        )
    transposed = [name for name, target in given.items() if target.transposed is not None]
    if not transposed and model is find_model("Transpose", CustomUpdateModel, title):
        raise RuntimeError(
            f"{capitalised(title)} transposes nothing: give create_wu_var_ref the "
            "population and the variable to copy to as well."
        )
    if len(transposed) > 1:
        listed = " and ".join(f"'{name}'" for name in transposed)
        raise RuntimeError(
            f"Each custom weight update can only calculate the transpose of a single variable: in "
            f"{title} it is asked for {listed}; write an update for each."
        )


def check_dimensions(update: CustomUpdateBase, batch_size: int) -> None:
    """Raise unless what an update writes has the dimensions that it needs.

    Parameters
    ----------
    update
        The custom update.
    batch_size
        Batch size of the model. With a size of 1, a variable that the batch shares is equivalent.

    Raises
    ------
    RuntimeError
        If a variable that is written lacks a dimension, or a reduction reduces nothing, or the
        batch and neurons at once.
    """
    title = update.title
    if update.of_synapses:
        for var in update.model.vars:
            if var.access in _OF_NEURONS:
                raise RuntimeError(
                    "Custom weight updates cannot use models with BROADCAST_DELAY or SHARED_NEURON "
                    f"variables: variable '{var.name}' of {title} is {var.access.name}."
                )
    for reference in update.model.var_refs:
        buffer = update.references[reference.name].buffer
        shared = update.per_batch and not buffer.per_batch and batch_size > 1
        lower = shared or (update.per_element and not buffer.per_element)
        if lower and reference.mode is VarAccessMode.READ_WRITE:
            fix = "update that variable by a custom update of its own"
            if shared:
                own = [name for name, one in update.references.items() if one.buffer.per_batch]
                fix += (
                    f", and if it needs {quoted(own)}, of which each batch element has its own, "
                    "reduce that first, with a REDUCE_BATCH_SUM variable"
                )
            raise RuntimeError(
                f"Variable reference '{reference.name}' in {title} to lower-dimensional "
                f"variables cannot be read-write: declare it VarAccessMode.READ_ONLY, or {fix}."
            )
    _check_reductions(update, batch_size)
    transposing = update.transposing
    if transposing is not None and update.model.reductions:
        raise RuntimeError(
            f"Custom weight updates cannot perform both transpose and batch reduction operations: "
            f"{title} does; write an update for each."
        )


def _check_reductions(update: CustomUpdateBase, batch_size: int) -> None:
    """Raise unless all targets of reductions lack the same one of the update's dimensions."""
    own = {var.name: var.access for var in update.model.vars}
    axes = {}
    for name in update.model.reductions:
        over = update.reduced_over(update.memory[name])
        if over is None and batch_size == 1 and name in own and not own[name].per_batch:
            # The sum over a batch of one is its only element.
            over = "the batch"
        if over is None or (over != "the batch" and update.of_synapses):
            raise RuntimeError(
                "Custom updates uses reduction model but shape is incorrect: in "
                f"{update.title} {_misfit(update, name)}."
            )
        axes[name] = over
    if len(set(axes.values())) > 1 or "the batch and neurons" in axes.values():
        listed = ", ".join(f"'{name}' over {over}" for name, over in axes.items())
        raise RuntimeError(
            "Custom updates cannot perform batch and neuron reductions simultaneously: "
            f"{update.title} reduces to {listed}; reduce in two updates, the second of what the "
            "first made."
        )


def _misfit(update: CustomUpdateBase, name: str) -> str:
    """Return why something cannot be the target of a reduction, and what to do."""
    access = {var.name: var.access for var in update.model.vars}.get(name)
    if access is None:
        return (
            f"'{name}' refers to '{update.references[name].name}', which lacks none of the "
            "dimensions of what is reduced; refer to a variable that is READ_ONLY, to reduce over "
            "the batch, or READ_ONLY_SHARED_NEURON, to reduce over neurons"
        )
    if update.of_synapses and not access.per_element:
        return f"'{name}' is {access.name}, but synapses can only be reduced over the batch"
    what = "batch element" if access.per_element else "neuron"
    return (
        f"'{name}' is {access.name}, but nothing that the update refers to has a value for each "
        f"{what}; make it READ_WRITE"
    )
