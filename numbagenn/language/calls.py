"""Calls of functions that return a value: mathematical ones, and random numbers."""

from __future__ import annotations

from pycparser import c_ast

from numbagenn.base.types import SCALAR, Double, Int32, Int64, Uint64, promoted
from numbagenn.base.user_warnings import warn_user
from numbagenn.language import functions
from numbagenn.language.arithmetic import Expression, Level, converted
from numbagenn.language.environment import Environment
from numbagenn.language.kernel_names import RANDOM_STATE


class Calls(Environment):
    """Translates calls of functions."""

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
            return Expression(code, Double, Level.ATOM)
        if name in functions.SCALING_FUNCTIONS:
            codes[1] = converted(values[1], Int32).code
            return Expression(functions.SCALING_FUNCTIONS[name].format(*codes), Double, Level.ATOM)
        return Expression(functions.EXPONENT_FUNCTIONS[name].format(*codes), Int32, Level.ATOM)

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
            return Expression(f"{ctype.numpy_name}({drawn})", ctype, Level.ATOM)
        return Expression(drawn, ctype, Level.ATOM)

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
            return Expression(f"c_functions.c_{name}({codes})", left.type, Level.ATOM)
        (value,) = values
        if value.type.is_float:
            # GeNN has only the integer function, and converts.
            fix = "use fabs()" if name == "abs" else "convert it first"
            message = f"{name}() is for integers and drops the fraction; {fix}."
            warn_user(str(self._error(node, message)))
            value = converted(value, Int32)
        if name == "clz":
            code = f"c_functions.c_clz({converted(value, Int32).code})"
            return Expression(code, Int32, Level.ATOM)
        ctype = Int64 if promoted(value.type) in (Int64, Uint64) else Int32
        code = f"{ctype.numpy_name}(abs({converted(value, ctype).code}))"
        return Expression(code, ctype, Level.ATOM)
