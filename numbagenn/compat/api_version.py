"""Finds out from its names whether a script was written for PyGeNN 4.9 or 5.x."""

from __future__ import annotations

import ast
import contextlib
import sys
from collections.abc import Iterable, Iterator, Set
from pathlib import Path

from numbagenn.base.enumerations import SynapseMatrixType
from numbagenn.compat.v4_9.enums import MATRIX_TYPES

# Matrix types that only PyGeNN 4.9 has.
_MATRIX_TYPES_4_9 = set(MATRIX_TYPES) - set(SynapseMatrixType.__members__)

# Attributes that only PyGeNN 4.9 has.
_ATTRIBUTES_4_9 = {
    "push_state_to_device",
    "pull_state_from_device",
    "set_extra_global_param",
    "pull_current_spikes_from_device",
    "current_spikes",
    "in_syn",
}

# Those that 5.x has too, with a warning. Scripts that leave PyGeNN to another library have them.
_OLD_ATTRIBUTES = {"dT", "push_var_to_device", "pull_var_from_device"}

# In PyGeNN 5 add_synapse_population has at most seven arguments, in 4.9 at least thirteen.
_ARGUMENTS_OF_SYNAPSES_5 = 7


def pygenn_version(
    sources: Iterable[str | bytes], folder: Path, only_4_9: Set[str], only_5: Set[str]
) -> str:
    """Return the version of PyGeNN whose API a script uses.

    Parameters
    ----------
    sources
        The code of the script, or of each cell of a notebook.
    folder
        The folder that it lies in. Modules there that it imports are read, too.
    only_4_9, only_5
        Names of functions and modules that only one of the two has.

    Returns
    -------
    str
        ``"4.9"`` if it uses names of 4.9 and none of 5.x, and ``"5"`` otherwise. A script that
        uses both chooses for itself, so it gets 5.x.
    """
    old = new = looks_old = imported = False
    seen: set[Path] = set()
    for source in sources:
        for node in _nodes(source, folder, seen):
            names = _names(node)
            old = old or any(name in only_4_9 for name in names) or _is_4_9(node)
            new = new or any(name in only_5 for name in names)
            looks_old = looks_old or getattr(node, "attr", None) in _OLD_ATTRIBUTES
            imported = imported or _imports_pygenn(node)
    old = old or (looks_old and imported)
    return "4.9" if old and not new else "5"


def _nodes(source: str | bytes, folder: Path, seen: set[Path]) -> Iterator[ast.AST]:
    """Yield the nodes of code and of the modules it imports; errors show when it runs."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        yield node
        if isinstance(node, ast.Import):
            imported = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in imported:
            package, *_ = parts = name.split(".")
            path = folder.joinpath(*parts)
            for candidate in (path.with_suffix(".py"), path / "__init__.py"):
                # What is loaded already is not the script's, even if it lies in its folder.
                own = package not in ("pygenn", *sys.modules) and candidate.is_file()
                if own and candidate not in seen:
                    seen.add(candidate)
                    with contextlib.suppress(OSError):
                        yield from _nodes(candidate.read_bytes(), folder, seen)


def _names(node: ast.AST) -> list[str]:
    """Return the names at a node that may be PyGeNN's."""
    if isinstance(node, ast.ImportFrom) and _of_pygenn(node.module):
        parts = (node.module or "").split(".")[1:]
        return [*parts, *(alias.name for alias in node.names)]
    if isinstance(node, ast.Import):
        return [
            part
            for alias in node.names
            if _of_pygenn(alias.name)
            for part in alias.name.split(".")[1:]
        ]
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    # Beside an import, only names that almost nobody else would use.
    return [name] if name.startswith(("create_", "init_")) else []


def _imports_pygenn(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        return _of_pygenn(node.module)
    return isinstance(node, ast.Import) and any(_of_pygenn(alias.name) for alias in node.names)


def _of_pygenn(module: str | None) -> bool:
    return module is not None and module.split(".")[0] == "pygenn"


def _is_4_9(node: ast.AST) -> bool:
    """Return whether a node is of 4.9, whatever its names are."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and node.value in _MATRIX_TYPES_4_9
    if isinstance(node, ast.Attribute):
        return node.attr in _ATTRIBUTES_4_9
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        synapses = node.func.attr == "add_synapse_population"
        return synapses and len(node.args) > _ARGUMENTS_OF_SYNAPSES_5
    return False
