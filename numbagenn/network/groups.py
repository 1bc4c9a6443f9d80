"""What all parts of a model share: a name, a model, memory, parameters and initial values."""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, Protocol, TypeVar

import numpy as np

from numbagenn.base.enumerations import VarLocation
from numbagenn.base.number_checks import float_if_huge
from numbagenn.base.numeric_value import numeric_value
from numbagenn.base.random_streams import stream_number
from numbagenn.base.sealed import Sealed, SealedDict
from numbagenn.base.suggestions import did_you_mean
from numbagenn.base.types import Precision
from numbagenn.base.user_warnings import warn_user
from numbagenn.base.wording import capitalised, quoted, shown
from numbagenn.memory.buffers import Buffer
from numbagenn.memory.connections import Connectivity, SparseConnectivity
from numbagenn.memory.dynamic_parameters import DynamicParams, params_with
from numbagenn.memory.variables import (
    ComputedVariable,
    ExtraGlobalArray,
    ExtraGlobalArrayDict,
    KernelSize,
    SparseVariable,
    Variable,
    VariableDict,
)
from numbagenn.models.descriptions import AnyModel, Model, Var
from numbagenn.models.given_values import VarInit, evaluate_parameters
from numbagenn.network.bound_model import BoundModel
from numbagenn.network.locations import Locations

Values = Mapping[str, Any]
AnyGroup = TypeVar("AnyGroup")


class OwningModel(Protocol):
    """What a group needs to know of the model that it belongs to."""

    @property
    def dt(self) -> float:
        """Length of a step in ms."""

    @property
    def default_var_location(self) -> VarLocation:
        """Where a GPU would hold the variables of groups that are added from now on."""

    @property
    def default_sparse_connectivity_location(self) -> VarLocation:
        """The same of sparse connections."""

    @property
    def default_narrow_sparse_ind_enabled(self) -> bool:
        """Whether these would be stored in the narrowest type."""

    @property
    def types(self) -> Precision:
        """What ``scalar`` and ``timepoint`` stand for."""

    @property
    def steps_asked(self) -> int:
        """Number of steps asked for since the model was loaded."""

    @property
    def is_loaded(self) -> bool:
        """Whether the model is in memory."""

    def refuse_if_built(self, action: str) -> None:
        """Raise if the model is built."""

    def check_initialiser(self, variable: Variable, init: VarInit) -> None:
        """Raise if a variable cannot start from what the code of an initialiser computes."""

    def needs(self, buffer: Buffer) -> bool:
        """Return whether any part of the model needs some memory of another."""

    def can_change(self, synapses: object) -> bool:
        """Return whether an update of the model can change the connections of a population."""

    def flush(self) -> None:
        """Run all steps that have been asked for so far."""


class ParamDict(SealedDict[float]):
    """Parameters of a group by name, as they were given."""

    def __init__(self, title: str, values: Mapping[str, float]) -> None:
        super().__init__({name: numeric_value(value) for name, value in values.items()})
        self._title = title

    def _refusal(self, name: object) -> str:
        return (
            f"Parameter '{name}' of {self._title} cannot be assigned: give its value to the call "
            "that adds that, or declare it with set_param_dynamic, and use set_dynamic_param_value."
        )


