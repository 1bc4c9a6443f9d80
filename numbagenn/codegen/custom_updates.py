"""The functions of custom updates, and how each update is run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from numbagenn.base.enumerations import VarAccessMode
from numbagenn.codegen.arguments import array_type, assigns_shared, slot_of
from numbagenn.codegen.custom_update_loop import custom_update_loop
from numbagenn.codegen.description import Description
from numbagenn.codegen.rendering import rendered
from numbagenn.language.arithmetic import constant_literal
from numbagenn.memory.buffers import Buffer
from numbagenn.memory.faults import Faults
from numbagenn.network.custom_updates import CustomUpdate
from numbagenn.network.update_shapes import reduced_over

# What the kernel of a custom update takes before its arrays: how many batches there are, and
# elements of each, at most how many of both make a part, and the rest as ``simulate`` does.
_UPDATE_LEADING = (
    *("turns", "num_batches", "count", "most_batches", "most_elements"),
    *("timestep", "steps_done"),
)


@dataclass(frozen=True)
class CustomUpdateCall:
    """How one custom update is run.

    Parameters
    ----------
    function
        Name of its kernel; None where it has no code.
    buffers
        Memory that the kernel takes.
    count
        Number of elements of a batch.
    counted
        Where that is only known when the model is loaded: memory with that number of elements.
    per_batch
        Whether it runs for each batch, rather than once.
    batches_apart, elements_apart
        Whether batches, and elements, write nothing in common, so that threads can share them.
    stage
        When it runs among the updates of its group: those of a lower stage first.
    transposed
        Memory of synapses to copy afterwards, and memory to copy it to in transposed order.
    broadcast
        Memory whose current slot is to be copied to all of its slots afterwards.
    """

    function: str | None
    buffers: tuple[Buffer, ...]
    count: int
    counted: Buffer | None
    per_batch: bool
    batches_apart: bool
    elements_apart: bool
    stage: int
    transposed: tuple[Buffer, Buffer] | None
    broadcast: tuple[Buffer, ...]


def _custom_update(model: Description, group: CustomUpdate) -> tuple[dict[str, Any], list[Buffer]]:
    over = {name: reduced_over(group, group.memory[name]) for name in group.model.reductions}
    # One batch is its own sum, and is stored as it is.
    folded = {name for name in over if over[name] == "neurons" or model.batch_size > 1}
    inds = None
    if group.connectivity is not None:
        inds = (group.connectivity.pre_inds, group.connectivity.post_inds)
    loop = custom_update_loop(
        model.types, model.dt, group.size, group.columns, group.bound(), folded, inds
    )
    over_batches = bool(loop.reductions) and "batches" in over.values()
    names = [argument.name for argument in loop.arguments]
    arrays = {name: loop.namer.unique(f"all_{name}") for name in names}
    buffers = [argument.buffer for argument in loop.arguments]
    # Counted from `begin`, so that no index can be negative: the loop is compiled for that.
    rows = [
        f"{argument.name} = {arrays[argument.name]}"
        f"[{'batch' if argument.buffer.per_batch else '0'}]"
        + (".reshape(-1)" if argument.buffer.columns else "")
        + _current_slot(argument.buffer)
        + ("[begin:end]" if argument.buffer.per_element else "")
        for argument in loop.arguments
    ]
    if "num_batch" in loop.scalars:
        rows.insert(0, "num_batch = uint32(num_batches)")
    types = [
        "int64[::1]",
        *(["int64"] * (len(_UPDATE_LEADING) - 1)),
        *(array_type(buffer, model.types) for buffer in buffers),
    ]
    return {
        # Part of a docstring, which the name that a user gave to the model must not end.
        "title": re.sub(r"[^ -~]|[\"\\\\]", "?", group.model.title).capitalize(),
        "loop": loop,
        "over_batches": over_batches,
        "parameters": ", ".join([*_UPDATE_LEADING, *arrays.values()]),
        "signature": ", ".join(types),
        "rows": rows,
        "time": model.types.time.numpy_name,
        "dt": constant_literal(model.dt, model.types.time),
    }, buffers


def _current_slot(buffer: Buffer) -> str:
    """Return an index that takes the values of the last step out of a row of all slots."""
    slot = slot_of("steps_done", buffer)
    return f"[{slot} * {buffer.count} : ({slot} + 1) * {buffer.count}]" if slot else ""


def functions_of_custom_updates(
    model: Description,
) -> tuple[list[dict[str, Any]], dict[str, CustomUpdateCall]]:
    """Return the functions of all custom updates; those that are alike share one."""
    functions: dict[str, dict[str, Any]] = {}
    calls = {}
    for name, group in model.custom_updates.items():
        function = None
        buffers: list[Buffer] = []
        if not group.model.update_code.is_blank:
            context, buffers = _custom_update(model, group)
            text = rendered("custom_update.jinja", update={**context, "function": "update"})
            if text not in functions:
                functions[text] = {**context, "function": f"custom_update_{len(functions) + 1}"}
            function = functions[text]["function"]
        calls[name] = CustomUpdateCall(
            function,
            tuple(buffers),
            group.count,
            group.connectivity.post_inds if group.connectivity and group.per_element else None,
            group.per_batch,
            not assigns_shared(buffers)
            and all(buffer.per_batch or not group.per_batch for buffer in _written(group)),
            not any(isinstance(buffer, Faults) for buffer in buffers)
            and all(buffer.per_element or not group.per_element for buffer in _written(group)),
            _stage(group),
            _transposed(group),
            _broadcast(group),
        )
    return list(functions.values()), calls


def _written(group: CustomUpdate) -> list[Buffer]:
    """Return the memory that a custom update may write."""
    model = group.model
    names = [
        *(var.name for var in model.vars if var.access.writable),
        *(reference.name for reference in model.var_refs if reference.mode.writable),
    ]
    return [group.memory[name] for name in names]


def _stage(group: CustomUpdate) -> int:
    if group.transposing is not None:
        return 2
    return 1 if group.of_synapses else 0


def _transposed(group: CustomUpdate) -> tuple[Buffer, Buffer] | None:
    forward = group.transposing
    if forward is None or forward.transposed is None:
        return None
    return forward.buffer, forward.transposed.buffer


def _broadcast(group: CustomUpdate) -> tuple[Buffer, ...]:
    buffers = [
        group.memory[reference.name]
        for reference in group.model.var_refs
        if reference.mode is VarAccessMode.BROADCAST
    ]
    return tuple(buffer for buffer in buffers if buffer.slots > 1)
