"""Values given with a model: parameters, initial values, and what ``init_…`` functions return."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from numbagenn.base.array_conventions import Array
from numbagenn.base.number_checks import float_if_huge
from numbagenn.base.suggestions import closest, did_you_mean
from numbagenn.base.types import Precision, ResolvedType
from numbagenn.base.user_warnings import warn_user
from numbagenn.base.wording import capitalised, quoted, shown
from numbagenn.language.arithmetic import constant
from numbagenn.models.descriptions import (
    Model,
    PostsynapticModel,
    SparseConnectivityInitSnippet,
    ToeplitzConnectivityInitSnippet,
    Var,
    VarInitSnippet,
    WeightUpdateModel,
)


@dataclass(frozen=True)
class VarInit:
    """An initialiser: a snippet with its parameters.

    `number` is the number that every element starts from; None if code computes it.
    """

    snippet: VarInitSnippet
    params: Mapping[str, float]
    number: float | None = None

    def __repr__(self) -> str:
        return f"init_var('{self.snippet.class_name}', …)"


@dataclass(frozen=True)
class ConnectivityInit:
    """An initialiser of sparse connectivity: a snippet with its parameters."""

    snippet: SparseConnectivityInitSnippet
    params: Mapping[str, float]

    def __repr__(self) -> str:
        return f"init_sparse_connectivity('{self.snippet.class_name}', …)"


@dataclass(frozen=True)
class ToeplitzInit:
    """An initialiser of Toeplitz connectivity: a snippet with its parameters."""

    snippet: ToeplitzConnectivityInitSnippet
    params: Mapping[str, float]

    def __repr__(self) -> str:
        return f"init_toeplitz_connectivity('{self.snippet.class_name}', …)"


class _Entries:
    """What is a tuple in PyGeNN: an initialiser, and the initial values that go with it."""

    def _entries(self) -> tuple[Any, ...]:
        raise NotImplementedError

    def __iter__(self) -> Iterator[Any]:
        return iter(self._entries())

    def __getitem__(self, index: int) -> Any:
        return self._entries()[index]

    def __len__(self) -> int:
        return len(self._entries())


@dataclass(frozen=True, kw_only=True)
class WeightUpdateInit(_Entries):
    """A weight update model with its parameters, initial values and references."""

    model: WeightUpdateModel
    params: Mapping[str, float]
    vars: Mapping[str, Any]
    pre_vars: Mapping[str, Any]
    post_vars: Mapping[str, Any]
    pre_var_refs: Mapping[str, Any]
    post_var_refs: Mapping[str, Any]
    psm_var_refs: Mapping[str, Any]

    def _entries(self) -> tuple[Any, ...]:
        return self, self.vars, self.pre_vars, self.post_vars

    @property
    def snippet(self) -> WeightUpdateModel:
        """The model, under PyGeNN's name."""
        return self.model

    def __repr__(self) -> str:
        return f"init_weight_update('{self.model.class_name}', …)"


@dataclass(frozen=True, kw_only=True)
class PostsynapticInit(_Entries):
    """A postsynaptic model with its parameters, initial values and references."""

    model: PostsynapticModel
    params: Mapping[str, float]
    vars: Mapping[str, Any]
    var_refs: Mapping[str, Any] = field(default_factory=dict)

    def _entries(self) -> tuple[Any, ...]:
        return self, self.vars

    @property
    def snippet(self) -> PostsynapticModel:
        """The model, under PyGeNN's name."""
        return self.model

    def __repr__(self) -> str:
        return f"init_postsynaptic('{self.model.class_name}', …)"


def check_names(
    prefix: str, kind: str, value: str, expected: Sequence[str], given: object
) -> dict[str, Any]:
    """Return `given` as a dict after checking that it holds exactly the expected names.

    Raises
    ------
    RuntimeError
        If there are too many, too few, or others.
    TypeError
        If `given` is not a dict.
    """
    if given is None:
        given = {}
    if not isinstance(given, Mapping):
        raise TypeError(f"{prefix}: {kind}s must be a dict of name to value, not {shown(given)}.")
    listed = quoted(expected)
    if len(given) != len(expected):
        got = quoted(given)
        missing = ", ".join(f"'{name}'" for name in expected if name not in given)
        extra = ", ".join(f"'{name}'" for name in given if name not in expected)
        fix = "" if missing and extra else f"; add {missing}" if missing else f"; remove {extra}"
        raise RuntimeError(
            f"{prefix} expected {len(expected)} {kind}{'s' if kind == 'parameter' else ''} but got "
            f"{len(given)}: expected {listed}, given {got}{fix}."
        )
    for name in expected:
        if name not in given:
            others = [str(other) for other in given if other not in expected]
            other = closest(name, others, cutoff=0.0) or others[0]
            raise RuntimeError(
                f"{prefix} missing {value} for {kind}: '{name}'; expected {listed}, and '{other}' "
                f"is not one of them{did_you_mean(other, expected)}"
            )
    return dict(given)


