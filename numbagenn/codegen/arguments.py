"""Names and memory: what kernels take, and how the functions in them are called with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from numbagenn.base.types import Precision
from numbagenn.codegen.loop_builder import Loop
from numbagenn.codegen.reserved_names import SIMULATE_NAMES
from numbagenn.language.kernel_names import BATCH_COUNTER
from numbagenn.language.symbols import Namer
from numbagenn.memory.buffers import Buffer
from numbagenn.memory.faults import Faults
from numbagenn.memory.recording import Recorder


@dataclass(frozen=True, eq=False)
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


def array_type(buffer: Buffer, precision: Precision) -> str:
    """Return the type of a buffer's device array in the signature of a kernel."""
    name = precision.resolve(buffer.type).signature_name
    if buffer.constant:
        return f"Array({name}, 2, 'C', readonly=True)"
    return f"{name}[:,:,::1]" if buffer.columns else f"{name}[:,::1]"


#: What ``simulate`` can work on.
Memory = Buffer | Recorder | Scratch


@dataclass
class SimulateMemory:
    """Names what ``simulate`` works on: of most memory the part of the current batch element.

    Parameters
    ----------
    precision
        Precision of the model.
    """

    precision: Precision
    namer: Namer = field(default_factory=lambda: Namer(SIMULATE_NAMES))
    arrays: dict[str, Memory] = field(default_factory=dict)
    rows: dict[Buffer, str] = field(default_factory=dict)
    locals: dict[tuple[str, str], str] = field(default_factory=dict)
    table: list[Memory] = field(default_factory=list)

    def local(self, group: str, what: str) -> str:
        """Return the name of something of a group that ``simulate`` alone knows."""
        if (group, what) not in self.locals:
            self.locals[group, what] = self.namer.unique(f"{group}_{what}")
        return self.locals[group, what]

    def scratch_array(self, group: str, what: str, dtype: str, *shape: int) -> str:
        """Return the name of an array in which ``simulate`` notes something of a group."""
        name = self.local(group, what)
        self.arrays.setdefault(name, Scratch(dtype, shape))
        return name

    def recording(self, group: str, what: str, recorder: Recorder) -> str:
        """Return the name of the array in which ``simulate`` records something of a group."""
        name = self.local(group, what)
        self.arrays[name] = recorder
        return name

    def row(self, buffer: Buffer, wish: str = "") -> str:
        """Return the name of the part of a buffer that belongs to the current batch element.

        It begins with the name of the buffer, unless there is another `wish`.
        """
        if buffer not in self.rows:
            self.rows[buffer] = self.namer.unique(f"{wish or buffer.name}_row")
            self.arrays[self.rows[buffer]] = buffer
        return self.rows[buffer]

    def slot(self, buffer: Buffer, step: str) -> tuple[str, str]:
        """Return the part of a row that is of one step, and the number of its slot."""
        slot = slot_of(step, buffer)
        return f"{self.row(buffer)}{slot_index(slot, buffer)}", slot or "0"

    def place(self, names: Iterable[str]) -> int:
        """Add arrays to the table of all memory, and return the place of the first one."""
        first = len(self.table)
        self.table += [self.arrays[name] for name in names]
        return first

    def line(self, target: str, name: str, place: str) -> str:
        """Return the line that takes an array out of its place in the table of all memory."""
        array = self.arrays[name]
        if isinstance(array, Buffer):
            dtype, is_matrix = self.precision.resolve(array.type).numpy_name, bool(array.columns)
        elif isinstance(array, Scratch):
            dtype, is_matrix = array.dtype, len(array.shape) == 2
        else:
            dtype, is_matrix = "uint32", True
        return f"{target} = {'matrix' if is_matrix else 'vector'}(memory, {place}, batch, {dtype})"


def slot_of(step: str, buffer: Buffer) -> str:
    """Return the number of the slot of a step, or nothing where there is only one slot."""
    return "" if buffer.slots == 1 else f"(({step}) % {buffer.slots})"


def slot_index(slot: str, buffer: Buffer) -> str:
    """Return an index that takes a slot out of a row of all slots; nothing if there is one slot."""
    return f"[{slot} * {buffer.count} : ({slot} + 1) * {buffer.count}]" if slot else ""


@dataclass(frozen=True)
class FunctionCall:
    """A generated function as it is called.

    Parameters
    ----------
    function
        Its name.
    parameters
        Text of its parameters.
    text
        Text of the call.
    """

    function: str
    parameters: str
    text: str


#: What ``simulate`` passes for the numbers that a loop asks for.
_SCALARS = {
    "batch": "uint32(batch)",
    "num_batch": "uint32(num_batch)",
    "t": "t",
    "steps_since_load": "steps_since_load",
    BATCH_COUNTER: BATCH_COUNTER,
}


def function_call(
    function: str,
    loop: Loop,
    memory: SimulateMemory,
    leading: Sequence[tuple[str, str]] = (),
    trailing: Sequence[tuple[str, str]] = (),
    instead: Mapping[Buffer, str] | None = None,
    random_key: str = "",
) -> FunctionCall:
    """Return the call of a function that runs a loop.

    Parameters
    ----------
    function
        Its name.
    loop
        The loop.
    memory
        Where the names of rows are from.
    leading, trailing
        Further parameters with what is passed for them, before and after those of the loop.
    instead
        Names of arrays to pass in place of the rows of some buffers.
    random_key
        Text of the key of its random numbers, if it can draw some.
    """
    scalars = {**_SCALARS, "random_key": random_key}

    def passed(buffer: Buffer) -> str:
        if instead and buffer in instead:
            return instead[buffer]
        # All records of faults have the same name, so here they get that of what they are of.
        return memory.row(buffer, f"{function}_faults" if isinstance(buffer, Faults) else "")

    pairs = [
        *leading,
        *((name, scalars[name]) for name in loop.scalars),
        *((argument.name, passed(argument.buffer)) for argument in loop.arguments),
        *trailing,
    ]
    return FunctionCall(
        function,
        ", ".join(name for name, _ in pairs),
        f"{function}({', '.join(value for _, value in pairs)})",
    )


def interrupt_argument(loop: Loop) -> list[tuple[str, str]]:
    """Return what a function takes to know of interrupts, unless its loop asks for that anyway."""
    return [] if BATCH_COUNTER in loop.scalars else [(BATCH_COUNTER, BATCH_COUNTER)]


def decorator_of(loop: Loop) -> str:
    """Return how the function of a loop is compiled, which depends on whether arrays overlap."""
    buffers = {id(argument.buffer) for argument in loop.arguments}
    return "noalias_function" if len(buffers) == len(loop.arguments) else "device_function"
