"""The language of code strings: what parses, what is refused and how, and what it computes.

Almost nothing is compiled here. The Python that a code string becomes also means the same to the
plain interpreter, if the names of its types are given to it with C's conversions.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import numbagenn as engine
from numbagenn.base import types
from numbagenn.base.types import Precision, ResolvedType, promoted, usual_conversion
from numbagenn.codegen.code_checks import check_code
from numbagenn.kernels import c_functions
from numbagenn.language.arithmetic import converted, literal
from numbagenn.language.code_strings import CodeString, CodeStringError
from numbagenn.language.symbols import Namer, SpecialFunction, Symbol
from numbagenn.language.translator import Translator
from numbagenn.models.builtin_models import built_in_models
from numbagenn.models.descriptions import Model

FLOAT = Precision(types.Float, types.Float)
DOUBLE = Precision(types.Double, types.Double)
UINT = types.Uint32

# One writable variable of each type, and names with which less can be done.
VARIABLES = {
    "b": types.Bool,
    "c": types.Int8,
    "h": types.Uint16,
    "i": types.Int32,
    "j": types.Int32,
    "u": types.Uint32,
    "l": types.Int64,
    "f": types.Float,
    "g": types.Float,
    "d": types.Double,
    "V": types.Float,
}
NAMES = {
    **{name: Symbol(name, ctype) for name, ctype in VARIABLES.items()},
    "theta": Symbol("theta", types.Float, writable=False, kind="parameter"),
    "t": Symbol("t", types.Float, writable=False, kind="built-in"),
    "out": Symbol("out", types.Float, readable=False, kind="BROADCAST reference"),
}


def converter(dtype: np.dtype) -> Any:
    return lambda value: np.asarray(value).astype(dtype)[()]


def _remainder(a: Any, b: Any) -> Any:
    return a - c_functions.int_divide.py_func(a, b) * b


# What the generated module imports, uncompiled.
NAMESPACE = {
    "np": np,
    # Python's ldexp takes no NumPy integer.
    "math": SimpleNamespace(**vars(math) | {"ldexp": lambda x, n: math.ldexp(x, int(n))}),
    "c_functions": SimpleNamespace(
        **{
            name: getattr(function, "py_func", function)
            for name, function in vars(c_functions).items()
            if not name.startswith("_")
        }
        | {"int_remainder": _remainder}
    ),
    "batch_counter": None,
    "should_abort": lambda counter: False,
    **{one.numpy_name: converter(one.dtype) for one in types.TYPE_NAMES.values()},
}


def translated(code: str, precision: Precision = FLOAT, what: str = "Sim code") -> list[str]:
    return Translator(precision, NAMES).statements(CodeString(code, what))


def run(code: str, precision: Precision = FLOAT, **values: float) -> dict[str, Any]:
    """Run a code string and return all variables; those that are not given start from 0."""
    state = {name: one.type.dtype.type(values.get(name, 0)) for name, one in NAMES.items()}
    lines = translated(code, precision)
    with np.errstate(all="ignore"):
        exec("\n".join(lines), {**NAMESPACE}, state)
    return state


def value_of(expression: str, precision: Precision = FLOAT, **values: float) -> Any:
    """Return an expression as a double, where nothing more can happen to it."""
    return run(f"d = {expression};", precision, **values)["d"]


def is_true(condition: str, **values: float) -> bool:
    state = {name: one.type.dtype.type(values.get(name, 0)) for name, one in NAMES.items()}
    snippet = CodeString(condition, "Threshold", is_condition=True)
    lines, text = Translator(FLOAT, NAMES).condition(snippet)
    with np.errstate(all="ignore"):
        exec("\n".join([*lines, f"result = {text}"]), {**NAMESPACE}, state)
    assert type(state["result"]) in (bool, np.bool_)
    return bool(state["result"])


# What code computes --------------------------------------------------------------------------

EXPRESSIONS = {
    # integers
    "1 / 2": 0,
    "-7 / 2": -3,
    "7 / -2": -3,
    "-7 % 3": -1,
    "7 % -3": 1,
    "1 / 2.0": 0.5,
    "2147483647 + 1": -2147483648,
    "2147483647 * 2": -2,
    "0u - 1u": 4294967295,
    "-1 + 0u": 4294967295,
    "-1 < 0u": 0,
    "1 << 4": 16,
    "1 << 31": -2147483648,
    "1u << 31": 2147483648,
    "5 & 3 | 8 ^ 1": 9,
    "~0": -1,
    "~0u": 4294967295,
    "!5": 0,
    "!0": 1,
    "-(3 > 2)": -1,
    "0x1F": 31,
    "0xFFFFFFFFu": 4294967295,
    "true + true": 2,
    "true": 1,
    "2 * 3 + 4": 10,
    "2 * (3 + 4)": 14,
    "10 - 4 - 3": 3,
    "100 / 10 / 2": 5,
    "1 + 2 == 3 && 2 < 1 || 1": 1,
    "3 > 2 > 1": 0,
    "1 ? 2 : 0 ? 4 : 5": 2,
    "(1, 2, 3)": 3,
    # casts
    "(int)2.7": 2,
    "(int)-2.7": -2,
    "(uint8_t)300": 44,
    "(char)200": -56,
    "(unsigned int)-1": 4294967295,
    "(unsigned int)-1.0": 4294967295,
    "(bool)0.5": 1,
    "(int)2.5f * 2": 4,
    "(scalar)1 / 4": 0.25,
    "(float)0.1d": float(np.float32(0.1)),
    # numbers
    "5.": 5,
    "1e-3d": 1e-3,
    "1.5E2": 150,
    "2.5f": 2.5,
    "0.1": float(np.float32(0.1)),
    "0.1f": float(np.float32(0.1)),
    "0.1d": 0.1,
    "16777217.0": 16777216,
    "1.0 + 1e-8": 1.0,
    "1.0 + 1e-8d": 1 + 1e-8,
    # functions
    "abs(-3)": 3,
    "min(3, 2)": 2,
    "max(3u, 2u)": 3,
    "max(1.5, 2.5)": 2.5,
    "min(2 > 1, 5)": 1,
    "clz(1)": 31,
    "clz(0)": 32,
    "round(2.5)": 3,
    "round(-2.5)": -3,
    "rint(2.5)": 2,
    "trunc(-2.7)": -2,
    "floor(-2.1)": -3,
    "ceil(-2.9)": -2,
    "fmod(-7.5, 2.0)": -1.5,
    "remainder(7.0, 4.0)": -1,
    "fdim(3.0, 5.0)": 0,
    "fmax(1.0, 2.0)": 2,
    "fmin(1.0, 2.0)": 1,
    "copysign(3.0, -1.0)": -3,
    "ldexp(1.5, 3)": 12,
    "scalbn(1.5, 3)": 12,
    "ilogb(10.0)": 3,
    "pow(2.0, 10.0)": 1024,
    "sqrt(2.0)": math.sqrt(2),
    "exp(1)": math.e,
    "atan2(1.0, 1.0)": math.pi / 4,
    "fabs(-2.5)": 2.5,
    # Functions take and give doubles, and what they give stays one until it is assigned.
    "sqrt(2.0) * 1.0": math.sqrt(2),
    "exp(0.1)": math.exp(float(np.float32(0.1))),
}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_values_of_expressions(expression: str) -> None:
    assert value_of(expression) == EXPRESSIONS[expression]


STATEMENTS = {
    "blank": ("  // nothing\n\n", {}),
    "empty statements": (";;{;}", {}),
    "assignment": ("i = 5; j = i;", {"i": 5, "j": 5}),
    "compound assignments": (
        "i = 7; i += 3; i -= 1; i *= 2; i %= 10; j = 6; j &= 3; j |= 8; j ^= 1;",
        {"i": 8, "j": 11},
    ),
    "left shift in place": ("i = 3; i <<= 2;", {"i": 12}),
    "chain": ("i = j = 4;", {"i": 4, "j": 4}),
    "assignment gives the converted value": ("f = i = 2.7;", {"i": 2, "f": 2}),
    "increments": ("i++; ++i; j--; --j;", {"i": 2, "j": -2}),
    "values of increments": ("i = 5; j = i++; l = ++i; d = i--;", {"i": 6, "j": 5, "l": 7, "d": 7}),
    "comma": ("i = 1, j = 2;", {"i": 1, "j": 2}),
    "narrow integers wrap": ("c = 127; c++; h = 65535; h += 2;", {"c": -128, "h": 1}),
    "unsigned wrap": ("u--; ", {"u": 4294967295}),
    "float to integer truncates": ("f = -2.7; i = f; u = 2.7;", {"i": -2, "u": 2}),
    "bool is 0 or 1": ("b = 5; i = b; b = 0.5; j = b;", {"i": 1, "j": 1}),
    "bool arithmetic": ("b = true; i = b + b; b++;", {"i": 2, "b": True}),
    "float arithmetic is done in float": ("f = 16777216.0; f += 1.0;", {"f": 16777216.0}),
    "a double operand widens": ("f = 16777216.0; f = f + 1.0d - 16777216.0d;", {"f": 1.0}),
    "compound with a double widens": ("V = 1; V *= 1.1d;", {"V": float(np.float32(1.1))}),
    "declarations": ("int x = 3, y; y = x + 1; i = y;", {"i": 4}),
    "declaration without value": ("scalar x; f = x;", {"f": 0}),
    "constants": ("const scalar half = 0.5; f = half;", {"f": 0.5}),
    "declaration converts": ("unsigned char x = 300; i = x;", {"i": 44}),
    "shadowing ends with its block": ("{ int i = 5; i++; j = i; } i = 1;", {"i": 1, "j": 6}),
    "shadowing reads the outer one first": ("i = 3; {int j = i; int i = 9; l = i + j;}", {"l": 12}),
    "same name in two blocks": ("{int x = 1; i = x;} {scalar x = 0.5; f = x;}", {"i": 1, "f": 0.5}),
    "if": ("if (i == 0) j = 1;", {"j": 1}),
    "if else": ("if (i) j = 1; else if (V > 1.0) j = 2; else j = 3;", {"j": 3}),
    "dangling else": ("if (1) if (0) i = 1; else i = 2;", {"i": 2}),
    "for": ("for (int k = 0; k < 5; k++) i += k;", {"i": 10}),
    "for over two": ("for (int k = 0, m = 9; k < m; k++, m--) i++;", {"i": 5}),
    "for ever": ("for (;;) { if (++i > 6) break; }", {"i": 7}),
    "continue": ("for (int k = 0; k < 9; k++) { if (k % 2) continue; i += k; }", {"i": 20}),
    "while": ("while (i < 4) i++;", {"i": 4}),
    "while with an effect": ("i = 3; while (i--) j++;", {"i": -1, "j": 3}),
    "do while": ("do { i++; } while (i < 0);", {"i": 1}),
    "continue in do while": (
        "do { i++; if (i < 3) continue; j++; } while (i < 5);", {"i": 5, "j": 3}
    ),
    "nested loops": (
        "for (int k = 0; k < 3; k++) for (int m = 0; m < 3; m++) { if (m > k) break; i++; }",
        {"i": 6},
    ),
    "switch": (
        "switch (2) { case 1: i = 1; break; case 2: i = 2; break; default: i = 9; }", {"i": 2}
    ),
    "fall through": (
        "switch (1) { case 1: i = 1; case 2: j = 2; break; case 3: l = 3; }",
        {"i": 1, "j": 2, "l": 0},
    ),
    "default": ("switch (7) { case 1: i = 1; break; default: i = 9; }", {"i": 9}),
    "default in the middle": (
        "switch (7) { case 1: i = 1; default: i = 9; case 2: j = 1; }", {"i": 9, "j": 1}
    ),
    "no case": ("switch (7) { case 1: i = 1; }", {"i": 0}),
    "continue in a switch": (
        "for (int k = 0; k < 4; k++) { switch (k) { case 1: continue; case 2: j++; break; } i++; }",
        {"i": 3, "j": 1},
    ),
    "break out of a loop in a switch": (
        "switch (1) { case 1: for (;;) { break; } i = 1; break; default: i = 2; }",
        {"i": 1},
    ),
    "and does not ask twice": ("i = 0; j = i && (l = 5);", {"j": 0, "l": 0}),
    "and asks": ("i = 1; j = i && (l = 5);", {"j": 1, "l": 5}),
    "or does not ask twice": ("i = 1; j = i || (l = 5);", {"j": 1, "l": 0}),
    "only one branch assigns": ("j = i ? (l = 1) : (h = 2);", {"j": 2, "l": 0, "h": 2}),
    "a value that is not used": ("i + 1; i++ + j++;", {"i": 1, "j": 1}),
    "old-fashioned line ends": ("i = 1;\r\n// comment\r\nj = 2;\r\n", {"i": 1, "j": 2}),
    "tabs": ("\ti\t=\t1;", {"i": 1}),
    "comments hold anything": ("i = 1; // $ # ' \" /* .5 _x >> é\nj = 2;", {"i": 1, "j": 2}),
}  # fmt: skip


@pytest.mark.parametrize("what", STATEMENTS)
def test_effects_of_statements(what: str) -> None:
    code, expected = STATEMENTS[what]
    found = run(code)
    assert {name: found[name] for name in expected} == expected


def test_stores_keep_the_type_of_the_variable() -> None:
    code = "".join(f"{name} = 1.9; {name} += 1; {name}++;" for name in VARIABLES)
    state = run(code)
    assert {name: np.asarray(state[name]).dtype for name in VARIABLES} == {
        name: ctype.dtype for name, ctype in VARIABLES.items()
    }


@pytest.mark.parametrize("precision", [FLOAT, DOUBLE], ids=["float", "double"])
def test_scalar_literals_follow_the_precision(precision: Precision) -> None:
    expected = float(precision.scalar.dtype.type(0.1))
    assert value_of("0.1", precision) == expected
    assert value_of("(scalar)0.1d", precision) == expected
    assert value_of("0.1f", precision) == float(np.float32(0.1))


@pytest.mark.parametrize(
    ("condition", "values", "expected"),
    [
        ("V >= theta", {"V": 2, "theta": 2}, True),
        ("V >= theta", {"V": 1, "theta": 2}, False),
        ("V", {"V": 0.5}, True),
        ("b", {"b": 1}, True),
        ("!b", {"b": 1}, False),
        ("i & 1", {"i": 2}, False),
        ("true", {}, True),
        ("0", {}, False),
        ("i = 3", {}, True),
        ("i++, i > 1", {}, False),
        ("V > 1.0 && i < 2 || b", {"V": 2}, True),
        ("V >\n 1.0 // a; b", {"V": 2}, True),
        ("(V > 1.0)", {"V": 2}, True),
    ],
)
def test_conditions(condition: str, values: dict[str, float], expected: bool) -> None:
    assert is_true(condition, **values) is expected


def test_locals_stay_visible_to_later_snippets() -> None:
    translator = Translator(FLOAT, NAMES)
    translator.statements(CodeString("scalar x = V; { scalar y = 1.0; }", "Sim code"))
    threshold = CodeString("x > 1.0", "Threshold", is_condition=True)
    assert translator.condition(threshold) == ([], "x > float32(1.0)")
    with pytest.raises(CodeStringError, match="Undefined name 'y'"):
        translator.condition(CodeString("y > 1.0", "Threshold", is_condition=True))


def test_what_is_read_and_written_is_told() -> None:
    translator = Translator(FLOAT, NAMES)
    translator.statements(CodeString("V += theta; int x = i; out = 1.0; j++;", "Sim code"))
    assert {"V", "theta", "i", "j"} <= translator.read
    assert {"V", "out", "j"} <= translator.written
    assert "out" not in translator.read
    assert "theta" not in translator.written


# Random expressions against another evaluator ------------------------------------------------

Typed = tuple[str, Any, ResolvedType]


def convert(value: Any, target: ResolvedType) -> Any:
    if target.is_bool:
        return np.bool_(value != 0)
    return np.asarray(value).astype(target.dtype)[()]


def binary(operator: str, left: Typed, right: Typed) -> Typed:
    text = f"({left[0]} {operator} {right[0]})"
    if operator in ("&&", "||"):
        one, other = left[1] != 0, right[1] != 0
        return text, np.int32(one and other if operator == "&&" else one or other), types.Int32
    common = usual_conversion(left[2], right[2])
    one, other = convert(left[1], common), convert(right[1], common)
    compare = {"<": np.less, "<=": np.less_equal, "==": np.equal, "!=": np.not_equal}
    calculate = {"+": np.add, "-": np.subtract, "*": np.multiply}
    calculate |= {"&": np.bitwise_and, "|": np.bitwise_or, "^": np.bitwise_xor}
    # GeNN gives a comparison the type of its operands.
    result = (compare.get(operator) or calculate[operator])(one, other)
    return text, convert(result, common), common


@st.composite
def expressions(draw: Any, values: Mapping[str, float], depth: int = 4) -> Typed:
    """Draw an expression together with its value and type by the rules of C."""
    kind = draw(st.sampled_from(["leaf", "binary", "unary", "cast", "choice"])) if depth else "leaf"
    inner = expressions(values, depth - 1) if depth else None
    if kind == "leaf":
        name = draw(st.sampled_from(sorted(values)))
        number = draw(st.integers(0, 2**31 - 1))
        ctype = VARIABLES[name]
        return draw(
            st.sampled_from(
                [
                    (name, ctype.dtype.type(values[name]), ctype),
                    (f"{number}", np.int32(number), types.Int32),
                    (f"{number}u", np.uint32(number), types.Uint32),
                    (f"{number}.25", np.float32(number + 0.25), types.Float),
                    ("true", np.bool_(True), types.Bool),
                ]
            )
        )
    one = draw(inner)
    if kind == "unary":
        operator = draw(st.sampled_from("-+!~"))
        ctype = promoted(one[2])
        value = convert(one[1], ctype)
        if operator == "!":
            return f"(!{one[0]})", np.int32(not one[1]), types.Int32
        if operator == "~" and not ctype.is_float:
            return f"(~{one[0]})", ~value, ctype
        if operator == "-":
            return f"(-{one[0]})", -value, ctype
        return f"(+{one[0]})", value, ctype
    if kind == "cast":
        target = draw(st.sampled_from([types.Int8, types.Uint32, types.Int64, types.Float]))
        # What C leaves open is left out.
        if one[2].is_float and not target.is_float:
            target = types.Double
        return f"(({target.name}){one[0]})", convert(one[1], target), target
    other = draw(inner)
    if kind == "choice":
        condition = draw(inner)
        ctype = one[2] if one[2] == other[2] else usual_conversion(one[2], other[2])
        value = convert(one[1] if condition[1] != 0 else other[1], ctype)
        return f"({condition[0]} ? {one[0]} : {other[0]})", value, ctype
    operators = ["+", "-", "*", "<", "<=", "==", "!=", "&&", "||"]
    if not (one[2].is_float or other[2].is_float):
        operators += ["&", "|", "^"]
    return binary(draw(st.sampled_from(operators)), one, other)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_random_expressions_follow_c(data: Any) -> None:
    limits = {name: np.iinfo(VARIABLES[name].dtype) for name in "chiul"}
    values = {
        name: data.draw(st.integers(int(low.min), int(low.max)), name)
        for name, low in limits.items()
    }
    values["f"] = data.draw(st.floats(-1e6, 1e6, width=32), "f")
    values["b"] = data.draw(st.booleans(), "b")
    with np.errstate(all="ignore"):
        text, value, _ = data.draw(expressions(values))
        expected = float(value)
    np.testing.assert_equal(float(value_of(text, **values)), expected, err_msg=text)


@settings(max_examples=500, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_float_literals_give_back_their_bits(bits: int) -> None:
    value = np.uint32(bits).view(np.float32)
    found = eval(literal(value, types.Float), {"float32": np.float32, "np": np})
    assert found.tobytes() == value.tobytes() or np.isnan(value)


# What code cannot do -------------------------------------------------------------------------

# Code, what the message says, and the line and column of the caret, or None where the end of the
# code is the place.
REFUSED: list[tuple[str, str, tuple[int, int] | None]] = [
    # not in the language
    ("V /= 2.0;", r"cannot read /=; write x = x / y", (1, 3)),
    ("i = 8 >> 1;", r"cannot read >>; divide", (1, 7)),
    ("i >>= 1;", r"cannot read >>", (1, 3)),
    ("V = .5;", r"write 0\.5 instead of \.5", (1, 5)),
    ("/* no */ V = 1.0;", r"use // instead", (1, 1)),
    ("#define x 1", r"no preprocessor", (1, 1)),
    ("i = 'a';", r"character literals", (1, 5)),
    ("V = 010;", r"'010' is not a number", (1, 5)),
    ("V = 1f;", r"'1f' is not a number", (1, 5)),
    ("V = 1L;", r"'1L' is not a number", (1, 5)),
    ("V = 1e;", r"'1e' is not a number", (1, 5)),
    ("V = 0x;", r"'0x' is not a number", (1, 5)),
    ("V = 1_000;", r"'1_000' is not a number", (1, 5)),
    ("_x = 1;", r"cannot start with an underscore", (1, 1)),
    ("V = $(injectCurrent, 1);", r"'\$'; write plain names", (1, 5)),
    ("return;", r"no 'return' statement", (1, 1)),
    ("goto here;", r"no 'goto' statement", (1, 1)),
    ("here: V = 1.0;", r"no 'label' statement", (1, 1)),
    ("int a[3];", r"Only numeric variables and pointers", (1, 5)),
    ("int f(int x);", r"Only numeric variables and pointers", (1, 5)),
    ("static int x;", r"Only numeric variables and pointers", (1, 12)),
    ("struct S { int a; } s;", r"no structures", None),
    ("typedef int foo;", r"no such expression", (1, 13)),
    ("case 1: V = 1.0;", r"no such expression", (1, 1)),
    ("i = &j;", r"no '&' of a variable", (1, 6)),
    ("i = sizeof(j);", r"no 'sizeof' of a variable", (1, 5)),
    ("V.x = 1;", r"not assignable", (1, 1)),
    ("i = V.x;", r"has no structures", (1, 5)),
    # mistakes in form
    ("V = 1.0", r"';' missing at the end", (1, 7)),
    ("if (V > 1.0) {", r"'{' is not closed", (1, 14)),
    ("V = 1.0; }", r"'}' closes no bracket", (1, 10)),
    ("V = ;", r"expression is missing", (1, 5)),
    ("V = 1.0 U = 2.0;", r"'U' was not expected here", (1, 9)),
    ("V = (1.0;", r"'\(' is not closed", (1, 5)),
    ("V = (1.0];", r"'\(' is not closed", (1, 5)),
    ("V = 1.0\n\nU = 2.0;", r"';' missing at the end", (1, 7)),
    ("V = 1.0;\nelse V = 2.0;", r"'else' was not expected", (2, 1)),
    ("V = 1.0;\n\n  i = j k;", r"'k' was not expected", (3, 9)),
    ("V = µ;", r"illegal character 'µ'", (1, 5)),
    ("V = 1.0; } void g(void) { V = 2.0;", r"'}' closes no bracket", (1, 10)),
    # names
    ("W = 1.0;", r"Undefined name 'W'; known here: .*\bV\b", (1, 1)),
    ("V = thet;", r"Undefined name 'thet'; did you mean 'theta'\?", (1, 5)),
    ("V = 1.0;\n\tV += thata;", r"did you mean 'theta'\?", (2, 7)),
    ("V = sqr(2.0);", r"Undefined function 'sqr'; did you mean 'sqrt'\?", (1, 5)),
    ("V = zzz(2.0);", r"Undefined function 'zzz'", (1, 5)),
    ("V = M_PI;", r"Undefined name 'M_PI'", (1, 5)),
    ("V = exp;", r"'exp' is a function; call it", (1, 5)),
    ("exp = 1.0;", r"'exp' is a function", (1, 1)),
    ("V = theta(1);", r"Undefined function 'theta'", (1, 5)),
    ("(V + V)(1);", r"Only functions called by name", (1, 2)),
    ("5(1);", r"Only functions called by name", (1, 1)),
    # what may be assigned
    ("theta = 1.0;", r"parameter 'theta' is read-only", (1, 1)),
    ("t += 1.0;", r"built-in 't' is read-only", (1, 1)),
    ("t++;", r"built-in 't' is read-only", (1, 1)),
    ("const int k = 1; k = 2;", r"constant 'k' is read-only", (1, 18)),
    ("const int k;", r"Constant 'k' needs a value", None),
    ("1 = V;", r"not assignable", (1, 1)),
    ("V++ = 1.0;", r"not assignable", None),
    ("true = 1;", r"Undefined name 'true'|not assignable", (1, 1)),
    ("V = out;", r"BROADCAST reference 'out' can only be assigned, not read", (1, 5)),
    ("out += 1.0;", r"'out' takes only '=', not '\+='", (1, 1)),
    ("out++;", r"'out' takes only '=', not '\+\+'", None),
    ("V = out--;", r"'out' takes only '=', not '--'", None),
    # scopes
    ("int x = 1; int x = 2;", r"Redeclaration of variable 'x'", (1, 16)),
    ("{ int x = 1; } V = x;", r"Undefined name 'x'", (1, 20)),
    ("for (int k = 0; k < 3; k++) ; i = k;", r"Undefined name 'k'", (1, 35)),
    ("break;", r"needs a loop or a switch", (1, 1)),
    ("continue;", r"needs a loop", (1, 1)),
    ("switch (i) { case 1: continue; }", r"needs a loop", None),
    # types
    ("i = V % 2.0;", r"Invalid operand types 'float' and 'float' for '%'", None),
    ("i = (V > 1.0) & (f > 2.0);", r"for '&'.*write && or \|\|", None),
    ("i = V << 1;", r"for '<<'", None),
    ("V %= 2;", r"for '%'", None),
    ("i = ~V;", r"Invalid operand type 'float' for '~'", None),
    ("switch (V) { case 1: i = 1; }", r"switch needs an integer, not float", None),
    ("switch (i) { i = 1; }", r"nothing before its first case", None),
    ("switch (i) case 1: i = 1;", r"block of cases", None),
    ("unsigned long long x = 1;", r"Unknown numeric type 'unsigned long long'", None),
    ("long double x = 1;", r"Unknown numeric type 'long double'", None),
    ("i = min(u, 1);", r"min\(\) needs two .* of one type, not 'unsigned int' and 'int'", (1, 5)),
    ("i = 2147483648;", r"2147483648 does not fit into int", (1, 5)),
    ("u = 4294967296u;", r"does not fit into unsigned int", (1, 5)),
    ("i = 1 / 0;", r"Division by zero", (1, 9)),
    ("i = 1 / 0x0u;", r"Division by zero", (1, 9)),
    ("i = 1 % -0;", r"Division by zero", (1, 10)),
    ("i %= 0;", r"Division by zero", (1, 6)),
    ("V = i %= 0;", r"Division by zero", (1, 10)),
    # without arrays there is nothing to point to
    ("V = i[0];", r"Subscripted object is not a pointer; there are none", (1, 5)),
    ("i[0] = 1;", r"Subscripted object is not a pointer", (1, 1)),
    ("V = *i;", r"Subscripted object is not a pointer", None),
    ("V = 5[0];", r"Subscripted object is not a pointer", None),
    ("V = what[0];", r"Undefined name 'what'", (1, 5)),
    ("int *p;", r"There is no array of type int here that 'p' could point to", None),
    ("int *p = i;", r"pointer 'int\*' can only be set to a pointer", None),
    ("int **p;", r"numeric variables and pointers to numbers", None),
    ("int p[3];", r"numeric variables and pointers to numbers", None),
    ("assert();", r"assert\(condition\) takes 1 argument, 0 given", (1, 1)),
    ("assert(V, 1);", r"assert\(condition\) takes 1 argument, 2 given", (1, 1)),
    ("V = assert(V);", r"assert\(\) gives no value", (1, 5)),
    ("V = sin();", r"'sin': it takes 1 argument, 0 given", (1, 5)),
    ("V = sin(1.0, 2.0);", r"'sin': it takes 1 argument, 2 given", (1, 5)),
    ("V = pow(1.0);", r"'pow': it takes 2 arguments, 1 given", (1, 5)),
]  # fmt: skip


@pytest.mark.parametrize(("code", "message", "place"), REFUSED, ids=[case[0] for case in REFUSED])
def test_mistakes_are_shown_where_they_are(
    code: str, message: str, place: tuple[int, int] | None
) -> None:
    with pytest.raises(CodeStringError, match=message) as caught:
        translated(code, what="Sim code of neuron model 'x'")
    text = str(caught.value)
    assert text.startswith("Sim code of neuron model 'x'")
    assert len(text) < 500
    first, *shown = text.split("\n")
    assert first[-1] in ".?"
    if place is not None:
        line, column = place
        assert first.startswith(f"Sim code of neuron model 'x', line {line}: ")
        assert shown == [
            "    " + code.split("\n")[line - 1].replace("\t", " "),
            "    " + " " * (column - 1) + "^",
        ]


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("V > 1.0;", "without ';'"),
        ("V > 1.0 // a; b\n ;", "line 2: .*without ';'"),
        ("V >", "expression is missing"),
        ("V) > (1.0", "closes no bracket"),
        ("scalar) (V", "closes no bracket"),
        ("V] > i[1", "closes no bracket"),
        ("V][1", "closes no bracket"),
        ("int x", "expression is missing"),
        ("(V > 1.0", "is not closed"),
        ("if (V) 1", "missing|not expected"),
        ("V > thet", r"did you mean 'theta'\?"),
    ],
)
def test_conditions_are_one_expression(condition: str, message: str) -> None:
    with pytest.raises(CodeStringError, match=message):
        Translator(FLOAT, NAMES).condition(CodeString(condition, "Threshold", is_condition=True))


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("printf();", r"takes a text first, as in printf\("),
        ("printf(1);", r"takes a text first, as in printf\("),
        ("printf(V);", r"takes a text first"),
        (
            'printf("%d", V);',
            r"%d of printf\(\) does not show float; write %g for a floating-point",
        ),
        ('printf("%5.1f", i);', r"%5.1f of printf\(\) does not show int; write %d for an integer"),
        ('printf("%*f", V, V);', r"\* of printf\(\) does not show float"),
        ('printf("%f");', r"as its text has places for: 1, and not 0; give one for each %"),
        ('printf("x", V);', r"places for: 0, and not 1"),
        ('printf("%s", V);', r"has no conversion '%s' for numbers"),
        ('printf("%#o", i);', r"has no conversion '%#o' for numbers"),
        ('printf("100 %", V);', r"has no conversion '%' for numbers.*%% for a percent sign"),
        ('printf("%f", "V");', r"no text but the first argument of printf"),
        ('V = printf("x");', r"printf\(\) gives no value"),
        ('if (printf("x") > 0) { }', r"printf\(\) gives no value"),
        ('int n = printf("x");', r"printf\(\) gives no value"),
        ('V = "x";', r"no text but the first argument of printf"),
        ("printf('x');", r"no text or character literals"),
        ('printf("x\n");', r"does not end on its line: write \\\\n .* or put an r before"),
        (r'printf("say \"x\"");', r"write \\042 for a quotation mark"),
        ('printf("x);', r"does not end on its line"),
    ],
)
def test_wrong_calls_of_printf(code: str, message: str) -> None:
    with pytest.raises(CodeStringError, match=message):
        translated(code)


@pytest.mark.parametrize(
    "code",
    [
        r'printf("; } ) ] // /* $(V) # >> /= .5 for_each_synapse\n");',
        'printf ( "%d %g", i, V ) ;',
        'for (int k = 0; k < 3; k++) printf("%d", k), printf("((((%f", V);',
        'if (V > 1.0) printf("%d", V > 1.0); else printf("%%");',
        'printf("' + 60 * "(" + '");',
    ],
)
def test_signs_in_a_text_mean_nothing(code: str) -> None:
    assert "printing.show(" in "\n".join(translated(code))


def test_integer_abs_of_a_float_warns() -> None:
    with pytest.warns(UserWarning, match=r"abs\(\) is for integers.*use fabs\(\)"):
        assert value_of("abs(-2.7)") == 2


def test_notation_of_genn_4_is_read_with_a_warning() -> None:
    with pytest.warns(FutureWarning) as caught:
        assert run("$(V) = $(theta) * 2.0; // once and for all", theta=3)["V"] == 6
    assert [str(warning.message) for warning in caught] == [
        f"Sim code: $({name}) is the notation of GeNN 4; write {name} instead."
        for name in ("V", "theta")
    ]
    with pytest.warns(FutureWarning):
        assert run("$(V)++; // a second time")["V"] == 1


def test_functions_in_the_notation_of_genn_4_are_read_as_pygenn_5_reads_them() -> None:
    code = CodeString("$(addToInSyn, $(g) * 2.0); $(addToInSynDelay, g, $(d));", "Sim code")
    with pytest.warns(FutureWarning) as caught:
        assert code.usage.called >= {"addToPost", "addToPostDelay"}
    assert str(caught[0].message) == (
        "Sim code: $(addToInSyn, …) is the notation of GeNN 4; write addToPost(…) instead."
    )
    # PyGeNN 5 reads neither of these.
    for text in ("$(injectCurrent, 1.0);", "$(addToInSyn, g"):
        with pytest.raises(CodeStringError, match="Sim code, line 1"):
            assert CodeString(text, "Sim code").usage


def test_times_in_the_notation_of_genn_4_have_their_present_names() -> None:
    code = CodeString("$(x) = $(t) - $(sT_pre) + $(prev_seT_post) * $(gennrand_normal);", "Code")
    with pytest.warns(FutureWarning):
        assert code.usage.names >= {"st_pre", "prev_set_post"}
    assert code.usage.called == {"gennrand_normal"}


def test_plain_code_does_not_warn() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        translated("V += theta; if (V > 1.0) { V = 0.0; }")


def test_a_text_is_parsed_alike_every_time() -> None:
    assert translated("V += theta * 2.0;") == translated("V += theta * 2.0;")


def attempt(translate: Any, snippet: CodeString) -> list[str] | str:
    """Return the Python that a text becomes, or the message that refuses it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            lines = translate(snippet)
        except (CodeStringError, NotImplementedError) as error:
            return str(error)
    return [*lines[0], f"result = {lines[1]}"] if isinstance(lines, tuple) else lines


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("V=1.0;()+-*/{}ifu% \n\t&|<>!?:,$#'\"[]_~^é"), max_size=25))
def test_any_text_is_translated_or_refused(code: str) -> None:
    statements, condition = (
        CodeString(code, "Sim code"),
        CodeString(code, "Sim code", is_condition=True),
    )
    for result in (
        attempt(Translator(FLOAT, NAMES).statements, statements),
        attempt(Translator(FLOAT, NAMES).condition, condition),
    ):
        if isinstance(result, str):
            assert result.startswith("Sim code")
        else:
            compile("\n".join(result), "generated", "exec")


