"""Populations, current sources and custom updates with the methods that they had in PyGeNN 4.9."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn, Protocol, runtime_checkable

import numpy as np

from numbagenn.base.array_conventions import END, Array
from numbagenn.base.enumerations import SynapseMatrixConnectivity
from numbagenn.base.wording import capitalised, quoted, shown
from numbagenn.compat.v4_9.global_params import GlobalNumber
from numbagenn.compat.v4_9.wrapped import Wrapped, wrapped_group
from numbagenn.memory import variables
from numbagenn.memory.buffers import Buffer
from numbagenn.models.descriptions import (
    CurrentSourceModel,
    CustomUpdateModel,
    Model,
    NeuronModel,
    PostsynapticModel,
    WeightUpdateModel,
)
from numbagenn.models.given_values import ConnectivityInit, ToeplitzInit
from numbagenn.network import current_sources, custom_updates, groups, neuron_groups, synapse_groups


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


class ExtraGlobalNumber(variables.ExtraGlobalArray):
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
    """The same of sparse synapses, which have no `view`."""


class _Group(groups.Group):
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
        numbers = {
            one.name: ExtraGlobalNumber(one.name, arrays[one.name].buffer, self, self.title)
            for one in model.extra_global_params
            if isinstance(one, GlobalNumber)
        }
        merged = {**arrays, **numbers}
        return variables.ExtraGlobalArrayDict(capitalised(self.title), merged.values())

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


def _in_slots(buffer: Buffer) -> Array | None:
    host = buffer.host
    return None if host is None else host.reshape(-1, buffer.slots, buffer.count)


@runtime_checkable
class HasSynapses(Protocol):
    """A model that has populations of synapses."""

    @property
    def synapse_populations(self) -> Mapping[str, synapse_groups.SynapseGroup]:
        """The populations by name."""


class NeuronGroup(_Group, neuron_groups.NeuronGroup):
    """A population of neurons."""

    shows_current_spikes = True

    # Slot of the lists of spikes that was the newest one when they were pulled.
    _newest = 0

    @property
    def size(self) -> int:
        """Number of neurons."""
        return self.num_neurons

    @property
    def neuron(self) -> NeuronModel:
        """The neuron model."""
        return self.model

    @property
    def delay_slots(self) -> int:
        """Number of steps whose spikes are stored side by side: 1 without delays."""
        return self._spikes.neurons.slots

    @property
    def spike_recording_data(self) -> Any:
        """Recorded spikes, as pulled last.

        Returns
        -------
        tuple of ndarray, or list of such
            ``(times, ids)``, or in a batch one such tuple for each element: times in ms as
            float64, neurons as int64, ordered by time step and then by neuron.

        Raises
        ------
        RuntimeError
            As in `network.neuron_groups.NeuronGroup`.
        """
        result = []
        for times, ids in super().spike_recording_data:
            order = np.lexsort((ids, times))
            result.append((times[order], ids[order].astype(np.int64)))
        return result if len(result) > 1 else result[0]

    @property
    def spike_event_recording_data(self) -> Any:
        """Recorded spike-like events of all synapses that define some, as `spike_recording_data`.

        Raises
        ------
        RuntimeError
            If there are none, or the buffer has not been filled yet.
        """
        model = self.genn_model
        assert isinstance(model, HasSynapses)
        groups = [group for group in model.synapse_populations.values() if group.src is self]
        recorded = [one.pre_spike_event_recording_data for one in groups if "pre" in one.events]
        if not recorded:
            raise RuntimeError(f"Nothing defines spike-like events of {self.title}.")
        result = []
        for batch in zip(*recorded, strict=True):
            # A neuron has one event in a step, however many synapses define it.
            pairs = {pair for times, ids in batch for pair in zip(times, ids, strict=True)}
            ordered = np.array(sorted(pairs)).reshape(-1, 2)
            result.append((ordered[:, 0], ordered[:, 1].astype(np.int64)))
        return result if len(result) > 1 else result[0]

    def pull_spike_times_from_device(self) -> None:
        """Copy the times of the last spikes from the device to the host."""
        super().spike_times.pull_from_device()

    def push_spike_times_to_device(self) -> None:
        """Copy the times of the last spikes from the host to the device."""
        super().spike_times.push_to_device()

    def pull_prev_spike_times_from_device(self) -> None:
        """Copy the times of the spikes before the last step from the device to the host."""
        super().prev_spike_times.pull_from_device()

    def push_prev_spike_times_to_device(self) -> None:
        """Copy the times of the spikes before the last step from the host to the device."""
        super().prev_spike_times.push_to_device()

    @property
    def spike_times(self) -> Any:
        """Times of the last spikes on the host: by batch element, slot and neuron.

        None unless something in the model uses them.
        """
        return _in_slots(self.spike_time_buffer)

    @property
    def prev_spike_times(self) -> Any:
        """Times of the spikes before the last step, in the same form."""
        return _in_slots(self.prev_spike_time_buffer)

    def pull_current_spikes_from_device(self) -> None:
        """Copy the spikes of the last step to the host, as `current_spikes`.

        Raises
        ------
        RuntimeError
            If the model is not loaded.
        """
        self._require_loaded()
        self.flush()
        self._newest = self.steps_asked % self._spikes.neurons.slots
        for buffer in self._lists:
            self._in_newest(buffer)[:] = buffer.in_slots[:, self._newest]

    def push_current_spikes_to_device(self) -> None:
        """Copy `current_spikes` to the device: they are delivered in the next step.

        Raises
        ------
        RuntimeError
            If the model is not loaded.
        """
        self._require_loaded()
        self.flush()
        for buffer in self._lists:
            buffer.in_slots[:, self._newest] = self._in_newest(buffer)

    def pull_spikes_from_device(self) -> None:
        """Copy the spikes of all steps that are in memory to the host."""
        self._require_loaded()
        self.flush()
        for buffer in self._lists:
            buffer.pull()

    def push_spikes_to_device(self) -> None:
        """Copy the spikes of all steps that are in memory to the device."""
        self._require_loaded()
        self.flush()
        for buffer in self._lists:
            buffer.push()

    @property
    def _lists(self) -> tuple[Buffer, Buffer]:
        return self._spikes.neurons, self._spikes.count

    def _in_newest(self, buffer: Buffer) -> Array:
        """Return what the host holds of the newest step, a row for each batch element."""
        host, _ = buffer.arrays
        rows: Array = host.reshape(-1, buffer.slots, buffer.count)[:, self._newest]
        return rows

    @property
    def current_spikes(self) -> Any:
        """Neurons that spiked in the last step, as pulled last; can be assigned, and pushed.

        Returns
        -------
        ndarray, or list of ndarray
            Ascending uint32, in a batch one array for each element.

        Raises
        ------
        RuntimeError
            If the model is not loaded.
        """
        self._require_loaded()
        spikes, counts = map(self._in_newest, self._lists)
        result = [row[:count].copy() for row, (count,) in zip(spikes, counts, strict=True)]
        return result if len(result) > 1 else result[0]

    @current_spikes.setter
    def current_spikes(self, neurons: Any) -> None:
        self._require_loaded()
        self._newest = self.steps_asked % self._spikes.neurons.slots
        spikes, counts = map(self._in_newest, self._lists)
        given = [neurons] if len(spikes) == 1 else list(neurons)
        if len(given) != len(spikes):
            raise ValueError(
                f"The spikes of {self.title} need a list of {len(spikes)} arrays, one for each "
                f"batch element, not of {len(given)}."
            )
        listed = [np.unique(np.asarray(one, np.int64)) for one in given]
        for one in listed:
            if one.size and not 0 <= one[0] <= one[-1] < self.num_neurons:
                raise ValueError(
                    f"Spikes of {self.title} must be of neurons from 0 to {self.num_neurons - 1}, "
                    f"not {shown(one)}."
                )
        for row, count, one in zip(spikes, counts, listed, strict=True):
            row[: len(one)] = one
            row[len(one) :] = END
            count[:] = len(one)

    def _require_loaded(self) -> None:
        if not self.genn_model.is_loaded:
            raise RuntimeError(
                f"Spikes of {self.title} cannot be read: the model is not loaded; call "
                "model.load() first."
            )


class SynapseGroup(_Group, synapse_groups.SynapseGroup):
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
    def num_synapses(self) -> int:
        """Number of synapses."""
        return self.connections.num_synapses

    @property
    def max_row_length(self) -> int:
        """Largest number of synapses that a presynaptic neuron has, or may have."""
        return self.max_connections

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


class CurrentSource(_Group, current_sources.CurrentSource):
    """A source of current for a population."""

    @property
    def current_source_model(self) -> CurrentSourceModel:
        """The current source model."""
        return self.model

    @property
    def size(self) -> int:
        """Number of neurons of the population."""
        return self.target_pop.num_neurons


class CustomUpdate(_Group, custom_updates.CustomUpdate):
    """An operation on variables of neurons that runs on request."""

    @property
    def custom_update_model(self) -> CustomUpdateModel:
        """The custom update model."""
        return self.model


class CustomUpdateWU(_Group, custom_updates.CustomUpdateWU):
    """An operation on variables of synapses that runs on request."""

    @property
    def custom_update_model(self) -> CustomUpdateModel:
        """The custom update model."""
        return self.model

    def get_var_values(self, var_name: str) -> Array:
        """Return a copy of a variable on the host, one number for each synapse."""
        variable = self.vars[var_name]
        assert isinstance(variable, Variable)
        return variable.host_values()
