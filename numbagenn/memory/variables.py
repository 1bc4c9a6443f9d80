"""Variables as users see them: `values`, `view`, and copies to and from the device."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn, Protocol

import numpy as np

from numbagenn.base.array_conventions import Array
from numbagenn.base.number_checks import float_if_huge
from numbagenn.base.sealed import Sealed, SealedDict
from numbagenn.base.suggestions import did_you_mean
from numbagenn.base.types import TypeLike
from numbagenn.base.user_warnings import warn_user
from numbagenn.base.wording import capitalised, quoted, shown
from numbagenn.memory.buffers import Buffer
from numbagenn.models.given_values import (
    VarInit,
    check_initial_value,
    check_shape,
    warn_of_overflow,
)


class Owner(Protocol):
    """What a variable needs to know of the group that it belongs to."""

    @property
    def title(self) -> str:
        """What the group is called in messages."""

    @property
    def steps_asked(self) -> int:
        """Number of steps asked for since the model was loaded."""

    def flush(self) -> None:
        """Run all steps that have been asked for so far."""

    def initialiser_arrays(self, variable: Variable, init: VarInit) -> ExtraGlobalArrayDict:
        """Return the arrays that an initialiser needs, if it can be that of a variable."""


class SparseConnections(Protocol):
    """What a variable needs to know of sparse connections."""

    @property
    def order(self) -> Array | None:
        """The position of each connection in the list that the user gave, if the user gave one."""

    @property
    def synapses(self) -> tuple[Array, Array] | None:
        """Presynaptic and postsynaptic neuron of each synapse, once they are known."""

    @property
    def places(self) -> Array | None:
        """The place of each synapse in a kernel, if there is one, once they are known."""


class Variable(Sealed):
    """A variable of a population, current source or custom update.

    With N elements and batch size B the array has shape ``(N,)``, or ``(B, N)`` where B > 1 and
    the variable has a copy for each batch element (see `VarAccess`). A variable that synapses read
    with a delay of D - 1 steps has D slots, which are an axis before the last. Changes on the host
    take effect with `push_to_device`; changes on the device are seen after `pull_from_device`.
    """

    # Whether a single number may be assigned to `values`.
    _takes_numbers = True

    _instead = "assign its values, or call set_init_values(…) before model.load()"

    def __init__(
        self,
        name: str,
        buffer: Buffer,
        group: Owner,
        initial: object,
        shape: tuple[int, ...],
        stream: int,
    ) -> None:
        self.name = name
        self.buffer = buffer
        #: The shape of what the variable describes: ``(num_neurons,)``, or ``(num_pre, num_post)``.
        self.shape = shape
        #: The variable's own stream of random numbers.
        self.stream = stream
        self._group = weakref.ref(group)
        self._check_shape(initial)
        self._start_from(initial)
        self._complete = True

    def _start_from(self, initial: object) -> None:
        arrays = ExtraGlobalArrayDict(f"Variable '{self.name}' of {self.group.title}")
        if isinstance(initial, VarInit):
            arrays = self.group.initialiser_arrays(self, initial)
        self._initial, self._arrays = initial, arrays

    @property
    def initial(self) -> object:
        """What the variable starts from at the next `GeNNModel.load`."""
        return self._initial

    @property
    def init_values(self) -> Array | None:
        """The array that the variable starts from; None if it starts from something else."""
        return np.asarray(self._initial) if np.iterable(self._initial) else None

    @property
    def init_required(self) -> bool:
        """Whether the variable starts from an array, rather than from a number or a snippet."""
        return bool(np.iterable(self._initial))

    @property
    def extra_global_params(self) -> ExtraGlobalArrayDict:
        """Arrays that the snippet which initialises the variable indexes."""
        return self._arrays

    def __setattr__(self, name: str, value: object) -> None:
        if name == "view":
            raise AttributeError(
                f"The view of {self._what} cannot be replaced; assign its values, or view[:] = …."
            )
        super().__setattr__(name, value)

    def __repr__(self) -> str:
        shape = "not loaded" if self._view is None else f"shape {self._view.shape}"
        return f"<{self._what}, {shape}>"

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
    def connections(self) -> SparseConnections | None:
        """For a variable of synapses in a list: their connections."""
        return None

    @property
    def _view(self) -> Array | None:
        return None if self.buffer.is_shared else self.buffer.host

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
            raise TypeError(f"{self._what} must be set to numbers, not {shown(values)}.")
        check_initial_value(self._what, values)
        array = np.asarray(float_if_huge(self._what, values))
        if not array.ndim and not self._takes_numbers:
            raise TypeError(
                f"{self._what} needs one value for each synapse, not the number {shown(values)}; "
                "give an array of the length of its values."
            )
        warn_of_overflow(self._what, array, host.dtype)
        buffer = self.buffer
        slots = host.reshape(-1, buffer.slots, buffer.count)
        if array.shape == host.shape:
            array = array.reshape(slots.shape)
        elif array.ndim:
            check_shape(self._what, array, buffer.count, len(slots), columns=buffer.columns)
            array = array.reshape(-1, 1, buffer.count)
        with np.errstate(invalid="ignore"):
            slots[:] = array

    @property
    def current_view(self) -> Array | None:
        """The part of `view` that belongs to the last step, which is all of it without delays."""
        return None if self._view is None else self._current(self._view)

    @property
    def current_values(self) -> Array:
        """The part of `values` that belongs to the last step, which is all of it without delays."""
        return self._current(self.values)

    def _current(self, array: Array) -> Array:
        if self.buffer.slots == 1:
            return array
        part: Array = array[..., self.group.steps_asked % self.buffer.slots, :]
        return part

    def arranged(self, initial: Array) -> Array:
        """Return initial values in the order of storage, which is the order given."""
        return initial

    def set_init_values(self, values: object) -> None:
        """Set what the variable starts from at the next `GeNNModel.load`.

        Parameters
        ----------
        values
            A number, an array as for `values`, or `init_var` of a snippet.
        """
        check_initial_value(self._what, values)
        self._check_shape(values)
        self._start_from(values)

    def set_values(self, values: object) -> None:
        """Set what the variable starts from: deprecated, as in PyGeNN."""
        warn_user(f"set_values of {self._what} is deprecated; use set_init_values.", FutureWarning)
        self.set_init_values(values)

    def _check_shape(self, initial: object) -> None:
        """Raise if initial values have a shape that does not fit."""
        if np.iterable(initial):
            array, buffer = np.asarray(initial), self.buffer
            check_shape(self._what, array, buffer.count, None, columns=buffer.columns)

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
        if host is not None:
            return host
        if self.buffer.is_shared:
            raise RuntimeError(
                f"Cannot {action} {self._what}: several populations share it; leave "
                "fuse_postsynaptic_models of the model False to have one for each."
            )
        raise RuntimeError(
            f"Cannot {action} {self._what}: the model is not loaded; call model.load() first."
        )


class SparseVariable(Variable):
    """A variable of sparse synapses: one value for each, ordered by presynaptic neuron.

    What the user gives before the model is loaded is in the order of the connections as given to
    ``set_sparse_connections``; afterwards it is in the order in which they are stored.
    """

    _takes_numbers = False

    def __init__(
        self,
        name: str,
        buffer: Buffer,
        group: Owner,
        initial: object,
        shape: tuple[int, ...],
        stream: int,
        connections: SparseConnections,
    ) -> None:
        self._connections = connections
        super().__init__(name, buffer, group, initial, shape, stream)

    @property
    def connections(self) -> SparseConnections:
        """The connections of the synapses."""
        return self._connections

    @property
    def view(self) -> NoReturn:
        """Not available: see `values`."""
        raise self._no_view()

    @property
    def current_view(self) -> NoReturn:
        """Not available: see `values`."""
        raise self._no_view()

    def _no_view(self) -> RuntimeError:
        return RuntimeError(
            "Only variables associated with DENSE connectivity can be accessed without copying via "
            f"'view'; use 'values' of {self._what} instead."
        )

    def _check_shape(self, initial: object) -> None:
        """Leave this check to `load`: the number of synapses may not be known yet."""

    def arranged(self, initial: Array) -> Array:
        """Return initial values in the order in which they are stored."""
        order = self._connections.order
        if order is None or not initial.ndim:
            return initial
        arranged: Array = initial[..., order]
        return arranged


class KernelSize(tuple[int, ...]):
    """The shape of a variable of a kernel, which has a value for each place in the kernel."""


class ComputedVariable(Variable):
    """A variable of synapses that code computes whenever it is needed, as on a GPU.

    Here it is computed when the model is loaded, and then nobody changes it or sees it.
    """

    def __init__(
        self,
        name: str,
        buffer: Buffer,
        group: Owner,
        initial: object,
        shape: tuple[int, ...],
        stream: int,
        connections: SparseConnections,
    ) -> None:
        self._connections = connections
        # What code computes from nothing else is the same for the whole batch.
        buffer.per_batch = False
        super().__init__(name, buffer, group, initial, shape, stream)

    @property
    def connections(self) -> SparseConnections:
        """The connections of the synapses."""
        return self._connections

    @property
    def _view(self) -> None:
        return None

    def _check_shape(self, initial: object) -> None:
        if np.iterable(initial):
            raise RuntimeError(
                f"{capitalised(self._what)} is computed whenever it is needed, so it cannot start "
                "from an array: give a number or init_var(…), or add the synapses as 'SPARSE' or "
                "'DENSE'."
            )

    def _loaded(self, action: str) -> NoReturn:
        raise RuntimeError(
            f"Cannot {action} {self._what}: it is computed whenever it is needed, and stored "
            "nowhere; add the synapses as 'SPARSE' or 'DENSE' to have it stored."
        )


class ExtraGlobalArray(Variable):
    """An extra global parameter: an array that all elements and the whole batch share.

    Its values, and with them its length, are given by `set_init_values` before `GeNNModel.load`.
    While the model is loaded it is used like a variable of shape ``(length,)``.
    """

    def __init__(self, name: str, buffer: Buffer, group: Owner, owner: str) -> None:
        self._owner = owner
        # It has no shape before it is given values, and no code draws these.
        super().__init__(name, buffer, group, None, (), 0)

    @property
    def _what(self) -> str:
        return f"extra global parameter '{self.name}' of {self._owner}"

    def set_init_values(self, values: object) -> None:
        """Set what the array holds after the next `GeNNModel.load`.

        Parameters
        ----------
        values
            A sequence of numbers, of any length.

        Raises
        ------
        TypeError
            If it does not hold numbers.
        ValueError
            If it is a single number, or has more than one dimension.
        """
        given = values
        if given is None or isinstance(given, VarInit) or not np.iterable(given):
            raise ValueError(
                f"{self._what} must be set to a sequence of numbers, not {shown(given)}."
            )
        check_initial_value(self._what, given)
        array = np.asarray(given)
        if array.ndim != 1:
            raise ValueError(
                f"{self._what} needs values of one dimension, not of shape {array.shape}; flatten "
                "them, for example with values.flatten()."
            )
        self._initial = given

    def allocate(self, dtype: np.dtype[Any]) -> bool:
        """Allocate and fill the array if it was given values; return whether it was."""
        if self.initial is None:
            return False
        given = np.asarray(self.initial)
        warn_of_overflow(self._what, given, dtype)
        self.buffer.count = len(given)
        self.buffer.allocate(dtype, 1)
        with np.errstate(invalid="ignore", over="ignore"):
            self.buffer.fill(given)
        return True

    def refuse_if_empty(self) -> None:
        """Raise if the array was never given values."""
        if self.initial is None:
            raise RuntimeError(
                f"{capitalised(self._what)} has no values, but code uses it: call "
                "its set_init_values(…) before model.load()."
            )

    def _loaded(self, action: str) -> Array:
        if self._view is None and self.initial is None:
            raise RuntimeError(
                f"Cannot {action} {self._what}: it has no values; call set_init_values(…) on it "
                "before model.load()."
            )
        return super()._loaded(action)


class ExtraGlobalArrayDict(SealedDict[ExtraGlobalArray]):
    """Extra global parameters of a group by name."""

    def __init__(self, title: str, items: Iterable[ExtraGlobalArray] = ()) -> None:
        super().__init__({item.name: item for item in items})
        self._title = title

    def _refusal(self, name: object) -> str:
        return (
            f"{self._title} keeps its extra global parameters: call set_init_values(…) of "
            f"'{name}' before model.load()."
        )

    def __missing__(self, name: str) -> ExtraGlobalArray:
        listed = quoted(self)
        raise KeyError(
            f"{self._title} has no extra global parameter '{name}'"
            + did_you_mean(str(name), self, f"; its extra global parameters are {listed}.")
        )


def arrays_on_device(arrays: Mapping[str, ExtraGlobalArray]) -> dict[str, Array]:
    """Return the values of extra global parameters, in the form that code run by `load` takes.

    Raises
    ------
    RuntimeError
        If a parameter was never given values.
    """
    result = {}
    for name, array in arrays.items():
        array.refuse_if_empty()
        _, device = array.buffer.arrays
        result[name] = device[0]
    return result


class VariableDict(SealedDict[Variable]):
    """Variables of a group by name."""

    def __init__(self, title: str, items: Iterable[Variable]) -> None:
        super().__init__({item.name: item for item in items})
        self._title = title

    def _refusal(self, name: object) -> str:
        return (
            f"{self._title} keeps its variables: write vars['{name}'].values = …, and push them to "
            "the device."
        )

    def __missing__(self, name: str) -> Variable:
        listed = quoted(self)
        hint = did_you_mean(str(name), self, f"; its variables are {listed}.")
        raise KeyError(f"{self._title} has no variable '{name}'{hint}")
