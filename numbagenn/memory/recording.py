"""Recorded spikes: one bit for each neuron and step, as in PyGeNN."""

from __future__ import annotations

import numpy as np

from numbagenn.base.array_conventions import Array

_WORD = 32


class Recorder:
    """The spike recording of one population.

    The device array has shape ``(batch size, steps, words)``: step `n` of the simulation is in
    slot ``n % steps``, and neuron `i` is bit ``i % 32`` of word ``i // 32``.

    Parameters
    ----------
    title
        What the population is called in messages.
    num_neurons
        Size of the population.
    """

    def __init__(self, title: str, num_neurons: int) -> None:
        self.title = title
        self._num_neurons = num_neurons
        self.device: Array | None = None
        self._host: Array | None = None
        self._pulled_at = 0

    @property
    def num_words(self) -> int:
        """Number of 32-bit words that one step of one batch element takes."""
        return -(-self._num_neurons // _WORD)

    def num_bytes(self, steps: int, batch_size: int) -> int:
        """Return the size of the device array for a number of steps."""
        return steps * batch_size * self.num_words * (_WORD // 8)

    def allocate(self, steps: int, batch_size: int) -> None:
        """Allocate memory for a number of steps."""
        self.device = np.zeros((batch_size, steps, self.num_words), np.uint32)
        self._host = None
        self._pulled_at = 0

    def release(self) -> None:
        """Drop all memory."""
        self.device = self._host = None

    def pull(self, timestep: int) -> None:
        """Copy what has been recorded up to a time step."""
        assert self.device is not None
        if self._host is None:
            self._host = np.empty_like(self.device)
        self._host[:] = self.device
        self._pulled_at = timestep

    @property
    def words(self) -> Array | None:
        """The bits that were pulled last, as the device array has them; None before."""
        return self._host

    def data(self, dt: float) -> list[tuple[Array, Array]]:
        """Return what was pulled last, ``(times, ids)`` in ms for each batch element."""
        title = self.title
        if self.device is None:
            raise RuntimeError(
                f"Cannot read recorded spikes of {title}: the model is not loaded; call "
                "model.load(num_recording_timesteps=…) first."
            )
        if self._host is None:
            raise RuntimeError(
                f"Recorded spikes of {title} are still on the device; call "
                "model.pull_recording_buffers_from_device() first."
            )
        steps = self._host.shape[1]
        if self._pulled_at < steps:
            raise RuntimeError(
                "Event recording data can only be accessed once buffer is full: "
                f"{self._pulled_at} of {steps} steps are done; simulate the rest, or load the "
                "model with a smaller num_recording_timesteps."
            )
        oldest = self._pulled_at % steps
        start = (self._pulled_at - steps) * dt
        result = []
        for recorded in self._host:
            # Few words have a bit that is set, and only these are unpacked.
            words = np.roll(recorded, -oldest, axis=0)
            step, word = np.nonzero(words)
            found = words[step, word].astype("<u4")[:, np.newaxis].view(np.uint8)
            # Inside a word the order is descending, as GeNN's recording delivers it.
            place, bit = np.nonzero(np.unpackbits(found, axis=1, bitorder="little")[:, ::-1])
            ids = word[place] * _WORD + (_WORD - 1 - bit)
            result.append((start + step[place] * dt, ids.astype(np.int32)))
        return result
