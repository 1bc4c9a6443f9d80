"""Code strings of PyGeNN 4.9, rewritten into those of 5.x.

In 4.9, names of the model are written in ``$(…)``, and so are functions with their arguments, as in
``$(injectCurrent, $(scale) * x)``. What is not in ``$(…)`` is C++: types, numbers, functions, the
macro ``DT``, and local variables, which may have the name of something in ``$(…)``.

C++ with ``$(…)`` in it has no syntax tree, so regular expressions find the words here. The syntax
tree of the rewritten code then shows what the code uses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np

from numbagenn.base.suggestions import did_you_mean
from numbagenn.base.types import SCALAR, TIMEPOINT, TYPE_NAMES, Double
from numbagenn.base.wording import capitalised, unsupported
from numbagenn.language import genn_4
from numbagenn.language.code_strings import CodeString
from numbagenn.language.functions import FUNCTIONS as MATHEMATICAL

#: The present names of the functions of GeNN 4.
FUNCTIONS = {
    "injectCurrent": "injectCurrent",
    **genn_4.FUNCTIONS,
    **{name: name for name in ("gennrand", *genn_4.WITHOUT_ARGUMENTS)},
}

# These were written without brackets: $(gennrand_uniform).
_WITHOUT_ARGUMENTS = ("gennrand", *genn_4.WITHOUT_ARGUMENTS)

#: Names that GeNN itself provides and that have changed.
BUILT_IN_NAMES = {
    "num": "num_neurons",
    "sT": "st",
    "prev_sT": "prev_st",
    "seT": "set",
    **genn_4.TIMES,
}

#: Such names in the code of neurons. The times before the last step are the same there.
NAMES_IN_NEURONS = {**BUILT_IN_NAMES, "prev_sT": "st", "prev_seT": "set"}

_END_OF_LOOP = ("endRow", "endCol")
# What C++ writes as words, and C does not. None of them can be a name in C++.
_OPERATORS = {"and": "&&", "or": "||", "not": "!"}
_TYPE_WORDS = {SCALAR, TIMEPOINT, *(word for name in TYPE_NAMES for word in name.split())}
_OPENING, _CLOSING = "([{", ")]}"

# In 4.9, functions of real numbers return a scalar, and both arguments of these have one type.
_OF_ONE_TYPE = ("max", "min")
_REAL = "|".join(name for name, one in MATHEMATICAL.items() if one.result == Double)
_CALLS_REAL = re.compile(rf"\b(?:{_REAL})\s*\(")
_CAST = re.compile(r"\(\s*(?:" + "|".join(sorted(_TYPE_WORDS)) + r")\b")
_BRACKET = re.compile(r"\s*\(")

_TOKEN = re.compile(
    r"""
      (?P<comment>//[^\n]*|/\*.*?\*/)
    | (?P<unclosed_comment>/\*)
    | (?P<text>"(?:\\.|[^"\\\n])*")
    | (?P<name>\$\([ \t]*(?P<inside>[A-Za-z_]\w*)[ \t]*(?P<next>[,)]))
    | (?P<dollar>\$)
    | (?P<point>(?<![\w.)\]])\.(?=\d))
    | (?P<absolute>\bstd[ \t]*::[ \t]*abs\b)
    | (?P<namespace>\bstd[ \t]*::)
    | (?P<cast>\bstatic_cast[ \t]*<(?P<cast_to>[\w \t]+)>)
    | (?P<number>(?:\d|\.\d)[\w.]*(?:(?<=[eE])[+-]\d\w*)?)
    | (?P<word>[A-Za-z_]\w*)
    """,
    re.VERBOSE | re.DOTALL,
)

_PUNCTUATION = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)|"(?:\\.|[^"\\\n])*"|(?P<mark>[][(){},])""", re.DOTALL
)

