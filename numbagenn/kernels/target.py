"""What Numba knows when it compiles kernels, which is a small part of what it knows by itself.

Numba compiles for a *target*. Ours is a processor, too. It lacks lists, strings, linear algebra and
whatever else no kernel needs, which would take longer to import than all the rest. In return
elements of arrays and loops over ranges become a few instructions each, where Numba writes dozens
that LLVM then has to take away again. An index below 0, from the end of an array, is not
known here.

Code that users compile with Numba themselves is not affected.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from functools import cached_property, partial
from typing import Any

import numba
from llvmlite import ir
from numba import types
from numba.core import cgutils, datamodel, errors, optional, typing  # noqa: F401
from numba.core.cpu import CPUContext
from numba.core.datamodel import models
from numba.core.imputils import Registry
from numba.core.registry import CPUDispatcher, CPUTarget
from numba.core.runtime import rtsys
from numba.core.target_extension import (
    CPU,
    dispatcher_registry,
    jit_registry,
    target_override,
    target_registry,
)
from numba.core.typing import mathdecl, npydecl, templates
from numba.cpython import builtins, mathimpl, numbers, rangeobj, tupleobj  # noqa: F401
from numba.np import arrayobj, npyimpl
from numba.np.numpy_support import as_dtype

#: The name of the target.
NAME = "numbagenn"

_ours = Registry("numbagenn")
_ZERO, _ONE = (ir.Constant(ir.IntType(64), number) for number in (0, 1))


_our_types = templates.Registry()


class _TypingContext(typing.Context):  # type: ignore[misc]
    """The types of what kernels call."""

    def refresh(self) -> None:
        with target_override(NAME):
            super().refresh()

    def load_additional_registries(self) -> None:
        # Of two types of the same call, the first one counts.
        for registry in (_our_types, mathdecl.registry, npydecl.registry):
            self.install_registry(registry)


class _ArrayModel(models.ArrayModel):  # type: ignore[misc]
    """How arrays are passed to functions: those without gaps by their address and shape alone."""

    @property
    def _is_plain(self) -> bool:
        return bool(self.fe_type.layout == "C")

    def get_argument_type(self) -> Any:
        whole = super().get_argument_type()
        if not self._is_plain:
            return whole
        return tuple(whole[self.get_field_position(name)] for name in ("data", "shape"))

    def as_argument(self, builder: Any, value: Any) -> Any:
        if not self._is_plain:
            return super().as_argument(builder, value)
        place, data = self.get_field_position("shape"), self.get_field_position("data")
        shape = [_part(builder, value, place, axis) for axis in range(self.fe_type.ndim)]
        return _part(builder, value, data), tuple(shape)

    def from_argument(self, builder: Any, value: Any) -> Any:
        if not self._is_plain:
            return super().from_argument(builder, value)
        data, shape = value
        return array_value(builder, self, data, shape)


class _Context(CPUContext):  # type: ignore[misc]
    """The code of what kernels call."""

    def init(self) -> None:
        super().init()
        self.data_model_manager = datamodel.default_manager.copy()
        self.data_model_manager.register(types.Array, _ArrayModel)

    def refresh(self) -> None:
        with target_override(NAME):
            super().refresh()
        # Of two ways to write the same thing, the last one counts.
        self.install_registry(_ours)

    def pair_first(self, builder: Any, value: Any, kind: Any) -> Any:
        return _part(builder, value, 0)

    def pair_second(self, builder: Any, value: Any, kind: Any) -> Any:
        return _part(builder, value, 1)

    def load_additional_registries(self) -> None:
        rtsys.initialize(self)
        for module in (mathimpl, npyimpl):
            self.install_registry(module.registry)


class _Target(CPUTarget):  # type: ignore[misc]
    @cached_property
    def _toplevel_target_context(self) -> _Context:
        return _Context(self.typing_context, self._target_name)

    @cached_property
    def _toplevel_typing_context(self) -> _TypingContext:
        return _TypingContext()


class Processor(CPU):  # type: ignore[misc]
    """What Numba knows the target by."""


class Dispatcher(CPUDispatcher):  # type: ignore[misc]
    """A function that is compiled for the target."""

    targetdescr = _Target(NAME)


target_registry[NAME] = Processor
dispatcher_registry[Processor] = Dispatcher
jit_registry[Processor] = partial(numba.jit, _target=NAME)

context: _Context = Dispatcher.targetdescr.target_context


# --- Arrays ---------------------------------------------------------------------------


def _part(builder: Any, whole: Any, *position: int) -> Any:
    """Return a part of a structure, which may just have been put together."""
    while position and isinstance(whole, ir.instructions.InsertValue):
        inserted = tuple(whole.indices)
        if inserted == position[: len(inserted)]:
            whole, position = whole.operands[1], position[len(inserted) :]
        elif position == inserted[: len(position)]:
            break
        else:
            whole = whole.operands[0]
    return builder.extract_value(whole, position) if position else whole


def array_value(builder: Any, model: Any, data: Any, shape: Sequence[Any]) -> Any:
    """Return an array without gaps, given how Numba keeps it, its address and its lengths."""
    whole = ir.Constant(model.get_value_type(), None)
    apart = ir.Constant(ir.IntType(64), as_dtype(model.fe_type.dtype).itemsize)

    def put(part: Any, name: str, *axis: int) -> None:
        nonlocal whole
        whole = builder.insert_value(whole, part, [model.get_field_position(name), *axis])

    put(data, "data")
    put(apart, "itemsize")
    count = None
    for axis, length in reversed([*enumerate(shape)]):
        put(length, "shape", axis)
        put(apart, "strides", axis)
        count = length if count is None else builder.mul(count, length)
        if axis:
            apart = builder.mul(apart, length)
    put(count, "nitems")
    return whole


def _offset(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    """Return where in an array without gaps some indices lead, counted in elements.

    It is None where the array has gaps, or where not all indices are integers.
    """
    array_type, kind = signature.args[:2]
    array, index = values[:2]
    kinds = list(kind) if isinstance(kind, types.BaseTuple) else [kind]
    if array_type.layout != "C" or not all(isinstance(one, types.Integer) for one in kinds):
        return None
    offset = _ZERO
    shape = context.data_model_manager[array_type].get_field_position("shape")
    for axis in range(array_type.ndim):
        if axis:
            offset = builder.mul(offset, _part(builder, array, shape, axis))
        if axis < len(kinds):
            one = index if kind is kinds[0] else _part(builder, index, axis)
            number = context.cast(builder, one, kinds[axis], types.intp)
            offset = builder.add(offset, number) if axis else number
    return offset


def _address(context: Any, builder: Any, kind: Any, array: Any, offset: Any) -> Any:
    data = context.data_model_manager[kind].get_field_position("data")
    return builder.gep(_part(builder, array, data), [offset])


def _read(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    """Return an element, or what a few indices leave of an array."""
    kind, result = signature.args[0], signature.return_type
    offset = _offset(context, builder, signature, values)
    if offset is None:
        one = isinstance(signature.args[1], types.BaseTuple)
        write = arrayobj.getitem_array_tuple if one else arrayobj.getitem_arraynd_intp
        return write(context, builder, signature, values)
    place = _address(context, builder, kind, values[0], offset)
    if not isinstance(result, types.Array):
        return context.unpack_value(builder, kind.dtype, place)
    models = context.data_model_manager
    position = models[kind].get_field_position("shape")
    axes = range(kind.ndim - result.ndim, kind.ndim)
    shape = [_part(builder, values[0], position, axis) for axis in axes]
    return array_value(builder, models[result], place, shape)


def _write(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    """Set an element."""
    kind, index, given = signature.args
    offset = _offset(context, builder, signature, values)
    if offset is None or len(getattr(index, "types", [index])) < kind.ndim:
        return arrayobj.setitem_array(context, builder, signature, values)
    value = context.cast(builder, values[2], given, kind.dtype)
    place = _address(context, builder, kind, values[0], offset)
    context.pack_value(builder, kind.dtype, value, place)
    return context.get_dummy_value()


for _index in (types.Integer, types.BaseTuple):
    _ours.lower(operator.getitem, types.Array, _index)(_read)
    _ours.lower(operator.setitem, types.Array, _index, types.Any)(_write)


@_ours.lower(slice, types.int64, types.int64)
def _slice(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    return _together(builder, context.get_value_type(signature.return_type), [*values, _ONE])


@_ours.lower(operator.getitem, types.Array, types.slice2_type)
def _run(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    """Return some neighbouring elements; what would be behind the last one is left out."""
    kind, result = signature.args[0], signature.return_type
    if kind.layout != "C" or kind.ndim > 1:
        return arrayobj.getitem_arraynd_intp(context, builder, signature, values)
    array, ends = values
    start, stop = (_part(builder, ends, position) for position in range(2))
    models = context.data_model_manager
    size = _part(builder, array, models[kind].get_field_position("nitems"))
    stop = builder.select(builder.icmp_signed("<", stop, size), stop, size)
    length = builder.sub(stop, start)
    length = builder.select(builder.icmp_signed(">", length, _ZERO), length, _ZERO)
    place = _address(context, builder, kind, array, start)
    return array_value(builder, models[result], place, [length])


@_ours.lower_getattr(types.Array, "size")
def _size(context: Any, builder: Any, kind: Any, array: Any) -> Any:
    return _part(builder, array, context.data_model_manager[kind].get_field_position("nitems"))


# --- Ranges ---------------------------------------------------------------------------------------

# Numba keeps the start, the end and the step of a range, and of an iterator the places of the next
# number and of how many are left, with the end and the step between them.
_RANGE, _ITERATOR = types.range_state64_type, types.range_iter64_type


def _together(builder: Any, kind: Any, parts: Sequence[Any]) -> Any:
    """Return a structure of some parts."""
    whole = ir.Constant(kind, ir.Undefined)
    for position, part in enumerate(parts):
        whole = builder.insert_value(whole, part, position)
    return whole


def _range(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    ends = [_ZERO, *values] if len(values) == 1 else values[:2]
    step = values[2] if len(values) == 3 else _ONE
    return _together(builder, context.get_value_type(_RANGE), [*ends, step])


for _count in (1, 2, 3):
    _ours.lower(range, *(types.int64,) * _count)(_range)


@_ours.lower("getiter", _RANGE)
def _iterator(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    start, stop, step = (_part(builder, values[0], position) for position in range(3))
    if not isinstance(step, ir.Constant):
        raise errors.NumbaNotImplementedError("The step of a range must be a number.")
    # What is left over counts as a step.
    rest = step.constant - (1 if step.constant > 0 else -1)
    count = builder.sub(stop, start)
    if rest:
        count = builder.sdiv(builder.add(count, ir.Constant(step.type, rest)), step)
    places = []
    for number in (start, count):
        places.append(cgutils.alloca_once(builder, number.type))
        builder.store(number, places[-1])
    parts = [places[0], stop, step, places[1]]
    return _together(builder, context.get_value_type(_ITERATOR), parts)


@_ours.lower("iternext", _ITERATOR)
def _next(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    place, left_place = (_part(builder, values[0], position) for position in (0, 3))
    number, left = builder.load(place), builder.load(left_place)
    builder.store(builder.sub(left, _ONE, flags=["nsw"]), left_place)
    builder.store(builder.add(number, _part(builder, values[0], 2)), place)
    is_there = builder.icmp_signed(">", left, _ZERO)
    kind = context.get_value_type(signature.return_type)
    return _together(builder, kind, [number, is_there])


# --- Smaller and larger ---------------------------------------------------------------------------


def _of_two_integers(function: Any, sign: str) -> None:
    """Let `min` or `max` of two integers be an instruction, where Numba compiles a function."""

    @_our_types.register_global(function)
    class Chosen(templates.AbstractTemplate):  # type: ignore[misc]
        def generic(self, arguments: Any, keywords: Any) -> Any:
            if keywords or [*arguments] != [types.int64] * 2:
                return None
            return typing.signature(types.int64, *arguments)

    @_ours.lower(function, types.int64, types.int64)
    def choose(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return builder.select(builder.icmp_signed(sign, *values), *values)


_of_two_integers(min, "<=")
_of_two_integers(max, ">=")
