"""What ``model._slm`` is in PyGeNN 4.9: the compiled model, which scripts reach past `GeNNModel`.

They do so to copy extra global parameters. What else it has, `GeNNModel` has by the same names.
"""

from __future__ import annotations

import weakref
from typing import Any

from numbagenn.base.suggestions import did_you_mean

# Names that a model has, too.
_COPIES = ("push_", "pull_")
_OF_MODEL = ("step_time", "custom_update")


class SharedLibraryModel:
    """The compiled model.

    Parameters
    ----------
    model
        The model that it is of.
    """

    def __init__(self, model: Any) -> None:
        self._model: Any = weakref.proxy(model)

    def _array(self, group_name: str, name: str) -> Any:
        groups = {group.name: group for group in self._model._groups()}
        if group_name not in groups:
            hint = did_you_mean(group_name, groups)
            raise ValueError(f"The model has no population, source or update '{group_name}'{hint}")
        return groups[group_name]._extra_global_param(name)

    def push_extra_global_param(self, group_name: str, name: str, count: int = 1) -> None:
        """Copy an extra global parameter to the device: all of it, not only `count` values."""
        array = self._array(group_name, name)
        if not array.is_scalar:
            array.push_to_device()

    def pull_extra_global_param(self, group_name: str, name: str, count: int = 1) -> None:
        """Copy an extra global parameter from the device: all of it, not only `count` values."""
        array = self._array(group_name, name)
        if not array.is_scalar:
            array.pull_from_device()

    def free_extra_global_param(self, group_name: str, name: str) -> None:
        """Check the names, and do nothing: memory is freed with the model."""
        self._array(group_name, name)

    def __getattr__(self, name: str) -> Any:
        model = self._model
        if (name.startswith(_COPIES) or name in _OF_MODEL) and hasattr(model, name):
            return getattr(model, name)
        known = [one for one in dir(model) if one.startswith(_COPIES)]
        raise AttributeError(f"numbagenn has no model._slm.{name}{did_you_mean(name, known)}")
