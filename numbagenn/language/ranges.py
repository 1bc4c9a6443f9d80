"""In which ranges the integers of code are, and which parts of arrays it indexes.

Code that gives each batch element a part of an array looks like
``a[(batch * num_neurons + id) * Size + next]``. Whether an index stays inside of its part follows
from the syntax tree, if it is known where ``next`` is before the code. A walk in the order in which
the code runs keeps a range for each name, and narrows it where an ``if`` compares the name. What it
does not understand can be anything.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from pycparser import c_ast

from numbagenn.base.types import TYPE_NAMES, ResolvedType, Uint32
from numbagenn.language.literals import literal_value
from numbagenn.language.long_code import LongOperation
from numbagenn.language.usage import STEPS

_COMPARISONS = {"<", "<=", ">", ">=", "==", "!="}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_LOOPS = (c_ast.For, c_ast.While, c_ast.DoWhile, c_ast.Switch)

# Whole numbers beyond this may wrap around in one of the types of integers.
_MOST = 2**31 - 1


@dataclass(frozen=True)
class Range:
    """Where an integer is: from `low` to `high`, plus `apart` times that of the batch element.

    `is_unsigned` says whether C may take it as unsigned, so that nothing below 0 is what it seems.
    """

    low: float
    high: float
    apart: int = 0
    is_unsigned: bool = False

    def __contains__(self, other: Range) -> bool:
        """Return whether another range is inside of this one."""
        return self.apart == other.apart and self.low <= other.low and other.high <= self.high

    def __or__(self, other: Range) -> Range:
        """Return a range that holds both."""
        if self.apart != other.apart:
            return ANYTHING
        low, high = min(self.low, other.low), max(self.high, other.high)
        return Range(low, high, self.apart, self.is_unsigned or other.is_unsigned)


#: Where nothing is known.
ANYTHING = Range(-math.inf, math.inf)
_TRUTH = Range(0, 1)

Names = dict[str, Range]


class NotUnderstoodError(Exception):
    """The code does something to arrays or names that is not followed here."""


@dataclass
class Walk:
    """A walk through code strings that run one after the other.

    Parameters
    ----------
    types
        Types of the variables that are not the code's own, by name.
    arrays
        Names of the arrays whose indices are of interest.
    num_batch
        Number of batch elements.
    indices
        The indices that were found, by array.
    """

    types: Mapping[str, ResolvedType]
    arrays: frozenset[str]
    num_batch: int
    indices: dict[str, list[Range]] = field(default_factory=dict)

    def statement(self, node: c_ast.Node, names: Names) -> Range:
        """Follow a statement, which changes `names`, and return the range of its value, if any."""
        if isinstance(node, c_ast.Compound):
            for item in node.block_items or ():
                self.statement(item, names)
        elif isinstance(node, c_ast.Decl):
            self._declare(node, names)
        elif isinstance(node, c_ast.If):
            self._choose(node.cond, names, node.iftrue, node.iffalse)
        elif isinstance(node, _LOOPS):
            self._loop(node, names)
        elif isinstance(node, (c_ast.DeclList, c_ast.EmptyStatement, c_ast.Break, c_ast.Continue)):
            for _, part in node.children():
                self.statement(part, names)
        else:
            return self.value(node, names)
        return ANYTHING

    def _declare(self, node: c_ast.Decl, names: Names) -> None:
        declared = node.type
        # Two variables of one name would be taken for one.
        if not isinstance(declared, c_ast.TypeDecl) or node.name in self.types:
            raise NotUnderstoodError
        value = self.value(node.init, names) if node.init is not None else Range(0, 0)
        spelling = " ".join(getattr(declared.type, "names", ()))
        names[node.name] = self._stored(value, TYPE_NAMES.get(spelling))
        self.types = {**self.types, node.name: TYPE_NAMES.get(spelling, _REAL)}

    def _choose(
        self,
        condition: c_ast.Node,
        names: Names,
        yes: c_ast.Node | None,
        no: c_ast.Node | None,
    ) -> Range:
        """Follow a condition and both of its branches; return the range of their values."""
        self.value(condition, names)
        ends, results = [], []
        for branch, holds in ((yes, True), (no, False)):
            known = dict(names)
            # A branch that is never taken counts for nothing.
            if self.narrow(condition, known, holds=holds):
                results.append(self._branch(branch, known))
                ends.append(known)
        names.update(ends[0])
        for end in ends[1:]:
            self.join(names, end)
        return results[0] if len(results) == 1 else results[0] | results[1]

    def _branch(self, node: c_ast.Node | None, names: Names) -> Range:
        if node is None:
            return ANYTHING
        return self.statement(node, names)

    def join(self, names: Names, other: Names) -> None:
        """Widen `names` to hold what `other` does."""
        for name in [*names]:
            names[name] = names[name] | other.get(name, ANYTHING)

    def _loop(self, node: c_ast.Node, names: Names) -> None:
        """Follow a loop or a switch, which may run any number of times or in part."""
        changed = _changed_in(node)
        for _ in range(2):
            for name in changed:
                names[name] = ANYTHING
            for _, part in node.children():
                self._part_of_loop(part, names)
        for name in changed:
            names[name] = ANYTHING

    def _part_of_loop(self, node: c_ast.Node, names: Names) -> None:
        if isinstance(node, (c_ast.Case, c_ast.Default)):
            for part in node.stmts or ():
                self._part_of_loop(part, names)
        elif isinstance(node, c_ast.Compound):
            for item in node.block_items or ():
                self._part_of_loop(item, names)
        elif isinstance(node, (c_ast.Decl, c_ast.DeclList)):
            # It is followed twice, and in any round what it declares may be anything.
            raise NotUnderstoodError
        else:
            self.statement(node, names)

    # Values ------------------------------------------------------------------------------------

    def value(self, node: c_ast.Node, names: Names) -> Range:
        """Return the range of the value of an expression, whose assignments change `names`."""
        method = getattr(self, f"_of_{type(node).__name__}", None)
        if method is not None:
            found: Range = method(node, names)
            return found
        result = ANYTHING
        for _, part in node.children():
            result = self.value(part, names)
        return result if isinstance(node, c_ast.ExprList) else ANYTHING

    def _of_ID(self, node: c_ast.ID, names: Names) -> Range:
        if node.name in self.arrays:
            raise NotUnderstoodError
        return names.get(node.name, _TRUTH if node.name in ("true", "false") else ANYTHING)

    def _of_TernaryOp(self, node: c_ast.TernaryOp, names: Names) -> Range:
        return self._choose(node.cond, names, node.iftrue, node.iffalse)

    def _of_Cast(self, node: c_ast.Cast, names: Names) -> Range:
        spelling = " ".join(getattr(node.to_type.type.type, "names", ()))
        return self._stored(self.value(node.expr, names), TYPE_NAMES.get(spelling))

    def _of_FuncCall(self, node: c_ast.FuncCall, names: Names) -> Range:
        for part in node.args or ():
            self.value(part, names)
        return ANYTHING

    def _of_Constant(self, node: c_ast.Constant, _names: Names) -> Range:
        if node.type in ("float", "double", "long double"):
            return ANYTHING
        number = literal_value(node)
        return Range(number, number, is_unsigned=node.value[-1] in "uU")

    def _of_ArrayRef(self, node: c_ast.ArrayRef, names: Names) -> Range:
        base = node.name
        index = self.value(node.subscript, names)
        if isinstance(base, c_ast.ID) and base.name in self.arrays:
            self.indices.setdefault(base.name, []).append(index)
        elif not isinstance(base, c_ast.ID):
            # A pointer that was moved may point into any array.
            raise NotUnderstoodError
        return ANYTHING

    def _of_Assignment(self, node: c_ast.Assignment, names: Names) -> Range:
        value = self.value(node.rvalue, names)
        operator = node.op.removesuffix("=")
        if operator:
            value = self._computed(operator, self.value(node.lvalue, names), value)
        return self._store(node.lvalue, value, names)

    def _store(self, target: c_ast.Node, value: Range, names: Names) -> Range:
        if isinstance(target, c_ast.ArrayRef):
            self._of_ArrayRef(target, names)
            return ANYTHING
        if not isinstance(target, c_ast.ID):
            raise NotUnderstoodError
        names[target.name] = self._stored(value, self.types.get(target.name))
        return names[target.name]

    def _stored(self, value: Range, ctype: ResolvedType | None) -> Range:
        """Return the range of a value once it is of a type; None is a type of real numbers."""
        if ctype is None or ctype.is_float or ctype.is_bool:
            return ANYTHING
        value = replace(value, is_unsigned=ctype.is_unsigned)
        top = value.high + value.apart * (self.num_batch - 1)
        bits = 8 * ctype.dtype.itemsize - (not ctype.is_unsigned)
        least = 0 if ctype.is_unsigned else -(2**bits)
        return value if least <= value.low and top <= min(2**bits - 1, _MOST) else ANYTHING

    def _of_UnaryOp(self, node: c_ast.UnaryOp, names: Names) -> Range:
        if node.op in STEPS:
            before = self.value(node.expr, names)
            after = self._computed(node.op[-1], before, Range(1, 1))
            after = self._store(node.expr, after, names)
            return before if node.op.startswith("p") else after
        value = self.value(node.expr, names)
        if node.op == "*":
            raise NotUnderstoodError
        if node.op == "-":
            return self._computed("-", Range(0, 0), value)
        return value if node.op == "+" else _TRUTH if node.op == "!" else ANYTHING

    def _of_BinaryOp(self, node: c_ast.BinaryOp, names: Names) -> Range:
        left = self.value(node.left, names)
        if node.op in ("&&", "||"):
            # The right operand may not be evaluated.
            known = dict(names)
            if self.narrow(node.left, known, holds=node.op == "&&"):
                self.value(node.right, known)
                for name in _changed_in(node.right) & names.keys():
                    names[name] |= known[name]
            return _TRUTH
        right = self.value(node.right, names)
        return _TRUTH if node.op in _COMPARISONS else self._computed(node.op, left, right)

    def _of_LongOperation(self, node: LongOperation, names: Names) -> Range:
        # An operand that may not be evaluated may assign.
        if _changed_in(node):
            raise NotUnderstoodError
        for part in node:
            self.value(part, names)
        return ANYTHING

    def _computed(self, operator: str, left: Range, right: Range) -> Range:
        unsigned = left.is_unsigned or right.is_unsigned
        if operator == "+":
            result = Range(left.low + right.low, left.high + right.high, left.apart + right.apart)
        elif operator == "-":
            result = Range(left.low - right.high, left.high - right.low, left.apart - right.apart)
        elif operator == "*" and right.low == right.high and not right.apart:
            result = _times(left, right.low)
        elif operator == "*" and left.low == left.high and not left.apart:
            result = _times(right, left.low)
        else:
            return ANYTHING
        top = result.high + result.apart * (self.num_batch - 1)
        # Below 0, an unsigned number wraps around, and any number that is too large may do so.
        if result.apart < 0 or result.low < (0 if unsigned else -_MOST) or not top <= _MOST:
            return ANYTHING
        return replace(result, is_unsigned=unsigned)

    # Conditions --------------------------------------------------------------------------------

    def narrow(self, node: c_ast.Node, names: Names, *, holds: bool) -> bool:
        """Narrow ranges by a condition that holds or does not; return whether that can be."""
        if isinstance(node, c_ast.UnaryOp) and node.op == "!":
            return self.narrow(node.expr, names, holds=not holds)
        if not isinstance(node, c_ast.BinaryOp) or _changed_in(node):
            return True
        if node.op == ("&&" if holds else "||"):
            left = self.narrow(node.left, names, holds=holds)
            return self.narrow(node.right, names, holds=holds) and left
        if node.op not in _COMPARISONS:
            return True
        operator = node.op if holds else _NEGATED[node.op]
        left = self._compare(node.left, operator, node.right, names)
        return self._compare(node.right, _MIRRORED[operator], node.left, names) and left

    def _compare(self, left: c_ast.Node, operator: str, right: c_ast.Node, names: Names) -> bool:
        """Narrow the range of the name on the left of a comparison; return whether that can be."""
        if not isinstance(left, c_ast.ID) or left.name not in names:
            return True
        ctype = self.types.get(left.name, _REAL)
        if ctype.is_float or ctype.is_bool:
            return True
        # The indices in it were noted before.
        one, other = names[left.name], replace(self, indices={}).value(right, names)
        signs_differ = one.is_unsigned != other.is_unsigned
        if one.apart or other.apart or (signs_differ and min(one.low, other.low) < 0):
            return True
        low, high = one.low, one.high
        if operator in ("<", "<=", "=="):
            high = min(high, other.high - (operator == "<"))
        if operator in (">", ">=", "=="):
            low = max(low, other.low + (operator == ">"))
        if low > high:
            return False
        names[left.name] = replace(one, low=low, high=high)
        return True


#: Stands for all types of real numbers.
_REAL = TYPE_NAMES["double"]


def _times(value: Range, factor: float) -> Range:
    # Infinity times 0 is no number.
    ends = [0.0 if factor == 0 else end * factor for end in (value.low, value.high)]
    return Range(min(ends), max(ends), int(value.apart * factor))


def _changed_in(node: c_ast.Node) -> set[str]:
    """Return the names that some code assigns."""
    changed = set()
    if isinstance(node, c_ast.Assignment) and isinstance(node.lvalue, c_ast.ID):
        changed.add(node.lvalue.name)
    if isinstance(node, c_ast.UnaryOp) and node.op in STEPS and isinstance(node.expr, c_ast.ID):
        changed.add(node.expr.name)
    return changed.union(*(_changed_in(part) for _, part in node.children()))


def numbers_in(trees: Iterable[c_ast.Node]) -> set[int]:
    """Return the whole numbers that are written in code."""
    found: set[int] = set()
    for tree in trees:
        if isinstance(tree, c_ast.Constant) and tree.type not in ("float", "double", "long double"):
            number = literal_value(tree)
            if math.isfinite(number):
                found.add(int(number))
        found |= numbers_in(part for _, part in tree.children())
    return found


#: The range of the number of the batch element itself.
BATCH = Range(0, 0, 1, is_unsigned=Uint32.is_unsigned)