# An operator of C++ that PyGeNN 5 cannot read.
_DIVIDE_ASSIGN = re.compile(r"\b([A-Za-z_]\w*(?:\[[^][;]*\])?)\s*/=\s*([^;]+);")


# What is wrong where these tokens are.
_MISTAKES = {
    "unclosed_comment": "a comment that begins with /* needs a */.",
    "dollar": "'$' must be followed by a name in brackets, such as $(V); correct the name, or "
    "close the bracket.",
}


def rewrite(
    code: str,
    what: str,
    *,
    own: Iterable[str] = (),
    numbers: Iterable[str] = (),
    local_names: Mapping[str, str] | None = None,
    in_loop: bool = False,
    built_in: Mapping[str, str] = BUILT_IN_NAMES,
) -> str:
    """Return a code string of PyGeNN 4.9 as PyGeNN 5 writes it.

    Parameters
    ----------
    code
        The code, with ``$(…)``.
    what
        What it is, for messages, such as ``"sim code of neuron model 'if'"``.
    own
        Names that the model itself declares; they take precedence over those of GeNN.
    numbers
        Those of them that are extra global parameters of one number, the only one in an array.
    local_names
        New names of local variables.
    in_loop
        Whether there is a loop for ``$(endRow)`` and ``$(endCol)`` to end.
    built_in
        New names of what GeNN provides.

    Raises
    ------
    CodeStringError
        If ``$(…)`` is not closed, or names an unknown function.

    Examples
    --------
    >>> rewrite("$(V) += $(Isyn) * DT;", "sim code")
    'V += Isyn * dt;'
    >>> rewrite("$(injectCurrent, ($(a) + 1) * $(gennrand_uniform));", "injection code")
    'injectCurrent((a + 1) * gennrand_uniform());'
    """
    code_string = CodeString(code, capitalised(what))
    names = frozenset(own), frozenset(numbers)
    rewriter = _Rewriter(code_string, *names, local_names or {}, in_loop, built_in)
    return _DIVIDE_ASSIGN.sub(r"\g<1> = \g<1> / (\g<2>);", rewriter.part(0, len(code)))


