"""Code strings: from the C-like text of a model to a checked syntax tree.

The language is the one that PyGeNN 5.4 accepts. pycparser does the parsing. It accepts more than
that language. The rest, and what PyGeNN's scanner is known to refuse, is refused here with one
sentence, the line, and a caret. `translator` turns the tree into Python.

Regular expressions read code only here, before there is a tree or to explain why there is none, and
in `compat.v4_9.rewriting`. Everything else uses the tree, see `usage`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache

from pycparser import c_ast, c_parser

from numbagenn.base.types import SCALAR, TIMEPOINT, TYPE_NAMES
from numbagenn.base.user_warnings import warn_user
from numbagenn.language.genn_4 import NOTATION, at_present
from numbagenn.language.long_code import flatten
from numbagenn.language.usage import Usage, usage_of

# Number of characters of a line that an error shows.
_WIDEST_LINE = 200


class CodeStringError(RuntimeError):
    """A mistake in a code string, shown with its line and a caret under the place."""


@dataclass(frozen=True)
class CodeString:
    """One code string of a model.

    Parameters
    ----------
    text
        The code as the user wrote it; blank means that there is none.
    what
        What it is, for messages, such as ``"sim code of neuron model 'if'"``.
    is_condition
        Whether it is one expression rather than statements.
    of_rows
        Whether it can loop over the synapses of a row by ``for_each_synapse``.
    functions
        Functions of its own that it may call: those of the support code of PyGeNN 4.9.
    accepted
        What it may have of C++ that the language lacks, as code of PyGeNN 4.9: ``"shift"``.
    """

    text: str
    what: str
    is_condition: bool = False
    of_rows: bool = False
    functions: tuple[SupportFunction, ...] = ()
    accepted: frozenset[str] = frozenset()

    @cached_property
    def is_blank(self) -> bool:
        """Whether there is no code at all; comments do not count as code."""
        return not _COMMENT.sub("", self.text).strip()

    @property
    def tree(self) -> c_ast.Node:
        """The syntax tree: an expression, or the statements of a ``Compound``.

        Raises
        ------
        CodeStringError
            If the text is not valid in the language.
        """
        return _tree(self)

    @cached_property
    def usage(self) -> Usage:
        """What the code uses of its surroundings.

        Raises
        ------
        CodeStringError
            If the text is not valid in the language.
        """
        if self.is_blank:
            return Usage()
        with refusing_depth(self):
            used = usage_of(self.tree)
        for function in self.functions:
            if function.name in used.called:
                body = function.body.usage
                used |= Usage(read=body.read - {*function.names}, called=body.called)
        return used

    def error(
        self, message: str, line: int | None = None, column: int | None = None
    ) -> CodeStringError:
        """Return the error to raise for a mistake at a 1-based `line` and `column` of the text."""
        lines = self.text.split("\n")
        if line is None or not 1 <= line <= len(lines):
            return CodeStringError(f"{self.what}: {message}")
        # Characters that cannot be printed keep their place.
        code = "".join(
            sign if sign.isprintable() else " " if sign.isspace() else "?"
            for sign in lines[line - 1].rstrip("\r")
        )
        if len(code) > _WIDEST_LINE:
            start = max(0, (column or 1) - 1 - _WIDEST_LINE // 2)
            code = code[start : start + _WIDEST_LINE]
            column = column and column - start
        shown = f"{self.what}, line {line}: {message}\n    {code}"
        if column is not None:
            shown += "\n    " + " " * (column - 1) + "^"
        return CodeStringError(shown)

    def error_at(self, node: c_ast.Node, message: str) -> CodeStringError:
        """Return the error to raise for a mistake at a node of the syntax tree."""
        coord = node.coord
        if coord is None:
            return self.error(message)
        return self.error(message, coord.line - _PREFIX_LINES, coord.column)


@dataclass(frozen=True)
class SupportFunction:
    """A function that a code string may call, see `support_functions`.

    Parameters
    ----------
    name, type
        Its name, and the type of its value.
    parameters
        Names and types of its parameters.
    body
        Its statements. They may call functions that come before it.
    """

    name: str
    type: str
    parameters: tuple[tuple[str, str], ...]
    body: CodeString

    @property
    def names(self) -> list[str]:
        """Names of its parameters."""
        return [name for name, _ in self.parameters]


# Names of types that C itself does not know must be declared before pycparser sees the code string.
_C_TYPE_WORDS = {"char", "short", "int", "signed", "unsigned", "long", "float", "double"}
_PREFIX = "".join(
    f"typedef int {name}; "
    for name in [SCALAR, TIMEPOINT, *TYPE_NAMES]
    if name.isidentifier() and name not in _C_TYPE_WORDS
)
_STATEMENTS = (f"{_PREFIX}\nvoid snippet(void) {{\n", "\n}")
# An expression is parsed as an index, so that nothing else can be in its place.
_EXPRESSION = (f"{_PREFIX}\nvoid snippet(void) {{ _[\n", "\n]; }")
_PREFIX_LINES = 2

#: The condition of a loop over the synapses of a row, which C does not have. Code strings cannot
#: have such a name. The loop is as long as what it replaces, so that columns stay the same.
EACH_SYNAPSE = "_for_each"
_FOR_EACH_SYNAPSE = f"while({EACH_SYNAPSE})"

_COMMENT = re.compile(r"//[^\n]*")
_TOKEN = re.compile(
    rf"""
      (?P<comment>//[^\n]*)
    | (?P<block_comment>/\*)
    | (?P<genn_4>{NOTATION.pattern})
    | (?P<open_genn_4>\$\((?=[^()]*(?:\([^()]*\)[^()]*)*\Z))
    | (?P<dollar>\$)
    | (?P<preprocessor>\#)
    | (?P<text>"[^"\n]*")
    | (?P<quote>["'])
    | (?P<bare_point>(?<![\w.])\.\d)
    | (?P<number>(?:0[xX][0-9a-fA-F]+|\d+\.?\d*(?:[eE][+-]?\d+)?)\w*)
    | (?P<intrinsic>\b__\w+)
    | (?P<underscore>\b_\w*)
    | (?P<shift>>>=?)
    | (?P<divide_assign>/=)
    | \w+
    """,
    re.VERBOSE,
)
_INTEGER = re.compile(r"(0[xX][0-9a-fA-F]+|0|[1-9]\d*)[uU]?")
_FLOAT = re.compile(r"(\d+\.\d*([eE][+-]?\d+)?|\d+[eE][+-]?\d+)[fd]?")

_REFUSED = {
    "block_comment": "GeNN's snippet language has no /* … */ comments; use // instead.",
    "dollar": "Unexpected character '$'; write plain names such as V instead of $(V).",
    "open_genn_4": "The bracket of '$(' is not closed; write names without it, V instead of $(V).",
    "preprocessor": "GeNN's snippet language has no preprocessor.",
    "text": "GeNN's snippet language has no text but the first argument of printf().",
    "quote": "GeNN's snippet language has no text or character literals here.",
    "bare_point": "A number needs a digit before the point; write 0.5 instead of .5.",
    "intrinsic": "Names with two underscores in front belong to a compiler, such as CUDA's; "
    "numbagenn has none of them.",
    "underscore": "A name in a code string cannot start with an underscore; rename it.",
    "shift": "GeNN 5.4 cannot read >>; divide by a power of two instead.",
    "divide_assign": "GeNN 5.4 cannot read /=; write x = x / y instead.",
}
# What else the language lacks, by the word or sign at which the parser stops.
_NOT_OF_THE_LANGUAGE = {
    "::": "GeNN's snippet language has no namespaces; write exp(x) instead of std::exp(x).",
    "and": "GeNN's snippet language is like C; write && instead of 'and'.",
    "or": "GeNN's snippet language is like C; write || instead of 'or'.",
    "not": "GeNN's snippet language is like C; write ! instead of 'not'.",
    "auto": "GeNN's snippet language cannot derive types; write one such as scalar or int.",
}
_OPENING = {")": "(", "]": "[", "}": "{"}
NESTED_TOO_DEEPLY = (
    "It is nested too deeply: too many brackets, blocks or operations are inside each other; split "
    "it, for example by variables for parts of it."
)
# Python takes a few hundred levels. This is well below that.
_DEEPEST_BRACKET = 50
_DEEPEST_TREE = 250

# How deeply the functions of the parser may call each other: three for each ``else if``.
_DEEPEST_CALL = 10_000

# Where a text can be, and why it does not end on its line. PyGeNN's scanner ends it at the next
# quotation mark.
_OPEN_PRINTF = re.compile(r"\bprintf\s*\(\s*\Z")
_TEXT = re.compile(r'"[^"\n]*"')
_TEXT_OR_TAB = re.compile(r'"[^"\n]*"|[\t\r]')
_UNFINISHED_TEXT = (
    "This text does not end on its line: write \\\\n for the end of a line, or put an r before the "
    "code string and write \\n."
)
_QUOTED_QUOTE = 'GeNN 5.4 cannot read \\" in a text; write \\042 for a quotation mark.'


def _position(text: str, offset: int) -> tuple[int, int]:
    """Return the line and the column of a place, counted from 1."""
    before = text[:offset]
    return before.count("\n") + 1, offset - before.rfind("\n")


def _refusal(code_string: CodeString, kind: str, match: re.Match[str]) -> Exception:
    """Return the error to raise for a token that is not of the language."""
    error = code_string.error(_REFUSED[kind], *_position(code_string.text, match.start()))
    return NotImplementedError(str(error)) if kind == "intrinsic" else error


def _cleaned(code_string: CodeString) -> str:
    """Return the text as pycparser takes it, every character still at its line and column."""
    pieces: list[str] = []
    last = 0
    for match in _TOKEN.finditer(code_string.text):
        kind, token = match.lastgroup, match.group()
        between = code_string.text[last : match.start()]
        replacement = token
        if kind == "comment":
            replacement = " " * len(token)
        elif kind == "genn_4":
            replacement = _present(code_string, match).ljust(len(token))
        elif kind == "number":
            if not (_INTEGER.fullmatch(token) or _FLOAT.fullmatch(token)):
                raise code_string.error(
                    f"'{token}' is not a number; write one such as 1, 1u, 0x1f, 1.0, 1.0f or 1e-3.",
                    *_position(code_string.text, match.start()),
                )
            # pycparser knows C's suffix for long double, which GeNN's language does not have,
            # but not GeNN's suffix for double.
            if token.endswith("d") and not token.startswith(("0x", "0X")):
                replacement = token[:-1] + "l"
        elif kind in ("text", "quote") and _OPEN_PRINTF.search("".join(pieces) + between):
            _check_text(code_string, token, match.start())
        elif token == "for_each_synapse":
            if not code_string.of_rows:
                raise code_string.error(
                    "for_each_synapse belongs in the row update code of a custom connectivity "
                    "update, or in diagonal build code; move it there.",
                    *_position(code_string.text, match.start()),
                )
            replacement = _FOR_EACH_SYNAPSE
        elif kind in _REFUSED and kind not in code_string.accepted:
            raise _refusal(code_string, kind, match)
        pieces += [between, replacement]
        last = match.end()
    return "".join(pieces) + code_string.text[last:]


def _present(code_string: CodeString, match: re.Match[str]) -> str:
    """Return what is written today for the notation of GeNN 4, and warn of it."""
    now, rest = at_present(match), " …)" if match["function"] else ""
    warn_user(
        f"{code_string.what}: {match.group()}{rest} is the notation of GeNN 4; write "
        f"{now}{rest.lstrip()} instead.",
        FutureWarning,
    )
    return now if now.endswith(("(", ")")) else f" ({now})"


def _without_tabs(found: re.Match[str]) -> str:
    """Return a blank for a tab; a text stays as it is."""
    return found.group() if found.group() not in "\t\r" else " "


def _check_text(code_string: CodeString, token: str, start: int) -> None:
    """Raise unless a token is a whole text."""
    if token == '"' or token.endswith('\\"'):
        message = _UNFINISHED_TEXT if token == '"' else _QUOTED_QUOTE
        raise code_string.error(message, *_position(code_string.text, start))
    if token == "'":
        raise code_string.error(_REFUSED["quote"], *_position(code_string.text, start))


@contextmanager
def refusing_depth(code_string: CodeString) -> Iterator[None]:
    """Raise an error about the code string if it is nested too deeply for Python."""
    try:
        yield
    except RecursionError:
        raise code_string.error(NESTED_TOO_DEEPLY) from None


@contextmanager
def _deeper() -> Iterator[None]:
    """Let Python functions call each other more deeply, as the parser does in a long chain."""
    limit = sys.getrecursionlimit()
    # Older versions of Python would run out of the memory of the thread.
    if sys.version_info >= (3, 11):
        sys.setrecursionlimit(max(limit, _DEEPEST_CALL))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def _check_brackets(code_string: CodeString, text: str) -> None:
    """Raise unless every bracket of a text without comments is closed, in the right order."""
    open_ones: list[tuple[str, int, int]] = []
    for number, line in enumerate(text.split("\n"), 1):
        for column, sign in enumerate(line, 1):
            if sign in _OPENING.values():
                open_ones.append((sign, number, column))
                if len(open_ones) > _DEEPEST_BRACKET:
                    raise code_string.error(NESTED_TOO_DEEPLY, number, column)
            elif sign in _OPENING:
                if not open_ones:
                    raise code_string.error(
                        f"Parse error: '{sign}' closes no bracket; remove it, or write the "
                        f"'{_OPENING[sign]}'.",
                        number,
                        column,
                    )
                if open_ones[-1][0] != _OPENING[sign]:
                    raise _not_closed(code_string, *open_ones[-1])
                open_ones.pop()
    if open_ones:
        raise _not_closed(code_string, *open_ones[-1])


def _not_closed(code_string: CodeString, sign: str, line: int, column: int) -> CodeStringError:
    closing = next(close for close, opening in _OPENING.items() if opening == sign)
    return code_string.error(
        f"Parse error: this '{sign}' is not closed; is a '{closing}' missing?", line, column
    )


def _too_early(code_string: CodeString, text: str) -> CodeStringError:
    """Return the error for code that the parser has read to its end and found incomplete."""
    # The parser cannot tell an incomplete expression from code that ends too early.
    message = "Parse error: an expression is missing or incomplete, or the code ends too early."
    code = text.rstrip()
    if not code_string.is_condition and re.search(r"[\w)\]]\Z", code):
        message = "Parse error: is a ';' missing at the end of this line?"
    return code_string.error(message, code.count("\n") + 1, len(code) - code.rfind("\n") - 1)


def _unexpected(code_string: CodeString, text: str, line: int, column: int) -> CodeStringError:
    """Return the error for code that the parser could not read from a place on."""
    lines = text.split("\n")
    found = re.match(r"\w+|::|\S", lines[line - 1][column - 1 :])
    token = found.group() if found else ""
    before = "\n".join([*lines[: line - 1], lines[line - 1][: column - 1]]).rstrip()
    start = before.rfind("\n") + 1
    # The parser has read 'auto', which means something else in C, and stops after it.
    for word in (token, before[start:].rpartition(" ")[2]):
        if word in _NOT_OF_THE_LANGUAGE:
            return code_string.error(_NOT_OF_THE_LANGUAGE[word], line, column)
    if token == "{" and re.search(r"\w\s+\w+\s*\([^()]*\)\Z", before):
        message = "GeNN's snippet language has no functions of one's own; write out what it does."
        return code_string.error(message, line, column)
    if not (token.isascii() and token.isprintable()) or token in ("@", "`", "\\"):
        shown = token if token.isprintable() else ascii(token)[1:-1]
        return code_string.error(
            f"Parse error: illegal character '{shown}'; remove it.", line, column
        )
    if before.count("\n") + 1 == line or not re.search(r"[\w)\]]\Z", before):
        fix = "is a ';', an operator or a bracket missing before it?"
        return code_string.error(
            f"Parse error: '{token}' was not expected here; {fix}", line, column
        )
    # The ';' is missing at the end of a line, not where the next one begins.
    return code_string.error(
        "Parse error: is a ';' missing at the end of this line?",
        before.count("\n") + 1,
        len(before) - start,
    )


@lru_cache(maxsize=1024)
def _tree(code_string: CodeString) -> c_ast.Node:
    """Parse a code string."""
    before, after = _EXPRESSION if code_string.is_condition else _STATEMENTS
    try:
        text = _TEXT_OR_TAB.sub(_without_tabs, _cleaned(code_string))
        # Signs in a text mean nothing.
        signs = _TEXT.sub(lambda found: "_" * len(found.group()), text)
        if code_string.is_condition and ";" in signs:
            line, column = _position(signs, signs.index(";"))
            message = "A condition is one expression, without ';'; remove it."
            raise code_string.error(message, line, column)
        _check_brackets(code_string, signs)
        with refusing_depth(code_string), _deeper():
            tree = c_parser.CParser().parse(before + text + after)
    except c_parser.ParseError as error:
        found = re.match(r"[^:]*:(\d+):(\d+): ", str(error))
        last_line = code_string.text.count("\n") + 1
        if found is None or int(found[1]) - _PREFIX_LINES > last_line:
            raise _too_early(code_string, text) from None
        line, column = int(found[1]) - _PREFIX_LINES, int(found[2])
        raise _unexpected(code_string, text, line, column) from None
    if flatten(tree.ext[-1]) > _DEEPEST_TREE:
        raise code_string.error(NESTED_TOO_DEEPLY)
    # With balanced brackets, no text can escape from the function that it is placed in.
    body = tree.ext[-1].body
    if not code_string.is_condition:
        return body
    (item,) = body.block_items
    return item.subscript