def check_parameters(prefix: str, model: Model, given: object) -> dict[str, float]:
    """Return the parameters of a model as plain numbers, after checking them."""
    names = [param.name for param in model.params]
    values = check_names(prefix, "parameter", "value", names, given)
    for name, value in values.items():
        number = np.asarray(float_if_huge(f"{prefix}: parameter '{name}'", value))
        if number.ndim != 0 or number.dtype.kind not in "biuf":
            fix = "; use a variable for what differs between neurons" if np.ndim(value) else ""
            raise TypeError(
                f"{prefix}: parameter '{name}' must be a number, not {_with_type(value)}{fix}."
            )
        values[name] = number.item()
        if math.isnan(values[name]):
            warn_user(f"{prefix}: parameter '{name}' is NaN, not a number; give another value.")
    return values


def check_variables(prefix: str, variables: Sequence[Var], given: object) -> dict[str, Any]:
    """Return the initial values of variables, after checking them."""
    names = [var.name for var in variables]
    values = check_names(prefix, "variable", "initialiser", names, given)
    for name, value in values.items():
        check_initial_value(f"{prefix}: variable '{name}'", value)
    return values


def check_initial_value(what: str, value: object) -> None:
    """Raise unless `value` is something that a variable can start from."""
    if value is None or isinstance(value, VarInit) or np.isscalar(value):
        if isinstance(value, (str, bytes, complex, np.complexfloating)):
            raise TypeError(f"{what} must start from numbers, not {shown(value)}.")
        float_if_huge(what, value)
        return
    if not isinstance(value, (Sequence, np.ndarray)) or isinstance(value, (str, bytes)):
        raise TypeError(
            f"{what} must start from a number, a sequence of numbers or init_var(…), "
            f"not {_with_type(value)}."
        )
    try:
        array = np.asarray(value)
    except ValueError:
        raise TypeError(f"{what}: its sequences have different lengths; give an array.") from None
    if array.dtype.kind not in "biuf":
        kinds = {"U": "text", "S": "bytes", "c": "complex numbers", "O": "objects"}
        kind = kinds.get(array.dtype.kind, str(array.dtype))
        raise TypeError(f"{what} must start from numbers, not from an array of {kind}.")


@cache
def limits(ctype: ResolvedType) -> tuple[float, float]:
    """Return the least and the greatest value of a type. Asking NumPy each time takes long."""
    if ctype.is_bool:
        return -math.inf, math.inf
    if ctype.is_float:
        return float(np.finfo(ctype.dtype).min), float(np.finfo(ctype.dtype).max)
    return int(np.iinfo(ctype.dtype).min), int(np.iinfo(ctype.dtype).max)


def check_number(what: str, value: float, ctype: ResolvedType) -> None:
    """Raise unless a number is in the range of a type.

    Raises
    ------
    RuntimeError
        If it is too large or too small, or not a number where the type has none.
    """
    if ctype.is_bool or (ctype.is_float and math.isnan(value)):
        return
    low, high = limits(ctype)
    if low <= value <= high:
        return
    size = "small" if value < low else "large"
    raise RuntimeError(
        f"Numeric value too {size} to be represented using const {ctype.name}: {what} is "
        f"{shown(value)}."
    )


