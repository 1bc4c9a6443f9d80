"""Random programs in the language of code strings, each together with what C says it computes.

A program is drawn as text and, beside it, as functions that carry it out on NumPy numbers by the
rules of C: a second reading of the language, which shares nothing with the engine but the table of
types. What C leaves open is not drawn: no variable is read and changed without an order between the
two, and real numbers are brought into range before they become integers.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import strategies as st

from numbagenn.base import types
from numbagenn.base.types import ResolvedType, promoted, usual_conversion

#: Variables that programs start with, and arrays of `ARRAY_SIZE` elements.
VARIABLES: dict[str, ResolvedType] = {
    "b": types.Bool,
    "c": types.Int8,
    "h": types.Uint16,
    "i": types.Int32,
    "j": types.Int32,
    "u": types.Uint32,
    "l": types.Int64,
    "w": types.Uint64,
    "f": types.Float,
    "g": types.Float,
    "d": types.Double,
}
ARRAYS: dict[str, ResolvedType] = {"reals": types.Float, "whole": types.Int32}
ARRAY_SIZE = 8

_LOCAL_TYPES = ["int", "unsigned int", "scalar", "double", "bool", "int64_t", "uint8_t"]
_ROUNDS = 3


class _Break(Exception):  # noqa: N818 - it is no error
    pass


class _Continue(Exception):  # noqa: N818
    pass


Slot = int
Memory = dict[Any, Any]


def convert(value: Any, target: ResolvedType) -> Any:
    """Return a number converted as by C's assignment."""
    if target.is_bool:
        return np.bool_(value != 0)
    return np.asarray(value).astype(target.dtype)[()]


@dataclass(frozen=True)
class Expr:
    """An expression: its text, its type, and what computes it."""

    text: str
    type: ResolvedType
    value: Callable[[Memory], Any]


@dataclass(frozen=True)
class Stmt:
    """A statement: its lines, and what carries it out."""

    lines: list[str]
    run: Callable[[Memory], None]


@dataclass
class _Effects:
    """What a full expression reads and changes so far."""

    reads: set[Any] = field(default_factory=set)
    writes: set[Any] = field(default_factory=set)

    def copy(self) -> _Effects:
        return _Effects(set(self.reads), set(self.writes))

    def add(self, other: _Effects) -> None:
        self.reads |= other.reads
        self.writes |= other.writes


def _real(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *values: np.float64(function(*(np.float64(value) for value in values)))


def _larger(x: Any, y: Any) -> Any:
    if np.isnan(x):
        return y
    return x if np.isnan(y) or x > y else y


def _smaller(x: Any, y: Any) -> Any:
    if np.isnan(x):
        return y
    return x if np.isnan(y) or x < y else y


# Functions of real numbers whose results are exact, or correctly rounded, wherever they run.
_REAL_FUNCTIONS = {
    "fabs": (1, _real(np.fabs)),
    "floor": (1, _real(np.floor)),
    "ceil": (1, _real(np.ceil)),
    "trunc": (1, _real(np.trunc)),
    "rint": (1, _real(np.rint)),
    "sqrt": (1, _real(np.sqrt)),
    "fmin": (2, _real(_smaller)),
    "fmax": (2, _real(_larger)),
    "fmod": (2, _real(np.fmod)),
}
_COMPARE = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}
_CALCULATE = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}
_BITS = {"&": np.bitwise_and, "|": np.bitwise_or, "^": np.bitwise_xor}


def _divided(a: Any, b: Any, ctype: ResolvedType, remainder: bool) -> Any:
    quotient = abs(int(a)) // abs(int(b))
    if (a < 0) != (b < 0):
        quotient = -quotient
    number = int(a) - quotient * int(b) if remainder else quotient
    bits = 8 * ctype.dtype.itemsize
    number %= 1 << bits
    if not ctype.is_unsigned and number >= 1 << (bits - 1):
        number -= 1 << bits
    return ctype.dtype.type(number)