def test_namer_never_gives_a_name_twice_nor_one_of_pythons() -> None:
    namer = Namer(["dt"])
    wishes = ["V", "V", "V_2", "dt", "def", "range", "float32", "np", "1V", "1V", "None", "None"]
    names = [namer.unique(wish) for wish in wishes]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() for name in names)
    assert not {"dt", "def", "range", "float32", "np", "None"} & set(names)


# What each kind of snippet sees --------------------------------------------------------------

CLOCK = {"t", "dt", "batch", "num_batch"}
NEURON = CLOCK | {"id", "num_neurons"}
SYNAPSE = CLOCK | {"id_pre", "id_post", "id_syn", "num_pre", "num_post"}
SEEN = {"Isyn", "inSyn", "st", *NEURON, *SYNAPSE}


def neuron(code: str) -> object:
    return engine.create_neuron_model("x", vars=[("own", "scalar")], sim_code=code)


def threshold(code: str) -> object:
    code = code.removeprefix("own = ").rstrip(";")
    return engine.create_neuron_model(
        "x", vars=[("own", "scalar")], threshold_condition_code=code + " > 0"
    )


def source(code: str) -> object:
    return engine.create_current_source_model("x", vars=[("own", "scalar")], injection_code=code)


def postsynaptic(code: str) -> object:
    return engine.create_postsynaptic_model("x", vars=[("own", "scalar")], sim_code=code)