def warn_of_overflow(what: str, given: Array, dtype: np.dtype[Any]) -> None:
    """Warn of numbers that an integer type cannot hold, and that become others."""
    if dtype.kind not in "iu" or np.can_cast(given.dtype, dtype):
        return
    integers = np.iinfo(dtype)
    low, high = int(integers.min), int(integers.max)
    # A fraction is lost, as in C; NaN is outside every range.
    wrong = np.flatnonzero(~((given > low - 1) & (given < high + 1)))
    if wrong.size:
        element = f" (element {wrong[0]})" if given.ndim else ""
        with np.errstate(invalid="ignore"):
            becomes = given.astype(dtype).flat[wrong[0]]
        warn_user(
            f"{capitalised(what)} takes integers from {low} to {high}, not "
            f"{given.flat[wrong[0]]}{element}, which becomes {becomes}; correct it, or use another "
            "type."
        )


def initial_array(what: str, value: object, ctype: ResolvedType, precision: Precision) -> Array:
    """Return the initial values of a variable as an array, a scalar as one of no dimensions.

    A number passes through the scalar type of the model first, as in PyGeNN.
    """
    if isinstance(value, VarInit):
        value = value.number
    if value is None:
        value = 0.0
    array = np.asarray(float_if_huge(what, value))
    if array.ndim == 0:
        check_number(f"the initial value of {what}", array.item(), precision.scalar)
        warn_of_overflow(what, array, ctype.dtype)
        number = constant(array.item(), precision.scalar)
        if ctype.is_bool:
            return np.asarray(bool(number))
        return np.asarray(constant(number, ctype), ctype.dtype)
    warn_of_overflow(what, array, ctype.dtype)
    # A number that is too large becomes infinite; the model warns of it when it is loaded.
    with np.errstate(invalid="ignore", over="ignore"):
        return array.astype(ctype.dtype, copy=False)


def plain_numbers(given: Mapping[str, float]) -> dict[str, float]:
    """Return parameters as the functions of a model or snippet get them.

    Integers stay integers: such functions count with them, and make sizes of them.
    """
    return {
        name: int(value) if isinstance(value, int) else float(value)
        for name, value in given.items()
    }


def evaluate_parameters(
    title: str, model: Model, given: Mapping[str, float], dt: float, precision: Precision
) -> dict[str, float]:
    """Return the values of the parameters and derived parameters of one use of a model.

    Raises
    ------
    RuntimeError
        If one does not fit into its type.
    """
    plain = plain_numbers(given)
    values = {name: float(value) for name, value in given.items()}
    for item in model.derived_params:
        try:
            result = item.function(plain, dt)
        except Exception as error:
            raise RuntimeError(
                f"Derived parameter '{item.name}' of {title} could not be computed from "
                f"{plain} and dt = {dt}: {type(error).__name__}: {error}."
            ) from error
        if np.ndim(result) or np.asarray(result).dtype.kind not in "biuf":
            raise TypeError(
                f"Derived parameter '{item.name}' of {title} must be a number: its function "
                f"returned {shown(result)}."
            )
        values[item.name] = float(result)
    for param in model.constants:
        ctype = precision.resolve(param.type)
        check_number(f"parameter '{param.name}' of {title}", values[param.name], ctype)
        values[param.name] = constant(values[param.name], ctype)
    return values


def check_shape(
    what: str, array: Array, count: int, batch_size: int | None, *, columns: int = 0
) -> None:
    """Raise unless an array can fill a variable of `count` elements.

    Raises
    ------
    ValueError
        If its shape is neither ``(count,)`` nor ``(batch_size, count)``.
    """
    if array.shape[-1:] == (count,) and (
        array.ndim == 1
        or (array.ndim == 2 and (batch_size is None or array.shape[0] in (1, batch_size)))
    ):
        return
    fix = "."
    if columns and array.shape == (columns, count // columns) != (count // columns, columns):
        fix = "; its rows must be presynaptic neurons: try values.T.flatten()."
    elif array.ndim > 1 and array.size == count:
        fix = "; flatten it, for example with values.flatten()."
    elif array.ndim == 2 and array.shape[1] == count and batch_size == 1:
        fix = "; give one row, as batch_size is 1 or the batch shares the variable."
    elif array.size == 1:
        fix = "; give the number itself to have it everywhere."
    rows = "" if batch_size in (None, 1) else f" or ({batch_size}, {count})"
    raise ValueError(f"{what} needs values of shape ({count},){rows}, not {array.shape}{fix}")


def _with_type(value: object) -> str:
    if isinstance(value, (Iterator, Set)):
        return f"a {type(value).__name__}"
    plain = value is None or isinstance(value, Iterable)
    return shown(value) if plain else f"{type(value).__name__} {shown(value)}"
