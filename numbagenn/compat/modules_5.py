"""What the modules of PyGeNN 5.4 hold beside the names of ``pygenn``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numbagenn
from numbagenn.base.enumerations import PlogSeverity
from numbagenn.base.numeric_value import NumericValue
from numbagenn.base.types import ResolvedType
from numbagenn.base.user_warnings import warn_user
from numbagenn.memory import variables
from numbagenn.models import descriptions, given_values
from numbagenn.models.builtin_models import FAMILIES, find_model, names_in_pygenn
from numbagenn.network.groups import Group
from numbagenn.network.reference_types import (
    ExtraGlobalParamReference,
    SynapseVariableReference,
    VariableReference,
)
from numbagenn.network.settings import BACKEND_NAME


def init_logging(*_: object) -> None:
    """Do nothing: numbagenn logs nothing."""


def init_connectivity(
    init_sparse_connect_snippet: object, params: Mapping[str, float] | None = None
) -> given_values.ConnectivityInit:
    """Call `init_sparse_connectivity`: deprecated, as in PyGeNN."""
    warn_user("init_connectivity is deprecated; use init_sparse_connectivity.", FutureWarning)
    return numbagenn.init_sparse_connectivity(init_sparse_connect_snippet, params)


def _returning(name: str) -> Callable[[Any], Callable[[], Any]]:
    """Return one of the functions that wrapped a function of the user in PyGeNN 4."""

    def wrap(function: Any) -> Callable[[], Any]:
        warn_user(f"{name} is deprecated; use the function itself.", FutureWarning)
        return lambda: function

    wrap.__name__ = wrap.__qualname__ = name
    return wrap


class DeviceSelect(Enum):
    """How a GPU is chosen; without effect here."""

    OPTIMAL = 0
    MOST_MEMORY = 1
    MANUAL = 2


class BlockSizeSelect(Enum):
    """How many threads of a GPU work together; without effect here."""

    OCCUPANCY = 0
    MANUAL = 1


@dataclass
class Preferences:
    """Preferences of a backend, which have no effect here."""

    optimize_code: bool = False
    debug_code: bool = False
    genn_log_level: PlogSeverity = PlogSeverity.WARNING
    code_generator_log_level: PlogSeverity = PlogSeverity.WARNING
    transpiler_log_level: PlogSeverity = PlogSeverity.WARNING
    runtime_log_level: PlogSeverity = PlogSeverity.WARNING


#: Classes of what models and snippets are made of, by what PyGeNN calls them.
BASES: dict[str, Any] = {
    "NeuronModelBase": descriptions.NeuronModel,
    "WeightUpdateModelBase": descriptions.WeightUpdateModel,
    "PostsynapticModelBase": descriptions.PostsynapticModel,
    "CurrentSourceModelBase": descriptions.CurrentSourceModel,
    "CustomUpdateModelBase": descriptions.CustomUpdateModel,
    "CustomConnectivityUpdateModelBase": descriptions.CustomConnectivityUpdateModel,
    "InitVarSnippetBase": descriptions.VarInitSnippet,
    "InitSparseConnectivitySnippetBase": descriptions.SparseConnectivityInitSnippet,
    "InitToeplitzConnectivitySnippetBase": descriptions.ToeplitzConnectivityInitSnippet,
    "Param": descriptions.Parameter,
    "DerivedParam": descriptions.DerivedParameter,
    "ParamVal": descriptions.AdditionalInput,
    "Var": descriptions.Var,
    "CustomUpdateVar": descriptions.Var,
    "VarRef": descriptions.DeclaredReference,
    "EGP": descriptions.ExtraGlobalParam,
    "EGPRef": descriptions.ExtraGlobalParam,
    "VarInit": given_values.VarInit,
    "SparseConnectivityInit": given_values.ConnectivityInit,
    "ToeplitzConnectivityInit": given_values.ToeplitzInit,
    "WeightUpdateInit": given_values.WeightUpdateInit,
    "PostsynapticInit": given_values.PostsynapticInit,
    "VarReference": VariableReference,
    "WUVarReference": SynapseVariableReference,
    "EGPReference": ExtraGlobalParamReference,
    "NumericValue": NumericValue,
    "ResolvedType": ResolvedType,
    # What a model has been given as a type, such as "scalar".
    "UnresolvedType": str,
}

# Classes that groups have their methods from, and classes of variables.
_GROUPS: dict[str, Any] = {
    "GroupMixin": Group,
    "NeuronGroupMixin": numbagenn.NeuronGroup,
    "SynapseGroupMixin": numbagenn.SynapseGroup,
    "CurrentSourceMixin": numbagenn.CurrentSource,
    "CustomUpdateMixin": numbagenn.CustomUpdateBase,
    "CustomUpdateWUMixin": numbagenn.CustomUpdateWU,
    "CustomConnectivityUpdateMixin": numbagenn.CustomConnectivityUpdate,
}
_VARIABLES: dict[str, Any] = {
    "ArrayBase": variables.Variable,
    "Array": variables.Variable,
    "VariableBase": variables.Variable,
    "Variable": variables.Variable,
    "SynapseVariable": variables.Variable,
    "ExtraGlobalParameter": variables.ExtraGlobalArray,
}


def modules(public: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return what each module holds, by its full name.

    Parameters
    ----------
    public
        The names of ``pygenn``.
    """
    wrappers = ("create_dpf_class", "create_cmlf_class", "create_cksf_class")
    gpu = {"DeviceSelect": DeviceSelect, "BlockSizeSelect": BlockSizeSelect}
    types = vars(numbagenn.types)
    return {
        "pygenn": public,
        "pygenn.genn_model": {
            **public,
            **_GROUPS,
            **BASES,
            **{name: _returning(name) for name in wrappers},
            "init_connectivity": init_connectivity,
            "init_logging": init_logging,
            "backend_modules": {BACKEND_NAME: numbagenn},
        },
        # What is made of C++: private, but scripts import classes from it.
        "pygenn._genn": {**public, **BASES, "init_logging": init_logging},
        "pygenn.genn_groups": {**_GROUPS, **_VARIABLES},
        "pygenn.model_preprocessor": _VARIABLES,
        "pygenn.types": {n: value for n, value in types.items() if isinstance(value, ResolvedType)},
        "pygenn.cuda_backend": {**gpu, "Preferences": Preferences},
        "pygenn.hip_backend": {**gpu, "Preferences": Preferences},
        "pygenn.single_threaded_cpu_backend": {"Preferences": Preferences},
        **{f"pygenn.{name}": built_in(family) for family, (name, _) in FAMILIES.items()},
    }


def built_in(family: type[descriptions.Model]) -> dict[str, Callable[[], descriptions.Model]]:
    """Return a function for each model or snippet of a family that comes with PyGeNN."""

    def model(name: str) -> Callable[[], descriptions.Model]:
        return lambda: find_model(name, family, name)

    return {name: model(name) for name in names_in_pygenn(family)}
