"""Custom updates that wait with the steps, and run in their order in the kernel ``simulate``.

A network may be updated after every step. To call a kernel and to wait for all threads takes longer
than what the update of a few neurons does. So such updates are only counted, as steps are. A batch
element then goes through all steps and updates that wait, while its state stays in the cache.

Between two blocks of steps, spikes in flight are not where an update would look for them. Networks
that run in blocks therefore run the steps that wait before another update may wait.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from numbagenn.codegen.arguments import (
    SimulateMemory,
    decorator_of,
    function_call,
)
from numbagenn.codegen.custom_update_functions import is_apart, loop_of_update
from numbagenn.codegen.network_view import NetworkView
from numbagenn.codegen.rendering import rendered
from numbagenn.language.kernel_names import BATCH_COUNTER
from numbagenn.memory.faults import Faults
from numbagenn.network.custom_updates import CustomUpdateBase

# Threads had better share what more neurons have to do.
_MOST_NEURONS = 1 << 14

# Each is an `elif` of `simulate`, nested in the one before: 300 take ten seconds to compile.
_MOST_UPDATES = 32

# What a function is called while it is compared with others.
_NAME = "run_custom_update"


@dataclass(frozen=True, kw_only=True)
class QueuedUpdate:
    """A custom update in ``simulate``: its function unless another has the same, and the call."""

    function: str
    call: str


def queued_updates(network: NetworkView, memory: SimulateMemory) -> dict[str, QueuedUpdate]:
    """Return the custom updates that can wait with steps, by name.

    Of those that run together, either all can or none; where there are too many, none.
    """
    found: dict[str, QueuedUpdate] = {}
    names_by_text: dict[str, str] = {}
    together = defaultdict(list)
    for name, group in network.custom_updates.items():
        together[group.update_group_name].append(name)
    for update in network.custom_connectivity_updates.values():
        together.pop(update.update_group_name, None)
    for names in together.values():
        if len(found) + len(names) > _MOST_UPDATES:
            continue
        groups = [network.custom_updates[name] for name in names]
        if all(_may_wait(network, group) for group in groups):
            updates = [_queued(network, group, memory, names_by_text) for group in groups]
            known = [update for update in updates if update is not None]
            if len(known) == len(names):
                found.update(zip(names, known, strict=True))
    return found


def _may_wait(network: NetworkView, group: CustomUpdateBase) -> bool:
    """Return whether an update changes nothing but neurons of the batch element that it is at."""
    return (
        not group.model.update_code.is_blank
        and not group.of_synapses
        and (group.per_batch or network.batch_size == 1)
        and group.count <= _MOST_NEURONS
        and is_apart(group)
        # The array of another group may have parts of other batch elements.
        and (network.batch_size == 1 or not group.model.extra_global_param_refs)
        and not any(buffer.slots > 1 for buffer in group.memory.values())
    )


def _queued(
    network: NetworkView,
    group: CustomUpdateBase,
    memory: SimulateMemory,
    names_by_text: dict[str, str],
) -> QueuedUpdate | None:
    """Return an update as part of ``simulate``; None where a mistake in it has to be told.

    `names_by_text` has the functions so far, as populations of any size may be updated alike.
    """
    loop = loop_of_update(network, group)
    buffers = [argument.buffer for argument in loop.arguments]
    if BATCH_COUNTER in loop.scalars or any(isinstance(buffer, Faults) for buffer in buffers):
        return None
    size = [(loop.namer.unique("num_elements"), str(group.count))]
    call = function_call(_NAME, loop, memory, trailing=size)
    text = rendered(
        "queued_update.jinja",
        call=call,
        decorator=decorator_of(loop),
        code=loop,
        count=size[0][0],
    )
    name, function = names_by_text.get(text), ""
    if name is None:
        name = names_by_text[text] = memory.namer.unique(f"run_{group.name}")
        function = text.replace(_NAME, name, 1)
    return QueuedUpdate(function=function, call=call.text.replace(_NAME, name, 1))
