"""What kernels do with arrays and ranges, as a few instructions each.

Numba writes dozens, and LLVM then takes most of them away again. Elements are found from the front
alone: Numba's index below 0, from the end of an array, is not known here.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils, errors, typing
from numba.core.datamodel import models
from numba.core.imputils import Registry
from numba.core.typing import templates
from numba.np import arrayobj
from numba.np.numpy_support import as_dtype

#: The functions below, and the types of some of what they do.
REGISTRY, TYPES = Registry("numbagenn"), templates.Registry()

_INTEGER = ir.IntType(64)
_ZERO, _ONE = ir.Constant(_INTEGER, 0), ir.Constant(_INTEGER, 1)


def part(builder: Any, whole: Any, *position: int) -> Any:
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


def _together(builder: Any, kind: Any, parts: Sequence[Any]) -> Any:
    """Return a structure of some parts."""
    whole = ir.Constant(kind, ir.Undefined)
    for position, one in enumerate(parts):
        whole = builder.insert_value(whole, one, position)
    return whole


# --- Arrays ---------------------------------------------------------------------------------------


class ArrayModel(models.ArrayModel):  # type: ignore[misc]
    """How arrays are passed to functions: those without gaps by their address and shape alone."""

    @property
    def _is_plain(self) -> bool:
        return bool(self.fe_type.layout == "C")

    def get_argument_type(self) -> Any:
        """Return the types of what is passed."""
        whole = super().get_argument_type()
        if not self._is_plain:
            return whole
        return tuple(whole[self.get_field_position(name)] for name in ("data", "shape"))

    def as_argument(self, builder: Any, value: Any) -> Any:
        """Return what is passed."""
        if not self._is_plain:
            return super().as_argument(builder, value)
        data = self.get_field_position("data")
        return part(builder, value, data), tuple(self.lengths(builder, value))

    def from_argument(self, builder: Any, value: Any) -> Any:
        """Return the array, given what was passed."""
        if not self._is_plain:
            return super().from_argument(builder, value)
        return array_value(builder, self, *value)

    def lengths(self, builder: Any, value: Any) -> list[Any]:
        """Return how long an array is in each dimension."""
        position = self.get_field_position("shape")
        return [part(builder, value, position, axis) for axis in range(self.fe_type.ndim)]


def array_value(builder: Any, model: Any, data: Any, shape: Sequence[Any]) -> Any:
    """Return an array without gaps, given how arrays are kept, its address and its lengths."""
    whole = ir.Constant(model.get_value_type(), None)
    apart = ir.Constant(_INTEGER, as_dtype(model.fe_type.dtype).itemsize)

    def put(one: Any, name: str, *axis: int) -> None:
        nonlocal whole
        whole = builder.insert_value(whole, one, [model.get_field_position(name), *axis])

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

    It is None where the array has gaps, where not all indices are integers, and where Numba is to
    check that they are inside.
    """
    (array_type, kind), (array, index) = signature.args[:2], values[:2]
    kinds = list(kind) if isinstance(kind, types.BaseTuple) else [kind]
    plain = array_type.layout == "C" and not context.enable_boundscheck
    if not plain or not all(isinstance(one, types.Integer) for one in kinds):
        return None
    shape = context.data_model_manager[array_type].lengths(builder, array)
    offset = None
    for axis, length in enumerate(shape):
        if offset is not None:
            offset = builder.mul(offset, length)
        if axis < len(kinds):
            one = index if kind is kinds[0] else part(builder, index, axis)
            number = context.cast(builder, one, kinds[axis], types.int64)
            offset = builder.add(offset, number) if axis else number
    return offset


def _place(context: Any, builder: Any, kind: Any, array: Any, offset: Any) -> Any:
    data = context.data_model_manager[kind].get_field_position("data")
    return builder.gep(part(builder, array, data), [offset])


