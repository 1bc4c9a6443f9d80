"""The record of faults while kernels ran, and the error that it becomes.

A kernel never accesses memory outside its arrays and never stops half-way: a read outside an array
gives 0, a write there does nothing, and the first such fault of each batch element is recorded
here. Once the requested steps have run, the record becomes an error that shows the place in the
code.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from numbagenn.base.array_conventions import Array
from numbagenn.base.types import Double
from numbagenn.base.user_warnings import warn_user
from numbagenn.language.fault_sites import FaultSites, Site, too_many
from numbagenn.language.kernel_names import FAULTS
from numbagenn.memory.buffers import Buffer, aligned_zeros

# The record of the first fault of a batch element, see `arrays.report`: the number of its site,
# counted from 1, or below 0 for a warning, two numbers for the message of the site, the time, and
# what ran the code.
_WIDTH = 6


class Faults(Buffer):
    """The first fault of each batch element in one loop of kernel code.

    Parameters
    ----------
    places
        Where the code of the loop can fail.
    """

    def __init__(self, places: FaultSites) -> None:
        super().__init__(FAULTS, Double, _WIDTH)
        self.places = places
        self._warned: set[float] = set()

    @classmethod
    def of_list(cls, title: str, what: str) -> Faults:
        """Return a record for a list of neurons that have `what`, such as spikes."""
        return cls(FaultSites(title=title, sites=[Site(too_many(what))]))

    def error(self) -> tuple[float, RuntimeError] | None:
        """Return the earliest fault since the last call, as its time and the error to raise.

        What is worth a warning is warned of here, once for each place.
        """
        rows = self.device
        if rows is None or not rows[:, 0].any():
            return None
        noted, rows[:] = rows.copy(), 0.0
        for number in sorted(set(noted[:, 0]) - self._warned, reverse=True):
            if number < 0:
                self._warned.add(number)
                warn_user(str(self._first(noted, noted[:, 0] == number)[1]))
        failed = noted[:, 0] > 0
        return self._first(noted, failed) if failed.any() else None

    def _first(self, rows: Array, which: Array) -> tuple[float, RuntimeError]:
        """Return the time and the message of the earliest of the faults of batch elements."""
        places = np.flatnonzero(which)
        batch = int(places[np.argmin(rows[places, 3])])
        return float(rows[batch, 3]), self._described(rows[batch], batch, len(rows))

    def _described(self, row: Array, batch: int, batch_size: int) -> RuntimeError:
        places = self.places
        number, first, second = (int(row[column]) for column in (0, 4, 5))
        site = places.sites[abs(number) - 1]
        word = places.position.partition(",")[0]
        where = f"{word} {first}" if second < 0 else f"synapse from {first} to {second}"
        where = f"{where} of {places.title}" if first >= 0 else places.title
        if not np.isnan(row[3]):
            where += f", t = {row[3]:g} ms"
        if batch_size > 1:
            where += f", batch element {batch}"
        message = f"{site.message(*row[1:3].view(np.int64).tolist())} ({where})."
        if site.code_string is None or site.node is None:
            return RuntimeError(message)
        return site.code_string.error_at(site.node, message)


def allocate_together(records: Sequence[Faults], batch_size: int) -> Array:
    """Allocate records, and return the memory of all of them: zeros unless there is a fault."""
    array = aligned_zeros((len(records), batch_size, _WIDTH), Double.dtype)
    for record, part in zip(records, array, strict=True):
        record.allocate(Double.dtype, batch_size)
        record.device = part
    return array
