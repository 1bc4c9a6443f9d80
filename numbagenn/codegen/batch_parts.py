"""Whether each batch element has its own part of the arrays that code of neurons assigns.

An extra global parameter is one array for the whole batch. Batch elements that assign its elements
run in order, step by step, unless it follows from the code that none reaches into the part of
another one: then they can run in any order, on several threads. Indices are mostly made of
variables, such as the place in a ring buffer where the next spike is written. So the ranges of
these are found first: they start from where they are initialised, and grow by whatever the code of
the neurons and custom updates makes of them, until nothing changes any more. A value that the host
writes later has to be in the range, too, or the batch elements run in order from then on.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence

import numpy as np
from pycparser import c_ast

from numbagenn.base.types import ResolvedType, Uint32
from numbagenn.codegen.network_view import NetworkView
from numbagenn.language.code_strings import CodeString
from numbagenn.language.ranges import (
    ANYTHING,
    BATCH,
    Names,
    NotUnderstoodError,
    Range,
    Walk,
    numbers_in,
)
from numbagenn.memory.buffers import Buffer
from numbagenn.memory.variables import Variable
from numbagenn.models.descriptions import Model
from numbagenn.network.bound_model import BoundModel
from numbagenn.network.custom_updates import CustomUpdateBase
from numbagenn.network.neuron_groups import NeuronGroup

#: The range of some memory: its least and its greatest value.
Limits = tuple[float, float]

# A range that is not found by then grows without an end.
_MOST_ROUNDS = 100

_Ranges = dict[Buffer, Range]


def ranges_that_keep_apart(network: NetworkView) -> dict[Buffer, Limits] | None:
    """Return the ranges in which memory has to be so that batch elements assign nothing in common.

    Returns
    -------
    dict or None
        Nothing where no code assigns elements of arrays. None where it cannot be told.
    """
    synapses = network.synapse_populations.values()
    others: list[Model] = [
        *(group.model for group in network.current_sources.values()),
        *(group.weight_update.model for group in synapses),
        *(group.postsynaptic.model for group in synapses),
    ]
    if any(model.assigns_elements for model in others):
        return None
    result: dict[Buffer, Limits] = {}
    for group in network.neuron_populations.values():
        if group.model.assigns_elements:
            try:
                found = _ranges(network, group)
            except NotUnderstoodError:
                return None
            if found is None:
                return None
            result |= found
    return result


def _ranges(network: NetworkView, group: NeuronGroup) -> dict[Buffer, Limits] | None:
    """Return the ranges of the memory of a population; None if they do not keep batches apart."""
    code = _Code(network, group)
    start = code.at_start()
    ranges = code.grown(start)
    if not code.keeps_apart(ranges):
        return None
    # Most variables have nothing to do with it, so the host may write to them what it likes.
    for buffer in start:
        without = code.grown({**start, buffer: ANYTHING})
        if code.keeps_apart(without):
            start[buffer], ranges = ANYTHING, without
    return {
        buffer: (one.low, one.high) for buffer, one in ranges.items() if start[buffer] != ANYTHING
    }


class _Code:
    """All code that assigns the integer variables of a population."""

    def __init__(self, network: NetworkView, group: NeuronGroup) -> None:
        self._network = network
        self._group = group
        self._model = group.model
        self._types = _types(network, group.bound())
        self._variables = {
            name: variable
            for name, variable in group.vars.items()
            if _is_integer(self._types[name])
        }
        self._updates = [
            update
            for update in network.custom_updates.values()
            if any(one.buffer in set(update.memory.values()) for one in self._variables.values())
        ]
        trees = [code.tree for code in self._strings(self._model) if not code.is_blank]
        trees += [update.model.update_code.tree for update in self._updates]
        numbers = numbers_in(trees) | {0, 1}
        for bound in (group.bound(), *(update.bound() for update in self._updates)):
            numbers |= {int(one.low) for one in _constants(network, bound).values()}
        #: Where ranges may end: at numbers that the code names, and beside them.
        self._ends = sorted({number + step for number in numbers for step in (-1, 0, 1)})

    @staticmethod
    def _strings(model: Model) -> list[CodeString]:
        return [getattr(model, f"{name}_code") for name in ("sim", "threshold_condition", "reset")]

    def at_start(self) -> _Ranges:
        """Return the ranges of initial values."""
        return {one.buffer: _initial(one) for one in self._variables.values()}

    def grown(self, ranges: _Ranges) -> _Ranges:
        """Return ranges that hold the given ones, and that no code leaves."""
        for _ in range(_MOST_ROUNDS):
            after = self.after(ranges)
            if all(after[buffer] in ranges[buffer] for buffer in ranges):
                return ranges
            ranges = {
                buffer: self._widened(ranges[buffer], ranges[buffer] | after[buffer])
                for buffer in ranges
            }
        return dict.fromkeys(ranges, ANYTHING)

    def _widened(self, old: Range, new: Range) -> Range:
        """Return a range that holds `new`, and ends at numbers of the code where it grew."""
        if new == ANYTHING:
            return new
        low, high, ends = new.low, new.high, self._ends
        if low < old.low:
            place = bisect_right(ends, low) - 1
            low = ends[place] if place >= 0 else -math.inf
        if high > old.high:
            place = bisect_left(ends, high)
            high = ends[place] if place < len(ends) else math.inf
        return Range(low, high, new.apart, new.is_unsigned)

    def after(self, ranges: _Ranges) -> _Ranges:
        """Return the ranges after any of the code ran once."""
        names, _ = self._run_neuron(ranges)
        result = {one.buffer: names[name] for name, one in self._variables.items()}
        for update in self._updates:
            for buffer, one in self._run_update(update, ranges).items():
                result[buffer] = result[buffer] | one
        return result

    def keeps_apart(self, ranges: _Ranges) -> bool:
        """Return whether, with variables in these ranges, all indices are in their own parts."""
        _, walk = self._run_neuron(ranges)
        for array in walk.arrays:
            indices = walk.indices.get(array, [])
            size = indices[0].apart if indices else 1
            part = Range(0, size - 1, size)
            if size < 1 or not all(index in part for index in indices):
                return False
        return True

    def _run_neuron(self, ranges: _Ranges) -> tuple[Names, Walk]:
        """Return what names are after a step, and the walk through its code."""
        model, sizes = self._model, self._group.num_neurons
        names = {
            "batch": BATCH,
            "num_batch": _count(self._network.batch_size),
            "id": Range(0, sizes - 1, is_unsigned=True),
            "num_neurons": _count(sizes),
        }
        names |= self._known(self._group.bound(), ranges)
        arrays = frozenset(array.name for array in model.extra_global_params)
        assigned = frozenset(arrays & _assigned_arrays(self._strings(model)))
        walk = Walk(self._types, assigned, self._network.batch_size)
        condition, reset = model.threshold_condition_code, model.reset_code
        if model.auto_refractory_required and not condition.is_blank:
            walk.value(condition.tree, names)
        if not model.sim_code.is_blank:
            walk.statement(model.sim_code.tree, names)
        if not condition.is_blank:
            walk.value(condition.tree, names)
            spiking = dict(names)
            if not reset.is_blank and walk.narrow(condition.tree, spiking, holds=True):
                walk.statement(reset.tree, spiking)
                walk.join(names, spiking)
        return names, walk

    def _run_update(self, update: CustomUpdateBase, ranges: _Ranges) -> _Ranges:
        """Return the ranges of variables of the population after a custom update."""
        bound = update.bound()
        names = self._known(bound, ranges)
        known = {*names}
        # What the update reads is not followed here, but only what it assigns.
        walk = Walk(_types(self._network, bound), frozenset(), self._network.batch_size)
        if not bound.model.update_code.is_blank:
            walk.statement(bound.model.update_code.tree, names)
        return {
            buffer: ANYTHING if name in bound.model.reductions else names.get(name, ANYTHING)
            for name, buffer in update.memory.items()
            if buffer in ranges and (name in known or name in names)
        }

    def _known(self, bound: BoundModel[Model], ranges: _Ranges) -> Names:
        """Return the ranges of the names of a description."""
        of_memory = {
            name: ranges[buffer] for name, buffer in bound.buffers.items() if buffer in ranges
        }
        return {**_constants(self._network, bound), **of_memory}


def _count(number: int) -> Range:
    return Range(number, number, is_unsigned=True)


def _is_integer(ctype: ResolvedType) -> bool:
    return not ctype.is_float and not ctype.is_bool


def _types(network: NetworkView, bound: BoundModel[Model]) -> dict[str, ResolvedType]:
    """Return the types of names, by name."""
    model = bound.model
    items = (*model.constants, *model.vars, *getattr(model, "var_refs", ()))
    built_in = dict.fromkeys(("batch", "num_batch", "id", "num_neurons"), Uint32)
    return built_in | {item.name: network.types.resolve(item.type) for item in items}


def _constants(network: NetworkView, bound: BoundModel[Model]) -> Names:
    """Return the parameters that are whole numbers, and that nothing changes."""
    found = {}
    for param in bound.model.constants:
        ctype = network.types.resolve(param.type)
        if param.name not in bound.buffers and _is_integer(ctype):
            value = int(bound.params[param.name])
            found[param.name] = Range(value, value, is_unsigned=ctype.is_unsigned)
    return found


def _initial(variable: Variable) -> Range:
    """Return the range of the values that a variable starts from."""
    given = variable.initial
    if not isinstance(given, (int, float, list, tuple, np.ndarray, np.number)):
        return ANYTHING
    values = np.asarray(given)
    if values.dtype.kind not in "iuf" or not values.size or not np.isfinite(values).all():
        return ANYTHING
    # An integer loses the fraction.
    low, high = (int(end) for end in (values.min(), values.max()))
    return Range(low, high)


def _assigned_arrays(strings: Sequence[CodeString]) -> set[str]:
    """Return the names of which elements are assigned; of any pointer that is not just a name, all.

    Raises
    ------
    NotUnderstoodError
        If it is not clear which array is assigned.
    """
    found: set[str] = set()

    def visit(node: c_ast.Node) -> None:
        if isinstance(node, (c_ast.Assignment, c_ast.UnaryOp)):
            target = node.lvalue if isinstance(node, c_ast.Assignment) else node.expr
            if isinstance(target, c_ast.ArrayRef) and isinstance(target.name, c_ast.ID):
                found.add(target.name.name)
            elif isinstance(target, (c_ast.ArrayRef, c_ast.UnaryOp)) and (
                isinstance(node, c_ast.Assignment)
            ):
                raise NotUnderstoodError
        for _, part in node.children():
            visit(part)

    for string in strings:
        if not string.is_blank:
            visit(string.tree)
    return found


def is_inside(buffer: Buffer, limits: Mapping[Buffer, Limits]) -> bool:
    """Return whether the values of some memory are in its range."""
    low, high = limits[buffer]
    _, device = buffer.arrays
    return bool(low <= device.min() and device.max() <= high)
