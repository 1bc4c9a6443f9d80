"""Support code of PyGeNN 4.9: functions, constants and macros that code strings use.

It is C++ there. Here it may hold functions of numbers, whose calls are written out where they
stand, constants, and ``#define``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import NoReturn

from numbagenn.base.types import SCALAR, TIMEPOINT, TYPE_NAMES
from numbagenn.compat.v4_9.rewriting import arguments_at, rewrite
from numbagenn.language.code_strings import CodeString, SupportFunction
from numbagenn.models.descriptions import AnyModel

_TYPES = "|".join(
    re.escape(name) for name in sorted((SCALAR, TIMEPOINT, *TYPE_NAMES), key=len, reverse=True)
)
# What stands before functions and constants for the compiler, and means nothing here.
_MARKS = (
    r"(?:(?:SUPPORT_CODE_FUNC|static|inline|constexpr|const|__device__|__host__|__forceinline__)"
    r"\s+)*"
)
_FUNCTION = re.compile(
    rf"\s*{_MARKS}(?P<type>{_TYPES})\s+(?P<name>[A-Za-z_]\w*)\s*\((?P<parameters>[^()]*)\)\s*\{{"
)
_CONSTANT = re.compile(
    rf"\s*{_MARKS}(?P<type>{_TYPES})\s+(?P<name>[A-Za-z_]\w*)\s*=(?P<value>[^;{{}}]+);"
)
_PARAMETER = re.compile(rf"\s*(?:const\s+)?(?P<type>{_TYPES})\s+(?P<name>[A-Za-z_]\w*)\s*")
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_MACRO = re.compile(
    r"[ \t]*#[ \t]*define[ \t]+(?P<name>[A-Za-z_]\w*)(?P<parameters>\([^()]*\))?[ \t]*(?P<text>.*)"
)
# A name that is not written as $(name).
_WORD = re.compile(r"(?<![\w.$])(?<!\$\()[A-Za-z_]\w*")
_FILLER = re.compile(r"[\s;]*")

# Macros that use each other go no deeper in any sensible code.
_MOST_ROUNDS = 20


def accepted_in(code: str) -> frozenset[str]:
    """Return what code strings of 4.9 may have of C++ that those of 5.x lack, if some code does."""
    return frozenset({"shift"}) if ">>" in code else frozenset()


@dataclass(frozen=True)
class Macro:
    """What a name stands for: a text, in which the parameters have the place of arguments."""

    text: str
    parameters: tuple[str, ...] | None = None


#: What C++ has and the language of code strings lacks. Numbers with a d are of double precision.
OF_CPP = {
    # The language has only the absolute value of integers.
    "abs": Macro("((x) < 0 ? -(x) : (x))", ("x",)),
    "hypot": Macro("sqrt(1.0d * (x) * (x) + 1.0d * (y) * (y))", ("x", "y")),
    "isnan": Macro("((x) != (x))", ("x",)),
    "isinf": Macro("(fabs(x) > 1.7976931348623157e+308d)", ("x",)),
    "isfinite": Macro("(fabs(x) <= 1.7976931348623157e+308d)", ("x",)),
    "INFINITY": Macro("(1e+308d * 10.0d)"),
    "NAN": Macro("(0.0d * (1e+308d * 10.0d))"),
    "M_E": Macro("2.718281828459045d"),
    "M_LN2": Macro("0.6931471805599453d"),
    "M_LN10": Macro("2.302585092994046d"),
    "M_PI": Macro("3.141592653589793d"),
    "M_PI_2": Macro("1.5707963267948966d"),
    "M_PI_4": Macro("0.7853981633974483d"),
    "M_1_PI": Macro("0.3183098861837907d"),
    "M_2_PI": Macro("0.6366197723675814d"),
    "M_SQRT2": Macro("1.4142135623730951d"),
    "M_SQRT1_2": Macro("0.7071067811865476d"),
    "FLT_EPSILON": Macro("1.1920928955078125e-07f"),
    "FLT_MAX": Macro("3.4028234663852886e+38f"),
    "FLT_MIN": Macro("1.1754943508222875e-38f"),
    "DBL_EPSILON": Macro("2.220446049250313e-16d"),
    "DBL_MAX": Macro("1.7976931348623157e+308d"),
    "DBL_MIN": Macro("2.2250738585072014e-308d"),
    "INT_MAX": Macro("2147483647"),
    "UINT_MAX": Macro("4294967295u"),
    "UINT32_MAX": Macro("4294967295u"),
}


@dataclass
class SupportCode:
    """The functions and the macros of support code, of one code string or of several."""

    functions: list[SupportFunction] = field(default_factory=list)
    macros: dict[str, Macro] = field(default_factory=lambda: dict(OF_CPP))

    def with_macros(self, code: str) -> str:
        """Return code with what macros stand for in their place.

        Examples
        --------
        >>> given = SupportCode(macros={"half": Macro("(0.5 * (x))", ("x",)), "V0": Macro("-65.0")})
        >>> given.with_macros("$(V0) = V0 + half(V0 + 1);")
        '$(V0) = -65.0 + (0.5 * (-65.0 + 1));'
        """
        for _ in range(_MOST_ROUNDS if self.macros else 0):
            before, code = code, self._replaced(code)
            if code == before:
                break
        return code

    def _replaced(self, code: str) -> str:
        pieces, place = [], 0
        for word in _WORD.finditer(code):
            macro = self.macros.get(word[0])
            if macro is None or word.start() < place:
                continue
            text, end = macro.text, word.end()
            if macro.parameters is not None:
                opening = re.compile(r"\s*\(").match(code, end)
                if opening is None:
                    continue
                given, end = arguments_at(code, opening.end())
                values = dict(zip(macro.parameters, map(str.strip, given), strict=False))
                text = _with_values(text, values)
            pieces += [code[place : word.start()], text]
            place = end
        return "".join([*pieces, code[place:]])

    def given_to(self, model: AnyModel) -> AnyModel:
        """Return a description whose code may call the functions."""
        assert is_dataclass(model)
        codes = {one.name: getattr(model, one.name) for one in fields(model)}
        changed = {
            name: replace(code, functions=tuple(self.functions), accepted=accepted_in(code.text))
            for name, code in codes.items()
            if isinstance(code, CodeString) and not code.is_blank
        }
        return replace(model, **changed)  # type: ignore[arg-type]


def _with_values(text: str, values: Mapping[str, str]) -> str:
    """Return a text with values in the place of names."""
    return _WORD.sub(lambda one: values.get(one[0], one[0]), text)


def support_code(title: str, codes: Mapping[str, str]) -> SupportCode:
    """Return what support code holds.

    Parameters
    ----------
    title
        What has the code, for messages.
    codes
        The code, by the keywords that it was given by.

    Raises
    ------
    NotImplementedError
        If there is anything but functions of numbers, constants and macros.
    """
    result = SupportCode()
    for name, code in codes.items():
        _read(f"'{name}' ({title})", code, result)
    return result


def _read(what: str, code: str, result: SupportCode) -> None:
    """Add what one code string holds."""
    text = _COMMENT.sub(lambda one: re.sub(r"[^\n]", " ", one[0]), code).replace("\\\n", " ")
    lines = []
    for line in text.split("\n"):
        macro = _MACRO.fullmatch(line)
        if macro is None:
            lines.append(line)
            continue
        given = macro["parameters"]
        parameters = None if given is None else tuple(map(str.strip, given[1:-1].split(",")))
        result.macros[macro["name"]] = Macro(macro["text"].strip(), parameters)
    text = result.with_macros("\n".join(lines))
    place = _end_of_filler(text, 0)
    while place < len(text):
        place = _end_of_filler(text, _read_one(what, text, place, result))


def _end_of_filler(text: str, place: int) -> int:
    found = _FILLER.match(text, place)
    return found.end() if found else place


def _read_one(what: str, text: str, place: int, result: SupportCode) -> int:
    """Add the function or the constant at a place, and return where it ends."""
    constant = _CONSTANT.match(text, place)
    if constant:
        value = f"(({constant['type']})({result.with_macros(constant['value'].strip())}))"
        result.macros[constant["name"]] = Macro(value)
        return constant.end()
    found = _FUNCTION.match(text, place)
    given = [one for one in found["parameters"].split(",") if one.strip()] if found else []
    parameters = [_PARAMETER.fullmatch(one) for one in given if one.strip() != "void"]
    if found is None or not all(parameters):
        _refuse(what)
    end = _closing(text, found.end())
    if end is None:
        _refuse(what)
    named = [(one["name"], one["type"]) for one in parameters if one]
    title = f"Function {found['name']}() of {what}"
    body = result.with_macros(text[found.end() : end])
    functions = tuple(result.functions)
    body = rewrite(body, title)
    code = CodeString(body, title, functions=functions, accepted=accepted_in(body))
    # A later function of the same name takes the place of an earlier one.
    others = [one for one in result.functions if one.name != found["name"]]
    function = SupportFunction(found["name"], found["type"], tuple(named), code)
    result.functions = [*others, function]
    return end + 1


def _closing(text: str, place: int) -> int | None:
    """Return where the bracket is that closes one before a place."""
    depth = 1
    for offset, sign in _braces(text, place):
        depth += 1 if sign == "{" else -1
        if depth == 0:
            return offset
    return None


def _braces(text: str, place: int) -> Iterator[tuple[int, str]]:
    return ((one.start(), one[0]) for one in re.compile(r"[{}]").finditer(text, place))


def _refuse(what: str) -> NoReturn:
    raise NotImplementedError(
        f"numbagenn does not support {what}: it compiles no C++, and only writes out functions of "
        "numbers, such as 'SUPPORT_CODE_FUNC scalar f(scalar x) { return x; }', constants and "
        "#define. Write what is needed into the code strings."
    )
