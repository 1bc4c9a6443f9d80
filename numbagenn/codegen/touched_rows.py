"""Rows of synapses that a custom update may leave out, because it would change nothing there.

The gradients of a batch are mostly zeros: an image touches the rows of the neurons that have an
event. What sums them over the batch and sets them back to 0 would read and write the other rows in
vain. So whatever writes such a variable notes the rows, and the update looks at these alone. It is
exact: what its code does to zeros follows from the syntax tree, and adding 0.0 to a sum that began
at 0.0 changes no bit of it.
"""

from __future__ import annotations

from collections.abc import Mapping

from numbagenn.codegen.network_view import NetworkView
from numbagenn.language.zeros import zeros_after
from numbagenn.memory.buffers import Buffer
from numbagenn.network.custom_updates import CustomUpdateBase

# Looking whether a row was touched takes as long as reading some synapses.
_FEWEST_COLUMNS = 32


def note_touched_rows(network: NetworkView) -> dict[str, Mapping[Buffer, bool]]:
    """Let variables keep a record of their rows, and return which updates may leave out rows.

    Returns
    -------
    dict
        By the name of a custom update: the variables of which it may leave out a row where it is
        touched in none of them, and for each, whether it is zero after the update in any case.
        Nothing for an update that has to run for all synapses.
    """
    zeros = {name: _zeros(network, group) for name, group in network.custom_updates.items()}
    for found in zeros.values():
        for buffer, is_cleared in found.items():
            # A record that nothing clears would soon hold all rows.
            if is_cleared and buffer.touched is None:
                buffer.note_touched_rows()
    return {
        name: found if all(buffer.touched is not None for buffer in found) else {}
        for name, found in zeros.items()
    }


def _zeros(network: NetworkView, group: CustomUpdateBase) -> dict[Buffer, bool]:
    """Return the variables that a custom update uses, if it changes nothing where they are zero.

    Returns
    -------
    dict
        For each, whether it is zero after the update in any case. Nothing if it changes something.
    """
    model, copies = group.model, _copies(group)
    # The only element of a batch is its own sum, and is stored as it is.
    if not copies or network.batch_size == 1:
        return {}
    assigned = zeros_after(model.update_code.tree, copies, _numbers(network, group))
    sums = {name for name, operation in model.reductions.items() if operation == "sum"}
    if assigned is None or not assigned.keys() <= copies.keys() | sums:
        return {}
    # A variable may have several names in the code, and any of them may be stored last.
    used = [buffer for name, buffer in copies.items() if name in model.update_code.usage.names]
    names = {buffer: [name for name in assigned if copies.get(name) is buffer] for buffer in used}
    return {
        buffer: bool(own) and all(assigned[name] for name in own) for buffer, own in names.items()
    }


def _copies(group: CustomUpdateBase) -> dict[str, Buffer]:
    """Return the variables of dense synapses of which each batch element has its own."""
    return {
        name: buffer
        for name, buffer in group.memory.items()
        if buffer.per_batch and buffer.per_element and buffer.columns >= _FEWEST_COLUMNS
    }


def _numbers(network: NetworkView, group: CustomUpdateBase) -> dict[str, float]:
    """Return the numbers that the code of a custom update may name, and that nothing changes."""
    bound = group.bound()
    numbers = {} if "num_batch" in bound.model.names else {"num_batch": float(network.batch_size)}
    return numbers | {
        param.name: bound.params[param.name]
        for param in bound.model.constants
        if param.name not in bound.buffers and network.types.resolve(param.type).is_float
    }