class _Rewriter:
    """Rewrites parts of one code string."""

    def __init__(
        self,
        code_string: CodeString,
        own: frozenset[str],
        numbers: frozenset[str],
        local_names: Mapping[str, str],
        in_loop: bool,
        built_in: Mapping[str, str],
    ) -> None:
        self._code_string = code_string
        self._own = own
        self._numbers = numbers
        self._local_names = local_names
        self._in_loop = in_loop
        self._built_in = built_in

    def _error(self, message: str, offset: int) -> Exception:
        before = self._code_string.text[:offset]
        line, column = before.count("\n") + 1, offset - before.rfind("\n")
        return self._code_string.error(message, line, column)

    def part(self, start: int, end: int) -> str:
        """Return the text from `start` to `end`, rewritten."""
        text = self._code_string.text
        pieces = []
        while match := _TOKEN.search(text, start, end):
            pieces.append(text[start : match.start()])
            kind, token, start = match.lastgroup, match.group(), match.end()
            if kind in _MISTAKES:
                raise self._error(_MISTAKES[kind], match.start())
            if kind == "word" and token in _OF_ONE_TYPE:
                token, start = self._one_of(token, match.start(), start, end)
            elif kind == "word":
                token = self._word(token, end, start)
            elif kind == "name" and match["next"] == ",":
                token, start = self._call(match["inside"], match.start(), start, end)
            elif kind == "name":
                token = self._name(match["inside"], match.start())
            elif kind in _IN_5:
                token = _IN_5[kind](match)
            pieces.append(token)
        pieces.append(text[start:end])
        return "".join(pieces)

    def _one_of(self, function: str, offset: int, start: int, end: int) -> tuple[str, int]:
        """Return a call of `max` or `min`, if it is one, and the place after it."""
        bracket = _BRACKET.match(self._code_string.text, start, end)
        if bracket is None:
            return self._word(function, end, start), start
        arguments, place = self._arguments(function, offset, bracket.end(), end)
        return f"{function}({', '.join(_of_one_type(arguments))})", place

    def _word(self, word: str, end: int, after: int) -> str:
        """Return what C++ outside of ``$(…)`` calls so."""
        if word in self._local_names:
            return self._local_names[word]
        if word in _OPERATORS:
            return _OPERATORS[word]
        called = self._code_string.text[after:end].lstrip(" \t").startswith("(")
        if called and word in _TYPE_WORDS:
            # A conversion that looks like a call.
            return f"({word})"
        if called and word.strip("_").removesuffix("f") in MATHEMATICAL:
            # In single precision, or as a GPU has it.
            word = word.strip("_")
            return word if word in MATHEMATICAL else word.removesuffix("f")
        if called and word.startswith("__"):
            what = f"{word}() in code strings, which only GPUs have"
            where = self._code_string.text.rfind(word, 0, after)
            raise NotImplementedError(str(self._error(str(unsupported(what, "PyGeNN 4.9")), where)))
        return "dt" if word == "DT" else word

    def _name(self, name: str, offset: int) -> str:
        if name in self._own:
            return f"{name}[0]" if name in self._numbers else name
        if name in _WITHOUT_ARGUMENTS:
            return f"{name}()"
        if name in FUNCTIONS:
            raise self._error(f"$({name}) needs arguments: $({name}, x).", offset)
        if name in _END_OF_LOOP:
            if self._in_loop:
                return "break"
            raise self._error(
                f"$({name}) ends the loop of row_build_code or col_build_code, and has no meaning "
                "elsewhere.",
                offset,
            )
        return self._built_in.get(name, name)

    def _call(self, function: str, offset: int, start: int, end: int) -> tuple[str, int]:
        """Return a call whose arguments begin at `start`, and the place after it."""
        if function not in FUNCTIONS:
            hint = did_you_mean(function, FUNCTIONS, f"; they are {', '.join(FUNCTIONS)}.")
            raise self._error(f"$({function}, …): there is no such function{hint}", offset)
        arguments, place = self._arguments(f"$({function}, …)", offset, start, end)
        return f"{FUNCTIONS[function]}({', '.join(arguments)})", place

    def _arguments(self, what: str, offset: int, start: int, end: int) -> tuple[list[str], int]:
        """Return the rewritten arguments that begin at `start`, and the place after the call."""
        arguments, depth = [], 0
        for position, character in self._punctuation(start, end):
            if character in _OPENING:
                depth += 1
            elif character == "," and depth == 0:
                arguments.append(self.part(start, position).strip(" \t"))
                start = position + 1
            elif character in _CLOSING:
                if depth == 0 and character == ")":
                    return [*arguments, self.part(start, position).strip(" \t")], position + 1
                depth -= 1
        raise self._error(f"{what} is not closed; is a ')' missing?", offset)

    def _punctuation(self, start: int, end: int) -> Iterator[tuple[int, str]]:
        """Yield brackets and commas with their places, except those in comments and texts."""
        for match in _PUNCTUATION.finditer(self._code_string.text, start, end):
            if match.lastgroup == "mark":
                yield match.start(), match.group()


def _of_one_type(arguments: list[str]) -> list[str]:
    """Return the arguments of `max` or `min` as real numbers of one type, as they are in 4.9.

    Examples
    --------
    >>> _of_one_type(["0.0", "exp(x)"]), _of_one_type(["n", "(int)floor(x)"])
    (['0.0', '(scalar)(exp(x))'], ['n', '(int)floor(x)'])
    """
    real = [bool(_CALLS_REAL.search(one)) and not _CAST.search(one) for one in arguments]
    if all(real):
        return arguments
    return [
        f"({SCALAR})({one})" if is_real else one
        for one, is_real in zip(arguments, real, strict=True)
    ]


