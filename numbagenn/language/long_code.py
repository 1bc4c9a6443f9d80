"""Long chains in a syntax tree, made flat: sums of many terms, and ``else if`` after ``else if``.

C nests each link of a chain in the one before, and Python and Numba stop at a few hundred levels.
Short chains stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator

from pycparser import c_ast

#: Longer chains of operations are made flat, and so many are one expression.
MOST_LINKS = 40
# Longer chains of branches are made flat.
_MOST_BRANCHES = 20

# Operators of one kind may follow each other in a chain. Comparisons do not.
_KINDS = {
    **dict.fromkeys(("+", "-", "*", "/", "%", "<<", ">>", "&", "^", "|"), 1),
    "&&": 2,
    "||": 3,
}

#: Whether a branch so far was taken. No name of a user starts like this.
FOUND = "_found"


class LongOperation(c_ast.Node):  # type: ignore[misc]
    """Operations one after the other, from the left.

    Parameters
    ----------
    first
        The first operand.
    links
        Each operation, of which the right operand counts.

    Examples
    --------
    >>> from numbagenn.language.code_strings import CodeString
    >>> len(CodeString("+".join("x" * 500), "", is_condition=True).tree.links)
    499
    """

    __slots__ = ("coord", "first", "links")
    attr_names = ()

    def __init__(self, first: c_ast.Node, links: list[c_ast.BinaryOp]) -> None:
        self.first = first
        self.links = links
        self.coord = links[-1].coord

    def children(self) -> tuple[tuple[str, c_ast.Node], ...]:
        """Return the operands."""
        return tuple((f"operand[{number}]", node) for number, node in enumerate(self))

    def __iter__(self) -> Iterator[c_ast.Node]:
        yield self.first
        yield from (link.right for link in self.links)


def flatten(tree: c_ast.Node) -> int:
    """Make the long chains of a tree flat, in place, and return how deep it is then."""
    nodes, deepest = [(tree, 1)], 0
    while nodes:
        node, depth = nodes.pop()
        deepest = max(deepest, depth)
        if isinstance(node, LongOperation):
            # The left operand of a link is the link before.
            for link in node.links:
                link.left = None
        for name in node.__slots__:
            value = getattr(node, name, None)
            if isinstance(value, c_ast.Node):
                value = _flat(value)
                setattr(node, name, value)
                nodes.append((value, depth + 1))
            elif isinstance(value, list):
                value[:] = [_flat(one) if isinstance(one, c_ast.Node) else one for one in value]
                nodes += [(one, depth + 1) for one in value if isinstance(one, c_ast.Node)]
    return deepest


def _flat(node: c_ast.Node) -> c_ast.Node:
    """Return what stands for a node, without looking at what is in it."""
    if isinstance(node, c_ast.BinaryOp) and node.op in _KINDS:
        return _long_operation(node)
    if isinstance(node, c_ast.If):
        return _long_choice(node)
    return node


def _long_operation(node: c_ast.BinaryOp) -> c_ast.Node:
    links: list[c_ast.BinaryOp] = []
    first: c_ast.Node = node
    while isinstance(first, c_ast.BinaryOp) and _KINDS.get(first.op) == _KINDS[node.op]:
        links.append(first)
        first = first.left
    return LongOperation(first, links[::-1]) if len(links) > MOST_LINKS else node


def _long_choice(node: c_ast.If) -> c_ast.Node:
    """Return an ``if``; a long chain of ``else if`` is cut into groups.

    Each group but the first is entered only where none of those before has found its branch.
    """
    branches = [node]
    while isinstance(branches[-1].iffalse, c_ast.If):
        branches.append(branches[-1].iffalse)
    if len(branches) <= _MOST_BRANCHES:
        return node
    statements: list[c_ast.Node] = [_declared_true()]
    for begin in range(0, len(branches), _MOST_BRANCHES):
        group = branches[begin : begin + _MOST_BRANCHES]
        if group[-1] is not branches[-1]:
            group[-1].iffalse = _assigned(0)
        if begin:
            not_found = c_ast.UnaryOp("!", c_ast.ID(FOUND))
            inside = c_ast.Compound([_assigned(1), group[0]])
            statements.append(c_ast.If(not_found, inside, None))
        else:
            statements.append(group[0])
    return c_ast.Compound(statements, node.coord)


def _declared_true() -> c_ast.Decl:
    ctype = c_ast.TypeDecl(FOUND, [], None, c_ast.IdentifierType(["int"]))
    return c_ast.Decl(FOUND, [], [], [], [], ctype, c_ast.Constant("int", "1"), None)


def _assigned(value: int) -> c_ast.Assignment:
    return c_ast.Assignment("=", c_ast.ID(FOUND), c_ast.Constant("int", str(value)))
