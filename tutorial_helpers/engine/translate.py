"""Code strings into Python: names are looked up, types are checked, lines are emitted.

One `Translator` serves all the snippets that share a loop body, in the order in which they run, so
that the locals of a neuron's ``sim_code`` are seen by its threshold condition and reset code.
The emitted Python means the same to Numba and to the plain interpreter: every value has the type
that C would give it, by an explicit conversion wherever Python's rules differ.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np
from pycparser import c_ast

from tutorial_helpers.engine import functions
from tutorial_helpers.engine.faults import NOWHERE, Faults
from tutorial_helpers.engine.loops import check_loops
from tutorial_helpers.engine.snippets import (
    NESTED_TOO_DEEPLY,
    Snippet,
    parse_expression,
    parse_statements,
    refusing_depth,
)
from tutorial_helpers.engine.suggestions import did_you_mean
from tutorial_helpers.engine.types import (
    SCALAR,
    TYPE_NAMES,
    Bool,
    Double,
    Float,
    Int32,
    Int64,
    Precision,
    ResolvedType,
    Uint32,
    Uint64,
    promoted,
    remedy_for_type,
    usual_conversion,
)
from tutorial_helpers.engine.user_warnings import warn_user

Result = TypeVar("Result")


@dataclass(frozen=True)
class Pointer:
    """Where a pointer of a code string points to.

    Parameters
    ----------
    array
        Name of the array in the generated Python.
    offset
        Text of the number of the element there, an ``int64``.
    type
        Type of the elements.
    writable
        Whether they may be assigned through this pointer.
    title
        What it is, for messages, such as ``"extra global parameter 'e'"``.
    """

    array: str
    offset: str
    type: ResolvedType
    writable: bool
    title: str

    @property
    def type_name(self) -> str:
        """Type of the pointer, for messages."""
        return f"{'' if self.writable else 'const '}{self.type.name}*"


@dataclass(frozen=True)
class Element:
    """An element of an array that a code string assigns.

    `index` is Python text that can be repeated; `fault` is what `arrays.put` and `arrays.fetch`
    take beside array and index.
    """

    array: str
    index: str
    type: ResolvedType
    fault: str


@dataclass(frozen=True)
class Name:
    """What a name of a code string stands for.

    Parameters
    ----------
    code
        Name of the variable in the generated Python.
    type
        Its type.
    writable, readable
        What the code string may do with it.
    kind
        What it is, for messages, such as ``"parameter"``.
    also_reads
        Where `code` is more than a name: the variable that it reads.
    pointer
        Where it points, if it is a pointer and not a number.
    """

    code: str
    type: ResolvedType
    writable: bool = True
    readable: bool = True
    kind: str = "variable"
    also_reads: str = ""
    pointer: Pointer | None = None


@dataclass(frozen=True)
class Expression:
    """A translated expression: Python text, type in C, how tightly the text binds.

    `is_condition` tells that the text yields a Python truth value, whatever its type in C;
    `constant` is the value of a literal, which is converted without a trace.
    """

    code: str
    type: ResolvedType
    level: int
    is_condition: bool = False
    constant: float | int | None = None


# How tightly Python's operators bind.
_ATOM, _UNARY, _MULTIPLY, _ADD, _SHIFT, _AND, _XOR, _OR, _COMPARE, _NOT, _BOTH, _EITHER, _CHOICE = (
    range(13, 0, -1)
)
_LEVELS = {
    "*": _MULTIPLY,
    "/": _MULTIPLY,
    "%": _MULTIPLY,
    "+": _ADD,
    "-": _ADD,
    "<<": _SHIFT,
    "&": _AND,
    "^": _XOR,
    "|": _OR,
}
_ONE = Expression("int32(1)", Int32, _ATOM, constant=1)
_COMPARISONS = {"==", "!=", "<", ">", "<=", ">="}
_CONDITIONS = "GeNN types a comparison like its operands, so write && or || to combine conditions"
#: Operators for integers only, and what to use instead.
_INSTEAD_OF = {
    "%": "use fmod()",
    "<<": "multiply by a power of two",
    "&": _CONDITIONS,
    "|": _CONDITIONS,
    "^": _CONDITIONS,
}
#: What to do about an assignment to what is read-only, by what it is.
_INSTEAD_OF_ASSIGNING = {
    "parameter": "make it a variable",
    "built-in": "assign a variable",
    "constant": "declare it without const",
    "neuron variable reference": "assign it in the code of the neurons, or in a custom update",
}
#: Functions of certain code, and which that is.
_FUNCTIONS_OF = {
    **dict.fromkeys(("addToPost", "addToPostDelay", "addToPre"), "weight updates"),
    "injectCurrent": "current sources and postsynaptic models",
    "addSynapse": "connectivity",
}
_CONSTANTS_OF_C = re.compile(r"M_[A-Z0-9_]+|INFINITY|NAN|(FLT|DBL|U?INT(\d*))_(MAX|MIN|EPSILON)")
_STEPS = {"++", "--", "p++", "p--"}

#: Name of the state of the stream from which one element draws random numbers in one step.
RANDOM_STATE = "rng"

#: Kinds of names that PyGeNN can read as they were some steps ago, by an index.
DELAYED_KINDS = ("presynaptic variable", "postsynaptic variable")

# Names that a message lists at most, and the longest ones and numbers that it is worth looking at.
_MOST_LISTED = 30
_LONGEST_NAME = 100
_LONGEST_NUMBER = 100

# Python and Numba take code that is nested less deep than C compilers do: the loops and switches of
# a snippet may have so many levels, its blocks so many, and its expressions so many brackets.
_DEEPEST_LOOP = 15
_DEEPEST_BLOCK = 60
_DEEPEST_BRACKET = 120


class Namer:
    """Hands out Python names that are unique within one generated function."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = {
            *keyword.kwlist,
            *dir(builtins),
            *(one.numpy_name for one in TYPE_NAMES.values()),
            *("np", "math", "njit", "c_functions", "random_numbers", "arrays", "faults"),
            *("void", "int64"),
            *taken,
        }

    def unique(self, wish: str) -> str:
        """Return `wish`, or `wish` with a number where that is taken."""
        # Populations, unlike variables, may have names that start with a digit.
        wish = f"n{wish}" if wish[:1].isdigit() else wish
        name, number = wish, 2
        while name in self._taken:
            name, number = f"{wish}_{number}", number + 1
        self._taken.add(name)
        return name