def weight_update(code: str) -> object:
    return engine.create_weight_update_model("x", vars=[("own", "scalar")], pre_spike_syn_code=code)


def custom_update(code: str) -> object:
    return engine.create_custom_update_model("x", var_refs=[("own", "scalar")], update_code=code)


KINDS = {
    neuron: NEURON | {"Isyn", "st"},
    threshold: NEURON | {"Isyn", "st"},
    source: NEURON,
    postsynaptic: NEURON | {"inSyn"},
    weight_update: SYNAPSE,
    # Whether it is of neurons or of synapses is only known once it is added.
    custom_update: NEURON | SYNAPSE,
}


@pytest.mark.parametrize("name", sorted(SEEN))
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_names_of_each_kind(kind: Any, name: str) -> None:
    if name in KINDS[kind]:
        kind(f"own = {name};")
    else:
        with pytest.raises(CodeStringError, match=f"'{name}'"):
            kind(f"own = {name};")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_built_in_names_are_read_only(kind: Any) -> None:
    if kind is threshold:
        return
    for name in KINDS[kind] - {"inSyn"}:
        with pytest.raises(CodeStringError, match=f"'{name}' is read-only"):
            kind(f"{name} = 1;")
    if "inSyn" in KINDS[kind]:
        kind("inSyn = 0.0; inSyn *= 2.0;")