class GroupDict(dict[str, AnyGroup]):
    """Parts of a model of one kind by name."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self._kind = kind

    def __missing__(self, name: str) -> AnyGroup:
        listed = f"; its {self._kind}s are {quoted(self)}." if self else "; it has none yet."
        hint = did_you_mean(str(name), self, listed)
        raise KeyError(f"The model has no {self._kind} '{name}'{hint}")


class Group(Sealed):
    """A part of a model: it has a name and memory.

    Users may set attributes of their own, but not such as look like a misspelt one of it.
    """

    kind = "group"
    _open = True

    # The class of its variables; models for another version of the API have their own.
    variable_type: ClassVar[type[Variable]] = Variable
    sparse_variable_type: ClassVar[type[SparseVariable]] = SparseVariable

    def __init__(self, model: OwningModel, name: str) -> None:
        self._model = weakref.ref(model)
        #: Name that it was added with.
        self.name = name
        #: Extra global parameters by name; those of a weight update model for synapses.
        self.extra_global_params = ExtraGlobalArrayDict(self.title)
        #: Memory of other groups that it needs. Such memory exists only if some group needs it.
        self.borrowed: frozenset[Buffer] = frozenset()
        #: For memory of its own that it does not use, because it shares that of another group: the
        #: memory that it uses.
        self.fused: dict[Buffer, Buffer] = {}
        self._dynamic_params: dict[str, DynamicParams] = {}
        self._locations = Locations(self.title, model.default_var_location)

    @property
    def _what(self) -> str:
        return self.title

    @property
    def _instead(self) -> str:  # type: ignore[override]
        return f"give it when adding the {self.kind}"

    def __repr__(self) -> str:
        return f"<{self.title}>"

    @property
    def title(self) -> str:
        """What the group is called in messages."""
        return f"{self.kind} '{self.name}'"

    @property
    def genn_model(self) -> OwningModel:
        """The model that the group belongs to."""
        model = self._model()
        if model is None:
            raise ReferenceError(f"The model of {self.title} is gone; keep a reference to it.")
        return model

    def flush(self) -> None:
        """Run all steps that have been asked for so far."""
        self.genn_model.flush()

    @property
    def steps_asked(self) -> int:
        """Number of steps asked for since the model was loaded."""
        return self.genn_model.steps_asked

    def buffers(self) -> list[tuple[Buffer, Variable | None]]:
        """Return the memory of the group, with the variable that each block belongs to."""
        raise NotImplementedError

    def push_var_to_device(self, var_name: str) -> None:
        """Copy a variable from the host to the device: deprecated, as in PyGeNN."""
        self._deprecated("push_var_to_device", f"vars['{var_name}'].push_to_device()")
        self._own_variables()[var_name].push_to_device()

    def pull_var_from_device(self, var_name: str) -> None:
        """Copy a variable from the device to the host: deprecated, as in PyGeNN."""
        self._deprecated("pull_var_from_device", f"vars['{var_name}'].pull_from_device()")
        self._own_variables()[var_name].pull_from_device()

    def push_extra_global_param_to_device(self, egp_name: str) -> None:
        """Copy an extra global parameter from the host to the device: deprecated, as in PyGeNN."""
        instead = f"extra_global_params['{egp_name}'].push_to_device()"
        self._deprecated("push_extra_global_param_to_device", instead)
        self.extra_global_params[egp_name].push_to_device()

    def pull_extra_global_param_from_device(self, egp_name: str) -> None:
        """Copy an extra global parameter from the device to the host: deprecated, as in PyGeNN."""
        instead = f"extra_global_params['{egp_name}'].pull_from_device()"
        self._deprecated("pull_extra_global_param_from_device", instead)
        self.extra_global_params[egp_name].pull_from_device()

    def _own_variables(self) -> Mapping[str, Variable]:
        variables: Mapping[str, Variable] = getattr(self, "vars", {})
        return variables

    def _deprecated(self, method: str, instead: str) -> None:
        warn_user(f"{method} of {self.title} is deprecated; use {instead}.", FutureWarning)

    def all_buffers(self) -> list[Buffer]:
        """Return all blocks of memory that belong to the group."""
        return [
            *(buffer for buffer, _ in self.buffers()),
            *(array.buffer for array in self.extra_global_arrays()),
            *(buffer for params in self.dynamic_params() for buffer in params.buffers.values()),
        ]

    def extra_global_arrays(self) -> list[ExtraGlobalArray]:
        """Return the extra global parameters of the group and of how its variables start."""
        variables = [variable for _, variable in self.buffers() if variable is not None]
        return [
            *self.extra_global_params.values(),
            *(array for variable in variables for array in variable.extra_global_params.values()),
        ]

    def dynamic_params(self) -> list[DynamicParams]:
        """Return the dynamic parameters of each model that the group uses."""
        return list(self._dynamic_params.values())

    def set_param_dynamic(self, name: str, dynamic: bool = True) -> None:
        """Declare that a parameter may change while the model is loaded, or may not.

        Parameters
        ----------
        name
            Name of the parameter.
        dynamic
            Whether to allow `set_dynamic_param_value`.

        Raises
        ------
        RuntimeError
            If there is no such parameter, or the model is built already.
        """
        self._declare_dynamic("", name, dynamic)

    def _declare_dynamic(self, which: str, name: str, dynamic: bool) -> None:
        self.genn_model.refuse_if_built(f"declare parameter '{name}' of {self.title} dynamic")
        self._dynamic_params[which].require(name)
        for other, params in self._dynamic_params.items():
            if dynamic and other != which and name in params.buffers:
                raise RuntimeError(
                    f"Unable to add dynamic parameter with duplicate name '{name}' to "
                    f"{self.title}: rename the parameter of one of its two models."
                )
        self._dynamic_params[which].declare(name, dynamic)

    def dynamic_names(self, which: str) -> Collection[str]:
        """Return the names of the parameters of one of its models that were declared dynamic."""
        return self._dynamic_params[which].buffers.keys()

    def set_dynamic_param_value(self, name: str, value: float) -> None:
        """Change a parameter that was declared dynamic, from the next step on.

        Derived parameters keep the values they were built with, and `params` those that were
        given. `GeNNModel.load` starts from these again.

        Parameters
        ----------
        name
            Name of the parameter.
        value
            A number; an integer parameter takes it without its fraction.

        Raises
        ------
        IndexError
            If no parameter of this name was declared dynamic.
        RuntimeError
            If the model is not loaded, or the value is out of the range of the parameter's type.
        TypeError
            If the value is not a number.
        """
        params = params_with(self._dynamic_params.values(), name, self)
        if type(value) is not float:  # which most are
            value = float_if_huge(f"dynamic parameter '{name}' of {self.title}", value)
            is_number = isinstance(value, int) or np.asarray(value).dtype.kind in "biuf"
            if not is_number or np.ndim(value):
                raise TypeError(
                    f"Dynamic parameter '{name}' of {self.title} must be a number, not "
                    f"{shown(value)}."
                )
        if params.buffers[name].device is None:
            raise RuntimeError(
                f"Cannot set dynamic parameter '{name}' of {self.title}: the model is not loaded; "
                "call model.load() first."
            )
        self.flush()
        params.set(name, float(value))

    def _set_location(
        self, what: str, name: str, known: Iterable[str], location: VarLocation
    ) -> None:
        self.genn_model.refuse_if_built(f"set where variables of {self.title} are held")
        self._locations.set(what, name, known, location)

    def _arrays(self, model: Model, prefix: str = "") -> ExtraGlobalArrayDict:
        """Create the extra global parameters of a description, with this prefix to their names."""
        return ExtraGlobalArrayDict(
            capitalised(self.title),
            [
                ExtraGlobalArray(
                    item.name,
                    Buffer(
                        f"{prefix or self.name}_{item.name}",
                        item.type,
                        0,
                        per_batch=False,
                        per_element=False,
                    ),
                    self,
                    self.title,
                )
                for item in model.extra_global_params
            ],
        )

    def initialiser_arrays(self, variable: Variable, init: VarInit) -> ExtraGlobalArrayDict:
        """Return the arrays that the code of an initialiser of a variable of the group indexes.

        Raises
        ------
        CodeStringError
            If the code uses what such a variable does not have.
        """
        self.genn_model.check_initialiser(variable, init)
        return self._arrays(init.snippet, variable.buffer.name)

    def shared(self, buffer: Buffer) -> Buffer:
        """Return the memory that the group uses in place of memory of its own, or that itself."""
        return self.fused.get(buffer, buffer)

    def _stream(self, name: str, prefix: str = "") -> int:
        """Return the number of a variable's own stream of random numbers."""
        return stream_number(f"{prefix} {name} of {self.title}")

    def _built_in(self, create: type[Variable], name: str, buffer: Buffer) -> Variable:
        """Create a variable that every group of this kind has: a value for each neuron."""
        stream = self._stream(name, "built-in")
        return create(name, buffer, self, None, (buffer.count,), stream)

    def size_memory(self) -> None:
        """Size the memory that depends on the connections of synapses."""

    def _variables(
        self, variables: Sequence[Var], initial: Values, count: int, *, prefix: str = ""
    ) -> VariableDict:
        """Create variables that have a value for each of `count` neurons."""
        return self._table(
            self.variable_type(
                var.name,
                self._buffer(var, count, prefix=prefix),
                self,
                initial[var.name],
                (count,),
                self._stream(var.name, prefix),
            )
            for var in variables
        )

    def _synapse_variables(
        self,
        variables: Sequence[Var],
        initial: Values,
        connections: Connectivity,
        kernel: KernelSize,
        *,
        computed: bool = False,
    ) -> VariableDict:
        """Create variables that have a value for each synapse, or for each place in a kernel.

        `kernel` is empty if the synapses share none; for `computed`, see `ComputedVariable`.
        """
        create: Callable[..., Variable] = self.variable_type
        if kernel:
            return self._table(
                create(
                    var.name,
                    self._buffer(var, math.prod(kernel)),
                    self,
                    initial[var.name],
                    kernel,
                    self._stream(var.name),
                )
                for var in variables
            )
        if computed:
            create = partial(ComputedVariable, connections=connections)
        elif isinstance(connections, SparseConnectivity):
            create = partial(self.sparse_variable_type, connections=connections)
        return self._table(
            create(
                var.name,
                self._buffer(var, connections.num_synapses, connections.columns),
                self,
                initial[var.name],
                (connections.num_pre, connections.num_post),
                self._stream(var.name),
            )
            for var in variables
        )

    def _table(self, variables: Iterable[Variable]) -> VariableDict:
        return VariableDict(capitalised(self.title), variables)

    def _buffer(self, var: Var, count: int, columns: int = 0, prefix: str = "") -> Buffer:
        """Describe the memory of a variable that has a value for each of `count` elements."""
        per_element = var.access.per_element
        return Buffer(
            f"{self.name}_{prefix}{var.name}",
            var.type,
            count if per_element else 1,
            per_batch=var.access.per_batch,
            per_element=per_element,
            # A single value for all synapses is still stored as a matrix, with one column.
            columns=columns if per_element else min(columns, 1),
        )

    def _bound(
        self,
        prefix: str,
        model: AnyModel,
        params: Mapping[str, float],
        variables: Mapping[str, Variable],
        references: Mapping[str, str] | None = None,
        which: str = "",
    ) -> BoundModel[AnyModel]:
        owner = self.genn_model
        values = evaluate_parameters(self.title, model, params, owner.dt, owner.types)
        memory = {name: variable.buffer for name, variable in variables.items()}
        memory |= self._dynamic_params[which].buffers
        return BoundModel(
            prefix=prefix,
            model=model,
            params=values,
            buffers=memory,
            references=references or {},
            title=self.title,
        )


class GroupOfOneModel(Group):
    """A part of a model that uses one description, with its parameters and variables."""

    model: Model
    #: Parameters by name.
    params: ParamDict
    #: Variables by name.
    vars: VariableDict

    def set_var_location(self, name: str, location: VarLocation) -> None:
        """Say where a GPU is to hold a variable; it has no effect here, see `VarLocation`.

        Raises
        ------
        RuntimeError
            If there is no such variable, or the model is built already.
        TypeError
            If `location` is not a `VarLocation`.
        """
        self._set_location(f"{self.model.family} variable", name, self.vars, location)

    def get_var_location(self, name: str) -> VarLocation:
        """Return where a GPU would hold a variable.

        Raises
        ------
        RuntimeError
            If there is no such variable.
        """
        return self._locations.get(f"{self.model.family} variable", name, self.vars)
