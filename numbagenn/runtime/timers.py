"""The timers of a loaded model, as users read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Timed(Protocol):
    """The times that a model in memory records, in seconds."""

    @property
    def times(self) -> Mapping[str, float]:
        """By phase."""

    @property
    def custom_update_times(self) -> Mapping[tuple[str, str], float]:
        """By part, such as ``"transpose"``, and group of updates."""

    def flush(self) -> None:
        """Run all steps that have been asked for."""


class Timers:
    """Seconds since `GeNNModel.load`, by part; all 0 unless `GeNNModel.timing_enabled`."""

    def _require_loaded(self, action: str) -> Timed:
        """Return the model in memory, or raise if it is not loaded."""
        raise NotImplementedError

    def _updates_of(self, group_name: str, error: type[Exception]) -> list[str]:
        """Return the names of the custom updates of a group, or raise if there are none."""
        raise NotImplementedError

    def _time(self, name: str) -> float:
        runtime = self._require_loaded("reading a timer")
        runtime.flush()
        return runtime.times.get(name, 0.0)

    @property
    def init_time(self) -> float:
        """Seconds spent on initialising since `load`; 0 unless `timing_enabled`."""
        return self._time("init")

    @property
    def init_sparse_time(self) -> float:
        """Seconds spent on making sparse connections; 0 unless `timing_enabled`."""
        return self._time("init_sparse")

    @property
    def neuron_update_time(self) -> float:
        """Seconds spent on updating neurons since `load`; 0 unless `timing_enabled`."""
        return self._time("neuron_update")

    @property
    def presynaptic_update_time(self) -> float:
        """Seconds spent on presynaptic spikes since `load`; 0 unless `timing_enabled`."""
        return self._time("presynaptic_update")

    @property
    def postsynaptic_update_time(self) -> float:
        """Seconds spent on postsynaptic events since `load`; 0 unless `timing_enabled`."""
        return self._time("postsynaptic_update")

    @property
    def synapse_dynamics_time(self) -> float:
        """Seconds spent on synapse dynamics since `load`; 0 unless `timing_enabled`."""
        return self._time("synapse_dynamics")

    def get_custom_update_time(self, group_name: str) -> float:
        """Return the seconds spent on a group of custom updates since `load`.

        Raises
        ------
        RuntimeError
            If there is no such group.
        """
        return self._update_time("update", group_name)

    def get_custom_update_transpose_time(self, group_name: str) -> float:
        """Return the seconds spent on those updates of a group that transpose, since `load`.

        Raises
        ------
        RuntimeError
            If there is no such group.
        """
        return self._update_time("transpose", group_name)

    def get_custom_update_remap_time(self, group_name: str) -> float:
        """Return the seconds spent on remapping connectivity after a group of updates: 0."""
        return self._update_time("remap", group_name)

    def get_custom_update_host_time(self, group_name: str) -> float:
        """Return the seconds spent on host code of a group of updates: 0."""
        return self._update_time("host", group_name)

    def _update_time(self, part: str, group_name: str) -> float:
        runtime = self._require_loaded("reading a timer")
        self._updates_of(group_name, RuntimeError)
        return runtime.custom_update_times.get((part, group_name), 0.0)
