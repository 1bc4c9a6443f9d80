"""What each matrix type of synapses can hold and do, checked when synapses are added."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numbagenn.base.enumerations import (
    SynapseMatrixConnectivity,
    SynapseMatrixType,
    SynapseMatrixWeight,
)
from numbagenn.base.suggestions import did_you_mean
from numbagenn.base.wording import quoted, shown
from numbagenn.language.functions import draw_numbers
from numbagenn.models.descriptions import WeightUpdateModel
from numbagenn.models.given_values import ConnectivityInit, ToeplitzInit, VarInit, WeightUpdateInit

# GeNN 4 had several names with each of these beginnings for what is now one type.
_OLD_BEGINNINGS = ("DENSE", "SPARSE", "BITMASK", "TOEPLITZ")

_DYNAMICS = "Only DENSE and SPARSE format connectivity can be used for synapse dynamics"


def matrix_type_of(pop_name: str, given: object) -> SynapseMatrixType:
    """Return the matrix type that the user gave."""
    name = given.name if isinstance(given, SynapseMatrixType) else given
    known = SynapseMatrixType.__members__
    if not isinstance(name, str):
        raise TypeError(
            f"matrix_type of synapse population '{pop_name}' must be one of {quoted(known)}, "
            f"not {shown(given)}."
        )
    if name not in known:
        start = [kind for kind in _OLD_BEGINNINGS if name.upper().startswith(kind)]
        hint = did_you_mean(start[0] if start else name, known, f"; use one of {quoted(known)}.")
        raise AttributeError(
            f"SynapseMatrixType has no attribute '{name}' (synapse population '{pop_name}'){hint}"
        )
    return SynapseMatrixType[name]


def check_matrix_type(
    title: str,
    matrix_type: SynapseMatrixType,
    weight_update: WeightUpdateInit,
    connectivity: ConnectivityInit | ToeplitzInit | None,
) -> None:
    """Raise unless synapses of a matrix type can be made in this way, and run this model.

    Raises
    ------
    RuntimeError
        If they cannot.
    """
    model = weight_update.model
    toeplitz = matrix_type & SynapseMatrixConnectivity.TOEPLITZ
    if toeplitz or isinstance(connectivity, ToeplitzInit):
        _check_toeplitz(title, matrix_type, model, connectivity)
        return
    if matrix_type & SynapseMatrixConnectivity.DENSE and connectivity is not None:
        raise RuntimeError(
            "Cannot use DENSE connectivity with connectivity initialisation snippet: add "
            f"{title} as 'SPARSE', or without the snippet."
        )
    if matrix_type & SynapseMatrixConnectivity.BITMASK:
        _check_bitmask(title, model, connectivity)
    if matrix_type & SynapseMatrixConnectivity.PROCEDURAL:
        _check_procedural(title, matrix_type, model, connectivity)
    elif matrix_type & SynapseMatrixWeight.PROCEDURAL:
        _check_weights(title, weight_update.vars)


def _check_toeplitz(
    title: str,
    matrix_type: SynapseMatrixType,
    model: WeightUpdateModel,
    connectivity: ConnectivityInit | ToeplitzInit | None,
) -> None:
    if connectivity is None:
        raise RuntimeError(
            "TOEPLITZ connectivity requires toeplitz connectivity initialisation snippet: give "
            f"{title} an init_toeplitz_connectivity(…)."
        )
    if not isinstance(connectivity, ToeplitzInit):
        raise RuntimeError(
            "Cannot use TOEPLITZ connectivity with sparse connectivity initialisation snippet: "
            f"give {title} an init_toeplitz_connectivity(…)."
        )
    if not matrix_type & SynapseMatrixConnectivity.TOEPLITZ:
        raise RuntimeError(
            f"Cannot use {matrix_type.name} connectivity with toeplitz initialisation snippet: add "
            f"{title} as 'TOEPLITZ'."
        )
    snippet = connectivity.snippet
    for function, what, name in (
        (snippet.calc_kernel_size_func, "kernel size", "calc_kernel_size_func"),
        (snippet.calc_max_row_len_func, "max row length", "calc_max_row_len_func"),
    ):
        if function is None:
            raise RuntimeError(
                "TOEPLITZ connectivity requires a toeplitz connectivity initialisation snippet "
                f"which specifies a {what}: {snippet.title} has no {name}."
            )
    if not (model.post_spike_syn_code.is_blank and model.post_event_syn_code.is_blank):
        raise RuntimeError(
            "TOEPLITZ connectivity cannot be used for synapse groups with postsynaptic "
            f"spike-triggered learning: add {title} as 'SPARSE'."
        )
    if not model.synapse_dynamics_code.is_blank:
        raise RuntimeError(f"{_DYNAMICS}, not TOEPLITZ: add {title} as 'SPARSE'.")


def _check_bitmask(
    title: str, model: WeightUpdateModel, connectivity: ConnectivityInit | None
) -> None:
    fix = f"add {title} as 'SPARSE'."
    if model.vars:
        raise RuntimeError(
            "BITMASK connectivity can only be used with weight update models without variables "
            f"like StaticPulseConstantWeight: {model.title} has "
            f"{quoted(var.name for var in model.vars)}; {fix}"
        )
    if connectivity is not None and connectivity.snippet.calc_kernel_size_func is not None:
        raise RuntimeError(
            f"A bit for each pair has no place in a kernel: {connectivity.snippet.title} has a "
            f"calc_kernel_size_func; {fix}"
        )
    if not model.synapse_dynamics_code.is_blank:
        raise RuntimeError(f"{_DYNAMICS}, not BITMASK: {fix}")
    if "id_syn" in model.built_in(model.synapse_usage):
        raise RuntimeError(
            "Undefined identifier 'id_syn': a bit for each pair gives synapses no numbers; use "
            f"id_pre and id_post, or {fix}"
        )


def _check_procedural(
    title: str,
    matrix_type: SynapseMatrixType,
    model: WeightUpdateModel,
    connectivity: ConnectivityInit | None,
) -> None:
    fix = f"add {title} as 'SPARSE'."
    if connectivity is None or connectivity.snippet.row_build_code.is_blank:
        raise RuntimeError(
            "Cannot use procedural connectivity without specifying a connectivity initialisation "
            f"snippet with row building code: give {title} one, or {fix}"
        )
    if (
        matrix_type & SynapseMatrixWeight.KERNEL
        and connectivity.snippet.calc_kernel_size_func is None
    ):
        raise RuntimeError(
            f"PROCEDURAL_KERNELG needs a kernel: {connectivity.snippet.title} has no "
            f"calc_kernel_size_func; give it one, or add {title} as 'PROCEDURAL'."
        )
    for code, what in (
        (model.post_spike_syn_code, "postsynaptic spike-triggered learning"),
        (model.post_event_syn_code, "postsynaptic spike-triggered learning"),
        (model.synapse_dynamics_code, "continuous synapse dynamics"),
    ):
        if not code.is_blank:
            raise RuntimeError(
                f"Procedural connectivity cannot be used for synapse groups with {what}: {fix}"
            )


def _check_weights(title: str, initial: Mapping[str, Any]) -> None:
    for name, init in initial.items():
        if isinstance(init, VarInit) and draw_numbers(init.snippet.var_init_code.usage.called):
            raise RuntimeError(
                "Procedural weights used without procedural connectivity cannot currently access "
                f"RNG: the snippet of variable '{name}' of {title} draws random numbers; add the "
                "synapses as 'DENSE'."
            )
