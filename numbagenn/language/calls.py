"""Calls of functions that return a value: mathematical ones, and random numbers."""

from __future__ import annotations

from pycparser import c_ast

from numbagenn.base.types import (
    SCALAR,
    Double,
    Int32,
    Int64,
    ResolvedType,
    TypeLike,
    Uint64,
    promoted,
)
from numbagenn.base.user_warnings import warn_user
from numbagenn.language.arithmetic import Expression, Level, converted
from numbagenn.language.environment import Environment
from numbagenn.language.functions import INTEGER, SAME, SLOW, Function
from numbagenn.language.kernel_names import RANDOM_STATE
from numbagenn.language.symbols import Draw

# Functions of integers that are easily taken for those of real numbers, and what to do.
_DROPS_FRACTION = {"abs": "use fabs()", "clz": "convert it first"}


class Calls(Environment):
    """Translates calls of functions."""

    def _value_of_FuncCall(self, node: c_ast.FuncCall) -> Expression:
        value, read = self._noting_reads(self._value_of_call, node)
        ahead = self.ahead
        if (
            ahead is None
            or node.name.name not in SLOW
            or not read & ahead.varying  # else the compiler moves it out of the loop
            or not self._is_known_ahead(node)
        ):
            self.read |= read
            return value
        name = self.namer.unique(f"{node.name.name}_ahead")
        ahead.values.append(name)
        ahead.compute(name, value.code, read)
        self.read.add(name)
        return Expression(name, value.type, Level.ATOM)

    def _value_of_call(self, node: c_ast.FuncCall) -> Expression:
        if not isinstance(node.name, c_ast.ID):
            raise self._error(node, "Only functions called by name exist here.")
        name = node.name.name
        if name in self.special or name in ("assert", "printf"):
            raise self._error(node, f"{name}() gives no value; make it a statement of its own.")
        function = self.functions.get(name)
        if function is None:
            known = [*self.functions, *self.special]
            raise self._error(node, self._unknown(name, known, "function"))
        if function.draws and not self.random:
            raise self._error(
                node, f"'{name}' cannot be used here: random numbers are not drawn in this code."
            )
        values = [self._expression(part) for part in (node.args.exprs if node.args else [])]
        expected = len(function.arguments)
        if len(values) != expected:
            raise self._error(
                node,
                f"No viable function candidates for '{name}': it takes {expected} "
                f"argument{'' if expected == 1 else 's'}, {len(values)} given.",
            )
        if name in _DROPS_FRACTION and values[0].type.is_float:
            # GeNN has only the integer function, and converts.
            message = f"{name}() is for integers and drops the fraction; {_DROPS_FRACTION[name]}."
            warn_user(str(self._error(node, message)))
            values = [converted(values[0], Int32)]
        return self._called(function, values, self._overload(name, function, values, node))

    def _overload(
        self, name: str, function: Function, values: list[Expression], node: c_ast.Node
    ) -> ResolvedType:
        """Return the type that `SAME` or `INTEGER` stands for, for certain arguments."""
        if SAME in function.arguments:
            left, right = values
            if left.type != right.type:
                raise self._error(
                    node,
                    f"{name}() needs two operands of one type, not '{left.type.name}' and "
                    f"'{right.type.name}'; convert one, for example by a cast or a suffix "
                    "such as 1u.",
                )
            return left.type
        is_wide = any(promoted(value.type) in (Int64, Uint64) for value in values)
        return Int64 if is_wide else Int32

    def _called(
        self, function: Function, values: list[Expression], overload: ResolvedType
    ) -> Expression:
        """Return the value of a call with as many arguments as the function takes."""

        def resolved(given: TypeLike) -> ResolvedType:
            return overload if given in (SAME, INTEGER) else self.precision.resolve(given)

        codes = []
        for value, given in zip(values, function.arguments, strict=True):
            argument = converted(value, resolved(given))
            # Random numbers have the precision of the model, and are computed in double precision.
            codes.append((converted(argument, Double) if given == SCALAR else argument).code)
        ctype = resolved(function.result)
        code = function.code.format(*codes, result=ctype.numpy_name)
        if function.draws:
            # A draw changes the state, so it is a line of its own before what uses the number.
            drawn = self.namer.unique("drawn")
            line = f"{drawn}, {RANDOM_STATE} = {code}"
            self._before.append(line)
            for_all = function.for_all.format(
                *codes, result=ctype.numpy_name, key="{key}", values="{values}"
            )
            self.draws[line] = Draw(drawn, ctype, for_all)
            code = f"{ctype.numpy_name}({drawn})" if ctype.is_float else drawn
        return Expression(code, ctype, Level.ATOM)