@pytest.mark.parametrize(
    ("kind", "call"),
    [
        (source, "injectCurrent"),
        (postsynaptic, "injectCurrent"),
        (weight_update, "addToPost"),
    ],
)
def test_special_functions(kind: Any, call: str) -> None:
    kind(f"{call}(own); if (own > 1.0) {{ {call}(2 * own); }} {call}(1), {call}(2);")
    with pytest.raises(CodeStringError, match=rf"{call}\(x\) takes 1 argument, 2 given"):
        kind(f"{call}(own, own);")
    with pytest.raises(CodeStringError, match=rf"{call}\(x\) takes 1 argument, 0 given"):
        kind(f"{call}();")
    with pytest.raises(CodeStringError, match=rf"{call}\(\) gives no value"):
        kind(f"own = {call}(own);")
    with pytest.raises(CodeStringError, match=f"'{call}' is a function"):
        kind(f"own = {call};")
    with pytest.raises(CodeStringError, match=f"did you mean '{call}'"):
        kind(f"{call[:-1]}(own);")
    for other in set(KINDS) - {source, postsynaptic, weight_update, threshold}:
        with pytest.raises(CodeStringError, match=f"'{call}' cannot be used here: it belongs in"):
            other(f"{call}(own);")


def test_special_functions_of_several_arguments() -> None:
    special = {
        "put": SpecialFunction(
            ("x", "steps"), lambda translator, x, n: [f"put({x.code}, {converted(n, UINT).code})"]
        ),
        "none": SpecialFunction((), lambda translator: ["none()"]),
    }

    def lines(code: str) -> list[str]:
        return Translator(FLOAT, NAMES, special=special).statements(CodeString(code, "Code"))

    assert lines("put(V, 3);") == ["put(V, uint32(3))"]
    # What the arguments assign happens before the call.
    assert lines("put(V = theta, i++);")[-1] == "put(V, uint32(previous))"
    assert lines("none();") == ["none()"]
    for code, message in (
        ("put(V);", r"put\(x, steps\) takes 2 arguments, 1 given"),
        ("put(V, 1, 2);", r"put\(x, steps\) takes 2 arguments, 3 given"),
        ("none(V);", r"none\(\) takes 0 arguments, 1 given"),
    ):
        with pytest.raises(CodeStringError, match=message):
            lines(code)


