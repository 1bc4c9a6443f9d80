"""How much memory a model needs, counted before any of it is allocated."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

import numpy as np

from numbagenn.base.available_memory import check_memory
from numbagenn.base.types import TIMEPOINT, Precision
from numbagenn.base.wording import in_bytes
from numbagenn.codegen.arguments import Scratch
from numbagenn.memory.recording import Recorder
from numbagenn.network.groups import Group
from numbagenn.network.synapse_groups import SynapseGroup
from numbagenn.runtime.threads import get_num_threads


def check_footprint(
    groups: Iterable[Group],
    *,
    recorders: Iterable[Recorder],
    scratch: Iterable[Scratch],
    most_threads: int,
    batch_size: int,
    precision: Precision,
    num_recording_timesteps: int | None,
) -> None:
    """Raise if a model needs more memory than there is.

    Only memory that is certain to be written counts, so that nothing is refused that would fit.
    Sparse synapses count as soon as their number is known.

    Parameters
    ----------
    groups
        All parts of the model.
    recorders, scratch
        The values of these in `Plan`.
    most_threads
        How many threads can share the work.
    batch_size, precision, num_recording_timesteps
        As for `LoadedModel`.

    Raises
    ------
    MemoryError
        With the memory that is needed, the memory that there is, and the largest part.
    """
    sizes: Counter[str] = Counter()
    for group in groups:
        _count(group, batch_size, precision, sizes)
    for recorder in recorders:
        # On the device and, once pulled, on the host.
        size = 2 * recorder.num_bytes(num_recording_timesteps or 0, batch_size)
        sizes[f"the recording of {recorder.title}"] += size
    threads = min(get_num_threads(), most_threads)
    sizes["what threads note while they simulate"] = threads * sum(
        math.prod(array.shape) * np.dtype(array.dtype).itemsize for array in scratch
    )
    most, size = sizes.most_common(1)[0]
    fix = "make it smaller"
    if batch_size > 1:
        fix += f", or batch_size, which is {batch_size}"
    check_memory("The model", sizes.total(), fix, f"{in_bytes(size)} of it for {most}")


def _count(group: Group, batch_size: int, precision: Precision, sizes: Counter[str]) -> None:
    """Add to `sizes` what the parts of a group need."""
    for buffer, variable in group.buffers():
        size = buffer.num_bytes(precision.resolve(buffer.type).dtype, batch_size)
        what = group.title if variable is None else f"variable '{variable.name}' of {group.title}"
        # Memory that starts from values is written on the device and on the host.
        starts = variable is not None or buffer.start or buffer.constant
        sizes[what] += 2 * size if starts or buffer.type == TIMEPOINT else size
    if isinstance(group, SynapseGroup) and not group.shares_synapses:
        # The connections that were given or made are kept, too.
        sizes[group.title] += group.connections.num_bytes
