"""Populations of neurons as in PyGeNN 4.9, with the arrays of their spikes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

import numpy as np

from numbagenn.base.array_conventions import Array
from numbagenn.compat.v4_9.event_arrays import EventArrays
from numbagenn.compat.v4_9.groups import BaseGroup
from numbagenn.memory.buffers import Buffer
from numbagenn.memory.events import Events
from numbagenn.models.descriptions import NeuronModel
from numbagenn.network import neuron_groups, synapse_groups


def _in_slots(buffer: Buffer) -> Array | None:
    host = buffer.host
    return None if host is None else host.reshape(-1, buffer.slots, buffer.count)


def _first_in_slots(buffers: list[Buffer]) -> Array | None:
    return _in_slots(buffers[0]) if buffers else None


@runtime_checkable
class HasSynapses(Protocol):
    """A model that has populations of synapses."""

    @property
    def synapse_populations(self) -> Mapping[str, synapse_groups.SynapseGroup]:
        """The populations by name."""


class NeuronGroup(BaseGroup, neuron_groups.NeuronGroup):
    """A population of neurons."""

    shows_current_spikes = True

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._spike_arrays = EventArrays(self, "spikes", lambda group: [group._spikes])
        self._event_arrays = EventArrays(self, "spike-like events", NeuronGroup._events)

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
        recorded = [group.pre_spike_event_recording_data for group in self._defining_events()]
        if not recorded:
            raise RuntimeError(f"Nothing defines spike-like events of {self.title}.")
        result = []
        for batch in zip(*recorded, strict=True):
            # A neuron has one event in a step, however many synapses define it.
            pairs = {pair for times, ids in batch for pair in zip(times, ids, strict=True)}
            ordered = np.array(sorted(pairs)).reshape(-1, 2)
            result.append((ordered[:, 0], ordered[:, 1].astype(np.int64)))
        return result if len(result) > 1 else result[0]

    # mlGeNN reads the bits itself.

    @property
    def _event_recording_words(self) -> int:
        return self._spikes.recorder.num_words

    @property
    def _spike_recording_data(self) -> Array | None:
        """Recorded spikes as bits in words: by time step, batch element and neuron, in one row."""
        words = self._spikes.recorder.words
        return None if words is None else words.swapaxes(0, 1).ravel()

    @property
    def _spike_event_recording_data(self) -> Array | None:
        """Recorded spike-like events in the same form."""
        pulled = [events.recorder.words for events in self._events()]
        words = [one for one in pulled if one is not None]
        return np.bitwise_or.reduce(words).swapaxes(0, 1).ravel() if words else None

    def _defining_events(self) -> list[synapse_groups.SynapseGroup]:
        """Return the synapse populations that define spike-like events of these neurons."""
        model = self.genn_model
        assert isinstance(model, HasSynapses)
        groups = model.synapse_populations.values()
        return [group for group in groups if group.src is self and "pre" in group.events]

    def _events(self) -> list[Events]:
        return [group.events["pre"] for group in self._defining_events()]

    # Times ------------------------------------------------------------------------------------

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

    @property
    def spike_event_times(self) -> Any:
        """Times of the last spike-like events, in the same form."""
        return _first_in_slots(self._event_times())

    @property
    def prev_spike_event_times(self) -> Any:
        """Times of the spike-like events before the last step, in the same form."""
        return _first_in_slots(self._prev_event_times())

    def pull_spike_event_times_from_device(self) -> None:
        """Copy the times of the last spike-like events from the device to the host."""
        self._pull_latest(self._event_times())

    def push_spike_event_times_to_device(self) -> None:
        """Copy the times of the last spike-like events from the host to the device."""
        self._push_to_all(self._event_times())

    def pull_prev_spike_event_times_from_device(self) -> None:
        """Copy the times of the events before the last step from the device to the host."""
        self._pull_latest(self._prev_event_times())

    def push_prev_spike_event_times_to_device(self) -> None:
        """Copy the times of the events before the last step from the host to the device."""
        self._push_to_all(self._prev_event_times())

    def _event_times(self) -> list[Buffer]:
        return [events.times for events in self._events() if events.times is not None]

    def _prev_event_times(self) -> list[Buffer]:
        return [events.prev_times for events in self._events() if events.prev_times is not None]

    def _pull_latest(self, buffers: list[Buffer]) -> None:
        """Let the host see the latest time for each neuron, where several synapses have events."""
        self.flush()
        for buffer in buffers:
            buffer.pull()
        for buffer in buffers[1:]:
            host, _ = buffers[0].arrays
            np.maximum(host, buffer.arrays[0], out=host)

    def _push_to_all(self, buffers: list[Buffer]) -> None:
        self.flush()
        for buffer in buffers:
            host, _ = buffer.arrays
            host[...] = buffers[0].arrays[0]
            buffer.push()

    # Lists of spikes and of spike-like events -------------------------------------------------

    @property
    def spikes(self) -> Array | None:
        """Neurons that spiked, as pulled last: by batch element and slot, `spike_count` of them."""
        return self._spike_arrays.neurons

    @property
    def spike_count(self) -> Array | None:
        """How many neurons spiked, as pulled last: by batch element and slot."""
        return self._spike_arrays.counts

    @property
    def spike_que_ptr(self) -> Array | None:
        """The slot of the last step, in an array of one number; None without delays."""
        slots, loaded = self.delay_slots, self.genn_model.is_loaded
        return np.array([self.steps_asked % slots], np.uint32) if loaded and slots > 1 else None

    @property
    def spike_events(self) -> Array | None:
        """Neurons that had a spike-like event, in the form of `spikes`."""
        return self._event_arrays.neurons

    @property
    def spike_event_count(self) -> Array | None:
        """How many neurons had a spike-like event, in the form of `spike_count`."""
        return self._event_arrays.counts

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
        return self._spike_arrays.current

    @current_spikes.setter
    def current_spikes(self, neurons: Any) -> None:
        self._spike_arrays.current = neurons

    @property
    def current_spike_events(self) -> Any:
        """Neurons that had a spike-like event in the last step, in the form of `current_spikes`."""
        return self._event_arrays.current

    @current_spike_events.setter
    def current_spike_events(self, neurons: Any) -> None:
        self._event_arrays.current = neurons

    def pull_spikes_from_device(self) -> None:
        """Copy the spikes of all steps that are in memory to the host."""
        self._spike_arrays.pull()

    def push_spikes_to_device(self) -> None:
        """Copy the spikes of all steps that are in memory to the device."""
        self._spike_arrays.push()

    def pull_current_spikes_from_device(self) -> None:
        """Copy the spikes of the last step to the host, as `current_spikes`."""
        self._spike_arrays.pull_current()

    def push_current_spikes_to_device(self) -> None:
        """Copy `current_spikes` to the device: they are delivered in the next step."""
        self._spike_arrays.push_current()

    def pull_spike_events_from_device(self) -> None:
        """Copy the spike-like events of all steps that are in memory to the host."""
        self._event_arrays.pull()

    def push_spike_events_to_device(self) -> None:
        """Copy the spike-like events of all steps that are in memory to the device."""
        self._event_arrays.push()

    def pull_current_spike_events_from_device(self) -> None:
        """Copy the spike-like events of the last step to the host, as `current_spike_events`."""
        self._event_arrays.pull_current()

    def push_current_spike_events_to_device(self) -> None:
        """Copy `current_spike_events` to the device: they are delivered in the next step."""
        self._event_arrays.push_current()