def _number(token: str) -> str:
    """Return a number of C++ as PyGeNN 5 writes it."""
    lower = token.lower()
    if re.fullmatch(r"0x[0-9a-f]+u?l*", lower):
        digits = lower.rstrip("ul")
        # In C++ such a number is unsigned if it has to be.
        is_unsigned = "u" in lower or int(digits, 16) > np.iinfo(np.int32).max
        return digits + "u" * is_unsigned
    if not re.fullmatch(r"[\d.]+(e[+-]?\d+)?[ful]*", lower):
        return token
    digits = lower.rstrip("ful")
    suffix = lower[len(digits) :]
    return digits + next((sign for sign in "fu" if sign in suffix), "")


# What becomes of tokens that are neither names nor words.
_IN_5: dict[str, Callable[[re.Match[str]], str]] = {
    # So that its content is not read as code. The lines keep their numbers.
    "comment": lambda match: re.sub(r"[^\n]", " ", match[0]),
    # In the language of 5.x, abs() is for integers.
    "absolute": lambda match: "fabs",
    "namespace": lambda match: "",
    "point": lambda match: "0.",
    "number": lambda match: _number(match[0]),
    "cast": lambda match: f"({match['cast_to'].strip()})",
}


def without_comments(code: str) -> str:
    """Return code with spaces in the place of comments, and the same lines."""

    def blank(found: re.Match[str]) -> str:
        is_comment = found.lastgroup == "comment"
        return re.sub(r"[^\n]", " ", found[0]) if is_comment else found[0]

    return _PUNCTUATION.sub(blank, code)


def arguments_at(code: str, start: int) -> tuple[list[str], int]:
    """Return the arguments of a call that begin at a place, and the place after the call.

    Examples
    --------
    >>> arguments_at("f(a, g(b, c)) + 1", 2)
    (['a', ' g(b, c)'], 13)
    """
    arguments, depth = [], 0
    for place in range(start, len(code)):
        sign = code[place]
        if depth == 0 and sign in ",)":
            arguments.append(code[start:place])
            start = place + 1
            if sign == ")":
                blank = len(arguments) == 1 and not arguments[0].strip()
                return ([] if blank else arguments), place + 1
        depth += (sign in _OPENING) - (sign in _CLOSING)
    return arguments, len(code)


def names_in(code: str) -> set[str]:
    """Return the names that are written as ``$(name)``, except functions.

    Examples
    --------
    >>> sorted(names_in("$(V) = max($(a), V); $(injectCurrent, $(b));"))
    ['V', 'a', 'b']
    """
    found = (match for match in _TOKEN.finditer(code) if match["next"] == ")")
    return {match["inside"] for match in found} - {*FUNCTIONS, *_END_OF_LOOP}


def local_variables(code: str) -> set[str]:
    """Return the names of the variables that a code string declares for itself.

    Examples
    --------
    >>> sorted(local_variables("const scalar x = $(y), z = f(a, b); $(v) = (int)w;"))
    ['x', 'z']
    """

    def plain(match: re.Match[str]) -> str:
        if match.lastgroup in ("word", "number", "point"):
            return match.group()
        if match.lastgroup == "comment":
            return " "
        return " f(" if match["next"] == "," else " 0 "

    tokens = re.findall(r"\w+|[^\w\s]", _TOKEN.sub(plain, code))
    found = set()
    for place, token in enumerate(tokens):
        after = place + 1
        if token not in _TYPE_WORDS or after == len(tokens) or tokens[after] in _TYPE_WORDS:
            continue
        depth, expected = 0, True
        for other in tokens[after:]:
            if expected and other == "*":
                continue
            if expected and not re.fullmatch(r"[A-Za-z_]\w*", other):
                break
            if expected:
                found.add(other)
            expected = depth == 0 and other == ","
            depth += (other in _OPENING) - (other in _CLOSING)
            if depth < 0 or other == ";":
                break
    return found
