"""The API of PyGeNN 4.9 on numbagenn: the names of ``pygenn.genn_model``.

It is a thin layer: it rewrites code strings, puts arguments into today's order, and leaves the work
to the classes of `numbagenn`. ``docs/from_4_9.md`` shows both side by side.
"""

from numbagenn.compat.v4_9.connectivity import (
    create_custom_sparse_connect_init_snippet_class,
    create_custom_toeplitz_connect_init_snippet_class,
    init_connectivity,
)
from numbagenn.compat.v4_9.descriptions import (
    create_cksf_class,
    create_cmlf_class,
    create_custom_current_source_class,
    create_custom_custom_update_class,
    create_custom_init_var_snippet_class,
    create_custom_neuron_class,
    create_custom_postsynaptic_class,
    create_custom_weight_update_class,
    create_dpf_class,
)
from numbagenn.compat.v4_9.model import GeNNModel
from numbagenn.models.initialisers import init_toeplitz_connectivity, init_var
from numbagenn.network.references import (
    create_egp_ref,
    create_psm_egp_ref,
    create_psm_var_ref,
    create_var_ref,
    create_wu_egp_ref,
    create_wu_post_var_ref,
    create_wu_pre_var_ref,
    create_wu_var_ref,
)

__all__ = [
    "GeNNModel",
    "create_cksf_class",
    "create_cmlf_class",
    "create_custom_current_source_class",
    "create_custom_custom_update_class",
    "create_custom_init_var_snippet_class",
    "create_custom_neuron_class",
    "create_custom_postsynaptic_class",
    "create_custom_sparse_connect_init_snippet_class",
    "create_custom_toeplitz_connect_init_snippet_class",
    "create_custom_weight_update_class",
    "create_dpf_class",
    "create_egp_ref",
    "create_psm_egp_ref",
    "create_psm_var_ref",
    "create_var_ref",
    "create_wu_egp_ref",
    "create_wu_post_var_ref",
    "create_wu_pre_var_ref",
    "create_wu_var_ref",
    "init_connectivity",
    "init_toeplitz_connectivity",
    "init_var",
]
