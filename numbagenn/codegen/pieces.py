"""Long functions of generated modules, cut into pieces that the compiler can take one by one.

The time that Numba and LLVM take for a function grows with the square of its length. So runs of
statements become functions of their own, which get what they read and return what they assign.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from numbagenn.language.symbols import Namer

# Branches, and elements of arrays: the time for each grows with their number in a function. That
# for a plain statement does not.
_WEIGHTY = (ast.If, ast.IfExp, ast.BoolOp, ast.For, ast.While, ast.Subscript)

# How many of them are in a function that stays whole, and in a piece, at most.
_LONGEST = 250
_PIECE = 50
_SHORTEST = 10

# The most values that a piece gets, and the most that it returns. Python has another way to pass
# more than 30, which takes Numba long to see through.
_MOST_VALUES = 30


def in_pieces(
    text: str, longest: int = _LONGEST, piece: int = _PIECE, shortest: int = _SHORTEST
) -> str:
    """Return the text of a module in which long functions are cut into pieces.

    Parameters
    ----------
    text
        The module.
    longest, piece, shortest
        How many branches and elements of arrays a function that stays whole may have, a piece may
        have, and a piece must have.

    Examples
    --------
    >>> print(in_pieces('''@kernel("void(float32[::1])")
    ... def double(x):
    ...     for k in range(3):
    ...         y = x[k]
    ...         y += y
    ...         x[k] = y
    ... ''', longest=2, piece=1, shortest=1))
    @device_function
    def double_part(k, x):
        y = x[k]
        y += y
        return y
    <BLANKLINE>
    <BLANKLINE>
    @device_function
    def double_part_2(k, x, y):
        x[k] = y
    <BLANKLINE>
    <BLANKLINE>
    @kernel('void(float32[::1])')
    def double(x):
        for k in range(3):
            y = double_part(k, x)
            double_part_2(k, x, y)
    <BLANKLINE>
    """
    tree = ast.parse(text)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    if all(_size(function) <= longest for function in functions):
        return text
    lines = text.split("\n")
    namer = Namer(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
    for function in reversed(functions):
        if _size(function) > longest:
            begin, end = function.decorator_list[0].lineno, function.end_lineno
            parts = _Cutter(function, namer, piece, shortest).cut()
            lines[begin - 1 : end] = "\n\n\n".join(map(ast.unparse, parts)).split("\n")
    return "\n".join(lines)


@dataclass(frozen=True)
class _Run:
    """Statements that follow each other and may become a piece."""

    statements: tuple[ast.stmt, ...] = ()
    read: Counter[str] = field(default_factory=Counter)
    stored: frozenset[str] = frozenset()
    size: int = 0

    def with_(self, statement: ast.stmt) -> _Run:
        """Return the run with one more statement."""
        return _Run(
            (*self.statements, statement),
            self.read + _names(statement, ast.Load),
            self.stored.union(_names(statement, ast.Store)),
            self.size + _size(statement),
        )


class _Cutter:
    """Cuts one function."""

    def __init__(self, function: ast.FunctionDef, namer: Namer, piece: int, shortest: int) -> None:
        self._function = function
        self._namer = namer
        self._piece = piece
        self._shortest = shortest
        self._parameters = {one.arg for one in function.args.args}
        self._locals = self._parameters | set(_names(function, ast.Store))
        # How often each variable is read in the whole function.
        self._read = _names(function, ast.Load)
        # Variables that were assigned in any of the statements so far, or not.
        self._touched = set(self._parameters)
        self._parts: list[ast.FunctionDef] = []

    def cut(self) -> list[ast.FunctionDef]:
        """Return the pieces, and what is left of the function."""
        self._function.body = self._shortened(self._function.body, self._parameters)
        return [*self._parts, self._function]

    def _shortened(self, statements: Sequence[ast.stmt], assigned: set[str]) -> list[ast.stmt]:
        """Return statements with calls in place of runs; `assigned` has a value before them."""
        result: list[ast.stmt] = []
        run, before, touched = _Run(), set(assigned), set(self._touched)
        for statement in statements:
            if _size(statement) > self._piece:
                self._shorten_inside(statement, assigned)
            longer = run.with_(statement)
            if longer.size > self._piece or self._values(longer, before, touched) is None:
                result += self._called(run, before, touched)
                before, touched = set(assigned), set(self._touched)
                run = _Run().with_(statement)
            else:
                run = longer
            assigned = assigned | _certain(statement)
            self._touched |= set(_names(statement, ast.Store))
        # What is short enough by now stays here.
        return [*result, *(self._called(run, before, touched) if result else run.statements)]

    def _shorten_inside(self, statement: ast.stmt, assigned: set[str]) -> None:
        """Shorten what is inside a compound statement."""
        if isinstance(statement, ast.For):
            assigned = assigned | set(_names(statement.target, ast.Store))
            self._touched |= assigned
        for name in ("body", "orelse"):
            inner = getattr(statement, name, None)
            if inner:
                setattr(statement, name, self._shortened(inner, assigned))

    def _values(
        self, run: _Run, assigned: set[str], touched: set[str]
    ) -> tuple[list[str], list[str]] | None:
        """Return what a piece would get and return; None if the run cannot be a piece."""
        leaves = set[type[ast.stmt]]().union(*map(_leaves, run.statements))
        used = self._locals & (set(run.read) | run.stored)
        # Where a 'break' leaves early, only what had a value before is certain to have one.
        certain = assigned if leaves else assigned.union(*map(_certain, run.statements))
        given = used & assigned
        # In a loop, the run itself may read in the next round what it assigned in this one.
        returned = {
            name for name in run.stored if name in given or self._read[name] > run.read[name]
        }
        if (used & touched) - assigned or returned - certain or leaves - {ast.Break}:
            return None
        if max(len(given), len(returned) + len(leaves)) > _MOST_VALUES:
            return None
        return sorted(given), sorted(returned)

    def _called(self, run: _Run, assigned: set[str], touched: set[str]) -> list[ast.stmt]:
        """Return the call of a piece in place of a run, or the run where it stays."""
        values = self._values(run, assigned, touched)
        if values is None or run.size < self._shortest:
            return list(run.statements)
        given, returned = values
        leaves = any(map(_leaves, run.statements))
        name = self._namer.unique(f"{self._function.name}_part")
        part = _parsed(f"@device_function\ndef {name}({', '.join(given)}):\n    pass")
        call = f"{name}({', '.join(given)})"
        if leaves:
            # A 'break' of a loop around the run leaves the loop in the piece, too.
            left = self._namer.unique("left")
            (loop,) = ast.parse("while True:\n    pass").body
            assert isinstance(loop, ast.While)
            loop.body = [*run.statements, *_returning(["False", *returned])]
            part.body = [loop, *_returning(["True", *returned])]
            statements = ast.parse(
                f"{', '.join([left, *returned])} = {call}\nif {left}:\n    break"
            )
        else:
            part.body = [*run.statements, *_returning(returned)]
            statements = ast.parse(f"{', '.join(returned)} = {call}" if returned else call)
        self._parts.append(part)
        self._read += _names(statements, ast.Load)
        self._read -= run.read
        return statements.body


def _returning(values: Sequence[str]) -> list[ast.stmt]:
    return ast.parse(f"return {', '.join(values)}").body if values else []


def _parsed(text: str) -> ast.FunctionDef:
    (function,) = ast.parse(text).body
    assert isinstance(function, ast.FunctionDef)
    return function


def _size(node: ast.AST) -> int:
    """Return how much there is in a node that takes time with everything else."""
    return sum(isinstance(one, _WEIGHTY) for one in ast.walk(node))


def _names(node: ast.AST, context: type[ast.expr_context]) -> Counter[str]:
    """Return how often names are read, or assigned; ``x += 1`` is both."""
    found: Counter[str] = Counter()
    for one in ast.walk(node):
        if isinstance(one, ast.Name) and isinstance(one.ctx, context):
            found[one.id] += 1
        elif isinstance(one, ast.AugAssign) and isinstance(one.target, ast.Name):
            found[one.target.id] += context is ast.Load
    return found


def _certain(statement: ast.stmt) -> set[str]:
    """Return the variables that a statement assigns whatever happens."""
    if isinstance(statement, ast.If):
        yes, no = (
            set[str]().union(*map(_certain, body)) for body in (statement.body, statement.orelse)
        )
        return yes & no
    if isinstance(statement, (ast.Assign, ast.AugAssign)):
        return set(_names(statement, ast.Store))
    return set()


def _leaves(node: ast.AST) -> set[type[ast.stmt]]:
    """Return the kinds of statements by which a node leaves the function, or a loop around it."""
    if isinstance(node, (ast.Return, ast.Break, ast.Continue)):
        return {type(node)}
    inner = (part for part in ast.iter_child_nodes(node) if isinstance(part, ast.stmt))
    inside = set[type[ast.stmt]]().union(*map(_leaves, inner))
    return inside & {ast.Return} if isinstance(node, (ast.For, ast.While)) else inside