def _read(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    """Return an element, or the part of an array that fewer indices lead to."""
    (kind, index), result = signature.args, signature.return_type
    offset = _offset(context, builder, signature, values)
    if offset is None and isinstance(index, types.BaseTuple):
        return arrayobj.getitem_array_tuple(context, builder, signature, values)
    if offset is None:
        return arrayobj.getitem_arraynd_intp(context, builder, signature, values)
    place = _place(context, builder, kind, values[0], offset)
    if not isinstance(result, types.Array):
        return context.unpack_value(builder, kind.dtype, place)
    manager = context.data_model_manager
    shape = manager[kind].lengths(builder, values[0])[-result.ndim :]
    return array_value(builder, manager[result], place, shape)


def _write(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    """Set an element."""
    kind, index, given = signature.args
    offset = _offset(context, builder, signature, values)
    if offset is None or len(getattr(index, "types", [index])) < kind.ndim:
        return arrayobj.setitem_array(context, builder, signature, values)
    value = context.cast(builder, values[2], given, kind.dtype)
    place = _place(context, builder, kind, values[0], offset)
    context.pack_value(builder, kind.dtype, value, place)
    return context.get_dummy_value()


def _run(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    """Return neighbouring elements; what would be behind the last one of the array is left out."""
    kind, result = signature.args[0], signature.return_type
    if kind.layout != "C" or kind.ndim > 1:
        return arrayobj.getitem_arraynd_intp(context, builder, signature, values)
    array, ends = values
    start, stop = (part(builder, ends, position) for position in range(2))
    (size,) = context.data_model_manager[kind].lengths(builder, array)
    length = builder.sub(_chosen("<", builder, stop, size), start)
    place = _place(context, builder, kind, array, start)
    model = context.data_model_manager[result]
    return array_value(builder, model, place, [_chosen(">", builder, length, _ZERO)])


def _slice(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    return _together(builder, context.get_value_type(signature.return_type), [*values, _ONE])


def _flat(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    """Return all elements in a row; `-1` is the only shape that kernels ask for."""
    (kind, _), result = signature.args, signature.return_type
    place = part(builder, values[0], context.data_model_manager[kind].get_field_position("data"))
    size = _size(context, builder, kind, values[0])
    return array_value(builder, context.data_model_manager[result], place, [size])


def _size(context: Any, builder: Any, kind: Any, array: Any) -> Any:
    return part(builder, array, context.data_model_manager[kind].get_field_position("nitems"))


for _index in (types.Integer, types.BaseTuple):
    REGISTRY.lower(operator.getitem, types.Array, _index)(_read)
    REGISTRY.lower(operator.setitem, types.Array, _index, types.Any)(_write)
REGISTRY.lower(operator.getitem, types.Array, types.slice2_type)(_run)
REGISTRY.lower(slice, types.int64, types.int64)(_slice)
REGISTRY.lower_getattr(types.Array, "size")(_size)
REGISTRY.lower("array.reshape", types.Array, types.Integer)(_flat)


# --- Ranges ---------------------------------------------------------------------------------------

# Numba keeps the start, the end and the step of a range. Of an iterator it keeps the places of the
# next number and of how many are left, with the end and the step between them.
_RANGE, _ITERATOR = types.range_state64_type, types.range_iter64_type


def _range(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    ends = [_ZERO, *values] if len(values) == 1 else values[:2]
    step = values[2] if len(values) == 3 else _ONE
    return _together(builder, context.get_value_type(_RANGE), [*ends, step])


def _iterator(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    start, stop, step = (part(builder, values[0], position) for position in range(3))
    if not isinstance(step, ir.Constant):
        raise errors.NumbaNotImplementedError("The step of a range must be a number.")
    count = builder.sub(stop, start)
    if step.constant != 1:
        # What is left over counts as a step.
        rest = ir.Constant(_INTEGER, step.constant - (1 if step.constant > 0 else -1))
        count = builder.sdiv(builder.add(count, rest), step)
    places = [cgutils.alloca_once(builder, _INTEGER) for _ in range(2)]
    for number, place in zip((start, count), places, strict=True):
        builder.store(number, place)
    parts = [places[0], stop, step, places[1]]
    return _together(builder, context.get_value_type(_ITERATOR), parts)


def _next(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    place, left_place = (part(builder, values[0], position) for position in (0, 3))
    number, left = builder.load(place), builder.load(left_place)
    # After the last number nobody looks again.
    builder.store(builder.sub(left, _ONE, flags=["nsw"]), left_place)
    builder.store(builder.add(number, part(builder, values[0], 2)), place)
    is_there = builder.icmp_signed(">", left, _ZERO)
    return _together(builder, context.get_value_type(signature.return_type), [number, is_there])


for _count in (1, 2, 3):
    REGISTRY.lower(range, *(types.int64,) * _count)(_range)
REGISTRY.lower("getiter", _RANGE)(_iterator)
REGISTRY.lower("iternext", _ITERATOR)(_next)


# --- Smaller and larger ---------------------------------------------------------------------------


def _chosen(sign: str, builder: Any, first: Any, second: Any) -> Any:
    return builder.select(builder.icmp_signed(sign, first, second), first, second)


def _chosen_real(sign: str, builder: Any, first: Any, second: Any) -> Any:
    return builder.select(builder.fcmp_ordered(sign, second, first), second, first)


def _of_two(function: Callable[..., Any], sign: str) -> None:
    """Let `min` or `max` of two numbers be an instruction, where Numba compiles a function."""
    known = {types.int64: _chosen, types.float64: _chosen_real}

    class Chosen(templates.AbstractTemplate):  # type: ignore[misc]
        def generic(self, arguments: Any, keywords: Any) -> Any:
            kind, *others = arguments
            whole = not keywords and kind in known and others == [kind]
            return typing.signature(kind, *arguments) if whole else None

    def choose(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return known[signature.return_type](sign, builder, *values)

    TYPES.register_global(function)(Chosen)
    for kind in known:
        REGISTRY.lower(function, kind, kind)(choose)


_of_two(min, "<")
_of_two(max, ">")
