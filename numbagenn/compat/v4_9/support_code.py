"""Support code of PyGeNN 4.9: C++ functions, of which simple ones are written out where called.

A simple function has one statement, ``return …;``. A call becomes what it returns, with the
arguments in the place of its parameters, converted to their types.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from numbagenn.base.types import SCALAR, TIMEPOINT, TYPE_NAMES

_TYPES = "|".join(
    re.escape(name) for name in sorted((SCALAR, TIMEPOINT, *TYPE_NAMES), key=len, reverse=True)
)
# What stands before functions for the compiler, and means nothing here.
_MARKS = r"(?:(?:SUPPORT_CODE_FUNC|static|inline|constexpr|__device__|__host__)\s+)*"
_FUNCTION = re.compile(
    rf"\s*{_MARKS}(?P<type>{_TYPES})\s+(?P<name>[A-Za-z_]\w*)\s*\((?P<parameters>[^()]*)\)\s*"
    r"\{\s*return\b(?P<value>[^{};]+);\s*\}\s*;?"
)
_PARAMETER = re.compile(rf"\s*(?:const\s+)?(?P<type>{_TYPES})\s+(?P<name>[A-Za-z_]\w*)\s*")
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True)
class SupportFunction:
    """A function: the types of its result and of its parameters, and what it returns."""

    type: str
    parameters: Mapping[str, str]
    value: str


def functions_of(title: str, name: str, code: str) -> dict[str, SupportFunction]:
    """Return the functions of support code by name.

    Parameters
    ----------
    title
        What has the code, for messages.
    name
        The keyword that it was given by.
    code
        The code.

    Raises
    ------
    NotImplementedError
        If there is anything but functions of one statement.
    """
    text = _COMMENT.sub(" ", code)
    functions: dict[str, SupportFunction] = {}
    place = 0
    while text[place:].strip():
        found = _FUNCTION.match(text, place)
        given = found["parameters"].split(",") if found else []
        parameters = [_PARAMETER.fullmatch(one) for one in given if one.strip() not in ("", "void")]
        if found is None or not all(parameters):
            raise NotImplementedError(
                f"numbagenn does not support '{name}' ({title}): it compiles no C++, and only "
                "writes out functions such as 'SUPPORT_CODE_FUNC scalar f(scalar x) { return x; }'."
                " Write what is needed into the code strings."
            )
        named = {one["name"]: one["type"] for one in parameters if one}
        value = written_out(found["value"].replace("DT", "dt"), functions)
        functions[found["name"]] = SupportFunction(found["type"], named, value)
        place = found.end()
    return functions


def written_out(code: str, functions: Mapping[str, SupportFunction]) -> str:
    """Return code with what functions return in the place of their calls.

    Examples
    --------
    >>> double = functions_of("x", "support_code", "scalar twice(scalar x) { return 2.0 * x; }")
    >>> written_out("V += twice(a + 1);", double)
    'V += ((scalar)(2.0 * ((scalar)(a + 1))));'
    """
    if not functions:
        return code
    call = re.compile(rf"\b({'|'.join(map(re.escape, functions))})\s*\(")
    found = call.search(code)
    while found:
        function = functions[found[1]]
        arguments, end = _arguments(code, found.end())
        if len(arguments) != len(function.parameters):
            # The translator says that there is no such function.
            return code
        values = {
            name: f"(({ctype})({written_out(argument.strip(), functions)}))"
            for (name, ctype), argument in zip(function.parameters.items(), arguments, strict=True)
        }
        new = f"(({function.type})({_with_values(function.value.strip(), values)}))"
        code = code[: found.start()] + new + code[end:]
        found = call.search(code, found.start() + len(new))
    return code


def _with_values(code: str, values: Mapping[str, str]) -> str:
    """Return code with values in the place of names."""
    return re.sub(r"[A-Za-z_]\w*", lambda word: values.get(word[0], word[0]), code)


def _arguments(code: str, start: int) -> tuple[list[str], int]:
    """Return the arguments of a call that begin at a place, and the place after the call."""
    arguments, depth = [], 0
    for place in range(start, len(code)):
        sign = code[place]
        if depth == 0 and sign in ",)":
            arguments.append(code[start:place])
            start = place + 1
            if sign == ")":
                blank = len(arguments) == 1 and not arguments[0].strip()
                return ([] if blank else arguments), place + 1
        depth += (sign in "([") - (sign in ")]")
    return arguments, len(code)
