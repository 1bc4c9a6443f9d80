"""What code leaves at zero where all that it works on is zero."""

from __future__ import annotations

from collections.abc import Container, Mapping

from pycparser import c_ast

from numbagenn.language.literals import literal_value

# Positive numbers that are neither 0 nor infinite in any type of floating-point numbers.
_SMALLEST, _LARGEST = 1e-30, 1e30


def zeros_after(
    tree: c_ast.Node, zeros: Container[str], numbers: Mapping[str, float]
) -> Mapping[str, bool] | None:
    """Return what statements assign, if that is zero wherever the variables `zeros` are.

    Zero is the number whose bits are all 0, which -0.0 is not.

    Parameters
    ----------
    tree
        The syntax tree of the statements.
    zeros
        Names of variables.
    numbers
        Numbers that the code may name, such as parameters.

    Returns
    -------
    Mapping or None
        For each variable that is assigned and not the code's own: whether it is zero in any case.
        None where it may be something else though all of `zeros` are zero, or where the code is
        more than assignments, sums, and products and quotients with positive numbers.

    Examples
    --------
    >>> from numbagenn.language.code_strings import CodeString
    >>> def found(code):
    ...     return zeros_after(CodeString(code, "").tree, {"x", "y"}, {"n": 5})
    >>> found("scalar mean = x / n; total = mean; x = 0.0; y *= 0.5;")
    {'total': False, 'x': True, 'y': False}
    >>> print(found("total = x + 1.0;"), found("total = -x;"), found("total = z * x;"))
    None None None
    """
    if not isinstance(tree, c_ast.Compound):
        return None
    walk = _Walk(zeros, numbers)
    if not all(walk.is_understood(node) for node in tree.block_items or ()):
        return None
    return walk.assigned


class _Walk:
    """A walk through assignments in their order, with what is known of variables so far."""

    def __init__(self, zeros: Container[str], numbers: Mapping[str, float]) -> None:
        self.assigned: dict[str, bool] = {}
        self._zeros = zeros
        self._numbers = numbers
        self._own: dict[str, bool] = {}

    def is_understood(self, node: c_ast.Node) -> bool:
        """Note what a statement assigns; return whether it can be nothing but zeros."""
        if isinstance(node, c_ast.EmptyStatement):
            return True
        if isinstance(node, c_ast.Decl) and isinstance(node.type, c_ast.TypeDecl) and node.init:
            zero, known, name = self._zero(node.init), self._own, node.name
        elif isinstance(node, c_ast.Assignment) and isinstance(node.lvalue, c_ast.ID):
            zero, name = self._zero(_assigned_value(node)), node.lvalue.name
            known = self._own if name in self._own else self.assigned
        else:
            return False
        if zero is None:
            return False
        known[name] = zero
        return True

    def _zero(self, node: c_ast.Node) -> bool | None:
        """Return whether a value is zero in any case; None where it may be something else."""
        if isinstance(node, c_ast.Constant):
            return True if literal_value(node) == 0 else None
        if isinstance(node, c_ast.ID):
            known = {**self.assigned, **self._own}
            return known.get(node.name, False if node.name in self._zeros else None)
        if not isinstance(node, c_ast.BinaryOp) or node.op not in {"+", "-", "*", "/"}:
            return None
        left, right = self._zero(node.left), self._zero(node.right)
        if right is None and node.op in {"*", "/"} and self._is_positive(node.right):
            return left
        if left is None and node.op == "*" and self._is_positive(node.left):
            return right
        if left is None or right is None or node.op == "/":
            return None
        # Infinity times 0 is no zero, so one that is zero in any case does not make the result so.
        return left and right

    def _is_positive(self, node: c_ast.Node) -> bool:
        if isinstance(node, c_ast.Constant):
            return _SMALLEST < literal_value(node) < _LARGEST
        if not isinstance(node, c_ast.ID) or node.name in self._own:
            return False
        return _SMALLEST < self._numbers.get(node.name, 0.0) < _LARGEST


def _assigned_value(node: c_ast.Assignment) -> c_ast.Node:
    """Return the value of an assignment, where ``x += y`` is ``x = x + y``."""
    operator = node.op.removesuffix("=")
    return c_ast.BinaryOp(operator, node.lvalue, node.rvalue) if operator else node.rvalue
