"""The loop over what a custom update works on: neurons or synapses."""

from __future__ import annotations

from collections.abc import Container

from numbagenn.base.types import Precision
from numbagenn.codegen.loop_builder import Assembly, Loop, clock_names, count_name
from numbagenn.language.reserved_names import NAMES_OF_SYNAPSES
from numbagenn.language.symbols import Symbol
from numbagenn.memory.buffers import Buffer
from numbagenn.models.descriptions import CustomUpdateModel
from numbagenn.network.bound_model import BoundModel

_NOT_OF_SYNAPSES = dict.fromkeys(
    ("id", "num_neurons"), "the custom update is of synapses, not of neurons."
)
_NOT_OF_NEURONS = dict.fromkeys(
    NAMES_OF_SYNAPSES, "the custom update is of neurons, not of synapses."
)


def custom_update_loop(
    precision: Precision,
    dt: float,
    size: int,
    columns: int,
    update: BoundModel,
    folded: Container[str] = (),
    inds: tuple[Buffer, Buffer] | None = None,
) -> Loop:
    """Assemble a custom update.

    Its arrays hold the elements from `begin` on, so that several threads can share them; inside
    the loop, `element` counts from there.

    Parameters
    ----------
    precision
        Precision of the model.
    dt
        Length of a step in ms.
    size
        Number of neurons or synapses that the update belongs to.
    columns
        For an update of synapse variables, the number of postsynaptic neurons, else 0.
    update
        The update, its variables and what its references refer to.
    folded
        Names of the targets of reductions that several values are folded into. Where there is only
        one value for each element of another target, that value is stored.
    inds
        For an update of variables of sparse synapses, which neurons each of them connects.

    Raises
    ------
    CodeStringError
        If the target of a reduction is never assigned, or another mistake is in the code.
    """
    model = update.model
    assert isinstance(model, CustomUpdateModel)
    assembly = Assembly(precision, "element", ("batch", "num_batch", "t"), dt)
    names = clock_names(assembly)
    if columns:
        names |= {
            "id_pre": count_name(f"(begin + element) // {columns}"),
            "id_post": count_name(f"(begin + element) % {columns}"),
        }
        if inds is not None:
            names |= {
                name: assembly.read_only(name, buffer, "element", "", "built-in")
                for name, buffer in zip(("id_pre", "id_post"), inds, strict=True)
            }
        names |= {
            "id_syn": count_name("begin + element"),
            "num_pre": count_name(size // columns),
            "num_post": count_name(columns),
        }
    else:
        names |= {"id": count_name("begin + element"), "num_neurons": count_name(size)}
    names |= assembly.names_of(update)
    for reference in model.var_refs:
        names[reference.name] = Symbol(
            assembly.cell(reference.name, update.buffers[reference.name]),
            precision.resolve(reference.type),
            writable=reference.mode.writable,
            readable=reference.mode.readable,
            kind=f"{reference.mode.name} reference",
        )
    for name, operation in model.reductions.items():
        assembly.reduce(names[name], operation, name in folded)
    names |= assembly.pointers(
        update, model.extra_global_param_refs, "extra global parameter reference"
    )
    others = _NOT_OF_SYNAPSES if columns else _NOT_OF_NEURONS
    translator = assembly.translator(names, unavailable=others)
    assembly.loop.lines += translator.statements(model.update_code)
    for name in model.reductions:
        if names[name].code not in assembly.written:
            raise model.update_code.error(
                f"'{name}' is the target of a reduction and never assigned; assign it with '='."
            )
    return assembly.finish()
