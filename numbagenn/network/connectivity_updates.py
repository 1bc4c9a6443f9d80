"""Custom connectivity updates: operations that add and remove synapses of a population."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from numbagenn.base.array_conventions import Array
from numbagenn.base.enumerations import SynapseMatrixType, VarLocation
from numbagenn.base.wording import capitalised, shown
from numbagenn.memory.buffers import Buffer
from numbagenn.memory.connections import SparseConnectivity
from numbagenn.memory.dynamic_parameters import DynamicParams
from numbagenn.memory.rows import Rows
from numbagenn.memory.variables import Variable, VariableDict
from numbagenn.models.descriptions import CustomConnectivityUpdateModel
from numbagenn.network.bound_model import BoundModel
from numbagenn.network.groups import Group, GroupOfOneModel, OwningModel, ParamDict, Values
from numbagenn.network.reference_types import (
    ExtraGlobalParamReference,
    VariableReference,
    check_reference_type,
)
from numbagenn.network.synapse_groups import SynapseGroup, size_by_connections

References = Mapping[str, VariableReference]


class CustomConnectivityUpdate(GroupOfOneModel):
    """An operation on connections, made by `GeNNModel.add_custom_connectivity_update`."""

    kind = "custom connectivity update"
    model: CustomConnectivityUpdateModel

    def __init__(
        self,
        model: OwningModel,
        name: str,
        update_group_name: str,
        synapses: SynapseGroup,
        update: CustomConnectivityUpdateModel,
        params: Mapping[str, float],
        initial: tuple[Values, Values, Values],
        references: tuple[References, References, References],
        array_references: Mapping[str, ExtraGlobalParamReference],
    ) -> None:
        super().__init__(model, name)
        self.update_group_name = update_group_name
        self.model = update
        #: The synapse population that it changes.
        self.synapse_group = synapses
        #: Parameters by name.
        self.params = ParamDict(self.title, params)
        of_synapses, of_pre, of_post = references
        self.references = MappingProxyType(dict(of_synapses))
        self.pre_references = MappingProxyType(dict(of_pre))
        self.post_references = MappingProxyType(dict(of_post))
        self.array_references = MappingProxyType(dict(array_references))
        self.borrowed = frozenset(
            reference.buffer for some in references for reference in some.values()
        )
        #: Its variables of synapses, by name.
        self.vars = self._synapse_variables(
            update.vars, initial[0], synapses.connections, synapses.shared_kernel
        )
        #: Its variables of presynaptic neurons, by name.
        self.pre_vars = self._variables(
            update.pre_vars, initial[1], synapses.src.num_neurons, prefix="pre_"
        )
        #: Its variables of postsynaptic neurons, by name.
        self.post_vars = self._variables(
            update.post_vars, initial[2], synapses.trg.num_neurons, prefix="post_"
        )
        for variables in (self.vars, self.pre_vars, self.post_vars):
            for variable in variables.values():
                # It runs once for the whole batch.
                variable.buffer.per_batch = False
        #: Where rows have room to grow while it runs.
        self.rows = Rows(name, synapses.src.num_neurons, self._of_synapses())
        self.extra_global_params = self._arrays(update)
        self._dynamic_params[""] = DynamicParams(self.title, name, update, self.params)
        self._complete = True

    def _of_synapses(self) -> list[Buffer]:
        """Return the memory of the variables that `add_synapse` takes values for, in order."""
        own = [variable.buffer for variable in self.vars.values()]
        return own + [reference.buffer for reference in self.references.values()]

    @property
    def connections(self) -> SparseConnectivity:
        """The connections that it changes."""
        connections = self.synapse_group.connections
        assert isinstance(connections, SparseConnectivity)
        return connections

    def size_memory(self) -> None:
        """Size the memory of variables of synapses by their number."""
        size_by_connections(self.connections, self.vars)

    def buffers(self) -> list[tuple[Buffer, Variable | None]]:
        """Return the memory that the update owns."""
        groups = (self.vars, self.pre_vars, self.post_vars)
        return [(one.buffer, one) for variables in groups for one in variables.values()]

    def bound(self) -> BoundModel[CustomConnectivityUpdateModel]:
        """Return the model with its values, its memory and what it refers to."""
        variables = {**self.vars, **self.pre_vars, **self.post_vars, **self.extra_global_params}
        bound = self._bound("", self.model, self.params, variables)
        referred = {
            name: reference.group.shared(reference.buffer)
            for references in (self.references, self.pre_references, self.post_references)
            for name, reference in references.items()
        }
        arrays = {name: item.array.buffer for name, item in self.array_references.items()}
        return replace(bound, buffers={**bound.buffers, **referred, **arrays})

    def set_pre_var_location(self, name: str, location: VarLocation) -> None:
        """Say where a GPU is to hold a presynaptic variable; it has no effect here."""
        self._set_location(
            f"{self.model.family} presynaptic variable", name, self.pre_vars, location
        )

    def get_pre_var_location(self, name: str) -> VarLocation:
        """Return where a GPU would hold a presynaptic variable."""
        return self._locations.get(f"{self.model.family} presynaptic variable", name, self.pre_vars)

    def set_post_var_location(self, name: str, location: VarLocation) -> None:
        """Say where a GPU is to hold a postsynaptic variable; it has no effect here."""
        what = f"{self.model.family} postsynaptic variable"
        self._set_location(what, name, self.post_vars, location)

    def get_post_var_location(self, name: str) -> VarLocation:
        """Return where a GPU would hold a postsynaptic variable."""
        what = f"{self.model.family} postsynaptic variable"
        return self._locations.get(what, name, self.post_vars)

    def get_var_values(self, var_name: str) -> Array:
        """Return the values of a variable: deprecated, as in PyGeNN."""
        self._deprecated("get_var_values", f"vars['{var_name}'].values")
        return self.vars[var_name].values

    def initial_tables(self) -> tuple[VariableDict, ...]:
        """Return its variables of synapses, presynaptic and postsynaptic neurons."""
        return self.vars, self.pre_vars, self.post_vars


def check_synapses(title: str, synapses: object, known: Mapping[str, SynapseGroup]) -> None:
    """Raise unless connections of what a user gives can be changed.

    Raises
    ------
    RuntimeError
        If they are not sparse.
    TypeError
        If it is no synapse population.
    ValueError
        If it is not one of the model, whose populations are `known`.
    """
    if not isinstance(synapses, SynapseGroup):
        given = synapses.title if isinstance(synapses, Group) else shown(synapses)
        raise TypeError(f"{capitalised(title)} needs a synapse population, not {given}.")
    if known.get(synapses.name) is not synapses:
        raise ValueError(
            f"{capitalised(title)} needs synapses of this model, and {synapses.title} belongs to "
            "another."
        )
    if synapses.matrix_type is not SynapseMatrixType.SPARSE:
        raise RuntimeError(
            "Custom connectivity updates can only be attached to synapse groups with SPARSE "
            f"connectivity: {title} is given {synapses.title}, which is "
            f"{synapses.matrix_type.name}; add that as 'SPARSE'."
        )


def check_references(
    title: str,
    model: CustomConnectivityUpdateModel,
    synapses: SynapseGroup,
    references: tuple[References, References, References],
) -> None:
    """Raise unless what an update refers to fits its declarations and its synapses.

    Raises
    ------
    RuntimeError
        If a target belongs to other synapses, or has another size or type.
    """
    of_synapses, of_pre, of_post = references
    declared = (*model.var_refs, *model.pre_var_refs, *model.post_var_refs)
    given = {**of_synapses, **of_pre, **of_post}
    for reference in declared:
        check_reference_type(title, reference, given[reference.name])
    for name, target in of_synapses.items():
        if target.synapses is not synapses:
            raise RuntimeError(
                f"All referenced synaptic variables must refer to same synapse group: '{name}' of "
                f"{title} refers to '{target.name}' of {target.group.title}, and not to variables "
                f"of {synapses.title}."
            )
    sides = (("presynaptic", of_pre, synapses.src), ("postsynaptic", of_post, synapses.trg))
    for side, targets, population in sides:
        for name, target in targets.items():
            if target.synapses is not None or target.size != population.num_neurons:
                raise RuntimeError(
                    f"All referenced {side} variables must have the same size as {side} "
                    f"population: '{name}' of {title} refers to '{target.name}' of "
                    f"{target.group.title}, of which there are {target.size}, not "
                    f"{population.num_neurons}."
                )


def check_batch(update: CustomConnectivityUpdate, batch_size: int) -> None:
    """Raise unless the batch shares all variables of neurons that an update refers to.

    Raises
    ------
    RuntimeError
        If it does not, or delayed variables are of several populations.
    """
    sides = (("Presynaptic", update.pre_references), ("Postsynaptic", update.post_references))
    for side, references in sides:
        for name, target in references.items():
            if batch_size > 1 and target.buffer.per_batch:
                raise RuntimeError(
                    f"{side} variables referenced by CustomConnectivityUpdate must be SHARED "
                    f"across batches: '{name}' of {update.title} refers to '{target.name}' of "
                    f"{target.group.title}, of which each batch element has its own; reduce it to "
                    "one by a custom update first."
                )
        delayed = {target.group.name for target in references.values() if target.buffer.slots > 1}
        if len(delayed) > 1:
            raise RuntimeError(
                f"Referenced {side.lower()} variables with delays in {update.title} must all refer "
                f"to same neuron group, not to those of {', '.join(sorted(delayed))}."
            )
