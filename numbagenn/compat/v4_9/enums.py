"""The enumerations of PyGeNN 4.9: flat names in ``pygenn.genn_wrapper``, which are numbers."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from numbagenn.base.enumerations import (
    CustomUpdateVarAccess,
    ParallelismHint,
    VarAccess,
    VarAccessMode,
    VarLocation,
)
from numbagenn.base.wording import shown

#: The value of ``delay_steps`` for synapses without a delay of their own.
NO_DELAY = 0

_READ, _WRITE, _SUM, _MAX = 1, 2, 4 | 8, 4 | 16
_DUPLICATION = {"DUPLICATE": 32, "SHARED": 64, "SHARED_NEURON": 128}
_DUPLICATE, _SHARED, _SHARED_NEURON = _DUPLICATION.values()

# Access to variables, by name. Only custom updates reduce; they share the numbers of all others.
_ACCESS = {
    "READ_WRITE": _WRITE | _DUPLICATE,
    "READ_ONLY": _READ | _SHARED,
    "READ_ONLY_DUPLICATE": _READ | _DUPLICATE,
    "READ_ONLY_SHARED_NEURON": _READ | _SHARED_NEURON,
    "REDUCE_BATCH_SUM": _SUM | _SHARED,
    "REDUCE_BATCH_MAX": _MAX | _SHARED,
    "REDUCE_NEURON_SUM": _SUM | _SHARED_NEURON,
    "REDUCE_NEURON_MAX": _MAX | _SHARED_NEURON,
}

#: By number: access to variables in 5.x, and to the own variables of a custom update.
VARIABLE_ACCESS = {_ACCESS[access.name]: access for access in VarAccess}
UPDATE_ACCESS = {
    **{
        _ACCESS[access.name]: access
        for access in CustomUpdateVarAccess
        if access.name in _ACCESS and access.name != "READ_ONLY"
    },
    _ACCESS["READ_ONLY"]: CustomUpdateVarAccess.READ_ONLY_SHARED,
    _ACCESS["READ_ONLY_DUPLICATE"]: CustomUpdateVarAccess.READ_ONLY,
}

#: By number: how references are used.
REFERENCE_MODE = {mode.value: mode for mode in VarAccessMode if mode is not VarAccessMode.BROADCAST}

# By number: where memory is held. The host alone was one of the places.
_LOCATIONS = {1: VarLocation.HOST_DEVICE, **{int(one.value): one for one in VarLocation}}

#: What ``pygenn.genn_wrapper.Models`` holds beside classes.
MODELS: dict[str, object] = {
    **{f"VarAccess_{name}": number for name, number in _ACCESS.items()},
    **{f"VarAccessMode_{mode.name}": number for number, mode in REFERENCE_MODE.items()},
    **{f"VarAccessDuplication_{name}": number for name, number in _DUPLICATION.items()},
}

# Bits of matrix types. Some of them differ from those of 5.x, which has no weight for all synapses
# and takes postsynaptic models with variables for granted.
_CONNECTIVITY = {
    name: 1 << bit
    for bit, name in enumerate(("DENSE", "BITMASK", "SPARSE", "PROCEDURAL", "TOEPLITZ"))
}
_WEIGHTS = {
    name: 32 << bit
    for bit, name in enumerate(("GLOBAL", "INDIVIDUAL", "PROCEDURAL", "INDIVIDUAL_PSM", "KERNEL"))
}


def _number_of_matrix_type(name: str) -> int:
    connectivity, _, weight = name.partition("_")
    weight, _, psm = weight.partition("G_")
    weight = weight.removesuffix("G")
    variables = _WEIGHTS["INDIVIDUAL_PSM"] if psm or weight != "GLOBAL" else 0
    return _CONNECTIVITY[connectivity] | _WEIGHTS[weight] | variables


#: Matrix types of 4.9: the type in 5.x, and whether all synapses share one constant weight.
MATRIX_TYPES = {
    "DENSE_INDIVIDUALG": ("DENSE", False),
    "DENSE_GLOBALG": ("DENSE", True),
    "DENSE_GLOBALG_INDIVIDUAL_PSM": ("DENSE", True),
    "DENSE_PROCEDURALG": ("DENSE_PROCEDURALG", False),
    "SPARSE_INDIVIDUALG": ("SPARSE", False),
    "SPARSE_GLOBALG": ("SPARSE", True),
    "SPARSE_GLOBALG_INDIVIDUAL_PSM": ("SPARSE", True),
    "BITMASK_GLOBALG": ("BITMASK", True),
    "BITMASK_GLOBALG_INDIVIDUAL_PSM": ("BITMASK", True),
    "PROCEDURAL_GLOBALG": ("PROCEDURAL", True),
    "PROCEDURAL_GLOBALG_INDIVIDUAL_PSM": ("PROCEDURAL", True),
    "PROCEDURAL_PROCEDURALG": ("PROCEDURAL", False),
    "PROCEDURAL_KERNELG": ("PROCEDURAL_KERNELG", False),
    "TOEPLITZ_KERNELG": ("TOEPLITZ", False),
}

#: Their names by number.
MATRIX_TYPE_NAMES = {_number_of_matrix_type(name): name for name in MATRIX_TYPES}

_LOG_LEVELS = ("none", "fatal", "error", "warning", "info", "debug", "verbose")

#: What ``pygenn.genn_wrapper`` holds beside its modules.
WRAPPER: dict[str, object] = {
    "NO_DELAY": NO_DELAY,
    "VarLocation_HOST": 1,
    **{f"VarLocation_{location.name}": int(location) for location in VarLocation},
    **{f"SynapseMatrixConnectivity_{name}": number for name, number in _CONNECTIVITY.items()},
    **{f"SynapseMatrixWeight_{name}": number for name, number in _WEIGHTS.items()},
    **{f"SynapseMatrixType_{name}": number for number, name in MATRIX_TYPE_NAMES.items()},
    # How much is logged: accepted, without effect.
    **{name: level for level, name in enumerate(_LOG_LEVELS)},
    # They were found here, too.
    **MODELS,
}

#: What ``pygenn.genn_wrapper.SynapseGroup`` holds, and the hints of 5.x by number.
SPAN_TYPES = {f"SpanType_{hint.name}": int(hint) for hint in ParallelismHint}

#: What ``pygenn.genn_wrapper.CUDABackend`` holds: choices that have no effect here.
CUDA: dict[str, object] = {
    "DeviceSelect_OPTIMAL": 0,
    "DeviceSelect_MOST_MEMORY": 1,
    "DeviceSelect_MANUAL": 2,
    "DeviceSelect_MANUAL_RUNTIME": 3,
    "BlockSizeSelect_OCCUPANCY": 0,
    "BlockSizeSelect_MANUAL": 1,
}


def with_access(entries: Any, members: Mapping[int, Enum]) -> Any:
    """Return variables or references with a member of 5.x for the number of their access.

    What is no list of entries with such a number raises an error later.
    """
    if not isinstance(entries, (tuple, list)):
        return entries
    return [
        (*entry[:2], members.get(entry[2], entry[2]))
        if isinstance(entry, (tuple, list)) and len(entry) == 3 and isinstance(entry[2], int)
        else entry
        for entry in entries
    ]


def location_of(given: object) -> VarLocation:
    """Return the location of 5.x for its number, or for itself.

    Raises
    ------
    TypeError
        If it is none.
    """
    if isinstance(given, VarLocation):
        return given
    if not isinstance(given, int) or given not in _LOCATIONS:
        raise TypeError(f"A location must be such as VarLocation_HOST_DEVICE, not {shown(given)}.")
    return _LOCATIONS[given]


def span_type_of(given: object) -> ParallelismHint:
    """Return the hint of 5.x for the number of a span type.

    Raises
    ------
    TypeError
        If it is none.
    """
    if not isinstance(given, int) or given not in SPAN_TYPES.values():
        raise TypeError(f"A span type must be such as SpanType_PRESYNAPTIC, not {shown(given)}.")
    return ParallelismHint(given)
