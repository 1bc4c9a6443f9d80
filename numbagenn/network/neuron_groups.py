"""Populations of neurons: their variables, their spikes and the times of these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar, NoReturn

import numpy as np

from numbagenn.base.array_conventions import END, Array
from numbagenn.base.suggestions import did_you_mean
from numbagenn.base.types import TIMEPOINT
from numbagenn.base.user_warnings import warn_user
from numbagenn.base.wording import capitalised, shown
from numbagenn.memory.buffers import Buffer
from numbagenn.memory.dynamic_parameters import DynamicParams
from numbagenn.memory.events import Events
from numbagenn.memory.faults import Faults
from numbagenn.memory.recording import Recorder
from numbagenn.memory.variables import Variable
from numbagenn.models.descriptions import NeuronModel
from numbagenn.network.bound_model import BoundModel
from numbagenn.network.groups import GroupOfOneModel, OwningModel, ParamDict, Values
from numbagenn.network.locations import location_of


class NeuronGroup(GroupOfOneModel):
    """A population of neurons, made by `GeNNModel.add_neuron_population`."""

    kind = "neuron population"

    # Whether users can ask for the spikes of the last step; if so, they are always listed.
    shows_current_spikes: ClassVar[bool] = False

    model: NeuronModel
    spike_time_location = location_of("the times of spikes")
    prev_spike_time_location = location_of("the times of previous spikes")

    def __init__(
        self,
        model: OwningModel,
        name: str,
        num_neurons: int,
        neuron: NeuronModel,
        params: Mapping[str, float],
        initial: Values,
    ) -> None:
        super().__init__(model, name)
        #: Number of neurons.
        self.num_neurons = num_neurons
        self.model = neuron
        #: Parameters by name.
        self.params = ParamDict(self.title, params)
        #: Variables by name.
        self.vars = self._variables(neuron.vars, initial, num_neurons)
        self.extra_global_params = self._arrays(neuron)
        self._dynamic_params[""] = DynamicParams(self.title, name, neuron, self.params)
        self._spikes = Events(
            neurons=Buffer(f"{name}_spikes", "uint32_t", num_neurons, start=END),
            count=Buffer(f"{name}_num_spikes", "uint32_t", 1, per_element=False),
            faults=Faults.of_list(self.title, "spikes"),
            recorder=Recorder(self.title, num_neurons),
            times=None,
            prev_times=None,
        )
        self.spike_time_buffer = Buffer(f"{name}_st", TIMEPOINT, num_neurons)
        self.prev_spike_time_buffer = Buffer(f"{name}_prev_st", TIMEPOINT, num_neurons)
        self._spike_times = self._built_in(_SpikeTimes, "spike_times", self.spike_time_buffer)
        self._prev_spike_times = self._built_in(
            _SpikeTimes, "prev_spike_times", self.prev_spike_time_buffer
        )
        self._spike_recording_enabled = False
        self._spike_event_recording_enabled = False
        self._recording_zero_copy_enabled = False
        self._complete = True

    @property
    def spike_recording_enabled(self) -> bool:
        """Whether spikes are recorded; to be set before the model is built."""
        return self._spike_recording_enabled

    @spike_recording_enabled.setter
    def spike_recording_enabled(self, enabled: bool) -> None:
        self.genn_model.refuse_if_built(f"set spike_recording_enabled of {self.title}")
        self._spike_recording_enabled = bool(enabled)

    @property
    def spike_event_recording_enabled(self) -> bool:
        """Whether spike-like events are recorded, for each synapse population that defines some."""
        return self._spike_event_recording_enabled

    @spike_event_recording_enabled.setter
    def spike_event_recording_enabled(self, enabled: bool) -> None:
        self.genn_model.refuse_if_built(f"set spike_event_recording_enabled of {self.title}")
        self._spike_event_recording_enabled = bool(enabled)

    @property
    def recording_zero_copy_enabled(self) -> bool:
        """Whether a GPU would record into memory that the host sees, too; without effect here."""
        return self._recording_zero_copy_enabled

    @recording_zero_copy_enabled.setter
    def recording_zero_copy_enabled(self, enabled: bool) -> None:
        self.genn_model.refuse_if_built(f"set recording_zero_copy_enabled of {self.title}")
        self._recording_zero_copy_enabled = bool(enabled)

    @property
    def spike_recording_data(self) -> list[tuple[Array, Array]]:
        """Recorded spikes, as pulled last.

        Returns
        -------
        list of tuple of ndarray
            One ``(times, ids)`` for each batch element: times in ms as float64, neurons as int32,
            ordered by time step, then by word of 32 neurons, then by descending neuron.

        Raises
        ------
        RuntimeError
            If the population does not record, or the buffer has not been filled yet.
        """
        if not self._spike_recording_enabled:
            raise RuntimeError(
                f"Nothing is recorded from {self.title}; set its spike_recording_enabled = True "
                "before model.build()."
            )
        counts = self._spikes.count.device
        if counts is not None and not self.can_spike:
            # Nothing is recorded where nothing can spike.
            return [(np.zeros(0), np.zeros(0, np.int32)) for _ in counts]
        return self._spikes.recorder.data(self.genn_model.dt)

    @property
    def spike_times(self) -> Variable:
        """Time of the last spike of each neuron in ms, a large negative number if there is none.

        The times are kept where anything in the model uses them.
        """
        return self._spike_times

    @property
    def prev_spike_times(self) -> Variable:
        """Time of each neuron's last spike before the last step, in ms.

        The times are kept where anything in the model uses them.
        """
        return self._prev_spike_times

    @property
    def keeps_spike_times(self) -> bool:
        """Whether anything in the model uses the times of the last spikes."""
        return (
            "st" in self.model.usage.names
            or self.genn_model.needs(self.spike_time_buffer)
            or self.keeps_prev_spike_times
        )

    @property
    def keeps_prev_spike_times(self) -> bool:
        """Whether anything in the model uses the times of the spikes before the last step."""
        return self.genn_model.needs(self.prev_spike_time_buffer)

    @property
    def can_spike(self) -> bool:
        """Whether the model has a threshold condition."""
        return not self.model.threshold_condition_code.is_blank

    @property
    def spike_list(self) -> Events:
        """The memory of its spikes, with the times that anything in the model uses."""
        return replace(
            self._spikes,
            times=self.spike_time_buffer if self.keeps_spike_times else None,
            prev_times=self.prev_spike_time_buffer if self.keeps_prev_spike_times else None,
        )

    def buffers(self) -> list[tuple[Buffer, Variable | None]]:
        """Return the memory of the population."""
        own: list[tuple[Buffer, Variable | None]] = [(v.buffer, v) for v in self.vars.values()]
        return own + [(buffer, None) for buffer in self.spike_list.buffers()]

    def warn_of_suspicious_values(self) -> None:
        """Warn of suspicious values that the host has written since the last call."""
        memory = {**self.vars, **self.extra_global_params}
        buffers = {name: variable.buffer for name, variable in memory.items()}
        if self.model.value_warning is None or not any(
            buffer.is_new for buffer in buffers.values()
        ):
            return
        values = {}
        for name, buffer in buffers.items():
            buffer.is_new = False
            values[name] = buffer.in_slots[:, self.steps_asked % buffer.slots]
        warning = self.model.value_warning(values)
        if warning:
            warn_user(f"{capitalised(self.title)}: {warning}.")

    def bound(self) -> BoundModel[NeuronModel]:
        """Return the neuron model with its values and memory."""
        variables = {**self.vars, **self.extra_global_params}
        return self._bound("", self.model, self.params, variables)


# What makes a model keep times of spikes.
_WHAT_KEEPS_TIMES = {
    "spike_times": ("'st' in code", "create_spike_time_var_ref"),
    "prev_spike_times": (
        "'prev_st_pre' or 'prev_st_post' in the code of synapses",
        "create_prev_spike_time_var_ref",
    ),
}


class _SpikeTimes(Variable):
    """Times of spikes; when a model is loaded there are none."""

    def _loaded(self, action: str) -> Array:
        group = self.group
        assert isinstance(group, NeuronGroup)
        if self._view is None and group.genn_model.is_loaded:
            used, made = _WHAT_KEEPS_TIMES[self.name]
            raise RuntimeError(
                f"{capitalised(self._what)} is not kept, as nothing uses it; before "
                f"model.build(), use {used}, or give a custom update what {made}(…) returns."
            )
        return super()._loaded(action)

    def set_init_values(self, values: object) -> NoReturn:
        """Refuse: there are no spikes to start from."""
        raise RuntimeError(
            f"{capitalised(self._what)} starts from no spikes, not from what it is "
            "given; assign its values after model.load(), and push them to the device."
        )


def check_input(population: NeuronGroup, name: str) -> None:
    """Raise unless the neurons of a population have an input of this name."""
    known = ["Isyn", *(item.name for item in population.model.additional_input_vars)]
    if not isinstance(name, str) or name not in known:
        listed = ", ".join(f"'{item}'" for item in known)
        raise RuntimeError(
            f"Target neuron group has no input variable {shown(name)}: the inputs of "
            f"{population.title} are {listed}{did_you_mean(str(name), known)}"
        )
