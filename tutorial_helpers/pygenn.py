"""PyGeNN's API under one import, from real PyGeNN or from the bundled engine.

Real PyGeNN serves where it is installed with a GPU backend. Its CPU backend refuses every batch
size but 1, so everywhere else the bundled engine serves. The environment variable
``TUTORIAL_BACKEND`` forces one: ``bundled`` or ``pygenn``.

Leave out ``tutorial_helpers.`` in the import line, and a cell is a plain PyGeNN script.
"""

from __future__ import annotations

import importlib
import os
from types import ModuleType
from typing import TYPE_CHECKING

import numbagenn as engine

if TYPE_CHECKING:
    from numbagenn import (
        CustomUpdateVarAccess,
        GeNNModel,
        VarAccess,
        VarAccessMode,
        create_current_source_model,
        create_custom_update_model,
        create_den_delay_var_ref,
        create_neuron_model,
        create_out_post_var_ref,
        create_postsynaptic_model,
        create_prev_spike_time_var_ref,
        create_psm_var_ref,
        create_sparse_connect_init_snippet,
        create_spike_time_var_ref,
        create_src_spike_count_var_ref,
        create_var_init_snippet,
        create_var_ref,
        create_weight_update_model,
        create_wu_post_var_ref,
        create_wu_pre_var_ref,
        create_wu_var_ref,
        init_postsynaptic,
        init_sparse_connectivity,
        init_var,
        init_weight_update,
    )
    from numbagenn.base import types

__all__ = [
    "CustomUpdateVarAccess",
    "GeNNModel",
    "VarAccess",
    "VarAccessMode",
    "backend_description",
    "create_current_source_model",
    "create_custom_update_model",
    "create_den_delay_var_ref",
    "create_neuron_model",
    "create_out_post_var_ref",
    "create_postsynaptic_model",
    "create_prev_spike_time_var_ref",
    "create_psm_var_ref",
    "create_sparse_connect_init_snippet",
    "create_spike_time_var_ref",
    "create_src_spike_count_var_ref",
    "create_var_init_snippet",
    "create_var_ref",
    "create_weight_update_model",
    "create_wu_post_var_ref",
    "create_wu_pre_var_ref",
    "create_wu_var_ref",
    "init_postsynaptic",
    "init_sparse_connectivity",
    "init_var",
    "init_weight_update",
    "types",
]

GPU_BACKENDS = ("cuda", "hip")


def _installed_pygenn() -> ModuleType | None:
    """Return real PyGeNN, or None where it is not installed."""
    try:
        return importlib.import_module("pygenn")
    except ModuleNotFoundError as error:
        if error.name != "pygenn":
            raise
        return None


def _backends(pygenn: ModuleType) -> list[str]:
    """Return the names of the backends that an installation of PyGeNN was built with."""
    module = importlib.import_module(f"{pygenn.__name__}.genn_model")
    return list(module.backend_modules)


def choose_backend() -> ModuleType:
    """Return the module that provides PyGeNN's API.

    Returns
    -------
    module
        Real PyGeNN, or `numbagenn`.

    Raises
    ------
    ImportError
        If ``TUTORIAL_BACKEND`` is ``pygenn`` and PyGeNN is not installed.
    ValueError
        If ``TUTORIAL_BACKEND`` is set to something else.
    """
    wanted = os.environ.get("TUTORIAL_BACKEND", "")
    if wanted not in ("", "bundled", "pygenn"):
        raise ValueError(
            f"Environment variable TUTORIAL_BACKEND must be 'bundled' or 'pygenn', not '{wanted}'; "
            "correct or unset it."
        )
    if wanted == "bundled":
        return engine
    pygenn = _installed_pygenn()
    if wanted == "pygenn":
        if pygenn is None:
            raise ImportError(
                "TUTORIAL_BACKEND is 'pygenn', but PyGeNN is not installed; install it from a "
                "release of GeNN, or unset TUTORIAL_BACKEND to use the bundled engine."
            )
        return pygenn
    if pygenn is not None and any(name in GPU_BACKENDS for name in _backends(pygenn)):
        return pygenn
    return engine


def backend_description() -> str:
    """Return which implementation serves, for people to read.

    Examples
    --------
    >>> backend_description().startswith(("bundled engine", "PyGeNN"))
    True
    """
    if _backend is engine:
        threads = engine.get_num_threads()
        return f"bundled engine, {threads} thread{'s' if threads > 1 else ''}"
    version = getattr(_backend, "__version__", "")
    return f"PyGeNN {version} ({_backends(_backend)[0]})".replace("  ", " ")


_backend = choose_backend()
if not TYPE_CHECKING:
    for _name in __all__:
        # A PyGeNN older than 5.4 lacks some; importing such a name then says so.
        if _name not in globals() and hasattr(_backend, _name):
            globals()[_name] = getattr(_backend, _name)
