"""Text of generated modules, from the templates in ``templates/``."""

from __future__ import annotations

import re
from functools import cache

import jinja2

from numbagenn.language.kernel_names import IMPORTS


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("numbagenn.codegen", "templates"),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # the output is Python, not HTML
    )
    environment.globals["imports"] = IMPORTS
    return environment


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