def converted(expression: Expression, target: ResolvedType) -> Expression:
    """Return `expression` converted to `target` as by C's assignment."""
    code, source = expression.code, expression.type
    if expression.is_condition:
        if target.is_bool:
            # Until now it had the type of what was compared.
            return replace(expression, type=Bool)
        return Expression(f"{target.numpy_name}({code})", target, _ATOM)
    if source == target:
        return expression
    if expression.constant is not None and not source.is_float and not target.is_bool:
        wrapped = np.int64(expression.constant).astype(target.dtype)
        return Expression(literal(wrapped.item(), target), target, _ATOM, constant=wrapped.item())
    if target.is_bool:
        return Expression(f"{_wrapped(expression, _OR)} != 0", Bool, _COMPARE, True)
    if source.is_float and target == Uint64:
        return Expression(f"c_functions.to_uint64({code})", target, _ATOM)
    if source.is_float and target.is_unsigned:
        # C leaves negative numbers undefined here; like common processors, wrap them around.
        code = f"int64({code})"
    return Expression(f"{target.numpy_name}({code})", target, _ATOM)


def literal(value: float | int, target: ResolvedType) -> str:
    """Return Python text for a constant of a given type.

    Examples
    --------
    >>> literal(0.1, Float), literal(5, Double), literal(3, Uint32)
    ('float32(0.1)', '5.0', 'uint32(3)')
    """
    if target.is_float:
        # The shortest text that gives back exactly this number.
        with np.errstate(over="ignore"):
            value = float(target.dtype.type(value))
        if not np.isfinite(value):
            text = f"{'-' if value < 0 else ''}np.inf" if value == value else "np.nan"
        else:
            text = repr(float(str(target.dtype.type(value))))
        return text if target == Double else f"{target.numpy_name}({text})"
    if target.is_bool:
        return repr(bool(value))
    return f"{target.numpy_name}({int(value)})"


def _wrapped(expression: Expression, level: int) -> str:
    """Return the text, in parentheses unless it binds at least as tightly as `level`."""
    return expression.code if expression.level >= level else f"({expression.code})"


@dataclass(frozen=True)
class SpecialFunction:
    """A function without a result that only some snippets have, such as ``injectCurrent``.

    Parameters
    ----------
    arguments
        Names of its arguments, for messages; a call has to give as many.
    lines
        Returns the lines that a call becomes, from the translator and one expression for each
        argument.
    """

    arguments: tuple[str, ...]
    lines: Callable[..., list[str]]


