"""Populations, current sources and custom updates with the methods that they had in PyGeNN 4.9."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

import numpy as np

from numbagenn.base.array_conventions import Array
from numbagenn.base.enumerations import SynapseMatrixConnectivity
from numbagenn.base.wording import capitalised, quoted, shown
from numbagenn.compat.v4_9.global_params import GlobalNumber
from numbagenn.compat.v4_9.wrapped import Wrapped, wrapped_group
from numbagenn.memory import variables
from numbagenn.memory.buffers import Buffer
from numbagenn.memory.connections import SparseConnectivity
from numbagenn.models.descriptions import (
    CurrentSourceModel,
    CustomUpdateModel,
    Model,
    PostsynapticModel,
    WeightUpdateModel,
)
from numbagenn.models.given_values import ConnectivityInit, ToeplitzInit
from numbagenn.network import current_sources, custom_updates, groups, synapse_groups


class Variable(variables.Variable):
    """A variable whose `values` are those that it starts from, as in PyGeNN 4.9."""

    @property
    def values(self) -> Any:
        """Array that the variable starts from; None if it starts from a number or a snippet.

        Raises
        ------
        RuntimeError
            On assignment, if the model is loaded already.
        """
        initial = self.initial
        return np.asarray(initial) if isinstance(initial, (list, tuple, np.ndarray)) else None

    @values.setter
    def values(self, values: object) -> None:
        if self._view is not None:
            raise RuntimeError(
                f"{capitalised(self._what)} is in use, and its 'values' are what it "
                "started from; write view[:] = …, and push it to the device."
            )
        self.set_init_values(values)

    def set_values(self, values: object) -> None:
        """Set what the variable starts from."""
        self.values = values

    def set_extra_global_init_param(self, param_name: str, values: object) -> None:
        """Set what an extra global parameter of the snippet that initialises it holds."""
        self.extra_global_params[param_name].set_init_values(values)

    def host_values(self) -> Array:
        """Return a copy of the host array, which is what 5.x calls `values`."""
        values: Array = self._loaded("read").copy()
        return values

    @property
    def current_values(self) -> Array:
        """The part of the host array that belongs to the last step: all of it, without delays."""
        return self._current(self.host_values())


class ExtraGlobalArray(variables.ExtraGlobalArray):
    """An array whose `values` are those that it starts from, as in PyGeNN 4.9."""

    #: What PyGeNN 4.9 says of arrays.
    is_scalar = False

    @property
    def values(self) -> Any:
        """Array that it starts from; None if it has none."""
        return None if self.initial is None else np.asarray(self.initial)

    @values.setter
    def values(self, values: object) -> None:
        self.set_init_values(values)

    def set_values(self, values: object) -> None:
        """Set what the array holds when the model is loaded."""
        self.set_init_values(values)


class ExtraGlobalNumber(ExtraGlobalArray):
    """The number, in a `view` of one element that is in use as soon as it is written.

    It is 0 as long as nothing sets it.
    """

    def __init__(self, name: str, buffer: Buffer, group: Any, owner: str) -> None:
        super().__init__(name, buffer, group, owner)
        self.set_init_values(0)

    def set_init_values(self, values: object) -> None:
        """Set the number that the model starts from."""
        super().set_init_values([values] if np.isscalar(values) else values)

    #: What PyGeNN 4.9 says of numbers.
    is_scalar = True

    def update(self) -> None:
        """Let the steps from now on see what the host has written."""
        if self.buffer.host is not None:
            host, device = self.buffer.arrays
            if (host != device[0]).any():
                self.group.flush()
                self.buffer.push()

    def push_to_device(self) -> NoReturn:
        """Refuse: the number is in use as soon as its view is written."""
        raise self._needless("pushed")

    def pull_from_device(self) -> NoReturn:
        """Refuse: the number is only changed on the host."""
        raise self._needless("pulled")

    def _needless(self, done: str) -> RuntimeError:
        return RuntimeError(
            f"Only pointer-type extra global parameters need to be {done}, and {self._what} is a "
            "number: write its view."
        )


class SparseVariable(Variable, variables.SparseVariable):
    """The same of sparse synapses, whose `view` has the rows one after the other, of one length.

    A row is as long as `SynapseGroup.max_row_length`, whether it has as many synapses or not.
    """

    # The array that `view` is of, and the host array that it belongs to.
    _rows: Array | None = None
    _rows_of: Array | None = None

    @property
    def view(self) -> Array | None:  # type: ignore[override]
        """The values on the host, to be written in place; None unless the model is loaded."""
        host = self._view
        if host is None:
            return None
        if self._rows_of is not host:
            places, size = self._places()
            self._rows_of, self._rows = host, np.zeros((*host.shape[:-1], size), host.dtype)
            self._rows[..., places] = host
        return self._rows

    def _places(self) -> tuple[Array, int]:
        """Return where in the rows each synapse is, and the number of places."""
        connections = self.connections
        assert isinstance(connections, SparseConnectivity)
        assert connections.synapses is not None
        pre, _ = connections.synapses
        # Of the synapses, or of the synapses that a custom update works on.
        synapses: Any = self.group
        length = synapses.synapse_group.max_connections
        starts = np.searchsorted(pre, np.arange(connections.num_pre))
        return pre.astype(np.int64) * length + np.arange(len(pre)) - starts[pre], (
            connections.num_pre * length
        )

    @property
    def _written_rows(self) -> Array | None:
        """The array behind `view`, if anybody has asked for it since the model was loaded."""
        return self._rows if self._rows_of is self._view else None

    def take_rows(self) -> None:
        """Let the host array hold what was written to `view`."""
        host, rows = self._view, self._written_rows
        if host is not None and rows is not None:
            host[...] = rows[..., self._places()[0]]

    def show_rows(self) -> None:
        """Let `view` show what the host array holds."""
        rows = self._written_rows
        if rows is not None:
            rows[..., self._places()[0]] = self._view

    def host_values(self) -> Array:
        """Return a copy of the values on the host, one for each synapse."""
        self.take_rows()
        return super().host_values()

    def push_to_device(self) -> None:
        """Copy the values from the host to the device."""
        self.take_rows()
        super().push_to_device()

    def pull_from_device(self) -> None:
        """Copy the values from the device to the host."""
        super().pull_from_device()
        self.show_rows()


class BaseGroup(groups.Group):
    """What groups of all kinds have."""

    variable_type = Variable
    sparse_variable_type = SparseVariable

    def _deprecated(self, method: str, instead: str) -> None:
        # In PyGeNN 4.9 it was not.
        pass

    def _tables(self) -> list[Mapping[str, variables.Variable]]:
        return [self._own_variables()]

    @property
    def pop(self) -> Wrapped:
        """What PyGeNN 4.9 wraps, for settings such as ``pop.set_max_connections(10)``."""
        return wrapped_group(self)

    def set_var(self, var_name: str, values: object) -> None:
        """Set what a variable starts from."""
        self._own_variables()[var_name].set_init_values(values)

    def push_var_to_device(self, var_name: str) -> None:
        """Copy a variable from the host to the device, whichever side of synapses it is of."""
        self._variable(var_name).push_to_device()

    def pull_var_from_device(self, var_name: str) -> None:
        """Copy a variable from the device to the host, whichever side of synapses it is of."""
        self._variable(var_name).pull_from_device()

    def _variable(self, name: str) -> variables.Variable:
        tables = self._tables()
        return next((table[name] for table in tables if name in table), None) or tables[0][name]

    def push_state_to_device(self) -> None:
        """Copy all variables from the host to the device."""
        for table in self._tables():
            for variable in table.values():
                variable.push_to_device()

    def pull_state_from_device(self) -> None:
        """Copy all variables from the device to the host."""
        for table in self._tables():
            for variable in table.values():
                variable.pull_from_device()

    def set_extra_global_param(self, egp_name: str, values: object) -> None:
        """Set what an extra global parameter holds when the model is loaded."""
        self._extra_global_param(egp_name).set_init_values(values)

    def add_extra_global_param(self, egp_name: str, values: object) -> None:
        """Set what an extra global parameter holds: the name of `set_extra_global_param` before."""
        self.set_extra_global_param(egp_name, values)

    def push_extra_global_param_to_device(self, egp_name: str, size: int | None = None) -> None:
        """Copy an extra global parameter from the host to the device.

        `size` was needed before PyGeNN 4.9. If it is given, it has to be right.
        """
        array = self._extra_global_param(egp_name)
        _check_size(array, size)
        array.push_to_device()

    def pull_extra_global_param_from_device(self, egp_name: str, size: int | None = None) -> None:
        """Copy an extra global parameter from the device to the host.

        `size` was needed before PyGeNN 4.9. If it is given, it has to be right.
        """
        array = self._extra_global_param(egp_name)
        _check_size(array, size)
        array.pull_from_device()

    def _arrays(self, model: Model, prefix: str = "") -> variables.ExtraGlobalArrayDict:
        """Create the extra global parameters of a description; some of them are numbers."""
        arrays = super()._arrays(model, prefix)
        own = (
            (ExtraGlobalNumber if isinstance(one, GlobalNumber) else ExtraGlobalArray)(
                one.name, arrays[one.name].buffer, self, self.title
            )
            for one in model.extra_global_params
        )
        return variables.ExtraGlobalArrayDict(capitalised(self.title), own)

    def _extra_global_param(self, name: str) -> variables.ExtraGlobalArray:
        return self._found(self.extra_global_params, name)

    def _found(
        self, known: Mapping[str, variables.ExtraGlobalArray], name: str
    ) -> variables.ExtraGlobalArray:
        if name not in known:
            listed = quoted(known)
            title = capitalised(self.title)
            raise KeyError(f"{title} has no extra global parameter '{name}'; it has {listed}.")
        return known[name]


def _check_size(array: variables.ExtraGlobalArray, size: int | None) -> None:
    if size is not None and array.view is not None and size != len(array.view):
        raise ValueError(
            "The size parameter doesn't match the size of the extra global parameter data: "
            f"'{array.name}' has {len(array.view)} values, not {shown(size)}; leave it out."
        )


class SynapseGroup(BaseGroup, synapse_groups.SynapseGroup):
    """Synapses from one population to another."""

    default_dendritic_delay_timesteps = 1

    @property
    def in_syn(self) -> Array | None:
        """What synapses have added up for each neuron, on the host; in a batch a row for each.

        PyGeNN 4.9 has an axis for the batch even where its size is 1.
        """
        out_post = self.out_post
        return None if out_post is None else out_post.buffer.host

    def push_in_syn_to_device(self) -> None:
        """Copy `in_syn` to the device."""
        self.own_out_post.push_to_device()

    def pull_in_syn_from_device(self) -> None:
        """Copy `in_syn` from the device."""
        self.own_out_post.pull_from_device()

    @property
    def w_update(self) -> WeightUpdateModel:
        """The weight update model."""
        return self.weight_update.model

    @property
    def postsyn(self) -> PostsynapticModel:
        """The postsynaptic model."""
        return self.postsynaptic.model

    @property
    def connectivity_initialiser(self) -> ConnectivityInit | ToeplitzInit | None:
        """What `init_connectivity` or `init_toeplitz_connectivity` returned, if it was used."""
        return self.connectivity_init

    @property
    def weight_sharing_master(self) -> None:
        """The population whose weights it shares: none."""
        return

    @property
    def has_individual_synapse_vars(self) -> bool:
        """Whether each synapse has variables of its own."""
        return bool(self.vars)

    @property
    def has_kernel_synapse_vars(self) -> bool:
        """Whether synapses share variables in a kernel."""
        return bool(self.shared_kernel)

    @property
    def has_individual_postsynaptic_vars(self) -> bool:
        """Whether each postsynaptic neuron has variables of its own for these synapses."""
        return bool(self.psm_vars)

    @property
    def has_procedural_connectivity(self) -> bool:
        """Whether a GPU would make the connections whenever it needs them."""
        return bool(self.matrix_type & SynapseMatrixConnectivity.PROCEDURAL)

    @property
    def has_procedural_weights(self) -> bool:
        """Whether a GPU would compute the variables whenever it needs them."""
        return self.computes_weights

    @property
    def is_connectivity_init_required(self) -> bool:
        """Whether `set_sparse_connections` has to give the connections of sparse synapses."""
        return self.connectivity_init is None and self.weight_sharing_master is None

    @property
    def num_synapses(self) -> int:
        """Number of synapses."""
        return self.connections.num_synapses

    @property
    def max_row_length(self) -> int:
        """Largest number of synapses that a presynaptic neuron has, or may have."""
        return self.max_connections

    @property
    def row_lengths(self) -> Array | None:
        """Number of synapses of each presynaptic neuron, if `set_sparse_connections` was used."""
        given = self._given_connections()
        return None if given is None else np.bincount(given[0], minlength=self.src.num_neurons)

    @property
    def ind(self) -> Array | None:
        """Postsynaptic neurons of the synapses, row by row, in the same case."""
        given = self._given_connections()
        return None if given is None else given[1]

    def _given_connections(self) -> tuple[Array, Array] | None:
        return self.connections.synapses if self.connections_set else None

    @property
    def is_dense(self) -> bool:
        """Whether there is a synapse for each pair of neurons."""
        return self.matrix_type & SynapseMatrixConnectivity.DENSE

    @property
    def is_ragged(self) -> bool:
        """Whether the synapses are in lists."""
        return self.matrix_type & SynapseMatrixConnectivity.SPARSE

    @property
    def is_bitmask(self) -> bool:
        """Whether there is a bit for each pair of neurons."""
        return self.matrix_type & SynapseMatrixConnectivity.BITMASK

    @property
    def is_toeplitz(self) -> bool:
        """Whether the synapses are those of a convolution."""
        return self.matrix_type & SynapseMatrixConnectivity.TOEPLITZ

    def set_psm_var(self, var_name: str, values: object) -> None:
        """Set what a variable of the postsynaptic model starts from."""
        self.psm_vars[var_name].set_init_values(values)

    def set_pre_var(self, var_name: str, values: object) -> None:
        """Set what a presynaptic variable starts from."""
        self.pre_vars[var_name].set_init_values(values)

    def set_post_var(self, var_name: str, values: object) -> None:
        """Set what a postsynaptic variable starts from."""
        self.post_vars[var_name].set_init_values(values)

    def set_psm_extra_global_param(self, egp_name: str, values: object) -> None:
        """Set what an extra global parameter of the postsynaptic model holds."""
        self._found(self.psm_extra_global_params, egp_name).set_init_values(values)

    def set_connectivity_extra_global_param(self, egp_name: str, values: object) -> None:
        """Set what an extra global parameter of the connectivity snippet holds."""
        self._found(self.connectivity_extra_global_params, egp_name).set_init_values(values)

    def _tables(self) -> list[Mapping[str, variables.Variable]]:
        return [self.vars, self.pre_vars, self.post_vars, self.psm_vars]

    @property
    def ps_target_var(self) -> str:
        """Name of the input of the postsynaptic neurons that the synapses drive."""
        return self.post_target_var

    @ps_target_var.setter
    def ps_target_var(self, name: str) -> None:
        self.post_target_var = name

    def get_var_values(self, var_name: str) -> Array:
        """Return a copy of a variable on the host, one number for each synapse."""
        variable = self.vars[var_name]
        assert isinstance(variable, Variable)
        return variable.host_values()

    def push_psm_var_to_device(self, var_name: str) -> None:
        """Copy a variable of the postsynaptic model from the host to the device."""
        self.psm_vars[var_name].push_to_device()

    def pull_psm_var_from_device(self, var_name: str) -> None:
        """Copy a variable of the postsynaptic model from the device to the host."""
        self.psm_vars[var_name].pull_from_device()

    def push_pre_var_to_device(self, var_name: str) -> None:
        """Copy a presynaptic variable from the host to the device."""
        self.pre_vars[var_name].push_to_device()

    def pull_pre_var_from_device(self, var_name: str) -> None:
        """Copy a presynaptic variable from the device to the host."""
        self.pre_vars[var_name].pull_from_device()

    def push_post_var_to_device(self, var_name: str) -> None:
        """Copy a postsynaptic variable from the host to the device."""
        self.post_vars[var_name].push_to_device()

    def pull_post_var_from_device(self, var_name: str) -> None:
        """Copy a postsynaptic variable from the device to the host."""
        self.post_vars[var_name].pull_from_device()


class CurrentSource(BaseGroup, current_sources.CurrentSource):
    """A source of current for a population."""

    @property
    def current_source_model(self) -> CurrentSourceModel:
        """The current source model."""
        return self.model

    @property
    def size(self) -> int:
        """Number of neurons of the population."""
        return self.target_pop.num_neurons


class CustomUpdate(BaseGroup, custom_updates.CustomUpdate):
    """An operation on variables of neurons that runs on request."""

    #: Whether it works on variables of synapses.
    custom_wu_update = False

    @property
    def custom_update_model(self) -> CustomUpdateModel:
        """The custom update model."""
        return self.model


class CustomUpdateWU(BaseGroup, custom_updates.CustomUpdateWU):
    """An operation on variables of synapses that runs on request."""

    #: Whether it works on variables of synapses.
    custom_wu_update = True

    @property
    def custom_update_model(self) -> CustomUpdateModel:
        """The custom update model."""
        return self.model

    def get_var_values(self, var_name: str) -> Array:
        """Return a copy of a variable on the host, one number for each synapse."""
        variable = self.vars[var_name]
        assert isinstance(variable, Variable)
        return variable.host_values()
