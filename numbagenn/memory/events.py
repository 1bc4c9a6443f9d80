"""The memory of spikes, and of the spike-like events of neurons on either side of synapses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from numbagenn.base.array_conventions import END
from numbagenn.base.types import TIMEPOINT
from numbagenn.memory.buffers import Buffer
from numbagenn.memory.faults import Faults
from numbagenn.memory.recording import Recorder
from numbagenn.models.descriptions import WeightUpdateModel

EventSide = Literal["pre", "post"]


@dataclass(frozen=True, kw_only=True)
class Events:
    """The memory of the spikes of a population, or of spike-like events at one side of synapses.

    Parameters
    ----------
    neurons
        The neurons that have an event, ascending; the rest of the list is unused.
    count
        The number of these neurons.
    faults
        Record of requests for more events than there are.
    recorder
        The recording of events.
    times, prev_times
        Time in ms of each neuron's last event, and of its last one before the last step; None where
        nothing uses these times.
    """

    neurons: Buffer
    count: Buffer
    faults: Faults
    recorder: Recorder
    times: Buffer | None
    prev_times: Buffer | None

    def buffers(self) -> list[Buffer]:
        """Return the lists of neurons and their times."""
        times = (self.times, self.prev_times)
        return [self.neurons, self.count, *(buffer for buffer in times if buffer is not None)]


def make_events(
    model: WeightUpdateModel,
    name: str,
    title: str,
    sizes: Mapping[EventSide, int],
    *,
    neurons_ask: bool = False,
) -> Mapping[EventSide, Events]:
    """Return the events of synapses, for each side that has a condition for them in the model.

    Parameters
    ----------
    model
        The weight update model.
    name
        Name of the synapse population.
    title
        What it is called in messages.
    sizes
        Numbers of neurons on both sides.
    neurons_ask
        Whether the code of the presynaptic neurons may ask for the time of their last event.
    """
    events: dict[EventSide, Events] = {}
    names = model.built_in(model.synapse_usage)
    for side, size in sizes.items():
        if model.event_condition(side).is_blank:
            continue
        keeps_prev_times = f"prev_set_{side}" in names
        keeps_times = keeps_prev_times or f"set_{side}" in names
        keeps_times |= neurons_ask and side == "pre"
        events[side] = Events(
            neurons=Buffer(f"{name}_{side}_events", "uint32_t", size, start=END),
            count=Buffer(f"{name}_num_{side}_events", "uint32_t", 1, per_element=False),
            faults=Faults.of_list(title, f"{side}synaptic events"),
            recorder=Recorder(f"{side}synaptic events of {title}", size),
            times=Buffer(f"{name}_{side}_set", TIMEPOINT, size) if keeps_times else None,
            prev_times=Buffer(f"{name}_{side}_prev_set", TIMEPOINT, size)
            if keeps_prev_times
            else None,
        )
    return MappingProxyType(events)
