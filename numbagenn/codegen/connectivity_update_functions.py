"""The kernels of custom connectivity updates, and how each update is run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from numbagenn.base.random_streams import stream_number
from numbagenn.codegen.arguments import array_type
from numbagenn.codegen.connectivity_update_loop import ConnectivityElements, host_loop, row_loop
from numbagenn.codegen.kernel_numbers import ConnectivityNumbers, parameters_of
from numbagenn.codegen.loop_builder import Constant, Loop
from numbagenn.codegen.network_view import NetworkView
from numbagenn.codegen.rendering import rendered
from numbagenn.codegen.update_kernels import UpdateKernel, kernels_shared
from numbagenn.language.arithmetic import constant_literal
from numbagenn.memory.buffers import Buffer
from numbagenn.network.connectivity_updates import CustomConnectivityUpdate


@dataclass(frozen=True, kw_only=True)
class CodeCall:
    """How one code string of a custom connectivity update is run.

    Parameters
    ----------
    kernel
        Name of its kernel.
    stream
        Number of its stream of random numbers.
    arrays
        Memory whose arrays the kernel takes, and whether these are those of the host.
    numbers
        Parameters that the kernel takes as well, if it serves several updates that differ in them.
    """

    kernel: str
    stream: int
    arrays: tuple[tuple[Buffer, bool], ...]
    numbers: tuple[np.generic, ...] = ()

    @property
    def buffers(self) -> list[Buffer]:
        """All memory that it works on."""
        return [buffer for buffer, _ in self.arrays]


@dataclass(frozen=True, kw_only=True)
class ConnectivityCall:
    """How a custom connectivity update is run: on the host, and for each row."""

    update: CustomConnectivityUpdate
    on_host: CodeCall | None
    on_rows: CodeCall | None

    @property
    def buffers(self) -> list[Buffer]:
        """All memory that its kernels work on."""
        calls = (self.on_host, self.on_rows)
        return [buffer for one in calls if one is not None for buffer in one.buffers]


def kernels_of_connectivity_updates(
    network: NetworkView,
) -> tuple[dict[str, UpdateKernel], dict[str, ConnectivityCall]]:
    """Return the kernels of all custom connectivity updates by name, and how each update is run."""
    updates = network.custom_connectivity_updates
    codes = {
        (update, kind): code
        for update, group in updates.items()
        for kind, code in _codes(network, group).items()
    }
    made = {key: _kernel(network, code) for key, code in codes.items()}
    kernels, names = kernels_shared(made, "connectivity_update")

    def call(update: str, kind: str) -> CodeCall | None:
        if (update, kind) not in codes:
            return None
        name, numbers = names[update, kind]
        return CodeCall(
            kernel=name,
            stream=stream_number(f"{kind} of {updates[update].title}"),
            arrays=tuple(one[1:] for one in codes[update, kind].arrays),
            numbers=numbers,
        )

    calls = {
        update: ConnectivityCall(
            update=group, on_host=call(update, "host_update"), on_rows=call(update, "row_update")
        )
        for update, group in updates.items()
    }
    return kernels, calls


class _Code(NamedTuple):
    """A code string: the loop, and its arrays by name, with whether they are those of the host."""

    loop: Loop
    arrays: list[tuple[str, Buffer, bool]]


def _codes(network: NetworkView, group: CustomConnectivityUpdate) -> dict[str, _Code]:
    """Return the code strings of an update, by what they are called in streams of numbers."""
    elements = ConnectivityElements(rows=group.rows, batch_size=network.batch_size)
    bound = group.bound()
    codes = {}
    if not group.model.host_update_code.is_blank:
        host = host_loop(network.types, network.dt, bound, elements)
        arrays = [(one.name, one.buffer, one.buffer in host.on_host) for one in host.loop.arguments]
        arrays += [(name, buffer, False) for name, buffer in host.on_device.items()]
        codes["host_update"] = _Code(host.loop, arrays)
    if not group.model.row_update_code.is_blank:
        loop = row_loop(network.types, network.dt, bound, elements)
        codes["row_update"] = _Code(loop, [(one.name, one.buffer, False) for one in loop.arguments])
    return codes


def _kernel(network: NetworkView, code: _Code) -> tuple[UpdateKernel, dict[str, Constant]]:
    """Return the kernel of a code string, and the numbers in it."""
    precision, loop = network.types, code.loop
    numbers = parameters_of(ConnectivityNumbers, precision.time)
    names, types, rows = [], [], []
    for wish, buffer, is_on_host in code.arrays:
        if is_on_host:
            names.append(wish)
            types.append(f"{precision.resolve(buffer.type).signature_name}[::1]")
        else:
            names.append(loop.namer.unique(f"all_{wish}"))
            types.append(array_type(buffer, precision))
            rows.append(f"{wish} = {names[-1]}[0]")
    body = rendered(
        "connectivity_update.jinja",
        code=loop,
        rows=rows,
        time=precision.time.numpy_name,
        dt=constant_literal(network.dt, precision.time),
    )
    kernel = UpdateKernel(
        parameters=", ".join([*numbers, *names]),
        signature=", ".join([*numbers.values(), *types]),
        body=body,
    )
    return kernel, loop.constants
