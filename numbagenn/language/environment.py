"""The names that a code string can use at a place, and the state of its translation."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from pycparser import c_ast

from numbagenn.base.suggestions import did_you_mean
from numbagenn.base.type_checks import remedy_for_type
from numbagenn.base.types import TYPE_NAMES, Precision, ResolvedType
from numbagenn.language.arithmetic import Expression
from numbagenn.language.code_strings import CodeString
from numbagenn.language.fault_sites import FaultSites
from numbagenn.language.functions import FUNCTIONS, Function
from numbagenn.language.long_code import FOUND
from numbagenn.language.symbols import Ahead, Draw, Namer, SpecialFunction, Symbol

Result = TypeVar("Result")

#: Functions that only certain code has, and which code that is.
_FUNCTIONS_OF = {
    **dict.fromkeys(("addToPost", "addToPostDelay", "addToPre"), "weight updates"),
    "injectCurrent": "current sources and postsynaptic models",
    "addSynapse": "connectivity",
}
# Names of C's constants, so that the message about an unknown name can say so.
_CONSTANTS_OF_C = re.compile(r"M_[A-Z0-9_]+|INFINITY|NAN|(FLT|DBL|U?INT(\d*))_(MAX|MIN|EPSILON)")

# The most names that a message lists, and the longest names that are compared.
_MOST_LISTED = 30
_LONGEST_NAME = 100


@dataclass
class Environment(ABC):
    """The names that the code strings of one loop body can use, and those that they do use.

    Parameters
    ----------
    precision
        What ``scalar`` and ``timepoint`` stand for.
    names
        The names that are visible from the start.
    namer
        Source of unique Python names for the locals.
    special
        Functions without a result that only some code strings have, such as ``injectCurrent``.
    unavailable
        Names that exist only elsewhere in the language, with the reason.
    random
        Whether random numbers may be drawn, from a stream whose state is `RANDOM_STATE`.
    faults
        Where the code can fail when it runs.
    functions
        The functions with a result that it may call.
    """

    precision: Precision
    names: Mapping[str, Symbol]
    namer: Namer = field(default_factory=Namer)
    special: Mapping[str, SpecialFunction] = field(default_factory=dict)
    unavailable: Mapping[str, str] = field(default_factory=dict)
    random: bool = False
    faults: FaultSites = field(default_factory=FaultSites)
    functions: Mapping[str, Function] = field(default_factory=lambda: FUNCTIONS)

    def __post_init__(self) -> None:
        self._scopes: list[dict[str, Symbol]] = [dict(self.names), {}]
        self._code_string = CodeString("", "")
        # Lines that must run before the current expression: its assignments.
        self._before: list[str] = []
        #: Python names that the translated code reads, and those that it assigns.
        self.read: set[str] = set()
        self.written: set[str] = set()
        #: The lines that draw random numbers.
        self.draws: dict[str, Draw] = {}
        #: What is computed ahead of the loop, if anything can be.
        self.ahead: Ahead | None = None

    @abstractmethod
    def _expression(self, node: c_ast.Node) -> Expression:
        """Translate an expression."""

    @abstractmethod
    def _effect(self, node: c_ast.Node) -> list[str]:
        """Translate an expression whose value is not used."""

    def _find(self, name: str) -> Symbol | None:
        for scope in reversed(self._scopes):
            if name in scope:
                return scope[name]
        return None

    def local(self, name: str) -> Symbol | None:
        """Return what the code so far has declared by a name, if it is still known."""
        return self._scopes[-1].get(name)

    def _lookup(self, node: c_ast.ID) -> Symbol:
        found = self._find(node.name)
        if found is not None:
            return found
        if node.name in self.functions or node.name in self.special:
            raise self._error(node, f"'{node.name}' is a function; call it with arguments.")
        raise self._error(node, self._unknown(node.name, self._visible()))

    def _visible(self) -> list[str]:
        return [name for scope in self._scopes for name in scope if name != FOUND]

    def _unknown(self, name: str, known: Iterable[str], what: str = "name") -> str:
        if name in self.unavailable:
            return f"'{name}' cannot be used here: {self.unavailable[name]}"
        if name in _FUNCTIONS_OF:
            return f"'{name}' cannot be used here: it belongs in the code of {_FUNCTIONS_OF[name]}."
        if _CONSTANTS_OF_C.fullmatch(name):
            return f"Undefined {what} '{name}': there are no constants of C here; write the number."
        known = sorted(set(known))
        # Comparing names of many thousand letters would take minutes.
        candidates = known if len(name) <= _LONGEST_NAME else []
        otherwise = f"; no {what} known here is like it."
        if len(known) <= _MOST_LISTED:
            otherwise = f"; known here: {', '.join(known) or 'none'}."
        return f"Undefined {what} '{name}'{did_you_mean(name, candidates, otherwise, 0.5)}"

    def _readable(self, node: c_ast.ID) -> Symbol:
        name = self._lookup(node)
        if not name.readable:
            raise self._error(node, f"{name.kind} '{node.name}' can only be assigned, not read.")
        if name.history is not None:
            raise self._error(
                node,
                f"Identifier '{node.name}' referenced both with and without delay: in one code "
                f"string, write {node.name}[0] for the value of the last step.",
            )
        if name.pointer is not None:
            raise self._error(
                node,
                f"Invalid operand type '{name.pointer.type_name}': {name.pointer.title} is no "
                f"number; write {node.name}[0] for the one it points to.",
            )
        self.read.add(name.also_reads or name.code)
        return name

    @contextmanager
    def _scope(self) -> Iterator[None]:
        self._scopes.append({})
        try:
            yield
        finally:
            self._scopes.pop()

    def _declared_type(self, node: c_ast.TypeDecl) -> ResolvedType:
        if not isinstance(node.type, c_ast.IdentifierType):
            raise self._error(node, "GeNN's snippet language has no structures or enumerations.")
        spelling = " ".join(node.type.names)
        if spelling not in TYPE_NAMES and spelling not in ("scalar", "timepoint"):
            hint = remedy_for_type(spelling)
            raise self._error(node, f"Unknown numeric type '{spelling}'; {hint}")
        return self.precision.resolve(spelling)

    def _captured(
        self, translate: Callable[[c_ast.Node], Result], node: c_ast.Node
    ) -> tuple[list[str], Result]:
        """Translate a part of an expression; return the lines to run before it, and the result."""
        outer, self._before = self._before, []
        try:
            result = translate(node)
            return self._before, result
        finally:
            self._before = outer

    def _evaluated(self, node: c_ast.Node) -> tuple[list[str], Expression]:
        """Translate an expression; return the lines to run before it, and the expression."""
        return self._captured(self._expression, node)

    def _noting_reads(
        self, translate: Callable[[c_ast.Node], Result], node: c_ast.Node
    ) -> tuple[Result, set[str]]:
        """Translate an expression; return the result and the Python names that it reads."""
        outer, self.read = self.read, set()
        try:
            return translate(node), self.read
        finally:
            self.read = outer

    def _is_known_ahead(self, node: c_ast.Node) -> bool:
        """Return whether the value of an expression can be computed ahead of the loop.

        Whole numbers are left where they are: dividing them can fail.
        """
        if self.ahead is None:
            return False
        if isinstance(node, c_ast.ID):
            found = self._find(node.name)
            return found is not None and found in self.ahead.symbols and found.type.is_float
        if isinstance(node, c_ast.FuncCall):
            if any(one.name == node.name.name for one in self._code_string.functions):
                return False
            parts = node.args.exprs if node.args else []
        elif isinstance(node, (c_ast.BinaryOp, c_ast.UnaryOp)) and not _is_number(node):
            parts = [part for _, part in node.children()]
            if all(_is_number(part) for part in parts):
                return False
        else:
            return _is_number(node)
        return all(self._is_known_ahead(part) for part in parts)

    def _error(self, node: c_ast.Node, message: str) -> Exception:
        return self._code_string.error_at(node, message)


def _is_number(node: c_ast.Node) -> bool:
    """Return whether an expression is a number, which a sign makes no other thing."""
    while isinstance(node, c_ast.UnaryOp) and node.op in ("+", "-"):
        node = node.expr
    return isinstance(node, c_ast.Constant)
