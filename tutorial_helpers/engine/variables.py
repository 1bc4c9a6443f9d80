"""Variables as users see them: `values`, `view`, and copies to and from the device."""

from __future__ import annotations

import weakref
from typing import Any, Protocol

import numpy as np

from tutorial_helpers.engine.buffers import Buffer
from tutorial_helpers.engine.initialisers import VarInit, check_initial_value, check_shape
from tutorial_helpers.engine.types import TypeLike

Array = np.ndarray[Any, Any]


class Owner(Protocol):
    """What a variable needs to know of the group that it belongs to."""

    @property
    def title(self) -> str:
        """What the group is called in messages."""

    def flush(self) -> None:
        """Run all steps that have been asked for so far."""


class Variable:
    """A variable of a population, current source or custom update.

    With N elements and batch size B the array has shape ``(N,)``, or ``(B, N)`` where B > 1 and
    the variable has a copy for each batch (see `VarAccess`). Changes on the host take effect with
    `push_to_device`; changes on the device are seen after `pull_from_device`.
    """

    def __init__(self, name: str, buffer: Buffer, group: Owner, initial: object = None) -> None:
        self.name = name
        self.buffer = buffer
        self.initial = initial
        self._group = weakref.ref(group)

    def __repr__(self) -> str:
        shape = "not loaded" if self._view is None else f"shape {self._view.shape}"
        return f"<variable '{self.name}' of {self.group.title}, {shape}>"

    @property
    def group(self) -> Owner:
        """Population, current source or custom update that owns the variable."""
        group = self._group()
        if group is None:
            raise ReferenceError(f"Variable '{self.name}' belongs to a model that is gone.")
        return group

    @property
    def type(self) -> TypeLike:
        """Type of the variable, as written in its model."""
        return self.buffer.type

    @property
    def _view(self) -> Array | None:
        return self.buffer.host

    @property
    def _array(self) -> Array | None:
        return self.buffer.device

    @property
    def _what(self) -> str:
        return f"variable '{self.name}' of {self.group.title}"

    @property
    def view(self) -> Array | None:
        """The host array itself, to be written in place; None unless the model is loaded."""
        return self._view

    @property
    def values(self) -> Array:
        """A copy of the host array; assigning to it writes the host array.

        Raises
        ------
        RuntimeError
            If the model is not loaded.
        ValueError
            On assignment, if the shape does not fit.
        """
        values: Array = self._loaded("read").copy()
        return values

    @values.setter
    def values(self, values: object) -> None:
        host = self._loaded("write")
        if values is None or isinstance(values, VarInit):
            raise TypeError(f"{self._what} must be set to numbers, not {values!r}.")
        check_initial_value(self._what, values)
        array = np.asarray(values)
        if array.ndim:
            batch_size = host.shape[0] if host.ndim == 2 else 1
            count, columns = self.buffer.count, self.buffer.columns
            check_shape(self._what, array, count, batch_size, columns=columns)
        with np.errstate(invalid="ignore"):
            host[:] = array

    # Without delays there is only one slot, which is the current one.
    @property
    def current_view(self) -> Array | None:
        """The part of `view` that belongs to the current step: all of it, without delays."""
        return self._view

    @property
    def current_values(self) -> Array:
        """The part of `values` that belongs to the current step: all of it, without delays."""
        return self.values

    def set_init_values(self, values: object) -> None:
        """Set what the variable starts from at the next `GeNNModel.load`.

        Parameters
        ----------
        values
            A number, or an array as for `values`.
        """
        check_initial_value(self._what, values)
        array = np.asarray(values)
        if array.ndim:
            check_shape(self._what, array, self.buffer.count, None, columns=self.buffer.columns)
        self.initial = values

    def push_to_device(self) -> None:
        """Copy the host array to the device, where the next step will use it."""
        self._loaded("push")
        self.group.flush()
        self.buffer.push()

    def pull_from_device(self) -> None:
        """Copy the device's values to the host array, after all steps so far."""
        self._loaded("pull")
        self.group.flush()
        self.buffer.pull()

    def _loaded(self, action: str) -> Array:
        host = self._view
        if host is None:
            raise RuntimeError(
                f"Cannot {action} {self._what}: the model is not loaded; call model.load() first."
            )
        return host


class VariableDict(dict[str, Variable]):
    """Variables of a group by name."""

    def __init__(self, title: str, items: dict[str, Variable] | None = None) -> None:
        super().__init__(items or {})
        self._title = title

    def __missing__(self, name: str) -> Variable:
        listed = ", ".join(f"'{known}'" for known in self) or "none"
        raise KeyError(f"{self._title} has no variable '{name}'; its variables are {listed}.")