def operate(operator: str, left: Any, right: Any, ctypes: tuple[ResolvedType, ResolvedType]) -> Any:
    """Return the result of an operator, and its type, by the rules of C and GeNN."""
    common = promoted(ctypes[0]) if operator == "<<" else usual_conversion(*ctypes)
    a, b = convert(left, common), convert(right, common)
    if operator in _COMPARE:
        # GeNN gives a comparison the type of its operands.
        return convert(_COMPARE[operator](a, b), common)
    if operator == "<<":
        return convert(np.left_shift(a, b), common)
    if operator in _BITS:
        return _BITS[operator](a, b)
    if operator in ("/", "%") and not common.is_float:
        return _divided(a, b, common, operator == "%")
    return convert(_CALCULATE[operator](a, b), common)


def result_type(operator: str, left: ResolvedType, right: ResolvedType) -> ResolvedType:
    """Return the type of an operation."""
    return promoted(left) if operator == "<<" else usual_conversion(left, right)


class Writer:
    """Draws one program.

    Parameters
    ----------
    draw
        Hypothesis' function.
    scalar
        What ``scalar`` stands for.
    variables
        The variables, by name.
    arrays
        The arrays, by name.
    read_only
        Names of variables and arrays that are not to be assigned.
    """

    def __init__(
        self,
        draw: Any,
        scalar: ResolvedType,
        variables: dict[str, ResolvedType],
        arrays: dict[str, ResolvedType],
        read_only: tuple[str, ...] = (),
    ) -> None:
        self._draw = draw
        self._scalar = scalar
        self._arrays = arrays
        self._read_only = read_only
        # Innermost last; a variable is its key in memory, which is its name for the outermost.
        self._scopes: list[dict[str, tuple[Any, ResolvedType]]] = [
            {name: (name, ctype) for name, ctype in variables.items()}
        ]
        self._locked: set[Any] = set()
        self._slots = 0
        self._loops = 0
        self._breakable = 0

    def _pick(self, items: Any) -> Any:
        return self._draw(st.sampled_from(list(items)))

    # Names ---------------------------------------------------------------------------------

    def _visible(self) -> dict[str, tuple[Any, ResolvedType]]:
        merged: dict[str, tuple[Any, ResolvedType]] = {}
        for scope in self._scopes:
            merged.update(scope)
        return merged

    def _new(self, name: str, ctype: ResolvedType) -> Slot:
        self._slots += 1
        self._scopes[-1][name] = (self._slots, ctype)
        return self._slots

    @contextmanager
    def _scope(self) -> Any:
        self._scopes.append({})
        yield
        self._scopes.pop()

    def _readable(self, effects: _Effects) -> list[tuple[str, Any, ResolvedType]]:
        return [
            (name, slot, ctype)
            for name, (slot, ctype) in self._visible().items()
            if slot not in effects.writes
        ]

    def _changeable(self, effects: _Effects) -> list[tuple[str, Any, ResolvedType]]:
        return [
            (name, slot, ctype)
            for name, slot, ctype in self._readable(effects)
            if slot not in effects.reads
            and slot not in self._locked
            and name not in self._read_only
        ]

    # Expressions ---------------------------------------------------------------------------

    def expression(self, depth: int = 3, effects: _Effects | None = None) -> Expr:
        """Draw an expression."""
        effects = _Effects() if effects is None else effects
        kinds = ["leaf"]
        if depth > 0:
            kinds += ["binary"] * 4 + ["logic", "unary", "cast", "choice", "call", "comma"]
            kinds += ["whole", "element", "step", "assign"]
        one: Expr = getattr(self, f"_{self._pick(kinds)}")(depth - 1, effects)
        return one

    def _leaf(self, depth: int, effects: _Effects) -> Expr:
        readable = self._readable(effects)
        if readable and self._pick([True, True, False]):
            name, slot, ctype = self._pick(readable)
            effects.reads.add(slot)
            return Expr(name, ctype, lambda memory: memory[slot])
        number = self._draw(st.one_of(st.integers(0, 12), st.integers(0, 2**31 - 1)))
        scalar = self._scalar
        text, ctype, value = self._pick(
            [
                (f"{number}", types.Int32, np.int32(number)),
                (f"{number:#x}u", types.Uint32, np.uint32(number)),
                (f"{number % 100}.25", scalar, scalar.dtype.type(number % 100 + 0.25)),
                (f"{number % 100}.5f", types.Float, np.float32(number % 100 + 0.5)),
                (f"{number}e-3d", types.Double, np.float64(f"{number}e-3")),
                ("true", types.Bool, np.bool_(True)),
                ("false", types.Bool, np.bool_(False)),
            ]
        )
        return Expr(text, ctype, lambda memory: value)

    def _binary(self, depth: int, effects: _Effects) -> Expr:
        left, right = self.expression(depth, effects), self.expression(depth, effects)
        operators = [*_CALCULATE, *_COMPARE]
        if not (left.type.is_float or right.type.is_float):
            operators += [*_BITS, "%", "<<"]
        operator = self._pick(operators)
        right = self._divisor(operator, left, right)
        return self._operation(operator, left, right)

    def _divisor(self, operator: str, left: Expr, right: Expr) -> Expr:
        """Return the right operand, kept within what C defines."""
        if operator == "<<":
            masked = f"({right.text} & 7)"
            return Expr(
                masked,
                promoted(right.type),
                lambda m: convert(right.value(m), promoted(right.type)) & 7,
            )
        # Code that divides by a literal 0 is refused, even where C would give infinity.
        if operator in ("/", "%") and not right.type.is_float:
            odd = f"({right.text} | 1)"
            return Expr(
                odd,
                promoted(right.type),
                lambda m: convert(right.value(m), promoted(right.type)) | 1,
            )
        return right

    def _operation(self, operator: str, left: Expr, right: Expr) -> Expr:
        ctypes = (left.type, right.type)
        return Expr(
            f"({left.text} {operator} {right.text})",
            result_type(operator, *ctypes),
            lambda memory: operate(operator, left.value(memory), right.value(memory), ctypes),
        )

    def _after(self, depth: int, before: _Effects, effects: _Effects) -> Expr:
        """Draw an expression that runs after another, of which `before` tells what came before."""
        mine = before.copy()
        one = self.expression(depth, mine)
        effects.add(mine)
        return one

    def _logic(self, depth: int, effects: _Effects) -> Expr:
        before = effects.copy()
        left = self.expression(depth, effects)
        right = self._after(depth, before, effects)
        if self._pick([True, False]):
            return Expr(
                f"({left.text} && {right.text})",
                types.Int32,
                lambda memory: np.int32(left.value(memory) != 0 and right.value(memory) != 0),
            )
        return Expr(
            f"({left.text} || {right.text})",
            types.Int32,
            lambda memory: np.int32(left.value(memory) != 0 or right.value(memory) != 0),
        )

    def _unary(self, depth: int, effects: _Effects) -> Expr:
        one = self.expression(depth, effects)
        ctype = promoted(one.type)
        operator = self._pick("-+!" if one.type.is_float else "-+!~")
        if operator == "!":
            return Expr(f"(!{one.text})", types.Int32, lambda m: np.int32(one.value(m) == 0))
        function = {"-": np.negative, "+": np.positive, "~": np.invert}[operator]
        return Expr(
            f"({operator} {one.text})", ctype, lambda m: function(convert(one.value(m), ctype))
        )

    def _into_range(self, one: Expr, target: ResolvedType) -> Expr:
        """Return a real number as it can be converted to an integer type."""
        if not one.type.is_float or target.is_float or target.is_bool:
            return one
        low = 0.0 if target.is_unsigned else -100.0
        limited = lambda m: _smaller(_larger(np.float64(one.value(m)), low), 100.0)  # noqa: E731
        low_text = "0.0" if target.is_unsigned else "-100.0"
        return Expr(f"fmin(fmax({one.text}, {low_text}), 100.0)", types.Double, limited)

    def _cast(self, depth: int, effects: _Effects) -> Expr:
        name = self._pick([*_LOCAL_TYPES, "float", "uint64_t", "int16_t"])
        target = self._scalar if name == "scalar" else types.TYPE_NAMES[name]
        one = self._into_range(self.expression(depth, effects), target)
        return Expr(f"(({name}){one.text})", target, lambda m: convert(one.value(m), target))

    def _choice(self, depth: int, effects: _Effects) -> Expr:
        before = effects.copy()
        condition = self.expression(depth, effects)
        yes, no = self._after(depth, before, effects), self._after(depth, before, effects)
        ctype = yes.type if yes.type == no.type else usual_conversion(yes.type, no.type)

        def value(memory: Memory) -> Any:
            taken = yes if condition.value(memory) != 0 else no
            return convert(taken.value(memory), ctype)

        return Expr(f"({condition.text} ? {yes.text} : {no.text})", ctype, value)

    def _call(self, depth: int, effects: _Effects) -> Expr:
        name = self._pick(_REAL_FUNCTIONS)
        count, function = _REAL_FUNCTIONS[name]
        given = [self.expression(depth, effects) for _ in range(count)]
        text = f"{name}({', '.join(one.text for one in given)})"
        return Expr(text, types.Double, lambda m: function(*(one.value(m) for one in given)))

    def _whole(self, depth: int, effects: _Effects) -> Expr:
        """Draw ``min``, ``max`` or ``abs`` of integers."""
        name = self._pick(["min", "max", "abs"])
        ctype = self._pick([types.Int32, types.Int64])
        word = "int" if ctype == types.Int32 else "int64_t"
        given = [
            self._into_range(self.expression(depth, effects), ctype)
            for _ in range(1 if name == "abs" else 2)
        ]
        text = f"{name}({', '.join(f'({word}){one.text}' for one in given)})"
        function = {"min": np.minimum, "max": np.maximum, "abs": np.abs}[name]
        return Expr(text, ctype, lambda m: function(*(convert(o.value(m), ctype) for o in given)))

    def _comma(self, depth: int, effects: _Effects) -> Expr:
        before = effects.copy()
        first = self.expression(depth, effects)
        second = self._after(depth, before, effects)

        def value(memory: Memory) -> Any:
            first.value(memory)
            return second.value(memory)

        return Expr(f"({first.text}, {second.text})", second.type, value)

    def _element(self, depth: int, effects: _Effects) -> Expr:
        if not self._arrays:
            return self._leaf(depth, effects)
        name = self._pick(self._arrays)
        index = self._index(depth, effects)
        effects.reads.add(name)
        if name in effects.writes:
            return index
        return Expr(f"{name}[{index.text}]", self._arrays[name], lambda m: m[name][index.value(m)])

    def _index(self, depth: int, effects: _Effects) -> Expr:
        one = self._into_range(self.expression(depth, effects), types.Int32)
        return Expr(
            f"((int){one.text} & 7)", types.Int32, lambda m: convert(one.value(m), types.Int32) & 7
        )

    def _step(self, depth: int, effects: _Effects) -> Expr:
        changeable = self._changeable(effects)
        if not changeable:
            return self._leaf(depth, effects)
        name, slot, ctype = self._pick(changeable)
        effects.writes.add(slot)
        operator, first = self._pick(["++", "--"]), self._pick([True, False])

        def value(memory: Memory) -> Any:
            old = memory[slot]
            one = (ctype, types.Int32)
            new = operate(operator[0], old, np.int32(1), one)
            memory[slot] = convert(new, ctype)
            return memory[slot] if first else old

        return Expr(f"({operator}{name})" if first else f"({name}{operator})", ctype, value)

    def _assign(self, depth: int, effects: _Effects) -> Expr:
        changeable = self._changeable(effects)
        if not changeable:
            return self._leaf(depth, effects)
        name, slot, ctype = self._pick(changeable)
        # Nothing in the value may change the variable, too.
        inner = effects.copy()
        inner.reads.add(slot)
        text, run = self._assignment(name, slot, ctype, depth, inner)
        effects.add(inner)
        effects.writes.add(slot)

        def value(memory: Memory) -> Any:
            run(memory)
            return memory[slot]

        return Expr(f"({text})", ctype, value)

    def _assignment(
        self, name: str, slot: Any, ctype: ResolvedType, depth: int, effects: _Effects
    ) -> tuple[str, Callable[[Memory], None]]:
        one = self.expression(depth, effects)
        operators = ["=", "=", "+=", "-=", "*="]
        if not (ctype.is_float or one.type.is_float):
            operators += ["%=", "&=", "|=", "^=", "<<="]
        operator = self._pick(operators)
        if operator == "=":
            one = self._into_range(one, ctype)
            return f"{name} = {one.text}", lambda m: m.update({slot: convert(one.value(m), ctype)})
        # A compound operator computes in the common type, which must fit the variable again.
        if one.type.is_float and not ctype.is_float:
            one = self._into_range(one, types.Uint8 if ctype.is_unsigned else types.Int8)
            if operator != "=":
                one = Expr(f"(int){one.text}", types.Int32, _truncating(one))
        one = self._divisor(operator[:-1], Expr(name, ctype, lambda m: m[slot]), one)
        operation = operator[:-1]

        def run(memory: Memory) -> None:
            value = one.value(memory)
            new = operate(operation, memory[slot], value, (ctype, one.type))
            memory[slot] = convert(new, ctype)

        return f"{name} {operator} {one.text}", run

    # Statements ----------------------------------------------------------------------------

    def block(self, depth: int, count: int = 3) -> Stmt:
        """Draw a few statements, in the scope at hand."""
        statements = [self.statement(depth) for _ in range(self._draw(st.integers(1, count)))]

        def run(memory: Memory) -> None:
            for one in statements:
                one.run(memory)

        return Stmt([line for one in statements for line in one.lines], run)

    def _braced(self, depth: int) -> Stmt:
        with self._scope():
            inner = self.block(depth)
        return Stmt(["{", *("    " + line for line in inner.lines), "}"], inner.run)

    def statement(self, depth: int) -> Stmt:
        """Draw a statement."""
        kinds = ["set", "set", "set", "declare", "put", "effect", "empty"]
        if depth > 0:
            kinds += ["if", "if", "for", "while", "do", "switch", "nested"]
        if self._breakable:
            kinds += ["leave"]
        one: Stmt = getattr(self, f"_on_{self._pick(kinds)}")(depth - 1)
        return one

    def _on_empty(self, depth: int) -> Stmt:
        return Stmt([";"], lambda memory: None)

    def _on_nested(self, depth: int) -> Stmt:
        return self._braced(depth)

    def _on_set(self, depth: int) -> Stmt:
        changeable = self._changeable(_Effects())
        if not changeable:
            return self._on_empty(depth)
        name, slot, ctype = self._pick(changeable)
        effects = _Effects(reads={slot})
        text, run = self._assignment(name, slot, ctype, 3, effects)
        return Stmt([f"{text};"], run)

    def _on_put(self, depth: int) -> Stmt:
        assignable = [name for name in self._arrays if name not in self._read_only]
        if not assignable:
            return self._on_empty(depth)
        name = self._pick(assignable)
        ctype = self._arrays[name]
        # Between index and value there is no order.
        effects = _Effects()
        one = self._into_range(self.expression(2, effects), ctype)
        index = self._index(1, effects)

        def run(memory: Memory) -> None:
            value = convert(one.value(memory), ctype)
            memory[name][index.value(memory)] = value

        return Stmt([f"{name}[{index.text}] = {one.text};"], run)

    def _on_effect(self, depth: int) -> Stmt:
        one = self.expression(3)
        return Stmt([f"{one.text};"], lambda memory: (one.value(memory), None)[1])

    def _on_declare(self, depth: int) -> Stmt:
        word = self._pick(_LOCAL_TYPES)
        ctype = self._scalar if word == "scalar" else types.TYPE_NAMES[word]
        taken = self._scopes[-1]
        wishes = ["x", "y", "f", "i", "None", "range", "np", "lambda_", "spike"]
        free = [name for name in wishes if name not in taken]
        if not free or len(self._scopes) == 1:
            free = [f"local{self._slots}"]
        name = self._pick(free)
        # In its own initial value the name means the new variable, which has none yet.
        outer = self._visible().get(name)
        effects = _Effects() if outer is None else _Effects(writes={outer[0]})
        one = self._into_range(self.expression(3, effects), ctype)
        slot = self._new(name, ctype)
        text = f"{word} {name} = {one.text};"
        return Stmt([text], lambda m: m.update({slot: convert(one.value(m), ctype)}))

    def _on_if(self, depth: int) -> Stmt:
        branches = [
            (self.expression(2), self._braced(depth)) for _ in range(self._pick([1, 1, 2, 3]))
        ]
        no = self._braced(depth) if self._pick([True, False]) else None

        def run(memory: Memory) -> None:
            for condition, yes in branches:
                if condition.value(memory) != 0:
                    yes.run(memory)
                    return
            if no is not None:
                no.run(memory)

        lines = [
            line
            for number, (condition, yes) in enumerate(branches)
            for line in (f"{'else ' if number else ''}if ({condition.text})", *yes.lines)
        ]
        return Stmt([*lines, *(["else", *no.lines] if no else [])], run)

    @contextmanager
    def _loop(self) -> Any:
        self._loops += 1
        self._breakable += 1
        yield f"k{self._loops}"
        self._breakable -= 1

    def _rounds(
        self,
        body: Stmt,
        more: Callable[[Memory], bool],
        after: Callable[[Memory], None],
        first: bool,
    ) -> Callable[[Memory], None]:
        def run(memory: Memory) -> None:
            going = first or more(memory)
            while going:
                try:
                    body.run(memory)
                except _Break:
                    return
                except _Continue:
                    pass
                after(memory)
                going = more(memory)

        return run

    def _on_for(self, depth: int) -> Stmt:
        count = self._draw(st.integers(0, _ROUNDS))
        with self._scope(), self._loop() as name:
            slot = self._new(name, types.Int32)
            self._locked.add(slot)
            body = self._braced(depth)
        inner = self._rounds(
            body,
            lambda memory: bool(memory[slot] < count),
            lambda memory: memory.update({slot: np.int32(memory[slot] + 1)}),
            first=False,
        )

        def run(memory: Memory) -> None:
            memory[slot] = np.int32(0)
            inner(memory)

        step = self._pick([f"{name}++", f"++{name}", f"{name} += 1"])
        return Stmt([f"for (int {name} = 0; {name} < {count}; {step})", *body.lines], run)

    def _counted(self, depth: int, first: bool) -> Stmt:
        """Draw a loop that ends when it has counted, or by a condition of its own."""
        count = self._draw(st.integers(0, _ROUNDS))
        with self._scope(), self._loop() as name:
            slot = self._new(name, types.Int32)
            self._locked.add(slot)
            condition = self.expression(2)
            body = self._braced(depth)

        def more(memory: Memory) -> bool:
            memory[slot] = np.int32(memory[slot] + 1)
            return bool(memory[slot] <= count and condition.value(memory) != 0)

        inner = self._rounds(body, more, lambda memory: None, first)

        def run(memory: Memory) -> None:
            memory[slot] = np.int32(0)
            inner(memory)

        test = f"++{name} <= {count} && {condition.text}"
        loop = (
            ["do", *body.lines, f"while ({test});"] if first else [f"while ({test})", *body.lines]
        )
        lines = ["{", f"    int {name} = 0;", *("    " + line for line in loop), "}"]
        return Stmt(lines, run)

    def _on_while(self, depth: int) -> Stmt:
        return self._counted(depth, first=False)

    def _on_do(self, depth: int) -> Stmt:
        return self._counted(depth, first=True)

    def _on_leave(self, depth: int) -> Stmt:
        condition = self.expression(1)
        # Inside a switch that is in no loop there is nothing to continue.
        words = ["break", "continue"] if self._in_loop() else ["break"]
        word = self._pick(words)
        error = _Break if word == "break" else _Continue

        def run(memory: Memory) -> None:
            if condition.value(memory) != 0:
                raise error

        return Stmt([f"if ({condition.text}) {word};"], run)

    def _in_loop(self) -> bool:
        return any(name.startswith("k") and name[1:].isdigit() for name in self._visible())

    def _on_switch(self, depth: int) -> Stmt:
        chosen = self._into_range(self.expression(2), types.Int32)
        number = Expr(
            f"((int){chosen.text} & 3)",
            types.Int32,
            lambda m: convert(chosen.value(m), types.Int32) & 3,
        )
        labels = self._draw(st.lists(st.integers(0, 3), min_size=1, max_size=3, unique=True))
        default = self._draw(st.integers(0, len(labels)))
        self._breakable += 1
        cases: list[tuple[int | None, Stmt]] = []
        for place in range(len(labels) + 1):
            if place == default:
                cases.append((None, self._braced(depth)))
            if place < len(labels):
                cases.append((labels[place], self._braced(depth)))
        self._breakable -= 1
        if self._pick([True, False]):
            cases = [case for case in cases if case[0] is not None]

        def run(memory: Memory) -> None:
            value = int(number.value(memory))
            names = [label for label, _ in cases]
            if value in names:
                start = names.index(value)
            elif None in names:
                start = names.index(None)
            else:
                return
            try:
                for _, body in cases[start:]:
                    body.run(memory)
            except _Break:
                pass

        lines = [f"switch ({number.text}) {{"]
        for label, body in cases:
            lines += ["default:" if label is None else f"case {label}:"]
            lines += ["    " + line for line in body.lines]
        return Stmt([*lines, "}"], run)


