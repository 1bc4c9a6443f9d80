"""The functions of custom updates, and how each update is run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from numbagenn.base.enumerations import VarAccessMode
from numbagenn.codegen.arguments import array_type, slot_index, slot_of
from numbagenn.codegen.custom_update_loop import UpdateElements, custom_update_loop
from numbagenn.codegen.kernel_numbers import UpdateNumbers, parameters_of
from numbagenn.codegen.loop_builder import Argument, Constant, Loop
from numbagenn.codegen.network_view import NetworkView
from numbagenn.codegen.rendering import rendered
from numbagenn.codegen.update_kernels import UpdateKernel, kernels_shared
from numbagenn.language.arithmetic import constant_literal
from numbagenn.memory.buffers import Buffer
from numbagenn.memory.faults import Faults
from numbagenn.network.custom_updates import CustomUpdateBase


@dataclass(frozen=True, kw_only=True)
class CustomUpdateCall:
    """How one custom update is run.

    Parameters
    ----------
    function
        Name of its kernel; None where it has no code.
    buffers
        Memory that the kernel takes.
    numbers
        Parameters that the kernel takes as well, if it serves several updates that differ in them.
    count
        Number of neurons or synapses of one batch element.
    at_once
        How many of them a part must not separate: a row, where rows are left out, else 1.
    counted
        Where that is only known when the model is loaded: memory with that number of elements.
    per_batch
        Whether it runs for each batch element, rather than once.
    batch_elements_apart, elements_apart
        Whether batch elements, and neurons or synapses, write nothing in common, so that threads
        can share them.
    stage
        When it runs among the updates of its group: those of a lower stage first.
    transposed
        Memory of synapses to copy afterwards, and memory to copy it to in transposed order.
    broadcast
        Memory whose current slot is to be copied to all of its slots afterwards.
    touched
        Memory in which any row may be written, and that keeps a record of that.
    in_queue
        The number by which ``simulate`` knows it, from 1, if it waits with the steps, else 0.
    """

    function: str | None
    buffers: tuple[Buffer, ...]
    numbers: tuple[np.generic, ...] = ()
    count: int
    at_once: int
    counted: Buffer | None
    per_batch: bool
    batch_elements_apart: bool
    elements_apart: bool
    stage: int
    transposed: tuple[Buffer, Buffer] | None
    broadcast: tuple[Buffer, ...]
    touched: tuple[Buffer, ...]
    in_queue: int = 0


def kernels_of_custom_updates(
    network: NetworkView, left_out: Mapping[str, Mapping[Buffer, bool]], queued: Sequence[str] = ()
) -> tuple[dict[str, UpdateKernel], dict[str, CustomUpdateCall]]:
    """Return the kernels of all custom updates by name, and how each update is run.

    `left_out` is what `note_touched_rows` returns. Updates that are `queued` have no kernel.
    """
    made = {
        update: _kernel(network, group, left_out[update])
        for update, group in network.custom_updates.items()
        if not group.model.update_code.is_blank and update not in queued
    }
    kernels, names = kernels_shared(
        {update: (kernel, constants) for update, (kernel, _, constants) in made.items()},
        "custom_update",
    )
    calls = {}
    for update, group in network.custom_updates.items():
        if update in made:
            name, numbers = names[update]
            call = _call(group, name, made[update][1], left_out[update])
            calls[update] = replace(call, numbers=numbers)
        else:
            in_queue = 1 + queued.index(update) if update in queued else 0
            calls[update] = replace(_call(group, None, (), {}), in_queue=in_queue)
    return kernels, calls


def _kernel(
    network: NetworkView, group: CustomUpdateBase, zeros: Mapping[Buffer, bool]
) -> tuple[UpdateKernel, tuple[Buffer, ...], dict[str, Constant]]:
    """Return the kernel of a custom update, the memory that it takes, and the numbers in it.

    `zeros` are the variables of which it leaves out rows, see `note_touched_rows`.
    """
    loop = loop_of_update(network, group)
    folds_batch = bool(loop.reductions) and "the batch" in _reduced_over(group).values()
    records = [_record(loop, buffer) for buffer in zeros]
    loop.arguments += records
    arrays = [loop.namer.unique(f"all_{argument.name}") for argument in loop.arguments]
    rows = [_row(*pair) for pair in zip(loop.arguments, arrays, strict=True)]
    if "num_batch" in loop.scalars:
        rows.insert(0, "num_batch = uint32(num_batch_elements)")
    buffers = tuple(argument.buffer for argument in loop.arguments)
    numbers = parameters_of(UpdateNumbers, network.types.time)
    types = [array_type(buffer, network.types) for buffer in buffers]
    body = rendered(
        "custom_update.jinja",
        # Part of a docstring, which the name that a user gave to the model must not end.
        title=re.sub(r"[^ -~]|[\"\\\\]", "?", group.model.title).capitalize(),
        code=loop,
        folds_batch=folds_batch,
        rows=rows,
        touched={
            record.name: not is_zero
            for record, is_zero in zip(records, zeros.values(), strict=True)
        },
        time=network.types.time.numpy_name,
        dt=constant_literal(network.dt, network.types.time),
    )
    kernel = UpdateKernel(
        parameters=", ".join([*numbers, *arrays]),
        signature=", ".join([*numbers.values(), *types]),
        allocates=folds_batch,
        body=body,
    )
    return kernel, buffers, loop.constants


def loop_of_update(network: NetworkView, group: CustomUpdateBase) -> Loop:
    """Return what a custom update does to each of its neurons or synapses."""
    over = _reduced_over(group)
    # The only element of a batch is its own sum, and is stored as it is.
    folded = {name for name in over if over[name] == "neurons" or network.batch_size > 1}
    elements = UpdateElements(group.size, group.columns, group.inds, group.kernel)
    return custom_update_loop(network.types, network.dt, group.bound(), elements, folded)


def _reduced_over(group: CustomUpdateBase) -> dict[str, str | None]:
    return {name: group.reduced_over(group.memory[name]) for name in group.model.reductions}


def is_apart(group: CustomUpdateBase) -> bool:
    """Return whether the batch elements of a custom update write nothing in common."""
    return not (group.model.assigns_elements or group.model.prints) and all(
        buffer.per_batch or not group.per_batch for buffer in _written(group)
    )


def _record(loop: Loop, buffer: Buffer) -> Argument:
    """Return the record of the rows of a variable that were touched, named after the variable."""
    assert buffer.touched is not None
    name = next(argument.name for argument in loop.arguments if argument.buffer is buffer)
    return Argument(loop.namer.unique(f"{name}_touched"), buffer.touched)


def _row(argument: Argument, array: str) -> str:
    """Return the line that takes the elements of one part out of an array of all.

    They are counted from `begin`, so that no index can be negative: the loop is compiled for that.
    """
    buffer = argument.buffer
    row = f"{argument.name} = {array}[{'batch' if buffer.per_batch else '0'}]"
    if buffer.columns:
        row += ".reshape(-1)"
    row += slot_index(slot_of("steps_done", buffer), buffer)
    return row + "[begin:end]" if buffer.per_element else row


def _call(
    group: CustomUpdateBase,
    function: str | None,
    buffers: tuple[Buffer, ...],
    zeros: Mapping[Buffer, bool],
) -> CustomUpdateCall:
    counted = group.inds[1] if group.inds is not None and group.per_element else None
    written = _written(group)
    return CustomUpdateCall(
        function=function,
        buffers=buffers,
        count=group.count,
        at_once=group.columns if zeros else 1,
        counted=counted,
        per_batch=group.per_batch,
        batch_elements_apart=is_apart(group),
        elements_apart=not group.model.prints
        and not any(isinstance(buffer, Faults) for buffer in buffers)
        and all(buffer.per_element or not group.per_element for buffer in written),
        stage=_stage(group),
        transposed=_transposed(group),
        broadcast=_broadcast(group),
        touched=() if zeros else _touched(group),
    )


def _written(group: CustomUpdateBase) -> list[Buffer]:
    """Return the memory that a custom update may write."""
    model = group.model
    names = [
        *(var.name for var in model.vars if var.access.writable),
        *(reference.name for reference in model.var_refs if reference.mode.writable),
    ]
    return [group.memory[name] for name in names]


def _stage(group: CustomUpdateBase) -> int:
    if group.transposing is not None:
        return 2
    return 1 if group.of_synapses else 0


def _transposed(group: CustomUpdateBase) -> tuple[Buffer, Buffer] | None:
    forward = group.transposing
    if forward is None or forward.transposed is None:
        return None
    return forward.buffer, forward.transposed.buffer


def _touched(group: CustomUpdateBase) -> tuple[Buffer, ...]:
    memory = group.memory
    written = [memory[name] for name in group.model.update_code.usage.assigned if name in memory]
    transposed = _transposed(group)
    if transposed is not None:
        written.append(transposed[1])
    return tuple(buffer for buffer in written if buffer.touched is not None)


def _broadcast(group: CustomUpdateBase) -> tuple[Buffer, ...]:
    buffers = [
        group.memory[reference.name]
        for reference in group.model.var_refs
        if reference.mode is VarAccessMode.BROADCAST
    ]
    return tuple(buffer for buffer in buffers if buffer.slots > 1)
