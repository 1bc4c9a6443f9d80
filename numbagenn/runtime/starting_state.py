"""The state that a loaded model starts from: its connections, and the values of its variables.

Numbers from the user are converted and arranged. Code from the user is compiled when the model is
built, and run when it is loaded.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from numbagenn.base.array_conventions import Array
from numbagenn.base.random_streams import stream_number
from numbagenn.base.types import Precision
from numbagenn.base.user_warnings import warn_user
from numbagenn.codegen.element_names import kernel_dims_named
from numbagenn.codegen.initialisation import VariableKind, value_code
from numbagenn.memory.connections import BYTES_OF_PAIR, SharedConnectivity, SparseConnectivity
from numbagenn.memory.variables import KernelSize, Variable, arrays_on_device
from numbagenn.models.descriptions import ToeplitzConnectivityInitSnippet
from numbagenn.models.given_values import (
    ConnectivityInit,
    ToeplitzInit,
    VarInit,
    check_shape,
    evaluate_parameters,
    initial_array,
)
from numbagenn.network.groups import Group
from numbagenn.network.synapse_groups import SynapseGroup
from numbagenn.runtime.connectivity_snippets import (
    build_connectivity,
    build_diagonals,
    connectivity_kernel,
    diagonal_kernel,
)
from numbagenn.runtime.snippets import SnippetContext
from numbagenn.runtime.value_snippets import initial_values, value_kernel


def check_initialiser(variable: Variable, init: VarInit, precision: Precision) -> None:
    """Raise if a variable cannot start from what the code of an initialiser computes.

    Raises
    ------
    CodeStringError
        If the code uses what such a variable does not have.
    """
    if init.number is None:
        value_code(
            init.snippet,
            precision,
            precision.resolve(variable.type),
            variable_kind(variable),
            kernel_size_for(variable, init),
        )


def compile_initialisers(groups: Iterable[Group]) -> None:
    """Compile the code that makes connections and initial values.

    Raises
    ------
    RuntimeError
        If a parameter of an initialiser does not fit into its type.
    """
    for group in groups:
        if isinstance(group, SynapseGroup) and group.connectivity_init is not None:
            _compile_connectivity(group, group.connectivity_init)
        precision = group.genn_model.types
        for _, variable in group.buffers():
            if variable is None or not isinstance(variable.initial, VarInit):
                continue
            init = variable.initial
            _parameters(group, variable, init)
            if init.number is None:
                ctype = precision.resolve(variable.type)
                kernel_size = kernel_size_for(variable, init)
                value_kernel(init.snippet, precision, ctype, variable_kind(variable), kernel_size)


def _compile_connectivity(group: SynapseGroup, init: ConnectivityInit | ToeplitzInit) -> None:
    owner, snippet, dims = group.genn_model, init.snippet, len(group.kernel_size)
    evaluate_parameters(group.title, snippet, init.params, owner.dt, owner.types)
    if isinstance(snippet, ToeplitzConnectivityInitSnippet):
        diagonal_kernel(snippet, owner.types, dims)
    elif not (snippet.row_build_code.is_blank and snippet.col_build_code.is_blank):
        connectivity_kernel(snippet, owner.types, dims)


def make_connections(groups: Iterable[Group], batch_size: int, seed: int) -> None:
    """Run the code that connects neurons, and size the memory for the synapses.

    Parameters
    ----------
    groups
        All parts of a model.
    batch_size, seed
        Properties of the model.

    Raises
    ------
    RuntimeError
        If the connections of a sparse population are neither given nor made by code.
    """
    for group in groups:
        if isinstance(group, SynapseGroup):
            _connect(group, batch_size, seed)
        group.size_memory()


def _connect(group: SynapseGroup, batch_size: int, seed: int) -> None:
    connections, init, owner = group.connections, group.connectivity_init, group.genn_model
    if not isinstance(connections, SparseConnectivity) or connections.is_given:
        return
    if group.shares_synapses:
        return
    if init is None:
        raise RuntimeError(
            "For sparse projections, the connections must be set before loading a model: "
            f"give {group.title} an init_sparse_connectivity(…), or, if it is 'SPARSE', call its "
            "set_sparse_connections."
        )
    context = SnippetContext(
        title=group.title,
        precision=owner.types,
        dt=owner.dt,
        num_batch=batch_size,
        seed=seed,
        stream=stream_number(f"connectivity of {group.title}"),
        arrays=arrays_on_device(group.connectivity_extra_global_params),
    )
    num_pre, num_post = group.src.num_neurons, group.trg.num_neurons
    size = _bytes_of_synapse(group, batch_size)
    if isinstance(init, ToeplitzInit):
        assert isinstance(connections, SharedConnectivity)
        connections.set_sections(*build_diagonals(init, num_pre, num_post, context, size))
        return
    pre, post, places = build_connectivity(init, num_pre, num_post, context, bytes_of_synapse=size)
    if isinstance(connections, SharedConnectivity):
        assert places is not None
        connections.set_sections(np.bincount(pre, minlength=num_pre), post, places)
    else:
        connections.set(pre, post, places)


def _bytes_of_synapse(group: SynapseGroup, batch_size: int) -> int:
    """Return how much memory a sparse synapse takes, on the device and on the host."""
    size = BYTES_OF_PAIR
    for buffer in (variable.buffer for variable in group.vars.values()):
        if buffer.per_element:
            itemsize = group.genn_model.types.resolve(buffer.type).dtype.itemsize
            size += buffer.rows(batch_size) * itemsize
    return 2 * size


def starting_values(group: Group, variable: Variable, batch_size: int, seed: int) -> Array:
    """Return the initial values of a variable of a group.

    Parameters
    ----------
    group, variable
        The group and its variable.
    batch_size, seed
        Properties of the model.

    Returns
    -------
    ndarray
        With no dimension for a single number, one for values that the whole batch shares, or two.

    Raises
    ------
    ValueError
        If the given values have the wrong shape.
    """
    init, buffer, owner = variable.initial, variable.buffer, group.genn_model
    ctype = owner.types.resolve(variable.type)
    what = f"variable '{variable.name}' of {group.title}"
    if isinstance(init, VarInit) and init.number is None:
        return initial_values(
            init.snippet,
            _parameters(group, variable, init),
            ctype,
            variable_kind(variable),
            variable.shape,
            SnippetContext(
                title=what,
                precision=owner.types,
                dt=owner.dt,
                num_batch=batch_size,
                seed=seed,
                stream=variable.stream,
                arrays=arrays_on_device(variable.extra_global_params),
            ),
            count=None if buffer.per_element else 1,
            inds=variable.connections.synapses if variable.connections is not None else None,
            kernel_size=kernel_size_for(variable, init),
            places=variable.connections.places if variable.connections is not None else None,
        )
    initial = initial_array(what, init, ctype, owner.types)
    if initial.ndim:
        check_shape(what, initial, buffer.count, buffer.rows(batch_size), columns=buffer.columns)
        initial = variable.arranged(initial)
    return initial


def warn_of_nan(groups: Iterable[Group]) -> None:
    """Warn of variables that start from NaN or infinity, which PyGeNN accepts without a warning."""
    for group in groups:
        for buffer, variable in group.buffers():
            if variable is None or buffer.host is None or buffer.host.dtype.kind != "f":
                continue
            # The extremes show it without taking more memory.
            if not buffer.host.size or np.isfinite([buffer.host.min(), buffer.host.max()]).all():
                continue
            wrong = buffer.host.size - int(np.count_nonzero(np.isfinite(buffer.host)))
            what = "NaN" if np.isnan(buffer.host).any() else "infinity"
            warn_user(
                f"Variable '{variable.name}' of {group.title} starts from {what} in {wrong} of "
                f"{buffer.host.size} values; check what it was given."
            )


def variable_kind(variable: Variable) -> VariableKind:
    """Return what a variable has values for, as its initialiser sees it."""
    if isinstance(variable.shape, KernelSize):
        return "kernel"
    if len(variable.shape) == 1:
        return "neurons"
    return "dense" if variable.buffer.columns else "sparse"


def kernel_size_for(variable: Variable, init: VarInit) -> tuple[int, ...]:
    """Return the size of the kernel that the code of an initialiser names, if there is one."""
    snippet = init.snippet
    if isinstance(variable.shape, KernelSize):
        return variable.shape
    if not kernel_dims_named(snippet.built_in(snippet.var_init_code.usage)):
        return ()
    group = variable.group
    if not isinstance(group, SynapseGroup) or variable_kind(variable) != "sparse":
        return ()
    return tuple(group.kernel_size)


def _parameters(group: Group, variable: Variable, init: VarInit) -> dict[str, float]:
    what = f"{init.snippet.title} (variable '{variable.name}' of {group.title})"
    owner = group.genn_model
    return evaluate_parameters(what, init.snippet, init.params, owner.dt, owner.types)
