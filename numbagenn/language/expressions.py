"""Expressions of code strings, assignments among them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from pycparser import c_ast

from numbagenn.base.types import Bool, Double, Float, Int32, Uint32, promoted, usual_conversion
from numbagenn.base.user_warnings import warn_user
from numbagenn.language.arithmetic import (
    ONE,
    Expression,
    Level,
    computed,
    converted,
    literal,
    truth,
    wrapped,
)
from numbagenn.language.calls import Calls
from numbagenn.language.fault_sites import outside
from numbagenn.language.literals import literal_value
from numbagenn.language.long_code import MOST_LINKS, LongOperation
from numbagenn.language.pointers import Pointers
from numbagenn.language.symbols import ArrayElement, Symbol
from numbagenn.language.usage import STEPS

_CONDITIONS = "GeNN types a comparison like its operands, so write && or || to combine conditions"
#: Operators for integers only, and what to use instead.
_INSTEAD_OF = {
    "%": "use fmod()",
    "<<": "multiply by a power of two",
    ">>": "divide by a power of two",
    "&": _CONDITIONS,
    "|": _CONDITIONS,
    "^": _CONDITIONS,
}

# The longest number that a message shows in full.
_LONGEST_SHOWN = 100


class Expressions(Pointers, Calls):
    """Translates expressions."""

    def _expression(self, node: c_ast.Node) -> Expression:
        method = getattr(self, f"_value_of_{type(node).__name__}", None)
        if method is None:
            what = "structures" if isinstance(node, c_ast.StructRef) else "such expression"
            raise self._error(node, f"GeNN's snippet language has no {what}; use plain numbers.")
        result: Expression = method(node)
        return result

    def _condition(self, node: c_ast.Node) -> Expression:
        """Translate an expression whose truth alone matters; a pointer is always true."""
        if not self._is_pointer(node):
            return self._expression(node)
        self._pointer(node)
        return Expression("True", Bool, Level.ATOM, True)

    def _tested(self, node: c_ast.Node, level: int = Level.CHOICE) -> tuple[list[str], str]:
        """Translate an expression into lines to run before and the text of a truth value."""
        before, value = self._captured(self._condition, node)
        return before, truth(value, level)

    def _value_of_Constant(self, node: c_ast.Constant) -> Expression:
        if node.type in ("float", "double", "long double"):
            ctype = {"float": Float, "long double": Double}.get(node.type, self.precision.scalar)
            number = literal_value(node)
            return Expression(literal(number, ctype), ctype, Level.ATOM, constant=number)
        if node.type == "string":
            raise self._error(node, "A text is no number; printf() alone takes one.")
        ctype = Uint32 if node.value[-1] in "uU" else Int32
        value, limits = literal_value(node), np.iinfo(ctype.dtype)
        if value > limits.max:
            shown = node.value if len(node.value) <= _LONGEST_SHOWN else f"{node.value[:10]}…"
            raise self._error(
                node, f"{shown} does not fit into {ctype.name} (at most {limits.max})."
            )
        return Expression(literal(value, ctype), ctype, Level.ATOM, constant=value)

    def _value_of_ID(self, node: c_ast.ID) -> Expression:
        if node.name in ("true", "false"):
            return Expression(node.name.capitalize(), Bool, Level.ATOM, True)
        return _value(self._readable(node))

    def _value_of_ArrayRef(self, node: c_ast.ArrayRef) -> Expression:
        name = self._find(node.name.name) if isinstance(node.name, c_ast.ID) else None
        if name is not None and name.history is not None:
            return self._of_earlier_step(node, name, name.history)
        return self._element(node)

    def _element(self, node: c_ast.ArrayRef | c_ast.UnaryOp) -> Expression:
        pointer, index = self._place(node)
        fault = self.faults.site(outside(pointer.title), self._code_string, node)
        return _value(ArrayElement(pointer.array, index, pointer.type, fault))

    def _value_of_ExprList(self, node: c_ast.ExprList) -> Expression:
        for part in node.exprs[:-1]:
            self._before += self._effect(part)
        return self._expression(node.exprs[-1])

    def _value_of_Cast(self, node: c_ast.Cast) -> Expression:
        if not isinstance(node.to_type.type, c_ast.TypeDecl):
            raise self._error(node, "Only numbers can be cast, and only to numeric types.")
        return converted(self._expression(node.expr), self._declared_type(node.to_type.type))

    def _value_of_TernaryOp(self, node: c_ast.TernaryOp) -> Expression:
        condition = truth(self._condition(node.cond), Level.EITHER)
        (before_yes, yes), (before_no, no) = map(self._evaluated, (node.iftrue, node.iffalse))
        ctype = yes.type if yes.type == no.type else usual_conversion(yes.type, no.type)
        yes, no = converted(yes, ctype), converted(no, ctype)
        if not before_yes and not before_no:
            code = f"{wrapped(yes, Level.EITHER)} if {condition} else {wrapped(no, Level.CHOICE)}"
            return Expression(code, ctype, Level.CHOICE, ctype.is_bool)
        # Only the branch that is taken may assign.
        result = self.namer.unique("choice")
        self._before += [
            f"if {condition}:",
            *("    " + line for line in [*before_yes, f"{result} = {yes.code}"]),
            "else:",
            *("    " + line for line in [*before_no, f"{result} = {no.code}"]),
        ]
        return Expression(result, ctype, Level.ATOM, ctype.is_bool)

    def _value_of_UnaryOp(self, node: c_ast.UnaryOp) -> Expression:
        if node.op in STEPS:
            return self._stepped(node)
        if node.op in {"&", "sizeof"}:
            raise self._error(node, f"GeNN's snippet language has no '{node.op}' of a variable.")
        if node.op == "*":
            return self._element(node)
        value = self._expression(node.expr)
        if node.op == "!":
            return Expression(f"not {truth(value, Level.NOT)}", Int32, Level.NOT, True)
        if node.op == "~" and value.type.is_float:
            raise self._error(node, f"Invalid operand type '{value.type.name}' for '~'.")
        ctype = promoted(value.type)
        value = converted(value, ctype)
        if node.op == "+":
            return value
        if node.op == "-" and value.constant is not None and not ctype.is_unsigned:
            return Expression(
                literal(-value.constant, ctype), ctype, Level.ATOM, constant=-value.constant
            )
        code = f"{node.op}{wrapped(value, Level.UNARY)}"
        if ctype.is_float:
            return Expression(code, ctype, Level.UNARY)
        return Expression(f"{ctype.numpy_name}({code})", ctype, Level.ATOM)

    def _value_of_BinaryOp(self, node: c_ast.BinaryOp) -> Expression:
        if node.op == "-" and self._is_pointer(node.left) and self._is_pointer(node.right):
            return self._distance(node)
        return self._joined(node, self._left(node, node.left))

    def _value_of_LongOperation(self, node: LongOperation) -> Expression:
        value = self._left(node.links[0], node.first)
        for number, link in enumerate(node.links, 1):
            value = self._joined(link, value)
            if number % MOST_LINKS == 0:
                # Python cannot read one long expression.
                partial = self.namer.unique("partial")
                self._before.append(f"{partial} = {value.code}")
                value = replace(value, code=partial, level=Level.ATOM)
        return value

    def _left(self, operation: c_ast.BinaryOp, operand: c_ast.Node) -> Expression:
        """Translate the left operand of an operation."""
        is_logical = operation.op in ("&&", "||")
        return self._condition(operand) if is_logical else self._expression(operand)

    def _joined(self, node: c_ast.BinaryOp, left: Expression) -> Expression:
        """Translate an operation, the left operand of which is translated."""
        if node.op not in ("&&", "||"):
            return self._operation(node.op, left, self._expression(node.right), node)
        before, right = self._captured(self._condition, node.right)
        word, level = ("and", Level.BOTH) if node.op == "&&" else ("or", Level.EITHER)
        if not before:
            code = f"{truth(left, level)} {word} {truth(right, level + 1)}"
            return Expression(code, Int32, level, True)
        # The right operand may assign, and must do so only if it is evaluated.
        result = self.namer.unique("truth")
        asked = result if word == "and" else f"not {result}"
        self._before += [
            f"{result} = {truth(left, Level.CHOICE)}",
            f"if {asked}:",
            *("    " + line for line in [*before, f"{result} = {truth(right, Level.CHOICE)}"]),
        ]
        return Expression(result, Int32, Level.ATOM, True)

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
            raise self._code_string.error_at(
                node or c_ast.EmptyStatement(),
                f"Invalid operand types '{left.type.name}' and '{right.type.name}' for "
                f"'{operator}', which needs integers; {_INSTEAD_OF[operator]}.",
            )
        return computed(operator, left, right)

    # Assignments -----------------------------------------------------------------------------

    def _value_of_Assignment(self, node: c_ast.Assignment) -> Expression:
        target = self._assign(node)
        if isinstance(target, Symbol):
            if not target.readable:
                raise self._error(
                    node,
                    f"{target.kind} has no value to be used; assign it in a statement of its own.",
                )
            self.read.add(target.code)
        return _value(target)

    def _stepped(self, node: c_ast.UnaryOp) -> Expression:
        """Translate ``++x``, ``x++`` and similar expressions whose value is used."""
        target = self._steppable(node)
        value = _value(target)
        if node.op.startswith("p"):
            previous = self.namer.unique("previous")
            self._before.append(f"{previous} = {value.code}")
            value = Expression(previous, target.type, Level.ATOM, target.type.is_bool)
        self._before.append(self._assigned(target, node.op[-1], ONE, node))
        return value

    def _assign(self, node: c_ast.Assignment) -> Symbol | ArrayElement:
        """Translate an assignment into lines to run, and return what it assigns."""
        value = self._expression(node.rvalue)
        target = self._assignable(node.lvalue)
        if node.op != "=":
            self._check_readable(target, node, node.lvalue, node.op)
        self._before.append(self._assigned(target, node.op[:-1], value, node))
        return target

    def _steppable(self, node: c_ast.UnaryOp) -> Symbol | ArrayElement:
        target = self._assignable(node.expr)
        self._check_readable(target, node, node.expr, node.op.removeprefix("p"))
        return target

    def _check_readable(
        self, target: Symbol | ArrayElement, node: c_ast.Node, variable: c_ast.Node, operator: str
    ) -> None:
        """Raise unless an operator that reads what it assigns can be applied to `target`."""
        if isinstance(target, ArrayElement):
            return
        if not target.readable:
            raise self._error(
                node, f"{target.kind} '{variable.name}' takes only '=', not '{operator}'."
            )
        self.read.add(target.code)

    def _assigned(
        self,
        target: Symbol | ArrayElement,
        operator: str,
        value: Expression,
        node: c_ast.Node | None = None,
    ) -> str:
        """Return the line ``target operator= value``."""
        if isinstance(target, ArrayElement):
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


def _divisor(node: c_ast.Node) -> c_ast.Node:
    """Return the right operand of an operation; an assignment may divide by it, too."""
    return node.right if isinstance(node, c_ast.BinaryOp) else node.rvalue


def _value(place: Symbol | ArrayElement) -> Expression:
    """Return the value of a variable or of an element of an array."""
    code = (
        place.code
        if isinstance(place, Symbol)
        else f"arrays.fetch({place.array}, {place.index}, {place.fault})"
    )
    return Expression(code, place.type, Level.ATOM, place.type.is_bool)
