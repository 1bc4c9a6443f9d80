"""Custom updates: operations on variables of groups, and the references to these variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Protocol

from numbagenn.base.array_conventions import Array
from numbagenn.base.suggestions import did_you_mean
from numbagenn.base.wording import quoted
from numbagenn.memory.buffers import Buffer
from numbagenn.memory.dynamic_parameters import DynamicParams
from numbagenn.memory.variables import KernelSize, Variable
from numbagenn.models.descriptions import CustomUpdateModel
from numbagenn.network.bound_model import BoundModel
from numbagenn.network.groups import GroupOfOneModel, OwningModel, ParamDict, Values
from numbagenn.network.reference_types import ExtraGlobalParamReference, VariableReference
from numbagenn.network.synapse_groups import SynapseGroup, size_by_connections


class CustomUpdateBase(GroupOfOneModel):
    """An operation on variables: a `CustomUpdate` or a `CustomUpdateWU`."""

    kind = "custom update"
    model: CustomUpdateModel

    def __init__(
        self,
        model: OwningModel,
        name: str,
        update_group_name: str,
        update: CustomUpdateModel,
        params: Mapping[str, float],
        initial: Values,
        references: Mapping[str, VariableReference],
        array_references: Mapping[str, ExtraGlobalParamReference],
    ) -> None:
        super().__init__(model, name)
        self.update_group_name = update_group_name
        self.model = update
        #: Parameters by name.
        self.params = ParamDict(self.title, params)
        # These cannot change later, so an update refers only to older ones, never in a cycle.
        self.references = MappingProxyType(dict(references))
        self.array_references = MappingProxyType(dict(array_references))
        self.borrowed = frozenset(reference.buffer for reference in references.values())
        first, *_ = references.values()
        self.size = first.size
        self._synapses = first.synapses
        self.columns = 0 if first.synapses is None else first.synapses.trg.num_neurons
        #: Size of the kernel that it is of, if it is of one.
        self.kernel = KernelSize() if first.synapses is None else first.synapses.shared_kernel
        # The update has a dimension if anything that it refers to has that dimension.
        elements = [reference.buffer for reference in references.values()]
        self.per_batch = any(buffer.per_batch for buffer in elements)
        self.per_element = any(buffer.per_element for buffer in elements)
        if first.synapses is not None and self.per_element:
            connections = first.synapses.connections
            #: Variables of its own by name.
            kernel = first.synapses.shared_kernel
            self.vars = self._synapse_variables(update.vars, initial, connections, kernel)
        else:
            self.vars = self._variables(update.vars, initial, self.count)
        for variable in self.vars.values():
            variable.buffer.per_batch &= self.per_batch
            variable.buffer.per_element &= self.per_element
        self.extra_global_params = self._arrays(update)
        self._dynamic_params[""] = DynamicParams(self.title, name, update, self.params)
        self._complete = True

    @property
    def count(self) -> int:
        """Number of neurons or synapses for which the code is run in each batch element."""
        return self.size if self.per_element else 1

    @property
    def inds(self) -> tuple[Buffer, Buffer] | None:
        """Memory of both neurons of each synapse, for an update of synapses that are lists."""
        return None if self._synapses is None else self._synapses.connections.inds

    def size_memory(self) -> None:
        """Size the memory of variables of synapses by their number."""
        if self._synapses is not None:
            size_by_connections(self._synapses.connections, self.vars)

    @property
    def of_synapses(self) -> bool:
        """Whether the update is of synapses rather than neurons."""
        return self._synapses is not None

    @property
    def transposing(self) -> VariableReference | None:
        """The reference whose variable the update copies to transposed positions, if any."""
        for reference in self.references.values():
            if reference.transposed is not None:
                return reference
        return None

    @property
    def memory(self) -> dict[str, Buffer]:
        """Memory by name in the code: the update's own, and what it refers to."""
        own = {name: variable.buffer for name, variable in self.vars.items()}
        return own | {
            name: reference.group.shared(reference.buffer)
            for name, reference in self.references.items()
        }

    def reduced_over(self, target: Buffer) -> str | None:
        """Return the dimension that the update has and the target of a reduction lacks.

        Returns
        -------
        str or None
            ``"the batch"``, ``"neurons"``, ``"the batch and neurons"``, or None.
        """
        batch = self.per_batch and not target.per_batch
        neurons = self.per_element and not target.per_element
        if batch and neurons:
            return "the batch and neurons"
        return "the batch" if batch else "neurons" if neurons else None

    def buffers(self) -> list[tuple[Buffer, Variable | None]]:
        """Return the memory that the update owns."""
        return [(variable.buffer, variable) for variable in self.vars.values()]

    def bound(self) -> BoundModel[CustomUpdateModel]:
        """Return the model with its values, its memory and what it refers to."""
        variables = {**self.vars, **self.extra_global_params}
        bound = self._bound("", self.model, self.params, variables)
        arrays = {name: item.array.buffer for name, item in self.array_references.items()}
        return replace(bound, buffers={**bound.buffers, **self.memory, **arrays})


class CustomUpdate(CustomUpdateBase):
    """An operation on variables of neurons, made by `GeNNModel.add_custom_update`."""

    @property
    def num_neurons(self) -> int:
        """Number of neurons that the update refers to."""
        return self.size


class CustomUpdateWU(CustomUpdateBase):
    """An operation on variables of synapses, made by `GeNNModel.add_custom_update`."""

    @property
    def synapse_group(self) -> SynapseGroup:
        """The synapse population that the update refers to."""
        assert self._synapses is not None
        return self._synapses

    def get_var_values(self, var_name: str) -> Array:
        """Return the values of a variable: deprecated, as in PyGeNN."""
        self._deprecated("get_var_values", f"vars['{var_name}'].values")
        return self.vars[var_name].values


class _InGroup(Protocol):
    """An update that runs together with those of its group."""

    update_group_name: str


def names_in_group(
    updates: Mapping[str, CustomUpdateBase],
    others: Mapping[str, _InGroup],
    group_name: str,
    error: type[Exception],
) -> list[str]:
    """Return the names of the custom updates that run together under a name.

    Parameters
    ----------
    updates
        All custom updates of a model.
    others
        Its custom connectivity updates, which run under the same names.
    group_name
        The name under which they run.
    error
        What to raise if there are none.
    """
    names = [name for name, update in updates.items() if update.update_group_name == group_name]
    groups = {update.update_group_name for update in (*updates.values(), *others.values())}
    if group_name not in groups:
        known = sorted(groups)
        hint = did_you_mean(str(group_name), known, f"; the groups are {quoted(known)}.")
        raise error(f"Unknown custom update group '{group_name}'{hint}")
    return names
