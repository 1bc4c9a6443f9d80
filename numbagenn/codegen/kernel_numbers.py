"""What kernels take before their arrays: names, types and order, in one class for each kernel.

A kernel takes its counter first, then the fields of its class. The code generator prints them, and
the runtime fills them by name, so that no number can end up in the place of another one.
"""

from __future__ import annotations

from typing import NamedTuple, get_type_hints

import numpy as np
from numpy.typing import NDArray

from numbagenn.base.types import ResolvedType
from numbagenn.language.kernel_names import BATCH_COUNTER

Integers = NDArray[np.int64]
Indices = NDArray[np.uint32]


class SimulateNumbers(NamedTuple):
    """What the kernel ``simulate`` takes.

    Parameters
    ----------
    progress
        How many steps each batch element has done already; custom updates that wait with the
        steps count as steps here.
    kinds
        What each of these is: 0 for a step, or the number of a custom update.
    num_batch
        Number of batch elements.
    parts
        Between how many parts of the batch threads go to and fro.
    timestep
        Number of the first step.
    steps_done
        How many steps were simulated since the model was loaded: another number once a user has set
        the time step.
    seed
        Seed of random numbers.
    num_steps
        Number of steps, and of custom updates that wait with them.
    phases
        Which phases to run, as the sum of their bits.
    """

    progress: Integers
    kinds: Integers
    num_batch: int
    parts: int
    timestep: int
    steps_done: int
    seed: int
    num_steps: int
    phases: int


class UpdateNumbers(NamedTuple):
    """What the kernel of a custom update takes.

    Parameters
    ----------
    num_batch_elements, num_elements
        How many batch elements there are, and elements of each.
    most_batch_elements, most_elements
        At most how many of both make a part.
    timestep, steps_done
        As for `SimulateNumbers`. Each run sets its own.
    """

    num_batch_elements: int
    num_elements: int
    most_batch_elements: int
    most_elements: int
    timestep: int = 0
    steps_done: int = 0


class ConnectivityNumbers(NamedTuple):
    """What the kernels of a custom connectivity update take.

    Parameters
    ----------
    num_rows
        Number of rows; 1 for code of the host.
    num_pre, num_post
        Numbers of neurons at both ends.
    row_stride
        Number of synapses that each row has room for.
    seed, stream
        Seed and stream of random numbers.
    run
        How often the update ran before, since the model was loaded.
    timestep, steps_since_load
        As for `SimulateNumbers`, where the latter is called `steps_done`.
    """

    num_rows: int
    num_pre: int
    num_post: int
    row_stride: int
    seed: int
    stream: int
    run: int
    timestep: int
    steps_since_load: int


class InitialiseNumbers(NamedTuple):
    """What the kernel that gives a variable its initial values takes.

    Parameters
    ----------
    first, last
        Which elements are its own.
    seed, stream
        Seed and stream of random numbers.
    num_batch
        Number of batch elements.
    num_pre, num_post
        Numbers of neurons on both sides.
    dt
        Length of a step, of the type of times.
    """

    first: int
    last: int
    seed: int
    stream: int
    num_batch: int
    num_pre: int
    num_post: int
    dt: float


class ConnectNumbers(NamedTuple):
    """What the kernel that connects neurons takes.

    Parameters
    ----------
    seed, stream, num_batch, num_pre, num_post, dt
        As for `InitialiseNumbers`.
    line_size
        How many neurons a row or column can reach.
    limit
        How many synapses it may have.
    """

    seed: int
    stream: int
    num_batch: int
    num_pre: int
    num_post: int
    line_size: int
    limit: int
    dt: float


class DiagonalNumbers(NamedTuple):
    """What the kernel that connects neurons diagonal by diagonal takes.

    Parameters
    ----------
    num_batch, num_pre, num_post, dt
        As for `InitialiseNumbers`.
    num_diagonals
        Number of diagonals.
    """

    num_batch: int
    num_pre: int
    num_post: int
    num_diagonals: int
    dt: float


class ConnectArrays(NamedTuple):
    """What the kernel that connects neurons takes last, and writes.

    Parameters
    ----------
    targets
        The neuron that each synapse reaches.
    lengths
        Number of synapses of each row or column.
    problem
        A synapse that cannot be: the neuron it was to reach, and its row or column.
    """

    targets: Indices
    lengths: Integers
    problem: Integers


class ConnectSharedArrays(NamedTuple):
    """The same for synapses that share a kernel.

    Parameters
    ----------
    targets, lengths, problem
        As for `ConnectArrays`; if the place in the kernel is the problem, it goes on with which
        index of it that is, and its value; the last is the diagonal.
    places
        The place of each synapse in the kernel.
    kernel_sizes
        Size of the kernel in each dimension.
    sections
        The number of loops over the presynaptic neurons, of code that builds diagonals.
    """

    targets: Indices
    places: Indices
    lengths: Integers
    kernel_sizes: Integers
    sections: Integers
    problem: Integers


def parameters_of(numbers: type[NamedTuple], time: ResolvedType) -> dict[str, str]:
    """Return the types in the signature of a kernel by the names of its first parameters.

    Parameters
    ----------
    numbers
        A class of this module.
    time
        Type of times.
    """
    return {BATCH_COUNTER: "int64[::1]", **types_of(numbers, time)}


def types_of(fields: type[NamedTuple], time: ResolvedType) -> dict[str, str]:
    """Return the types in the signature of a kernel by the names of some fields."""
    types = {
        int: "int64",
        float: time.signature_name,
        Integers: "int64[::1]",
        Indices: "uint32[::1]",
    }
    return {name: types[hint] for name, hint in get_type_hints(fields).items()}
