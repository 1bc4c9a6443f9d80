"""What can go wrong while kernels run: indices outside their arrays, and assertions that fail.

A kernel never leaves its memory and never stops half-way: a read outside an array gives 0, a write
there does nothing, and the first such event of each batch is written down here. Once the steps that
were asked for have run, what was written down becomes an error that shows the place in the code.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pycparser import c_ast

from tutorial_helpers.engine.buffers import Buffer
from tutorial_helpers.engine.snippets import Snippet, SnippetError
from tutorial_helpers.engine.types import Double

# What is kept of the first fault of a batch, see `arrays.report`: the number of its site, counted
# from 1, the index and the size of the array, the time, and the element that ran the code.
_WIDTH = 6

#: Where a pointer points that was declared without a value: outside of every array.
NOWHERE = 2**62


@dataclass(frozen=True)
class Site:
    """A place in a code string where running it can fail.

    `array` tells which array it indexes, such as ``"extra global parameter 'e'"``; it is empty for
    an assertion.
    """

    snippet: Snippet
    node: c_ast.Node
    array: str


@dataclass(eq=False)
class Faults(Buffer):
    """The first fault of each batch in one loop of kernel code.

    Parameters
    ----------
    title
        Of what population the loop is.
    position
        Python text of the two numbers that tell which element runs: ``"neuron, -1"`` for a neuron,
        ``"pre, post"`` for a synapse.
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

    def site(self, snippet: Snippet, node: c_ast.Node, array: str = "") -> str:
        """Return what code at a new site passes on to report a fault, as Python text."""
        self.sites.append(Site(snippet, node, array))
        return f"{self.name}, {len(self.sites)}, {self.time}, {self.position}"

    def error(self) -> tuple[float, SnippetError] | None:
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

    def _described(self, row: np.ndarray[Any, Any], batch: int, batches: int) -> SnippetError:
        number, index, size, first, second = (int(row[column]) for column in (0, 1, 2, 4, 5))
        site = self.sites[number - 1]
        word = self.position.partition(",")[0]
        element = f"{word} {first}" if second < 0 else f"synapse from {first} to {second}"
        where = f"{element} of {self.title}"
        if not np.isnan(row[3]):
            where += f", t = {row[3]:g} ms"
        if batches > 1:
            where += f", batch {batch}"
        if not site.array:
            return site.snippet.error_at(site.node, f"Assertion failed ({where}).")
        if abs(index - NOWHERE) < 2**53:
            return site.snippet.error_at(
                site.node, f"{site.array} points nowhere, as nothing was assigned to it ({where})."
            )
        elements = f"{size} element{'' if size == 1 else 's'}"
        return site.snippet.error_at(
            site.node, f"index {index} is outside {site.array}, which has {elements} ({where})."
        )
