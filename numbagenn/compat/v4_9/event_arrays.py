"""Lists of neurons that had a spike, or a spike-like event, as the arrays of PyGeNN 4.9."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import Any, Generic, NoReturn, TypeVar

import numpy as np

from numbagenn.base.array_conventions import END, Array
from numbagenn.base.wording import shown
from numbagenn.compat.v4_9.groups import BaseGroup
from numbagenn.memory.buffers import Buffer
from numbagenn.memory.events import Events

AnyGroup = TypeVar("AnyGroup", bound=BaseGroup)


class EventArrays(Generic[AnyGroup]):
    """The lists of the steps that a population keeps, which users read and write.

    Parameters
    ----------
    group
        The population.
    what
        What is listed: ``"spikes"`` or ``"spike-like events"``.
    sources
        Returns the lists of the population. Where there are several, as each synapse population has
        its own events, users see the neurons that are in any of them, and write all of them.
    """

    def __init__(
        self, group: AnyGroup, what: str, sources: Callable[[AnyGroup], Sequence[Events]]
    ) -> None:
        self._group: Any = weakref.proxy(group)
        self._what = what
        self._sources = sources
        # The slot that was the newest one when the lists were pulled.
        self._newest = 0

    @property
    def neurons(self) -> Array | None:
        """The lists on the host, as ``(batch_size, slots, num_neurons)``; None without any."""
        return self._host(lambda events: events.neurons)

    @property
    def counts(self) -> Array | None:
        """How many neurons each of them holds, as ``(batch_size, slots)``; None without any."""
        counts = self._host(lambda events: events.count)
        return None if counts is None else counts[..., 0]

    @property
    def newest_slot(self) -> int:
        """The slot of the list of the last step."""
        first, *_ = self._loaded()
        newest: int = self._group.steps_asked % first.neurons.slots
        return newest

    def _host(self, part: Callable[[Events], Buffer]) -> Array | None:
        for events in self._sources(self._group)[:1]:
            buffer = part(events)
            if buffer.host is not None:
                return buffer.host.reshape(-1, buffer.slots, buffer.count)
        return None

    def pull(self) -> None:
        """Copy the lists of all steps to the host."""
        self._copy_to_host(slice(None))

    def pull_current(self) -> None:
        """Copy the list of the last step to the host."""
        self._newest = self.newest_slot
        self._copy_to_host(slice(self._newest, self._newest + 1))

    def push(self) -> None:
        """Copy the lists of all steps to the device."""
        self._copy_to_device(slice(None))

    def push_current(self) -> None:
        """Copy the list of the last step to the device, which delivers it in the next one."""
        self._copy_to_device(slice(self._newest, self._newest + 1))

    def _copy_to_host(self, slots: slice) -> None:
        first, *others = self._loaded()
        self._group.flush()
        neurons, counts = self._arrays()
        neurons[:, slots] = first.neurons.in_slots[:, slots]
        counts[:, slots] = first.count.in_slots[:, slots, 0]
        for batch, slot in np.ndindex(counts[:, slots].shape) if others else ():
            place = batch, range(counts.shape[1])[slots][slot]
            lists = [
                events.neurons.in_slots[place][: events.count.in_slots[place][0]]
                for events in (first, *others)
            ]
            self._write(neurons, counts, place, np.unique(np.concatenate(lists)))

    def _copy_to_device(self, slots: slice) -> None:
        sources = self._loaded()
        self._group.flush()
        neurons, counts = self._arrays()
        for batch, slot in np.ndindex(counts[:, slots].shape):
            place = batch, range(counts.shape[1])[slots][slot]
            # Kernels take neurons once each, in ascending order.
            listed = np.unique(neurons[place][: counts[place]])
            if counts[place] > neurons.shape[2]:
                self._refuse(f"at most {neurons.shape[2]}", int(counts[place]))
            self._check(listed)
            self._write(neurons, counts, place, listed)
        for events in sources:
            events.neurons.in_slots[:, slots] = neurons[:, slots]
            events.count.in_slots[:, slots, 0] = counts[:, slots]

    @staticmethod
    def _write(neurons: Array, counts: Array, place: tuple[int, int], listed: Array) -> None:
        neurons[place][: len(listed)] = listed
        neurons[place][len(listed) :] = END
        counts[place] = len(listed)

    @property
    def current(self) -> Any:
        """The neurons of the last step, as pulled last; in a batch a list of such arrays."""
        neurons, counts = self._arrays()
        result = [
            row[:count].copy()
            for row, count in zip(neurons[:, self._newest], counts[:, self._newest], strict=True)
        ]
        return result if len(result) > 1 else result[0]

    @current.setter
    def current(self, given: Any) -> None:
        neurons, counts = self._arrays()
        self._newest = self.newest_slot
        lists = [given] if len(neurons) == 1 else list(given)
        if len(lists) != len(neurons):
            raise ValueError(
                f"The {self._what} of {self._group.title} need a list of {len(neurons)} arrays, "
                f"one for each batch element, not of {len(lists)}."
            )
        listed = [np.unique(np.asarray(one, np.int64)) for one in lists]
        for one in listed:
            self._check(one)
        for batch, one in enumerate(listed):
            self._write(neurons, counts, (batch, self._newest), one)

    def _check(self, listed: Array) -> None:
        neurons, _ = self._arrays()
        most = neurons.shape[2] - 1
        outside = listed[(listed < 0) | (listed > most)]
        if outside.size:
            self._refuse(f"of neurons from 0 to {most}", int(outside[0]))

    def _refuse(self, expected: str, given: object) -> NoReturn:
        raise ValueError(
            f"{self._what.capitalize()} of {self._group.title} must be {expected}, not "
            f"{shown(given)}."
        )

    def _loaded(self) -> Sequence[Events]:
        if not self._group.genn_model.is_loaded:
            raise RuntimeError(
                f"{self._what.capitalize()} of {self._group.title} cannot be read: the model is "
                "not loaded; call model.load() first."
            )
        sources = self._sources(self._group)
        if not sources:
            raise RuntimeError(f"Nothing defines {self._what} of {self._group.title}.")
        return sources

    def _arrays(self) -> tuple[Array, Array]:
        self._loaded()
        neurons, counts = self.neurons, self.counts
        assert neurons is not None
        assert counts is not None
        return neurons, counts
