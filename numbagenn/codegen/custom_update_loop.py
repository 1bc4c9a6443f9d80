"""The loop over what a custom update works on: neurons or synapses."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from numbagenn.base.types import Precision
from numbagenn.codegen.element_names import (
    kernel_names,
    unavailable_names,
    unavailable_names_of_kernel,
)
from numbagenn.codegen.loop_builder import Loop, LoopBuilder, count_name
from numbagenn.language.symbols import Symbol
from numbagenn.memory.buffers import Buffer
from numbagenn.models.descriptions import CustomUpdateModel
from numbagenn.network.bound_model import BoundModel


@dataclass(frozen=True)
class UpdateElements:
    """What the elements of a custom update are.

    Parameters
    ----------
    size
        Number of neurons or synapses that the update belongs to.
    num_post
        For an update of synapses, the number of postsynaptic neurons, else 0.
    inds
        For an update of sparse synapses, memory of which neurons each of them connects.
    kernel
        For an update of a kernel that synapses share, its size in each dimension.
    """

    size: int
    num_post: int = 0
    inds: tuple[Buffer, Buffer] | None = None
    kernel: tuple[int, ...] = ()

    @property
    def unavailable(self) -> dict[str, str]:
        """Names that code must not use, with the reason."""
        names = unavailable_names("the custom update is", of_synapses=self.num_post > 0)
        return names | (unavailable_names_of_kernel("the custom update is") if self.kernel else {})

    def names(self, builder: LoopBuilder) -> dict[str, Symbol]:
        """Return the names of an element's place, and of how many there are."""
        if not self.num_post:
            return {"id": count_name("begin + element"), "num_neurons": count_name(self.size)}
        if self.kernel:
            in_kernel = kernel_names("(begin + element)", self.kernel)
            del in_kernel["id_kernel"]
            return {
                **{name: count_name(text) for name, text in in_kernel.items()},
                "id_syn": count_name("begin + element"),
            }
        if self.inds is None:
            ends = {
                "id_pre": count_name(f"(begin + element) // {self.num_post}"),
                "id_post": count_name(f"(begin + element) % {self.num_post}"),
            }
        else:
            ends = {
                name: builder.read_only(name, buffer, "element", "", "built-in")
                for name, buffer in zip(("id_pre", "id_post"), self.inds, strict=True)
            }
        return {
            **ends,
            "id_syn": count_name("begin + element"),
            "num_pre": count_name(self.size // self.num_post),
            "num_post": count_name(self.num_post),
        }


def custom_update_loop(
    precision: Precision,
    dt: float,
    update: BoundModel[CustomUpdateModel],
    elements: UpdateElements,
    folded: Container[str] = (),
) -> Loop:
    """Build a custom update.

    Its arrays hold the elements from `begin` on, so that several threads can share them; inside
    the loop, `element` counts from there.

    Parameters
    ----------
    precision
        Precision of the model.
    dt
        Length of a step in ms.
    update
        The update, its variables and what its references refer to.
    elements
        What it runs for.
    folded
        Names of the targets of reductions that several values are folded into. Where there is only
        one value for each element of another target, that value is stored.

    Raises
    ------
    CodeStringError
        If the target of a reduction is never assigned, or another mistake is in the code.
    """
    model = update.model
    builder = LoopBuilder(precision, dt, "element", ("batch", "num_batch", "t"))
    names = {**builder.clock_names(), **elements.names(builder), **builder.names_of(update)}
    for reference in model.var_refs:
        names[reference.name] = Symbol(
            builder.element(reference.name, update.buffers[reference.name]),
            precision.resolve(reference.type),
            writable=reference.mode.writable,
            readable=reference.mode.readable,
            kind=f"{reference.mode.name} reference",
        )
    for name, operation in model.reductions.items():
        builder.reduce(names[name], operation, folds=name in folded)
    names |= builder.pointers(
        update, model.extra_global_param_refs, "extra global parameter reference"
    )
    translator = builder.translator(names, unavailable=elements.unavailable)
    builder.loop.lines += translator.statements(model.update_code)
    for name in model.reductions:
        if names[name].code not in builder.written:
            raise model.update_code.error(
                f"'{name}' is the target of a reduction and never assigned; assign it with '='."
            )
    return builder.finish()