def _truncating(one: Expr) -> Callable[[Memory], Any]:
    return lambda memory: convert(one.value(memory), types.Int32)


@dataclass(frozen=True)
class Program:
    """A program: its text, and what it does to variables and arrays."""

    text: str
    run: Callable[[Memory], None]


@st.composite
def programs(
    draw: Any,
    scalar: ResolvedType = types.Float,
    variables: dict[str, ResolvedType] | None = None,
    arrays: dict[str, ResolvedType] | None = None,
    read_only: tuple[str, ...] = (),
    size: int = 5,
) -> Program:
    """Draw a program that ends, over some variables and arrays."""
    writer = Writer(
        draw,
        scalar,
        VARIABLES if variables is None else variables,
        ARRAYS if arrays is None else arrays,
        read_only,
    )
    block = writer.block(2, size)
    return Program("\n".join(block.lines), block.run)


def numbers(ctype: ResolvedType) -> st.SearchStrategy[Any]:
    """Draw a number of a type: often a small one."""
    if ctype.is_bool:
        return st.booleans().map(np.bool_)
    if ctype.is_float:
        width = 8 * ctype.dtype.itemsize
        wide = st.floats(-1e6, 1e6, width=width)
        return st.one_of(st.integers(-5, 5), wide).map(ctype.dtype.type)
    limits = np.iinfo(ctype.dtype)
    small = st.integers(max(-5, int(limits.min)), 5)
    return st.one_of(small, st.integers(int(limits.min), int(limits.max))).map(ctype.dtype.type)
