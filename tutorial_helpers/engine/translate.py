"""Code strings into Python: names are looked up, types are checked, lines are emitted.

One `Translator` serves all the snippets that share a loop body, in the order in which they run, so
that the locals of a neuron's ``sim_code`` are seen by its threshold condition and reset code.
The emitted Python means the same to Numba and to the plain interpreter: every value has the type
that C would give it, by an explicit conversion wherever Python's rules differ.
"""

from __future__ import annotations

import builtins
import difflib
import keyword
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from pycparser import c_ast

from tutorial_helpers.engine import functions
from tutorial_helpers.engine.snippets import Snippet, parse_expression, parse_statements
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
    usual_conversion,
)


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
    """

    code: str
    type: ResolvedType
    writable: bool = True
    readable: bool = True
    kind: str = "variable"
    also_reads: str = ""


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
_INTEGER_ONLY = {"%", "<<", "&", "|", "^"}

#: Name of the state of the stream from which one element draws random numbers in one step.
RANDOM_STATE = "rng"

# Names that a message lists at most.
_MOST_LISTED = 30


class Namer:
    """Hands out Python names that are unique within one generated function."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = {
            *keyword.kwlist,
            *dir(builtins),
            *(one.numpy_name for one in TYPE_NAMES.values()),
            *("np", "math", "njit", "c_functions", "random_numbers", "void", "int64"),
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
            return expression
        return Expression(f"{target.numpy_name}({code})", target, _ATOM)
    if source == target:
        return expression
    if expression.constant is not None and not source.is_float and not target.is_bool:
        wrapped = np.int64(expression.constant).astype(target.dtype)
        return Expression(literal(wrapped.item(), target), target, _ATOM, constant=wrapped.item())
    if target.is_bool:
        return Expression(f"{_wrapped(expression, _OR)} != 0", Bool, _COMPARE, True)
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
    """

    precision: Precision
    names: Mapping[str, Name]
    namer: Namer = field(default_factory=Namer)
    special: Mapping[str, SpecialFunction] = field(default_factory=dict)
    unavailable: Mapping[str, str] = field(default_factory=dict)
    random: bool = False

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
        return self._block_items(parse_statements(snippet).block_items or [])

    def condition(self, snippet: Snippet) -> tuple[list[str], str]:
        """Translate a snippet that is one condition.

        Returns
        -------
        tuple
            Lines to run before, and the text of a Python truth value.
        """
        self._snippet = snippet
        return self._tested(parse_expression(snippet))

    def add_to(self, target: Name, value: Expression) -> list[str]:
        """Return the line that adds `value` to an accumulator."""
        self.read.add(target.code)
        self.written.add(target.code)
        return [self._assigned(target, "+", value)]

    # Names -----------------------------------------------------------------------------------

    def _lookup(self, node: c_ast.ID) -> Name:
        for scope in reversed(self._scopes):
            if node.name in scope:
                return scope[node.name]
        if node.name in functions.FUNCTION_NAMES or node.name in self.special:
            raise self._error(node, f"'{node.name}' is a function; call it with arguments.")
        raise self._error(node, self._unknown(node.name, self._visible()))

    def _visible(self) -> list[str]:
        return [name for scope in self._scopes for name in scope]

    def _unknown(self, name: str, known: Iterable[str], what: str = "name") -> str:
        if name in self.unavailable:
            return f"'{name}' cannot be used here: {self.unavailable[name]}"
        known = sorted(set(known))
        close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        if close:
            return f"Undefined {what} '{name}'; did you mean '{close[0]}'?"
        if len(known) > _MOST_LISTED:
            return f"Undefined {what} '{name}'; no {what} known here is like it."
        listed = ", ".join(known) or "none"
        return f"Undefined {what} '{name}'; known here: {listed}."

    def _readable(self, node: c_ast.ID) -> Name:
        name = self._lookup(node)
        if not name.readable:
            raise self._error(node, f"{name.kind} '{node.name}' can only be assigned, not read.")
        self.read.add(name.also_reads or name.code)
        return name

    def _assignable(self, node: c_ast.Node) -> Name:
        if isinstance(node, c_ast.ArrayRef):
            self._unsupported(node, "indexing")
        if not isinstance(node, c_ast.ID):
            raise self._error(node, "This is not assignable; only variables are.")
        name = self._lookup(node)
        if not name.writable:
            raise self._error(node, f"{name.kind} '{node.name}' is read-only; assign a variable.")
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

    def _evaluated(self, node: c_ast.Node) -> tuple[list[str], Expression]:
        """Translate an expression; return the lines to run before it, and the expression."""
        outer, self._before = self._before, []
        value = self._expression(node)
        before, self._before = self._before, outer
        return before, value

    def _tested(self, node: c_ast.Node, level: int = _CHOICE) -> tuple[list[str], str]:
        """Translate an expression into lines to run before and the text of a truth value."""
        before, value = self._evaluated(node)
        return before, self._truth(value, level)

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
        if isinstance(node.type, c_ast.PtrDecl):
            self._unsupported(node, "pointers")
        if not isinstance(node.type, c_ast.TypeDecl) or node.storage or node.funcspec:
            raise self._error(node, "Only plain numeric variables can be declared here.")
        if node.name in self._scopes[-1]:
            raise self._error(node, f"Redeclaration of variable '{node.name}'; rename one.")
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
            raise self._error(node, f"Unknown numeric type '{spelling}'.")
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
        head = ["while True:"]
        if condition is not None:
            before, test = self._tested(condition, _UNARY)
            head += [f"    {line}" for line in (*before, f"if not {test}:", "    break")]
            if not before:
                head = [f"while {self._tested(condition)[1]}:"]
        self._loops.append(before_next)
        lines = self._indented(body)
        self._loops.pop()
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
            label = converted(self._expression(case.expr), ctype)
            lines += [f"{word} {chosen} == {_wrapped(label, _OR)}:", f"    {entry} = {number}"]
            word = "elif"
        lines += [f"{entry} = {default}"] if word == "if" else ["else:", f"    {entry} = {default}"]
        # A 'break' leaves the switch and a 'continue' the loop around it: the switch is a loop of
        # one round, and a flag carries the 'continue' out of it.
        onward = self.namer.unique("onward")
        inside_loop = bool(self._loops)
        body: list[str] = []
        self._loops.append([f"{onward} = True", "break"])
        with self._scope():
            for number, case in enumerate(cases):
                inner = self._block_items(case.stmts or [])
                if inner:
                    body += [f"if {entry} <= {number}:", *("    " + line for line in inner)]
        self._loops.pop()
        uses_continue = any(line.strip() == f"{onward} = True" for line in body)
        if uses_continue and not inside_loop:
            raise self._error(node, "Statement not within loop: 'continue' needs a loop.")
        if uses_continue:
            lines.append(f"{onward} = False")
        lines += ["while True:", *("    " + line for line in body), "    break"]
        if uses_continue:
            lines += [f"if {onward}:", *("    " + line for line in [*self._loops[-1], "continue"])]
        return lines

    def _effect(self, node: c_ast.Node) -> list[str]:
        """Translate an expression whose value is not used."""
        if isinstance(node, c_ast.ExprList):
            return [line for part in node.exprs for line in self._effect(part)]
        if isinstance(node, c_ast.Assignment):
            before, value = self._evaluated(node.rvalue)
            return [*before, self._assigned(self._target(node), node.op[:-1], value, node)]
        if isinstance(node, c_ast.UnaryOp) and node.op in {"++", "--", "p++", "p--"}:
            target = self._steppable(node)
            return [self._assigned(target, node.op[-1], _ONE)]
        called = node.name if isinstance(node, c_ast.FuncCall) else None
        if isinstance(called, c_ast.ID) and called.name in self.special:
            return self._special_call(node, called.name)
        # Nothing comes of the value, but what it assigns on the way must still happen.
        return self._evaluated(node)[0]

    def _target(self, node: c_ast.Assignment) -> Name:
        target = self._assignable(node.lvalue)
        if node.op != "=":
            self._check_readable(target, node, node.lvalue, node.op)
        return target

    def _steppable(self, node: c_ast.UnaryOp) -> Name:
        target = self._assignable(node.expr)
        self._check_readable(target, node, node.expr, node.op.removeprefix("p"))
        return target

    def _check_readable(
        self, target: Name, node: c_ast.Node, variable: c_ast.ID, operator: str
    ) -> None:
        """Raise unless an operator that reads what it assigns can be applied to `target`."""
        if not target.readable:
            raise self._error(
                node, f"{target.kind} '{variable.name}' takes only '=', not '{operator}'."
            )
        self.read.add(target.code)

    def _assigned(
        self, target: Name, operator: str, value: Expression, node: c_ast.Node | None = None
    ) -> str:
        """Return the line ``target operator= value``."""
        if not operator:
            return f"{target.code} = {converted(value, target.type).code}"
        if operator in {"+", "-", "*"} and target.type.is_float and value.type != Double:
            return f"{target.code} {operator}= {converted(value, target.type).code}"
        if operator in {"+", "-", "*"} and target.type == Double:
            return f"{target.code} {operator}= {converted(value, Double).code}"
        result = self._operation(operator, _variable(target), value, node)
        return f"{target.code} = {converted(result, target.type).code}"

    # Expressions -----------------------------------------------------------------------------

    def _expression(self, node: c_ast.Node) -> Expression:
        method = getattr(self, f"_value_of_{type(node).__name__}", None)
        if method is None:
            raise self._error(node, "GeNN's snippet language has no such expression.")
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
        value = int(node.value.rstrip("uU"), 0)
        limits = np.iinfo(ctype.dtype)
        if value > limits.max:
            raise self._error(
                node, f"{node.value} does not fit into {ctype.name} (at most {limits.max})."
            )
        return Expression(literal(value, ctype), ctype, _ATOM, constant=value)

    def _value_of_ID(self, node: c_ast.ID) -> Expression:  # noqa: N802
        if node.name in ("true", "false"):
            return Expression(node.name.capitalize(), Bool, _ATOM, True)
        return _variable(self._readable(node))

    def _value_of_ArrayRef(self, node: c_ast.ArrayRef) -> Expression:  # noqa: N802
        self._unsupported(node, "indexing")
        raise AssertionError  # not reached

    def _value_of_ExprList(self, node: c_ast.ExprList) -> Expression:  # noqa: N802
        for part in node.exprs[:-1]:
            self._before += self._effect(part)
        return self._expression(node.exprs[-1])

    def _value_of_Assignment(self, node: c_ast.Assignment) -> Expression:  # noqa: N802
        value = self._expression(node.rvalue)
        target = self._target(node)
        if not target.readable:
            raise self._error(
                node, f"{target.kind} has no value to be used; assign it in a statement of its own."
            )
        self._before.append(self._assigned(target, node.op[:-1], value, node))
        self.read.add(target.code)
        return _variable(target)

    def _value_of_Cast(self, node: c_ast.Cast) -> Expression:  # noqa: N802
        if not isinstance(node.to_type.type, c_ast.TypeDecl):
            self._unsupported(node, "pointers")
        return converted(self._expression(node.expr), self._declared_type(node.to_type.type))

    def _value_of_TernaryOp(self, node: c_ast.TernaryOp) -> Expression:  # noqa: N802
        condition = self._truth(self._expression(node.cond), _EITHER)
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
        if node.op in {"++", "--", "p++", "p--"}:
            return self._stepped(node)
        if node.op in {"&", "sizeof"}:
            raise self._error(node, f"GeNN's snippet language has no '{node.op}' of a variable.")
        if node.op == "*":
            self._unsupported(node, "pointers")
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
        value = _variable(target)
        if node.op.startswith("p"):
            previous = self.namer.unique("previous")
            self._before.append(f"{previous} = {target.code}")
            value = Expression(previous, target.type, _ATOM, target.type.is_bool)
        self._before.append(self._assigned(target, node.op[-1], _ONE, node))
        return value

    def _value_of_BinaryOp(self, node: c_ast.BinaryOp) -> Expression:  # noqa: N802
        left = self._expression(node.left)
        if node.op not in ("&&", "||"):
            return self._operation(node.op, left, self._expression(node.right), node)
        before, right = self._evaluated(node.right)
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
        if operator in ("/", "%") and node is not None and _is_zero(node):
            raise self._error(node, "Division by zero.")
        if operator in _INTEGER_ONLY and (left.type.is_float or right.type.is_float):
            raise self._snippet.error_at(
                node or c_ast.EmptyStatement(),
                f"Invalid operand types '{left.type.name}' and '{right.type.name}' for "
                f"'{operator}', which needs integers; GeNN types a comparison like its operands, "
                "so write && or || to combine conditions.",
            )
        shift = operator == "<<"
        ctype = promoted(left.type) if shift else usual_conversion(left.type, right.type)
        left, right = converted(left, ctype), converted(right, ctype)
        if operator in _COMPARISONS:
            code = f"{_wrapped(left, _OR)} {operator} {_wrapped(right, _OR)}"
            return Expression(code, ctype, _COMPARE, True)
        if operator in ("/", "%") and not ctype.is_float:
            name = "int_divide" if operator == "/" else "int_remainder"
            code = f"c_functions.{name}({left.code}, {right.code})"
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

    # Calls -----------------------------------------------------------------------------------

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
        if name in ("printf", "assert"):
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
            warnings.warn(
                str(self._error(node, f"{name}() is for integers and drops the fraction; {fix}.")),
                UserWarning,
                stacklevel=2,
            )
            value = converted(value, Int32)
        if name == "clz":
            code = f"c_functions.c_clz({converted(value, Int32).code})"
            return Expression(code, Int32, _ATOM)
        ctype = Int64 if promoted(value.type) in (Int64, Uint64) else Int32
        code = f"{ctype.numpy_name}(abs({converted(value, ctype).code}))"
        return Expression(code, ctype, _ATOM)


def _variable(name: Name) -> Expression:
    return Expression(name.code, name.type, _ATOM, name.type.is_bool)


def _is_zero(node: c_ast.Node) -> bool:
    """Return whether the divisor of a division is the literal 0."""
    divisor = getattr(node, "right", None)
    return isinstance(divisor, c_ast.Constant) and divisor.value in ("0", "0u", "0U")
