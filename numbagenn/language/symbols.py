"""The meanings of names in a code string, and names for the Python that it becomes."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from numbagenn.base.types import TYPE_NAMES, ResolvedType
from numbagenn.language import kernel_names


@dataclass(frozen=True, kw_only=True)
class Pointer:
    """Where a pointer of a code string points to.

    Parameters
    ----------
    array
        Name of the array in the generated Python.
    offset
        Text of the number of the element there, an ``int64``.
    type
        Type of the elements.
    writable
        Whether they may be assigned through this pointer.
    title
        What it is, for messages, such as ``"extra global parameter 'e'"``.
    """

    array: str
    offset: str
    type: ResolvedType
    writable: bool
    title: str

    @property
    def type_name(self) -> str:
        """Type of the pointer, for messages."""
        return f"{'' if self.writable else 'const '}{self.type.name}*"


@dataclass(frozen=True)
class ArrayElement:
    """An element of an array that a code string assigns.

    `index` is Python text that can be repeated; `fault` is what `arrays.put` and `arrays.fetch`
    take beside array and index.
    """

    array: str
    index: str
    type: ResolvedType
    fault: str


@dataclass(frozen=True, kw_only=True)
class History:
    """Where the values of a variable in the last steps are, which code takes by an index.

    Parameters
    ----------
    array
        Name of the array in the generated Python, which has a slot for each step.
    slots, count
        Number of slots, and of elements in each; a single slot where the number is not known yet.
    index
        Text of the index of the element in a slot.
    """

    array: str
    slots: int
    count: int
    index: str

    def element(self, delay: str) -> str:
        """Return the text of the element as it was a number of steps before the last one."""
        slot = f"(steps_since_load - {delay}) % {self.slots}"
        return f"{self.array}[{slot} * {self.count} + {self.index}]"


@dataclass(frozen=True)
class Symbol:
    """What a name of a code string stands for.

    Parameters
    ----------
    code
        Name of the variable in the generated Python.
    type
        Its type.
    writable, readable
        What the code string may do with it.
    kind
        What it is, for messages, such as ``"parameter"``.
    also_reads
        Where `code` is more than a name: the variable that it reads.
    pointer
        Where it points, if it is a pointer and not a number.
    history
        Where its values are, if the code takes those of some steps ago.
    """

    code: str
    type: ResolvedType
    writable: bool = True
    readable: bool = True
    kind: str = "variable"
    also_reads: str = ""
    pointer: Pointer | None = None
    history: History | None = None


@dataclass(frozen=True)
class SpecialFunction:
    """A function without a result that only some code strings have, such as ``injectCurrent``.

    Parameters
    ----------
    arguments
        Names of its arguments, for messages; a call has to give as many.
    lines
        Returns the lines that a call becomes, from the translator and one expression for each
        argument.
    """

    arguments: tuple[str, ...]
    lines: Callable[..., list[str]]


@dataclass(frozen=True, kw_only=True)
class ElementLoop:
    """A loop over elements that code writes as a statement, such as ``for_each_synapse``.

    Parameters
    ----------
    head
        Lines that begin the loop, and those that begin each round, indented.
    names, special
        What is known only inside of it.
    before_next
        Lines that end each round.
    """

    head: list[str]
    names: Mapping[str, Symbol]
    special: Mapping[str, SpecialFunction]
    before_next: list[str]


@dataclass
class Ahead:
    """What a loop computes before it, once for each neuron at one end of its synapses.

    Parameters
    ----------
    symbols
        What has the same value for all synapses of such a neuron.
    varying
        Python names of what has another value for another neuron.
    read
        Python names of those that are read ahead.
    lines
        The lines that compute the values.
    values
        Python names of the values that the loop takes.
    """

    symbols: set[Symbol] = field(default_factory=set)
    varying: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    lines: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)

    def compute(self, name: str, value: str, read: set[str]) -> None:
        """Have a value computed ahead, of which the Python names that it reads are given."""
        self.lines.append(f"{name} = {value}")
        self.read |= read
        if read & self.varying:
            self.varying.add(name)


@dataclass(frozen=True)
class Draw:
    """A line that draws a random number.

    Parameters
    ----------
    name
        Name of the number in the generated Python.
    type
        Its type.
    for_all
        The call that draws the numbers of all elements at once, if there is one, but for ``{key}``
        and ``{values}``, see `Function`.
    """

    name: str
    type: ResolvedType
    for_all: str


class Namer:
    """Hands out Python names that are unique within one generated function."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = {
            *keyword.kwlist,
            *dir(builtins),
            *(one.numpy_name for one in TYPE_NAMES.values()),
            *kernel_names.IMPORTED,
            kernel_names.FAULTS,
            *taken,
        }

    def unique(self, wish: str) -> str:
        """Return `wish`, or `wish` with a number if that is taken."""
        # Populations, unlike variables, may have names that start with a digit.
        wish = f"n{wish}" if wish[:1].isdigit() else wish
        name, number = wish, 2
        while name in self._taken:
            name, number = f"{wish}_{number}", number + 1
        self._taken.add(name)
        return name
