"""Loops of code strings: endless loops are refused before they are translated.

A kernel that cannot end is useless, and Numba does not compile one.
"""

from __future__ import annotations

from collections.abc import Iterable

from pycparser import c_ast

from numbagenn.language.code_strings import CodeString
from numbagenn.language.literals import literal_value

# What may come after a statement: the next one, the end of the loop or switch around it, the loop's
# next round, or the end of the function.
_NEXT, _BREAK, _CONTINUE, _RETURN = "next", "break", "continue", "return"
_ONWARD = frozenset({_NEXT})

# How far a loop may count without being watched: every type can count beyond this, so the loop
# ends.
_COUNTABLE = 126

# A smaller number is 0 as a float, but not as a double.
_SMALLEST_FLOAT = 2.0**-149

#: The statements that are loops.
LOOPS = (c_ast.While, c_ast.DoWhile, c_ast.For)


def check_loops(code_string: CodeString, node: c_ast.Node) -> None:
    """Raise unless every loop can be left.

    A loop can be left if its condition may become false, or if a ``break`` of its own can be
    reached. Only literals count as conditions that are always true: the values of variables are not
    examined.

    Parameters
    ----------
    code_string
        The code, for messages.
    node
        Its syntax tree.

    Raises
    ------
    CodeStringError
        If a loop can never be left; the innermost such loop is shown.
    """
    _exits(code_string, node)


def is_short(node: c_ast.Node) -> bool:
    """Return whether a loop certainly ends soon: it counts between literals, and holds no other.

    All others are watched while they run, so that an interrupt can end them.
    """
    if not isinstance(node, c_ast.For):
        return False
    match node.init, node.cond, node.next:
        case (
            c_ast.DeclList(decls=[c_ast.Decl(name=name, init=c_ast.Constant() as begin)]),
            c_ast.BinaryOp(
                op="<" | "<=", left=c_ast.ID(name=tested), right=c_ast.Constant() as end
            ),
            c_ast.UnaryOp(op="p++" | "++", expr=c_ast.ID(name=counted)),
        ):
            counts = literal_value(begin) >= 0 and literal_value(end) <= _COUNTABLE
            return counts and name == tested == counted and not _changes(node.stmt, name)
    return False


def _changes(node: c_ast.Node | None, name: str) -> bool:
    """Return whether a variable may be assigned in a loop, or another loop is in it."""
    if node is None:
        return False
    if isinstance(node, LOOPS):
        return True
    steps = isinstance(node, c_ast.UnaryOp) and node.op in ("p++", "++", "p--", "--", "&")
    target = node.expr if steps else getattr(node, "lvalue", None)
    if isinstance(target, c_ast.ID) and target.name == name:
        return True
    return any(_changes(child, name) for _, child in node.children())


def _exits(code_string: CodeString, node: c_ast.Node | None) -> frozenset[str]:
    """Return what may come after a statement."""
    if isinstance(node, c_ast.Compound):
        return _exits_of_all(code_string, node.block_items or ())
    if isinstance(node, c_ast.If):
        held = _constant_truth(node.cond)
        yes, no = _exits(code_string, node.iftrue), _exits(code_string, node.iffalse)
        return yes | no if held is None else yes if held else no
    if isinstance(node, c_ast.Switch):
        return _exits_of_switch(code_string, node)
    if isinstance(node, c_ast.Break):
        return frozenset({_BREAK})
    if isinstance(node, c_ast.Continue):
        return frozenset({_CONTINUE})
    if isinstance(node, c_ast.Return):
        return frozenset({_RETURN})
    if isinstance(node, LOOPS):
        inside = _exits(code_string, node.stmt)
        always = node.cond is None or _constant_truth(node.cond)
        if always and not {_BREAK, _RETURN} & inside:
            raise code_string.error_at(node, _advice(node))
    return _ONWARD


def _exits_of_all(code_string: CodeString, nodes: Iterable[c_ast.Node]) -> frozenset[str]:
    """Return what may come after statements that follow each other."""
    result = _ONWARD
    for node in nodes:
        exits = _exits(code_string, node)
        if _NEXT in result:
            result = result - _ONWARD | exits
    return result


def _exits_of_switch(code_string: CodeString, node: c_ast.Switch) -> frozenset[str]:
    cases = getattr(node.stmt, "block_items", None) or []
    exits = [_exits_of_all(code_string, getattr(case, "stmts", None) or ()) for case in cases]
    result = frozenset[str]().union(*exits) - {_NEXT, _BREAK}
    # A case without an end continues in the next one, which is examined as well.
    goes_on = (
        not any(isinstance(case, c_ast.Default) for case in cases)
        or any(_BREAK in one for one in exits)
        or _NEXT in exits[-1]
    )
    return result | _ONWARD if goes_on else result


def _constant_truth(node: c_ast.Node) -> bool | None:
    """Return whether a condition made of literals holds; None for any other."""
    if isinstance(node, c_ast.ID):
        return {"true": True, "false": False}.get(node.name)
    if isinstance(node, c_ast.Constant):
        number = literal_value(node)
        return None if 0 < number < _SMALLEST_FLOAT else number != 0
    if isinstance(node, c_ast.UnaryOp) and node.op in ("!", "-", "+"):
        held = _constant_truth(node.expr)
        return held if held is None or node.op != "!" else not held
    if isinstance(node, c_ast.BinaryOp) and node.op in ("&&", "||"):
        decisive: bool = node.op == "||"
        both = _constant_truth(node.left), _constant_truth(node.right)
        if decisive in both:
            return decisive
        return None if None in both else not decisive
    return None


def _advice(node: c_ast.Node) -> str:
    why = "it has no condition" if node.cond is None else "its condition is always true"
    leaves = "no 'break' leaves it"
    if _has_break_of_switch(node.stmt):
        leaves += " (one inside a switch leaves the switch)"
    return (
        f"This loop never ends: {why}, and {leaves}; write a condition that becomes false, such as "
        "k < 10, or an if with a 'break'."
    )


def _has_break_of_switch(node: c_ast.Node | None, inside: bool = False) -> bool:
    """Return whether a switch in a loop has a ``break``; loops inside have their own."""
    if node is None or isinstance(node, LOOPS):
        return False
    if isinstance(node, c_ast.Break):
        return inside
    inside = inside or isinstance(node, c_ast.Switch)
    return any(_has_break_of_switch(child, inside) for _, child in node.children())
