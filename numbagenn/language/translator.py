"""Code strings into Python: names are looked up, types are checked, lines are emitted.

One `Translator` serves all the code strings that share a loop body, in the order in which they run,
so that the locals of a neuron's ``sim_code`` are seen by its threshold condition and reset code.
Statements are translated here, and what they are made of by the classes that it builds upon:
`SupportFunctions`, those on `Expressions`, those on `Pointers` and `Calls`, and all on
`Environment`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from pycparser import c_ast

from numbagenn.base.types import ResolvedType, promoted
from numbagenn.language import switches
from numbagenn.language.arithmetic import (
    COMPARISONS,
    ONE,
    Expression,
    Level,
    converted,
    literal,
    truth,
    wrapped,
)
from numbagenn.language.code_strings import (
    EACH_SYNAPSE,
    NESTED_TOO_DEEPLY,
    CodeString,
    refusing_depth,
)
from numbagenn.language.fault_sites import Message, failed_assertion
from numbagenn.language.formats import format_of
from numbagenn.language.kernel_names import BATCH_COUNTER
from numbagenn.language.loops import check_loops, is_short
from numbagenn.language.support_functions import SupportFunctions
from numbagenn.language.symbols import ElementLoop, Symbol
from numbagenn.language.usage import STEPS

# Python and Numba accept less deeply nested code than C compilers do. These are the most levels of
# loops and switches in a code string, of its blocks, and of brackets in its expressions.
_DEEPEST_LOOP = 15
_DEEPEST_PYTHON_BLOCK = 60
_DEEPEST_PYTHON_BRACKET = 120


class Translator(SupportFunctions):
    """Translates the code strings of one loop body, in order.

    `Environment` lists the arguments.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        self._call: c_ast.Node = c_ast.EmptyStatement()
        #: What ``for_each_synapse`` loops over, in code that has it, and whether that goes on.
        self.each_synapse: ElementLoop | None = None
        self._in_each_synapse = False

    # What callers use ------------------------------------------------------------------------

    def statements(self, code_string: CodeString) -> list[str]:
        """Translate a code string made of statements; its locals stay visible afterwards."""
        if code_string.is_blank:
            return []
        self._code_string = code_string
        with refusing_depth(code_string):
            check_loops(code_string, code_string.tree)
            lines = self._block_items(code_string.tree.block_items or [])
        self._check_depth(lines)
        return lines

    def condition(self, code_string: CodeString) -> tuple[list[str], str]:
        """Translate a code string that is one condition.

        Returns
        -------
        tuple
            Lines to run before, and the text of a Python truth value.
        """
        self._code_string = code_string
        with refusing_depth(code_string):
            before, test = self._tested(code_string.tree)
        self._check_depth([*before, test])
        return before, test

    def add_to(self, target: Symbol, value: Expression) -> list[str]:
        """Return the line that adds `value` to an accumulator."""
        self.read.add(target.code)
        self.written.add(target.code)
        return [self._assigned(target, "+", value)]

    def _check_depth(self, lines: Iterable[str]) -> None:
        for line in lines:
            depth = deepest = 0
            for character in line:
                depth += (character == "(") - (character == ")")
                deepest = max(deepest, depth)
            blocks = (len(line) - len(line.lstrip())) // 4
            if blocks > _DEEPEST_PYTHON_BLOCK or deepest > _DEEPEST_PYTHON_BRACKET:
                raise self._code_string.error(NESTED_TOO_DEEPLY)

    def refusal(self, message: str) -> Exception:
        """Return the error to raise for the call of a special function that is being translated."""
        return self._error(self._call, message)

    def reporting(self, message: Message, numbers: str, warns: bool = False) -> str:
        """Return the line by which the call of a special function reports a fault."""
        fault = self.faults.site(message, self._code_string, self._call, warns)
        return f"arrays.report({numbers}, {fault})"

    # Statements ------------------------------------------------------------------------------

    def _indented(self, node: c_ast.Node | None) -> list[str]:
        with self._scope():
            lines = [] if node is None else self._statement(node)
        return ["    " + line for line in lines] or ["    pass"]

    def _statement(self, node: c_ast.Node) -> list[str]:
        method = getattr(self, f"_on_{type(node).__name__}", None)
        if method is not None:
            return list(method(node))
        if isinstance(node, (c_ast.Goto, c_ast.Label)):
            word = type(node).__name__.lower()
            raise self._error(node, f"GeNN's snippet language has no '{word}' statement.")
        return self._effect(node)

    def _on_EmptyStatement(self, node: c_ast.EmptyStatement) -> list[str]:
        return []

    def _on_Compound(self, node: c_ast.Compound) -> list[str]:
        with self._scope():
            return self._block_items(node.block_items or [])

    def _on_DeclList(self, node: c_ast.DeclList) -> list[str]:
        return self._block_items(node.decls)

    def _on_Decl(self, node: c_ast.Decl) -> list[str]:
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
        read: set[str] = set()
        if node.init is not None:
            if isinstance(node.init, c_ast.InitList):
                raise self._error(node, "Only plain numeric variables can be declared here.")
            (before, initial), read = self._noting_reads(self._evaluated, node.init)
            self.read |= read
            value = converted(initial, ctype).code
        elif "const" in node.quals:
            raise self._error(node, f"Constant '{node.name}' needs a value.")
        name = Symbol(
            self.namer.unique(node.name),
            ctype,
            writable="const" not in node.quals,
            kind="constant" if "const" in node.quals else "variable",
        )
        line = f"{name.code} = {value}"
        if (
            self.ahead is not None
            and node.init is not None
            and ctype.is_float
            and node.name not in self._code_string.usage.changed
            and self._is_known_ahead(node.init)
        ):
            self.ahead.symbols.add(name)
            self.ahead.compute(name.code, value, read)
        self._scopes[-1][node.name] = name
        return [*before, line]

    def _on_If(self, node: c_ast.If) -> list[str]:
        before, condition = self._tested(node.cond)
        lines = [*before, f"if {condition}:", *self._indented(node.iftrue)]
        if node.iffalse is not None:
            lines += ["else:", *self._indented(node.iffalse)]
        return lines

    # Loops and switches ----------------------------------------------------------------------

    @contextmanager
    def _inside_loop(self, before_next: list[str]) -> Iterator[None]:
        """Translate the body of a loop or a switch; `before_next` ends each round."""
        if len(self._loops) == _DEEPEST_LOOP:
            raise self._code_string.error(NESTED_TOO_DEEPLY)
        self._loops.append(before_next)
        try:
            yield
        finally:
            self._loops.pop()

    def _loop(
        self,
        node: c_ast.While | c_ast.DoWhile | c_ast.For,
        condition: c_ast.Node | None,
        before_next: list[str],
        ahead: Sequence[str] = (),
    ) -> list[str]:
        """Return a loop, with the lines that run before each next round, and ahead of each."""
        # Numba does not compile endless loops. A parameter or a variable may make a loop endless,
        # which in C is harmless if the loop is never reached. A conversion hides this from Numba.
        head = ["while bool_(True):"]
        if condition is not None:
            before, value = self._captured(self._condition, condition)
            if before:
                leave = [f"if not {truth(value, Level.UNARY)}:", "    break"]
                head += [f"    {line}" for line in (*before, *leave)]
            else:
                head = [f"while bool_({truth(value, Level.CHOICE)}):"]
        if not is_short(node):
            self.read.add(BATCH_COUNTER)
            head += [f"    if should_abort({BATCH_COUNTER}):", "        break"]
        head += ["    " + line for line in ahead]
        with self._inside_loop(before_next):
            lines = self._indented(node.stmt)
        return [*head, *lines, *("    " + line for line in before_next)]

    def _on_While(self, node: c_ast.While) -> list[str]:
        if isinstance(node.cond, c_ast.ID) and node.cond.name == EACH_SYNAPSE:
            assert self.each_synapse is not None
            return self._over_synapses(node, self.each_synapse)
        return self._loop(node, node.cond, [])

    def _over_synapses(self, node: c_ast.While, each: ElementLoop) -> list[str]:
        if self._in_each_synapse:
            raise self._error(
                node, "for_each_synapse cannot be inside of another one; loop after it, or before."
            )
        outside, self.special = self.special, {**self.special, **each.special}
        self._in_each_synapse = True
        with self._inside_loop(each.before_next), self._scope():
            self._scopes[-1].update(each.names)
            lines = self._indented(node.stmt)
        self.special, self._in_each_synapse = outside, False
        return [*each.head, *lines, *("    " + line for line in each.before_next)]

    def _on_DoWhile(self, node: c_ast.DoWhile) -> list[str]:
        before, test = self._tested(node.cond, Level.UNARY)
        # Ahead of all rounds but the first, so that it is written once, whatever continues there.
        again = self.namer.unique("again")
        leave = [*before, f"if not {test}:", "    break"]
        ahead = [f"if {again}:", *("    " + line for line in leave), f"{again} = True"]
        return [f"{again} = False", *self._loop(node, None, [], ahead)]

    def _on_For(self, node: c_ast.For) -> list[str]:
        with self._scope():
            lines = [] if node.init is None else self._statement(node.init)
            following = [] if node.next is None else self._effect(node.next)
            return lines + self._loop(node, node.cond, following)

    def _on_Break(self, node: c_ast.Break) -> list[str]:
        if not self._loops:
            raise self._error(node, "Statement not within loop: 'break' needs a loop or a switch.")
        return ["break"]

    def _on_Continue(self, node: c_ast.Continue) -> list[str]:
        if not self._loops:
            raise self._error(node, "Statement not within loop: 'continue' needs a loop.")
        lines = self._loops[-1]
        return lines if lines[-1:] == ["break"] else [*lines, "continue"]

    def _on_Switch(self, node: c_ast.Switch) -> list[str]:
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
        labels = self._labels(cases, ctype)
        defaults = [n for n, case in enumerate(cases) if isinstance(case, c_ast.Default)]
        default = defaults[-1] if defaults else len(cases)
        lines += switches.entered(labels, chosen, entry, default)
        # A 'break' leaves the switch and a 'continue' the loop around it: the switch is a loop of
        # one round, and a flag carries the 'continue' out of it.
        onward = self.namer.unique("onward")
        inside_loop = bool(self._loops)
        with self._inside_loop([f"{onward} = True", "break"]), self._scope():
            bodies = [self._block_items(case.stmts or []) for case in cases]
        # Where there is no default, an empty one behind the last case.
        bodies += [] if defaults else [[]]
        body = switches.run_from(entry, bodies)
        uses_continue = any(line.strip() == f"{onward} = True" for line in body)
        if uses_continue and not inside_loop:
            raise self._error(node, "Statement not within loop: 'continue' needs a loop.")
        if uses_continue:
            lines.append(f"{onward} = False")
        if any(line.strip() == "break" for line in body):
            body = ["while True:", *("    " + line for line in body), "    break"]
        lines += body
        if uses_continue:
            lines += [f"if {onward}:", *("    " + line for line in [*self._loops[-1], "continue"])]
        return lines

    def _labels(self, cases: Sequence[c_ast.Node], ctype: ResolvedType) -> list[switches.Label]:
        """Translate the labels of a switch on integers of a type."""
        labels = []
        for number, case in enumerate(cases):
            if isinstance(case, c_ast.Case):
                text = wrapped(self._label(case.expr, ctype), Level.OR)
                value = switches.label_value(case.expr, ctype)
                labels.append(switches.Label(value, text, number))
        return labels

    def _label(self, node: c_ast.Node, ctype: ResolvedType) -> Expression:
        """Translate the number of a case."""
        before, value = self._evaluated(node)
        if before or value.type.is_float:
            raise self._error(node, "A case needs an integer constant, such as 3.")
        return converted(value, ctype)

    # Expressions whose value is not used -----------------------------------------------------

    def _effect(self, node: c_ast.Node) -> list[str]:
        """Translate an expression whose value is not used."""
        if isinstance(node, c_ast.ExprList):
            return [line for part in node.exprs for line in self._effect(part)]
        if self._is_pointer(node):
            return self._captured(self._pointer, node)[0]
        if isinstance(node, c_ast.Assignment):
            return self._captured(self._assign, node)[0]
        if isinstance(node, c_ast.UnaryOp) and node.op in STEPS:
            before, target = self._captured(self._steppable, node)
            return [*before, self._assigned(target, node.op[-1], ONE)]
        called = node.name if isinstance(node, c_ast.FuncCall) else None
        if isinstance(called, c_ast.ID) and called.name == "assert":
            return self._assertion(node)
        if isinstance(called, c_ast.ID) and called.name == "printf":
            return self._printing(node)
        if isinstance(called, c_ast.ID) and called.name in self.special:
            return self._special_call(node, called.name)
        # The value is not used, but its assignments must still happen.
        return self._evaluated(node)[0]

    def _assertion(self, node: c_ast.FuncCall) -> list[str]:
        given = node.args.exprs if node.args else []
        if len(given) != 1:
            raise self._error(node, f"assert(condition) takes 1 argument, {len(given)} given.")
        sides, operator = "0.0, 0.0", ""

        def test(condition: c_ast.Node) -> str:
            nonlocal sides, operator
            if not (isinstance(condition, c_ast.BinaryOp) and condition.op in COMPARISONS):
                return truth(self._condition(condition), Level.UNARY)
            # The message shows the values that are compared.
            left, right = self._expression(condition.left), self._expression(condition.right)
            sides, operator = f"float64({left.code}), float64({right.code})", condition.op
            return truth(self._operation(operator, left, right, condition), Level.UNARY)

        before, holds = self._captured(test, given[0])
        fault = self.faults.site(failed_assertion(operator), self._code_string, node)
        return [*before, f"if not {holds}:", f"    arrays.report({sides}, {fault})"]

    def _printing(self, node: c_ast.FuncCall) -> list[str]:
        text, *given = node.args.exprs if node.args else [None]
        if not isinstance(text, c_ast.Constant) or text.type != "string":
            raise self._error(
                node,
                "No viable function candidates for 'printf': it takes a text first, as in "
                'printf("%f\\n", V).',
            )
        try:
            printed = format_of(text.value)
        except ValueError as error:
            raise self._error(node, str(error)) from None
        if len(given) != len(printed.types):
            raise self._error(
                node,
                "printf() takes as many numbers as its text has places for: "
                f"{len(printed.types)}, and not {len(given)}; give one for each % and each *.",
            )
        lines, numbers = [], []
        for part, ctype, place in zip(given, printed.types, printed.conversions, strict=True):
            before, value = self._evaluated(part)
            lines += before
            numbers.append(f"{self._shown(part, value, ctype, place).code}, ")
        # What looks like a bracket would count as one, see `_check_depth`.
        quoted = ascii(printed.text).replace("(", r"\x28").replace(")", r"\x29")
        return [*lines, f"printing.show({quoted}, ({''.join(numbers)}))"]

    def _shown(
        self, node: c_ast.Node, value: Expression, ctype: ResolvedType, place: str
    ) -> Expression:
        """Return a number as it is shown in a place of a text."""
        # To C a comparison is an integer, whatever its type is to GeNN.
        is_float = value.type.is_float and not value.is_condition
        if is_float != ctype.is_float:
            kind, fix = ("a floating-point number", "%g") if is_float else ("an integer", "%d")
            raise self._error(
                node,
                f"{place} of printf() does not show {value.type.name}; write {fix} for {kind}, or "
                "convert it.",
            )
        return converted(value, ctype)

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
        self._call = node
        evaluated = [self._evaluated(argument) for argument in given]
        before = [line for lines, _ in evaluated for line in lines]
        return [*before, *function.lines(self, *(value for _, value in evaluated))]