def test_code_of_every_model_is_checked_when_it_is_created() -> None:
    for kind in KINDS:
        with pytest.raises(
            CodeStringError, match=r"of .* 'x', line 1: Undefined name 'owl'.*'own'"
        ):
            kind("own = owl;")


def test_reset_code_without_a_threshold_is_never_looked_at() -> None:
    engine.create_neuron_model("x", reset_code="this is not code")
    with pytest.raises(CodeStringError, match="Reset code of neuron model 'x'"):
        engine.create_neuron_model("x", threshold_condition_code="1", reset_code="not code")


def test_locals_of_sim_code_in_threshold_and_reset() -> None:
    parts = {
        "vars": [("V", "scalar")],
        "sim_code": "scalar x = Isyn; V += x;",
        "threshold_condition_code": "x > 1.0",
        "reset_code": "V = x;",
    }
    engine.create_neuron_model("x", **parts)
    with pytest.raises(CodeStringError, match="Undefined name 'x'"):
        # There the condition is also asked before sim_code.
        engine.create_neuron_model("x", **parts, auto_refractory_required=True)


def test_neuron_variables_are_read_only_through_references() -> None:
    for create, code in (
        (engine.create_postsynaptic_model, "sim_code"),
        (engine.create_current_source_model, "injection_code"),
    ):
        references = {"neuron_var_refs": [("V", "scalar")]}
        create("x", **references, **{code: "injectCurrent(V);"})
        with pytest.raises(CodeStringError, match="'V' is read-only"):
            create("x", **references, **{code: "V = 0.0;"})


def test_a_variable_may_hide_a_built_in_name() -> None:
    engine.create_neuron_model(
        "x", vars=[("t", "scalar"), ("exp", "scalar"), ("id", "int")], sim_code="t += exp; id++;"
    )


@pytest.mark.parametrize("model", list(built_in_models()), ids=lambda model: model.class_name)
def test_code_of_built_in_models_is_correct(model: Model) -> None:
    """It is not checked where it is described, which is below the check."""
    check_code(model)
