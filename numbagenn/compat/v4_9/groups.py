"""Populations, current sources and custom updates with the methods that they had in PyGeNN 4.9."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from numbagenn.base.array_conventions import Array
from numbagenn.base.wording import capitalised, quoted
from numbagenn.memory import variables
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

    def host_values(self) -> Array:
        """Return a copy of the host array, which is what 5.x calls `values`."""
        values: Array = self._loaded("read").copy()
        return values

    @property
    def current_values(self) -> Array:
        """The part of the host array that belongs to the last step: all of it, without delays."""
        return self._current(self.host_values())


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

    def push_extra_global_param_to_device(self, egp_name: str, size: int | None = None) -> None:
        """Copy an extra global parameter from the host to the device.

        `size` was needed in PyGeNN 4.9, and is ignored.
        """
        self._extra_global_param(egp_name).push_to_device()

    def pull_extra_global_param_from_device(self, egp_name: str, size: int | None = None) -> None:
        """Copy an extra global parameter from the device to the host.

        `size` was needed in PyGeNN 4.9, and is ignored.
        """
        self._extra_global_param(egp_name).pull_from_device()

    def _extra_global_param(self, name: str) -> Any:
        known = self.extra_global_params
        if name not in known:
            listed = quoted(known)
            title = capitalised(self.title)
            raise KeyError(f"{title} has no extra global parameter '{name}'; it has {listed}.")
        return known[name]


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

    def pull_current_spikes_from_device(self) -> None:
        """Copy the spikes of the last step to the host, as `current_spikes`.

        Raises
        ------
        RuntimeError
            If the model is not loaded.
        """
        self._require_loaded()
        self.flush()
        for buffer in (self._spikes.neurons, self._spikes.count):
            buffer.pull()
        self._newest = self.steps_asked % self._spikes.neurons.slots

    @property
    def current_spikes(self) -> Any:
        """Neurons that spiked in the last step, as pulled last.

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
        spikes, counts = (
            buffer.arrays[0].reshape(-1, buffer.slots, buffer.count)[:, self._newest]
            for buffer in (self._spikes.neurons, self._spikes.count)
        )
        result = [row[:count].copy() for row, (count,) in zip(spikes, counts, strict=True)]
        return result if len(result) > 1 else result[0]

    def _require_loaded(self) -> None:
        if not self.genn_model.is_loaded:
            raise RuntimeError(
                f"Spikes of {self.title} cannot be read: the model is not loaded; call "
                "model.load() first."
            )


class SynapseGroup(_Group, synapse_groups.SynapseGroup):
    """Synapses from one population to another."""

    default_dendritic_delay_timesteps = 1

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
    def size(self) -> int:
        """Number of neurons of the population."""
        return self.target_pop.num_neurons


class CustomUpdate(_Group, custom_updates.CustomUpdate):
    """An operation that runs on request."""
