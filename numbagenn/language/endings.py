"""What a code string ends with."""

from __future__ import annotations

from pycparser import c_ast

from numbagenn.language.literals import literal_value


def ends_with_zeroing(tree: c_ast.Node, name: str) -> bool:
    """Return whether statements always end with ``name = 0``.

    Examples
    --------
    >>> from numbagenn.language.code_strings import CodeString
    >>> ends_with_zeroing(CodeString("injectCurrent(inSyn); inSyn = 0.0;", "").tree, "inSyn")
    True
    """
    while isinstance(tree, c_ast.Compound):
        items = tree.block_items or ()
        statements = [item for item in items if not isinstance(item, c_ast.EmptyStatement)]
        # A local variable of that name would be assigned instead.
        if any(isinstance(item, c_ast.Decl) and item.name == name for item in items):
            return False
        if not statements:
            return False
        tree = statements[-1]
    return (
        isinstance(tree, c_ast.Assignment)
        and tree.op == "="
        and isinstance(tree.lvalue, c_ast.ID)
        and tree.lvalue.name == name
        and isinstance(tree.rvalue, c_ast.Constant)
        and literal_value(tree.rvalue) == 0
    )
