"""Text of generated modules, from the templates in ``templates/``."""

from __future__ import annotations

import ast
import re
from functools import cache

import jinja2

from numbagenn.codegen.pieces import in_pieces
from numbagenn.language.kernel_names import IMPORTS

# How wide the first line of a function may be.
_WIDEST = 100


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("numbagenn.codegen", "templates"),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # the output is Python, not HTML
        optimized=False,  # that takes longer than it saves: most are filled in once
    )
    environment.globals["def_line"] = def_line
    return environment


def def_line(function: str, parameters: str) -> str:
    """Return the line that begins a function, or several where one would be too long to read."""
    line = f"def {function}({parameters}):"
    if len(line) <= _WIDEST:
        return line
    one_each = parameters.replace(", ", ",\n    ")
    return f"def {function}(\n    {one_each},\n):"


def rendered(template: str, **context: object) -> str:
    """Return the text of a template, with at most two blank lines in a row, as Python is written.

    Parameters
    ----------
    template
        Name of the file.
    **context
        What the template names.
    """
    text = _environment().get_template(template).render(**context)
    return re.sub(r"\n{4,}", "\n\n\n", text).strip() + "\n"


def rendered_module(title: str, template: str, **context: object) -> str:
    """Return the text of a module: what a template prints, below the imports of names in it.

    Parameters
    ----------
    title
        What the module holds, for its docstring.
    template, **context
        As for `rendered`.
    """
    body = in_pieces(rendered(template, **context))
    found = {node.id for node in ast.walk(ast.parse(body)) if isinstance(node, ast.Name)}
    used = {module: [name for name in names if name in found] for module, names in IMPORTS.items()}
    imports = {module: names for module, names in used.items() if names}
    return f"{rendered('imports.jinja', title=title, imports=imports)}\n\n{body}"
