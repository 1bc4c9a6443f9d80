"""numbagenn: PyGeNN's API for inference, in batches, on any CPU.

It takes the place of PyGeNN where there is no GPU. The names are PyGeNN's, and code that runs here
runs there. See `GeNNModel` for the life of a model.
"""

__version__ = "0.1.0"

from numbagenn.base.garbage import garbage_kept

with garbage_kept():
    from numbagenn.base import types
    from numbagenn.base.enumerations import (
        CustomUpdateVarAccess,
        ParallelismHint,
        PlogSeverity,
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
    from numbagenn.create import (
        create_current_source_model,
        create_custom_connectivity_update_model,
        create_custom_update_model,
        create_neuron_model,
        create_postsynaptic_model,
        create_sparse_connect_init_snippet,
        create_toeplitz_connect_init_snippet,
        create_var_init_snippet,
        create_weight_update_model,
    )
    from numbagenn.model import GeNNModel
    from numbagenn.models.initialisers import (
        init_postsynaptic,
        init_sparse_connectivity,
        init_toeplitz_connectivity,
        init_var,
        init_weight_update,
    )
    from numbagenn.network.connectivity_updates import CustomConnectivityUpdate
    from numbagenn.network.current_sources import CurrentSource
    from numbagenn.network.custom_updates import CustomUpdate, CustomUpdateBase, CustomUpdateWU
    from numbagenn.network.neuron_groups import NeuronGroup
    from numbagenn.network.references import (
        create_den_delay_var_ref,
        create_egp_ref,
        create_out_post_var_ref,
        create_post_var_ref,
        create_pre_var_ref,
        create_prev_spike_time_var_ref,
        create_psm_egp_ref,
        create_psm_var_ref,
        create_spike_time_var_ref,
        create_src_spike_count_var_ref,
        create_var_ref,
        create_wu_egp_ref,
        create_wu_post_var_ref,
        create_wu_pre_var_ref,
        create_wu_var_ref,
    )
    from numbagenn.network.settings import ModelSpec
    from numbagenn.network.synapse_groups import SynapseGroup
    from numbagenn.runtime.threads import get_num_threads, set_num_threads

__all__ = [
    "CurrentSource",
    "CustomConnectivityUpdate",
    "CustomUpdate",
    "CustomUpdateBase",
    "CustomUpdateVarAccess",
    "CustomUpdateWU",
    "GeNNModel",
    "ModelSpec",
    "NeuronGroup",
    "ParallelismHint",
    "PlogSeverity",
    "SynapseGroup",
    "SynapseMatrixConnectivity",
    "SynapseMatrixType",
    "SynapseMatrixWeight",
    "VarAccess",
    "VarAccessDim",
    "VarAccessMode",
    "VarAccessModeAttribute",
    "VarLocation",
    "VarLocationAttribute",
    "create_current_source_model",
    "create_custom_connectivity_update_model",
    "create_custom_update_model",
    "create_den_delay_var_ref",
    "create_egp_ref",
    "create_neuron_model",
    "create_out_post_var_ref",
    "create_post_var_ref",
    "create_postsynaptic_model",
    "create_pre_var_ref",
    "create_prev_spike_time_var_ref",
    "create_psm_egp_ref",
    "create_psm_var_ref",
    "create_sparse_connect_init_snippet",
    "create_spike_time_var_ref",
    "create_src_spike_count_var_ref",
    "create_toeplitz_connect_init_snippet",
    "create_var_init_snippet",
    "create_var_ref",
    "create_weight_update_model",
    "create_wu_egp_ref",
    "create_wu_post_var_ref",
    "create_wu_pre_var_ref",
    "create_wu_var_ref",
    "get_num_threads",
    "get_var_access_dim",
    "init_postsynaptic",
    "init_sparse_connectivity",
    "init_toeplitz_connectivity",
    "init_var",
    "init_weight_update",
    "set_num_threads",
    "types",
]

_NAMES_OF_4_9 = {
    "create_custom_neuron_class": "create_neuron_model",
    "create_custom_current_source_class": "create_current_source_model",
    "create_custom_weight_update_class": "create_weight_update_model",
    "create_custom_postsynaptic_class": "create_postsynaptic_model",
    "create_custom_custom_update_class": "create_custom_update_model",
    "create_custom_init_var_snippet_class": "create_var_init_snippet",
    "create_custom_sparse_connect_init_snippet_class": "create_sparse_connect_init_snippet",
    "init_connectivity": "init_sparse_connectivity",
}


def __getattr__(name: str) -> None:
    """Say what a name of PyGeNN 4.9 is called since version 5."""
    message = f"module 'numbagenn' has no attribute '{name}'"
    if name in _NAMES_OF_4_9:
        message += f": it is a name of PyGeNN 4.9. Write {_NAMES_OF_4_9[name]}, as in PyGeNN 5."
    raise AttributeError(message)


def load_ipython_extension(shell: object) -> None:
    """Make ``import pygenn`` give numbagenn in this session: ``%load_ext numbagenn`` calls this."""
    from numbagenn.compat.jupyter import load

    load(shell)


def unload_ipython_extension(shell: object) -> None:
    """Take that back: ``%unload_ext numbagenn`` calls this."""
    from numbagenn.compat.jupyter import unload

    unload()
