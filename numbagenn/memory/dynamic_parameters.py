"""Parameters whose value may change while the model is loaded."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from numbagenn.base.suggestions import did_you_mean
from numbagenn.base.types import Precision, ResolvedType
from numbagenn.base.wording import capitalised, quoted
from numbagenn.memory.buffers import Buffer
from numbagenn.models.descriptions import Model
from numbagenn.models.given_values import check_number, limits


class DynamicParams:
    """The parameters that were declared dynamic, for one use of a model.

    Each is a number in memory, where code finds it; all others are constants in the code.

    Parameters
    ----------
    title
        What uses the model, for messages; for example ``"neuron population 'hidden'"``.
    prefix
        The beginning of the names of its memory.
    model
        The model.
    values
        Values that were given with the model, from which every `GeNNModel.load` starts.
    """

    def __init__(self, title: str, prefix: str, model: Model, values: Mapping[str, float]) -> None:
        self._title = title
        self._prefix = prefix
        self._model = model
        self._values = values
        self.buffers: dict[str, Buffer] = {}
        # Once the model is loaded: their types.
        self._types: dict[str, ResolvedType] = {}

    def require(self, name: str) -> None:
        """Raise unless the model has a parameter of this name.

        Raises
        ------
        RuntimeError
            If the model has no such parameter.
        """
        known = [param.name for param in self._model.params]
        if name not in known:
            family = self._model.family
            if any(derived.name == name for derived in self._model.derived_params):
                raise RuntimeError(
                    f"Derived parameter '{name}' of {self._title} cannot be dynamic: it is "
                    "computed once, when the model is built; make it a parameter."
                )
            raise RuntimeError(
                f"Unknown {family} parameter '{name}': the parameters of {self._title} are "
                f"{quoted(known)}{did_you_mean(str(name), known)}"
            )

    def declare(self, name: str, dynamic: bool) -> None:
        """Make a parameter dynamic, or constant again."""
        types = {param.name: param.type for param in self._model.params}
        self.buffers.pop(name, None)
        if dynamic:
            self.buffers[name] = Buffer(
                f"{self._prefix}_{name}", types[name], 1, per_batch=False, per_element=False
            )

    def start(self, precision: Precision) -> None:
        """Give all dynamic parameters the values that were given with the model."""
        for name, buffer in self.buffers.items():
            self._types[name] = precision.resolve(buffer.type)
            self.set(name, self._values[name])

    def set(self, name: str, value: float) -> None:
        """Change the value of a dynamic parameter.

        Raises
        ------
        RuntimeError
            If it is out of the range of the parameter's type.
        """
        ctype = self._types[name]
        low, high = limits(ctype)
        if not low <= value <= high:
            check_number(f"dynamic parameter '{name}' of {self._title}", value, ctype)
        _, device = self.buffers[name].arrays
        # C converts in the same way: an integer loses the fraction of a number.
        device[0, 0] = ctype.dtype.type(value)


class Titled(Protocol):
    """What has parameters."""

    @property
    def title(self) -> str:
        """What it is called in messages."""


def params_with(sets: Collection[DynamicParams], name: object, owner: Titled) -> DynamicParams:
    """Return the set that a dynamic parameter belongs to.

    Raises
    ------
    IndexError
        If there is no dynamic parameter of this name.
    """
    for candidate in sets:
        if name in candidate.buffers:
            return candidate
    known = [one for candidate in sets for one in candidate.buffers]
    raise IndexError(
        f"{capitalised(owner.title)} has no dynamic parameter '{name}': those declared before "
        f"model.build() are {quoted(known)}; declare it with set_param_dynamic."
    )
