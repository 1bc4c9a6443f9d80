"""How much memory a model needs, counted before any of it is allocated."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

import numpy as np

from tutorial_helpers.engine.groups import Group
from tutorial_helpers.engine.memory import check_memory
from tutorial_helpers.engine.plan import Plan
from tutorial_helpers.engine.sparse import BYTES_OF_PAIR
from tutorial_helpers.engine.synapse_groups import SynapseGroup
from tutorial_helpers.engine.threads import get_num_threads
from tutorial_helpers.engine.types import TIMEPOINT, Precision
from tutorial_helpers.engine.wording import in_bytes

# Memory that was never written takes no place, in parts of this many bytes.
_PAGE = 4096


def check_sizes(
    plan: Plan,
    groups: Iterable[Group],
    batch_size: int,
    precision: Precision,
    num_recording_timesteps: int | None,
) -> None:
    """Raise if a model needs more memory than there is.

    Only what is sure to be written counts, so that nothing is refused that would fit. Sparse
    synapses count as soon as their number is known.

    Parameters
    ----------
    plan, groups, batch_size, precision, num_recording_timesteps
        As for `Runtime`.

    Raises
    ------
    MemoryError
        With what is needed, what there is, and what needs most of it.
    """
    sizes: Counter[str] = Counter()
    lists: dict[str, int] = {}
    for group in groups:
        _count(group, batch_size, precision, sizes, lists)
    for recorder in plan.recorders:
        # On the device and, once pulled, on the host.
        size = 2 * recorder.num_bytes(num_recording_timesteps or 0, batch_size)
        sizes[f"the recording of {recorder.title}"] += size
    threads = min(get_num_threads(), 1 if plan.in_lockstep else batch_size)
    sizes["what threads note while they simulate"] = threads * sum(
        math.prod(scratch.shape) * np.dtype(scratch.dtype).itemsize for scratch in plan.scratch
    )
    most, size = sizes.most_common(1)[0]
    fix = "make it smaller"
    if batch_size > 1:
        fix += f", or batch_size, which is {batch_size}"
    check_memory("The model", sizes.total(), fix, f"{in_bytes(size)} of it for {most}")
    for what, size in lists.items():
        # A system gives out no single array that is larger than all of its memory.
        check_memory(f"The model, to keep {what},", size, f"{fix}, or its delays")


def _count(
    group: Group,
    batch_size: int,
    precision: Precision,
    sizes: Counter[str],
    lists: dict[str, int],
) -> None:
    """Add what the parts of a group need to `sizes`, and to `lists` how long lists may become."""
    connectivity = group.connectivity if isinstance(group, SynapseGroup) else None
    connections = [] if connectivity is None else connectivity.buffers()
    for buffer, variable in group.buffers():
        size = buffer.num_bytes(precision.resolve(buffer.type).dtype, batch_size)
        what = group.title if variable is None else f"variable '{variable.name}' of {group.title}"
        if buffer.is_list:
            what = f"spikes of {group.title}"
            lists[what] = size
            size = min(size, buffer.rows(batch_size) * buffer.slots * _PAGE)
        elif variable is not None or buffer in connections or buffer.type == TIMEPOINT:
            # They start from values, on the device and on the host.
            size *= 2
        sizes[what] += size
    if connectivity is not None:
        # What was given or made is kept, too.
        sizes[group.title] += connectivity.num_synapses * BYTES_OF_PAIR
