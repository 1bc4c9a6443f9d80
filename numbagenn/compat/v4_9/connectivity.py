"""Connectivity in the way of PyGeNN 4.9: sparse, and that of convolutions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from numbagenn.base.wording import shown
from numbagenn.compat.v4_9.descriptions import (
    Code,
    Items,
    Names,
    check_codes,
    derived_parameters,
    instance_of_callback,
    refuse_cpp,
)
from numbagenn.compat.v4_9.global_params import as_arrays
from numbagenn.models import create_unchecked
from numbagenn.models.descriptions import (
    SparseConnectivityInitSnippet,
    ToeplitzConnectivityInitSnippet,
)
from numbagenn.models.given_values import ConnectivityInit
from numbagenn.models.initialisers import init_sparse_connectivity

# What 5.x calls the parameters of built-in snippets.
_RENAMED_PARAMETERS = {
    "FixedNumberPostWithReplacement": {"rowLength": "num"},
    "FixedNumberPreWithReplacement": {"colLength": "num"},
    "FixedNumberTotalWithReplacement": {"total": "num"},
}


def init_connectivity(
    init_sparse_connect_snippet: SparseConnectivityInitSnippet | str,
    param_space: Mapping[str, Any] | None = None,
) -> ConnectivityInit:
    """Initialise the connectivity of a population by a snippet.

    Parameters
    ----------
    init_sparse_connect_snippet
        From `create_custom_sparse_connect_init_snippet_class`, or the name of a built-in one.
    param_space
        Parameters of the snippet.
    """
    names = _RENAMED_PARAMETERS.get(str(init_sparse_connect_snippet), {})
    if isinstance(param_space, Mapping):
        param_space = {names.get(name, name): value for name, value in param_space.items()}
    return init_sparse_connectivity(init_sparse_connect_snippet, param_space)


def create_custom_sparse_connect_init_snippet_class(
    class_name: str,
    param_names: Names = None,
    derived_params: Items = None,
    row_build_code: str | None = None,
    row_build_state_vars: Items = None,
    col_build_code: str | None = None,
    col_build_state_vars: Items = None,
    calc_max_row_len_func: object = None,
    calc_max_col_len_func: object = None,
    calc_kernel_size_func: object = None,
    extra_global_params: Items = None,
    custom_body: object = None,
) -> SparseConnectivityInitSnippet:
    """Describe which neurons are connected; see `create_sparse_connect_init_snippet`.

    Parameters
    ----------
    class_name, extra_global_params
        As for `create_sparse_connect_init_snippet`.
    param_names, derived_params, custom_body
        As for `create_custom_neuron_class`.
    row_build_code, col_build_code
        Run again and again for each row or column, until ``$(endRow)`` or ``$(endCol)``.
    row_build_state_vars, col_build_state_vars
        Variables that live as long as that: ``(name, type, initial value)``.
    calc_max_row_len_func, calc_max_col_len_func
        From ``create_cmlf_class(function)()``.
    calc_kernel_size_func
        From ``create_cksf_class(function)()``.
    """
    title = f"sparse connectivity snippet '{class_name}'"
    refuse_cpp(title, custom_body=custom_body)
    codes = check_codes(title, row_build_code=row_build_code, col_build_code=col_build_code)
    states = {"row_build_code": row_build_state_vars, "col_build_code": col_build_state_vars}
    arrays, numbers = as_arrays(extra_global_params)
    code = _code(title, codes, states, param_names, derived_params, arrays, numbers)
    built = {name: _with_states(title, name, code, states[name], "while (true)") for name in codes}
    model = create_unchecked.create_sparse_connect_init_snippet(
        class_name,
        params=param_names,
        derived_params=derived_parameters(title, derived_params, param_names),
        extra_global_params=arrays,
        row_build_code=built["row_build_code"],
        col_build_code=built["col_build_code"],
        **_callbacks(
            title,
            param_names,
            calc_max_row_len_func=calc_max_row_len_func,
            calc_max_col_len_func=calc_max_col_len_func,
            calc_kernel_size_func=calc_kernel_size_func,
        ),
    )
    return code.finished(model)


def create_custom_toeplitz_connect_init_snippet_class(
    class_name: str,
    param_names: Names = None,
    derived_params: Items = None,
    diagonal_build_code: str | None = None,
    diagonal_build_state_vars: Items = None,
    calc_max_row_len_func: object = None,
    calc_kernel_size_func: object = None,
    extra_global_params: Items = None,
    custom_body: object = None,
) -> ToeplitzConnectivityInitSnippet:
    """Describe which neurons a convolution connects; see `create_toeplitz_connect_init_snippet`.

    Parameters
    ----------
    class_name, extra_global_params
        As for `create_toeplitz_connect_init_snippet`.
    param_names, derived_params, custom_body
        As for `create_custom_neuron_class`.
    diagonal_build_code
        Run for each presynaptic neuron of a diagonal.
    diagonal_build_state_vars
        Variables that live as long as a diagonal: ``(name, type, initial value)``.
    calc_max_row_len_func, calc_kernel_size_func
        As for `create_custom_sparse_connect_init_snippet_class`.
    """
    title = f"toeplitz connectivity snippet '{class_name}'"
    refuse_cpp(title, custom_body=custom_body)
    name, states = "diagonal_build_code", diagonal_build_state_vars
    codes = check_codes(title, diagonal_build_code=diagonal_build_code)
    arrays, numbers = as_arrays(extra_global_params)
    code = _code(title, codes, {name: states}, param_names, derived_params, arrays, numbers)
    model = create_unchecked.create_toeplitz_connect_init_snippet(
        class_name,
        params=param_names,
        derived_params=derived_parameters(title, derived_params, param_names),
        diagonal_build_code=_with_states(title, name, code, states, "for_each_synapse"),
        extra_global_params=arrays,
        **_callbacks(
            title,
            param_names,
            calc_max_row_len_func=calc_max_row_len_func,
            calc_kernel_size_func=calc_kernel_size_func,
        ),
    )
    return code.finished(model)


def _code(
    title: str,
    codes: Mapping[str, Any],
    states: Mapping[str, Items],
    param_names: Names,
    derived_params: Items,
    arrays: Items,
    numbers: frozenset[str],
) -> Code:
    """Return what rewrites the code strings of a snippet, and the initial values of its states."""
    initial = {
        # The initial value of a state variable may be code.
        f"{name} of {state[0]}": str(state[2])
        for name, entries in states.items()
        for state in _states(title, name, entries)
    }
    items = (param_names, derived_params, arrays, *states.values())
    return Code(title, *items, codes={**codes, **initial}, numbers=numbers)


def _with_states(title: str, name: str, code: Code, states: Items, loop: str) -> str | None:
    """Return a code string that declares its state variables, and then runs in a loop."""
    body = code.rewritten(name, in_loop=True)
    if body is None:
        return None
    declared = [
        f"{ctype} {state} = {code[f'{name} of {state}']};"
        for state, ctype, _ in _states(title, name, states)
    ]
    return "\n".join([*declared, f"{loop} {{", body, "}"])


def _callbacks(title: str, param_names: Names, **functions: object) -> dict[str, Any]:
    """Return functions of a snippet, which take its parameters by name."""
    result = {}
    for name, function in functions.items():
        if function is not None:
            factory = "create_cksf_class" if "kernel" in name else "create_cmlf_class"
            callback = instance_of_callback(function, f"{name} of {title}", factory)
            result[name] = _by_name(callback, list(param_names or ()))
    return result


def _states(title: str, name: str, entries: Items) -> list[tuple[str, str, Any]]:
    result = []
    for entry in entries or ():
        if not isinstance(entry, (tuple, list)) or len(entry) != 3:
            raise TypeError(
                f"A state variable of {name} ({title}) must be (name, type, initial value), "
                f"not {shown(entry)}."
            )
        result.append((entry[0], entry[1], entry[2]))
    return result


def _by_name(function: Callable[..., Any], names: list[str]) -> Callable[..., Any]:
    """Return a function whose last argument holds the parameters by name."""

    def called(*arguments: Any) -> Any:
        *sizes, pars = arguments
        return function(*sizes, [pars[name] for name in names])

    return called
