"""The functions that describe models: ``create_…_model``, checked at the call."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec

from numbagenn.codegen.code_checks import check_code
from numbagenn.models import create_unchecked as unchecked
from numbagenn.models.descriptions import AnyModel

Arguments = ParamSpec("Arguments")


def _code_checked(describe: Callable[Arguments, AnyModel]) -> Callable[Arguments, AnyModel]:
    """Return a function that describes a model and then translates its code strings once."""

    @functools.wraps(describe)
    def create(*args: Arguments.args, **kwargs: Arguments.kwargs) -> AnyModel:
        model = describe(*args, **kwargs)
        check_code(model)
        return model

    return create


create_neuron_model = _code_checked(unchecked.create_neuron_model)
create_current_source_model = _code_checked(unchecked.create_current_source_model)
create_postsynaptic_model = _code_checked(unchecked.create_postsynaptic_model)
create_weight_update_model = _code_checked(unchecked.create_weight_update_model)
create_custom_update_model = _code_checked(unchecked.create_custom_update_model)
create_custom_connectivity_update_model = _code_checked(
    unchecked.create_custom_connectivity_update_model
)
create_var_init_snippet = _code_checked(unchecked.create_var_init_snippet)
create_sparse_connect_init_snippet = _code_checked(unchecked.create_sparse_connect_init_snippet)
create_toeplitz_connect_init_snippet = _code_checked(unchecked.create_toeplitz_connect_init_snippet)

__all__ = [
    "create_current_source_model",
    "create_custom_connectivity_update_model",
    "create_custom_update_model",
    "create_neuron_model",
    "create_postsynaptic_model",
    "create_sparse_connect_init_snippet",
    "create_toeplitz_connect_init_snippet",
    "create_var_init_snippet",
    "create_weight_update_model",
]
