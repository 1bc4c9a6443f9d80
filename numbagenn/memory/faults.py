"""What can go wrong while kernels run: what is used as an index or a number and is out of range.

A kernel never leaves its memory and never stops half-way: a read outside an array gives 0, a write
there does nothing, and the first such event of each batch is written down here. Once the steps that
were asked for have run, what was written down becomes an error that shows the place in the code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pycparser import c_ast

from numbagenn.base.types import Double
from numbagenn.language.code_strings import Snippet
from numbagenn.memory.buffers import Buffer

# What is kept of the first fault of a batch, see `arrays.report`: the number of its site, counted
# from 1, two numbers that the site tells of, the time, and the element that ran the code.
_WIDTH = 6

#: Where a pointer points that was declared without a value: outside of every array.
NOWHERE = 2**62

#: How a site tells what went wrong there, from two numbers.
Message = Callable[[int, int], str]


def outside(array: str) -> Message:
    """Return how to tell of an index outside an array, such as ``"extra global parameter 'e'"``."""

    def message(index: int, size: int) -> str:
        # An array is somewhere, whatever index it is given.
        if array.startswith("pointer") and abs(index - NOWHERE) < 2**53:
            return f"{array} points nowhere, as nothing was assigned to it"
        elements = f"{size} element{'' if size == 1 else 's'}"
        return f"index {index} is outside {array}, which has {elements}"

    return message


def failed_assertion(operator: str) -> Message:
    """Return how to tell of an assertion that failed: a comparison, if there is an operator."""

    def message(left: int, right: int) -> str:
        if not operator:
            return "Assertion failed"
        sides = np.array([left, right]).view(np.float64).tolist()
        return f"Assertion failed: {_shown(sides[0])} {operator} {_shown(sides[1])}"

    return message


def _shown(number: float) -> str:
    whole = number.is_integer() and abs(number) < 2**53
    return str(int(number)) if whole else f"{number:.9g}"


def late(delay: float, slots: int) -> str:
    """Tell of a delay that is longer than synapses can tell apart, or negative."""
    return (
        f"a dendritic delay of {delay} steps is not from 0 to {slots - 1}; correct it, or raise "
        f"max_dendritic_delay_timesteps, which is {slots}"
    )


def too_many(what: str) -> Message:
    """Return how to tell that there are fewer spikes, or events, than their number says."""

    def message(count: int, listed: int) -> str:
        return (
            f"The count of {what} is {count}, but there are {listed} to deliver; it can only be "
            "lowered"
        )

    return message


@dataclass(frozen=True)
class Site:
    """A place where running a kernel can fail: what there is to tell, and the place in the code.

    What code of the engine's own does has no place in a code string.
    """

    message: Message
    snippet: Snippet | None = None
    node: c_ast.Node | None = None


@dataclass(eq=False)
class Faults(Buffer):
    """The first fault of each batch in one loop of kernel code.

    Parameters
    ----------
    title
        Of what population the loop is.
    position
        Python text of the two numbers that tell which element runs: ``"neuron, -1"`` for a neuron,
        ``"pre, post"`` for a synapse, ``"-1, -1"`` where there is none.
    time
        Python text of the time.
    sites
        Where the code of the loop can fail.
    assigns
        Whether it assigns elements of arrays.
    """

    title: str = ""
    position: str = "-1, -1"
    time: str = "t"
    sites: list[Site] = field(default_factory=list)
    assigns: bool = False

    @classmethod
    def of_loop(cls, index: str) -> Faults:
        """Return a record for a loop whose arrays are indexed by `index`."""
        position = index if "," in index else f"{index}, -1"
        return cls("faults", Double, _WIDTH, position=position)

    @classmethod
    def of_list(cls, title: str, what: str) -> Faults:
        """Return a record for a list of neurons that have `what`, such as spikes."""
        return cls("faults", Double, _WIDTH, title=title, sites=[Site(too_many(what))])

    def site(self, message: Message, snippet: Snippet, node: c_ast.Node) -> str:
        """Return what code at a new site passes on to report a fault, as Python text."""
        self.sites.append(Site(message, snippet, node))
        return f"{self.name}, {len(self.sites)}, {self.time}, {self.position}"

    def error(self) -> tuple[float, RuntimeError] | None:
        """Return the earliest fault since the last call, as its time and the error to raise."""
        rows = self.device
        if rows is None or not rows[:, 0].any():
            return None
        failed = np.flatnonzero(rows[:, 0])
        batch = int(failed[np.argmin(rows[failed, 3])])
        row = rows[batch].copy()
        for number in failed:
            rows[number, 0] = 0.0
        return float(row[3]), self._described(row, batch, len(rows))

    def _described(self, row: np.ndarray[Any, Any], batch: int, batches: int) -> RuntimeError:
        number, first, second = (int(row[column]) for column in (0, 4, 5))
        site = self.sites[number - 1]
        word = self.position.partition(",")[0]
        where = f"{word} {first}" if second < 0 else f"synapse from {first} to {second}"
        where = f"{where} of {self.title}" if first >= 0 else self.title
        if not np.isnan(row[3]):
            where += f", t = {row[3]:g} ms"
        if batches > 1:
            where += f", batch {batch}"
        message = f"{site.message(*row[1:3].view(np.int64).tolist())} ({where})."
        if site.snippet is None or site.node is None:
            return RuntimeError(message)
        return site.snippet.error_at(site.node, message)
