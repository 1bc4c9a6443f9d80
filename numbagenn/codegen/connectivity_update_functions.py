"""The kernels of custom connectivity updates, and how each update is run."""

from __future__ import annotations

from dataclasses import dataclass

from numbagenn.base.random_streams import stream_number
from numbagenn.codegen.arguments import array_type
from numbagenn.codegen.connectivity_update_loop import ConnectivityElements, host_loop, row_loop
from numbagenn.codegen.kernel_numbers import ConnectivityNumbers, parameters_of
from numbagenn.codegen.loop_builder import Loop
from numbagenn.codegen.network_view import NetworkView
from numbagenn.codegen.rendering import rendered
from numbagenn.language.arithmetic import constant_literal
from numbagenn.memory.buffers import Buffer
from numbagenn.network.connectivity_updates import CustomConnectivityUpdate


@dataclass(frozen=True, kw_only=True)
class UpdateKernel:
    """A kernel of a custom connectivity update.

    Parameters
    ----------
    name
        Its name.
    arrays
        Memory whose arrays it takes, and whether these are those of the host.
    text
        Its text.
    """

    name: str
    arrays: tuple[tuple[Buffer, bool], ...]
    text: str

    @property
    def buffers(self) -> list[Buffer]:
        """All memory that it works on."""
        return [buffer for buffer, _ in self.arrays]


@dataclass(frozen=True, kw_only=True)
class ConnectivityCall:
    """How a custom connectivity update is run: on the host, and for each row."""

    update: CustomConnectivityUpdate
    on_host: UpdateKernel | None
    on_rows: UpdateKernel | None

    @property
    def buffers(self) -> list[Buffer]:
        """All memory that its kernels work on."""
        kernels = (self.on_host, self.on_rows)
        return [buffer for one in kernels if one is not None for buffer in one.buffers]


def calls_of_connectivity_updates(network: NetworkView) -> dict[str, ConnectivityCall]:
    """Return how each custom connectivity update of a network is run, by its name."""
    return {
        name: _call(network, group, number)
        for number, (name, group) in enumerate(network.custom_connectivity_updates.items(), 1)
    }


def _call(network: NetworkView, group: CustomConnectivityUpdate, number: int) -> ConnectivityCall:
    synapses = group.synapse_group
    elements = ConnectivityElements(
        num_pre=synapses.src.num_neurons,
        num_post=synapses.trg.num_neurons,
        rows=group.rows,
        batch_size=network.batch_size,
    )
    bound = group.bound()
    on_host = on_rows = None
    if not group.model.host_update_code.is_blank:
        host = host_loop(network.types, network.dt, bound, elements)
        arrays = [(one.name, one.buffer, one.buffer in host.on_host) for one in host.loop.arguments]
        arrays += [(name, buffer, False) for name, buffer in host.on_device.items()]
        on_host = _kernel(network, group, f"host_update_{number}", host.loop, arrays)
    if not group.model.row_update_code.is_blank:
        loop = row_loop(network.types, network.dt, bound, elements)
        arrays = [(one.name, one.buffer, False) for one in loop.arguments]
        on_rows = _kernel(network, group, f"row_update_{number}", loop, arrays)
    return ConnectivityCall(update=group, on_host=on_host, on_rows=on_rows)


def _kernel(
    network: NetworkView,
    group: CustomConnectivityUpdate,
    name: str,
    loop: Loop,
    arrays: list[tuple[str, Buffer, bool]],
) -> UpdateKernel:
    precision = network.types
    numbers = parameters_of(ConnectivityNumbers, precision.time)
    names, types, rows = [], [], []
    for wish, buffer, is_on_host in arrays:
        if is_on_host:
            names.append(wish)
            types.append(f"{precision.resolve(buffer.type).signature_name}[::1]")
        else:
            names.append(loop.namer.unique(f"all_{wish}"))
            types.append(array_type(buffer, precision))
            rows.append(f"{wish} = {names[-1]}[0]")
    text = rendered(
        "connectivity_update.jinja",
        name=name,
        parameters=", ".join([*numbers, *names]),
        signature=", ".join([*numbers.values(), *types]),
        code=loop,
        rows=rows,
        time=precision.time.numpy_name,
        dt=constant_literal(network.dt, precision.time),
        stream=stream_number(f"{name.rpartition('_')[0]} of {group.title}"),
    )
    return UpdateKernel(
        name=name, arrays=tuple((buffer, is_on_host) for _, buffer, is_on_host in arrays), text=text
    )
