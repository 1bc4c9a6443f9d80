"""The places of generated code that can fail, and the message for each.

The translator adds a place wherever it emits code that uses an index, checks an assertion, or calls
a function that can refuse its argument. `memory.faults` records which place failed first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from pycparser import c_ast

from numbagenn.language.code_strings import CodeString
from numbagenn.language.kernel_names import FAULTS

#: The target of a pointer that was declared without a value: outside every array.
NOWHERE = 2**62

#: Makes the message of a site from two numbers.
Message = Callable[[int, int], str]


def outside(array: str) -> Message:
    """Return the message on an index outside an array, such as ``"extra global parameter 'e'"``."""

    def message(index: int, size: int) -> str:
        # An array is somewhere, whatever index it is given.
        if array.startswith("pointer") and abs(index - NOWHERE) < 2**53:
            return f"{array} points nowhere, as nothing was assigned to it"
        elements = f"{size} element{'' if size == 1 else 's'}"
        return f"index {index} is outside {array}, which has {elements}"

    return message


def failed_assertion(operator: str) -> Message:
    """Return the message about a failed assertion: a comparison, if there is an operator."""

    def message(left: int, right: int) -> str:
        if not operator:
            return "Assertion failed"
        sides = np.array([left, right]).view(np.float64).tolist()
        return f"Assertion failed: {_shown(sides[0])} {operator} {_shown(sides[1])}"

    return message


def _shown(number: float) -> str:
    whole = number.is_integer() and abs(number) < 2**53
    return str(int(number)) if whole else f"{number:.9g}"


def no_delay(delay: float, slots: int) -> str:
    """Return the message about a dendritic delay that is negative."""
    return f"a dendritic delay of {delay} steps is not from 0 to {slots - 1}; correct it"


def too_late(delay: float, slots: int) -> str:
    """Return the warning about a dendritic delay that is too long for the synapses."""
    return (
        f"a dendritic delay of {delay} steps is not from 0 to {slots - 1}, so it counts as one of "
        f"{int(delay) % slots}, as in PyGeNN; correct it, or raise max_dendritic_delay_timesteps, "
        f"which is {slots}"
    )


def not_kept(name: str) -> Message:
    """Return the message about a delay, as the index of a variable, of which no value is kept."""

    def message(delay: int, slots: int) -> str:
        return (
            f"a delay of {delay} steps is outside '{name}', of which delays from 0 to {slots - 1} "
            "are kept; correct it, or raise max_dendritic_delay_timesteps"
        )

    return message


def no_room(row: int, stride: int) -> str:
    """Return the message about a synapse that is added to a row that is full."""
    return (
        f"row {row} is full: it has room for {stride} synapse{'' if stride == 1 else 's'}, so none "
        "can be added; set max_connections of the synapse population to more before model.build()"
    )


def no_such_neuron(id_post: int, num_post: int) -> str:
    """Return the message about a synapse that is added to a neuron that does not exist."""
    return (
        f"add_synapse({id_post}, …) is given a neuron that does not exist: id_post must be at "
        f"least 0 and below num_post = {num_post}"
    )


def removed_twice(row: int, position: int) -> str:
    """Return the message about a synapse that is removed again in the same round of a loop."""
    return (
        f"synapse {position} of row {row} is removed twice: call remove_synapse() once in a round "
        "of for_each_synapse, at its end"
    )


def not_so_many(number: int, size: int) -> str:
    """Return the message about a copy of more elements than an array has."""
    return f"{number} elements cannot be copied of an array that has {size}"


def too_many(what: str) -> Message:
    """Return the message about a count of spikes, or events, that exceeds their number."""

    def message(count: int, listed: int) -> str:
        return (
            f"The count of {what} is {count}, but there are {listed} to deliver; it can only be "
            "lowered"
        )

    return message


@dataclass(frozen=True)
class Site:
    """A place where a running kernel can fail: the message, and the place in the code.

    Code of the engine itself has no place in a code string. What is no more than worth a warning
    is recorded only as long as nothing has failed.
    """

    message: Message
    code_string: CodeString | None = None
    node: c_ast.Node | None = None
    warns: bool = False


@dataclass
class FaultSites:
    """The places of one loop of kernel code that can fail.

    Parameters
    ----------
    position
        Python text of the two numbers that say which element runs: ``"neuron, -1"`` for a neuron,
        ``"pre, post"`` for a synapse, ``"-1, -1"`` where there is none.
    title
        The population that the loop is over.
    time
        Python text of the time.
    sites
        The places, in order; generated code counts them from 1, and those that warn from -1 down.
    """

    position: str = "-1, -1"
    title: str = ""
    time: str = "t"
    sites: list[Site] = field(default_factory=list)

    @classmethod
    def of_loop(cls, index: str, time: str = "t") -> FaultSites:
        """Return the places, none so far, of a loop whose arrays are indexed by `index`."""
        return cls(index if "," in index else f"{index}, -1", time=time)

    def site(
        self, message: Message, code_string: CodeString, node: c_ast.Node, warns: bool = False
    ) -> str:
        """Add a place; return what its code passes on to report a fault, as Python text."""
        self.sites.append(Site(message, code_string, node, warns))
        number = -len(self.sites) if warns else len(self.sites)
        return f"{FAULTS}, {number}, {self.time}, {self.position}"