@dataclass
class Translator:
    """Translates the code strings of one loop body, in order.

    Parameters
    ----------
    precision
        What ``scalar`` and ``timepoint`` stand for.
    names
        What is visible from the start.
    namer
        Source of unique Python names for the locals.
    special
        Functions without a result that only some snippets have, such as ``injectCurrent``.
    unavailable
        Names that exist elsewhere in the language, with the reason why not here.
    random
        Whether random numbers may be drawn, from a stream whose state is `RANDOM_STATE`.
    faults
        Record of what goes wrong when the code runs.
    """

    precision: Precision
    names: Mapping[str, Name]
    namer: Namer = field(default_factory=Namer)
    special: Mapping[str, SpecialFunction] = field(default_factory=dict)
    unavailable: Mapping[str, str] = field(default_factory=dict)
    random: bool = False
    faults: Faults = field(default_factory=lambda: Faults.of_loop("-1"))

    def __post_init__(self) -> None:
        self._scopes: list[dict[str, Name]] = [dict(self.names), {}]
        self._loops: list[list[str]] = []
        self._snippet = Snippet("", "")
        # Lines that must run before the expression at hand: what it assigns on the way.
        self._before: list[str] = []
        #: Python names that the translated code reads, and those that it assigns.
        self.read: set[str] = set()
        self.written: set[str] = set()

    # What callers use ------------------------------------------------------------------------

    def statements(self, snippet: Snippet) -> list[str]:
        """Translate a snippet made of statements; its locals stay visible afterwards."""
        if snippet.is_blank:
            return []
        self._snippet = snippet
        with refusing_depth(snippet):
            body = parse_statements(snippet)
            check_loops(snippet, body)
            lines = self._block_items(body.block_items or [])
        self._check_depth(lines)
        return lines

    def condition(self, snippet: Snippet) -> tuple[list[str], str]:
        """Translate a snippet that is one condition.

        Returns
        -------
        tuple
            Lines to run before, and the text of a Python truth value.
        """
        self._snippet = snippet
        with refusing_depth(snippet):
            before, test = self._tested(parse_expression(snippet))
        self._check_depth([*before, test])
        return before, test

    def _check_depth(self, lines: Iterable[str]) -> None:
        for line in lines:
            depth = deepest = 0
            for character in line:
                depth += (character == "(") - (character == ")")
                deepest = max(deepest, depth)
            blocks = (len(line) - len(line.lstrip())) // 4
            if blocks > _DEEPEST_BLOCK or deepest > _DEEPEST_BRACKET:
                raise self._snippet.error(NESTED_TOO_DEEPLY)

    @contextmanager
    def _inside_loop(self, before_next: list[str]) -> Iterator[None]:
        """Translate what is inside a loop or a switch, of which `before_next` ends a round."""
        self._loops.append(before_next)
        if len(self._loops) > _DEEPEST_LOOP:
            raise self._snippet.error(NESTED_TOO_DEEPLY)
        yield
        self._loops.pop()

    def add_to(self, target: Name, value: Expression) -> list[str]:
        """Return the line that adds `value` to an accumulator."""
        self.read.add(target.code)
        self.written.add(target.code)
        return [self._assigned(target, "+", value)]

    # Names -----------------------------------------------------------------------------------

    def _find(self, name: str) -> Name | None:
        for scope in reversed(self._scopes):
            if name in scope:
                return scope[name]
        return None

    def _lookup(self, node: c_ast.ID) -> Name:
        found = self._find(node.name)
        if found is not None:
            return found
        if node.name in functions.FUNCTION_NAMES or node.name in self.special:
            raise self._error(node, f"'{node.name}' is a function; call it with arguments.")
        raise self._error(node, self._unknown(node.name, self._visible()))

    def _visible(self) -> list[str]:
        return [name for scope in self._scopes for name in scope]

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

    def _readable(self, node: c_ast.ID) -> Name:
        name = self._lookup(node)
        if not name.readable:
            raise self._error(node, f"{name.kind} '{node.name}' can only be assigned, not read.")
        if name.pointer is not None:
            raise self._error(
                node,
                f"Invalid operand type '{name.pointer.type_name}': {name.pointer.title} is no "
                f"number; write {node.name}[0] for the one it points to.",
            )
        self.read.add(name.also_reads or name.code)
        return name

    def _assignable(self, node: c_ast.Node) -> Name | Element:
        if isinstance(node, c_ast.ArrayRef) or (isinstance(node, c_ast.UnaryOp) and node.op == "*"):
            return self._assignable_element(node)
        if not isinstance(node, c_ast.ID):
            raise self._error(node, "This is not assignable; only variables are.")
        name = self._lookup(node)
        if not name.writable:
            fix = _INSTEAD_OF_ASSIGNING.get(name.kind, "declare it READ_WRITE")
            raise self._error(node, f"{name.kind} '{node.name}' is read-only; {fix}.")
        self.written.add(name.code)
        return name

    @contextmanager
    def _scope(self) -> Iterator[None]:
        self._scopes.append({})
        yield
        self._scopes.pop()

    def _error(self, node: c_ast.Node, message: str) -> Exception:
        return self._snippet.error_at(node, message)

    def _unsupported(self, node: c_ast.Node, what: str) -> None:
        message = self._error(
            node, f"the bundled engine does not support {what} in code strings; real PyGeNN does."
        )
        raise NotImplementedError(str(message))

    # Statements ------------------------------------------------------------------------------

    def _block_items(self, items: Iterable[c_ast.Node]) -> list[str]:
        return [line for item in items for line in self._statement(item)]

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

    def _tested(self, node: c_ast.Node, level: int = _CHOICE) -> tuple[list[str], str]:
        """Translate an expression into lines to run before and the text of a truth value."""
        before, value = self._captured(self._condition, node)
        return before, self._truth(value, level)

    def _condition(self, node: c_ast.Node) -> Expression:
        """Translate an expression of which only the truth matters; a pointer is always true."""
        if not self._is_pointer(node):
            return self._expression(node)
        self._pointer(node)
        return Expression("True", Bool, _ATOM, True)

    def _indented(self, node: c_ast.Node | None) -> list[str]:
        with self._scope():
            lines = [] if node is None else self._statement(node)
        return ["    " + line for line in lines] or ["    pass"]

    def _statement(self, node: c_ast.Node) -> list[str]:
        method = getattr(self, f"_on_{type(node).__name__}", None)
        if method is not None:
            return list(method(node))
        if isinstance(node, (c_ast.Return, c_ast.Goto, c_ast.Label)):
            word = type(node).__name__.lower()
            raise self._error(node, f"GeNN's snippet language has no '{word}' statement.")
        return self._effect(node)

    def _on_EmptyStatement(self, node: c_ast.EmptyStatement) -> list[str]:  # noqa: N802
        return []

    def _on_Compound(self, node: c_ast.Compound) -> list[str]:  # noqa: N802
        with self._scope():
            return self._block_items(node.block_items or [])

    def _on_DeclList(self, node: c_ast.DeclList) -> list[str]:  # noqa: N802
        return self._block_items(node.decls)

    def _on_Decl(self, node: c_ast.Decl) -> list[str]:  # noqa: N802
        declared = node.type.type if isinstance(node.type, c_ast.PtrDecl) else node.type
        if not isinstance(declared, c_ast.TypeDecl) or node.storage or node.funcspec:
            raise self._error(
                node, "Only numeric variables and pointers to numbers can be declared here."
            )
        if node.name in self._scopes[-1]:
            raise self._error(node, f"Redeclaration of variable '{node.name}'; rename one.")
        if isinstance(node.type, c_ast.PtrDecl):
            return self._declared_pointer(node, declared)
        ctype = self._declared_type(node.type)
        before: list[str] = []
        value = literal(0, ctype)
        if node.init is not None:
            if isinstance(node.init, c_ast.InitList):
                raise self._error(node, "Only plain numeric variables can be declared here.")
            before, initial = self._evaluated(node.init)
            value = converted(initial, ctype).code
        elif "const" in node.quals:
            raise self._error(node, f"Constant '{node.name}' needs a value.")
        name = Name(
            self.namer.unique(node.name),
            ctype,
            writable="const" not in node.quals,
            kind="constant" if "const" in node.quals else "variable",
        )
        self._scopes[-1][node.name] = name
        return [*before, f"{name.code} = {value}"]

    def _declared_type(self, node: c_ast.TypeDecl) -> ResolvedType:
        if not isinstance(node.type, c_ast.IdentifierType):
            raise self._error(node, "GeNN's snippet language has no structures or enumerations.")
        spelling = " ".join(node.type.names)
        if spelling not in TYPE_NAMES and spelling not in ("scalar", "timepoint"):
            hint = remedy_for_type(spelling)
            raise self._error(node, f"Unknown numeric type '{spelling}'; {hint}")
        return self.precision.resolve(spelling)

    def _on_If(self, node: c_ast.If) -> list[str]:  # noqa: N802
        before, condition = self._tested(node.cond)
        lines = [*before, f"if {condition}:", *self._indented(node.iftrue)]
        if node.iffalse is not None:
            lines += ["else:", *self._indented(node.iffalse)]
        return lines

    def _loop(
        self, condition: c_ast.Node | None, body: c_ast.Node | None, before_next: list[str]
    ) -> list[str]:
        """Return a loop, with what has to run before each next round."""
        # Numba compiles no loop without an end. A parameter or a variable may make one, which is as
        # good as in C where it is not reached; through a conversion Numba does not see that.
        head = ["while bool_(True):"]
        if condition is not None:
            before, test = self._tested(condition, _UNARY)
            head += [f"    {line}" for line in (*before, f"if not {test}:", "    break")]
            if not before:
                head = [f"while bool_({self._tested(condition)[1]}):"]
        with self._inside_loop(before_next):
            lines = self._indented(body)
        return [*head, *lines, *("    " + line for line in before_next)]

    def _on_While(self, node: c_ast.While) -> list[str]:  # noqa: N802
        return self._loop(node.cond, node.stmt, [])

    def _on_DoWhile(self, node: c_ast.DoWhile) -> list[str]:  # noqa: N802
        before, test = self._tested(node.cond, _UNARY)
        return self._loop(None, node.stmt, [*before, f"if not {test}:", "    break"])

    def _on_For(self, node: c_ast.For) -> list[str]:  # noqa: N802
        with self._scope():
            lines = [] if node.init is None else self._statement(node.init)
            following = [] if node.next is None else self._effect(node.next)
            return lines + self._loop(node.cond, node.stmt, following)

    def _on_Break(self, node: c_ast.Break) -> list[str]:  # noqa: N802
        if not self._loops:
            raise self._error(node, "Statement not within loop: 'break' needs a loop or a switch.")
        return ["break"]

    def _on_Continue(self, node: c_ast.Continue) -> list[str]:  # noqa: N802
        if not self._loops:
            raise self._error(node, "Statement not within loop: 'continue' needs a loop.")
        lines = self._loops[-1]
        return lines if lines[-1:] == ["break"] else [*lines, "continue"]

    def _on_Switch(self, node: c_ast.Switch) -> list[str]:  # noqa: N802
        lines, value = self._evaluated(node.cond)
        if value.type.is_float:
            raise self._error(node, f"A switch needs an integer, not {value.type.name}.")
        if not isinstance(node.stmt, c_ast.Compound):
            raise self._error(node, "A switch needs a block of cases in braces.")
        ctype = promoted(value.type)
        cases = list(node.stmt.block_items or [])
        if not all(isinstance(item, (c_ast.Case, c_ast.Default)) for item in cases):
            raise self._error(node, "A switch holds nothing before its first case.")
        chosen = self.namer.unique("chosen")
        lines.append(f"{chosen} = {converted(value, ctype).code}")
        entry = self.namer.unique("entry")
        default = len(cases)
        word = "if"
        for number, case in enumerate(cases):
            if isinstance(case, c_ast.Default):
                default = number
                continue
            label = self._label(case.expr, ctype)
            lines += [f"{word} {chosen} == {_wrapped(label, _OR)}:", f"    {entry} = {number}"]
            word = "elif"
        lines += [f"{entry} = {default}"] if word == "if" else ["else:", f"    {entry} = {default}"]
        # A 'break' leaves the switch and a 'continue' the loop around it: the switch is a loop of
        # one round, and a flag carries the 'continue' out of it.
        onward = self.namer.unique("onward")
        inside_loop = bool(self._loops)
        body: list[str] = []
        with self._inside_loop([f"{onward} = True", "break"]), self._scope():
            for number, case in enumerate(cases):
                inner = self._block_items(case.stmts or [])
                if inner:
                    body += [f"if {entry} <= {number}:", *("    " + line for line in inner)]
        uses_continue = any(line.strip() == f"{onward} = True" for line in body)
        if uses_continue and not inside_loop:
            raise self._error(node, "Statement not within loop: 'continue' needs a loop.")
        if uses_continue:
            lines.append(f"{onward} = False")
        lines += ["while True:", *("    " + line for line in body), "    break"]
        if uses_continue:
            lines += [f"if {onward}:", *("    " + line for line in [*self._loops[-1], "continue"])]
        return lines

    def _label(self, node: c_ast.Node, ctype: ResolvedType) -> Expression:
        """Translate the number of a case."""
        before, value = self._evaluated(node)
        if before or value.type.is_float:
            raise self._error(node, "A case needs an integer constant, such as 3.")
        return converted(value, ctype)

    def _effect(self, node: c_ast.Node) -> list[str]:
        """Translate an expression whose value is not used."""
        if isinstance(node, c_ast.ExprList):
            return [line for part in node.exprs for line in self._effect(part)]
        if self._is_pointer(node):
            return self._captured(self._pointer, node)[0]
        if isinstance(node, c_ast.Assignment):
            return self._captured(self._assign, node)[0]
        if isinstance(node, c_ast.UnaryOp) and node.op in _STEPS:
            before, target = self._captured(self._steppable, node)
            return [*before, self._assigned(target, node.op[-1], _ONE)]
        called = node.name if isinstance(node, c_ast.FuncCall) else None
        if isinstance(called, c_ast.ID) and called.name == "assert":
            return self._assertion(node)
        if isinstance(called, c_ast.ID) and called.name in self.special:
            return self._special_call(node, called.name)
        # Nothing comes of the value, but what it assigns on the way must still happen.
        return self._evaluated(node)[0]

    def _assign(self, node: c_ast.Assignment) -> Name | Element:
        """Translate an assignment into lines to run, and return what it assigns."""
        value = self._expression(node.rvalue)
        target = self._assignable(node.lvalue)
        if node.op != "=":
            self._check_readable(target, node, node.lvalue, node.op)
        self._before.append(self._assigned(target, node.op[:-1], value, node))
        return target

    def _steppable(self, node: c_ast.UnaryOp) -> Name | Element:
        target = self._assignable(node.expr)
        self._check_readable(target, node, node.expr, node.op.removeprefix("p"))
        return target

    def _check_readable(
        self, target: Name | Element, node: c_ast.Node, variable: c_ast.Node, operator: str
    ) -> None:
        """Raise unless an operator that reads what it assigns can be applied to `target`."""
        if isinstance(target, Element):
            return
        if not target.readable:
            raise self._error(
                node, f"{target.kind} '{variable.name}' takes only '=', not '{operator}'."
            )
        self.read.add(target.code)

    def _assigned(
        self,
        target: Name | Element,
        operator: str,
        value: Expression,
        node: c_ast.Node | None = None,
    ) -> str:
        """Return the line ``target operator= value``."""
        if isinstance(target, Element):
            if operator:
                value = self._operation(operator, _value(target), value, node)
            text = converted(value, target.type).code
            return f"arrays.put({target.array}, {target.index}, {text}, {target.fault})"
        if not operator:
            return f"{target.code} = {converted(value, target.type).code}"
        if operator in {"+", "-", "*"} and target.type.is_float and value.type != Double:
            return f"{target.code} {operator}= {converted(value, target.type).code}"
        if operator in {"+", "-", "*"} and target.type == Double:
            return f"{target.code} {operator}= {converted(value, Double).code}"
        result = self._operation(operator, _value(target), value, node)
        return f"{target.code} = {converted(result, target.type).code}"

    # Expressions -----------------------------------------------------------------------------

    def _expression(self, node: c_ast.Node) -> Expression:
        method = getattr(self, f"_value_of_{type(node).__name__}", None)
        if method is None:
            what = "structures" if isinstance(node, c_ast.StructRef) else "such expression"
            raise self._error(node, f"GeNN's snippet language has no {what}; use plain numbers.")
        result: Expression = method(node)
        return result

    def _truth(self, value: Expression, level: int) -> str:
        """Return the text of a Python truth value that binds at least as tightly as `level`."""
        if not value.is_condition and not value.type.is_bool:
            zero = literal(0, value.type)
            value = Expression(f"{_wrapped(value, _OR)} != {zero}", Int32, _COMPARE, True)
        return _wrapped(value, level)

    def _value_of_Constant(self, node: c_ast.Constant) -> Expression:  # noqa: N802
        if node.type in ("float", "double", "long double"):
            ctype = {"float": Float, "long double": Double}.get(node.type, self.precision.scalar)
            number = float(node.value.rstrip("fFlL"))
            return Expression(literal(number, ctype), ctype, _ATOM, constant=number)
        ctype = Uint32 if node.value[-1] in "uU" else Int32
        text, limits = node.value.rstrip("uU"), np.iinfo(ctype.dtype)
        # Python refuses to read a number of thousands of decimal digits.
        value = int(text, 0) if len(text) <= _LONGEST_NUMBER or text[1] in "xX" else None
        if value is None or value > limits.max:
            shown = node.value if len(text) <= _LONGEST_NUMBER else f"{text[:10]}…"
            raise self._error(
                node, f"{shown} does not fit into {ctype.name} (at most {limits.max})."
            )
        return Expression(literal(value, ctype), ctype, _ATOM, constant=value)

    def _value_of_ID(self, node: c_ast.ID) -> Expression:  # noqa: N802
        if node.name in ("true", "false"):
            return Expression(node.name.capitalize(), Bool, _ATOM, True)
        return _value(self._readable(node))

    def _value_of_ArrayRef(self, node: c_ast.ArrayRef) -> Expression:  # noqa: N802
        pointer, index = self._place(node)
        fault = self.faults.site(self._snippet, node, pointer.title)
        return _value(Element(pointer.array, index, pointer.type, fault))

    def _value_of_ExprList(self, node: c_ast.ExprList) -> Expression:  # noqa: N802
        for part in node.exprs[:-1]:
            self._before += self._effect(part)
        return self._expression(node.exprs[-1])

    def _value_of_Assignment(self, node: c_ast.Assignment) -> Expression:  # noqa: N802
        target = self._assign(node)
        if isinstance(target, Name):
            if not target.readable:
                raise self._error(
                    node,
                    f"{target.kind} has no value to be used; assign it in a statement of its own.",
                )
            self.read.add(target.code)
        return _value(target)

    def _value_of_Cast(self, node: c_ast.Cast) -> Expression:  # noqa: N802
        if not isinstance(node.to_type.type, c_ast.TypeDecl):
            raise self._error(node, "Only numbers can be cast, and only to numeric types.")
        return converted(self._expression(node.expr), self._declared_type(node.to_type.type))

    def _value_of_TernaryOp(self, node: c_ast.TernaryOp) -> Expression:  # noqa: N802
        condition = self._truth(self._condition(node.cond), _EITHER)
        (before_yes, yes), (before_no, no) = map(self._evaluated, (node.iftrue, node.iffalse))
        ctype = yes.type if yes.type == no.type else usual_conversion(yes.type, no.type)
        yes, no = converted(yes, ctype), converted(no, ctype)
        if not before_yes and not before_no:
            code = f"{_wrapped(yes, _EITHER)} if {condition} else {_wrapped(no, _CHOICE)}"
            return Expression(code, ctype, _CHOICE, ctype.is_bool)
        # Only the branch that is taken may assign.
        result = self.namer.unique("choice")
        self._before += [
            f"if {condition}:",
            *("    " + line for line in [*before_yes, f"{result} = {yes.code}"]),
            "else:",
            *("    " + line for line in [*before_no, f"{result} = {no.code}"]),
        ]
        return Expression(result, ctype, _ATOM, ctype.is_bool)

    def _value_of_UnaryOp(self, node: c_ast.UnaryOp) -> Expression:  # noqa: N802
        if node.op in _STEPS:
            return self._stepped(node)
        if node.op in {"&", "sizeof"}:
            raise self._error(node, f"GeNN's snippet language has no '{node.op}' of a variable.")
        if node.op == "*":
            return self._value_of_ArrayRef(node)
        value = self._expression(node.expr)
        if node.op == "!":
            return Expression(f"not {self._truth(value, _NOT)}", Int32, _NOT, True)
        if node.op == "~" and value.type.is_float:
            raise self._error(node, f"Invalid operand type '{value.type.name}' for '~'.")
        ctype = promoted(value.type)
        value = converted(value, ctype)
        if node.op == "+":
            return value
        if node.op == "-" and value.constant is not None and not ctype.is_unsigned:
            return Expression(
                literal(-value.constant, ctype), ctype, _ATOM, constant=-value.constant
            )
        code = f"{node.op}{_wrapped(value, _UNARY)}"
        if ctype.is_float:
            return Expression(code, ctype, _UNARY)
        return Expression(f"{ctype.numpy_name}({code})", ctype, _ATOM)

    def _stepped(self, node: c_ast.UnaryOp) -> Expression:
        """Translate ``++x``, ``x++`` and their like where the value is used."""
        target = self._steppable(node)
        value = _value(target)
        if node.op.startswith("p"):
            previous = self.namer.unique("previous")
            self._before.append(f"{previous} = {value.code}")
            value = Expression(previous, target.type, _ATOM, target.type.is_bool)
        self._before.append(self._assigned(target, node.op[-1], _ONE, node))
        return value

    def _value_of_BinaryOp(self, node: c_ast.BinaryOp) -> Expression:  # noqa: N802
        if node.op == "-" and self._is_pointer(node.left) and self._is_pointer(node.right):
            return self._distance(node)
        if node.op not in ("&&", "||"):
            left, right = self._expression(node.left), self._expression(node.right)
            return self._operation(node.op, left, right, node)
        left = self._condition(node.left)
        before, right = self._captured(self._condition, node.right)
        word, level = ("and", _BOTH) if node.op == "&&" else ("or", _EITHER)
        if not before:
            code = f"{self._truth(left, level)} {word} {self._truth(right, level + 1)}"
            return Expression(code, Int32, level, True)
        # The right operand may assign, and must not unless it is asked.
        result = self.namer.unique("truth")
        asked = result if word == "and" else f"not {result}"
        self._before += [
            f"{result} = {self._truth(left, _CHOICE)}",
            f"if {asked}:",
            *("    " + line for line in [*before, f"{result} = {self._truth(right, _CHOICE)}"]),
        ]
        return Expression(result, Int32, _ATOM, True)

    def _operation(
        self, operator: str, left: Expression, right: Expression, node: c_ast.Node | None
    ) -> Expression:
        """Translate an arithmetic operation or a comparison."""
        if operator in ("/", "%") and right.constant == 0 and not right.type.is_float:
            assert node is not None
            raise self._error(_divisor(node), "Division by zero; divide by another number.")
        if operator == "/" and right.constant == 0 and node is not None:
            message = "Division by zero makes no finite number; divide by another number."
            warn_user(str(self._error(_divisor(node), message)))
        if operator in _INSTEAD_OF and (left.type.is_float or right.type.is_float):
            raise self._snippet.error_at(
                node or c_ast.EmptyStatement(),
                f"Invalid operand types '{left.type.name}' and '{right.type.name}' for "
                f"'{operator}', which needs integers; {_INSTEAD_OF[operator]}.",
            )
        shift = operator == "<<"
        ctype = promoted(left.type) if shift else usual_conversion(left.type, right.type)
        left, right = converted(left, ctype), converted(right, ctype)
        if operator in _COMPARISONS:
            code = f"{_wrapped(left, _OR)} {operator} {_wrapped(right, _OR)}"
            return Expression(code, ctype, _COMPARE, True)
        if operator in ("/", "%") and not ctype.is_float:
            kind = "uint" if ctype.is_unsigned else "int"
            name = "divide" if operator == "/" else "remainder"
            code = f"c_functions.{kind}_{name}({left.code}, {right.code})"
            return Expression(f"{ctype.numpy_name}({code})", ctype, _ATOM)
        if shift and right.constant is None:
            # C leaves shifts by more than there are bits undefined; like common processors, count
            # them anew from 0.
            bits = ctype.dtype.itemsize * 8 - 1
            code = f"{_wrapped(right, _AND)} & {literal(bits, ctype)}"
            right = Expression(f"({code})", ctype, _ATOM)
        level = _LEVELS[operator]
        code = f"{_wrapped(left, level)} {operator} {_wrapped(right, level + 1)}"
        if ctype.is_float:
            return Expression(code, ctype, level)
        return Expression(f"{ctype.numpy_name}({code})", ctype, _ATOM)

    # Pointers --------------------------------------------------------------------------------

    def _is_pointer(self, node: c_ast.Node) -> bool:
        """Return whether an expression has a pointer for its value."""
        if isinstance(node, c_ast.ID):
            name = self._find(node.name)
            return name is not None and name.pointer is not None
        if isinstance(node, c_ast.BinaryOp) and node.op in ("+", "-"):
            left, right = self._is_pointer(node.left), self._is_pointer(node.right)
            return left != right if node.op == "+" else left and not right
        if isinstance(node, c_ast.Assignment):
            return self._is_pointer(node.lvalue)
        if isinstance(node, c_ast.UnaryOp) and node.op in _STEPS:
            return self._is_pointer(node.expr)
        return isinstance(node, c_ast.ExprList) and self._is_pointer(node.exprs[-1])

    def _pointer(self, node: c_ast.Node) -> Pointer:
        """Translate an expression whose value is a pointer."""
        if isinstance(node, c_ast.ExprList):
            for part in node.exprs[:-1]:
                self._before += self._effect(part)
            return self._pointer(node.exprs[-1])
        if isinstance(node, c_ast.BinaryOp):
            on_left = self._is_pointer(node.left)
            pointer = self._pointer(node.left if on_left else node.right)
            steps = self._expression(node.right if on_left else node.left)
            return self._moved(pointer, node.op, steps, node)
        if isinstance(node, c_ast.Assignment):
            name, pointer = self._assignable_pointer(node.lvalue)
            if node.op == "=":
                pointer = self._pointer_to(pointer.type, pointer.writable, node.rvalue)
            else:
                pointer = self._moved(pointer, node.op[:-1], self._expression(node.rvalue), node)
            return self._repointed(name, pointer)
        if isinstance(node, c_ast.UnaryOp):
            name, pointer = self._assignable_pointer(node.expr)
            moved = self._moved(pointer, node.op[-1], _ONE, node)
            if not node.op.startswith("p"):
                return self._repointed(name, moved)
            previous = self.namer.unique("previous")
            self._before.append(f"{previous} = {pointer.offset}")
            self._repointed(name, moved)
            return replace(pointer, offset=previous)
        found = self._lookup(node).pointer
        assert found is not None
        self.read.add(found.array)
        return found

    def _pointer_to(self, ctype: ResolvedType, writable: bool, node: c_ast.Node) -> Pointer:
        """Translate what is assigned to a pointer to elements of type `ctype`."""
        wanted = f"{'' if writable else 'const '}{ctype.name}*"
        if not self._is_pointer(node):
            raise self._error(
                node, f"Invalid operand types: a pointer '{wanted}' can only be set to a pointer."
            )
        pointer = self._pointer(node)
        if pointer.type != ctype:
            raise self._error(
                node,
                f"Invalid operand types '{wanted}' and '{pointer.type_name}': a pointer can only "
                "be set to one of the same type.",
            )
        if writable and not pointer.writable:
            raise self._error(
                node,
                f"Invalid operand types '{wanted}' and '{pointer.type_name}': {pointer.title} is "
                f"read-only; declare a const {ctype.name}*.",
            )
        return pointer

    def _moved(
        self, pointer: Pointer, operator: str, steps: Expression, node: c_ast.Node
    ) -> Pointer:
        """Return a pointer a number of elements further on or back."""
        if operator not in ("+", "-") or steps.type.is_float:
            raise self._error(
                node,
                f"Invalid operand types '{pointer.type_name}' and '{steps.type.name}' for "
                f"'{operator}': to a pointer, integers can be added and from it subtracted.",
            )
        return replace(pointer, offset=_offset(pointer, operator, steps))

    def _assignable_pointer(self, node: c_ast.ID) -> tuple[Name, Pointer]:
        name = self._lookup(node)
        assert name.pointer is not None
        if not name.writable:
            fix = "declare a pointer of your own, such as const scalar *p"
            raise self._error(node, f"{name.pointer.title} is read-only; {fix}.")
        return name, name.pointer

    def _repointed(self, name: Name, target: Pointer) -> Pointer:
        """Have a declared pointer point elsewhere."""
        pointer = name.pointer
        assert pointer is not None
        if target.array != pointer.array:
            self._before.append(f"{pointer.array} = {target.array}")
        self._before.append(f"{pointer.offset} = {target.offset}")
        return pointer

    def _declared_pointer(self, node: c_ast.Decl, declared: c_ast.TypeDecl) -> list[str]:
        ctype = self._declared_type(declared)
        writable = "const" not in declared.quals
        fixed = "const" in node.type.quals
        before: list[str] = []
        if node.init is not None:
            before, target = self._captured(
                lambda init: self._pointer_to(ctype, writable, init), node.init
            )
        elif fixed:
            raise self._error(node, f"Constant '{node.name}' needs a value.")
        else:
            target = self._nowhere(node, ctype)
        offset = self.namer.unique(node.name)
        pointer = Pointer(
            self.namer.unique(f"{offset}_array"),
            offset,
            ctype,
            writable,
            f"pointer '{node.name}'",
        )
        self._scopes[-1][node.name] = Name(
            offset, ctype, writable=not fixed, kind="pointer", pointer=pointer
        )
        lines = [f"{pointer.array} = {target.array}", f"{offset} = int64({target.offset})"]
        return [*before, *lines]

    def _nowhere(self, node: c_ast.Decl, ctype: ResolvedType) -> Pointer:
        """Return where a pointer points that is declared without a value: outside any array."""
        for scope in reversed(self._scopes):
            for name in scope.values():
                if name.pointer is not None and name.pointer.type == ctype:
                    self.read.add(name.pointer.array)
                    return replace(name.pointer, offset=str(NOWHERE))
        raise self._error(
            node, f"There is no array of type {ctype.name} here that '{node.name}' could point to."
        )

    def _distance(self, node: c_ast.BinaryOp) -> Expression:
        """Translate the difference of two pointers."""
        left, right = self._pointer(node.left), self._pointer(node.right)
        if left.type != right.type:
            raise self._error(
                node,
                f"Invalid operand types '{left.type_name}' and '{right.type_name}' for '-'.",
            )
        return Expression(f"int64(({left.offset}) - ({right.offset}))", Int64, _ATOM)

    def _place(self, node: c_ast.ArrayRef | c_ast.UnaryOp) -> tuple[Pointer, str]:
        """Translate ``p[i]`` or ``*p`` into the pointer and the text of an index."""
        base = node.name if isinstance(node, c_ast.ArrayRef) else node.expr
        if not self._is_pointer(base):
            if isinstance(base, c_ast.ID) and self._lookup(base).kind in DELAYED_KINDS:
                self._unsupported(node, "a delay as the index of a neuron's variable")
            pointers = sorted(
                {name for name in self._visible() if self._is_pointer(c_ast.ID(name))}
            )
            listed = f"pointers here are {', '.join(pointers)}" if pointers else "there are none"
            raise self._error(node, f"Subscripted object is not a pointer; {listed}.")
        pointer = self._pointer(base)
        if isinstance(node, c_ast.UnaryOp):
            return pointer, f"uint64({pointer.offset})"
        if self._is_pointer(node.subscript):
            given = self._pointer(node.subscript).type_name
            raise self._error(node.subscript, f"Invalid subscript index type '{given}'.")
        index = self._expression(node.subscript)
        if index.type.is_float:
            raise self._error(
                node.subscript,
                f"Invalid subscript index type '{index.type.name}': an index is an integer; cast "
                "it, for example to (int).",
            )
        return pointer, f"uint64({_offset(pointer, '+', index)})"

    def _assignable_element(self, node: c_ast.ArrayRef | c_ast.UnaryOp) -> Element:
        pointer, index = self._place(node)
        if not pointer.writable:
            raise self._error(node, f"{pointer.title} is read-only: it points to constants.")
        at = self.namer.unique("at")
        self._before.append(f"{at} = {index}")
        self.faults.assigns = True
        fault = self.faults.site(self._snippet, node, pointer.title)
        return Element(pointer.array, at, pointer.type, fault)

    # Calls -----------------------------------------------------------------------------------

    def _assertion(self, node: c_ast.FuncCall) -> list[str]:
        given = node.args.exprs if node.args else []
        if len(given) != 1:
            raise self._error(node, f"assert(condition) takes 1 argument, {len(given)} given.")
        before, test = self._tested(given[0], _UNARY)
        fault = self.faults.site(self._snippet, node)
        return [*before, f"if not {test}:", f"    arrays.report({fault})"]

    def _special_call(self, node: c_ast.FuncCall, name: str) -> list[str]:
        function = self.special[name]
        given = node.args.exprs if node.args else []
        expected = len(function.arguments)
        if len(given) != expected:
            raise self._error(
                node,
                f"{name}({', '.join(function.arguments)}) takes {expected} "
                f"argument{'s' if expected != 1 else ''}, {len(given)} given.",
            )
        evaluated = [self._evaluated(argument) for argument in given]
        before = [line for lines, _ in evaluated for line in lines]
        return [*before, *function.lines(self, *(value for _, value in evaluated))]

    def _value_of_FuncCall(self, node: c_ast.FuncCall) -> Expression:  # noqa: N802
        if not isinstance(node.name, c_ast.ID):
            raise self._error(node, "Only functions called by name exist here.")
        name = node.name.name
        if name in self.special:
            raise self._error(node, f"{name}() gives no value; make it a statement of its own.")
        if name == "assert":
            raise self._error(node, "assert() gives no value; make it a statement of its own.")
        if name == "printf":
            self._unsupported(node, f"{name}()")
        if name in functions.RANDOM_FUNCTIONS and not self.random:
            raise self._error(
                node, f"'{name}' cannot be used here: random numbers are not drawn in this code."
            )
        if name not in functions.FUNCTION_NAMES:
            known = [*functions.FUNCTION_NAMES, *self.special]
            raise self._error(node, self._unknown(name, known, "function"))
        values = [self._expression(part) for part in (node.args.exprs if node.args else [])]
        expected = self._argument_count(name)
        if len(values) != expected:
            raise self._error(
                node,
                f"No viable function candidates for '{name}': it takes {expected} "
                f"argument{'' if expected == 1 else 's'}, {len(values)} given.",
            )
        if name in functions.RANDOM_FUNCTIONS:
            return self._random_call(name, values)
        if name in functions.INTEGER_FUNCTIONS:
            return self._integer_call(name, values, node)
        codes = [converted(value, Double).code for value in values]
        if name in functions.REAL_FUNCTIONS:
            code = functions.REAL_FUNCTIONS[name][1].format(*codes)
            return Expression(code, Double, _ATOM)
        if name in functions.SCALING_FUNCTIONS:
            codes[1] = converted(values[1], Int32).code
            return Expression(functions.SCALING_FUNCTIONS[name].format(*codes), Double, _ATOM)
        return Expression(functions.EXPONENT_FUNCTIONS[name].format(*codes), Int32, _ATOM)

    def _random_call(self, name: str, values: list[Expression]) -> Expression:
        arguments, result, function = functions.RANDOM_FUNCTIONS[name]
        codes = [RANDOM_STATE]
        for value, given in zip(values, arguments, strict=True):
            argument = converted(value, self.precision.resolve(given))
            codes.append(converted(argument, Double).code if given == SCALAR else argument.code)
        ctype = self.precision.resolve(result)
        drawn = self.namer.unique("drawn")
        function = function.format(scalar=ctype.numpy_name)
        # A draw changes the state, so it is a line of its own before what uses the number.
        self._before.append(
            f"{drawn}, {RANDOM_STATE} = random_numbers.{function}({', '.join(codes)})"
        )
        self.written.add(RANDOM_STATE)
        if ctype.is_float:
            return Expression(f"{ctype.numpy_name}({drawn})", ctype, _ATOM)
        return Expression(drawn, ctype, _ATOM)

    def _argument_count(self, name: str) -> int:
        if name in functions.RANDOM_FUNCTIONS:
            return len(functions.RANDOM_FUNCTIONS[name][0])
        if name in functions.REAL_FUNCTIONS:
            return functions.REAL_FUNCTIONS[name][0]
        return 2 if name in functions.SCALING_FUNCTIONS or name in ("min", "max") else 1

    def _integer_call(self, name: str, values: list[Expression], node: c_ast.Node) -> Expression:
        if name in ("min", "max"):
            left, right = values
            if left.type != right.type:
                raise self._error(
                    node,
                    f"{name}() needs two operands of one type, not '{left.type.name}' and "
                    f"'{right.type.name}'; convert one, for example by a cast or a suffix "
                    "such as 1u.",
                )
            codes = ", ".join(converted(value, left.type).code for value in values)
            return Expression(f"c_functions.c_{name}({codes})", left.type, _ATOM)
        (value,) = values
        if value.type.is_float:
            # GeNN has only the integer function, and converts.
            fix = "use fabs()" if name == "abs" else "convert it first"
            message = f"{name}() is for integers and drops the fraction; {fix}."
            warn_user(str(self._error(node, message)))
            value = converted(value, Int32)
        if name == "clz":
            code = f"c_functions.c_clz({converted(value, Int32).code})"
            return Expression(code, Int32, _ATOM)
        ctype = Int64 if promoted(value.type) in (Int64, Uint64) else Int32
        code = f"{ctype.numpy_name}(abs({converted(value, ctype).code}))"
        return Expression(code, ctype, _ATOM)


def _divisor(node: c_ast.Node) -> c_ast.Node:
    """Return the right operand of an operation, by which an assignment divides too."""
    return node.right if isinstance(node, c_ast.BinaryOp) else node.rvalue


def _offset(pointer: Pointer, operator: str, steps: Expression) -> str:
    """Return the text of the element that is `steps` after a pointer, or before it."""
    number = steps.code if steps.type == Int64 else f"int64({steps.code})"
    if pointer.offset == "0" and operator == "+":
        return number
    return f"{pointer.offset} {operator} {number}"


def _value(place: Name | Element) -> Expression:
    """Return the value of a variable or of an element of an array."""
    code = (
        place.code
        if isinstance(place, Name)
        else f"arrays.fetch({place.array}, {place.index}, {place.fault})"
    )
    return Expression(code, place.type, _ATOM, place.type.is_bool)
