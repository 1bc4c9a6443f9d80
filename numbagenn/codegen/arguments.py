"""Names and memory in a plan: what kernels take, and how functions are called with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from numbagenn.base.types import Precision
from numbagenn.codegen.loop_builder import Loop
from numbagenn.language.reserved_names import TURNS
from numbagenn.language.symbols import Namer
from numbagenn.memory.buffers import Buffer
from numbagenn.memory.faults import Faults

# What the kernel ``simulate`` takes before its arrays: whose turn it is, how many steps each batch
# has done already, how many batches there are, the number of the first step, how many steps were
# simulated since the model was loaded (which is another number once a user has set the time step),
# the seed of random numbers, the number of steps, which phases.
LEADING = (
    *(TURNS, "progress", "num_batch", "timestep", "steps_done", "seed", "num_steps", "phases"),
)


@dataclass(frozen=True)
class Scratch:
    """An array that the kernel ``simulate`` needs while it runs, and that it leaves as it was.

    Parameters
    ----------
    dtype
        Name of the type of its elements.
    shape
        Its shape.
    """

    dtype: str
    shape: tuple[int, ...]

    @property
    def type(self) -> str:
        """Its type in the signature of a kernel."""
        return f"{self.dtype}[{':,' * (len(self.shape) - 1)}::1]"


def array_type(buffer: Buffer, precision: Precision) -> str:
    """Return the type of a buffer's device array in the signature of a kernel."""
    ctype = precision.resolve(buffer.type)
    name = "boolean" if ctype.is_bool else ctype.numpy_name
    if buffer.constant:
        return f"Array({name}, 2, 'C', readonly=True)"
    return f"{name}[:,:,::1]" if buffer.columns else f"{name}[:,::1]"


@dataclass
class Memory:
    """Names the arrays that ``simulate`` takes and the rows of them that it passes on."""

    namer: Namer = field(
        default_factory=lambda: Namer(
            (
                *LEADING,
                *(
                    "batch",
                    "block",
                    "step",
                    "steps",
                    "t",
                    "done",
                    "stride",
                    "turn",
                    "simulate",
                    "kernel",
                    "part",
                ),
                *(
                    "collect",
                    "set_flags",
                    "record",
                    "recall",
                    "record_block",
                    "list_arrivals",
                    "end_block",
                ),
                *("keep", "lowest_bit", "take", "age", "take_turn", "finish_turn", "to_deliver"),
                *("group_trains", "noalias_function", "paused", "halted"),
            )
        )
    )
    arrays: dict[Buffer, str] = field(default_factory=dict)
    rows: dict[Buffer, str] = field(default_factory=dict)
    locals: dict[tuple[str, str], str] = field(default_factory=dict)
    scratch: dict[str, Scratch] = field(default_factory=dict)

    def local(self, group: str, what: str) -> str:
        """Return the name of something of a group that ``simulate`` alone knows."""
        if (group, what) not in self.locals:
            self.locals[group, what] = self.identifier(f"{group}_{what}")
        return self.locals[group, what]

    def room(self, group: str, what: str, dtype: str, *shape: int) -> str:
        """Return the name of an array in which ``simulate`` keeps something of a group."""
        name = self.local(group, what)
        self.scratch[name] = Scratch(dtype, shape)
        return name

    def row(self, buffer: Buffer) -> str:
        """Return the name of the part of a buffer that belongs to the current batch."""
        if buffer not in self.rows:
            self.arrays[buffer] = self.identifier(buffer.name)
            self.rows[buffer] = self.namer.unique(f"{self.arrays[buffer]}_row")
        return self.rows[buffer]

    def identifier(self, name: str) -> str:
        """Return a unique Python name for something in the model."""
        return self.namer.unique(name)

    def row_lines(self) -> list[str]:
        """Return the lines that take the rows of one batch."""
        return [
            f"{row} = {self.arrays[buffer]}[{'batch' if buffer.per_batch else '0'}]"
            for buffer, row in self.rows.items()
        ]


SCALARS = {
    "batch": "uint32(batch)",
    "num_batch": "uint32(num_batch)",
    "t": "t",
    "age": "age",
    TURNS: TURNS,
}


def function_call(
    function: str,
    loop: Loop,
    memory: Memory,
    leading: Sequence[tuple[str, str]] = (),
    trailing: Sequence[tuple[str, str]] = (),
    instead: Mapping[Buffer, str] | None = None,
    scalars: Mapping[str, str] = SCALARS,
) -> dict[str, str]:
    """Return the parameters of a function that runs a loop, and the call that passes them.

    `instead` names arrays to pass in place of the rows of some buffers, `scalars` what to pass for
    the numbers that the loop asks for.
    """
    instead = instead or {}
    pairs = [
        *leading,
        *((name, scalars[name]) for name in loop.scalars),
        *(
            (argument.name, instead.get(argument.buffer) or memory.row(argument.buffer))
            for argument in loop.arguments
        ),
        *trailing,
    ]
    return {
        "function": function,
        "parameters": ", ".join(name for name, _ in pairs),
        "call": f"{function}({', '.join(value for _, value in pairs)})",
    }


def slot_of(step: str, buffer: Buffer) -> str:
    """Return the number of the slot of a step, or nothing where there is only one slot."""
    return "" if buffer.slots == 1 else f"(({step}) % {buffer.slots})"


def decorator_of(loop: Loop) -> str:
    """Return how the function of a loop is compiled, which depends on whether arrays overlap."""
    buffers = {id(argument.buffer) for argument in loop.arguments}
    return "noalias_function" if len(buffers) == len(loop.arguments) else "device_function"


def assigns_shared(buffers: Iterable[Buffer]) -> bool:
    """Return whether the code that takes `buffers` assigns arrays that all batches share."""
    return any(isinstance(buffer, Faults) and buffer.places.assigns for buffer in buffers)
