"""What can be done with the enumerations."""

from __future__ import annotations

import pytest

from numbagenn.base.enumerations import (
    CustomUpdateVarAccess,
    ParallelismHint,
    SynapseMatrixConnectivity,
    SynapseMatrixType,
    SynapseMatrixWeight,
    VarAccess,
    VarAccessDim,
    VarAccessMode,
    VarAccessModeAttribute,
    VarLocation,
    VarLocationAttribute,
    get_var_access_dim,
)


def test_members_have_attributes() -> None:
    attribute = VarAccessModeAttribute
    assert (VarAccess.READ_ONLY & attribute.READ_ONLY) is True
    assert (VarAccess.READ_ONLY & attribute.READ_WRITE) is False
    assert VarAccessMode.REDUCE_SUM & attribute.SUM
    assert CustomUpdateVarAccess.REDUCE_NEURON_MAX & attribute.REDUCE
    assert SynapseMatrixType.SPARSE & SynapseMatrixConnectivity.SPARSE
    assert not SynapseMatrixType.SPARSE & SynapseMatrixWeight.KERNEL
    assert VarLocation.HOST_DEVICE_ZERO_COPY & VarLocationAttribute.ZERO_COPY
    assert VarAccess.READ_ONLY & 1
    assert (VarAccess.READ_WRITE & attribute.READ_WRITE) != 0


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (VarAccessModeAttribute.READ_ONLY, VarAccess.READ_ONLY),
        (VarAccess.READ_ONLY, VarAccess.READ_ONLY),
        (VarAccess.READ_ONLY, VarLocationAttribute.HOST),
        (ParallelismHint.PRESYNAPTIC, VarAccessModeAttribute.READ_ONLY),
        (VarAccessDim.BATCH, VarAccess.READ_ONLY),
    ],
)
def test_what_has_no_attributes_of_a_kind(left: object, right: object) -> None:
    with pytest.raises(TypeError, match="unsupported operand"):
        left & right  # type: ignore[operator]


def test_dimensions() -> None:
    both = VarAccessDim.ELEMENT | VarAccessDim.BATCH
    assert (int(both), both) == (192, get_var_access_dim(VarAccess.READ_WRITE))
    assert (both & VarAccessDim.BATCH) is True
    assert get_var_access_dim(VarAccess.READ_ONLY) is VarAccessDim.ELEMENT
    assert get_var_access_dim(VarAccess.READ_ONLY_SHARED_NEURON) is VarAccessDim.BATCH
    shared = CustomUpdateVarAccess.READ_ONLY_SHARED
    assert get_var_access_dim(shared, both) is VarAccessDim.ELEMENT
    assert int(get_var_access_dim(shared, VarAccessDim.BATCH)) == 0
    for arguments in ((shared,), (VarAccess.READ_ONLY, both), ("READ_ONLY",)):
        with pytest.raises(TypeError, match="get_var_access_dim needs a VarAccess"):
            get_var_access_dim(*arguments)  # type: ignore[arg-type]


def test_members_are_shown_found_and_compared() -> None:
    assert (str(VarAccess.READ_WRITE), int(VarAccess.READ_WRITE)) == ("VarAccess.READ_WRITE", 194)
    assert VarAccess(65) is VarAccess.READ_ONLY
    assert VarAccess.READ_ONLY != 65
    assert [0, 1][VarAccessModeAttribute.READ_ONLY] == 1
