"""What Numba knows when it compiles kernels, which is a small part of what it knows by itself.

Numba compiles for a *target*. Ours is a processor, too. It lacks lists, strings, linear algebra and
whatever else no kernel needs, which would take longer to import than all the rest. In return
elements of arrays and loops over ranges become a few instructions each, where Numba writes dozens
that LLVM then has to take away again. An index from the end of an array, below 0, is not known here.

Code that users compile with Numba themselves is not affected.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Any

import numba
from llvmlite import ir
from numba import types
from numba.core import cgutils, errors, typing
from numba.core.cpu import CPUContext
from numba.core.imputils import Registry
from numba.core.registry import CPUDispatcher, CPUTarget
from numba.core.runtime import rtsys
from numba.core.target_extension import (
    CPU,
    dispatcher_registry,
    jit_registry,
    target_registry,
)

#: The name of the target.
NAME = "numbagenn"

_ours = Registry("numbagenn")


class _TypingContext(typing.Context):  # type: ignore[misc]
    """The types of what kernels call."""

    def load_additional_registries(self) -> None:
        from numba.core.typing import mathdecl, npydecl

        for module in (mathdecl, npydecl):
            self.install_registry(module.registry)


class _Context(CPUContext):  # type: ignore[misc]
    """The code of what kernels call."""

    def refresh(self) -> None:
        super().refresh()
        # Of two ways to write the same thing, the last one counts.
        self.install_registry(_ours)

    def pair_first(self, builder: Any, value: Any, kind: Any) -> Any:
        return _part(builder, value, 0)

    def pair_second(self, builder: Any, value: Any, kind: Any) -> Any:
        return _part(builder, value, 1)

    def load_additional_registries(self) -> None:
        from numba.core import optional  # noqa: F401
        from numba.cpython import builtins, mathimpl, numbers, rangeobj, tupleobj  # noqa: F401
        from numba.np import arrayobj, npyimpl  # noqa: F401

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


# --- Elements of arrays ---------------------------------------------------------------------------


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


def _place(
    context: Any, builder: Any, kinds: Sequence[Any], values: Sequence[Any]
) -> Any:
    """Return the address of an element, given an array and what it is indexed by.

    It is None where that is not an element of an array without gaps.
    """
    (array_type, index_type), (array, index) = kinds[:2], values[:2]
    indices = [index]
    index_types = [index_type]
    if isinstance(index_type, types.BaseTuple):
        index_types = list(index_type)
        indices = [_part(builder, index, number) for number in range(len(index_types))]
    integers = all(isinstance(kind, types.Integer) for kind in index_types)
    plain = array_type.layout == "C" and array_type.aligned and not context.enable_boundscheck
    if not (plain and integers and len(indices) == array_type.ndim):
        return None
    field = context.data_model_manager[array_type].get_field_position
    offset = None
    for axis, (kind, value) in enumerate(zip(index_types, indices, strict=True)):
        value = context.cast(builder, value, kind, types.intp)
        if offset is not None:
            length = _part(builder, array, field("shape"), axis)
            value = builder.add(builder.mul(offset, length), value)
        offset = value
    return builder.gep(_part(builder, array, field("data")), [offset])


def _indexed_by(function: Any, *rest: Any) -> Callable[[Any], Any]:
    """Return the decorator of what is done with elements of arrays."""

    def decorate(write: Any) -> Any:
        for index in (types.Integer, types.BaseTuple):
            _ours.lower(function, types.Array, index, *rest)(write)
        return write

    return decorate


@_indexed_by(operator.getitem)
def _read(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    place = _place(context, builder, signature.args, values)
    if place is None:
        return _by_numba(operator.getitem, context, builder, signature, values)
    return context.unpack_value(builder, signature.args[0].dtype, place)


@_indexed_by(operator.setitem, types.Any)
def _write(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    place = _place(context, builder, signature.args, values)
    if place is None:
        return _by_numba(operator.setitem, context, builder, signature, values)
    kind = signature.args[0].dtype
    value = context.cast(builder, values[2], signature.args[2], kind)
    context.pack_value(builder, kind, value, place)
    return context.get_dummy_value()


def _by_numba(function: Any, context: Any, builder: Any, signature: Any, values: Any) -> Any:
    from numba.np import arrayobj

    if function is operator.setitem:
        write = arrayobj.setitem_array
    elif isinstance(signature.args[1], types.BaseTuple):
        write = arrayobj.getitem_array_tuple
    else:
        write = arrayobj.getitem_arraynd_intp
    return write(context, builder, signature, values)


@_ours.lower_getattr(types.Array, "size")
def _size(context: Any, builder: Any, kind: Any, array: Any) -> Any:
    return _part(builder, array, context.data_model_manager[kind].get_field_position("nitems"))


# --- Ranges ---------------------------------------------------------------------------------------

# Numba keeps the start, the end and the step of a range, and of an iterator the places of the next
# number and of how many are left, with the end and the step between them.
_RANGE, _ITERATOR = types.range_state64_type, types.range_iter64_type
_ZERO, _ONE = (ir.Constant(ir.IntType(64), number) for number in (0, 1))


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
