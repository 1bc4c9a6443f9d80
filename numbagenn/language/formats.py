"""What `printf` prints: a format of C, as one for Python's ``%`` and the types that it takes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from numbagenn.base.types import (
    Double,
    Int8,
    Int16,
    Int32,
    Int64,
    ResolvedType,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
)

_CONVERSION = re.compile(
    r"%(?P<flags>[-+ #0]*)(?P<width>\*|\d*)(?P<precision>\.(?:\*|\d*))?"
    r"(?P<length>hh|h|ll|l|j|z|t|L)?(?P<kind>.?)",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:(?P<octal>[0-7]{1,3})|x(?P<hex>[0-9a-fA-F]+)|(?P<sign>.))", re.DOTALL)
_SIGNS = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}

_SIGNED = {"": Int32, "h": Int16, "hh": Int8}
_UNSIGNED = {"": Uint32, "h": Uint16, "hh": Uint8}
_FLOATS, _INTEGERS = "eEfFgG", "diuxXoc"


@dataclass(frozen=True)
class Format:
    """A text with places for numbers.

    Parameters
    ----------
    text
        The text for Python's ``%``.
    types
        What each number is converted to.
    conversions
        How each place is written in C.
    """

    text: str
    types: tuple[ResolvedType, ...]
    conversions: tuple[str, ...]


def format_of(literal: str) -> Format:
    """Return the format that is written as a text in code, between quotation marks.

    Raises
    ------
    ValueError
        If it has a conversion that numbers do not have.

    Examples
    --------
    >>> format_of('"V = %.2f of %lu%%"').types
    (types.Double, types.Uint64)
    >>> format_of('"%5u|"').text % 7
    '    7|'
    """
    # In C the first 0 ends a text.
    text = _ESCAPE.sub(_character, literal[1:-1]).partition("\0")[0]
    types: list[ResolvedType] = []
    conversions: list[str] = []

    def place(found: re.Match[str]) -> str:
        if found.group() == "%%":
            return "%%"
        stars = (found["width"] + (found["precision"] or "")).count("*")
        types.extend([Int32] * stars)
        conversions.extend(["*"] * stars)
        types.append(_type_of(found))
        conversions.append(found.group())
        return _for_python(found)

    return Format(_CONVERSION.sub(place, text), tuple(types), tuple(conversions))


def _character(escape: re.Match[str]) -> str:
    """Return the character that an escape sequence stands for."""
    if escape["octal"]:
        return chr(int(escape["octal"], 8))
    if escape["hex"]:
        return chr(int(escape["hex"], 16) & 0xFF)
    return _SIGNS.get(escape["sign"], escape["sign"])


def _type_of(conversion: re.Match[str]) -> ResolvedType:
    kind, length = conversion["kind"], conversion["length"] or ""
    if kind and kind in _FLOATS:
        return Double
    if not kind or kind not in _INTEGERS or (kind == "o" and "#" in conversion["flags"]):
        shown = conversion.group().rstrip() or "%"
        raise ValueError(
            f"printf() has no conversion '{shown}' for numbers; write %d or %u for an integer, %f "
            "or %g for a floating-point number, %% for a percent sign."
        )
    if kind == "c":
        return Uint8
    wide, known = (Int64, _SIGNED) if kind in "di" else (Uint64, _UNSIGNED)
    return known.get(length, wide)


def _for_python(conversion: re.Match[str]) -> str:
    """Return a conversion without the flags that C ignores, and Python does not."""
    kind, flags = conversion["kind"], conversion["flags"]
    width, precision = conversion["width"], conversion["precision"] or ""
    ignored = "" if kind in _FLOATS or kind in "di" else "+ "
    if kind not in _FLOATS and (precision or kind == "c"):
        ignored += "0"
    flags = "".join(flag for flag in flags if flag not in ignored)
    return f"%{flags}{width}{precision if kind != 'c' else ''}{kind}"
