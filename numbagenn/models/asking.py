"""The methods by which PyGeNN's models and snippets tell what they consist of."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent
from typing import Any

from numbagenn.language.genn_4 import NOTATION, at_present


def items_of(part: str) -> Callable[[Any], list[Any]]:
    """Return a method that lists a part of a description, such as ``"vars"``."""

    def get(self: Any) -> list[Any]:
        return list(getattr(self, part))

    get.__doc__ = f"Return the {part} of the description, in a new list."
    return get


def code_of(part: str) -> Callable[[Any], str]:
    """Return a method that returns a code string of a description, such as ``"sim_code"``."""

    def get(self: Any) -> str:
        text: str = getattr(self, part).text
        # PyGeNN replaces the notation of GeNN 4 when a model is created.
        return NOTATION.sub(at_present, dedent(text))

    get.__doc__ = f"Return the text of {part}, not indented; an empty one if there is none."
    return get
