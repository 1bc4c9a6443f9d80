"""What PyGeNN 4.9 wraps: ``model._model`` and ``population.pop``, for settings found only there.

Their methods are those of GeNN's C++ classes in snake case, such as ``set_max_connections``. Each
sets or returns what 5.x has as a property or by a method of its own.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import partial
from typing import Any

from numbagenn.base.enumerations import VarLocation
from numbagenn.base.suggestions import did_you_mean
from numbagenn.compat.v4_9.enums import location_of, span_type_of

# By name after "set_" or "get_": the property of a model in 5.x.
_OF_MODEL = {
    name: name
    for name in (
        "batch_size",
        "default_narrow_sparse_ind_enabled",
        "default_sparse_connectivity_location",
        "default_var_location",
        "dt",
        "fuse_postsynaptic_models",
        "fuse_pre_post_weight_update_models",
        "name",
        "num_neurons",
        "precision",
        "seed",
        "time_precision",
    )
} | {
    "merge_postsynaptic_models": "fuse_postsynaptic_models",
    "timing": "timing_enabled",
    "timing_enabled": "timing_enabled",
}

# The same of a part of a model.
_OF_GROUP = {
    name: name
    for name in (
        "back_prop_delay_steps",
        "dendritic_delay_location",
        "kernel_size",
        "matrix_type",
        "max_connections",
        "max_dendritic_delay_timesteps",
        "max_source_connections",
        "name",
        "narrow_sparse_ind_enabled",
        "num_neurons",
        "num_threads_per_spike",
        "pre_target_var",
        "prev_spike_time_location",
        "sparse_connectivity_location",
        "spike_event_recording_enabled",
        "spike_recording_enabled",
        "spike_time_location",
        "target_var",
        "update_group_name",
    )
} | {
    "delay_steps": "axonal_delay_steps",
    "in_syn_location": "output_location",
    "in_syn_var_location": "output_location",
    "num_delay_slots": "delay_slots",
    "pstarget_var": "post_target_var",
    "recording_zero_copy_enabled": "recording_zero_copy_enabled",
    "span_type": "parallelism_hint",
}

# By name after "set_" or "get_": the kind of variables whose location a method takes by name.
_LOCATIONS = {
    "var_location": "var_location",
    "wuvar_location": "wu_var_location",
    "wupre_var_location": "wu_pre_var_location",
    "wupost_var_location": "wu_post_var_location",
    "psvar_location": "ps_var_location",
}

# Where memory is held that 5.x cannot be told of.
_WITHOUT_EFFECT = (
    "extra_global_param_location",
    "psextra_global_param_location",
    "sparse_connectivity_extra_global_param_location",
    "spike_event_location",
    "spike_event_time_location",
    "prev_spike_event_time_location",
    "spike_location",
    "wuextra_global_param_location",
)

_CONVERSIONS: dict[str, Callable[[object], Any]] = {"span_type": span_type_of}


class Wrapped:
    """The object of C++ that a model, or a part of one, wraps in PyGeNN 4.9.

    Parameters
    ----------
    wrapper
        The model or the part of it.
    what
        How scripts write the object, such as ``"model._model"``.
    properties
        By name after ``set_`` or ``get_``: the property of the wrapper.
    """

    def __init__(self, wrapper: Any, what: str, properties: dict[str, str]) -> None:
        self._wrapper = weakref.ref(wrapper)
        self._what = what
        self._properties = properties

    def __getattr__(self, name: str) -> Callable[..., Any]:
        action, _, setting = name.partition("_")
        if action in ("set", "get", "is"):
            if setting in _WITHOUT_EFFECT and self._properties is _OF_GROUP:
                return _nothing if action == "set" else lambda *_: int(VarLocation.HOST_DEVICE)
            wrapper = self._wrapper()
            by_name = getattr(wrapper, f"{action}_{_LOCATIONS.get(setting, setting)}", None)
            if setting in _LOCATIONS and by_name is not None:
                return partial(_set_location if action == "set" else _get_location, by_name)
            found = self._properties.get(setting)
            if found and (hasattr(type(wrapper), found) or found in vars(wrapper)):
                return partial(_set if action == "set" else _get, wrapper, setting, found)
        action = action if action in ("get", "is") else "set"
        known = [f"{action}_{one}" for one in (*self._properties, *_LOCATIONS)]
        raise AttributeError(f"numbagenn has no {self._what}.{name}{did_you_mean(name, known)}")


def wrapped_model(model: Any) -> Wrapped:
    """Return what ``model._model`` is."""
    return Wrapped(model, "model._model", _OF_MODEL)


def wrapped_group(group: Any) -> Wrapped:
    """Return what ``population.pop`` is."""
    return Wrapped(group, "population.pop", _OF_GROUP)


def _set(wrapper: Any, setting: str, attribute: str, value: object) -> None:
    if setting.endswith("_location"):
        value = location_of(value)
    elif setting in _CONVERSIONS:
        value = _CONVERSIONS[setting](value)
    setattr(wrapper, attribute, value)


def _get(wrapper: Any, setting: str, attribute: str) -> Any:
    value = getattr(wrapper, attribute)
    return int(value) if setting.endswith("_location") or setting in _CONVERSIONS else value


def _set_location(method: Callable[..., None], name: str, location: object) -> None:
    method(name, location_of(location))


def _get_location(method: Callable[..., VarLocation], name: str) -> int:
    return int(method(name))


def _nothing(*_: object) -> None:
    """Do nothing: the setting has no effect."""
