"""The enumerations of PyGeNN 4.9: flat names in ``pygenn.genn_wrapper``."""

from __future__ import annotations

from numbagenn.base.enumerations import (
    CustomUpdateVarAccess,
    VarAccess,
    VarAccessMode,
    VarLocation,
)

#: The value of ``delay_steps`` for synapses without a delay of their own.
NO_DELAY = 0

#: What ``pygenn.genn_wrapper.Models`` holds.
MODELS: dict[str, object] = {
    **{f"VarAccess_{access.name}": access for access in VarAccess},
    # Only custom updates reduce; in 4.9 they shared the enumeration of all others.
    **{
        f"VarAccess_{access.name}": access
        for access in CustomUpdateVarAccess
        if access.name.startswith("REDUCE")
    },
    **{
        f"VarAccessMode_{mode.name}": mode
        for mode in VarAccessMode
        if mode is not VarAccessMode.BROADCAST
    },
}

#: What ``pygenn.genn_wrapper`` holds beside its modules.
WRAPPER: dict[str, object] = {
    "NO_DELAY": NO_DELAY,
    **{f"VarLocation_{location.name}": location for location in VarLocation},
    "VarLocation_HOST_DEVICE_ZERO_COPY": VarLocation.HOST_DEVICE,
    # They were found here, too.
    **MODELS,
}

#: Access to the own variables of a custom update, where it has another name in 5.x.
CUSTOM_UPDATE_ACCESS = {
    VarAccess.READ_WRITE: CustomUpdateVarAccess.READ_WRITE,
    VarAccess.READ_ONLY: CustomUpdateVarAccess.READ_ONLY_SHARED,
    VarAccess.READ_ONLY_DUPLICATE: CustomUpdateVarAccess.READ_ONLY,
    VarAccess.READ_ONLY_SHARED_NEURON: CustomUpdateVarAccess.READ_ONLY_SHARED_NEURON,
}

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
    "PROCEDURAL_PROCEDURALG": ("PROCEDURAL", False),
    "PROCEDURAL_KERNELG": ("PROCEDURAL_KERNELG", False),
    "TOEPLITZ_KERNELG": ("TOEPLITZ", False),
}
