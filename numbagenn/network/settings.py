"""What a user sets before a model is built: precision, step, batch size, random numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from numbagenn.base.enumerations import PlogSeverity, VarLocation
from numbagenn.base.number_checks import LARGEST_COUNT, checked_integer, float_if_huge
from numbagenn.base.suggestions import did_you_mean
from numbagenn.base.type_checks import precision_type
from numbagenn.base.types import TYPE_NAMES, Precision, ResolvedType
from numbagenn.base.user_warnings import warn_user
from numbagenn.base.wording import shown
from numbagenn.network.locations import checked_member

BACKEND_NAME = "bundled"

# Preferences of PyGeNN's backends. They choose how code is generated and compiled there. All but
# `optimize_code`, which allows sums in another order, change nothing here.
_PREFERENCES = (
    "optimize_code",
    "optimise_code",
    "debug_code",
    "log_level",
    "genn_log_level",
    "code_gen_log_level",
    "transpiler_log_level",
    "runtime_log_level",
    "backend_log_level",
)

#: Preferences of PyGeNN's GPU backends, which have no effect here. Scripts that ask for such
#: a backend set them.
GPU_PREFERENCES = (
    "selected_gpu",
    "device_select_method",
    "manual_device_id",
    "manual_platform_id",
    "block_size_select_method",
    "manual_block_sizes",
    "constant_cache_overhead",
    "user_nvcc_flags",
    "user_cxx_flags_gnu",
    "show_ptx_info",
    "generate_line_info",
    "generate_empty_state_push_pull",
    "generate_extra_global_param_pull",
    "generate_simple_errors",
    "automatic_copy",
    "enable_bitmask_optimisations",
    "enable_nccl_reductions",
    "include_model_name_in_dll",
)


class ModelSpec:
    """The settings of a model, each checked when it is given; see `GeNNModel`."""

    known_preferences: ClassVar[tuple[str, ...]] = _PREFERENCES

    def __init__(
        self,
        precision: str | ResolvedType = "float",
        model_name: str = "GeNNModel",
        backend: str | None = None,
        time_precision: str | ResolvedType | None = None,
        preferences: Mapping[str, object] = MappingProxyType({}),
    ) -> None:
        if backend not in (None, BACKEND_NAME):
            raise KeyError(
                f"Backend {shown(backend)} is not available: numbagenn has only "
                f"'{BACKEND_NAME}'; leave the backend out, or install PyGeNN with a GPU backend."
            )
        for name in preferences:
            if name not in self.known_preferences:
                hint = did_you_mean(name, self.known_preferences)
                raise ValueError(f"Unknown preference '{name}'{hint}")
        if not isinstance(model_name, str):
            raise TypeError(f"model_name must be a string, not {shown(model_name)}.")
        scalar = precision_type(precision, "precision")
        time = (
            scalar if time_precision is None else precision_type(time_precision, "time_precision")
        )
        self.types = Precision(scalar, time)
        #: Name of the model, from its constructor.
        self.name = model_name
        self._dt = 0.5
        self._batch_size = 1
        self._seed = 0
        self._timing_enabled = False
        self._fuse_postsynaptic_models = False
        self._fuse_pre_post_weight_update_models = False
        self._default_var_location = VarLocation.HOST_DEVICE
        self._default_sparse_connectivity_location = VarLocation.HOST_DEVICE
        self._default_narrow_sparse_ind_enabled = False
        #: How much PyGeNN's backend logs; nothing is logged here.
        self.backend_log_level = PlogSeverity.WARNING
        self._optimize_code = any(
            bool(preferences.get(name)) for name in ("optimize_code", "optimise_code")
        )

    def refuse_if_built(self, action: str) -> None:
        """Raise if the model is built, which is too late for an action."""
        raise NotImplementedError

    @property
    def precision(self) -> ResolvedType:
        """What ``scalar`` stands for."""
        return self.types.scalar

    @property
    def time_precision(self) -> ResolvedType:
        """What ``timepoint`` stands for."""
        return self.types.time

    @property
    def backend_name(self) -> str:
        """Name of the backend, which is ``"bundled"``."""
        return BACKEND_NAME

    @property
    def dt(self) -> float:
        """Length of a step in ms; 0.5 by default, to be set before `build`."""
        return self._dt

    @dt.setter
    def dt(self, value: float) -> None:
        self.refuse_if_built("set dt")
        if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
            raise TypeError(f"dt must be a number of milliseconds, not {shown(value)}.")
        value = float_if_huge("dt", value)
        if not (math.isfinite(value) and value > 0):
            raise ValueError(f"dt must be a positive number of milliseconds, not {shown(value)}.")
        self._dt = float(value)

    @property
    def dT(self) -> float:  # noqa: N802 - the name is PyGeNN's
        """Deprecated name of `dt`."""
        warn_user("GeNNModel.dT is deprecated; use dt.", FutureWarning)
        return self.dt

    @dT.setter
    def dT(self, value: float) -> None:  # noqa: N802 - the name is PyGeNN's
        warn_user("GeNNModel.dT is deprecated; use dt.", FutureWarning)
        self.dt = value

    @property
    def batch_size(self) -> int:
        """Number of copies of the network that run side by side; to be set before `build`."""
        return self._batch_size

    @batch_size.setter
    def batch_size(self, value: int) -> None:
        self.refuse_if_built("set batch_size")
        self._batch_size = checked_integer("batch_size", value, 1, LARGEST_COUNT)

    @property
    def seed(self) -> int:
        """Seed of the random numbers, up to 32 bits; 0 gives different numbers at each `load`.

        A random number depends on the seed, the name of what draws it, the batch element, the
        element and the number of the step. It does not depend on the batch size, the number of
        threads, or when results are read.
        """
        return self._seed

    @seed.setter
    def seed(self, value: int) -> None:
        self._seed = checked_integer("seed", value, 0, 2**32 - 1, error=TypeError)

    @property
    def optimize_code(self) -> bool:
        """Whether sums may be taken in another order, which rounds them differently."""
        return self._optimize_code

    @property
    def timing_enabled(self) -> bool:
        """Whether the timers run; to be set before `build`. Steps are then not fused."""
        return self._timing_enabled

    @timing_enabled.setter
    def timing_enabled(self, value: bool) -> None:
        self.refuse_if_built("set timing_enabled")
        self._timing_enabled = bool(value)

    @property
    def fuse_postsynaptic_models(self) -> bool:
        """Whether synapse populations with the same target and postsynaptic model share it.

        To be set before `build`. What their synapses bring is then added up before the model runs,
        which is faster and rounds differently. Their `out_post` and the views of their postsynaptic
        model's variables are then None. PyGeNN's setting cannot be read.
        """
        return self._fuse_postsynaptic_models

    @fuse_postsynaptic_models.setter
    def fuse_postsynaptic_models(self, value: bool) -> None:
        self.refuse_if_built("set fuse_postsynaptic_models")
        self._fuse_postsynaptic_models = bool(value)

    @property
    def fuse_pre_post_weight_update_models(self) -> bool:
        """Whether PyGeNN lets synapse populations share variables of their neurons.

        To be set before `build`. Results are the same either way, and here nothing is shared.
        """
        return self._fuse_pre_post_weight_update_models

    @fuse_pre_post_weight_update_models.setter
    def fuse_pre_post_weight_update_models(self, value: bool) -> None:
        self.refuse_if_built("set fuse_pre_post_weight_update_models")
        self._fuse_pre_post_weight_update_models = bool(value)

    @property
    def default_var_location(self) -> VarLocation:
        """Where a GPU would hold the variables of what is added from now on; without effect here.

        PyGeNN's setting cannot be read, nor can the next two.
        """
        return self._default_var_location

    @default_var_location.setter
    def default_var_location(self, location: VarLocation) -> None:
        self.refuse_if_built("set default_var_location")
        location = checked_member("default_var_location", location, VarLocation)
        self._default_var_location = location

    @property
    def default_sparse_connectivity_location(self) -> VarLocation:
        """Where a GPU would hold the sparse connections of what is added from now on."""
        return self._default_sparse_connectivity_location

    @default_sparse_connectivity_location.setter
    def default_sparse_connectivity_location(self, location: VarLocation) -> None:
        self.refuse_if_built("set default_sparse_connectivity_location")
        location = checked_member("default_sparse_connectivity_location", location, VarLocation)
        self._default_sparse_connectivity_location = location

    @property
    def default_narrow_sparse_ind_enabled(self) -> bool:
        """`SynapseGroup.narrow_sparse_ind_enabled` of what is added from now on."""
        return self._default_narrow_sparse_ind_enabled

    @default_narrow_sparse_ind_enabled.setter
    def default_narrow_sparse_ind_enabled(self, value: bool) -> None:
        self.refuse_if_built("set default_narrow_sparse_ind_enabled")
        self._default_narrow_sparse_ind_enabled = bool(value)

    @property
    def genn_types(self) -> dict[ResolvedType, type[Any]]:
        """NumPy's type for each type of `pygenn.types`."""
        return {ctype: ctype.dtype.type for ctype in TYPE_NAMES.values()}
