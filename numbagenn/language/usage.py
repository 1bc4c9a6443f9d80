"""What code uses of its surroundings, according to its syntax tree.

What a name refers to decides: a local variable called ``t`` is not the time. Comments, white space
and brackets are not in the tree, so they make no difference.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from pycparser import c_ast

#: Operators that add or subtract 1; those with a "p" give the value from before.
STEPS = {"++", "--", "p++", "p--"}


@dataclass(frozen=True)
class Usage:
    """The names of its surroundings that code uses.

    Parameters
    ----------
    read, assigned
        Variables that are not the code's own.
    called
        Functions.
    declared
        Its own variables that still exist after it: code that continues from it finds these
        instead of outer variables of the same name.
    assigns_elements
        Whether elements of arrays are assigned.
    indexed
        Variables that are not the code's own and of which it takes elements, as in ``x[i]``.
    changed
        Names of all variables that are assigned, its own included, but for their initial values.
    """

    read: frozenset[str] = frozenset()
    assigned: frozenset[str] = frozenset()
    called: frozenset[str] = frozenset()
    declared: frozenset[str] = frozenset()
    assigns_elements: bool = False
    indexed: frozenset[str] = frozenset()
    changed: frozenset[str] = frozenset()

    @property
    def names(self) -> frozenset[str]:
        """Variables that are read or assigned."""
        return self.read | self.assigned

    def __or__(self, other: Usage) -> Usage:
        """Return what either of two pieces of code uses."""
        return Usage(*(getattr(self, one.name) | getattr(other, one.name) for one in fields(self)))

    def then(self, later: Usage) -> Usage:
        """Return what is used by this code and by code that continues from it."""
        return self | Usage(
            later.read - self.declared,
            later.assigned - self.declared,
            later.called,
            later.declared,
            later.assigns_elements,
            later.indexed - self.declared,
            later.changed,
        )


def usage_of(tree: c_ast.Node) -> Usage:
    """Return what is used by an expression, or by the statements of a block.

    Parameters
    ----------
    tree
        The syntax tree, from `code_strings`.
    """
    walk = _Walk()
    for node in tree.block_items or () if isinstance(tree, c_ast.Compound) else (tree,):
        walk.visit(node)
    return Usage(
        read=frozenset(walk.read),
        assigned=frozenset(walk.assigned),
        called=frozenset(walk.called),
        declared=frozenset(walk.scopes[0]),
        assigns_elements=walk.assigns_elements,
        indexed=frozenset(walk.indexed),
        changed=frozenset(walk.changed),
    )


class _Walk:
    """A walk through code in the order in which it is read, with the variables declared so far."""

    def __init__(self) -> None:
        self.scopes: list[set[str]] = [set()]
        self.read: set[str] = set()
        self.assigned: set[str] = set()
        self.called: set[str] = set()
        self.indexed: set[str] = set()
        self.changed: set[str] = set()
        self.assigns_elements = False

    def visit(self, node: c_ast.Node) -> None:
        """Note what a part of the tree uses."""
        if isinstance(node, c_ast.ID):
            self._note(node, self.read)
        elif isinstance(node, c_ast.Assignment):
            self._change(node.lvalue, also_read=node.op != "=")
            self.visit(node.rvalue)
        elif isinstance(node, c_ast.UnaryOp) and node.op in STEPS:
            self._change(node.expr, also_read=True)
        elif isinstance(node, c_ast.FuncCall) and isinstance(node.name, c_ast.ID):
            self.called.add(node.name.name)
            self._visit_parts(node.args or ())
        elif isinstance(node, c_ast.Decl):
            # The initial value is evaluated before the variable exists.
            self._visit_parts(node)
            self.scopes[-1].add(node.name)
        elif isinstance(node, (c_ast.Compound, c_ast.For)):
            self.scopes.append(set())
            self._visit_parts(node)
            self.scopes.pop()
        else:
            if isinstance(node, c_ast.ArrayRef) and isinstance(node.name, c_ast.ID):
                self._note(node.name, self.indexed)
            self._visit_parts(node)

    def _visit_parts(self, node: c_ast.Node | tuple[()]) -> None:
        for part in node:
            self.visit(part)

    def _change(self, target: c_ast.Node, *, also_read: bool) -> None:
        """Note what is assigned; for an element of an array, the index and the pointer are read."""
        if not isinstance(target, c_ast.ID):
            self.assigns_elements = True
            self.visit(target)
            return
        self.changed.add(target.name)
        self._note(target, self.assigned)
        if also_read:
            self._note(target, self.read)

    def _note(self, name: c_ast.ID, among: set[str]) -> None:
        if not any(name.name in scope for scope in self.scopes):
            among.add(name.name)


def arguments_of_calls(tree: c_ast.Node, function: str) -> list[int]:
    """Return how many arguments each call of a function has, in the order of the code."""
    result = []
    if isinstance(tree, c_ast.FuncCall) and getattr(tree.name, "name", None) == function:
        result.append(len(tree.args.exprs) if tree.args else 0)
    for _, child in tree.children():
        result += arguments_of_calls(child, function)
    return result
