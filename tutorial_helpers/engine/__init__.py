"""The bundled engine: PyGeNN's API for inference, in batches, on any CPU.

It stands where PyGeNN with a GPU is not at hand. The names are PyGeNN's, and what runs here runs
there. See `GeNNModel` for the life of a model.
"""

from tutorial_helpers.engine import numba_settings, types  # noqa: F401 - checked first
from tutorial_helpers.engine.access import (
    CustomUpdateVarAccess,
    ParallelismHint,
    SynapseMatrixType,
    VarAccess,
    VarAccessMode,
    VarLocation,
)
from tutorial_helpers.engine.factories import (
    create_current_source_model,
    create_custom_update_model,
    create_neuron_model,
    create_postsynaptic_model,
    create_sparse_connect_init_snippet,
    create_var_init_snippet,
    create_weight_update_model,
)
from tutorial_helpers.engine.initialisers import (
    init_postsynaptic,
    init_sparse_connectivity,
    init_var,
    init_weight_update,
)
from tutorial_helpers.engine.model import GeNNModel
from tutorial_helpers.engine.references import (
    create_den_delay_var_ref,
    create_egp_ref,
    create_out_post_var_ref,
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
from tutorial_helpers.engine.threads import get_num_threads, set_num_threads

__all__ = [
    "CustomUpdateVarAccess",
    "GeNNModel",
    "ParallelismHint",
    "SynapseMatrixType",
    "VarAccess",
    "VarAccessMode",
    "VarLocation",
    "create_current_source_model",
    "create_custom_update_model",
    "create_den_delay_var_ref",
    "create_egp_ref",
    "create_neuron_model",
    "create_out_post_var_ref",
    "create_postsynaptic_model",
    "create_prev_spike_time_var_ref",
    "create_psm_egp_ref",
    "create_psm_var_ref",
    "create_sparse_connect_init_snippet",
    "create_spike_time_var_ref",
    "create_src_spike_count_var_ref",
    "create_var_init_snippet",
    "create_var_ref",
    "create_weight_update_model",
    "create_wu_egp_ref",
    "create_wu_post_var_ref",
    "create_wu_pre_var_ref",
    "create_wu_var_ref",
    "get_num_threads",
    "init_postsynaptic",
    "init_sparse_connectivity",
    "init_var",
    "init_weight_update",
    "set_num_threads",
    "types",
]
