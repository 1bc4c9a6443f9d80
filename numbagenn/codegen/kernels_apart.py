"""Generated modules, taken apart into one for each kernel.

A kernel that is the same in two modules is then compiled once: where another custom update takes
the place of one, the steps of the network stay as they are.
"""

from __future__ import annotations

import ast


def kernels_apart(text: str) -> list[str]:
    """Return the text of a module for each kernel of a module, with what the kernel uses alone.

    Parameters
    ----------
    text
        The module: a docstring, imports, functions and tables.

    Examples
    --------
    >>> one, two = kernels_apart('''from math import cos, exp
    ... table = [1, 2]
    ... @kernel("void(float32[::1])")
    ... def first(x):
    ...     x[0] = exp(table[0])
    ... @kernel("void(float32[::1])")
    ... def second(x):
    ...     x[0] = cos(x[0])
    ... ''')
    >>> print(two)
    from math import cos
    @kernel("void(float32[::1])")
    def second(x):
        x[0] = cos(x[0])
    """
    tree, lines = ast.parse(text), text.split("\n")
    defined = {name: node for node in tree.body for name in _defined(node)}
    kernels = [name for name, node in defined.items() if _is_kernel(node)]
    if len(kernels) < 2:
        return [text]
    names = {node: _names(node) for node in {*defined.values()}}
    parts = []
    for kernel in kernels:
        used: set[str] = set()
        waiting = [kernel]
        while waiting:
            name = waiting.pop()
            used.add(name)
            if name in defined:
                waiting += names[defined[name]] - used
        found = (_text(node, lines, used) for node in tree.body)
        parts.append("\n".join(one for one in found if one))
    return parts


def _is_kernel(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and "kernel" in map(
        ast.unparse, (one.func for one in node.decorator_list if isinstance(one, ast.Call))
    )


def _defined(node: ast.stmt) -> list[str]:
    """Return the names that a statement of a module defines, but for those that it imports."""
    if isinstance(node, ast.FunctionDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [one.id for one in node.targets if isinstance(one, ast.Name)]
    return []


def _names(node: ast.stmt) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def _text(node: ast.stmt, lines: list[str], used: set[str]) -> str:
    """Return the text of a statement, as far as it is used; of others than these all."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        node.names, names = (
            [one for one in node.names if (one.asname or one.name) in used],
            node.names,
        )
        text = ast.unparse(node) if node.names else ""
        node.names = names
        return text
    if _defined(node) and used.isdisjoint(_defined(node)):
        return ""
    begin = node.decorator_list[0] if isinstance(node, ast.FunctionDef) else node
    return "\n".join(lines[begin.lineno - 1 : node.end_lineno])
