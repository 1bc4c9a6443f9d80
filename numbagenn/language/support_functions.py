"""Functions that come with a model of PyGeNN 4.9: each call is written out where it stands.

A call becomes what the function does, with locals for its parameters and for its value. The code
of a function knows these, the time step, and the other functions of its model, and nothing else.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pycparser import c_ast

from numbagenn.base.types import ResolvedType
from numbagenn.language.arithmetic import Expression, Level, converted, literal
from numbagenn.language.code_strings import SupportFunction
from numbagenn.language.expressions import Expressions
from numbagenn.language.loops import LOOPS, check_loops
from numbagenn.language.symbols import Symbol


@dataclass
class _Call:
    """A call that is being written out.

    Parameters
    ----------
    function
        What is called.
    result
        Name of the value in the generated Python.
    type
        Type of the value.
    returned
        Name of the flag that says that the function has returned; it is there if `uses_flag`.
    """

    function: SupportFunction
    result: str
    type: ResolvedType
    returned: str
    uses_flag: bool = False


class SupportFunctions(Expressions):
    """Translates calls of functions that come with a model, and blocks, which they may leave."""

    def __post_init__(self) -> None:
        super().__post_init__()
        # What runs before the next round of each loop and switch around the current code.
        self._loops: list[list[str]] = []
        self._calls: list[_Call] = []

    @abstractmethod
    def _statement(self, node: c_ast.Node) -> list[str]:
        """Translate a statement."""

    def _value_of_call(self, node: c_ast.FuncCall) -> Expression:
        name = getattr(node.name, "name", None)
        for function in self._code_string.functions:
            if function.name == name:
                return self._written_out(function, node)
        return super()._value_of_call(node)

    def _written_out(self, function: SupportFunction, node: c_ast.FuncCall) -> Expression:
        given = node.args.exprs if node.args else []
        if len(given) != len(function.parameters):
            raise self._error(
                node,
                f"{function.name}() of the support code takes {len(function.parameters)} "
                f"argument{'s' if len(function.parameters) != 1 else ''}, {len(given)} given.",
            )
        if any(call.function is function for call in self._calls):
            raise self._error(
                node, f"{function.name}() of the support code calls itself; write a loop instead."
            )
        bound = {}
        for (name, spelling), part in zip(function.parameters, given, strict=True):
            symbol = Symbol(self.namer.unique(name), self.precision.resolve(spelling))
            value = converted(self._expression(part), symbol.type)
            self._before.append(f"{symbol.code} = {value.code}")
            bound[name] = symbol
        ctype = self.precision.resolve(function.type)
        names = [self.namer.unique(f"{function.name}{end}") for end in ("_value", "_returned")]
        call = _Call(function, names[0], ctype, names[1])
        lines = self._body(call, bound)
        start = [f"{call.result} = {literal(0, ctype)}"]
        self._before += [*start, *([f"{call.returned} = False"] if call.uses_flag else []), *lines]
        return Expression(call.result, ctype, Level.ATOM, ctype.is_bool)

    def _body(self, call: _Call, bound: dict[str, Symbol]) -> list[str]:
        """Translate what a function does, with values for its parameters."""
        outside = self._scopes, self._code_string, self._before, self._loops, self.ahead
        clock = {"dt": self.names["dt"]} if "dt" in self.names else {}
        self._scopes, self._code_string = [clock, bound, {}], call.function.body
        self._before, self._loops, self.ahead = [], [], None
        self._calls.append(call)
        try:
            tree = call.function.body.tree
            check_loops(call.function.body, tree)
            return self._block_items(tree.block_items or [])
        finally:
            self._calls.pop()
            self._scopes, self._code_string, self._before, self._loops, self.ahead = outside

    # Blocks, and how they are left ------------------------------------------------------------

    def _block_items(self, items: Iterable[c_ast.Node]) -> list[str]:
        lines: list[str] = []
        items = list(items)
        for place, item in enumerate(items, 1):
            if self._calls and _may_return(item):
                return lines + self._leaving(item, items[place:])
            lines += self._statement(item)
        return lines

    def _leaving(self, item: c_ast.Node, rest: Sequence[c_ast.Node]) -> list[str]:
        """Translate a statement that may leave a function, and those after it in its block."""
        call = self._calls[-1]
        if _always_returns(item):
            return self._statement(item)
        if self._loops:
            call.uses_flag = True
            leave = [f"if {call.returned}:", "    break"] if _has_loop(item) else []
            return [*self._statement(item), *leave, *self._block_items(rest)]
        if isinstance(item, c_ast.If) and _always_returns(item.iftrue):
            # What follows is the other branch.
            others = [node for node in (item.iffalse, *rest) if node is not None]
            return self._statement(c_ast.If(item.cond, item.iftrue, _block(others), item.coord))
        call.uses_flag = True
        following = self._block_items(rest)
        following = [f"if not {call.returned}:", *("    " + line for line in following)]
        return [*self._statement(item), *(following if len(following) > 1 else [])]

    def _on_Return(self, node: c_ast.Return) -> list[str]:
        if not self._calls:
            raise self._error(node, "GeNN's snippet language has no 'return' statement.")
        call = self._calls[-1]
        if node.expr is None:
            message = f"{call.function.name}() has to return a value; write one after 'return'."
            raise self._error(node, message)
        before, value = self._evaluated(node.expr)
        lines = [*before, f"{call.result} = {converted(value, call.type).code}"]
        # Kept even where nothing asks for it, as what is around is not known here.
        flag = [f"{call.returned} = True"]
        if self._loops:
            call.uses_flag = True
            return [*lines, *flag, "break"]
        return [*lines, *(flag if call.uses_flag else [])]


def _block(items: list[c_ast.Node]) -> c_ast.Node | None:
    return c_ast.Compound(items) if items else None


def _may_return(node: c_ast.Node | None) -> bool:
    if node is None or isinstance(node, c_ast.Return):
        return node is not None
    return any(_may_return(child) for _, child in node.children())


def _always_returns(node: c_ast.Node | None) -> bool:
    if isinstance(node, c_ast.Compound):
        return any(map(_always_returns, node.block_items or ()))
    if isinstance(node, c_ast.If):
        return _always_returns(node.iftrue) and _always_returns(node.iffalse)
    return isinstance(node, c_ast.Return)


def _has_loop(node: c_ast.Node) -> bool:
    loops = (*LOOPS, c_ast.Switch)
    return isinstance(node, loops) or any(_has_loop(child) for _, child in node.children())
