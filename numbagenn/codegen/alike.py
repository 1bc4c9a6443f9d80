"""Groups that are alike: one function for all of them, and a loop that calls it for each.

A cortical model has dozens of populations that differ in nothing but their sizes, the values of
their parameters and their memory. Compiling a function takes a twentieth of a second, so there is
one for all. Its text is that of the first group. Numbers that are not the same for all groups
become arguments.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from textwrap import indent

from numbagenn.codegen.arguments import SimulateMemory
from numbagenn.codegen.rendering import def_line
from numbagenn.codegen.reserved_names import SIMULATE_NAMES
from numbagenn.language.kernel_names import IMPORTED

# Fewer groups have a function each: the compiler makes better code where it knows all numbers.
_FEWEST_ALIKE = 4

# Names that mean the same in the code of all groups.
_COMMON = {*IMPORTED, *SIMULATE_NAMES, *keyword.kwlist, *dir(builtins)}

# Texts, attributes and numbers to divide by stay as they are: the compiler turns a division by a
# number that it knows into a multiplication, which is much faster.
_WORD = re.compile(
    r'(?P<kept>"""[^"]*"""|(?<=\.)[A-Za-z_]\w*|(?:%|//|\*\*) \d+)'
    r"|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<number>(?:(?:(?<=\()|(?<=[=,] ))-)?\d[\d.]*(?:e[+-]?\d+)?)"
)
_MOST = 2**63


@dataclass(frozen=True)
class Step:
    """What one step does for a group, or for several that are alike.

    Parameters
    ----------
    function
        Text of the function that it calls.
    lines
        Text of what ``simulate`` does, the call included.
    read
        Names of arrays that any order of steps leaves the same, whoever else has them.
    tables
        Lines that define what `lines` look numbers up in.
    """

    function: str
    lines: str
    read: frozenset[str] = frozenset()
    tables: tuple[str, ...] = ()


class _Shape:
    """A step without its names and numbers, and these in order."""

    def __init__(self, step: Step, memory: SimulateMemory) -> None:
        self.step = step
        self.numbers: list[str] = []
        self._names: dict[str, int] = {}
        text = _WORD.sub(self._replaced, f"{step.function}\n{step.lines}")
        words = {*re.findall(r"\w+", step.lines)} - {_name_of(step.function)}
        used = [name for name in self._names if name in words]
        #: The arrays that are passed to the function.
        self.arrays = [name for name in used if name in memory.arrays]
        self.own = {*self.arrays} - step.read
        #: Equal for steps that are alike.
        self.key = (
            text,
            *(memory.line("", name, "") if name in memory.arrays else name for name in used),
        )

    def _replaced(self, found: re.Match[str]) -> str:
        word = found[0]
        if word.startswith('"""'):
            return ""
        if found["kept"] or word in _COMMON:
            return word
        if found["name"]:
            return f"name_{self._names.setdefault(word, len(self._names))}"
        is_real = not word.lstrip("-").isdigit()
        if not is_real and not -_MOST <= int(word) < _MOST:
            return word
        self.numbers.append(word)
        return "0.0" if is_real else "0"


def shared(steps: Iterable[Step], memory: SimulateMemory) -> Iterator[Step]:
    """Yield steps, of which those that are alike are made one where their order allows that."""
    runs: list[list[_Shape]] = []
    for step in steps:
        shape = _Shape(step, memory)
        _place_of(shape, runs).append(shape)
    for alike in runs:
        if len(alike) < _FEWEST_ALIKE:
            yield from (shape.step for shape in alike)
        else:
            yield _one_for_all(alike, memory)


def _place_of(shape: _Shape, runs: list[list[_Shape]]) -> list[_Shape]:
    """Return the steps that another one can be done with: those that are alike, or none so far."""
    for run in reversed(runs):
        if run[0].key == shape.key:
            return run
        # What works on the same memory keeps its order.
        if any(shape.own & other.own for other in run):
            break
    runs.append([])
    return runs[-1]


def _one_for_all(alike: list[_Shape], memory: SimulateMemory) -> Step:
    """Return the step that stands for several ones."""
    columns = list(zip(*(shape.numbers for shape in alike), strict=True))
    # Numbers that are the same for all groups stay; columns that are the same share a name.
    tables: dict[tuple[str, ...], str] = {}
    own = {*re.findall(r"\w+", alike[0].step.function)}
    for column in columns:
        if len({*column}) > 1 and column not in tables:
            wish = f"number_{len(tables) + 1}"
            name = memory.namer.unique(wish)
            # ``simulate`` has no such name, but the function may.
            while name in own:
                name = memory.namer.unique(wish)
            tables[column] = name
    numbers = iter([tables.get(column, column[0]) for column in columns])
    step, arrays = alike[0].step, _names_in_loop(alike, memory)

    def in_function(found: re.Match[str]) -> str:
        return _number(found, numbers) or found[0]

    def in_loop(found: re.Match[str]) -> str:
        number = _number(found, numbers)
        if number:
            return f"{number}[group]" if number in tables.values() else number
        return arrays.get(found[0], found[0])

    function = _WORD.sub(in_function, step.function)
    words = {*re.findall(r"\w+", function)}
    arguments = [name for name in tables.values() if name in words]
    lines = _WORD.sub(in_loop, step.lines)
    (call,) = re.findall(rf"^ *{_name_of(function)}\(.*\)$", lines, re.MULTILINE)
    given = ", ".join(f"{name}[group]" for name in arguments)
    longer = f"{call[:-1]}{', ' if given and not call.endswith('()') else ''}{given})"
    first = memory.place(name for shape in alike for name in shape.arrays)
    taken = [
        memory.line(arrays[name], name, f"first + {number}") for number, name in enumerate(arrays)
    ]
    inside = [f"first = {first} + {len(arrays)} * group", *taken, lines.replace(call, longer)]
    looped = indent("\n".join(inside), "    ")
    return Step(
        function=_with_parameters(function, arguments, len(alike) - 1),
        lines=f"for group in range({len(alike)}):\n{looped}",
        tables=tuple(f"{name} = np.array([{', '.join(c)}])" for c, name in tables.items()),
    )


def _number(found: re.Match[str], numbers: Iterator[str]) -> str:
    """Return what stands in place of a number; nothing for other words."""
    word = found["number"]
    if not word or (word.lstrip("-").isdigit() and not -_MOST <= int(word) < _MOST):
        return ""
    return next(numbers)


def _names_in_loop(alike: list[_Shape], memory: SimulateMemory) -> dict[str, str]:
    """Return what a loop calls the arrays of a group, by the name of that of the first one.

    It is what their names have in common: ``"g_row"`` for ``"a_b_g_row"`` and ``"c_d_g_row"``.
    """
    names = {}
    for name, *others in zip(*(shape.arrays for shape in alike), strict=True):
        end = name
        while not all(other.endswith(end) for other in others):
            end = end[1:]
        wish = end if end == name else end.partition("_")[2]
        names[name] = memory.namer.unique(wish or "row")
    return names


def _name_of(function: str) -> str:
    found = re.search(r"^def (\w+)", function, re.MULTILINE)
    assert found is not None
    return found[1]


def _with_parameters(function: str, names: list[str], others: int) -> str:
    """Return a function with further parameters, whose docstring tells of other groups."""
    begin, parameters, end = re.split(r"\(\s*((?:.|\n)*?),?\s*\):", function, maxsplit=1)
    decorator, name = begin.split("def ")
    line = def_line(name, ", ".join([*re.findall(r"\w+", parameters), *names]))
    told = re.sub(r"population '[^']*'", rf"\g<0> and {others} like it", end, count=1)
    return f"{decorator}{line}{told}"
